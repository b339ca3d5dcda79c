"""Numbers as clinicians write them, in exact decimals: figures, fractions, words, Roman figures, ranges.

Text comes in folded (`pipeline.text.folding.fold`). What is not wholly understood raises UnreadError with a code.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline import resources
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

#: A number longer than this is no amount of a drug, but a slip of the keyboard or an attack.
MAX_DIGITS = 12

#: A figure begins here: not inside another one, but behind a comma that ends a word ("Lasix,40 mg").
FIGURE_START = r"(?:(?<![\d.,])|(?<=[a-z)\x01\x02],))"

_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_DIGITS = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_ROMAN_NUMBER = re.compile(r"(?=[ivxlc])(?:x[lc]|l?x{0,3}|c{0,3})(?:ix|iv|v?i{0,3})")
_LETTERS = re.compile(r"[^\W\d_]+")
_HUNDRED, _THOUSAND = 100, 1000


class UnreadError(ValueError):
    """What is written cannot be read; `code` says why, and is the code of the warning.

    `end`: where the phrase ends that holds it, as far as that is known; 0 where nothing is.
    """

    end = 0

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def spelled(table: Iterable[dict[str, str]], column: str = "written") -> Iterable[tuple[str, dict[str, str]]]:
    """Each written form of a table, folded, with its row."""
    for row in table:
        for written in row[column].split("|"):
            yield fold(written.strip()), row


def lead(text: str, place: int) -> str:
    """What a text begins with at a place, to look it up by: its first word, or its first sign or figure."""
    letters = _LETTERS.match(text, place)
    if letters is None:
        return text[place]
    word, end = letters[0], letters.end()
    # Without the x of "BIDx3 days".
    return word[:-1] if word[-1] == "x" and word != "x" and text[end : end + 1].isdecimal() else word


class Number(NamedTuple):
    """A number, or a range with its high end."""

    low: Decimal
    high: Decimal | None = None


class Numbers:
    """Reads the numbers of a language.

    Attributes:
        pattern: source of an expression for one number.
        words: those of numbers in words.
        starts: what numbers in words and Roman figures begin with, as `lead` gives it.
        joint: what joins the ends of a range; `joint_source` its source.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        rows = resources.read_table(lang, "posology/number_words.tsv")
        self._words = {fold(row["word"]): Decimal(row["value"]) for row in rows}
        #: Powers of ten that a word or a letter behind a number stands for: "2 MILLION units", "6L IU".
        self.scales = {
            row["word"]: int(row["power"]) for row in resources.read_table(lang, "posology/number_scales.tsv")
        }
        kinds = resources.phrases(lang, "posology/words.tsv")
        joints = kinds["range"]
        self._and, half = alternatives(kinds["and_number"]), alternatives(kinds["and_half"])
        self._alone = frozenset(kinds.get("number_alone", ()))
        self._half = half
        self._fraction = re.compile(rf"(?:(\d+)(?:[ -]+| {self._and} ))?(\d{{1,2}})/(\d)")
        self._and_a_half = re.compile(rf"(\d+) {half}")
        self._words_and_a_half = re.compile(rf"(.*[^\W_]) {half}")
        self._joint = re.compile(rf"^[\s-]+(?:{self._and}[\s-]+)?")
        grouped = r"\d{1,3}(?: \d{3})+(?!\d)(?:,\d+)?" if lang == "fr" else r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?"
        fraction = rf"(?:\d+[ -]+|\d+ {self._and} )?[1-9]/[2348](?![\d/])"
        figures = rf"{fraction}|{grouped}|\d+ {half}|\d+[.,]\d+|[.]\d+|\d*[ ]?[½¼¾]|\d+"
        # A Roman number counts only before what it counts, for "i", "v" and "c" are words and units too.
        roman = rf"[ivxlc]+(?=\s*(?:{alternatives(joints)}\s*[ivxlc]+\s*)?{alternatives(kinds['roman_counts'])})"
        if "roman_often" in kinds:
            roman += rf"|i{{2,3}}(?=\s+{alternatives(kinds['roman_often'], to_the_end=True)})"
        self.pattern = rf"(?:{FIGURE_START}(?:{figures})|(?<![^\W_])(?:{self._worded()}|{roman})(?![^\W\d_]))"
        self.joint_source = rf"\s*(?:{alternatives(joints)})\s*"
        self.joint = re.compile(self.joint_source)
        self._starts = frozenset(word[:2] for word in self._words) | {
            f"{article}{sign}" for article in kinds["article"] if len(article) == 1 for sign in " \t-"
        }
        self.words = frozenset(part for word in self._words for part in re.split(r"[ -]", word) if part.isalpha())
        romans = ("".join(letters) for size in range(1, 5) for letters in itertools.product("ivxlc", repeat=size))
        self.starts = frozenset(lead(word, 0) for word in self._words) | {
            roman for roman in romans if _ROMAN_NUMBER.fullmatch(roman)
        }
        # "every eight (8) hours", as discharge forms print it
        self.again = rf"(?:\s*\(\s*(?:\d+(?:[.,]\d+)?|{self._worded()})\s*\))?"
        self._range = re.compile(
            rf"(?P<low>{self.pattern}){self.again}(?:{self.joint_source}(?P<high>{self.pattern}){self.again})?"
        )

    def _worded(self) -> str:
        """An expression for numbers in words, put together or phrases of the table."""
        single = {word: value for word, value in self._words.items() if " " not in word}
        ones = alternatives(word for word, value in single.items() if 1 <= value < 10 and word not in self._alone)
        teens = alternatives(word for word, value in single.items() if 10 <= value < 20)
        tens = alternatives(word for word, value in single.items() if 20 <= value < _HUNDRED and not value % 10)
        joint, link = rf"[\s-]+(?:{self._and}[\s-]+)?", r"(?![^\W_])"
        small = rf"(?:{tens}(?:{joint}(?:{teens}|{ones}){link})?|{teens}|{ones}){link}"
        if self.lang != "fr":
            small = rf"(?:{tens}(?:{joint}{ones}{link})?|{teens}|{ones}){link}"
        hundred = alternatives(word for word, value in single.items() if value == _HUNDRED)
        thousand = alternatives(word for word, value in single.items() if value == _THOUSAND)
        lead = "?" if self.lang == "fr" else ""
        below = rf"(?:(?:{small}\s+){lead}{hundred}{link}(?:{joint}{small})?|{small})"
        composed = rf"(?:(?:{below}\s+){lead}{thousand}{link}(?:{joint}{below})?|{below})"
        phrases = alternatives(
            word for word, value in self._words.items() if " " in word or value % 1 or word in self._alone
        )
        # "thirty-seven and a half mg"; behind a unit the half is read with the amount.
        return rf"{phrases}(?![^\W_])|{composed}(?:\s+{self._half}{link})?"

    def sources(self, word: str) -> list[str]:
        """Expressions one of which matches where a number in words stands that begins with a word; [""] for any place."""
        phrases = [phrase for phrase in self._words if lead(phrase, 0) == word]
        return [""] if word in phrases else [alternatives(phrases)]

    def may_begin(self, text: str, start: int) -> bool:
        """Can a number begin at `start`? A quick look at the first letters."""
        sign = text[start : start + 1]
        return sign.isdigit() or sign in ".½¼¾" or text[start : start + 2] in self._starts or sign in _ROMAN

    def match(self, text: str, start: int) -> re.Match[str] | None:
        """The number or range at `start`, with the groups `low` and `high`."""
        return self._range.match(text, start) if self.may_begin(text, start) else None

    def number(self, text: str) -> Decimal:
        """The value of a number. Raises UnreadError."""
        if text.isdecimal() and len(text) <= MAX_DIGITS:
            return Decimal(text)
        text = re.sub(r"\s+", " ", text.strip())
        if text in self._words:
            return self._words[text]
        if text[-1] in _FRACTIONS:
            return (Decimal(text[:-1].strip()) if text[:-1].strip() else Decimal()) + _FRACTIONS[text[-1]]
        if half := self._and_a_half.fullmatch(text):
            return Decimal(half[1]) + Decimal("0.5")
        if fraction := self._fraction.fullmatch(text):
            whole, above, below = (int(part) if part else 0 for part in fraction.groups())
            if not 0 < above < below:
                raise UnreadError("amount_unread")
            return whole + _quotient(above, below)
        if text[0].isalpha() and (half := self._words_and_a_half.fullmatch(text)):
            return self.number(half[1]) + Decimal("0.5")
        if text[0].isalpha():
            return self._composed(text) if _ROMAN_NUMBER.fullmatch(text) is None else _roman(text)
        return self._figures(text)

    def _figures(self, text: str) -> Decimal:
        if len(text.replace(" ", "")) > MAX_DIGITS:
            raise UnreadError("amount_out_of_range")
        if self.lang == "fr":
            if re.fullmatch(r"[1-9]\d{0,2}[.]000", text):
                raise UnreadError("ambiguous_number")
            text = text.replace(" ", "").replace(",", ".")
        elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
            text = text.replace(",", "")
        elif "," in text:
            raise UnreadError("ambiguous_number")
        if not _DIGITS.fullmatch(text):
            raise UnreadError("amount_unread")
        return Decimal(text)

    def _composed(self, text: str) -> Decimal:
        """A number of several words: "two hundred and fifty", "quatre-vingt-dix"."""
        total = current = Decimal()
        rest = text
        while rest:
            match = next(
                (w for w in sorted(self._words, key=len, reverse=True) if re.match(rf"{w}(?![^\W_])", rest)), ""
            )
            if not match:
                raise UnreadError("amount_unread")
            value = self._words[match]
            rest = self._joint.sub("", rest[len(match) :])
            if value == _THOUSAND:
                total, current = total + max(current, Decimal(1)) * value, Decimal()
            elif value == _HUNDRED:
                current = max(current, Decimal(1)) * value
            else:
                current += value
        return total + current

    def scaled(self, number: str, scale: str | None) -> Decimal:
        """The value of a number with a word or a letter for thousands or millions behind it."""
        value = self.number(number)
        return value.scaleb(self.scales[scale.split()[0]]) if scale and scale.strip() else value

    def read(self, low: str, high: str | None) -> Number:
        """A number or a range. Raises UnreadError, also for a range that runs backwards."""
        first = self.number(low)
        last = self.number(high) if high else None
        if last is not None and last < first:
            raise UnreadError("range_backwards")
        return Number(first, last if last != first else None)


def _quotient(above: int, below: int) -> Decimal:
    """An exact quotient; "1/3" has none, for which rounding would be a guess. Raises UnreadError."""
    quotient = Decimal(above) / Decimal(below)
    if quotient * below != above:
        raise UnreadError("amount_unread")
    return quotient


def _roman(text: str) -> Decimal:
    values = [_ROMAN[letter] for letter in text]
    following = [*values[1:], 0]
    return Decimal(sum(-v if v < after else v for v, after in zip(values, following, strict=True)))


@lru_cache(maxsize=1024)
def digits(number: Decimal) -> str:
    """A number as plain decimal digits, without an exponent and trailing zeros."""
    return format(number.normalize(), "f")
