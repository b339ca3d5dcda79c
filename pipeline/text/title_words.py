"""The kind of a heading by its words, where no list of titles holds it: `text/title_words.tsv`."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline import resources
from pipeline.text.folding import FoldedText

_KINDS = (
    ("drugs", "past_medications"),
    ("operations", "past_surgical_history"),
    ("conditions", "past_medical_history"),
)
_WORD = re.compile(r"[^\W\d_]+(?:['/.-][^\W\d_]+)*['-]?")
_BRACKETS = re.compile(r"\([^()]*\)")
_OF_THE_PAST = ("past", "past_drugs", "partly")
_LONGEST_PHRASE = 4


class TitleWords:
    """The words of headings in a language.

    Attributes:
        firsts: those with which a heading may begin.
    """

    def __init__(self, lang: str) -> None:
        words = resources.phrases(lang, "text/title_words.tsv")
        self._says = {FoldedText.of(phrase).folded: kind for kind, found in words.items() for phrase in found}
        self._tells = {word for phrase, kind in self._says.items() if kind in _OF_THE_PAST for word in phrase.split()}
        self.firsts = frozenset(phrase.split()[0] for phrase, kind in self._says.items() if kind != "other")

    def kind(self, title: str) -> str | None:
        """The kind of a folded heading of the past all of whose words are known; None of any other."""
        words = _WORD.findall(title)
        if self._tells.isdisjoint(words):
            return None
        said = self._said(words)
        if said is None and "(" in title:
            # "Discontinued (last 24 months)"
            said = self._said(_WORD.findall(_BRACKETS.sub(" ", title)))
        if said is None:
            return None
        named = next((kind for name, kind in _KINDS if name in said), None)
        if "past_drugs" in said and named is None:
            return "past_medications"
        told = "past" in said or said.count("partly") > 1 or ("past_drugs" in said and named == "past_medications")
        return named if told else None

    def _said(self, words: list[str]) -> list[str] | None:
        """What the words say, the longest phrases first; None where one is not known."""
        said: list[str] = []
        place = 0
        while place < len(words):
            for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
                kind = self._says.get(" ".join(words[place : place + length]))
                if kind is not None:
                    said.append(kind)
                    place += length
                    break
            else:
                return None
        return said


@lru_cache(maxsize=len(resources.LANGUAGES))
def title_words(lang: str) -> TitleWords:
    """The words of a language, read once."""
    return TitleWords(lang)
