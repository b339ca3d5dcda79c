"""Scores of a system on gold notes: entities, links and history; what is counted how says `scoring`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.annotation.gold import AnnotationError, check
from pipeline.evaluation.findings import Findings
from pipeline.evaluation.scoring import Counts, GoldNote, HistoryCounts, Mention, NoteScore, Table
from pipeline.evaluation.statistics import Comparison, compare, intervals
from pipeline.evaluation.systems import LABELS, Profiles, Reading, System

KINDS = ("drug", "problem")
TABLES = ("entities_strict", "entities_lenient", "links_end_to_end", "links_gold_entities")
HISTORIES = ("history_end_to_end", "history_gold_mentions")

# Every fourth note is kept from the eyes of those who write rules.
_HELD_BACK = 4

Part = Literal["read", "unread"]


class GoldError(ValueError):
    """A gold note that cannot be used: which, and what it lacks."""


@dataclass(slots=True)
class NoteResult:
    """The counts of one note, by measure; a measure that the system does not have is not there."""

    note_id: str
    tables: dict[str, Table] = field(default_factory=dict)
    histories: dict[str, dict[str, HistoryCounts]] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """The scores of some notes, note by note."""

    results: list[NoteResult] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    def as_dict(self, resamples: int | None = None) -> dict[str, Any]:
        """The report in plain JSON types; with `resamples` each score has its 95 % interval over notes."""
        found: dict[str, Any] = {"notes": len(self.results)}
        for name in TABLES:
            if any(name in result.tables for result in self.results):
                rows = {label: self.by_note(name, label) for label in self._labels(name)}
                found[name] = {label: _counts(notes, resamples) for label, notes in rows.items()}
        for name in HISTORIES:
            if any(name in result.histories for result in self.results):
                found[name] = {kind: self._history(name, kind, resamples) for kind in KINDS}
        columns, rows_of = self.findings.table()
        found["confusion"] = {gold: dict(zip(columns, counts, strict=True)) for gold, counts in rows_of}
        return found

    def by_note(self, name: str, label: str) -> list[Counts]:
        """The counts of each note for a measure and a label ("all": every label together)."""
        tables = [result.tables.get(name, Table()) for result in self.results]
        return [table.total() if label == "all" else table.rows.get(label, Counts()) for table in tables]

    def compare(self, other: Report, resamples: int) -> dict[str, dict[str, Comparison]]:
        """This system and another one on the same notes, for every measure that both have."""
        found: dict[str, dict[str, Comparison]] = {}
        for name in TABLES:
            both = all(any(name in result.tables for result in report.results) for report in (self, other))
            if both:
                labels = [label for label in self._labels(name) if label in other._labels(name)]
                found[name] = {
                    label: compare(self.by_note(name, label), other.by_note(name, label), resamples) for label in labels
                }
        for name in HISTORIES:
            if all(any(name in result.histories for result in report.results) for report in (self, other)):
                sides = [
                    {kind: [r.histories[name][kind].counts for r in report.results] for kind in KINDS}
                    for report in (self, other)
                ]
                found[name] = {kind: compare(sides[0][kind], sides[1][kind], resamples) for kind in KINDS}
        return found

    def _labels(self, name: str) -> list[str]:
        seen = {label for result in self.results for label in result.tables.get(name, Table()).rows}
        return [label for label in LABELS if label in seen] + sorted(seen - set(LABELS)) + ["all"]

    def _history(self, name: str, kind: str, resamples: int | None) -> dict[str, Any]:
        notes = [result.histories[name][kind] for result in self.results if name in result.histories]
        judged, correct = sum(one.judged for one in notes), sum(one.correct for one in notes)
        basis: dict[str, list[int]] = {}
        for one in notes:
            for cause, (right, total) in one.by_basis.items():
                cell = basis.setdefault(cause, [0, 0])
                cell[0], cell[1] = cell[0] + right, cell[1] + total
        return {
            **_counts([one.counts for one in notes], resamples),
            "mentions": judged,
            "accuracy": round(correct / judged, 6) if judged else 0.0,
            "found_by_basis": {cause: f"{right}/{total}" for cause, (right, total) in sorted(basis.items())},
        }


def part_of(note_id: str) -> Part:
    """Whether a note may be read while rules are written: those whose number divides by four are held back."""
    number = re.search(r"\d+", note_id)
    return "unread" if number and int(number[0]) % _HELD_BACK == 0 else "read"


class Evaluator:
    """Scores notes with a system; given a function from language to profile, with those profiles.

    `labels` are the labels of entities that count; others that a system finds are no entities here.
    """

    def __init__(
        self,
        system: System | Callable[[str], str],
        default_language: str = "en",
        labels: Iterable[str] = LABELS,
    ) -> None:
        self.system: System = Profiles(system, default_language) if callable(system) else system
        self._labels = frozenset(labels)

    def score(self, note: GoldNote, reports: Iterable[Report]) -> None:
        """Add one note to reports. Raises GoldError, or whatever the system raises."""
        try:
            check(note)
        except AnnotationError as error:
            raise GoldError(f"the gold note {note.get('id', '?')!r}: {error}") from None
        reading, wanted = self._read(note)
        score = NoteScore(note, wanted.mentions)
        result = NoteResult(str(note["id"]))
        for name, measure in _measures(score, wanted):
            measure(result.tables.setdefault(name, Table()))
        for name, judged in (("history_end_to_end", reading.judged), ("history_gold_mentions", reading.gold_judged)):
            if judged is not None:
                result.histories[name] = {kind: HistoryCounts() for kind in KINDS}
                for kind, counts in result.histories[name].items():
                    counts.count(note, judged, kind)
        for report in reports:
            report.results.append(result)
            report.findings.add(note, wanted, score)

    def _read(self, note: GoldNote) -> tuple[Reading, Reading]:
        """What the system found, and the same with entities of the wanted labels only."""
        reading = self.system.read(note)
        places: dict[int, int] = {}
        mentions: list[Mention] = []
        for place, mention in enumerate(reading.mentions):
            if mention.label in self._labels:
                places[place] = len(mentions)
                mentions.append(mention)
        links = reading.links
        if links is not None:
            links = [(places[head], places[tail]) for head, tail in links if {head, tail} <= places.keys()]
        return reading, Reading(mentions, reading.judged, links, reading.gold_links, reading.gold_judged)


def _measures(score: NoteScore, reading: Reading) -> Iterator[tuple[str, Callable[[Table], None]]]:
    yield "entities_strict", lambda table: score.count_entities(table, lenient=False)
    yield "entities_lenient", lambda table: score.count_entities(table, lenient=True)
    links, gold_links = reading.links, reading.gold_links
    if links is not None:
        yield "links_end_to_end", lambda table: score.count_links(table, links)
    if gold_links is not None:
        yield "links_gold_entities", lambda table: score.count_gold_links(table, gold_links)


def _counts(notes: list[Counts], resamples: int | None) -> dict[str, Any]:
    counts = Counts()
    for note in notes:
        counts.add(note)
    scores = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
    found: dict[str, Any] = {name: round(score, 6) for name, score in scores.items()}
    found |= {"right": counts.right, "wrong": counts.wrong, "gold": counts.gold}
    if resamples and (sure := intervals(notes, resamples)) is not None:
        found["interval"] = {name: list(ends) for name, ends in sure.items()}
    return found
