"""What the scanner finds in an instruction, and the small parts it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pipeline import resources
from pipeline.medications.posology.numbers import Number, UnreadError, digits, lead, spelled
from pipeline.text.late_pattern import LatePattern

Data = dict[str, Any]
Row = dict[str, str]
T = TypeVar("T")

#: The value of an unread row of numbers, each that of a day: "6-5-4-3-2-1".
ROW = "row"
MARKS = frozenset(',;:.()[]!?*|\n"')
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\s]")


@dataclass(slots=True)
class Element:
    """A stretch that was understood. `value` depends on `kind`; `code`: why it cannot be read, for `unread`."""

    kind: str
    start: int
    end: int
    value: Any = None
    code: str = ""


@dataclass(slots=True)
class Timing:
    """A part of a timing: the fields of FHIR's Timing.repeat that it says. `counted`: it says how many times."""

    repeat: Data
    flag: str = ""
    counted: bool = False


class Cues:
    """The cues of one kind: the longest that begins at a place.

    Attributes:
        starts: what the cues begin with, as `lead` gives it.
        patterns: for each of them, the cues that begin so.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        by_start: dict[str, list[str]] = {}
        for phrase in sorted({phrase for phrase in phrases if phrase}, key=len, reverse=True):
            by_start.setdefault(lead(phrase, 0), []).append(
                re.escape(phrase).replace(r"\ ", r"[\s-]+") + _behind(phrase)
            )
        self.patterns = {start: LatePattern("|".join(parts)) for start, parts in by_start.items()}
        self.starts = frozenset(by_start)


def _behind(phrase: str) -> str:
    """What may not stand behind a cue: a further letter; behind "a" a figure neither ("A1c")."""
    if phrase == "a":
        return r"(?![^\W_])"
    return r"(?![^\W\d_])" if phrase[-1].isalnum() else ""


Read = Callable[["Seen", int], Element | None]
#: A reader with what matches wherever it finds something; None where only the reader can tell.
GatedRead = tuple[Read, LatePattern | None]
Gated = tuple[GatedRead, ...]


@dataclass(slots=True)
class Opening:
    """What may begin with a word or a sign: cues by their kind, those that are elements themselves, and the readers.

    `number`: may a number begin so? `phrase`: a frequency? `length`: a length of time?
    `follows`: the signs one of which stands behind the word in every frequency that begins so; None for any.
    `gated`: the readers with what they need; `rest`: further ones, of which none finds more than a frequency that begins
    with a number; `needs`: the same for all of them together.
    """

    word: str = ""
    number: bool = False
    phrase: bool = False
    length: bool = False
    follows: frozenset[str] | None = None
    cues: dict[str, LatePattern] = field(default_factory=dict)
    simple: tuple[tuple[str, LatePattern], ...] = ()
    readers: tuple[Read, ...] = ()
    gated: Gated = ()
    rest: Gated = ()
    needs: LatePattern | None = None


class Seen(str):
    """A text that is being scanned, with what has been found of it so far.

    Attributes:
        openings: what may begin at a place; `phrases`, `lengths`, `amounts`, `ends`: what was found there.
        holds: whether the text holds a kind of words; `quiet`: whether it holds none of them. None where nobody asked.
        last_joint: where the last sign stands that joins amounts; -1 for none.
        parts: where attributes of the drug begin that can be no part of a reason.
    """

    __slots__ = ("amounts", "ends", "holds", "last_joint", "lengths", "openings", "parts", "phrases", "quiet")

    phrases: dict[int, Any]
    lengths: dict[int, Any]
    amounts: dict[int, Any]
    ends: dict[int, Any]
    openings: dict[int, Opening]
    holds: dict[str, bool]
    last_joint: int
    parts: frozenset[int]
    quiet: bool | None

    def __new__(cls, text: str, parts: frozenset[int] = frozenset()) -> Seen:
        """The text, with nothing found yet."""
        seen = super().__new__(cls, text)
        seen.phrases = {}
        seen.lengths = {}
        seen.amounts = {}
        seen.ends = {}
        seen.openings = {}
        seen.holds = {}
        seen.parts = parts
        seen.quiet = None
        seen.last_joint = max(text.rfind("/"), text.rfind("+"), text.rfind("-"))
        return seen

    def once(self, known: dict[int, Any], find: Callable[[Seen, int], T], place: int) -> T:
        """What `find` gives or raises (UnreadError) at a place, looked for at the first asking only.

        `known`: one of the attributes, which keeps it.
        """
        found = known.get(place, self)
        if found is self:
            try:
                found = find(self, place)
            except UnreadError as error:
                found = error
            known[place] = found
        if isinstance(found, UnreadError):
            raise found
        return found  # type: ignore[no-any-return]


def following(text: str, place: int) -> str:
    """The sign behind the blanks and dashes at a place; "" at the end."""
    while (sign := text[place : place + 1]).isspace() or sign == "-":
        place += 1
    return sign


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
    if row["when"] and row["frequency"] == "{t}" and repeat.get("frequency") == 1 and "frequencyMax" not in repeat:
        return {"when": row["when"].split(",")}  # "once nightly"
    if row["unit"]:
        repeat["periodUnit"] = unit if row["unit"] == "{u}" else row["unit"]
    if repeat.get("frequency", 1) > 1 and (repeat.get("period"), repeat.get("periodUnit")) == ("24", "h"):
        repeat |= {"period": "1", "periodUnit": "d"}  # "x 4/24 h" is 4 times a day
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


@dataclass(slots=True)
class Reading:
    """The posology of a drug, the stretches it was read from, and what could not be read (code and place)."""

    posology: Data
    read: list[tuple[int, int]]
    unread: list[tuple[str, int, int]]
