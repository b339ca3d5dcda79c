"""Where words tell so plainly whether the use of a drug is over that no model is asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from spacy.tokens import Span

from pipeline.qualifiers.base import CueData
from pipeline.qualifiers.dating import DateLine, Dating
from pipeline.qualifiers.drug_ends import DRUG_SECTIONS, ENDS
from pipeline.qualifiers.history_words import HistoryWords
from pipeline.text.folding import FoldedText


@dataclass(frozen=True, slots=True)
class PlainWords:
    """The plain words of a text.

    Attributes:
        told: where the drugs begin whose end is told right behind them.
        drugs: the drugs in order: bounds in the folded text, and offset in the text.
    """

    words: HistoryWords
    dating: Dating
    dates: DateLine
    folded: FoldedText
    told: Set[int]
    drugs: Sequence[tuple[int, int, int]]

    def in_place(self, span: Span, cues: Iterable[CueData]) -> bool:
        """Whether a drug lies where it was put, which no date of that ends: "Mirena placed 2021"."""
        if any(cue["rule"] in ENDS for cue in cues):
            return False
        text, end = self.folded.folded, self.folded.place(span.end_char)
        device = self.words.device.search(text, self.folded.place(span.start_char), end) is not None
        return device and self.words.in_place.match(text, end) is not None

    def tells(self, span: Span, cues: Iterable[CueData], *, past: bool) -> bool:
        """Whether what the rules say of a drug, with their cues, stands."""
        start, end = self.folded.place(span.start_char), self.folded.place(span.end_char)
        if not past:
            kept = self.words.kept.match(self.folded.folded, end) is not None
            return kept or self._lately(cues) or self._beside_ended(start, end)
        listed = any(cue["rule"] in DRUG_SECTIONS for cue in cues)
        return listed or start in self.told or self._ended_there(span, cues) or self._over_then(start, cues)

    def _ended_there(self, span: Span, cues: Iterable[CueData]) -> bool:
        """Whether a cue of a drug tells right behind it that it alone was ended: "X 5 mg | stopped in March"."""
        text, place = self.folded.folded, self.folded.place
        return any(
            self.words.item_ended.fullmatch(text, place(span.end_char), place(cue["start" if "date" in cue else "end"]))
            for cue in cues
            if cue["start"] >= span.end_char
        )

    def _beside_ended(self, start: int, end: int) -> bool:
        """Whether a drug of a list, with a dose, stands beside one of which alone an end is told: "X 5 mg, Y (stopped in May)"."""
        text, words = self.folded.folded, self.words
        if words.dosed.match(text, end) is None:
            return False
        place = bisect_left(self.drugs, (start,))
        for other in (place - 1, place + 1):
            told = words.ended_alone.match(text, self.drugs[other][1]) if 0 <= other < len(self.drugs) else None
            if told is None or (other > place and told["opens"] is None):
                continue
            first, second = sorted((place, other))
            if "\n" not in text[self.drugs[first][1] : self.drugs[second][0]]:
                return True
        return False

    def _lately(self, cues: Iterable[CueData]) -> bool:
        """Whether a date of a drug is too recent for a past, where what ended since then did not end before the episode."""
        return self.words.ended_before >= self.dating.limit and any(cue["rule"] == "recent_date" for cue in cues)

    def _over_then(self, start: int, cues: Iterable[CueData]) -> bool:
        """Whether a cue on the line of a drug is one of the dates between which it was taken: "2016-2018 X"."""
        text, words = self.folded.folded, self.words
        dated = (self.folded.place(cue["start"]) for cue in cues if cue["kind"] == "date")
        return any(
            self.dates.is_stretch(text, date, words.stretch)
            and "\n" not in text[min(date, start) : max(date, start)]
            and words.turn.search(text, date, max(date, start)) is None
            for date in dated
        )
