"""Which patterns can fit where a text begins in a given way: those that cannot are never tried.

A pattern is asked once for each beginning, in its loosened form: without what it looks at around itself, and with any
figure for any other. So it says no only where it can fit nothing that begins so, and what is found stays the same.
"""

from __future__ import annotations

import re

import regex

from pipeline.text.beginnings import DIGIT, parts

_ONES = str.maketrans("023456789", "1" * 9)
# A number or a range with the word behind it and one sign more, figures no further than any number goes on ("1/1/1/...":
# of what is cut it is asked what it may begin); a short word with the word or number behind it.
_NUMBER = re.compile(
    r"[\d½¼¾][\d.,/]{0,24}(?: ?(?:-|to|or) ?\d[\d.,/]{0,24})?[ \t-]{0,2}(?:[a-zµμ]{1,12} ?[^\s_]?|[^\w\s])?"
)
_WORD = re.compile(r"[a-z0-9]{1,12}(?:[ .\-/]{1,2}(?:[a-z]{1,12}|\d{1,3}))?")


# Signs of a word that patterns are looked up by.
_PREFIX = 3
_FIGURES = "0123456789½¼¾"
_SAME_FIGURES = str.maketrans(_FIGURES, DIGIT * len(_FIGURES))


class Beginnings:
    """Which loosened patterns may begin as a word does, by its first letters and figures; a pattern is a number."""

    def __init__(self) -> None:
        # By all that stands before another sign or the end; by what anything may follow.
        self._whole: dict[str, list[int]] = {}
        self._begun: dict[str, list[int]] = {}

    def add(self, number: int, pattern: str) -> None:
        """Take in a pattern."""
        whole: set[str] = set()
        begun: set[str] = set()
        for signs, ends in parts(pattern, _PREFIX + 1):
            letters = _letters(signs)
            if letters == signs and not ends and len(letters) < _PREFIX:
                begun.add(letters)
            elif letters:
                whole.add(letters)
        for found, known in ((whole, self._whole), (begun, self._begun)):
            for letters in found:
                known.setdefault(letters, []).append(number)

    def of(self, word: str) -> list[int]:
        """The numbers of the patterns that may begin with a word, in their order."""
        letters = _letters(word.translate(_SAME_FIGURES))
        if not letters:
            return []
        found = set(self._whole.get(letters, ()))
        for length in range(len(letters) + 1):
            found.update(self._begun.get(letters[:length], ()))
        return sorted(found)


def _letters(word: str) -> str:
    """The letters and figures that a word begins with, as many as count."""
    for length, sign in enumerate(word[:_PREFIX]):
        if sign != DIGIT and not (sign.isalnum() and sign.isascii()):
            return word[:length]
    return word[:_PREFIX]


def loosened(body: str) -> str:
    """A pattern that fits whatever `body` fits, and more: no look around, and any figure in place of any other."""
    pieces: list[str] = []
    place = 0
    while place < len(body):
        sign = body[place]
        if sign == "\\":
            end = place + 2
            pieces.append(body[place:end])
        elif sign == "[":
            end = _end_of_class(body, place)
            inside = body[place + 1 : end - 1]
            figures = any(letter.isnumeric() for letter in inside)
            pieces.append(r"[\s\S]" if figures and inside[0] == "^" else rf"[{inside}\d]" if figures else f"[{inside}]")
        elif sign == "{":
            end = body.index("}", place) + 1
            pieces.append(body[place:end])
        elif body.startswith(("(?=", "(?!", "(?<=", "(?<!"), place):
            end = _end_of_group(body, place)
        else:
            end = place + 1
            pieces.append(r"\d" if sign.isdigit() else sign)
        place = end
    return "".join(pieces)


def _end_of_class(body: str, start: int) -> int:
    place = start + 1
    while body[place] != "]":
        place += 2 if body[place] == "\\" else 1
    return place + 1


def _end_of_group(body: str, start: int) -> int:
    depth, place = 0, start
    while True:
        sign = body[place]
        if sign == "\\":
            place += 1
        elif sign == "[":
            place = _end_of_class(body, place) - 1
        depth += (sign == "(") - (sign == ")")
        place += 1
        if not depth:
            return place


def beginning_of_number(text: str, start: int) -> str:
    """How a number of a folded text and what follows it begin, any figure written as 1."""
    head = _NUMBER.match(text, start)
    return head[0].translate(_ONES) if head else text[start : start + 1]


def beginning_of_word(text: str, start: int) -> str:
    """A short word of a folded text and how what follows it begins."""
    head = _WORD.match(text, start)
    return head[0] if head else text[start : start + 1]


def may_fit(loose: regex.Pattern[str], head: str) -> bool:
    """Can a loosened pattern fit a text that begins so?"""
    return loose.match(head, partial=True) is not None
