"""Changes of a dose by so much each time, what an amount comes to, cycles, hours in a row, and numbers before "weekly"."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
WEEKLY = {"frequency": 1, "period": "1", "periodUnit": "wk"}
MONTHLY = {"frequency": 1, "period": "1", "periodUnit": "mo"}
MORN, EVE = {"when": ["MORN"]}, {"when": ["EVE"]}
TURN = {"frequency": 1, "period": "2", "periodUnit": "d"}


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Carvedilol 3.125 mg BID, double q2wk as tolerated to 25 mg BID", [("3.125 mg", BID, None)]),
        ("en", "Bisoprolol 1.25 mg mane - uptitrate by GP every 2/52 to max 10 mg", [("1.25 mg", MORN, None)]),
        ("en", "Carvedilol 3.125 mg BID, increase the dose every 2 weeks to 25 mg", [("3.125 mg", BID, None)]),
        ("en", "Levemir 10 units BID (+2 units every 3 days until FBG < 130)", [("10 U", BID, None)]),
        ("fr", "Bisoprolol 1,25 mg le matin, doubler la dose tous les 15 jours jusqu'à 10 mg", [("1.25 mg", MORN, None)]),
        ("fr", "Toujeo 20 U le soir (+2 U/3j)", [("20 U", EVE, None)]),
        # A plus that is an "and" stands apart.
        ("en", "Vitamin D 1000 units daily + 50000 units weekly", [("1000 U", DAILY, None), ("50000 U", WEEKLY, None)]),
        ("en", "Her levothyroxine was 75 mcg and I have put it up to 100 mcg daily", [("100 ug", DAILY, None)]),
        ("en", "Sertraline 50 mg mane, to be increased to 100 mg mane after 2 weeks", [("50 mg", MORN, "2 wk"), ("100 mg", MORN, None)]),
        ("en", "B12 1000 mcg IM daily x 7 d, weekly x 4, then monthly", [("1000 ug", DAILY, "7 d"), ("1000 ug", {**WEEKLY, "count": 4}, None), ("1000 ug", MONTHLY, None)]),
        ("en", "Cubicin 500 mg IV daily x 14 days; weekly CK", [("500 mg", DAILY, "14 d")]),
        ("en", "Digoxin 125 mcg daily alt with 250 mcg", [("125 ug", TURN, None), ("250 ug", TURN, None)]),
        ("en", "Zyprexa 10 mg at bedtime (5 mg bid at home)", [("10 mg", {"when": ["HS"]}, None)]),
        ("en", "Zyprexa (5 mg am 10 mg pm at home)", [("5 mg", MORN, None), ("10 mg", EVE, None)]),
        ("fr", "Lasilix 80 mg matin et soir (40 mg/j à domicile)", [("80 mg", {"when": ["MORN", "EVE"]}, None)]),
    ],
)  # fmt: skip
def test_what_changes_and_what_is_taken_otherwise_is_no_dose(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "dose", "rate"),
    [
        ("en", "Clexane 1.5 mg/kg OD (=120 mg)", "120 mg", "1.5 mg"),
        ("en", "Lantus 0.2 units/kg at bedtime (16 units)", "16 U", "0.2 U"),
        ("fr", "Paracétamol 15 mg/kg toutes les 6 h, soit 240 mg", "240 mg", "15 mg"),
    ],
)
def test_what_an_amount_by_weight_comes_to_is_its_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str, rate: str
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), amount(read["rate"]["numerator"]), read["steps"]) == (dose, rate, [])


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Methotrexate 2.5 mg tabs SIX weekly on Fridays", ("6 {tbl}", {"dayOfWeek": ["fri"]})),
        ("en", "Zoladex 10.8 mg implant 12 weekly", (None, {"frequency": 1, "period": "12", "periodUnit": "wk"})),
        ("fr", "Sinemet 100/10 : 1 cp à 8h 12h 16h", ("1 {tbl}", {"timeOfDay": ["08:00:00", "12:00:00", "16:00:00"]})),
        ("en", "Cefazolin 1 g IV at 0600 1400 2200", ("1 g", {"timeOfDay": ["06:00:00", "14:00:00", "22:00:00"]})),
        ("fr", "Xeloda 1500 mg matin et soir J1-J14 toutes les 3 semaines", ("1500 mg", {"when": ["MORN", "EVE"]})),
        ("en", "Xeloda 1500 mg BID days 1-14 q21 days", ("1500 mg", BID)),
        ("fr", "Levothyrox 75 µg L-V", ("75 ug", {"dayOfWeek": ["mon", "tue", "wed", "thu", "fri"]})),
        ("fr", "Colchicine 1 mg x 3 à J1, 1 mg x 2 à J2", (None, None)),
        ("en", "Miralax 17 g in 8 oz of water daily", ("17 g", DAILY)),
        ("en", "Lithium 400 mg nocte, up to 600 mg if level < 0.6", ("400 mg", {"when": ["NIGHT"]})),
        ("en", "Cardizem 20 mg IV bolus then gtt 5 mg/h", (None, None)),
    ],
)  # fmt: skip
def test_the_time_is_that_of_the_taking(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")) if not read["steps"] else None, repeat(read)) == wanted
    assert read["as_needed"] is False


def test_a_number_of_takings_may_be_that_of_a_named_day(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "fr", "Colchicine 1 mg x 3 à J1, 1 mg x 2 à J2, puis 0,5 mg/j pendant 5 jours")
    tid = {"frequency": 3, "period": "1", "periodUnit": "d"}
    assert steps(read) == [("1 mg", tid, "1 d"), ("1 mg", BID, "1 d"), ("0.5 mg", DAILY, "5 d")]


def test_a_drip_is_no_form_of_drops(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Cardizem 20 mg IV bolus then gtt 5 mg/h")
    assert [(amount(step.get("dose")), "rate" in step) for step in read["steps"]] == [("20 mg", False), (None, True)]
    assert "form" not in read


def test_a_limit_without_a_unit_counts_doses_where_a_dose_is_a_mass(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "fr", "Oxynorm 5 mg si douleur, max 6/24h")
    assert amount(read["max_dose"]["numerator"]) == "6 {dose}"


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "RIPE: rifampin 600 mg, isoniazid 300 mg, pyrazinamide 1500 mg all daily", [None, DAILY, DAILY, DAILY]),
        ("en", "Furosemide 40 mg BD, ramipril 5 mg and atorvastatin 40 mg both od", [BID, DAILY, DAILY]),
        ("fr", "Rimifon 300 mg, Rifadine 600 mg, le tout à jeun le matin", [MORN, MORN]),
        ("en", "Furosemide 40 mg, ramipril 5 mg od", [None, DAILY]),
    ],
)
def test_what_is_said_of_all_drugs_of_a_list(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]
) -> None:
    assert [repeat(record.data["posology"]) for record in profiles[lang](text)._.medications] == wanted


@pytest.mark.parametrize(
    ("lang", "text", "dose", "rate"),
    [
        ("en", "Actrapid 50 units in 50 ml 0.9% saline IV at 6 ml/hr", None, "6 mL"),
        ("fr", "Actrapid 50 UI dans 50 mL de NaCl 0,9 % vitesse 3 mL/h", "50 [iU]", "3 mL"),
        ("fr", "Loxen 50 mg dans 50 mL vitesse 5", "50 mg", None),
    ],
)
def test_what_stands_behind_the_fluid_is_of_the_drug_in_it(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, rate: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), amount(read["rate"]["numerator"]) if rate else read.get("rate")) == (dose, rate)


def test_a_dose_by_weight_under_a_condition_of_weight_is_not_as_needed(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Paracetamol 1 g IV QDS (if <50 kg 15 mg/kg)")
    assert (amount(read["dose"]), read["as_needed"]) == ("1 g", False)


def test_a_dose_that_takes_the_place_of_another_is_taken_as_often(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Lantus 18 units nocte increased to 20 units from tonight")
    assert steps(read) == [("20 U", {"when": ["NIGHT"]}, None)]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "We will taper the prednisone by 5 mg weekly from her current dose of 30 mg daily", [("30 mg", DAILY, None)]),
        ("fr", "Neurontin 300 mg le soir J1, 300 mg x 2 J2, 300 mg x 3 à partir de J3", [("300 mg", EVE, "1 d"), ("300 mg", BID, "1 d"), ("300 mg", {"frequency": 3, "period": "1", "periodUnit": "d"}, None)]),
        ("en", "Imuran 50 mg od for 2/52 then 100 mg od if TPMT normal", [("50 mg", DAILY, "2 wk"), ("100 mg", DAILY, None)]),
        ("fr", "Dexaméthasone 20 mg J1 à J4, J9 à J12", [("20 mg", None, None)]),
        ("en", "Requip 0.5 mg BID for the first week, 1 mg BID for the second week", [("0.5 mg", BID, "1 wk"), ("1 mg", BID, "1 wk")]),
        ("fr", "Requip 0,5 mg 2x/j la première semaine, 1 mg 2x/j la deuxième semaine", [("0.5 mg", BID, "1 wk"), ("1 mg", BID, "1 wk")]),
    ],
)  # fmt: skip
def test_each_step_has_its_own_time(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == wanted
    assert not any(step.get("as_needed") for step in (read, *read["steps"]))


def test_a_condition_that_something_is_not_well_is_one_of_taking(profiles: dict[str, Language]) -> None:
    assert posology(profiles, "en", "Senna 15 mg if bowels not normal")["as_needed"] is True


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("fr", "Dafalgan Forte 1 g 3x1/j", ("1 g", None)),
        ("fr", "Doliprane 500 mg 2 x 3/j", ("2", {"frequency": 3, "period": "1", "periodUnit": "d"})),
        ("en", "Nystatin 2 mL PO QID, 1 mL each side of mouth", ("2 mL", {"frequency": 4, "period": "1", "periodUnit": "d"})),
        ("fr", "Mycostatine 2 ml 2x/j, 1 ml de chaque côté", ("2 mL", BID)),
        ("en", "Humira 40 mg SC qow", ("40 mg", {"frequency": 1, "period": "2", "periodUnit": "wk"})),
        ("en", "Abraxane 100 mg days 1, 8, 15 q28d", ("100 mg", None)),
    ],
)  # fmt: skip
def test_dose_and_time_of_short_instructions(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    read = posology(profiles, lang, text)
    assert ((amount(read.get("dose")), repeat(read)), read["steps"]) == (wanted, [])


def test_what_is_said_of_two_nebulised_drugs_is_said_of_both_though_a_part_is_linked_to_both(
    profiles: dict[str, Language],
) -> None:
    records = profiles["fr"]("Aérosol de salbutamol 5 mg + ipratropium 0,5 mg toutes les 20 min x 3")._.medications
    assert len({str(repeat(record.data["posology"])) for record in records}) == 1


@pytest.mark.parametrize(
    ("lang", "text", "dose", "strength"),
    [
        ("en", "Glucophage 1 g (2 x 500 mg) BID", "1 g", "500 mg"),
        ("en", "Glucophage 1000 mg (two 500 mg tablets) BID", "1000 mg", "500 mg"),
        ("en", "Prednisone 30 mg (6 tabs of 5 mg) BID", "30 mg", "5 mg"),
        ("fr", "Doliprane 1000 mg (2 cp de 500) 2x/j", "1000 mg", "500 mg"),
        # Two tablets that come to the dose: of which strength, nobody says.
        ("en", "Glucophage 1 g (2 tabs) BID", "1 g", None),
    ],
)
def test_brackets_that_tell_the_parts_of_a_dose_say_the_strength(
    profiles: dict[str, Language], lang: str, text: str, dose: str, strength: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), amount((read.get("strength") or {}).get("numerator"))) == (dose, strength)
    assert repeat(read) == BID


@pytest.mark.parametrize("text", ["Fluclox 500 mg bd5/7", "Fluclox 500 mg bd 5/7", "Fluclox 500 mg q12h5/7"])
def test_a_length_may_be_glued_to_how_often(profiles: dict[str, Language], text: str) -> None:
    read = posology(profiles, "en", text)
    assert (amount(read["duration"]), amount(read["dose"])) == ("5 d", "500 mg")
