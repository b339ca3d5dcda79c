"""Frequencies, durations and times as FHIR R4 Timing, read from the tables of a language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipeline import resources
from pipeline.medications.posology.amounts import Amounts, UnreadError, digits, quantity_of, spelled
from pipeline.text.folding import fold

Data = dict[str, Any]

_TIME_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
# FHIR's names of common intervals, by frequency, period and unit.
_CODES = {
    (1, "1", "d"): "QD",
    (2, "1", "d"): "BID",
    (3, "1", "d"): "TID",
    (4, "1", "d"): "QID",
    (1, "2", "d"): "QOD",
    (1, "1", "h"): "Q1H",
    (1, "2", "h"): "Q2H",
    (1, "3", "h"): "Q3H",
    (1, "4", "h"): "Q4H",
    (1, "6", "h"): "Q6H",
    (1, "8", "h"): "Q8H",
    (1, "1", "wk"): "WK",
    (1, "1", "mo"): "MO",
}


@dataclass(slots=True)
class TimingReading:
    """What a frequency says."""

    repeat: Data
    as_needed: bool = False

    def timing(self) -> Data | None:
        """FHIR Timing; None where nothing but "as needed" was said."""
        if not self.repeat:
            return None
        key = (self.repeat.get("frequency"), self.repeat.get("period"), self.repeat.get("periodUnit"))
        plain = len(self.repeat) == len(key)
        return {"repeat": self.repeat, "code": _CODES.get(key) if plain else None}  # type: ignore[arg-type]


class Frequencies:
    """Reads the whole of a frequency, phrase by phrase; what is not in the table is not guessed."""

    def __init__(self, lang: str, amounts: Amounts) -> None:
        self._amounts = amounts
        rows = list(spelled(resources.read_table(lang, "posology/frequencies.tsv"), "phrase"))
        # Longest first: "twice a day" before "a day".
        self._rows = [row for _, row in sorted(rows, key=lambda pair: -len(pair[0]))]
        phrases = sorted((phrase for phrase, _ in rows), key=len, reverse=True)
        self._patterns = [self._pattern(phrase) for phrase in phrases]
        days = list(spelled(resources.read_table(lang, "posology/days.tsv")))
        self._days = {written: row["code"].split(",") for written, row in days}
        self._day = re.compile(
            "(?:" + "|".join(sorted(map(re.escape, self._days), key=len, reverse=True)) + r")(?![^\W_])"
        )
        self._filler = re.compile(
            "(?:" + "|".join(map(re.escape, amounts.cues["filler"] + amounts.cues["range"])) + r")(?![^\W_])",
            re.IGNORECASE,
        )

    def _pattern(self, phrase: str) -> re.Pattern[str]:
        number = rf"(?P<low>{self._amounts.number})(?:\s*(?:-|to|a|ou|or|et)\s*(?P<high>{self._amounts.number}))?"
        parts = [re.escape(part).replace(r"\ ", r"[\s.]*") for part in phrase.split("{n}")]
        return re.compile(rf"\s*{number}\s*".join(parts) + r"(?![^\W_])")

    def read(self, text: str) -> TimingReading:
        """Read a frequency. Raises UnreadError where a part is not understood."""
        rest = re.sub(r"(?<=[a-z])\.(?=[a-z\d]|\s|$)|(?<=\d)\.(?=\s|$)", "", fold(text)).strip(" .,;:()")
        reading = TimingReading({})
        while rest:
            rest = self._one(rest, reading).strip(" .,;:()-")
        return reading

    def _one(self, text: str, reading: TimingReading) -> str:
        for pattern, row in zip(self._patterns, self._rows, strict=True):
            match = pattern.match(text)
            if match is not None:
                self._apply(row, match, reading)
                return text[match.end() :]
        day = self._day.match(text)
        if day is not None:
            days = reading.repeat.setdefault("dayOfWeek", [])
            days += [code for code in self._days[day[0]] if code not in days]
            return text[day.end() :]
        filler = self._filler.match(text)
        if filler is None or not filler[0]:
            raise UnreadError("frequency_unread")
        return text[filler.end() :]

    def _apply(self, row: dict[str, str], match: re.Match[str], reading: TimingReading) -> None:
        groups = match.groupdict()
        low = self._amounts.decimal(groups["low"]) if groups.get("low") else None
        high = self._amounts.decimal(groups["high"]) if groups.get("high") else None
        if high is not None and low is not None and high < low:
            raise UnreadError("range_backwards")
        repeat = reading.repeat
        found: Data = {}
        for field, name in (("frequency", "frequency"), ("period", "period"), ("count", "count")):
            written = row.get(field, "")
            if not written:
                continue
            value = low if "n" in written else self._amounts.decimal(written)
            if value is None:
                raise UnreadError("frequency_unread")
            whole = name != "period"
            if whole and value != int(value):
                raise UnreadError("frequency_unread")
            found[name] = int(value) if whole else digits(value)
            if "n" in written and high is not None:
                found[f"{name}Max"] = int(high) if whole else digits(high)
        if row.get("unit"):
            found["periodUnit"] = row["unit"]
        if row.get("when"):
            found["when"] = [*repeat.get("when", []), *row["when"].split(",")]
        for name, value in found.items():
            if name != "when" and repeat.get(name, value) != value:
                raise UnreadError("frequency_contradicts_itself")
        repeat |= found
        if row.get("flag") == "as_needed":
            reading.as_needed = True


def read_duration(amounts: Amounts, text: str) -> Data:
    """The length of a course, as a quantity of time. Raises UnreadError."""
    folded = fold(text)
    slashed = re.fullmatch(r"(?:for |x ?|pendant )?(\d{1,2})\s?/\s?(7|52|12)\.?", folded.strip())
    if slashed is not None:
        unit = {"7": "d", "52": "wk", "12": "mo"}[slashed[2]]
        return quantity_of(amounts.decimal(slashed[1]), None, unit)
    numbers = amounts.numbers(folded)
    units = "|".join(
        sorted((re.escape(w) for w, unit in amounts.units.items() if unit.measure == "time"), key=len, reverse=True)
    )
    unit_match = re.search(rf"(?:{amounts.number})\s*(?:more |additional |autres )?-?\s*({units})(?![^\W_])", folded)
    if numbers is None or unit_match is None or amounts.units[unit_match[1]].ucum not in _TIME_UNITS:
        raise UnreadError("duration_unread")
    return quantity_of(numbers[0], numbers[1], amounts.units[unit_match[1]].ucum)
