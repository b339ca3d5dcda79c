"""`anamnesis_posology`: the medication records of a Doc, `doc._.medication_data` and `doc._.medications`.

For each drug that nobody is said to be allergic to: its linked attributes, its posology, what changes, its FHIR status.
What cannot be read stays text, with a warning in `doc._.warning_data`; no value is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span

from pipeline import extensions, resources
from pipeline.medications.posology.changes import BEGINNING, INTENDED, NO_CHANGE, NOT_TAKEN, ONCE, Change, Changes
from pipeline.medications.posology.groups import Groups
from pipeline.medications.posology.reader import Instruction, PosologyLanguage
from pipeline.medications.posology.regions import Neighbours, clause_words
from pipeline.text.change_lists import change_lists
from pipeline.text.doc_text import DocText
from pipeline.text.folding import fold

Data = dict[str, Any]
_Bounds = tuple[int, int]

_READ = ("allergy", "codes", "history_evidence", "negation_evidence", "history", "negation", "family", "hypothesis")
# What FHIR's Timing has of what is done more than once.
_REPEATING = frozenset({"period", "when", "dayOfWeek", "timeOfDay"})
# Attributes by which it is told how a drug is taken.
_TIMING = frozenset({"FREQUENCY", "DURATION", "ROUTE"})
_NOTHING: dict[str, list[_Bounds]] = {}


@dataclass(frozen=True, slots=True)
class MedicationRecord:
    """A medication as it was read: the drug, its attributes, and the plain data of the event."""

    drug: Span
    attributes: dict[str, list[Span]]
    data: Data

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None


class PosologyReader:
    """Reads linked attributes; needs `doc._.link_data` of `anamnesis_linking`.

    Writes `doc._.medication_data` (one dict a drug, in the order of the text) and adds to `doc._.warning_data`.
    """

    def __init__(self, lang: str, drug_labels: Iterable[str]) -> None:
        self.drug_labels = frozenset(drug_labels)
        self._drug_ids = frozenset(map(get_string_id, self.drug_labels))
        self._lang = lang
        self._language = _language(lang)
        self._changes = _changes(lang)
        self._words = clause_words(lang)
        self._suffixes = _suffixes(lang)

    def __call__(self, doc: Doc) -> Doc:
        """Read a Doc."""
        attributes: dict[_Bounds, dict[str, list[_Bounds]]] = {}
        for link in extensions.stored_of_doc(doc, "link_data") or ():
            tail = tuple(link["tail"])
            of_drug = attributes.setdefault(tuple(link["head"]), {})
            of_drug.setdefault(link["type"], []).append(tail)
        warnings: list[Data] = [
            w for w in extensions.stored_of_doc(doc, "warning_data") or () if w.get("by") != "posology"
        ]
        tails = frozenset(map(get_string_id, extensions.stored_of_doc(doc, "tail_labels") or ()))
        places: list[_Bounds] = []
        tails_at: list[_Bounds] = []  # also those that the linker gave to nobody
        for entity in doc.ents:
            label = entity.label
            if label in self._drug_ids:
                places.append((entity.start_char, entity.end_char))
            if label in tails:
                tails_at.append((entity.start_char, entity.end_char))
        text, folded = _texts(doc) if places else ("", "")
        neighbours = Neighbours(places, tails_at, self._words)
        lists = change_lists(self._lang, folded, [start for start, _ in places])
        timed = {bounds for bounds, own in attributes.items() if not _TIMING.isdisjoint(own)}
        changes: list[Change] = []
        instructions: list[Instruction] = []
        kept: list[list[Any]] = []
        for place, bounds in enumerate(places):
            allergy, *stored = extensions.several_at(doc, _READ, bounds)
            if allergy:
                continue
            own = attributes.get(bounds, _NOTHING)
            change = self._changes.of(folded, places, place, lists, timed)
            in_order = sorted(tail for tails in own.values() for tail in tails)
            denied, planned = (stored[_READ.index(name) - 1] is True for name in ("negation", "hypothesis"))
            altered = change.kind if change.alters else None
            instructions.append(Instruction(bounds, own, in_order, altered, denied, planned))
            changes.append(change)
            kept.append(stored)
        readings = self._language.read(text, folded, instructions, neighbours)
        groups = Groups()
        records: list[Data] = []
        for one, change, stored, (posology, unread) in zip(instructions, changes, kept, readings, strict=True):
            codes, evidence, denial, history, negation, family, hypothesis = stored
            start, end = one.drug
            warnings += unread
            if change.kind == ONCE and _is_regular(posology):
                change = NO_CHANGE
            until = change.cues[0]["start"] if change.resumed else start
            again = change.resumed and _between(evidence or (), end, until)
            denied = negation and not (change.resumed and _between(denial or (), 0, until))
            if denied and self._taken_all_the_same(one.drug, change, posology, denial or (), folded, places):
                denied = negation = False
            status = _status(change, history, denied, family, hypothesis, again=again)
            if status == NOT_TAKEN and change.kind in BEGINNING:
                change = NO_CHANGE
            records.append(
                {
                    "drug": [start, end],
                    "group": groups.of(self._name(folded[start:end]), one.drug, folded),
                    "attributes": {label: list(map(list, sorted(tails))) for label, tails in one.attributes.items()},
                    "posology": posology,
                    "status": status,
                    "change": change.kind,
                    "change_cues": list(change.cues),
                    "history": history,
                    "negation": negation,
                    "family": family,
                    "hypothesis": hypothesis,
                    "codes": [dict(code) for code in codes or ()],
                }
            )
        extensions.write_of_doc(doc, "medication_data", records)
        extensions.write_of_doc(doc, "warning_data", warnings)
        return doc

    def _taken_all_the_same(
        self,
        drug: _Bounds,
        change: Change,
        posology: Data,
        denial: Iterable[Data],
        folded: str,
        places: Sequence[_Bounds],
    ) -> bool:
        """Is what is denied before a drug something else: "denies chest pain, metoprolol 25 mg bid", "refused A, B continued"?"""
        ends = [cue["end"] if cue["kind"] == "lexical" else len(folded) for cue in denial]
        end = max(ends, default=len(folded))
        return end <= drug[0] and self._changes.of_another(
            change, folded, end, drug[0], places, regular=_is_regular(posology)
        )

    def _name(self, folded: str) -> str:
        """What mentions of one drug have in common: the name without the words of its release and its salt."""
        if folded.isalnum():
            return folded
        words = folded.replace("-", " ").split()
        while len(words) > 1 and words[-1].strip("().") in self._suffixes:
            words.pop()
        return " ".join(words)


def _texts(doc: Doc) -> tuple[str, str]:
    """The text of a Doc, and the same folded without a change of its length."""
    kept = DocText.of(doc)
    return kept.text, kept.folded.folded if kept.folded.cuts is None else fold(kept.text)


def _between(evidence: Iterable[Data], start: int, end: int) -> bool:
    """Is all that a decision was made from said between two places, as the stop that is taken back?"""
    return all(cue["kind"] == "lexical" and start <= cue["start"] and cue["end"] <= end for cue in evidence)


def _is_regular(posology: Data) -> bool:
    """Is a drug taken again and again, by its posology: "40 mg x1 now, then 20 mg bid"?"""
    repeats = ((step.get("timing") or {}).get("repeat") or {} for step in posology.get("steps") or (posology,))
    return any("count" not in repeat and not _REPEATING.isdisjoint(repeat) for repeat in repeats)


def _status(
    change: Change,
    history: bool | None,
    negation: bool | None,
    family: bool | None,
    hypothesis: bool | None,
    *,
    again: bool,
) -> str:
    """FHIR R4 MedicationStatement.status: who does not take it decides first, then what is done with it.

    `again`: it was stopped and has been taken up again.
    """
    if negation:
        return NOT_TAKEN
    if family:
        return "unknown"
    if change.status is not None:
        return change.status
    if hypothesis:
        return INTENDED
    if change.kind == "stop":
        return "stopped"
    if history and not again:
        return "completed"
    return "on-hold" if change.kind == "hold" else "active"


@lru_cache(maxsize=len(resources.LANGUAGES))
def _language(lang: str) -> PosologyLanguage:
    return PosologyLanguage(lang)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _changes(lang: str) -> Changes:
    return Changes(lang)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _suffixes(lang: str) -> frozenset[str]:
    return frozenset(fold(line) for line in resources.read_lines(lang, "medications/suffixes.txt"))


def _records(doc: Doc) -> list[MedicationRecord]:
    spans = {(entity.start_char, entity.end_char): entity for entity in doc.ents}
    return [
        MedicationRecord(
            spans[tuple(data["drug"])],
            {label: [spans[tuple(b)] for b in bounds] for label, bounds in data["attributes"].items()},
            data,
        )
        for data in doc._.medication_data or ()
    ]


extensions.value(Doc, "medication_data")
extensions.value(Doc, "warning_data")
extensions.value(Doc, "link_data")
extensions.value(Span, "codes")
extensions.computed(Doc, "medications", _records)


@Language.factory("anamnesis_posology", default_config={"drug_labels": ["DRUG"]})
def make_posology(nlp: Language, name: str, drug_labels: list[str]) -> PosologyReader:
    """Factory of PosologyReader for the language of the pipeline."""
    return PosologyReader(str(nlp.lang), drug_labels)
