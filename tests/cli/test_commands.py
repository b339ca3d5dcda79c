"""The commands on notes and on this installation, as processes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import schemas
from pipeline import samples
from tests.cli.conftest import Run

NOTE = "Amoxicillin 500 mg p.o. t.i.d. for 7 days. History of asthma. No fever."
COMMANDS = [
    "try", "annotate", "export", "report", "import", "evaluate", "schema", "demo", "worker", "produce", "tail", "deadletter", "config",
    "doctor",
]  # fmt: skip


def test_help_names_every_command_and_exit_code(anamnesis: Run) -> None:
    done = anamnesis("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} ", done.stdout.decode(), re.MULTILINE), name


@pytest.mark.parametrize(
    "command",
    [
        ["try"],
        ["annotate"],
        ["export"],
        ["import"],
        ["evaluate"],
        ["demo"],
        ["deadletter", "replay"],
        ["schema", "check"],
    ],
)
def test_help_of_a_command_has_an_example(anamnesis: Run, command: list[str]) -> None:
    done = anamnesis(*command, "--help")
    assert done.returncode == 0
    assert f"anamnesis {' '.join(command)}" in done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["frobnicate"], "anamnesis --help"),
        (["annotate"], "anamnesis annotate --help"),
        (["annotate", "--nope"], "anamnesis annotate --help"),
        (["deadletter", "show"], "anamnesis deadletter show --help"),
    ],
)
def test_usage_error_is_one_line_with_a_hint(anamnesis: Run, arguments: list[str], hint: str) -> None:
    done = anamnesis(*arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().endswith(f"; see {hint}\n")
    assert done.stderr.count(b"\n") == 1


def test_version(anamnesis: Run) -> None:
    assert re.fullmatch(rb"anamnesis \d+\.\d+\.\d+\S*\n", anamnesis("--version").stdout)


def test_config_masks_secrets_and_says_where_values_come_from(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('group_id = "g"\nsasl_username = "u"\n', encoding="utf-8")
    env = {"ANAMNESIS_SASL_PASSWORD": "swordfish", "ANAMNESIS_SASL_MECHANISM": "PLAIN"}
    for extra in ([], ["--json"]):
        done = anamnesis("config", "--config", "a.toml", "--set", "shards=3", *extra, env=env)
        assert done.returncode == 0, done.stderr
        assert b"swordfish" not in done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["shards"] == {"value": 3, "source": "option"}
    assert found["group_id"] == {"value": "g", "source": "file a.toml"}
    assert found["sasl_password"] == {"value": "********", "source": "environment ANAMNESIS_SASL_PASSWORD"}


@pytest.mark.parametrize("arguments", [["--set", "shardz=3"], ["--set", "shards"], ["--config", "none.toml"]])
def test_wrong_settings_are_one_line_and_exit_2(anamnesis: Run, arguments: list[str]) -> None:
    done = anamnesis("config", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1


def test_try_shows_drugs_and_reasons(anamnesis: Run) -> None:
    done = anamnesis("try", NOTE, "--explain")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    for words in ("Amoxicillin", "500 mg", "Medications", "asthma", "history", "fingerprint"):
        assert words in shown
    assert "\x1b[" not in shown


def test_try_shows_the_words_of_a_change(anamnesis: Run) -> None:
    done = anamnesis("try", "STOP TAKING: lisinopril 10 mg daily.", "--explain")
    assert "lisinopril: stopped, stop, as “STOP TAKING”" in done.stdout.decode()


def test_try_colours_a_terminal_but_not_with_no_color(anamnesis: Run) -> None:
    for no_color, coloured in (("", True), ("1", False)):
        done = anamnesis("try", NOTE, env={"FORCE_COLOR": "1", "NO_COLOR": no_color})
        assert done.returncode == 0, done.stderr
        assert (re.search(rb"\x1b\[[0-9;]*4[0-9]", done.stdout) is not None) is coloured


def test_try_json_is_the_event_and_a_new_python_says_nothing_else(afresh: Run) -> None:
    done = afresh("try", NOTE, "--json", "--date", "2024-03-12")
    assert done.stderr == b""
    event = json.loads(done.stdout)
    assert event["type"] == "health.note.enriched.v1"
    assert {entity["text"] for entity in event["entities"]} >= {"Amoxicillin", "500 mg", "asthma"}
    assert event["note"]["note_datetime"].startswith("2024-03-12")


def test_try_html_stands_alone_and_escapes_the_note(anamnesis: Run, tmp_path: Path) -> None:
    done = anamnesis("try", NOTE + " <script>alert(1)</script>", "--html", "page.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<mark" in page
    assert "<script>alert" not in page
    assert page.count("<script") == 1
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_try_reads_a_file_and_standard_input(anamnesis: Run, tmp_path: Path) -> None:
    text = samples.load("fr")[0]["text"]
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    from_file = anamnesis("try", "--file", "note.txt", "--language", "fr", "--json")
    for dash in ([], ["-"]):
        assert from_file.stdout == anamnesis("try", *dash, "--language", "fr", "--json", stdin=text.encode()).stdout
    assert json.loads(from_file.stdout)["medications"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], b"the note is empty"),
        (["caf\udce9"], b"no UTF-8"),
        ([NOTE, "--file", "x.txt"], b"not both"),
        (["--file", "x.txt"], b"cannot read x.txt"),
        ([NOTE, "--profile", "nope"], b"no profile 'nope'"),
        (["canary-swordfish", "--date", "canary-swordfish"], b"date of the note"),
    ],
)
def test_try_wrong_use_is_one_line_and_exit_2(anamnesis: Run, arguments: list[str], message: bytes) -> None:
    done = anamnesis("try", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert b"swordfish" not in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_export_of_notes_says_that_they_are_no_events(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_bytes(b"\n".join(samples.lines("en")[:2]))
    done = inside("export", "notes.jsonl", "table.csv")
    assert done.returncode == 2
    assert b"notes.jsonl, line 1: this is no event but a note; first: anamnesis annotate" in done.stderr
    assert not (tmp_path / "table.csv").exists()


def test_export_csv_leaves_out_rejections_and_what_was_retracted(anamnesis: Run, tmp_path: Path) -> None:
    notes = [*samples.lines("en")[:2], b"bad", b'{"note_id": "sample-en-02", "status": "entered-in-error"}']
    (tmp_path / "notes.jsonl").write_bytes(b"\n".join(notes))
    assert anamnesis("annotate", "notes.jsonl", "events.jsonl", "--set", "text_echo=none").returncode == 0
    done = anamnesis("export", "events.jsonl", "table.csv", "--format", "csv", "--notes", "notes.jsonl")
    assert done.returncode == 0, done.stderr
    assert b"1 event written, 3 lines left out" in done.stderr
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    text = samples.load("en")[0]["text"]
    assert rows
    assert {row["note_id"] for row in rows} == {"sample-en-01"}
    assert all(text[int(row["start"]) : int(row["end"])] == row["text"].removeprefix("'") for row in rows)
    assert any(row["label"] == "DRUG" and row["medication"] for row in rows)


def test_export_refuses_another_text_and_an_unknown_format(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_bytes(samples.lines("en")[0])
    assert anamnesis("annotate", "notes.jsonl", "events.jsonl").returncode == 0
    other = samples.load("en")[0] | {"text": "another text"}
    (tmp_path / "other.jsonl").write_text(json.dumps(other), encoding="utf-8")
    changed = anamnesis("export", "events.jsonl", "table.csv", "--notes", "other.jsonl")
    assert (changed.returncode, b"SHA-256" in changed.stderr) == (2, True)
    assert not (tmp_path / "table.csv").exists()
    unknown = anamnesis("export", "events.jsonl", "table.csv", "--format", "xml")
    assert (unknown.returncode, b"there are: brat, csv" in unknown.stderr) == (2, True)


def test_schema_check_names_lines_and_reasons(anamnesis: Run, tmp_path: Path) -> None:
    canary = "canary-swordfish"
    content = f'{{"note_id": "1", "text": "x"}}\n{{"note_id": "2", "text": 3, "x": "{canary}"}}\n{canary}\n'
    (tmp_path / "notes.jsonl").write_text(content, encoding="utf-8")
    done = anamnesis("schema", "check", "notes.jsonl")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[0].startswith("line 2: schema: $.text")
    assert b"3 lines, 2 would be rejected" in done.stderr
    assert canary.encode() not in done.stdout + done.stderr
    found = json.loads(anamnesis("schema", "check", "notes.jsonl", "--json").stdout)
    assert [(one["line"], one["reason"]) for one in found["rejected"]] == [(2, "schema"), (3, "json")]
    (tmp_path / "good.jsonl").write_bytes(b"\n".join(samples.lines("en")))
    assert anamnesis("schema", "check", "good.jsonl").returncode == 0


def test_schema_check_names_languages_without_profile_and_misspelt_fields(anamnesis: Run, tmp_path: Path) -> None:
    notes = [
        {"note_id": "1", "language": "de", "text": "x"},
        {"note_id": "2", "langage": "fr", "note_date": "2024-01-01", "swordfish": 1, "text": "x"},
    ]
    (tmp_path / "notes.jsonl").write_text("\n".join(map(json.dumps, notes)), encoding="utf-8")
    done = anamnesis("schema", "check", "notes.jsonl")
    first, second = done.stdout.decode().splitlines()
    assert first.startswith("line 1: language: ")
    assert second == "line 2: 3 fields ignored that a note does not have; did you mean language or note_datetime?"
    assert b"2 lines, 1 would be rejected" in done.stderr
    (tmp_path / "notes.jsonl").write_text("\n".join(map(json.dumps, reversed(notes))), encoding="utf-8")
    in_order = anamnesis("schema", "check", "notes.jsonl").stdout.decode().splitlines()
    assert [line.partition(":")[0] for line in in_order] == ["line 1", "line 2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("try", "Aspirin", "--birth", "canary"),
            b"the date of birth (--birth) cannot be read; write it as 1951-02-03",
        ),
        (("try", "Aspirin", "--date", "canary"), b"the date of the note (--date) cannot be read"),
        (("try", "Aspirin", "--json", "--html", "page.html"), b"--json and --html both say what is written"),
        (("evaluate", "events.jsonl"), b"line 1: this is an event, no gold note"),
        (("evaluate", "notes.jsonl"), b"line 1: no gold note, it has no 'entities'"),
        (("evaluate", "gold.jsonl", "--system", "foo:bar"), b"what can be scored: a profile, spacy:NAME"),
        (("import", ".", "gold.jsonl", "--format", "label-studio"), b"it is a folder; Label Studio's export format"),
    ],
)
def test_a_mistake_of_use_has_a_message_that_says_what_to_do(
    anamnesis: Run, tmp_path: Path, arguments: tuple[str, ...], message: bytes
) -> None:
    lines = {"events": {"type": "health.note.enriched.v1"}, "notes": {"id": "1", "text": "x"}, "gold": {"entities": []}}
    for name, line in lines.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    done = anamnesis(*arguments)
    assert done.returncode == 2
    assert message in b" ".join(done.stderr.split())
    assert b"canary" not in done.stdout + done.stderr


def test_try_says_which_language_it_takes_where_none_is_named(anamnesis: Run) -> None:
    assert b"read as en; --language names another" in anamnesis("try", "Aspirin 81 mg").stderr
    assert b"read as" not in anamnesis("try", "--language", "en", "Aspirin 81 mg").stderr


def files_of(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*.json")}


def test_schema_export_writes_what_is_published(anamnesis: Run, tmp_path: Path) -> None:
    assert anamnesis("schema", "export", "out").returncode == 0
    published = Path(schemas.__file__).parent / "published"
    assert files_of(tmp_path / "out") == files_of(published)
    schema_files = (tmp_path / "out").glob("*.json")
    assert all(path.read_bytes() == (published / path.name).read_bytes() for path in schema_files)
    (tmp_path / "file").touch()
    assert anamnesis("schema", "export", "file").returncode == 2


def test_doctor_without_a_broker_says_what_is_installed(anamnesis: Run, tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").write_text("raise SystemExit", encoding="utf-8")
    program = Path(sys.executable).with_name("anamnesis")
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        [program, "doctor", "--no-broker", "--json"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings["shadowing module"]["state"] == "warning"
    assert "pipeline.py" in findings["shadowing module"]["found"]
    assert findings["profile en (en)"]["state"] == findings["profile fr (fr)"]["state"] == "ok"
