"""A length that is said once, of each of several doses or of all of them together."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from spacy.language import Language

from pipeline.enrich import enrich
from pipeline.exporters.courses import course_days
from schemas import Note, encode


def read(nlp: Language, text: str) -> dict[str, Any]:
    (record,) = nlp(text)._.medications
    found: dict[str, Any] = record.posology
    return found


@pytest.mark.parametrize(
    ("lang", "text", "doses", "length"),
    [
        ("en", "Prednisone 40 mg, 30 mg, 20 mg, 10 mg, 3 days each", "40 30 20 10", "3 d"),
        ("en", "Prednisone 40 mg daily, 30 mg daily, 20 mg daily, 3 days each, then stop.", "40 30 20", "3 d"),
        ("en", "Prednisone 40/30/20/10 mg x 3 days each", "40 30 20 10", "3 d"),
        ("en", "Prednisone 60 mg x 3d, 40 x 3d, 20 x 3d", "60 40 20", "3 d"),
        ("en", "Prednisone 20 mg then 15 mg then 10 mg, one week each", "20 15 10", "1 wk"),
        ("fr", "Solupred 40 mg, 30 mg, 20 mg, 10 mg, 3 jours chacun", "40 30 20 10", "3 d"),
        ("fr", "Solupred 40 mg puis 30 mg puis 20 mg par paliers de 5 jours", "40 30 20", "5 d"),
        ("fr", "Solupred 40 mg, 30 mg, 20 mg, par paliers de 5 jours", "40 30 20", "5 d"),
    ],
)
def test_each_dose_of_a_taper_has_the_length_said_of_each(
    profiles: dict[str, Language], lang: str, text: str, doses: str, length: str
) -> None:
    posology = read(profiles[lang], text)
    assert [step["dose"] for step in posology["steps"]] == [{"value": dose, "unit": "mg"} for dose in doses.split()]
    value, unit = length.split()
    assert [step["duration"] for step in posology["steps"]] == [{"value": value, "unit": unit}] * len(doses.split())
    assert "strength" not in posology
    assert "strength_parts" not in posology


@pytest.mark.parametrize(
    ("lang", "text", "doses"),
    [
        ("en", "Prednisone 60 mg x 3 days, then 40, 30, 20", "60 40 30 20"),
        ("fr", "Prednisone 60 mg pendant 5 jours puis 40, 30, 20", "60 40 30 20"),
        ("fr", "Prednisone 60 mg/j 3 jours puis 40, 30, 20, 10 mg tous les 3 jours", "60 40 30 20 10"),
        ("en", "Lorazepam 1 mg TID, 0.5 BID, 0.5 qhs", "1 0.5 0.5"),
        ("en", "Buprenorphine 0.5 mg SL day 1, 0.5 BID day 2, 1 BID day 3, 2 BID day 4", "0.5 0.5 1 2"),
    ],
)
def test_doses_without_a_unit_have_that_of_the_dose_before(
    profiles: dict[str, Language], lang: str, text: str, doses: str
) -> None:
    steps = read(profiles[lang], text)["steps"]
    assert [step["dose"] for step in steps] == [{"value": dose, "unit": "mg"} for dose in doses.split()]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Prednisone 40 mg daily for 5 days, then taper slowly."),
        ("en", "Dexamethasone 4 mg q6h for 3 days, then wean"),
        ("fr", "Prednisone 40 mg par jour pendant 5 jours puis décroissance progressive."),
    ],
)
def test_a_taper_of_which_nobody_says_how_has_no_end(profiles: dict[str, Language], lang: str, text: str) -> None:
    note = Note(note_id="n", text=text, language=lang)
    event = orjson.loads(encode(enrich(note, profiles[lang])))
    (record,) = event["medications"]
    (warning,) = event["warnings"]
    assert (warning["code"], warning["entity"]) == ("change_of_dose", record["drug"])
    assert course_days(record, {warning["entity"]}) is None


@pytest.mark.parametrize("text", ["Prednisone 5 mg for 3 days each month", "Augmentin 500/125 mg, 7 days each month"])
def test_days_of_each_month_part_no_doses(profiles: dict[str, Language], text: str) -> None:
    assert read(profiles["en"], text)["steps"] == []


def test_four_ingredients_are_all_in_the_strength(profiles: dict[str, Language]) -> None:
    parts = read(profiles["en"], "Stribild 150/150/200/300 mg daily")["strength_parts"]
    assert [part["value"] for part in parts] == ["150", "150", "200", "300"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Coumadin 10 mg alternating with 5 mg daily for 4 weeks"),
        ("fr", "Previscan 10 mg en alternance avec 5 mg pendant 4 semaines"),
    ],
)
def test_the_length_behind_doses_in_turn_is_that_of_the_whole(
    profiles: dict[str, Language], lang: str, text: str
) -> None:
    posology = read(profiles[lang], text)
    assert posology["duration"] == {"value": "4", "unit": "wk"}
    assert not any("duration" in step for step in posology["steps"])
    (record,) = profiles[lang](text)._.medications
    assert course_days({**record.data, "attributes": {"DURATION": [0]}}, ()) == 28


def test_doses_in_turn_with_lengths_of_their_own_are_of_no_known_days(profiles: dict[str, Language]) -> None:
    posology = read(profiles["en"], "Coumadin 10 mg for 2 days alternating with 5 mg for 3 days")
    assert not any({"timing", "duration"} & step.keys() for step in posology["steps"])
