"""The grammar of dates: one regular expression a language, built from its words, and the reading of its matches.

Everything is matched in folded text. Branches begin with what tells them apart, and every repetition is bounded, so
that a search is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.resources import read_table
from pipeline.text.date_values import AbsoluteDate, Bound, Direction, Duration, RelativeDate
from pipeline.text.folding import FoldedText
from pipeline.text.phrases import phrases_expression

Value = AbsoluteDate | RelativeDate | Duration

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_B = r"[ \t\n\r\u00a0]{1,3}"
_OB = r"[ \t\n\r\u00a0]{0,3}"
# A two-digit year up to this one is of this century.
_CENTURY_TURN = 40
_CENTURY = 100
# "années 30" and later decades are of the last century.
_FIRST_DECADE = 30
# What a number with a slash is when it is no date: blood pressure, a scale, an eye, a dose.
_MEASURE = re.compile(
    r"\b(?:ta|pa|bp|tas|tad|eva|en|score|ev|av|acuite|glasgow|apgar|cotee?s?|pain|scale|tension|to|mmse|eva a|asa|"
    r"nyha|visual acuity|vision|rated|pressure|reflexes|strength|pulses)\W{0,3}(?:a|of|is|was|at|:)?\W{0,3}\Z"
)
_NOT_YEAR_BEFORE = re.compile(r"(?:plaquettes|leucocytes|platelets|fc|calories|kcal|ml|dose|bnp|weight|poids)\W{0,3}\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """A date or duration in folded text."""

    start: int
    end: int
    value: Value


class DateGrammar:
    """Finds dates of one language. `day_first`: how 03/04/2021 is read."""

    def __init__(self, lang: str, *, day_first: bool) -> None:
        words: dict[str, dict[str, str]] = {}
        for row in read_table(lang, "text/dates.tsv"):
            words.setdefault(row["kind"], {})[FoldedText.of(row["word"]).folded] = row["value"]
        self.words = words
        self.day_first = day_first
        self.lang = lang
        self._planned = re.compile(phrases_expression(words["planned"]))
        self.expression = re.compile(self._build())

    def _any(self, *kinds: str) -> str:
        phrases = [word for kind in kinds for word in self.words.get(kind, ())]
        return f"(?:{phrases_expression(phrases)})" if phrases else r"(?!)"

    def _build(self) -> str:
        month = rf"(?:{self._any('month')}\.?)"
        number = rf"(?:\d{{1,3}}(?:[.,]\d{{1,2}})?|{self._any('number')})"
        unit = self._any("unit").replace(r"\b", "", 1)  # "3ans", "48h": no word begins there
        approx = rf"(?:(?:{self._any('approx')}|[~<>≈]){_OB}){{0,2}}"
        lead = rf"(?P<bound>{self._any('since', 'until')}){_OB}"
        joiner = "(?:a|ou|et|-)" if self.lang == "fr" else "(?:to|or|and|-)"

        def quantity(tag: str) -> str:
            return (
                rf"{approx}(?P<{tag}n>{number})(?:{_OB}{joiner}{_OB}{number})?{_OB}-?(?P<{tag}u>{unit})"
                rf"(?:{_B}et{_B}demie?)?"
            )

        year2 = rf"(?:{_YEAR}|\d\d)"
        ordinal = r"(?:er|st|nd|rd|th)?"
        of_month = rf"{_OB}[-.,/ ]?{_OB}(?:of{_B}|de{_B}|d')?"
        after_month = rf"(?:{_OB}(?:,|of|de|-|/|'){{0,1}}{_OB}(?P<%s>{_YEAR}|'?\d\d(?![\d:/.]|\s?\w)))?"
        numeric = (
            rf"(?P<iy>{_YEAR})[-/.](?P<im>{_MONTH})[-/.](?P<id>{_DAY})(?!\d)",
            rf"(?P<na>\d\d?)(?P<ns>[/.-])(?P<nb>\d\d?)(?P=ns)(?P<ny>{year2})(?![\d%]|[/.,]\d)",
            rf"(?P<my>{_MONTH})[/-](?P<yy>{_YEAR})(?![\d/])",
            rf"(?P<dd>{_DAY}){ordinal}{of_month}(?P<dm>{month})(?!\w){after_month % 'dy'}",
        )
        by_month = (
            rf"(?P<mm>{month}){_B}(?P<md>{_DAY})(?:st|nd|rd|th)?(?![\d/:.]\d|\d)(?:{_OB},?{_B}(?P<mdy>{_YEAR}))?"
            if self.lang == "en"
            else r"(?P<mm>(?!))(?P<md>)(?P<mdy>)"
        )
        plain = (
            by_month,
            rf"(?P<om>{month}){_OB}(?:,|of|de|-|/)?{_OB}(?P<oy>{_YEAR})(?!\d)",
            rf"(?:{self._any('month_lead')}){_OB}(?P<lm>{month})(?!\w)(?P<lmx>{_B}(?:dernier|derniere|passe))?",
            rf"(?:{self._any('year_lead')}){_OB}(?P<ly>{_YEAR})(?!\d|[.,]\d|{_OB}(?:mg|ml|kcal|ui|units|g\b|cc))",
            rf"(?:les{_B})?annees{_B}(?P<dec>(?:19|20)?\d0)(?!\d)",
            rf"(?:the{_B})?(?:early|late|mid)?[ -]?(?P<dec2>(?:19|20)\d0|'\d0)'?s\b",
        )
        slash = rf"(?:{self._any('day_lead')}){_B}(?P<sa>\d\d?)/(?P<sb>\d\d?)(?![\d/])"
        relative = (
            rf"(?:{self._any('ago_before')}){_B}{quantity('p')}",
            rf"(?:{self._any('lasting')}){_OB}{quantity('l')}(?!{_B}(?:{self._any('ago_after')}))",
            rf"(?:{self._any('ahead_before')}){_B}{quantity('f')}(?!{_B}(?:{self._any('ago_after')}))",
            rf"{quantity('a')}(?:'s?)?{_B}(?:(?P<ago>{self._any('ago_after')})(?!{_B}to\b)|(?P<later>{self._any('ahead_after')}))",
            rf"(?P<past>{self._any('past')})",
            rf"(?P<now>{self._any('current')})",
            rf"(?P<next>{self._any('future')})",
        )
        bound_quantity = rf"(?P<sinceq>{self._any('since')}){_B}{quantity('s')}"
        bracket = rf"\((?P<by>{_YEAR})\)"
        line = rf"(?:(?<=\n)|^){_OB}(?:[-*•]{_OB})?(?:(?P<gy>{_YEAR}){_OB}[:,-]|(?P<ga>\d\d?)/(?P<gb>\d\d?){_OB}[:-])"
        bare = rf"(?<=[a-z] )(?P<ty>(?:19[3-9]|20[0-4])\d)(?={_OB}[),;.\n]|\Z)(?!\.\d)"
        starts = "|".join((*relative, *numeric, *plain, slash))
        return rf"{line}|{bracket}|{bare}|(?<![\w/.,])(?:{bound_quantity}|(?:{lead})?(?:{starts}))(?!\w)"

    def find(self, text: str) -> Iterator[Found]:
        """Dates and durations of a folded text, in order."""
        for match in self.expression.finditer(text):
            value = self._value(text, match)
            if value is not None:
                yield Found(*match.span(), value)

    def _value(self, text: str, match: re.Match[str]) -> Value | None:
        group = match.groupdict()
        bound = self._bound(match["bound"])
        for tag, direction in (("p", "past"), ("s", "past"), ("f", "future")):
            if group[f"{tag}u"] is not None:
                return self._relative(group, tag, _direction(direction), "since" if tag == "s" else bound)
        if group["au"] is not None:
            return self._relative(group, "a", "past" if group["ago"] is not None else "future", bound)
        if group["lu"] is not None:
            return Duration(self.number(group["ln"]), self._unit(group["lu"]))
        for tag, direction in (("past", "past"), ("now", "current"), ("next", "future")):
            if group[tag] is not None:
                number, unit = self.words["future" if tag == "next" else "current" if tag == "now" else "past"][
                    " ".join(group[tag].split())
                ].split()
                return RelativeDate(_direction(direction), float(number), unit, bound)
        return self._absolute(text, match, group, bound)

    def _absolute(
        self, text: str, match: re.Match[str], group: dict[str, str | None], bound: Bound | None
    ) -> AbsoluteDate | None:
        def whole(tag: str) -> int | None:
            found = group[tag]
            return int(found.lstrip("'")) if found else None

        if group["iy"]:
            return AbsoluteDate(whole("iy"), whole("im"), whole("id"), bound)
        if group["na"]:
            day, month = self._ordered(group["na"], group["nb"])
            return AbsoluteDate(_century(group["ny"]), month, day, bound)
        if group["yy"]:
            return AbsoluteDate(whole("yy"), whole("my"), None, bound)
        if group["dm"]:
            year = _century(group["dy"]) if group["dy"] else None
            return AbsoluteDate(year, self._month(group["dm"]), whole("dd"), bound)
        if group["mm"]:
            return AbsoluteDate(whole("mdy"), self._month(group["mm"]), whole("md"), bound)
        if group["om"]:
            return AbsoluteDate(whole("oy"), self._month(group["om"]), None, bound)
        if group["lm"]:
            elapsed = group["lmx"] is not None or not self._is_planned(text, match)
            return AbsoluteDate(None, self._month(group["lm"]), None, bound, elapsed)
        for tag in ("ly", "by", "gy", "ty"):
            if group[tag]:
                if tag == "ty" and _NOT_YEAR_BEFORE.search(text, max(0, match.start() - 16), match.start()):
                    return None
                return AbsoluteDate(whole(tag), None, None, bound)
        for tag in ("dec", "dec2"):
            if group[tag]:
                return AbsoluteDate(_century(str(group[tag]).lstrip("'"), decade=True), None, None, bound)
        for tag in ("s", "g"):
            if group[f"{tag}a"]:
                day, month = self._ordered(group[f"{tag}a"], group[f"{tag}b"])
                if _MEASURE.search(text, max(0, match.start() - 24), match.start(f"{tag}a")):
                    return None
                return AbsoluteDate(None, month, day, bound)
        return None

    def _ordered(self, first: str | None, second: str | None) -> tuple[int, int]:
        """Day and month of two numbers; one above 12 is the day."""
        one, two = int(first or 0), int(second or 0)
        months = 12
        if self.day_first:
            return (two, one) if two > months >= one else (one, two)
        return (one, two) if one > months >= two else (two, one)

    def _relative(
        self, group: dict[str, str | None], tag: str, direction: Direction, bound: Bound | None
    ) -> RelativeDate | None:
        return RelativeDate(direction, self.number(group[f"{tag}n"]), self._unit(group[f"{tag}u"]), bound)

    def number(self, text: str | None) -> float:
        """The value of a number in figures or words."""
        plain = " ".join((text or "1").split())
        if plain[0].isdigit():
            return float(plain.replace(",", "."))
        return float(self.words["number"][plain])

    def _unit(self, text: str | None) -> str:
        return self.words["unit"][text or ""]

    def _month(self, text: str | None) -> int:
        return int(self.words["month"][(text or "").rstrip(".")])

    def _bound(self, text: str | None) -> Bound | None:
        if text is None:
            return None
        plain = " ".join(text.split())
        if plain.startswith(("since", "depuis")):
            return "since"
        return "until" if plain in self.words["until"] and plain not in ("avant", "before", "by") else None

    def _is_planned(self, text: str, match: re.Match[str]) -> bool:
        """Whether the words around a month without a year speak of the future."""
        return self._planned.search(text, max(0, match.start() - 60), min(len(text), match.end() + 30)) is not None


def _direction(name: str) -> Direction:
    return "past" if name == "past" else "future" if name == "future" else "current"


def _century(text: str | None, *, decade: bool = False) -> int:
    year = int((text or "0").lstrip("'"))
    if year >= _CENTURY:
        return year
    return year + (1900 if year > _CENTURY_TURN or (decade and year >= _FIRST_DECADE) else 2000)


@lru_cache(maxsize=8)
def grammar(lang: str, *, day_first: bool) -> DateGrammar:
    """The grammar of a language, built once."""
    return DateGrammar(lang, day_first=day_first)
