"""Which mentions of an event are allergies, and which the reactions of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pipeline.annotation.gold import PROBLEMS
from pipeline.exporters.registry import Event
from pipeline.qualifiers.allergy import REACTION

Entity = Mapping[str, Any]


def is_reaction(entity: Entity) -> bool:
    """Is a problem or a procedure named beside an allergy? "Food allergy", whose own words say so, is the allergy."""
    allergy = (entity["qualifiers"] or {}).get("allergy") or {}
    if not allergy.get("value") or entity["label"] not in PROBLEMS:
        return False
    return not any(entity["start"] <= cue["start"] and cue["end"] <= entity["end"] for cue in allergy["cues"])


def reactions(event: Event) -> dict[str, list[Entity]]:
    """The reactions of the patient to each drug, by the drug's entity id."""
    drugs = {(one["start"], one["end"]): one["id"] for one in event["entities"] if one["label"] == "DRUG"}
    found = defaultdict(list)
    for entity in event["entities"]:
        qualifiers = entity["qualifiers"] or {}
        denied = any((qualifiers.get(name) or {}).get("value") for name in ("negation", "hypothesis", "family"))
        if denied or not is_reaction(entity):
            continue
        for cue in qualifiers["allergy"]["cues"]:
            if cue["rule"] == REACTION and (drug := drugs.get((cue["start"], cue["end"]))) is not None:
                found[drug].append(entity)
    return dict(found)
