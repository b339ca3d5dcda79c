"""Readers that are not called where they could find nothing: the same elements as with all of them called everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.medications.posology.scanner import Scanner
from pipeline.text.folding import FoldedText

SENTENCES = [
    json.loads(line)
    for line in (Path(__file__).parent / "dosing_sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


def calling_all(lang: str) -> Scanner:
    """A scanner that calls every reader wherever something may begin."""
    scanner = Scanner(lang)
    every = tuple((reader.read, None) for reader in scanner._readers())
    for opening in scanner._openings.values():
        opening.gated, opening.needs = every, None
    return scanner


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_reader_is_left_out_only_where_it_finds_nothing(lang):
    scanner, thorough = Scanner(lang), calling_all(lang)
    texts = [FoldedText.of(row["text"]).folded for row in SENTENCES if row["language"] == lang]
    assert len(texts) > 400
    assert [text for text in texts if scanner.scan(text) != thorough.scan(text)] == []


WORDS = (
    "q",
    "q.",
    "x",
    "6",
    "4",
    "-",
    "/",
    "to",
    "h",
    "hours",
    "every",
    "times",
    "day",
    "mg",
    "tab",
    "prn",
    "a",
    ".",
    ",",
)


@given(st.lists(st.sampled_from([*WORDS, " ", "toutes les", "fois", "par", "jour", "½", "matin"]), max_size=12))
@pytest.mark.parametrize("scanner", [Scanner("en"), Scanner("fr")], ids=["en", "fr"])
def test_reading_goes_forward(scanner, words):
    elements = scanner.scan("".join(words))
    assert all(element.end > element.start for element in elements)


@pytest.mark.parametrize("interval", ["q6-4h", "q8-6hrs", "q6 to 4 hours", "q 6 - 4 h", "q6-4"])
def test_an_interval_that_runs_backwards_ends(interval):
    elements = Scanner("en").scan(f"40 mg {interval}")
    assert {element.code for element in elements if element.kind == "unread"} == {"range_backwards"}
