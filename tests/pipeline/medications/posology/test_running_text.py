"""Drugs named in running text: what stands beside them and is of something else, beside what is theirs."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.profiles import profile


@pytest.fixture(scope="module")
def english() -> Language:
    return profile("en")


@pytest.fixture(scope="module")
def french() -> Language:
    return profile("fr")


def said(nlp: Language, text: str, number: int = 0) -> dict[str, Any]:
    """What is said of a drug, without the fields that say nothing."""
    posology = nlp(text)._.medications[number].posology
    return {name: value for name, value in posology.items() if value not in (None, False, [])}


def repeat(nlp: Language, text: str, number: int = 0) -> dict[str, Any]:
    return said(nlp, text, number).get("timing", {}).get("repeat", {})


@pytest.mark.parametrize(
    "text",
    [
        "Diabetes mellitus type 2 but on insulin for years.",
        "She is in no distress on her diuretics. An x-ray was ordered.",
        "He has not needed steroids in about a week.",
        "Advised to stop clopidogrel a week before the operation.",
        "Splints for the night and analgesics, night rest was fair.",
        "He was given antibiotics, and the culture of last night grew nothing.",
        "Start a statin if any of the results come back high.",
    ],
)
def test_a_drug_that_is_only_named_gets_no_value(english: Language, text: str) -> None:
    assert said(english, text) == {}


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("He got two of epinephrine and one of atropine.", ["2", "1"]),
        ("In all four of epinephrine, 2 of atropine were given.", ["4", "2"]),
        ("1 Lasix 40 mg BID 2 KCl 20 mEq daily 3 aspirin 81 mg daily", ["40", "20", "81"]),
        ("Fentanyl 50 mcg and 2 mg of Versed were given.", ["50", "2"]),
    ],
)
def test_a_number_is_of_the_drug_that_it_leads_to(english: Language, text: str, doses: list[str]) -> None:
    records = english(text)._.medications
    found = [record.posology.get("dose", {}).get("value") for record in records]
    assert found[: len(doses)] == doses
    assert not any(record.posology["steps"] for record in records)


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("Novolog 6 units before meals; A1c 9.1% last month.", "6"),
        ("Prednisone 40 mg daily, sats 94% on 3 L.", "40"),
        ("Ensure 8 ounces b.i.d., 20 ounces of water a day.", "8"),
        ("Tobramycin 300 mg IV daily (5 mg/kg, weight 60 kg).", "300"),
        ("Senna two tablets b.i.d. for a total of four tablets.", "2"),
        ("Atropine 0.5 mg IV was given half-way through.", "0.5"),
    ],
)
def test_what_is_measured_reckoned_or_taken_beside_it_is_no_dose(english: Language, text: str, dose: str) -> None:
    found = said(english, text)
    assert found["dose"]["value"] == dose
    assert not {"steps", "strength", "rate"} & found.keys()


@pytest.mark.parametrize(
    "text",
    [
        "Humalog by pump 0.7 units/h from midnight to 5 am, 1.2 units/h from 5 am to noon.",
        "Botox 100 units in the left arm and 50 units in the left leg.",
    ],
)
def test_amounts_of_several_places_or_hours_are_no_steps(english: Language, text: str) -> None:
    doc = english(text)
    assert not {"dose", "rate"} & said(english, text).keys()
    assert "several_amounts" in {warning["code"] for warning in doc._.warning_data}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Zofran 4 mg IV x1, may repeat once.", 2),
        ("Ativan 2 mg IV stat for seizures over 5 minutes, may be repeated twice.", 3),
        ("Zofran 4 mg IV x1, may repeat.", 1),
        ("She received three doses of ampicillin.", 3),
    ],
)
def test_how_often_in_all(english: Language, text: str, count: int | None) -> None:
    assert repeat(english, text).get("count") == count


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Vigamox, OD, four times a day.", {"frequency": 4, "period": "1", "periodUnit": "d"}),
        ("Ativan 1 mg every eight (8) hours.", {"frequency": 1, "period": "8", "periodUnit": "h"}),
        ("Iron 325 mg tablet twice a day (1 in the morning, 1 in the evening).", ["MORN", "EVE"]),
        ("Motrin 600 mg three times day.", {"frequency": 3, "period": "1", "periodUnit": "d"}),
    ],
)
def test_when(english: Language, text: str, wanted: Any) -> None:
    found = repeat(english, text)
    assert (found["when"] if isinstance(wanted, list) else found) == wanted


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sinemet 25-100 mg t.i.d.", ["25", "100"]),
        ("Entresto 24-26 mg b.i.d.", ["24", "26"]),
        ("Lisinopril-HCTZ 20-12.5 mg daily.", ["20", "12.5"]),
        ("Solu-Medrol 40-80 mg IV daily.", []),
        ("Norco 5-10 mg q.6h. p.r.n.", []),
    ],
)
def test_a_dash_between_the_amounts_of_a_combination(english: Language, text: str, parts: list[str]) -> None:
    assert [part["value"] for part in said(english, text).get("strength_parts", ())] == parts


@pytest.mark.parametrize(
    "text",
    [
        "Lantus 20 units at bedtime, increase the bedtime dose by 2 units every 3 days.",
        "Lantus 20 units at bedtime, then raise her bedtime insulin dose by 2 units weekly.",
        "Lantus 20 units at bedtime, going up by 2 units every 3 days.",
    ],
)
def test_by_how_much_a_dose_is_changed_is_no_dose(english: Language, text: str) -> None:
    found = said(english, text)
    assert (found["dose"]["value"], found["timing"]["repeat"]) == ("20", {"when": ["HS"]})
    assert "steps" not in found


def test_once_a_day_behind_two_drugs_is_of_both_and_twice_of_the_last(english: Language) -> None:
    once = {"frequency": 1, "period": "1", "periodUnit": "d"}
    assert [repeat(english, "Aspirin 81 mg and Plavix 75 mg daily.", n) for n in (0, 1)] == [once, once]
    assert repeat(english, "Mobic 15 mg and ibuprofen 800 mg twice daily.", 0) == {}


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("Diprosone crème 2 applications par jour", {"value": "1", "unit": "{application}"}),
        ("Kaleorid 600 mg 2 gélules par jour pour une kaliémie à 3,1 mmol/L", {"value": "2", "unit": "{cap}"}),
        ("Novorapid 6 UI le midi, HbA1c 8,2 %", {"value": "6", "unit": "[iU]"}),
    ],
)
def test_french(french: Language, text: str, dose: dict[str, str]) -> None:
    assert said(french, text)["dose"] == dose


def test_a_course_by_needle_and_what_takes_its_place(french: Language) -> None:
    text = "Rocéphine 1 g IV puis relais per os par Augmentin 1 g matin et soir"
    assert [said(french, text, number)["route"]["code"] for number in (0, 1)] == ["intravenous", "oral"]
