"""Conditions of a plan, hours of the day in four figures, and how far takings are apart."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Consider Lasix 20 mg if edematous."),
        ("fr", "Envisager furosémide 40 mg si prise de poids."),
        ("fr", "Discuter amlodipine 5 mg par jour si TA > 140/90."),
    ],
)
def test_a_condition_of_a_plan_is_no_taking_as_needed(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert posology(profiles, lang, text)["as_needed"] is False


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "May take ibuprofen 400 mg if pain"),
        ("fr", "Doliprane 1 cp x 4/j si EN > 5"),
        ("fr", "En cas d'anxiété, mirtazapine 15 mg le soir pourrait être discutée."),
    ],
)
def test_a_condition_of_taking_is_one(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert posology(profiles, lang, text)["as_needed"] is True


@pytest.mark.parametrize(
    ("lang", "text", "dose", "expected"),
    [
        ("en", "Dalteparin 5000 units s/c OD 1800h", "5000 U", {"frequency": 1, "period": "1", "periodUnit": "d", "timeOfDay": ["18:00:00"]}),
        ("en", "Enoxaparin 40 mg s/c at 1800 hrs", "40 mg", {"timeOfDay": ["18:00:00"]}),
        ("fr", "Célestène 12 mg IM, 2 injections à 24 h d'intervalle", "12 mg", {"frequency": 1, "period": "24", "periodUnit": "h", "count": 2}),
        ("en", "Rituximab 1 g x2 two weeks apart.", "1 g", {"frequency": 1, "period": "2", "periodUnit": "wk", "count": 2}),
        ("fr", "Doliprane 1 g 2 fois par jour espacées de 12 h", "1 g", {"frequency": 2, "period": "1", "periodUnit": "d"}),
    ],
)  # fmt: skip
def test_hours_of_the_day_and_of_intervals(
    profiles: dict[str, Language], lang: str, text: str, dose: str, expected: dict[str, Any]
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read["dose"]), repeat(read)) == (dose, expected)
    assert "duration" not in read
