"""Short signs that are drugs where they are given, names of two words, and words that are a form, a drug or something else."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # With an amount that is given, and not with a result.
        ("Mg 4 g IV over 20 min given.", ["Mg"]),
        ("K 2.9, K 60 mEq PO x1.", ["K"]),
        ("K 20-40 mEq PO daily", ["K"]),
        ("PEG 17 g daily for constipation", ["PEG"]),
        ("Labs: Na 138, K 3.9, Mg 1.8.", []),
        ("K 4.1 mEq/L, Mg 2 mg/dL", []),
        ("Ramipril 5 mg 1 tab daily", ["Ramipril"]),
        ("RAMIPRIL 5 MG 2 G", ["RAMIPRIL"]),
        ("Feeds via PEG 60 g", []),
        ("PEG placed 8/4, flushed daily", []),
        # A substance and its brand, a salt behind the name.
        ("insulin Humalog 6 units with meals", ["insulin Humalog"]),
        ("insulin NovoMix 30 18 units bd", ["insulin NovoMix 30"]),
        ("insulin, metformin", ["insulin", "metformin"]),
        ("insulin Levemir 10 units, vancomycin 1 g", ["insulin Levemir", "vancomycin"]),
        ("perindopril arginine 10 mg od", ["perindopril arginine"]),
        ("arginine 3 g daily", ["arginine"]),
    ],
)
def test_drugs(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        # Pneumonia, and a capsule.
        ("Admitted with CAP. Cefuroxime 1.5 g IV q8h.", []),
        ("Dx: CAP. Doxycycline 100 mg bid.", []),
        ("CAP - cefuroxime 1.5 g q8h", []),
        ("CAP on cefuroxime 1.5 g q8h", []),
        ("Doxycycline 100 mg cap bid", ["cap"]),
        ("Take 1 cap - with food", ["cap"]),
        ("Cap. Doxycycline 100 mg bd", ["Cap."]),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        # Behind a level in the blood.
        ("Tobramycin 300 mg IV q24h, trough 0.8, x 5 days.", ["x 5 days"]),
        ("Vancomycin 1 g q12h (trough 14), for 6 weeks", ["for 6 weeks"]),
        ("Vancomycin 1 g q12h, recheck trough in 3 days", []),
    ],
)
def test_durations(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Kaliémie 3,4. Mg 2 g IVSE sur 4 h", ["Mg"]),
        ("Bio : K 3,9, Mg 0,8", []),
        ("insuline Humalog 6 UI au repas", ["insuline Humalog"]),
        ("insuline Tresiba 14 UI le soir puis vancomycine 1 g", ["insuline Tresiba", "vancomycine"]),
        ("Glucophage arrêté 48 h avant injection d'iode.", ["Glucophage"]),
        ("Scanner sans injection d'iode ce jour.", []),
        ("Iode 100 µg/j pendant la grossesse", ["Iode"]),
    ],
)
def test_french_drugs(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Glucophage arrêté 48 h avant injection d'iode.", []),
        ("EMLA 1 h avant injection", ["1 h avant injection"]),
    ],
)
def test_french_how_often(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies
