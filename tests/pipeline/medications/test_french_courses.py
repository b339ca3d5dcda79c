"""Days of a cycle, single doses, tapers by their days and counted drugs in French notes: what they are, where they end."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        # Days of a cycle, also a range of them behind an amount.
        ("Taxol 80 mg/m2 J1 J8 J15", ["J1 J8 J15"]),
        ("Aprépitant 80 mg J2 et J3, dexaméthasone 8 mg à J1, J2 et J3", ["J2 et J3", "à J1, J2 et J3"]),
        ("Infliximab 5 mg/kg à S0, S2 et S6 puis toutes les 8 semaines", ["à S0, S2 et S6 puis toutes les 8 semaines"]),
        ("Azacitidine 75 mg/m2 de J1 à J7", []),
        ("Idarubicine 12 mg/m2 J1-J3", ["J1-J3"]),
        ("Aprépitant 80 mg J2-J3, à chaque cycle", ["J2-J3", "à chaque cycle"]),
        ("Cyclophosphamide 500 mg/m2 J1=J21", ["J1=J21"]),
        # Behind how often they are how long.
        ("Seresta 10 mg x3 J1-J2, x2 J3-J4", ["x3", "x2"]),
        # Once.
        ("Fosfomycine 3 g 1 sachet dose unique", ["dose unique"]),
        ("Ceftriaxone 1 g IM en une dose unique", ["en une dose unique"]),
        ("Azithromycine 1 g monodose.", ["monodose"]),
        ("Gentamicine 5 mg/kg une fois, puis arrêt", ["une fois"]),
        ("Solupred 20 mg une prise.", ["une prise"]),
        ("Il a pris du Doliprane une fois par son voisin", []),
        # So many times at so many minutes.
        ("Bricanyl 5 mg en nébulisation x3 à 20 min", ["x3 à 20 min"]),
        # When in the month, on which days.
        ("Lamictal 50 mg le soir en période menstruelle", ["le soir en période menstruelle"]),
        ("Ponstyl 250 mg x2/j au début des règles", ["x2/j au début des règles"]),
        ("Amlor 5 mg seulement le soir les jours de dialyse", ["seulement le soir les jours de dialyse"]),
        # What is not taken then; one hour of the night is when it was given.
        ("Glucophage 850 | 3/j | pas le matin", ["3/j"]),
        ("Actiskenan 10 mg à 4h. Dort ensuite.", []),
        ("Modopar 125 mg à 4h, 10h et 16h", ["à 4h, 10h et 16h"]),
        ("AC/FA à 3h : Cordarone 300 mg", []),
    ],
)
def test_frequencies(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Augmentin 1 g x 3/j du 3 au 10 mars puis arrêt", ["du 3 au 10 mars"]),
        ("Rocéphine 2 g IV du 28.02 au 06.03.2024", ["du 28.02 au 06.03.2024"]),
        ("Hospitalisé du 3 au 10 mars pour pneumopathie.", []),
        ("Trastuzumab 420 mg en perfusion de 90 min", ["90 min"]),
        ("Ventoline 6 bouffées /4h 48h.", ["48h"]),
        ("Polygynax 1 ovule 6 soirs de suite.", ["6 soirs de suite"]),
    ],
)
def test_durations(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Seresta 10 mg : J1-J2 1 cp x 4/j ; J3-J4 x 3 ; J5 1 le soir puis arrêt",
            [
                ("10 mg", "STRENGTH"),
                ("J1-J2", "DURATION"),
                ("1", "DOSAGE"),
                ("cp", "FORM"),
                ("x 4/j", "FREQUENCY"),
                ("x 3", "FREQUENCY"),
                ("1", "DOSAGE"),
                ("le soir", "FREQUENCY"),
            ],
        ),
        (
            "Imodium 2 mg : 2 d'emblée puis 1 si diarrhée",
            [("2 mg", "STRENGTH"), ("2", "DOSAGE"), ("1", "DOSAGE"), ("si diarrhée", "FREQUENCY")],
        ),
        (
            "Trelegy 92/55/22 1 inhalation /j",
            [("92/55/22", "STRENGTH"), ("1 inhalation", "DOSAGE"), ("/j", "FREQUENCY")],
        ),
        ("Solupred 20 mg 1 cp orodispersible", [("20 mg", "STRENGTH"), ("1", "DOSAGE"), ("cp orodispersible", "FORM")]),
        ("Célestène 10 gouttes/kg", [("10 gouttes/kg", "DOSAGE")]),
        ("Buccolam 10 mg voie jugale", [("10 mg", "STRENGTH"), ("voie jugale", "ROUTE")]),
        ("Anémie 8,9 g : Ferinject 1000 mg", [("1000 mg", "STRENGTH")]),
        ("Bricanyl 2 bouffées\nOLD 2 L\n", [("2 bouffées", "DOSAGE")]),
        ("Traité le 12/05/22 par Bactrim", []),
    ],
)
def test_parts(french: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert [entity for entity in found(french, text) if entity[1] != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("A pris 1 Smecta et 2 Spasfon hier soir", ["1", "2"]),
        ("Prend 2 Xanax, 1 Stilnox et 4 Doliprane", ["2", "1", "4"]),
        ("A refusé 1 Smecta et 2 Spasfon", []),
    ],
)
def test_each_of_several_drugs_is_counted(french: Language, text: str, counts: list[str]) -> None:
    assert of(french, text, "DOSAGE") == counts
