"""Lists of drugs under a heading that says what is done with all of them: "STOP TAKING:", "Medications held on admission".

A heading leads the rest of its line, up to the next heading or statement, or the lines below it where it stands alone. The headings
are in `text/change_headings.tsv`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline import resources
from pipeline.text.folding import fold
from pipeline.text.phrases import phrases_expression

#: Which lists are of the visit that the text tells of: all of the heading, or those beside another that is.
ALWAYS, BESIDE = "yes", "beside"
# Not changes: the words of a line that says more of the item above it, those of a statement, which no item has, and those between two items.
_DETAIL, _STATED, _JOINS = "detail", "stated", "joins"
# A list has no more lines than this; a drug begins so near behind the beginning of its line.
_MOST_LINES = 60
_ITEM_REACH = 30

_BULLET = re.compile(r"[ \t]*(?:(?P<sign>[-*•·–—►▪◦‣●+#>])|\(?\d{1,2}[.)])[ \t]*(?=\S)")
_INDENTED = ("   ", "\t")
# Where a statement of a line ends, and what opens another list there: a heading of its own.
_STATEMENT = re.compile(r"(?<=[\w)\]%])[.;](?=\s)")
_HEADED = re.compile(r"[.;]\s+[a-z][\w /&'-]{1,40}:\s")


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A heading, from `start` to `end`, and the list that it leads, up to `stop`.

    Attributes:
        change: what is done with the drugs of the list.
        inline: does the list stand on the line of its heading?
        of_visit: is that done at the visit that the text tells of?
    """

    start: int
    end: int
    stop: int
    change: str
    inline: bool
    of_visit: bool


class ChangeLists:
    """The lists of a text, in order."""

    def __init__(self, found: Sequence[ChangeList] = ()) -> None:
        self._found = found
        self._ends = [one.end for one in found]

    def over(self, offset: int) -> ChangeList | None:
        """The list that holds an offset."""
        index = bisect_right(self._ends, offset) - 1
        return self._found[index] if index >= 0 and offset < self._found[index].stop else None


_NONE = ChangeLists()


class _Headings:
    """The headings of a language."""

    def __init__(self, lang: str) -> None:
        self.kinds: dict[str, tuple[str, str]] = {}
        other: dict[str, list[str]] = {_DETAIL: [], _STATED: [], _JOINS: []}
        for row in resources.read_table(lang, "text/change_headings.tsv"):
            written = [fold(" ".join(phrase.split())) for phrase in resources.expanded(row["heading"])]
            if row["change"] in other:
                other[row["change"]] += written
            else:
                self.kinds.update(dict.fromkeys(written, (row["change"], row["visit"])))
        headings = phrases_expression(self.kinds)
        self._heading = re.compile(
            rf"(?:(?:^|(?<=\n))[ \t]*(?:[-*•·–—#>=]+[ \t]*|\(?\d{{1,2}}[.)][ \t]*)?|(?<=[.;:|])[ \t]+)(?P<heading>{headings})"
            r"[ \t]?(?:\([^()\n]{1,60}\))?[*\]]{0,2}[ \t]*(?P<colon>:|(?=\n|\Z))"
        )
        self._any = re.compile(headings)
        self._detail = re.compile(rf"[ \t]*(?:{phrases_expression(other[_DETAIL])})")
        self._stated = re.compile(phrases_expression(other[_STATED]))
        # The rest of a line goes on in the next one.
        self._unfinished = re.compile(rf"(?:[,;/&]|{phrases_expression(other[_JOINS])})\s*\Z")

    def read(self, text: str, starts: Sequence[int]) -> ChangeLists:
        """The lists of a folded text. `starts`: where its drugs begin, in order."""
        if not starts or self._any.search(text) is None:
            return _NONE
        headings = [match for match in self._heading.finditer(text) if self._leads(text, match)]
        if not headings:
            return _NONE
        kinds = [self.kinds[" ".join(match["heading"].split())] for match in headings]
        found = []
        for number, match in enumerate(headings):
            change, visit = kinds[number]
            last = headings[number + 1].start() if number + 1 < len(headings) else len(text)
            line = _line_end(text, match.end(), last)
            inline = bool(text[match.end() : line].strip())
            stop = (
                self._line(text, match.end(), line, last, starts) if inline else self._lines(text, line, last, starts)
            )
            beside = any(other and others != change for others, other in kinds)
            of_visit = visit == ALWAYS or (visit == BESIDE and beside)
            found.append(ChangeList(*match.span("heading"), stop, change, inline, of_visit))
        return ChangeLists(found)

    @staticmethod
    def _leads(text: str, match: re.Match[str]) -> bool:
        """Does a heading have a colon, or a line of its own?"""
        return bool(match["colon"]) or text.rfind("\n", 0, match.start("heading")) >= match.start() - 1

    def _line(self, text: str, start: int, end: int, last: int, starts: Sequence[int]) -> int:
        """Where a list on the line of its heading ends: before another heading, or a statement of its own."""
        while end < last:
            following = _line_end(text, end + 1, last)
            goes_on = self._unfinished.search(text, start, end) or text.startswith(_INDENTED, end + 1)
            if not goes_on or not _drug_in(starts, end + 1, min(following, end + 1 + _ITEM_REACH)):
                break
            end = following
        for match in _HEADED.finditer(text, start, end):
            if not _drug_in(starts, match.start(), match.end()):
                end = match.start()
                break
        for match in _STATEMENT.finditer(text, start, end):
            ends = _STATEMENT.search(text, match.end(), end)
            stop = ends.start() if ends is not None else end
            item = _drug_in(starts, match.end(), min(stop, match.end() + _ITEM_REACH))
            if not item or self._stated.search(text, match.end(), stop) is not None:
                return match.start()
        return end

    def _lines(self, text: str, line: int, last: int, starts: Sequence[int]) -> int:
        """Where a list below its heading ends: items with bullets, or lines that begin with a drug."""
        sign: str | None = None
        items, blank, spaced = 0, False, False
        for _ in range(_MOST_LINES):
            if line >= last:
                return last
            begin, line = line + 1, _line_end(text, line + 1, last)
            if not text[begin:line].strip():
                blank, spaced = True, spaced or not items
                continue
            bullet = _BULLET.match(text, begin, line)
            mark = (bullet["sign"] or "1") if bullet is not None else None
            named = _drug_in(starts, begin, min(line, begin + _ITEM_REACH))
            if not items:
                if not named and bullet is None:
                    return begin
                sign = mark
            elif mark != sign:
                indented = text.startswith(_INDENTED, begin)
                if blank or not (indented or self._detail.match(text, begin)):
                    return begin
            elif mark is None and ((blank and not spaced) or not named):
                if blank or not self._detail.match(text, begin):
                    return begin
            items, blank = items + 1, False
        return line


def _line_end(text: str, start: int, last: int) -> int:
    end = text.find("\n", start, last)
    return end if end >= 0 else last


def _drug_in(starts: Sequence[int], low: int, high: int) -> bool:
    index = bisect_left(starts, low)
    return index < len(starts) and starts[index] < high


def change_lists(lang: str, text: str, starts: Sequence[int]) -> ChangeLists:
    """The lists of a folded text. `starts`: where its drugs begin, in order."""
    return _headings(lang).read(text, starts)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _headings(lang: str) -> _Headings:
    return _Headings(lang)
