"""What stands beside a dose and is none (units of blood, years, findings), and what is given apart: boluses, cells, shares of a day."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

ONCE_A_DAY = {"frequency": 1, "period": "1", "periodUnit": "d"}
TWICE = {**ONCE_A_DAY, "frequency": 2}
THRICE = {**ONCE_A_DAY, "frequency": 3}


def _codes(profiles: dict[str, Language], lang: str, text: str) -> list[str]:
    return [warning["code"] for warning in profiles[lang](text)._.warning_data or ()]


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "Torsemide 20 mg IV was given with 3 units of packed cells.", "20 mg"),
        ("en", "Furosemide 20 mg IV, 2 bags of platelets.", "20 mg"),
        ("en", "Phytonadione 5 mg IV and 4 units irradiated PRBCs.", "5 mg"),
        ("en", "Furosemide 60 mg IV between 300 ml FFP.", "60 mg"),
        ("fr", "Furosémide 20 mg IV avec 3 culots globulaires.", "20 mg"),
        ("fr", "Acide tranexamique 1 g IV et 2 poches de PFC.", "1 g"),
        ("fr", "Vitamine K 10 mg IV, 2 unités de CGR.", "10 mg"),
        # Units of the drug itself.
        ("en", "Lantus 12 units with dinner.", "12 U"),
        ("en", "Humalog 6 units plasma glucose above 12.", "6 U"),
        ("en", "Heparin 5000 units sc bid.", "5000 U"),
        ("fr", "Lantus 12 unités le soir.", "12 U"),
        ("fr", "Paracétamol 2 cp le soir.", "2 {tbl}"),
    ],
)
def test_units_of_blood_are_no_dose(profiles: dict[str, Language], lang: str, text: str, dose: str) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), read["steps"]) == (dose, [])


@pytest.mark.parametrize(
    ("lang", "text", "changed"),
    [
        ("en", "Prednisone 40 mg daily for 7 days, then 10 mg less every 4 days.", True),
        ("fr", "Cortancyl 40 mg/j 7 jours, puis 10 mg de moins tous les 4 jours.", True),
        ("en", "Prednisone 40 mg daily for 7 days, then 10 mg every 4 days.", False),
    ],
)
def test_so_much_less_is_a_change_of_the_dose(
    profiles: dict[str, Language], lang: str, text: str, changed: bool
) -> None:
    assert ("change_of_dose" in _codes(profiles, lang, text)) is changed
    assert len(steps(posology(profiles, lang, text))) == (1 if changed else 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Given a week of cephalexin 500 mg tds.", ("500 mg", THRICE, "1 wk")),
        ("A month of oral terbinafine 250 mg bd.", ("250 mg", TWICE, "1 mo")),
        ("Methotrexate 10 mg once a week.", ("10 mg", {"frequency": 1, "period": "1", "periodUnit": "wk"}, None)),
        ("Methotrexate 10 mg a week.", ("10 mg", {"frequency": 1, "period": "1", "periodUnit": "wk"}, None)),
    ],
)
def test_a_week_of_a_drug_is_how_long(profiles: dict[str, Language], text: str, wanted: Any) -> None:
    assert steps(posology(profiles, "en", text)) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ventoline 5 mg x3 à 30 min d'intervalle.", {**ONCE_A_DAY, "period": "30", "periodUnit": "min", "count": 3}),
        ("Adrénaline 0,5 mg x 2 à 5 minutes d'écart.", None),
        ("Doliprane 1 g x3/j.", THRICE),
    ],
)
def test_so_many_times_so_far_apart_are_no_range(profiles: dict[str, Language], text: str, wanted: Any) -> None:
    read = posology(profiles, "fr", text)
    assert "duration" not in read
    if wanted is not None:
        assert repeat(read) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ibuprofen 10 mg/kg/dose q8h prn pain (150 mg = 7.5 mL of 100 mg/5 mL).", ["150 mg"]),
        ("Amoxicillin 400 mg = 5 mL bid.", ["400 mg"]),
        ("Ibuprofen 100 mg/5 mL, 7.5 mL q8h.", ["7.5 mL"]),
    ],
)
def test_a_mass_and_its_volume_are_one_dose(profiles: dict[str, Language], text: str, wanted: list[str]) -> None:
    assert [dose for dose, *_ in steps(posology(profiles, "en", text))] == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Hydromorphone 0.2 mg/h plus boluses of 0.1 mg every 8 minutes.", [True, False]),
        ("fr", "Oxycodone 2 mg/h + bolus de 1 mg toutes les 15 min.", [True, False]),
        ("fr", "Oxycodone 2 mg/h.", [True]),
        ("en", "Heparin infusion 14 units/kg/h after 60 units/kg bolus.", [True, True]),
    ],
)
def test_a_bolus_beside_a_rate_is_a_step_of_its_own(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[bool]
) -> None:
    read = posology(profiles, lang, text)
    found = read["steps"] or [read]
    assert ["rate" in step for step in found] == wanted
    assert not any("rate" in step and "dose" in step for step in found)


def test_what_came_before_comes_first(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Heparin infusion 14 units/kg/h after 60 units/kg bolus.")
    assert [step["rate"]["numerator"]["value"] for step in read["steps"]] == ["60", "14"]


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "She swallowed 24 tablets of ibuprofen 200 mg.", "24 {tbl}"),
        ("en", "He took about 16 capsules of fluoxetine 20 mg.", "16 {cap}"),
        ("fr", "Elle a avalé 24 comprimés d'ibuprofène 200 mg.", "24 {tbl}"),
        ("en", "30 tablets of ibuprofen 200 mg.", None),
        ("fr", "30 comprimés d'ibuprofène 200 mg.", None),
    ],
)
def test_what_was_taken_at_once_is_no_supply(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None
) -> None:
    found = amount(posology(profiles, lang, text).get("dose"))
    assert found == dose or (dose is None and found == "200 mg")


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Warfarin as per INR, 5 mg daily.", [("5 mg", ONCE_A_DAY, None)]),
        ("en", "Warfarin according to INR, currently 2 mg daily.", [("2 mg", ONCE_A_DAY, None)]),
        ("fr", "Coumadine selon INR, 4 mg le soir.", [("4 mg", {"when": ["EVE"]}, None)]),
    ],
)
def test_a_dose_by_a_finding_is_the_drug_s(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Humalog 4/5/7 units with breakfast, lunch and dinner.", [("4 U", "CM"), ("5 U", "CD"), ("7 U", "CV")]),
        ("en", "Humalog 9/12 units with breakfast and the evening meal.", [("9 U", "CM"), ("12 U", "CV")]),
        ("fr", "Apidra 4/5/7 UI matin midi et soir.", [("4 [iU]", "MORN"), ("5 [iU]", "NOON"), ("7 [iU]", "EVE")]),
    ],
)
def test_as_many_doses_as_moments_are_shared_out(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[tuple[str, str]]
) -> None:
    found = steps(posology(profiles, lang, text))
    assert [(dose, timing["when"][0]) for dose, timing, _ in found] == wanted


@pytest.mark.parametrize("text", ["Humalog 4/5/7 units with breakfast and dinner.", "Humalog 4/5/7 units with meals."])
def test_other_numbers_of_moments_are_warned_of(profiles: dict[str, Language], text: str) -> None:
    assert "dose" not in posology(profiles, "en", text)
    assert "amount_unread" in _codes(profiles, "en", text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Bisoprolol 5 mg | 1 | 0 | 0\nMetformine 500 mg | 1 | 0 | 1", ["MORN"]),
        ("Metformine 500 mg    1   0   1   0", ["MORN", "EVE"]),
        ("Metformine 500 mg;1;0;1", ["MORN", "EVE"]),
        ("Metformine 500 mg\t1\t0\t1", ["MORN", "EVE"]),
    ],
)
def test_cells_of_a_row_are_moments(profiles: dict[str, Language], text: str, wanted: list[str]) -> None:
    assert repeat(posology(profiles, "fr", text)) == {"when": wanted}


@pytest.mark.parametrize("text", ["Metformine 500 mg | 30 | 0 | 1", "Metformine 500 mg | 1 | 2 | 3"])
def test_other_cells_are_none(profiles: dict[str, Language], text: str) -> None:
    assert repeat(posology(profiles, "fr", text)) is None


def test_cells_of_what_was_supplied_are_no_moments(profiles: dict[str, Language]) -> None:
    text = "Drug | Dose | Qty | Refills\nRamipril 5 mg | 1 | 0 | 2"
    assert repeat(posology(profiles, "en", text)) is None


@pytest.mark.parametrize("text", ["Orelox 100 mg *2/j x5j", "Orelox 100 mg 2/j x 5 jours"])
def test_a_length_behind_so_many_a_day_leaves_them(profiles: dict[str, Language], text: str) -> None:
    assert steps(posology(profiles, "fr", text)) == [("100 mg", TWICE, "5 d")]


@pytest.mark.parametrize(
    "text", ["Entresto 24/26 x2/j puis 97/103 x2/j.", "Entresto 24/26 mg x2/j puis 97/103 mg x2/j."]
)
def test_each_step_has_its_strength(profiles: dict[str, Language], text: str) -> None:
    read = posology(profiles, "fr", text)
    assert [[part["value"] for part in step["strength_parts"]] for step in read["steps"]] == [
        ["24", "26"],
        ["97", "103"],
    ]
    assert "strength_parts" not in read
    assert _codes(profiles, "fr", text) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "HbA1c 8.4 on gliclazide 80 mg bid."),
        ("en", "INR 2.6 on warfarin 4 mg daily."),
        ("en", "Take ibuprofen 400 mg less often."),
        ("en", "Her HbA1c is 8.4 on gliclazide 80 mg bid."),
        ("en", "Started rituximab in 2016."),
        ("fr", "Methotrexate 15 mg/semaine (2012-2016)."),
        ("fr", "Venofer 200 mg IV le 14/06."),
    ],
)
def test_findings_and_dates_are_not_warned_of(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert _codes(profiles, lang, text) == []


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        ("en", "Vitamin D3 2000 daily.", "strength_without_unit"),
        ("en", "Metformin 850 bid, A1c 8.4.", "strength_without_unit"),
        ("fr", "Lasilix 40 mg jusqu'au 14/06.", "duration_unread"),
    ],
)
def test_numbers_of_the_drug_are_warned_of(profiles: dict[str, Language], lang: str, text: str, code: str) -> None:
    assert code in _codes(profiles, lang, text)
