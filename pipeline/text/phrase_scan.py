"""Many phrases found in one pass over a text, by an Aho-Corasick automaton, which is built in a tenth of a second.

A regular expression of tens of thousands of phrases finds the same, but takes seconds to compile.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

import ahocorasick_rs

from pipeline.text.phrases import MOST_BLANKS

# Every sign that is a blank to `str.isspace`, but " " and the line feed.
_RARE_BLANKS = (
    "\r\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
    "\u2029\u202f\u205f\u3000"
)
# Stands for a run that is too long to be the blank of a phrase: no phrase holds two.
_TOO_LONG = "  "


class Collapsed:
    """A text with one blank for each run of up to eight blanks and line breaks, and the way back to its offsets.

    Attributes:
        text: what to search. Two blanks in it stand for a longer run.
    """

    __slots__ = ("_places", "_pooled", "_shifts", "text")

    def __init__(self, text: str) -> None:
        plain = text.replace("\n", " ")
        # Each is looked for in less time than one expression takes for all.
        for sign in _RARE_BLANKS:
            if sign in plain:
                plain = plain.replace(sign, " ")
        # Behind each run: its end in the collapsed text, and how far that lies behind its place in the text.
        self._pooled: dict[str, list[Occurrences]] = {}
        self._places: list[int] = [0]
        self._shifts: list[int] = [0]
        run = plain.find("  ")
        if run < 0:
            self.text = plain
            return
        pieces: list[str] = []
        last = shift = 0
        while run >= 0:
            end = run + 2
            while plain[end : end + 1] == " ":
                end += 1
            blank = " " if end - run <= MOST_BLANKS else _TOO_LONG
            pieces += (plain[last:run], blank)
            shift += end - run - len(blank)
            self._places.append(end - shift)
            self._shifts.append(shift)
            last = end
            run = plain.find("  ", end)
        self.text = "".join((*pieces, plain[last:]))

    def source(self, offset: int) -> int:
        """The offset in the text of an offset in the collapsed text."""
        return offset + self._shifts[bisect_right(self._places, offset) - 1]

    def sources(self, found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Numbered stretches of the collapsed text, which must ascend, with their offsets in the text."""
        places, shifts = self._places, self._shifts
        runs = len(places)
        if runs == 1:
            return found
        moved: list[tuple[int, int, int]] = []
        run, shift = 0, 0
        for number, start, end in found:
            while run < runs and places[run] <= start:
                shift = shifts[run]
                run += 1
            moved.append((number, start + shift, end + shift if run == runs or end < places[run] else self.source(end)))
        return moved

    def place(self, offset: int) -> int:
        """The offset in the collapsed text of an offset in the text; the end of a run for those within it."""
        places, shifts = self._places, self._shifts
        run = bisect_right(range(len(places)), offset, key=lambda number: places[number] + shifts[number]) - 1
        return max(offset - shifts[run], places[run])

    def pooled(self, pool: str, scan: int) -> Occurrences:
        """What a scan of a pool finds in the text."""
        found = self._pooled.get(pool)
        if found is None or scan >= len(found):
            found = self._pooled[pool] = _pools[pool].find(self.text)
        return found[scan]


def is_word(sign: str) -> bool:
    r"""Whether a sign belongs to a word, as `\w` has it."""
    return sign.isalnum() or sign == "_"


Occurrences = list[tuple[int, int, int]]
"""Where phrases stand in a text, within words too: their number (in a pool: among all of it), start and end, by the end."""


class _Pool:
    """The phrases of several scans in one automaton, so that a text is passed over once for all of them."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._phrases: list[str] = []
        # Of each phrase, its scan; of each scan, the number of its first phrase.
        self._owners: list[int] = []
        self.firsts: list[int] = []
        self._automaton: ahocorasick_rs.AhoCorasick | None = None

    def add(self, phrases: tuple[str, ...]) -> int:
        """The number of the scan of these phrases."""
        known = self._numbers.get(phrases)
        if known is not None:
            return known
        scan = self._numbers[phrases] = len(self._numbers)
        self.firsts.append(len(self._phrases))
        self._phrases += phrases
        self._owners += [scan] * len(phrases)
        self._automaton = None
        return scan

    def find(self, text: str) -> list[Occurrences]:
        """What each scan finds."""
        if self._automaton is None:
            self._automaton = ahocorasick_rs.AhoCorasick(self._phrases, store_patterns=False)
        found: list[Occurrences] = [[] for _ in self._numbers]
        # Each is handed on as it comes: a copy of every one takes more than twice the time in a long text.
        adders = [occurrences.append for occurrences in found]
        owners = self._owners
        for occurrence in self._automaton.find_matches_as_indexes(text, overlapping=True):
            adders[owners[occurrence[0]]](occurrence)
        return found


_pools: defaultdict[str, _Pool] = defaultdict(_Pool)


class PhraseScan:
    """Phrases as whole words; `find` gives every one, also those that overlap.

    A phrase that begins or ends with a letter or figure begins or ends a word there. Blanks in a phrase are single.
    Scans of one `pool` (a language: the small lists of its resources) pass over a text together.
    """

    def __init__(self, phrases: Iterable[str], pool: str | None = None) -> None:
        self.phrases = tuple(phrases)
        self.pool = pool
        self._opens = [phrase[0].isalnum() for phrase in self.phrases]
        self._closes = [phrase[-1].isalnum() for phrase in self.phrases]
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._number = self._first = 0
        if pool is not None:
            self._number = _pools[pool].add(self.phrases)
            self._first = _pools[pool].firsts[self._number]
        elif self.phrases:
            self._automaton = ahocorasick_rs.AhoCorasick(self.phrases, store_patterns=False)

    def __reduce__(self) -> tuple[type[PhraseScan], tuple[tuple[str, ...], str | None]]:
        return PhraseScan, (self.phrases, self.pool)

    def occurrences(self, collapsed: Collapsed) -> Occurrences:
        """Where phrases stand in a text."""
        if self.pool is not None:
            return collapsed.pooled(self.pool, self._number)
        if self._automaton is None:
            return []
        return self._automaton.find_matches_as_indexes(collapsed.text, overlapping=True)

    def longest(self, collapsed: Collapsed) -> dict[int, tuple[int, int]]:
        """By where a phrase begins, the end and the number of the longest one there, as whole words."""
        text = collapsed.text
        opens, closes, length, first = self._opens, self._closes, len(text), self._first
        found: dict[int, tuple[int, int]] = {}
        for number, start, end in self.occurrences(collapsed):
            number -= first
            # As `is_word` has it, which would be called for every one.
            if opens[number] and start and ((sign := text[start - 1]).isalnum() or sign == "_"):
                continue
            if closes[number] and end < length and ((sign := text[end]).isalnum() or sign == "_"):
                continue
            # Longer ones end later.
            found[start] = (end, number)
        return found

    def find(self, collapsed: Collapsed) -> list[tuple[int, int, int]]:
        """The phrases of a text, the longest first, none overlapping: number, and bounds in the text as it was."""
        longest = self.longest(collapsed)
        found: list[tuple[int, int, int]] = []
        last = 0
        for start in sorted(longest):
            if start >= last:
                last, number = longest[start]
                found.append((number, start, last))
        return collapsed.sources(found)
