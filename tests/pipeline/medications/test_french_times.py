"""French notes: times, limits and courses that are said in words of their own, and what only looks like them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        # Limits, with what they are of.
        ("Tramal 20 gouttes max 4x/j en réserve", ["max 4x/j en réserve"]),
        ("Dafalgan 1 g au maximum 3 fois par jour si douleur", ["au maximum 3 fois par jour"]),
        ("Metformine 850 mg 2 fois par jour maximum.", ["2 fois par jour maximum"]),
        # Days, weeks and seasons.
        ("Ritaline 20 mg du lundi au vendredi", ["du lundi au vendredi"]),
        ("Azithromycine 250 mg M-W-F", ["M-W-F"]),
        ("Acide folique 5 mg le lendemain", ["le lendemain"]),
        ("Stelara 45 mg semaines 0 et 4", ["semaines 0 et 4"]),
        ("Xyzall 5 mg au printemps.", ["au printemps"]),
        ("Scopolamine patch 1/72h", ["1/72h"]),
        # Meals and bedtime; what is asked for.
        ("Aspirine 75 mg au repas de midi", ["au repas de midi"]),
        ("Mélatonine 2 mg une heure avant le coucher", ["une heure avant le coucher"]),
        ("Naramig 2,5 mg 2e cp 4 h après si récidive", ["4 h après si récidive"]),
        ("Voltarène gel trois applications quotidiennes", ["trois applications quotidiennes"]),
        ("Gravol à l'occasion.", ["à l'occasion"]),
        # Of something else: a year, an occasion, a result, a dose that is left out.
        ("Aérius 5 mg au printemps 2023", []),
        ("Imurel interrompu à l'occasion d'une pancréatite", []),
        ("Metformine 1 g, à jeun 1,9-2,4", []),
        ("Apixaban 2,5 mg x 2 : oublie le soir", ["x 2"]),
        ("Symbicort 400/12 1 bouffée x2, matin même", ["x2"]),
    ],
)
def test_frequencies(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Lovenox 4000 UI/j en SC, 10 jours encore\n", ["10 jours encore"]),
        ("Dexaméthasone 6 mg jusqu'au 21 + Lovenox", ["jusqu'au 21"]),
        ("Acide folique 5 mg die jusqu'à 12 sem, complété", ["jusqu'à 12 sem"]),
        ("AAS 162 mg HS, poursuivre ad 36 sem.", ["ad 36 sem"]),
    ],
)
def test_durations(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Strengths in front of a dotted line or of what becomes of the drug.
        ("Kardegic 75 ......... maintenu", ["75"]),
        ("Jardiance 10 poursuivis par le MT", ["10"]),
        # Changes of a dose are no ranges.
        ("Bisoprolol ramené de 5 à 2,5 mg", ["5", "2,5 mg"]),
        ("Majorer Amlor 5 à 10 mg", ["5", "10 mg"]),
        ("Prendre Amlor 5 à 10 mg", ["5 à 10 mg"]),
        # Canadian short forms.
        ("Pulmozyme 2,5 mg neb DIE", ["2,5 mg", "neb", "DIE"]),
        ("ADEKs 1 co mâchable die", ["1", "co mâchable", "die"]),
        ("Flonase 1 vap/narine DIE", ["1 vap", "DIE"]),
        ("Trazodone 100 1/2 co au coucher", ["100", "1/2", "co", "au coucher"]),
    ],
)
def test_amounts(french: Language, text: str, expected: list[str]) -> None:
    assert [stretch for stretch, label in found(french, text) if label != "DRUG"] == expected


def test_foods_are_drugs_where_they_are_taken(french: Language) -> None:
    assert of(french, "A essayé la canneberge 500 mg. Allergie au pollen.", "DRUG") == ["canneberge"]
