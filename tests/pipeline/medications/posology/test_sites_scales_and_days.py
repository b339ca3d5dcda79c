"""Days in short, eyes and ears in short, doses by glucose, patches, and what is said once of two drugs."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import posology

BID = {"frequency": 2, "period": "1", "periodUnit": "d"}


def repeat(read: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (read.get("timing") or {}).get("repeat") or {}
    return found


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("en", "Epoetin 10,000 units SC (TU,TH,SA).", ["tue", "thu", "sat"]),
        ("en", "Warfarin 5 mg Mo/We/Fr.", ["mon", "wed", "fri"]),
        ("en", "Warfarin 5 mg Tu-Th-Sa.", ["tue", "thu", "sat"]),
        ("en", "Warfarin 5 mg Mo-Fr.", ["mon", "tue", "wed", "thu", "fri"]),
        ("en", "Warfarin 5 mg M-F.", ["mon", "tue", "wed", "thu", "fri"]),
        ("fr", "Préviscan 1 cp LU-ME-VE.", ["mon", "wed", "fri"]),
        ("en", "Lasix 40 mg daily for 3 mo, we will recheck.", None),
        ("fr", "Aspégic 100 mg, je me repose.", None),
    ],
)
def test_days_in_short_are_read_beside_each_other_only(
    profiles: dict[str, Language], lang: str, text: str, days: list[str] | None
) -> None:
    assert repeat(posology(profiles, lang, text)).get("dayOfWeek") == days


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        ("en", "Latanoprost 1 drop RE nocte.", "ophthalmic"),
        ("en", "Timolol 0.25% BE bd.", "ophthalmic"),
        ("en", "Ciprodex 4 gtts AD bid.", "otic"),
        ("en", "Ofloxacin 5 drops in affected ear bid.", "otic"),
        ("fr", "Ciloxan 3 gouttes dans l'oreille droite 2 fois par jour.", "otic"),
        ("en", "Triamcinolone 0.1% LE bid.", None),
        ("en", "Lasix for LE edema.", None),
        ("en", "Albuterol 2.5 mg nebs q4h.", "inhaled"),
        ("en", "Clenil Modulite 200mcg 2 puffs bd via spacer", None),
        ("fr", "Hypnovel 5 mg/h à la seringue électrique.", None),
        ("fr", "Hypnovel 0,5 mg/h en SC à la PSE.", "subcutaneous"),
    ],
)
def test_route(profiles: dict[str, Language], lang: str, text: str, code: str | None) -> None:
    assert (posology(profiles, lang, text).get("route") or {}).get("code") == code


@pytest.mark.parametrize(
    ("lang", "text", "bands"),
    [
        (
            "en",
            "Novolog: BG 150-199 2 units, BG 200-249 4 units, BG 250-299 6 units.",
            [("2", "BG 150-199"), ("4", "BG 200-249"), ("6", "BG 250-299")],
        ),
        ("en", "Novolog 2 units if BG 151-200, 4 units if BG > 200.", [("2", "BG 151-200"), ("4", "BG > 200")]),
        ("en", "Humalog sliding scale: 2 units (151-200), 4 units (201-250).", [("2", "151-200"), ("4", "201-250")]),
        (
            "fr",
            "Actrapid 4 UI si glycémie entre 2 et 2,5 g/L, 6 UI si glycémie > 2,5 g/L.",
            [("4", "glycémie entre 2 et 2,5 g/L"), ("6", "glycémie > 2,5 g/L")],
        ),
    ],
)
def test_each_dose_of_a_scale_is_a_step_with_its_condition(
    profiles: dict[str, Language], lang: str, text: str, bands: list[tuple[str, str]]
) -> None:
    read = posology(profiles, lang, text)
    assert [(step["dose"]["value"], step["as_needed_for"]) for step in read["steps"]] == bands
    assert all(step["as_needed"] for step in read["steps"])
    assert not read.get("strength")


def test_what_is_said_of_a_scale_is_of_all_its_doses(profiles: dict[str, Language]) -> None:
    text = "Humalog 151-200: 2 units, 201-250: 4 units, SC before meals and at bedtime."
    assert [repeat(step) for step in posology(profiles, "en", text)["steps"]] == [{"when": ["AC", "HS"]}] * 2


@pytest.mark.parametrize("text", ["Lantus 20 units for 10-14 days, then 24 units.", "Humalog 8 units TID with meals."])
def test_doses_without_a_range_of_glucose_are_no_scale(profiles: dict[str, Language], text: str) -> None:
    assert not posology(profiles, "en", text)["as_needed"]


@pytest.mark.parametrize(
    ("lang", "text", "over"),
    [
        ("en", "Duragesic 50 mcg/h patch, apply 1 patch every 72 hours.", ("50", "1", "h")),
        ("en", "Clonidine 0.2 mg/24 hr patch, apply 1 patch every week.", ("0.2", "24", "h")),
        ("fr", "Durogesic 25 µg/h : 1 patch toutes les 72 heures.", ("25", "1", "h")),
        ("fr", "Nitriderm 10 mg/24 h, 1 patch le matin.", ("10", "24", "h")),
    ],
)
def test_what_a_patch_gives_in_a_time_is_its_strength(
    profiles: dict[str, Language], lang: str, text: str, over: tuple[str, str, str]
) -> None:
    read = posology(profiles, lang, text)
    strength = read["strength"]
    assert (strength["numerator"]["value"], *strength["denominator"].values()) == over
    assert "rate" not in read


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Albuterol or Xopenex nebs q4h prn."),
        ("en", "Zofran 4 mg or Phenergan 12.5 mg IV q6h prn nausea."),
        ("en", "Salbutamol 5mg and ipratropium 500mcg via nebuliser qds."),
        ("en", "Morphine 20mg and midazolam 10mg s/c over 24h."),
        ("fr", "Bricanyl 5 mg et Atrovent 0,5 mg en nébulisation x 3/j."),
        ("fr", "Aérosol de Bricanyl 5 mg + Atrovent 0,5 mg x 4/j."),
    ],
)
def test_what_is_said_once_is_of_both_drugs(profiles: dict[str, Language], lang: str, text: str) -> None:
    one, other = posology(profiles, lang, text), posology(profiles, lang, text, 1)
    assert repeat(one) == repeat(other) != {}
    assert one["route"] == other["route"]
    assert one["as_needed"] == other["as_needed"]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin 325 mg and metoprolol 5 mg IV q6h.",
        "Prednisone 40 mg and albuterol 2.5 mg nebs q4h.",
        "Aspirin and heparin 5000 units s.c. t.i.d.",
    ],
)
def test_and_shares_nothing_where_each_may_have_its_own_way(profiles: dict[str, Language], text: str) -> None:
    read = posology(profiles, "en", text)
    assert "route" not in read
    assert "timing" not in read


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Zopiclone 3.75mg at night if needed, 5 nights only"),
        ("en", "Temazepam 10 mg nocte x 5 nights"),
        ("fr", "Zopiclone 3,75 mg au coucher, 5 nuits au total"),
    ],
)
def test_so_many_nights_are_a_course_and_no_dose(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert read["duration"] == {"value": "5", "unit": "d"}
    assert read["dose"]["unit"] == "mg"


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Gliclazide 80mg bd, atorvastatin 20mg on", ["NIGHT"]),
        ("Lantus 12 units pre-bed", ["HS"]),
        ("Atorvastatin 20 mg on discharge", None),
    ],
)
def test_on_is_at_night_where_it_ends_an_instruction(
    profiles: dict[str, Language], text: str, when: list[str] | None
) -> None:
    last = profiles["en"](text)._.medications[-1].data["posology"]
    assert repeat(last).get("when") == when


def test_a_step_with_a_time_that_nobody_knows_has_not_that_of_the_step_before(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Lantus 20 units in the morning, 12 units pre-prandially.")
    assert [repeat(step) for step in read["steps"]] == [{"when": ["MORN"]}, {}]


def test_one_length_of_each_step_stands_beside_them_too(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Prednisone 40 mg daily x 3 days, 20 mg daily x 3 days.")
    assert [step["duration"]["value"] for step in read["steps"]] == ["3", "3"]
    assert read["duration"] == {"value": "3", "unit": "d"}  # what all share; courses and tables know it for what it is


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("Chantix 0.5 mg daily days 1-3, 0.5 mg BID days 4-7, then 1 mg BID", ["3", "4", None]),
        ("Decadron 40 mg days 1-4, 9-12", [None]),
    ],
)
def test_days_of_a_course(profiles: dict[str, Language], text: str, lengths: list[str | None]) -> None:
    read = posology(profiles, "en", text)
    steps = read["steps"] or [read]
    assert [(step.get("duration") or {}).get("value") for step in steps] == lengths
    assert steps[0]["dose"]["unit"] == "mg"


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("Trimethoprim 200 mg twice dialy for three days", BID),
        ("Trimethoprim 200 mg twice a day", BID),
    ],
)
def test_daily_misspelt(profiles: dict[str, Language], text: str, timing: dict[str, Any]) -> None:
    assert repeat(posology(profiles, "en", text)) == timing


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Methimazole 5 mg twice dlaily", {}),
        ("She took Tylenol 500 mg twice without relief", {"count": 2}),
        ("Remicade 5 mg/kg at weeks 0, 2 and 6", {}),
        ("Synthroid 75 mcg 6 days a week", {"frequency": 6, "period": "1", "periodUnit": "wk"}),
    ],
)
def test_how_often_is_read_or_left_open(profiles: dict[str, Language], text: str, wanted: dict[str, Any]) -> None:
    read = posology(profiles, "en", text)
    assert repeat(read) == wanted
    assert not read["steps"]


def test_doses_of_a_day_are_counted_once(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Methadone 10 mg tid: 2 tabs am, 1 tab noon, 2 tabs hs")
    assert [repeat(step) for step in read["steps"]] == [{"when": ["MORN"]}, {"when": ["NOON"]}, {"when": ["HS"]}]


def test_doses_in_turn_with_a_length_are_no_combination(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Prednisone 60/40/20 mg x 3 days")
    assert [step["dose"]["value"] for step in read["steps"]] == ["60", "40", "20"]
    assert "strength_parts" not in read
    assert not any("duration" in one for one in (read, *read["steps"]))
    product = posology(profiles, "en", "Trelegy 100/62.5/25 mcg 1 puff daily x 30 days")
    assert len(product["strength_parts"]) == 3


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("His heart rate was reduced with metoprolol 25 mg bid", "none"),
        ("Blood pressure increased and lisinopril 10 mg was started", "start"),
        ("He was increased on Lasix to 40 mg daily", "increase"),
        ("We decreased her prednisone to 10 mg", "decrease"),
    ],
)
def test_what_a_drug_works_on_is_not_the_drug_that_is_changed(
    profiles: dict[str, Language], text: str, change: str
) -> None:
    assert profiles["en"](text)._.medications[0].data["change"] == change


def test_a_time_longer_than_the_interval_is_that_of_all_takings(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Albuterol 2.5 mg nebs q20min over 1 hour")
    assert read["duration"] == {"value": "1", "unit": "h"}
    assert "duration" not in repeat(read)
    assert repeat(posology(profiles, "en", "Cefepime 2 g IV q8h over 4 h"))["duration"] == "4"
    assert posology(profiles, "en", "Nitroglycerin 0.4 mg SL q5min for 15 min")["duration"] == {
        "value": "15",
        "unit": "min",
    }


def test_patches_of_a_taper_have_no_one_strength(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Nicotine patch 21 mg/24 h daily x 6 wks, 14 mg x 2 wks")
    assert "strength" not in read
    assert [step["duration"]["value"] for step in read["steps"]] == ["6", "2"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [("en", "Novolog 1 unit for every 50 > 150"), ("fr", "Novorapid 1 UI pour 10 g de glucides")],
)
def test_units_by_what_is_measured_or_eaten_are_no_dose(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert "dose" not in posology(profiles, lang, text)


def test_a_figure_may_begin_a_route(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "fr", "Timoptol 1 goutte 2 yeux matin et soir")
    assert read["route"]["code"] == "ophthalmic"
    assert not read["steps"]
