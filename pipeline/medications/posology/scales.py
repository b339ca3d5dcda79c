"""Doses of insulin by ranges of glucose: each is a step of its own, on the condition of its range.

"2 units if BG 151-200, 4 units if BG 201-250", "BG 150-199: 2 units, BG 200-249: 4 units", "4 UI si glycémie > 2 g/L".
One such dose alone is taken under its condition where a word says that this is of glucose; beside a dose that has no range nobody says how the two go together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.elements import Element
from pipeline.medications.posology.numbers import spelled
from pipeline.text.late_pattern import LatePattern
from pipeline.text.phrases import alternatives

Bounds = tuple[int, int]

#: Before a dose its range is looked for in so many characters.
_REACH = 60
#: A range of glucose with neither a unit nor a word for it is of so many mg/dL at least.
_LEAST = 100
_UNIT = r"\s?(?:g/l|mg/dl|mmols?(?:/l)?)"
_FIGURE = r"\d{1,3}(?:[.,]\d{1,2})?"
_SIGN = r"(?:[<>]=?|[≥≤])"
# What a number may be of that is no glucose.
_OTHER = frozenset({"time", "weight", "mass", "activity", "count", "volume"})


class Scales:
    """Finds the scales of a language."""

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")

        def words(*names: str) -> str:
            return alternatives((phrase for name in names for phrase in kinds[name]), to_the_end=True)

        units = spelled(resources.read_table(lang, "posology/units.tsv"))
        other = alternatives((written for written, row in units if row["measure"] in _OTHER), to_the_end=True)
        band = (
            rf"(?<![\w.,])(?P<band>(?P<subject>{words('glucose')}\s*[:=]?\s*(?:{words('glucose_is')}\s+)?)?"
            rf"(?:(?:{_SIGN}|{words('than')})\s*(?P<limit>{_FIGURE})"
            rf"|(?:{words('band_lead')}\s+)?{_FIGURE}(?:{_UNIT})?\s?(?:[-–]|{words('band_to')})\s?(?P<high>{_FIGURE}))"
            rf"(?P<unit>{_UNIT})?)"
        )
        lead = words("condition", "reason")
        self._behind = LatePattern(
            rf"\s*(?:\(\s*(?:{lead}\s+)?|,?\s*{lead}\s+){band}(?![\d.,]*\d|\s?(?:{other}|%))\s?\)?"
        )
        self._before = LatePattern(
            rf".*?(?<![^\W_])(?:{lead}\s+)?{band}\s*(?:->|=>|[:=,→)-])?\s*(?:{words('take')}\s+)?\Z"
        )

    def settle(self, elements: list[Element], folded: str) -> list[Element]:
        """The elements of an instruction, with one of the kind `band` for each dose of a scale.

        Its value is the amount, and where the condition stands.
        """
        doses = [e for e in elements if e.kind == "amount" and e.value.measure == "activity" and e.value.quantity]
        bands = self._of_scale(doses, folded) if doses else []
        if not bands or (len(bands) == 1 and (len(doses) > 1 or not bands[0][3])):
            return elements
        whole = len(bands) == len(doses)
        found = [
            Element("band", low, high, (dose.value, condition))
            if whole
            else Element("unread", low, high, code="dose_by_scale")
            for dose, (low, high), condition, _ in bands
        ]
        rest = [
            element
            for element in elements
            if not any(element.start < high and low < element.end for _, (low, high), *_ in bands)
        ]
        return sorted([*rest, *found], key=lambda element: element.start)

    def _of_scale(self, doses: Sequence[Element], folded: str) -> list[tuple[Element, Bounds, Bounds, bool]]:
        """The doses that have a range, the stretch of each with it, the range, and whether a word says of what it is.

        All ranges stand before their doses, or all behind them.
        """
        before: list[tuple[Element, re.Match[str] | None]] = []
        last = 0
        for dose in doses:
            low = max(last, dose.start - _REACH)
            before.append((dose, self._before.match(folded, low, dose.start)))
            last = dose.end
        behind = [(dose, self._behind.match(folded, dose.end)) for dose in doses]
        ahead = before[0][1] is not None
        pairs = before if ahead else behind
        known = any(found is not None and found["subject"] for _, found in pairs)
        return [
            (
                dose,
                (found.start("band"), dose.end) if ahead else (dose.start, found.end()),
                found.span("band"),
                found["subject"] is not None,
            )
            for dose, found in pairs
            if found is not None and (known or _of_glucose(found))
        ]


def _of_glucose(found: re.Match[str]) -> bool:
    figure = (found["limit"] or found["high"]).replace(",", ".")
    return found["unit"] is not None or float(figure) >= _LEAST


def for_glucose(lang: str, behind: str, measure: str) -> bool:
    """Is an amount said of a range of glucose, by the words behind it: "4 units for 150-200", "1 unit for every 50"?"""
    by_range, by_figure = _leading(lang)
    behind = behind.lower()
    return by_range.match(behind) is not None or (measure == "activity" and by_figure.match(behind) is not None)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _leading(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What leads from an amount to a range of glucose, and to a figure that one unit is for."""
    kinds = resources.phrases(lang, "posology/words.tsv")
    lead, to = alternatives(kinds["scale_lead"]), alternatives(kinds["through"])
    by_range = re.compile(
        rf"\s*{lead}\s+(?:(?!\w*{alternatives(kinds['no_glucose'])})\w+\s+){{0,3}}[<>=≥≤]*\s*"
        rf"(?:\d{{2,3}}\s*(?:-|{to})\s*\d{{2,3}}|\d+(?:[.,]\d+)?\s*(?:g/l|mg/dl|mmol))"
    )
    by_figure = re.compile(rf"\s*(?:{alternatives(kinds['by_figure'])}\s+|:\s?(?=\d+\s?g(?![^\W_])))\d")
    return by_range, by_figure
