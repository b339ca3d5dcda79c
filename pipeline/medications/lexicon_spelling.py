"""Misspelled drug names.

One slip in a name of six letters or more, two in one of ten or more, two wrong vowels in one of eight or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from string import ascii_lowercase

_ONE_SLIP = 7
_TWO_SLIPS = 10
# Letters at either end by which names are looked up: a word with one slip keeps its beginning or its end.
_ENDS = 4
# Vowels are what is misheard: two wrong ones leave a name of this length what it is.
_TWO_VOWELS = 8
_VOWEL = re.compile("[aeiouy]")

# No word of a language that is known is longer.
_LONGEST = 40


class Spelling:
    """Looks up the name that a word nearly is. Holds each name by its first letters, its last, and its consonants."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        self._by_end: dict[str, list[str]] = {}
        self._by_consonants: dict[str, list[str]] = {}
        for name in names:
            if len(name) >= _ONE_SLIP - 1:
                self._by_start.setdefault(name[:_ENDS], []).append(name)
                self._by_end.setdefault(name[-_ENDS:], []).append(name)
            if len(name) >= _TWO_VOWELS:
                self._by_consonants.setdefault(_VOWEL.sub("-", name), []).append(name)

    def nearest(self, word: str) -> str | None:
        """The nearest name within the bound that begins with the same letter; None where there is none."""
        if len(word) < _ONE_SLIP:
            return None
        bound = 2 if len(word) >= _TWO_SLIPS else 1
        best, best_distance = None, bound + 1
        candidates = (self._by_start.get(word[:_ENDS], ()), self._by_end.get(word[-_ENDS:], ()))
        for names in candidates:
            for name in names:
                if name[0] != word[0] or abs(len(name) - len(word)) >= best_distance or len(name) < _ONE_SLIP - 1:
                    continue
                distance = slips(word, name, best_distance - 1)
                if distance < best_distance:
                    best, best_distance = name, distance
        if best is None and len(word) >= _TWO_VOWELS:
            for name in self._by_consonants.get(_VOWEL.sub("-", word), ()):
                if sum(a != b for a, b in zip(word, name, strict=True)) <= 2:
                    return name
        return best


def nearly_one_of(word: str, known: Set[str]) -> bool:
    """Is a word one slip away from a known one? Looks up every word that it can be; for a few words only."""
    if len(word) > _LONGEST:
        return False
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    return any(
        f"{left}{right[1:]}" in known
        or (len(right) > 1 and f"{left}{right[1]}{right[0]}{right[2:]}" in known)
        or any(f"{left}{letter}{right[1:]}" in known or f"{left}{letter}{right}" in known for letter in ascii_lowercase)
        for left, right in halves
    )


def slips(word: str, name: str, bound: int) -> int:
    """Letters left out, put in, changed or swapped between two words; `bound` + 1 where there are more."""
    start = 0
    limit = min(len(word), len(name))
    while start < limit and word[start] == name[start]:
        start += 1
    end = 0
    limit -= start
    while end < limit and word[-1 - end] == name[-1 - end]:
        end += 1
    left, right = word[start : len(word) - end], name[start : len(name) - end]
    longer = max(len(left), len(right))
    if longer <= 1:
        return longer
    # Differences of one or two slips are short stretches, or two far apart: the table stays small, the bound cuts it.
    previous, current = list(range(len(right) + 1)), []
    before: list[int] = []
    for i, letter in enumerate(left, 1):
        current = [i]
        for j, other in enumerate(right, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > bound:
            return bound + 1
        before, previous = previous, current
    return min(previous[-1], bound + 1)
