"""The training project, from notes to a model that the recogniser loads, on the package's own samples."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import spacy
import srsly
from spacy.cli.init_config import fill_config
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.training.pretrain import pretrain
from spacy.util import load_config

import pipeline
from pipeline import samples
from pipeline.medications.candidate_model import CandidateModel
from pipeline.medications.recognizer import MedicationRecognizer
from pipeline.training import convert, names_taken_out, silver
from pipeline.training.ship import ship

TRAINING = Path(pipeline.__file__).parent / "training"


def annotated(language: str) -> list[dict[str, Any]]:
    """The samples with what the profile finds in them, as corrected annotations would be."""
    nlp = pipeline.load("en-fast" if language == "en" else language)
    notes = []
    for note in samples.load(language):
        doc = nlp(note["text"])
        entities = [
            {"start": e.start_char, "end": e.end_char, "label": e.label_}
            for e in doc.ents
            if e._.source in ("lexicon", "grammar")
        ]
        notes.append({"id": note["note_id"], "text": note["text"], "entities": entities})
    return notes


def lines(path: Path, notes: list[Any]) -> Path:
    path.write_text("\n".join(note if isinstance(note, str) else json.dumps(note) for note in notes), encoding="utf-8")
    return path


def trained(config_name: str, folder: Path, corpus: Path, raw: Path, **overrides: Any) -> Path:
    """`spacy pretrain` and `spacy train` with a config of the project, as short as they can be."""
    filled = folder / config_name
    fill_config(filled, TRAINING / "configs" / config_name, pretraining=True, silent=True)
    paths = {
        "paths.train": str(corpus / "train.spacy"),
        "paths.dev": str(corpus / "dev.spacy"),
        "paths.raw_text": str(raw),
    }
    (folder / "pretrained").mkdir()
    raw_text = load_config(filled, overrides={**paths, "pretraining.max_epochs": 1}, interpolate=True)
    pretrain(raw_text, folder / "pretrained")
    weights = {"paths.init_tok2vec": str(folder / "pretrained" / "model-last.bin")}
    nlp = init_nlp(load_config(filled, overrides={**paths, **weights, **overrides}))
    (folder / "trained").mkdir()
    with (folder / "out.txt").open("w") as out, (folder / "err.txt").open("w") as err:
        train(nlp, folder / "trained", stdout=out, stderr=err)
    return folder / "trained" / "model-last"


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_chain_of_the_model_of_unlisted_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = lines(tmp_path / "notes.jsonl", samples.load("en") * 4)
    silver.main([str(notes), str(tmp_path / "corpus")])
    model = trained(
        "unlisted.cfg", tmp_path, tmp_path / "corpus", tmp_path / "corpus" / "raw.jsonl", **{"training.max_epochs": 1}
    )
    target = tmp_path / "en_own"
    assert 0 < ship(model, target, "1.2.3") < 10_000_000
    assert json.loads((target / "meta.json").read_text())["version"] == "1.2.3"
    assert str(tmp_path) not in (target / "config.cfg").read_text()
    nlp = spacy.blank("en")
    scores = CandidateModel(target, nlp.vocab).scores([["given", "<?", "X~vax", "?>", "daily"], ["<?", "x~ous", "?>"]])
    assert len(scores) == 2
    assert all(0 <= score <= 1 for score in scores)
    gold = lines(tmp_path / "gold.jsonl", annotated("en"))
    names_taken_out.main([str(gold), "--model", str(target), "--names", "3", "--draws", "1"])
    assert "rules only" in capsys.readouterr().out
    doc = pipeline.load("en", overrides={"components.anamnesis_medications.model": str(target)})("aspirin 81 mg")
    assert [entity.label_ for entity in doc.ents] == ["DRUG", "STRENGTH"]


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_chain_of_a_recogniser_of_own_labels(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", annotated("en") * 2)
    for part in ("train", "dev"):
        assert convert.main([str(gold), str(tmp_path / "corpus" / f"{part}.spacy"), "--part", part]) == 0
    model = trained("ner.cfg", tmp_path, tmp_path / "corpus", gold, **{"training.max_steps": 3})
    nlp = pipeline.load(str(model))
    assert {"ner", "anamnesis_history", "anamnesis_posology"} <= set(nlp.pipe_names)
    assert "DRUG" in nlp.get_pipe("ner").labels
    assert nlp("aspirin 81 mg daily").text == "aspirin 81 mg daily"


def test_commands_of_the_project_name_what_is_there() -> None:
    project = srsly.read_yaml(TRAINING / "project.yml")
    names = {command["name"] for command in project["commands"]}
    assert {step for steps in project["workflows"].values() for step in steps} <= names
    scripts = " ".join(line for command in project["commands"] for line in command.get("script", ()))
    for module in re.findall(r"-m (pipeline\.training\.\w+)", scripts):
        assert (TRAINING / f"{module.rsplit('.', 1)[1]}.py").is_file(), module
    for config in re.findall(r"configs/\w+\.cfg|functions\.py", scripts):
        assert (TRAINING / config).is_file(), config


@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_conversion_keeps_the_spans(tmp_path: Path, language: str) -> None:
    notes = annotated(language)
    out = tmp_path / "all.spacy"
    assert convert.convert(lines(tmp_path / "g.jsonl", notes), out, language, "all") == len(notes)
    docs = DocBin().from_disk(out).get_docs(convert.blank(language).vocab)
    for doc, note in zip(docs, notes, strict=True):
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [
            (e["start"], e["end"], e["label"]) for e in sorted(note["entities"], key=lambda e: e["start"])
        ]


def entity(start: Any, end: Any, label: str = "DRUG") -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("{not json", "line 2: not JSON"),
        ({"entities": []}, "line 2: an object with `text` is expected"),
        ({"text": "aspirin"}, "line 2: the note has no `entities`"),
        ({"text": "aspirin", "entities": [{"start": 0}]}, "line 2: an entity needs"),
        ({"text": "aspirin", "entities": [entity(0, 90)]}, "line 2: DRUG 0-90 lies outside"),
        ({"text": "aspirin daily", "entities": [entity(0, 3)]}, "line 2: DRUG 0-3 begins or ends inside a word"),
        (
            {"text": "aspirin 81 mg", "entities": [entity(0, 10), entity(8, 13, "STRENGTH")]},
            "line 2: DRUG 0-10 and STRENGTH 8-13 overlap",
        ),
    ],
)
def test_wrong_annotations_are_named_by_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], note: Any, message: str
) -> None:
    file = lines(tmp_path / "gold.jsonl", [{"text": "fine", "entities": []}, note])
    assert convert.main([str(file), str(tmp_path / "out.spacy")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.spacy").exists()


def test_silver_windows_hide_the_names() -> None:
    recognizer = MedicationRecognizer("en")
    rng = random.Random(1)  # noqa: S311  reproducible, not secret
    text = "She takes Lasix 40 mg daily and Coumadin 5 mg. The sclerae were clear. Allergies: penicillin."
    found = list(silver.windows_of(text, recognizer, rng))
    assert {label for _, label in found} == {"DRUG", "OTHER"}
    assert not {"lasix", "coumadin", "penicillin"} & {token.lower() for tokens, _ in found for token in tokens}


def test_notes_that_hold_gold_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "The patient was discharged on furosemide forty milligrams by mouth every morning and aspirin"
    notes = lines(tmp_path / "n.jsonl", [{"text": f"{sentence}. Follow up."}, {"text": "Takes Lasix 40 mg daily."}])
    gold = lines(tmp_path / "g.jsonl", [{"text": sentence}])
    silver.main([str(notes), str(tmp_path / "corpus"), "--without", str(gold)])
    assert capsys.readouterr().err.startswith("1 notes")


def test_ship_refuses_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="missing"):
        ship(tmp_path, tmp_path / "out", "1.0.0")
