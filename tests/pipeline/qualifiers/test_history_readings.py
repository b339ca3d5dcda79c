"""Readings of short texts, written from the specification by somebody who had not seen the code.

`history_readings.jsonl`: one reading a line with its section of the specification (A the contract, B where the reference
is wrong, C English) and its class; `why` says what decides. Settings are the profile's, but for what `config` changes.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import pytest
from spacy.util import filter_spans

import pipeline

READINGS = [
    json.loads(line)
    for line in (Path(__file__).parent / "history_readings.jsonl").read_text(encoding="utf-8").splitlines()
]


@lru_cache(maxsize=16)
def profile(lang, config):
    settings = {f"components.anamnesis_history.{name}": value for name, value in json.loads(config).items()}
    return pipeline.load(lang, entities="given", overrides=settings)


def qualified(reading):
    """The mentions of a reading with their Spans after the pipeline has run."""
    nlp = profile(reading["language"], json.dumps(reading["config"]))
    doc = nlp.make_doc(reading["text"])
    doc._.note_datetime, doc._.birth_datetime = reading["note_datetime"], reading["birth_datetime"]
    spans = []
    for mention in reading["mentions"]:
        places = [match.span() for match in re.finditer(re.escape(mention["term"]), reading["text"])]
        start, end = places[mention["occurrence"] - 1]
        spans.append(doc.char_span(start, end, mention["label"], alignment_mode="expand"))
    doc.ents = filter_spans(spans)
    doc.spans["problems"] = [span for span in spans if span not in doc.ents]
    nlp(doc)
    return doc, zip(reading["mentions"], spans, strict=True)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading["id"])
def test_reading(reading):
    doc, mentions = qualified(reading)
    wrong = [
        f"{mention['term']} is {quality} {expected}: {mention['why']}"
        for mention, span in mentions
        for quality in ("history", "negation", "family")
        if (expected := mention.get(quality)) is not None and getattr(span._, quality) is not expected
    ]
    assert wrong == [], doc.text


def test_there_are_readings_of_every_class():
    sections = [(reading["section"], reading["class"]) for reading in READINGS]
    assert len(READINGS) >= 200
    assert len(set(sections)) >= 40
    assert {section for section, _ in sections} == {"A", "B", "C"}
