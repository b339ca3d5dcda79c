"""The grammar of dates: cores that only a date has, and the words before and behind that say what they are.

A core is a date in figures, a month, a year, a decade, a number with a unit of time, or a fixed phrase ("hier"). Cores
are found in one pass over the figures and one over the words of the folded text; the words before a core ("il y a",
"depuis", "pendant", "en") are read backwards from it. Every repetition is bounded, so reading is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, itemgetter

import msgspec

from pipeline.resources import read_table
from pipeline.text.date_context import DateContext
from pipeline.text.date_leads import Lead, Leads, start_of
from pipeline.text.date_values import AbsoluteDate, Age, Bound, Direction, Duration, RelativeDate
from pipeline.text.folding import FoldedText
from pipeline.text.phrase_scan import Collapsed, PhraseScan
from pipeline.text.phrases import phrases_expression

Value = AbsoluteDate | RelativeDate | Duration | Age

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
# Texts without identities have their dates shifted on, in brackets of their own: "[**2131-6-11**]".
_SHIFTED = r"(?:19|20|21)\d\d"
_B = r"[ \t\n\r]{1,3}"
_OB = r"[ \t\n\r]{0,3}"
# The same where what follows begins with no blank, so that none need be given back.
_OWN_OB = rf"{_OB}+"
# What may stand between a number and a month or a unit, and behind the number of a day.
_BEHIND_FIGURES = ("a", "ou", "et", "to", "or", "and", "of", "de", "d'", "er", "st", "nd", "rd", "th")
# A year of two figures behind an apostrophe: "stroke '16".
_SHORT_LEAD, _SHORT_END = r"(?<=[ (~]')", r"(?![\w'\"/%])"
# A two-digit year up to this one is of this century.
_CENTURY_TURN = 40
_CENTURY = 100
# "années 30" and later decades are of the last century.
_FIRST_DECADE = 30
_MONTHS = 12
# What a length leads back from: a stay, not the day of the note.
_EVENT = "event"
# Two figures from here on are no day, and rarely anything else than a year.
_NO_DAY = 60
# What makes of four digits a number and no year.
_NOT_YEAR = r"(?!\d|[.,/]\d|\s?%|[ \t]?(?:mg|ml|g\b|kg|kcal|cal\b|ui\b|iu\b|units?\b|unites?\b|cc\b|mmol|mm3|mm\b|pas\b|steps\b))"
_RANGE = re.compile(r"\s{0,3}(?:-|au|a|et|to|and|through|puis|,)\s{0,3}(?:le\s)?\Z")
_RANGE_LENGTH = 10
# The orders in which a language may write a month: "June 3", "09/05" of a year, "nov 23" of a year, "3.12".
_MONTH_DAY, _MONTH_OF_YEAR, _MONTH_YEAR, _DAY_MONTH = "month day", "month/year", "month year", "day.month"


_NO_KINDS: frozenset[str] = frozenset()
_start: Callable[[tuple[int, re.Match[str], str, str]], int] = itemgetter(0)
_kinds: Callable[[Lead], frozenset[str]] = attrgetter("kinds")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A date, a duration or an age in folded text."""

    start: int
    end: int
    value: Value


class _Core(msgspec.Struct, frozen=True, gc=False):
    """A core under reading, with the words before it."""

    text: str
    start: int
    match: re.Match[str]
    leads: list[Lead]
    kinds: frozenset[str]

    @property
    def bound(self) -> Bound | None:
        """The bound that the leads state."""
        return "since" if "since" in self.kinds else "until" if "until" in self.kinds else None

    def found(self, value: Value, *kinds: str, end: int | None = None) -> Found:
        """The value, with the leads that belong to it."""
        start = start_of(self.leads, self.start, "since", "until", *kinds)
        return Found(start, self.match.end() if end is None else end, value)


