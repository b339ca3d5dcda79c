"""Drugs in a list under a heading of this visit ("STOP TAKING:"): what ended there was used until now, and is none of the past."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Span

from pipeline.qualifiers.base import RECENT, CueData
from pipeline.text.change_lists import change_lists
from pipeline.text.folding import FoldedText


class VisitLists:
    """The lists of a text.

    Args:
        starts: where its drugs begin in the folded text, in order.
    """

    def __init__(self, lang: str, folded: FoldedText, starts: list[int]) -> None:
        self._folded = folded
        self._lists = change_lists(lang, folded.folded, starts)

    def heading(self, span: Span, cues: Iterable[CueData]) -> CueData | None:
        """The heading by which a drug is of this visit, unless its own line tells more of it, which is among `cues`."""
        start = self._folded.place(span.start_char)
        listed = self._lists.over(start)
        if listed is None or not listed.of_visit:
            return None
        text, place = self._folded.folded, self._folded.place
        low = max(listed.end, text.rfind("\n", 0, start) + 1)
        high = text.find("\n", start)
        high = min(listed.stop, high) if high >= 0 else listed.stop
        if any(cue["kind"] != "model" and low <= place(cue["start"]) < high for cue in cues):
            return None
        first, last = self._folded.start(listed.start), self._folded.end(listed.end)
        return {"kind": "lexical", "start": first, "end": last, "rule": f"{RECENT}list"}
