"""Forms in short, with a full stop, before the name of a drug: "Tab. Metformin 500 mg, Inj. Ceftriaxone 1 g IV".

The full stop ends no sentence there. Behind a drug or an amount it may: "Vicodin 1 tab. Patient then slept."
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline import resources
from pipeline.text.folding import fold

# A word, or nothing, follows on the line.
_STOP = re.compile(r"\.[ \t]{1,3}(?=([^\W\d_]+))")
_WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")
# What stands before it on its line, up to so far.
_REACH = 40
# The last word or figure, with what is glued to it.
_LAST = re.compile(r"[\w./%½¼¾-]+\Z")
_COUNT = re.compile(r"\d[\d./½¼¾-]*\Z|[½¼¾]\Z")
# Shorter words are in no vocabulary.
_SHORTEST = 3


class ShortForms:
    """The forms in short of a language (kind `form` of its abbreviations), and where they lead to a drug."""

    def __init__(self, lang: str) -> None:
        kinds: dict[str, set[str]] = {}
        for row in resources.read_table(lang, "text/abbreviations.tsv"):
            kinds.setdefault(row["kind"], set()).add(fold(row["word"]))
        self._forms = frozenset(kinds.get("form", ()))
        self._counts = frozenset(kinds.get("count", ()))
        # "500 mg tab." is of what stands before it.
        self._units = frozenset(kinds.get("unit", ()))
        self._longest = max(map(len, self._forms), default=0)
        self._ordinary = resources.vocabulary(lang) if self._forms else frozenset()

    def stops(self, text: str) -> frozenset[int]:
        """The offsets of all full stops of a text that lead from a form to its drug."""
        if not self._forms:
            return frozenset()
        return frozenset(match.start() for match in _STOP.finditer(text) if self.lead(text, match.start()))

    def lead(self, text: str, stop: int) -> bool:
        """Does a full stop stand behind a form that leads to the drug behind it?"""
        following = _STOP.match(text, stop) if self._forms else None
        form = _WORD_BEFORE.search(text, max(0, stop - self._longest - 1), stop) if following else None
        if form is None or following is None or fold(form[0]) not in self._forms:
            return False
        start = form.start()
        # A single letter is one in capitals only: "T. Ecosprin".
        if len(form[0]) == 1 and not form[0].isupper():
            return False
        lead = self._lead(text, start)
        if not lead or not lead[-1].isalnum():
            return not lead.endswith(("/", "%"))
        name = self._names(following[1])
        last = _LAST.search(lead)
        word = fold(last[0]) if last else ""
        if word in self._counts or _COUNT.search(word):
            # "He takes 2 caps. Creon", but "Vicodin 1 tab. Aspirin"
            before = lead[: len(lead) - len(word)].rstrip()
            other = _LAST.search(before)
            return name and (not before or not before[-1].isalnum() or (other is not None and self._plain(other[0])))
        if word.lstrip("0123456789.,/-") in self._units:
            return False
        return form[0].istitle() or (name and self._plain(word))

    def _lead(self, text: str, start: int) -> str:
        """What stands before a form on its line, without the blanks at its end."""
        lead = text[max(0, start - _REACH) : start]
        return lead[lead.rfind("\n") + 1 :].rstrip()

    def _plain(self, word: str) -> bool:
        """Is this an ordinary word of the language?"""
        return len(word) < _SHORTEST or fold(word) in self._ordinary

    def _names(self, word: str) -> bool:
        """May this be the name of a drug?"""
        return not self._plain(word)


@lru_cache(maxsize=len(resources.LANGUAGES))
def short_forms(lang: str) -> ShortForms:
    """Those of a language; made once."""
    return ShortForms(lang)
