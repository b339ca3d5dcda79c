"""Days with their own number of takings, infusions, pauses, and doses that take the place of others."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
TID = {"frequency": 3, "period": "1", "periodUnit": "d"}
DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
MORN, EVE, BOTH = {"when": ["MORN"]}, {"when": ["EVE"]}, {"when": ["MORN", "EVE"]}


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Colchicine 0.5 mg TID on day 1, BID on day 2, then daily", [("0.5 mg", TID, "1 d"), ("0.5 mg", BID, "1 d"), ("0.5 mg", DAILY, None)]),
        ("en", "Prednisone 10 mg BID day 1, daily days 2-5", [("10 mg", BID, "1 d"), ("10 mg", DAILY, "4 d")]),
        ("fr", "Colchicine 1 mg x3 à J1, x2 à J2 et J3, puis 1 mg/j", [("1 mg", TID, "1 d"), ("1 mg", BID, "2 d"), ("1 mg", DAILY, None)]),
        ("fr", "Colchicine 1 mg x 3 le premier jour, x 2 le deuxième jour", [("1 mg", TID, "1 d"), ("1 mg", BID, "1 d")]),
        ("fr", "Amoxicilline 1 g 3/j J1, 2/j J2-J5", [("1 g", TID, "1 d"), ("1 g", BID, "4 d")]),
        ("fr", "Colchicine 1 mg matin et soir J1, matin J2", [("1 mg", BOTH, "1 d"), ("1 mg", MORN, "1 d")]),
        ("fr", "Colchimax 1 cp x3 J1, x2 J2, x1 les jours suivants", [("1 {tbl}", TID, "1 d"), ("1 {tbl}", BID, "1 d"), ("1 {tbl}", DAILY, None)]),
        ("en", "Colchicine 0.6 mg BID day 1, daily the following days", [("0.6 mg", BID, "1 d"), ("0.6 mg", DAILY, None)]),
        ("en", "Ceftriaxone 1 g x1 on day 1, 500 mg x1 on day 2", [("1 g", {"count": 1}, "1 d"), ("500 mg", {"count": 1}, "1 d")]),
        # Of one day only.
        ("en", "Ondansetron 4 mg BID on day 1 and 2", [("4 mg", BID, None)]),
    ],
)  # fmt: skip
def test_each_day_has_its_own_takings(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "hours"),
    [
        ("en", "Meropenem 1 g IV q8h, 3-hour infusion", "3"),
        ("en", "Meropenem 1 g IV q8h as an extended 3-hour infusion", "3"),
        ("en", "Cefepime 2 g IV q8h, extended infusion over 4 hours", "4"),
        ("fr", "Tazocilline 4 g x 4/j en perfusion IV prolongée de 4 h", "4"),
        ("fr", "Méropénème 2 g x 3/j en perf continue sur 8 h", "8"),
        ("fr", "Céfépime 2 g x 3/j en 4 h de perfusion", "4"),
    ],
)
def test_how_long_an_infusion_is(profiles: dict[str, Language], lang: str, text: str, hours: str) -> None:
    read = posology(profiles, lang, text)
    assert ((repeat(read) or {}).get("duration"), amount(read.get("duration"))) == (hours, None)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Metformin 500 mg BID -> 1000 mg BID after 1 wk", [("500 mg", BID, "1 wk"), ("1000 mg", BID, None)]),
        ("fr", "Keppra 500 mg x 2/j → 1 g x 2/j au bout de 15 jours", [("500 mg", BID, "15 d"), ("1 g", BID, None)]),
        ("en", "Metformin 500 mg BID -> 1000 mg BID", [("1000 mg", BID, None)]),
        ("en", "Torsemide 20 mg BID instead of once, told to resume 20 mg every morning", [("20 mg", MORN, None)]),
        ("en", "Lasix 40 mg BID x 3 days then back to 40 mg daily", [("40 mg", BID, "3 d"), ("40 mg", DAILY, None)]),
        ("fr", "Lasix 40 mg x 2/j pendant 3 j, puis retour à 40 mg/j", [("40 mg", BID, "3 d"), ("40 mg", DAILY, None)]),
        ("en", "Warfarin 5 mg daily, hold x 2 days, resume 2.5 mg daily", [("2.5 mg", DAILY, None)]),
        ("fr", "Coumadine 5 mg/j, arrêt 2 jours, puis reprise à 2 mg/j", [("2 mg", DAILY, None)]),
    ],
)  # fmt: skip
def test_plans_pauses_and_going_back(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "She completed five days of ceftriaxone 1 g daily", [("1 g", DAILY, "5 d")]),
        ("en", "Treated with 10 days of doxycycline 100 mg BID", [("100 mg", BID, "10 d")]),
        ("fr", "Traité par 10 jours de Bactrim forte 1 cp x 2/j", [("1 {tbl}", BID, "10 d")]),
        ("fr", "Une injection tous les 14 jours d'Humira 40 mg", [("40 mg", {"frequency": 1, "period": "14", "periodUnit": "d"}, None)]),
        ("en", "After five days of vancomycin 1 g", [("1 g", None, None)]),
    ],
)  # fmt: skip
def test_a_length_that_leads_to_its_drug_is_the_course(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("fr", "Tacrolimus 2 mg AM et 1 mg PM", [("2 mg", MORN, None), ("1 mg", EVE, None)]),
        ("fr", "Metformine 850 mg AM/PM", [("850 mg", BOTH, None)]),
        ("en", "Prograf 2/1 mg (AM/PM)", [("2 mg", MORN, None), ("1 mg", EVE, None)]),
        ("fr", "Tacrolimus 2/1 mg matin/soir", [("2 mg", MORN, None), ("1 mg", EVE, None)]),
        ("fr", "Bisoprolol 2,5 mg, PM en 2015", [("2.5 mg", None, None)]),
        ("en", "NPH 20 units qAM, regular 5 units", [("20 U", MORN, None)]),
        ("fr", "Insuline NPH 20 UI matin, rapide 5 UI midi", [("20 [iU]", MORN, None)]),
        ("en", "Insulin regular 5 units before meals", [("5 U", {"when": ["AC"]}, None)]),
        # Of three sessions of a week, which FHIR's Timing cannot tell.
        ("en", "Vancomycin 2/2/3 g post HD", [(None, None, None)]),
        ("fr", "Vancomycine 1 g/1 g/2 g après dialyse", [(None, None, None)]),
    ],
)
def test_hours_of_quebec_other_insulins_and_sessions(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    read = posology(profiles, lang, text)
    assert (steps(read), read.get("strength_parts") or []) == (wanted, [])


def test_amounts_of_a_combination_are_no_doses_at_two_times(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Entresto 24/26 mg AM/PM")
    assert (repeat(read), len(read["strength_parts"]), read["steps"]) == (BOTH, 2, [])


def test_a_condition_of_a_change_is_none_of_taking(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "fr", "Lantus 24 UI le soir, à majorer de 2 UI tous les 3 jours si GAJ > 1,2 g/l")
    assert (steps(read), read["as_needed"]) == ([("24 [iU]", EVE, None)], False)


def test_a_rate_before_a_time_stays_one(profiles: dict[str, Language]) -> None:
    read = posology(
        profiles, "en", "Fentanyl patch 25 mcg/hr, change every 72 hours, increase to 50 mcg/hr after 1 week"
    )
    assert [amount(step["rate"]["numerator"]) for step in read["steps"]] == ["25 ug", "50 ug"]
    assert posology(profiles, "en", "Morphine 3 mg an hour before bed").get("rate") is None


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Haloperidol 1 mg IM q6h prn severe agitation only", "severe agitation"),
        ("fr", "Xanax 0,25 mg si angoisse seulement", "angoisse"),
        ("en", "Tramadol 50 mg q6h prn pain not relieved by Tylenol, max 200 mg daily", "pain not relieved by Tylenol"),
        ("fr", "Tramadol 50 mg si douleur non calmée par le paracétamol", "douleur non calmée par le paracétamol"),
        ("en", "Zofran 4 mg q8h prn nausea, Tylenol 650 mg q6h", "nausea"),
    ],
)
def test_a_reason_ends_with_what_did_not_help(profiles: dict[str, Language], lang: str, text: str, wanted: str) -> None:
    assert posology(profiles, lang, text)["as_needed_for"] == wanted


@pytest.mark.parametrize("aid", ["via blister pack", "in a Webster pack", "in dosette box"])
def test_what_tablets_are_sorted_in_is_no_form(profiles: dict[str, Language], aid: str) -> None:
    assert posology(profiles, "en", f"Memantine 10 mg daily {aid}").get("form") is None


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Paracetamol 1 g QDS (500 mg if <50 kg)", [("1 g", {"frequency": 4, "period": "1", "periodUnit": "d"}, None)]),
        ("fr", "Perfalgan 1 g x 3/j (500 mg si < 50 kg)", [("1 g", TID, None)]),
        ("en", "Ceftriaxone 2 g daily, stop date 4/15, 6 wk course", [("2 g", DAILY, "6 wk")]),
        ("en", "GTN spray 1 puff prn chest pain, ring for help if no relief after 3 doses", [("1 {puff}", None, None)]),
        ("fr", "Natispray 1 bouffée si douleur, appeler le 15 si échec après 3 bouffées", [("1 {puff}", None, None)]),
    ],
)  # fmt: skip
def test_doses_of_others_dates_and_doses_that_were_taken(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted
