"""Findings that end a dose, masses told with their count, planned doses, intervals in sevenths, doses in alternation."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
WEEKLY = {"frequency": 1, "period": "1", "periodUnit": "wk"}


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Hold azathioprine until WBC > 4, then 75 mg daily.", [("75 mg", DAILY, None)]),
        ("en", "Hold azathioprine until WBC > 3 and platelets > 100, then 75 mg daily.", [("75 mg", DAILY, None)]),
        ("en", "Hold spironolactone until K+ <5.0, then 25 mg daily.", [("25 mg", DAILY, None)]),
        ("en", "Hold metformin until creatinine is below 1.5 then 500 mg bid.", [("500 mg", BID, None)]),
        ("en", "Warfarin: hold until INR 2.5 then 3 mg", [("3 mg", None, None)]),
        ("fr", "Suspendre la digoxine jusqu'à kaliémie > 4, puis 0,125 mg par jour.", [("0.125 mg", DAILY, None)]),
        ("en", "Enoxaparin 80 mg bid until INR > 2.", [("80 mg", BID, None)]),
        (
            "en",
            "Prednisolone 30 mg daily until better then 20 mg daily.",
            [("30 mg", DAILY, None), ("20 mg", DAILY, None)],
        ),
        ("en", "Norco 1 tab until seen 2 tabs daily.", [("1 {tbl}", None, None), ("2 {tbl}", DAILY, None)]),
    ],
)
def test_the_number_of_a_finding_is_no_dose(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == wanted
    assert "strength" not in read


@pytest.mark.parametrize(
    ("lang", "text", "dose", "strength"),
    [
        ("en", "Trexall 12.5 mg (5 tabs) weekly", "12.5 mg", None),
        ("en", "Torsemide 40 mg (two tablets) bid", "40 mg", None),
        ("en", "Warfarin 1 mg (1/2 tab) daily", "1 mg", None),
        ("fr", "Cortancyl 40 mg (2 cp) le matin", "40 mg", None),
        ("en", "Torsemide 20 mg (1 tablet) bid", "1 {tbl}", "20 mg"),
        ("en", "Torsemide 20 mg (1-2 tabs) bid", "1-2 {tbl}", "20 mg"),
        ("en", "Torsemide 20 mg tablets (2 tabs) bid", "2 {tbl}", "20 mg"),
        ("en", "Torsemide 40 mg (2 tabs of 20 mg) bid", "40 mg", "20 mg"),
    ],
)
def test_a_mass_with_its_count_in_brackets_is_the_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str, strength: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), amount(read.get("strength", {}).get("numerator"))) == (dose, strength)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Citalopram 10 mg, may go to 20 mg in 2/52", [("10 mg", None, None)]),
        ("en", "Citalopram 10 mg daily, could be increased to 20 mg daily in 4 weeks.", [("10 mg", DAILY, None)]),
        ("fr", "Séroplex 10 mg/j, on pourra passer à 20 mg/j dans 15 jours", [("10 mg", DAILY, None)]),
        ("en", "Citalopram 10 mg daily, increased to 20 mg.", [("20 mg", DAILY, None)]),
        (
            "en",
            "Citalopram 10 mg daily, increase to 20 mg in 2 weeks.",
            [("10 mg", DAILY, None), ("20 mg", DAILY, None)],
        ),
        ("en", "Citalopram may be increased to 20 mg daily.", [("20 mg", DAILY, None)]),
    ],
)
def test_what_a_dose_may_become_is_not_taken_yet(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == wanted
    assert "strength" not in read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Clopixol 200 mg IM 2/52", [("200 mg", {"frequency": 1, "period": "2", "periodUnit": "wk"}, None)]),
        ("Hydroxocobalamin 1 mg IM 3/12", [("1 mg", {"frequency": 1, "period": "3", "periodUnit": "mo"}, None)]),
        ("Naproxen 500 mg bd 2/52", [("500 mg", BID, "2 wk")]),
        ("Naproxen 500 mg for 2/52", [("500 mg", None, "2 wk")]),
        ("Prednisolone 30 mg 5/7", [("30 mg", None, "5 d")]),
    ],
)
def test_a_length_that_is_a_frequency_is_an_interval(profiles: dict[str, Language], text: str, wanted: Any) -> None:
    assert steps(posology(profiles, "en", text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "doses"),
    [
        ("fr", "Levothyrox 50 et 75 µg en alternance", ["50 ug", "75 ug"]),
        ("en", "Warfarin 2 and 3 mg on alternate days", ["2 mg", "3 mg"]),
        ("en", "Levothyroxine 50 and 75 mcg alternating", ["50 ug", "75 ug"]),
    ],
)
def test_doses_in_alternation_share_their_unit(
    profiles: dict[str, Language], lang: str, text: str, doses: list[str]
) -> None:
    every_other = {"frequency": 1, "period": "2", "periodUnit": "d"}
    assert steps(posology(profiles, lang, text)) == [(dose, every_other, None) for dose in doses]


def test_a_number_before_another_dose_keeps_no_unit_without_alternation(profiles: dict[str, Language]) -> None:
    assert steps(posology(profiles, "en", "Levothyroxine 50 and 75 mcg daily")) == [("75 ug", DAILY, None)]
