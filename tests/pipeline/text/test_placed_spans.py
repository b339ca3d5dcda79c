"""Span groups that keep their offsets say what their Spans say, whoever changes them."""

import pytest
import spacy
from spacy.tokens import DocBin

from pipeline.text.spans import keep, places


def _doc():
    doc = spacy.blank("fr")("Asthme, diabète et fièvre")
    spans = [doc[0:1], doc[2:3]]
    keep(doc, "found", spans, [(span.start_char, span.end_char, "") for span in spans])
    return doc


def _of_spans(doc):
    return [(span.start_char, span.end_char, span.label_) for span in doc.spans["found"]]


def _replaced(doc):
    doc.spans["found"][0] = doc[4:5]


def _deleted(doc):
    del doc.spans["found"][1]


def _added(doc):
    doc.spans["found"] += [doc[4:5]]


CHANGES = {
    "none": lambda doc: None,
    "append": lambda doc: doc.spans["found"].append(doc[4:5]),
    "extend": lambda doc: doc.spans["found"].extend([doc[4:5]]),
    "from_bytes": lambda doc: doc.spans["found"].from_bytes(doc.spans["found"].to_bytes()),
    "assign": lambda doc: doc.spans.update({"found": [doc[4:5]]}),
    "replace": _replaced,
    "delete": _deleted,
    "add": _added,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_places_are_those_of_the_spans_after_every_change(change):
    doc = _doc()
    change(doc)
    assert places(doc, "found") == _of_spans(doc) != []


def test_a_group_that_was_written_and_read_has_the_same_places():
    doc = _doc()
    (again,) = DocBin(docs=[doc]).get_docs(doc.vocab)
    assert places(again, "found") == places(doc, "found")


def test_a_missing_group_has_no_places():
    assert places(_doc(), "missing") == []
