"""Span groups that keep their offsets say what their Spans say, whoever changes them."""

from copy import copy

import pytest
import spacy
from spacy.tokens import DocBin

from pipeline.text.spans import keep, places


def _doc():
    doc = spacy.blank("fr")("Asthme, diabète et fièvre")
    keep(doc, "found", [(span.start_char, span.end_char, "kind") for span in (doc[0:1], doc[2:3])])
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


def test_a_group_is_made_when_it_is_asked_for_in_any_way():
    for ask in (
        lambda doc: doc.spans["found"],
        lambda doc: doc.spans.get("found"),
        lambda doc: dict(doc.spans)["found"],
        lambda doc: doc.spans.copy()["found"],
        lambda doc: doc.spans.setdefault("found", []),
        lambda doc: doc.spans.pop("found"),
        lambda doc: next(iter(doc.spans.values())),
        lambda doc: copy(doc.spans)["found"],
    ):
        doc = _doc()
        assert [(span.text, span.label_) for span in ask(doc)] == [("Asthme", "kind"), ("diabète", "kind")]
    doc = _doc()
    assert "Asthme" in repr(doc.spans)
    assert doc.to_json()["spans"]["found"][0]["label"] == "kind"
    again = doc.copy()
    assert [span.text for span in again.spans["found"]] == ["Asthme", "diabète"]
    assert doc.spans["found"] is doc.spans["found"]


def test_a_group_waits_through_a_merge_of_tokens_before_it():
    doc = spacy.blank("fr")("Pas de fièvre ni toux")
    keep(doc, "found", [(7, 13, "kind")])
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert [span.text for span in doc.spans["found"]] == ["fièvre"]


def test_a_missing_group_has_no_places():
    assert places(_doc(), "missing") == []
