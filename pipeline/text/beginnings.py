"""How a regular expression may begin: the literal signs by which a scan finds the places where it is worth trying.

Reads as much of the syntax as cue files and grammars use; where it meets anything else it stops, so that what it gives is
always the beginning of every match.
"""

from __future__ import annotations

import re

DIGIT = "\0"  # a beginning by any figure
_LONGEST = 12
_MOST = 500
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_ZERO_WIDTH_ESCAPES = frozenset("bBAZ")
_BLANK_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
_LOOKS = ("?=", "?!", "?<=", "?<!")

# What a branch holds: a group or the end of one, the next branch, or signs that are neither.
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+|\[", re.DOTALL)
_FIGURES = re.compile(r"(?:\d|\d-\d|\\d)+")
# The signs of a class, if it is a plain list of them.
_LISTED = re.compile(r"(?:[^\\\-\[^]|\\[^a-zA-Z0-9]|\\[tnr])*-?")

# The beginnings of a part, each with whether it is the whole of the part, so that what follows goes on from it.
Parts = set[tuple[str, bool]]
_NOTHING: Parts = {("", True)}
_ANYTHING: Parts = {("", False)}


def beginnings(expression: str) -> frozenset[str]:
    """The signs, up to twelve, that a match may begin with, or DIGIT; the empty set where nothing can be said."""
    found = {_cut(signs) for signs, _ in parts(expression, _LONGEST)}
    return frozenset() if "" in found else frozenset(found)


def parts(expression: str, longest: int) -> Parts:
    """How a match may begin, in so many signs at most, each with whether it may also end there."""
    try:
        return _Reader(expression, longest).alternatives()
    except _UnknownSyntaxError:
        return _ANYTHING


def _cut(signs: str) -> str:
    """The signs up to a figure that is not the first, or a second blank in a row."""
    if signs.startswith(DIGIT):
        return DIGIT
    signs = signs.partition(DIGIT)[0].partition("  ")[0]
    return next((signs[:place] for place, sign in enumerate(signs) if sign.isspace() and sign != " "), signs)


class _UnknownSyntaxError(Exception):
    """What the files do not use: flags, conditions, an unbalanced bracket."""


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, expression: str, longest: int) -> None:
        self._text = expression
        self._longest = longest
        self._place = 0

    def alternatives(self) -> Parts:
        """Branches up to the closing bracket, which is read too, or the end."""
        parts = self._sequence()
        while self._next() == "|":
            parts |= self._sequence()
        return parts

    def _next(self) -> str:
        sign = self._text[self._place : self._place + 1]
        self._place += 1
        return sign

    def _sequence(self) -> Parts:
        parts = set(_NOTHING)
        while self._text[self._place : self._place + 1] not in ("", "|", ")"):
            whole = {signs for signs, is_whole in parts if is_whole}
            if not whole:
                self._pass_over()
                break
            atom = self._repeated(self._atom())
            parts = {part for part in parts if not part[1]}
            for before in whole:
                for signs, is_whole in atom:
                    signs = before + signs
                    parts.add((signs[: self._longest], is_whole and len(signs) < self._longest))
            if len(parts) > _MOST:
                parts = {(signs, False) for signs, _ in parts}
        return parts

    def _pass_over(self) -> None:
        """Go to the end of the branch: nothing goes on from what it begins with."""
        depth = 0
        while (piece := _PIECE.match(self._text, self._place)) is not None:
            sign = piece[0]
            if not depth and sign in ("|", ")"):
                return
            depth += (sign == "(") - (sign == ")")
            self._place = piece.end()

    def _repeated(self, atom: Parts) -> Parts:
        sign = self._text[self._place : self._place + 1]
        if not sign or sign not in "?*+{":
            return atom
        self._place += 1
        least = sign
        if sign == "{":
            end = self._text.find("}", self._place)
            if end < 0:
                raise _UnknownSyntaxError
            least = self._text[self._place : end]
            self._place = end + 1
        if self._text[self._place : self._place + 1] in ("?", "+"):
            self._place += 1
        if sign != "?":
            atom = {(signs, False) for signs, _ in atom}
        may_be_missing = sign in "?*" or (sign == "{" and least.partition(",")[0] in ("", "0"))
        return atom | _NOTHING if may_be_missing else atom

    def _atom(self) -> Parts:
        sign = self._next()
        match sign:
            case "\\":
                return self._escape()
            case "[":
                return self._class()
            case "(":
                return self._group()
            case "^" | "$":
                return _NOTHING
            case _:
                return _ANYTHING if sign in _SPECIAL else {(sign, True)}

    def _escape(self) -> Parts:
        sign = self._next()
        if sign in _ZERO_WIDTH_ESCAPES:
            return _NOTHING
        if sign == "d":
            return {(DIGIT, False)}
        return _ANYTHING if sign.isalnum() else {(sign, True)}

    def _class(self) -> Parts:
        start = self._place
        place = start + (self._text.startswith("^", start))
        place += self._text.startswith("]", place)
        while self._text[place : place + 1] not in ("]", ""):
            place += 2 if self._text[place] == "\\" else 1
        if place >= len(self._text):
            raise _UnknownSyntaxError
        inner = self._text[start:place]
        self._place = place + 1
        if _FIGURES.fullmatch(inner):
            return {(DIGIT, False)}
        if not _LISTED.fullmatch(inner):
            return _ANYTHING
        signs = re.sub(r"\\(.)", lambda escaped: _BLANK_ESCAPES.get(escaped[1], escaped[1]), inner)
        return {(sign, True) for sign in signs}

    def _group(self) -> Parts:
        for look in _LOOKS:
            if self._text.startswith(look, self._place):
                self._place += len(look)
                self.alternatives()
                return _NOTHING
        if self._text.startswith("?:", self._place):
            self._place += 2
        elif self._text.startswith("?", self._place):
            raise _UnknownSyntaxError
        return self.alternatives()
