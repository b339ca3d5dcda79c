"""Numbers and amounts as clinicians write them, in exact decimals.

Text comes in folded (`pipeline.text.folding.fold`). Whatever is not wholly understood raises UnreadError with a code;
no value is ever taken from a part of what is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipeline import resources
from pipeline.text.folding import fold

Data = dict[str, Any]
Kind = Literal["quantity", "count", "strength", "rate"]

#: A number longer than this is no amount of a drug, but a slip of the keyboard or an attack.
MAX_DIGITS = 12
#: Two numbers with a dash whose ratio is greater are two ingredients ("5-325 mg"), not a range.
MAX_RANGE_RATIO = 10

_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_SCALES = {"m": 6, "million": 6, "millions": 6, "k": 3, "thousand": 3, "mille": 3}
_MILLIONS = {"M[iU]": "[iU]", "MU": "U"}  # written as a unit ("2.4 MU"), given in single units
_DIGITS = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_SIMPLE_FRACTION = re.compile(r"(?:(\d+)[ -]+)?(\d)/(\d)")
_ROMAN_NUMBER = re.compile(r"(?=[ivxlc])(?:x[lc]|l?x{0,3}|c{0,3})(?:ix|iv|v?i{0,3})")


class UnreadError(ValueError):
    """What is written cannot be read; `code` says why, and is the code of the warning."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit and what it measures."""

    ucum: str
    measure: str


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that was read: a `quantity`, or a `ratio` (strength or rate), with the period it is spread over."""

    kind: Kind
    quantity: Data | None = None
    ratio: Data | None = None
    measure: str = ""
    period: str | None = None  # "d" of "75 mg/d": the amount of each day


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first; blanks in them match any run of blanks."""
    escaped = sorted({re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases}, key=len, reverse=True)
    return "(?:" + "|".join(escaped) + ")"


def spelled(table: Iterable[dict[str, str]], column: str = "written") -> Iterable[tuple[str, dict[str, str]]]:
    """Each written form of a table, folded, with its row."""
    for row in table:
        for written in row[column].split("|"):
            yield fold(written.strip()), row


