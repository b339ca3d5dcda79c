"""Scores of a profile against gold notes: entities, links and history; what is counted how says `pipeline.scoring`.

A gold file has one object a line: `id`, `text`, `entities` (id, start, end, label), `relations` (drug, attribute) and,
where there are, `history` (start, end, kind, history), `optional`, `language` (or `lang`), `note_datetime`,
`birth_datetime`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipeline.profile import load
from pipeline.scoring import Counts, GoldNote, HistoryCounts, Mention, NoteScore, Table

LABELS = ("DRUG", "STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION")
KINDS = ("drug", "problem")

# Every fourth note is kept from the eyes of those who write rules.
_HELD_BACK = 4

T = TypeVar("T")
Part = Literal["read", "unread"]


class GoldError(ValueError):
    """A gold note that cannot be used: which, and what it lacks."""


@dataclass(slots=True)
class Report:
    """The scores of some notes."""

    notes: int = 0
    strict: Table = field(default_factory=Table)
    lenient: Table = field(default_factory=Table)
    links: Table = field(default_factory=Table)
    gold_links: Table = field(default_factory=Table)
    history: dict[str, HistoryCounts] = field(default_factory=lambda: {kind: HistoryCounts() for kind in KINDS})
    gold_history: dict[str, HistoryCounts] = field(default_factory=lambda: {kind: HistoryCounts() for kind in KINDS})

    def as_dict(self) -> dict[str, Any]:
        """The report in plain JSON types."""
        return {
            "notes": self.notes,
            "entities_strict": _table(self.strict),
            "entities_lenient": _table(self.lenient),
            "links_end_to_end": _table(self.links),
            "links_gold_entities": _table(self.gold_links),
            "history_end_to_end": {kind: _history(counts) for kind, counts in self.history.items()},
            "history_gold_mentions": {kind: _history(counts) for kind, counts in self.gold_history.items()},
        }


def part_of(note_id: str) -> Part:
    """Whether a note may be read while rules are written: those whose number divides by four are held back."""
    number = re.search(r"\d+", note_id)
    return "unread" if number and int(number[0]) % _HELD_BACK == 0 else "read"


class Evaluator:
    """Scores notes with the profiles of their languages, loaded once for the text alone and once for gold entities.

    `profile_of` says which profile reads a language. Loading may raise ProfileError.
    """

    def __init__(self, profile_of: Callable[[str], str], default_language: str = "en") -> None:
        self._profile_of = profile_of
        self._default = default_language
        self._loaded: dict[tuple[str, str], Language] = {}

    def score(self, note: GoldNote, reports: Iterable[Report]) -> None:
        """Add one note to reports. Raises GoldError where the note is not usable."""
        _check(note)
        profile = self._profile_of(str(note.get("language") or note.get("lang") or self._default))
        found = self._read(note, profile, "recognise")
        given = self._read(note, profile, "given")
        mentions = [_mention(span) for span in found.ents]
        wanted = [mention for mention in mentions if mention.label in LABELS]
        score = NoteScore(note, wanted)
        links = _links(found, {(mention.start, mention.end): place for place, mention in enumerate(wanted)})
        ids = {_bounds(given, entity): entity["id"] for entity in note["entities"]}
        gold_links = _links(given, ids)
        judged = [*mentions, *(_mention(span) for span in found.spans.get("problems", ()))]
        for report in reports:
            report.notes += 1
            score.count_entities(report.strict, lenient=False)
            score.count_entities(report.lenient, lenient=True)
            score.count_links(report.links, links)
            score.count_gold_links(report.gold_links, gold_links)
            for kind in KINDS:
                report.history[kind].count(note, judged, kind)
                report.gold_history[kind].count(note, [_mention(span) for span in given.ents], kind)

    def _read(self, note: GoldNote, profile: str, entities: Literal["recognise", "given"]) -> Doc:
        nlp = self._loaded.get((profile, entities))
        if nlp is None:
            nlp = self._loaded[profile, entities] = load(profile, entities=entities)
        doc = nlp.make_doc(note["text"])
        doc._.note_datetime = note.get("note_datetime")
        doc._.birth_datetime = note.get("birth_datetime")
        if entities == "given":
            doc.ents = _given(doc, note)
        return nlp(doc)


def _given(doc: Doc, note: GoldNote) -> list[Span]:
    """The gold entities, then the gold problems beside them, on token boundaries."""
    spans = [(entity["start"], entity["end"], entity["label"]) for entity in note["entities"]]
    spans += [(m["start"], m["end"], "PROBLEM") for m in note.get("history", ()) if m["kind"] == "problem"]
    found = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans)
    return filter_spans([span for span in found if span is not None])


def _bounds(doc: Doc, entity: dict[str, Any]) -> tuple[int, int]:
    span = doc.char_span(entity["start"], entity["end"], alignment_mode="expand")
    return (span.start_char, span.end_char) if span is not None else (entity["start"], entity["end"])


def _mention(span: Span) -> Mention:
    return Mention(span.start_char, span.end_char, span.label_, bool(span._.history))


def _links(doc: Doc, names: dict[tuple[int, int], T]) -> list[tuple[T, T]]:
    pairs = ((tuple(link["head"]), tuple(link["tail"])) for link in doc._.link_data or ())
    return [(names[head], names[tail]) for head, tail in pairs if head in names and tail in names]


def _check(note: GoldNote) -> None:
    for name, kind in (("id", str), ("text", str), ("entities", list)):
        if not isinstance(note.get(name), kind):
            raise GoldError(f"the gold note {note.get('id', '?')!r} has no {name!r}")
    length = len(note["text"])
    for entity in note["entities"]:
        if not {"id", "start", "end", "label"} <= entity.keys() or not 0 <= entity["start"] < entity["end"] <= length:
            raise GoldError(f"the gold note {note['id']!r} has an entity without id, label or a span inside the text")


def _table(table: Table) -> dict[str, Any]:
    known = [label for label in LABELS if label in table.rows]
    rows = {label: table.rows[label] for label in [*known, *sorted(set(table.rows) - set(LABELS))]}
    return {label: _counts(counts) for label, counts in [*rows.items(), ("all", table.total())]}


def _counts(counts: Counts) -> dict[str, Any]:
    scores = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
    return {name: round(score, 4) for name, score in scores.items()} | {
        "right": counts.right,
        "wrong": counts.wrong,
        "gold": counts.gold,
    }


def _history(history: HistoryCounts) -> dict[str, Any]:
    accuracy = round(history.correct / history.judged, 4) if history.judged else 0.0
    found = {basis: f"{right}/{total}" for basis, (right, total) in sorted(history.by_basis.items())}
    return {**_counts(history.counts), "mentions": history.judged, "accuracy": accuracy, "found_by_basis": found}
