"""`offsets show` and `skip` against librdkafka's in-process cluster; unreadable batches are on Apache Kafka's (chaos)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from tests.cli.conftest import Run
from workers.embedded import EmbeddedBroker

TOPIC = "health.notes"
NOTES = 5


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """A broker with some notes in partition 0."""
    with EmbeddedBroker(TOPIC) as embedded:
        producer = Producer({"bootstrap.servers": embedded.bootstrap_servers, "log_level": 3})
        for number in range(NOTES):
            producer.produce(TOPIC, f"note {number}".encode(), partition=0)
        assert producer.flush(10) == 0
        yield embedded.bootstrap_servers


def standing(broker: str, anamnesis: Run, group: str) -> dict[str, object]:
    done = anamnesis("offsets", "show", "-b", broker, "--json", "--set", f"group_id={group}")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = next(each for each in json.loads(done.stdout) if each["partition"] == 0)
    return found


def test_show_says_where_the_group_stands(broker: str, anamnesis: Run) -> None:
    assert standing(broker, anamnesis, "fresh") == {
        "partition": 0,
        "committed": None,
        "low": 0,
        "end": NOTES,
        "unreadable": [],
    }


def test_what_can_be_read_is_not_passed_over_by_mistake(broker: str, anamnesis: Run) -> None:
    done = anamnesis("offsets", "skip", "0:3", "-b", broker, "--yes", "--set", "group_id=careful")
    assert done.returncode == 2
    assert b"3 offsets before 0:3 can be read: let a worker read them first, or add --readable" in done.stderr
    assert standing(broker, anamnesis, "careful")["committed"] is None


def test_skip_asks_and_does_nothing_without_an_answer(broker: str, anamnesis: Run) -> None:
    arguments = ("offsets", "skip", "0:2", "-b", broker, "--readable", "--set", "group_id=asked")
    assert anamnesis(*arguments, stdin=b"n\n").returncode == 130
    assert standing(broker, anamnesis, "asked")["committed"] is None


def test_skip_moves_the_group_logs_it_and_counts(broker: str, anamnesis: Run) -> None:
    arguments = ("offsets", "skip", "0:2", "-b", broker, "--readable", "--yes", "--set", "group_id=moved")
    done = anamnesis(*arguments, "--set", "log_format=json")
    assert done.returncode == 0, done.stderr
    logged = next(json.loads(line) for line in done.stderr.splitlines() if b'"event": "offsets skipped"' in line)
    expected = {"topic": TOPIC, "partition": 0, "first": 0, "last": 1, "unreadable": 0, "readable": 2, "group": "moved"}
    assert expected.items() <= logged.items()
    assert b"2 offsets passed over" in done.stderr
    assert standing(broker, anamnesis, "moved")["committed"] == 2


@pytest.mark.parametrize("place", ["0:0", f"0:{NOTES + 1}", "9:1", "x"])
def test_a_place_that_makes_no_sense_is_refused(place: str, broker: str, anamnesis: Run) -> None:
    done = anamnesis("offsets", "skip", place, "-b", broker, "--yes", "--readable", "--set", "group_id=other")
    assert done.returncode == 2
    assert done.stderr.startswith(b"error:")
    assert len(done.stderr.splitlines()) == 1
