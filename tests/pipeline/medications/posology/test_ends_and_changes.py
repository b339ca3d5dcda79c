"""Ends of a course, what a dose is changed to and under which condition, doses told twice, numbers without a unit."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
TID = {"frequency": 3, "period": "1", "periodUnit": "d"}
WEEKLY = {"frequency": 1, "period": "1", "periodUnit": "wk"}
ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.mark.parametrize(
    ("lang", "text", "wanted", "course"),
    [
        ("en", "Cefdinir 300 mg bid until Thursday.", BID, None),
        ("en", "Cefdinir 300 mg bid thru next Sat.", BID, None),
        ("fr", "Augmentin 1 g 2 fois par jour jusqu'à mardi.", BID, None),
        ("en", "Warfarin 3 mg Tuesday through Thursday.", {"dayOfWeek": ["tue", "wed", "thu"]}, None),
        ("en", "Naproxen 250 mg bid, 10 days maximum.", BID, "10 d"),
        ("fr", "Kétoprofène 100 mg 2 fois par jour, 3 jours max.", BID, "3 d"),
        ("en", "Haloperidol decanoate 50 mg IM monthly, next due 9/12.", {**DAILY, "periodUnit": "mo"}, None),
        ("en", "Ambien 5 mg hs x1 night.", {"when": ["HS"]}, "1 d"),
        ("fr", "Ventoline 4 bouffées la première heure.", None, "1 h"),
        ("en", "Bisoprolol 5mg tabs 1 OD x 56.", DAILY, None),
    ],
)
def test_the_end_of_a_course_is_no_day_and_no_limit(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any, course: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (repeat(read), amount(read.get("duration"))) == (wanted, course)
    assert "max_dose" not in read


@pytest.mark.parametrize(
    ("lang", "text", "dose", "timing"),
    [
        ("en", "Lactulose 15 mL bid titrated to 2 soft stools a day.", "15 mL", BID),
        ("en", "Lactulose 30 g tid, titrate to 3-4 BMs daily.", "30 g", TID),
        ("en", "Bumex 1 mg bid titrated to 2 mg daily.", "2 mg", DAILY),
        ("en", "Prednisone 20 mg daily halved to 10 mg daily.", "10 mg", DAILY),
        ("fr", "Cortancyl 20 mg par jour descendu à 10 mg par jour.", "10 mg", DAILY),
        ("fr", "Erbitux 400 mg/m² par semaine.", None, WEEKLY),
        ("en", "Didronel 400 mg tablets ONE WEEKLY.", "1 {tbl}", WEEKLY),
        ("fr", "Uvedose 100.000 UI par semaine.", "100000 [iU]", WEEKLY),
        ("fr", "Amikacine 15 mg/kg/j IV en 1 injection.", None, DAILY),
    ],
)
def test_what_is_aimed_at_is_no_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, timing: Any
) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == [(dose, timing, None)]


@pytest.mark.parametrize(
    ("lang", "text", "needed"),
    [
        ("fr", "Bumétanide 1 mg le matin, à majorer si oedèmes.", False),
        ("en", "Bumetanide 1 mg daily, double dose if legs swell.", False),
        ("en", "Fosfomycin 3 g x1, may repeat in 3 days if symptomatic.", False),
        ("fr", "Tercian 10 gouttes si agitation nocturne.", True),
        ("en", "Bumetanide 1 mg if legs swell.", True),
        ("fr", "Doliprane 1 g 3 fois par jour en réserve.", True),
    ],
)
def test_a_condition_of_changing_the_dose_is_none_of_taking(
    profiles: dict[str, Language], lang: str, text: str, needed: bool
) -> None:
    read = posology(profiles, lang, text)
    assert read["as_needed"] is needed
    assert "NIGHT" not in (repeat(read) or {}).get("when", [])


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        (
            "en",
            "Tobramycin 100 mg q8h (100 mg).",
            [("100 mg", {"frequency": 1, "period": "8", "periodUnit": "h"}, None)],
        ),
        ("en", "Keppra 3 tablets bid = 750 mg.", [("3 {tbl}", BID, None)]),
        (
            "en",
            "Levothyroxine 100 mcg Mon-Fri, 1/2 tab (50 mcg) Sat Sun.",
            [("100 ug", {"dayOfWeek": ALL_WEEK[:5]}, None), ("50 ug", {"dayOfWeek": ALL_WEEK[5:]}, None)],
        ),
        (
            "en",
            "Warfarin 4 mg daily except 1/2 tab (2 mg) Mon Fri.",
            [
                ("4 mg", {"dayOfWeek": ["tue", "wed", "thu", "sat", "sun"]}, None),
                ("2 mg", {"dayOfWeek": ["mon", "fri"]}, None),
            ],
        ),
        ("fr", "Solupred 40 mg à J1, 20 mg à J2.", [("40 mg", None, "1 d"), ("20 mg", None, "1 d")]),
        (
            "fr",
            "Naramig 1 cp matin et soir à J1, 1 cp le soir à J2 et J3.",
            [("1 {tbl}", {"when": ["MORN", "EVE"]}, "1 d"), ("1 {tbl}", {"when": ["EVE"]}, "2 d")],
        ),
        ("en", "bumex 2 iv x1 then 1 po bid", [(None, {"count": 1}, None), (None, BID, None)]),
        ("en", "neurontin 100 tid -> 300 tid over 3wks", [(None, TID, None)]),
        ("en", "Keppra 500 mg bid, level 8.2, loaded 1 g IV.", [("500 mg", BID, None)]),
    ],
)
def test_a_dose_told_twice_is_one_and_a_number_without_a_unit_has_its_own_time(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "times"),
    [
        ("fr", "Perfalgan 1 g à 6h-12h-18h-minuit", ["06:00:00", "12:00:00", "18:00:00", "00:00:00"]),
        ("fr", "Perfalgan 1 g à 8h, midi et 20h", ["08:00:00", "12:00:00", "20:00:00"]),
        ("en", "Keppra 500 mg at 6am, noon, 6pm and midnight", ["06:00:00", "12:00:00", "18:00:00", "00:00:00"]),
        ("en", "Keppra 500 mg at 12 midnight", ["00:00:00"]),
    ],
)
def test_noon_and_midnight_are_times_among_times(
    profiles: dict[str, Language], lang: str, text: str, times: list[str]
) -> None:
    assert repeat(posology(profiles, lang, text)) == {"timeOfDay": times}


@pytest.mark.parametrize(
    ("lang", "text", "limit"),
    [
        ("en", "Clobazam 10 mg up to TDS prn, max 20 mg in 24 hours.", "20 mg"),
        ("en", "Imodium 2mg caps: 1 after each loose stool, max 8 daily.", "8 {cap}"),
        ("en", "Clobazam 10 mg q12h up to TDS.", "3 {dose}"),
    ],
)
def test_a_limit_of_an_amount_says_more_than_how_often(
    profiles: dict[str, Language], lang: str, text: str, limit: str
) -> None:
    assert amount(posology(profiles, lang, text)["max_dose"]["numerator"]) == limit


def test_an_amount_that_is_compared_with_is_no_strength(profiles: dict[str, Language]) -> None:
    text = "Lantus 14 unités le soir, augmenter de 2 unités jusqu'à glycémie < 1,20 g/L."
    assert "strength" not in posology(profiles, "fr", text)


@pytest.mark.parametrize(
    ("lang", "text", "strength"),
    [
        ("fr", "Bécotide 250 µg porté à 2 bouffées matin et soir.", "250 ug"),
        ("en", "Methotrexate 8 tabs weekly (2.5 mg each).", "2.5 mg"),
        ("en", "INSULIN LISPRO 100 UNT/ML INJ 6 UNITS WITH MEALS", "100 U"),
    ],
)
def test_what_is_counted_holds_the_strength(profiles: dict[str, Language], lang: str, text: str, strength: str) -> None:
    assert amount(posology(profiles, lang, text)["strength"]["numerator"]) == strength


def test_a_count_behind_a_reason_is_the_dose(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Norco 5 mg prn pain 1-2 q6h")
    assert (amount(read["dose"]), read["as_needed_for"]) == ("1-2", "pain")


def test_an_infusion_by_the_surface_may_run_for_days(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "fr", "5FU 2400 mg/m2 sur 46 h")
    assert repeat(read) == {"duration": "46", "durationUnit": "h"}
    assert "duration" not in read


@pytest.mark.parametrize(
    "text", ["Une dose unique de Rocéphine 500 mg IM.", "Monuril 3 g 1 sachet unique.", "Bilaxten 20 mg prise unique."]
)
def test_unique_is_once(profiles: dict[str, Language], text: str) -> None:
    assert repeat(posology(profiles, "fr", text)) == {"count": 1}


@pytest.mark.parametrize(
    ("lang", "text", "parts"),
    [
        ("en", "Endocet 10/325 1 tab q6h prn", ["10 mg", "325 mg"]),
        ("en", "Hydrocodone-APAP 7.5-325 1 tab q6h prn", ["7.5 mg", "325 mg"]),
        ("en", "Zubsolv 8-2 SL daily", ["8 mg", "2 mg"]),
        ("en", "Trelegy 200/62.5/25 1 puff daily", ["200 ug", "62.5 ug", "25 ug"]),
        ("fr", "Coaprovel 300/25 1 cp le matin", ["300 mg", "25 mg"]),
        ("en", "Endocet 1-2 q6h prn", []),
        ("en", "Endocet prn pain 8/10", []),
        ("en", "Calcichew D3 500/400 one daily", []),
    ],
)
def test_bare_figures_are_read_by_the_unit_of_the_product_alone(
    profiles: dict[str, Language], lang: str, text: str, parts: list[str]
) -> None:
    assert [amount(part) for part in posology(profiles, lang, text).get("strength_parts", ())] == parts


@pytest.mark.parametrize(
    ("lang", "text", "dose", "strength"),
    [
        ("en", "Prochlorperazine 25 mg suppository PR bid", "25 mg", None),
        ("en", "Prochlorperazine 25 mg suppository, 1 PR bid", "1 {suppository}", "25 mg"),
        ("en", "Prochlorperazine 25 mg suppositories bid", None, "25 mg"),
        ("fr", "Zophren 8 mg lyoc x 2/j", "8 mg", None),
    ],
)
def test_one_of_a_form_that_is_taken_singly_is_the_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, strength: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), amount(read.get("strength", {}).get("numerator"))) == (dose, strength)


def test_a_date_that_ends_a_course_is_no_strength(profiles: dict[str, Language]) -> None:
    codes = [warning["code"] for warning in profiles["en"]("Cipro 500 mg bid through 6/15")._.warning_data]
    assert codes == ["duration_unread"]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        (
            "en",
            "Norco 1 tab for moderate pain, 2 tabs for severe pain q6h prn.",
            [("1 {tbl}", "moderate pain"), ("2 {tbl}", "severe pain")],
        ),
        (
            "en",
            "Bumex 1 mg daily, may take extra 1 mg for weight gain > 3 lb in a day.",
            [("1 mg", None), ("1 mg", "weight gain > 3 lb in a day")],
        ),
        ("en", "Vicodin 1 tab q6h, 2 tabs qhs.", [("1 {tbl}", None), ("2 {tbl}", None)]),
        ("en", "Levoxyl 75 mcg daily, 2 tabs on Sundays.", [("75 ug", None), ("2 {tbl}", None)]),
        ("en", "Atrovent nebs q6h scheduled, q3h prn wheezing.", [(None, None), (None, "wheezing")]),
    ],
)
def test_each_amount_has_its_own_reason_or_time(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    read = posology(profiles, lang, text)
    assert [(amount(step.get("dose")), step.get("as_needed_for")) for step in read["steps"]] == wanted


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "Bumex 2 mg IV bid, goal net neg 1-2 L/day.", "2 mg"),
        ("en", "Levemir 16 units qhs, increase 2 units every 3 days until 40 units.", "16 U"),
        ("en", "Clozaril 12.5 mg qhs, increase by 25 mg daily to target 300 mg.", "12.5 mg"),
        ("fr", "Toujeo 16 UI le soir, augmenter 2 UI tous les 3 jours.", "16 [iU]"),
        ("en", "Perindopril 2mg OD, uptitrate 2 weekly to 8mg.", "2 mg"),
        ("en", "Temazepam 10mg nocte PRN 7 tabs", "10 mg"),
        ("fr", "Cortancyl 40 mg/j, diminuer 5 mg par semaine.", "40 mg"),
        ("fr", "Bisoprolol 2,5 mg/j -> 5 mg/j.", "5 mg"),
        ("en", "Catapres TTS-3 patch weekly.", None),
        ("en", "Amoxil 45 mg/kg bid (max 1 g/dose).", None),
        ("fr", "Gentamicine 4 mg/kg 1 injection unique IM.", None),
    ],
)
def test_aims_limits_and_names_are_no_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), read["steps"]) == (dose, [])
    assert "strength" not in read


def test_a_count_of_takings_is_a_part_of_a_course(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Cyanocobalamin 1000 mcg IM daily x 7, weekly x 4, then monthly.")
    assert [repeat(step)["periodUnit"] for step in read["steps"]] == ["d", "wk", "mo"]


@pytest.mark.parametrize(
    ("text", "dose", "strength"),
    [
        ("Keflex 1000 mg (2 capsules) bid.", "1000 mg", None),
        ("Keflex 500 mg (1 capsule) bid.", "1 {cap}", "500 mg"),
        ("Keflex 750 mg (15 mL) bid.", "750 mg", None),
        ("Trexall 15 mg weekly (6 tabs).", "15 mg", None),
        ("Keflex 250 mg caps 500 mg (2 caps) bid.", "2 {cap}", "250 mg"),
    ],
)
def test_what_a_mass_comes_to_in_brackets_makes_it_no_strength(
    profiles: dict[str, Language], text: str, dose: str, strength: str | None
) -> None:
    read = posology(profiles, "en", text)
    assert (amount(read["dose"]), amount(read.get("strength", {}).get("numerator"))) == (dose, strength)


def test_a_dose_of_the_aim_gives_no_time(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Topamax 25 mg qhs x 1 week, then increase by 25 mg weekly to 50 mg bid.")
    assert steps(read) == [("25 mg", {"when": ["HS"]}, "1 wk")]


@pytest.mark.parametrize(
    ("lang", "text", "dose", "rate"),
    [
        ("en", "Zolpidem 5 mg an hour before bedtime.", "5 mg", False),
        ("en", "Propranolol 20 mg an hour before the talk.", "20 mg", False),
        ("fr", "Circadin 2 mg une heure avant le coucher.", "2 mg", False),
        ("en", "Ketamine 10 mg an hour.", None, True),
        ("en", "Fosphenytoin 15 mg PE/kg IV x1.", None, True),
        ("en", "Fosphenytoin 500 mg PE IV x1.", "500 mg", False),
    ],
)
def test_a_moment_is_no_rate(profiles: dict[str, Language], lang: str, text: str, dose: str | None, rate: bool) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), "rate" in read) == (dose, rate)


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "Coreg 25 mg PO bid (changed from 12.5 mg).", "25 mg"),
        ("en", "Cozaar 100 mg daily, raised from 50 mg.", "100 mg"),
        ("en", "Zestril 5 mg daily (cut from 10 mg daily).", "5 mg"),
        ("en", "Prednisone 10 mg daily, tapered from 60 mg.", "10 mg"),
        ("en", "Lantus 30 units qhs, dropped from 36 units to 30 units.", "30 U"),
        ("en", "Cozaar changed from 50 mg daily to 100 mg daily.", "100 mg"),
        ("fr", "Bisoprolol 5 mg par jour (passé de 2,5 mg).", "5 mg"),
    ],
)
def test_a_dose_that_was_changed_from_another_is_one_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), read.get("steps") or []) == (dose, [])


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Zyprexa 5 mg qhs, may increase to 10 mg after 3 nights if needed.", [("5 mg", {"when": ["HS"]}, None)]),
        ("fr", "Tercian 25 mg soir, peut être augmenté à 50 mg après 4 nuits si besoin.", [("25 mg", {"when": ["EVE"]}, None)]),
        ("en", "Remeron 15 mg qhs, increase to 30 mg after 7 nights.", [("15 mg", {"when": ["HS"]}, "7 d"), ("30 mg", {"when": ["HS"]}, None)]),
        ("fr", "Laroxyl 10 mg le soir, puis 20 mg au bout de 5 nuits.", [("10 mg", {"when": ["EVE"]}, "5 d"), ("20 mg", {"when": ["EVE"]}, None)]),
        ("en", "Ambien 5 mg qhs for 3 nights.", [("5 mg", {"when": ["HS"]}, "3 d")]),
    ],
)  # fmt: skip
def test_nights_that_have_passed_are_no_dose(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]
) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == wanted
    assert not read["as_needed"]


@pytest.mark.parametrize(
    ("text", "dose", "wanted"),
    [
        ("Stopped Lipitor 20 mg a week ago.", "20 mg", None),
        ("She quit Paxil 20 mg a month ago.", "20 mg", None),
        ("Took Zofran 8 mg an hour ago.", "8 mg", None),
        ("Lipitor 20 mg a day.", "20 mg", DAILY),
        ("Methotrexate 15 mg a week for arthritis.", "15 mg", WEEKLY),
    ],
)
def test_a_week_ago_is_not_how_often(profiles: dict[str, Language], text: str, dose: str, wanted: Any) -> None:
    read = posology(profiles, "en", text)
    assert (amount(read.get("dose")), repeat(read), read.get("rate")) == (dose, wanted, None)


@pytest.mark.parametrize(
    ("lang", "text", "course"),
    [
        ("en", "Resume Xarelto 20 mg daily 72 h post procedure.", None),
        ("en", "Resume Xarelto 20 mg daily 3 days post-op.", None),
        ("en", "Resume Xarelto 20 mg daily 48 h after surgery.", None),
        ("en", "Keflex 500 mg daily x 7 days post-op.", "7 d"),
        ("en", "Lovenox 40 mg daily for 28 days post op.", "28 d"),
        ("fr", "Reprise du Xarelto 20 mg par jour 72 h post-op.", None),
        ("fr", "Reprise du Xarelto 20 mg par jour 3 jours post-opératoire.", None),
        ("fr", "Lovenox 4000 UI par jour pendant 10 jours post-op.", "10 d"),
    ],
)
def test_a_time_behind_an_operation_is_no_course(
    profiles: dict[str, Language], lang: str, text: str, course: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (repeat(read), amount(read.get("duration"))) == (DAILY, course)
