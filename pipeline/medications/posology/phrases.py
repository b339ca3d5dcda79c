"""Phrases with places for numbers, times and units ("every {n} {u}"), looked up by what a text begins with.

A table's phrases are compiled once and kept by their first letters, so that only a few are tried at a place of the text.
The longest phrase that fits is the one that is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.medications.posology.elements import following
from pipeline.medications.posology.numbers import Number, Numbers, UnreadError, lead

T = TypeVar("T")

_FIGURES = re.compile(r"(?:\{[nt]\}|\d)+[ -]*")
_BLANKS, _SLASH = re.compile(r"[ -]+"), re.compile(r"\s*/\s*")
_NUMBER, _TIMES, _UNIT = "{n}", "{t}", "{u}"


@dataclass(slots=True)
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
    """The expression of a part of a phrase; blanks beside a slash are free ("3 x / day")."""
    pieces = []
    for number, piece in enumerate(part.split(_UNIT)):
        if number:
            # Only the first of several units is asked for.
            pieces.append(rf"(?P<unit>{unit})" if number == 1 else f"(?:{unit})")
        pieces.append(r"[\s-]+".join(re.escape(word) for word in _BLANKS.split(piece)))
    source = "".join(pieces)
    # A number may follow at once: "every 6 hours", "q6h", "x3".
    source = re.sub(r"\[\\s-\]\+$", lambda _: r"[\s-]*", source)
    return source.replace("/", r"\s*/\s*")


def _compiled(part: str, unit: str) -> re.Pattern[str]:
    ends = part[-1:].isalnum() or part.endswith("}")
    return re.compile(_source(part, unit) + (r"(?:(?![^\W_])|(?=x\d))" if ends else ""))  # "BIDx3 days"


class PhraseTable(Generic[T]):
    """Phrases of a language with what each stands for.

    Attributes:
        starts: what its phrases begin with, as `lead` gives it, but for those that begin with a number.
        behind_figures: what its phrases go on with behind a figure or a number of times.
    """

    def __init__(
        self, rows: Iterable[tuple[str, T]], numbers: Numbers, units: Iterable[str], times: TimesTable | None = None
    ) -> None:
        self._numbers = numbers
        self._times = times
        self._by_start: dict[str, list[tuple[str, _Phrase[T]]]] = {}
        self._lengths: dict[str, list[int]] = {}  # of the same phrases, however their blanks are written
        self._by_number: dict[str, list[_Phrase[T]]] = {}
        self._by_times: dict[str, list[_Phrase[T]]] = {}
        self.behind_figures: set[str] = set(times.behind_figures) if times is not None else set()
        unit = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
        for phrase, row in rows:
            for prefix, kept in ((_NUMBER, self._by_number), (_TIMES, self._by_times)):
                if phrase.startswith(prefix):
                    behind = phrase[len(prefix) :].lstrip(" -")
                    key = behind[:1] if behind[:1] != "{" else ""
                    kept.setdefault(key, []).append(self._phrase(behind, unit, row))
                    break
            else:
                start = lead(phrase, 0)
                follows = phrase[len(start) :].lstrip(" -")[:1]
                entry = "" if follows == "{" else follows, self._phrase(phrase, unit, row)
                self._by_start.setdefault(start, []).append(entry)
                self._lengths.setdefault(start, []).append(len(_BLANKS.sub(" ", _SLASH.sub("/", phrase))))
            if (behind := _FIGURES.sub("", phrase)) and behind != phrase:
                self.behind_figures.add(lead(behind, 0))
        self.starts = frozenset(self._by_start)
        self._plain = {word: found for word in self.starts if (found := self._together(word)) is not None}

    def _together(self, word: str) -> tuple[re.Pattern[str], list[T]] | None:
        """The phrases that begin with a word as one expression, each in a group, with their rows.

        None where one has a place for a number or a unit. Of those that fit at a place the shorter ones are beginnings
        of the longest, which stands first.
        """
        phrases = [(key, phrase) for key, (_, phrase) in zip(self._lengths[word], self._by_start[word], strict=True)]
        if any(phrase.behind is not None or "unit" in phrase.before.groupindex for _, phrase in phrases):
            return None
        phrases.sort(key=lambda entry: entry[0], reverse=True)
        source = "|".join(f"({phrase.before.pattern})" for _, phrase in phrases)
        return re.compile(source), [phrase.row for _, phrase in phrases]

    @staticmethod
    def _phrase(phrase: str, unit: str, row: T) -> _Phrase[T]:
        before, number, behind = phrase.partition(_NUMBER)
        if not number:
            return _Phrase(_compiled(before, unit), None, row)
        return _Phrase(re.compile(_source(before, unit)), _compiled(behind.lstrip(" -"), unit), row)

    def match(self, text: str, start: int) -> Match[T] | None:
        """The longest phrase that begins at `start`. Raises UnreadError for a number that cannot be read."""
        if start >= len(text):
            return None
        return self.match_word(text, start, lead(text, start), self._numbers.match(text, start))

    def sources(self, word: str) -> list[str]:
        """Expressions one of which matches where a phrase is read that begins with a word."""
        return [phrase.before.pattern.replace("(?P<unit>", "(?:") for _, phrase in self._by_start.get(word, ())]

    def follows(self, word: str) -> frozenset[str] | None:
        """The signs one of which stands behind a word in each phrase that begins with it; None for any."""
        signs = frozenset(sign for sign, _ in self._by_start.get(word, ()))
        return signs if "" not in signs else None

    def match_word(self, text: str, start: int, word: str, figures: re.Match[str] | None) -> Match[T] | None:
        """The same, with the word that stands at `start`, and the number that begins there."""
        best: Match[T] | None = None
        plain = self._plain.get(word)
        if plain is not None:
            expression, rows = plain
            whole = expression.match(text, start)
            if whole is not None:
                best = Match(whole.end(), rows[(whole.lastindex or 1) - 1])
        elif (phrases := self._by_start.get(word)) is not None:
            sign = following(text, start + len(word))
            for follows, phrase in phrases:
                if not follows or follows == sign:
                    best = self._longer(best, phrase, text, start)
        if self._by_number and figures is not None:
            found = self._behind(self._by_number, text, figures.end())
            if found is not None and (best is None or found.end > best.end):
                number = self._number(figures, found.end)
                best = Match(found.end, found.row, number, None, found.unit)
        times = None
        if self._times is not None and (figures is not None or word in self._times.starts):
            try:
                times = self._times.match(text, start, word, figures)
            except UnreadError as error:  # "3-2 times a day": all of it, so that "a day" is not read alone
                further = self._behind(self._by_times, text, error.end) if error.end else None
                error.end = further.end if further is not None else error.end
                raise
        if times is not None:
            found = self._behind(self._by_times, text, times.end)
            if found is not None and (best is None or found.end > best.end):
                best = Match(found.end, found.row, found.number, times.number, found.unit)
        return best

    def _behind(self, phrases: dict[str, list[_Phrase[T]]], text: str, end: int) -> Match[T] | None:
        """The longest of the phrases that goes on behind a number."""
        place = end
        while place < len(text) and text[place] in " \t-":
            place += 1
        best: Match[T] | None = None
        for key in (text[place : place + 1], ""):
            for phrase in phrases.get(key, ()):
                whole = phrase.before.pattern == ""
                best = self._longer(best, phrase, text, end if whole else place)
        return best

    def _longer(self, best: Match[T] | None, phrase: _Phrase[T], text: str, start: int) -> Match[T] | None:
        found = phrase.before.match(text, start)
        if found is None or (phrase.behind is None and best is not None and found.end() <= best.end):
            return best
        if phrase.behind is None:
            return Match(found.end(), phrase.row, unit=found["unit"] if "unit" in phrase.before.groupindex else None)
        end = found.end()
        while end < len(text) and text[end] in " \t":
            end += 1
        figures = self._numbers.match(text, end)
        if figures is None:
            return best
        end = figures.end()
        while end < len(text) and text[end] in " \t-" and phrase.behind.pattern:
            end += 1
        behind = phrase.behind.match(text, end) or phrase.behind.match(text, figures.end())
        if behind is None or (best is not None and behind.end() <= best.end):
            return best
        number = self._number(figures, behind.end())
        unit = behind["unit"] if "unit" in phrase.behind.groupindex else None
        return Match(behind.end(), phrase.row, number, None, unit)

    def _number(self, figures: re.Match[str], end: int) -> Number:
        """The number in a phrase that ends at `end`. Raises UnreadError, which says so."""
        try:
            return self._numbers.read(figures["low"], figures["high"])
        except UnreadError as error:
            error.end = end
            raise


class TimesTable:
    """How many times something is done: "twice", "2 to 3 times", "x3", "once or twice"."""

    def __init__(self, rows: Iterable[tuple[str, str]], numbers: Numbers) -> None:
        self._table = PhraseTable(rows, numbers, ("\0",))
        self._numbers = numbers
        self.starts = self._table.starts
        self.behind_figures: set[str] = self._table.behind_figures
        self.sources = self._table.sources

    def match(self, text: str, start: int, word: str, figures: re.Match[str] | None) -> Match[str] | None:
        """The number of times that begins at `start`, as `word` and `figures` do, with what it ends with.

        Raises UnreadError.
        """
        first = self._one(text, start, word, figures)
        if first is None or first.number is None or first.number.high is not None:
            return first
        joint = self._numbers.joint.match(text, first.end)
        second = None
        if joint is not None and (end := joint.end()) < len(text):
            second = self._one(text, end, lead(text, end), self._numbers.match(text, end))
        if second is None or second.number is None or second.number.high is not None:
            return first
        if second.number.low < first.number.low:
            backwards = UnreadError("range_backwards")
            backwards.end = second.end
            raise backwards
        if second.number.low == first.number.low:
            return first
        return Match(second.end, second.row, Number(first.number.low, second.number.low))

    def _one(self, text: str, start: int, word: str, figures: re.Match[str] | None) -> Match[str] | None:
        found = self._table.match_word(text, start, word, figures)
        if found is None or found.number is not None:
            return found
        return Match(found.end, found.row, Number(self._numbers.number(found.row)))
