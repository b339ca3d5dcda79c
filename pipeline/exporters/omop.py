"""omop: rows for the OMOP common data model 5.4, as CSV files: NOTE_NLP, DRUG_EXPOSURE and source_ids.

- NOTE_NLP has a row for every entity, attributes too. `term_exists` is N where the mention is negated, hypothetical,
  of a relative, or a drug that the patient is allergic to; `term_temporal` is Past where it is history, and empty for
  the reaction to such a drug.
- DRUG_EXPOSURE has a row for every mention of a medication that the patient takes by the note: status active, neither
  history nor negated, family or hypothetical, in a note with a date and a patient.
- The exposure starts on the day of the note. `days_supply` is the length of the course, in whole days, where the note
  gives it in days or weeks: one duration, or the sum of those of steps that follow each other, or a single dose (1).
  `drug_exposure_end_date` is start + days_supply - 1, as the data model reckons. Both are empty where the length is not
  known (no duration, a range, one duration for several steps, "for life", a further change of the dose), and the end
  alone where the note continues a course that began before it, or gives another date beside the drug. The data model requires an end date: it is not made up here, for the start date or
  start + 29 would read as a fact of the note. Fill the empty ones by your site's convention when the table is loaded.
- Concept ids are 0 where no mapping is known (all but the type concept), and source values are kept.
- `note_id`, `person_id` and the like are numbered from 1 in one export; `source_ids.csv` says which id of the source
  each stands for, to be replaced by those of the target database.

Texts are cut to the width of their column.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.annotation.gold import ATTRIBUTES
from pipeline.exporters.allergies import is_reaction
from pipeline.exporters.courses import course_days
from pipeline.exporters.registry import Block, Context, Event, register
from pipeline.exporters.words import cut, instruction, posology_words

NOTE_NLP = (
    "note_nlp_id", "note_id", "section_concept_id", "snippet", "offset", "lexical_variant", "note_nlp_concept_id",
    "note_nlp_source_concept_id", "nlp_system", "nlp_date", "nlp_datetime", "term_exists", "term_temporal",
    "term_modifiers",
)  # fmt: skip
DRUG_EXPOSURE = (
    "drug_exposure_id", "person_id", "drug_concept_id", "drug_exposure_start_date", "drug_exposure_start_datetime",
    "drug_exposure_end_date", "drug_exposure_end_datetime", "verbatim_end_date", "drug_type_concept_id", "stop_reason",
    "refills", "quantity", "days_supply", "sig", "route_concept_id", "lot_number", "provider_id", "visit_occurrence_id",
    "visit_detail_id", "drug_source_value", "drug_source_concept_id", "route_source_value", "dose_unit_source_value",
)  # fmt: skip
SOURCE_IDS = ("table_name", "id", "source_value")

# Vocabulary "Type Concept": NLP.
_TYPE_NLP = 32858
_WIDTHS = {
    "snippet": 250, "lexical_variant": 250, "nlp_system": 250, "term_modifiers": 2000, "drug_source_value": 50,
    "route_source_value": 50, "dose_unit_source_value": 50,
}  # fmt: skip
_TEMPORAL = {True: "Past", False: "Present", None: None}
_AROUND = 60


@register("omop", "OMOP CDM 5.4 tables NOTE_NLP and DRUG_EXPOSURE, CSV", folder=True)
def export(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """The three tables, written side by side as the events come."""
    tables = _Tables(context)
    for name, columns in (("NOTE_NLP", NOTE_NLP), ("DRUG_EXPOSURE", DRUG_EXPOSURE)):
        yield f"{name}.csv", _csv(columns, [dict(zip(columns, columns, strict=True))])
    for event in events:
        terms, exposures = tables.rows(event)
        yield "NOTE_NLP.csv", _csv(NOTE_NLP, terms)
        yield "DRUG_EXPOSURE.csv", _csv(DRUG_EXPOSURE, exposures)
    yield "source_ids.csv", _csv(SOURCE_IDS, [dict(zip(SOURCE_IDS, SOURCE_IDS, strict=True)), *tables.source_ids()])


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
    writer.writerows({name: _fitted(name, value) for name, value in row.items()} for row in rows)
    return buffer.getvalue().encode()


def _fitted(column: str, value: Any) -> Any:
    return value[: _WIDTHS[column]] if column in _WIDTHS and isinstance(value, str) else value


class _Tables:
    """The rows of one export, with the numbers given so far."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.numbers: dict[str, dict[str, int]] = {"NOTE": {}, "PERSON": {}, "VISIT_OCCURRENCE": {}}
        self.terms = self.exposures = 0

    def source_ids(self) -> Iterator[dict[str, Any]]:
        """Which id of the source each number stands for."""
        for table, numbers in self.numbers.items():
            for value, number in numbers.items():
                yield {"table_name": table, "id": number, "source_value": value}

    def rows(self, event: Event) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows of one event in NOTE_NLP and in DRUG_EXPOSURE."""
        text = self.context.text(event)
        first = self.terms + 1
        ids = {entity["id"]: first + place for place, entity in enumerate(event["entities"])}
        self.terms += len(ids)
        terms = [self._term(event, entity, ids, text) for entity in event["entities"]]
        return terms, [row for record in event["medications"] if (row := self._exposure(event, record, text))]

    def _number(self, table: str, value: str | None) -> int | None:
        numbers = self.numbers[table]
        return numbers.setdefault(value, len(numbers) + 1) if value is not None else None

    def _term(
        self, event: Event, entity: Mapping[str, Any], ids: Mapping[str, int], text: str | None
    ) -> dict[str, Any]:
        holds = {name: one["value"] for name, one in (entity["qualifiers"] or {}).items()}
        denied = ("negation", "family", "hypothesis", *(("allergy",) if entity["label"] == "DRUG" else ()))
        made = event["pipeline"]
        received = event.get("timings", {}).get("received_at")
        return {
            "note_nlp_id": ids[entity["id"]],
            "note_id": self._number("NOTE", event["note"]["note_id"]),
            "section_concept_id": 0,
            "snippet": _snippet(event, entity, text),
            "offset": entity["start"],
            "lexical_variant": cut(event, entity, text),
            "note_nlp_concept_id": 0,
            "note_nlp_source_concept_id": 0,
            "nlp_system": f"anamnesis {made['version']} {made['profile']} {made['fingerprint']}",
            "nlp_date": received[:10] if received else self.context.today.isoformat(),
            "nlp_datetime": received,
            "term_exists": "N" if any(holds.get(name) for name in denied) else "Y",
            "term_temporal": _temporal(entity, holds.get("history")),
            "term_modifiers": _modifiers(event, entity, holds, ids),
        }

    def _exposure(self, event: Event, record: Mapping[str, Any], text: str | None) -> dict[str, Any] | None:
        note, posology = event["note"], record["posology"]
        doubtful = any(record[name] for name in ("history", "negation", "family", "hypothesis"))
        if record["status"] != "active" or doubtful or note["patient_id"] is None or note["note_datetime"] is None:
            return None
        entities = {entity["id"]: entity for entity in event["entities"]}
        start = datetime.datetime.fromisoformat(note["note_datetime"])
        days = course_days(record, {warning["entity"] for warning in event["warnings"]})
        route = posology.get("route") or {}
        drug = entities[record["drug"]]
        begins_now = record["change"] != "continue" and not _dated_otherwise(drug, start.date())
        self.exposures += 1
        return {
            "drug_exposure_id": self.exposures,
            "person_id": self._number("PERSON", note["patient_id"]),
            "drug_concept_id": 0,
            "drug_exposure_start_date": start.date().isoformat(),
            "drug_exposure_start_datetime": start.isoformat(),
            "drug_exposure_end_date": _end(start.date(), days) if begins_now else None,
            "drug_type_concept_id": _TYPE_NLP,
            "days_supply": days,
            "sig": instruction(event, record, text) or posology_words(posology),
            "route_concept_id": 0,
            "visit_occurrence_id": self._number("VISIT_OCCURRENCE", note["visit_id"]),
            "drug_source_value": cut(event, drug, text),
            "drug_source_concept_id": 0,
            "route_source_value": route.get("text") or route.get("code"),
            "dose_unit_source_value": (posology.get("dose") or {}).get("unit"),
        }


def _dated_otherwise(drug: Mapping[str, Any], day: datetime.date) -> bool:
    """Does the note give another date than its own beside a drug: "on 3/8 for 7 days"?"""
    cues = ((drug["qualifiers"] or {}).get("history") or {}).get("cues", ())
    return any(cue["kind"] == "date" and cue.get("date") != day.isoformat() for cue in cues)


def _end(start: datetime.date, days: int | None) -> str | None:
    """The last day of a course; None where its length is not known, or where no date holds the end."""
    if days is None or (datetime.date.max - start).days < days:
        return None
    return (start + datetime.timedelta(days=days - 1)).isoformat()


def _temporal(entity: Mapping[str, Any], past: bool | None) -> str | None:
    """When the patient has the term; a reaction is told of whenever it was."""
    return None if past is False and is_reaction(entity) else _TEMPORAL[past]


def _snippet(event: Event, entity: Mapping[str, Any], text: str | None) -> str | None:
    if text is None:
        return None
    start, end = entity["start"], entity["end"]
    if event["offset_unit"] == "utf16":
        units = text.encode("utf-16-le")
        text = units.decode("utf-16-le")
        start, end = (len(units[: 2 * place].decode("utf-16-le")) for place in (start, end))
    return " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())


def _modifiers(
    event: Event, entity: Mapping[str, Any], holds: Mapping[str, bool | None], ids: Mapping[str, int]
) -> str:
    """Modifiers as key=value with commas between them, of closed lists and numbers only."""
    parts = [f"label={entity['label']}"]
    drugs = [ids[one["head"]] for one in event["relations"] if one["tail"] == entity["id"]]
    if entity["label"] in ATTRIBUTES:
        return ",".join([*parts, *(f"of_note_nlp_id={number}" for number in drugs)])
    if holds:
        parts += [
            f"negated={'yes' if holds.get('negation') else 'no'}",
            f"subject={'family' if holds.get('family') else 'patient'}",
            f"conditional={str(bool(holds.get('hypothesis'))).lower()}",
            f"allergy={str(bool(holds.get('allergy'))).lower()}",
        ]
    if holds.get("history") is not None:
        parts.append(f"historical={str(holds['history']).lower()}")
    record = next((one for one in event["medications"] if one["drug"] == entity["id"]), None)
    if record is not None:
        parts += [f"status={record['status']}", f"change={record['change']}"]
    return ",".join(parts)
