"""Scores: what counts as found, as wrong, and as not asked for."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.evaluation import Evaluator, GoldError, Report, part_of
from pipeline.evaluation.scoring import Counts, HistoryCounts, Mention, NoteScore, Table

TEXT = "Aspirin 81 mg 1 tablet daily and oxygen"


def gold(**more: Any) -> dict[str, Any]:
    def entity(name: str, label: str, words: str) -> dict[str, Any]:
        start = TEXT.index(words)
        return {"id": name, "label": label, "start": start, "end": start + len(words)}

    return {
        "id": "g1",
        "text": TEXT,
        "entities": [
            entity("d", "DRUG", "Aspirin"),
            entity("s", "STRENGTH", "81 mg"),
            entity("n", "DOSAGE", "1") | {"alt_spans": [[14, 22]], "start": 14, "end": 15},
            entity("f", "FORM", "tablet"),
            entity("q", "FREQUENCY", "daily"),
        ],
        "optional": [{"start": 33, "end": 39}],
        "relations": [
            {"drug": "d", "attribute": "s"},
            {"drug": "d", "attribute": "n"},
            {"drug": "d", "attribute": "f"},
            {"drug": "d", "attribute": "q", "optional": True},
        ],
    } | more


def mentions(*spans: tuple[int, int, str]) -> list[Mention]:
    return [Mention(start, end, label) for start, end, label in spans]


def counted(*spans: tuple[int, int, str], lenient: bool) -> tuple[int, int, int]:
    table = Table()
    NoteScore(gold(), mentions(*spans)).count_entities(table, lenient=lenient)
    total = table.total()
    return total.right, total.wrong, total.gold


@pytest.mark.parametrize(
    ("spans", "strict", "lenient"),
    [
        ([], (0, 0, 5), (0, 0, 5)),
        ([(0, 7, "DRUG")], (1, 0, 5), (1, 0, 5)),
        ([(0, 5, "DRUG")], (0, 1, 5), (1, 0, 5)),
        ([(0, 7, "FORM")], (0, 1, 5), (0, 1, 5)),
        ([(0, 5, "DRUG"), (0, 7, "DRUG")], (1, 1, 5), (1, 1, 5)),
        ([(33, 39, "DRUG")], (0, 0, 5), (0, 0, 5)),
        ([(14, 22, "DOSAGE")], (1, 0, 4), (1, 0, 4)),
        ([(14, 22, "DOSAGE"), (16, 22, "FORM")], (2, 0, 5), (2, 0, 5)),
    ],
)
def test_entities(
    spans: list[tuple[int, int, str]], strict: tuple[int, int, int], lenient: tuple[int, int, int]
) -> None:
    assert counted(*spans, lenient=False) == strict
    assert counted(*spans, lenient=True) == lenient


def test_links_end_to_end() -> None:
    found = mentions((0, 7, "DRUG"), (8, 13, "STRENGTH"), (23, 28, "FREQUENCY"), (33, 39, "DRUG"), (14, 22, "DOSAGE"))
    table = Table()
    # Right; optional; from an optional drug; right; twice the same.
    NoteScore(gold(), found).count_links(table, [(0, 1), (0, 2), (3, 1), (0, 4), (0, 4)])
    assert table.total() == Counts(right=2, wrong=0, gold=2)
    table = Table()
    NoteScore(gold(), found).count_links(table, [(1, 0)])
    assert table.total() == Counts(right=0, wrong=1, gold=2)


def test_links_between_gold_entities() -> None:
    table = Table()
    NoteScore(gold(), []).count_gold_links(table, [("d", "s"), ("d", "s"), ("s", "d"), ("d", "q")])
    assert table.total() == Counts(right=1, wrong=1, gold=3)


def test_history_takes_the_first_overlapping_mention_and_leaves_out_the_unsure() -> None:
    span = {"start": 0, "end": 7, "kind": "drug"}
    note = gold(
        history=[
            span | {"history": True, "basis": "date"},
            {"start": 33, "end": 39, "kind": "drug", "history": True},
            {"start": 8, "end": 13, "kind": "drug", "history": False},
            span | {"history": True, "unsure": True},
            span | {"history": True, "context": "allergy"},
            span | {"history": True, "kind": "problem"},
        ]
    )
    history = HistoryCounts()
    history.count(
        note, [Mention(0, 3, "DRUG", True), Mention(3, 7, "DRUG", False), Mention(8, 9, "DRUG", True)], "drug"
    )
    assert history.counts == Counts(right=1, wrong=1, gold=2)
    assert (history.judged, history.correct) == (3, 1)
    assert history.by_basis == {"date": [1, 1], "cue": [0, 1]}


@pytest.mark.parametrize(("note_id", "part"), [("d004", "unread"), ("d005", "read"), ("f40", "unread"), ("x", "read")])
def test_every_fourth_note_is_held_back(note_id: str, part: str) -> None:
    assert part_of(note_id) == part


@pytest.mark.parametrize(
    "more", [{"text": None}, {"entities": None}, {"entities": [{"id": "x", "start": 0, "end": 999}]}]
)
def test_unusable_gold_is_named(more: dict[str, Any]) -> None:
    with pytest.raises(GoldError, match="g1"):
        Evaluator(lambda language: language).score(gold(**more), [Report()])


def test_a_note_is_scored_by_the_profile_of_its_language() -> None:
    report = Report()
    Evaluator(lambda language: language).score(gold(), [report])
    scores = report.as_dict()
    assert scores["notes"] == 1
    assert scores["entities_lenient"]["DRUG"]["recall"] == 1.0
    assert scores["links_gold_entities"]["all"]["f1"] == 1.0
