"""What a process loads before it reads its first note."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipeline.text.late_pattern import LatePattern


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_a_worker_loads_no_spacy_where_only_its_shards_read() -> None:
    assert run("import sys, workers.run; print('spacy' in sys.modules)") == "False"


def test_the_french_profile_compiles_no_expression_of_spacys_tokenizer_and_a_blank_pipeline_does_when_it_reads() -> (
    None
):
    text = "L'anti-inflammatoire d'aujourd'hui, un porte-manteau."
    program = (
        "import pipeline, spacy\n"
        "nlp = pipeline.load('fr')\n"
        "blank = spacy.blank('fr')\n"
        "again = spacy.blank('fr').from_bytes(blank.to_bytes())\n"
        f"print([token.text for token in blank({text!r})] == [token.text for token in again({text!r})])\n"
        f"print(*[token.text for token in blank({text!r})], sep='|')\n"
    )
    plain = f"import spacy\nprint(*[token.text for token in spacy.blank('fr')({text!r})], sep='|')"
    assert run(program).splitlines() == ["True", run(plain)]


def test_a_late_pattern_matches_as_one_compiled_at_once() -> None:
    late = LatePattern(r"(?:two|2) tabs?")
    for place in (0, 5):
        found, expected = late.match("take 2 tabs", place), re.compile(late.pattern).match("take 2 tabs", place)
        assert (found and found.span()) == (expected and expected.span())
    with pytest.raises(AttributeError):
        _ = late.flags
    with pytest.raises(re.error):
        LatePattern("(").match("text")
