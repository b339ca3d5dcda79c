"""French notes in the layouts of several services, written for this test: [x]+ is of the past, [x]- is not."""

from __future__ import annotations

import re

import pytest

import pipeline

_MARKED = re.compile(r"\[([^]]+)]([+-])")

CASES = [
    ("a birth date without its day", "2023-07-21", "Monsieur né en janvier 1948, [BPCO]- stade III."),
    ("a year of birth", "2023-07-21", "Patiente née en 1972 : [myélome]- à IgG."),
    ("what came before the visit", "2023-12-12", "Transférée le 01/12/2023 après un [AVC]+ survenu le 14/11/2023."),
    ("what the visit is for", "2023-12-12", "Hospitalisée le 01/12/2023 pour [pneumopathie]-."),
]


@pytest.fixture(scope="module")
def french():
    return pipeline.load("fr", entities="given")


@pytest.mark.parametrize(("case", "note", "marked"), CASES, ids=[case for case, _, _ in CASES])
def test_problems(french, case, note, marked):
    text = _MARKED.sub(r"\1", marked)
    doc = french.make_doc(text)
    doc._.note_datetime = note
    spans, shift = [], 0
    for match in _MARKED.finditer(marked):
        start = match.start() - shift
        spans.append(doc.char_span(start, start + len(match[1]), "PROBLEM", alignment_mode="expand"))
        shift += 3
    doc.ents = spans
    french(doc)
    assert [(span.text, span._.history) for span in doc.ents] == [(m[1], m[2] == "+") for m in _MARKED.finditer(marked)]
