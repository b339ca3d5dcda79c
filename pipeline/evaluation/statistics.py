"""How sure a score is, and whether two systems differ: notes are drawn, since errors within one note go together.

Intervals: percentile bootstrap over notes (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
Difference: approximate randomisation, notes swapped between the systems at random (Noreen, Computer-Intensive Methods
for Testing Hypotheses, 1989; for F1 of extraction: Yeh, More accurate tests for the statistical significance of result
differences, COLING 2000), p = (1 + shuffles at least as different) / (1 + shuffles); its interval by drawing the same
notes for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.scoring import Counts

RESAMPLES = 2000
SEED = 20240312
_LOW, _HIGH = 2.5, 97.5
# Floating point: a shuffle that gives back the very notes is as different as they are.
_ALMOST = 1e-12

Interval = tuple[float, float]
_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """F1 of two systems on the same notes, their difference with its 95 % interval, and the p-value of no difference."""

    first: float
    second: float
    difference: float
    interval: Interval | None
    p: float | None


def intervals(notes: Sequence[Counts], resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, Interval] | None:
    """95 % intervals of precision, recall and F1, from the counts of each note; None for fewer than two notes."""
    if len(notes) < 2:
        return None
    drawn = _weights(len(notes), resamples, seed) @ _table(notes)
    return {name: _interval(values) for name, values in _scores(drawn).items()}


def compare(
    first: Sequence[Counts], second: Sequence[Counts], resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Compare two systems by their counts on the same notes, in the same order. Raises ValueError for other lengths."""
    if len(first) != len(second):
        raise ValueError("two systems are compared on the same notes")
    one, other = _table(first), _table(second)
    totals = _scores(np.stack([one.sum(axis=0), other.sum(axis=0)]))["f1"]
    difference = float(totals[1] - totals[0])
    if len(first) < 2:
        return Comparison(float(totals[0]), float(totals[1]), difference, None, None)
    weights = _weights(len(first), resamples, seed)
    drawn = _scores(weights @ other)["f1"] - _scores(weights @ one)["f1"]
    swapped = np.random.default_rng(seed).integers(0, 2, (resamples, len(first))).astype(np.float64)
    change = swapped @ (other - one)
    shuffled = _scores(other.sum(axis=0) - change)["f1"] - _scores(one.sum(axis=0) + change)["f1"]
    extreme = int((np.abs(shuffled) >= abs(difference) - _ALMOST).sum())
    p = (1 + extreme) / (1 + resamples)
    return Comparison(float(totals[0]), float(totals[1]), difference, _interval(drawn), p)


def _table(notes: Sequence[Counts]) -> _Array:
    return np.array([[counts.right, counts.wrong, counts.gold] for counts in notes], dtype=np.float64).reshape(-1, 3)


def _weights(notes: int, resamples: int, seed: int) -> _Array:
    """How often each note is drawn in each resample."""
    return np.random.default_rng(seed).multinomial(notes, [1 / notes] * notes, resamples).astype(np.float64)


def _scores(counts: _Array) -> dict[str, _Array]:
    right, wrong, gold = counts[..., 0], counts[..., 1], counts[..., 2]
    precision = _share(right, right + wrong)
    recall = _share(right, gold)
    return {"precision": precision, "recall": recall, "f1": _share(2 * precision * recall, precision + recall)}


def _share(part: _Array, whole: _Array) -> _Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _interval(values: _Array) -> Interval:
    low, high = np.percentile(values, [_LOW, _HIGH])
    return round(float(low), 6), round(float(high), 6)
