"""What is dispensed, or counts the items of a list, and is no amount of a drug."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.medications import figures
from pipeline.medications.grammar import NUMBER, Candidate
from pipeline.medications.lexicon import Mention
from pipeline.medications.recognizer_items import Entity, Item

if TYPE_CHECKING:
    from pipeline.medications.recognizer_context import Context

# From here on tablets are dispensed, not taken.
LEAST_DISPENSED = 12
# Between a number and what it counts.
GLUE = (" ", "  ")
# A word in one of these counts nothing.
_TOLD = frozenset({"DURATION", "DOSAGE", "FREQUENCY"})
# A point of a plan is no longer than this.
_LONGEST_POINT = 400
start_of = attrgetter("start")


class Dispensed:
    """The items of a text, what was read of them last, and which numbers are no amounts."""

    def __init__(self, context: Context, items: Sequence[Item]) -> None:
        self.context = context
        self.rules = context.rules
        self.text = context.words.text
        self.items = items
        self.last: Entity | None = None
        self.drug: Mention | None = None
        self.strength = False  # has the current drug a strength already?
        self.bare = False  # and was that a number without a unit?
        self.amount: float | None = None  # how much, as long as nothing of it was counted
        self.passed = 0  # what stands before it has been read, and is nothing
        self.bare_before = False  # and was it so with the drug before, in the same sentence?

    def _supplied(self, start: int) -> bool:
        """Does the word before say that an amount is dispensed or counted, not taken?"""
        place = bisect_left(self.context.words.starts, start) - 1
        if place < 0 or self.text[self.context.words.ends[place] : start].strip(" \t:#"):
            return False
        if self.last is not None and self.last.label in _TOLD and self.context.words.ends[place] <= self.last.end:
            # "Cefuroxime for one week 500 mg daily", "175 UI/kg/j 1 inj"
            return False
        if not self.rules["supply_before"].fullmatch(self.context.words.words[place]):
            return False
        # "#30 with two refills, one every four hours": what is dispensed ends there.
        aside = self.rules["dispensing"].match(self.text, self.last.end) if self.last is not None else None
        return aside is None or not aside.end() <= start <= aside.end() + 2

    def _counted_out(self, number: Item, form: Candidate) -> bool:
        """Is this the number of tablets that were dispensed: "Vicodin, 40 tablets, one every four hours"?"""
        if isinstance(number, Mention) or number.label != NUMBER or self.text[number.end : form.start] not in GLUE:
            return False
        count = self.text[number.start : number.end]
        value = figures.value_of(count)
        if (
            value is None
            or value < LEAST_DISPENSED
            or figures.of_two_strengths(count)
            or not self.rules["countable"].fullmatch(self.text, form.start, form.end)
        ):
            return False
        before = self._word_before(number.start)
        if (
            self.rules["takes"].fullmatch(before)
            or self.rules["given"].fullmatch(before)
            or self.rules["of"].match(self.text, form.end)
        ):
            return False
        following = self.items[bisect_right(self.items, form.start, key=start_of) :][:1]
        if following and self.rules["strength_of_form"].fullmatch(self.text, form.end, following[0].start):
            # "16 cp à 1 g"
            return False
        used = following and isinstance(following[0], Candidate) and following[0].label in ("FREQUENCY", "ROUTE")
        return not (used and not self.text[form.end : following[0].start].strip())

    def _counts_items(self, item: Candidate, stretch: str) -> bool:
        """Does a number count the items of a list that goes on in the line: "... mirtazapine 7. DEXA"?"""
        sign = self.text[item.end : item.end + 2]
        if sign not in (". ", ") ") or not stretch.isdigit():
            return False
        place = self.text.rfind(f"{int(stretch) - 1}{sign}", max(0, item.start - _LONGEST_POINT), item.start)
        return place == 0 or (place > 0 and self.text[place - 1].isspace())

    def _article(self, stretch: str, form: Candidate) -> bool:
        """Is a number word before a form its article: "un sirop"?"""
        counted = not self.rules["uncounted"].fullmatch(self.text, form.start, form.end)
        return not counted and bool(self.rules["article"].fullmatch(stretch))

    def _word_before(self, offset: int) -> str:
        place = bisect_left(self.context.words.starts, offset) - 1
        return self.context.words.words[place] if place >= 0 else ""
