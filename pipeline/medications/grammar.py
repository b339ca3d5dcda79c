"""How amounts, frequencies, durations, routes and forms are written: candidates, found wherever they stand.

The patterns are data: `resources/{lang}/medications/grammar.toml` explains how they are written. A candidate says only
what its words can mean; the recogniser decides from the drugs near by whether it is one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

from pipeline import resources
from pipeline.medications.lexicon import Words

# What an attribute candidate can be beside the seven labels, until the recogniser knows its drug.
ACTIVITY = "ACTIVITY"  # "40 units": a dose of insulin, a strength of a vitamin
NUMBER = "NUMBER"  # "one", "1-2", "75": a count, a strength without its unit, or nothing
RATE = "RATE"  # "0.1 mg/hr": the strength of a patch, the rate of a pump
MEASURED = "MEASURED"  # "120 mg/dl": a laboratory result

_BLANK = r"(?:[ \t-]{1,3}|[ \t]*\n[ \t]*)"
_OPTIONAL_BLANK = r"[ \t-]?"
_END = r"(?![a-z0-9])"
# Rules of the context whose words may go on: "vit" is the beginning of "vitamin".
_BEGINNINGS = frozenset(
    {
        "vitamin",
        "patch",
        "by_units",
        "international",
        "dose_lead",
        "dispensed",
        "name_amount",
        "name_ordered",
        "combination",
        "prefix",
        "infused",
        "no_strength_before",
    }
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX = 3
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


@dataclass(frozen=True, slots=True)
class _Pattern:
    label: str
    expression: re.Pattern[str]
    weak: bool
    partial: regex.Pattern[str]


class _Amounts:
    """Numbers and what may stand behind them, as one expression: the numbers are read once for all units."""

    def __init__(self, *written: tuple[str, tuple[tuple[str, str], ...]]) -> None:
        self._labels = [label for _, units in written for label, _ in units]
        alternatives = (f"{number}(?:{'|'.join(f'({unit}{_END})' for _, unit in units)})" for number, units in written)
        self._expression = re.compile(spaced("|".join(alternatives)))

    def match(self, text: str, start: int) -> tuple[str, int] | None:
        """The label and the end of the amount at an offset."""
        found = self._expression.match(text, start)
        return (self._labels[found.lastindex - 1], found.end()) if found and found.lastindex else None


# The patterns that a prefix may begin, an expression for any of them, and whether a number may begin so.
_Possible = tuple[tuple[_Pattern, ...], re.Pattern[str] | None, bool]


class Grammar:
    """The patterns of one language, looked up by the first letters of a word."""

    def __init__(self, lang: str) -> None:
        source = _read(lang)
        self._lists: dict[str, list[str]] = source["lists"]
        self.context: dict[str, re.Pattern[str]] = {
            name: re.compile(rf"(?:{spaced(pattern)}){'' if name in _BEGINNINGS else _END}")
            for name, pattern in source["context"].items()
        }
        # Titles are read with their capitals.
        self.list_title = re.compile(source["lists_of_medications"]["title"], re.MULTILINE)
        self.list_end = re.compile(source["lists_of_medications"]["end"], re.MULTILINE)
        self._index: dict[str, list[_Pattern]] = {}
        # What was looked up once, by a word of letters or by the first three signs of another one.
        self._possible: dict[str, _Possible] = {}
        self._any: dict[tuple[_Pattern, ...], re.Pattern[str]] = {}
        self._slashed: list[re.Pattern[str]] = []
        for label in ("dosage", "form", "route", "frequency", "duration"):
            written = source.get(label, {})
            weak = written.get("weak", ())
            for text in dict.fromkeys((*written.get("patterns", ()), *weak)):
                self._add(label.upper(), self._expand(text), text in weak)
        # What "/j" may be glued to ("1 cp/j"): behind a mass it is a rate.
        glue = (self._expand(text) for label in ("form", "route") for text in source[label]["patterns"])
        self._counted = re.compile(rf"(?<![a-z])(?:{'|'.join(glue)})$")
        tails = "|".join(map(self._expand, source["frequency"]["tails"]))
        joined = "|".join(map(self._expand, source["frequency"]["joined"]))
        joins = "|".join(map(self._expand, source["frequency"]["joins"]))
        self._tail = re.compile(rf",?[ \t]{{0,2}}\n?(?:(?:{tails}){_END}|(?:{joins}){_BLANK}?(?:{joined}){_END})")
        number = f"(?:{_alternatives([self._expand(text) for text in self._lists['number']])})"
        units = {name: _alternatives(values) for name, values in source["units"].items()}
        figures = source["figures"]
        figure, range_word, per_word = figures["number"], figures["range"], figures["per"]
        span = rf"(?:{figure})(?: ?(?:{range_word}) ?(?:{figure}))*"
        per = rf"(?: ?/ ?| (?:{per_word}) )"
        mass, active, volume = units["mass"], units["activity"], units["volume"]
        rate = rf"(?:{units['weight']})?(?:{figures['rate']})"
        of_what = rf"(?:{figure})? ?(?:{volume}|{figures['actuation']})"
        number_words = rf"{number}(?: (?:{range_word}) {number})?(?: ?\(\d{{1,3}}(?:\.\d+)?\))?"
        # "Kenalog 10 and 3 cc" is no range: two counts are joined by a hyphen, "to" or "or".
        counts = rf"(?:{figure})(?: ?(?:{figures['range_of_counts']}) ?(?:{figure}))*"
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
            ("DOSAGE", rf" ?(?:{active}|{volume})(?: ?/ ?(?:\d+ ?)?(?:{units['time']})|{flow})"),
            ("STRENGTH", rf" ?(?:{mass}|{active}) ?(?:/|{per_word}) ?{of_what}"),
            ("STRENGTH", rf" ?(?:{mass}) ?[/-] ?(?:{figure}) ?(?:{mass}) ?(?:/|{per_word}) ?{of_what}"),
            ("STRENGTH", rf" ?(?:{mass}) ?/ ?(?:{figure}) ?(?:{mass})"),
            (RATE, rf" ?(?:{mass}){per}{rate}"),
            ("STRENGTH", rf" ?-?(?:{mass})(?: ?- ?(?:{span}) ?-?(?:{mass}))?"),
            (ACTIVITY, activity),
            ("DOSAGE", rf" ?(?:{units['counted']})"),
        )
        self._figures = _Amounts(
            # "400/5 mL": so much in a spoonful, the unit of the mass left out.
            (r"[1-9]\d{1,3}(?:\.\d)?/(?:5|10|15)", (("STRENGTH", rf" ?(?:{volume})"),)),
            (span, units_of_figures),
            (counts, (("DOSAGE", spoonfuls),)),
            ("1 ?: ?", (("STRENGTH", r"\d{1,3}(?:,?\d{3})+"),)),
        )
        self._number_words = _Amounts(
            (number_words, ((ACTIVITY, activity), ("DOSAGE", spoonfuls), ("DOSAGE", rf" ?(?:{units['counted']})"))),
            (number, (("STRENGTH", rf" ?(?:{mass})"),)),
        )
        pair = rf"{number}(?:(?: (?:{range_word}) |/){number})?(?: ?\(\d{{1,3}}(?:\.\d+)?\))?"
        # "1tab": what is counted may be glued to its number.
        glued = rf"(?={self.context['countable'].pattern})"
        self._number = re.compile(rf"(?:{counts}|{pair})(?:{glued}|(?![a-z0-9%]|[.,]\d))")
        self._number_word = regex.compile(number)
        self._number_starts = {text[:_PREFIX] for text in self._starts(self._number_word)}

    def candidates(self, words: Words, first: int, last: int) -> list[Candidate]:
        """The candidates that begin at the words from `first` to `last` (behind the end), the longest of each place.

        They do not overlap, but for those inside a clause that may be a duration.
        """
        found: list[Candidate] = []
        text, starts = words.text, words.starts
        index = first
        while index < last:
            start = starts[index]
            best = self._longest(text, start, words.words[index])
            if best is None:
                index += 1
                continue
            found.append(best)
            index += 1
            if best.weak and best.label == "DURATION":
                # A clause ("until he is on 200 mg b.i.d."): when it is none, what stands in it is.
                continue
            while index < last and starts[index] < best.end:
                index += 1
        return found

    def reads(self, text: str, start: int) -> bool:
        """Is what begins at an offset of a folded text an attribute, wherever it stands ("nocte", "subcu")?"""
        return self._longest(text, start, "") is not None

    def _longest(self, text: str, start: int, word: str) -> Candidate | None:
        """The longest candidate at an offset; `word`: the word that stands there, where it is known."""
        prefix = text[start : start + _PREFIX]
        if "/" in text[max(0, start - 2) : start] and (slashed := self._behind_slash(text, start)):
            return slashed
        key = word if len(word) > _PREFIX and word.isalpha() else prefix
        patterns, any_of_them, may_be_number = self._possible.get(key) or self._what_may_begin(prefix, key)
        if not may_be_number and any_of_them is None:
            return None
        best: Candidate | None = None
        if any_of_them is not None and any_of_them.match(text, start):
            for pattern in patterns:
                match = pattern.expression.match(text, start)
                if match and (best is None or match.end() > best.end):
                    best = Candidate(start, match.end(), pattern.label, pattern.weak)
        if may_be_number:
            if start and text[start - 1] == "." and prefix[0].isdigit() and not text[start - 2 : start - 1].isalnum():
                start -= 1
            amounts = self._number_words if prefix[0].isalpha() else self._figures
            if found := amounts.match(text, start):
                label, end = found
                if best is None or end >= best.end:
                    best = Candidate(start, end, label)
            elif (match := self._number.match(text, start)) and (best is None or match.end() > best.end):
                best = Candidate(start, match.end(), NUMBER, True)
        if best is not None and best.label == "FREQUENCY":
            while match := self._tail.match(text, best.end):
                best.end = match.end()
        if best is not None and best.end - best.start > 2 and text[best.end - 1] == ".":
            # The last full stop of "b.i.d." belongs to it, the one behind "bid" to the sentence.
            best.end -= "." not in text[best.start : best.end - 1]
        return best

    def _behind_slash(self, text: str, start: int) -> Candidate | None:
        slash = text.rfind("/", max(0, start - 2), start)
        if slash < 1 or not (text[slash - 1] in " \t" or self._counted.search(text, max(0, slash - 16), slash)):
            return None
        ends = [match.end() for expression in self._slashed if (match := expression.match(text, slash))]
        return Candidate(slash, max(ends), "FREQUENCY") if ends else None

    def _what_may_begin(self, prefix: str, key: str) -> _Possible:
        """What may begin with a prefix, or with a whole word: hardly a word that shares its beginning does."""
        letters = _letters(prefix)
        patterns = tuple(self._index.get(letters, ()))
        if key is not prefix:
            patterns = tuple(pattern for pattern in patterns if pattern.partial.fullmatch(key, partial=True))
        may_be_number = prefix[0].isnumeric() or letters in self._number_starts
        if may_be_number and key is not prefix:
            may_be_number = self._number_word.fullmatch(key, partial=True) is not None
        if patterns and patterns not in self._any:
            self._any[patterns] = re.compile("|".join(pattern.expression.pattern for pattern in patterns))
        found = (patterns, self._any.get(patterns), may_be_number)
        if key.isascii():
            if len(self._possible) >= _KEPT:
                self._possible.clear()
            self._possible[key] = found
        return found

    def _add(self, label: str, body: str, weak: bool) -> None:
        expression = re.compile(rf"(?:{body}){_END}")
        if body.startswith("/"):
            self._slashed.append(expression)
            return
        partial = regex.compile(body)
        pattern = _Pattern(label, expression, weak, partial)
        for start in self._starts(partial):
            self._index.setdefault(start, []).append(pattern)

    def _starts(self, partial: regex.Pattern[str]) -> set[str]:
        """What a stretch that fits begins with: up to three letters or figures, fewer before another sign."""
        found: set[str] = set()
        grown = [""]
        for _ in range(_PREFIX):
            longer = [
                prefix + letter
                for prefix in grown
                for letter in _ALPHABET
                if partial.fullmatch(prefix + letter, partial=True)
            ]
            # A start that can also end here, or go on with another sign, is looked up by itself.
            found.update(
                prefix
                for prefix in grown
                if prefix and any(partial.fullmatch(prefix + sign, partial=True) for sign in ("", *" ./-(\n&,"))
            )
            grown = longer
        return found | set(grown)

    def _expand(self, text: str) -> str:
        previous = ""
        while previous != text:
            previous = text
            text = _LIST.sub(lambda match: f"(?:{'|'.join(self._lists[match[1]])})", text)
        return spaced(text)


def _letters(prefix: str) -> str:
    """The letters and figures that a prefix begins with."""
    if prefix.isalnum() and prefix.isascii():
        return prefix
    for length, sign in enumerate(prefix):
        if not (sign.isalnum() and sign.isascii()):
            return prefix[:length]
    return prefix


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
