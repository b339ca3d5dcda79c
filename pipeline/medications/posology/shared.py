"""What is said once of two drugs, behind the second one: "albuterol or Xopenex nebs q4h p.r.n.".

"Or" gives a choice between drugs that are taken in one and the same way. "And" does not ("aspirin 325 mg and heparin 5000
units s.c."), unless both are given together by one device: mixed in a nebuliser, or in the pump of a syringe driver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline import resources
from pipeline.medications.posology.elements import Element
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

Bounds = tuple[int, int]

# Behind the time of an infusion the device is looked for in so many characters.
_TO_PUMP = 30
# Between "all" and what is said of all.
_TO_ALL = 20
# What may be said of both, and what may stand with the first drug only.
_SHARED = frozenset({"timing", "as_needed", "reason", "route", "duration", "length", "infusion", "nights", "max"})
_SAYING = frozenset({*_SHARED, "amount", "slots", "band", "unread", "hold", "by", "old", "day", "given", "alternate"})


class Shared:
    """Tells it by the words of a language."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        either, both = (alternatives(kinds[kind], to_the_end=True) for kind in ("either_drug", "both_drugs"))
        self._joint = re.compile(rf"\s*,?\s*(?:(?P<either>{either})|{both}|[+&])\s*\Z")
        together = resources.phrases(lang, "posology/linking.tsv")
        every, pair = (
            alternatives([fold(word) for kind in kinds for word in together[kind]], to_the_end=True)
            for kinds in (("all", "each"), ("pair",))
        )
        self._all = re.compile(rf"\s*[,;:(-]?\s*(?:(?P<pair>{pair})|{every})")
        self._listed = re.compile(rf"\s*,?\s*(?:{both}|[+&,;])\s*")
        self._diluents = frozenset(kinds["diluent_drug"])
        per, of = (alternatives(kinds[kind], to_the_end=True) for kind in ("diluted", "of"))
        self._in_volume = re.compile(
            rf"(?<![^\W_]){per}\s*\d+(?:[.,]\d+)?\s?(?:ml|cc|l)\s+(?:{of}\s*)?(?:\d+(?:[.,]\d+)?\s?%\s*)?\Z"
        )
        self._pump = re.compile(rf"(?<![^\W_]){alternatives(kinds['pump'], to_the_end=True)}")
        self._nebulised = frozenset(map(fold, resources.read_lines(lang, "posology/nebulised.txt")))

    def settle(self, drugs: Sequence[Bounds], chosen: Sequence[list[Element] | None], folded: str) -> None:
        """Add to the elements of each drug what stands behind the next one and is said of both."""
        self._of_lists(drugs, chosen, folded)
        self._of_diluents(drugs, chosen, folded)
        for number in range(len(drugs) - 2, -1, -1):
            one, other = chosen[number], chosen[number + 1]
            if one is None or other is None:
                continue
            pair = drugs[number], drugs[number + 1]
            said = [element for element in one if element.kind in _SAYING]
            behind = [element for element in said if pair[0][1] <= element.start < pair[1][0]]
            end = max((pair[0][1], *(element.end for element in behind)))
            joint = self._joint.match(folded, end, pair[1][0])
            if joint is None or any(element.kind != "amount" for element in behind):
                continue
            of_other = [element for element in other if element.start >= pair[1][1]]
            common = [element for element in of_other if element.kind in _SHARED]
            if not common or not _alike(behind, of_other):
                continue
            if joint["either"] is None and not self._together(pair, [*common, *said], folded):
                continue
            head = [element for element in said if element.kind == "route" and element.end <= pair[0][0]]
            if head and not any(element.kind == "route" for element in other):
                other[:0] = [replace(element) for element in head]
            known = {element.start for element in one}
            common = [element for element in common if element.start not in known]
            one += [replace(element) for element in common if not (head and element.kind == "route")]
            one.sort(key=lambda element: element.start)

    def _of_lists(self, drugs: Sequence[Bounds], chosen: Sequence[list[Element] | None], folded: str) -> None:
        """Give each drug of a list what is said of all: "A 600 mg, B 300 mg, C 1200 mg, all PO daily"."""
        for number in range(len(drugs) - 1, 0, -1):
            said = _behind(chosen[number], drugs[number])
            amounts = [element for element in said if element.kind == "amount"]
            rest = [element for element in said if element.kind in _SHARED]
            if len(amounts) != 1 or not rest or rest[0].start < amounts[0].end:
                continue
            led = self._all.match(folded, amounts[0].end, rest[0].start)
            if led is None or rest[0].start - led.end() > _TO_ALL:
                continue
            for before in range(number - 1, number - 2 if led["pair"] else -1, -1):
                one = chosen[before]
                own = _behind(one, drugs[before])
                if one is None or [element.kind for element in own] != ["amount"]:
                    break
                if self._listed.fullmatch(folded, own[0].end, drugs[before + 1][0]) is None:
                    break
                one += [replace(element) for element in rest]

    def _of_diluents(self, drugs: Sequence[Bounds], chosen: Sequence[list[Element] | None], folded: str) -> None:
        """Give a drug what stands behind the fluid that it is given in: "50 units in 50 ml saline at 6 ml/h"."""
        for number in range(1, len(drugs)):
            one, other = chosen[number - 1], chosen[number]
            if not one or other is None or folded[slice(*drugs[number])] not in self._diluents:
                continue
            if self._in_volume.search(folded, drugs[number - 1][1], drugs[number][0]) is None:
                continue
            behind = [element for element in other if element.start >= drugs[number][1]]
            moved = [element for element in behind if element.kind in _SHARED or _by_time(element)]
            one += moved
            other[:] = [element for element in other if element not in moved]

    def _together(self, pair: tuple[Bounds, Bounds], common: Iterable[Element], folded: str) -> bool:
        """Are two drugs given at once, by one device?"""
        routes = {element.value for element in common if element.kind == "route"}
        if "inhaled" in routes:
            return all(folded[slice(*drug)] in self._nebulised for drug in pair)
        infusions = [
            element for element in common if element.kind == "infusion" and element.value["durationUnit"] == "h"
        ]
        end = max((element.end for element in infusions), default=0)
        by_pump = self._pump.search(folded, pair[1][1], end + _TO_PUMP) is not None
        return bool(infusions) and (routes == {"subcutaneous"} or by_pump)


def _by_time(element: Element) -> bool:
    return element.kind == "amount" and element.value.kind == "rate"


def _behind(elements: Sequence[Element] | None, drug: Bounds) -> list[Element]:
    """What is said of a drug behind it."""
    return [one for one in elements or () if one.kind in _SAYING and one.start >= drug[1]]


def _alike(one: Sequence[Element], other: Sequence[Element]) -> bool:
    """Has each drug its own amount, or neither, and does the rest follow that of the second one?"""
    amounts = [element for element in other if element.kind == "amount"]
    if len(one) > 1 or len(one) != len(amounts):
        return False
    if not amounts:
        return True
    both = one[0].value, amounts[0].value
    ahead = all(element.kind not in _SHARED or element.start > amounts[0].start for element in other)
    return both[0].measure == both[1].measure and all(amount.kind == "quantity" for amount in both) and ahead
