"""What the numbers of a note that stand without a unit amount to."""

from __future__ import annotations

import re

# A number behind a name without a unit: above this it is a strength ("lisinopril 20 daily"), up to it a count.
MOST_COUNTED = 4.0
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+")


def few(value: float | None) -> bool:
    """Can so many tablets be taken at once? Number words always can."""
    return value is None or value <= MOST_COUNTED


def value_of(stretch: str) -> float | None:
    """The largest figure of a number; None for number words."""
    figures = [float(figure.replace(",", ".")) for figure in _FIGURE.findall(stretch)]
    return max(figures) if figures else None
