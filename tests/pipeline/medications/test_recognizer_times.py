"""Times, courses and salts in short of English notes by further hands, and what only looks like them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Azithromycin 1 g once, test of cure", ["1 g", "once"]),
        ("Cefazolin 2 g after each dialysis session", ["2 g", "after each dialysis session"]),
        ("Fluconazole 3 mg/kg IV twice wkly", ["3 mg/kg", "IV", "twice wkly"]),
        ("Nortriptyline 10 mg early evening", ["10 mg", "early evening"]),
        ("Furosemide 20mg at 1400h", ["20mg", "at 1400h"]),
        ("Mirtazapine 15mg n.", ["15mg", "n"]),
        ("Reduce co-dydramol by 1 tab a fortnight", ["1", "tab", "a fortnight"]),
        # Courses: a day of the month is no strength.
        ("Ceftriaxone 2g od to 30/10, review", ["2g", "od", "to 30/10"]),
        ("Zyrtec 5 mL qhs year round", ["5 mL", "qhs", "year round"]),
        ("ASA 81 -- continue", ["81"]),
        # An eye ointment; "occ." is "occasionally" before other drugs.
        ("Occ. chloramphenicol 1% qds", ["Occ.", "1%", "qds"]),
        ("Occ. ibuprofen for headaches", []),
    ],
)
def test_what_is_of_the_drug(english: Language, text: str, expected: list[str]) -> None:
    assert [stretch for stretch, label in found(english, text) if label != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Ferrous fum 300 od, quinine sulf 200mg nocte", ["Ferrous fum", "quinine sulf"]),
        ("Norad 0.08 mcg/kg/min, ASV given", ["Norad", "ASV"]),
    ],
)
def test_names_in_short(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs
