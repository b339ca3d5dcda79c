"""Amounts as clinicians write them: doses, strengths, rates, of one or several ingredients.

Text comes in folded (`pipeline.text.folding.fold`). Whatever is not wholly understood raises UnreadError with a code;
no value is ever taken from a part of what is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipeline import resources
from pipeline.medications.posology.numbers import Numbers, UnreadError, digits, spelled
from pipeline.text.phrases import alternatives, any_of

Data = dict[str, Any]
Kind = Literal["quantity", "count", "strength", "rate"]

#: Two numbers with a dash whose ratio is greater are two ingredients ("5-325 mg"), not a range.
MAX_RANGE_RATIO = 10
#: Where the first of two numbers with a dash is so many times the second, both are of a combination; where it is less,
#: the range runs backwards.
MIN_FALL = 4

#: Stands for the unit of a count that nobody knows ("2 bidules"): such a count is no dose, and what stands with it none either.
UNKNOWN_UNIT = "{?}"
# Behind three amounts with such signs, and before the last one, stand no more of them.
_MORE_PARTS = 5
#: Signs between the amounts of several ingredients.
JOINTS = "/+-"
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.000")
_MIXED_NUMBER = re.compile(r"\d{2,}\s+\d/\d")
_MILLIONS = {"M[iU]": "[iU]", "MU": "U"}  # written as a unit ("2.4 MU"), given in single units
_GRAMS = {"g": 0, "mg": -3, "ug": -6, "ng": -9}
_PRODUCT = frozenset({"mass", "activity", "amount"})
_HOURS_OF_DAY = Decimal(24)
# By these nothing runs.
_LONG = frozenset({"wk", "mo", "a"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit and what it measures."""

    ucum: str
    measure: str


@dataclass(slots=True)
class Amount:
    """An amount that was read.

    kind: `count` (number, or number of forms), `quantity` (mass, volume, activity), `strength` (a concentration, a
    percentage or the parts of a combination) or `rate` (by weight, area or time).
    """

    kind: Kind
    quantity: Data | None = None
    ratio: Data | None = None
    parts: tuple[Data, ...] = ()
    measure: str = ""
    every: tuple[Decimal, str] | None = None  # (1, "d") of "75 mg/d": the amount of each day; (8, "h") of "1 g/8 h"
    worded: bool = False  # a number in words


class Amounts:
    """Reads amounts of a language."""

    def __init__(self, lang: str, numbers: Numbers) -> None:
        self._numbers = numbers
        self.units = {
            written: Unit(row["ucum"], row["measure"])
            for written, row in spelled(resources.read_table(lang, "posology/units.tsv"))
        }
        for written, row in spelled(resources.read_table(lang, "posology/forms.tsv")):
            if row["unit"]:
                self.units.setdefault(written, Unit(row["unit"], "count"))
        kinds = resources.phrases(lang, "posology/words.tsv")
        scales, additional, halves = (
            [word for word in numbers.scales if len(word) > 1],
            kinds["amount_more"],
            kinds["and_half"],
        )
        letters = "".join(word for word in numbers.scales if len(word) == 1)
        #: What else than a unit may stand between a number and its unit, or before the second number of a range.
        self.behind = (*numbers.scales, *additional, *halves, *kinds["range"], *kinds["of"])
        per = kinds["per"]
        signs, wordy = ([p for p in per if p.isalpha() == alpha] for alpha in (False, True))
        amount_units = (w for w, unit in self.units.items() if unit.measure not in ("time", "weight", "area"))
        end = r"(?:(?![^\W\d_]|\d*/7(?!\d))|(?=(?:iv|im|po|sc|sq|pr)(?![^\W_])|x ?\d))"  # also glued to its route: "40mgIV"
        unit = rf"(?:{alternatives(amount_units)}{end})"
        # Nothing is given by the nanogram: "40 mg per NG tube".
        under = rf"(?:{alternatives(w for w, one in self.units.items() if one.ucum != 'ng')}(?![^\W\d_]))"
        number = numbers.pattern
        scaled = alternatives(w for w, unit in self.units.items() if unit.measure == "activity")
        # "1/4 de comprimé", "2 millions d'unités"
        whole, elided = (
            [re.escape(w) for w in kinds.get("of_unit", ()) if w.isalpha() == alpha] for alpha in (True, False)
        )
        of_whole, of_elided = "|".join(whole) or "(?!)", "|".join(elided) or "(?!)"
        scale = (
            rf"(?:\s*(?:{alternatives(scales)}\b(?:\s+(?:(?:{of_whole})\b|{of_elided}))?"
            rf"|(?!mu?\s*/\s*(?:min|h|kg))[{letters}](?=\s*(?:{of_elided})?{scaled}\b)))?"
        )
        by = rf"(?:\s*{alternatives(signs)}\s*|\s+{alternatives(wordy)}\s+)"
        # "5 mL per G-tube": how it is given, and no gram.
        routes = [written for written, _ in spelled(resources.read_table(lang, "posology/routes.tsv"))]
        ways = any_of([re.escape(way) for way in routes if way.startswith(tuple(f"{word} " for word in per))])
        # "10 mg an hour before bed" is no rate, but "10 mg/h after 2 days" is.
        moment = rf"(?!\s+{alternatives(kinds['moment_behind'])}\b)"
        more = rf"(?:\s+{alternatives(additional)})?"
        half = rf"(?P<half>\s+{alternatives(halves)}(?![^\W\d_]))?"
        of = rf"(?:[\s-]*|\s+(?:(?:{of_whole})\s+|{of_elided}))"
        figure = r"\d+(?:[.,]\d+)?"
        self._parts = re.compile(
            rf"(?P<n1>{number})\s*(?P<u1>{unit})?\s*(?P<sign>[{JOINTS}])\s*(?P<n2>{number})\s*(?P<u2>{unit})?"
            rf"(?P<more>(?:\s*[{JOINTS}]\s*{figure}\s*(?:{unit})?){{0,{_MORE_PARTS}}}\s*[{JOINTS}]\s*{figure}\s*{unit})?"
            rf"(?:\s*/\s*(?:dose|puff|actuation|bouffee)(?![^\W_]))?"
        )
        self._amount = re.compile(
            rf"(?P<a>{number})(?P<as>{scale}){numbers.again}{more}(?:{of}(?P<au>{unit}))?{half}"
            rf"(?:{numbers.joint_source}(?P<b>{number})(?!\s?(?:h|heures?|am|pm|:)(?![^\W\d_]))(?P<bs>{scale}){numbers.again}[\s-]*(?P<bu>{unit})?"
            rf"(?(au)(?(bu)|(?!))))?"
            rf"(?:(?:\s*(?P<sign>{alternatives(signs)})\s*|\s+(?!{ways}){alternatives(wordy)}\s+)"
            rf"(?P<dn>\d+(?:[.,]\d+)?)?\s*(?P<du>{under})(?(sign)|{moment})(?:{by}(?P<en>\d+)?\s*(?P<eu>{under}))?)?"
        )
        self._further = re.compile(rf"({figure})\s*({unit})?")
        self._amount_unit = re.compile(unit)
        self._unitless = re.compile(
            r"(?:\d{1,3}(?:[.,]\d+)?\s?/\s?\d{2,3}|\d{3}\s?/\s?\d{1,2}(?:[.,]\d)?|\d{2,3}\s?/\s?\d[.,]\d)"
            r"(?![\d/]|\s?(?:h|hours?|heures?|days?|j)\b)"
        )
        self._single = re.compile(rf"(?P<a>{number})(?P<as>{scale})(?:[\s-]*(?P<au>{unit}))?")

    def match(self, text: str, start: int, *, single: bool = False, joined: bool = True) -> tuple[int, Amount] | None:
        """The amount that begins at `start`, and where it ends; None where there is none.

        `single`: no range, for the first amount of "from 10 mg to 20 mg". `joined`: may one of the signs stand behind
        it that join the amounts of several ingredients (`JOINTS`)? Raises UnreadError, which carries no place: `end`
        says where the unread amount ends.
        """
        if not self._numbers.may_begin(text, start):
            return None
        if joined and not single:
            if (several := self._parts.match(text, start)) is not None:
                parts = self._several(several)
                if parts is not None:
                    return several.end(), parts
            if self._unitless.match(text, start) is not None:
                raise UnreadError("strength_without_unit")  # "8/500"
        found = (self._single if single else self._amount).match(text, start)
        if found is not None and not single and self._mixed(found):
            found = self._single.match(text, start)  # "40mg - 1/2 tab" is no range
        if found is None:
            return None
        return found.end(), self._of(found.groupdict())

    def _mixed(self, match: re.Match[str]) -> bool:
        """Do the two ends of a range measure different things?"""
        first, last = self._unit(match["au"]), self._unit(match["bu"])
        return first is not None and last is not None and first.measure != last.measure

    def plain(self, figures: str, written: str) -> Amount | None:
        """The amount of a figure and its unit, where nothing else is written; None where it cannot be read so."""
        try:
            unit = self._unit(written)
            number = self._numbers.number(self._whole(figures, unit))
        except UnreadError:
            return None
        if not number or unit is None:
            return None
        return _plain(quantity_of(number, None, unit.ucum), unit, None, worded=False)

    def unit_at(self, text: str, start: int) -> tuple[int, str] | None:
        """The unit of an amount that stands at `start`: where it ends, and its UCUM code."""
        found = self._amount_unit.match(text, start)
        return (found.end(), self.units[re.sub(r"\s+", " ", found[0])].ucum) if found is not None else None

    def end(self, text: str, start: int) -> int:
        """Where the stretch that is written as an amount ends, whether it can be read or not."""
        if not self._numbers.may_begin(text, start):
            return start
        found = self._unitless.match(text, start) or self._amount.match(text, start)
        return found.end() if found is not None else start

    def ingredients(self, text: str) -> Amount | None:
        """The amounts of "25-100 mg" as those of several ingredients; None for anything else."""
        match = self._parts.fullmatch(text)
        written = self._written(match) if match is not None else [("", None)]
        unit = written[-1][1]
        if unit is None or unit.measure not in _PRODUCT:
            return None
        parts = tuple(quantity_of(self._numbers.number(figure), None, unit.ucum) for figure, _ in written)
        return Amount("strength", parts=parts, measure=unit.measure)

    def _written(self, match: re.Match[str]) -> list[tuple[str, Unit | None]]:
        """The figures of several ingredients, each with its unit where it has one."""
        further = self._further.findall(match["more"] or "")
        pairs = [(match["n1"], match["u1"]), (match["n2"], match["u2"]), *further]
        return [(figure, self._unit(unit)) for figure, unit in pairs]

    def _several(self, match: re.Match[str]) -> Amount | None:
        """ "5/500 mg", "100 mg/25 mg" and "10-325 mg": amounts of several ingredients. None for anything else."""
        written = self._written(match)
        last = written[-1][1]
        if last is None or last.measure not in (*_PRODUCT, "percent"):
            return None
        if any(unit is not None and unit.measure != last.measure for _, unit in written):
            return None
        if last.measure == "activity" and match["sign"] == "/":
            raise UnreadError("amount_unread")  # "70 units/6 units": of two hours, or of two ingredients?
        if match["sign"] == "-" and written[0][1] is None and all(number[0].isalpha() for number, _ in written):
            return None  # "eighty-one milligrams"
        values = [self._numbers.number(number) for number, _ in written]
        if match["sign"] == "-":
            falls = values[0] >= values[1] * MIN_FALL  # "875-125 mg": no range falls so
            if written[0][1] is not None or not (falls or max(values) > min(values) * MAX_RANGE_RATIO):
                return None  # a range, or one that runs backwards
        if match["sign"] == "/" and written[0] == ("1", None) and written[1][0] in ("2", "3", "4", "8"):
            return None
        if not all(values):
            raise UnreadError("zero_amount")
        units = [unit or last for _, unit in written]
        parts = tuple(quantity_of(value, None, unit.ucum) for value, unit in zip(values, units, strict=True))
        return Amount("strength", parts=parts, measure=last.measure)

    def _of(self, match: dict[str, str | None]) -> Amount:
        unit = self._unit(match.get("bu") or match["au"])
        first, last = match["a"] or "", match.get("b")
        if _MIXED_NUMBER.match(first) and (unit is None or unit.measure == "count"):
            raise UnreadError("ambiguous_number")  # "25 1/2 tab": 25 mg, and half a tablet
        low = self._numbers.scaled(self._whole(first, unit), match["as"] or match.get("bs"))
        if match.get("half"):
            low += Decimal("0.5")
        high = self._numbers.scaled(last, match.get("bs")) if last else None
        if high is not None and match["au"] and (other := self._unit(match["au"])) != unit:
            low = _converted(low, other, unit)
        if high is not None and high < low:
            raise UnreadError("range_backwards")
        if low == 0 or high == 0:
            raise UnreadError("zero_amount")
        quantity = quantity_of(low, high, unit.ucum if unit else None)
        worded = first[0].isalpha()
        if not match.get("du"):
            return _plain(quantity, unit, None, worded=worded)
        return self._divided(quantity, unit, match, worded=worded)

    def _whole(self, figures: str, unit: Unit | None) -> str:
        """Figures without the point of the thousands: nobody gives 25 international units to the thousandth."""
        grouped = self._numbers.lang == "fr" and unit is not None and unit.measure == "activity"
        return figures.replace(".", "") if grouped and _THOUSANDS.fullmatch(figures) else figures

    def _divided(self, quantity: Data, unit: Unit | None, match: dict[str, str | None], *, worded: bool) -> Amount:
        under, last = self._unit(match["du"]), self._unit(match["eu"])
        if under is None:
            raise UnreadError("amount_unread")
        share = self._numbers.number(match["dn"]) if match["dn"] else Decimal(1)
        if share == 0:
            raise UnreadError("zero_amount")
        if under.measure in ("weight", "area"):
            if last is not None and last.ucum == "{dose}" and not match["en"]:
                last = None  # "15 mg/kg/dose": each time
            if last is not None and last.measure != "time":
                raise UnreadError("amount_unread")
            every = None
            if last is not None and not match["en"] and last.ucum in _LONG:
                every, last = (Decimal(1), last.ucum), None  # "200 mg/m2 a week": once a week
            elif last is not None and match["en"]:
                hours = self._numbers.number(match["en"])
                if last.ucum == "h" and hours == _HOURS_OF_DAY:
                    last = Unit("d", "time")
                else:
                    every, last = (hours, last.ucum), None
            return _ratio("rate", quantity, share, f"{under.ucum}.{last.ucum}" if last else under.ucum, unit, every)
        if under.measure == "time":
            return self._timed(quantity, unit, share, under, last, worded=worded)
        if last is not None or under.ucum == "dL":  # "70 mg/dL": a finding of the laboratory
            raise UnreadError("amount_unread")
        if unit is not None and unit.measure == "activity" and under.measure == "mass":
            raise UnreadError("dose_by_scale")  # "1 unit per 10 g": of what is eaten
        if unit is not None and unit.measure in _PRODUCT and under.measure in ("volume", "count"):
            return _ratio("strength", quantity, share, under.ucum, unit)
        if unit is not None and unit.measure == "mass" and under.measure == "mass":
            if unit == under and quantity == quantity_of(share, None, under.ucum):
                return _plain(quantity, unit, None, worded=worded)  # "3 mg by 3 mg"
            return _ratio("strength", quantity, share, under.ucum, unit)
        raise UnreadError("amount_unread")

    def _timed(
        self, quantity: Data, unit: Unit | None, share: Decimal, under: Unit, last: Unit | None, *, worded: bool
    ) -> Amount:
        """An amount over time: by weight too ("µg/min/kg") or in volume a rate, else how much each time."""
        if last is not None:
            if last.measure == "weight" and share == 1:
                return _ratio("rate", quantity, share, f"{last.ucum}.{under.ucum}", unit)
            raise UnreadError("amount_unread")
        volume = unit is not None and unit.measure == "volume"
        if under.ucum in ("d", "wk", "mo", "a") and share == 1:
            return _plain(quantity, unit, (share, under.ucum), worded=worded)
        if under.ucum in ("h", "min") and (share == 1 or volume):
            return _ratio("rate", quantity, share, under.ucum, unit)
        return _plain(quantity, unit, (share, under.ucum), worded=worded)

    def _unit(self, written: str | None) -> Unit | None:
        if not written:
            return None
        return self.units.get(written) or self.units[re.sub(r"\s+", " ", written)]


