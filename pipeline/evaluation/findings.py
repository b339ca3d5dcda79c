"""What a system got wrong in a note, one by one, and which labels it takes for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.evaluation.scoring import GoldNote, Mention, NoteScore, judgements, overlap
from pipeline.evaluation.systems import LABELS, Reading

Kind = Literal[
    "missed", "spurious", "label", "boundary", "link_missed", "link_spurious", "history_missed", "history_spurious"
]
KINDS: dict[Kind, str] = {
    "missed": "not found",
    "spurious": "found, but nothing is there",
    "label": "found with another label",
    "boundary": "found with other boundaries",
    "link_missed": "not linked to its drug",
    "link_spurious": "linked to a drug that it is not of",
    "history_missed": "history, taken for present",
    "history_spurious": "present, taken for history",
}
NOTHING = "(nothing)"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One error: where it is in the note (gold span, or the predicted one where nothing is), and the other span."""

    note_id: str
    kind: Kind
    label: str
    start: int
    end: int
    other: tuple[int, int, str] | None = None


@dataclass(slots=True)
class Findings:
    """The errors of some notes, and the confusion table: gold label, predicted label -> how often."""

    errors: list[Finding] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, note: GoldNote, reading: Reading, score: NoteScore) -> None:
        """Add what a reading got wrong in a note."""
        note_id = str(note["id"])
        self._entities(note_id, score)
        self.errors += (Finding(note_id, *rest) for rest in _links(score, reading))
        for kind in ("drug", "problem"):
            for mention, said, true in (
                judgements(note, reading.judged or (), kind) if reading.judged is not None else ()
            ):
                if said != true:
                    what: Kind = "history_missed" if true else "history_spurious"
                    self.errors.append(Finding(note_id, what, kind.upper(), mention["start"], mention["end"]))

    def _entities(self, note_id: str, score: NoteScore) -> None:
        strict, lenient = score.match(lenient=False), score.match(lenient=True)
        found = set(lenient.values())
        unasked = score.unasked(lenient)
        for place, entity_id in lenient.items():
            label = score.labels[entity_id]
            self.confusion[label, score.predicted[place].label] += 1
            if strict.get(place) is None:
                gold = next(entity for entity in score.entities if entity["id"] == entity_id)
                self.errors.append(
                    Finding(note_id, "boundary", label, gold["start"], gold["end"], _other(score.predicted[place]))
                )
        free = [place for place in range(len(score.predicted)) if place not in lenient]
        for entity in score.entities:
            if entity["id"] in found or entity["id"] in unasked:
                continue
            shared = {
                place: overlap(score.predicted[place].start, score.predicted[place].end, entity) for place in free
            }
            best = max(free, key=lambda place: shared[place], default=None)
            span = entity["label"], entity["start"], entity["end"]
            if best is not None and shared[best]:
                free.remove(best)
                self.confusion[entity["label"], score.predicted[best].label] += 1
                self.errors.append(Finding(note_id, "label", *span, _other(score.predicted[best])))
            else:
                self.confusion[entity["label"], NOTHING] += 1
                self.errors.append(Finding(note_id, "missed", *span))
        for place in free:
            mention = score.predicted[place]
            if not score.borderline(mention):
                self.confusion[NOTHING, mention.label] += 1
                self.errors.append(Finding(note_id, "spurious", mention.label, mention.start, mention.end))

    def table(self) -> tuple[list[str], list[tuple[str, list[int]]]]:
        """The predicted labels, and for each gold label how often it was taken for each of them."""
        labels = {label for pair in self.confusion for label in pair}
        order = [label for label in LABELS if label in labels] + sorted(labels - set(LABELS) - {NOTHING})
        columns = [*order, NOTHING]
        return columns, [(gold, [self.confusion[gold, label] for label in columns]) for gold in columns]


def _other(mention: Mention) -> tuple[int, int, str]:
    return mention.start, mention.end, mention.label


def _links(score: NoteScore, reading: Reading) -> Iterator[tuple[Kind, str, int, int, tuple[int, int, str] | None]]:
    """Links with both ends found that are missing or wrong; what fails for want of an entity is that entity's error."""
    if reading.links is None:
        return
    pairs = score.match(lenient=True)
    gold = {str(entity["id"]): entity for entity in score.entities}
    must, may = score.required_links()
    linked = {(pairs[head], pairs[tail]) for head, tail in reading.links if head in pairs and tail in pairs}
    found = set(pairs.values())
    for drug, attribute in sorted(must - linked):
        if {drug, attribute} <= found:
            yield "link_missed", *_of(gold[attribute]), _span(gold[drug])
    for drug, attribute in sorted(linked - must - may):
        yield "link_spurious", *_of(gold[attribute]), _span(gold[drug])


def _of(entity: GoldNote) -> tuple[str, int, int]:
    return entity["label"], entity["start"], entity["end"]


def _span(entity: GoldNote) -> tuple[int, int, str]:
    return entity["start"], entity["end"], entity["label"]
