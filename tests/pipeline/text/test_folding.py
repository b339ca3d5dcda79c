"""Folding keeps every offset, and leads back where it cannot."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.folding import FoldedText, fold

CLINICAL = st.text(st.sampled_from("aeéèÉçœŒæﬁ\u0301\u0327\u00ad ’'«»–\u00a0µmgABC0İß1.\n"), max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ANTÉCÉDENTS", "antecedents"),
        ("l’AVC", "l'avc"),
        ("«\u00a0non\u202f»", '" non "'),
        ("5–10 mg", "5-10 mg"),
        ("Cœur", "cœur"),
        ("10 µg", "10 µg"),
        ("10 μg", "10 µg"),
        ("ŒDÈME", "œdeme"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text() | CLINICAL)
def test_fold_keeps_the_length_and_is_stable(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(CLINICAL)
def test_every_way_of_folding_agrees(text):
    assert fold(text + "\u4e00")[:-1] == fold(text)


def test_folded_text_takes_ligatures_apart_and_drops_marks():
    text = "œdème de\u0301compensé"
    folded = FoldedText.of(text)
    assert folded.folded == "oedeme decompense"
    start = folded.folded.index("decompense")
    assert text[folded.start(start) : folded.end(start + len("decompense"))] == "de\u0301compensé"
    assert text[folded.start(0) : folded.end(6)] == "œdème"


@given(st.text() | CLINICAL)
def test_offsets_of_folded_text_stay_in_order_and_in_the_text(text):
    folded = FoldedText.of(text)
    starts = [folded.start(offset) for offset in range(len(folded.folded))]
    ends = [folded.end(offset + 1) for offset in range(len(folded.folded))]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))


@given(CLINICAL)
def test_folded_text_is_the_same_for_composed_and_decomposed(text):
    assert (
        FoldedText.of(unicodedata.normalize("NFC", text)).folded
        == FoldedText.of(unicodedata.normalize("NFD", text)).folded
    )
