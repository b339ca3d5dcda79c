"""annotate: one line out for each line in, in order, the same bytes however many processes read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import samples
from tests.cli.conftest import Run

CANARY = "canary-swordfish-4711"


def lines(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    assert content == b"" or content.endswith(b"\n")
    return [json.loads(line) for line in content.split(b"\n")[:-1]]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample notes of both languages, and what a file can hold between them."""
    path = tmp_path_factory.mktemp("notes") / "mixed.jsonl"
    good = [line for language in samples.LANGUAGES for line in samples.lines(language)]
    odd = [
        b"",
        b"   ",
        '{"note_id": "u2028", "text": "Aspirin\u2028 81 mg daily.\u0085 End"}'.encode(),
        b'{"note_id": "crlf", "text": "Aspirin 81 mg"}\r',
        b'{"note_id": "gone", "status": "entered-in-error", "patient_id": "p"}',
        f'{{"note_id": "bad", "text": "{CANARY}'.encode(),
        f'{{"note_id": 3, "text": "{CANARY}"}}'.encode(),
        f'{{"note_id": "lang", "language": "de", "text": "{CANARY}"}}'.encode(),
        b"\xff\xfe",
    ]
    path.write_bytes(b"\n".join([*good[:5], *odd, *(good[5:] * 3)]))
    return path


def test_one_line_each_in_order_and_equal_bytes_with_two_processes_and_other_hashes(
    anamnesis: Run, afresh: Run, tmp_path: Path, mixed: Path
) -> None:
    results = []
    for name, run, workers in (("one", anamnesis, "1"), ("again", afresh, "1"), ("two", anamnesis, "2")):
        done = run("annotate", mixed, f"{name}.jsonl", "--workers", workers)
        assert done.returncode == 0, done.stderr
        assert done.stdout == b""
        results.append((tmp_path / f"{name}.jsonl").read_bytes())
    assert results[0] == results[1] == results[2]
    sent = mixed.read_bytes().split(b"\n")
    events = lines(tmp_path / "one.jsonl")
    assert len(events) == len(sent)
    for number, (line, event) in enumerate(zip(sent, events, strict=True), 1):
        if event["type"] == "health.note.rejected.v1":
            assert event["line"] == number
        else:
            assert event["note"]["note_id"] == json.loads(line)["note_id"]


def test_what_a_line_can_become(anamnesis: Run, tmp_path: Path, mixed: Path) -> None:
    done = anamnesis("annotate", mixed, "out.jsonl")
    found = lines(tmp_path / "out.jsonl")[5:14]
    assert [event.get("reason") for event in found] == [
        "empty",
        "empty",
        None,
        None,
        "entered-in-error",
        "json",
        "schema",
        "language",
        "utf8",
    ]
    assert found[2]["note"]["text_length"] == len("Aspirin\u2028 81 mg daily.\u0085 End")
    assert found[4]["type"] == "health.note.retracted.v1"
    assert found[7]["note_id"] == "lang"
    assert b"1 retracted, 6 rejected (empty 2, json 1, language 1, schema 1, utf8 1)" in done.stderr
    assert CANARY.encode() not in (tmp_path / "out.jsonl").read_bytes() + done.stderr


def test_events_hold_nothing_of_time_or_place(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(samples.lines("fr")[0])
    assert anamnesis("annotate", "in.jsonl", "out.jsonl").returncode == 0
    (event,) = lines(tmp_path / "out.jsonl")
    assert event["provenance"] == event["timings"] == {}
    assert event["note"]["language_source"] == "note"
    note = samples.load("fr")[0]
    assert event["entities"]
    assert all(note["text"][entity["start"] : entity["end"]] == entity["text"] for entity in event["entities"])


def test_language_and_profile_options(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"note_id": "1", "text": "Aspirine 100 mg par jour."}\n', encoding="utf-8")
    for arguments in (("--language", "fr-CA"), ("--profile", "fr")):
        assert anamnesis("annotate", "in.jsonl", "out.jsonl", *arguments).returncode == 0
        (event,) = lines(tmp_path / "out.jsonl")
        assert (event["note"]["language"], event["note"]["language_source"]) == ("fr", "option")
        assert event["pipeline"]["profile"] == "fr"


def test_standard_input_to_standard_output(anamnesis: Run) -> None:
    done = anamnesis("annotate", "-", "-", stdin=samples.lines("en")[0] + b"\n\n")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == [
        "health.note.enriched.v1",
        "health.note.rejected.v1",
    ]


def test_empty_file_gives_an_empty_file(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert anamnesis("annotate", "in.jsonl", "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.jsonl", "out.jsonl"), b"cannot read missing.jsonl: No such file"),
        (("in.jsonl", "no/such/out.jsonl"), b"cannot write no/such/out.jsonl"),
        (("in.jsonl", "."), b"it is a folder"),
        (("in.jsonl", "./in.jsonl"), b"in.jsonl is what is read; name another file to write"),
        (("in.jsonl", "out.jsonl", "--language", "de"), b"no profile for the language de"),
        (("in.jsonl", "out.jsonl", "--profile", "nope"), b"no profile 'nope'"),
        (("in.jsonl", "out.jsonl", "--profile", "fr", "--language", "en"), b"the profile fr reads fr, not en"),
        (("in.jsonl", "out.jsonl", "--workers", "0"), b"--workers"),
        (("in.jsonl", "out.jsonl", "--set", "text_echo=all"), b"text_echo"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2_and_leaves_no_file(
    inside: Run, tmp_path: Path, arguments: tuple[str, ...], message: bytes
) -> None:
    (tmp_path / "in.jsonl").write_bytes(samples.lines("en")[0])
    done = inside("annotate", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
