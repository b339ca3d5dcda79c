"""What is told of raising or lowering a dose step by step: the time it takes is no course, and what it is raised up to is the dose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import resources
from pipeline.medications.posology.amounts import Amount
from pipeline.medications.posology.dosage import MASSES
from pipeline.medications.posology.elements import Element
from pipeline.medications.posology.regions import Bounds
from pipeline.text.phrases import alternatives

# A verb of change stands before its drug in so many characters.
_TO_VERB = 60
_SENTENCE_ENDS = frozenset(".;!?\n")
# "increase HIS DOSE OF"
_MOST_BETWEEN = 4
# Between a change of the dose and the time that it takes.
_WITHIN = frozenset({"amount", "timing", "route", "form", "filler", "drug", "mark", "max", "slots", "unread"})
_DOSES = frozenset({"amount", "slots", "max"})
_LENGTHS = frozenset({"duration", "length"})
_CHANGES = frozenset({"change", "changing", "by"})


class Titration:
    """Tells it by the words of a language."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        verb = alternatives(kinds["by_verb"], to_the_end=True)
        between = alternatives([*kinds["by_noun"], *kinds["of"]])
        self._lasting = re.compile(rf"(?<![^\W_]){alternatives(kinds['taper_of'], to_the_end=True)}\s*\Z")
        self._verb_alone = re.compile(rf"(?<![^\W_]){verb}")
        self._verb = re.compile(rf"(?<![^\W_]){verb}(?:\s+{between}){{0,{_MOST_BETWEEN}}}\s*\Z")
        self._time = re.compile(alternatives(kinds["change_time"], to_the_end=True))
        self._aim = re.compile(alternatives(kinds["aim"], to_the_end=True))

    def settle(self, elements: Sequence[Element], drug: Bounds, folded: str) -> None:
        """Take the time of a change for no course: "titrate up to 10 mg od OVER 8 WEEKS", and its aim for the dose."""
        before = max(0, drug[0] - _TO_VERB)
        titrated = self._verb.search(folded, before, drug[0]) is not None
        if titrated and self._lasting.search(folded, before, drug[0]) and not any(map(_is_dose, elements)):
            return  # "a tapering dose of X over 10 days": so long it is taken
        if titrated:
            self._aimed(elements, folded)
        for number, element in enumerate(elements):
            timed = element.kind in _LENGTHS and self._time.match(folded, element.start) is not None
            if timed and self._changes(elements[:number], folded, titrated=titrated):
                element.kind, element.code = "unread", "duration_unread"

    def _aimed(self, elements: Sequence[Element], folded: str) -> None:
        """ "Titrate gabapentin UP TO 600 MG tid": a limit without its time is what the dose is raised to."""
        aims = [one for one in elements if one.kind in ("max", "amount")]
        if len(aims) != 1 or aims[0].kind != "max":
            return
        aim = aims[0]
        led = self._aim.match(folded, aim.start)
        if led is None or not folded[led.end() :].lstrip()[:1].isdigit() or aim.value["denominator"] is not None:
            return
        unit = aim.value["numerator"].get("unit", "")
        if unit in MASSES:
            aim.kind, aim.value = "amount", Amount("quantity", aim.value["numerator"], measure="mass")

    def _changes(self, before: Sequence[Element], folded: str, *, titrated: bool) -> bool:
        """Does a change of the dose stand before a time in the same sentence? `titrated`: a verb of it before the drug."""
        for element in reversed(before):
            if self._is_change(element, folded):
                return True
            if element.kind not in _WITHIN or (element.kind == "mark" and not _SENTENCE_ENDS.isdisjoint(element.value)):
                return False
            if element.kind == "drug":
                return titrated
        return False

    def _is_change(self, element: Element, folded: str) -> bool:
        if element.kind == "then":
            led = self._verb_alone.search(folded, element.start, element.end) is not None
            return element.value == "then_to" or led
        return element.kind in _CHANGES or (element.kind == "old" and element.value is None)


def _is_dose(element: Element) -> bool:
    return element.kind in _DOSES
