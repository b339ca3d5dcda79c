"""Phrases in one pass: blanks collapsed with a way back, whole words, the longest first."""

from __future__ import annotations

import pickle
import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.phrase_scan import Collapsed, PhraseScan
from pipeline.text.phrases import phrases_expression

PHRASES = ["a", "a b", "a b c", "ab", "b", ", a", "c.", "_c", "3"]
TEXTS = st.text(alphabet="abc ,._3\n\t\u2003é", max_size=60)


def test_every_blank_of_unicode_is_collapsed():
    for code in range(sys.maxunicode + 1):
        if chr(code).isspace():
            assert Collapsed(f"a{chr(code)}b").text == "a b", hex(code)


@given(TEXTS)
def test_offsets_of_a_collapsed_text_lead_back(text):
    collapsed = Collapsed(text)
    for place, sign in enumerate(collapsed.text):
        source = text[collapsed.source(place)]
        assert source == sign or (sign == " " and source.isspace())
        if not sign.isspace():
            assert collapsed.place(collapsed.source(place)) == place


@given(TEXTS, st.lists(st.sampled_from(PHRASES), unique=True))
def test_the_scan_finds_what_the_expression_of_the_phrases_finds(text, phrases):
    scan = PhraseScan(phrases)
    found = [(scan.phrases[number], start, end) for number, start, end in scan.find(Collapsed(text))]
    expected = re.finditer(phrases_expression(phrases), text) if phrases else ()
    assert found == [(" ".join(match[0].split()), *match.span()) for match in expected]


def test_a_run_of_more_than_eight_blanks_parts_a_phrase():
    scan = PhraseScan(["a b"])
    assert scan.find(Collapsed("a" + 8 * "\n" + "b")) == [(0, 0, 10)]
    assert scan.find(Collapsed("a" + 9 * "\n" + "b")) == []


def test_a_pickled_scan_finds_the_same():
    scan = PhraseScan(PHRASES)
    assert pickle.loads(pickle.dumps(scan)).find(Collapsed("a b c. 3")) == scan.find(Collapsed("a b c. 3")) != []  # noqa: S301
