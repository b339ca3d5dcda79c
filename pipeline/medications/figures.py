"""What the figures of a number say by themselves: how much, how much each time, two strengths, a date."""

from __future__ import annotations

import re
from typing import NamedTuple

# A number behind a name without a unit: above this it is a strength ("lisinopril 20 daily"), up to it a count.
MOST_COUNTED = 4.0
# "05/2021", "11/08", "2012-2017": when something was.
DATE = re.compile(
    r"(?:[0-2]?\d|3[01])/(?:[0-2]?\d|3[01])/(?:\d\d)?\d\d|(?:0?[1-9]|1[0-2])/(?:19|20)\d\d|\d{1,2}/0[1-9]|0[1-9]/(?:1[0-2]|[12]\d|3[01])"
    r"|(?:19[5-9]\d|20(?:0[1-9]|[1-4]\d))(?: ?[-/] ?(?:(?:19|20)?\d\d)| ?[^\W\d]{1,7} ?(?:19|20)\d\d)?|0\d[-–][012]\d|[89]\d[-–][012]\d"
    r"|(?:(?:^| ?[-–] ?)(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?:/(?:\d\d)?\d\d)?){2}"
)
# Two numbers with a hyphen.
PAIR = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
DECIMAL = re.compile(r"\d*(?:\.\d+|,\d{1,2})")
# "10-10-15", "8/8/10": so much each time of the day.
EACH_TIME = re.compile(r"\d{1,3}(?: ?- ?\d{1,3}){2,3}|[1-9]\d?(?:/(?:0|[1-9]\d?)){2,3}")
# Parts of tablets behind a strength.
PART = re.compile(r"(?:[1-3] ?)?(?:[½¼¾]|[13]/[24])")
TENTHS = re.compile(r"\d{0,2}\.[1-9]\d{0,2}")
MONTH_AND_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])/\d\d")
_APART = re.compile(r"(\d+(?:\.\d+)?) [-–] (\d+(?:\.\d+)?)")
_STROKE = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")
_MIXED = re.compile(r"\d+[ -]\d/\d|1/[2348]")
# From here on a number with a stroke is the two strengths of a combination ("Advair 250/50"), not a fraction.
LEAST_OF_TWO = 5.0
_QUARTER = 0.25
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+")
# "25,000" is no 25.
_THOUSANDS = re.compile(r"(?<=[1-9]),000(?!\d)|(?<=\d\d),000(?!\d)")


# "40/20", "40 mg/20 mEq".
_TWO_AMOUNTS = re.compile(r"(\d+(?:[.,]\d+)?)( ?[a-zµ]+)? ?/ ?(\d+(?:[.,]\d+)?)( ?[a-zµ]+)?")
_MONTHS, _DAYS = 12.0, 31.0
# The parts of a mixed insulin make up a hundred.
_WHOLE = 100.0


class TwoAmounts(NamedTuple):
    """Two amounts around a stroke: where they stand, and whether they may be a month and a day instead."""

    places: list[tuple[int, int]]
    like_a_day: bool


def two_amounts(stretch: str) -> TwoAmounts | None:
    """The amounts of two drugs around a stroke; None where it is none."""
    pair = _TWO_AMOUNTS.fullmatch(stretch)
    if pair is None:
        return None
    one, two = value_of(pair[1]) or 0.0, value_of(pair[3]) or 0.0
    whole = one.is_integer() and two.is_integer() and not (pair[2] or pair[4])
    like_a_day = whole and one <= _DAYS and two <= _DAYS and min(one, two) <= _MONTHS
    return TwoAmounts([(0, pair.end(2) if pair[2] else pair.end(1)), (pair.start(3), len(stretch))], like_a_day)


def falling(stretch: str) -> list[tuple[int, int]]:
    """The places of two numbers around a hyphen with blanks that are no range, since it falls; else none."""
    pair = _APART.fullmatch(stretch)
    if pair is None or float(pair[1]) <= float(pair[2]):
        return []
    return [pair.span(1), pair.span(2)]


def at_two_times(stretch: str) -> bool:
    """Are these two numbers of units, in the morning and in the evening, and no mixture: "12/8", but "70/30"?"""
    pair = _STROKE.fullmatch(stretch)
    if pair is None:
        return False
    one, two = float(pair[1]), float(pair[2])
    return _WHOLE not in (one, two, one + two)


def few(value: float | None) -> bool:
    return value is None or value <= MOST_COUNTED


def of_two_strengths(stretch: str) -> bool:
    """Is a number with a stroke the two strengths of a combination, and no fraction: "250/50", "4/1.25", "8/2"?"""
    pair = _STROKE.fullmatch(stretch)
    if pair is None or _MIXED.fullmatch(stretch):
        return False
    one, two = float(pair[1]), float(pair[2])
    return max(one, two) >= LEAST_OF_TWO or one > two or "." in stretch


def measured(stretch: str) -> bool:
    """Is this a number that no tablets are counted by, which are divided into quarters at most: "1.4", but "1.5"?"""
    return DECIMAL.fullmatch(stretch) is not None and float(stretch.replace(",", ".")) % _QUARTER != 0


def value_of(stretch: str) -> float | None:
    """The largest figure of a number; None for number words."""
    figures = [float(figure.replace(",", ".")) for figure in _FIGURE.findall(_THOUSANDS.sub("000", stretch))]
    return max(figures) if figures else None
