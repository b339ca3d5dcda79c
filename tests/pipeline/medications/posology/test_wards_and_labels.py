"""Doses as emergency rooms, wards and pharmacy labels write them, each beside what it could be taken for."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}


@pytest.mark.parametrize(
    "text",
    [
        "Tylenol 650 mg PO x1 w/ relief.",
        "Zofran 4 mg IV x 1 w/o effect.",
    ],
)
def test_with_and_without_are_no_weeks(profiles: dict[str, Language], text: str) -> None:
    read = posology(profiles, "en", text)
    assert repeat(read) == {"count": 1}
    assert "duration" not in read


def test_weeks_in_one_letter_are_a_length(profiles: dict[str, Language]) -> None:
    assert amount(posology(profiles, "en", "Keflex 500 mg qid x 2 w.")["duration"]) == "2 wk"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("Pitocin at 6 mU/min.", "6", "mU"), ("Oxytocin 10 mu/min IV.", "10", "mU"), ("Penicillin G 4 MU/day.", "4000000", "U")],
)  # fmt: skip
def test_milliunits_a_minute_are_no_millions(profiles: dict[str, Language], text: str, value: str, unit: str) -> None:
    read = posology(profiles, "en", text)
    found = read["rate"]["numerator"] if "rate" in read else read["dose"]
    assert (found["value"], found["unit"]) == (value, unit)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("D/c home with Keflex 500 mg QID x 7 days.", "none"),
        ("D/C with naproxen 500mg bd 5/7.", "none"),
        ("Pt d/c'd to SNF with lisinopril 10 mg daily.", "none"),
        ("D/C Lasix 40 mg daily.", "stop"),
        ("Lasix d/c'd.", "stop"),
    ],
)
def test_a_discharged_patient_is_no_stopped_drug(profiles: dict[str, Language], text: str, change: str) -> None:
    record = profiles["en"](text)._.medications[0]
    assert record.data["change"] == change
    assert (record.data["status"] == "stopped") is (change == "stop")


def test_the_length_of_a_prescription_at_discharge_is_read(profiles: dict[str, Language]) -> None:
    assert amount(posology(profiles, "en", "D/c home with Keflex 500 mg QID x 7 days.")["duration"]) == "7 d"


@pytest.mark.parametrize(
    ("lang", "text", "daily"),
    [
        ("en", "Omeprazole 20mg capsules\nOne to be taken each morning before food", "1 {cap}"),
        ("en", "Metformin 500 mg 2 tabs at night with food", "2 {tbl}"),
        ("fr", "Mopral 20 mg : 1 gélule le soir avant le repas", "1 {cap}"),
        ("en", "Creon 2 capsules before food", None),
        ("en", "Creon 2 capsules in the morning and with meals", None),
        ("en", "Filgrastim 480 mcg SQ daily x 5 doses", "480 ug"),
        ("en", "Salbutamol 5 mg neb q20min x 3 doses", None),
    ],
)
def test_a_meal_tells_more_of_a_moment(profiles: dict[str, Language], lang: str, text: str, daily: str | None) -> None:
    assert amount(posology(profiles, lang, text)["daily_dose"]) == daily


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "B12 1000 mcg IM daily x 7 days, weekly x 4 weeks, then monthly", [
            ("1000 ug", DAILY, "7 d"),
            ("1000 ug", {**DAILY, "periodUnit": "wk"}, "4 wk"),
            ("1000 ug", {**DAILY, "periodUnit": "mo"}, None),
        ]),
        ("en", "Dermovate ointment od to hands for 2/52, alternate days for 2/52, then twice weekly", [
            (None, DAILY, "2 wk"),
            (None, {**DAILY, "period": "2"}, "2 wk"),
            (None, {"frequency": 2, "period": "1", "periodUnit": "wk"}, None),
        ]),
        ("en", "Ferrous fumarate 210 mg OD on alternate days", [("210 mg", {**DAILY, "period": "2"}, None)]),
        ("fr", "MgSO4 4 g en 20 min puis 1 g/h IVSE pendant 24 h", [
            ("4 g", {"duration": "20", "durationUnit": "min"}, None),
            (None, None, "24 h"),
        ]),
        ("en", "Thymoglobulin 100 mg IV daily x 4 doses over 6 hrs each", [
            ("100 mg", {**DAILY, "count": 4, "duration": "6", "durationUnit": "h"}, None),
        ]),
    ],
)  # fmt: skip
def test_parts_of_a_course(profiles: dict[str, Language], lang: str, text: str, expected: list[Any]) -> None:
    assert steps(posology(profiles, lang, text)) == expected


def test_strengths_of_steps_stand_with_the_steps(profiles: dict[str, Language]) -> None:
    text = "Nicotine: one 21 mg patch daily x 6 weeks, then one 14 mg patch daily x 2 weeks"
    read = posology(profiles, "en", text)
    assert "strength" not in read
    assert [amount(step["strength"]["numerator"]) for step in read["steps"]] == ["21 mg", "14 mg"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Fentanyl patch 25 mcg/hr 1 q72h"),
        ("fr", "Exelon patch 9,5 mg/24h 1 par jour"),
    ],
)
def test_a_counted_patch_is_the_dose(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert amount(read["dose"]) == "1 {patch}"
    assert "rate" not in read
    assert read["strength"]["denominator"]["unit"] == "h"


@pytest.mark.parametrize(
    ("lang", "text", "count"),
    [
        ("en", "NTG 0.4 mg SL x3.", 3),
        ("en", "Received 40 mEq of KCl PO x2 overnight.", 2),
        ("en", "Pt refused 2100 dose of Senna.", None),
        ("en", "Stat dose of IV furosemide 80mg given at 16:40.", 1),
        ("fr", "Célestène 12 mg IM toutes les 24 h, 2 doses", 2),
        ("fr", "Rhophylac 300 µg IV le jour de l'accouchement", None),
        ("fr", "Imovane 7,5 mg, une prise unique", 1),
    ],
)
def test_doses_that_were_given_are_counted(
    profiles: dict[str, Language], lang: str, text: str, count: int | None
) -> None:
    found = repeat(posology(profiles, lang, text)) or {}
    assert found.get("count") == count
    assert found.get("periodUnit") != ""
    assert "timeOfDay" not in found


@pytest.mark.parametrize(
    ("lang", "text", "reason"),
    [
        ("en", "MOM 30 ml po qd prn if no BM x 3 days", "no BM x 3 days"),
        ("en", "Senna 2 tabs nocte prn constipation x 3 days", "constipation"),
        ("en", "Codeine 30 mg qds prn charted", None),
        ("fr", "Ixprim 1 cp matin midi soir si douleurs persistantes", "douleurs persistantes"),
    ],
)
def test_reasons(profiles: dict[str, Language], lang: str, text: str, reason: str | None) -> None:
    read = posology(profiles, lang, text)
    assert (read["as_needed"], read.get("as_needed_for")) == (True, reason)
    assert ("duration" in read) is (reason == "constipation")


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Prednisone 20 mg par jour jusqu'à 3 mois", None),
        ("fr", "Prednisone 20 mg par jour pendant 3 mois", "3 mo"),
        ("en", "Ertapenem 1 gm IV q24h for total of 6 weeks", "6 wk"),
    ],
)
def test_an_end_is_no_length(profiles: dict[str, Language], lang: str, text: str, expected: str | None) -> None:
    assert amount(posology(profiles, lang, text).get("duration")) == expected


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("en", "Bumetanide 2 mg at midday, daily weights", "when"),
        ("en", "Insulin NPH 8 units qPM, FSBG before meals", "when"),
        ("fr", "Oxynorm 5 mg le matin, réévaluer à 15h", "when"),
    ],
)
def test_what_is_watched_is_no_frequency(profiles: dict[str, Language], lang: str, text: str, name: str) -> None:
    found = repeat(posology(profiles, lang, text)) or {}
    assert (list(found), len(found[name])) == ([name], 1)


def test_powder_by_weight_is_the_dose(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Miralax 17 g powder daily")
    assert (amount(read["dose"]), read.get("strength")) == ("17 g", None)


def test_a_label_that_says_insert_is_an_instruction(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "PHENERGAN 25MG SUPP\nINSERT 1 RECTALLY Q6H PRN N/V")
    assert (amount(read["dose"]), read["route"]["code"], read["as_needed_for"]) == ("1 {suppository}", "rectal", "N/V")


def test_the_next_injection_is_no_form(profiles: dict[str, Language]) -> None:
    assert "form" not in posology(profiles, "en", "Invega Sustenna 156 mg IM q4 weeks, next injection due at clinic")


def test_a_lowered_frequency_takes_the_place_of_the_one_before(profiles: dict[str, Language]) -> None:
    records = profiles["en"]("Glucovance 1.25/250 b.i.d. decreased to one a day, Monopril 20 mg q.d.")._.medications
    assert [(record.data["change"], repeat(record.data["posology"])) for record in records] == [
        ("decrease", DAILY),
        ("none", DAILY),
    ]


def test_a_condition_that_names_the_drug_is_no_reason(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "He may worsen if oral antibiotics are not given early enough.")
    assert read["as_needed"] is False


def test_a_form_of_another_sentence_is_not_the_drugs(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "The patient takes Cardizem CD 240 mg. The patient also takes eye drops.")
    assert (amount(read["dose"]), "form" in read) == ("240 mg", False)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Focalin XR 10 mg qAM Mon-Fri only, none on weekends", {"when": ["MORN"], "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"]}),
        ("en", "Clobetasol ointment nightly Mon-Fri, weekends off", {"when": ["NIGHT"], "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"]}),
        ("fr", "Kardégic 75 mg : 1 sachet le midi, à renouveler 5 fois", {"when": ["NOON"]}),
        ("fr", "Lantus 16 unités SC HS", {"when": ["HS"]}),
        ("fr", "Orocal D3 1 cp/j au cours du repas du soir", {**DAILY, "when": ["CV"]}),
        ("en", "Ceftriaxone 250 mg IM once plus doxycycline 100 mg PO BID", {"count": 1}),
    ],
)  # fmt: skip
def test_days_meals_and_renewals(profiles: dict[str, Language], lang: str, text: str, expected: dict[str, Any]) -> None:
    assert repeat(posology(profiles, lang, text)) == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Acétaminophène 500 mg 2 co PO QID PRN", "2 {tbl}"),
        ("en", "Meropenem changed from 1 g IV q8h to 500 mg IV q12h for CrCl 22", "500 mg"),
        ("en", "Lactulose 30 mL PO q6h, goal 3 BMs per day", "30 mL"),
    ],
)
def test_the_dose_beside_other_numbers(profiles: dict[str, Language], lang: str, text: str, expected: str) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), read["steps"]) == (expected, [])


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "Trimbow 87/5/9 2 puffs bd"), ("fr", "Trimbow 87/5/9 2 bouffées x2/j")]
)
def test_a_strength_of_three_ingredients_is_no_row_of_doses(
    profiles: dict[str, Language], lang: str, text: str
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), read["steps"]) == ("2 {puff}", [])


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Warfarin 2 and 1/2 tablets daily", "2.5 {tbl}"),
        ("fr", "Préviscan 2 et 1/2 cp le soir", "2.5 {tbl}"),
        ("en", "Oxycodone 5-10mg PO q4h PRN severe pain (7-10)", "5-10 mg"),
        ("en", "Percocet 5/325 1 tab q4h prn pain (4-6)", "1 {tbl}"),
        ("fr", "Actiskenan 5 mg /4h si dlr (5-10)", "5 mg"),
        ("fr", "Morphine 2 mg IV, EN 8 -> 3", "2 mg"),
        ("en", "Prednisolone 40mg od reducing 5mg/wk", "40 mg"),
        ("fr", "Prednisone 40 mg/j puis baisse 5 mg/sem", "40 mg"),
        ("fr", "augmentin 1gx3/j po 7j", "1 g"),
    ],
)
def test_numbers_that_are_no_second_dose(profiles: dict[str, Language], lang: str, text: str, expected: str) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), read["steps"]) == (expected, [])


def test_a_number_behind_the_name_of_a_patch_is_no_count(profiles: dict[str, Language]) -> None:
    assert "dose" not in posology(profiles, "en", "Evorel 50 patch twice weekly")


@pytest.mark.parametrize("text", ["torsemide 20 mg daily at d/c", "Plavix 75 mg x 1 yr"])
def test_words_that_look_like_a_change(profiles: dict[str, Language], text: str) -> None:
    assert profiles["en"](text)._.medications[0].data["change"] == "none"
