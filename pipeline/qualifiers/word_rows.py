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
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise, product
from typing import Generic, TypeVar

from pipeline import resources
from pipeline.text.folding import FoldedText
from pipeline.text.phrase_scan import Collapsed, is_word

T = TypeVar("T")
# Of each class its members, as the file has them.
Classes = Mapping[str, tuple[str, ...]]

BETWEEN = "between"
NEAR, FAR = "..", "..."
_FIGURES = "re:"
# So many characters may stand for `..` and `...`.
_NEAR_REACH, _FAR_REACH = 50, 100
# So many words of the class `between` may follow each other.
_MOST_BETWEEN = 2
# What neither goes over; the period of an abbreviation ("p.o.", "5 mg. daily") ends nothing.
_NEAR_END = re.compile(r"[;:,\n]|(?<=\w\w)[.]")
_FAR_END = re.compile(r"[;\n]|(?<=[^\W\d_]{2})(?<!\bmg)(?<!\bdr)\.(?=\s|\Z)|(?<=[\d)%])\.(?=\s|\Z)")

_WORD = re.compile(r"\w+")
_PART = re.compile(r"<[^<>]+>|\([^()]*\|[^()]*\)|\S+")
_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")


def expanded(phrase: str) -> list[str]:
    """The phrases that a phrase with alternatives stands for: "in (his|her) youth" for two."""
    group = _ALTERNATIVES.search(phrase)
    if group is None:
        return [phrase]
    rests = expanded(phrase[group.end() :])
    return [phrase[: group.start()] + choice + rest for choice in group[1].split("|") for rest in rests]


def folded_phrases(phrase: str) -> set[str]:
    """What a phrase with alternatives stands for, folded, with single blanks."""
    return {" ".join(variant.split()) for variant in expanded(FoldedText.of(phrase).folded)} - {""}


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


class _Node(Generic[T]):
    """A place in the tree of rows: what may follow, by the number of a class, and what ends here.

    Attributes:
        firsts: the words with which what follows may begin; "" for a figure or a sign.
    """

    __slots__ = ("after", "far", "firsts", "near", "values")

    def __init__(self) -> None:
        self.firsts: set[str] = set()
        self.after: dict[int, _Node[T]] = {}
        self.near: _Node[T] | None = None
        self.far: _Node[T] | None = None
        self.values: list[T] = []

    def add(self, parts: Iterable[int | str], firsts: list[set[str]], value: T) -> None:
        """Let a row of classes and gaps end in a value. `firsts`: of each class the words that it may begin with."""
        node = self
        for part in parts:
            if isinstance(part, int):
                node.firsts |= firsts[part]
                node = node.after.setdefault(part, _Node())
            elif part == NEAR:
                node.near = node = node.near or _Node()
            else:
                node.far = node = node.far or _Node()
        node.values.append(value)


