"""Reading takes time in proportion to the text, also where a stretch that is given is nothing but a repeated sign."""

from __future__ import annotations

import time

import pytest
from spacy.language import Language

import pipeline

#: So many times longer, and at most so many times that in time: a quadratic reading takes LONGER times as much again.
LONGER, SLACK = 8, 3
SHORT = 1_500


@pytest.fixture(scope="module")
def given() -> Language:
    nlp = pipeline.load("en", entities="given")
    nlp.select_pipes(enable=["anamnesis_linking", "anamnesis_posology"])
    return nlp


def seconds(nlp: Language, stretches: list[tuple[str, str]]) -> float:
    """The processor's time, the best of three, for a drug with attributes (text and label) one behind the other."""
    text, bounds = "Lasix", [(0, 5, "DRUG")]
    for words, label in stretches:
        text += " "
        bounds.append((len(text), len(text) + len(words), label))
        text += words
    best = float("inf")
    for _ in range(3):
        doc = nlp.make_doc(text)
        spans = (doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in bounds)
        doc.set_ents([span for span in spans if span is not None])
        start = time.process_time()
        for _, component in nlp.pipeline:
            doc = component(doc)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "part",
    [
        "1-",
        "1-1-1-1-",
        "1/2/",
        "2 to ",
        "5 mg ",
        "mg/",
        "and ",
        "prn pain ",
        "1,",
        "\t",
        "  ",
        "1234567890",
        "quantity | ",
    ],
)
def test_a_long_attribute_is_read_in_linear_time(given: Language, part: str) -> None:
    def whole(size: int) -> list[tuple[str, str]]:
        return [((part * (size // len(part))).strip() or "x", "DOSAGE"), ("daily", "FREQUENCY")]

    assert seconds(given, whole(SHORT * LONGER)) < LONGER * SLACK * max(seconds(given, whole(SHORT)), 0.001)


@pytest.mark.parametrize(("words", "label"), [("5 mg", "STRENGTH"), ("3-2 times a day", "FREQUENCY")])
def test_a_drug_with_many_attributes_is_read_in_linear_time(given: Language, words: str, label: str) -> None:
    few, many = ([(words, label)] * number for number in (150, 150 * LONGER))
    assert seconds(given, many) < LONGER * SLACK * max(seconds(given, few), 0.001)


def test_reasons_within_reasons_are_read_without_end_of_the_stack(given: Language) -> None:
    assert seconds(given, [("prn pain " * 2_000, "FREQUENCY")]) > 0


@pytest.fixture(scope="module")
def recognised() -> dict[str, Language]:
    languages = {lang: pipeline.load(lang) for lang in ("en", "fr")}
    for nlp in languages.values():
        nlp.select_pipes(enable=["anamnesis_medications", "anamnesis_linking", "anamnesis_posology"])
    return languages


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "part",
    ["i", "a", "1/", "mg ", "5 mg ", "q ", "x3 ", "a ", ", ", "10-", "½", "(", "p.o.", "500 mg/5 ml/", " ", "\t", "1."],
)
def test_a_note_of_a_repeated_sign_is_recognised_in_linear_time(
    recognised: dict[str, Language], lang: str, part: str
) -> None:
    nlp = recognised[lang]

    def spent(size: int) -> float:
        text = "Zolpidex " + (part * size)[:size]
        best = float("inf")
        for _ in range(2):
            doc = nlp.make_doc(text)
            start = time.process_time()
            for _, component in nlp.pipeline:
                doc = component(doc)
            best = min(best, time.process_time() - start)
        return best

    assert spent(2_000 * LONGER) < LONGER * SLACK * max(spent(2_000), 0.002)
