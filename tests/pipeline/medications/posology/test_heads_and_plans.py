"""Days and weeks before what is taken on them, doses that are only planned, meals of a region, hours in short."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
NIGHT, MORN = {"when": ["NIGHT"]}, {"when": ["MORN"]}


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Dexamethasone day 1 8 mg BD, days 2-4 4 mg BD, day 5 2 mg mane", [("8 mg", BID, "1 d"), ("4 mg", BID, "3 d"), ("2 mg", MORN, "1 d")]),
        ("en", "Zithromax: day 1: 500 mg, days 2-5: 250 mg daily", [("500 mg", None, "1 d"), ("250 mg", DAILY, "4 d")]),
        ("en", "Dexamethasone 8 mg day 1, 4 mg days 2-3", [("8 mg", None, "1 d"), ("4 mg", None, "2 d")]),
        ("en", "Varenicline day 1: 0.5 mg daily, day 2 onwards: 0.5 mg BD", [("0.5 mg", DAILY, "1 d"), ("0.5 mg", BID, None)]),
        ("fr", "Prednisone J1 60 mg, J2 et J3 : 40 mg, puis 20 mg/j", [("60 mg", None, "1 d"), ("40 mg", None, "2 d"), ("20 mg", DAILY, None)]),
        ("fr", "Prednisone 3 premiers jours 60 mg le matin, les 4 derniers jours 20 mg le matin", [("60 mg", MORN, "3 d"), ("20 mg", MORN, "4 d")]),
        ("en", "Prednisone for 5 days 40 mg daily, then for 2 days 20 mg daily", [("40 mg", DAILY, "5 d"), ("20 mg", DAILY, "2 d")]),
        ("en", "Prednisone 40 mg daily for 5 days, 20 mg daily for final 2 days", [("40 mg", DAILY, "5 d"), ("20 mg", DAILY, "2 d")]),
        ("en", "Topamax week 1: 25 mg daily, weeks 2-3: 50 mg daily", [("25 mg", DAILY, "1 wk"), ("50 mg", DAILY, "2 wk")]),
        ("en", "Lamictal 25 mg daily weeks 1 and 2, 50 mg daily weeks 3-4, then 100 mg daily", [("25 mg", DAILY, "2 wk"), ("50 mg", DAILY, "2 wk"), ("100 mg", DAILY, None)]),
        ("fr", "Lamictal S1-S2 25 mg/j, S3 50 mg/j", [("25 mg", DAILY, "2 wk"), ("50 mg", DAILY, "1 wk")]),
        # A week in which something is given once is no length.
        ("en", "Humira 160 mg week 0, 80 mg week 2", [("160 mg", None, None), ("80 mg", None, None)]),
    ],
)  # fmt: skip
def test_days_and_weeks_are_of_the_dose_that_they_stand_with(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "Sertraline 50 mg daily, may increase to 100 mg", "50 mg"),
        ("en", "Sertraline 50 mg daily, can increase dose to 100 mg in 2 weeks", "50 mg"),
        ("en", "Sertraline 50 mg daily, consider increasing to 100 mg at review", "50 mg"),
        ("en", "Movicol 1 sachet BD, increase to 2 sachets BD if no effect", "1 {sachet}"),
        ("en", "Amlodipine 5 mg daily. If BP > 140/90, increase to 10 mg", "5 mg"),
        ("en", "Amlodipine 5 mg daily, going up to 10 mg if needed", "5 mg"),
        ("fr", "Sertraline 50 mg par jour, on pourra augmenter à 100 mg", "50 mg"),
        ("fr", "Sertraline 50 mg par jour, possibilité de majorer à 100 mg", "50 mg"),
        ("fr", "Sertraline 50 mg par jour, à augmenter à 100 mg si besoin", "50 mg"),
    ],
)
def test_a_dose_that_may_be_taken_later_is_no_step(
    profiles: dict[str, Language], lang: str, text: str, dose: str
) -> None:
    read = posology(profiles, lang, text)
    assert (steps(read), read["as_needed"]) == ([(dose, repeat(read), None)], False)


def test_a_change_with_its_time_is_a_step_though_it_has_a_condition(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Ramipril 1.25 mg od, increasing to 2.5 mg od after 1 week if BP allows")
    assert steps(read) == [("1.25 mg", DAILY, "1 wk"), ("2.5 mg", DAILY, None)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Humalog 8 unités au déjeuner, 10 au dîner et 12 au souper", ["CM", "CD", "CV"]),
        ("Metformine 500 mg avant le déjeuner et avant le souper", ["ACM", "ACV"]),
        ("Pantoprazole 40 mg PO DIE AC déjeuner", ["ACM"]),
        ("Metformine 500 mg au petit-déjeuner, au dîner et au souper", ["CM", "CD", "CV"]),
        # Nothing says that the note is of such a region.
        ("Metformine 500 mg au déjeuner et au dîner", ["CD", "CV"]),
        ("Metformine 500 mg au petit-déjeuner, au déjeuner et au souper", ["CM", "CD", "CV"]),
    ],
)
def test_meals_are_those_of_the_region_only_where_the_note_says_so(
    profiles: dict[str, Language], text: str, wanted: list[str]
) -> None:
    read = posology(profiles, "fr", text)
    assert [when for step in read["steps"] or [read] for when in (repeat(step) or {})["when"]] == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Sinemet 25/100 2 tabs at 6a, 10a, 2p", {"timeOfDay": ["06:00:00", "10:00:00", "14:00:00"]}),
        ("en", "Stalevo 1 tab 7a/12p/5p", {"timeOfDay": ["07:00:00", "12:00:00", "17:00:00"]}),
        ("en", "Ventolin 2p q4h", {"frequency": 1, "period": "4", "periodUnit": "h"}),
        ("en", "Heparin 12a-6a 900 units/h", None),
        ("fr", "Stalevo 1 cp à 8h, 1 cp à 12h et 1 cp à 18h", {"timeOfDay": ["08:00:00", "12:00:00", "18:00:00"]}),
        ("en", "Atenolol 25 mg at night rather than in the morning", NIGHT),
        ("en", "Atenolol 25 mg in the morning, not at night", MORN),
        ("fr", "Aténolol 25 mg le matin plutôt que le soir", MORN),
        ("fr", "Aténolol 25 mg le matin et non le soir", MORN),
        ("en", "Zolpidem 5 mg at bedtime, alternate nights", {"frequency": 1, "period": "2", "periodUnit": "d", "when": ["HS"]}),
        ("en", "Zolpidem 5 mg every other night at bedtime", {"frequency": 1, "period": "2", "periodUnit": "d", "when": ["HS"]}),
    ],
)  # fmt: skip
def test_hours_in_short_and_times_that_are_left(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert repeat(posology(profiles, lang, text)) == wanted


def test_days_that_a_patch_is_worn_are_no_course(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Butrans 5 mcg/hr 7-day patch, apply one patch every 7 days")
    assert (steps(read), amount(read["strength"]["numerator"])) == (
        [("1 {patch}", {"frequency": 1, "period": "7", "periodUnit": "d"}, None)],
        "5 ug",
    )


def test_the_reason_may_stand_behind_a_colon(profiles: dict[str, Language]) -> None:
    assert posology(profiles, "en", "Flexeril 10 mg TID, PRN: back spasm")["as_needed_for"] == "back spasm"


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Depakote AM: 500 mg, PM: 750 mg", [("500 mg", MORN), ("750 mg", {"when": ["EVE"]})]),
        ("en", "Humalog breakfast 8 units, lunch 6 units, dinner 10 units", [("8 U", {"when": ["CM"]}), ("6 U", {"when": ["CD"]}), ("10 U", {"when": ["CV"]})]),
        ("en", "Warfarin Mon 3 mg Tue 4 mg Wed 3 mg", [("3 mg", {"dayOfWeek": ["mon"]}), ("4 mg", {"dayOfWeek": ["tue"]}), ("3 mg", {"dayOfWeek": ["wed"]})]),
        ("en", "Warfarin 1 mg tabs: Mon 3 tabs, Tue 4 tabs", [("3 {tbl}", {"dayOfWeek": ["mon"]}), ("4 {tbl}", {"dayOfWeek": ["tue"]})]),
        ("fr", "Hydrocortisone à 8h 20 mg, à 14h 10 mg", [("20 mg", {"timeOfDay": ["08:00:00"]}), ("10 mg", {"timeOfDay": ["14:00:00"]})]),
        ("fr", "Novorapid matin 8 UI, midi 6 UI, soir 10 UI", [("8 [iU]", MORN), ("6 [iU]", {"when": ["NOON"]}), ("10 [iU]", {"when": ["EVE"]})]),
        # Behind their doses they are of these.
        ("en", "Depakote 500 mg AM, 750 mg PM", [("500 mg", MORN), ("750 mg", {"when": ["EVE"]})]),
        ("en", "Warfarin 5 mg Mon 2.5 mg Tue", [("5 mg", {"dayOfWeek": ["mon"]}), ("2.5 mg", {"dayOfWeek": ["tue"]})]),
    ],
)  # fmt: skip
def test_times_are_of_the_dose_behind_them_where_each_is_followed_by_one(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert [(dose, when) for dose, when, _ in steps(posology(profiles, lang, text))] == wanted