class Amounts:
    """Reads numbers, ranges and amounts of a language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.words = {
            fold(row["word"]): Decimal(row["value"]) for row in resources.read_table(lang, "posology/number_words.tsv")
        }
        self.units = {
            written: Unit(row["ucum"], row["measure"])
            for written, row in spelled(resources.read_table(lang, "posology/units.tsv"))
        }
        for written, row in spelled(resources.read_table(lang, "posology/forms.tsv")):
            if row["unit"]:
                self.units.setdefault(written, Unit(row["unit"], "count"))
        kinds: dict[str, list[str]] = {}
        for row in resources.read_table(lang, "posology/words.tsv"):
            kinds.setdefault(row["kind"], []).append(row["phrase"])
        self.cues = kinds
        grouped = r"\d{1,3}(?: \d{3})+(?!\d)(?:,\d+)?" if lang == "fr" else r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?"
        figures = rf"\d+[ -]+[1-9]/[248](?!\d)|[1-9]/[248](?![\d/])|{grouped}|\d+[.,]\d+|\.\d+|\d*[½¼¾]|\d+"
        words = alternatives(self.words)
        roman = r"[ivxlc]+(?=\s*(?:g(?:ou)?t|cp|comp|bouff|tab|cap|gel|puff|drop|$))"
        self.number = rf"(?:(?<![\d.,])(?:{figures})|\b(?:{words}|{roman})\b)"
        unit = "(?:" + alternatives(self.units) + r"(?![a-z0-9µ]))"
        scale = r"(?:\s*(?:million|millions|thousand|mille|[mk](?=\s*(?:iu|ui|u\b|units|unites|unit\b)))\b)?"
        joint = rf"\s*(?:{alternatives(kinds['range'])})\s*"
        per = rf"\s*(?:{alternatives(kinds['per'])})\s*"
        filler = rf"(?:{alternatives(kinds['filler'])}(?![a-z]))"
        self.amount_source = (
            rf"(?P<a>{self.number})(?P<as>{scale})[\s-]*(?P<au>{unit})?"
            rf"(?:{joint}(?P<b>{self.number})(?P<bs>{scale})[\s-]*(?P<bu>{unit})?)?"
            rf"(?:{per}(?P<dn>{self.number})?\s*(?P<du>{unit})?(?:{per}(?P<en>{self.number})?\s*(?P<eu>{unit}))?)?"
        )
        # An additional word may stand between the number and its unit: "500 more units".
        self.amount = re.compile(rf"[\s,:=(]*(?:{filler}\s*)*{self.amount_source}\s*(?:{filler}\s*)*[\s.,;:)]*")
        self.between = re.compile(rf"(\d)\s+{alternatives(kinds['more'])}\s+(?=[a-z])")
        self.range = re.compile(rf"(?P<a>{self.number})(?:{joint}(?P<b>{self.number}))?")

    def decimal(self, text: str) -> Decimal:
        """The value of a number in figures, words, fractions or Roman figures. Raises UnreadError."""
        text = text.strip()
        if text in self.words:
            return self.words[text]
        if text[-1] in _FRACTIONS:
            return (Decimal(text[:-1]) if text[:-1] else Decimal()) + _FRACTIONS[text[-1]]
        if fraction := _SIMPLE_FRACTION.fullmatch(text):
            whole, above, below = (int(part) if part else 0 for part in fraction.groups())
            if not 0 < above < below:
                raise UnreadError("amount_unread")
            return whole + Decimal(above) / Decimal(below)
        if text[0].isalpha():
            return self._roman(text)
        if self.lang == "fr":
            if re.fullmatch(r"[1-9]\d{0,2}[.,]000", text):
                raise UnreadError("ambiguous_number")
            text = text.replace(" ", "").replace(",", ".")
        elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
            text = text.replace(",", "")
        elif "," in text:
            raise UnreadError("ambiguous_number")
        if len(text) > MAX_DIGITS:
            raise UnreadError("amount_out_of_range")
        if not _DIGITS.fullmatch(text):
            raise UnreadError("amount_unread")
        return Decimal(text)

    def _roman(self, text: str) -> Decimal:
        if not _ROMAN_NUMBER.fullmatch(text):
            raise UnreadError("amount_unread")
        values = [_ROMAN[letter] for letter in text]
        following = [*values[1:], 0]
        return Decimal(sum(-v if v < after else v for v, after in zip(values, following, strict=True)))

    def numbers(self, text: str) -> tuple[Decimal, Decimal | None] | None:
        """The first number or range in a text: low and, of a range, high. None without one. Raises UnreadError."""
        match = self.range.search(text)
        if match is None:
            return None
        low = self.decimal(match["a"])
        high = self.decimal(match["b"]) if match["b"] else None
        if high is not None and high < low:
            raise UnreadError("range_backwards")
        return low, high

    def read(self, text: str) -> Amount:
        """Read the whole text as one amount. Raises UnreadError where any part is not understood."""
        match = self.amount.fullmatch(self.between.sub(r"\1 ", text.strip()))
        if match is None:
            raise UnreadError("amount_unread")
        return self.of(match)

    def of(self, match: re.Match[str]) -> Amount:
        """The amount of a match of `amount_source`. Raises UnreadError."""
        unit = self._unit(match["bu"] or match["au"])
        if match["b"] and match["bu"] and match["au"] and self._unit(match["au"]) != unit:
            raise UnreadError("amount_unread")
        low = self._scaled(match["a"], match["as"] or match["bs"])
        high = self._scaled(match["b"], match["bs"]) if match["b"] else None
        if match["dn"] and not match["en"] and self._of_several(unit, self._unit(match["du"])):
            raise UnreadError("strength_of_several_ingredients")
        if high is not None and high < low:
            raise UnreadError("range_backwards")
        if high is not None and high > low * MAX_RANGE_RATIO:
            raise UnreadError("strength_of_several_ingredients")
        if low == 0 or high == 0:
            raise UnreadError("zero_amount")
        quantity = quantity_of(low, high, unit.ucum if unit else None)
        if not match["du"]:
            if match["dn"]:
                raise UnreadError("amount_unread")
            return _plain(quantity, unit)
        return self._divided(quantity, unit, match)

    def _of_several(self, unit: Unit | None, under: Unit | None) -> bool:
        """ "5/500 mg" and "100 mg/25 mg" are amounts of two ingredients."""
        masses = {"mass", "activity", "amount"}
        if under is None:
            return unit is None or unit.measure in masses
        return under.measure in masses and (unit is None or unit.measure in masses)

    def _divided(self, quantity: Data, unit: Unit | None, match: re.Match[str]) -> Amount:
        under, last = self._unit(match["du"]), self._unit(match["eu"])
        if under is None:
            raise UnreadError("amount_unread")
        share = self.decimal(match["dn"]) if match["dn"] else Decimal(1)
        if share == 0:
            raise UnreadError("zero_amount")
        if under.measure in ("weight", "area"):
            if last is not None and last.measure != "time":
                raise UnreadError("amount_unread")
            return _ratio("rate", quantity, share, f"{under.ucum}.{last.ucum}" if last else under.ucum, unit)
        if under.measure == "time":
            if last is not None and last.measure == "weight":
                return _ratio("rate", quantity, share, f"{last.ucum}.{under.ucum}", unit)
            if share == 1 and under.ucum in ("d", "wk", "mo"):
                plain = _plain(quantity, unit)
                return Amount(plain.kind, plain.quantity, measure=plain.measure, period=under.ucum)
            return _ratio("rate", quantity, share, under.ucum, unit)
        if last is not None:
            raise UnreadError("amount_unread")
        if unit is not None and unit.measure in ("mass", "activity", "amount") and under.measure in ("volume", "count"):
            return _ratio("strength", quantity, share, under.ucum, unit)
        raise UnreadError("amount_unread")

    def _scaled(self, number: str, scale: str | None) -> Decimal:
        return self.decimal(number).scaleb(_SCALES[scale.strip()]) if scale else self.decimal(number)

    def _unit(self, written: str | None) -> Unit | None:
        return self.units[re.sub(r"\s+", " ", written)] if written else None


def _plain(quantity: Data, unit: Unit | None) -> Amount:
    if unit is None:
        return Amount("count", quantity)
    if unit.measure == "percent":
        return Amount("strength", ratio={"numerator": quantity, "denominator": None}, measure="percent")
    if unit.measure in ("time", "weight", "area"):
        raise UnreadError("amount_unread")
    return Amount("count" if unit.measure == "count" else "quantity", quantity, measure=unit.measure)


def _ratio(kind: Kind, quantity: Data, share: Decimal, ucum: str, unit: Unit | None) -> Amount:
    return Amount(
        kind,
        ratio={"numerator": quantity, "denominator": quantity_of(share, None, ucum)},
        measure=unit.measure if unit else "",
    )


def digits(number: Decimal) -> str:
    """A number as plain decimal digits, without an exponent and trailing zeros."""
    return format(number.normalize(), "f")


def quantity_of(low: Decimal, high: Decimal | None, unit: str | None) -> Data:
    """A quantity as the event writes it: `value`, or `low` and `high`, with its unit where there is one."""
    if unit in _MILLIONS:
        low, high, unit = low.scaleb(6), high.scaleb(6) if high is not None else None, _MILLIONS[unit]
    found = {"value": digits(low)} if high is None or high == low else {"low": digits(low), "high": digits(high)}
    if unit is not None:
        found["unit"] = unit
    return found
