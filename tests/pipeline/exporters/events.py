"""Events to export: sample notes as read by the profiles, and one with every qualifier."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import orjson

import pipeline
from pipeline import samples
from pipeline.enrich import EnrichOptions
from schemas import Note, encode
from tests.profiles import profile

QUALIFIED = (
    "Amoxicillin 500 mg p.o. t.i.d. for 7 days as needed. History of asthma. No diabetes. Mother has hypertension. "
    "Prednisone 40 mg daily for 3 days then 20 mg daily for 3 days. Allergic to penicillin. Denies taking warfarin. "
    "Father takes metformin. Consider starting lisinopril 5 mg if blood pressure rises. He has pneumonia. "
    "Insulin glargine 10 units at bedtime. Furosemide 40 mg tablet one tablet every morning. Colonoscopy in 2015."
)


def event(text: str = QUALIFIED, language: str = "en", *, options: EnrichOptions | None = None, **fields: Any) -> Any:
    """The event of a note as plain JSON."""
    known = {"note_id": "n/1", "patient_id": "p7", "visit_id": "v1", "note_datetime": "2024-03-12T10:00:00+01:00"}
    note = Note(**{**known, "text": text, **fields})
    return orjson.loads(encode(pipeline.enrich(note, profile(language), options=options or EnrichOptions())))


def qualified() -> Any:
    """The event of QUALIFIED, with every qualifier on some drug and some problem."""
    made = event()
    say(made, "Amoxicillin", status="active")
    say(made, "asthma", "history")
    say(made, "diabetes", "negation")
    say(made, "hypertension", "family")
    say(made, "penicillin", "allergy")
    say(made, "warfarin", "negation", status="not-taken")
    say(made, "metformin", "family", status="unknown")
    say(made, "lisinopril", "hypothesis", status="intended")
    say(made, "pneumonia")
    say(made, "Prednisone", "history", status="completed")
    return made


def say(made: Any, words: str, *qualifiers: str, status: str | None = None) -> None:
    """Qualify a mention, whatever the pipeline says: exporters are tested for what they make of it."""
    (entity,) = [one for one in made["entities"] if one["text"] == words]
    for name, qualifier in entity["qualifiers"].items():
        qualifier["value"] = name in qualifiers
    made["medications"] = [
        one for one in made["medications"] if one["drug"] != entity["id"] or "allergy" not in qualifiers
    ]
    for record in made["medications"]:
        if record["drug"] == entity["id"]:
            record |= {name: name in qualifiers for name in ("history", "negation", "family", "hypothesis")}
            record["status"] = status or record["status"]


@functools.cache
def sample_events(language: str) -> tuple[Any, ...]:
    """The events of all sample notes of a language, with their texts echoed in full."""
    notes = [msgspec.convert(sample, Note) for sample in samples.load(language)]
    full = EnrichOptions(text_echo="full")
    return tuple(orjson.loads(encode(one)) for one in pipeline.enrich_many(notes, profile(language), options=full))
