"""`anamnesis export` to the tools of annotators, and `anamnesis import` back, as processes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pipeline
from pipeline import samples
from schemas import Note, encode
from tests.cli.conftest import Run
from tests.profiles import profile


@pytest.fixture(scope="module")
def enriched() -> bytes:
    nlp = profile("en")
    notes = [msgspec.convert(sample, Note) for sample in samples.load("en")[:3]]
    return b"\n".join(encode(event) for event in pipeline.enrich_many(notes, nlp))


@pytest.fixture
def events(enriched: bytes, tmp_path: Path) -> Path:
    """Three enriched sample notes; their notes lie beside them."""
    (tmp_path / "notes.jsonl").write_bytes(b"\n".join(samples.lines("en")[:3]))
    (tmp_path / "events.jsonl").write_bytes(enriched)
    return tmp_path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("tool", ["prodigy", "label-studio", "brat"])
def test_exported_imported_and_evaluated(inside: Run, events: Path, tool: str) -> None:
    done = inside("export", "events.jsonl", "out", "--format", tool, "--notes", "notes.jsonl")
    assert (done.returncode, done.stderr) == (0, b"3 events written\n")
    assert inside("export", "events.jsonl", "g.jsonl", "-f", "gold", "--notes", "notes.jsonl").returncode == 0
    source = "out/tasks.json" if tool == "label-studio" else "out"
    if tool != "brat":
        kept = inside("import", source, "back.jsonl", "--format", tool)
        assert kept.stderr == b"0 notes written, 3 notes left out that nobody accepted (--unreviewed takes them)\n"
    done = inside("import", source, "back.jsonl", "--format", tool, "--unreviewed")
    assert done.returncode == 0, done.stderr
    assert rows(events / "back.jsonl") == rows(events / "g.jsonl")
    scores = json.loads(inside("evaluate", "back.jsonl", "--json").stdout)
    assert scores["notes"] == 3
    assert scores["entities_strict"]["all"]["f1"] == 1.0


def test_gold_goes_into_a_tool_as_reviewed(inside: Run, events: Path) -> None:
    inside("export", "events.jsonl", "g.jsonl", "--format", "gold", "--notes", "notes.jsonl")
    assert inside("export", "g.jsonl", "out", "--format", "label-studio").returncode == 0
    done = inside("import", "out/tasks.json", "back.jsonl", "--format", "label-studio")
    assert done.stderr == b"3 notes written\n"
    assert rows(events / "back.jsonl") == rows(events / "g.jsonl")


def test_work_of_annotators_is_never_overwritten(inside: Run, events: Path) -> None:
    assert inside("export", "events.jsonl", "out", "-f", "brat", "--notes", "notes.jsonl").returncode == 0
    before = sorted(path.name for path in (events / "out").iterdir())
    again = inside("export", "events.jsonl", "out", "-f", "brat", "--notes", "notes.jsonl")
    assert (again.returncode, b"exists already" in again.stderr) == (2, True)
    assert before == sorted(path.name for path in (events / "out").iterdir())
    assert not list(events.glob(".*.part"))


@pytest.mark.parametrize("tool", ["prodigy", "label-studio", "brat"])
def test_the_line_of_a_misaligned_span_is_named(inside: Run, events: Path, tool: str) -> None:
    inside("export", "events.jsonl", "out", "--format", tool, "--notes", "notes.jsonl")
    canary = "swordfish"
    text = samples.load("en")[1]["text"]
    at = re.search(r"[a-z]{4}", text).start() + 1
    if tool == "prodigy":
        tasks = rows(events / "out")
        tasks[1]["spans"].append({"start": at, "end": at + 1, "label": "FORM", "text": canary})
        (events / "out").write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
        source, place = "out", b"out, line 2: "
    elif tool == "label-studio":
        tasks = json.loads((events / "out/tasks.json").read_bytes())
        value = {"start": at, "end": at + 1, "labels": ["FORM"]}
        tasks[1]["predictions"][0]["result"].append({"id": canary, "type": "labels", "value": value})
        (events / "out/tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
        source, place = "out/tasks.json", b"out/tasks.json, task 2: "
    else:
        document = rows(events / "out/notes.jsonl")[1]["document"]
        with (events / f"out/{document}.ann").open("a", encoding="utf-8") as handle:
            handle.write(f"T999\tFORM {at} {at + 1}\t{text[at]}\n")
        source, place = "out", f"out/{document}.ann: ".encode()
    done = inside("import", source, "back.jsonl", "--format", tool, "--unreviewed")
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: " + place), done.stderr
    assert canary.encode() not in done.stderr
    assert not (events / "back.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["export", "events.jsonl", "out", "--format", "brat"],
            b"events.jsonl, line 1: the format brat needs the text",
        ),
        (["export", "events.jsonl", "-", "--format", "brat", "--notes", "notes.jsonl"], b"name a folder"),
        (["import", "nope", "x.jsonl", "--format", "brat"], b"no folder"),
        (["import", "events.jsonl", "x.jsonl", "--format", "xml"], b"prodigy, label-studio, brat"),
        (
            ["import", "events.jsonl", "x.jsonl", "--format", "label-studio"],
            b"no valid JSON; Label Studio's export format",
        ),
        (["import", "events.jsonl", "events.jsonl", "--format", "prodigy"], b"events.jsonl is what is read"),
        (["export", "events.jsonl", "events.jsonl"], b"events.jsonl is what is read"),
        (["import", "events.jsonl", "x.jsonl", "--format", "prodigy"], b"events.jsonl, line 1: the task has no text"),
    ],
)
def test_wrong_use_is_one_line(inside: Run, events: Path, arguments: list[str], message: bytes) -> None:
    done = inside(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_note_that_stands_twice_is_named(inside: Run, events: Path) -> None:
    inside("export", "events.jsonl", "out", "--format", "prodigy", "--notes", "notes.jsonl")
    content = (events / "out").read_bytes()
    (events / "twice.jsonl").write_bytes(content + content)
    done = inside("import", "twice.jsonl", "back.jsonl", "--format", "prodigy", "--unreviewed")
    assert b"twice.jsonl, line 4: the note is in twice.jsonl, line 1 already" in done.stderr


def test_of_a_note_only_its_newest_version_is_exported_once(inside: Run, events: Path) -> None:
    first, *others = rows(events / "events.jsonl")
    newer = {**first, "event_id": "e2", "note": {**first["note"], "note_version": 2}}
    lines = [newer, first, *others, others[0]]
    (events / "more.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = inside("export", "more.jsonl", "out.ndjson", "--format", "fhir-ndjson")
    assert done.stderr == b"3 events written, 2 lines left out\n"
    documents = [one for one in rows(events / "out.ndjson") if one["resourceType"] == "DocumentReference"]
    assert len(documents) == 3
    assert f"urn:uuid:{first['event_id']}" not in {one["meta"]["source"] for one in documents}


@pytest.mark.parametrize("command", ["export", "report", "evaluate"])
def test_a_line_that_is_no_whole_event_is_named(inside: Run, events: Path, command: str) -> None:
    first, *_ = rows(events / "events.jsonl")
    broken = {**first, "entities": [{**first["entities"][0], "start": "swordfish"}]}
    (events / "bad.jsonl").write_text("\n".join(map(json.dumps, [first, broken])), encoding="utf-8")
    arguments = {
        "export": ["export", "bad.jsonl", "out.csv", "--notes", "notes.jsonl"],
        "report": ["report", "bad.jsonl", "--html", "out.html", "--notes", "notes.jsonl"],
        "evaluate": ["evaluate", "gold.jsonl", "--system", "events:bad.jsonl"],
    }
    (events / "gold.jsonl").write_text(json.dumps({"id": "1", "text": "x", "entities": []}), encoding="utf-8")
    done = inside(*arguments[command])
    assert done.returncode == 2
    assert b"bad.jsonl, line 2: no enriched event of this version, see $.entities[0].start" in done.stderr
    assert b"swordfish" not in done.stderr


def test_import_names_labels_that_no_profile_has(inside: Run, tmp_path: Path) -> None:
    task = {
        "text": "Aspirin 81 mg",
        "spans": [{"start": 0, "end": 7, "label": "DRUGG"}],
        "meta": {"note": "1"},
        "answer": "accept",
    }
    (tmp_path / "tasks.jsonl").write_text(json.dumps(task), encoding="utf-8")
    done = inside("import", "tasks.jsonl", "gold.jsonl", "--format", "prodigy")
    assert done.returncode == 0
    assert b"labels that the profiles of this package do not have: DRUGG 1" in done.stderr
