"""Phrases with places for numbers, times and units ("every {n} {u}"), looked up by what a text begins with.

A table's phrases are compiled once and kept by their first letters, so that only a few are tried at a place of the text.
The longest phrase that fits is the one that is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.medications.posology.numbers import Number, Numbers

T = TypeVar("T")

# How many first letters a phrase is kept by.
_KEY = 2
_NUMBER, _TIMES, _UNIT = "{n}", "{t}", "{u}"


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A phrase that fits: where it ends, what its row says, and what stands at its places."""

    end: int
    row: T
    number: Number | None = None
    times: Number | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[T]):
    """A phrase cut at its number: what stands before it, and behind it (None where there is no number)."""

    before: re.Pattern[str]
    behind: re.Pattern[str] | None
    row: T


def _source(part: str, unit: str) -> str:
    """The expression of a part of a phrase; blanks beside a sign or a place are free ("3 x / day")."""
    pieces = []
    for number, piece in enumerate(part.split(_UNIT)):
        if number:
            # Only the first of several units is asked for.
            pieces.append(rf"(?P<unit>{unit})" if number == 1 else f"(?:{unit})")
        words = re.split(r"[ -]+", piece)
        pieces.append(r"[\s-]*" if not piece.strip() and number else r"[\s-]+".join(re.escape(word) for word in words))
    source = "".join(pieces)
    source = re.sub(r"(\(\?P<unit>|\(\?:)(?=" + re.escape(unit[:8]) + ")", lambda m: rf"\s*{m[0]}", source)
    source = re.sub(r"\[\\s-\]\+(?=\\s\*|/|\\&|$)", lambda _: r"[\s-]*", source)
    return source.replace("/", r"\s*/\s*")


def _compiled(part: str, unit: str) -> re.Pattern[str]:
    ends = part[-1:].isalnum() or part.endswith("}")
    return re.compile(_source(part, unit) + (r"(?:(?![^\W_])|(?=x\d))" if ends else ""))  # "BIDx3 days"


class PhraseTable(Generic[T]):
    """Phrases of a language with what each stands for."""

    def __init__(
        self, rows: Iterable[tuple[str, T]], numbers: Numbers, units: Iterable[str], times: TimesTable | None = None
    ) -> None:
        self._numbers = numbers
        self._times = times
        self._by_start: dict[str, list[_Phrase[T]]] = {}
        self._by_number: list[_Phrase[T]] = []
        self._by_times: list[_Phrase[T]] = []
        unit = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
        for phrase, row in rows:
            if phrase.startswith(_TIMES):
                self._by_times.append(self._phrase(phrase[len(_TIMES) :], unit, row))
            elif phrase.startswith(_NUMBER):
                self._by_number.append(_Phrase(re.compile(""), _compiled(r"" + phrase[len(_NUMBER) :], unit), row))
            else:
                kept = self._phrase(phrase, unit, row)
                self._by_start.setdefault(phrase[:_KEY].replace("{", "")[:_KEY], []).append(kept)

    @staticmethod
    def _phrase(phrase: str, unit: str, row: T) -> _Phrase[T]:
        before, number, behind = phrase.partition(_NUMBER)
        if not number:
            return _Phrase(_compiled(before, unit), None, row)
        return _Phrase(re.compile(_source(before, unit)), _compiled(behind, unit), row)

    def match(self, text: str, start: int) -> Match[T] | None:
        """The longest phrase that begins at `start`. Raises UnreadError for a number that cannot be read."""
        best: Match[T] | None = None
        for length in (_KEY, 1):
            for phrase in self._by_start.get(text[start : start + length], ()):
                best = self._longer(best, phrase, text, start, None)
        if self._by_number and self._numbers.begins(text, start):
            for phrase in self._by_number:
                best = self._longer(best, phrase, text, start, None)
        if self._by_times and self._times is not None and (times := self._times.match(text, start)) is not None:
            for phrase in self._by_times:
                best = self._longer(best, phrase, text, times.end, times.number)
        return best

    def _longer(
        self, best: Match[T] | None, phrase: _Phrase[T], text: str, start: int, times: Number | None
    ) -> Match[T] | None:
        found = phrase.before.match(text, start)
        if found is None:
            return best
        number: Number | None = None
        unit = found.groupdict().get("unit")
        end = found.end()
        if phrase.behind is not None:
            while end < len(text) and text[end] in " \t":
                end += 1
            figures = self._numbers.match(text, end)
            if figures is None:
                return best
            end = figures.end()
            while end < len(text) and text[end] in " \t-" and phrase.behind.pattern:
                end += 1
            behind = phrase.behind.match(text, end) or phrase.behind.match(text, figures.end())
            if behind is None:
                return best
            end, unit = behind.end(), behind.groupdict().get("unit") or unit
            if best is not None and end <= best.end:
                return best
            number = self._numbers.read(figures["low"], figures["high"])
        if best is not None and end <= best.end:
            return best
        return Match(end, phrase.row, number, times, unit)


class TimesTable:
    """How many times something is done: "twice", "2 to 3 times", "x3", "once or twice"."""

    def __init__(self, rows: Iterable[tuple[str, str]], numbers: Numbers) -> None:
        self._table = PhraseTable(rows, numbers, ("\0",))
        self._numbers = numbers

    def match(self, text: str, start: int) -> Match[str] | None:
        """The number of times that begins at `start`, with what it ends with. Raises UnreadError."""
        first = self._one(text, start)
        if first is None or first.number is None or first.number.high is not None:
            return first
        joint = self._numbers.joint.match(text, first.end)
        second = self._one(text, joint.end()) if joint is not None else None
        if second is None or second.number is None or second.number.high is not None:
            return first
        if second.number.low <= first.number.low:
            return first
        return Match(second.end, second.row, Number(first.number.low, second.number.low))

    def _one(self, text: str, start: int) -> Match[str] | None:
        if start >= len(text):
            return None
        found = self._table.match(text, start)
        if found is None or found.number is not None:
            return found
        return Match(found.end, found.row, Number(self._numbers.number(found.row)))
