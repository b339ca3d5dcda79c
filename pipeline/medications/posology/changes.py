"""What is done with a drug ("increased", "stop", "x1"), from the cues around it, with the cue."""

from __future__ import annotations

import re
from typing import Any

from pipeline import resources
from pipeline.text.folding import fold

Data = dict[str, Any]

#: A cue stands at most this far before its drug, or behind it, in the same clause.
BEFORE, BEHIND = 60, 80

_WORD = re.compile(r"[^\W_]+")
# The last stop of "b.i.d." ends no clause.
_CLAUSE = re.compile(r"[;\n]|(?<!\.[a-z])[.!?](?=\s|$)")
# "once daily" is no single dose.
_PERIOD = re.compile(
    r"\s*(?:an?|per|each|every|daily|weekly|monthly|nightly|yearly|in|/|par|tous|toutes|le"
    r"|the|he|she|it|his|her|patient|stable|home|again|more"
    r"|(?:additional\s+|more\s+)?(?:day|week|wk|month|year|hour|hr|min|minute|jour|semaine|mois|an|heure)s?)(?![^\W_])"
    r"|\s*[/-]|\d"
)
# "5 days then stop" is the end of a course, not a drug that is stopped.
_PLANNED = re.compile(r"(?:^|\W)(?:then|until|till|puis|et|avant|jusqu'a(?: l'| son)?)\s*\Z")
# "Continue" says the least: what stands behind the drug ("increased to 20 mg") is the change.
_WEAK = frozenset({"continue", "other"})


class Changes:
    """The cues of a language, from `posology/changes.tsv`."""

    def __init__(self, lang: str) -> None:
        rows = resources.read_table(lang, "posology/changes.tsv")
        self._before = {fold(row["phrase"]): row["change"] for row in rows if row["side"] in ("before", "both")}
        self._after = {fold(row["phrase"]): row["change"] for row in rows if row["side"] in ("after", "both")}
        self._before_pattern = _pattern(self._before)
        self._after_pattern = _pattern(self._after)
        # What the cues begin with: most drugs have none of these words beside them.
        self._before_words, self._after_words = (
            frozenset(_WORD.findall(phrase)[0] for phrase in phrases) for phrases in (self._before, self._after)
        )

    def of(self, folded: str, drug: tuple[int, int], following: int) -> tuple[str, list[Data]]:
        """The change of a drug and its cue; "none" without one. `following`: where the next drug begins."""
        before = self._last_before(folded, drug[0])
        after = self._first_behind(folded, drug[1], following)
        if before is not None and (after is None or before[0] not in _WEAK):
            change, start, end = before
        elif after is not None:
            change, start, end = after
        else:
            return "none", []
        return change, [{"kind": "lexical", "start": start, "end": end, "rule": "change"}]

    def _last_before(self, folded: str, start: int) -> tuple[str, int, int] | None:
        low = max(0, start - BEFORE)
        if self._before_words.isdisjoint(_WORD.findall(folded, low, start)):
            return None
        breaks = [match.end() for match in _CLAUSE.finditer(folded, low, start)]
        low = breaks[-1] if breaks else low
        found = None
        for match in self._before_pattern.finditer(folded, low, start):
            found = self._before[_plain(match[0])], match.start(), match.end()
        return found

    def _first_behind(self, folded: str, end: int, following: int) -> tuple[str, int, int] | None:
        high = min(end + BEHIND, following)
        if self._after_words.isdisjoint(_WORD.findall(folded, end, high)):
            return None
        clause = _CLAUSE.search(folded, end, high)
        for match in self._after_pattern.finditer(folded, end, clause.start() if clause else high):
            change = self._after[_plain(match[0])]
            if change == "stop" and _PLANNED.search(folded[end : match.start()]):
                continue
            if change != "unique_dose" or _PERIOD.match(folded, match.end()) is None:
                return change, match.start(), match.end()
        return None


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def _pattern(phrases: dict[str, str]) -> re.Pattern[str]:
    by_letter: dict[str, list[str]] = {}
    for word in sorted(phrases, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]).replace(r"\ ", r"\s+"))
    letters = "|".join(f"{re.escape(letter)}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return re.compile(rf"(?<![^\W_])(?:{letters})(?![^\W_])")
