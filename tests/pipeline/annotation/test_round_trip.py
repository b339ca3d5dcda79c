"""What an annotation tool shows comes back as it went in, and as it was corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from spacy.training import Example

import pipeline
from pipeline import exporters, samples
from pipeline.annotation import AnnotationError, brat, check, label_studio, prodigy
from pipeline.annotation.gold import check_trainable
from pipeline.text.tokenizer import boundaries
from schemas import Note, encode
from tests.pipeline.annotation.notes import gold_notes
from tests.profiles import profile

TEXT = "Aspirin 81 mg and Plavix 75 mg daily. Mother had asthma."


def note(**more: Any) -> dict[str, Any]:
    def span(words: str, **fields: Any) -> dict[str, Any]:
        start = TEXT.index(words)
        return {"start": start, "end": start + len(words), "text": words, **fields}

    entities = [
        span("Aspirin", label="DRUG", id="a"),
        span("81 mg", label="STRENGTH", id="b", alt_spans=[[8, 10]]),
        span("Plavix", label="DRUG", id="c", context="hypothetical"),
        span("75 mg", label="STRENGTH", id="d"),
        span("daily", label="FREQUENCY", id="e"),
    ]
    pairs = (("a", "b"), ("c", "d"), ("a", "e"), ("c", "e"))
    return {
        "id": "n1",
        "text": TEXT,
        "entities": entities,
        "relations": [{"drug": drug, "attribute": attribute} for drug, attribute in pairs],
        "optional": [],
        "history": [
            span("Aspirin", kind="drug", history=True, basis="cue"),
            span("asthma", kind="problem", history=False, context="family"),
        ],
    } | more


def through(tool: str, made: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """A note out to a tool's file and back, as the commands do it."""
    files: dict[str, bytes] = {}
    for name, block in exporters.get(tool).export([made], exporters.Context()):
        files[name] = files.get(name, b"") + block
    if tool == "prodigy":
        return prodigy.read(orjson.loads(files[""]) | {"answer": "accept"})
    if tool == "label-studio":
        return label_studio.read(orjson.loads(files["tasks.json"])[0])
    carried = orjson.loads(files[brat.SIDECAR])
    for name, content in files.items():
        (folder / name).write_bytes(content)
    # As a file system keeps them, where a line end is a line end.
    texts = {ending: (folder / (carried["document"] + ending)).read_bytes().decode() for ending in (".txt", ".ann")}
    return brat.read(brat.Document(carried["document"], texts[".txt"], texts[".ann"], carried))


