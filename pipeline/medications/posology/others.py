"""Numbers and times within an instruction that are of something else than taking the drug."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline import resources
from pipeline.medications.posology.elements import Element
from pipeline.text.phrases import alternatives

SENTENCE_ENDS = frozenset(".!?\n")
# Behind the number of an item of a list.
_ITEM = re.compile(r"[.):\]-](?!\d)")
# From a reason to the drug that did not help: "pain NOT RELIEVED BY ibuprofen".
_TO_DRUG = 32
# What is measured stands in so many characters before its number.
_TO_FINDING = 24
_WORDS = re.compile(r"[^\W\d_]+")


class OtherThings:
    """Tells them by the words of a language."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        # What may stand between a number and the drug that it counts; times of day as nouns; what leads from an amount to its substance.
        self._owners, self._moments, self._of = map(frozenset, (kinds["owner"], kinds["moment"], kinds["of"]))
        links = resources.phrases(lang, "posology/linking.tsv")
        self._teller = re.compile(rf"\s*,\s*{alternatives(links['teller'], to_the_end=True)}", re.IGNORECASE)
        findings, between = alternatives(links["finding"], to_the_end=True), alternatives(links["result"])
        self._finding = re.compile(rf"(?<![^\W_])(?<!/){findings}\s*(?:{between}\s*){{0,2}}\Z")
        last = alternatives(kinds["last_dose"], to_the_end=True)
        self._told = re.compile(rf"(?<![^\W_]){last}(?:\s+{alternatives(kinds['of'])})?\s*\Z")
        self._pauses = frozenset(kinds["pause"])
        by = alternatives(kinds["unrelieved_by"], to_the_end=True)
        self._unrelieved = re.compile(
            rf"(?<![^\W_]){alternatives(kinds['unrelieved'], to_the_end=True)}(?:\s+{by}){{0,2}}\s*\Z"
        )

    def told_once(self, elements: Sequence[Element], drug: tuple[int, int], folded: str) -> None:
        """Take the time of one taking for none of every day: "LAST DOSE OF X 5 mg at 0800"."""
        if self._told.search(folded, max(0, drug[0] - _TO_DRUG), drug[0]) is None:
            return
        for element in elements:
            if element.kind == "mark" and not SENTENCE_ENDS.isdisjoint(element.value):
                break
            if element.kind == "timing" and element.value.repeat.keys() == {"timeOfDay"}:
                element.kind, element.code = "unread", "frequency_unread"

    def findings(self, elements: Sequence[Element], drug: tuple[int, int], folded: str) -> None:
        """Take a number before the drug that says how high something is for none of it: "A1C 9.2 on X"."""
        for element in elements:
            if element.start >= drug[0]:
                return
            amount = element.value
            if element.kind != "amount" or amount.kind != "count" or amount.measure or amount.every is not None:
                continue
            if self._finding.search(folded, max(0, element.start - _TO_FINDING), element.start) is not None:
                element.kind, element.value = "filler", None

    def pauses(self, elements: Sequence[Element], folded: str) -> None:
        """Take lengths in which nothing is taken for no course, and what follows for a change: "hold x 2 days, then 2.5 mg"."""
        for number in range(1, len(elements)):
            before, length = elements[number - 1 : number + 1]
            if length.kind not in ("duration", "length") or folded[before.start : before.end] not in self._pauses:
                continue
            if before.kind == "word":
                length.kind, length.code = "unread", "duration_unread"
                behind = next((one for one in elements[number + 1 :] if one.kind != "mark"), None)
                if behind is not None and behind.kind == "then":
                    behind.kind, behind.value = "change", None

    @staticmethod
    def of_others(elements: Sequence[Element]) -> None:
        """Take a dose in brackets for none where it is that of people of another weight: "1 g QDS (500 mg if < 50 kg)"."""
        for opening, dose, condition in zip(elements, elements[1:], elements[2:], strict=False):
            if (
                opening.kind == "mark"
                and opening.value[-1] in "(["
                and dose.kind == "amount"
                and condition.kind == "hold"
            ):
                dose.kind = "filler"

    def unrelieved(self, elements: Sequence[Element], folded: str, drugs: Mapping[int, int]) -> None:
        """Let a reason go on to the drug that did not help: "pain not relieved by ibuprofen". `drugs`: where each ends."""
        for element in elements:
            if element.kind not in ("as_needed", "reason") or element.value is None:
                continue
            start, end = element.value
            drug = next((place for place in range(end, end + _TO_DRUG) if place in drugs), None)
            if drug is not None and (cue := self._unrelieved.search(folded, start, drug)) and cue.start() <= end + 1:
                element.value = start, drugs[drug]

    def holds(self, elements: Sequence[Element], number: int, text: str, *, anchored: bool) -> bool:
        """Is an amount of something else: an item ("1. Lasix 40 mg BID 2. KCl"), "one point", "12 ounces of water"?"""
        element = elements[number]
        if element.kind == "timing":
            if anchored:
                return False
            before = elements[number - 1] if number else None
            if before is not None and before.kind == "then" and self._teller.match(text, element.end):
                return True  # "... and in the afternoon, she had contractions"
            noun = self._is_noun(element, text)  # "night splints", as "I once tried"
            return (noun or element.value.flag == "once") and self._leads_to_word(elements, number, noun=noun)
        behind = elements[number + 1 : number + 5]
        if element.value.measure:
            if not anchored and element.value.quantity and element.value.quantity.get("unit") == "[in_i]":
                return bool(behind) and behind[0].kind == "word"  # "2-inch incision"
            return self._of_other(behind, text) or self._begins_other(elements, number, text)
        if anchored or element.value.kind != "count" or element.value.every:
            return False
        if text[element.start : element.end].isdigit() and _ITEM.match(text, element.end):
            return True
        return self._of_unknown(behind) or self._of_other(behind, text) or self._apart(element, behind, text)

    def _is_noun(self, element: Element, text: str) -> bool:
        """Is a time of day named by one word: "night", but not "nightly" or "at night"?"""
        return element.value.repeat.keys() == {"when"} and text[element.start : element.end].lower() in self._moments

    @staticmethod
    def _leads_to_word(elements: Sequence[Element], number: int, *, noun: bool) -> bool:
        """Is "once" said of something else: "steroids I once tried", but not "1 g once in the ED"?"""
        before = (elements[place] for place in range(number - 1, -1, -1))
        last = next((element for element in before if element.kind != "filler"), None)
        following = next((element for element in elements[number + 1 : number + 5] if element.kind != "filler"), None)
        dosed = last is not None and last.kind in (
            ("amount", "route", "form") if noun else ("amount", "route", "form", "mark")
        )
        return not dosed and following is not None and following.kind == "word"

    def _apart(self, element: Element, behind: Sequence[Element], text: str) -> bool:
        """Does more than "of her" stand between a number and the drug: "Type 2 but on insulin", "one more to take"?"""
        following = next((other for other in behind if other.kind != "filler"), None)
        if following is None or following.kind not in ("drug", "take"):
            return False
        between = _WORDS.findall(text[element.end : following.start].lower())
        if following.kind == "take":
            return "more" in text[element.start : element.end].lower()
        return not self._owners.issuperset(between)

    def _of_other(self, behind: Sequence[Element], text: str) -> bool:
        """Does "of" lead from an amount to a word, and to no drug: "12 ounces of water", "10 ml de sérum"?"""
        if not behind or behind[0].kind != "filler" or text[behind[0].start : behind[0].end].lower() not in self._of:
            return False
        nouns = [element for element in behind[1:] if element.kind != "filler"]
        return (
            bool(nouns) and nouns[0].kind == "word" and all(element.kind not in ("drug", "other") for element in nouns)
        )

    @staticmethod
    def _begins_other(elements: Sequence[Element], number: int, text: str) -> bool:
        """Does an amount begin a sentence on something with a name: "... 100 mg. 100 ml Ultravist 370 was used"?"""
        if not 0 < number < len(elements) - 1:
            return False
        before, behind = elements[number - 1], elements[number + 1]
        named = behind.kind == "word" and text[behind.start].isupper()
        return named and before.kind == "mark" and not SENTENCE_ENDS.isdisjoint(before.value)

    @staticmethod
    def _of_unknown(behind: Sequence[Element]) -> bool:
        """Does a number count what is no form: "1 fingerbreadth above", "one point", but not "2 gummies daily"?"""
        if not behind or behind[0].kind != "word":
            return False
        return len(behind) == 1 or behind[1].kind != "timing" or behind[1].end - behind[1].start == len("on")


def of_one_insulin(elements: Sequence[Element]) -> list[Element]:
    """The elements up to the dose of an insulin of another kind: "NPH 20 units qAM, regular 5 units"."""
    found: list[Element] = []
    dosed = False
    for number, element in enumerate(elements):
        if element.kind == "other_insulin":
            behind = elements[number + 1] if number + 1 < len(elements) else None
            if dosed and behind is not None and _in_units(behind):
                break
            element.kind = "word"
        dosed = dosed or _in_units(element)
        found.append(element)
    return found


def _in_units(element: Element) -> bool:
    return element.kind == "amount" and element.value.measure == "activity"
