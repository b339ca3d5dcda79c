"""How wards and surgeries of several countries write: numbers without units, times of day as figures, short lengths."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Tab. Metformin 500 mg 1-0-1 x 7 days", ["1-0-1"]),
        ("Tab. Metformin 500 mg 1+1+1 p/c", ["1+1+1 p/c"]),
        ("Prednisolone 5 mg 2-1-1-0 daily", ["2-1-1-0 daily"]),
        ("Paracetamol 650 mg SOS for fever", ["SOS"]),
        ("Paracetamol 650 mg TDS SOS", ["TDS SOS"]),
        ("Senna 2 tabs ON / Laxido 1 sachet BD", ["ON", "BD"]),
        ("Levothyroxine 112 mcg 6 d/wk", ["6 d/wk"]),
        ("Lidocaine 5% patch 12 on/12 off", ["12 on/12 off"]),
        (
            "Loperamide 4 mg after first BM then 2 mg after each loose stool",
            ["after first BM", "after each loose stool"],
        ),
        # An overdose, and somebody who is on something.
        ("Paracetamol OD 2017, previous OD of venlafaxine. The amlodipine that she is on", []),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("On Flomax 0.4 and finasteride 5, stopped.", ["0.4", "5"]),
        ("Hold rosuvastatin 20 while on daptomycin.", ["20"]),
        ("Took ASA 81 this pregnancy; duloxetine 60 helped.", ["81", "60"]),
        ("Perindopril/indapamide 4/1.25 mane", ["4/1.25"]),
        ("Clenil 50 2p BD", ["50"]),
        ("Torsemide 40 mg BID x 3 days then resume 40 daily", ["40 mg", "40"]),
        # Lengths, results and counts.
        ("Lisinopril 10 years ago. Amoxicillin 7 day course. Aspirin 1/2 tab daily.", []),
        ("Digoxin 0.9, testosterone 240 was low", []),
    ],
)
def test_numbers_without_units(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "dosages"),
    [
        ("Took 20 x paracetamol 500mg and 3 x co-codamol.", ["20", "3"]),
        ("Movicol i sachet daily", ["i"]),
        ("Seretide 125 2p bd", ["2p"]),
        ("Neutraphos 1 pkt TID", ["1"]),
    ],
)
def test_counts(english: Language, text: str, dosages: list[str]) -> None:
    assert of(english, text, "DOSAGE") == dosages


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Completed 6 months isoniazid, 6 wks daptomycin, then 2 weeks doxycycline.", ["6 months", "6 wks", "2 weeks"]),
        ("Venofer 200mg weekly x5.", ["x5"]),
        ("Citalopram for about 6/12.", ["for about 6/12"]),
        ("Prednisolone 30 mg OD, 2 more days (total 3)", ["2 more days"]),
        # How often in all, when, and how long something else was.
        ("Lasix 40 mg IV x1. Morphine 2 mg x3.", []),
        ("In 2 weeks aspirin to resume. 2 weeks ago aspirin. 10 days fever.", []),
        ("Ramipril 5 mg OD, bloods 2/52, review 6/52.", []),
    ],
)
def test_lengths(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Tab. Zorvilan 40 OD, Inj Kelprin BD, Tab Nuz HS", ["Zorvilan", "Kelprin", "Nuz"]),
        ("Stop Tab Metroxyl. Tab. Pan OD", ["Metroxyl", "Pan"]),
        ("On OHA and ATT, Inj. PCM 1 g IV", ["OHA", "ATT", "PCM"]),
        (
            "Glycomet GP 2, Telma H, Diabex XR, Panadol Osteo",
            ["Glycomet GP 2", "Telma H", "Diabex XR", "Panadol Osteo"],
        ),
        ("Inj site red. Cap refill normal. Tab Was given.", []),
    ],
)
def test_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs
