"""Other systems behind the same measure: spaCy models, events, Amazon Comprehend Medical; and what they get wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy

from pipeline.evaluation import Evaluator, Mention, NoteScore, Reading, ReadingError, Report, SpacyModel, comprehend
from pipeline.evaluation.findings import NOTHING, Findings
from pipeline.evaluation.systems import from_gold

TEXT = "👩‍⚕️ Aspirin 81 mg one tablet p.o. daily for 5 days; asthma in 2010. Heparin 12 units/kg/h."


def at(words: str) -> dict[str, int]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def gold() -> dict[str, Any]:
    labels = {"Aspirin": "DRUG", "81 mg": "STRENGTH", "one": "DOSAGE", "tablet": "FORM", "p.o.": "ROUTE"}
    labels |= {"daily": "FREQUENCY", "for 5 days": "DURATION", "Heparin": "DRUG", "12 units/kg/h": "DOSAGE"}
    entities = [at(words) | {"id": words, "label": label} for words, label in labels.items()]
    links = [{"drug": "Aspirin", "attribute": words} for words in list(labels)[1:7]]
    links.append({"drug": "Heparin", "attribute": "12 units/kg/h"})
    history = [
        at("asthma") | {"kind": "problem", "history": True},
        at("Aspirin") | {"kind": "drug", "history": False},
    ]
    return {"id": "d1", "text": TEXT, "entities": entities, "relations": links, "optional": [], "history": history}


def amazon(kind: str, words: str, category: str = "MEDICATION", **more: Any) -> dict[str, Any]:
    """One entity or attribute as the API reference describes them."""
    span = at(words)
    offsets = {"BeginOffset": span["start"], "EndOffset": span["end"]}
    return {"Id": 0, "Score": 0.9, "Text": words, "Category": category, "Type": kind, "Traits": [], **offsets, **more}


def response() -> dict[str, Any]:
    attributes = [
        amazon("DOSAGE", "81 mg", RelationshipScore=0.9),
        amazon("DOSAGE", "one"),
        amazon("FORM", "tablet"),
        amazon("ROUTE_OR_MODE", "p.o."),
        amazon("FREQUENCY", "daily"),
        amazon("DURATION", "for 5 days"),
    ]
    past = [{"Name": "PAST_HISTORY", "Score": 0.8}]
    return {
        "Entities": [
            amazon("GENERIC_NAME", "Aspirin", Attributes=attributes),
            amazon("DX_NAME", "asthma", "MEDICAL_CONDITION", Traits=past),
            amazon("BRAND_NAME", "Heparin", Attributes=[amazon("RATE", "12 units/kg/h")]),
            amazon("DATE", "2010", "PROTECTED_HEALTH_INFORMATION"),
        ],
        "UnmappedAttributes": [{"Type": "MEDICATION", "Attribute": amazon("FORM", "tablet")}],
        "ModelVersion": "2.0.0",
    }


class Fixed:
    """A system that always finds the same."""

    name = "fixed"

    def __init__(self, found: Reading) -> None:
        self.found = found

    def read(self, note: dict[str, Any]) -> Reading:
        return self.found


def report(found: Reading) -> Report:
    made = Report()
    Evaluator(Fixed(found)).score(gold(), [made])
    return made


def test_comprehend_medical_in_our_labels() -> None:
    scores = report(comprehend.reading(response(), gold())).as_dict()
    assert scores["entities_strict"]["all"]["f1"] == 1
    assert scores["links_end_to_end"]["all"]["f1"] == 1
    assert scores["history_end_to_end"]["problem"]["recall"] == 1
    assert "links_gold_entities" not in scores


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("81 mg", "STRENGTH"),
        ("one", "DOSAGE"),
        ("12 units/kg/h", "DOSAGE"),
        ("12 units", "DOSAGE"),
        ("5", "DOSAGE"),
    ],
)
def test_where_a_dosage_of_theirs_is_a_strength_of_ours(words: str, label: str) -> None:
    found = comprehend.reading({"Entities": [amazon("DOSAGE", words)]}, gold())
    assert [mention.label for mention in found.mentions] == [label]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({}, "no Entities"),
        ({"Entities": [amazon("GENERIC_NAME", "Aspirin", EndOffset=999)]}, "inside the text"),
        ({"Entities": [amazon("GENERIC_NAME", "Aspirin", Text="Plavix")]}, "another text"),
    ],
)
def test_a_response_of_another_text_is_refused(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(ReadingError, match=words) as raised:
        comprehend.reading(broken, gold())
    assert "Aspirin" not in str(raised.value)


def test_any_spacy_model_with_its_own_labels(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "CHEMICAL", "pattern": "Aspirin"}])
    nlp.to_disk(tmp_path / "model")
    made = Report()
    Evaluator(SpacyModel(str(tmp_path / "model"), {"CHEMICAL": "DRUG"})).score(gold(), [made])
    scores = made.as_dict()
    assert scores["entities_strict"]["DRUG"]["precision"] == 1
    assert scores["entities_strict"]["DRUG"]["recall"] == 0.5
    assert "links_end_to_end" not in scores
    assert "history_end_to_end" not in scores
    with pytest.raises(ReadingError, match="cannot load"):
        SpacyModel("no_such_model").read(gold())


def test_gold_against_itself_is_perfect_and_has_no_errors() -> None:
    made = report(from_gold(gold()))
    scores = made.as_dict(resamples=100)
    assert all(scores[name]["all"]["f1"] == 1 for name in ("entities_strict", "entities_lenient", "links_end_to_end"))
    assert made.findings.errors == []
    assert all(gold_label == label for gold_label, label in made.findings.confusion)


def test_every_kind_of_error_is_listed() -> None:
    found = from_gold(gold())
    found.mentions[0] = Mention(0, at("Aspirin")["end"], "DRUG")  # boundary
    found.mentions[1] = Mention(*at("81 mg").values(), "DOSAGE")  # label
    found.mentions[4] = Mention(*at("2010").values(), "ROUTE")  # nothing there; p.o. missed
    found.links = [(0, 2), (7, 5), (0, 6), (7, 8)]  # form not linked, frequency linked wrongly
    found.judged = [Mention(*at("Aspirin").values(), "drug", history=True)]
    errors = sorted((error.kind, error.label) for error in report(found).findings.errors)
    assert errors == [
        ("boundary", "DRUG"),
        ("history_missed", "PROBLEM"),
        ("history_spurious", "DRUG"),
        ("label", "STRENGTH"),
        ("link_missed", "FORM"),
        ("link_missed", "FREQUENCY"),
        ("link_spurious", "FREQUENCY"),
        ("missed", "ROUTE"),
        ("spurious", "ROUTE"),
    ]


def test_the_confusion_table_counts_each_gold_entity_once() -> None:
    found = from_gold(gold())
    found.mentions[1] = Mention(*at("81 mg").values(), "DOSAGE")
    findings = Findings()
    findings.add(gold(), found, NoteScore(gold(), found.mentions))
    columns, rows = findings.table()
    taken = dict(rows)
    assert taken["STRENGTH"][columns.index("DOSAGE")] == 1
    assert sum(sum(counts) for label, counts in rows if label != NOTHING) == len(gold()["entities"])


def test_two_systems_on_the_same_notes() -> None:
    one, other = report(from_gold(gold())), report(Reading([]))
    compared = one.compare(other, 100)
    assert compared["entities_strict"]["all"].difference == -1
    assert "links_end_to_end" not in compared
