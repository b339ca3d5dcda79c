"""`anamnesis_family`: what is said of a relative ("père : infarctus", "breast cancer in her mother")."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from spacy.language import Language

from pipeline import resources
from pipeline.qualifiers.base import Qualifier
from pipeline.qualifiers.cues import Hit
from pipeline.qualifiers.reading import Propositions, Reading

# So far before a relative the beginning of the clause is looked for, and so far behind what else it says.
_BEFORE, _BEHIND = 40, 300


class FamilyWords:
    """How far what is said of a relative goes: `qualifiers/family_words.toml`, over folded text.

    Attributes:
        opens: between the beginning of a clause and a relative, up to it: the relative is the subject.
        told: a relative of whom something is told, from the determiner on.
        goes_on: anywhere: the same subject goes on.
        dead: anywhere: the relative takes nothing any more.
        other: anywhere: another subject begins.
        men, women: relatives of one sex; she, he: anywhere: another subject, where the relative was of the other sex.
    """

    def __init__(self, lang: str) -> None:
        words = resources.read_expressions(lang, "qualifiers/family_words.toml")
        before = rf"(?:\b{words['before']}[ -])*"
        self.opens = re.compile(rf"(?:\A|[.,;:()\n•*–-]\s*|\b{words['clause']} ){before}\Z")
        self.told = re.compile(rf"{before}\b{words['relative']}{words['told']}")
        self.goes_on = re.compile(rf"\b{words['goes_on']}(?!\w)")
        self.dead = re.compile(rf"\b{words['dead']}\b")
        self.other = re.compile(words["other"])
        self._pronouns = [
            (re.compile(rf"\b{words[relative]}\b"), re.compile(rf"{words[pronoun]}|{words['other']}"))
            for relative, pronoun in (("men", "she"), ("women", "he"))
        ]

    def other_than(self, relative: str) -> re.Pattern[str]:
        """How a subject begins that is not the relative."""
        return next((other for names, other in self._pronouns if names.search(relative)), self.other)


class Family(Qualifier):
    """Qualifier `family`: True for an entity that concerns a relative of the patient."""

    quality = "family"

    def section_kinds(self) -> frozenset[str]:
        """A family history section."""
        return frozenset({"family_history"})

    def reach(self, hit: Hit, propositions: Propositions, reading: Reading) -> tuple[int, int]:
        """As for every qualifier; a relative who is the subject stays it up to the next subject."""
        low, high = super().reach(hit, propositions, reading)
        if hit.cue.reach != "forward":
            return low, high
        text, words = reading.folded.folded, _words(self.lang)
        start, end = propositions.sentence(hit.start)
        end = min(end, hit.end + _BEHIND)
        before = text[max(start, hit.start - _BEFORE) : hit.start]
        if words.opens.search(before) and words.told.match(text, hit.start, end):
            for further in words.goes_on.finditer(text, hit.end, end):
                if further.start() > high or words.dead.search(text, hit.start, further.start()):
                    break
                if high < further.end():
                    high = max(high, propositions.stop(further.end()))
        other = words.other_than(text[hit.start : hit.end]).search(text, hit.end, min(high, end))
        return low, other.start() if other is not None else high


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> FamilyWords:
    """The words of a language, read once."""
    return FamilyWords(lang)


@Language.factory("anamnesis_family", default_config={"attr": "NORM", "on_ents_only": True, "use_sections": False})
def make_family(nlp: Language, name: str, attr: str, on_ents_only: Any, use_sections: bool) -> Family:
    """Factory of Family."""
    return Family(nlp, attr=attr, on_ents_only=on_ents_only, use_sections=use_sections)
