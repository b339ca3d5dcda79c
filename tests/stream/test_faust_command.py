"""`faust -A workers.app worker` as Faust users expect it, and `anamnesis annotate`: the same events by another way."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import samples
from tests.stream.kafka import Cluster, Given
from tests.stream.notes import notes, send
from tests.stream.topics import Topics
from tests.stream.worker import SETTINGS, WorkerProcess

pytestmark = pytest.mark.kafka

FAUST = (str(Path(sys.executable).with_name("faust")), "-A", "workers.app", "worker", "--loglevel", "debug")
SESSION_SECONDS = float(SETTINGS["session_timeout_seconds"])
MAX_EVENT_BYTES = 200_000
TOO_RICH = "Aspirin 81 mg daily. " * 400
LARGE_TOO = "Vu cet été, déjà. " * 8_000 + TOO_RICH


def annotated(made: list[dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """What `anamnesis annotate` makes of notes, by note_id."""
    (folder / "in.jsonl").write_text("".join(f"{json.dumps(note)}\n" for note in made), encoding="utf-8")
    command = [sys.executable, "-m", "workers", "annotate", str(folder / "in.jsonl"), str(folder / "out.jsonl")]
    subprocess.run(command, check=True, capture_output=True)
    events = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    return {event["note"]["note_id"]: event for event in events}


def test_faust_runs_the_worker_and_its_events_are_those_of_annotate(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka, partitions=3)
    made = [note for language in samples.LANGUAGES for note in samples.load(language)] + notes(60, seed=11)[:60]
    rich = [{"note_id": "rich", "text": TOO_RICH}, {"note_id": "large", "text": LARGE_TOO}]
    settings = topics.settings | {"max_event_bytes": MAX_EVENT_BYTES}
    with WorkerProcess(tmp_path / "worker", settings, program=FAUST) as one:
        send(kafka.bootstrap_servers, topics.names[0], made + rich)
        one.wait_ready()
        verdict = topics.check(120)
        # Faust's own would dump the stacks with what is in them, and open a debugger.
        one.signal(signal.SIGUSR1)
        one.signal(signal.SIGUSR2)
        assert one.stop() == 0, one.log[-2000:]
        assert "Aspirin" not in one.log
        assert "Stack" not in one.log

        one.start()
        one.wait_ready()
        one.signal(signal.SIGSTOP)
        time.sleep(SESSION_SECONDS)
        one.signal(signal.SIGCONT)
        assert one.wait() != 0, "a worker that was frozen for a session must not go on"
        assert "StandstillError" in one.log
    assert verdict.holds, verdict
    assert verdict.duplicated == 0, verdict
    assert verdict.outcomes == {"enriched": len(made), "rejected": 2}

    expected = annotated(made, tmp_path)
    for read in topics.read(topics.names[1]):
        event = json.loads(read.value or b"")
        assert event["provenance"]["group"] == topics.name
        assert event["timings"]["nlp_seconds"] >= 0
        event |= {"provenance": {}, "timings": {}}
        assert event == expected[event["note"]["note_id"]]

    # An event that is too large is a rejection, and so is one whose note is too large for the dead letter topic.
    kept, withheld = sorted(topics.read(topics.names[2]), key=lambda letter: not letter.value)
    assert [letter.header("dlq_reason") for letter in (kept, withheld)] == ["produce_too_large"] * 2
    assert json.loads(kept.value or b"") == rich[0]
    assert (withheld.value, withheld.header("dlq_value")) == (b"", "withheld")
    original = json.dumps(rich[1]).encode()
    assert withheld.header("dlq_value_sha256") == hashlib.sha256(original).hexdigest()
