"""What stands right beside an amount and tells whose it is: a drug behind it, a strength, when it was taken."""

from __future__ import annotations

import re

from pipeline.medications import figures
from pipeline.medications.grammar import NUMBER, Candidate
from pipeline.medications.lexicon import Mention
from pipeline.medications.recognizer_dispensed import GLUE, Dispensed
from pipeline.medications.recognizer_items import DRUG, Entity, Item

# Before what a dose is changed to, with a blank at most.
_ARROWS = ("->", "→")
_ARROW_REACH = 3
# Between drugs of which each is counted, and so many of them.
_ENUMERATES = re.compile(r",? (?:(?:and|et|\+|&) )?")
_MOST_COUNTED_DRUGS = 8
_TIMES = re.compile(r"[ \t]+x[ \t]*")


class Neighbours(Dispensed):
    """Looks at what stands right beside an item."""

    def _of_strength(self, item: Candidate, place: int) -> bool:
        """Is this how many of a strength, which stand before the drug: "took 24 x 500 mg paracetamol"?"""
        strength = self._candidate(place + 1, "STRENGTH")
        return (
            strength is not None
            and _TIMES.fullmatch(self.text, item.end, strength.start) is not None
            and self._at_next_drug(place + 1)
        )

    def _before_drug(self, place: int) -> bool:
        """Does the drug stand right behind an amount, or behind how strong it is: "under 15ml 1% lignocaine"?"""
        if self._at_next_drug(place):
            return True
        strength = self._candidate(place + 1, "STRENGTH")
        return (
            strength is not None
            and self.text[self.items[place].end : strength.start] in GLUE
            and self._at_next_drug(place + 1)
        )

    def _taken_once(self, item: Candidate, value: float | None) -> bool:
        """Is this how many were taken: "Aleve 2 yesterday", "Micolette enema one today"?"""
        last, drug = self.last, self.drug
        return (
            last is not None
            and drug is not None
            and last.label in (DRUG, "FORM")
            and self.text[last.end : item.start] in GLUE
            and figures.few(value)
            and self.rules["measured_drug"].fullmatch(self.text, drug.start, drug.end) is None
            and self.rules["counted_when"].match(self.text, item.end) is not None
        )

    def _first_count(self, item: Candidate, place: int) -> Candidate:
        """The first number of several counted drugs: "pris 1 Smecta et 2 Spasfon"."""
        for number in range(place - 2, max(-1, place - 2 * _MOST_COUNTED_DRUGS), -2):
            count, drug = self.items[number : number + 2]
            if not (isinstance(count, Candidate) and count.label == NUMBER and isinstance(drug, Mention)):
                break
            if _ENUMERATES.fullmatch(self.text, drug.end, item.start) is None:
                break
            item = count
        return item

    def _first_dose(self, item: Candidate, value: float | None) -> bool:
        """Is this how many are taken first: "Tiorfan 100 mg 1 d'emblée puis 1 avant chaque repas"?"""
        return (
            self.last is not None
            and self.last.label in (DRUG, "STRENGTH", "FORM")
            and self.text[self.last.end : item.start].strip(" :,") == ""
            and figures.few(value)
            and self.rules["first_dose"].match(self.text, item.end) is not None
        )

    def _at_arrow(self, item: Candidate) -> bool:
        """Does an arrow stand right before an item?"""
        return self._arrow_before(item.start)

    def _arrow_before(self, start: int) -> bool:
        return self.text[max(0, start - _ARROW_REACH) : start].rstrip().endswith(_ARROWS)

    def _injected(self, following: Item | None) -> bool:
        """Is this a way by which no tablets are given, and the drug none that is given by units: "morphine 4 IV"?"""
        return (
            isinstance(following, Candidate)
            and following.label == "ROUTE"
            and self.rules["injected_route"].fullmatch(self.text, following.start, following.end) is not None
            and not (self.drug and self.rules["by_units"].search(self.text, self.drug.start, self.drug.end))
        )

    def _form_at(self, place: int) -> bool:
        """Does a form stand right behind a drug: "took 20 paracetamol tablets"?"""
        form = self._candidate(place + 1, "FORM")
        return form is not None and self.text[self.items[place].end : form.start] in GLUE

    def _in_singular(self, form: Candidate) -> bool:
        """Is this one of a form and not several: "diskus", but "tablets"?"""
        return not self.text[form.start : form.end].endswith("s") or self.text.endswith("us", form.start, form.end)

    def _by_new_way(self, value: float) -> bool:
        """Is this the dose by another way than before: "1.2 g IV, then PO 625 TDS"?"""
        last = self.last
        if last is None or last.label != "ROUTE" or value <= figures.MOST_COUNTED:
            return False
        return self._arrow_before(last.start) or bool(self.rules["route_lead"].fullmatch(self._word_before(last.start)))

    def _worn(self, last: Entity) -> bool:
        """Is this a patch, whose strength may stand behind it: "oestradiol patch 50 twice weekly"?"""
        return last.label == "FORM" and self.rules["patch"].search(self.text, last.start, last.end) is not None

    def _at_next_drug(self, place: int) -> bool:
        """Does a drug stand right behind an item?"""
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        return isinstance(following, Mention) and self.text[self.items[place].end : following.start] in GLUE

    def _candidate(self, place: int, label: str) -> Candidate | None:
        """The item at a place, where it is a candidate of this label."""
        item = self.items[place] if place < len(self.items) else None
        return item if isinstance(item, Candidate) and item.label == label else None

    def _instructed(self, place: int) -> bool:
        """Does how or how often something is taken stand right behind an item?"""
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        return (
            isinstance(following, Candidate)
            and following.label in ("FREQUENCY", "ROUTE")
            and not self.text[self.items[place].end : following.start].strip(" ,")
        )
