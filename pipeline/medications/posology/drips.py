"""Words for a form that are of something else with some drugs: "heparin GTT" is a drip, one "CAP" of a powder a capful."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline import resources
from pipeline.medications.posology.amounts import Amount
from pipeline.medications.posology.elements import Element
from pipeline.medications.posology.regions import Bounds
from pipeline.medications.posology.routes import SITED
from pipeline.text.phrases import alternatives

_NEVER = "(?!)"


class NamedForms:
    """Tells them by the words of a language."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        self._drip, self._of_drops, self._of_capfuls = (
            re.compile(alternatives(kinds[kind], to_the_end=True) if kind in kinds else _NEVER)
            for kind in ("drip", "drops_drug", "capful_drug")
        )

    def settle(self, elements: Sequence[Element], drug: Bounds, folded: str) -> None:
        """Take a drip for no drops, and so many caps of a powder for capfuls."""
        behind = [element for element in elements if element.start >= drug[1]]
        if not self._of_drops.match(folded, *drug) and not any(map(_of_drops, behind)):
            for element in elements:
                if element.kind == "form" and self._drip.fullmatch(folded, element.start, element.end):
                    element.kind, element.value = "filler", None
        if not self._of_capfuls.match(folded, *drug):
            return
        for element in elements:
            amount = element.value
            if element.kind == "amount" and (amount.quantity or {}).get("unit") == "{cap}":
                element.value = replace(amount, quantity={**amount.quantity, "unit": "{capful}"})


def _of_drops(element: Element) -> bool:
    """Does an element say that a drug is no drip: how often, where it is dropped, its per cent?"""
    if element.kind == "route":
        return element.value in SITED
    amount = element.value
    percent = isinstance(amount, Amount) and (amount.ratio or {}).get("numerator", {}).get("unit") == "%"
    return element.kind == "timing" or percent
