"""Which relative has a problem, in HL7 v3 RoleCode, where the note's words name one and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pipeline import resources
from pipeline.exporters.registry import Event
from pipeline.exporters.words import cut
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

#: Some member of the family.
ANY = "FAMMEMB"
# Around a cue the rest of its clause is looked at, this far: another relative there may be the one that is meant.
_AROUND = 25
_MARK = re.compile(r"[.,;:\n]")
# No text is so long.
_LAST = 1 << 31


def relative(event: Event, entity: Mapping[str, Any], text: str | None) -> str:
    """The code of the relative whom the words of the family's cues name; of any one where that is not sure."""
    cues = entity["qualifiers"]["family"]["cues"]
    lang = str(event["note"]["language"] or "").lower().partition("-")[0]
    if text is None or not cues or lang not in resources.LANGUAGES:
        return ANY
    start = min(one["start"] for one in (*cues, entity))
    end = max(one["end"] for one in (*cues, entity))
    before, within, behind = (
        cut(event, {"start": low, "end": high}, text) or "" for low, high in ((0, start), (start, end), (end, _LAST))
    )
    words = _MARK.split(before[-_AROUND:])[-1] + within + _MARK.split(behind[:_AROUND])[0]
    codes, pattern = _words(lang)
    named = {codes[re.sub(r"\s+", " ", found[0])] for found in pattern.finditer(fold(words))}
    return named.pop() if len(named) == 1 else ANY


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> tuple[dict[str, str], re.Pattern[str]]:
    rows = resources.read_table(lang, "qualifiers/relatives.tsv")
    codes = {fold(written): row["code"] for row in rows for written in row["written"].split("|")}
    return codes, re.compile(rf"(?<![\w-]){alternatives(codes, to_the_end=True)}(?!-\w)")