class DateGrammar:
    """Finds dates of one language. `day_first`: how 03/04/2021 is read."""

    def __init__(self, lang: str, *, day_first: bool) -> None:
        words: dict[str, dict[str, str]] = {}
        for row in read_table(lang, "text/dates.tsv"):
            words.setdefault(row["kind"], {})[FoldedText.of(row["word"]).folded] = row["value"]
        self.words = words
        self.day_first = day_first
        self.lang = lang
        self._forms_known = words["form"]
        self._leads = Leads(words)
        self._context = DateContext(words)
        self._fixed: dict[str, tuple[Direction, float, str]] = {}
        directions: tuple[Direction, ...] = ("past", "current", "future")
        for direction in directions:
            for phrase, value in words[direction].items():
                number, unit = value.split()
                self._fixed[phrase] = (direction, float(number), unit)
        self._behind = re.compile(
            rf"(?:'s?)?(?:{_B}(?:(?P<ago>{phrases_expression(words['ago_after'])})(?!{_B}to\b)"
            rf"|(?P<later>{phrases_expression(words['ahead_after'])})|(?P<since>{phrases_expression(words['since_after'])}))"
            rf"|-?{_OB}(?P<old>{phrases_expression(words['age_after'])}))"
        )
        self._build()

    def _any(self, kind: str) -> str:
        return f"(?:{phrases_expression(self.words[kind])})"

    def _build(self) -> None:
        # "janv." has its full stop; behind a whole name it ends the sentence.
        whole = [
            name
            for name in self.words["month"]
            if not any(name != other and other.startswith(name) for other in self.words["month"])
        ]
        short = [name for name in self.words["month"] if name not in whole]
        month = rf"(?:{phrases_expression(whole)}|(?:{phrases_expression(short)})\.?)"
        unit = self._any("unit").replace(r"\b", "", 1)  # "3ans", "48h": no word begins there
        joiner = f"(?:{'|'.join(self.words['joiner'])}|/|-)"
        half = rf"(?:{_B}(?:et{_B}demie?s?|and{_B}(?:a{_B})?half))?"
        more = rf"(?:{_OWN_OB}{joiner}{_OWN_OB}(?:\d{{1,3}}|{self._any('number')}))?"
        adjective = rf"(?:{self._any('adjective')}{_B})?"
        of_month = rf"{_OWN_OB}(?:[-,/ ]|\.(?! ))?{_OWN_OB}(?:of{_B}|de{_B}|d'{_OB})?"
        year_behind = (
            rf"(?:{_OB}(?:,|of|de|-|/)?{_OB}(?P<dy>{_YEAR}(?!\d)|'\d\d(?!\d)|(?<=[ /.-])\d\d(?![\d:/.,%]|\s?\w)))?"
        )
        number = rf"(?P<number>\d{{1,3}}+(?:[.,]\d{{1,2}}+)?+){more}{_OWN_OB}-?{_OWN_OB}{adjective}(?P<unit>{unit})(?!\w){half}"
        # "10-12-10 UI" are doses of a day.
        counted = "".join(rf"(?<!\b{re.escape(word)} )" for word in self.words["dosed_before"])
        self._dosed = re.compile(rf"[ \t]?(?:de |d')?{self._any('dosed')}")
        small = (
            rf"{counted}(?P<na>\d\d?)(?P<ns>[/.-])(?P<nb>\d\d?)(?P=ns)(?P<ny>{_YEAR}|\d\d)(?![\d%]|[/.,-]\d|[ \t]?{self._any('dosed')})",
            rf"(?P<ba>\d\d) (?P<bb>0[1-9]|1[0-2]) (?P<by>{_YEAR})(?!\d)",
            rf"(?P<my>{_MONTH})[/.-](?P<yy>{_SHIFTED})(?![\d/])",
            rf"(?P<dd>{_DAY})(?!\d)(?:er|st|nd|rd|th)?{of_month}(?P<dm>{month})(?!\w){year_behind}",
            r"(?P<decade>\d0)'?s\b",
            rf"{_SHORT_LEAD}(?P<short>\d\d){_SHORT_END}",
            number,
            r"(?P<part>\d{1,2})/(?P<whole>7|52|12)(?![\d/])",
            r"(?P<sa>\d\d?)[/.](?P<sb>\d\d?)(?![\d/%]|[.,]\d)",
            r"(?:(?<=\bage )|(?<=\bage of )|(?<=\baged ))(?P<age>\d{1,2})(?![\d/%]|[.,]\d)",
        )
        four = (
            rf"(?P<iy>{_SHIFTED})[-/.](?P<im>{_MONTH})[-/.](?P<id>{_DAY})(?!\d)",
            r"(?P<decade>(?:19|20)\d0)'?s\b",
            r"(?<=\[\*\*)(?P<shifted>2[01]\d\d)(?=\*\*\])",
            rf"(?P<year>{_YEAR}){_NOT_YEAR}",
        )
        # By the number of figures that a core begins with; more are no date.
        few = re.compile("|".join(small))
        self._forms = (few, few, re.compile(number), re.compile("|".join(four)))
        # "Nov 23", before a sign: a dose may follow a month as well.
        short_year = (
            rf"|(?<=[ .])\d\d(?={_OB}(?:[,;:)\]\n→]|\.(?!\d)|->|=>|\Z))" if _MONTH_YEAR in self._forms_known else ""
        )
        behind = [kind for name in ("unit", "adjective", "month", "number") for kind in self.words[name]]
        self._figures, self._aged_figures = _figures({word[:2] for word in (*behind, *_BEHIND_FIGURES)})
        by_day = rf"{_B}(?P<md>{_DAY})(?:st|nd|rd|th)?(?![\d/:.]\d|\d)(?:{_OB},?{_B}(?P<mdy>{_YEAR})(?!\d))?"
        # One tree of all first words, so that most words of a text are looked at once.
        self._firsts = {
            **dict.fromkeys(self.words["number"], "number"),
            **dict.fromkeys(self.words["season"], "season"),
            **dict.fromkeys(self.words["month"], "month"),
            **dict.fromkeys(("annees", "annee"), "decade"),
            **dict.fromkeys(self._fixed, "fixed"),
        }
        self._rests = {
            "number": re.compile(rf"{more}{_B}{adjective}(?P<unit>{unit})(?!\w){half}"),
            "season": re.compile(rf"(?:{_B}(?:of|de))?{_B}(?P<sy>{_YEAR})(?!\d)"),
            "month": re.compile(
                rf"\.?(?:{by_day if _MONTH_DAY in self._forms_known else '(?P<md>(?!))(?P<mdy>)'}"
                rf"|(?:{_OB}(?:,|of|de|-|/)?{_OB}(?:l'annee{_B})?(?P<oy>{_YEAR}|'\d\d{short_year})(?!\d))|(?P<last>{_B}(?:dernier|passe))(?!\w))"
            ),
            "decade": re.compile(rf"{_B}(?P<decade>(?:19|20)?\d0)(?!\d)"),
            "fixed": re.compile(""),
        }
        self._letters = re.compile(phrases_expression(self._firsts))
        self._words = PhraseScan(self._firsts, pool=self.lang)

    def find(self, text: str, collapsed: Collapsed | None = None) -> list[Found]:
        """Dates, durations and ages of a folded text, in order. `collapsed`: the text, if it is made already."""
        found: list[Found] = []
        last = 0
        for start, match, kind, word in self._cores(text, collapsed or Collapsed(text)):
            if start < last:
                continue
            leads = self._leads.before(text, last, start)
            kinds = (
                _NO_KINDS if not leads else leads[0].kinds if len(leads) == 1 else _NO_KINDS.union(*map(_kinds, leads))
            )
            if "none_lead" in kinds:
                continue
            core = _Core(text, start, match, leads, kinds)
            value = self._in_words(kind, word, core) if word else self._in_figures(kind, core, found)
            if value is not None:
                found.append(value)
                last = value.end
        return self._with_years(text, found)

    def _cores(self, text: str, collapsed: Collapsed) -> list[tuple[int, re.Match[str], str, str]]:
        """The cores of a text in order: start, match, kind, and the word that a core in words begins with."""
        cores: list[tuple[int, re.Match[str], str, str]] = []
        last = 0
        # An age may be all that is said of a number; elsewhere most numbers are doses and measures and passed by.
        aged = "age " in text or "aged " in text
        for figures in (self._aged_figures if aged else self._figures).finditer(text):
            start, end = figures.span()
            if start < last:
                continue
            match = self._forms[end - start - 1].match(text, start)
            if match is not None:
                cores.append((start, match, match.lastgroup or "", ""))
                last = match.end()
        words = self._words.phrases
        for place, start, end in self._words.find(collapsed):
            word = words[place]
            kind = self._firsts[word]
            rest = self._rests[kind].match(text, end)
            if kind == "month" and word in self.words["number"]:  # "sept" is seven, and September
                number = self._rests["number"].match(text, end)
                kind, rest = ("number", number) if number is not None else (kind, rest)
            if rest is None and kind == "month":
                rest = self._letters.match(text, start)
            if rest is not None:
                cores.append((start, rest, kind, word))
        cores.sort(key=_start)
        return cores

    def _in_words(self, kind: str, word: str, core: _Core) -> Found | None:
        rest, text = core.match, core.text
        if kind == "fixed":
            direction, number, unit = self._fixed[word]
            return core.found(RelativeDate(direction, number, unit, core.bound))
        if kind == "number":
            return self._quantity(core, word)
        if kind == "decade":
            return core.found(AbsoluteDate(_century(rest["decade"], decade=True), None, None, core.bound))
        if kind == "season":
            return core.found(AbsoluteDate(int(rest["sy"]), int(self.words["season"][word]), None, core.bound))
        month = self._month(word)
        alone = rest.re is self._letters
        if not alone and rest["md"] is not None:
            year = int(rest["mdy"]) if rest["mdy"] else None
            elapsed = year is None and self._context.tells_past(text, core.start, rest.end())
            return core.found(AbsoluteDate(year, month, int(rest["md"]), core.bound, elapsed))
        if not alone and rest["oy"] is not None:
            return core.found(AbsoluteDate(_century(rest["oy"]), month, None, core.bound))
        announced = core.kinds & {"month_lead", "since", "until"}
        if alone and not announced and not self._context.is_month(text, core.start, rest.end()):
            return None
        elapsed = not alone or not self._context.is_planned(text, core.start, rest.end())
        return core.found(AbsoluteDate(None, month, None, core.bound, elapsed))

    def _in_figures(self, last: str, core: _Core, found: list[Found]) -> Found | None:
        """What figures say. `last`: the last group of the core, by which its form is known."""
        match, bound = core.match, core.bound
        match last:
            case "unit":
                return self._quantity(core)
            case "year":
                return self._year(core, found)
            case "shifted" | "short":
                return core.found(AbsoluteDate(_century(match[last]), None, None, bound))
            case "id":
                return core.found(AbsoluteDate(int(match["iy"]), int(match["im"]), int(match["id"]), bound))
            case "ny":
                day, month = self._ordered(match["na"], match["nb"])
                return core.found(AbsoluteDate(_century(match["ny"]), month, day, bound))
            case "by":
                day, month = self._ordered(match["ba"], match["bb"])
                return core.found(AbsoluteDate(int(match["by"]), month, day, bound))
            case "yy":
                return core.found(AbsoluteDate(int(match["yy"]), int(match["my"]), None, bound))
            case "dm" | "dy":
                year = _century(match["dy"]) if match["dy"] else None
                elapsed = year is None and self._context.tells_past(core.text, *match.span())
                return core.found(AbsoluteDate(year, self._month(match["dm"]), int(match["dd"]), bound, elapsed))
            case "decade":
                return core.found(AbsoluteDate(_century(match["decade"], decade=True), None, None, bound))
            case "age":
                return core.found(Age(float(match["age"]), "year", bound), "age_lead")
            case _:
                return self._fraction(core)

    def _fraction(self, core: _Core) -> Found | None:
        """Two numbers with a slash: a length of time as the British write it, a day and month, or no date at all."""
        match, text = core.match, core.text
        behind = self._behind.match(text, match.end())
        fractions = self.words.get("fraction", {})
        if match["part"] is not None and fractions:
            if core.kinds & {"lasting", "since", "ahead_before", "ago_before"} or (behind and behind["ago"]):
                return self._timed(core, float(match["part"]), fractions[match["whole"]])
        if "." in match[0] and _DAY_MONTH not in self._forms_known:
            return None
        first, second = match["sa"] or match["part"], match["sb"] or match["whole"]
        of_year = self._month_of_year(core, first, second) if _MONTH_OF_YEAR in self._forms_known else None
        if of_year is not None:
            return of_year
        at_line = (
            self._context.leads_line(text, match.start()) and text[match.end() : match.end() + 2].lstrip()[:1] in ":-"
        )
        if not (at_line or core.kinds & {"day_lead", "since", "until"}) or self._context.is_measure(
            text, match.start()
        ):
            return None
        if self._dosed.match(text, match.end()) is not None:
            # "Réduire de 1/4 de cp"
            return None
        day, month = self._ordered(first, second)
        if not 1 <= month <= _MONTHS:
            return None
        elapsed = self._context.tells_past(text, *match.span())
        return core.found(AbsoluteDate(None, month, day, core.bound, elapsed))

    def _month_of_year(self, core: _Core, month: str, year: str) -> Found | None:
        """A month and the two figures of its year: "in 09/05"; "7/92" can be nothing else."""
        if len(year) != len("05") or not 1 <= int(month) <= _MONTHS or "/" not in core.match[0]:
            return None
        if self._context.is_measure(core.text, core.start):
            return None
        kinds = core.leads[0].kinds if core.leads else _NO_KINDS
        announced = "year_lead" in kinds and "day_lead" not in kinds and year.startswith("0")
        if not announced and int(year) < _NO_DAY:
            return None
        return core.found(AbsoluteDate(_century(year), int(month), None, core.bound))

    def _year(self, core: _Core, found: list[Found]) -> Found | None:
        match, text = core.match, core.text
        start, end = match.span()
        announced = core.kinds & {"year_lead", "since", "until"}
        if not announced and not self._context.is_year(text, start, end, found[-1].end if found else None):
            return None
        return core.found(AbsoluteDate(int(match["year"]), None, None, core.bound))

    def _quantity(self, core: _Core, written: str | None = None) -> Found | None:
        match = core.match
        number = self.number(written or match["number"])
        if match[0].endswith(("demi", "demie", "demies", "half")):
            number += 0.5
        return self._timed(core, number, self.words["unit"][match["unit"]])

    def _timed(self, core: _Core, number: float, unit: str) -> Found | None:
        """A number of a unit of time: from the note back or on, a duration, an age, or nothing that is said."""
        kinds = core.kinds
        behind = self._behind.match(core.text, core.match.end())
        if behind is not None:
            end = behind.end()
            if behind["ago"] is not None:
                if "lasting" in kinds and self.words["ago_after"][" ".join(behind["ago"].split())] == _EVENT:
                    # "For two months prior to admission"
                    return core.found(Duration(number, unit), "lasting", "approx", end=end)
                return core.found(RelativeDate("past", number, unit, core.bound), "approx", end=end)
            if behind["later"] is not None:
                return core.found(RelativeDate("future", number, unit), end=end)
            if behind["since"] is not None:
                return core.found(RelativeDate("past", number, unit, "since"), "approx", end=end)
            return core.found(Age(number, unit), "age_lead", end=end) if not kinds & {"ago_before"} else None
        if "ago_before" in kinds:
            return core.found(RelativeDate("past", number, unit, core.bound), "ago_before", "approx")
        if "since" in kinds and "lasting" not in kinds:
            if "age_lead" in kinds:
                return core.found(Age(number, unit, "since"), "age_lead")
            return core.found(RelativeDate("past", number, unit, "since"), "approx")
        if "ahead_before" in kinds:
            return core.found(RelativeDate("future", number, unit), "ahead_before", "approx")
        if "lasting" in kinds:
            return core.found(Duration(number, unit), "lasting", "approx")
        return core.found(Age(number, unit), "age_lead") if "age_lead" in kinds and unit == "year" else None

    def _with_years(self, text: str, found: list[Found]) -> list[Found]:
        """Give the year of the last date of a range to those before it: "du 3 au 5 mars 2015"."""
        for index in range(len(found) - 1, 0, -1):
            first, second = found[index - 1], found[index]
            one, two = first.value, second.value
            if (
                isinstance(one, AbsoluteDate)
                and isinstance(two, AbsoluteDate)
                and one.year is None
                and two.year is not None
                and second.start - first.end <= _RANGE_LENGTH
                and _RANGE.match(text, first.end, second.start)
            ):
                value = AbsoluteDate(two.year, one.month, one.day, one.bound)
                found[index - 1] = Found(first.start, first.end, value)
        return found

    def _ordered(self, first: str, second: str) -> tuple[int, int]:
        """Day and month of two numbers; one above 12 is the day."""
        one, two = int(first), int(second)
        if self.day_first:
            return (two, one) if two > _MONTHS >= one else (one, two)
        return (one, two) if one > _MONTHS >= two else (two, one)

    def number(self, text: str) -> float:
        """The value of a number in figures or words."""
        if text.isdecimal():
            return float(text)
        plain = " ".join(text.split())
        if plain[0].isdigit():
            return float(plain.replace(",", "."))
        return float(self.words["number"][plain])

    def _month(self, text: str) -> int:
        return int(self.words["month"][text.rstrip(".")])


