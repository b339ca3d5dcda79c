"""What the words of the past of conditions reach, by their rules and the sections that they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.qualifiers.base import CueData, Scopes, SectionLine
from pipeline.qualifiers.drug_ends import HISTORY_SECTIONS, PRESENT, TOLD_NOW

# The rules of cues: of an operation that was done, of a stay before this one, and of the age at which something happened or began.
OPERATION, STORY, AT_AGE = "operation", "story", "at_age"
# Where a story is told in which operations were part, before the present visit or stay.
_STORY_SECTIONS = HISTORY_SECTIONS | {
    "", "chief_complaint", "reason_for_visit", "history_of_present_illness", "review_of_systems", "social_history", "assessment",
    "diagnosis", "admission_diagnosis",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastScopes:
    """What words reach.

    Attributes:
        past: those of the past.
        going_on: those that show that something goes on.
        operated: those of an operation that was done.
        aged: those of the age at which something happened, or from which on it lasts.
    """

    past: Scopes
    going_on: Scopes
    operated: Scopes
    aged: Scopes


def past_scopes(stretches: Iterable[tuple[int, int, CueData]], sections: SectionLine) -> PastScopes:
    """What the words of a text reach, by their rules."""
    past, going_on, operated, aged = [], [], [], []
    for stretch in stretches:
        cue = stretch[2]
        rule = cue["rule"]
        if rule == PRESENT:
            going_on.append(stretch)
        elif rule == OPERATION:
            if sections.kind(cue["start"]) in _STORY_SECTIONS:
                operated.append(stretch)
        elif rule == AT_AGE:
            aged.append(stretch)
        elif rule != STORY or sections.kind(cue["start"]) not in TOLD_NOW:
            past.append(stretch)
    return PastScopes(Scopes(past), Scopes(going_on), Scopes(operated), Scopes(aged))
