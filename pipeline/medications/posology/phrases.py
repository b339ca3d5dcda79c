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
# Behind a phrase its length may follow at once: "BIDx3 days", "q6h5/7".
_END = r"(?:(?![^\W_])|(?=x\d|\d{1,2}/(?:7|52|12)(?!\d)))"
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


@dataclass(frozen=True, slots=True)
class _Group(Generic[T]):
    """The phrases that begin alike: those of words alone as one expression, and the others.

    Attributes:
        expression: each phrase of words alone in a group, the longest first: of those that fit at a place the shorter
            ones are beginnings of it. None without one.
        rows: what they stand for.
        others: phrases with a place for a number or a unit, each with the sign that stands behind its first word; ""
            for any.
    """

    expression: re.Pattern[str] | None
    rows: tuple[T, ...]
    others: tuple[tuple[str, _Phrase[T]], ...]


def _grouped(phrases: Iterable[tuple[str, str, _Phrase[T]]]) -> _Group[T]:
    """The group of some phrases, each as it is written, with the sign behind its first word."""
    plain: list[tuple[str, _Phrase[T]]] = []
    others: list[tuple[str, _Phrase[T]]] = []
    for written, sign, phrase in phrases:
        if not written or phrase.behind is not None or "unit" in phrase.before.groupindex:
            others.append((sign, phrase))
        else:
            plain.append((_SLASH.sub("/", _BLANKS.sub(" ", written)), phrase))
    plain.sort(key=lambda entry: len(entry[0]), reverse=True)
    source = "|".join(f"({phrase.before.pattern})" for _, phrase in plain)
    return _Group(re.compile(source) if plain else None, tuple(phrase.row for _, phrase in plain), tuple(others))


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
    return re.compile(_source(part, unit) + (_END if ends else ""))


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
        by_start: dict[str, list[tuple[str, str, _Phrase[T]]]] = {}
        by_number: dict[str, list[tuple[str, str, _Phrase[T]]]] = {}
        by_times: dict[str, list[tuple[str, str, _Phrase[T]]]] = {}
        self.behind_figures: set[str] = set(times.behind_figures) if times is not None else set()
        unit = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
        for phrase, row in rows:
            for prefix, kept in ((_NUMBER, by_number), (_TIMES, by_times)):
                if phrase.startswith(prefix):
                    behind = phrase[len(prefix) :].lstrip(" -")
                    key = behind[:1] if behind[:1] != "{" else ""
                    kept.setdefault(key, []).append((behind, key, self._phrase(behind, unit, row)))
                    break
            else:
                start = lead(phrase, 0)
                follows = phrase[len(start) :].lstrip(" -")[:1]
                entry = phrase, "" if follows == "{" else follows, self._phrase(phrase, unit, row)
                by_start.setdefault(start, []).append(entry)
            if (behind := _FIGURES.sub("", phrase)) and behind != phrase:
                self.behind_figures.add(lead(behind, 0))
        self.starts = frozenset(by_start)
        self._phrases = by_start
        self._by_start, self._by_number, self._by_times = (
            {key: _grouped(phrases) for key, phrases in kept.items()} for kept in (by_start, by_number, by_times)
        )

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
        return [phrase.before.pattern.replace("(?P<unit>", "(?:") for *_, phrase in self._phrases.get(word, ())]

    def follows(self, word: str) -> frozenset[str] | None:
        """The signs one of which stands behind a word in each phrase that begins with it; None for any."""
        signs = frozenset(sign for _, sign, _ in self._phrases.get(word, ()))
        return signs if "" not in signs else None

    def match_word(self, text: str, start: int, word: str, figures: re.Match[str] | None) -> Match[T] | None:
        """The same, with the word that stands at `start`, and the number that begins there."""
        group = self._by_start.get(word)
        best = self._of_group(group, text, start, start + len(word)) if group is not None else None
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

    def _behind(self, phrases: dict[str, _Group[T]], text: str, end: int) -> Match[T] | None:
        """The longest of the phrases that goes on behind a number."""
        place = end
        while place < len(text) and text[place] in " \t-":
            place += 1
        group, any_sign = phrases.get(text[place : place + 1]), phrases.get("")
        best = self._of_group(group, text, place, place) if group is not None else None
        for _, phrase in any_sign.others if any_sign is not None else ():
            best = self._longer(best, phrase, text, place if phrase.before.pattern else end)
        return best

    def _of_group(self, group: _Group[T], text: str, start: int, behind: int) -> Match[T] | None:
        """The longest phrase of a group at a place. `behind`: where the word ends with which all of them begin."""
        best: Match[T] | None = None
        if group.expression is not None and (whole := group.expression.match(text, start)) is not None:
            best = Match(whole.end(), group.rows[(whole.lastindex or 1) - 1])
        if group.others:
            sign = following(text, behind)
            for follows, phrase in group.others:
                if not follows or follows == sign:
                    best = self._longer(best, phrase, text, start)
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
