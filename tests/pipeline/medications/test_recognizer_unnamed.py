"""Instructions that name no drug: what nothing but a medication is told by is found, and belongs to no drug."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, recogniser
from tests.profiles import profile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Take 2 tablets p.o. twice daily for 5 days.",
            [("2", "DOSAGE"), ("tablets", "FORM"), ("p.o.", "ROUTE"), ("twice daily", "FREQUENCY"), ("for 5 days", "DURATION")],
        ),
        (
            "The patient took 500 mg p.o. b.i.d. for 10 days.",
            [("500 mg", "STRENGTH"), ("p.o.", "ROUTE"), ("b.i.d.", "FREQUENCY"), ("for 10 days", "DURATION")],
        ),
        ("She swallows one by mouth q.h.s.", [("one", "DOSAGE"), ("by mouth", "ROUTE"), ("q.h.s.", "FREQUENCY")]),
        ("16 units q.a.m. with breakfast", [("16 units", "DOSAGE"), ("q.a.m. with breakfast", "FREQUENCY")]),
        ("He was given 30 mg IM in triage.", [("30 mg", "STRENGTH"), ("IM", "ROUTE")]),
        ("GIVE 5 ML Q.I.D. FOR 7 DAYS", [("5 ML", "DOSAGE"), ("Q.I.D.", "FREQUENCY"), ("FOR 7 DAYS", "DURATION")]),
        # What was dispensed is none.
        ("Dispense 30 tablets. Take one tab q.6h. p.r.n.", [("one", "DOSAGE"), ("tab", "FORM"), ("q.6h. p.r.n.", "FREQUENCY")]),
        ("30 tablets, one tab q.d.", [("one", "DOSAGE"), ("tab", "FORM"), ("q.d.", "FREQUENCY")]),
    ],
)  # fmt: skip
def test_instructions(english: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(english, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Pelvic rest for 6 weeks. Neuro check every 4 hours.",
        "Physical therapy t.i.w. for 6 weeks. Leg raises, 10 reps q.i.d.",
        "Ice to the knee 20 minutes q.i.d. p.r.n.",
        "Oxygen 2 L per nasal cannula q.h.s.",
        "Tube feeds 240 cc q.4h. per G-tube for 3 days.",
        "Formula 3 oz p.o. q.3h.",
        "NPO, then p.o. diet as tolerated.",
        "He was tolerating p.o. b.i.d.",
        "Vital signs q.4h. p.r.n.",
        "Hemodialysis t.i.w. for 4 hours.",
        "Labs q.a.m. x3 days. Follow up p.r.n. in 2 weeks.",
        "He smokes one pack q.d. and takes 2 drinks daily.",
        "Bloody drainage, 30 cc q.shift.",
        # One attribute is not enough, nor are two that other things have as well.
        "He takes it b.i.d.",
        "The course was 500 mg in all.",
        "40 daily for ten years.",
        "The capsule of the knee was opened in two places.",
    ],
)
def test_what_is_told_of_something_else(english: Language, text: str) -> None:
    assert found(english, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Prendre 2 comprimés matin et soir pendant 5 jours.",
            [("2", "DOSAGE"), ("comprimés", "FORM"), ("matin et soir", "FREQUENCY"), ("pendant 5 jours", "DURATION")],
        ),
        ("500 mg per os x 2/j", [("500 mg", "STRENGTH"), ("per os", "ROUTE"), ("x 2/j", "FREQUENCY")]),
        ("Kinésithérapie 2 fois par semaine pendant 3 mois.", []),
        ("Oxygène 2 L/min aux lunettes la nuit.", []),
        ("Bains de bouche x 3/j pendant 8 jours.", []),
        ("Boire 2 L par jour.", []),
    ],
)
def test_french(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(recogniser("fr"), text) == expected


def test_they_belong_to_no_drug_of_the_note() -> None:
    """A drug far off, in another paragraph before or behind, is not theirs."""
    nlp = profile("en")
    far = "Take 2 tablets p.o. twice daily."
    named = nlp(f"Aspirin 81 mg daily.\n\nPLAN\n{far}\n\nZocor was stopped.")
    assert {entity.text for entity in named._.unlinked} == {"2", "tablets", "p.o.", "twice daily"}
    assert {link.drug.text for link in named._.links} == {"Aspirin"}
    assert {entity.text for entity in nlp(far)._.unlinked} == {"2", "tablets", "p.o.", "twice daily"}


def test_near_a_drug_they_are_read_with_it(english: Language) -> None:
    assert found(english, "Keflex was begun. He will take 500 mg p.o. q.i.d.") == [
        ("Keflex", "DRUG"),
        ("500 mg", "STRENGTH"),
        ("p.o.", "ROUTE"),
        ("q.i.d.", "FREQUENCY"),
    ]
