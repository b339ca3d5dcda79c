"""Products of several ingredients: two amounts with a dash are one of each ("Sinemet 25-100 mg"), and some names tell the unit.

"Percocet 5/325" is 5 mg and 325 mg by its label; of a product that is not in the table bare figures stay unread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline import resources
from pipeline.medications.posology.amounts import Amounts
from pipeline.medications.posology.elements import Data, Element
from pipeline.medications.posology.numbers import spelled
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

# "carbidopa-levodopa", "lisinopril/HCTZ": shorter parts are of one name ("Solu-Medrol", "beta-blocker").
_TWO_NAMES = re.compile(r"[^\W\d_]{3,}\s?[/+]\s?[^\W\d_]{3,}|[^\W\d_]{6,}-(?:[^\W\d_]{6,}|hctz|hct|apap|asa)(?![^\W_])")
# Bare figures of ingredients, with strokes or with a dash.
_FIGURE = r"\d{1,4}(?:[.,]\d+)?"
_FIGURES = re.compile(rf"(?P<first>{_FIGURE})(?:(?:\s?/\s?{_FIGURE}){{1,2}}|-(?P<last>{_FIGURE}))(?![\d/]|[.,]\d|-\d)")
_BETWEEN = re.compile(r"[\s,:(]*(?:[^\W\d_]{2,12}\s)?")
# With a dash and no more than this the figures may be a range of tablets: "1-2".
_MOST_COUNTED = 12
# Doses at two times of the day: how many, how far apart they may be, and how far behind the times stand.
_TWO, _MOST_APART, _TO_TIMES = 2, 3, 5


class Combinations:
    """The combinations of a language, from `combinations.txt` and `combination_units.tsv` and by names that join two others."""

    def __init__(self, lang: str, amounts: Amounts) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        self._brands = frozenset(map(fold, resources.read_lines(lang, "posology/combinations.txt")))
        rows = spelled(resources.read_table(lang, "posology/combination_units.tsv"), "name")
        self._units = {name: row["unit"] for name, row in rows}
        self._joint = re.compile(rf"\s*[/+]\s*|-|\s+(?:{alternatives([*kinds['joining'], *kinds['with']])})\s+")
        self._amounts = amounts

    def settle(self, drug: tuple[int, int], elements: list[Element], folded: str) -> None:
        """Read the ranges of mass behind such a drug as its parts, and its bare figures by the unit of the product."""
        name = folded[slice(*drug)]
        unit = self._units.get(name) or self._units.get(self._joint.sub("/", name))
        if unit is not None:
            self._bare(drug[1], elements, folded, unit)
        if name not in self._brands and (name.isalpha() or _TWO_NAMES.search(name) is None):
            if unit is None:
                _at_two_times(elements, folded)
            return
        for element in filter(_is_range, elements):
            parts = self._amounts.ingredients(folded[element.start : element.end])
            if parts is not None:
                element.kind, element.value, element.code = "amount", parts, ""

    def _bare(self, end: int, elements: Sequence[Element], folded: str, unit: str) -> None:
        """Read the figures directly behind a name by a unit."""
        first = next((one for one in elements if one.start >= end and one.kind in ("amount", "unread")), None)
        if first is None or _BETWEEN.fullmatch(folded, end, first.start) is None:
            return
        figures = _FIGURES.match(folded, first.start)
        if figures is None or _may_count(figures):
            return
        parts = self._amounts.ingredients(f"{figures[0]}{unit}")
        if parts is not None:
            for element in elements:
                if first.end <= element.start < figures.end():
                    element.kind, element.code = "filler", ""
            first.kind, first.value, first.code, first.end = "amount", parts, "", figures.end()
            self._further(first.end, elements, folded, unit)

    def _further(self, end: int, elements: Sequence[Element], folded: str, unit: str) -> None:
        """Read further figures of as many ingredients by the same unit: "24/26 bid, then 49/51 bid"."""
        for element in elements:
            if element.start < end or element.code != "strength_without_unit":
                continue
            figures = _FIGURES.fullmatch(folded, element.start, element.end)
            parts = self._amounts.ingredients(f"{figures[0]}{unit}") if figures is not None else None
            if parts is not None:
                element.kind, element.value, element.code = "amount", parts, ""


def _may_count(figures: re.Match[str]) -> bool:
    low, high = (float((figures[name] or "0").replace(",", ".")) for name in ("first", "last"))
    return figures["last"] is not None and low < high <= _MOST_COUNTED


def _is_range(element: Element) -> bool:
    if element.kind == "unread":
        return element.code == "range_backwards"
    return element.kind == "amount" and element.value.kind == "quantity" and "low" in (element.value.quantity or {})


def _at_two_times(elements: list[Element], folded: str) -> None:
    """Read two amounts of a drug that is no combination as doses at two times: "Prograf 2/1 mg (AM/PM)"."""
    for number, element in enumerate(elements):
        parts = element.value.parts if element.kind == "amount" else ()
        if len(parts) != _TWO or not _close(parts):
            continue
        behind = [one for one in elements[number + 1 : number + _TO_TIMES] if one.kind not in ("mark", "word")]
        times = [one for one in behind[:_TWO] if one.kind == "timing"]
        if len(times) != _TWO or folded[times[0].end : times[1].start].strip() != "/":
            continue
        if any(one.value.repeat.keys() != {"when"} for one in times):
            continue
        first, second = (replace(element.value, kind="quantity", quantity=part, parts=()) for part in parts)
        element.value = first
        at = elements.index(times[1])
        elements[at - 1 : at] = [Element("amount", times[0].end, times[1].start, second)]
        return


def _close(parts: Sequence[Data]) -> bool:
    """Are two amounts so much alike that both may be doses of one drug?"""
    low, high = sorted(Decimal(part["value"]) for part in parts)
    return low < high <= low * _MOST_APART
