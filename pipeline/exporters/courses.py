"""How many days a medication's course lasts, where the event says it; never an estimate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

Data = Mapping[str, Any]

_DAYS = {"d": Decimal(1), "wk": Decimal(7)}
# A course of more than a century is a misreading, and no date holds it.
_LONGEST = 36525


def course_days(record: Data, unsure: Collection[str]) -> int | None:
    """The days of a record's course; None where they are not known. `unsure`: entities that were not wholly read.

    One step: its duration, or one day for a single dose. Steps that follow each other: the sum of their own durations.
    Steps of one day (in the morning, at night) or of other days of the week: the one duration that all share.
    """
    posology = record["posology"]
    steps: Sequence[Data] = posology.get("steps") or ()
    said = record["attributes"].get("DURATION", ())
    if any(one in unsure for one in (record["drug"], *said)):
        return None  # of the drug: its dose changes further, nobody says until when
    own = [_days(step.get("duration")) for step in steps if step.get("duration")]
    if not own:
        # Of several durations the reading holds one: "60 mg for 3 days, reduced until day 10".
        return _days(posology.get("duration")) or _single_dose(posology) if len(said) < 2 else None
    known = [days for days in own if days is not None]
    if len(known) < len(steps):
        return None
    one = len(set(known)) == 1 and len(said) == 1
    if _side_by_side(steps):
        return known[0] if one else None
    return None if one else _bounded(sum(known))


def _side_by_side(steps: Sequence[Data]) -> bool:
    """Are the steps of different times of a day, or of different days of the week?"""
    repeats = [(step.get("timing") or {}).get("repeat") or {} for step in steps]
    for name in ("when", "timeOfDay", "dayOfWeek"):
        named = [moment for repeat in repeats for moment in set(repeat.get(name) or ())]
        if all(repeat.get(name) for repeat in repeats) and len(named) == len(set(named)):
            return True
    return False


def _days(duration: Data | None) -> int | None:
    """Whole days of a length that is one number of days or weeks."""
    share = _DAYS.get((duration or {}).get("unit") or "")
    if duration is None or share is None or duration.get("value") is None:
        return None
    days = Decimal(duration["value"]) * share
    return _bounded(int(days)) if days == int(days) else None


def _bounded(days: int) -> int | None:
    return days if 0 < days < _LONGEST else None


def _single_dose(posology: Data) -> int | None:
    repeat = (posology.get("timing") or {}).get("repeat") or {}
    return 1 if repeat.get("count") == 1 and not {"countMax", "frequency", "period"} & repeat.keys() else None
