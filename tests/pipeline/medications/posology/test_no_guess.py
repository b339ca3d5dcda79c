"""What is easily taken for a value and is none, or is a choice that nobody has made: a warning, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.profiles import profile


@pytest.fixture(scope="module")
def english() -> Language:
    return profile("en")


def record(nlp: Language, text: str, number: int = 0) -> Any:
    return nlp(text)._.medications[number]


def codes(nlp: Language, text: str) -> list[str]:
    return [warning["code"] for warning in nlp(text)._.warning_data]


def dose(posology: dict[str, Any]) -> str | None:
    found = posology.get("dose")
    return f"{found['value']} {found.get('unit', '')}".strip() if found else None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Give ceftriaxone 1 g p.o. or IM daily.", "p.o. or IM"),
        ("Ondansetron 4 mg IV/PO q6h.", "IV/PO"),
        ("Lorazepam 1 mg PO, IM or IV q4h.", "PO, IM or IV"),
    ],
)
def test_a_choice_of_routes_stays_text_with_a_warning(english: Language, text: str, written: str) -> None:
    assert record(english, text).data["posology"]["route"] == {"text": written, "code": None}
    assert codes(english, text) == ["several_routes"]


def test_each_step_keeps_its_own_route(english: Language) -> None:
    posology = record(english, "Hydrocortisone 100 mg IV then 20 mg p.o. daily.").data["posology"]
    assert "route" not in posology
    assert [step["route"]["code"] for step in posology["steps"]] == ["intravenous", "oral"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kenalog was injected subcutaneously.", "subcutaneous"),
        ("Flovent 2 puffs by oral inhalation b.i.d.", "inhaled"),
    ],
)
def test_a_general_route_gives_way_to_the_precise_one(english: Language, text: str, code: str) -> None:
    assert record(english, text).data["posology"]["route"]["code"] == code
    assert codes(english, text) == []


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Lasix 40 mg, take it daily.", "route"),
        ("Prednisone 60 mg, ID number 3.", "duration"),
        ("Paracetamol 1 g up to 4 hourly.", "timing"),
        ("Hold Coumadin for three days.", "duration"),
        ("Restart omeprazole, and I am also going to reduce his aspirin to 81 mg.", "timing"),
    ],
)
def test_what_is_no_value_of_the_drug_is_not_read(english: Language, text: str, absent: str) -> None:
    assert absent not in record(english, text).data["posology"]


@pytest.mark.parametrize("text", ["Stop aspirin when INR is therapeutic.", "Resume Coumadin when INR is below 3."])
def test_a_condition_of_the_change_is_not_as_needed(english: Language, text: str) -> None:
    assert record(english, text).data["posology"]["as_needed"] is False


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Approximately 6 to 7 mL of 0.25 Marcaine was injected.", ("6..7 mL", None)),
        ("The knee was injected with 32 mL of 0.5% Marcaine.", ("32 mL", None)),
        ("Ancef 1 g IV 30 minutes preoperatively.", ("1 g", None)),
        ("Ancef 1 g was given. Once the patient was asleep, we began.", ("1 g", None)),
        ("Neurontin 300 mg p.o. t.i.d.  4.  Lasix 40 mg daily.", ("300 mg", 3)),
        ("Flexeril 10 mg q 6 p.r.n.", ("10 mg", 1)),
        ("Ritalin 50 a day.", (None, None)),
        ("Xanax 0.25 b.i.d.", (None, 2)),
        ("Coumadin 5 mg 1.5 daily.", ("1.5", 1)),
        ("Titrate the statin to an LDL of 70 mg/deciliter.", (None, None)),
        ("Augmentin, by a day or two later he was off it.", (None, None)),
    ],
)
def test_figures_beside_a_drug_that_are_easily_mistaken(english: Language, text: str, wanted: tuple[Any, Any]) -> None:
    posology = record(english, text).data["posology"]
    amount = posology.get("dose")
    written = f"{amount['low']}..{amount['high']} {amount['unit']}" if amount and "low" in amount else dose(posology)
    assert (written, posology.get("timing", {}).get("repeat", {}).get("frequency")) == wanted
    assert "strength" not in posology or "mL" not in str(posology["strength"])


def test_a_bound_of_the_interval_is_a_limit(english: Language) -> None:
    limit = record(english, "Paracetamol 1 g up to 4 hourly.").data["posology"]["max_dose"]
    assert limit == {"numerator": {"value": "1", "unit": "{dose}"}, "denominator": {"value": "4", "unit": "h"}}


def test_an_amount_may_follow_a_comma_at_once(english: Language) -> None:
    assert dose(record(english, "Lasix,40 mg p.o. daily.").data["posology"]) == "40 mg"


@pytest.mark.parametrize(
    ("text", "count", "change"),
    [("Ceftriaxone 1 g IV x 3.", 3, "none"), ("Ceftriaxone 1 g IV times one.", 1, "unique_dose")],
)
def test_a_number_of_injections_is_a_count(english: Language, text: str, count: int, change: str) -> None:
    found = record(english, text).data
    assert found["posology"]["timing"]["repeat"] == {"count": count}
    assert found["change"] == change


@pytest.mark.parametrize(
    ("text", "number", "change", "status"),
    [
        ("Warfarin was stopped and later restarted.", 0, "start", "active"),
        ("Coumadin was discontinued in May and then resumed last week.", 0, "continue", "active"),
        ("Plavix 75 mg q.d-discontinued, enalapril 10 mg b.i.d.", 0, "stop", "stopped"),
        ("Plavix 75 mg q.d-discontinued, enalapril 10 mg b.i.d.", 1, "none", "active"),
        ("We stopped the Angiomax and gave 600 mg of Plavix.", 1, "start", "active"),
        ("Papaverine 60 mg was infused leading to increased flow.", 0, "none", "active"),
        ("Because of the reduced function, he takes metoprolol.", 0, "none", "active"),
    ],
)
def test_change_is_of_the_drug_it_is_said_of(
    english: Language, text: str, number: int, change: str, status: str
) -> None:
    found = record(english, text, number).data
    assert (found["change"], found["status"]) == (change, status)


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("Betadine, 1% Xylocaine was injected.", [None, "1 %"]),
        ("20 cc of 0.25% Marcaine with 1% lidocaine were used.", ["0.25 %", "1 %"]),
        ("Hydrocortisone 1% cream, aspirin 81 mg daily.", ["1 %", None]),
    ],
)
def test_a_percentage_directly_before_a_drug_is_its_own(
    english: Language, text: str, strengths: list[str | None]
) -> None:
    found = [one.data["posology"].get("strength") for one in english(text)._.medications]
    written = [f"{one['numerator']['value']} {one['numerator']['unit']}" if one else None for one in found]
    assert written == strengths


def test_a_change_of_route_is_of_two_mentions(english: Language) -> None:
    records = english("We will convert the patient from IV amiodarone to oral amiodarone.")._.medications
    assert [one.data["posology"]["route"]["code"] for one in records] == ["intravenous", "oral"]
