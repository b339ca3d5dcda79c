"""Lists of phrases as one regular expression: a prefix tree, so that searching takes one pass over the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# A blank of a phrase stands for any run of blanks and line breaks up to this length.
_BLANKS = r"\s{1,8}"


def phrases_expression(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases as whole words, the longest first, shared beginnings merged."""
    words: list[str] = []
    signs: list[str] = []
    for phrase in phrases:
        (words if phrase[0].isalnum() and phrase[-1].isalnum() else signs).append(phrase)
    parts = []
    if words:
        parts.append(rf"\b(?:{_merged(sorted(set(words)))})(?!\w)")
    if signs:
        parts += [_bounded(phrase) for phrase in sorted(set(signs), key=len, reverse=True)]
    return "|".join(parts)


def _bounded(phrase: str) -> str:
    before = r"\b" if phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isalnum() else ""
    return before + re.escape(phrase).replace(r"\ ", _BLANKS) + after


def _merged(phrases: Sequence[str], depth: int = 0) -> str:
    """Alternatives of sorted, distinct phrases as a prefix tree, each cut at `depth`."""
    ends = phrases[0] == phrases[0][:depth]
    rest = phrases[1:] if ends else phrases
    branches: dict[str, list[str]] = {}
    for phrase in rest:
        branches.setdefault(phrase[depth], []).append(phrase)
    parts = []
    for letter, group in branches.items():
        sign = _BLANKS if letter == " " else re.escape(letter)
        if len(group) == 1:
            parts.append(sign + re.escape(group[0][depth + 1 :]).replace(r"\ ", _BLANKS))
        else:
            parts.append(sign + _merged(group, depth + 1))
    if not parts:
        return ""
    body = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return body + "?" if ends else body