@pytest.mark.parametrize("tool", ["prodigy", "label-studio", "brat"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(made=gold_notes())
def test_a_round_trip_loses_nothing(tool: str, made: dict[str, Any], tmp_path: Path) -> None:
    check(made)
    check_trainable(made, boundaries(made["text"]))
    assert through(tool, made, tmp_path) == made


@pytest.mark.parametrize("tool", ["prodigy", "label-studio", "brat"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_pipeline_found_comes_back_as_gold(tool: str, language: str, tmp_path: Path) -> None:
    nlp = profile(language)
    for sample in samples.load(language)[:3]:
        event = orjson.loads(encode(pipeline.enrich(Note(note_id=sample["note_id"], text=sample["text"]), nlp)))
        context = exporters.Context({sample["note_id"]: sample})
        (block,) = exporters.get("gold").export([event], context)
        gold = orjson.loads(block[1])
        assert len(gold["relations"]) == len(event["relations"])
        assert through(tool, gold, tmp_path) == gold
        check_trainable(gold, boundaries(gold["text"]))


def test_what_was_imported_trains_a_recogniser() -> None:
    made = prodigy.read(prodigy.task(note()) | {"answer": "accept"})
    assert made is not None
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    entities = [(one["start"], one["end"], one["label"]) for one in made["entities"]]
    example = Example.from_dict(nlp.make_doc(made["text"]), {"entities": entities})
    assert [span.text for span in example.reference.ents] == [one["text"] for one in made["entities"]]
    nlp.add_pipe("ner")
    nlp.initialize(lambda: [example])
    losses = [nlp.update([example])["ner"] for _ in range(12)]
    assert losses[-1] < losses[0]


def test_prodigy_tokens_give_the_text_and_relations_name_the_last_tokens() -> None:
    made = prodigy.task(note())
    assert "".join(token["text"] + " " * token["ws"] for token in made["tokens"]) == TEXT
    assert [token["id"] for token in made["tokens"]] == list(range(len(made["tokens"])))
    for relation in made["relations"]:
        for end, name in (("head", "head_span"), ("child", "child_span")):
            assert relation[end] == relation[name]["token_end"]
            assert made["tokens"][relation[end]]["end"] == relation[name]["end"]
    places = [place for span in made["spans"] for place in range(span["start"], span["end"])]
    assert len(places) == len(set(places))


def test_corrections_in_prodigy() -> None:
    made = prodigy.task(note()) | {"answer": "accept"}
    made["spans"] = [span for span in made["spans"] if span["start"] != TEXT.index("81 mg")]
    made["relations"] = made["relations"][1:]
    found = prodigy.read(made)
    assert found is not None
    assert [entity["id"] for entity in found["entities"]] == ["a", "c", "d", "e"]
    assert found["relations"] == note()["relations"][1:]
    assert found["history"] == note()["history"]
    assert prodigy.read(made | {"answer": "reject"}) is None
    assert prodigy.read({k: v for k, v in made.items() if k != "answer"}) is None


def test_corrections_in_label_studio() -> None:
    made = label_studio.task(note(), reviewed=True)
    (annotation,) = made["annotations"]
    results = annotation["result"]
    for result in results:
        if result.get("from_name") == "history" and result["value"]["text"] == "Aspirin":
            result["value"]["choices"] = ["no"]
        if result.get("from_name") == "label" and result["value"]["text"] == "81 mg":
            result["value"] |= {"end": 10, "text": "81", "labels": ["DOSAGE"]}
    value = {"start": 38, "end": 44, "text": "Mother", "labels": ["PROBLEM"]}
    results.append({"id": "Xq1", "from_name": "label", "to_name": "text", "type": "labels", "value": value})
    found = label_studio.read(made)
    assert found is not None
    assert found["entities"][1] == {"start": 8, "end": 10, "text": "81", "label": "DOSAGE", "id": "b"}
    assert found["history"][0] == {"start": 0, "end": 7, "text": "Aspirin", "kind": "drug", "history": False}
    assert found["history"][-1]["text"] == "Mother"
    assert found["relations"] == note()["relations"]


def test_label_studio_that_counted_utf16_units_is_understood() -> None:
    text = "👩‍⚕️ 𝟓 Aspirin"
    value = {"start": 9, "end": 16, "text": "Aspirin", "labels": ["DRUG"]}
    assert text.encode("utf-16-le")[18:32].decode("utf-16-le") == "Aspirin"
    task = {
        "id": 4,
        "data": {"text": text},
        "annotations": [{"result": [{"id": "x", "type": "labels", "value": value}]}],
    }
    found = label_studio.read(task)
    assert found is not None
    assert (found["id"], found["entities"][0]["text"]) == ("4", "Aspirin")


def test_corrections_in_brat() -> None:
    ann = brat.standoff(note())
    ann = ann.replace("A1\tHistory T1 yes", "A1\tHistory T1 unsure").replace("Arg1:T1 Arg2:T5", "Arg1:T5 Arg2:T1")
    ann += "T9\tFORM 38 44\tMother\nR9\tATTRIBUTE Arg1:T1 Arg2:T9\n#1\tAnnotatorNotes T9\twhat is this?\n"
    found = brat.read(brat.Document("n1", TEXT, ann, brat.sidecar("n1", note())))
    assert found is not None
    assert found["history"][0] == {
        "start": 0,
        "end": 7,
        "text": "Aspirin",
        "kind": "drug",
        "history": True,
        "unsure": True,
    }
    assert found["relations"] == [*note()["relations"], {"drug": "a", "attribute": "T1"}]
    assert found["entities"][-1] == {"start": 38, "end": 44, "text": "Mother", "label": "FORM", "id": "T1"}


@pytest.mark.parametrize("tool", ["label-studio", "brat"])
def test_own_labels_have_their_place_in_the_configuration(tool: str) -> None:
    made = note(entities=[*note()["entities"], {"id": "r", "start": 38, "end": 44, "label": "RISK_FACTOR"}])
    files = {name: block for name, block in exporters.get(tool).export([made], exporters.Context()) if block}
    content = (files.get("config.xml") or files["annotation.conf"]).decode()
    if tool == "label-studio":
        root = ElementTree.fromstring(content)  # noqa: S314 (our own)
        assert "RISK_FACTOR" in {label.get("value") for label in root.iter("Label")}
        assert all("RISK_FACTOR" in str(one.get("whenLabelValue")).split(",") for one in root.iter("Choices"))
    else:
        assert "RISK_FACTOR\n" in content
        assert all("RISK_FACTOR" in line for line in content.split("\n") if line.startswith(("History", "Context")))


@pytest.mark.parametrize(
    ("ann", "line", "words"),
    [
        ("T1\tDRUG 0 99\tAspirin\n", 1, "outside the text"),
        ("T1\tDRUG 0 7\tPlavix\n", 1, "other words"),
        ("\nT1\tDRUG 0 1;5 7\tA in\n", 2, "discontinuous"),
        ("T1\tDRUG zero 7\tAspirin\n", 1, "standoff"),
        ("T1\n", 1, "standoff"),
        ("T1\tDRUG 0 7\tAspirin\nA1\tHistory T1 maybe\n", 2, "yes, no, unsure"),
        ("A1\tHistory T1 yes\n", 1, "not there"),
        ("E1\tX:T1\n", 1, "not understood"),
        ("T1\tDRUG 0 7\tAspirin\nR1\tATTRIBUTE Arg1:T1 Arg2:T2\n", None, "not there"),
    ],
)
def test_an_unusable_line_of_brat_is_named(ann: str, line: int | None, words: str) -> None:
    with pytest.raises(AnnotationError, match=words) as raised:
        brat.read(brat.Document("n1", TEXT, ann, None))
    assert raised.value.line == line


def test_a_text_that_was_changed_is_refused() -> None:
    with pytest.raises(AnnotationError, match="changed"):
        brat.read(brat.Document("n1", TEXT + " ", brat.standoff(note()), brat.sidecar("n1", note())))


def test_file_names_of_brat_are_safe_and_differ() -> None:
    names = brat.Names()
    found = [names.of(one) for one in ("../../etc/passwd", "é/b", "A", "a", "", "x" * 128, "x" * 128)]
    assert found == ["etc_passwd", "b", "A", "a-2", "note", "x" * 80, f"{'x' * 80}-2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"entities": [{"id": "x", "label": "DRUG", "start": 0, "end": 8}]}, "blank"),
        ({"entities": [{"id": "x", "label": "DRUG", "start": 0, "end": 3}]}, "misaligned"),
        (
            {
                "entities": [
                    {"id": i, "label": "DRUG", "start": s, "end": e} for i, s, e in (("x", 0, 10), ("y", 8, 13))
                ]
            },
            "overlap",
        ),
    ],
)
def test_what_cannot_be_trained_on_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        check_trainable(note(**change), boundaries(TEXT))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": 3}, "'id'"),
        ({"text": None}, "'text'"),
        ({"entities": [{"id": "x", "label": "DRUG", "start": 50, "end": 99}]}, "inside the text"),
        ({"entities": [{"id": "x", "label": "DRUG", "start": True, "end": 5}]}, "inside the text"),
        ({"entities": [{"id": "x", "label": "DRUG", "start": 0, "end": 7, "text": "Plavix"}]}, "other words"),
        ({"entities": [{"id": "x", "label": None, "start": 0, "end": 7}]}, "no 'label'"),
        ({"entities": note()["entities"] + note()["entities"][:1]}, "twice"),
        ({"relations": [{"drug": "a", "attribute": "nope"}]}, "relation"),
        ({"history": [{"start": 0, "end": 7, "kind": "person", "history": True}]}, "kind"),
        ({"optional": [{"start": 5, "end": 5}]}, "optional"),
    ],
)
def test_unusable_notes_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(AnnotationError, match=words) as raised:
        check(note(**change))
    assert "Aspirin" not in str(raised.value)
