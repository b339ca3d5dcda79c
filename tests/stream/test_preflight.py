"""A worker that comes too early: it says what is missing, serves when it is there, and ends when it is told to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.stream import odd_worker
from tests.stream.kafka import Cluster, Given, free_ports
from tests.stream.test_flow import until
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess

pytestmark = pytest.mark.kafka


def test_a_topic_that_comes_late(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka, partitions=2)
    kafka.delete_topics(topics.names[0])
    settings = topics.settings | {"profiles": odd_worker.profiles(tmp_path)}
    with WorkerProcess(tmp_path / "worker", settings, program=odd_worker.program()) as one:
        until(lambda: f"topic {topics.names[0]}" in one.get("readyz")[1], seconds=90)
        assert one.get("readyz")[0] == 503
        assert one.get("livez")[0] == 200
        kafka.create_topics({topics.names[0]: 2})
        one.wait_ready()
        producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        producer.produce(topics.names[0], json.dumps({"note_id": "n", "text": "Aspirin."}), "p")
        assert producer.flush(30) == 0
        verdict = topics.check(60)
        assert one.stop() == 0
    assert (verdict.holds, verdict.outcomes) == (True, {"enriched": 1})


def test_a_broker_that_does_not_answer(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    settings = {"bootstrap_servers": f"127.0.0.1:{port}", "profiles": odd_worker.profiles(tmp_path)}
    with WorkerProcess(tmp_path / "worker", settings, program=odd_worker.program()) as one:
        until(lambda: f"no broker at 127.0.0.1:{port}" in one.get("readyz")[1], seconds=90)
        assert (one.get("readyz")[0], one.get("livez")[0]) == (503, 200)
        assert one.stop() == 0
    assert one.log.count("not ready") == 1
