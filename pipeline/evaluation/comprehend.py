"""Amazon Comprehend Medical: the response of DetectEntitiesV2 as a reading in our labels.

| theirs (Category MEDICATION) | ours |
|---|---|
| GENERIC_NAME, BRAND_NAME | DRUG |
| STRENGTH, FORM, FREQUENCY, DURATION | the same |
| ROUTE_OR_MODE | ROUTE |
| DOSAGE | STRENGTH where it is a plain mass, volume concentration or percentage ("40 mg", which is where n2c2 and our
  guide draw the line), else DOSAGE |
| RATE | DOSAGE |

MEDICAL_CONDITION is PROBLEM, TEST_TREATMENT_PROCEDURE is PROCEDURE; the trait PAST_HISTORY is history. `Attributes` are
linked to the entity that holds them; `UnmappedAttributes` of medications are entities without a link. Offsets are
code points there too (API reference, data type Entity). All scores are taken: no threshold is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.evaluation.scoring import GoldNote, Mention
from pipeline.evaluation.systems import Reading, ReadingError

_MEDICATION = {
    "GENERIC_NAME": "DRUG",
    "BRAND_NAME": "DRUG",
    "STRENGTH": "STRENGTH",
    "FORM": "FORM",
    "FREQUENCY": "FREQUENCY",
    "DURATION": "DURATION",
    "ROUTE_OR_MODE": "ROUTE",
    "DOSAGE": "DOSAGE",
    "RATE": "DOSAGE",
}
_OTHERS = {"MEDICAL_CONDITION": "PROBLEM", "TEST_TREATMENT_PROCEDURE": "PROCEDURE"}
_NAMES = {"DX_NAME", "PROCEDURE_NAME", "TREATMENT_NAME", "TEST_NAME"}
_MASS = re.compile(
    r"\d[\d.,]*(?:\s*(?:-|/|to)\s*\d[\d.,]*)?\s*"
    r"(?:(?:mc?g|[µμ]g|ugm?|gm?s?|k?grams?|milligrams?|micrograms?|mgs|mcgs|meq|mmol)(?:\s*/\s*\d*\s*(?:ml|cc|l|tab\w*|cap\w*))?|%)"
    r"\.?",
    re.IGNORECASE,
)


def reading(response: Mapping[str, Any], note: GoldNote) -> Reading:
    """The reading of a note. Raises ReadingError where the response is of another text or of another kind."""
    if not isinstance(response.get("Entities"), list):
        raise ReadingError(f"what Comprehend Medical gave for the note {note['id']!r} has no Entities")
    mentions: list[Mention] = []
    places: dict[tuple[int, int, str], int] = {}
    links: list[tuple[int, int]] = []

    def place(item: Mapping[str, Any]) -> int | None:
        mention = _mention(item, note)
        if mention is None:
            return None
        key = (mention.start, mention.end, mention.label)
        if key not in places:
            places[key] = len(mentions)
            mentions.append(mention)
        return places[key]

    for entity in response["Entities"]:
        head = place(entity)
        for attribute in _list(entity, "Attributes"):
            tail = place(attribute) if attribute.get("Category", entity.get("Category")) == "MEDICATION" else None
            if head is not None and tail is not None and mentions[head].label == "DRUG":
                links.append((head, tail))
    for unmapped in _list(response, "UnmappedAttributes"):
        if unmapped.get("Type") == "MEDICATION" and isinstance(unmapped.get("Attribute"), dict):
            place({"Category": "MEDICATION", **unmapped["Attribute"]})
    return Reading(mentions, sorted(mentions, key=lambda mention: mention.label != "DRUG"), list(dict.fromkeys(links)))


def _list(item: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found: Iterable[Any] = item.get(name) or ()
    return (one for one in found if isinstance(one, dict))


def _mention(item: Mapping[str, Any], note: GoldNote) -> Mention | None:
    start, end, text = item.get("BeginOffset"), item.get("EndOffset"), note["text"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise ReadingError(f"an entity for the note {note['id']!r} has no span inside the text ({start} to {end})")
    if item.get("Text") is not None and item["Text"] != text[start:end]:
        raise ReadingError(
            f"the entity at {start} to {end} for the note {note['id']!r} has other words than the text there: the "
            f"response is of another text"
        )
    kind, category = item.get("Type"), item.get("Category", "MEDICATION")
    label = _MEDICATION.get(str(kind)) if category == "MEDICATION" else None
    if category in _OTHERS and kind in _NAMES:
        label = _OTHERS[category]
    if label is None:
        return None
    if kind == "DOSAGE" and _MASS.fullmatch(text[start:end].strip()):
        label = "STRENGTH"
    past = any(trait.get("Name") == "PAST_HISTORY" for trait in _list(item, "Traits"))
    return Mention(start, end, label, past)
