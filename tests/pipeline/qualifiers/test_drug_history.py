"""When the use of a drug is over, on sentences written by the classes in which clinicians tell it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipeline

_MARKED = re.compile(r"\[([^]]+)]([+-])")
ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "drug_histories.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
][1:]


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load("en", entities="given")


@pytest.mark.parametrize(("kind", "sentence"), ROWS, ids=[f"{kind}: {sentence}" for kind, sentence in ROWS])
def test_end_of_use_is_told_from_going_on(nlp, kind, sentence):
    sentence = sentence.replace("\\n", "\n")
    text, drugs = "", []
    last = 0
    for match in _MARKED.finditer(sentence):
        text += sentence[last : match.start()]
        drugs.append((len(text), len(text) + len(match[1]), match[2] == "+"))
        text += match[1]
        last = match.end()
    doc = nlp.make_doc(text + sentence[last:])
    doc.ents = [doc.char_span(start, end, "DRUG", alignment_mode="expand") for start, end, _ in drugs]
    nlp(doc)
    found = [(span.text, span._.history) for span in doc.ents]
    assert found == [(text[start:end], past) for start, end, past in drugs]
