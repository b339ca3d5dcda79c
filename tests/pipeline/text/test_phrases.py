"""Lists of expressions as one: what is found is what each alternative would find, in their order."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.phrases import any_of, branches

_PARTS = st.sampled_from(["a", "ab", "b c", r"\d", "x?", "[|)]", r"\(", "(?:a|b)", "(?<!c)a", r"\bb"])
_BRANCHES = st.lists(
    st.tuples(st.sampled_from(["", r"\b"]), st.lists(_PARTS, min_size=1, max_size=3)).map(
        lambda parts: parts[0] + "".join(parts[1])
    ),
    min_size=1,
    max_size=5,
)


def spans(expression: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(expression, text)]


@given(_BRANCHES, st.text("abcx1 |()", max_size=30))
def test_any_of_finds_what_its_alternatives_find(expressions: list[str], text: str) -> None:
    assert spans(any_of(expressions), text) == spans("|".join(expressions), text)


@given(_BRANCHES, st.text("abcx1 |()", max_size=30))
def test_the_branches_of_an_expression_are_all_of_it(expressions: list[str], text: str) -> None:
    whole = "|".join(expressions)
    for written in (whole, f"(?:{whole})", rf"\b(?:{whole})"):
        assert spans("|".join(branches(written)), text) == spans(written, text)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("a|b", ["a", "b"]),
        ("(?:a|(?:b|c)d)", ["a", "(?:b|c)d"]),
        (r"\b(?:a|b)", [r"\ba", r"\bb"]),
        (r"(?:a|b)?", ["(?:a|b)?"]),
        (r"[|]\|(?:a|b)", [r"[|]\|(?:a|b)"]),
    ],
)
def test_branches_stand_at_the_top(expression: str, found: list[str]) -> None:
    assert branches(expression) == found


def test_any_of_none_is_found_nowhere() -> None:
    assert spans(any_of([]), "a b") == []
