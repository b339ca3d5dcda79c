"""How far what is told of drugs reaches: the sentences that may tell of them, and what one cue says of several."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from pipeline.qualifiers.base import NEXT
from pipeline.qualifiers.history_words import HistoryWords
from pipeline.qualifiers.reading import Propositions

# A story goes on for so many sentences behind the one that opens it.
STORY_SENTENCES = 2
# A statement of its own within a sentence is looked for within so many characters of a cue.
STATEMENT_REACH = 200
# The drug that takes the place of another is named within so many characters.
_SUCCESSOR_REACH = 40
# The end of an item of a list; a comma in a figure ends none.
_ITEM_END = re.compile(r"[;)\]\n]|,(?!\d)")


def sentences_near(drugs: list[tuple[int, int, int]], propositions: Propositions) -> list[tuple[int, int]]:
    """The sentences whose words may tell of drugs: those of their mentions, in order, the story before and the end behind."""
    sentences = propositions.sentences
    near: list[tuple[int, int]] = []
    for start, _, _ in drugs:
        index = bisect_right(sentences, start) - 1
        low = sentences[max(0, index - STORY_SENTENCES - 1)] if index > 0 else 0
        high = sentences[index + 2] if index + 2 < len(sentences) else propositions.length
        if near and low <= near[-1][1]:
            near[-1] = near[-1][0], max(near[-1][1], high)
        else:
            near.append((low, high))
    return near


class DrugReach:
    """How far cues reach among the drugs of a text.

    Args:
        drugs: their mentions in order: bounds in the folded text, and offset in the text.
        text: the folded text.

    Attributes:
        starts: where the drugs begin.
    """

    def __init__(
        self, drugs: list[tuple[int, int, int]], text: str, propositions: Propositions, words: HistoryWords
    ) -> None:
        self.starts = [start for start, _, _ in drugs]
        self._drugs = drugs
        self._text = text
        self._propositions = propositions
        self._words = words

    def of(self, start: int, end: int, low: int, high: int) -> tuple[int, int]:
        """What a cue that stands from `start` to `end` says something of, where its row has it reach from `low` to `high`."""
        ended = self.ended_alone(start)
        if ended is not None and high != end + NEXT:
            first, last = ended
            return max(low, first), min(high, max(last, end))
        return self._begin(start, end, low), self._end(start, end, high)

    def ended_alone(self, start: int) -> tuple[int, int] | None:
        """What a cue at `start` tells of where one drug of a list is told right behind it to have ended: the bounds, else None.

        "A 5 mg (stopped in May), B 10 mg": in brackets it is of A alone, and else of no drug behind the item.
        """
        index = bisect_left(self.starts, start) - 1
        told = self._words.ended_alone.match(self._text, self._drugs[index][1]) if index >= 0 else None
        if told is None or start < told.start("said"):
            return None
        closing = _ITEM_END.search(self._text, told.end())
        last = closing.start() if closing is not None else len(self._text)
        if start >= last:
            return None
        if told["opens"] is None:
            return 0, last
        while index and self._words.one_with.fullmatch(self._text, self._drugs[index - 1][1], self.starts[index]):
            index -= 1
        return self.starts[index], last

    def _end(self, start: int, end: int, high: int) -> int:
        """Over drugs that are one with the next; no further than brackets that hold the cue and a drug."""
        text = self._text
        if high == end + NEXT:
            return end if any(sign in text[end:high] for sign in ",)") else self._joined(high)
        low = max(0, start - STATEMENT_REACH)
        if text.rfind("(", low, start) <= text.rfind(")", low, start):
            return high
        closing = text.find(")", end, high)
        index = bisect_left(self.starts, end)
        return closing if index < len(self.starts) and self.starts[index] < closing else high

    def _begin(self, start: int, end: int, low: int) -> int:
        """With the last drug before the cue, or its other name, where the cue is of one drug alone."""
        index = bisect_left(self.starts, start) - 1
        if index < 0 or self.starts[index] <= low or self._words.of_last.fullmatch(self._text, start, end) is None:
            return low
        if index and self._text[self._drugs[index - 1][1] : self.starts[index]].strip() == "(":
            index -= 1
        while index and self._words.one_with.fullmatch(self._text, self._drugs[index - 1][1], self.starts[index]):
            index -= 1
        return max(low, self.starts[index])

    def _joined(self, high: int) -> int:
        """Where the drug that begins right before an offset ends, with those that "and" or a slash joins to it."""
        drugs = self._drugs
        index = bisect_left(drugs, (high - NEXT,))
        while index < len(drugs) and drugs[index][0] <= high:
            high = drugs[index][1]
            joined = self._words.one_with.match(self._text, high)
            if joined is None:
                break
            index += 1
            high = joined.end()
        return high

    def succeeded(self, cue_end: int) -> tuple[int, int] | None:
        """The bounds of the one drug before a cue that is told as begun or used, whose place another takes, else None."""
        drugs, text, propositions = self._drugs, self._text, self._propositions
        index = bisect_left(drugs, (cue_end,))
        if index in (0, len(drugs)) or drugs[index][0] > cue_end + _SUCCESSOR_REACH:
            return None
        successor = drugs[index]
        low, _ = propositions.sentence(cue_end - 1)
        for _ in range(STORY_SENTENCES):
            if not low or drugs[index - 1][0] >= low:
                break
            low, _ = propositions.sentence(low - 1)
        found = drugs[bisect_left(drugs, (low,)) : index]
        # Two only where one is a name of the other: "VPA (Depakene)".
        one = len(found) == 1 or (len(found) == 2 and text[found[0][1] : found[1][0]].strip() == "(")
        if not one or self._words.used.search(text, low, found[0][0]) is None:
            return None
        if text[successor[0] : successor[1]] in {text[start:end] for start, end, _ in found}:
            return None
        return found[0][0], found[-1][1]
