"""`anamnesis_allergy`: what the patient is allergic to or does not tolerate ("allergie à la pénicilline", "NKDA")."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import resources
from pipeline.qualifiers.base import ATTRIBUTE_LABELS, CueData, Qualifier, SectionLine
from pipeline.qualifiers.leads import Bounds
from pipeline.qualifiers.reading import Reading
from pipeline.qualifiers.told_reactions import not_tolerated, told_reactions

REACTION = "reaction"
"""Rule of the cue that a reaction has beside that of the allergy: the drug whose reaction it is."""

TOLD = "told_reaction"
"""Rule of the cue of an allergy that is told as its reaction: the reaction."""

INTOLERANCE = "intolerance"
"""Rule of the cue of a drug that the patient does not tolerate, and of what it does: the words that say so."""

_DRUG = "DRUG"
_PROBLEM = "PROBLEM"
# The labels of attributes that only a drug has that is taken.
_TAKEN = ("FREQUENCY", "ROUTE")
_WORD = re.compile(r"\w+")
# What leads from one to the other without a word: "penicillin (rash)", "penicillin - rash, hives".
_SIGNS = {
    "behind": re.compile(r" *[(\[:=/>→-][ (\[:=/>→-]*"),
    "next": re.compile(r" *[,/+] *"),
    "before": re.compile(r"(?!)"),
}
_FIRST = re.compile(r"[^\w.;\n]*(\w+)")
# What ends an item of a list of allergies; only words lead from one side of it to the other.
_ITEM_END = re.compile(r"[.;\n]")


class Allergy(Qualifier):
    """Qualifier `allergy`: True for an entity named as an allergy, or as its reaction."""

    quality = "allergy"

    def section_kinds(self) -> frozenset[str]:
        """An allergies section."""
        return frozenset({"allergies"})

    def decider(
        self, doc: Doc, reading: Reading, targets: Sequence[Span]
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """As of every qualifier; a reaction has its drug as a further cue."""
        decide = self._to_its_end(super().decider(doc, reading, targets), doc, reading)
        by_label = {label: [span for span in targets if span.label_ == label] for label in (_DRUG, _PROBLEM)}
        told = told_reactions(by_label[_DRUG], by_label[_PROBLEM], reading, self.lang)
        decide = _with_told(decide, _told_cues(told))
        decide = _with_told(decide, self._intolerances(doc, by_label, reading))
        allergies = [span for span in targets if span.label_ in (_DRUG, _PROBLEM) and decide(span)[0]]
        drugs = {
            (problem.start_char, problem.end_char): drug
            for problem, drug in [*reversed(told), *_reactions(allergies, reading, self.lang)]
        }

        def decide_with_drug(span: Span) -> tuple[bool, list[CueData]]:
            value, cues = decide(span)
            drug = drugs.get((span.start_char, span.end_char)) if span.label_ == _PROBLEM else None
            if drug is None:
                return value, cues
            cue = {"kind": "lexical", "start": drug.start_char, "end": drug.end_char, "rule": REACTION}
            return value, [*cues, cue]

        return decide_with_drug if drugs else decide

    def _intolerances(
        self, doc: Doc, by_label: Mapping[str, Sequence[Span]], reading: Reading
    ) -> dict[Bounds, CueData]:
        """The words, as a cue, of each drug that the patient does not tolerate and of what it does to them.

        What a comma joins is taken where it has a dose: "does not tolerate NSAIDs, aspirin 81 mg daily".
        """
        said = not_tolerated(by_label[_DRUG], reading, self.lang)
        if not said:
            return {}
        dosed = {entity.start for entity in doc.ents if entity.label_ in ATTRIBUTE_LABELS}
        taken = {(drug.start_char, drug.end_char) for drug in by_label[_DRUG] if drug.end in dosed}
        said = {bounds: words for bounds, words in said.items() if words[1] == bounds[0] or bounds not in taken}
        cues = {
            bounds: {"kind": "lexical", "start": start, "end": end, "rule": INTOLERANCE}
            for bounds, (start, end) in said.items()
        }
        drugs = [drug for drug in by_label[_DRUG] if (drug.start_char, drug.end_char) in said]
        for problem, drug in _reactions([*drugs, *by_label[_PROBLEM]], reading, self.lang):
            cues[problem.start_char, problem.end_char] = cues[drug.start_char, drug.end_char]
        return cues

    def _to_its_end(
        self, decide: Callable[[Span], tuple[bool, list[CueData]]], doc: Doc, reading: Reading
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """The decision without what a section of allergies holds behind a change of subject that has no title.

        "Allergies: penicillin. Takes aspirin 81 mg daily.": a later sentence of drugs that begins with a word of taking, or
        says how a drug is taken, ends the list.
        """
        sections = SectionLine(doc, used=self.use_sections)
        ends = dict(self._changes(doc, reading, sections))
        if not ends:
            return decide

        def decide_to_its_end(span: Span) -> tuple[bool, list[CueData]]:
            value, cues = decide(span)
            if value and cues[0]["kind"] == "section" and span.start_char >= ends.get(cues[0]["start"], span.end_char):
                return False, []
            return value, cues

        return decide_to_its_end

    def _changes(self, doc: Doc, reading: Reading, sections: SectionLine) -> Iterator[tuple[int, int]]:
        """The start of each section of allergies in which the subject changes, and where the sentence begins that changes it."""
        folded, propositions = reading.folded, reading.propositions(self.separators, sections.starts)
        taken = _words(self.lang)["taken"]
        changed: set[int] = set()
        drug: int | None = None  # the sentence of the last drug of the list
        for entity in doc.ents:
            section = sections.at(entity.start_char, self.section_kinds())
            if section is None or section["start"] in changed or entity.label_ not in (_DRUG, *_TAKEN):
                continue
            begin, _ = propositions.sentence(folded.place(entity.start_char))
            if begin <= folded.place(section["end"]):
                continue
            if entity.label_ == _DRUG:
                drug = begin
                first = _WORD.search(folded.folded, begin)
                changes = first is not None and first[0] in taken
            else:
                changes = drug == begin
            if changes:
                changed.add(section["start"])
                yield section["start"], folded.start(begin)


def _told_cues(told: Sequence[tuple[Span, Span]]) -> dict[Bounds, CueData]:
    """The reaction, as a cue, of each drug that gave a reaction of allergy and of each such reaction."""
    cues: dict[Bounds, CueData] = {}
    for reaction, drug in told:
        cue = {"kind": "lexical", "start": reaction.start_char, "end": reaction.end_char, "rule": TOLD}
        cues[reaction.start_char, reaction.end_char] = cues[drug.start_char, drug.end_char] = cue
    return cues


def _with_told(
    decide: Callable[[Span], tuple[bool, list[CueData]]], cues: Mapping[Bounds, CueData]
) -> Callable[[Span], tuple[bool, list[CueData]]]:
    """The decision with what is told without a word of allergy, by its bounds."""

    def decide_with_told(span: Span) -> tuple[bool, list[CueData]]:
        value, found = decide(span)
        cue = None if value else cues.get((span.start_char, span.end_char))
        return (value, found) if cue is None else (True, [cue])

    return decide_with_told if cues else decide


def _reactions(allergies: Sequence[Span], reading: Reading, lang: str) -> Iterator[tuple[Span, Span]]:
    """Each reaction with its drug. `allergies`: the drugs and problems that have the quality."""
    drug: Span | None = None
    waiting: list[Span] = []  # reactions that stand before their drug, or have none
    last: Span | None = None
    for span in sorted(allergies, key=lambda one: (one.start_char, one.end_char)):
        between = _between(last, span, reading)
        if span.label_ == _DRUG:
            if last is not None and last.label_ == _PROBLEM and _leads("before", between, lang):
                yield from ((problem, span) for problem in waiting)
            drug, waiting = span, []
        elif last is not None and last.label_ == _PROBLEM and _leads("next", between, lang):
            if drug is not None:
                yield span, drug
            else:
                waiting.append(span)
        elif drug is not None and last is drug and _leads("behind", between, lang):
            yield span, drug
        else:
            drug, waiting = None, [span]
        last = span


def _between(left: Span | None, right: Span, reading: Reading) -> str:
    """The folded text between two spans."""
    if left is None:
        return ""
    place = reading.folded.place
    return reading.folded.folded[place(left.end_char) : place(right.start_char)]


def _leads(kind: str, between: str, lang: str) -> bool:
    """Does the text between two mentions say that they belong together as the kind says?"""
    words = set(_WORD.findall(between))
    if not words:
        return _SIGNS[kind].fullmatch(between) is not None
    known = _words(lang)
    first = _FIRST.match(between) if kind == "behind" else None
    if first is not None and first[1] in known["named"]:
        # "Codeine intolerance (nausea)"
        return _leads(kind, between[first.end() :], lang)
    if _ITEM_END.search(between) and not (kind == "behind" and words & known["across"]):
        return False
    return bool(words & known[kind]) and words <= known[kind] | known["filler"]


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> dict[str, frozenset[str]]:
    """The words of each kind: `qualifiers/reactions.toml`."""
    file = resources.path(lang, "qualifiers/reactions.toml")
    return {kind: frozenset(words) for kind, words in tomllib.loads(file.read_text(encoding="utf-8")).items()}


@Language.factory("anamnesis_allergy", default_config={"attr": "NORM", "on_ents_only": True, "use_sections": False})
def make_allergy(nlp: Language, name: str, attr: str, on_ents_only: Any, use_sections: bool) -> Allergy:
    """Factory of Allergy."""
    return Allergy(nlp, attr=attr, on_ents_only=on_ents_only, use_sections=use_sections)
