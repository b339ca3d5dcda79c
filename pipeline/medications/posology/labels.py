"""What an element is by the label of the attribute that holds it, and by what is done with the drug."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.medications.posology.elements import Element, Timing
from pipeline.medications.posology.regions import Bounds, Places

# Behind these an end is over.
_CLOSES = frozenset({"mark", "then", "amount", "drug", "timing"})
# A length in these units may be an interval between doses: of days it is a course ("5/7").
_INTERVALS = frozenset({"wk", "mo"})
_BY_HOURS = re.compile(r"\d+\s?/\s?24")
# Behind these such hours stand.
_BEFORE_HOURS = frozenset({"amount", "route", "form"})
_OFF = ("stop", "hold")


def intervals(elements: Sequence[Element], frequencies: Sequence[Bounds], folded: str) -> None:
    """Read "2/52" as every two weeks where it was recognised as a frequency and no other one is said: "40 mg IM 2/52".

    "6/24" is every six hours only beside a dose or a route, for it may be a month of the year too.
    """
    for number, element in enumerate(elements):
        if element.kind == "timing" and _BY_HOURS.fullmatch(folded, element.start, element.end) is not None:
            before = elements[number - 1] if number else element
            if before.kind not in _BEFORE_HOURS or not folded[before.end : element.start].isspace():
                element.kind, element.value, element.code = "unread", None, "frequency_unread"
    if not frequencies or any(element.kind == "timing" for element in elements):
        return
    said = Places(frequencies)
    for element in elements:
        bare_length = element.kind == "duration" and not element.code and folded[element.start].isdecimal()
        if (
            not bare_length
            or element.value["unit"] not in _INTERVALS
            or said.around(element.start, element.end) is None
        ):
            continue
        period = {"period": element.value.get("value") or element.value["low"], "periodUnit": element.value["unit"]}
        if "high" in element.value:
            period["periodMax"] = element.value["high"]
        element.kind, element.value = "timing", Timing({"frequency": 1, **period})


def ends_within(elements: Sequence[Element], folded: str, until: re.Pattern[str]) -> None:
    """Take a time within an end for one of that end: "until INR > 2 FOR 48 H", but not "until 6/15 FOR 14 DAYS"."""
    inside = False
    for element in elements:
        if element.kind in ("word", "unread"):
            begins = until.match(folded, element.start) is not None
            inside = begins or (inside and not folded[element.start].isdigit())
        elif inside and element.kind == "duration":
            element.kind, element.code = "unread", "duration_unread"
        elif element.kind in _CLOSES:
            inside = False


def of_other_clause(elements: Sequence[Element], number: int, folded: str) -> bool:
    """Does a bare time stand behind words of another clause: "5 mg o.d., U&Es 2/52" is no course of two weeks?"""
    place = number - 1
    while place >= 0 and elements[place].kind == "word":
        place -= 1
    return folded[elements[number].start].isdecimal() and -1 < place < number - 1 and elements[place].kind == "mark"


def conditions(chosen: Sequence[Element]) -> None:
    """Take conditions for those of doing something with the drug, and not of taking it."""
    for element in chosen:
        if element.kind == "as_needed" and element.code == "condition":
            element.kind, element.value = "hold", None


def of_change(chosen: Sequence[Element], change: str) -> None:
    """Take away what is said of a change and not of the taking: "stop aspirin when ...", "hold it for three days"."""
    conditions(chosen)
    for element in chosen:
        if element.kind in ("duration", "length") and change in _OFF:
            element.kind, element.code = "unread", "duration_unread"
        elif element.kind == "timing" and "dayOfWeek" in element.value.repeat and change in _OFF:
            element.kind, element.code = "unread", "frequency_unread"
