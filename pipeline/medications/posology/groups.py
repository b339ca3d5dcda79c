"""Which mentions of a note are of one drug."""

from __future__ import annotations

import re

from pipeline.medications.posology.regions import Bounds

_OPENS = re.compile(r"\s?[(\[]\s?")
_CLOSES = re.compile(r"\s?[)\]]")


class Groups:
    """Numbers the drugs of a note by their names, in the order of the text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._paired: dict[str, str] = {}
        self._last: tuple[str, Bounds] | None = None
        self._count = 0

    def of(self, name: str, drug: Bounds, folded: str) -> int:
        """The number of a drug. A name alone in brackets behind another one is the same drug: "morphine (Zomorph)".

        Not where two drugs are called by one name: in "insulin (Lantus), insulin (Novolog)" the last is a drug of its own.
        """
        before, self._last = self._last, (name, drug)
        if before is not None and name not in self._numbers and _in_brackets(before[1], drug, folded):
            first, _ = before
            if self._paired.setdefault(first, name) == name:
                self._numbers[name] = self._numbers[first]
        if name not in self._numbers:
            self._count += 1
            self._numbers[name] = self._count
        return self._numbers[name]


def _in_brackets(before: Bounds, drug: Bounds, folded: str) -> bool:
    opened = _OPENS.fullmatch(folded, before[1], drug[0]) is not None
    return opened and _CLOSES.match(folded, drug[1]) is not None
