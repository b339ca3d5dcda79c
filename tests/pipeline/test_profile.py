"""Profiles: shipped, a user's own config, a folder, and an installed spaCy package with another recogniser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

import pipeline
from pipeline.profile import PROFILES
from schemas import Note

ORDER = [
    "anamnesis_sentences",
    "anamnesis_normalizer",
    "anamnesis_sections",
    "anamnesis_dates",
    "anamnesis_medications",
    "anamnesis_matcher",
    "anamnesis_negation",
    "anamnesis_family",
    "anamnesis_hypothesis",
    "anamnesis_allergy",
    "anamnesis_history",
    "anamnesis_linking",
    "anamnesis_posology",
]


@pytest.mark.parametrize("name", ["en", "fr"])
def test_shipped_profile_has_every_component_in_order(name: str) -> None:
    assert pipeline.load(name).pipe_names == ORDER


@pytest.mark.parametrize("missing", ["nowhere", "no/such/config.cfg"])
def test_unknown_profile_names_what_there_is(missing: str) -> None:
    with pytest.raises(pipeline.ProfileError, match=r"no profile .* shipped \(en, en-fast, fr\)"):
        pipeline.load(missing)


def test_override_reaches_its_component() -> None:
    nlp = pipeline.load("en", overrides={"components.anamnesis_history.history_limit": 400})
    doc = nlp.make_doc("He had pneumonia 6 months ago.")
    assert [e._.history for e in nlp(doc).ents if e.label_ == "PROBLEM"] == [False]


def test_wrong_setting_is_one_clear_error() -> None:
    with pytest.raises(pipeline.ProfileError, match="history_limitt"):
        pipeline.load("en", overrides={"components.anamnesis_history.history_limitt": 400})


def test_given_entities_are_linked_and_qualified_without_recogniser() -> None:
    nlp = pipeline.load("en", entities="given")
    assert not {"anamnesis_medications", "anamnesis_matcher"} & set(nlp.pipe_names)
    doc = nlp.make_doc("History of gribble. Takes zorbitol 40 mg daily.")
    doc.ents = [
        doc.char_span(start, end, label)
        for start, end, label in [(11, 18, "PROBLEM"), (26, 34, "DRUG"), (35, 40, "STRENGTH"), (41, 46, "FREQUENCY")]
    ]
    doc = nlp(doc)
    gribble, zorbitol, strength, _ = doc.ents
    assert gribble._.history is True
    assert {label: [s.text for s in spans] for label, spans in zorbitol._.attributes.items()} == {
        "STRENGTH": ["40 mg"],
        "FREQUENCY": ["daily"],
    }
    assert strength._.drug == [zorbitol]
    assert {e._.source for e in doc.ents} == {"given"}


def test_own_config_with_own_labels_and_terms(tmp_path: Path) -> None:
    config = (PROFILES / "en.cfg").read_text(encoding="utf-8")
    config = config.replace(
        'factory = "anamnesis_matcher"',
        'factory = "anamnesis_matcher"\nterms = {"RISK_FACTOR": ["living alone", "recent job loss"]}',
    )
    path = tmp_path / "risk.cfg"
    path.write_text(config, encoding="utf-8")
    nlp = pipeline.load(path)
    event = pipeline.enrich(Note(note_id="n", text="Risk: history of recent job loss. No living alone."), nlp)
    risks = [e for e in event.entities if e.label == "RISK_FACTOR"]
    assert [(e.text, e.qualifiers and e.qualifiers.negation.value) for e in risks] == [
        ("recent job loss", False),
        ("living alone", True),
    ]
    assert event.pipeline.profile == "risk"


TRAIN = [
    (
        "Takes zorbitol 40 mg p.o. daily",
        [(6, 14, "DRUG"), (15, 20, "STRENGTH"), (21, 25, "ROUTE"), (26, 31, "FREQUENCY")],
    ),
    (
        "Start zorbitol 20 mg p.o. daily",
        [(6, 14, "DRUG"), (15, 20, "STRENGTH"), (21, 25, "ROUTE"), (26, 31, "FREQUENCY")],
    ),
]

READ = """
import json, sys
import pipeline
from schemas import Note
nlp = pipeline.load("en_tiny_med7")
event = pipeline.enrich(Note(note_id="n", text="History of asthma. Takes zorbitol 40 mg p.o. daily"), nlp)
json.dump({
    "pipes": nlp.pipe_names,
    "entities": [[e.label, e.text, e.source] for e in event.entities],
    "relations": [r.type for r in event.relations],
    "models": [m.name for m in event.pipeline.models],
}, sys.stdout)
"""


def test_installed_package_with_its_own_recogniser_is_plugged_in(tmp_path: Path) -> None:
    """A package as Med7's: a blank English pipeline with an NER of the seven labels, nothing of ours in it."""
    spacy.util.fix_random_seed(0)
    tiny = spacy.blank("en")
    ner = tiny.add_pipe("ner")
    tiny.meta["name"] = "tiny_med7"
    examples = [Example.from_dict(tiny.make_doc(text), {"entities": spans}) for text, spans in TRAIN]
    for _, spans in TRAIN:
        for *_, label in spans:
            ner.add_label(label)
    optimizer = tiny.initialize(lambda: examples)
    for _ in range(40):
        tiny.update(examples, sgd=optimizer)
    tiny.to_disk(tmp_path / "model")

    subprocess.run(
        [sys.executable, "-m", "spacy", "package", "model", ".", "--build", "none", "--name", "tiny_med7"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    site = tmp_path / "site"
    (source,) = tmp_path.glob("en_tiny_med7-*")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--root-user-action", "ignore", "--target", str(site), str(source)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    answer = subprocess.run(
        [sys.executable, "-c", READ],
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
    )
    read = json.loads(answer.stdout)
    assert read["pipes"] == ["ner", "anamnesis_source", *(pipe for pipe in ORDER if pipe != "anamnesis_medications")]
    assert ["DRUG", "zorbitol", "en_tiny_med7"] in read["entities"]
    assert ["PROBLEM", "asthma", "matcher"] in read["entities"]
    assert set(read["relations"]) == {"FREQUENCY", "ROUTE", "STRENGTH"}
    assert read["models"] == ["ner", "anamnesis_history"]
