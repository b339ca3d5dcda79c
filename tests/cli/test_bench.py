"""`anamnesis bench`: what it prints is measured and hangs together; no figure is tested against a clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run
from tests.json_schemas import validator
from workers.capacity import Load, Machine, plan
from workers.cli.capacity_report import Measured, pause_seconds, values
from workers.cli.worker_cost import WorkerCost
from workers.settings import Settings
from workers.speed import fit, notes_of_length

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "anamnesis"
QUICK = ("--seconds", "0.2", "--set", "profiles=fr=fr")


def test_each_profile_is_measured(anamnesis: Run) -> None:
    done = anamnesis("bench", *QUICK, "--json")
    assert done.returncode == 0, done.stderr
    [speed] = json.loads(done.stdout)["profiles"]
    assert (speed["profile"], speed["language"]) == ("fr", "fr")
    assert speed["seconds"] >= 0.2
    assert speed["notes_per_second"] == pytest.approx(speed["notes"] / speed["seconds"])
    low, high, highest = speed["milliseconds"]
    assert 0 < low <= high <= highest


def test_own_notes_are_read_and_a_bad_one_is_named(anamnesis: Run, tmp_path: Path) -> None:
    note = {"note_id": "n1", "language": "fr", "text": "Doliprane 1 g x 3/j."}
    (tmp_path / "good.jsonl").write_text(json.dumps(note) + "\n", encoding="utf-8")
    done = anamnesis("bench", *QUICK, "--notes", "good.jsonl")
    assert done.returncode == 0, done.stderr
    assert b"fr (fr)" in done.stdout
    (tmp_path / "bad.jsonl").write_text(json.dumps(note | {"text": 5}) + "\n", encoding="utf-8")
    failed = anamnesis("bench", *QUICK, "--notes", "bad.jsonl")
    assert failed.returncode == 2
    assert b"error: note 1 for the profile fr" in failed.stderr
    (tmp_path / "english.jsonl").write_text(json.dumps(note | {"language": "en"}) + "\n", encoding="utf-8")
    other = anamnesis("bench", *QUICK, "--notes", "english.jsonl")
    assert other.returncode == 2
    assert b"no notes in a language with a profile: fr" in other.stderr


def test_capacity_measures_plans_and_prints_values_that_the_settings_take(anamnesis: Run) -> None:
    done = anamnesis(
        "bench", *QUICK, "--capacity", "--notes-a-day", "200000", "--mean-length", "900", "--peak-factor", "4",
        "--shards", "1", "--json",
        env={"ANAMNESIS_SASL_MECHANISM": "PLAIN", "ANAMNESIS_SASL_USERNAME": "u", "ANAMNESIS_SASL_PASSWORD": "p"},
        timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    load, machine = found["load"], found["machine"]
    assert load["peak_rate"] == pytest.approx(200_000 / 86_400 * 4)
    assert machine["one_shard"] > 0
    assert machine["worker"]["notes_per_second"] > 0
    assert machine["worker"]["memory_bytes"] > 50 * 1024 * 1024
    again = plan(
        Load(200_000, 900, 4, shards_per_pod=1),
        Machine(
            **{
                name: machine[name] for name in ("note_seconds", "character_seconds", "parent_seconds", "start_seconds")
            },
            pause_seconds=machine["pause_seconds"],
        ),
    )
    planned = found["plan"]
    assert planned["pods"] == again.pods
    assert planned["partitions"] == again.partitions
    values = found["values"]
    assert values["kafka"]["partitions"] == planned["partitions"] >= values["autoscaling"]["maxReplicas"]
    Settings(shards=values["shards"], **values["settings"])


@pytest.mark.parametrize("notes_a_day", [1_000, 500_000, 20_000_000])
@pytest.mark.parametrize("memory", [None, 320_000_000])
def test_the_values_are_names_of_the_chart_that_its_schema_takes(notes_a_day: float, memory: int | None) -> None:
    settings = Settings()
    load, machine = Load(notes_a_day), Machine(0.004, 1e-5, 0.001, 12.0, pause_seconds(settings, 0.024))
    measured = Measured(2, 40.0, 60.0, WorkerCost(12.0, 50.0, 0.001, memory))
    planned = plan(load, machine, transactional=True)
    made = values(settings, load, machine, measured, planned, transactional=True)
    usual = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    for group in ("kafka", "resources", "autoscaling"):
        assert set(made[group]) <= set(usual[group])
    assert set(made["autoscaling"]["keda"]) <= set(usual["autoscaling"]["keda"])
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    takes = validator(schema, "Draft7")
    takes.check_schema(schema)
    takes.validate(merged(usual, made))


def merged(usual: dict[str, object], own: dict[str, object]) -> dict[str, object]:
    """Values over the usual ones, as Helm lays them."""
    found = dict(usual)
    for name, value in own.items():
        below = usual.get(name)
        found[name] = merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--capacity",), b"--capacity and --notes-a-day N belong together"),
        (("--notes-a-day", "5"), b"--capacity and --notes-a-day N belong together"),
        (("--notes", "nowhere.jsonl"), b"cannot read nowhere.jsonl"),
        (("--set", "profiles=de=nowhere"), b"no sample notes for de"),
        (("--capacity", "--notes-a-day", "0"), b"--notes-a-day"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(anamnesis: Run, arguments: tuple[str, ...], message: bytes) -> None:
    done = anamnesis("bench", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("length", [1, 40, 333, 5000])
def test_notes_have_the_length_that_was_asked_for(length: int) -> None:
    lines = [json.dumps({"note_id": str(n), "text": f"{n} " * 50}).encode() for n in range(3)]
    notes = [json.loads(line) for line in notes_of_length(lines, length, 7)]
    assert [len(note["text"]) for note in notes] == [length] * 7


def test_a_line_through_times_never_says_that_a_note_takes_less_than_nothing() -> None:
    assert fit([1000, 2000, 4000], [0.002, 0.003, 0.005]) == (pytest.approx(0.001), pytest.approx(1e-6))
    assert fit([1000, 2000, 4000], [0.005, 0.004, 0.003]) == (pytest.approx(0.004), 0.0)
    at_zero, slope = fit([1000, 2000, 4000], [0.001, 0.004, 0.012])
    assert at_zero == 0.0
    assert slope > 0
