"""From characters to tokens and back."""

from __future__ import annotations

import pytest
import spacy

from pipeline.text.spans import TokenIndex


@pytest.fixture(scope="module")
def index():
    return TokenIndex(spacy.blank("en")("Two  tablets daily."))


def test_offsets_are_those_of_the_tokens(index):
    assert index.starts == [token.idx for token in index.doc]
    assert index.ends == [token.idx + len(token) for token in index.doc]


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
def test_a_span_is_expanded_to_whole_tokens(index, start, end, text):
    span = index.span(start, end, "X")
    assert (span.text, span.label_) == (text, "X")


def test_blanks_between_tokens_hold_no_token(index):
    assert index.bounds(3, 4) == (1, 1)
    assert index.at(3) == 0


def test_the_empty_doc():
    index = TokenIndex(spacy.blank("en")(""))
    assert (len(index), index.at(0), index.first(0), index.bounds(0, 5)) == (0, -1, 0, (0, 0))
