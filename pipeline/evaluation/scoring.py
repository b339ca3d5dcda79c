"""How predictions are counted against gold annotations: entities, links and history of one note.

Definitions (those of the development set's guide):

- An entity is found strictly with the same label and the boundaries of the gold span or one of its `alt_spans`,
  leniently with the same label and any overlap; `alt_labels` count as the label. One prediction matches one gold
  entity at most: exact pairs first, then by the length of the overlap.
- A prediction without a match is no error where it overlaps a span of the note's `optional` and no gold entity of its
  own label. A gold FORM inside a matched DOSAGE ("1 tablet") is not asked for.
- A link is right where both its ends match leniently and the gold has the link; `optional` links are not counted.
- A mention takes the history of the first overlapping prediction, and without one it is no history. Mentions with
  `unsure` or `context` are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

GoldNote = dict[str, Any]
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A predicted span: half-open code points, its label, and its history where that is judged."""

    start: int
    end: int
    label: str
    history: bool = False


@dataclass(slots=True)
class Counts:
    """What was found rightly, what was found wrongly, and how much there is to find."""

    right: int = 0
    wrong: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predictions that are right; 0 without predictions."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that is found; 0 without gold."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: Counts) -> None:
        """Add the counts of another one."""
        self.right += other.right
        self.wrong += other.wrong
        self.gold += other.gold


@dataclass(slots=True)
class Table:
    """Counts by label."""

    rows: defaultdict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))

    def total(self) -> Counts:
        """All labels together (micro average)."""
        total = Counts()
        for counts in self.rows.values():
            total.add(counts)
        return total


def overlap(start: int, end: int, other: dict[str, Any]) -> int:
    """Characters that a span shares with a gold span."""
    return max(0, min(end, int(other["end"])) - max(start, int(other["start"])))


class NoteScore:
    """The gold entities of one note and the predictions that match them."""

    def __init__(self, gold: GoldNote, predicted: Sequence[Mention]) -> None:
        self.gold = gold
        self.entities: list[dict[str, Any]] = gold["entities"]
        self.optional: list[dict[str, Any]] = gold.get("optional", [])
        self.labels = {entity["id"]: entity["label"] for entity in self.entities}
        self.predicted = predicted

    def match(self, *, lenient: bool) -> dict[int, str]:
        """Position of a prediction -> id of its gold entity."""
        candidates = []
        for position, mention in enumerate(self.predicted):
            for entity in self.entities:
                if mention.label != entity["label"] and mention.label not in entity.get("alt_labels", ()):
                    continue
                bounds = [[entity["start"], entity["end"]], *entity.get("alt_spans", ())]
                shared = overlap(mention.start, mention.end, entity)
                if [mention.start, mention.end] in bounds:
                    candidates.append((0, 0, position, entity["id"]))
                elif lenient and shared:
                    candidates.append((1, -shared, position, entity["id"]))
        pairs: dict[int, str] = {}
        taken: set[str] = set()
        for _, _, position, entity_id in sorted(candidates):
            if position not in pairs and entity_id not in taken:
                pairs[position] = entity_id
                taken.add(entity_id)
        return pairs

    def count_entities(self, table: Table, *, lenient: bool) -> None:
        """Add the entities of the note to a table."""
        pairs = self.match(lenient=lenient)
        unasked = self.unasked(pairs)
        for entity in self.entities:
            if entity["id"] not in unasked:
                table.rows[entity["label"]].gold += 1
        for position, mention in enumerate(self.predicted):
            if position in pairs:
                table.rows[self.labels[pairs[position]]].right += 1
            elif not self.borderline(mention):
                table.rows[mention.label].wrong += 1

    def count_links(self, table: Table, links: Iterable[tuple[int, int]]) -> None:
        """Add links between predictions (positions of drug and attribute) to a table."""
        pairs = self.match(lenient=True)
        unasked = self.unasked(pairs)
        must, may = self.required_links()
        must = {link for link in must if link[1] not in unasked}
        for _, attribute in must:
            table.rows[self.labels[attribute]].gold += 1
        seen: set[Link] = set()
        for ends in links:
            if all(end in pairs for end in ends):
                link = pairs[ends[0]], pairs[ends[1]]
                if link in must and link not in seen:
                    seen.add(link)
                    table.rows[self.labels[link[1]]].right += 1
                elif link not in must and link not in may:
                    table.rows[self.labels[link[1]]].wrong += 1
            elif not any(end not in pairs and self.touches_optional(self.predicted[end]) for end in ends):
                table.rows[self.predicted[ends[1]].label].wrong += 1

    def count_gold_links(self, table: Table, links: Iterable[Link]) -> None:
        """Add links between gold entities (their ids) to a table."""
        must, may = self.required_links()
        for _, attribute in must:
            table.rows[self.labels[attribute]].gold += 1
        for link in set(links):
            if link in must:
                table.rows[self.labels[link[1]]].right += 1
            elif link not in may:
                table.rows[self.labels[link[1]]].wrong += 1

    def required_links(self) -> tuple[set[Link], set[Link]]:
        """The links that must be found, and those that may be."""
        must: set[Link] = set()
        may: set[Link] = set()
        for relation in self.gold.get("relations", ()):
            (may if relation.get("optional") else must).add((relation["drug"], relation["attribute"]))
        return must, may

    def unasked(self, pairs: dict[int, str]) -> set[str]:
        """Gold FORMs without a match inside a matched DOSAGE: not asked for."""
        by_id = {entity_id: self.predicted[position] for position, entity_id in pairs.items()}
        dosages = [mention for entity_id, mention in by_id.items() if self.labels[entity_id] == "DOSAGE"]
        return {
            entity["id"]
            for entity in self.entities
            if entity["label"] == "FORM"
            and entity["id"] not in by_id
            and any(dosage.start <= entity["start"] and entity["end"] <= dosage.end for dosage in dosages)
        }

    def touches_optional(self, mention: Mention) -> bool:
        """Whether a prediction overlaps an optional span."""
        return any(overlap(mention.start, mention.end, span) for span in self.optional)

    def borderline(self, mention: Mention) -> bool:
        """Whether a prediction without a match is no error."""
        if not self.touches_optional(mention):
            return False
        return not any(
            entity["label"] == mention.label and overlap(mention.start, mention.end, entity) for entity in self.entities
        )


def judgements(gold: GoldNote, predicted: Sequence[Mention], kind: str) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    """The judged mentions of a kind, each with the history that was predicted and the true one."""
    for mention in gold.get("history", ()):
        if mention["kind"] != kind or mention.get("unsure") or mention.get("context"):
            continue
        touching = (p.history for p in predicted if overlap(p.start, p.end, mention))
        yield mention, next(touching, False), bool(mention["history"])


@dataclass(slots=True)
class HistoryCounts:
    """History of one kind of mention: counts of "is history", and how many were judged rightly either way."""

    counts: Counts = field(default_factory=Counts)
    judged: int = 0
    correct: int = 0
    by_basis: dict[str, list[int]] = field(default_factory=dict)

    def count(self, gold: GoldNote, predicted: Sequence[Mention], kind: str) -> None:
        """Add the mentions of a kind (drug or problem) of one note."""
        for mention, said, true in judgements(gold, predicted, kind):
            self.judged += 1
            self.correct += said == true
            self.counts.gold += true
            self.counts.right += said and true
            self.counts.wrong += said and not true
            if true:
                found = self.by_basis.setdefault(mention.get("basis") or "cue", [0, 0])
                found[0] += said
                found[1] += 1
