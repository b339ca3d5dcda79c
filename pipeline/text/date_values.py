"""The values of dates and durations in a text, typed, and their plain data.

A date is absolute ("le 23 août 2021", parts may be missing) or relative to the note ("il y a 3 jours", "today"). The
date of the note is needed only where the text leaves the year open, or to turn a relative date into a day; no clock is
ever read.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import msgspec

Bound = Literal["since", "until"]
Direction = Literal["past", "current", "future"]

# Where the text gives no day, the middle of the month; no month, January.
MISSING_DAY, MISSING_MONTH = 15, 1
UNIT_DAYS: dict[str, float] = {
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 30,
    "quarter": 91,
    "semester": 182,
    "year": 365,
    "decade": 3650,
}


def note_day(value: Any) -> date | None:
    """The day of a note date of any type: datetime (aware or naive), date, or ISO text; None where it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10])
        except ValueError:
            return None
    return None


class AbsoluteDate(msgspec.Struct, frozen=True, gc=False):
    """A calendar date, whole or in part.

    Attributes:
        year, month, day: None where the text does not say.
        bound: "since" or "until" where the text says so.
        elapsed: the text places it before the note; without a year it is then the last such day.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    bound: Bound | None = None
    elapsed: bool = False

    @property
    def mode(self) -> str:
        """Always "absolute"."""
        return "absolute"

    def norm(self) -> str:
        """ISO text with question marks for what is missing: "2021-08-23", "2021-08-??", "????-08-23"."""
        parts = (
            f"{self.year:04d}" if self.year is not None else "????",
            f"{self.month:02d}" if self.month is not None else "??",
            f"{self.day:02d}" if self.day is not None else "??",
        )
        return "-".join(parts)

    def on(self, note_datetime: Any = None) -> date | None:
        """The calendar day; None where it cannot exist, or where the year is open and no note date is given."""
        note = note_day(note_datetime)
        year = self.year if self.year is not None else note.year if note is not None else None
        if year is None:
            return None
        try:
            found = date(year, self.month or MISSING_MONTH, self.day or MISSING_DAY)
        except ValueError:
            return None
        if self.elapsed and self.year is None and note is not None and found > note and year > date.min.year:
            return self._year_before(found)
        return found

    @staticmethod
    def _year_before(found: date) -> date:
        try:
            return found.replace(year=found.year - 1)
        except ValueError:
            return found.replace(year=found.year - 1, day=found.day - 1)

    def to_datetime(self, note_datetime: Any = None) -> datetime | None:
        """The day at midnight, in the zone of the note date where that has one; see `on`."""
        return _midnight(self.on(note_datetime), note_datetime)

    def age(self, note_datetime: Any = None) -> timedelta | None:
        """How long before the note, negative behind it; None without a note date or an existing day."""
        note, day = note_day(note_datetime), self.on(note_datetime)
        return note - day if note is not None and day is not None else None

    def data(self) -> dict[str, Any]:
        """Plain data; `read` is the way back."""
        return {
            "mode": "absolute",
            "year": self.year,
            "month": self.month,
            "day": self.day,
            "bound": self.bound,
            "elapsed": self.elapsed,
        }


class RelativeDate(msgspec.Struct, frozen=True, gc=False):
    """A date counted from the note.

    Attributes:
        direction: "past", "current" ("this week": the stretch of time that holds the note), or "future".
        number, unit: how far ("past", "future") or how long the stretch is ("current").
        bound: "since" or "until" where the text says so.
    """

    direction: Direction
    number: float
    unit: str
    bound: Bound | None = None

    @property
    def mode(self) -> str:
        """Always "relative"."""
        return "relative"

    @property
    def days(self) -> float:
        """The distance, or the length of the stretch, in days."""
        return self.number * UNIT_DAYS[self.unit]

    def norm(self) -> str:
        """Sign, number and unit: "-3 day", "~1 week", "+2 month"."""
        sign = {"past": "-", "current": "~", "future": "+"}[self.direction]
        return f"{sign}{self.number:g} {self.unit}"

    def on(self, note_datetime: Any = None) -> date | None:
        """The day counted from the note date; None without one or where it leaves the calendar."""
        note = note_day(note_datetime)
        age = self.age() if note is not None else None
        if note is None or age is None:
            return None
        try:
            return note - age
        except OverflowError:
            return None

    def to_datetime(self, note_datetime: Any = None) -> datetime | None:
        """The day at midnight, in the zone of the note date where that has one; see `on`."""
        return _midnight(self.on(note_datetime), note_datetime)

    def age(self, note_datetime: Any = None) -> timedelta | None:
        """How long before the note: 0 for "current", negative for "future". The note date does not matter."""
        if self.direction == "current":
            return timedelta(0)
        try:
            distance = timedelta(days=self.days)
        except OverflowError:
            return None
        return distance if self.direction == "past" else -distance

    def data(self) -> dict[str, Any]:
        """Plain data; `read` is the way back."""
        return {
            "mode": "relative",
            "direction": self.direction,
            "number": self.number,
            "unit": self.unit,
            "bound": self.bound,
        }


class Duration(msgspec.Struct, frozen=True, gc=False):
    """How long something lasts: a number of a unit ("pendant 3 jours")."""

    number: float
    unit: str

    @property
    def days(self) -> float:
        """In days."""
        return self.number * UNIT_DAYS[self.unit]

    def norm(self) -> str:
        """Number and unit: "3 day"."""
        return f"{self.number:g} {self.unit}"

    def data(self) -> dict[str, Any]:
        """Plain data; `Duration(**data)` is the way back."""
        return {"number": self.number, "unit": self.unit}


class Age(msgspec.Struct, frozen=True, gc=False):
    """The patient's age at something ("opéré à 17 ans", "since age 12"): a date once the birth date is known."""

    number: float
    unit: str
    bound: Bound | None = None

    def norm(self) -> str:
        """Number and unit: "17 year"."""
        return f"{self.number:g} {self.unit}"

    def on(self, birth_datetime: Any = None) -> date | None:
        """The day on which the patient was that old; None without a whole birth date or where the calendar ends."""
        birth = note_day(birth_datetime)
        try:
            return birth + timedelta(days=self.number * UNIT_DAYS[self.unit]) if birth is not None else None
        except OverflowError:
            return None

    def data(self) -> dict[str, Any]:
        """Plain data; `Age(**data)` is the way back."""
        return {"number": self.number, "unit": self.unit, "bound": self.bound}


def read(data: dict[str, Any] | None) -> AbsoluteDate | RelativeDate | None:
    """The typed value of a date's plain data."""
    if not data:
        return None
    if data["mode"] == "absolute":
        return AbsoluteDate(data["year"], data["month"], data["day"], data["bound"], data["elapsed"])
    return RelativeDate(data["direction"], data["number"], data["unit"], data["bound"])


def _midnight(day: date | None, note_datetime: Any) -> datetime | None:
    if day is None:
        return None
    zone = None
    if isinstance(note_datetime, str):
        try:
            zone = datetime.fromisoformat(note_datetime.strip()).tzinfo
        except ValueError:
            zone = None
    elif isinstance(note_datetime, datetime):
        zone = note_datetime.tzinfo
    return datetime.combine(day, time(), zone)
