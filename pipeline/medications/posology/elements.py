"""What the scanner finds in an instruction, and the small parts it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline import resources
from pipeline.medications.posology.numbers import Number, UnreadError, digits, spelled

Data = dict[str, Any]
Row = dict[str, str]


@dataclass(slots=True)
class Element:
    """A stretch that was understood. `value` depends on `kind`; `code`: why it cannot be read, for `unread`."""

    kind: str
    start: int
    end: int
    value: Any = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """A part of a timing: the fields of FHIR's Timing.repeat that it says."""

    repeat: Data
    flag: str = ""


class Cues:
    """The cues of one kind: the longest that begins at a place."""

    def __init__(self, phrases: Iterable[str]) -> None:
        known = [phrase for phrase in phrases if phrase]
        words = sorted(known, key=len, reverse=True)
        parts = [
            re.escape(word).replace(r"\ ", r"[\s-]+") + (r"(?![^\W\d_])" if word[-1].isalnum() else "")
            for word in words
        ]
        self._pattern = re.compile("|".join(parts) if parts else r"(?!)")
        self._starts = frozenset(word[0] for word in known)

    def match(self, text: str, start: int) -> int:
        """Where the cue at `start` ends; 0 without one."""
        if text[start : start + 1] not in self._starts:
            return 0
        found = self._pattern.match(text, start)
        return found.end() if found is not None else 0


def skip(text: str, place: int, signs: str = " \t") -> int:
    while place < len(text) and text[place] in signs:
        place += 1
    return place


def repeat_of(row: Row, number: Number | None, times: Number | None, unit: str) -> Data:
    """The fields of FHIR's Timing.repeat that a phrase says. Raises UnreadError for what cannot be."""
    repeat: Data = {}
    for name in ("frequency", "period", "count"):
        written = row[name]
        if not written:
            continue
        value = {"{n}": number, "{t}": times}.get(written) or _stated(written)
        for key, part in ((name, value.low), (f"{name}Max", value.high)):
            if part is None:
                continue
            if not part or (name != "period" and part != int(part)):
                raise UnreadError("frequency_unread")
            repeat[key] = digits(part) if name == "period" else int(part)
    if row["unit"]:
        repeat["periodUnit"] = unit if row["unit"] == "{u}" else row["unit"]
    if row["when"]:
        repeat["when"] = row["when"].split(",")
    return repeat


def _stated(written: str) -> Number:
    low, _, high = written.partition("-")
    return Number(Decimal(low), Decimal(high) if high else None)


def bare(words: str) -> str:
    """A name as it is compared: without stops, blanks made one."""
    return re.sub(r"\s+", " ", words.replace(".", " ")).strip()


def codes_of(lang: str, name: str) -> dict[str, str]:
    """Codes by name as written, and by its folded form where no other name is written so."""
    codes: dict[str, str] = {}
    table = resources.read_table(lang, f"posology/{name}.tsv")
    for row in table:
        for written in row["written"].split("|"):
            codes[bare(written.lower())] = row["code"]
    for written, row in spelled(table):
        codes.setdefault(bare(written), row["code"])
    return codes
