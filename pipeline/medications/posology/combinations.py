"""Products of several ingredients, where two amounts with a dash are one of each: "Sinemet 25-100 mg"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import resources
from pipeline.medications.posology.amounts import Amounts
from pipeline.medications.posology.elements import Element
from pipeline.text.folding import fold

# "carbidopa-levodopa", "lisinopril/HCTZ": shorter parts are of one name ("Solu-Medrol", "beta-blocker").
_TWO_NAMES = re.compile(r"[^\W\d_]{3,}\s?[/+]\s?[^\W\d_]{3,}|[^\W\d_]{6,}-(?:[^\W\d_]{6,}|hctz|hct|apap|asa)(?![^\W_])")


class Combinations:
    """The combinations of a language, from `posology/combinations.txt` and by names that join two others."""

    def __init__(self, lang: str, amounts: Amounts) -> None:
        self._brands = frozenset(map(fold, resources.read_lines(lang, "posology/combinations.txt")))
        self._amounts = amounts

    def settle(self, name: str, elements: Sequence[Element], folded: str) -> None:
        """Read the ranges of mass behind such a drug as its parts. `name`: the drug's, folded."""
        if name not in self._brands and (name.isalpha() or _TWO_NAMES.search(name) is None):
            return
        for element in filter(_is_range, elements):
            parts = self._amounts.ingredients(folded[element.start : element.end])
            if parts is not None:
                element.kind, element.value, element.code = "amount", parts, ""


def _is_range(element: Element) -> bool:
    if element.kind == "unread":
        return element.code == "range_backwards"
    return element.kind == "amount" and element.value.kind == "quantity" and "low" in (element.value.quantity or {})
