"""An allergy that is told as its reaction, or as what is not tolerated.

"Had hives with penicillin", "l'amoxicilline lui a donné une urticaire", "ne supporte pas la codéine".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from spacy.tokens import Span

from pipeline import extensions, resources
from pipeline.qualifiers.leads import Bounds, led
from pipeline.qualifiers.reading import Reading

# So far apart a reaction and its drug are at the most, and so far before a reaction its treatment is looked for.
_REACH, _BEFORE = 120, 50
# A reaction of which one of these is true has no drug that gave it.
_NOT_SO = ("negation", "hypothesis", "family")


class ReactionWords:
    """How a reaction and its drug stand to each other: `qualifiers/allergy_words.toml`, over folded text."""

    def __init__(self, lang: str) -> None:
        words = resources.read_expressions(lang, "qualifiers/allergy_words.toml")
        self._reaction = re.compile(words["reaction"])
        self._faint = re.compile(words["faint"])
        self._part = re.compile(words["part"])
        self._treated = re.compile(rf"\b{words['treated']}\Z")
        self._leads = re.compile(rf"{words['more']}{{0,3}}{words['leads']}\s?")
        self._gives = re.compile(words["gives"])
        self._remedy = re.compile(words["remedy"])
        self._intolerant = re.compile(rf"{words['intolerant']}\Z")
        self.joins = re.compile(words["joins"])

    def is_reaction(self, text: str, start: int, end: int) -> bool:
        """Whether a problem is what an allergy gives, and not told as what is treated."""
        if self._reaction.fullmatch(text, start, end) is None:
            return False
        if self._faint.fullmatch(text, start, end) and self._part.match(text, end) is None:
            return False
        return self._treated.search(text, max(0, start - _BEFORE), start) is None

    def is_remedy(self, text: str, start: int, end: int) -> bool:
        """Whether a drug is taken against such reactions."""
        return self._remedy.fullmatch(text, start, end) is not None

    def not_tolerated(self, text: str, start: int) -> Bounds | None:
        """Where the words right before a drug say that the patient does not tolerate it; None where they do not."""
        found = self._intolerant.search(text, max(0, start - _BEFORE), start)
        return found.span() if found is not None else None

    def leads(self, text: str, reaction: tuple[int, int], drug: tuple[int, int]) -> bool:
        """Whether what stands between a reaction and a drug says that the one is of the other."""
        if reaction[1] <= drug[0] <= reaction[1] + _REACH:
            return self._leads.fullmatch(text, reaction[1], drug[0]) is not None
        return (
            drug[1] <= reaction[0] <= drug[1] + _REACH and self._gives.fullmatch(text, drug[1], reaction[0]) is not None
        )


def told_reactions(
    drugs: Sequence[Span], problems: Sequence[Span], reading: Reading, lang: str
) -> list[tuple[Span, Span]]:
    """Each drug that gave a reaction of allergy, behind that reaction."""
    words, text, place = _words(lang), reading.folded.folded, reading.folded.place

    def own(span: Span) -> tuple[int, int]:
        return place(span.start_char), place(span.end_char)

    reactions = [span for span in problems if words.is_reaction(text, *own(span)) and not _is_not_so(span)]
    if not reactions:
        return []
    opened: dict[Bounds, Span] = {}

    def opens(drug: Span, start: int) -> bool:
        reaction = next((one for one in reactions if words.leads(text, own(one), own(drug))), None)
        if reaction is not None:
            opened[drug.start_char, drug.end_char] = reaction
        return reaction is not None

    given = [drug for drug in drugs if not words.is_remedy(text, *own(drug))]
    first = led(given, reading, opens, words.joins)
    return [(opened[first[bounds]], drug) for drug in given if (bounds := (drug.start_char, drug.end_char)) in first]


def not_tolerated(drugs: Sequence[Span], reading: Reading, lang: str) -> dict[Bounds, Bounds]:
    """The drugs that the patient does not tolerate, by their bounds, each with those of the words that say so."""
    words, folded = _words(lang), reading.folded
    opened: dict[Bounds, Bounds] = {}

    def opens(drug: Span, start: int) -> bool:
        said = None if _is_not_so(drug) else words.not_tolerated(folded.folded, start)
        if said is not None:
            opened[drug.start_char, drug.end_char] = folded.start(said[0]), folded.end(said[1])
        return said is not None

    return {bounds: opened[first] for bounds, first in led(drugs, reading, opens, words.joins).items()}


def _is_not_so(span: Span) -> bool:
    return any(span.has_extension(name) and extensions.of_span(span, name) for name in _NOT_SO)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> ReactionWords:
    return ReactionWords(lang)
