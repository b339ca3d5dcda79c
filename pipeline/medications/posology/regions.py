"""Which stretches of a text speak of one drug: its attributes, what stands between them, and what follows.

A stretch ends where another drug is named, where the instruction stops (a blank line, a new item of a list), or after
`TAIL` characters. The drug itself and what belongs to others is put out of sight, so that no number of a name is read.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline import resources
from pipeline.text.phrases import alternatives

Bounds = tuple[int, int]

#: How far behind its last attribute an instruction is followed, and how far before its first one it may begin.
TAIL, HEAD = 160, 60
#: A longer stretch between two attributes speaks of something else; only its ends are read.
GAP = 240

#: Stand for the drug and for what belongs to others, so that they end every phrase.
DRUG_SIGN, OTHER_SIGN = "\x01", "\x02"

_DOTTED = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(?=[ ]?[^\W_]|\s|$|[,;:)])")
# Also items one behind the other: "t.i.d.  4.  Lasix".
_NUMBERED = r"(?:(?<=[.;:][ \t])[ \t]*|[ \t]+)\d{1,2}[.)][ \t]+(?=[A-ZÀ-Ý]|\Z)"
# Each alternative begins with one sign, so that the engine looks at no other place.
_NEW_ITEM = re.compile(rf" {_NUMBERED}|\t{_NUMBERED}|\n\s*(?:\n|\d{{1,2}}[.)]\s|[-*•]\s*|[A-ZÀ-Ý])")
# A number directly before a drug.
_ITEM_NUMBER = re.compile(r"(?<![\w.,/-])(\d{1,2})[ \t]+\Z")
_TO_NUMBER = 16
_CLAUSE_MARKS = ".;:!?\n,+"
_SENTENCE_BEFORE = re.compile(r"[.;:!?\n](?=\s)")


class ClauseWords:
    """Words of a language, from `posology/words.tsv`, by which a clause or a list begins.

    Attributes:
        before: what may still be said of the entity before ends here: "A 250 mg IM x1 and B 100 mg".
        leading: what leads from there to a drug: a number of it.
        begins: what stands before the first item of a list.
    """

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        part = "|".join(["1/", *(rf"{word}(?!\w)" for word in kinds["clause_goes_on"])])
        self.before = re.compile(
            "|".join(
                [rf"{re.escape(mark)}(?=\s)" for mark in _CLAUSE_MARKS]
                + [rf"{word}(?<!\w{word})\b(?! (?:{part}))" for word in kinds["clause_word"]]
            )
        )
        self.leading = re.compile(rf"\d|\b{alternatives(kinds['clause_number'])}\b")
        self.begins = re.compile(rf"(?:\A|[:\n.])\s*\Z|\b{alternatives(kinds['list_head'])}\s*\Z", re.IGNORECASE)


@lru_cache(maxsize=len(resources.LANGUAGES))
def clause_words(lang: str) -> ClauseWords:
    """The words of a language."""
    return ClauseWords(lang)


class Stretch(NamedTuple):
    """A folded text to read, and where each of its characters stands in the note."""

    text: str
    places: Sequence[int]

    def bounds(self, start: int, end: int) -> Bounds:
        """The place in the note of a stretch of the text."""
        return self.places[start], self.places[end - 1] + 1

    def place(self, offset: int) -> int:
        """Where the text goes on behind an offset of the note."""
        return bisect_left(self.places, offset)


def stretch(folded: str, pieces: Sequence[Bounds], drug: Bounds, hidden: Sequence[Bounds]) -> Stretch:
    """The text of some pieces, without the stops of abbreviations; what is hidden becomes a sign."""
    text: list[str] = []
    places: list[int] = []
    signs = sorted([(drug, DRUG_SIGN), *((bounds, OTHER_SIGN) for bounds in hidden)])
    for start, end in pieces:
        place = start
        for (low, high), sign in signs:
            if high <= place:
                continue
            if low >= end:
                break
            _copy(folded, place, low, text, places)
            text.append(sign)
            places.append(low)
            place = high
        _copy(folded, place, end, text, places)
        text.append("\n")
        places.append(max(end - 1, start))
    return Stretch("".join(text), places)


def _copy(folded: str, start: int, end: int, text: list[str], places: list[int]) -> None:
    if start >= end:
        return
    piece = folded[start:end]
    place = start
    for match in _DOTTED.finditer(piece) if "." in piece else ():
        dot = start + match.end() - 1
        text.append(folded[place:dot])
        places.extend(range(place, dot))
        place = dot + 1
    text.append(folded[place:end])
    places.extend(range(place, end))


class Places:
    """Stretches of a text, looked up by their places; those that overlap are one."""

    def __init__(self, stretches: Iterable[Bounds]) -> None:
        self._bounds: list[Bounds] = []
        self._starts: list[int] = []
        behind = -1
        for bounds in sorted(stretches):
            start, end = bounds
            if start < behind:
                behind = max(end, behind)
                self._bounds[-1] = self._starts[-1], behind
            else:
                behind = end
                self._bounds.append(bounds)
                self._starts.append(start)

    def around(self, start: int, end: int) -> Bounds | None:
        """The one that holds a stretch."""
        place = bisect_right(self._starts, start) - 1
        return self._bounds[place] if place >= 0 and end <= self._bounds[place][1] else None

    def end_in(self, start: int, end: int) -> int:
        """Where the one ends, within a stretch, that begins with it; else 0."""
        place = bisect_right(self._starts, start) - 1
        low, high = self._bounds[place] if place >= 0 else (-1, 0)
        return high if low == start and high < end else 0

    def touch(self, start: int, end: int) -> bool:
        """Does one overlap a stretch?"""
        place = bisect_left(self._starts, end) - 1
        return place >= 0 and start < self._bounds[place][1]

    def within(self, start: int, end: int) -> bool:
        """Does one lie wholly in a stretch?"""
        place = bisect_left(self._starts, start)
        return place < len(self._bounds) and self._bounds[place][1] <= end


class Neighbours:
    """The medication entities of a Doc in the order of the text: drugs and attributes."""

    def __init__(self, drugs: Sequence[Bounds], attributes: Sequence[Bounds], words: ClauseWords) -> None:
        self._words = words
        self._drugs = sorted(drugs)
        self._all = sorted([*drugs, *attributes])
        self._starts = [start for start, _ in self._all]
        self._drug_starts = [start for start, _ in self._drugs]
        self._items: frozenset[int] | None = None

    def items(self, text: str) -> frozenset[int]:
        """Where numbers of items stand that no sign tells: "1 Lasix 40 mg BID 2 KCl 20 mEq daily"."""
        if self._items is None:
            numbered = [(_number_before(text, start), start) for start in self._drug_starts]
            found: set[int] = set()
            for (one, _), (two, _) in itertools.pairwise(numbered):
                if one is not None and two is not None and int(two[1]) == int(one[1]) + 1:
                    if one.start() in found or self._words.begins.search(
                        text, max(0, one.start() - _TO_NUMBER), one.start()
                    ):
                        found |= {one.start(), two.start()}
            self._items = frozenset(found)
        return self._items

    def pieces(self, text: str, drug: Bounds, own: Sequence[Bounds]) -> list[Bounds]:
        """The stretches of the text that speak of a drug with its `own` attributes, in order."""
        marks = sorted({drug, *own})
        if self._together(marks[0], marks[-1], drug):
            return [(self._before(text, marks[0]), self._behind(text, marks[-1][1]))]
        found: list[list[int]] = [[self._before(text, marks[0]), marks[0][1]]]
        for (_, end), (start, stop) in itertools.pairwise(marks):
            if self._drug_between(end, start) or start - end > GAP:
                found[-1][1] = self._behind(text, end)
                found.append([self._before(text, (start, stop)), stop])
            else:
                found[-1][1] = stop
        found[-1][1] = self._behind(text, marks[-1][1])
        merged: list[list[int]] = []
        for start, end in found:
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return [(start, end) for start, end in merged]

    def others(self, pieces: Sequence[Bounds], drug: Bounds, own: Sequence[Bounds]) -> list[Bounds]:
        """What stands inside the stretches and belongs to another drug."""
        found = []
        mine = {drug, *own}
        for start, end in pieces:
            first, behind = bisect_left(self._starts, start), bisect_left(self._starts, end)
            found += [bounds for bounds in self._all[first:behind] if bounds not in mine]
        return found

    def _together(self, first: Bounds, last: Bounds, drug: Bounds) -> bool:
        """Do a drug and its attributes stand close, with no other drug named among them?"""
        start, end = first[1], last[0]
        if end - start > GAP:
            return False
        drugs = bisect_left(self._drug_starts, end) - bisect_left(self._drug_starts, start)
        return drugs <= (start <= drug[0] < end)

    def _is_drug(self, bounds: Bounds) -> bool:
        place = bisect_left(self._drug_starts, bounds[0])
        return place < len(self._drugs) and self._drugs[place] == bounds

    def _drug_between(self, start: int, end: int) -> bool:
        place = bisect_left(self._drug_starts, start)
        return place < len(self._drugs) and self._drugs[place][0] < end

    def _before(self, text: str, mark: Bounds) -> int:
        place = bisect_left(self._starts, mark[0])
        limit = max(self._all[place - 1][1] if place else 0, mark[0] - HEAD)
        limit = min(limit, mark[0])
        after_other = place > 0 and limit == self._all[place - 1][1]
        ends = self._words.before if after_other else _SENTENCE_BEFORE
        breaks = [match.end() for match in ends.finditer(text, limit, mark[0])]
        return breaks[-1] if breaks else limit

    def _behind(self, text: str, end: int) -> int:
        place = bisect_right(self._starts, end - 1)
        limit = min(len(text), end + TAIL)
        while place < len(self._all) and self._all[place][0] < end:
            place += 1
        if place < len(self._all) and self._all[place][0] < limit:
            limit = self._all[place][0]
            if self._is_drug(self._all[place]):
                line = _NEW_ITEM.search(text, end, limit + 1)
                limit = self._own_end(text, end, limit) if line is None else min(line.start(), limit)
        item = _NEW_ITEM.search(text, end, limit)
        return max(end, item.start() if item is not None else limit)

    def _own_end(self, text: str, end: int, drug: int) -> int:
        """Where what is said behind an instruction ends before the next drug, to which "and one of" leads."""
        clause = end
        for found in self._words.before.finditer(text, end, drug):
            clause = found.start()
        return clause if self._words.leading.search(text, clause, drug) else drug


def _number_before(text: str, drug: int) -> re.Match[str] | None:
    """The number that stands before a drug."""
    low = max(0, drug - _TO_NUMBER)
    behind_number = text[low:drug].rstrip(" \t")[-1:].isdigit()
    return _ITEM_NUMBER.search(text, low, drug) if behind_number else None
