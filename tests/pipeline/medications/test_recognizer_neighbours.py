"""Words that are of a drug in one place and of something else in the next: drops and drips, verbs, years, what is dispensed."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        # A count and its form, as of "drops"; a drip is none.
        ("Travatan 1 gtt OS qhs, Refresh 2 gtts OU prn", ["gtt", "gtts"]),
        ("Timolol gtt OD bid", ["gtt"]),
        ("Heparin gtt per protocol, insulin gtt off", []),
        # What is done with a dose, and what a pressure does.
        ("Drop Vyvanse XR to 20 mg. Next Zoladex drop to 40 mg", []),
        ("Grade 2 rash: drop capecitabine to 1000 mg", []),
        ("cap gabapentin at 600 mg a day", []),
        ("If BP drops, give albumin 25 g", []),
        ("Pilocarpine 2% one drop OD bid", ["drop"]),
        # A title of a list.
        ("Previous inhalers: Qvar, Pulmicort. Prior drops: Betagan", []),
        ("Qvar inhaler bid", ["inhaler"]),
        # A box.
        ("Naloxone kit given", []),
        ("Vivelle 50 patches", ["patches"]),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


@pytest.mark.parametrize(
    ("text", "dosages"),
    [
        ("Travatan 1 gtt OS qhs, Refresh 2 gtts OU prn", ["1", "2"]),
        ("Dilt gtt 5/hr", ["5/hr"]),
        ("Took one Aleve and two old Norco", ["one", "two"]),
        ("Arrived for Ocrevus #2 of 4, feels well", []),
    ],
)
def test_dosages(english: Language, text: str, dosages: list[str]) -> None:
    assert of(english, text, "DOSAGE") == dosages


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("Norspan 10 mcg/hr weekly", ["10 mcg/hr"]),
        ("Evorel 25 patches twice weekly", ["25"]),
        ("Concerta 2019 to 2021, stopped", []),
        ("Trizivir 99-03, Kaletra 03-08", []),
        ("Advair 100/50 bid", ["100/50"]),
        ("Metronidazole refilled, 60 g tube", []),
        ("MiraLax 17 g daily", ["17 g"]),
    ],
)
def test_strengths(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Ibuprofen 400 mg up to TDS", ["up to TDS"]),
        ("Tylenol 500 mg almost every night, Zyrtec nearly daily", ["almost every night", "nearly daily"]),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Toradol 10 mg q6h prn pain max 5 days, fluids", ["max 5 days"]),
        ("Angina: no nitrates for 5 yrs", []),
        ("Nitrates for 5 yrs", ["for 5 yrs"]),
    ],
)
def test_durations(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations
