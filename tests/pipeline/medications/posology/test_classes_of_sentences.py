"""Readings of whole classes of sentences whose figures are easily taken for something else."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import posology, repeat, steps

BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
QID = {"frequency": 4, "period": "1", "periodUnit": "d"}
WEEKLY = {"frequency": 2, "period": "1", "periodUnit": "wk"}
SLOTS = [
    ("1 {tbl}", {"when": ["MORN"]}, None),
    ("1 {tbl}", {"when": ["NOON"]}, None),
    ("2 {tbl}", {"when": ["EVE"]}, None),
]
QOD = {"frequency": 1, "period": "2", "periodUnit": "d"}


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Azithromycin 500 mg day 1, then 250 mg days 2-5.", [("500 mg", None, "1 d"), ("250 mg", None, "4 d")]),
        (
            "en",
            "Plavix 300 mg first dose now then 75 mg daily.",
            [("300 mg", None, None), ("75 mg", DAILY, None)],
        ),
        (
            "en",
            "Prednisone 10 mg tablets: take 3 tablets day 1, 2 tablets day 2.",
            [("3 {tbl}", None, "1 d"), ("2 {tbl}", None, "1 d")],
        ),
        (
            "en",
            "Warfarin 5 mg daily except 7.5 mg on Sunday.",
            [
                ("5 mg", {"dayOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat"]}, None),
                ("7.5 mg", {"dayOfWeek": ["sun"]}, None),
            ],
        ),
        (
            "en",
            "Trileptal 300 mg in the morning and 600 at night.",
            [("300 mg", {"when": ["MORN"]}, None), ("600 mg", {"when": ["NIGHT"]}, None)],
        ),
        ("en", "Zoloft 50 mg daily, 30.", [("50 mg", DAILY, None)]),
        ("en", "Clonazepam 1 mg bid, 0.5 tab qhs.", [("1 mg", BID, None), ("0.5 {tbl}", {"when": ["HS"]}, None)]),
        (
            "en",
            "Prednisone 40 mg daily x 5 days, 20 daily x 5 days, 1 tab daily.",
            [("40 mg", DAILY, "5 d"), ("20 mg", DAILY, "5 d"), ("1 {tbl}", DAILY, None)],
        ),
        ("en", "Arachitol 6L IU IM daily.", [("600000 [iU]", DAILY, None)]),
        ("en", "Furosemide 40 mg midi.", [("40 mg", {"when": ["NOON"]}, None)]),
        ("en", "Lisinopril was decreased to 10 mg daily from 20 mg daily.", [("10 mg", DAILY, None)]),
        ("en", "Miralax 17 g daily in 8 ounces of water.", [("17 g", DAILY, None)]),
        ("en", "Morphine 5 mg b.i.d., increase by 5 mg weekly to 30 mg.", [("5 mg", BID, None)]),
        (
            "en",
            "Lasix 40 mg daily, increase to 80 mg in 2 weeks.",
            [("40 mg", DAILY, None), ("80 mg", DAILY, None)],
        ),
        ("en", "Xeloda 1500 mg b.i.d. 2 weeks on and 1 week off.", [("1500 mg", BID, None)]),
        (
            "en",
            "Nitroglycerin patch 10 mg on in the morning, off at night.",
            [("10 mg", {"when": ["MORN"]}, None)],
        ),
        ("en", "Metamucil 5 g mixed with a glass of water twice daily.", [("5 g", BID, None)]),
        (
            "en",
            "Vitamin B12 1 mg IM every 3/12.",
            [("1 mg", {"frequency": 1, "period": "3", "periodUnit": "mo"}, None)],
        ),
        ("en", "Amoxicillin 500 mg bid × 7 d.", [("500 mg", BID, "7 d")]),
        ("en", "Ramipril 10 od.", [(None, DAILY, None)]),
        ("en", "Calpol two 5 ml spoonfuls twice a day.", [("10 mL", BID, None)]),
        ("en", "Calpol one teaspoonful twice a day.", [("1 [tsp_us]", BID, None)]),
        ("en", "Warfarin 3mg/4mg alternate days.", [("3 mg", QOD, None), ("4 mg", QOD, None)]),
        ("en", "Septra 400/80 mg alternate days.", [(None, QOD, None)]),
        ("en", "Colace one in the morning and one at bedtime.", [("1", {"when": ["MORN", "HS"]}, None)]),
        (
            "en",
            "Colace one in the morning for 3 days then one at bedtime.",
            [("1", {"when": ["MORN"]}, "3 d"), ("1", {"when": ["HS"]}, None)],
        ),
        (
            "en",
            "Novorapid 8 units with breakfast and 10 with lunch.",
            [("8 U", {"when": ["CM"]}, None), ("10 U", {"when": ["CD"]}, None)],
        ),
        ("en", "Maxidex 1 drop qid x 1 wk, bid x 1 wk.", [("1 [drp]", QID, "1 wk"), ("1 [drp]", BID, "1 wk")]),
        ("en", "Keflex 500 mg qid for 10 days, q6h.", [("500 mg", QID, "10 d")]),
        ("en", "Lovenox 1 mg/kg bid until INR > 2.", [(None, BID, None)]),
        (
            "en",
            "Carboplatin AUC 6 IV every 3 weeks.",
            [(None, {"frequency": 1, "period": "3", "periodUnit": "wk"}, None)],
        ),
        ("en", "Neulasta 6 mg once, 24 hours after chemotherapy.", [("6 mg", {"count": 1}, None)]),
        ("en", "Peridex swish 15 mL for 30 seconds and spit.", [("15 mL", None, None)]),
        ("en", "Doublebase gel 500 g twice a day.", [(None, BID, None)]),
        ("en", "Voltaren gel 4 g twice a day.", [("4 g", BID, None)]),
        (
            "en",
            "Azithromycin 500 mg on day one, then 250 mg on days 2-5.",
            [("500 mg", None, "1 d"), ("250 mg", None, "4 d")],
        ),
        (
            "en",
            "Lantus 28 units mane, increase morning dose by 2 units every 3 days.",
            [("28 U", {"when": ["MORN"]}, None)],
        ),
        ("fr", "Téralithe 250 mg : 1 cp-1 cp-2 cp.", SLOTS),
        ("fr", "Locoid crème 2 soirs par semaine.", [(None, {**WEEKLY, "when": ["EVE"]}, None)]),
        (
            "en",
            "Coumadin 5 mg MWF and 2.5 mg other days.",
            [
                ("5 mg", {"dayOfWeek": ["mon", "wed", "fri"]}, None),
                ("2.5 mg", {"dayOfWeek": ["tue", "thu", "sat", "sun"]}, None),
            ],
        ),
        ("en", "Keflex 500 mg bid for seven (7) days.", [("500 mg", BID, "7 d")]),
        ("en", "Keflex 500 mg bid through 07/12.", [("500 mg", BID, None)]),
        ("en", "Keflex 500 mg bid for a month and a half.", [("500 mg", BID, None)]),
        ("en", "Keflex 500 mg bid for a week to 10 days.", [("500 mg", BID, None)]),
        ("en", "Keflex bid for 4 cycles.", [(None, BID, None)]),
        ("fr", "Movicol 1 sachet dans un verre d'eau par jour.", [("1 {sachet}", DAILY, None)]),
        ("fr", "Doliprane une cuillère de 5 ml matin et soir.", [("5 mL", {"when": ["MORN", "EVE"]}, None)]),
        ("fr", "Zopiclone un comprimé de 7,5 mg à 22 h.", [("1 {tbl}", {"timeOfDay": ["22:00:00"]}, None)]),
        ("fr", "Metformine 850 mg : 1-1-1 aux repas.", [("850 mg", {"when": ["CM", "CD", "CV"]}, None)]),
        (
            "fr",
            "Zithromax 500 mg le 1er jour puis 250 mg/j pendant 4 jours.",
            [("500 mg", None, "1 d"), ("250 mg", DAILY, "4 d")],
        ),
        ("fr", "Symbicort 200/6 2 inhalations matin et soir.", [("2 {puff}", {"when": ["MORN", "EVE"]}, None)]),
        ("fr", "Trinitrine patch 10 mg le matin à retirer le soir.", [("10 mg", {"when": ["MORN"]}, None)]),
        ("fr", "Zolpidem 10 mg 1/2 cp le soir, maximum 4 semaines.", [("0.5 {tbl}", {"when": ["EVE"]}, "4 wk")]),
        ("fr", "Lovenox 0,4 mL SC 1 inj/j pendant 15 jours.", [("0.4 mL", DAILY, "15 d")]),
        (
            "fr",
            "Novorapid selon glycémie : 2 UI si > 1,80 g/l, 4 UI si > 2,50 g/l.",
            [("2 [iU]", None, None), ("4 [iU]", None, None)],
        ),
        (
            "fr",
            "Levothyrox 50 µg : 1 cp les jours pairs, 1,5 cp les jours impairs.",
            [("1 {tbl}", QOD, None), ("1.5 {tbl}", QOD, None)],
        ),
        ("fr", "Préviscan 3/4 cp jours impairs.", [("0.75 {tbl}", QOD, None)]),
        (
            "fr",
            "Dilaudid 2 mg aux quatre heures.",
            [("2 mg", {"frequency": 1, "period": "4", "periodUnit": "h"}, None)],
        ),
        ("fr", "Stelara 90 mg aux 8 semaines.", [("90 mg", {"frequency": 1, "period": "8", "periodUnit": "wk"}, None)]),
    ],
)
def test_steps(profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


def test_a_bolus_and_the_infusion_after_it_are_two_steps(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Heparin 5000 units bolus, then 1000 units/hr infusion.")
    assert [set(step) for step in read["steps"]] == [{"dose"}, {"rate"}]


def test_what_is_said_of_the_drug_before_is_not_read_for_the_next(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Ceftriaxone 250 mg IM x1 and doxycycline 100 mg b.i.d. x 7 days.", 1)
    assert steps(read) == [("100 mg", BID, "7 d")]


def test_a_limit_in_short_forms_says_how_often(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Tramadol 50 mg up to qds prn.")
    assert read["timing"]["repeat"]["frequency"] == 4
    assert "max_dose" not in read


@pytest.mark.parametrize(
    ("lang", "text", "needed"),
    [
        ("fr", "Envisager un traitement par furosémide si l'œdème persiste.", False),
        ("en", "Increase Lasix to 80 mg b.i.d. if edema persists.", False),
        ("fr", "Doliprane 1 g si douleur.", True),
        ("fr", "Ventoline 2 bouffées qd elle tousse.", True),
        ("fr", "Urbanyl 10 mg en cas de nuit blanche.", True),
        ("en", "Tylenol 650 mg if headache.", True),
    ],
)
def test_when_to_change_a_treatment_is_not_as_needed(
    profiles: dict[str, Language], lang: str, text: str, needed: bool
) -> None:
    assert posology(profiles, lang, text)["as_needed"] is needed


def test_a_planned_end_does_not_stop_the_drug(profiles: dict[str, Language]) -> None:
    (one,) = profiles["en"]("Flucloxacillin 500mg qds 5/7 then stop.")._.medications
    assert (one.change, one.status) == ("none", "active")


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("Sinemet 1.5 tabs at 7am, 11am, 3pm and 7pm.", "6"),
        ("Madopar 62.5 mg 5 times a day at 07:00, 10:00, 13:00, 16:00 and 19:00.", "312.5"),
        ("Lasix 40 mg on Monday at 8 am.", None),
        ("Prednisone 20 mg every other day at 8 am.", "10"),  # on average
    ],
)
def test_clock_times_count_for_the_daily_dose(profiles: dict[str, Language], text: str, daily: str | None) -> None:
    read = posology(profiles, "en", text)["daily_dose"]
    assert (read["value"] if read else None) == daily


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Augmentin 875-125 mg bid", ["875", "125"]),
        ("Symbicort 160-4.5 mcg 2 puffs bid", ["160", "4.5"]),
        ("Oxycodone 10-5 mg bid", None),
    ],
)
def test_a_falling_pair_is_a_combination_where_it_falls_far(
    profiles: dict[str, Language], text: str, parts: list[str] | None
) -> None:
    read = posology(profiles, "en", text)
    assert ([part["value"] for part in read["strength_parts"]] if "strength_parts" in read else None) == parts


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Heparin 1000 units/h since last night"),
        ("en", "Vancomycin 1 g IV started yesterday evening"),
        ("en", "Restart Coreg 6.25 mg tomorrow morning"),
        ("en", "Solu-Medrol 125 mg IV, sat 92% on room air"),
        ("en", "Prednisone 40 mg to start in AM"),
        ("fr", "Lasilix 10 mg/h IVSE depuis hier soir"),
        ("fr", "Amiodarone 900 mg/24h IVSE débutée hier matin"),
        ("fr", "Ceftriaxone 2 g depuis cette nuit"),
    ],
)
def test_the_time_of_a_day_that_is_named_is_no_time_of_every_day(
    profiles: dict[str, Language], lang: str, text: str
) -> None:
    assert repeat(posology(profiles, lang, text)) is None


@pytest.mark.parametrize(
    ("lang", "text", "written", "code"),
    [
        ("en", "Midazolam 10mg/24h via CSCI", "via CSCI", "subcutaneous"),
        ("en", "Dermovate ointment top nocte 2/52", "top", "topical"),
        ("en", "Nystatin oral suspension 1ml QDS", "oral", "oral"),
        ("en", "Fluticasone nasal spray bd", "nasal", "nasal"),
        ("en", "Lactulose oral solution 15 mL via PEG BD", "via PEG", "gastrostomy"),
    ],
)
def test_a_route_in_short_and_that_of_the_form(
    profiles: dict[str, Language], lang: str, text: str, written: str, code: str
) -> None:
    assert posology(profiles, lang, text)["route"] == {"text": written, "code": code}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Lasix 40 mg PO daily prn weight gain > 3 lbs", "weight gain > 3 lbs"),
        ("Torsemide 20 mg daily prn weight gain", "weight gain"),
        ("Albuterol 2 puffs q4h prn with spacer", None),
    ],
)
def test_a_reason_may_begin_with_a_word_that_says_nothing_elsewhere(
    profiles: dict[str, Language], text: str, reason: str | None
) -> None:
    assert posology(profiles, "en", text).get("as_needed_for") == reason


def test_a_dose_of_today_is_one_dose(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "azithromycin 500 mg PO x1 today, then 250 mg PO daily for 4 days")
    assert steps(read) == [("500 mg", {"count": 1}, None), ("250 mg", DAILY, "4 d")]


def test_a_form_for_a_place_of_the_body_names_no_route(profiles: dict[str, Language]) -> None:
    assert "route" not in posology(profiles, "en", "Chloramphenicol 0.5% eye drops QDS")


@pytest.mark.parametrize("days", ["Mon-Sat", "Mon to Sat", "daily Mon-Sat"])
def test_a_saturday_before_the_next_dose_is_no_saturation(profiles: dict[str, Language], days: str) -> None:
    first, second = steps(posology(profiles, "en", f"Levothyroxine 150 mcg {days}, 75 mcg on Sunday"))
    assert first[0] == "150 ug"
    assert first[1]["dayOfWeek"] == ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert second == ("75 ug", {"dayOfWeek": ["sun"]}, None)


@pytest.mark.parametrize(
    ("lang", "text", "dose", "timing"),
    [
        ("en", "Simvastatin 40mg tablets. One to be taken at night. 56 tablet", "1 {tbl}", {"when": ["NIGHT"]}),
        ("en", "Amlodipine 5mg tablets\nOne to be taken each day", "1 {tbl}", DAILY),
        ("fr", "Doliprane 1000 mg cp : 1 à prendre matin et soir", "1 {tbl}", {"when": ["MORN", "EVE"]}),
    ],
)
def test_a_number_of_what_is_to_be_taken(
    profiles: dict[str, Language], lang: str, text: str, dose: str, timing: dict[str, Any]
) -> None:
    assert steps(posology(profiles, lang, text)) == [(dose, timing, None)]
