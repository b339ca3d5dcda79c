"""csv: one row for each entity, drugs with their posology, what is qualified with its reasons."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.exporters.registry import Block, Context, Event, register
from pipeline.exporters.words import (
    cut,
    frequency_words,
    posology_words,
    quantity_words,
    ratio_words,
    step_words,
    timing_code,
)

_QUALIFIERS = ("history", "negation", "family", "hypothesis", "allergy")
_NOTE = ("note_id", "note_version", "patient_id", "visit_id", "note_datetime", "language")
_AMOUNT = ("dose_value", "dose_low", "dose_high", "dose_unit")
_POSOLOGY = (
    "posology", "dose", *_AMOUNT, "strength", "rate", "frequency", "timing_code", "as_needed", "as_needed_for", "route",
    "form", "duration", "max_dose", "daily_dose", "daily_dose_assumptions", "steps",
)  # fmt: skip

COLUMNS = (
    *_NOTE, "entity", "label", "start", "end", "text", "section", *_QUALIFIERS,
    *(f"{name}_reasons" for name in _QUALIFIERS), "drugs", "drug_texts", "link_reasons", "medication", "group", "status",
    "change", "change_reason", *_POSOLOGY, "warnings", "system", "code", "score", "source", "event_id",
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
    entities = {entity["id"]: entity for entity in event["entities"]}
    sections = {section["id"]: section["label"] for section in event["sections"]}
    records = {record["drug"]: record for record in event["medications"]}
    links = defaultdict(list)
    for relation in event["relations"]:
        links[relation["tail"]].append(relation)
    warnings = defaultdict(list)
    for warning in event["warnings"]:
        warnings[warning["entity"]].append(warning["code"])
    for entity in event["entities"]:
        qualifiers = entity["qualifiers"] or {}
        of = links[entity["id"]]
        row = {
            **{name: note[name] for name in _NOTE},
            **{name: entity[name] for name in ("label", "start", "end", "score", "source")},
            **{name: _flag(qualifiers[name]["value"]) for name in _QUALIFIERS if name in qualifiers},
            **{f"{name}_reasons": _reasons(event, one["cues"], text) for name, one in qualifiers.items()},
            **(_record(event, records[entity["id"]], text) if entity["id"] in records else {}),
            "event_id": event["event_id"],
            "entity": entity["id"],
            "text": cut(event, entity, text),
            "section": sections.get(entity["section"]),
            "drugs": " ".join(one["head"] for one in of),
            "drug_texts": "; ".join(cut(event, entities[one["head"]], text) or "" for one in of),
            "link_reasons": " ".join(one["reason"] for one in of),
            "warnings": " ".join(warnings[entity["id"]]),
            "system": " ".join(dict.fromkeys(code["system"] for code in entity["codes"])),
            "code": " ".join(code["code"] for code in entity["codes"]),
        }
        yield {name: _cell(value) for name, value in row.items()}


def _reasons(event: Event, cues: Iterable[Mapping[str, Any]], text: str | None) -> str:
    """Each cue by its rule, its date and age where it is one, and its words where the text is at hand."""
    found = []
    for cue in cues:
        age = f" {cue['date']} ({cue['age_days']} d)" if cue.get("date") and cue.get("age_days") is not None else ""
        words = cut(event, cue, text)
        found.append(f"{cue['rule']}{age}" + (f": {' '.join(words.split())}" if words else ""))
    return "; ".join(found)


def _record(event: Event, record: Mapping[str, Any], text: str | None) -> dict[str, Any]:
    posology = record["posology"]
    dose = posology.get("dose") or {}
    steps = posology.get("steps") or ()
    # Where steps have durations of their own, one that all have is not that of the course.
    duration = None if any(step.get("duration") for step in steps) else posology.get("duration")
    return {
        "medication": record["id"],
        "group": record["group"],
        "status": record["status"],
        "change": record["change"],
        "change_reason": _reasons(event, record.get("change_cues") or (), text),
        "posology": posology_words(posology),
        "dose": quantity_words(dose),
        **{name: dose.get(name.removeprefix("dose_")) for name in _AMOUNT},
        "strength": ratio_words(posology.get("strength")),
        "rate": ratio_words(posology.get("rate")),
        "frequency": frequency_words(posology.get("timing")),
        "timing_code": timing_code(posology.get("timing")),
        "as_needed": _flag(posology.get("as_needed")),
        "as_needed_for": posology.get("as_needed_for"),
        "route": (posology.get("route") or {}).get("code"),
        "form": (posology.get("form") or {}).get("code"),
        "duration": quantity_words(duration),
        "max_dose": ratio_words(posology.get("max_dose")),
        "daily_dose": quantity_words(posology.get("daily_dose")),
        "daily_dose_assumptions": "; ".join((posology.get("daily_dose") or {}).get("assumptions") or ()),
        "steps": " | ".join(step_words(step) for step in steps),
    }


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
