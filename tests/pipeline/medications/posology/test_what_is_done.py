"""What is done with each drug, and its status: by the heading of its list, by its own words, by those behind an enumeration."""

from __future__ import annotations

import pytest
from spacy.language import Language

STOPPED, HELD, GOES_ON = ("stopped", "stop"), ("on-hold", "hold"), ("active", "continue")
PLAIN, STARTED, CHANGED = ("active", "none"), ("active", "start"), ("active", "other")

Done = tuple[str, str]


def done(nlp: Language, text: str) -> list[Done]:
    """Status and change of each drug of a text."""
    return [(one.data["status"], one.data["change"]) for one in nlp(text)._.medications]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("STOP TAKING:\n- lisinopril 10 mg daily\n- metformin 500 mg bid\n\nCONTINUE:\n- aspirin 81 mg", [STOPPED, STOPPED, GOES_ON]),
        ("STOP taking these medications\nlisinopril 10 mg tablet\nCommonly known as: PRINIVIL\nnaproxen 500 mg", [STOPPED] * 3),
        ("Medications discontinued on discharge:\n1. Lisinopril 10 mg daily\n2. Ibuprofen 400 mg tid", [STOPPED, STOPPED]),
        ("Meds stopped this admission\n lisinopril 10 mg\n HCTZ 25 mg\n\nAspirin 81 mg daily", [STOPPED, STOPPED, PLAIN]),
        ("Discontinued medications: lisinopril, metoprolol, aspirin.", [STOPPED] * 3),
        ("START:\n- apixaban 5 mg bid\n\nCHANGE:\n- furosemide 40 mg daily\n\nHOLD:\n- losartan", [STARTED, CHANGED, HELD]),
        ("STOP TAKING: lisinopril, HCTZ. Metoprolol was increased to 50 mg.", [STOPPED, STOPPED, ("active", "increase")]),
        ("STOP: lisinopril 10 mg. HCTZ 25 mg. Continue: aspirin 81 mg; Plavix 75 mg.", [STOPPED, STOPPED, GOES_ON, GOES_ON]),
        ("STOP TAKING:\n- lisinopril\n\nPLAN:\nAspirin 81 mg daily", [STOPPED, PLAIN]),
        ("HOLD:\n- lisinopril (stopped by cardiology)\n- HCTZ", [STOPPED, HELD]),
        ("CHANGED:\n- metoprolol increased to 50 mg bid", [("active", "increase")]),
        ("Stop date: 5/4. Aspirin 81 mg daily", [PLAIN]),
    ],
)  # fmt: skip
def test_the_heading_of_a_list_says_what_is_done_with_its_drugs(
    profiles: dict[str, Language], text: str, wanted: list[Done]
) -> None:
    assert done(profiles["en"], text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "STOP TAKING:\n- lisinopril 10 mg daily\n- metformin 500 mg twice daily",
        "Stopped this admission: lisinopril, metformin",
        "NEW: apixaban 5 mg bid\nSTOPPED: warfarin 5 mg, aspirin 81 mg",
        "Discontinued medications:\n- lisinopril\n- HCTZ\nContinue:\n- aspirin",
    ],
)
def test_what_is_stopped_at_this_visit_is_none_of_the_past(profiles: dict[str, Language], text: str) -> None:
    assert [one.data["history"] for one in profiles["en"](text)._.medications if one.data["history"]] == []


def test_what_was_stopped_before_is_past_in_such_a_list_too(profiles: dict[str, Language]) -> None:
    read = profiles["en"]("Stop: Celebrex 200 mg, Mobic (stopped 2019)")._.medications
    assert [one.data["history"] for one in read] == [False, True]


def test_the_heading_is_the_cue_of_each_item(profiles: dict[str, Language]) -> None:
    text = "Meds stopped this admission:\n- lisinopril 10 mg daily\n- HCTZ 25 mg daily"
    cues = [one.data["change_cues"] for one in profiles["en"](text)._.medications]
    assert [[text[cue["start"] : cue["end"]] for cue in several] for several in cues] == [
        ["Meds stopped this admission"]
    ] * 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Lisinopril was held on admission and not resumed.", [HELD]),
        ("Metoprolol not restarted. Aspirin not continued at discharge.", [HELD, STOPPED]),
        ("Metformin has not been resumed. Losartan will not be resumed.", [HELD, HELD]),
        ("We did not restart her lisinopril. Will not resume warfarin.", [HELD, HELD]),
        ("Warfarin was not started. Did not start gabapentin.", [("not-taken", "none")] * 2),
        ("He did not stop aspirin. Metoprolol was not stopped.", [PLAIN, PLAIN]),
        ("Plavix was stopped 2 weeks ago and not restarted.", [STOPPED]),
        ("Amiodarone was held and later restarted.", [STARTED]),
        ("Do not hold aspirin.", [PLAIN]),
    ],
)
def test_a_change_that_is_denied_is_not_the_opposite(
    profiles: dict[str, Language], text: str, wanted: list[Done]
) -> None:
    assert done(profiles["en"], text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "1) lisinopril held 2) metoprolol continued 3) HCTZ stopped 4) aspirin 81 mg",
            [HELD, GOES_ON, STOPPED, PLAIN],
        ),
        ("Hold 1) lisinopril 2) metoprolol.", [HELD, HELD]),
        ("Takes hydrochlorothiazide and lisinopril (both held). Aspirin.", [HELD, HELD, PLAIN]),
        ("Home meds: lisinopril 10 mg, HCTZ 25 mg - both held on admission.", [HELD, HELD]),
        ("He takes aspirin, clopidogrel and lisinopril (both held).", [PLAIN, HELD, HELD]),
        ("Lisinopril, metoprolol and HCTZ were held.", [HELD, HELD, HELD]),
        ("Lisinopril and HCTZ are held if SBP < 100.", [PLAIN, PLAIN]),
        ("We held lisinopril; metoprolol and amlodipine were continued.", [HELD, GOES_ON, GOES_ON]),
    ],
)
def test_what_is_said_reaches_its_item_or_all_that_are_enumerated(
    profiles: dict[str, Language], text: str, wanted: list[Done]
) -> None:
    assert done(profiles["en"], text) == wanted
