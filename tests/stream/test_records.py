"""Every kind of record on a real broker: one outcome each, the original in the dead letter topic, and no text anywhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from tests.schemas.test_decode import MALFORMED
from tests.stream import odd_worker
from tests.stream.judgement import Read
from tests.stream.kafka import Cluster, Given
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess, environment

pytestmark = pytest.mark.kafka

CANARY = "zygomycosis-canary"
KEY = "canary-key-4711"
MAX_EVENT_BYTES = 1_000_000
LARGEST = 8 * 1024 * 1024

Sent = tuple[str | None, bytes | None, dict[str, bytes]]
"""The expected reason (None: an event, a retraction or a tombstone), value, headers."""


def note(**fields: Any) -> bytes:
    return json.dumps({"note_id": "n1", "text": f"Aspirin 81 mg daily. {CANARY}", **fields}).encode()


def records() -> list[Sent]:
    """What producers send on bad days, between good notes; the last ones are of one life of a note."""
    hostile: list[Sent] = [
        ("component_error", note(text=f"RAISE {CANARY}"), {}),
        ("crash", note(text=f"DIE {CANARY}"), {}),
        ("timeout", note(text=f"HANG {CANARY}"), {}),
        ("language", note(language="de"), {}),
        ("language", note(language="fr", note_id="f1"), {}),
        ("schema", note(status=CANARY), {}),
        ("schema", note(note_datetime=CANARY), {}),
        ("schema", note(meta={CANARY: 1}), {}),
        ("json", note()[:-5], {}),
        ("json", note()[:-5], {"content-type": b"application/cloudevents+json"}),
        ("content_type", note(), {"content-type": b"text/xml; " + CANARY.encode()}),
        ("content_type", note(), {"ce_type": CANARY.encode()}),
    ]
    malformed: list[Sent] = [(reason, value, {"x-trace": CANARY.encode()}) for reason, value in MALFORMED]
    good: list[Sent] = [(None, note(note_id=f"g{number}", meta={"k": CANARY}), {}) for number in range(40)]
    mixed = [each for pair in zip(malformed, good * 2, strict=False) for each in pair] + hostile
    life: list[Sent] = [
        (None, note(note_id="life"), {}),
        (None, note(note_id="life", note_version=2, text="x"), {}),
        (None, json.dumps({"note_id": "life", "note_version": 2, "status": "entered-in-error"}).encode(), {}),
        (None, None, {}),
        (None, note(note_id="life", note_version=3), {}),
    ]
    return mixed + life


def send(kafka: Cluster | Given, topic: str, sent: list[Sent]) -> None:
    limits = {"enable.idempotence": True, "message.max.bytes": LARGEST, "log_level": 0}
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, **limits})
    for _, value, headers in sent:
        producer.produce(topic, value, KEY, headers=list(headers.items()), partition=0)
    assert producer.flush(60) == 0


def test_each_record_has_one_outcome_and_its_text_is_nowhere_else(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka, partitions=1, max_message_bytes=str(LARGEST))
    source, output, dead = topics.names
    settings = topics.settings | {
        "profiles": odd_worker.profiles(tmp_path).split(",")[0],
        "note_deadline_seconds": 2,
        "batch_deadline_seconds": 4,
        "log_level": "debug",
    }
    sent = records()
    with WorkerProcess(tmp_path / "worker", settings, program=odd_worker.program()) as one:
        send(kafka, source, sent)
        one.wait_ready()
        verdict = topics.check(120)
        pages = [one.get(path) for path in ("metrics", "readyz", "livez", "table", "router", "")]
        assert one.stop() == 0
    assert verdict.holds, verdict
    assert verdict.duplicated == 0, verdict
    assert [status for status, _ in pages] == [200, 200, 200, 404, 404, 404]

    letters = topics.read(dead)
    for letter in letters:
        original = sent[int(letter.header("dlq_offset") or -1)][1] or b""
        assert letter.value == (original if len(original) < MAX_EVENT_BYTES else b"")
    reasons = {int(letter.header("dlq_offset") or -1): letter.header("dlq_reason") for letter in letters}
    assert reasons == {offset: reason for offset, (reason, *_) in enumerate(sent) if reason is not None}

    published = topics.read(output)
    kinds = [(read.header("ce_type") or "").split(".")[2] for read in published][-5:]
    assert kinds == ["enriched", "enriched", "retracted", "tombstone", "enriched"]
    assert {read.key for read in [*published, *letters]} == {KEY.encode()}

    shown = one.log + "".join(text for _, text in pages)
    assert CANARY not in shown
    assert KEY not in shown
    assert CANARY not in str([_added(read) for read in [*published, *letters]])

    replay_what_has_a_profile_now(kafka, topics, settings, tmp_path)


def replay_what_has_a_profile_now(
    kafka: Cluster | Given, topics: Topics, settings: dict[str, Any], tmp_path: Path
) -> None:
    """A note was rejected for want of a French profile; with one, `deadletter replay` brings its event."""
    source, output, _ = topics.names
    before = len(topics.read(output))
    command = [sys.executable, "-m", "workers", "deadletter", "replay", "--reason", "language"]
    done = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2 notes sent again" in done.stderr
    assert CANARY not in done.stdout + done.stderr
    again = topics.read(source)[-2:]
    assert [read.header("anamnesis_replay") for read in again] == ["1", "1"]
    with WorkerProcess(
        tmp_path / "again", settings | {"profiles": odd_worker.profiles(tmp_path)}, program=odd_worker.program()
    ) as second:
        verdict = topics.check(120)
        assert second.stop() == 0
    assert verdict.holds, verdict
    fresh = [json.loads(read.value or b"") for read in topics.read(output)[before:]]
    assert [event["note"]["note_id"] for event in fresh] == ["f1"]
    assert verdict.reasons["language"] == 3  # the German note is rejected again


def _added(read: Read) -> list[tuple[str, bytes]]:
    """Headers that are ours, not those that a producer sent."""
    ours = ("dlq_", "ce_", "content-type")
    rejected = read.header("dlq_reason") is not None
    return [(name, value) for name, value in read.headers or () if name.startswith("dlq_" if rejected else ours)]
