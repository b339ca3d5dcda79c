"""A finding up to which something is taken or held: "until WCC > 3", "until INR 3". Its number is no dose."""

from __future__ import annotations

import re

from pipeline import resources
from pipeline.medications.posology.elements import Element, Seen, skip
from pipeline.medications.posology.limits import Limits
from pipeline.medications.posology.vocabulary import MEASURED
from pipeline.text.phrases import alternatives

# A finding has no more words: "absolute neutrophil count is".
_MOST_WORDS = 4
# Behind these a number is a place in an order: "until day 5".
_ORDERED = ("day_noun", "dose_noun")

# A score, or the word before a year, stands in so many characters before the number.
_TO_SCORE = 16
# "in 2018", "(2015-2018)": years of something.
_YEAR = re.compile(r"(?:19|20)\d\d(?![\w/-]|[.,]\d)")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d(?![\w/-]|[.,]\d)")


class Thresholds(Limits):
    """Reads findings that end a dose or a pause."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        kinds = resources.phrases(lang, "posology/words.tsv")
        score = alternatives(kinds["score"], to_the_end=True)
        self._in_year = re.compile(rf"(?<![^\W_]){alternatives(kinds['year_lead'], to_the_end=True)}\s+\Z|\(\Z")
        to = alternatives([*kinds["to"], *kinds["change"]])
        self._score = re.compile(
            rf"(?<![^\W_]){score}\s?(?:[:=]|{alternatives(kinds['to'])})?\s?(?:\d{{1,2}}(?:/10)?\s?{to})?\s*\Z"
        )
        than = alternatives(kinds["than"], to_the_end=True)
        begins = alternatives([*kinds["then"], *kinds["take"], *kinds["joining"]], to_the_end=True)
        word = rf"(?!{begins})[^\W\d_][^\W_]*(?:['’-][^\W_]+)*\+?"
        finding = rf"{word}(?:\s+(?!{than}){word}){{0,{_MOST_WORDS - 1}}}"
        compared = rf"{finding}(?:\s*[<>≥≤=]+|\s+{than})\s*{MEASURED}"
        self._compared = re.compile(
            rf"{compared}(?:\s+{alternatives(kinds['joining'])}\s+{compared})*(?![\w%/]|[.,]\d)"
        )
        self._alone = re.compile(rf"{finding}\s+\d+(?:[.,]\d+)?(?:-\d+(?:[.,]\d+)?)?(?![\w%/-]|[.,]\d)")

    def _threshold(self, text: Seen, place: int) -> Element | None:
        """ "until K > 4": an end that nobody can date."""
        start = skip(text, self._cue_end("threshold", text, place) or len(text))
        found = self._compared.match(text, start)
        if found is None:
            found = self._alone.match(text, start)
            if found is None or any(self._cue_end(kind, text, start) for kind in _ORDERED):
                return None
            if not (self._ends(text, found.end()) or self._cue_end("then", text, skip(text, found.end()))):
                return None  # "until better 2 tablets daily"
        if self.amounts.unit_at(text, skip(text, found.end())) is not None:
            return None
        return Element("unread", place, found.end(), code="duration_unread")

    def _scored(self, text: Seen, place: int) -> re.Match[str] | None:
        """Does what is measured lead to a number, or is it a year: "EVA à 3", "in 2018"?"""
        if place in text.parts:
            return None
        before = max(0, place - _TO_SCORE)
        year = self._in_year.search(text, before, place) if _YEAR.match(text, place) else None
        return _YEARS.match(text, place) or year or self._score.search(text, before, place)
