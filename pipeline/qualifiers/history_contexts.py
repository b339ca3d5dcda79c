"""What stands around the mentions of drugs, or of problems, as features of a linear model (`history_model`).

The text near them is read as tokens, each drug one of them; figures and how a drug is taken are left out, years, months and
durations are each alike. The mentions of an enumeration are read together: what stands before the first and behind the last is
said of all of them. A feature is a token, or two that follow each other, within a stretch that has a name ("before near").
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

import msgspec
from spacy.tokens import Doc

from pipeline import resources
from pipeline.qualifiers.base import SectionLine
from pipeline.text.folding import FoldedText

Bounds = tuple[int, int]
# Where a mention stands in the folded text, and its offset in the text.
Mention = tuple[int, int, int]

# The stretches of tokens, in the order of `Context.stretches`: of the enumeration up to the ends of its statement, the nearest
# tokens, those up to another mention, the four nearest by their place; of the mention alone; the statements around; the
# mention itself.
_SIDES = ("", " near", " own", " 1", " 2", " 3", " 4", " of it", " 1 of it", " 2 of it")
WORDS = (
    *(f"{side}{name}" for side in ("before", "behind") for name in _SIDES),
    *("last statement", "next statement", "next begins", "is"),
)
# ... and behind them those of two tokens.
PAIRS = ("before two", "behind two")

# So many tokens are read on each side of a mention, before its statement and behind it.
_AROUND, _STATEMENT_BEFORE, _STATEMENT_BEHIND = 30, 25, 12
# Of these the nearest; pairs are read among so many.
_NEAR, _PAIRED = 7, 9
# So much of the text before and behind a mention is read.
_READ_BEFORE, _READ_BEHIND = 600, 400
# So many tokens may stand between two mentions of an enumeration.
_MOST_JOINS = 6
# So large a part of the words around a mention are little ones in sentences.
_SENTENCE_SHARE = 0.12
# A drug is beside a problem where so few characters of one line stand between, and close by where so few do.
_BESIDE, _CLOSE_BY = 150, 20
# A heading that stands alone leads no more lines than this.
_LED_LINES = 15
_LONGEST_HEADING = 60

_DRUG, _DURATION, _YEAR, _MONTH, _DAY, _END, _LINE = "<drug>", "<dur>", "<year>", "<month>", "<date>", "|", "|n"
_TIMES = frozenset({_DURATION, _YEAR, _MONTH, _DAY})
_TOKEN = re.compile(
    r"(?:[a-z]\.){2,}|[^\W\d_]+(?:[/'&][^\W\d_]+)*|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{2,4}|'\d\d\b|\d+(?:[.,/:-]\d+)*|-+>|=>|→|\n|\.(?=\s|\Z)|[^\w\s.]"
)
_YEARS = re.compile(r"(?:\d{1,2}/)?(?:19|20)\d\d|'\d\d|\d{1,2}/(?:0\d|1[3-9]|2\d|9\d)")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
_HEADING = re.compile(r"\s{0,8}[-*#\d.)]{0,4}\s{0,4}([a-z][^:\n]{1,45}):")
_ALONE = re.compile(r"\s{0,8}([^:\n]{2,45}):[ \t]*(?=\n|\Z)")
_BULLET = re.compile(r"\s*[-*•#\d.)]{0,4}\s*")


class ContextWords(msgspec.Struct, dict=True):
    """The words of a language that are read alike, as `qualifiers/history_contexts.toml` has them."""

    dosing: frozenset[str]
    joins: frozenset[str]
    months: frozenset[str]
    little_words: frozenset[str]
    untelling: frozenset[str]

    def tells(self, token: str) -> bool:
        """Whether a token may explain a decision: a word that says something, a time."""
        return token in _TIMES or (token.isalpha() and len(token) > 1 and token not in self._silent)

    @cached_property
    def _silent(self) -> frozenset[str]:
        return self.untelling | self.little_words | self.dosing

    @cached_property
    def alike(self) -> dict[str, str]:
        """What words are read as: "" for one of dosing."""
        return {**dict.fromkeys(self.dosing, ""), **dict.fromkeys(self.months, _MONTH)}

    @staticmethod
    @lru_cache(maxsize=len(resources.LANGUAGES))
    def read(lang: str) -> ContextWords:
        """Those of a language, read once."""
        with resources.path(lang, "qualifiers/history_contexts.toml").open("rb") as handle:
            return msgspec.convert(tomllib.load(handle), ContextWords)


class Context(msgspec.Struct, frozen=True, gc=False):
    """What stands around a mention.

    Attributes:
        stretches: begin and end of each stretch of tokens, in the order of WORDS, then of each of pairs, in that of PAIRS.
        other: other features.
    """

    stretches: list[int]
    other: list[str]


class Tokens:
    """The tokens of a text near mentions. Reading is linear in the text.

    Args:
        drugs: all drugs of the text.
        durations: bounds of entities that say how long, in the folded text.
        mentions: those near which the text is read.

    Attributes:
        text: the folded text.
        tokens, bounds: what each token is read as, and where it stands in the folded text.
        dosed: the drugs behind which stands how they are taken, by their tokens.
        stems: of each token the beginning by which it counts too.
        two: each token with the next one.
        little: how many little words stand before each token.
        ends: the tokens that end a statement.
    """

    def __init__(
        self,
        text: str,
        drugs: Iterable[Mention],
        durations: Iterable[Bounds],
        mentions: Iterable[Mention],
        words: ContextWords,
    ) -> None:
        self.text = text
        self.words = words
        self.tokens: list[str] = []
        self.bounds: list[Bounds] = []
        self.dosed: set[int] = set()
        self._read({*((start, end, _DRUG) for start, end, _ in drugs), *((*b, _DURATION) for b in durations)}, mentions)
        self.stems = {token: stem_of(token) for token in set(self.tokens)}
        self.two = [*map(" ".join, pairwise(self.tokens))]
        self.little = [0, *accumulate(token in words.little_words for token in self.tokens)]
        self.ends = [number for number, token in enumerate(self.tokens) if token in (_END, _LINE)]
        self._starts = [start for start, _ in self.bounds]

    @classmethod
    def read(cls, doc: Doc, folded: FoldedText, drugs: Sequence[Mention], mentions: Iterable[Mention]) -> Tokens:
        """Of a Doc, with the durations among its entities."""
        place = folded.place
        durations = [(place(e.start_char), place(e.end_char)) for e in doc.ents if e.label_ == "DURATION"]
        return cls(folded.folded, drugs, durations, mentions, ContextWords.read(doc.lang_))

    def at(self, start: int, end: int) -> Bounds:
        """The first and the last token of a stretch of the folded text; where it has none, the one behind it."""
        first = bisect_right(self._starts, start) - 1
        if first < 0 or self.bounds[first][1] <= start:
            first = min(first + 1, len(self.tokens) - 1)
        return first, max(first, bisect_left(self._starts, end) - 1)

    def alike(self, token: str) -> str:
        """What a token is read as; "" for a figure, and for how a drug is taken."""
        first, alike = token[0], self.words.alike
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

    def _read(self, marks: Iterable[tuple[int, int, str]], mentions: Iterable[Mention]) -> None:
        """Read the text near mentions, what is marked as one token each."""
        marked = sorted(marks)
        position = 0
        for low, high in self._near(mentions):
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
                self._add(kind, start, end)
                position = end
            self._read_words(position, high)
            position = max(position, high)

    def _near(self, mentions: Iterable[Mention]) -> list[Bounds]:
        """The stretches of the text near mentions, in order."""
        near: list[Bounds] = []
        for start, end, _ in sorted(mentions):
            low, high = max(0, start - _READ_BEFORE), min(len(self.text), end + _READ_BEHIND)
            if near and low <= near[-1][1]:
                near[-1] = near[-1][0], max(near[-1][1], high)
            else:
                near.append((low, high))
        return near

    def _read_words(self, low: int, high: int) -> None:
        """Read a stretch in which nothing is marked."""
        tokens, bounds, alike = self.tokens, self.bounds, self.words.alike
        behind_drug = bool(tokens) and tokens[-1] == _DRUG and bounds[-1][1] == low
        for match in _TOKEN.finditer(self.text, low, high):
            word = match[0]
            token = alike.get(word, word) if word.isalpha() else self.alike(word)
            if token:
                tokens.append(token)
                bounds.append(match.span())
            elif behind_drug:
                self.dosed.add(len(tokens) - 1)
            behind_drug = False

    def _add(self, token: str, start: int, end: int) -> None:
        self.tokens.append(token)
        self.bounds.append((start, end))


class HistoryContexts:
    """The contexts of the mentions of one kind in a text. Reading is linear in the text and the mentions.

    Args:
        tokens: the text near the mentions.
        mentions: in any order; one within another has no context of its own.
        drugs: begin and end of drugs in the folded text, in order, and whether each is of the past; for problems, which are of
            the past with the drug that did them or was for them ("on clozapine until 2012 (neutropenia)").

    Attributes:
        text: the tokens.
    """

    def __init__(
        self,
        tokens: Tokens,
        mentions: Iterable[Mention],
        sections: SectionLine,
        drugs: Sequence[tuple[int, int, bool]] = (),
    ) -> None:
        self.text = tokens
        self._drugs = drugs
        # Of each mention, by where it begins, its end and its first and last token.
        self._place: dict[int, tuple[int, int, int]] = {}
        self._kinds: dict[int, str] = {}
        self._same: dict[str, dict[str, int]] = {}
        reached = -1
        for start, end, offset in sorted(mentions, key=lambda mention: (mention[0], -mention[1])):
            if start < reached or not tokens.tokens:
                continue
            reached = end
            self._place[start] = end, *tokens.at(start, end)
            kind = self._kinds[start] = sections.kind(offset)
            kinds = self._same.setdefault(tokens.text[start:end], {})
            kinds[kind] = kinds.get(kind, 0) + 1
        self._firsts = [first for _, first, _ in self._place.values()]
        self._lasts = [last for _, _, last in self._place.values()]
        self._groups = self._enumerations()
        # What the heading of a line says, and what the one above says, by where the line begins.
        self._headed: dict[int, list[str]] = {}
        self._above: dict[int, list[str]] = {}

    def among(self, among: Container[int] | None, *, sentences: bool) -> dict[int, tuple[Context, bool]]:
        """The context of each mention, and whether it is written of in shorthand, by where it begins in the folded text.

        `among`: where those begin that are asked for; None for all. `sentences`: whether those written of in sentences too.
        """
        found = {}
        for start in self._place:
            if among is None or start in among:
                short = self.is_shorthand(start)
                if short or sentences:
                    found[start] = self.of(start), short
        return found

    def is_shorthand(self, start: int) -> bool:
        """Whether the mention that begins there is written of in shorthand: with few little words."""
        first, last = self._groups[start]
        low, high = self._around(first, last, *self._statement(first, last))
        little = self.text.little
        return little[high] - little[low] <= _SENTENCE_SHARE * (high - low)

    def of(self, start: int) -> Context:
        """The context of the mention that begins there."""
        end, one, other_end = self._place[start]
        first, last = self._groups[start]
        opens, closes = self._statement(first, last)
        low, high = self._around(first, last, opens, closes)
        stretches = [*self._before(first, one, low), *self._behind(last, other_end, high)]
        stretches += self._statements(first, last, opens, closes)
        # What a drug is called says nothing.
        stretches += one, one if self.text.tokens[one] == _DRUG else other_end + 1
        begin = max(low, first - _PAIRED)
        stretches += begin, max(begin, first - 1), last + 1, max(last + 1, min(high, last + 1 + _PAIRED) - 1)
        other = [*self._headings(start), *self._listed(start, end), *self._beside(start, end)]
        if (first, last) != (one, other_end):
            other.append("enumerated")
        if other_end in self.text.dosed:
            other.append("dosed")
        return Context(stretches, other)

    def features(self, context: Context) -> Iterator[str]:
        """The names of the features of a context, each as often as it has it."""
        tokens, two, stems = self.text.tokens, self.text.two, self.text.stems
        edges = iter(context.stretches)
        for name, low, high in zip((*WORDS, *PAIRS), edges, edges, strict=True):
            if name in PAIRS:
                yield from (f"{name}: {pair}" for pair in two[low:high])
                continue
            for token in tokens[low:high]:
                yield f"{name}: {token}"
                if (stem := stems[token]) is not None:
                    yield f"{name}: {stem}"
        yield from context.other

    def _enumerations(self) -> dict[int, Bounds]:
        """Of each mention, by where it begins, the first and the last token of its enumeration."""
        groups: list[list[int]] = []
        joins, tokens = self.text.words.joins, self.text.tokens
        reached = 0
        for start, (_, first, last) in self._place.items():
            between = tokens[reached:first] if reached >= first - _MOST_JOINS else ("",)
            if groups and between and all(token in joins for token in between):
                groups[-1].append(start)
            else:
                groups.append([start])
            reached = last + 1
        return {start: (self._place[group[0]][1], self._place[group[-1]][2]) for group in groups for start in group}

    def _statement(self, first: int, last: int) -> tuple[int, int]:
        """The places in `ends` of the last end before an enumeration and the first one behind it."""
        return bisect_left(self.text.ends, first) - 1, bisect_right(self.text.ends, last)

    def _around(self, first: int, last: int, opens: int, closes: int) -> tuple[int, int]:
        """The tokens of the statement near an enumeration: from the end of the one before, which is one of them."""
        ends, length = self.text.ends, len(self.text.tokens)
        low = max(0, first - _AROUND, ends[opens] if opens >= 0 else 0)
        return low, min(last + 1 + _AROUND, ends[closes] + 1 if closes < len(ends) else length)

    def _before(self, first: int, one: int, low: int) -> tuple[int, ...]:
        """The stretches before a mention, whose first token is `one`; `low`: where its statement begins."""
        own = max(low, self._last_mention(first) + 1)
        alone = max(low, self._last_mention(one) + 1)
        near = max(low, first - _NEAR)
        edges = [max(low, first - back) for back in range(5)]
        places = edges[1], first, edges[2], edges[1], edges[3], edges[2], edges[4], edges[3]
        of_it = max(low, one - 1)
        return low, first, near, first, own, first, *places, alone, one, of_it, one, max(low, one - 2), of_it

    def _behind(self, last: int, one: int, high: int) -> tuple[int, ...]:
        """The stretches behind a mention, likewise, whose last token is `one`; `high`: where its statement ends."""
        low = last + 1
        own, alone = min(high, self._next_mention(last)), min(high, self._next_mention(one))
        near = min(high, low + _NEAR)
        edges = [min(high, low + on) for on in range(5)]
        places = edges[0], edges[1], edges[1], edges[2], edges[2], edges[3], edges[3], edges[4]
        of_it = min(high, one + 2)
        return low, high, low, near, low, own, *places, one + 1, alone, one + 1, of_it, of_it, min(high, one + 3)

    def _statements(self, first: int, last: int, opens: int, closes: int) -> tuple[int, ...]:
        """The statement before, where it stands in the line, the one behind, and how that begins."""
        tokens, ends = self.text.tokens, self.text.ends
        before = behind = begins = (first, first)
        if opens >= 0 and ends[opens] >= first - _AROUND and tokens[ends[opens]] == _END:
            place = ends[opens]
            before = max(0, place - _STATEMENT_BEFORE, ends[opens - 1] if opens else 0), place
        if closes < len(ends) and ends[closes] <= last + _AROUND:
            low = ends[closes] + 1
            high = ends[closes + 1] + 1 if closes + 1 < len(ends) else len(tokens)
            behind = low, min(low + _STATEMENT_BEHIND, high)
            begins = low, min(low + 1, high)
        return *before, *behind, *begins

    def _last_mention(self, number: int) -> int:
        """The last token of the mention before a token, else -1."""
        index = bisect_left(self._lasts, number) - 1
        return self._lasts[index] if index >= 0 else -1

    def _next_mention(self, number: int) -> int:
        """The first token of the mention behind a token, else how many tokens there are."""
        index = bisect_right(self._firsts, number)
        return self._firsts[index] if index < len(self._firsts) else len(self.text.tokens)

    def _headings(self, start: int) -> Iterator[str]:
        """The heading that a line begins with, else the one that stands above."""
        text = self.text.text
        line = text.rfind("\n", max(0, start - _READ_BEFORE), start) + 1
        headed = self._headed.get(line)
        if headed is None and (match := _HEADING.match(text, line, start)) is not None:
            whole = f"heading: {' '.join(match[1].split())}"
            headed = self._headed[line] = [whole, *self._words_of("heading", match[1])]
        if headed is None and (headed := self._above.get(line)) is None:
            above = self._words_of("heading above", self._heading_above(line))
            headed = self._above[line] = ["no heading", *above]
        yield from headed
        if _BULLET.fullmatch(text, line, start):
            yield "begins a line"

    def _words_of(self, name: str, heading: str) -> Iterator[str]:
        """The words of a heading as features."""
        return (f"{name}: {token}" for token in map(self.text.alike, _TOKEN.findall(heading)) if token)

    def _heading_above(self, line: int) -> str:
        """The heading that stands alone above a line and leads it, else nothing."""
        text, low = self.text.text, line
        for _ in range(_LED_LINES):
            end = low - 1
            low = text.rfind("\n", max(0, end - _READ_BEFORE), end) + 1
            if end <= 0 or not text[low:end].strip():
                return ""
            match = _ALONE.match(text, low, min(end, low + _LONGEST_HEADING))
            if match is not None:
                return match[1]
        return ""

    def _beside(self, start: int, end: int) -> Iterator[str]:
        """What is said of the drugs nearest to a mention on each side."""
        drugs, text = self._drugs, self.text.text
        index = bisect_left(drugs, (start,))
        for name, places in (("before", drugs[max(0, index - 1) : index]), ("behind", drugs[index : index + 1])):
            for low, high, past in places:
                between = text[high:start] if name == "before" else text[end:low]
                if len(between) < _BESIDE and "\n" not in between:
                    said = "past" if past else "present"
                    yield f"drug {name}: {said}"
                    if len(between) < _CLOSE_BY:
                        yield f"drug close {name}: {said}"

    def _listed(self, start: int, end: int) -> Iterator[str]:
        """The section of a mention, and those in which it is named elsewhere."""
        own = self._kinds[start]
        if own:
            yield f"section: {own}"
        kinds = self._same[self.text.text[start:end]]
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
