"""The dates of a note: RFC 3339, a date alone, or a time without offset, which is read in the default zone."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?([Zz]|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII
)
_PARTIAL_BIRTH = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?\Z", re.ASCII)


class DateError(ValueError):
    """A date that cannot be read; the message never repeats it."""


def parse_note_datetime(text: str, default_timezone: str = "UTC") -> datetime:
    """The aware date and time of a note; a date alone is 00:00 in the default zone.

    Raises:
        DateError: the text is no such date, or the day does not exist, or the zone is unknown.
    """
    match = _DATE_TIME.match(text)
    if match is None:
        raise DateError("neither RFC 3339 nor a date (YYYY-MM-DD)")
    day, clock, fraction, zone = match.groups()
    if clock is not None and len(clock) == len("hh:mm"):
        clock += ":00"
    iso = f"{day}T{clock or '00:00:00'}" + (f".{fraction[:6]:0<6}" if fraction else "")
    try:
        moment = datetime.fromisoformat(iso + (zone or "").replace("z", "Z"))
    except ValueError:
        raise DateError("no such day or time") from None
    if moment.tzinfo is not None:
        return moment
    try:
        return moment.replace(tzinfo=ZoneInfo(default_timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DateError(f"the default time zone {default_timezone!r} is unknown") from None


def check_birth_datetime(text: str) -> None:
    """A birth date: as a note's date, or year and month, or the year alone. Raises DateError."""
    if _PARTIAL_BIRTH.match(text) is None:
        parse_note_datetime(text)
