"""How long before the note a date lies: the date evidence of history."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any

import msgspec
from spacy.tokens import Doc

from pipeline import extensions
from pipeline.qualifiers.base import CueData
from pipeline.qualifiers.history_words import HistoryWords
from pipeline.text.date_values import AbsoluteDate, Duration, RelativeDate, note_day, read
from pipeline.text.folding import FoldedText
from pipeline.text.spans import places

# So far behind a date the length of the course is looked for that began then.
_COURSE_REACH = 100
# So far before a date words are looked for that make it a birth date, or that of the last visit.
_BEFORE_REACH = 48
# So far before a date the word is looked for by which it is that of the episode that the text tells of, which may last so long.
_STAY_REACH = 90
LONGEST_STAY = timedelta(days=60)
# How old a full date is at least where the text tells of a visit today.
_BEFORE_TODAY = LONGEST_STAY - timedelta(days=1)
_STATEMENT_END = re.compile(r"[.;]\s|\n")
_LAST_OF_ALL_MONTHS = 28
# What brackets of a heading end with: "Induction (2023): X".
_HEADING = re.compile(r"\) ?:")
# A date on its own ends here.
_ALONE = re.compile(r" ?(?:[,;.)\n]|\Z)")
# What an examination of this age or less found may go on.
_EXAMINED_LATELY = timedelta(days=183)
# The age of a year that is past where nobody knows of when the note is.
_LONG_AGO = timedelta(days=365)
_COLON = re.compile(" *:")
# "Until 5 March" in a note of February is to come: the day of the year before is no end.
_TO_COME = timedelta(days=270)
# No decade for certain: "glucose in the 70s".
_TENS = re.compile(r"\d0'?s")


class DatedSpan(msgspec.Struct, frozen=True, gc=False):
    """A date of the text that counts: its offsets in the folded text, its bound ("since", "until" or None), and what it says."""

    start: int
    end: int
    bound: str | None
    age: timedelta
    recent: bool
    cue: CueData


class _FullDates(msgspec.Struct, frozen=True, gc=False):
    """The full dates of a text whose own date is not known, in order, and whether it tells of a visit today."""

    days: list[date]
    visit: bool


_start: Callable[[DatedSpan], int] = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Dating:
    """The settings and the words by which dates become evidence."""

    limit: timedelta
    exclude_birthdate: bool
    since_is_history: bool
    words: HistoryWords
    years_are_history: bool = False

    def read(self, doc: Doc, folded: FoldedText) -> list[DatedSpan]:
        """The dates of a Doc that say something about the past, in order.

        Left out: dates without a day or without a note date to compare, future relative dates, spans longer than
        the limit ("this year"), the birth date, and "since" an old date where `since_is_history` is off. Where
        `years_are_history` is on and there is no note date, a date of a year without a day ("PE 2012") is of the past, unless
        a full date of that year stands in the text, which may be of the note, or a condition was found then; and so is a full
        date where a later one stands in the text, by the limit at least: the note is not older than that. Where the text tells
        of a visit today, a full date is of the past but near the words of that visit.
        """
        note = note_day(extensions.stored_of_doc(doc, "note_datetime"))
        births = births_of(extensions.stored_of_doc(doc, "birth_datetime")) if self.exclude_birthdate else ()
        spans = places(doc, "dates")
        own = self._full_dates(doc, spans, folded) if note is None and self.years_are_history else None
        relative_only = note is None and own is None
        found: list[DatedSpan] = []
        for start, end, _ in spans:
            data = extensions.stored_at(doc, "date_data", (start, end))
            if data and not (relative_only and data["mode"] == "absolute"):
                dated = self._dated(data, (start, end), note, own, births, folded)
                if dated is not None:
                    found.append(dated)
        found.sort(key=_start)
        return found

    def _dated(
        self,
        data: dict[str, Any],
        bounds: tuple[int, int],
        note: date | None,
        own: _FullDates | None,
        births: tuple[str, ...],
        folded: FoldedText,
    ) -> DatedSpan | None:
        value = read(data)
        if value is None:
            return None
        start, end = bounds
        place, stop = folded.place(start), folded.place(end)
        day = value.on(note)
        of_year = own is not None and isinstance(value, AbsoluteDate)
        age = self._age(value, day, note, own, (place, stop), folded.folded)
        if age is None or not self._says_something(value, age):
            return None
        if births and value.mode == "absolute" and is_birth(value.norm(), births):
            return None
        recent = age < self.limit
        if not recent and value.bound == "since" and not self.since_is_history:
            return None
        if self._is_of_another(age, place, stop, folded.folded):
            return None
        if of_year and self._may_be_no_end(place, stop, folded.folded):
            return None
        cue: CueData = {
            "kind": "date",
            "start": start,
            "end": end,
            "rule": "recent_date" if recent else "past_date",
            "date": day.isoformat() if day is not None else None,
            "age_days": None if of_year else age.days,
            "limit_days": self.limit.days,
        }
        return DatedSpan(place, stop, value.bound, age, recent, cue)

    def _age(
        self,
        value: AbsoluteDate | RelativeDate,
        day: date | None,
        note: date | None,
        own: _FullDates | None,
        bounds: tuple[int, int],
        text: str,
    ) -> timedelta | None:
        """How long before the note a date lies, at least; None where nobody knows."""
        if not isinstance(value, AbsoluteDate):
            return value.age()
        if own is None:
            age = note - day if note is not None and day is not None else None
            planned = value.bound == "until" and value.year is None
            return None if planned and age is not None and age > _TO_COME else age
        age = self._least_age(value, own)
        if age is None and own.visit and value.year and value.month and not self._of_visit(text, *bounds):
            age = _BEFORE_TODAY
        return None if age is not None and age < LONGEST_STAY and self._of_stay(text, bounds[0]) else age

    def _is_of_another(self, age: timedelta, place: int, stop: int, text: str) -> bool:
        """Whether a date is a beginning ("2012-now"), the last visit, a birth, or a late examination whose findings follow."""
        before = max(0, place - _BEFORE_REACH)
        begun = self.words.to_now.match(text, stop) is not None
        if begun or self.words.last_visit.search(text, before, place) is not None:
            return True
        if self.exclude_birthdate and self.words.born.search(text, before, place) is not None:
            return True
        examined = age < _EXAMINED_LATELY and _COLON.match(text, stop) is not None
        return examined and self.words.examined.search(text, before, place) is not None

    def _may_be_no_end(self, place: int, stop: int, text: str) -> bool:
        """Whether a condition was found in the year that a date names, or the date may be no year: "glucose in the 70s"."""
        found = self.words.found.search(text, max(0, place - _BEFORE_REACH), place)
        return found is not None or _TENS.fullmatch(text, place, stop) is not None

    def _of_stay(self, text: str, place: int) -> bool:
        """Whether a date is that of the episode that the text tells of: "presented to the hospital on 07/23/2003"."""
        return self.words.of_stay.search(text, max(0, place - _STAY_REACH), place) is not None

    def _of_visit(self, text: str, low: int, high: int) -> bool:
        """Whether a date may be that of the visit: "examined today, September 14, 2007", "date of visit:"."""
        before = _STATEMENT_END.split(text[max(0, low - _BEFORE_REACH) : low])[-1]
        near = before + _STATEMENT_END.split(text[low : high + _BEFORE_REACH])[0]
        return self.words.of_visit.search(near) is not None

    def _least_age(self, value: AbsoluteDate, own: _FullDates) -> timedelta | None:
        """How old a date is at least where nobody knows of when the note is; None where it may be of the note."""
        days = own.days
        if value.day is None:
            told = all(day.year != value.year for day in days) if value.year else bool(value.month and value.elapsed)
            if told or value.month is None:
                return _LONG_AGO if told else None
        # The note is not older than the latest date; nor is a month over before its last day.
        whole = AbsoluteDate(value.year, value.month, value.day or _LAST_OF_ALL_MONTHS).on()
        if whole is None or not days:
            return None
        least = days[-1] - whole
        return least if least >= (self.limit if value.day is not None else LONGEST_STAY) else None

    def _full_dates(self, doc: Doc, spans: Iterable[tuple[int, int, str]], folded: FoldedText) -> _FullDates:
        return _FullDates(_days(doc, spans), self.words.today.search(folded.folded) is not None)

    def _says_something(self, value: AbsoluteDate | RelativeDate, age: timedelta) -> bool:
        """A relative future is no cue, nor is a stretch longer than the limit that holds the note ("this year")."""
        if isinstance(value, AbsoluteDate):
            return True
        if value.direction == "current":
            return timedelta(days=value.days) <= self.limit
        return value.direction == "past"


def _days(doc: Doc, spans: Iterable[tuple[int, int, str]]) -> list[date]:
    """The full dates of a text, in order."""
    dates = (extensions.stored_at(doc, "date_data", (start, end)) for start, end, _ in spans)
    full = (read(data) for data in dates if data and data["mode"] == "absolute" and data["day"] and data["year"])
    return sorted(day for value in full if value is not None and (day := value.on()) is not None)


def limit_of(value: int | str | timedelta) -> timedelta:
    """The limit as a timedelta. Raises ValueError for what is no number of days."""
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(days=int(value))
    except (TypeError, ValueError) as error:
        raise ValueError(f"anamnesis_history: history_limit is a number of days, not {value!r}") from error


def apart(text: str, dated: int, start: int) -> bool:
    """Whether a date stands in brackets that close before an entity, or two lines above it."""
    closing = text.find(")", dated, start)
    bracketed = closing >= 0 and text.find("(", dated, closing) < 0
    return text.count("\n", dated, start) > 1 or (bracketed and not _HEADING.match(text, closing))


def births_of(value: Any) -> tuple[str, ...]:
    """A birth date, possibly partial ("1978", "1978-11"), as the beginning of an ISO date."""
    if isinstance(value, (date, datetime)):
        return (value.isoformat()[:10],)
    return (value.strip()[:10],) if isinstance(value, str) and value.strip() else ()


def is_birth(known: str, births: Iterable[str]) -> bool:
    """Whether the ISO text of a date is the birth date, as far as that is known."""
    return any(known.startswith(birth) for birth in births)


def courses_of(doc: Doc, folded: FoldedText) -> list[tuple[int, float]]:
    """The lengths of time of a Doc in order: where each begins in the folded text, and its days."""
    found = []
    for start, end, _ in places(doc, "durations"):
        data = extensions.stored_at(doc, "duration_data", (start, end))
        if data:
            found.append((folded.place(start), Duration(**data).days))
    return sorted(found)


# The past date and the recent one.
_Pair = tuple[DatedSpan | None, DatedSpan | None]


class DateLine:
    """The dates of a Doc, and the lengths of courses, in order, with look-ups in logarithmic time."""

    def __init__(self, dates: list[DatedSpan], courses: list[tuple[int, float]]) -> None:
        self.dates = dates
        self._courses = courses
        self.starts = [dated.start for dated in dates]
        self._recent = [number for number, dated in enumerate(dates) if dated.recent]
        self._past = [number for number, dated in enumerate(dates) if not dated.recent]

    def is_stretch(self, text: str, start: int, joins: re.Pattern[str]) -> bool:
        """Whether the date that begins at `start` is the begin or the end of a stretch of time that is over: "2016-2018".

        `joins`: what may stand between the two.
        """
        index = bisect_left(self.starts, start)
        near = pairwise(self.dates[max(0, index - 1) : index + 2])
        return any(
            not last.recent
            and (
                joins.fullmatch(text, first.end, last.start) is not None
                # "From 2017 / through 2021"
                or (last.bound == "until" and not text[first.end : last.start].strip())
            )
            for first, last in near
        )

    def none_within(self, start: int, end: int) -> bool:
        """Whether no date begins in [start, end)."""
        index = bisect_left(self.starts, start)
        return index == len(self.starts) or self.starts[index] >= end

    def course_over(self, dated: DatedSpan, place: int, end: int) -> bool:
        """Whether a course ("pendant 7 jours") that a date began was over at the note.

        `place`: the end of the drug, `end`: that of the sentence; the length is told behind both the drug and the date.
        """
        place = max(place, dated.end)
        index = bisect_left(self._courses, (place,))
        if index == len(self._courses):
            return False
        start, days = self._courses[index]
        following = bisect_left(self.starts, place)
        if following < len(self.starts):
            end = min(end, self.starts[following])
        return start < min(end, place + _COURSE_REACH) and timedelta(days=days) < dated.age

    def within(self, start: int, end: int) -> tuple[DatedSpan | None, DatedSpan | None]:
        """The first past and the first recent date that begin in [start, end)."""
        low, high = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return self._first(self._past, low, high), self._first(self._recent, low, high)

    def _first(self, numbers: list[int], low: int, high: int) -> DatedSpan | None:
        index = bisect_left(numbers, low)
        return self.dates[numbers[index]] if index < len(numbers) and numbers[index] < high else None

    def apposed(self, text: str, start: int, end: int, bounds: tuple[int, int], leads: re.Pattern[str]) -> _Pair | None:
        """The date that stands right behind an entity on its own: "arrêt de l'amlodipine, en août 2023, pour".

        `leads`: what may stand between the two.
        """
        _, after = self.around(start, end, *bounds)
        if after is None or _ALONE.match(text, after.end) is None or not leads.fullmatch(text, end, after.start):
            return None
        return (None, after) if after.recent else (after, None)

    def around(self, start: int, end: int, low: int, high: int) -> tuple[DatedSpan | None, DatedSpan | None]:
        """The last date before and the first one behind [start, end), both within [low, high)."""
        index = bisect_left(self.starts, start)
        before = self.dates[index - 1] if index and self.starts[index - 1] >= low else None
        index = bisect_left(self.starts, end)
        after = self.dates[index] if index < len(self.dates) and self.starts[index] < high else None
        return before, after
