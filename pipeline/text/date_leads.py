"""The words before a date that say what it is: read backwards from the date, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from pipeline.text.phrases import phrases_expression

KINDS = (
    "since", "until", "approx", "month_lead", "year_lead", "day_lead", "ago_before", "ahead_before", "lasting", "age_lead",
    "none_lead",
)  # fmt: skip
# So far back, and so many phrases, words may belong to a date: "il y a / un peu plus de / 3 ans".
_REACH = 48
_MOST = 4
_MOST_BLANKS = 3


class Lead(msgspec.Struct, frozen=True, gc=False):
    """One phrase before a date: where it begins, and the kinds it is listed under."""

    start: int
    kinds: frozenset[str]


class Leads:
    """Reads the words before a date. `words`: kind -> phrases."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        kinds: dict[str, set[str]] = {}
        for kind in KINDS:
            for phrase in words.get(kind, ()):
                kinds.setdefault(phrase, set()).add(kind)
        self._kinds = {phrase: frozenset(names) for phrase, names in kinds.items()}
        # Backwards: a phrase is matched from its last sign to its first.
        mirrored = phrases_expression(phrase[::-1] for phrase in self._kinds)
        self._expression = re.compile(rf"(?P<blanks>[ \t\n\r]{{0,{_MOST_BLANKS}}}+)(?P<phrase>{mirrored})")
        self._mirrored = {phrase[::-1]: names for phrase, names in self._kinds.items()}

    def before(self, text: str, low: int, start: int) -> list[Lead]:
        """The phrases that stand directly before `start` one behind the other, none beginning before `low`."""
        low = max(low, start - _REACH)
        mirrored = text[low:start][::-1]
        found: list[Lead] = []
        place = 0
        while len(found) < _MOST:
            match = self._expression.match(mirrored, place)
            if match is None:
                break
            blanks, phrase = match.groups()
            if phrase not in self._mirrored:
                phrase = " ".join(phrase.split())
            if not blanks and phrase[0].isalnum() and not (place == 0 and phrase in ("x", "im")):
                break
            place = match.end()
            found.append(Lead(start - place, self._mirrored[phrase]))
            if place + low == start or not found[-1].kinds:
                break
        return found


def start_of(leads: list[Lead], start: int, *kinds: str) -> int:
    """Where a date begins with those of its leads that belong to it: the furthest of the kinds named."""
    for lead in reversed(leads):
        if not lead.kinds.isdisjoint(kinds):
            return lead.start
    return start