def _converted(value: Decimal, unit: Unit | None, other: Unit | None) -> Decimal:
    """A mass in another unit of mass. Raises UnreadError for anything else."""
    if unit is None or other is None or unit.ucum not in _GRAMS or other.ucum not in _GRAMS:
        raise UnreadError("amount_unread")
    return value.scaleb(_GRAMS[unit.ucum] - _GRAMS[other.ucum])


def _plain(quantity: Data, unit: Unit | None, every: tuple[Decimal, str] | None, *, worded: bool) -> Amount:
    if unit is None:
        return Amount("count", quantity, every=every, worded=worded)
    if unit.measure == "percent":
        return Amount("strength", ratio={"numerator": quantity, "denominator": None}, measure="percent")
    kind: Kind = "count" if unit.measure == "count" else "quantity"
    return Amount(kind, quantity, measure=unit.measure, every=every, worded=worded)


def _ratio(
    kind: Kind, quantity: Data, share: Decimal, ucum: str, unit: Unit | None, every: tuple[Decimal, str] | None = None
) -> Amount:
    ratio = {"numerator": quantity, "denominator": quantity_of(share, None, ucum)}
    return Amount(kind, ratio=ratio, measure=unit.measure if unit else "", every=every)


def quantity_of(low: Decimal, high: Decimal | None, unit: str | None) -> Data:
    """A quantity as the event writes it: `value`, or `low` and `high`, with its unit where there is one."""
    if unit in _MILLIONS:
        low, high, unit = low.scaleb(6), high.scaleb(6) if high is not None else None, _MILLIONS[unit]
    found = {"value": digits(low)} if high is None or high == low else {"low": digits(low), "high": digits(high)}
    if unit is not None:
        found["unit"] = unit
    return found


def runs(amount: Amount) -> bool:
    """Is an amount a rate by the hour or the minute?"""
    under = (amount.ratio or {}).get("denominator") or {}
    return amount.kind == "rate" and not {"h", "min"}.isdisjoint(under.get("unit", "").split("."))
