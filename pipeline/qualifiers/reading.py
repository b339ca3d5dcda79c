"""What all qualifiers read of a Doc: its folded text, its tokens' offsets, and where its propositions begin.

It is made for one call of a component and ends with it: no component remembers a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

from spacy.tokens import Doc

from pipeline.resources import read_table
from pipeline.text.folding import FoldedText
from pipeline.text.phrases import phrases_expression
from pipeline.text.spans import TokenIndex


@lru_cache(maxsize=8)
def language_separators(lang: str) -> Separators:
    """The terminations of a language's file `qualifiers/terminations.tsv`."""
    rows = read_table(lang, "qualifiers/terminations.tsv")
    return Separators(
        tuple(row["termination"] for row in rows if row["kind"] != "break"),
        tuple(row["termination"] for row in rows if row["kind"] == "list"),
        tuple(row["termination"] for row in rows if row["kind"] == "break"),
    )


class Separators:
    """What divides a sentence: terminations open the next proposition, and those of a list do not end a list.

    Breaks open no proposition but end a list ("asthme, hospitalisé pour"). A set is compared by identity.
    """

    def __init__(self, terminations: tuple[str, ...], in_lists: tuple[str, ...], breaks: tuple[str, ...]) -> None:
        def folded(phrases: tuple[str, ...]) -> frozenset[str]:
            return frozenset(FoldedText.of(phrase).folded for phrase in phrases)

        self.opening = folded(terminations)
        self.in_lists = folded(in_lists)
        phrases = self.opening | folded(breaks)
        self.expression = re.compile(phrases_expression(phrases)) if phrases else None


class Propositions:
    """Where the propositions and the lists of a text begin, by offset in the folded text.

    Attributes:
        starts: the first offset of each proposition, ascending, from 0.
        stops: the offsets that no list goes over.
        sentences: the first offset of each sentence, ascending, from 0.
    """

    __slots__ = ("length", "sentences", "starts", "stops")

    def __init__(self, text: str, sentences: list[int], separators: Separators, titles: list[int]) -> None:
        starts = {0, *sentences, *titles}
        stops = {*sentences, *titles}
        if separators.expression is not None:
            for match in separators.expression.finditer(text):
                phrase = match[0]
                if not phrase.isalnum():
                    phrase = " ".join(phrase.split())
                if phrase in separators.opening:
                    starts.add(match.start())
                if phrase not in separators.in_lists:
                    stops.add(match.start())
        self.starts = sorted(starts)
        self.stops = sorted(stops)
        self.sentences = sentences
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


def _around(starts: list[int], offset: int, length: int) -> tuple[int, int]:
    index = bisect_right(starts, offset)
    return starts[index - 1] if index else 0, starts[index] if index < len(starts) else length


class Reading:
    """A Doc as a qualifier reads it; made for one call, so that no text is remembered."""

    __slots__ = ("folded", "sentences", "text")

    def __init__(self, doc: Doc) -> None:
        self.text = doc.text
        self.folded = FoldedText.of(self.text)
        starts = TokenIndex(doc).starts
        self.sentences = [starts[number] for number in (doc.to_array("SENT_START") == 1).nonzero()[0].tolist()]

    def folded_offset(self, offset: int) -> int:
        """The place in the folded text of an offset in the text."""
        if self.folded.cuts is None:
            return offset
        places, sources, _ = self.folded.cuts
        index = bisect_right(sources, offset) - 1
        place = places[index] + offset - sources[index]
        return min(place, places[index + 1]) if index + 1 < len(places) else place

    def propositions(self, separators: Separators, titles: list[int]) -> Propositions:
        """The propositions between sentences, terminations and section titles (offsets in the text)."""
        sentences = [0, *(self.folded_offset(start) for start in self.sentences if start)]
        return Propositions(self.folded.folded, sentences, separators, [self.folded_offset(start) for start in titles])
