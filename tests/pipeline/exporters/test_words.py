"""A posology in words for people."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.enrich import EnrichOptions
from pipeline.exporters.words import frequency_words, instruction, posology_words, step_words
from tests.pipeline.exporters.events import event


@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        ({}, None),
        ({"frequency": 1, "period": "1", "periodUnit": "d"}, "once a day"),
        ({"frequency": 2, "period": "1", "periodUnit": "d"}, "twice a day"),
        ({"frequency": 3, "frequencyMax": 4, "period": "1", "periodUnit": "wk"}, "3-4 times a week"),
        ({"frequency": 1, "period": "2", "periodUnit": "d"}, "every 2 days"),
        ({"frequency": 1, "period": "4", "periodMax": "6", "periodUnit": "h"}, "every 4-6 hours"),
        ({"frequency": 2, "period": "3", "periodUnit": "d"}, "twice every 3 days"),
        ({"frequency": 1, "period": "1", "periodUnit": "h"}, "once an hour"),
        ({"count": 1}, "1 dose in all"),
        ({"when": ["MORN", "EVE"]}, "in the morning, in the evening"),
        ({"frequency": 1, "period": "1", "periodUnit": "d", "dayOfWeek": ["mon", "fri"]}, "once a day, on mon, fri"),
        ({"timeOfDay": ["08:00"]}, "at 08:00"),
        ({"duration": "30", "durationUnit": "min"}, "over 30 min"),
    ],
)
def test_frequencies(repeat: dict[str, Any], words: str | None) -> None:
    assert frequency_words({"repeat": repeat, "code": None}) == words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({}, ""),
        ({"dose": {"value": "1", "unit": "{tbl}"}, "form": {"code": "tablet"}}, "1 tablet"),
        (
            {
                "dose": {"low": "1", "high": "2", "unit": "{tbl}"},
                "strength": {"numerator": {"value": "5", "unit": "mg"}, "denominator": None},
                "form": {"code": "tablet"},
                "duration": {"value": "7", "unit": "d"},
            },
            "1-2 tablets of 5 mg, for 7 days",
        ),
        ({"strength": {"numerator": {"value": "400", "unit": "mg"}, "denominator": {"value": "5", "unit": "mL"}}, "form": {"code": "suspension"}}, "400 mg / 5 mL, suspension"),
        ({"rate": {"numerator": {"value": "5", "unit": "mL"}, "denominator": {"value": "1", "unit": "h"}}}, "5 mL an hour"),
        ({"strength": {"numerator": {"value": "5", "unit": "mg"}, "denominator": {"value": "1", "unit": "mL"}}}, "5 mg / mL"),
        ({"as_needed": True, "as_needed_for": "pain"}, "as needed for pain"),
        ({"dose": {"value": "10", "unit": "[iU]"}, "max_dose": {"numerator": {"value": "40", "unit": "mg"}, "denominator": {"value": "1", "unit": "d"}}}, "10 IU, at most 40 mg a day"),
    ],
)  # fmt: skip
def test_steps(step: dict[str, Any], words: str) -> None:
    assert step_words(step) == words


def test_steps_follow_what_they_share() -> None:
    steps = [{"dose": {"value": "40", "unit": "mg"}}, {"dose": {"value": "20", "unit": "mg"}}]
    said = posology_words({"route": {"code": "oral"}, "steps": steps, "daily_dose": {"value": "40", "unit": "mg"}})
    assert said == "oral; 1) 40 mg; 2) 20 mg; = 40 mg a day"


@pytest.mark.parametrize(
    ("assumptions", "words"),
    [
        (["as_needed_at_most", "every_interval"], "= at most 12 puffs a day"),
        (["averaged"], "= on average 12 puffs a day"),
        (["every_interval"], "= 12 puffs a day"),
    ],
)
def test_a_daily_dose_says_whether_it_is_a_limit_or_a_mean(assumptions: list[str], words: str) -> None:
    daily = {"value": "12", "unit": "{puff}", "assumptions": assumptions}
    assert posology_words({"daily_dose": daily}) == words


@pytest.mark.parametrize(
    ("text", "with_text", "without"),
    [
        ("Tylenol 650 mg PO q6h prn pain, max 4 g a day.", "650 mg PO q6h prn pain, max 4 g a day", "650 mg PO q6h prn … 4 g a day"),
        ("Increased Lasix from 20 mg to 40 mg daily.", "20 mg to 40 mg daily", "20 mg … 40 mg daily"),
        ("Aspirin 81 mg\n daily.", "81 mg daily", "81 mg … daily"),
        ("He takes aspirin.", None, None),
    ],
)  # fmt: skip
def test_an_instruction_is_the_notes_own_words(text: str, with_text: str | None, without: str | None) -> None:
    made = event(text)
    record = made["medications"][0]
    assert instruction(made, record, text) == with_text
    assert instruction(made, record, None) == without


def test_an_instruction_names_no_other_drug() -> None:
    text = "Aspirin 81 mg and Plavix daily."
    made = event(text)
    record = made["medications"][0]
    record["attributes"]["FREQUENCY"] = [one["id"] for one in made["entities"] if one["text"] == "daily"]
    assert instruction(made, record, text) == "81 mg … daily"


def test_an_instruction_without_any_words_is_none() -> None:
    made = event("Aspirin 81 mg daily.", options=EnrichOptions(text_echo="none"))
    assert instruction(made, made["medications"][0], None) is None


@pytest.mark.parametrize(
    ("text", "with_text", "without"),
    [
        ("Oxycodone 5-10 mg PO q4h, max 40 mg/day.", "5-10 mg PO q4h, max 40 mg/day", "5-10 mg PO q4h … 40 mg …"),
        (
            "Tylenol 500 mg q6h, max 3 g per 24 hours; rest.",
            "500 mg q6h, max 3 g per 24 hours",
            "500 mg q6h … 3 g per 24 hours …",
        ),
        ("Lasix 40 mg daily, no salt.", "40 mg daily", "40 mg daily"),
    ],
)
def test_the_time_of_a_limit_belongs_to_an_instruction(text: str, with_text: str, without: str) -> None:
    made = event(text)
    record = made["medications"][0]
    assert instruction(made, record, text) == with_text
    assert (instruction(made, record, None) or "").strip() == without
