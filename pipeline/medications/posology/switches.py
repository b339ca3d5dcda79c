"""One drug in the place of another ("switch from A to B", "A relayé par B"): which of them ends and which begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import resources
from pipeline.medications.posology.change_context import ChangeContext
from pipeline.text.folding import fold
from pipeline.text.phrases import phrases_expression

Bounds = tuple[int, int]

# So far before the first drug the words stand that lead it, and so far apart are the two.
_LEAD_REACH, _BETWEEN_REACH = 60, 90
# So many drugs may end or begin at once.
_MOST = 4
_ENDS = re.compile(r"[;\n]|[.!?](?=\s|\Z)")
_WORD = re.compile(r"[^\W\d_]+")
_SAME, _STOPPED, _NOTHING = "other", "stop", "none"


@dataclass(frozen=True, slots=True)
class Switched:
    """What is done with a drug: the change, and where the words that tell it begin and end; `leads`: do they stand before it?"""

    cue: tuple[str, int, int]
    leads: bool


class Switches:
    """The words of a language, from `posology/switches.tsv`, where they are explained."""

    def __init__(self, lang: str, context: ChangeContext) -> None:
        self._joint = context.joint
        self._supplied = tuple(context.supplied)
        self._goes_on = context.status_lead
        self._rows: dict[tuple[str, str], tuple[str, str]] = {}
        leads: dict[str, list[str]] = {}
        for row in resources.read_table(lang, "posology/switches.tsv"):
            betweens = _phrases(row["between"])
            for lead in _phrases(row["lead"]) or [""]:
                leads.setdefault(lead, []).extend(betweens)
                self._rows |= {(lead, between): (row["first"], row["second"]) for between in betweens}
        every = {between for several in leads.values() for between in several}
        self._any = re.compile(phrases_expression(every))
        self._lead = re.compile(rf"(?P<lead>{phrases_expression(filter(None, leads))}){context.switch_gap.pattern}\Z")
        self._between = re.compile(rf"(?P<between>{phrases_expression(every)}){context.switch_gap.pattern}\Z")

    def of(self, folded: str, drugs: Sequence[Bounds], place: int) -> Switched | None:
        """What is done with the drug at a place among those of a folded text, where one takes the place of another."""
        last = place
        while last + 1 < len(drugs) and last < place + _MOST and self._are_joint(folded, drugs, last):
            last += 1
        if last + 1 < len(drugs):
            found = self._pair(folded, drugs, last, drugs[place])
            if found is not None:
                return found
        first = place
        while first and first > place - _MOST and self._are_joint(folded, drugs, first - 1):
            first -= 1
        return self._pair(folded, drugs, first - 1, drugs[place]) if first else None

    def _are_joint(self, folded: str, drugs: Sequence[Bounds], place: int) -> bool:
        return self._joint.fullmatch(folded, drugs[place][1], drugs[place + 1][0]) is not None

    def _pair(self, folded: str, drugs: Sequence[Bounds], place: int, drug: Bounds) -> Switched | None:
        """What is done with a drug by the words around the one at a place and the next one."""
        end, start = drugs[place][1], drugs[place + 1][0]
        if start - end > _BETWEEN_REACH or self._any.search(folded, end, start) is None:
            return None
        between = self._between.search(folded, end, start)
        if between is None or _ENDS.search(folded, end, between.start()):
            return None
        first = place
        while first and first > place - _MOST and self._are_joint(folded, drugs, first - 1):
            first -= 1
        begin = drugs[first][0]
        behind = drugs[first - 1][1] if first else 0
        lead = self._lead.search(folded, max(behind, begin - _LEAD_REACH), begin)
        middle = _plain(between["between"])
        if middle.startswith(self._supplied) and self._goes_on.search(folded[end : between.start()]) is None:
            return None  # "A 5 mg, hypothyroidism made up for by B"
        words = _plain(lead["lead"]) if lead is not None else ""
        changes = self._rows.get((words, middle))
        if changes is None:
            lead, changes = None, self._rows.get(("", middle))
        if changes is None:
            return None
        ends = drug[0] <= end
        change = changes[0 if ends else 1]
        if not change:
            return None
        if change not in (_NOTHING, _STOPPED) and _name(folded, drugs[place]) == _name(folded, drugs[place + 1]):
            change = _SAME  # the drug goes on in another form
        start, end = lead.span("lead") if lead is not None and ends else between.span("between")
        return Switched((change, start, end), leads=lead is not None or not ends)


def _phrases(cell: str) -> list[str]:
    return [fold(" ".join(phrase.split())) for phrase in resources.expanded(cell)] if cell else []


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def _name(folded: str, drug: Bounds) -> str:
    found = _WORD.search(folded, *drug)
    return found[0] if found is not None else ""
