"""Meals whose names differ by region: "déjeuner" is breakfast and "dîner" lunch where supper is "souper".

Only a note that says where it is from is read so: it names a supper, or has words of such a region.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline import resources
from pipeline.medications.posology.elements import Element
from pipeline.text.phrases import alternatives

# FHIR's codes of a meal end with its letter: breakfast (matutinus), lunch (diurnus), dinner (vespertinus).
_EARLIER = {"D": "M", "V": "D"}


class RegionalMeals:
    """Tells them by the words of a language (`posology/words.tsv`); a language may have none."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        self._region, self._supper, self._first, self._early, self._late = (
            _words(kinds.get(kind, ()))
            for kind in ("meal_region", "meal_supper", "meal_first", "meal_early", "meal_late")
        )

    def settle(self, instructions: Iterable[Sequence[Element]], folded: str) -> None:
        """Read the meals of all instructions of a note as its region names them."""
        meals = [
            one for elements in instructions for one in elements if one.kind == "timing" and "when" in one.value.repeat
        ]
        if not meals or self._region is None or self._region.search(folded) is None:
            return
        of_noon = _found(self._first, folded)  # "petit-déjeuner, déjeuner": the second one is lunch
        shifted = ("D", self._early, not of_noon), ("V", self._late, not of_noon or _found(self._supper, folded))
        for meal in meals:
            words = folded[meal.start : meal.end]
            letters = {letter for letter, named, regional in shifted if regional and _found(named, words)}
            if letters:
                when = [_earlier(code) if code[-1] in letters else code for code in meal.value.repeat["when"]]
                meal.value = replace(meal.value, repeat={**meal.value.repeat, "when": when})


def _earlier(code: str) -> str:
    return code[:-1] + _EARLIER[code[-1]] if code.startswith(("C", "AC", "PC")) else code


def _words(phrases: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(rf"(?<![^\W_]){alternatives(phrases, to_the_end=True)}") if phrases else None


def _found(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None
