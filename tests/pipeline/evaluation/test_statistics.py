"""Intervals and tests over notes: seeded, wide where little is known, and right where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.scoring import Counts
from pipeline.evaluation.statistics import compare, intervals

_COUNTS = st.builds(lambda right, wrong, missed: Counts(right, wrong, right + missed), *[st.integers(0, 9)] * 3)


def notes(number: int, quality: float, seed: int) -> list[Counts]:
    """Notes of ten entities each, found with a probability."""
    found = np.random.default_rng(seed).binomial(10, quality, number)
    return [Counts(int(right), 10 - int(right), 10) for right in found]


def test_the_same_notes_give_the_same_figures() -> None:
    one, other = notes(30, 0.8, 1), notes(30, 0.7, 2)
    assert intervals(one) == intervals(one)
    assert compare(one, other) == compare(one, other)
    assert intervals(one, 20, seed=1) != intervals(one, 20, seed=2)


@given(counts=st.lists(_COUNTS, min_size=2, max_size=20))
def test_intervals_are_shares_and_in_order(counts: list[Counts]) -> None:
    found = intervals(counts, 200)
    assert found is not None
    for low, high in found.values():
        assert 0 <= low <= high <= 1


@given(counts=st.lists(_COUNTS, min_size=2, max_size=20))
def test_a_system_does_not_differ_from_itself(counts: list[Counts]) -> None:
    found = compare(counts, counts, 200)
    assert (found.difference, found.interval, found.p) == (0, (0, 0), 1)


@given(one=st.lists(_COUNTS, min_size=2, max_size=12), other=st.lists(_COUNTS, min_size=2, max_size=12))
def test_a_difference_is_the_same_seen_from_the_other_side(one: list[Counts], other: list[Counts]) -> None:
    length = min(len(one), len(other))
    there, back = compare(one[:length], other[:length], 200), compare(other[:length], one[:length], 200)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p == back.p
    assert there.interval is not None
    assert back.interval is not None
    assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]), abs=2e-4)


def test_more_notes_make_a_narrower_interval() -> None:
    few, many = intervals(notes(10, 0.8, 1)), intervals(notes(1000, 0.8, 1))
    assert few is not None
    assert many is not None
    assert few["f1"][1] - few["f1"][0] > 3 * (many["f1"][1] - many["f1"][0])


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(200):
        found = intervals(notes(60, 0.8, seed), 300)
        assert found is not None
        inside += found["f1"][0] <= 0.8 <= found["f1"][1]
    assert 0.88 <= inside / 200 <= 0.995


def test_equal_systems_are_seldom_called_different_and_unequal_ones_often() -> None:
    same = [compare(notes(40, 0.8, seed), notes(40, 0.8, 1000 + seed), 300).p for seed in range(100)]
    apart = [compare(notes(40, 0.6, seed), notes(40, 0.8, 1000 + seed), 300).p for seed in range(20)]
    assert sum(p is not None and p < 0.05 for p in same) <= 14
    assert all(p is not None and p < 0.05 for p in apart)


def test_one_note_proves_nothing() -> None:
    assert intervals([Counts(1, 1, 2)]) is None
    assert compare([Counts(1, 1, 2)], [Counts(2, 0, 2)]).p is None
    with pytest.raises(ValueError, match="same notes"):
        compare([Counts()], [])
