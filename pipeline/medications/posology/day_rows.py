"""Hours in a row and the letters of the day: "07-11-15-19", "8-14-20 h", "m+n", "1 m 1 s"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipeline import resources
from pipeline.medications.posology.numbers import lead, spelled
from pipeline.text.phrases import alternatives

Data = dict[str, Any]

#: A number in a slot of the day.
SLOT = r"(?:\d{1,3}(?:[.,]\d)?|\d?[½¼¾]|1/[24])"
VULGAR = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_COUNT = r"(?:[1-9](?![\d.,%])|\d?[½¼¾]|1/[24])"
_MORNING = "MORN"
_LAST_HOUR = 24
_HOURLY, _NOT_HOURLY = frozenset({"am", "pm"}), frozenset({"noon", "hs", "qhs"})
_DATE_PARTS, _PAIR = 3, 2
# Takings are no closer than so many hours, and begin no earlier, where nothing says that hours are meant.
_APART, _FIRST_HOUR = 3, 5


class DayRows:
    """Reads them in one language."""

    def __init__(self, lang: str, hours: str, at: str, joint: str) -> None:
        table = list(spelled(resources.read_table(lang, "posology/day_letters.tsv")))
        self._letters = {written: row["code"] for written, row in table}
        hour, dash = r"(?:[01]?\d|2[0-4])", r"\s?[-–]\s?"
        self._hours = re.compile(
            rf"(?P<at>{at})?(?:(?P<marked>{hour}(?:\s?[-–/,]\s?{hour}){{2,7}}\s?{hours}(?![^\W_]))"
            rf"|(?P<bare>{hour}(?:{dash}{hour}){{2,7}})(?![\d/½¼¾]|[.,]\d|{dash}\d|\s?[^\W\d_]))"
        )
        letter = rf"(?:{alternatives(self._letters)})(?![^\W_])"
        glued = rf"(?:{alternatives(self._letters)})(?![^\W\d_])"
        sign = rf"(?:\s?[+/,&-]\s?|\s(?:{joint})\s)"
        loose = rf"(?:{sign}|[\s;]+)"
        one, other = rf"{_COUNT}\s?{letter}", rf"{glued}\s?[:=x]?\s?{_COUNT}(?![^\W_])"
        self._plain = re.compile(rf"(?<![^\W_])(?<!\d )({letter}(?:{sign}{letter})+)")
        self._counted = re.compile(rf"(?<![^\W_])(?:{one}(?:{loose}{one})+|{other}(?:{loose}{other})+)")
        self._letter, self._number = re.compile(glued), re.compile(_COUNT)
        #: What the letters begin with, as `lead` gives it; and an expression that matches where a row of them begins.
        self.starts = frozenset(lead(word, 0) for word in self._letters)
        self.begins = rf"{letter}{sign}{letter}|{other}"

    def match(self, text: str, start: int) -> tuple[int, Data | None] | None:
        """The row that begins at `start` and where it ends; None for what it says where that cannot be read."""
        if (found := self._hours.match(text, start)) is not None:
            return self._of_hours(found)
        plain = self._plain.match(text, start)
        found = plain or self._counted.match(text, start)
        if found is None:
            return None
        letters = self._letter.findall(found[0])
        moments = self._moments(letters)
        if _HOURLY.intersection(letters) and not (plain is None and _NOT_HOURLY.intersection(letters)):
            return None
        if not moments or (plain is not None and len(moments) == _PAIR and _may_be_days(found[0])):
            return None
        if not all(moments):
            return found.end(), None
        if plain is not None:
            return found.end(), {"when": moments}
        amounts = [amount_of(written) for written in self._number.findall(found[0])]
        return found.end(), {"slots": list(zip(moments, amounts, strict=True))}

    def _of_hours(self, found: re.Match[str]) -> tuple[int, Data | None] | None:
        """Hours that rise, if something says that they are hours; a date is none."""
        written = re.findall(r"\d+", found["marked"] or found["bare"])
        hours = list(map(int, written))
        if any(two <= one for one, two in itertools.pairwise(hours)):
            return None
        zero = written[0].startswith("0")
        if not (found["marked"] or found["at"] or zero):
            return None
        regular = len({two - one for one, two in itertools.pairwise(hours)}) == 1
        if not found["marked"] and len(hours) == _DATE_PARTS and zero and not regular:
            return found.end(), None
        return found.end(), {"timeOfDay": times_of(hours)}

    def _moments(self, letters: Sequence[str]) -> list[str]:
        """What the letters of a day stand for, in its order; [] where they do not follow one another from the morning on."""
        found = [self._letters[letter].split(",") for letter in letters]
        moments: list[str] = []
        for codes in found:
            code = next((code for code in codes if code not in moments), None)
            if code is None:
                return []
            moments.append("" if code == "?" else code)
        order = [_ORDER.index(code) for code in moments if code]
        return moments if moments[0] == _MORNING and order == sorted(order) else []


_ORDER = ("MORN", "NOON", "AFT", "EVE", "NIGHT", "HS")


def _may_be_days(written: str) -> bool:
    """May two letters with a dash be days of the week: "M-S", but not "M-N"?"""
    return "-" in written and not written.endswith("n")


def amount_of(written: str) -> Decimal:
    """The number in a slot: "1", "½", "1/2", "1,5"."""
    if "/" in written:
        above, below = written.split("/")
        return Decimal(above) / Decimal(below)
    if written[-1] in VULGAR:
        return (Decimal(written[:-1]) if written[:-1] else Decimal()) + VULGAR[written[-1]]
    return Decimal(written.replace(",", "."))


def times_of(hours: Sequence[int]) -> list[str]:
    """Hours as clock times."""
    return [f"{hour % _LAST_HOUR:02d}:00:00" for hour in hours]


def as_hours(slots: Sequence[tuple[str, Decimal]]) -> list[int]:
    """The hours that numbers in the slots of a day may be, "8-14-20"; [] where they are none."""
    numbers = [amount for _, amount in slots]
    apart = all(two - one >= _APART for one, two in itertools.pairwise(numbers))
    whole = all(number % 1 == 0 for number in numbers)
    may = len(numbers) > _PAIR and whole and apart and numbers[0] >= _FIRST_HOUR and numbers[-1] <= _LAST_HOUR
    return list(map(int, numbers)) if may else []
