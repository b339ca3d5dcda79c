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
    }
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX = 3
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
        # What was looked up once, by the first three signs of a word.
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
        amount = rf"(?:{span}|{number_words})"
        # "Kenalog 10 and 3 cc" is no range: two counts are joined by a hyphen, "to" or "or".
        counts = rf"(?:{figure})(?: ?(?:{figures['range_of_counts']}) ?(?:{figure}))*"
        spoons = rf"(?:{counts}|{number_words})"
        # In order: the first that fits is what the amount is.
        bodies = (
            (MEASURED, rf"{span} ?(?:{mass}|{active}) ?/ ?(?:{units['laboratory']})"),
            (MEASURED, rf"{span} ?(?:[np]g|[mµu]mol) ?/ ?(?:ml|d?l)|{span} ?(?:mg|gm?) ?%"),
            (
                "DOSAGE",
                rf"{span} ?(?:{mass}|{active}|{volume}){per}(?:{units['weight']})(?: ?/ ?(?:{units['time']})|{per}(?:{figures['rate_of_flow']}))*",
            ),
            (
                "DOSAGE",
                rf"{span} ?(?:{active}|{volume})(?: ?/ ?(?:\d+ ?)?(?:{units['time']})|{per}(?:{figures['rate_of_flow']}))",
            ),
            ("STRENGTH", r"1 ?: ?\d{1,3}(?:,?\d{3})+"),
            ("STRENGTH", rf"{span} ?(?:{mass}|{active}) ?(?:/|{per_word}) ?{of_what}"),
            ("STRENGTH", rf"{span} ?(?:{mass}) ?/ ?(?:{figure}) ?(?:{mass})"),
            (RATE, rf"{span} ?(?:{mass}){per}{rate}"),
            ("STRENGTH", rf"{span} ?-?(?:{mass})(?: ?- ?(?:{span}) ?-?(?:{mass}))?"),
            (ACTIVITY, rf"{amount}(?: (?:{figures['further']}))? ?-?(?:{active})"),
            ("DOSAGE", rf"{spoons}(?: (?:{figures['further']})|(?: (?:{figures['of_a']})))? ?-?(?:{volume})"),
            ("DOSAGE", rf"{amount} ?(?:{units['counted']})"),
            ("STRENGTH", rf"(?:{number}) ?(?:{mass})"),
        )
        self._amounts = [(label, re.compile(rf"{spaced(body)}{_END}")) for label, body in bodies]
        pair = rf"{number}(?:(?: (?:{range_word}) |/){number})?(?: ?\(\d{{1,3}}(?:\.\d+)?\))?"
        # "1tab": what is counted may be glued to its number.
        glued = rf"(?={self.context['countable'].pattern})"
        self._number = re.compile(rf"(?:{counts}|{pair})(?:{glued}|(?![a-z0-9%]|[.,]\d))")
        self._number_starts = {text[:_PREFIX] for text in self._starts(number)}

    def candidates(self, words: Words, first: int, last: int) -> list[Candidate]:
        """The candidates that begin at the words from `first` to `last` (behind the end), the longest of each place.

        They do not overlap, but for those inside a clause that may be a duration.
        """
        found: list[Candidate] = []
        text, starts = words.text, words.starts
        index = first
        while index < last:
            start = starts[index]
            best = self._longest(text, start)
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
        return self._longest(text, start) is not None

    def _longest(self, text: str, start: int) -> Candidate | None:
        prefix = text[start : start + _PREFIX]
        if "/" in text[max(0, start - 2) : start] and (slashed := self._behind_slash(text, start)):
            return slashed
        patterns, any_of_them, may_be_number = self._possible.get(prefix) or self._what_may_begin(prefix)
        best: Candidate | None = None
        if any_of_them is not None and any_of_them.match(text, start):
            for pattern in patterns:
                match = pattern.expression.match(text, start)
                if match and (best is None or match.end() > best.end):
                    best = Candidate(start, match.end(), pattern.label, pattern.weak)
        if may_be_number:
            if start and text[start - 1] == "." and prefix[0].isdigit() and not text[start - 2 : start - 1].isalnum():
                start -= 1
            for label, expression in self._amounts:
                match = expression.match(text, start)
                if match:
                    if best is None or match.end() >= best.end:
                        best = Candidate(start, match.end(), label)
                    break
            else:
                match = self._number.match(text, start)
                if match and (best is None or match.end() > best.end):
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

    def _what_may_begin(self, prefix: str) -> _Possible:
        letters = _letters(prefix)
        patterns = tuple(self._index.get(letters, ()))
        if patterns and patterns not in self._any:
            self._any[patterns] = re.compile("|".join(pattern.expression.pattern for pattern in patterns))
        found = (patterns, self._any.get(patterns), prefix[0].isnumeric() or letters in self._number_starts)
        if prefix.isascii():
            self._possible[prefix] = found
        return found

    def _add(self, label: str, body: str, weak: bool) -> None:
        expression = re.compile(rf"(?:{body}){_END}")
        if body.startswith("/"):
            self._slashed.append(expression)
            return
        pattern = _Pattern(label, expression, weak)
        for start in self._starts(body):
            self._index.setdefault(start, []).append(pattern)

    def _starts(self, body: str) -> set[str]:
        """What a stretch that fits begins with: up to three letters or figures, fewer before another sign."""
        partial = regex.compile(body)
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
