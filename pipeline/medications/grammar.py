"""How amounts, frequencies, durations, routes and forms are written: candidates, found wherever they stand.

The patterns are data: `resources/{lang}/medications/grammar.toml` explains how they are written. A candidate says only
what its words can mean; the recogniser decides from the drugs near by whether it is one.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import regex

from pipeline import resources
from pipeline.medications.grammar_index import Beginnings, beginning_of_number, beginning_of_word, loosened, may_fit
from pipeline.medications.lexicon import Words
from pipeline.text.late_pattern import LatePattern

# What an attribute candidate can be beside the seven labels, until the recogniser knows its drug.
ACTIVITY = "ACTIVITY"  # "40 units": a dose of insulin, a strength of a vitamin
NUMBER = "NUMBER"  # "one", "1-2", "75": a count, a strength without its unit, or nothing
RATE = "RATE"  # "0.1 mg/hr": the strength of a patch, the rate of a pump
MEASURED = "MEASURED"  # "120 mg/dl": a laboratory result

# So far before a name a form in short and its full stop are looked for.
_FORM_REACH = 24
# Before what begins a clause, in so many characters.
CLAUSE_BEGINS = re.compile(r"(?:\A|[.;\n])[ \t]{0,4}(?:[-*•][ \t]{0,3})?\Z")
CLAUSE_REACH = 9

_BLANK = r"(?:[ \t-]{1,3}|[ \t]*\n[ \t]*)"
# Any row of blanks: what it costs to compile counts for more than what it lets through.
_LOOSE_BLANK = r"[ \t\n-]+"
_OPTIONAL_BLANK = r"[ \t-]{0,2}"
_END = r"(?![a-z0-9])"
# How often may be glued to a unit or a count: "1gx3", "500x2".
_END_OF_UNIT = r"(?:(?![a-z0-9])|(?=x ?\d))"
# Rules of the context whose words may go on: "vit" is the beginning of "vitamin".
_BEGINNINGS = frozenset(
    {
        "vitamin",
        "of",
        "over",
        "to_come_behind",
        "ended_after",
        "length_after",
        "level_between",
        "length_missed",
        "ended_then",
        "form_item",
        "given_in_cycles",
        "used_before",
        "to_come",
        "taken_it",
        "where_taken",
        "fluid_gap",
        "fluid_lead",
        "fluid_elsewhere",
        "fluid_elsewhere_behind",
        "patch",
        "bare_units",
        "by_units",
        "international",
        "dose_lead",
        "cell_lead",
        "dispensed",
        "name_amount",
        "name_ordered",
        "name_formed",
        "length_ends",
        "combination",
        "changed_between",
        "counting",
        "prefix",
        "infused",
        "titled",
        "no_strength_before",
        "titrated_until",
        "threshold",
        "taken_since",
        "unnamed_gap",
        "unnamed_lead",
        "unnamed_elsewhere",
    }
)
# Where the figure of an amount follows, no sentence ends at a form in short: "gél. 70 mg".
_FIGURE_BEHIND = re.compile(r"[ \t]{1,2}(?:[½¼¾]|\d+(?![\d.)]))")
# Longer words are looked up with what follows them.
_SHORT = 3
# So many signs behind a longer word are looked at before any pattern is tried.
_BEHIND = 2
# Words whose patterns are kept.
_KEPT = 20_000
_LIST = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Candidate:
    """A stretch of the folded text that can be an attribute. `weak`: other things are written so as well."""

    start: int
    end: int
    label: str
    weak: bool = False


@dataclass(frozen=True, eq=False)
class _Pattern:
    label: str
    expression: LatePattern
    weak: bool
    loosened: str

    @cached_property
    def loose(self) -> regex.Pattern[str]:
        return regex.compile(self.loosened)


class _Amounts:
    """Numbers and what may stand behind them, as one expression: the numbers are read once for all units."""

    def __init__(self, *written: tuple[str, tuple[tuple[str, str], ...]]) -> None:
        self._written = written
        self._labels = [label for _, units in written for label, _ in units]
        self._expressions: dict[tuple[int, ...], tuple[re.Pattern[str], list[str]]] = {}
        self.all = self._reduced(tuple(range(len(self._labels))))

    @cached_property
    def _loose(self) -> list[regex.Pattern[str]]:
        return [regex.compile(loosened(spaced(number + unit))) for number, units in self._written for _, unit in units]

    def beginning_so(self, head: str) -> _Amount | None:
        """The expression of the amounts that may begin so, and the labels of its groups; None where there are none."""
        numbers = tuple(number for number, loose in enumerate(self._loose) if may_fit(loose, head))
        return self._reduced(numbers) if numbers else None

    def _reduced(self, numbers: tuple[int, ...]) -> _Amount:
        if numbers not in self._expressions:
            count = iter(range(len(self._labels)))
            kept = ((number, [unit for _, unit in units if next(count) in numbers]) for number, units in self._written)
            alternatives = (
                f"{number}(?:{'|'.join(f'({unit}{_END_OF_UNIT})' for unit in units)})"
                for number, units in kept
                if units
            )
            expression = re.compile(spaced("|".join(alternatives)))
            self._expressions[numbers] = (expression, [self._labels[number] for number in numbers])
        return self._expressions[numbers]


# An expression for amounts, and the labels of its groups.
_Amount = tuple[re.Pattern[str], list[str]]
# The patterns that may begin so, the amounts, and whether a number may.
_Possible = tuple[tuple[_Pattern, ...], _Amount | None, bool]


class Grammar:
    """The patterns of one language, looked up by the first letters of a word."""

    def __init__(self, lang: str) -> None:
        source = _read(lang)
        self._lists: dict[str, list[str]] = source["lists"]
        self.context: dict[str, re.Pattern[str]] = {
            name: re.compile(rf"(?:{spaced(pattern)}){'' if name in _BEGINNINGS else _END}")
            for name, pattern in source["context"].items()
        }
        # What stands between an amount and what it goes on to, and says nothing of the use.
        self.aside = re.compile("|".join(self.context[name].pattern for name in ("glued", "diluent", "dispensing")))
        # Words without which no instruction is looked for where no drug is named.
        self.unnamed_words = frozenset(source["unnamed_instructions"]["words"])
        self.other_endings: tuple[str, ...] = tuple(source["other_words"]["endings"])
        # Titles are read with their capitals.
        self.list_title = re.compile(source["lists_of_medications"]["title"], re.MULTILINE)
        self.list_end = re.compile(source["lists_of_medications"]["end"], re.MULTILINE)
        loose = regex.compile(source["lists_of_medications"]["title"], regex.MULTILINE)
        letters = [chr(code) for code in range(0x61, 0x180) if chr(code).isalpha()]
        # The two letters that a title begins with; the whole of it is tried nowhere else.
        begun = [first for first in letters if loose.fullmatch(first.upper(), partial=True)]
        self.list_starts = frozenset(
            a + b for a in begun for b in letters if loose.fullmatch(a.upper() + b, partial=True)
        )
        self._patterns: list[_Pattern] = []
        self._beginnings = Beginnings()
        # What was looked up once, by a word of letters or by how a number or a short word and the next one begin.
        self._possible: dict[str, _Possible] = {}
        # Words at which nothing begins, but what a stroke before them makes one.
        self._nothing: set[str] = set()
        self._slashed: list[LatePattern] = []
        for label in ("dosage", "form", "route", "frequency", "duration"):
            written = source.get(label, {})
            weak = written.get("weak", ())
            for text in dict.fromkeys((*written.get("patterns", ()), *weak)):
                self._add(label.upper(), self._expand(text), text in weak)
        # What "/j" may be glued to ("1 cp/j"): behind a mass it is a rate.
        glue = [self._expand(text) for label in ("form", "route") for text in source[label]["patterns"]]
        glue += source["units"]["counted"]
        # "1 pulv/narine/j"
        glue = [rf"(?:{'|'.join(glue)})(?:[ ]?/[ ]?(?:{source['figures']['each_side']}))?"]
        self._counted = re.compile(rf"(?<![a-z])(?:{'|'.join(glue)})$")
        weighed = rf"(?: ?/ ?(?:{_alternatives(source['units']['weight'])}))?"
        units_of_interval = _alternatives(source["units"]["mass"] + source["units"]["activity"])
        self._massed = re.compile(rf"\d ?(?:{units_of_interval}){weighed}$")
        self._interval = re.compile(rf"(?:\d|(?:{source['figures']['interval']}){_END})")
        tails = "|".join(map(self._expand, source["frequency"]["tails"]))
        joined = "|".join(map(self._expand, source["frequency"]["joined"]))
        joins = "|".join(map(self._expand, source["frequency"]["joins"]))
        self._tail = re.compile(rf",?[ \t]{{0,2}}\n?(?:(?:{tails}){_END}|(?:{joins}){_BLANK}?(?:{joined}){_END})")
        self._weekday = re.compile(rf"\b(?:{'|'.join(self._lists['weekday'])}){_END}")
        number = f"(?:{_alternatives([self._expand(text) for text in self._lists['number']])})"
        units = {name: _alternatives(values) for name, values in source["units"].items()}
        figures = source["figures"]
        figure, range_word, per_word = figures["number"], figures["range"], figures["per"]
        # Between the ends of a range, which a hyphen joins: were a hyphen a blank there too, "1--1--1" could be read in
        # more ways than there is time.
        gap = r"[ \t]{0,2}"
        span = rf"(?:{figure})(?:{gap}(?:{range_word}){gap}(?:{figure}))*"
        per = rf"(?: ?/ ?| (?:{per_word}) )"
        mass, active, volume = units["mass"], units["activity"], units["volume"]
        rate = rf"(?:{units['weight']})?(?:{figures['rate']})"
        of_what = rf"(?:{figure})? ?(?:{volume}|{figures['actuation']})"
        number_words = rf"{number}(?: (?:{range_word}) {number})?(?: ?\(\d{{1,3}}(?:\.\d+)?\))?"
        # "Kenalog 10 and 3 cc" is no range: two counts are joined by a hyphen, "to" or "or".
        counts = rf"(?:{figure})(?:{gap}(?:{figures['range_of_counts']}){gap}(?:{figure}))*"
        activity = rf"(?: (?:{figures['further']}))? ?-?(?:{active})"
        spoonfuls = rf"(?: (?:{figures['further']})|(?: (?:{figures['of_a']})))? ?-?(?:{volume})"
        flow = rf"{per}(?:{figures['rate_of_flow']})"
        # What stands behind the figures. In order: the first that fits is what the amount is.
        units_of_figures = (
            (MEASURED, rf" ?(?:{mass}|{active}) ?/ ?(?:{units['laboratory']})"),
            (MEASURED, r" ?(?:[np]g|[mµu]mol) ?/ ?(?:ml|d?l)"),
            (MEASURED, r" ?(?:mg|gm?) ?%"),
            (
                "DOSAGE",
                rf" ?(?:{mass}|{active}|{volume}){per}(?:{units['weight']})(?: ?/ ?(?:{units['time']})|{flow})*",
            ),
            # "80/kg/j", in milligrams.
            ("DOSAGE", rf" ?/ ?(?:{units['weight']}) ?/ ?(?:{units['time']})"),
            ("DOSAGE", rf" ?(?:{active}|{volume})(?: ?/ ?(?:{units['spread']})|{flow})"),
            ("STRENGTH", rf" ?(?:{mass}|{active}) ?(?:/|{per_word}) ?{of_what}(?: ?\((?:{figure}) ?%\))?"),
            ("STRENGTH", rf" ?(?:{mass}) ?[/-] ?(?:{figure}) ?(?:{mass}) ?(?:/|{per_word}) ?{of_what}"),
            ("STRENGTH", rf" ?(?:{mass})(?: ?/ ?(?:{figure}) ?(?:{mass})){{1,3}}"),
            # "600 mg-400 unit": the two strengths of a combination.
            ("STRENGTH", rf" ?(?:{mass}) ?[/-] ?(?:{figure}) ?-?(?:{active})"),
            (RATE, rf" ?(?:{mass}){per}{rate}"),
            ("STRENGTH", rf" ?-?(?:{mass})(?: ?- ?(?:{span}) ?-?(?:{mass}))?"),
            (ACTIVITY, activity),
            ("DOSAGE", rf" ?(?:{units['counted']})"),
        )
        self._figures = _Amounts(
            # "400/5 mL": so much in a spoonful, the unit of the mass left out.
            (r"[1-9]\d{1,3}(?:\.\d)?(?:/| per )(?:5|10|15)", (("STRENGTH", rf" ?(?:{volume})"),)),
            (span, units_of_figures),
            (counts, (("DOSAGE", spoonfuls),)),
            (r"1 ?(?::|to|in) ?", (("STRENGTH", r"\d{1,3}(?:,? ?\d{3})+"),)),
        )
        self._number_words = _Amounts(
            (number_words, ((ACTIVITY, activity), ("DOSAGE", spoonfuls), ("DOSAGE", rf" ?(?:{units['counted']})"))),
            (number, (("STRENGTH", rf" ?(?:{mass})"),)),
        )
        pair = rf"{number}(?:(?: (?:{range_word}) |/){number})?(?: ?\(\d{{1,3}}(?:\.\d+)?\))?"
        # "1tab", "1gtte", "2x3", "200bd": what is counted, and how often, may be glued to a number.
        forms = "|".join(self._expand(text) for text in source["form"]["patterns"])
        glued = rf"(?=(?:{forms}){_END_OF_UNIT}|x ?\d|{figures['glued_times']})"
        # "'04" is a year.
        self._number = re.compile(
            rf"(?!(?<=')\d\d(?!\d))(?:{counts}|{pair}|{spaced(figures['roman'])})(?:{glued}|(?![a-z0-9%]|[.,]\d))"
        )
        self._number_word = regex.compile(number)
        self._number_beginnings = Beginnings()
        self._number_beginnings.add(0, loosened(f"(?:{number}|{figures['roman']})"))

    def candidates(self, words: Words, first: int, last: int) -> list[Candidate]:
        """The candidates that begin at the words from `first` to `last` (behind the end), the longest of each place.

        They do not overlap, but for those inside a clause that may be a duration.
        """
        found: list[Candidate] = []
        text, starts, tokens = words.text, words.starts, words.words
        nothing, slashed = self._nothing, _behind_slashes(words, first, last)
        passed = 0
        for index in [n for n in range(first, last) if tokens[n] not in nothing or n in slashed]:
            start = starts[index]
            if start < passed:
                continue
            best = self._longest(text, start, tokens[index])
            if best is None:
                continue
            found.append(best)
            # A clause ("until he is on 200 mg b.i.d."): when it is none, what stands in it is.
            if not (best.weak and best.label == "DURATION"):
                passed = best.end
        return found

    def formed(self, text: str, start: int) -> bool:
        """Does a form in short lead to the word at `start`: "Tab. Zyntrol", "Inj Zyntrol"?"""
        return self.context["name_formed"].search(text, max(0, start - _FORM_REACH), start) is not None

    def reads(self, words: Words, number: int) -> bool:
        """Is what begins at a word an attribute, wherever it stands ("nocte", "subcu")?"""
        return self._longest(words.text, words.starts[number], words.words[number]) is not None

    def _longest(self, text: str, start: int, word: str) -> Candidate | None:
        """The longest candidate at a word."""
        if (
            (text.startswith("/", start - 1) or text.startswith("/", start - 2))
            and start
            and (slashed := self._behind_slash(text, start))
        ):
            return self._with_tails(text, slashed, apart=True)
        if not word[0].isalpha():
            key = beginning_of_number(text, start)
            possible = self._possible.get(key) or self._what_may_begin(key, word)
        elif len(word) > _SHORT and word.isalpha():
            # The word, and how what follows it begins.
            key = text[start : start + len(word) + _BEHIND]
            possible = self._possible.get(key) or self._what_may_begin(key, word, whole=True)
        else:
            key = beginning_of_word(text, start)
            possible = self._possible.get(key) or self._what_may_begin(key, word)
        patterns, amounts, number = possible
        if not patterns and not number:
            return None
        best: Candidate | None = None
        for pattern in patterns:
            match = pattern.expression.match(text, start)
            if match and (best is None or match.end() > best.end):
                best = Candidate(start, match.end(), pattern.label, pattern.weak)
        if number:
            if start and text[start - 1] == "." and word[0].isdigit() and not text[start - 2 : start - 1].isalnum():
                start -= 1
                amounts = self._figures.all
            amount = amounts[0].match(text, start) if amounts is not None else None
            if amounts is not None and amount and amount.lastindex:
                if best is None or amount.end() >= best.end:
                    best = Candidate(start, amount.end(), amounts[1][amount.lastindex - 1])
            elif (match := self._number.match(text, start)) and (best is None or match.end() > best.end):
                best = Candidate(start, match.end(), NUMBER, True)
        if best is None:
            return None
        if best.label == "FREQUENCY":
            self._with_tails(text, best)
        if best.end - best.start > 2 and text[best.end - 1] == ".":
            # The last full stop of "b.i.d." belongs to it, the one behind "bid" to the sentence.
            inside = "." in text[best.start : best.end - 1]
            goes_on = best.label == "FORM" and _FIGURE_BEHIND.match(text, best.end)
            best.end -= not (inside or goes_on)
        return best

    def _with_tails(self, text: str, frequency: Candidate, *, apart: bool = False) -> Candidate:
        """How often, with what is said of it behind: "/6h si fièvre", "bid with meals".

        Behind a stroke another time stands `apart`: "12,5 mg/semaine, le mardi", "15 mg/semaine le lundi".
        """
        while match := self._tail.match(text, frequency.end):
            if apart and (text.startswith(",", frequency.end) or self._weekday.search(text, *match.span())):
                break
            frequency.end = match.end()
        return frequency

    def _behind_slash(self, text: str, start: int) -> Candidate | None:
        slash = text.rfind("/", max(0, start - 2), start)
        if slash < 1:
            return None
        # "1 g/6h", "100 mg/mois": an interval, not a rate.
        interval = self._interval.match(text, start) and self._massed.search(text, max(0, slash - 16), slash)
        if not (interval or text[slash - 1] in " \t" or self._counted.search(text, max(0, slash - 16), slash)):
            return None
        ends = [match.end() for expression in self._slashed if (match := expression.match(text, slash))]
        return Candidate(slash, max(ends), "FREQUENCY") if ends else None

    def _what_may_begin(self, key: str, word: str, *, whole: bool = False) -> _Possible:
        """What may begin with a word and how the next one begins; no pattern ends inside a `whole` word."""
        begun = tuple(self._patterns[number] for number in self._beginnings.of(word))
        patterns = begun
        number = word[0].isnumeric() or bool(self._number_beginnings.of(word))
        if whole:
            patterns = tuple(pattern for pattern in patterns if pattern.loose.fullmatch(word, partial=True))
            number = number and self._number_word.fullmatch(word, partial=True) is not None
        if not patterns and not number and (whole or not begun):
            if len(self._nothing) >= _KEPT:
                self._nothing.clear()
            self._nothing.add(word)
        patterns = tuple(pattern for pattern in patterns if may_fit(pattern.loose, key))
        amounts = None
        if number:
            amounts = self._number_words.all if word[0].isalpha() else self._figures.beginning_so(key)
        found = (patterns, amounts, number)
        if key.isascii():
            if len(self._possible) >= _KEPT:
                self._possible.clear()
            self._possible[key] = found
        return found

    def _add(self, label: str, body: str, weak: bool) -> None:
        # "1cpx3"
        expression = LatePattern(rf"(?:{body}){_END_OF_UNIT if label == 'FORM' else _END}")
        if body.startswith("/"):
            self._slashed.append(expression)
            return
        pattern = _Pattern(label, expression, weak, loosened(body.replace(_BLANK, _LOOSE_BLANK)))
        self._beginnings.add(len(self._patterns), pattern.loosened)
        self._patterns.append(pattern)

    def _expand(self, text: str) -> str:
        previous = ""
        while previous != text:
            previous = text
            text = _LIST.sub(lambda match: f"(?:{'|'.join(self._lists[match[1]])})", text)
        return spaced(text)


def _behind_slashes(words: Words, first: int, last: int) -> set[int]:
    """The numbers of the words from `first` to `last` with a stroke before them, a sign between at most."""
    if first >= last:
        return set()
    found: set[int] = set()
    place = words.text.find("/", max(0, words.starts[first] - 2), words.starts[last - 1])
    while place >= 0:
        number = bisect_right(words.starts, place)
        if number < len(words.starts) and words.starts[number] <= place + 2:
            found.add(number)
        place = words.text.find("/", place + 1, words.starts[last - 1])
    return found


def _alternatives(values: list[str]) -> str:
    """An expression for any of the units, the longest first."""
    return "|".join(sorted(values, key=len, reverse=True))


def spaced(pattern: str) -> str:
    """A pattern whose blanks stand for any blanks; those in character classes stay."""
    pieces: list[str] = []
    inside = False
    skip = False
    for place, sign in enumerate(pattern):
        if skip:
            skip = False
            continue
        if sign in "[]" and (place == 0 or pattern[place - 1] != "\\"):
            inside = sign == "["
        if sign == " " and not inside:
            skip = pattern[place + 1 : place + 2] == "?"
            pieces.append(_OPTIONAL_BLANK if skip else _BLANK)
        else:
            pieces.append(sign)
    return "".join(pieces)


@lru_cache(maxsize=8)
def _read(lang: str) -> dict[str, Any]:
    with resources.path(lang, "medications/grammar.toml").open("rb") as handle:
        return tomllib.load(handle)
