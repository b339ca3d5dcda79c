"""How far what is told of drugs reaches: the sentences that may tell of them, and what one cue says of several."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from pipeline.qualifiers.base import NEXT
from pipeline.qualifiers.history_words import HistoryWords
from pipeline.qualifiers.reading import Propositions
from pipeline.text.folding import FoldedText

# A story goes on for so many sentences behind the one that opens it.
STORY_SENTENCES = 2
# A statement of its own within a sentence is looked for within so many characters of a cue.
STATEMENT_REACH = 200
# The drug that takes the place of another is named within so many characters.
_SUCCESSOR_REACH = 40


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


def reach_of(
    bounds: tuple[int, int],
    high: int,
    drugs: list[tuple[int, int, int]],
    starts: list[int],
    text: str,
    words: HistoryWords,
) -> int:
    """How far a cue reaches: over drugs that are one with the next; no further than brackets that hold it and a drug."""
    start, end = bounds
    if high == end + NEXT:
        return end if any(sign in text[end:high] for sign in ",)") else _joined(high, drugs, text, words)
    low = max(0, start - STATEMENT_REACH)
    if text.rfind("(", low, start) <= text.rfind(")", low, start):
        return high
    closing = text.find(")", end, high)
    index = bisect_left(starts, end)
    return closing if index < len(starts) and starts[index] < closing else high


def begin_of(
    bounds: tuple[int, int],
    low: int,
    drugs: list[tuple[int, int, int]],
    starts: list[int],
    text: str,
    words: HistoryWords,
) -> int:
    """Where what a cue reaches begins: with the last drug before it, or its other name, where the cue is of one drug alone."""
    start, end = bounds
    index = bisect_left(starts, start) - 1
    if index < 0 or starts[index] <= low or words.of_last.fullmatch(text, start, end) is None:
        return low
    if index and text[drugs[index - 1][1] : starts[index]].strip() == "(":
        index -= 1
    return max(low, starts[index])


def _joined(high: int, drugs: list[tuple[int, int, int]], text: str, words: HistoryWords) -> int:
    """Where the drug that begins right before an offset ends, with those that "and" or a slash joins to it."""
    index = bisect_left(drugs, (high - NEXT,))
    while index < len(drugs) and drugs[index][0] <= high:
        high = drugs[index][1]
        joined = words.one_with.match(text, high)
        index += 1
        high = joined.end() if joined is not None else high
        if joined is None:
            break
    return high


def succeeded(
    cue_end: int,
    drugs: list[tuple[int, int, int]],
    folded: FoldedText,
    propositions: Propositions,
    words: HistoryWords,
) -> tuple[int, int] | None:
    """The bounds of the one drug before a cue that is told as begun or used, whose place another takes, else None."""
    index = bisect_left(drugs, (cue_end,))
    if index in (0, len(drugs)) or drugs[index][0] > cue_end + _SUCCESSOR_REACH:
        return None
    text, successor = folded.folded, drugs[index]
    own, _ = propositions.sentence(cue_end - 1)
    low = own
    for _ in range(STORY_SENTENCES):
        if not low or drugs[index - 1][0] >= low:
            break
        low, _ = propositions.sentence(low - 1)
    first = bisect_left(drugs, (low,))
    found = drugs[first:index]
    # Two only where one is a name of the other: "VPA (Depakene)".
    one = len(found) == 1 or (len(found) == 2 and text[found[0][1] : found[1][0]].strip() == "(")
    if not one or words.used.search(text, low, found[0][0]) is None:
        return None
    if text[successor[0] : successor[1]] in {text[start:end] for start, end, _ in found}:
        return None
    return found[0][0], found[-1][1]
