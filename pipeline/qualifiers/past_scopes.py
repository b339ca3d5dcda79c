"""What the words of the past of conditions reach, by their rules and the sections that they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.qualifiers.base import CueData, Scopes, SectionLine
from pipeline.qualifiers.drug_ends import HISTORY_SECTIONS, PRESENT, TOLD_NOW

# The rules of cues: of an operation that was done, and of a stay before this one.
OPERATION, STORY = "operation", "story"
# Where a story is told in which operations were part, before the present visit or stay.
_STORY_SECTIONS = HISTORY_SECTIONS | {
    "", "chief_complaint", "reason_for_visit", "history_of_present_illness", "review_of_systems", "social_history", "assessment",
    "diagnosis", "admission_diagnosis",
}  # fmt: skip


def past_scopes(stretches: Iterable[tuple[int, int, CueData]], sections: SectionLine) -> tuple[Scopes, Scopes, Scopes]:
    """What the words of the past reach, those that show that something goes on, and those of an operation that was done."""
    past, going_on, operated = [], [], []
    for stretch in stretches:
        cue = stretch[2]
        rule = cue["rule"]
        if rule == PRESENT:
            going_on.append(stretch)
        elif rule == OPERATION:
            if sections.kind(cue["start"]) in _STORY_SECTIONS:
                operated.append(stretch)
        elif rule != STORY or sections.kind(cue["start"]) not in TOLD_NOW:
            past.append(stretch)
    return Scopes(past), Scopes(going_on), Scopes(operated)