def _figures(behind: set[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Up to four figures that may begin a date: on their own, and where a number alone may be an age.

    They go on no number or word: "2.500", "1/2", "x2021" (but "le.2", "x3 jours"). `behind`: how the words begin that may
    stand behind a number and a blank.
    """
    first = r"\d(?:(?<!\w\d)|(?<=x\d)(?<![^\W_]x\d))(?<![\d²³¹⁰⁴-⁹][/.,]\d)"
    by_letter: dict[str, set[str]] = {}
    for word in behind:
        by_letter.setdefault(word[0], set()).add(word[1:])
    pairs = "|".join(
        re.escape(letter) + (f"[{''.join(map(re.escape, sorted(rests)))}]" if all(rests) else "")
        for letter, rests in sorted(by_letter.items())
    )
    no_date = rf"[):;%?!(\]=+]|\Z| (?!{pairs})[^\W\d_]"
    return (
        re.compile(rf"{first}(?:\d{{3}}(?!\d)|\d{{0,2}}(?!\d|{no_date})|(?<=[ (~]'\d)\d{_SHORT_END})"),
        re.compile(rf"{first}\d{{0,3}}(?!\d)"),
    )


def _century(text: str, *, decade: bool = False) -> int:
    year = int(text.lstrip("'"))
    if year >= _CENTURY:
        return year
    return year + (1900 if year > _CENTURY_TURN or (decade and year >= _FIRST_DECADE) else 2000)


@lru_cache(maxsize=8)
def grammar(lang: str, *, day_first: bool) -> DateGrammar:
    """The grammar of a language, built once."""
    return DateGrammar(lang, day_first=day_first)
