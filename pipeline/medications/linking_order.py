"""What "respectively" says: the first attribute is the first drug's, the second one the second's, and so on.

"Metoprolol and digoxin 25 mg and 0.125 mg, respectively", "25 mg of A and 5 mg daily of B"; where the numbers of drugs
and of amounts differ nobody says which is whose, and those attributes get no drug.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.medications.linking_before import Mention
    from pipeline.medications.linking_cues import Cues

#: What may be said once for each: the amounts first, else how often, how long, by what route.
_AMOUNTS = frozenset({"STRENGTH", "DOSAGE"})
_KINDS = (_AMOUNTS, *(frozenset({kind}) for kind in ("FREQUENCY", "DURATION", "ROUTE")))
#: More drugs, or attributes, than these are no enumeration that anyone tells in order: the work stays linear.
_MOST, _MOST_TAILS = 12, 48
#: The cue stands no further from them than this.
_NEAR = 60
# Between the last of them and the cue, or the cue and the first: no other sentence, and no figure that is left out.
_APART = re.compile(r"[.;:!?]\s|\n|\d")


class InOrder(NamedTuple):
    """What one cue settles: the attributes with their drugs (positions), and those that have none."""

    pairs: list[tuple[int, int]]
    unsettled: list[int]


def told_in_order(text: str, mentions: Sequence[Mention], cues: Cues) -> InOrder:
    """The attributes of a text that are told in order. `text`: in lower case, if that has the same length."""
    settled = InOrder([], [])
    behind = 0
    for cue in cues.in_order.finditer(text):
        if cue.start() and text[cue.start() - 1].isalnum():
            continue
        while behind < len(mentions) and mentions[behind].start < cue.start():
            behind += 1
        drugs, run = _told(text, mentions, behind, cue, cues)
        if len(drugs) < 2 or not run:
            continue
        shares = _shares(mentions, drugs, run)
        settled.pairs.extend(shares)
        if not shares:
            settled.unsettled.extend(run)
    return settled


def told_by_strokes(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """The amounts of two drugs that strokes join like their drugs: "Lasix/KCl 40/20 daily"."""
    pairs: list[tuple[int, int]] = []
    for place in range(len(mentions) - 3):
        one, two, first, second = mentions[place : place + 4]
        if (
            one.head
            and two.head
            and first.label == second.label
            and first.label in _AMOUNTS
            and text[one.end : two.start].strip(" ") == "/"
            and text[first.end : second.start].strip(" ") == "/"
        ):
            pairs += ((place, place + 2), (place + 1, place + 3))
    return pairs


def _told(
    text: str, mentions: Sequence[Mention], behind: int, cue: re.Match[str], cues: Cues
) -> tuple[list[int], list[int]]:
    """The drugs and the attributes that a cue speaks of; `behind`: the first mention that follows it."""
    end = mentions[behind - 1].end if behind else 0
    if not behind or cue.start() - end > _NEAR or _APART.search(text, end, cue.start()):
        return [], []
    if not mentions[behind - 1].head:
        first = _first_tail(mentions, behind - 1)
        return _row(text, mentions, first - 1, cues), list(range(first, behind))
    drugs = _row(text, mentions, behind - 1, cues)
    if not drugs:
        return [], []
    before = drugs[0] - 1
    run = list(range(_first_tail(mentions, before), before + 1)) if before >= 0 and not mentions[before].head else []
    if _shares(mentions, drugs, run):
        return drugs, run
    end = behind
    if end == len(mentions) or mentions[end].start - cue.end() > _NEAR:
        return drugs, run
    if _APART.search(text, cue.end(), mentions[end].start):
        return drugs, run
    while end < min(len(mentions), behind + _MOST_TAILS) and not mentions[end].head:
        if mentions[end].sentence != mentions[behind - 1].sentence:
            break
        end += 1
    return drugs, list(range(behind, end)) or run


def _first_tail(mentions: Sequence[Mention], last: int) -> int:
    """The first of the attributes up to a position, in the same sentence."""
    first = last
    while first and last - first < _MOST_TAILS and not mentions[first - 1].head:
        if mentions[first - 1].sentence != mentions[last].sentence:
            break
        first -= 1
    return first


def _row(text: str, mentions: Sequence[Mention], last: int, cues: Cues) -> list[int]:
    """The drugs of an enumeration up to a position, with nothing said in between; none where it is no drug."""
    if last < 0 or not mentions[last].head:
        return []
    first = last
    while first and last - first < _MOST and mentions[first - 1].head:
        gap = text[mentions[first - 1].end : mentions[first].start]
        if cues.joined.match(gap) is None and cues.listed.match(gap) is None:
            break
        first -= 1
    return list(range(first, last + 1))


def _shares(mentions: Sequence[Mention], drugs: Sequence[int], run: Sequence[int]) -> list[tuple[int, int]]:
    """Each attribute with its drug, where one kind of them has one for each drug; what stands with it is of the same."""
    for kind in _KINDS:
        pivots = [tail for tail in run if mentions[tail].label in kind]
        if len(pivots) == len(drugs):
            break
    else:
        return []
    shares = []
    place = -1
    for tail in run:
        if place + 1 < len(pivots) and tail == pivots[place + 1]:
            place += 1
        if place >= 0:
            shares.append((drugs[place], tail))
    return shares
