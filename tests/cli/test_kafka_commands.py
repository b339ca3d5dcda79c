"""produce, tail, deadletter and doctor against librdkafka's in-process cluster: real protocol, nothing to install."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.cli.conftest import Run
from workers.cli.kafka import Reader
from workers.embedded import EmbeddedBroker
from workers.settings import Settings

CANARY = "canary-swordfish-4711"
NOTES, REJECTED = "health.notes", "health.notes.rejected"


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """The address of a broker; topics appear when they are first asked for."""
    with EmbeddedBroker(NOTES, REJECTED, "health.notes.enriched") as embedded:
        yield embedded.bootstrap_servers


def records(broker: str, topic: str) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
    """All records of a topic: key, value, headers."""
    with Reader(Settings(bootstrap_servers=broker), topic) as reader:
        return [(message.key(), message.value(), dict(message.headers() or ())) for message in reader.all()]


def reject(broker: str, value: bytes, headers: dict[str, str], key: bytes = b"p1") -> None:
    """Put one rejection on the dead letter topic as the worker does."""
    producer = Producer({"bootstrap.servers": broker, "log_level": 3})
    producer.produce(REJECTED, key=key, value=value, headers={"traceparent": CANARY, **headers}, partition=0)
    assert producer.flush(10) == 0


def dlq(offset: int, **more: str) -> dict[str, str]:
    return {
        "dlq_reason": "json",
        "dlq_stage": "decode",
        "dlq_topic": NOTES,
        "dlq_partition": "0",
        "dlq_offset": str(offset),
        "dlq_attempts": "1",
    } | more


def test_produce_sends_each_line_as_it_stands_with_the_patient_as_key(
    broker: str, anamnesis: Run, tmp_path: Path
) -> None:
    lines = [
        '{"note_id": "1", "patient_id": "p1", "text": "a\u2028b"}',
        "",
        "no json",
        '{"note_id": "2", "text": "x"}',
    ]
    (tmp_path / "notes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = anamnesis("produce", "notes.jsonl", "-b", broker, "--topic", "sent")
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert b"3 notes sent to sent, 2 without a patient" in done.stderr
    found = records(broker, "sent")
    assert sorted(value or b"" for _, value, _ in found) == sorted(line.encode() for line in lines if line)
    assert {key for key, value, _ in found if value == lines[0].encode()} == {b"p1"}


def test_tail_shows_events_and_ends_by_itself(broker: str, anamnesis: Run) -> None:
    producer = Producer({"bootstrap.servers": broker, "log_level": 3})
    retracted = {"type": "health.note.retracted.v1", "note": {"note_id": "n9"}}
    producer.produce("events", key=b"p", value=json.dumps(retracted).encode(), partition=0)
    producer.produce("events", key=b"p", value=None, partition=0)
    assert producer.flush(10) == 0
    shown = anamnesis("tail", "-b", broker, "--topic", "events", "--from-beginning", "--limit", "2")
    assert shown.returncode == 0, shown.stderr
    assert b"n9 retracted" in shown.stdout
    assert b"tombstone" in shown.stdout
    raw = anamnesis("tail", "-b", broker, "--topic", "events", "--from-beginning", "--seconds", "1", "--json")
    assert [json.loads(line) for line in raw.stdout.splitlines()] == [retracted]


def test_deadletter_lists_shows_and_replays(broker: str, anamnesis: Run) -> None:
    value = json.dumps({"note_id": "n1", "text": CANARY}).encode()
    reject(broker, value, dlq(0, anamnesis_replay="1"))
    reject(broker, b"other", dlq(1, dlq_reason="timeout"), key=b"p2")

    listed = anamnesis("deadletter", "list", "-b", broker, "--json")
    assert listed.returncode == 0, listed.stderr
    assert [(one["record"], one["reason"], one["offset"]) for one in json.loads(listed.stdout)] == [
        ("0:0", "json", 0),
        ("0:1", "timeout", 1),
    ]
    assert b"2 rejections: json 1, timeout 1" in anamnesis("deadletter", "list", "-b", broker).stderr

    shown = anamnesis("deadletter", "show", "0:0", "-b", broker)
    assert shown.returncode == 0, shown.stderr
    assert CANARY.encode() not in shown.stdout + shown.stderr
    assert CANARY.encode() in anamnesis("deadletter", "show", "0:0", "--text", "-b", broker).stdout

    dry = anamnesis("deadletter", "replay", "--all", "--to", "again", "--dry-run", "-b", broker)
    assert b"2 notes would be sent" in dry.stderr
    sent = anamnesis("deadletter", "replay", "--reason", "json", "--to", "again", "-b", broker)
    assert sent.returncode == 0, sent.stderr
    assert b"1 note sent again" in sent.stderr
    assert records(broker, "again") == [(b"p1", value, {"traceparent": CANARY.encode(), "anamnesis_replay": b"2"})]


def test_replay_reads_a_withheld_note_again_and_warns_of_later_versions(broker: str, anamnesis: Run) -> None:
    producer = Producer({"bootstrap.servers": broker, "log_level": 3})
    first, second = ({"note_id": "n1", "note_version": version, "text": "x"} for version in (1, 2))
    for note in (first, second):
        producer.produce("source", key=b"p1", value=json.dumps(note).encode(), partition=1)
    assert producer.flush(10) == 0
    withheld = dlq(0, dlq_topic="source", dlq_partition="1", dlq_value="withheld", dlq_value_bytes="9")
    reject(broker, b"", withheld | {"dlq_reason": "produce_too_large"})
    reject(broker, b"", withheld | {"dlq_reason": "produce_too_large", "dlq_offset": "99"})
    sent = anamnesis("deadletter", "replay", "--reason", "produce_too_large", "--to", "anew", "-b", broker)
    assert sent.returncode == 0, sent.stderr
    assert b"has a higher version, since" in sent.stderr
    assert b"1 note sent again, 1 are gone" in sent.stderr
    assert [value for _, value, _ in records(broker, "anew")] == [json.dumps(first).encode()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deadletter", "show", "0:99999"), b"there is no record 0:99999"),
        (("deadletter", "show", "nonsense"), b"PARTITION:OFFSET"),
        (("deadletter", "replay"), b"say which"),
        (("deadletter", "replay", "7:7"), b"no such record"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    broker: str, anamnesis: Run, arguments: tuple[str, ...], message: bytes
) -> None:
    done = anamnesis(*arguments, "-b", broker)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("arguments", [("tail",), ("produce", "-")])
def test_no_broker_is_one_line_and_exit_69(anamnesis: Run, arguments: tuple[str, ...]) -> None:
    done = anamnesis(*arguments, "-b", "127.0.0.1:1")
    assert done.returncode == 69
    assert done.stderr.startswith(b"error: no answer from the brokers 127.0.0.1:1")
    assert done.stderr.count(b"\n") == 1


def test_doctor_finds_topics_and_rights(broker: str, anamnesis: Run) -> None:
    done = anamnesis("doctor", "-b", broker, "--json")
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings["broker"]["state"] == "ok"
    assert findings[f"topic {NOTES}"]["state"] in ("ok", "warning")
    assert done.returncode in (0, 69)
    away = anamnesis("doctor", "-b", broker, "--set", "input_topic=", "--json")
    assert away.returncode == 2


@pytest.fixture
def blank_profile(tmp_path: Path) -> str:
    """The setting for a profile of no components, which takes no time to load."""
    (tmp_path / "blank.cfg").write_text('[nlp]\nlang = "en"\npipeline = []\n[components]\n', encoding="utf-8")
    return "profiles=en=blank.cfg"


def test_doctor_names_the_broker_that_does_not_answer_and_what_to_do(anamnesis: Run, blank_profile: str) -> None:
    done = anamnesis("doctor", "-b", "127.0.0.1:1", "--set", blank_profile, "--json")
    assert done.returncode == 69
    [found] = [finding for finding in json.loads(done.stdout) if finding["state"] == "error"]
    assert found["subject"] == "broker"
    assert "127.0.0.1:1" in found["found"]
    assert "set bootstrap_servers" in found["advice"]


def test_doctor_names_the_topic_that_is_not_there_and_what_to_do(
    broker: str, anamnesis: Run, blank_profile: str
) -> None:
    done = anamnesis("doctor", "-b", broker, "--set", "output_topic=not.there", "--set", blank_profile, "--json")
    assert done.returncode == 69
    [found] = [finding for finding in json.loads(done.stdout) if finding["state"] == "error"]
    assert found["subject"] == "topic not.there"
    assert "kafka-topics.sh --create --topic not.there" in found["advice"]
