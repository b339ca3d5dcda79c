"""A gold note from an enriched event: what the pipeline found, to be corrected by people.

Drugs, attributes and entities of the user's own labels become `entities`; problems and procedures are `history`
mentions, as in hand-made gold; whatever is qualified is a `history` mention too. The first qualifier that holds of
allergy, family, negation, hypothesis is the `context`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.annotation.gold import ATTRIBUTES, DRUG, PROBLEM, PROBLEMS, GoldNote

_CONTEXTS = {"allergy": "allergy", "family": "family", "negation": "negated", "hypothesis": "hypothetical"}


def gold_note(event: Mapping[str, Any], text: str, birth_datetime: str | None = None) -> GoldNote:
    """The gold note of an event whose offsets count code points of `text`."""
    note = event["note"]
    entities: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    seen: dict[tuple[int, int, str], str] = {}
    same: dict[str, str] = {}  # an entity that stands twice, to the one that is kept
    for entity in event["entities"]:
        label = entity["label"]
        key = (entity["start"], entity["end"], label)
        if key in seen:
            same[entity["id"]] = seen[key]
            continue
        seen[key] = entity["id"]
        span = {"start": entity["start"], "end": entity["end"], "text": text[entity["start"] : entity["end"]]}
        qualifiers = entity["qualifiers"] or {}
        context = _context(qualifiers) if label not in ATTRIBUTES else {}
        if label not in PROBLEMS:
            entities.append(span | {"label": label, "id": entity["id"]} | context)
        value = (qualifiers.get("history") or {}).get("value")
        if label not in ATTRIBUTES and (value is not None or label in PROBLEMS):
            kind = {"kind": "drug" if label == DRUG else "problem", "history": bool(value)}
            own = {"label": label} if label not in (DRUG, PROBLEM) else {}
            unsure = {"unsure": True} if value is None else {}
            history.append(span | kind | own | unsure | context)
    pairs = dict.fromkeys(
        (same.get(one["head"], one["head"]), same.get(one["tail"], one["tail"])) for one in event["relations"]
    )
    made: GoldNote = {"id": note["note_id"], "text": text, "language": note["language"]}
    for name, value in (("note_datetime", note["note_datetime"]), ("birth_datetime", birth_datetime)):
        if value is not None:
            made[name] = value
    relations = [{"drug": drug, "attribute": attribute} for drug, attribute in pairs]
    return made | {"entities": entities, "relations": relations, "optional": [], "history": history}


def _context(qualifiers: Mapping[str, Any]) -> dict[str, str]:
    found = (word for name, word in _CONTEXTS.items() if (qualifiers.get(name) or {}).get("value"))
    context = next(found, None)
    return {"context": context} if context is not None else {}
