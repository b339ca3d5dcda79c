"""The trained link classifier: learns, saves, loads, and stands behind the same interface as the rules."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy import util
from spacy.cli.train import train
from spacy.language import Language
from spacy.tokens import Doc

import pipeline
from pipeline.annotation import AnnotationError
from pipeline.medications.linking import Linking
from pipeline.medications.linking_model import make_candidates
from pipeline.training.link_corpus import annotated_doc, make_corpus

assert pipeline.load  # registers the components

CONFIG = Path(pipeline.__file__).parent / "training" / "configs" / "links.cfg"
TOKENIZER = {"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}}
DRUGS = ("aspirin", "Lasix", "Zocor", "Plavix", "Coreg", "Norvasc", "Zantac", "Ativan")


def note(number: int, *, before: bool) -> dict[str, Any]:
    """A note of two drugs with one amount each, before or behind its drug."""
    text, entities, relations = "", [], []
    for place in range(2):
        drug, amount = DRUGS[(number + place) % len(DRUGS)], f"{10 * (number + place + 1)} mg"
        parts = (amount, "STRENGTH"), (drug, "DRUG")
        for word, label in parts if before else parts[::-1]:
            identity = f"{label[0]}{place}"
            entities.append({"id": identity, "start": len(text), "end": len(text) + len(word), "label": label})
            text += f"{word} of " if before and label == "STRENGTH" else f"{word} "
        text += "daily . "
        relations.append({"drug": f"D{place}", "attribute": f"S{place}"})
    return {"id": f"n{number}", "text": text, "entities": entities, "relations": relations}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    notes = [json.dumps(note(number, before=bool(number % 2))) for number in range(60)]
    (folder / "train.jsonl").write_text("\n".join(notes[:50]), encoding="utf-8")
    (folder / "dev.jsonl").write_text("\n".join(notes[50:]), encoding="utf-8")
    overrides = {f"paths.{name}": str(folder / f"{name}.jsonl") for name in ("train", "dev")}
    train(CONFIG, folder / "out", overrides=overrides | {"training.max_epochs": 8, "training.eval_frequency": 20})
    return folder / "out" / "model-best"


def blank() -> Language:
    return spacy.blank("en", config=TOKENIZER)


def links(doc: Doc) -> set[tuple[str, str]]:
    return {(one.drug.text, one.attribute.text) for one in doc._.links}


def given(before: bool) -> tuple[Doc, set[tuple[str, str]]]:
    doc = annotated_doc(blank(), note(3, before=before))
    wanted = links(doc_with_scores(doc))
    doc._.link_data = []
    return doc, wanted


def doc_with_scores(doc: Doc) -> Doc:
    doc._.link_data = [{**link, "score": 1.0, "method": "gold", "reason": "gold"} for link in doc._.link_data]
    return doc


def test_training_learns_the_links(model: Path) -> None:
    assert util.load_meta(model / "meta.json")["performance"]["links_f"] > 0.9


@pytest.mark.parametrize("method", ["model", "combined"])
@pytest.mark.parametrize("before", [True, False])
def test_a_trained_model_links_behind_the_same_interface(model: Path, method: str, before: bool) -> None:
    doc, wanted = given(before)
    linked = Linking("en", method=method, model=str(model))(doc)
    assert wanted <= links(linked)
    assert {one.method for one in linked._.links} <= {"model", "rules"}


def test_rules_say_their_reason_also_beside_a_model(model: Path) -> None:
    doc, _ = given(before=False)
    linked = Linking("en", method="combined", model=str(model))(doc)
    assert {one.reason for one in linked._.links} == {"same_instruction"}


def test_probabilities_are_those_of_the_saved_model(model: Path, tmp_path: Path) -> None:
    nlp = spacy.load(model)
    nlp.to_disk(tmp_path / "again")
    doc, _ = given(before=True)
    first = nlp.get_pipe("links").probabilities(doc)
    again = spacy.load(tmp_path / "again").get_pipe("links").probabilities(doc)
    assert [score for *_, score in first] == pytest.approx([score for *_, score in again])


@pytest.mark.parametrize("method", ["model", "combined"])
def test_a_method_without_its_model_is_a_clear_error(method: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a trained model"):
        Linking("en", method=method)
    with pytest.raises(ValueError, match="neither a folder nor an installed package"):
        Linking("en", method=method, model=str(tmp_path / "none"))
    blank().to_disk(tmp_path / "other")
    with pytest.raises(ValueError, match="has no anamnesis_link_classifier"):
        Linking("en", method=method, model=str(tmp_path / "other"))


def test_candidates_are_the_nearest_drugs_on_both_sides() -> None:
    doc = annotated_doc(blank(), note(0, before=False))
    heads, tails = frozenset({"DRUG"}), frozenset({"STRENGTH"})
    near = make_candidates(drugs_each_side=1, characters=400)(doc, heads, tails)
    assert [(drug.text, tail.text) for drug, tail in near] == [
        ("aspirin", "10 mg"),
        ("Lasix", "10 mg"),
        ("Lasix", "20 mg"),
    ]
    assert make_candidates(drugs_each_side=3, characters=0)(doc, heads, tails) == []


def test_corpus_reads_lines_as_json_lines_are(tmp_path: Path) -> None:
    odd = note(0, before=False)
    odd["text"] = odd["text"] + "\u2028end"
    (tmp_path / "gold.jsonl").write_text(json.dumps(odd, ensure_ascii=False) + "\n\n", encoding="utf-8")
    (example,) = make_corpus(tmp_path / "gold.jsonl")(blank())
    assert len(example.reference._.link_data) == 2


@pytest.mark.parametrize(
    "broken",
    ["{", "[]", json.dumps({**note(0, before=False), "relations": [{"drug": "D0", "attribute": "S9"}]})],
)
def test_corpus_names_the_line_that_is_no_gold_note(tmp_path: Path, broken: str) -> None:
    (tmp_path / "gold.jsonl").write_text(f"{json.dumps(note(0, before=False))}\n{broken}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"gold\.jsonl, line 2"):
        list(make_corpus(tmp_path / "gold.jsonl")(blank()))


def test_commands_and_profile_of_the_documentation(tmp_path: Path) -> None:
    root = Path(pipeline.__file__).parent
    links_of_readme = (root / "training" / "README.md").read_text(encoding="utf-8").split("## Links")[1]
    commands, settings = re.findall(r"```(?:console|ini)\n(.*?)```", links_of_readme, re.DOTALL)[:2]
    gold = [json.dumps(note(number, before=bool(number % 2))) for number in range(20)]
    (tmp_path / "gold.jsonl").write_text("\n".join(gold) + "\n", encoding="utf-8")
    (tmp_path / "pipeline").symlink_to(root)
    commands = commands.rstrip() + " --training.eval_frequency 5 --training.max_epochs 2\n"
    bin_first = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, env=bin_first, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    profile = (root / "profiles" / "en.cfg").read_text(encoding="utf-8")
    ours = '[components.anamnesis_linking]\nfactory = "anamnesis_linking"\n'
    assert profile.count(ours) == 1
    settings = settings.replace('"build/', f'"{tmp_path}/build/')
    (tmp_path / "my.cfg").write_text(profile.replace(ours, settings), encoding="utf-8")
    nlp = pipeline.load(str(tmp_path / "my.cfg"))
    assert nlp.get_pipe("anamnesis_linking").method == "combined"
    assert links(nlp("Aspirin 81 mg daily.")) == {("Aspirin", "81 mg"), ("Aspirin", "daily")}


def test_corpus_without_a_path_says_what_to_give() -> None:
    with pytest.raises(ValueError, match=r"--paths\.train"):
        make_corpus(None)  # type: ignore[arg-type]
