"""`anamnesis evaluate` as its users call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import exporters
from tests.cli.browser import measure
from tests.cli.conftest import Run
from tests.pipeline.exporters.events import sample_events


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """What the profile finds in some sample notes, as gold: it scores 1 on it, other systems less."""
    events = sample_events("en")[:6]
    lines = b"".join(block for _, block in exporters.get("gold").export(events, exporters.Context()))
    (tmp_path / "gold.jsonl").write_bytes(lines)
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    return tmp_path


def responses(folder: Path, name: str) -> None:
    """Comprehend Medical that finds drugs only."""
    with (folder / name).open("w", encoding="utf-8") as handle:
        for line in (folder / "gold.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
            note = json.loads(line)
            found = [
                {
                    "BeginOffset": e["start"],
                    "EndOffset": e["end"],
                    "Text": e["text"],
                    "Category": "MEDICATION",
                    "Type": "BRAND_NAME",
                }
                for e in note["entities"]
                if e["label"] == "DRUG"
            ]
            handle.write(json.dumps({"id": note["id"], "Entities": found}) + "\n")


def test_events_are_scored_like_the_profile_that_made_them(inside: Run, gold: Path) -> None:
    first = json.loads(inside("evaluate", "gold.jsonl", "--json").stdout)
    second = json.loads(inside("evaluate", "gold.jsonl", "--system", "events:events.jsonl", "--json").stdout)
    for name in ("entities_strict", "entities_lenient", "links_end_to_end", "history_end_to_end"):
        assert first[name] == second[name]
    assert first["entities_strict"]["all"]["interval"]["f1"] == [1, 1]
    assert first["errors"] == []
    assert "links_gold_entities" not in second


def test_two_systems_are_compared(inside: Run, gold: Path) -> None:
    responses(gold, "amazon.jsonl")
    arguments = ("evaluate", "gold.jsonl", "--system", "comprehend:amazon.jsonl", "--compare", "events:events.jsonl")
    found = json.loads(inside(*arguments, "--json").stdout)
    compared: dict[str, Any] = found["comparison"]["entities_strict"]
    assert compared["DRUG"]["difference"] == 0
    assert compared["DRUG"]["p"] == 1
    assert compared["all"]["difference"] > 0
    assert compared["all"]["interval"][0] > 0
    assert compared["all"]["p"] < 0.1
    assert {error["kind"] for error in found["errors"]} >= {"missed"}
    shown = inside(*arguments).stdout.decode()
    assert "F1 compared" in shown
    assert "approximate randomisation" in shown


def test_a_folder_of_responses_is_read_by_the_names_of_its_files(inside: Run, gold: Path) -> None:
    responses(gold, "amazon.jsonl")
    (gold / "folder").mkdir()
    for line in (gold / "amazon.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        note = json.loads(line)
        (gold / "folder" / f"{note.pop('id')}.txt.out").write_text(json.dumps(note), encoding="utf-8")
    found = [
        json.loads(inside("evaluate", "gold.jsonl", "--system", f"comprehend:{name}", "--json").stdout)
        for name in ("amazon.jsonl", "folder")
    ]
    assert found[0] == found[1]
    assert found[0]["entities_strict"]["DRUG"]["f1"] == 1


def test_errors_are_listed_with_their_context(inside: Run, gold: Path) -> None:
    responses(gold, "amazon.jsonl")
    done = inside("evaluate", "gold.jsonl", "--system", "comprehend:amazon.jsonl", "--errors")
    missed = sum(line.count("not found") for line in done.stdout.decode().split("\n"))
    found = json.loads(inside("evaluate", "gold.jsonl", "--system", "comprehend:amazon.jsonl", "--json").stdout)
    assert missed == sum(error["kind"] == "missed" for error in found["errors"])
    assert (
        inside("evaluate", "gold.jsonl", "--system", "comprehend:amazon.jsonl", "--html", "page.html").returncode == 0
    )
    page = (gold / "page.html").read_text(encoding="utf-8")
    assert f"Not found ({missed})" in page
    assert "<script" not in page
    for width in (390, 1280):
        found = measure(gold / "page.html", width)
        assert found["overflow"] <= 0
        assert found["contrast"] >= 4.5


def test_held_back_notes_are_scored_apart(inside: Run, gold: Path) -> None:
    found = json.loads(inside("evaluate", "gold.jsonl", "--split", "--json", "--resamples", "0").stdout)
    assert found["read"]["notes"] + found["unread"]["notes"] == found["all"]["notes"] == 6
    assert found["unread"]["notes"] == 1
    assert "interval" not in found["all"]["entities_strict"]["all"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "en", "--system", "fr"], b"give one of them"),
        (["--system", "spacy:no_such_model"], b"spaCy cannot load 'no_such_model'"),
        (["--system", "events:nope.jsonl"], b"cannot read nope.jsonl"),
        (["--system", "events:empty.jsonl"], b"empty.jsonl has nothing for the note"),
        (["--system", "comprehend:events.jsonl"], b"events.jsonl, line 1: a response needs the id"),
        (["--map", "CHEMICAL"], b"THEIRS=OURS"),
        (["--map", "CHEMICAL=DRUG"], b"give it with --system spacy:NAME"),
    ],
)
def test_wrong_use_is_one_line(inside: Run, gold: Path, arguments: list[str], message: bytes) -> None:
    (gold / "empty.jsonl").touch()
    done = inside("evaluate", "gold.jsonl", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_gold_without_ids_is_scored_and_what_is_not_there_is_no_zero(inside: Run, gold: Path) -> None:
    entities = [{"start": 8, "end": 13, "label": "DRUG"}, {"start": 14, "end": 19, "label": "STRENGTH"}]
    (gold / "plain.jsonl").write_text(json.dumps({"text": "Started Lasix 40 mg.", "entities": entities}))
    shown = inside("evaluate", "plain.jsonl", "--resamples", "0").stdout.decode()
    assert ["DRUG", "1.000", "1.000", "1.000", "1"] in map(str.split, shown.splitlines())
    assert ["drug", "-", "-", "-", "0", "-", "0"] in map(str.split, shown.splitlines())


def test_a_label_that_nothing_was_found_with_is_said(inside: Run, gold: Path) -> None:
    entities = [{"start": 8, "end": 13, "label": "MED"}, {"start": 14, "end": 19, "label": "STRENGTH"}]
    (gold / "other.jsonl").write_text(json.dumps({"text": "Started Lasix 40 mg.", "entities": entities}))
    said = inside("evaluate", "other.jsonl").stderr.decode()
    assert "nothing was found with the label MED: rename it in the gold (ours are DRUG," in said
    assert "one note: intervals and tests need several" in said
    assert "label MED" not in inside("evaluate", "gold.jsonl").stderr.decode()


def test_a_gold_note_that_stands_twice_is_named(inside: Run, gold: Path) -> None:
    lines = (gold / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    (gold / "twice.jsonl").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    done = inside("evaluate", "twice.jsonl", "--system", "events:events.jsonl")
    assert done.returncode == 2
    assert b"twice.jsonl, line 7: the note" in done.stderr
    assert b"is in line 2 already" in done.stderr


def test_the_line_of_an_unusable_gold_note_is_named(inside: Run, gold: Path) -> None:
    with (gold / "gold.jsonl").open("a", encoding="utf-8") as handle:
        handle.write(
            '{"id": "x", "text": "swordfish", "entities": [{"id": "e", "label": "DRUG", "start": 5, "end": 99}]}\n'
        )
    done = inside("evaluate", "gold.jsonl", "--system", "events:events.jsonl")
    assert b"gold.jsonl, line 7: " in done.stderr
    assert b"swordfish" not in done.stderr
