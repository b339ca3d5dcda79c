"""The amount a day, from a dose and how often it is taken, with what had to be assumed.

It is in the unit of the dose. Where a range is said it is a range; where it does not come out exactly (15 mg a week) there
is none, for nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipeline.medications.posology.elements import Data
from pipeline.medications.posology.numbers import digits

#: Every assumption that a daily dose may name.
ASSUMPTIONS = {
    "as_needed_at_most": "taken as often as it may be, with the upper end of each range",
    "limited_by_max_dose": "no more than the limit that is said: it is less than what could be taken",
    "every_interval": "taken day and night at the interval that is said: every 6 hours is four times",
    "averaged": "what is not taken on every day is divided by the days",
    "each_site": "the amount is that of one eye, ear or nostril of two: two drops in both eyes are two for each",
}

#: An amount that is not rounded: decimal digits, or where something was divided a quotient.
_Exact = Decimal | Fraction

_HOURS = 24
# Days of a period; a month and a year have no fixed number.
_DAYS = {"d": 1, "wk": 7}
_WEEK = 7
# How many mg the units of mass are, and the forms of which a strength without more is that of one.
_MILLIGRAMS = {"g": Fraction(1000), "mg": Fraction(1), "ug": Fraction(1, 1000)}
_SOLID = frozenset({"{tbl}", "{cap}", "{suppository}"})
#: Moments of a meal that is not named.
GENERAL_MEALS = frozenset({"C", "AC", "PC"})
# Of so many moments of a day a meal says more of each, and is no further one.
_SEVERAL = 2
# Codes of one and the same moment of the day: "every morning with breakfast" is once.
_MOMENTS = {
    "WAKE": "MORN", "CM": "MORN", "ACM": "MORN", "PCM": "MORN", "CD": "NOON", "ACD": "NOON", "PCD": "NOON",
    "CV": "EVE", "ACV": "EVE", "PCV": "EVE", "HS": "NIGHT",
}  # fmt: skip
# What a step of every day may say, and the timings of it that name nothing but moments of the day.
_EACH_DAY = frozenset({"dose", "timing", "route"})
_MOMENT_ONLY = ({"when"}, {"timeOfDay"})


class _Times(NamedTuple):
    """How many takings a day, at least and at most, and what was assumed for that."""

    low: int | Fraction
    high: int | Fraction
    assumptions: tuple[str, ...] = ()


def moments_of(repeat: Data) -> set[str]:
    """The moments of the day in a timing; a meal that is not named is none."""
    return {_MOMENTS.get(when, when) for when in repeat.get("when", ()) if when not in GENERAL_MEALS}


def daily_dose(posology: Data, *, each_site: bool = False, at_meal: bool = False, at_most: bool = False) -> Data | None:
    """The amount a day; None where it cannot be told: steps of a taper, takings that are counted.

    `each_site`: is it given into both eyes, ears or nostrils? Then it is the amount of one of them.
    `at_meal`: is a meal that is not named said of the moment of the day before it ("each morning before food")?
    `at_most`: may it be taken less often ("up to 4 times a day")?
    """
    found = _of_all(posology, at_meal, at_most)
    return {**found, "assumptions": [*found["assumptions"], "each_site"]} if found is not None and each_site else found


def _of_all(posology: Data, at_meal: bool, at_most: bool) -> Data | None:
    dose, timing = posology.get("dose"), posology.get("timing")
    if posology["steps"]:
        return None if posology.get("max_dose") else _sum_of_day(posology["steps"])
    if not dose or not timing:
        return None
    times = _times(timing["repeat"], at_meal)
    if times is None:
        return None
    low, high = _of_times(dose, times)
    assumptions = times.assumptions
    if posology["as_needed"] or at_most:
        assumptions = ("as_needed_at_most", *assumptions)
    limit = posology.get("max_dose")
    if limit is not None:
        most = _limit(limit, dose, posology.get("strength"))
        if most is None and (posology["as_needed"] or (low != high and _of_a_day(limit))):
            return None  # what may be taken at most is said of something else
        if most is not None and most < Fraction(high):
            low, high = min(Fraction(low), most), most
            assumptions = (*assumptions, "limited_by_max_dose")
    low = high if posology["as_needed"] else low
    return _amount(low, high, dose.get("unit"), assumptions)


def _sum_of_day(steps: Sequence[Data]) -> Data | None:
    """The amount a day of steps that are all of each day, at moments of their own: "20 units in the morning and 12 at night"."""
    low = high = Fraction()
    seen: set[str] = set()
    kinds: set[str] = set()
    units: set[str | None] = set()
    for step in steps:
        dose, repeat = step.get("dose"), (step.get("timing") or {}).get("repeat") or {}
        if not dose or not step.keys() <= _EACH_DAY or repeat.keys() not in _MOMENT_ONLY:
            return None
        times = _times(repeat)
        moments = moments_of(repeat) | set(repeat.get("timeOfDay", ()))
        if times is None or times.assumptions or moments & seen:
            return None
        seen |= moments
        kinds |= repeat.keys()
        units.add(dose.get("unit"))
        least, most = _of_times(dose, times)
        low, high = low + Fraction(least), high + Fraction(most)
    return _amount(low, high, units.pop(), ()) if len(units) == len(kinds) == 1 else None


def _of_times(dose: Data, times: _Times) -> tuple[_Exact, _Exact]:
    """The least and the most of a dose that is taken so often."""
    value: str | None = dose.get("value")
    return _product(value or dose["low"], times.low), _product(value or dose["high"], times.high)


def _product(amount: str, times: int | Fraction) -> _Exact:
    return Decimal(amount) * times if isinstance(times, int) else Fraction(amount) * times


def _amount(low: _Exact, high: _Exact, unit: str | None, assumptions: Sequence[str]) -> Data | None:
    """An amount in the shape of the event; None where its digits do not end."""
    least = _digits(low)
    most = least if low == high else _digits(high)
    if least is None or most is None:
        return None
    ends = {"value": least} if least == most else {"low": least, "high": most}
    return {**ends, "unit": unit, "assumptions": list(assumptions)}


def _digits(number: _Exact) -> str | None:
    """A number in decimal digits; None where these do not end."""
    if isinstance(number, Decimal):
        return digits(number)
    quotient = Decimal(number.numerator) / Decimal(number.denominator)
    return digits(quotient) if Fraction(quotient) == number else None


def _of_a_day(limit: Data) -> bool:
    under = limit["denominator"] or {}
    return (under.get("value"), under.get("unit")) in (("1", "d"), ("24", "h"))


def _limit(limit: Data, dose: Data, strength: Data | None) -> Fraction | None:
    """The most that may be taken in a day, in the unit of the dose."""
    most = limit["numerator"]
    if not _of_a_day(limit) or "value" not in most:
        return None
    amount, unit = Fraction(most["value"]), most.get("unit")
    if unit == "{dose}":
        return amount * Fraction(dose.get("value") or dose["high"])
    if unit == dose.get("unit"):
        return amount
    if unit not in _MILLIGRAMS:
        return None
    amount *= _MILLIGRAMS[unit]
    if dose.get("unit") in _MILLIGRAMS:
        return amount / _MILLIGRAMS[dose["unit"]]
    one = _milligrams_of_one(strength, dose.get("unit"))
    return amount / one if one else None


def _milligrams_of_one(strength: Data | None, unit: str | None) -> Fraction | None:
    """How many mg one of a unit holds by the strength: a tablet of 50 mg, one mL of 250 mg/5 mL; None where it is not said."""
    over = (strength or {}).get("numerator") or {}
    under = (strength or {}).get("denominator")
    if "value" not in over or over.get("unit") not in _MILLIGRAMS or unit is None:
        return None
    held = Fraction(over["value"]) * _MILLIGRAMS[over["unit"]]
    if under is None:
        return held if unit in _SOLID else None
    return held / Fraction(under["value"]) if under.get("unit") == unit and Fraction(under.get("value") or 0) else None


def _times(repeat: Data, at_meal: bool = False) -> _Times | None:
    """The takings a day that a timing says; None where it does not say them."""
    if "count" in repeat and not (
        (repeat.get("period"), repeat.get("periodUnit")) == ("1", "d") and repeat["count"] > repeat.get("frequency", 1)
    ):
        return None  # but "daily for 5 doses" is once a day
    days = len(repeat["dayOfWeek"]) if "dayOfWeek" in repeat else _WEEK
    if "frequency" in repeat:
        return _of_frequency(repeat, days)
    if "timeOfDay" in repeat:
        one = len(repeat["timeOfDay"])
        if "period" in repeat or ("when" in repeat and (one > 1 or len(moments_of(repeat)) != one)):
            one = 0  # but "in the morning at 8" is once
    elif "when" in repeat:
        one = _moments_of_day(repeat, at_meal)
    else:
        one = 1 if repeat.keys() == {"dayOfWeek"} else 0
    return _on_days(_Times(one, one), days) if one else None


def _of_frequency(repeat: Data, days: int) -> _Times | None:
    low: int = repeat["frequency"]
    high: int = repeat.get("frequencyMax") or low
    unit: str = repeat.get("periodUnit") or ""
    period: str = repeat.get("period") or "0"
    if unit == "d" and period == repeat.get("periodMax", period) == "1":
        if len(repeat.get("timeOfDay", ())) not in (0, low) or 1 < len(moments_of(repeat)) != low:
            return None
        return _on_days(_Times(low, high), days)
    shortest, longest = Fraction(period), Fraction(repeat.get("periodMax") or period)
    if not shortest:
        return None
    if "dayOfWeek" in repeat:
        return _on_days(_Times(1, 1), days) if unit == "wk" and shortest == 1 and low == days else None
    if unit == "h":
        within = _HOURS % shortest == 0 and _HOURS % longest == 0
        return _Times(
            low * _HOURS / longest,
            high * _HOURS / shortest,
            ("every_interval",) if within else ("every_interval", "averaged"),
        )
    if unit not in _DAYS:
        return None
    return _Times(low / (longest * _DAYS[unit]), high / (shortest * _DAYS[unit]), ("averaged",))


def _on_days(times: _Times, days: int) -> _Times:
    if days == _WEEK:
        return times
    return _Times(
        Fraction(times.low * days, _WEEK), Fraction(times.high * days, _WEEK), (*times.assumptions, "averaged")
    )


def _moments_of_day(repeat: Data, at_meal: bool) -> int:
    """How many takings the moments of a timing say; 0 where meals that are not named may be further ones."""
    moments = moments_of(repeat)
    if GENERAL_MEALS & set(repeat["when"]) and not at_meal and (len(moments) < _SEVERAL or "NIGHT" in moments):
        return 0  # but "morning and evening with meals" are two
    return len(moments)
