"""Lengths of time: which are told of a drug, which of something else, and which say how often a depot is given."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        # In sevenths, twelfths and fifty-seconds, whatever follows.
        ("Prednisolone 30mg 5/7 in May for his chest", ["5/7"]),
        ("Quetiapine 50mg 18/12 sedated", ["18/12"]),
        ("Vanc d3/14, cefepime d5/7", ["d3/14", "d5/7"]),
        # Right behind the drug, with what came of it.
        ("Had paroxetine 2 yrs in her thirties", ["2 yrs"]),
        ("Given erythro 5d by the locum", ["5d"]),
        ("Vyvanse a few wks only, nausea", ["a few wks"]),
        ("Amoxicillin 500 tds 5 days only", ["5 days"]),
        ("Had been on risedronate nearly 9 years", ["nearly 9 years"]),
        ("Cefazolin 2 g q8h until 4/2 via PICC", ["until 4/2"]),
        ("Had 2/52 of pred in June", ["2/52"]),
        # Tapered so long, not stopped for so long.
        ("Stop prednisone over 2 weeks", ["over 2 weeks"]),
        ("Stop ibandronate (had 4 yrs)", ["4 yrs"]),
        ("Do not use oxymetazoline for more than 3 days", ["for more than 3 days"]),
    ],
)
def test_lengths(english: Language, text: str, lengths: list[str]) -> None:
    assert of(english, text, "DURATION") == lengths


@pytest.mark.parametrize(
    "text",
    [
        # What was not taken, or is to be left out.
        "He stopped aspirin for a week before surgery",
        "She will discontinue clopidogrel for one week",
        "Entresto, then stop for 36 h before the ACE inhibitor",
        "She does not take this tacrolimus for the last 3 months",
        "He has not been using the thyroxine for a while",
        "She hasn't had her lisinopril for two weeks",
        "Pt refused senna x2 days",
        "Been w/o Synthroid for 2 months",
        "Metoprolol held x2 doses for HR 48",
        # How long somebody has been ill, and what else lasts.
        "HTN x 10y lisinopril 20",
        "Humira, flare x 1 wk",
        "Percocet, ice, PT x 6 wks",
        # Days of writers who put the month first.
        "cefazolin 2g q8h via PICC (end 5/12)",
        "Lexapro 10 mg qd, 5/7",
        # What is reviewed or kept.
        "Start citalopram 20 mg od, r/v 2/52",
        "Bloods, r/v 2/52 ?metformin",
        "Insulin pen is good for 28 days",
        # How far a dose is raised.
        "Lantus 10 units, adding 2 units every night until the morning glucose is below 7",
        # When it was.
        "Prednisone 2 days prior to the visit",
        "Amoxicillin 3 days ago",
    ],
)
def test_other_lengths(english: Language, text: str) -> None:
    assert of(english, text, "DURATION") == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Depixol 40 mg 2/52", "FREQUENCY"),
        ("infliximab 5mg/kg 8/52", "FREQUENCY"),
        ("Zoladex 10.8 mg 12/52", "FREQUENCY"),
        ("Naproxen 500 mg 2/52", "DURATION"),
        ("infliximab 5 mg/kg for 8/52", "DURATION"),
    ],
)
def test_intervals_of_depots(english: Language, text: str, label: str) -> None:
    assert found(english, text)[-1] == (text.split(" ", 3)[-1] if "for" in text else text.rsplit(" ", 1)[1], label)
