"""Days of the week, clock times and daily slots ("1-0-1") as parts of FHIR's Timing.repeat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline import resources
from pipeline.medications.posology.day_rows import SLOT, VULGAR, DayRows, amount_of
from pipeline.medications.posology.numbers import lead, spelled
from pipeline.text.phrases import alternatives

Data = dict[str, Any]

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIGURE = SLOT
_SLOTS = re.compile(
    rf"({_FIGURE})\s?[-–]\s?({_FIGURE})\s?[-–]\s?({_FIGURE})(?:\s?[-–]\s?({_FIGURE}))?(?![\d/½¼¾]|[.,]\d|\s?[-–]\s?\d)"
    # "1 cp-1 cp-2 cp", but not "5 mg-10 mg-15 mg", which are doses in turn.
    rf"|({_FIGURE})\s?(?P<each>(?!mg|mcg|ug|ml)[a-z]{{2,9}})\s?[-–]\s?({_FIGURE})\s?(?P=each)\s?[-–]\s?({_FIGURE})(?=\s?(?P=each)(?![^\W_]))"
    r"|(?<![\d/])([0-4])/([0-4])/([0-4])(?:/([0-4]))?(?![\d/])"
)
# Three or four cells that end a line, and what stands before them, with each sign that may stand between.
_CELL = r"([0-4](?:[.,]5)?|[0-3]?½|1/2)"
_CELLS = [
    (
        re.compile(rf"{sign}\Z"),
        re.compile(rf"{_CELL}{sign}{_CELL}{sign}{_CELL}(?:{sign}{_CELL})?(?=[ \t]{{0,8}}[|;]?[ \t]{{0,8}}(?:\n|\Z))"),
    )
    for sign in (r"[ \t]{0,8}\|[ \t]{0,8}", r"[ \t]{0,8};[ \t]{0,8}", r"(?:\t[ \t]{0,8}|[ ]{2,8})")
]
# "Tu-Th-Sa" are three days, "Mo-Fr" is from the one to the other.
# Before slots: the row is longer than a day.
_GOES_ON = re.compile(r"\d\s?[-–]\s?\Z")
_DASHED = re.compile(r"-[^-]+-")
_SLOT_WHEN = ("MORN", "NOON", "EVE", "NIGHT")
_NO_GROUP = re.compile(r"\(\?P<\w+>")
_HALF_DAY = 12
_HOURS, _MINUTES = 24, 60
_MIDDAY, _MIDNIGHT = "12:00:00", "00:00:00"
# Units of an offset, in minutes.
_OF_OFFSETS = {"min": 1, "h": _MINUTES}
# Between two hours that bound a part of the day stand no more characters than this.
_TO_BEGIN = 30


class Calendar:
    """Reads days and clock times of a language."""

    def __init__(self, lang: str, time_units: Mapping[str, str], dose_unit: str) -> None:
        table = list(spelled(resources.read_table(lang, "posology/days.tsv")))
        self._days = {written: row["code"].split(",") for written, row in table}
        words = resources.phrases(lang, "posology/words.tsv")
        kinds = {kind: list(map(re.escape, several)) for kind, several in words.items()}
        day = _longest([re.escape(written) for written, row in table if not row["only"]]) + r"(?![^\W_])"
        listed = _longest([re.escape(written) for written, row in table if row["only"]]) + r"(?![^\W_])"
        either = rf"(?:{day}|{listed})"
        before = "(?:(?:" + "|".join(sorted(kinds["day_before"], key=len, reverse=True)) + r")\s+)*"
        self._day = re.compile(either)
        and_, or_, to = ("|".join(kinds[name]) for name in ("joining", "either_drug", "through"))
        # What is a word too is a day beside others only: "MO,WE,FR".
        self._list = re.compile(rf"{either}(?:(?:\s?[,/&-]|,?\s(?:{and_})\s)\s?{either})+")
        self._alone = re.compile(listed)
        self.offset_words = re.compile(alternatives(words["offset_from"]))
        self._offset_numbers = dict.fromkeys(words["offset_half"], Decimal("0.5"))
        self._offset_numbers |= dict.fromkeys(words["offset_one"], Decimal(1))
        self._units = {word: unit for word, unit in time_units.items() if unit in _OF_OFFSETS}
        # "30 min BEFORE breakfast"
        self._offset = re.compile(
            rf"(\d{{1,3}}|{alternatives(self._offset_numbers)}) ?-?({alternatives(self._units)}) "
            rf"(?={self.offset_words.pattern})"
        )
        named = (*self._days, *kinds["day_before"], *kinds["day_ordinal"], *self._offset_numbers, *kinds["day_other"])
        self.starts = frozenset(lead(word.replace("\\", ""), 0) for word in named)
        off = alternatives(words["cycle_off"])  # "nightly Mon-Fri, weekends off"
        self._joint = re.compile(
            rf"\s*(?:,\s*(?:{and_})\b|,|/|&|\+|\b(?:{and_}|{or_})\b|\s)\s*{before}(?={day}(?!\s+{off}))"
            rf"|(?:\s?[,/&]|,?\s(?:{and_})\s)\s?(?={listed})"
        )
        self._to = re.compile(rf"\s*(?:-|\b(?:{to})\b)\s*(?={day})|\s?-\s?(?={listed})")
        self._before = re.compile(rf"{before}(?={either})")
        self._ordinal = re.compile(
            "(?:(?:" + "|".join(kinds["day_before"]) + r")\s+)*(?:" + "|".join(kinds["day_ordinal"]) + rf")\s+{day}"
        )
        self._ordinal_behind = re.compile(r"\s+(?:" + "|".join(kinds["day_ordinal_behind"]) + r")(?![^\W_])")
        ordinal, offset = "|".join(kinds["day_ordinal"]), "|".join(self._offset_numbers)
        alone = "|".join([*kinds["day_other"], *kinds["day_except"], *(rf"{at}\s*\d" for at in kinds["clock_before"])])
        #: An expression that matches wherever something is read that begins with a word.
        self.begins = (
            rf"{before}(?:(?:{ordinal})\s+)?{day}|{before}{listed}(?:\s?[,/&-]|\s(?:{and_})\s)|{alone}|(?:{offset}) "
        )
        self._other_days = re.compile(_longest(kinds["day_other"]) + r"(?![^\W_])")
        self._except = re.compile(_longest(kinds["day_except"]) + r"\s+")
        at = "(?:" + "|".join(sorted(kinds["clock_before"], key=len, reverse=True)) + r")\s*"
        noon, midnight = (_longest(kinds[name]) for name in ("clock_noon", "clock_midnight"))
        self._named = re.compile(rf"(?:(?P<noon>{noon})|(?P<midnight>{midnight}))(?![^\W_])")
        hours = _longest(kinds["clock_hour"])
        if lang == "fr":
            clock = rf"(?P<h>\d{{1,2}})\s?{hours}(?:\s?(?P<m>[0-5]\d)(?!\s?{dose_unit}(?![^\W_])))?(?![^\W_])|(?P<h2>\d{{1,2}}):(?P<m2>[0-5]\d)"
        else:
            am, pm, short_am, short_pm = (
                _longest(kinds[f"clock_{half}"]) for half in ("am", "pm", "short_am", "short_pm")
            )
            clock = (
                rf"(?P<h>\d{{1,2}})(?::(?P<m>[0-5]\d))?(?:\s?(?:(?P<am>{am})|(?P<pm>{pm}))|(?P<short>(?P<am2>{short_am})|(?P<pm2>{short_pm})))(?![^\W_])"
                rf"|(?P<h3>12)\s?(?:{noon}|(?P<twelve>{midnight}))(?![^\W_])"
                rf"|(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)(?![\d:])|(?P<h4>[01]\d|2[0-3])(?P<m4>[0-5]\d)(?P<dial>\s?{hours})?(?!\w)(?!\s?{dose_unit}(?![^\W_]))"
            )
        # "0.5 units/h from midnight to 6 am": an hour at which something ends.
        self._until = re.compile(
            rf"(?<![^\W_])(?:{'|'.join(kinds['from'])})\s+(?:{midnight}|{noon}|{clock})"
            rf"\s*(?:{'|'.join((*kinds['to'], *kinds['day_end']))}|-)?\s*\Z"
        )
        self._at = re.compile(at)
        self._rows = DayRows(lang, hours, at, and_)
        self.starts |= self._rows.starts
        self.begins += rf"|{self._rows.begins}"
        self._clock = re.compile(clock)
        then = "|".join(kinds["then"])
        self._clock_joint = re.compile(
            rf"\s*(?:,\s*(?:{and_})\b|,|/|&|-|\b(?:{and_}|{then})\b)\s*(?:(?:{'|'.join(kinds['clock_before'])})\s+)?"
            rf"|\s(?={_NO_GROUP.sub('(?:', clock)})"
        )

    def match(self, text: str, start: int, *, offsets: bool) -> tuple[int, Data | None] | None:
        """What begins at `start` and where it ends; None for its fields where it cannot be read.

        `offsets`: does the text hold one of `offset_words`?
        """
        offset = self._offset.match(text, start) if offsets else None
        if offset is not None:
            number = self._offset_numbers.get(offset[1]) or Decimal(offset[1])
            return offset.end(), {"offset": int(number * _OF_OFFSETS[self._units[offset[2]]])}
        row = self._rows.match(text, start)
        if row is not None:
            return row
        if text[start].isdigit() or text[start] in VULGAR:
            if (cells := _cells(text, start)) is not None:
                return cells
            slots = _SLOTS.match(text, start) if _GOES_ON.search(text, max(0, start - 4), start) is None else None
            if slots is not None:
                return slots.end(), {
                    "slots": _slots([part for part in slots.groups() if part is not None and part != slots["each"]])
                }
            return self._times_of_day(text, start)
        return self._days_of_week(text, start) or self._times_of_day(text, start)

    def goes_on(self, text: str, length: re.Match[str]) -> bool:
        """Is what looks like a length the first of several clock times?"""
        at = length.end("low")
        led = self._at.match(text, at + 1 if text[at].isspace() else at) is not None
        joint = self._clock_joint.match(text, length.end()) if led else None
        return joint is not None and self._clock.match(text, joint.end()) is not None

    def _days_of_week(self, text: str, start: int) -> tuple[int, Data | None] | None:
        ordinal = self._ordinal.match(text, start)
        if ordinal is not None:
            return ordinal.end(), None
        rest = self._other_days.match(text, start)
        if rest is not None:
            return rest.end(), {"otherDays": True}
        excepted = self._except.match(text, start)
        if excepted is not None and (days := self._days_of_week(text, excepted.end())) is not None:
            end, found_days = days
            left = (found_days or {}).get("dayOfWeek")
            return end, {"daysLeftOut": left} if left else None
        first = self._before.match(text, start)
        day = self._day.match(text, first.end() if first else start)
        if day is None:
            return None
        listed = self._list.match(text, day.start())
        if listed is None and self._alone.match(text, day.start()):
            return None
        found = list(self._days[day[0]])
        end = day.end()
        dashed = listed is not None and _DASHED.search(listed[0]) is not None
        while True:
            joint = self._to.match(text, end)
            if joint is not None and (following := self._day.match(text, joint.end())) is not None:
                low, high = _WEEK.index(found[-1]), _WEEK.index(self._days[following[0]][0])
                between = range(low + 1, high + 1) if high >= low else (*range(low + 1, 7), *range(high + 1))
                found += self._days[following[0]] if dashed else [_WEEK[index] for index in between]
                end = following.end()
                continue
            joint = self._joint.match(text, end)
            following = self._day.match(text, joint.end()) if joint is not None else None
            if following is None:
                break
            found += self._days[following[0]]
            end = following.end()
        behind = self._ordinal_behind.match(text, end)
        if behind is not None:
            return behind.end(), None
        return end, {"dayOfWeek": list(dict.fromkeys(found))}

    def _times_of_day(self, text: str, start: int) -> tuple[int, Data | None] | None:
        at = self._at.match(text, start)
        place = at.end() if at is not None else start
        if not text[place : place + 1].isdigit():
            named = self._named.match(text, place) if at is not None else None
            return (named.end(), {"timeOfDay": [_MIDNIGHT]}) if named is not None and named["midnight"] else None
        times: list[str] = []
        end = place
        plain = False
        while True:
            clock = self._clock.match(text, place)
            if clock is None and times and (named := self._named.match(text, place)) is not None:
                times.append(_MIDNIGHT if named["midnight"] else _MIDDAY)  # "6am, noon, 6pm and midnight"
                end, plain = named.end(), True
                joint = self._clock_joint.match(text, end)
                if joint is None:
                    break
                place = joint.end()
                continue
            if clock is None or (at is None and clock["h2"] == "1"):
                break  # "1:15": one unit for 15 g of carbohydrate, not a quarter past one
            written = _time(clock)
            if written is None:
                break
            said = clock.groupdict()
            plain = plain or any(said.get(sign) for sign in ("am", "pm", "dial", "m2"))  # "1800h"
            times.append(written)
            end = clock.end()
            joint = self._clock_joint.match(text, end)
            if joint is None:
                break
            if said.get("short") and "-" in joint[0]:
                return None  # "12a-6a": from the one to the other
            place = joint.end()
        if not times or (at is None and not plain and len(times) < 2):
            return None
        if self._until.search(text, max(0, start - _TO_BEGIN), start) is not None:
            return end, None
        return end, {"timeOfDay": times}


def _longest(phrases: list[str]) -> str:
    return "(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + ")"


def _cells(text: str, start: int) -> tuple[int, Data] | None:
    """The cells of a row of a table, "X 5 mg | 1 | 0 | 1": those of the day where one of them is empty of it, and they end the line."""
    for before, cells in _CELLS:
        if (found := cells.match(text, start)) is not None and before.search(
            text, max(0, start - 3), start
        ) is not None:
            parts = [part for part in found.groups() if part is not None]
            return (found.end(), {"slots": _slots(parts)}) if "0" in parts and set(parts) != {"0"} else None
    return None


def _slots(parts: list[str]) -> list[tuple[str, Decimal]]:
    """The slots of a day in which something is taken, with how much."""
    amounts = zip(_SLOT_WHEN, map(amount_of, parts), strict=False)
    return [(when, amount) for when, amount in amounts if amount]


def _time(clock: re.Match[str]) -> str | None:
    groups = clock.groupdict()
    if groups.get("h3"):
        return _MIDNIGHT if groups["twelve"] else _MIDDAY
    hour = int(groups.get("h") or groups.get("h2") or groups.get("h4") or 0)
    minute = int(groups.get("m") or groups.get("m2") or groups.get("m4") or 0)
    morning, evening = (groups.get(f"{half}m") or groups.get(f"{half}m2") for half in "ap")
    if (morning or evening) and not 1 <= hour <= _HALF_DAY:
        return None
    if morning:
        hour %= _HALF_DAY
    elif evening:
        hour = hour % _HALF_DAY + _HALF_DAY
    if hour == _HOURS and minute == 0:
        hour = 0
    if hour >= _HOURS:
        return None
    return f"{hour:02d}:{minute:02d}:00"
