"""What stands around the mentions of drugs, as features of a linear model (`drug_model`).

The text near drugs is read as tokens, each drug one of them; figures and how a drug is taken are left out, years, months and
durations are each alike. The drugs of an enumeration are read together: what stands before the first and behind the last is
said of all of them. A feature is a token, or two that follow each other, within a stretch that has a name ("before near").
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

import msgspec
from spacy.tokens import Doc

from pipeline import resources
from pipeline.qualifiers.base import SectionLine
from pipeline.text.folding import FoldedText

Bounds = tuple[int, int]

# The stretches of tokens, in the order of `Context.words`: of the enumeration up to the ends of its statement, the nearest
# tokens, those up to another drug, the four nearest by their place; of the drug alone; the statements around.
_SIDES = ("", " near", " own", " 1", " 2", " 3", " 4", " of it", " 1 of it", " 2 of it")
WORDS = (
    *(f"{side}{name}" for side in ("before", "behind") for name in _SIDES),
    *("last statement", "next statement", "next begins"),
)
# ... and of two tokens, in the order of `Context.pairs`.
PAIRS = ("before two", "behind two")

# So many tokens are read on each side of a drug, before its statement and behind it.
_AROUND, _STATEMENT_BEFORE, _STATEMENT_BEHIND = 30, 25, 12
# Of these the nearest; pairs are read among so many.
_NEAR, _PAIRED = 7, 9
# So much of the text before and behind a drug is read.
_READ_BEFORE, _READ_BEHIND = 600, 400
# So many tokens may stand between two drugs of an enumeration.
_MOST_JOINS = 6
# So large a part of the words around a drug are little ones in sentences.
_SENTENCE_SHARE = 0.12
# A heading that stands alone leads no more lines than this.
_LED_LINES = 15
_LONGEST_HEADING = 60

_DRUG, _DURATION, _YEAR, _MONTH, _DAY, _END, _LINE = "<drug>", "<dur>", "<year>", "<month>", "<date>", "|", "|n"
_TOKEN = re.compile(
    r"\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{2,4}|'\d\d\b|\d+(?:[.,/:-]\d+)*|(?:[a-z]\.){2,}|[^\W\d_]+(?:[/'&][^\W\d_]+)*|-+>|=>|→|\n|\.(?=\s|\Z)|[^\w\s.]"
)
_YEARS = re.compile(r"(?:\d{1,2}/)?(?:19|20)\d\d|'\d\d|\d{1,2}/(?:0\d|1[3-9]|2\d|9\d)")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
_HEADING = re.compile(r"\s{0,8}[-*#\d.)]{0,4}\s{0,4}([a-z][^:\n]{1,45}):")
_ALONE = re.compile(r"\s{0,8}([^:\n]{2,45}):[ \t]*(?=\n|\Z)")
_BULLET = re.compile(r"\s*[-*•#\d.)]{0,4}\s*")


class ContextWords(msgspec.Struct, dict=True):
    """The words of a language that are read alike, as `qualifiers/drug_contexts.toml` has them."""

    dosing: frozenset[str]
    joins: frozenset[str]
    months: frozenset[str]
    little_words: frozenset[str]

    @cached_property
    def alike(self) -> dict[str, str]:
        """What words are read as: "" for one of dosing."""
        return {**dict.fromkeys(self.dosing, ""), **dict.fromkeys(self.months, _MONTH)}

    @staticmethod
    @lru_cache(maxsize=len(resources.LANGUAGES))
    def read(lang: str) -> ContextWords:
        """Those of a language, read once."""
        with resources.path(lang, "qualifiers/drug_contexts.toml").open("rb") as handle:
            return msgspec.convert(tomllib.load(handle), ContextWords)


class Context(msgspec.Struct, frozen=True, gc=False):
    """What stands around a drug.

    Attributes:
        words: stretches of tokens in the order of WORDS.
        pairs: stretches of pairs of them, in the order of PAIRS.
        other: other features.
    """

    words: list[Bounds]
    pairs: list[Bounds]
    other: list[str]


class DrugContexts:
    """The contexts of the drugs of a text. Reading is linear in the text and its drugs.

    Args:
        drugs: bounds in the folded text, and the offset in the text, in order.
        durations: bounds of entities that say how long, in the folded text.

    Attributes:
        tokens, bounds: what each token is read as, and where it stands in the folded text.
    """

    def __init__(
        self,
        folded: FoldedText,
        drugs: Sequence[tuple[int, int, int]],
        durations: Iterable[Bounds],
        sections: SectionLine,
        words: ContextWords,
    ) -> None:
        self._text = folded.folded
        self._words = words
        self.tokens: list[str] = []
        self.bounds: list[Bounds] = []
        # Of each drug, by where it begins, its end and its token; and those behind which stands how they are taken.
        self._number: dict[int, tuple[int, int]] = {}
        self._dosed: set[int] = set()
        self._read(drugs, durations)
        # How many little words stand before each token.
        self._little = [0, *accumulate(token in words.little_words for token in self.tokens)]
        self._ends = [number for number, token in enumerate(self.tokens) if token in (_END, _LINE)]
        self._drugs = [number for _, number in self._number.values()]
        self._groups = self._enumerations()
        # The headings above lines, by where these begin.
        self._above: dict[int, str] = {}
        self._kinds = {start: sections.kind(offset) for start, _, offset in drugs}
        self._same: dict[str, dict[str, int]] = {}
        for start, end, _ in drugs:
            kinds = self._same.setdefault(self._text[start:end], {})
            kinds[self._kinds[start]] = kinds.get(self._kinds[start], 0) + 1

    @classmethod
    def read(
        cls, doc: Doc, folded: FoldedText, drugs: Sequence[tuple[int, int, int]], sections: SectionLine
    ) -> DrugContexts:
        """Of a Doc, with the durations among its entities."""
        place = folded.place
        durations = [(place(e.start_char), place(e.end_char)) for e in doc.ents if e.label_ == "DURATION"]
        return cls(folded, drugs, durations, sections, ContextWords.read(doc.lang_))

    def in_shorthand(self) -> dict[int, Context]:
        """The context of each drug that is written of in shorthand, not in sentences, by where it begins in the folded text."""
        return {start: self.of(start) for start in self._number if self.is_shorthand(start)}

    def is_shorthand(self, start: int) -> bool:
        """Whether the drug that begins there is written of in shorthand: with few little words."""
        first, last = self._groups[self._number[start][1]]
        low, high = self._around(first, last, *self._statement(first, last))
        return self._little[high] - self._little[low] <= _SENTENCE_SHARE * (high - low)

    def of(self, start: int) -> Context:
        """The context of the drug that begins there."""
        end, number = self._number[start]
        first, last = self._groups[number]
        opens, closes = self._statement(first, last)
        low, high = self._around(first, last, opens, closes)
        words = [*self._before(first, number, low), *self._behind(last, number, high)]
        words += self._statements(first, last, opens, closes)
        pairs = [(max(low, first - _PAIRED), first - 1), (last + 1, min(high, last + 1 + _PAIRED) - 1)]
        other = [*self._headings(start), *self._listed(start, end)]
        if first != last:
            other.append("enumerated")
        if number in self._dosed:
            other.append("dosed")
        return Context(words, [(start, max(start, stop)) for start, stop in pairs], other)

    def features(self, context: Context) -> Iterator[str]:
        """The names of the features of a context, each as often as it has it."""
        for name, (low, high) in zip(WORDS, context.words, strict=True):
            for token in self.tokens[low:high]:
                yield f"{name}: {token}"
                if (stem := stem_of(token)) is not None:
                    yield f"{name}: {stem}"
        for name, (low, high) in zip(PAIRS, context.pairs, strict=True):
            for place in range(low, high):
                yield f"{name}: {self.tokens[place]} {self.tokens[place + 1]}"
        yield from context.other

    def _read(self, drugs: Sequence[tuple[int, int, int]], durations: Iterable[Bounds]) -> None:
        """Read the text near drugs as tokens, drugs and durations one each."""
        marked = sorted({*((start, end, _DRUG) for start, end, _ in drugs), *((*b, _DURATION) for b in durations)})
        position = 0
        for low, high in self._near(drugs):
            if position:
                self._add(_LINE, low, low)
            position = low
            index = bisect_left(marked, (low,))
            while index < len(marked) and marked[index][0] < high:
                start, end, kind = marked[index]
                index += 1
                if start < position:
                    continue
                self._read_words(position, start)
                if kind == _DRUG:
                    self._number[start] = end, len(self.tokens)
                self._add(kind, start, end)
                position = end
            self._read_words(position, high)
            position = max(position, high)

    def _near(self, drugs: Sequence[tuple[int, int, int]]) -> list[Bounds]:
        """The stretches of the text near drugs, in order."""
        near: list[Bounds] = []
        for start, end, _ in drugs:
            low, high = max(0, start - _READ_BEFORE), min(len(self._text), end + _READ_BEHIND)
            if near and low <= near[-1][1]:
                near[-1] = near[-1][0], max(near[-1][1], high)
            else:
                near.append((low, high))
        return near

    def _read_words(self, low: int, high: int) -> None:
        """Read a stretch without drugs."""
        tokens, bounds, alike = self.tokens, self.bounds, self._words.alike
        behind_drug = bool(tokens) and tokens[-1] == _DRUG and bounds[-1][1] == low
        for match in _TOKEN.finditer(self._text, low, high):
            word = match[0]
            token = alike.get(word, word) if word.isalpha() else self._alike(word)
            if token:
                tokens.append(token)
                bounds.append(match.span())
            elif behind_drug:
                self._dosed.add(len(tokens) - 1)
            behind_drug = False

    def _add(self, token: str, start: int, end: int) -> None:
        self.tokens.append(token)
        self.bounds.append((start, end))

    def _alike(self, token: str) -> str:
        """What a token is read as; "" for a figure, and for how a drug is taken."""
        first, alike = token[0], self._words.alike
        if first.isalpha():
            token = token.replace(".", "")
        elif first in ".;":
            return _END
        elif first == "\n":
            return _LINE
        elif first.isdigit() or (first == "'" and len(token) > 1):
            if _YEARS.fullmatch(token):
                return _YEAR
            return _DAY if _DATE.fullmatch(token) else ""
        elif token[-1] in ">→" and first in "-=→":
            return "->"
        return alike.get(token, token)

    def _enumerations(self) -> dict[int, Bounds]:
        """Of each drug, by its token, the first and the last of its enumeration."""
        groups: list[list[int]] = []
        joins = self._words.joins
        for number in self._drugs:
            before = groups[-1][-1] + 1 if groups else number
            between = self.tokens[before:number] if before >= number - _MOST_JOINS else ("",)
            if groups and between and all(token in joins for token in between):
                groups[-1].append(number)
            else:
                groups.append([number])
        return {number: (group[0], group[-1]) for group in groups for number in group}

    def _statement(self, first: int, last: int) -> tuple[int, int]:
        """The places in `_ends` of the last end before an enumeration and the first one behind it."""
        return bisect_left(self._ends, first) - 1, bisect_right(self._ends, last)

    def _around(self, first: int, last: int, opens: int, closes: int) -> tuple[int, int]:
        """The tokens of the statement near an enumeration: from the end of the one before, which is one of them."""
        low = max(0, first - _AROUND, self._ends[opens] if opens >= 0 else 0)
        return low, min(last + 1 + _AROUND, self._ends[closes] + 1 if closes < len(self._ends) else len(self.tokens))

    def _before(self, first: int, number: int, low: int) -> list[Bounds]:
        """The stretches before a drug; `low`: where its statement begins."""
        own = max(low, self._last_drug(first) + 1)
        alone = max(low, self._last_drug(number) + 1)
        places = [(place if place >= low else first) for place in (first - 1, first - 2, first - 3, first - 4)]
        return [
            (low, first),
            (max(low, first - _NEAR), first),
            (own, first),
            *((place, place + 1 if place < first else place) for place in places),
            (alone, number),
            (number - 1 if number > low else number, number),
            (number - 2, number - 1) if number - 2 >= low else (number, number),
        ]

    def _behind(self, last: int, number: int, high: int) -> list[Bounds]:
        """The stretches behind a drug, likewise; `high`: where its statement ends."""
        low = last + 1
        own, alone = min(high, self._next_drug(last)), min(high, self._next_drug(number))
        return [
            (low, high),
            (low, min(high, low + _NEAR)),
            (low, own),
            *((place, place + 1) if place < high else (low, low) for place in (low, low + 1, low + 2, low + 3)),
            (number + 1, alone),
            *((place, place + 1) if place < high else (low, low) for place in (number + 1, number + 2)),
        ]

    def _statements(self, first: int, last: int, opens: int, closes: int) -> list[Bounds]:
        """The statement before, where it stands in the line, the one behind, and how that begins."""
        ends = self._ends
        before = behind = begins = (0, 0)
        if opens >= 0 and ends[opens] >= first - _AROUND and self.tokens[ends[opens]] == _END:
            place = ends[opens]
            before = max(0, place - _STATEMENT_BEFORE, ends[opens - 1] if opens else 0), place
        if closes < len(ends) and ends[closes] <= last + _AROUND:
            low = ends[closes] + 1
            high = ends[closes + 1] + 1 if closes + 1 < len(ends) else len(self.tokens)
            behind = low, min(low + _STATEMENT_BEHIND, high)
            begins = low, min(low + 1, high)
        return [before, behind, begins]

    def _last_drug(self, number: int) -> int:
        index = bisect_left(self._drugs, number) - 1
        return self._drugs[index] if index >= 0 else -1

    def _next_drug(self, number: int) -> int:
        index = bisect_right(self._drugs, number)
        return self._drugs[index] if index < len(self._drugs) else len(self.tokens)

    def _headings(self, start: int) -> Iterator[str]:
        """The heading that a line begins with, else the one that stands above."""
        text = self._text
        line = text.rfind("\n", max(0, start - _READ_BEFORE), start) + 1
        match = _HEADING.match(text, line, start)
        if match is None:
            yield "no heading"
            if line not in self._above:
                self._above[line] = self._heading_above(line)
            heading, name = self._above[line], "heading above"
        else:
            heading, name = match[1], "heading"
            yield f"heading: {' '.join(heading.split())}"
        for token in filter(None, map(self._alike, _TOKEN.findall(heading))):
            yield f"{name}: {token}"
        if _BULLET.fullmatch(text, line, start):
            yield "begins a line"

    def _heading_above(self, line: int) -> str:
        """The heading that stands alone above a line and leads it, else nothing."""
        text, low = self._text, line
        for _ in range(_LED_LINES):
            end = low - 1
            low = text.rfind("\n", max(0, end - _READ_BEFORE), end) + 1
            if end <= 0 or not text[low:end].strip():
                return ""
            match = _ALONE.match(text, low, min(end, low + _LONGEST_HEADING))
            if match is not None:
                return match[1]
        return ""

    def _listed(self, start: int, end: int) -> Iterator[str]:
        """The section of a drug, and those in which it is named elsewhere."""
        own = self._kinds[start]
        if own:
            yield f"section: {own}"
        kinds = self._same[self._text[start:end]]
        if sum(kinds.values()) > 1:
            yield "named again"
        for kind, count in kinds.items():
            if kind and count > (kind == own):
                yield f"named in: {kind}"


# Words of more letters count by their beginning too: "discontinued", "discontinuation".
_LONG_WORD, _BEGINNING = 6, 5


def stem_of(token: str) -> str | None:
    """The beginning by which a long word counts too."""
    return f"{token[:_BEGINNING]}-" if len(token) > _LONG_WORD and token[0].isalpha() else None
