"""Instructions that name no drug: "Take 2 tablets p.o. twice daily for 5 days."

Only what nothing but a medication is told by counts: attributes beside each other, one of them unmistakable or behind
a word of giving and taking; and only where no drug stands near, of which they would be. They stay without a link.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.medications.figures import MOST_COUNTED, value_of
from pipeline.medications.grammar import ACTIVITY, NUMBER, Candidate, Grammar
from pipeline.medications.lexicon import GRAMMAR, Words
from pipeline.medications.recognizer_dispensed import LEAST_DISPENSED
from pipeline.medications.recognizer_items import Entity

# An entity so near is what an instruction may belong to: linking reaches no further.
_NEAR = 400
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
# Words that are read before and behind a word that instructions have.
_BEFORE, _BEHIND = 8, 24
# What shows that something else is told stands so near.
_LEAD, _TAIL = 90, 30
_SCORE = 0.7
_AMOUNTS = frozenset({"STRENGTH", "DOSAGE"})
_AS_READ = frozenset({"STRENGTH", "DOSAGE", "ROUTE", "FREQUENCY", "DURATION"})

_Read = list[tuple[Candidate, str]]


class UnnamedInstructions:
    """Finds the instructions of one text that name no drug.

    Args:
        words: the text.
        grammar: its patterns; those of the context whose names begin with `unnamed_`, and the words to look at.
        breaks: where sentences begin.
    """

    def __init__(self, words: Words, grammar: Grammar, breaks: Sequence[int]) -> None:
        self._words = words
        self._text = words.text
        self._grammar = grammar
        self._rules = grammar.context
        self._breaks = breaks

    def add(self, entities: list[Entity]) -> list[Entity]:
        """The entities and those of instructions far from all of them, in the order of the text."""
        looked_for, tokens = self._grammar.unnamed_words, self._words.words
        if looked_for.isdisjoint(tokens):
            return entities
        self._starts = [entity.start for entity in entities]
        self._ends = [entity.end for entity in entities]
        found: list[Entity] = []
        reached = 0
        for number in [number for number, word in enumerate(tokens) if word in looked_for]:
            if number < reached or not self._alone(self._words.starts[number], self._words.ends[number]):
                continue
            first = max(reached, number - _BEFORE)
            reached = min(len(tokens), number + _BEHIND)
            for run in self._runs(self._grammar.candidates(self._words, first, reached)):
                if self._alone(run[0][0].start, run[-1][0].end) and self._told_of_a_drug(run):
                    found += [Entity(item.start, item.end, label, GRAMMAR, _SCORE) for item, label in run]
        return sorted([*entities, *found], key=_start) if found else entities

    def _alone(self, start: int, end: int) -> bool:
        """Is no entity so near that a stretch may belong to it?"""
        place = bisect_left(self._starts, start)
        if place:
            before = self._ends[place - 1]
            if start - before <= _NEAR and not _BLANK_LINE.search(self._text, before, start):
                return False
        if place == len(self._starts):
            return True
        following = self._starts[place]
        broken = bisect_left(self._breaks, end)
        return following > end and broken < len(self._breaks) and self._breaks[broken] <= following

    def _runs(self, candidates: Sequence[Candidate]) -> Iterator[_Read]:
        """What stands beside each other and can be of one instruction."""
        run: _Read = []
        for place, item in enumerate(candidates):
            if run and item.start < run[-1][0].end:
                continue
            if run and not self._beside(run[-1][0], item):
                yield run
                run = []
            following = candidates[place + 1] if place + 1 < len(candidates) else None
            if label := self._label(item, run[-1][0] if run else None, following):
                run.append((item, label))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _beside(self, one: Candidate, other: Candidate) -> bool:
        return self._rules["unnamed_gap"].fullmatch(self._text, one.end, other.start) is not None

    def _label(self, item: Candidate, before: Candidate | None, following: Candidate | None) -> str | None:
        if item.label == NUMBER:
            counted = following is not None and self._beside(item, following) and self._counts(item, following)
            return "DOSAGE" if counted else None
        if item.label == "FORM":
            return "FORM" if before is not None and before.label in (NUMBER, "STRENGTH") and self._form(item) else None
        if item.label == ACTIVITY:
            return "DOSAGE"
        if item.label not in _AS_READ or (item.weak and item.label == "FREQUENCY"):
            return None
        return None if self._rules["unnamed_none"].fullmatch(self._text, item.start, item.end) else item.label

    def _form(self, item: Candidate) -> bool:
        return self._rules["unnamed_form"].fullmatch(self._text, item.start, item.end) is not None

    def _counts(self, number: Candidate, following: Candidate) -> bool:
        """Does a number count tablets, or is it all that is said of the amount: "take one p.o. daily"?"""
        value = value_of(self._text[number.start : number.end])
        if self._text[number.start - 1 : number.start] == "#" or (value is not None and value >= LEAST_DISPENSED):
            return False
        if following.label == "FORM":
            return self._form(following)
        return following.label in ("ROUTE", "FREQUENCY") and (value is None or value <= MOST_COUNTED)

    def _told_of_a_drug(self, run: _Read) -> bool:
        """Is this an instruction for a drug and for nothing else?"""
        labels = {label for _, label in run}
        if len(labels) == 1:
            return False
        start, end = run[0][0].start, run[-1][0].end
        place = bisect_left(self._breaks, start + 1)
        sentence = self._breaks[place - 1] if place else 0
        lead = self._text[max(sentence, start - _LEAD) : start]
        if self._rules["unnamed_elsewhere"].search(lead) or self._rules["unnamed_elsewhere"].search(
            self._text, end, end + _TAIL
        ):
            return False
        amount = not labels.isdisjoint(_AMOUNTS)
        if amount and self._rules["unnamed_lead"].search(lead):
            return True
        counted = "FORM" in labels and any(item.label == NUMBER for item, _ in run)
        if counted and not labels.isdisjoint({"FREQUENCY", "ROUTE"}):
            return True
        if self._any(run, "ROUTE", "unnamed_route"):
            return amount or "FREQUENCY" in labels
        return ("STRENGTH" in labels or any(item.label == ACTIVITY for item, _ in run)) and self._any(
            run, "FREQUENCY", "unnamed_frequency"
        )

    def _any(self, run: _Read, label: str, rule: str) -> bool:
        return any(label == other and self._rules[rule].match(self._text, item.start, item.end) for item, other in run)


def _start(entity: Entity) -> int:
    return entity.start