class WordRows(Generic[T]):
    """Rows of classes, ready to search; each stands for a value. Searching is linear in the text.

    Raises ValueError for a row or a class that names a class that is not there, and for a class that names itself.
    """

    def __init__(self, rows: Iterable[tuple[str, T]], classes: Classes) -> None:
        self._classes = classes
        self._numbers: dict[str, int] = {}
        # Classes whose members are being taken up.
        self._open: set[str] = set()
        # Of each class: how deep it names others, and the first words of its members, alone and with the second.
        self._levels: list[int] = []
        self._firsts: list[set[str]] = []
        self._pairs: list[set[Pair]] = []
        # Of each word that may begin a row, those that may follow; ANY among them for whatever stands there.
        self._leads: dict[str, set[str]] = {}
        self.words = _Words()
        self._root: _Node[T] = _Node()
        if BETWEEN in classes:
            self.words.between = self._number(BETWEEN)
            self.words.between_words = self._firsts[self.words.between]
        for text, value in rows:
            for parts in self._variants(text):
                self._root.add(parts, self._firsts, value)
                for first, second in self._begin(parts):
                    self._leads.setdefault(first, set()).add(ANY if second is None else second)

    def __bool__(self) -> bool:
        return bool(self._root.after)

    def find(self, text: str, collapsed: Collapsed) -> dict[int, tuple[int, list[tuple[int, T]]]]:
        """By the place where a row begins: how far it goes with what follows behind `...`, and the ends and values of cues.

        Offsets are those of the collapsed text. Of several rows those that go furthest count.
        """
        reading = _Reading(text, collapsed, self.words)
        rows: dict[int, tuple[int, list[tuple[int, T]]]] = {}
        root, leads = self._root, self._leads
        for (start, word), (_, following) in pairwise([*reading.words.items(), (0, "")]):
            seconds = leads.get(word)
            if seconds is None:
                continue
            if following not in seconds and ANY not in seconds and not ("" in seconds and not following.isalpha()):
                continue
            found: list[tuple[int, int, T]] = []
            reading.read(root, start, None, found)
            if found:
                stop = max(found, key=_stop)[0]
                rows[start] = stop, [(end, value) for last, end, value in found if last == stop]
        return rows

    def _number(self, name: str) -> int:
        """The number of a class, whose members are taken up when it is first named."""
        number = self._numbers.get(name)
        if number is not None:
            return number
        if name not in self._classes or name in self._open:
            raise ValueError(f"qualifiers/word_classes.toml: there is no class {name!r}, or it names itself")
        self._open.add(name)
        members = [self._variants(member) for member in self._classes[name] if "<" in member]
        self._open.remove(name)
        number = self._new(name)
        for member in self._classes[name]:
            if member.startswith(_FIGURES):
                self.words.figures.append((re.compile(member.removeprefix(_FIGURES)), number))
                self._firsts[number].add("")
                self._pairs[number].add(("", ANY))
            elif "<" not in member:
                self._add_phrases(folded_phrases(member), number)
        for variants in members:
            for parts in variants:
                level = max(self._levels[part] for part in parts if isinstance(part, int))
                self._levels[number] = max(self._levels[number], level + 1)
                self._pairs[number] |= self._begin(parts)
                self._firsts[number] |= self._firsts[int(parts[0])]
                self.words.tree(level).add(parts, self._firsts, number)
        return number

    def _new(self, name: str) -> int:
        number = self._numbers[name] = len(self._levels)
        self._levels.append(0)
        self._firsts.append(set())
        self._pairs.append(set())
        return number

    def _begin(self, parts: list[int | str]) -> set[Pair]:
        """The first two words of a sequence of parts. Raises ValueError where it begins with a gap."""
        if not parts or isinstance(parts[0], str):
            raise ValueError("qualifiers: a row of word classes begins with a word")
        pairs = self._pairs[parts[0]]
        if len(parts) == 1:
            return pairs
        following = parts[1]
        seconds = {ANY}
        if isinstance(following, int):
            seconds = self._firsts[following] | self.words.between_words
        alone = [first for first, second in pairs if second is None]
        return {pair for pair in pairs if pair[1] is not None} | {
            (first, second) for first in alone for second in seconds
        }

    def _add_phrases(self, phrases: set[str], number: int) -> None:
        for phrase in sorted(phrases):
            if _ALTERNATIVES.search(phrase) or phrase.count("(") != phrase.count(")"):
                raise ValueError(f"{phrase!r}: alternatives hold no others")
            found = _WORD.findall(phrase) if is_word(phrase[0]) else []
            word = found[0] if found else ""
            self._firsts[number].add(word)
            self._pairs[number].add((word, ANY if not found else found[1] if len(found) > 1 else None))
            by_phrase = self.words.alone if phrase == word else self.words.phrases.setdefault(word, {})
            by_phrase.setdefault(phrase, []).append(number)

    def _words(self, phrases: set[str], name: str) -> int:
        """The number of a class without a name: words that stand in a row."""
        number = self._numbers.get(name)
        if number is None:
            number = self._new(name)
            self._add_phrases(phrases, number)
        return number

    def _variants(self, row: str) -> list[list[int | str]]:
        """The sequences of classes and gaps that a row stands for, one for each choice."""
        choices: list[list[int | str | None]] = []
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
                choices.append([*map(self._number, names), *([None] if part.endswith("?>") else [])])
            elif part.startswith("("):
                optional = "" in (variant.strip() for variant in expanded(part))
                choices.append([self._words(folded_phrases(part), f"={part}"), *([None] if optional else [])])
            elif part:
                choices.append([part])
        return [[part for part in choice if part is not None] for choice in product(*choices)]


def _stop(row: tuple[int, int, object]) -> int:
    return row[0]


