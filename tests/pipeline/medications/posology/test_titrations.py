"""The time in which a dose is raised or lowered, what it is raised up to, and what it was before."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import posology, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
BID = {"frequency": 2, "period": "1", "periodUnit": "d"}
TID = {"frequency": 3, "period": "1", "periodUnit": "d"}
EVENING = {"when": ["EVE"]}


def _warned(profiles: dict[str, Language], lang: str, text: str) -> list[str]:
    return [warning["code"] for warning in profiles[lang](text)._.warning_data or ()]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Begin enalapril 2.5 mg od and titrate up to 20 mg od over 6 weeks.", [("2.5 mg", DAILY), ("20 mg", DAILY)]),
        ("en", "Pregabalin 75 mg BID, titrate to 150 mg BID over 1 week.", [("75 mg", BID), ("150 mg", BID)]),
        ("en", "Raise pregabalin from 75 mg to 150 mg BID over 3 weeks.", [("150 mg", BID)]),
        ("en", "Titrate losartan to 100 mg daily over 4 weeks.", [("100 mg", DAILY)]),
        ("en", "Titrate pregabalin up to 300 mg BID over 2 weeks.", [("300 mg", BID)]),
        ("en", "Build up lamotrigine to 100 mg bd over 8 weeks.", [("100 mg", BID)]),
        ("en", "Sertraline 50 mg daily increased to 100 mg daily over the next 4 weeks.", [("100 mg", DAILY)]),
        ("fr", "Prégabaline 75 mg x 2/j, augmenter à 150 mg x 2/j en 2 semaines.", [("75 mg", BID), ("150 mg", BID)]),
        ("fr", "Augmenter la prégabaline jusqu'à 150 mg 2 fois par jour en 2 semaines.", [("150 mg", BID)]),
        ("fr", "Laroxyl 10 mg le soir à augmenter à 50 mg le soir sur 4 semaines.", [("10 mg", EVENING), ("50 mg", EVENING)]),
    ],
)  # fmt: skip
def test_the_time_of_a_titration_is_no_course(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[tuple[str, Any]]
) -> None:
    read = posology(profiles, lang, text)
    assert steps(read) == [(dose, timing, None) for dose, timing in wanted]
    assert "max_dose" not in read
    assert "duration_unread" in _warned(profiles, lang, text)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Azithromycin 500 mg daily over 3 days.", [("500 mg", DAILY, "3 d")]),
        ("en", "Increase his dose of gabapentin to 600 mg TID for 2 weeks.", [("600 mg", TID, "2 wk")]),
        ("en", "Gabapentin 300 mg TID. Titrate slowly. Prednisone 40 mg daily over 5 days.", [("300 mg", TID, None)]),
        ("fr", "Augmenter la gabapentine à 600 mg 3 fois par jour pendant 2 semaines.", [("600 mg", TID, "2 wk")]),
        ("fr", "Amoxicilline 3 g/j sur 7 jours.", [("3 g", DAILY, "7 d")]),
    ],
)
def test_a_course_is_no_titration(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[tuple[str, Any, str | None]]
) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Oxycodone 5 mg q6h prn up to 30 mg daily."),
        ("en", "Titrate gabapentin from 300 mg TID, max 1800 mg daily."),
        ("fr", "Oxynorm 5 mg toutes les 6 h jusqu'à 30 mg par jour."),
    ],
)
def test_a_limit_stays_one(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert "max_dose" in posology(profiles, lang, text)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Atenolol 100 mg daily, was 50 mg daily.", ("100 mg", DAILY)),
        ("en", "Enalapril now 20 mg daily, was 10 mg BID.", ("20 mg", DAILY)),
        ("en", "Lantus 20 units at night; was 15 units.", ("20 U", {"when": ["NIGHT"]})),
        ("en", "Enalapril, was 10 mg daily.", ("10 mg", DAILY)),
        ("en", "Atenolol 100 mg daily, was seen in clinic.", ("100 mg", DAILY)),
        ("fr", "Nébivolol actuellement 5 mg, avant 2,5 mg.", ("5 mg", None)),
        ("fr", "Nébivolol 5 mg/j, avant 2,5 mg/j.", ("5 mg", DAILY)),
        ("fr", "Metformine 1 g matin et soir, avant les repas.", ("1 g", {"when": ["MORN", "EVE", "AC"]})),
    ],
)
def test_what_the_dose_was_is_no_step(
    profiles: dict[str, Language], lang: str, text: str, wanted: tuple[str, Any]
) -> None:
    assert steps(posology(profiles, lang, text)) == [(*wanted, None)]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Hydromorphone 1 mg IV q4h prn; last dose 1 mg at 0430.", {"frequency": 1, "period": "4", "periodUnit": "h"}),
        ("en", "Apixaban 5 mg bid, last dose 3/14 at 9 am.", BID),
        ("en", "Oxycodone 5 mg bid, last dose given at 8 pm last night.", BID),
        ("en", "Last dose of apixaban 5 mg at 0800.", None),
        ("en", "Furosemide 20 mg bid at 8 am and 4 pm.", {**BID, "timeOfDay": ["08:00:00", "16:00:00"]}),
        ("en", "Apixaban 5 mg at 0800.", {"timeOfDay": ["08:00:00"]}),
        ("fr", "Oxynorm 10 mg 2 fois par jour, dernière prise à 8 h.", BID),
        ("fr", "Enoxaparine 4000 UI par jour, dernière injection hier soir à 20 h.", DAILY),
        ("fr", "Oxynorm 10 mg à 8 h et à 20 h.", {"timeOfDay": ["08:00:00", "20:00:00"]}),
    ],
)  # fmt: skip
def test_the_time_of_the_last_taking_is_none_of_every_day(
    profiles: dict[str, Language], lang: str, text: str, wanted: Any
) -> None:
    assert [repeat for _, repeat, _ in steps(posology(profiles, lang, text))] == [wanted]
