"""What all qualifiers read of a Doc: its folded text, its tokens' offsets, and where its propositions begin.

The reading of a Doc is made by the first qualifier and kept as long as the Doc lives and no longer: no component remembers
a text. It is no part of the Doc, and so of no pickle, `to_bytes` or DocBin.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from spacy.attrs import SENT_START
from spacy.tokens import Doc

from pipeline.resources import read_table
from pipeline.text.doc_text import DocText
from pipeline.text.folding import FoldedText
from pipeline.text.phrase_scan import Collapsed, PhraseScan


@lru_cache(maxsize=8)
def language_separators(lang: str) -> Separators:
    """The terminations of a language's file `qualifiers/terminations.tsv`."""
    rows = read_table(lang, "qualifiers/terminations.tsv")
    return Separators(
        tuple(row["termination"] for row in rows if row["kind"] != "break"),
        tuple(row["termination"] for row in rows if row["kind"] == "list"),
        tuple(row["termination"] for row in rows if row["kind"] == "break"),
        pool=lang,
    )


class Separators:
    """What divides a sentence: terminations open the next proposition, and those of a list do not end a list.

    Breaks open no proposition but end a list ("asthme, hospitalisé pour"). A set is compared by identity.
    """

    def __init__(
        self, terminations: tuple[str, ...], in_lists: tuple[str, ...], breaks: tuple[str, ...], pool: str | None = None
    ) -> None:
        def folded(phrases: tuple[str, ...]) -> frozenset[str]:
            return frozenset(FoldedText.of(phrase).folded for phrase in phrases)

        self.opening = folded(terminations)
        self.in_lists = folded(in_lists)
        phrases = self.opening | folded(breaks)
        self.phrases = PhraseScan(sorted({" ".join(phrase.split()) for phrase in phrases} - {""}), pool)
        # Of each phrase: does it open a proposition, does it end a list?
        self.marks = [(phrase in self.opening, phrase not in self.in_lists) for phrase in self.phrases.phrases]


class Propositions:
    """Where the propositions and the lists of a text begin, by offset in the folded text.

    Attributes:
        starts: the first offset of each proposition, ascending, from 0.
        stops: the offsets that no list goes over.
        sentences: the first offset of each sentence, ascending, from 0; a title begins one.
    """

    __slots__ = ("length", "sentences", "starts", "stops")

    def __init__(
        self, text: str, sentences: list[int], separators: Separators, titles: list[int], collapsed: Collapsed
    ) -> None:
        starts, stops = [], []
        marks = separators.marks
        for number, start, end in separators.phrases.find(collapsed):
            if text[start] == "," and text[start - 1 : start].isdigit() and text[end : end + 1].isdigit():
                continue  # "2,5 mg"
            opens, ends = marks[number]
            if opens:
                starts.append(start)
            if ends:
                stops.append(start)
        self.starts = sorted({0, *starts, *sentences, *titles})
        self.stops = sorted({*stops, *sentences, *titles})
        self.sentences = sorted({*sentences, *titles}) if titles else sentences
        self.length = len(text)

    def number(self, offset: int) -> int:
        """Which proposition holds an offset."""
        return bisect_right(self.starts, offset) - 1

    def around(self, offset: int) -> tuple[int, int]:
        """The bounds of the proposition that holds an offset."""
        return _around(self.starts, offset, self.length)

    def sentence(self, offset: int) -> tuple[int, int]:
        """The bounds of the sentence that holds an offset."""
        return _around(self.sentences, offset, self.length)

    def stop(self, offset: int) -> int:
        """Where a list that goes on at `offset` ends at the latest."""
        index = bisect_left(self.stops, offset)
        return self.stops[index] if index < len(self.stops) else self.length

    def stop_before(self, offset: int) -> int:
        """The last offset up to `offset` that no list goes over."""
        index = bisect_right(self.stops, offset)
        return self.stops[index - 1] if index else 0


def _around(starts: list[int], offset: int, length: int) -> tuple[int, int]:
    index = bisect_right(starts, offset)
    return starts[index - 1] if index else 0, starts[index] if index < len(starts) else length


class Reading:
    """A Doc as the qualifiers read it; make it with `Reading.of(doc)`."""

    __slots__ = ("_marks", "_next", "_propositions", "_read", "_starts", "folded", "sentences", "text")

    def __init__(self, read: DocText) -> None:
        self._read = read
        self.text = read.text
        self.folded = read.folded
        self.sentences: list[int] = []
        self._propositions: dict[Any, Propositions] = {}
        # Of each expression: where its next match was looked for last, and that match.
        self._next: dict[re.Pattern[str], tuple[int, re.Match[str] | None]] = {}
        # What the sentences were read from.
        self._starts: list[int] = []
        self._marks = b""

    @classmethod
    def of(cls, doc: Doc) -> Reading:
        """The Doc's reading: the one that another qualifier made, if the sentences are still the same."""
        read = DocText.of(doc)
        reading = _readings.get(doc)
        if reading is None or reading.folded is not read.folded:
            reading = _readings[doc] = cls(read)
        starts = read.offsets(doc).starts
        column: Any = doc.to_array(SENT_START)
        marks = column.tobytes()
        if starts is not reading._starts or marks != reading._marks:
            reading._starts, reading._marks = starts, marks
            reading.sentences = [starts[number] for number in (column == 1).nonzero()[0].tolist()]
            reading._propositions = {}
        return reading

    def collapsed(self, text: str) -> Collapsed:
        """A text to search with its blanks collapsed; that of the folded text is made once."""
        return self._read.collapsed if text is self.folded.folded else Collapsed(text)

    def next_match(self, expression: re.Pattern[str], start: int, stop: int) -> re.Match[str] | None:
        """The first match in the folded text that begins from `start` on and before `stop`.

        Places that ascend cost one pass over the text for all of them, however far the next match is.
        """
        known = self._next.get(expression)
        if known is None or start < known[0] or (known[1] is not None and known[1].start() < start):
            known = self._next[expression] = start, expression.search(self.folded.folded, start)
        found = known[1]
        return found if found is not None and found.start() < stop else None

    def propositions(self, separators: Separators, titles: list[int]) -> Propositions:
        """The propositions between sentences, terminations and section titles (offsets in the text)."""
        key = (id(separators), *titles)
        known = self._propositions.get(key)
        if known is None:
            sentences, folded = self.sentences, self.folded
            if folded.cuts is not None:
                sentences, titles = folded.places(sentences), folded.places(sorted(titles))
            if not sentences or sentences[0]:
                sentences = [0, *sentences]
            known = self._propositions[key] = Propositions(
                folded.folded, sentences, separators, titles, self._read.collapsed
            )
        return known


_readings: WeakKeyDictionary[Doc, Reading] = WeakKeyDictionary()
