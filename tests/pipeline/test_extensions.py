"""Extension values are read without spaCy's object for each `span._`, and are the same."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Span

from pipeline import extensions


@pytest.fixture
def span():
    """A span of a Doc, with extensions of each sort that are gone afterwards."""
    names = {"of_test_plain": {"default": "none"}, "of_test_computed": {"getter": lambda span: span.text.upper()}}
    for name, settings in names.items():
        Span.set_extension(name, **settings)
    yield spacy.blank("en")("Asthma since 2015.")[0:1]
    for name in names:
        Span.remove_extension(name)


def test_of_span_gives_the_default_where_nothing_is_written(span):
    assert extensions.of_span(span, "of_test_plain") == span._.of_test_plain == "none"


def test_of_span_gives_what_is_written(span):
    span._.of_test_plain = "here"
    assert extensions.of_span(span, "of_test_plain") == "here"


def test_of_span_computes_what_another_library_computes(span):
    assert extensions.of_span(span, "of_test_computed") == span._.of_test_computed == "ASTHMA"
