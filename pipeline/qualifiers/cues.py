"""Cues: short phrases of a data file, found in a text in one pass.

A cue file is a table with the columns `cue`, `rule` and `reach`. A cue is written folded or not, a blank in it stands
for any run of blanks and line breaks, `(his|her|)` for one of several words or none, and `re:` before it makes it a
regular expression over the folded text, from the start of a word. `<name>` stands for any word of a class (`word_rows`). The rule
`pseudo` marks a phrase that holds a cue but is none ("history of present illness"): the longest phrase wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, get_args

import msgspec

from pipeline.qualifiers.word_rows import NEAR, Classes, WordRows, folded_phrases, word_classes
from pipeline.resources import expanded, read_table
from pipeline.text.beginnings import DIGIT, beginnings
from pipeline.text.phrase_scan import Collapsed, PhraseScan, is_word

Reach = Literal[
    "proposition",
    "list",
    "forward",
    "behind",
    "backward",
    "before",
    "between",
    "next",
    "last",
    "own",
    "previous",
    "preceding",
    "clause",
    "sentence",
]
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
    """The cues of one file, ready to search. Searching is linear in the text.

    At each place an expression, where one matches there, goes before the longest phrase or row of classes; what is found
    does not overlap.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, Cue]],
        *,
        folded: bool = True,
        classes: Classes | None = None,
        pool: str | None = None,
    ) -> None:
        literals: dict[str, Cue] = {}
        of_classes: list[tuple[str, Cue]] = []
        self._expressions: list[tuple[re.Pattern[str], Cue]] = []
        by_beginning: dict[str, list[int]] = {}
        anywhere: list[str] = []
        for phrase, cue in rows:
            if phrase.startswith("re:"):
                expression = phrase[3:].strip()
                begins = beginnings(expression)
                for beginning in begins:
                    by_beginning.setdefault(beginning, []).append(len(self._expressions))
                if not begins:
                    anywhere.append(f"(?:{expression})")
                self._expressions.append((re.compile(rf"\b(?:{expression})"), cue))
            elif classes and ("<" in phrase or NEAR in phrase):
                of_classes.append((phrase, cue))
            elif folded:
                literals.update(dict.fromkeys(folded_phrases(phrase), cue))
            else:
                literals.update({" ".join(variant.split()): cue for variant in expanded(phrase)})
        literals.pop("", None)
        self._rows = WordRows(of_classes, classes or {})
        self._cues = list(literals.values())
        self._phrases = PhraseScan(literals, pool)
        self._by_digit = by_beginning.pop(DIGIT, [])
        for digit in _DIGITS if self._by_digit else "":
            by_beginning[digit] = by_beginning.get(digit, []) + self._by_digit
        self._begins = PhraseScan(by_beginning)
        # Of each beginning: whether a word begins there, and the expressions to try.
        self._tries = [(is_word(begin[0]), tuple(numbers)) for begin, numbers in by_beginning.items()]
        self._anywhere = re.compile(rf"\b(?:{'|'.join(anywhere)})") if anywhere else None

    @classmethod
    def read(cls, lang: str, name: str) -> CueSet:
        """The cues of a language's file, read once. Raises ValueError for a reach that does not exist."""
        return _read(lang, name)

    def find(
        self, text: str, collapsed: Collapsed | None = None, near: Sequence[tuple[int, int]] | None = None
    ) -> list[Hit]:
        """Every cue in a folded text, in order, pseudo cues left out.

        `collapsed`: the text, if it is made already. `near`: the stretches in which rows of word classes are looked for.
        """
        collapsed = collapsed or Collapsed(text)
        phrases = self._phrases.longest(collapsed)
        source = collapsed.source
        tries = self._places(text, collapsed) if self._expressions else {}
        rows = self._rows.find(text, collapsed, near) if self._rows else {}
        if not phrases and not tries and not rows:
            return []
        hits: list[Hit] = []
        last = 0
        found: dict[int, tuple[int, list[tuple[int, Cue]]]] = {}
        for start, (end, number) in phrases.items():
            stop = source(end)
            found[source(start)] = stop, [(stop, self._cues[number])]
        for start, (end, cues) in rows.items():
            place, stop = source(start), source(end)
            if place not in found or found[place][0] < stop:
                found[place] = stop, [(source(end), cue) for end, cue in cues]
        for start in sorted(found.keys() | tries.keys() if tries else found):
            if start < last:
                continue
            matched = self._matched(text, start, tries[start]) if start in tries else None
            if matched is None and start not in found:
                continue
            ends = [matched] if matched is not None else found[start][1]
            pseudo = False
            for end, cue in ends:
                last = max(last, end)
                pseudo = pseudo or cue.rule == PSEUDO
            if not pseudo:
                hits += [Hit(start, end, cue) for end, cue in ends]
        return hits

    def _matched(self, text: str, start: int, tries: Iterable[int]) -> tuple[int, Cue] | None:
        """The end and the cue of the first expression that matches at a place."""
        for number in sorted(set(tries)):
            expression, cue = self._expressions[number]
            match = expression.match(text, start)
            if match is not None:
                return match.end(), cue
        return None

    def _places(self, text: str, collapsed: Collapsed) -> dict[int, tuple[int, ...]]:
        """Where expressions may match, and which."""
        plain, tries = collapsed.text, self._tries
        begun: dict[int, tuple[int, ...]] = {}
        for number, start, _ in self._begins.occurrences(collapsed):
            opens, expressions = tries[number]
            # As `is_word` has it, which would be called for every one.
            sign = plain[start - 1] if start else " "
            if opens is not (sign.isalnum() or sign == "_"):
                begun[start] = begun[start] + expressions if start in begun else expressions
        places = {collapsed.source(start): expressions for start, expressions in begun.items()}
        if self._by_digit and not text.isascii():
            for match in _FOREIGN_DIGIT.finditer(text):
                places[match.start()] = (*places.get(match.start(), ()), *self._by_digit)
        if self._anywhere is not None:
            found = self._anywhere.search(text)
            while found is not None:
                places[found.start()] = tuple(range(len(self._expressions)))
                found = self._anywhere.search(text, found.start() + 1)
        return places


_DIGITS = "0123456789"
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


@lru_cache(maxsize=64)
def _read(lang: str, name: str) -> CueSet:
    rows = ((row["cue"], _cue(row, name)) for row in read_table(lang, name))
    return CueSet(rows, classes=word_classes(lang), pool=lang)


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
