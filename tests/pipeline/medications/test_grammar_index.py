"""Patterns that are not tried could fit nothing."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline.medications.grammar_index import Beginnings, beginning_of_number, beginning_of_word, loosened, may_fit

BODIES = (
    r"\d{1,3}(?:\.\d+)? ?(?:-|to|or) ?\d{1,3} ?(?:days?|weeks?)",
    r"[1-4] ?x ?/? ?(?:day|d)",
    r"(?<!on )\d+ ?/ ?(?:7|52|12)(?= ?(?:course|[.,;]|$))",
    r"12 ?(?:noon|[^\d7]m)",
    r"x ?\d+(?:st|nd)? ?(?!ago)[a-z]+",
    r"on (?:an? )?as needed",
    r"q\.? ?(?:4|6|8)[\]h]",
)
WORDS = ("1", "7", "12", "52", "3.5", "5-7", "to", "or", "days", "day", "d", "x", "/", "noon", "pm", "on", "as", "needed",
         "a", "q", "q.", "4h", "6]", "course", "weeks", ".", ",", "ago", "of", "-")  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.lists(st.sampled_from(["", " ", "-"]), min_size=6))
def test_a_pattern_that_fits_is_never_left_out(words: list[str], gaps: list[str]) -> None:
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=False))
    beginning = beginning_of_number if text[0].isdigit() else beginning_of_word
    for body in BODIES:
        if re.match(body, text):
            assert may_fit(regex.compile(loosened(body)), beginning(text, 0))
            assert begun(body, re.match(r"\w+|\W", text)[0])


def begun(body: str, word: str) -> bool:
    beginnings = Beginnings()
    beginnings.add(0, loosened(body))
    return beginnings.of(word) == [0]


@pytest.mark.parametrize(
    ("body", "begins", "does_not"),
    [
        (r"(?:po|by mouth)", ["po", "by"], ["pot", "p", "bym", "mouth"]),
        (r"tabs?\.?", ["tab", "tabs", "tablet"], ["ta", "tub"]),
        (r"[1-4] ?x", ["1", "9x", "12"], ["x", "nine"]),
        (r"q\.? ?6[ \t-]{0,2}h", ["q", "q6h"], ["qd", "six"]),
        (r"(?<!an )o\.? ?d\.?(?! ?2)", ["o", "od"], ["odd", "on"]),
        (r"[a-z]+ally", ["or", "o", "4"], ["-"]),
        (r"(?i:po)", ["po", "4"], ["-"]),
    ],
)
def test_patterns_are_looked_up_by_the_first_letters_of_a_word(
    body: str, begins: list[str], does_not: list[str]
) -> None:
    assert [word for word in (*begins, *does_not) if begun(body, word)] == begins


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\d+ ?(?:mg|mcg)", "20 tablets"),
        (r"\d+ ?(?:hours|days)", "500 mg"),
        (r"on (?:mondays|sundays)", "on the left"),
        (r"x ?\d+ days", "x ray"),
    ],
)
def test_a_pattern_that_cannot_fit_is_left_out(body: str, text: str) -> None:
    beginning = beginning_of_number if text[0].isdigit() else beginning_of_word
    assert not may_fit(regex.compile(loosened(body)), beginning(text, 0))
