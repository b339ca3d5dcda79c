"""From characters to tokens and back."""

from __future__ import annotations

import gc
import weakref

import pytest
import spacy

from pipeline.text.doc_text import DocText


@pytest.fixture(scope="module")
def doc():
    return spacy.blank("en")("Two  tablets daily.")


@pytest.fixture(scope="module")
def index(doc):
    return DocText.of(doc).offsets(doc)


def test_offsets_are_those_of_the_tokens(doc, index):
    assert index.starts == [token.idx for token in doc]
    assert index.ends == [token.idx + len(token) for token in doc]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (0, 3, "Two"),
        (1, 2, "Two"),
        (5, 18, "tablets daily"),
        (3, 5, " "),
        (13, 18, "daily"),
        (6, 14, "tablets daily"),
        (18, 99, "."),
    ],
)
def test_a_span_is_expanded_to_whole_tokens(doc, index, start, end, text):
    span = index.span(doc, start, end, "X")
    assert (span.text, span.label_) == (text, "X")


def test_blanks_between_tokens_hold_no_token(index):
    assert index.bounds(3, 4) == (1, 1)
    assert index.at(3) == 0


def test_the_empty_doc():
    empty = spacy.blank("en")("")
    index = DocText.of(empty).offsets(empty)
    assert (len(index), index.at(0), index.first(0), index.bounds(0, 5)) == (0, -1, 0, (0, 0))


def test_offsets_follow_tokens_that_another_component_merges():
    doc = spacy.blank("en")("Two tablets daily")
    read = DocText.of(doc)
    assert len(read.offsets(doc)) == 3
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert read.offsets(doc).starts == [0, 12]
    assert DocText.of(doc) is read


def test_nothing_of_a_text_outlives_its_doc():
    doc = spacy.blank("en")("Two tablets daily")
    read = weakref.ref(DocText.of(doc))
    assert read() is not None
    del doc
    gc.collect()
    assert read() is None
