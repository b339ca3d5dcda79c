"""What is said of taking a drug: not begun, refused, only meant, held, one in the place of another, once; and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.language import Language

_ROWS = Path(__file__).with_name("statuses.tsv").read_text(encoding="utf-8").splitlines()
_READINGS = [line.split("\t") for line in _ROWS[1:] if not line.startswith("#")]


@pytest.mark.parametrize(("lang", "text", "wanted"), _READINGS)
def test_each_drug_has_the_change_and_the_status_that_are_told(
    profiles: dict[str, Language], lang: str, text: str, wanted: str
) -> None:
    doc = profiles[lang](text.replace("\\n", "\n"))
    assert " ".join(f"{record.data['change']}/{record.data['status']}" for record in doc._.medications) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "cues"),
    [
        ("en", "Hold off on starting metoprolol 25 mg BID.", ["Hold off on starting"]),
        ("en", "Switch from Norco 5/325 q6h to tramadol 50 mg q6h.", ["Switch from", "to"]),
        ("en", "Vancomycin and cefepime were narrowed to ceftriaxone 1 g daily.", ["narrowed to"] * 3),
        ("fr", "Introduction du ramipril 2,5 mg différée.", ["différée"]),
        ("fr", "Relais de l'héparine par Coumadine 4 mg/j.", ["Relais de l'", "par"]),
    ],
)
def test_the_words_that_tell_it_are_the_cue(
    profiles: dict[str, Language], lang: str, text: str, cues: list[str]
) -> None:
    records = profiles[lang](text)._.medications
    assert [text[cue["start"] : cue["end"]] for record in records for cue in record.data["change_cues"]] == cues
