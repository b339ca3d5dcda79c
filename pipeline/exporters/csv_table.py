"""csv: one row for each entity, drugs with their posology; opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.exporters.registry import Block, Context, Event, register
from pipeline.exporters.words import frequency_words, quantity_words, ratio_words

_QUALIFIERS = ("history", "negation", "family", "hypothesis", "allergy")
_POSOLOGY = ("dose", "strength", "frequency", "as_needed", "route", "form", "duration", "daily_dose")

COLUMNS = (
    "note_id", "note_version", "patient_id", "note_datetime", "language", "entity", "label", "start", "end", "text",
    "section", *_QUALIFIERS, "history_reasons", "drugs", "medication", "group", "status", "change", *_POSOLOGY,
    "system", "code", "score", "source", "event_id",
)  # fmt: skip

# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@register("csv", "one row for each entity, for spreadsheets and data frames")
def export(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """The rows of all events under one header line; text from the notes where an event does not repeat it."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for event in events:
        writer.writerows(_rows(event, context.text(event)))
        yield "", buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield "", buffer.getvalue().encode()


def _rows(event: Event, text: str | None) -> Iterator[dict[str, Any]]:
    note = event["note"]
    sections = {section["id"]: section["label"] for section in event["sections"]}
    records = {record["drug"]: record for record in event["medications"]}
    drugs = defaultdict(list)
    for relation in event["relations"]:
        drugs[relation["tail"]].append(relation["head"])
    utf16 = text.encode("utf-16-le") if text is not None and event["offset_unit"] == "utf16" else None
    for entity in event["entities"]:
        start, end = entity["start"], entity["end"]
        found = entity["text"]
        if found is None and text is not None:
            found = utf16[2 * start : 2 * end].decode("utf-16-le") if utf16 is not None else text[start:end]
        qualifiers = entity["qualifiers"] or {}
        history = qualifiers.get("history", {})
        codes = entity["codes"]
        row = {
            **{name: note[name] for name in ("note_id", "note_version", "patient_id", "note_datetime", "language")},
            **{name: entity[name] for name in ("label", "start", "end", "score", "source")},
            **{name: _flag(qualifiers[name]["value"]) for name in _QUALIFIERS if name in qualifiers},
            **(_record(records[entity["id"]]) if entity["id"] in records else {}),
            "event_id": event["event_id"],
            "entity": entity["id"],
            "text": found,
            "section": sections.get(entity["section"]),
            "history_reasons": " ".join(cue["rule"] for cue in history.get("cues", ())),
            "drugs": " ".join(drugs[entity["id"]]),
            "system": codes[0]["system"] if codes else None,
            "code": codes[0]["code"] if codes else None,
        }
        yield {name: _cell(value) for name, value in row.items()}


def _record(record: dict[str, Any]) -> dict[str, Any]:
    posology = record["posology"]
    return {
        "medication": record["id"],
        "group": record["group"],
        "status": record["status"],
        "change": record["change"],
        "dose": quantity_words(posology.get("dose")) or ratio_words(posology.get("rate")),
        "strength": ratio_words(posology.get("strength")),
        "frequency": frequency_words(posology.get("timing")),
        "as_needed": _flag(posology.get("as_needed")),
        "route": (posology.get("route") or {}).get("code"),
        "form": (posology.get("form") or {}).get("code"),
        "duration": quantity_words(posology.get("duration")),
        "daily_dose": quantity_words(posology.get("daily_dose")),
    }


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
