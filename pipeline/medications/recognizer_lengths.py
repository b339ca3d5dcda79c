"""Which lengths of time belong to a drug, and which say when something was, how long it was not taken, or how often."""

from __future__ import annotations

import re
from functools import cached_property

from pipeline.medications.grammar import Candidate
from pipeline.medications.lexicon import Mention
from pipeline.medications.recognizer_dispensed import GLUE
from pipeline.medications.recognizer_items import DRUG
from pipeline.medications.recognizer_numbers import Numbers

# Between two words of one sentence, where the first does not end in a full stop.
BESIDE = frozenset({"", " ", ", "})
# A comparison before a length belongs to it: "> 10 years".
COMPARED = re.compile(r"(?:^|(?<=[\s(,;]))\s?([<>~≥≤] ?)$")
# In sevenths or in twelfths; there are no fifty-two days.
_DAY = re.compile(r"\d{1,2}/(?:7|12)")
_TIMES = re.compile(r"x ?\d\d?")
_TIMES_ONCE = re.compile(r"x ?1")
# So far before a length "hold" is looked for, and what a dose is raised to.
_HELD = 60
_ENDED = 48
_MISSED = 32
_TITRATED = 80
# Words between a drug that is not taken and how long, at most.
_NEAR = 3


class Lengths(Numbers):
    """Decides about lengths of time from the items around them and from what was read last."""

    def _label_of_length(self, item: Candidate, drug: Mention) -> str | None:
        """The label of a length beside its drug; None where it is nothing."""
        stretch = self.text[item.start : item.end]
        if (
            self._past(item)
            or self._without(item, drug)
            or (
                self.rules["times_only"].fullmatch(stretch)
                and not (self._behind_frequency(item) or self._in_cycles(item, drug))
            )
            or self._ended(item, stretch)
            or (item.weak and self._until_raised(item))
            or (self._held(item) and not self._right_behind_frequency(item))
            or self._when(item, stretch)
            or self.rules["length_missed"].search(self.text, max(0, item.start - _MISSED), item.start)
            or self.rules["time_of_something"].match(self.text, item.start)
            or (self._day_of_month(stretch) and not self._right_behind_frequency(item))
        ):
            return None
        told = self._behind_frequency(item) or self.rules["length_dated"].match(self.text, item.end)
        often = (self._interval(drug, stretch) or self._days_of_cycle(item, stretch)) and not told
        return "FREQUENCY" if often else "DURATION"

    def _day_of_month(self, stretch: str) -> bool:
        """Is "5/7" a day, since this writer puts months before days?"""
        return _DAY.fullmatch(stretch) is not None and self._months_first

    @cached_property
    def _months_first(self) -> bool:
        return bool(self.rules["months_first"].search(self.text)) and not self.rules["days_first"].search(self.text)

    def _interval(self, drug: Mention, stretch: str) -> bool:
        """Is this how often a drug is given that acts for weeks: "Depixol 40 mg 2/52"?"""
        return (
            self.rules["plain_interval"].fullmatch(stretch) is not None
            and self.rules["given_at_intervals"].search(self.text, drug.start, drug.end) is not None
        )

    def _days_of_cycle(self, item: Candidate, stretch: str) -> bool:
        """Are these the days on which an amount is given: "40 mg J2-J3"?"""
        last = self.last
        return (
            last is not None
            and last.label in ("STRENGTH", "DOSAGE", "ROUTE")
            and self.text[last.end : item.start] == " "
            and self.rules["days_of_cycle"].fullmatch(stretch) is not None
        )

    def _of_something_else(self, item: Candidate) -> bool:
        """Does the word before a length say what lasts or comes so long: "r/v 2/52 ?insulin"?"""
        if item.label != "DURATION" or self.rules["of"].match(self.text, item.end):
            return False
        before = self._word_before(item.start)
        return any(self.rules[rule].fullmatch(before) for rule in ("no_duration", "ill_for"))

    def _length_of(self, item: Candidate) -> bool:
        """Is this a length with nothing before or behind it that would make it a duration?"""
        plain = self.rules["length_of"].fullmatch(self.text, item.start, item.end)
        return plain is not None and not self.rules["length_ends"].match(self.text, item.end)

    def _taken_so_long(self, item: Candidate) -> bool:
        """Is such a length told of the drug before it: "50 mg tds 2d with some relief", "citalopram 2 yrs in her 20s"?"""
        last = self.last
        if last is None or self.rules["length_when"].match(self.text, item.end):
            return False
        if self._behind_frequency(item):
            return True
        beside = self.text[last.end : item.start] in GLUE or self.rules["length_tried"].fullmatch(
            self.text, last.end, item.start
        )
        return bool(beside) and self.rules["length_goes_on"].match(self.text, item.end) is not None

    def _repeated(self, item: Candidate, drug: Mention) -> bool:
        """Is this how many times, behind how often ("1/sem x 5") or behind what is given in cycles ("R-CHOP x6")?"""
        if _TIMES.fullmatch(self.text, item.start, item.end) is None:
            return False
        return self._behind_frequency(item) or self._in_cycles(item, drug)

    def _in_cycles(self, item: Candidate, drug: Mention) -> bool:
        """Does a number of times stand right behind a drug that is given in cycles, or behind its amount?"""
        last = self.last
        return (
            last is not None
            and self.text[last.end : item.start] in BESIDE
            and self.rules["given_in_cycles"].search(self.text[drug.start : drug.end]) is not None
            and _TIMES_ONCE.fullmatch(self.text, item.start, item.end) is None
        )

    def _ended(self, item: Candidate, stretch: str) -> bool:
        """Is this when a course of former times ended: "took Avandia until his ankles swelled", "on it until 2019"?"""
        if not self.rules["until"].match(stretch):
            return False
        number = self.context.sentence(item.start)
        lead = self.text[self.context.breaks[number - 1] if number else 0 : item.start]
        if self.rules["to_come"].search(lead) or self.rules["to_come_behind"].match(self.text, item.end):
            return False
        used = self.rules["used_before"].search(lead) and not self.rules["until_event"].fullmatch(stretch)
        ended = used or self.rules["ended_then"].search(stretch)
        if ended:
            self.passed = item.end
        return bool(ended)

    def _behind_frequency(self, item: Candidate) -> bool:
        """Does an item stand right behind how often something is taken: "weekly x5", "nightly > 10 years"?"""
        last = self.last
        if last is None or last.label != "FREQUENCY":
            return False
        return COMPARED.sub(" ", self.text[last.end : item.start]) in BESIDE

    def _right_behind_frequency(self, item: Candidate) -> bool:
        """Does nothing but a blank part an item from how often: "12 h on/12 h off x 2 weeks", "q6h 5/7"?"""
        last = self.last
        return last is not None and last.label == "FREQUENCY" and self.text[last.end : item.start] == " "

    def _past(self, item: Candidate) -> bool:
        if self._ended_after(item):
            return False
        lead = self.text[max(0, item.start - 20) : item.start].rstrip()
        return any(match.end() == len(lead) for match in self.rules["ago_before"].finditer(lead))

    def _ended_after(self, item: Candidate) -> bool:
        """Was something given up after this length: "stopped after 4 months", "stop au bout de trois mois"?"""
        return self.rules["ended_after"].search(self.text, max(0, item.start - _ENDED), item.start) is not None

    def _until_raised(self, item: Candidate) -> bool:
        """Is this how far a dose is raised, not how long it is taken: "increase by 2 units until below 7"?"""
        lead = max(0, item.start - _TITRATED)
        return self.rules["titrated_until"].search(self.text, lead, item.start) is not None

    def _without(self, item: Candidate, drug: Mention) -> bool:
        """Is this how long something was not taken: "out of torsemide for a week", but "off Requip over 2 weeks"?"""
        last = self.last
        if last is None or last.label != DRUG or last.start != drug.start:
            return False
        if self.rules["over"].match(self.text, item.start):
            return False
        if "(" in self.text[last.end : item.start] or len(self.context.between(last.end, item.start)) > _NEAR:
            # "Then stop the metronidazole, and that will be more than a 10-day course."
            return False
        return self.rules["not_taken"].search(self.text, max(0, drug.start - 40), drug.start) is not None

    def _held(self, item: Candidate) -> bool:
        """Is this how long a drug is not to be taken: "hold warfarin until INR < 3"?"""
        return (
            self.rules["held_for"].match(self.text, item.start) is not None
            and self.rules["held_before"].search(self.text, max(0, item.start - _HELD), item.start) is not None
        )

    def _when(self, item: Candidate, stretch: str) -> bool:
        """Is this when something was ("in two weeks") or how much was dispensed ("for one month supply")?"""
        lead = self.text[max(0, item.start - 20) : item.start]
        if self.rules["within"].search(lead) or self.rules["supply_behind"].match(self.text, item.end):
            return True
        if self.rules["of"].match(self.text, item.end) or self._ended_after(item):
            return False
        if self.rules["duration_word"].match(stretch) and not self.rules["length_after"].search(lead):
            return False
        return bool(self.rules["length_lead"].search(lead))
