"""How Commonwealth lists write: one letter for how often, times of day in a row, applicators, names of lists."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Tritace 5 mg m; Cartia 100 mg d\nVentolin 2 puffs m, Caltrate 600 mg d.", ["m", "d", "m", "d"]),
        ("Madopar 125 mg 06-10-14-18-22; Levemir 18 units 21:30", ["06-10-14-18-22", "21:30"]),
        ("Lignocaine plaster 12 hours on, 12 off", ["12 hours on, 12 off"]),
        ("Panadeine 500 mg now and again, Gaviscon every so often.", ["now and again", "every so often"]),
        # Stopped, dates, a time that something was given at, and what was supplied.
        ("Aspirin 100 mg d/c. Prednisone 5 mg mane", ["mane"]),
        ("Amoxicillin 500 mg 07-11-15. Ventolin 100 mcg x2 renewed", []),
        ("Glucose 4-hrly, ketones", []),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Flixotide Junior, then Symbicort Rapihaler 50/3 2 puffs bd", ["Flixotide Junior", "Symbicort Rapihaler"]),
        ("Sips of Painstop Night, Logem 50 mg; Celestoderm to arms", ["Painstop Night", "Logem", "Celestoderm"]),
        ("caffeine load on day 2. Stays on low dose pred\nEPO while on dialysis", ["caffeine", "pred", "EPO"]),
        ("pred last dispensed May; isoniazid + PAS then", ["pred", "isoniazid", "PAS"]),
        # People, illnesses and tests.
        ("Re: Mrs Mary Rennie, Oban. Her caffeine intake is high.", []),
        ("RVD pos, on TLD; tac + MMF levels; glucose 6 hourly; PAS stain negative", ["TLD"]),
        ("B/O Meera, DOL 4", []),
    ],
)
def test_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


def test_amounts_and_routes(english: Language) -> None:
    assert of(english, "Vagifem cream, one applicator nightly", "DOSAGE") == ["one applicator"]
    assert of(english, "Thiamine then '04 oral cyclophosphamide, prednisone '10 oral", "DOSAGE") == []
    assert of(english, "lignocaine 2% 2 ml, infiltration. Fatty infiltration of the liver", "ROUTE") == ["infiltration"]


def test_weights(english: Language) -> None:
    assert of(english, "CW 1250 g, Curosurf 100 mg; dry weight 900 g", "STRENGTH") == ["100 mg"]


def test_time_without_a_drug(english: Language) -> None:
    assert of(english, "Took sertraline then, none for 6 yrs. Not required frusemide for two years.", "DURATION") == []
    assert of(english, "Took sertraline for 6 yrs.", "DURATION") == ["for 6 yrs"]
