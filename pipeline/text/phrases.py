"""Lists of phrases as one regular expression: a prefix tree, so that searching takes one pass over the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

# A blank of a phrase stands for any run of blanks and line breaks up to this length.
MOST_BLANKS = 8
_BLANKS, _ANY_BLANKS = rf"\s{{1,{MOST_BLANKS}}}", r"\s+"

# The signs of an expression that open, divide and close groups; escaped signs and classes of signs are taken as a whole.
_STRUCTURE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]")
# The beginning of a word.
_BEGINS = r"\b"

# Stands in the tree behind the last sign of a phrase; a word must end there.
_END = "\0"


def phrases_expression(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases as whole words, the longest first, shared beginnings merged."""
    words: set[str] = set()
    signs: set[str] = set()
    for phrase in phrases:
        (words if phrase[0].isalnum() else signs).add(phrase + _END if phrase[-1].isalnum() else phrase)
    parts = [rf"\b{_merged(sorted(words))}"] if words else []
    parts += [_escaped(phrase, _BLANKS) for phrase in sorted(signs, key=len, reverse=True)]
    return "|".join(parts)


def alternatives(phrases: Iterable[str], *, to_the_end: bool = False) -> str:
    """An expression for any of the phrases, the longest first; a blank is any run of blanks.

    `to_the_end`: the last word of a phrase ends there. Else it does not matter what stands around.
    """
    found = sorted({phrase + _END if to_the_end and phrase[-1].isalnum() else phrase for phrase in phrases})
    return f"(?:{_merged(found, blanks=_ANY_BLANKS)})" if found else "(?:)"


def branches(expression: str) -> list[str]:
    """The alternatives of a regular expression, those of a group that is all of it among them."""
    parts, depth, begin = [], 0, 0
    for match in _STRUCTURE.finditer(expression):
        sign = match[0]
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append(expression[begin : match.start()])
            begin = match.end()
    parts.append(expression[begin:])
    whole = parts[0]
    if len(parts) == 1 and whole.startswith("(?:") and _closing(whole) == len(whole):
        return branches(whole[3:-1])
    if len(parts) == 1 and whole.startswith(rf"{_BEGINS}(?:") and _closing(whole) == len(whole):
        return [f"{_BEGINS}{branch}" for branch in branches(whole[len(_BEGINS) + 3 : -1])]
    return parts


def any_of(expressions: Iterable[str]) -> str:
    """An expression for any of the expressions in this order, none where there are none.

    Of those in a row that begin a word that is asked once.
    """
    alone = (branch for expression in expressions for branch in branches(expression))
    parts: list[str] = []
    for begins, group in groupby(alone, key=lambda branch: branch.startswith(_BEGINS)):
        if begins:
            parts.append(f"{_BEGINS}(?:{'|'.join(part.removeprefix(_BEGINS) for part in group)})")
        else:
            parts += group
    return f"(?:{'|'.join(parts)})" if parts else "(?!)"


def _closing(expression: str) -> int:
    """Where the first group of an expression ends; -1 without one."""
    depth = 0
    for match in _STRUCTURE.finditer(expression):
        depth += (match[0] == "(") - (match[0] == ")")
        if match[0] == ")" and not depth:
            return match.end()
    return -1


def _escaped(phrase: str, blanks: str) -> str:
    return re.escape(phrase).replace(r"\ ", blanks).replace(re.escape(_END), r"(?!\w)")


def _merged(phrases: Sequence[str], depth: int = 0, blanks: str = _BLANKS) -> str:
    """Alternatives of sorted, distinct phrases as a prefix tree, each cut at `depth`."""
    if len(phrases) == 1:
        return _escaped(phrases[0][depth:], blanks)
    branches: dict[str, list[str]] = {}
    for phrase in phrases:
        branches.setdefault(phrase[depth : depth + 1], []).append(phrase)
    # The ends last, so that the longest phrase is tried first.
    ends = [sign for sign in ("", _END) if branches.pop(sign, None) is not None]
    parts = [
        _escaped(group[0][depth:], blanks)
        if len(group) == 1
        else _escaped(letter, blanks) + _merged(group, depth + 1, blanks)
        for letter, group in branches.items()
    ]
    parts += ["" if end == "" else r"(?!\w)" for end in reversed(ends)]
    return f"(?:{'|'.join(parts)})" if len(parts) > 1 else parts[0]
