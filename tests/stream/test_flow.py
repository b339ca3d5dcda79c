"""From topic to topic on three brokers: each note once, in order, none lost, whoever is killed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stream.kafka import Cluster, Given
from tests.stream.notes import notes, send
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess, workers

pytestmark = pytest.mark.kafka

WAIT_SECONDS = 240.0


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def published(worker: WorkerProcess) -> float:
    return worker.metrics().get("anamnesis_notes_published_total", 0.0)


def test_two_workers_give_each_note_once_in_order_with_exact_offsets(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka)
    made = notes()
    with workers(2, tmp_path, topics.settings) as pair:
        send(kafka.bootstrap_servers, topics.names[0], made)
        verdict = topics.check(WAIT_SECONDS)
        assert [worker.stop() for worker in pair] == [0, 0], [worker.log[-2000:] for worker in pair]
    assert verdict.holds, verdict
    assert verdict.outcomes == {"enriched": len(made)}, verdict
    assert verdict.duplicated == 0, verdict
    assert verdict.spans > len(made)
