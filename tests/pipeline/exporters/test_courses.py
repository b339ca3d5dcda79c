"""When an exposure ends: what the note says, and nothing where it does not say it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pipeline.exporters.courses import course_days
from tests.pipeline.exporters.events import event
from tests.pipeline.exporters.test_tables import tables


def ends(text: str, language: str = "en", **fields: Any) -> list[tuple[str, str, str]]:
    """Drug, days of supply and end date of each exposure of a note of 12 March 2024."""
    made = tables("omop", event(text, language, **fields))["DRUG_EXPOSURE"]
    return list(made[["drug_source_value", "days_supply", "drug_exposure_end_date"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "days", "end"),
    [
        ("Amoxicillin 500 mg tid for 7 days.", "7", "2024-03-18"),
        ("Amoxicillin 500 mg tid for 2 weeks.", "14", "2024-03-25"),
        ("Prednisone 40 mg daily for 5 days then 20 mg daily for 5 days.", "10", "2024-03-21"),
        ("Prednisone 60 mg daily x 1 week, 40 mg daily x 1 week, 20 mg daily x 1 week.", "21", "2024-04-01"),
        ("Prednisone 40 mg daily for one week, then 20 mg daily for 10 days.", "17", "2024-03-28"),
        ("Azithromycin 500 mg day 1, then 250 mg daily days 2-5.", "5", "2024-03-16"),
        ("Prednisone 5 mg 2-0-1 for 5 days.", "5", "2024-03-16"),
        ("Ceftriaxone 1 g IV x 1.", "1", "2024-03-12"),
        ("Prednisone 40 mg, 30 mg, 20 mg, 10 mg, 3 days each, then stop.", "12", "2024-03-23"),
    ],
)
def test_an_exposure_ends_when_the_whole_course_does(text: str, days: str, end: str) -> None:
    ((_, supply, last),) = ends(text)
    assert (supply, last) == (days, end)


def test_a_french_taper_ends_after_all_its_steps() -> None:
    text = "Cortancyl 60 mg pendant 3 jours puis 40 mg pendant 3 jours puis 20 mg pendant 3 jours puis arrêt."
    assert ends(text, "fr") == [("Cortancyl", "9", "2024-03-20")]


@pytest.mark.parametrize(
    "text",
    [
        "Lasix 40 mg daily.",
        "Amoxicillin 500 mg tid for 7-10 days.",
        "Aspirin 81 mg daily for life.",
        "Prednisone 20 mg daily for 5 days, then 10 mg daily.",
        "Prednisone 20 mg in the morning for 3 days then 10 mg in the evening for 3 days.",
        "Prednisone 60 mg daily for 3 days, then decrease by 10 mg every 3 days until off.",
        "Amoxicillin 500 mg tid x 7 days then as needed.",
        "She has been taking ibuprofen 400 mg tid for the past 5 days.",
    ],
)
def test_an_end_that_the_note_does_not_tell_is_empty(text: str) -> None:
    ((_, supply, last),) = ends(text)
    assert (supply, last) == ("", "")


def test_a_course_that_goes_on_has_a_length_but_no_end() -> None:
    assert ends("Continue Keflex 500 mg qid to complete a 10-day course.") == [("Keflex", "10", "")]


def test_no_end_lies_behind_the_last_day_of_the_calendar() -> None:
    assert ends("Amoxicillin 500 mg for 7 days.", note_datetime="9999-12-30") == [("Amoxicillin", "7", "")]


def test_one_length_of_all_steps_is_that_of_the_course() -> None:
    record = copy.deepcopy(event("Prednisone 40 mg daily for 5 days then 20 mg daily for 5 days.")["medications"][0])
    for step in record["posology"]["steps"]:
        del step["duration"]
    record["posology"]["duration"] = {"value": "5", "unit": "d"}
    record["attributes"]["DURATION"] = record["attributes"]["DURATION"][:1]
    assert course_days(record, set()) == 5
    assert course_days(record, record["attributes"]["DURATION"]) is None


def test_a_course_whose_dose_changes_further_has_no_length() -> None:
    text = "Prednisone 1 mg/kg/j pendant 5 jours puis décroissance de 10 mg tous les 3 jours. Amoxicilline 1 g x 3/j pendant 7 jours."
    assert ends(text, "fr") == [("Prednisone", "", ""), ("Amoxicilline", "7", "2024-03-18")]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Ceftriaxone 1 g IV q24h on 3/8/2024 for 7 days.", ""),
        ("Ceftriaxone 1 g IV q24h since 3/10/2024 for 7 days.", ""),
        ("Ceftriaxone 1 g IV q24h on 3/12/2024 for 7 days.", "2024-03-18"),
    ],
)
def test_a_course_that_the_note_begins_on_another_day_has_no_end(text: str, end: str) -> None:
    ((_, supply, last),) = ends(text)
    assert (supply, last) == ("7", end)