class _Words:
    """The words of all classes, and where to look for them.

    Attributes:
        alone: the words that are a member of classes alone, each with those classes.
        phrases: by their first word, the other plain phrases, each with the classes that have it.
        figures: the expressions of classes.
        trees: members of classes that name classes, by how deep.
        between, between_words: the class of words that may stand between two parts, and their first words.
    """

    def __init__(self) -> None:
        self.alone: dict[str, list[int]] = {}
        self.phrases: dict[str, dict[str, list[int]]] = {}
        self.figures: list[tuple[re.Pattern[str], int]] = []
        self.trees: list[_Node[int]] = []
        self.between = -1
        self.between_words: set[str] = set()

    def tree(self, level: int) -> _Node[int]:
        """The tree of the members that name classes of at most a level."""
        while len(self.trees) <= level:
            self.trees.append(_Node())
        return self.trees[level]


class _Reading:
    """A text in which rows are read: which classes begin at a place is found when it is asked for, once.

    Attributes:
        words: the words of the collapsed text, by where they begin.
    """

    __slots__ = ("_at", "_classes", "_collapsed", "_plain", "_text", "words")

    def __init__(self, text: str, collapsed: Collapsed, classes: _Words) -> None:
        self._text = text
        self._collapsed = collapsed
        self._plain = collapsed.text
        self._classes = classes
        self._at: dict[int, list[tuple[int, int]]] = {}
        self.words = {match.start(): match[0] for match in _WORD.finditer(self._plain)}

    def read(self, node: _Node[T], place: int, cue_end: int | None, found: list[tuple[int, int, T]]) -> None:
        """Go on from a node at a place. `found`: how far each row goes, the end of its cue, its value."""
        word = self.words.get(place, "")
        if word not in node.firsts and not ("" in node.firsts and not word[:1].isalpha()):
            return
        for end, number in self._at.get(place) or self._classes_at(place, word):
            following = node.after.get(number)
            if following is None:
                continue
            last = end if cue_end is None else cue_end
            found += [(end, last, value) for value in following.values]
            if following.after:
                for begin in self._following(end):
                    if self.words.get(begin, "") in following.firsts or "" in following.firsts:
                        self.read(following, begin, cue_end, found)
            if following.near is not None:
                for begin in self._within(end, _NEAR_REACH, _NEAR_END):
                    self.read(following.near, begin, cue_end, found)
            if following.far is not None:
                for begin in self._within(end, _FAR_REACH, _FAR_END):
                    self.read(following.far, begin, end, found)

    def _classes_at(self, place: int, word: str) -> list[tuple[int, int]]:
        """The classes that have words at a place, each with their end."""
        known = self._at.get(place)
        if known is not None:
            return known
        plain, classes = self._plain, self._classes
        here: list[tuple[int, int]] = []
        self._at[place] = here
        if word in classes.alone:
            end = place + len(word)
            here += [(end, number) for number in classes.alone[word]]
        if word in classes.phrases:
            for phrase, numbers in classes.phrases[word].items():
                if plain.startswith(phrase, place):
                    end = place + len(phrase)
                    if not (end < len(plain) and is_word(plain[end]) and is_word(phrase[-1])):
                        here += [(end, number) for number in numbers]
        if not word[:1].isalpha():
            for expression, number in classes.figures:
                match = expression.match(plain, place)
                if match is not None:
                    here.append((match.end(), number))
        for tree in classes.trees:
            if word not in tree.firsts and (word[:1].isalpha() or "" not in tree.firsts):
                continue
            found: list[tuple[int, int, int]] = []
            self.read(tree, place, None, found)
            if found:
                here += {(end, number) for _, end, number in found}
        return here

    def _following(self, end: int) -> list[int]:
        """Where the part behind one that ends at `end` may begin."""
        place = self._next(end)
        places = [end, place] if place != end else [end]
        between = self._classes.between_words
        for _ in range(_MOST_BETWEEN):
            word = self.words.get(place, "")
            if word not in between:
                break
            more = [stop for stop, number in self._classes_at(place, word) if number == self._classes.between]
            if not more:
                break
            place = self._next(max(more))
            places.append(place)
        return places

    def _next(self, end: int) -> int:
        plain = self._plain
        end += plain.startswith(",", end)
        return end + plain.startswith(" ", end)

    def _within(self, low: int, reach: int, ends: re.Pattern[str]) -> list[int]:
        """Where words begin from an offset on, up to what ends the clause."""
        source = self._collapsed.source
        first = source(low)
        stop = ends.search(self._text, first, first + reach)
        last = stop.start() if stop is not None else first + reach
        return [
            match.start() for match in _WORD.finditer(self._plain, low, low + reach) if source(match.start()) < last
        ]


__all__ = ["FAR", "NEAR", "Classes", "WordRows", "expanded", "folded_phrases", "word_classes"]
