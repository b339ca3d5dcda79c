"""The scan of cues finds what reading a text place by place finds."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy import blank

from pipeline.qualifiers.cues import Cue, CueSet
from pipeline.qualifiers.reading import Reading
from pipeline.resources import LANGUAGES, expanded, read_table
from pipeline.text.beginnings import DIGIT, beginnings
from pipeline.text.folding import FoldedText

FILES = ("history", "history_drugs", "negation", "family", "hypothesis", "allergy")
ROWS = [
    "pas", "pas de", "pas de signe", "pas de signe de", "(his|her|) past", "history", "history of", "no", "no.", "-", "--",
    "+ bref", "a_b", "re:(?:in the |)past \\d+ days?", "re:history(?= of the)", "re:\\d{1,2}/7", "re:(?<!no )de[ -](?:pas|no)",
    "re:[^ab]x", "re:signe? +de",
]  # fmt: skip
PIECES = [
    *("pas", "de", "signe", "history", "of", "no", "his", "her", "past", "the", "in", "days", "day", "bref"),
    *"abx_-./+",
    "3", "٣", "12/7", " ", "  ", "\n", "\n\n", "\t", "\x0b", "\u2028", " " * 8, " " * 9, "é",
]  # fmt: skip


def read_by_place(rows, text):
    """Cues at each place, the expressions first, else the longest phrase: (start, end, number of the row)."""
    expressions, phrases = [], {}
    for number, row in enumerate(rows):
        if row.startswith("re:"):
            expressions.append((re.compile(rf"\b(?:{row[3:]})"), number))
        else:
            for phrase in expanded(row):
                words = phrase.split()
                before, after = r"\b" if words[0][0].isalnum() else "", r"(?!\w)" if words[-1][-1].isalnum() else ""
                phrases[" ".join(words)] = (
                    re.compile(before + r"\s{1,8}".join(map(re.escape, words)) + after),
                    number,
                )
    longest_first = [phrases[phrase] for phrase in sorted(phrases, key=len, reverse=True)]
    place = 0
    while place < len(text):
        match, number = next(
            ((match, number) for cue, number in (*expressions, *longest_first) if (match := cue.match(text, place))),
            (None, -1),
        )
        if match:
            yield place, match.end(), number
            place = match.end()
        else:
            place += 1


def found(cues, text):
    return [(hit.start, hit.end, int(hit.cue.rule)) for hit in cues.find(text)]


@given(
    st.lists(st.sampled_from(ROWS), min_size=1, unique=True),
    st.lists(st.sampled_from(PIECES) | st.sampled_from([" ", " "]), max_size=40).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join),
)
def test_the_scan_finds_what_reading_place_by_place_finds(rows, text):
    cues = CueSet((row, Cue(str(number), "proposition")) for number, row in enumerate(rows))
    assert found(cues, text) == list(read_by_place(rows, text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_plain_cue_of_a_file_is_found_where_it_stands_alone(lang):
    for name in FILES:
        rows = [row for row in read_table(lang, f"qualifiers/{name}.tsv") if not re.search("^re:|<|[.][.]", row["cue"])]
        cues = CueSet((row["cue"], Cue("cue", "proposition")) for row in rows)
        for row in rows:
            phrase = FoldedText.of(expanded(row["cue"])[0].strip()).folded
            ends = {(hit.start, hit.end) for hit in cues.find(f"( {phrase} )")}
            assert (2, 2 + len(phrase)) in ends, (name, phrase)


def test_the_cues_of_a_language_are_read_once():
    assert CueSet.read("en", "qualifiers/negation.tsv") is CueSet.read("en", "qualifiers/negation.tsv")


def test_pickled_cues_find_the_same():
    cues = CueSet.read("en", "qualifiers/history_drugs.tsv")
    text = "previously on warfarin, which was discontinued 3 days ago; tried lithium in the past"
    assert pickle.loads(pickle.dumps(cues)).find(text) == cues.find(text) != []  # noqa: S301  (our own bytes)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("past (?:week|month)s?", {"past week", "past month", "past weeks", "past months"}),
        ("(?:has |had )*previously", {"previously", "has ", "had "}),
        (r"\d+ (?:hx|history)", {DIGIT}),
        (r"in the \d0s", {"in the "}),
        (r"in the [1-9]0s", {"in the "}),
        (r"[1-9]0 years", {DIGIT}),
        (r"(?<!no )(?:ex|old)[ -]smoker", {"ex smoker", "ex-smoker", "old smoker", "old-smoker"}),
        ("a{2,}b|c{0,1}d", {"a", "c", "d"}),
        ("uncommonly long words", {"uncommonly l"}),
        (r"\w+ing", set()),
        ("(?:known )?[^,]+", set()),
        ("(?i:Known)", set()),
    ],
)
def test_beginnings_of_an_expression(expression, expected):
    assert beginnings(expression) == expected


@given(
    text=st.text("ab ,.", max_size=60),
    places=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12),
    pattern=st.sampled_from(["a", r"\bb", "(?<=,) ", "a+b"]),
)
def test_the_next_match_is_that_of_a_search_whatever_the_order_of_the_places(text, places, pattern):
    reading, expression = Reading.of(blank("en")(text)), re.compile(pattern)
    for start, stop in places:
        found = next((one for one in expression.finditer(text, start) if one.start() < stop), None)
        seen = reading.next_match(expression, start, stop)
        assert (seen and seen.span()) == (found and found.span())
