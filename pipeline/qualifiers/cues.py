"""Cues: short phrases of a data file, found in a text with one regular expression.

A cue file is a table with the columns `cue`, `rule` and `reach`. A cue is written folded or not, a blank in it stands
for any run of blanks and line breaks, `(his|her|)` for one of several words or none, and `re:` before it makes it a
regular expression over the folded text, from the start of a word. The rule `pseudo` marks a phrase that holds a cue but is
none ("history of present illness"): the longest phrase wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import msgspec

from pipeline.resources import read_table
from pipeline.text.folding import FoldedText
from pipeline.text.phrases import phrases_expression

Reach = Literal["proposition", "list", "forward", "backward", "before", "between", "next", "clause", "sentence"]
PSEUDO = "pseudo"


class Cue(msgspec.Struct, frozen=True, gc=False):
    """One line of a cue file: what a match of it means, and which entities it concerns."""

    rule: str
    reach: Reach


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A cue found in a text; offsets are those of the folded text."""

    start: int
    end: int
    cue: Cue


class CueSet:
    """The cues of one file, ready to search. Searching is linear in the text."""

    def __init__(self, rows: Iterable[tuple[str, Cue]], *, folded: bool = True) -> None:
        literals: dict[str, Cue] = {}
        self._expressions: list[Cue] = []
        expressions: list[str] = []
        for phrase, cue in rows:
            if phrase.startswith("re:"):
                expressions.append(f"(?P<r{len(self._expressions)}>{phrase[3:].strip()})")
                self._expressions.append(cue)
            else:
                for variant in expanded(phrase):
                    literals[" ".join((FoldedText.of(variant).folded if folded else variant).split())] = cue
        self._literals = literals
        words = phrases_expression(literals) if literals else ""
        whole = "|".join([*([rf"\b(?:{'|'.join(expressions)})"] if expressions else []), *([words] if words else [])])
        self._expression = re.compile(whole) if whole else None

    @classmethod
    def read(cls, lang: str, name: str) -> CueSet:
        """The cues of a language's file. Raises ValueError for a reach that does not exist."""
        return cls((row["cue"], _cue(row, name)) for row in read_table(lang, name))

    def find(self, text: str) -> list[Hit]:
        """Every cue in a folded text, in order, pseudo cues left out."""
        if self._expression is None:
            return []
        hits = []
        for match in self._expression.finditer(text):
            group = match.lastgroup
            if group is not None:
                cue = self._expressions[int(group[1:])]
            else:
                phrase = match[0]
                cue = self._literals.get(phrase) or self._literals[" ".join(phrase.split())]
            if cue.rule != PSEUDO:
                hits.append(Hit(match.start(), match.end(), cue))
        return hits


def expanded(phrase: str) -> list[str]:
    """The phrases that a phrase with alternatives stands for: "in (his|her) youth" for two."""
    group = _ALTERNATIVES.search(phrase)
    if group is None:
        return [phrase]
    rests = expanded(phrase[group.end() :])
    return [phrase[: group.start()] + choice + rest for choice in group[1].split("|") for rest in rests]


_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")


def _cue(row: dict[str, str], name: str) -> Cue:
    reach = row["reach"] or "proposition"
    known: tuple[Reach, ...] = get_args(Reach)
    if reach not in known:
        raise ValueError(f"{name}: {row['cue']!r} has the reach {reach!r}; it is one of {', '.join(known)}")
    return Cue(row["rule"], known[known.index(reach)])


def own_cues(phrases: Sequence[str], rule: str, *, folded: bool) -> CueSet:
    """The cues that a user gives as a list: each concerns the proposition that holds it."""
    return CueSet(((phrase, Cue(rule, "proposition")) for phrase in phrases), folded=folded)


__all__ = ["PSEUDO", "Cue", "CueSet", "Hit", "Reach", "own_cues"]
