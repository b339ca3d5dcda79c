"""The work of reading is in proportion to the text, also where a stretch that is given is nothing but a repeated sign."""

from __future__ import annotations

import pytest
from spacy.language import Language

import pipeline
from tests.growth import ATTRIBUTES, SIGNS, growth, long_attribute, read, repeated, with_attributes

#: So many times longer, and at most so many times that in steps: a quadratic reading takes LONGER times as much again.
LONGER, SLACK = 8, 1.5
SHORT = 1_500


@pytest.fixture(scope="module", params=["en", "fr"])
def given(request: pytest.FixtureRequest) -> Language:
    nlp = pipeline.load(request.param, entities="given")
    nlp.select_pipes(enable=["anamnesis_linking", "anamnesis_posology"])
    return nlp


@pytest.mark.parametrize("part", ATTRIBUTES)
def test_a_long_attribute_is_read_in_linear_time(given: Language, part: str) -> None:
    assert growth(given, lambda size: long_attribute(given, part, size), SHORT, LONGER) < LONGER * SLACK


@pytest.mark.parametrize(("words", "label"), [("5 mg", "STRENGTH"), ("3-2 times a day", "FREQUENCY")])
def test_a_drug_with_many_attributes_is_read_in_linear_time(given: Language, words: str, label: str) -> None:
    assert growth(given, lambda number: with_attributes(given, [(words, label)] * number), 150, LONGER) < LONGER * SLACK


def test_reasons_within_reasons_are_read_without_end_of_the_stack(given: Language) -> None:
    doc = read(given, with_attributes(given, [("prn pain " * 2_000, "FREQUENCY")]))
    assert len(doc._.medications) == 1


@pytest.fixture(scope="module")
def recognised() -> dict[str, Language]:
    languages = {lang: pipeline.load(lang) for lang in ("en", "fr")}
    for nlp in languages.values():
        nlp.select_pipes(enable=["anamnesis_medications", "anamnesis_linking", "anamnesis_posology"])
    return languages


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("part", SIGNS)
def test_a_note_of_a_repeated_sign_is_recognised_in_linear_time(
    recognised: dict[str, Language], lang: str, part: str
) -> None:
    nlp = recognised[lang]
    made = growth(nlp, lambda size: nlp.make_doc(repeated("Zolpidex {}", part, size)), 2_000, LONGER)
    assert made < LONGER * SLACK


def test_a_row_of_drugs_is_read_in_linear_time(recognised: dict[str, Language]) -> None:
    nlp = recognised["fr"]
    made = growth(nlp, lambda size: nlp.make_doc(repeated("Lasix {}", "or, ", size)), 2_000, LONGER)
    assert made < LONGER * SLACK
