"""What is given before all others and may be told behind them: "75 mg daily, loading dose 300 mg", "50 mg/j, 70 mg le 1er jour"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.courses import FIRST
from pipeline.medications.posology.dosage import Step
from pipeline.medications.posology.elements import Element
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives


@lru_cache(maxsize=len(resources.LANGUAGES))
def _first(lang: str) -> re.Pattern[str]:
    phrases = alternatives(resources.phrases(lang, "posology/words.tsv")["first_days"], to_the_end=True)
    return re.compile(rf"(?<![^\W_]){phrases}")


def of_first_days(element: Element, text: str, lang: str) -> bool:
    """Is a length that of the first days: "the first day", "les 3 premiers jours"?"""
    return _first(lang).search(fold(text[element.start : element.end])) is not None


def mark_first_days(elements: Sequence[Element], text: str, lang: str) -> None:
    """Tell the first days from so many days: what stands behind them may be what is taken on them."""
    for element in elements:
        if element.kind == "duration" and not element.code and of_first_days(element, text, lang):
            element.code = FIRST


def first_things_first(steps: list[Step]) -> list[Step]:
    """The steps in the order in which they are taken, where the first one of them is told behind others."""
    place = next((place for place, step in enumerate(steps) if place and step.loading), 0)
    if not place or steps[place].follows or any(step.loading or step.on_a_day for step in steps[:place]):
        return steps
    if not all(step.amounts for step in steps[: place + 1]):
        return steps
    loading = steps[place]
    if not loading.timed():
        loading.repeat = {"count": 1}
    loading.follows = loading.raised = False
    steps[0].follows = True
    return [*steps[place:], *steps[:place]]
