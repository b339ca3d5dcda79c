"""From topic to topic on three brokers: each note once, in order, none lost, whoever is killed meanwhile."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stream.kafka import Cluster, Given
from tests.stream.notes import notes, send
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess, workers

# On two idle cores half a minute; a machine that does much else at once may take twenty times as long.
WAIT_SECONDS = 800.0
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(1000)]

log = logging.getLogger(__name__)


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
    log.info("%d notes: %s", len(made), verdict)
    assert verdict.holds, verdict
    assert verdict.outcomes == {"enriched": len(made)}, verdict
    assert verdict.duplicated == 0, verdict
    assert verdict.spans > len(made)


def test_kill_of_a_worker_and_of_a_shard_loses_nothing(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka)
    made = notes(800)
    with workers(2, tmp_path, topics.settings) as (first, second):
        send(kafka.bootstrap_servers, topics.names[0], made)
        until(lambda: published(first) > len(made) / 8, WAIT_SECONDS)
        first.kill()
        before = published(second)
        first.start()
        until(lambda: published(second) > before + len(made) / 16, WAIT_SECONDS)
        (shard,) = second.shards()
        os.kill(shard, signal.SIGKILL)
        verdict = topics.check(WAIT_SECONDS)
        assert second.metrics()["anamnesis_shard_restarts_total"] == 1
        assert [worker.stop() for worker in (first, second)] == [0, 0]
    log.info("%d notes, a worker and a shard killed: %s", len(made), verdict)
    assert verdict.holds, verdict
    assert verdict.outcomes["enriched"] - verdict.duplicated == len(made), verdict
    assert "rejected" not in verdict.outcomes, verdict
