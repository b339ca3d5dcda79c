"""Cues made of word classes: one row stands for every combination of the words that its classes name.

A language's classes are in `qualifiers/word_classes.toml`, each a name and its words, which may name
other classes; `re:` begins an expression for figures. A row of a cue file names them too:

    <was> <treated> with             a word of each class, in this order, and words as they are
    <he?> <quit> (his|her|)          what may be missing
    <took|taken> <it>                a word of one of two classes
    <treated> .. with                between the two some words may stand, which belong to the cue
    <was> <taking> ... <long_ago>    the cue ends before `...`; what follows is told later in the sentence

Between two parts a comma and words of the class `between` ("then", "also") may stand. Nothing is multiplied out: the rows are
merged into one tree, which is read from each word of a text with which a row may begin.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import Any, Generic, TypeVar

from pipeline import resources
from pipeline.text.folding import FoldedText
from pipeline.text.phrase_scan import Collapsed, is_word

T = TypeVar("T")
# Of each class its members, as the file has them.
Classes = Mapping[str, tuple[str, ...]]

BETWEEN = "between"
# Words whose full stop ends no sentence.
ABBREVIATION = "abbreviation"
NEAR, FAR = "..", "..."
_FIGURES = "re:"
# So many characters may stand for `..` and `...`.
_NEAR_REACH, _FAR_REACH = 50, 100
# So many words of the class `between` may follow each other.
_MOST_BETWEEN = 2
# What `..` does not go over; the period of single letters ("p.o.") ends nothing.
_NEAR_END = re.compile(r"[;:,\n]|(?<=\w\w)[.]")

_WORD = re.compile(r"\w+")
# An expression of figures alone, which is one word.
_ONE_FIGURE = re.compile(r"x?(?:\\b|\\d|\d|\{\d(?:,\d)?\}|\(\?:|[|)+])+")
_PART = re.compile(r"<[^<>]+>|\([^()]*\|[^()]*\)|\S+")


def folded_phrases(phrase: str) -> set[str]:
    """What a phrase with alternatives stands for, folded, with single blanks."""
    return {" ".join(variant.split()) for variant in resources.expanded(FoldedText.of(phrase).folded)} - {""}


@lru_cache(maxsize=len(resources.LANGUAGES))
def word_classes(lang: str) -> Classes:
    """The classes of a language; empty where it has none."""
    file = resources.path(lang, "qualifiers/word_classes.toml")
    if not file.exists():
        return {}
    return {name: tuple(words) for name, words in tomllib.loads(file.read_text(encoding="utf-8")).items()}


# The first two words of a phrase; no second where it is one word alone, ANY where it may be whatever there is.
Pair = tuple[str, str | None]
ANY = "*"


def _far_end(abbreviations: Iterable[str]) -> re.Pattern[str]:
    """What `...` does not go over."""
    spared = "".join(rf"(?<!\b{re.escape(word)})" for word in abbreviations)
    return re.compile(rf"[;\n]|(?<=[^\W\d_]{{2}}){spared}\.(?=\s|\Z)|(?<=[\d)%])\.(?=\s|\Z)")


def _key(word: str) -> str:
    """A word as the index has it: every word with a figure and every sign is ""."""
    return word if word.isalpha() else ""


class _Class:
    """The words of a class.

    Attributes:
        phrases: its plain phrases by their first word, the words of figures and signs under "".
        figures: its expressions.
        rows: its members that name classes, as a tree; None where there are none.
        pairs: the first two words of its members.
    """

    __slots__ = ("figures", "pairs", "phrases", "rows")

    def __init__(self) -> None:
        self.phrases: dict[str, list[str]] = {}
        self.figures: list[re.Pattern[str]] = []
        self.rows: _Node[bool] | None = None
        self.pairs: set[Pair] = set()

    def firsts(self) -> set[str]:
        """The words with which its members may begin; "" for a figure or a sign."""
        return {first for first, _ in self.pairs}

    def add_phrase(self, phrase: str) -> None:
        """Take up a plain phrase. Raises ValueError for alternatives that hold others."""
        if phrase.count("(") != phrase.count(")") or "|" in phrase:
            raise ValueError(f"{phrase!r}: alternatives hold no others")
        words = [_key(word) for word in _WORD.findall(phrase)] if is_word(phrase[0]) else [""]
        self.pairs.add((words[0], ANY if not words[0] else words[1] if len(words) > 1 else None))
        self.phrases.setdefault(words[0], []).append(phrase)


class _Node(Generic[T]):
    """A place in the tree of rows: what may follow, and what ends here.

    Attributes:
        by_word: by the first word of what follows, the classes that may have it, each with where it leads, and the words of
            which one must be the second; None for any. Made by `index`.
    """

    __slots__ = ("after", "by_word", "far", "near", "values")

    def __init__(self) -> None:
        self.after: dict[_Class, _Node[T]] = {}
        self.near: _Node[T] | None = None
        self.far: _Node[T] | None = None
        self.values: list[T] = []
        self.by_word: dict[str, list[tuple[_Class, _Node[T], frozenset[str] | None]]] = {}

    def add(self, parts: Iterable[_Class | str], value: T) -> None:
        """Let a row of classes and gaps end in a value."""
        node = self
        for part in parts:
            if isinstance(part, _Class):
                node = node.after.setdefault(part, _Node())
            elif part == NEAR:
                node.near = node = node.near or _Node()
            else:
                node.far = node = node.far or _Node()
        node.values.append(value)

    def index(self, between: set[str]) -> None:
        """Index the tree by words. `between`: the words that may stand between two parts."""
        for node in filter(None, (self.near, self.far, *self.after.values())):
            node.index(between)
        for part, following in self.after.items():
            ends = bool(following.values or following.near or following.far)
            begins = None if ends else frozenset(between.union(following.by_word))
            seconds: dict[str, set[str | None]] = {}
            for first, second in part.pairs:
                seconds.setdefault(first, set()).add(second)
            for first, words in seconds.items():
                edge: frozenset[str] | None = begins
                if ANY in words or (None in words and begins is None):
                    edge = None
                elif words != {None}:
                    edge = frozenset(filter(None, words)) | (begins if None in words and begins else frozenset())
                    edge |= {""} if "" in words else frozenset()
                self.by_word.setdefault(first, []).append((part, following, edge))


class WordRows(Generic[T]):
    """Rows of classes, ready to search; each stands for a value. Searching is linear in the text.

    Raises ValueError for a row or a class that names a class that is not there, and for a class that names itself.
    """

    def __init__(self, rows: Iterable[tuple[str, T]], classes: Classes) -> None:
        self._members = classes
        self._classes: dict[str, _Class] = {}
        # Classes whose members are being taken up.
        self._open: set[str] = set()
        self._root: _Node[T] = _Node()
        self._between_words: set[str] = set()
        self._between = self._class(BETWEEN) if BETWEEN in classes else _Class()
        self._between_words = self._between.firsts()
        self._far_end = _far_end(classes.get(ABBREVIATION, ()))
        for text, value in rows:
            for parts in self._variants(text):
                self._begin(parts)
                self._root.add(parts, value)
        self._root.index(self._between_words)
        # Of each word that may begin a row, those of which one must be the second; None for any.
        self._leads: dict[str, frozenset[str] | None] = {}
        for first, edges in self._root.by_word.items():
            seconds = [words for _, _, words in edges]
            self._leads[first] = None if None in seconds else frozenset[str]().union(*filter(None, seconds))

    def __bool__(self) -> bool:
        return bool(self._root.after)

    def find(
        self, text: str, collapsed: Collapsed, near: Sequence[tuple[int, int]] | None = None
    ) -> dict[int, tuple[int, list[tuple[int, T]]]]:
        """By the place where a row begins: how far it goes with what follows behind `...`, and the ends and values of cues.

        Offsets are those of the collapsed text. Of several rows those that go furthest count. `near`: the stretches of the
        text to look in, from word to word, in order; None for all of it.
        """
        reading = _Reading(
            text,
            collapsed,
            [(0, len(text))] if near is None else near,
            (self._between, self._between_words),
            self._far_end,
        )
        rows: dict[int, tuple[int, list[tuple[int, T]]]] = {}
        root, leads, next_words = self._root, self._leads, reading.next_words
        for start, word in reading.words.items():
            if word not in leads:
                continue
            seconds = leads[word]
            if seconds is not None and next_words.get(start, "") not in seconds:
                continue
            found: list[tuple[int, int, T]] = []
            reading.read(root, start, None, found)
            if found:
                stop = max(found, key=_stop)[0]
                rows[start] = stop, [(end, value) for last, end, value in found if last == stop]
        return rows

    def _class(self, name: str) -> _Class:
        """A class, whose members are taken up when it is first named."""
        known = self._classes.get(name)
        if known is not None:
            return known
        if name not in self._members or name in self._open:
            raise ValueError(f"qualifiers/word_classes.toml: there is no class {name!r}, or it names itself")
        self._open.add(name)
        found = _Class()
        for member in self._members[name]:
            if member.startswith(_FIGURES):
                figures = member.removeprefix(_FIGURES)
                found.figures.append(re.compile(figures))
                found.pairs.add(("", None if _ONE_FIGURE.fullmatch(figures) else ANY))
            elif "<" in member:
                found.rows = found.rows or _Node()
                for parts in self._variants(member):
                    found.rows.add(parts, value=True)
                    found.pairs |= self._begin(parts)
            else:
                for phrase in sorted(folded_phrases(member)):
                    found.add_phrase(phrase)
        if found.rows is not None:
            found.rows.index(self._between_words)
        self._open.remove(name)
        self._classes[name] = found
        return found

    def _words(self, phrases: set[str], name: str) -> _Class:
        """A class without a name: words that stand in a row."""
        if name not in self._classes:
            self._classes[name] = _Class()
            for phrase in sorted(phrases):
                self._classes[name].add_phrase(phrase)
        return self._classes[name]

    def _begin(self, parts: list[_Class | str]) -> set[Pair]:
        """The first two words of a sequence of parts. Raises ValueError where it begins with a gap."""
        if not parts or isinstance(parts[0], str):
            raise ValueError("qualifiers: a row of word classes begins with a word")
        pairs = parts[0].pairs
        if len(parts) == 1:
            return pairs
        following = parts[1]
        seconds = {ANY} if isinstance(following, str) else following.firsts() | self._between_words
        alone = [first for first, second in pairs if second is None]
        return {pair for pair in pairs if pair[1] is not None} | set(product(alone, seconds))

    def _variants(self, row: str) -> list[list[_Class | str]]:
        """The sequences of classes and gaps that a row stands for, one for each choice."""
        choices: list[list[_Class | str | None]] = []
        plain: list[str] = []
        for part in [*_PART.findall(row), ""]:
            if part and part not in (NEAR, FAR) and not part.startswith(("<", "(")):
                plain.append(part)
                continue
            if plain:
                words = " ".join(plain)
                choices.append([self._words(folded_phrases(words), f"={words}")])
                plain = []
            if part.startswith("<"):
                names = part[1:-1].removesuffix("?").split("|")
                choices.append([*map(self._class, names), *([None] if part.endswith("?>") else [])])
            elif part.startswith("("):
                optional = "" in (variant.strip() for variant in resources.expanded(part))
                choices.append([self._words(folded_phrases(part), f"={part}"), *([None] if optional else [])])
            elif part:
                choices.append([part])
        return [[part for part in choice if part is not None] for choice in product(*choices)]


def _stop(row: tuple[int, int, object]) -> int:
    return row[0]


class _Reading:
    """A text in which rows are read; where a class has words at a place is found when it is asked for, once.

    Attributes:
        words, next_words: the words of the collapsed text and those behind them, by where they begin; "" for a figure.
    """

    __slots__ = (
        "_begun",
        "_between",
        "_between_words",
        "_collapsed",
        "_ends",
        "_far_end",
        "_places",
        "_plain",
        "_text",
        "next_words",
        "words",
    )

    def __init__(
        self,
        text: str,
        collapsed: Collapsed,
        near: Sequence[tuple[int, int]],
        between: tuple[_Class, set[str]],
        far_end: re.Pattern[str],
    ) -> None:
        self._text = text
        self._collapsed = collapsed
        self._plain = collapsed.text
        self._between, self._between_words = between
        self._far_end = far_end
        self._ends: dict[tuple[int, _Class], list[int]] = {}
        starts: list[int] = []
        words: list[str] = []
        for low, high in near:
            for match in _WORD.finditer(self._plain, collapsed.place(low), collapsed.place(high)):
                starts.append(match.start())
                word = match[0]
                words.append(word if word.isalpha() else "")
        # Where each word stands: what a gap may lead to is looked for only where the text has a word of it.
        self._places: dict[str, list[int]] = {}
        for start, word in zip(starts, words, strict=True):
            self._places.setdefault(word, []).append(start)
        self._begun: dict[_Node[Any], list[int]] = {}
        self.words = dict(zip(starts, words, strict=True))
        self.next_words = dict(zip(starts, words[1:], strict=False))

    def read(self, node: _Node[T], place: int, cue_end: int | None, found: list[tuple[int, int, T]]) -> None:
        """Go on from a node at a place. `found`: how far each row goes, the end of its cue, its value."""
        word, second = self.words.get(place, ""), self.next_words.get(place, "")
        for part, following, seconds in node.by_word.get(word, ()):
            if not self._may_reach(following) if seconds is None else second not in seconds:
                continue
            for end in self._ends.get((place, part)) or self._ends_of(part, place, word):
                last = end if cue_end is None else cue_end
                found += [(end, last, value) for value in following.values]
                if following.after:
                    self._read_each(following, self._following(end), cue_end, found)
                if following.near is not None:
                    for begin in self._within(following.near, end, _NEAR_REACH, _NEAR_END):
                        self.read(following.near, begin, cue_end, found)
                if following.far is not None:
                    for begin in self._within(following.far, end, _FAR_REACH, self._far_end):
                        self.read(following.far, begin, end, found)

    def _begins(self, node: _Node[T]) -> list[int]:
        """The places of the words with which what follows a node begins. Asked behind a gap, where any may follow."""
        known = self._begun.get(node)
        if known is None:
            words = self._places.keys() & node.by_word.keys()
            known = self._begun[node] = sorted(chain.from_iterable(map(self._places.__getitem__, words)))
        return known

    def _may_reach(self, node: _Node[T]) -> bool:
        """Does a row end here, or may it go on, over a gap as well?"""
        if node.values or node.after:
            return True
        return any(self._begins(gap) for gap in (node.near, node.far) if gap is not None)

    def _read_each(
        self, node: _Node[T], places: list[int], cue_end: int | None, found: list[tuple[int, int, T]]
    ) -> None:
        """Go on from a node at each of some places that has a word for it."""
        words, by_word = self.words, node.by_word
        for place in places:
            if words.get(place, "") in by_word:
                self.read(node, place, cue_end, found)

    def _ends_of(self, part: _Class, place: int, word: str) -> list[int]:
        """Where the words of a class end that stand at a place."""
        known = self._ends.get((place, part))
        if known is not None:
            return known
        plain = self._plain
        ends: list[int] = []
        for phrase in part.phrases.get(word, ()):
            if phrase == word:
                ends.append(place + len(word))
            elif plain.startswith(phrase, place):
                end = place + len(phrase)
                if not (end < len(plain) and is_word(plain[end]) and is_word(phrase[-1])):
                    ends.append(end)
        if part.figures and not word:
            matches = [expression.match(plain, place) for expression in part.figures]
            ends += [match.end() for match in matches if match is not None]
        if part.rows is not None:
            found: list[tuple[int, int, bool]] = []
            self.read(part.rows, place, None, found)
            ends += [end for end, _, _ in found]
        if len(ends) > 1:
            ends = sorted(set(ends))
        self._ends[place, part] = ends
        return ends

    def _following(self, end: int) -> list[int]:
        """Where the part behind one that ends at `end` may begin."""
        place = self._next(end)
        places = [place] if self._plain.startswith(" ", end) else [end, place]
        for _ in range(_MOST_BETWEEN):
            word = self.words.get(place, "")
            more = self._ends_of(self._between, place, word) if word in self._between_words else None
            if not more:
                break
            place = self._next(more[-1])
            places.append(place)
        return places

    def _next(self, end: int) -> int:
        plain = self._plain
        end += plain.startswith(",", end)
        return end + plain.startswith(" ", end)

    def _within(self, node: _Node[T], low: int, reach: int, ends: re.Pattern[str]) -> list[int]:
        """Where what follows a node may begin from an offset on, up to what ends the clause."""
        starts = self._begins(node)
        begin = bisect_left(starts, low)
        # In the text itself it is as far away or farther.
        if begin == len(starts) or starts[begin] >= low + reach:
            return []
        source = self._collapsed.source
        first = source(low)
        stop = ends.search(self._text, first, first + reach)
        last = stop.start() if stop is not None else first + reach
        return starts[begin : bisect_left(starts, last, begin, key=source)]
