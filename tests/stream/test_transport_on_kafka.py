"""Each change to Faust's transport on a real broker: what it is for holds with it.

And not without it: with ANAMNESIS_TEST_WITHOUT=_new_offset (say) the worker has Faust's own method, and the test fails.
"""

from __future__ import annotations

import json
import os
import struct
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer as Client
from confluent_kafka import Producer, TopicPartition

from tests.stream import odd_worker
from tests.stream.kafka import Cluster, Given
from tests.stream.test_flow import until
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess

pytestmark = pytest.mark.kafka


def worker(folder: Path, topics: Topics, **settings: object) -> WorkerProcess:
    chosen = topics.settings | {"profiles": odd_worker.profiles(folder), **settings}
    return WorkerProcess(
        folder / "worker", chosen, program=odd_worker.program(os.environ.get("ANAMNESIS_TEST_WITHOUT"))
    )


def committed(topics: Topics) -> int:
    """The sum of the group's committed offsets."""
    client = Client({"bootstrap.servers": topics.bootstrap_servers, "group.id": topics.name, "log_level": 0})
    try:
        parts = client.list_topics(topics.names[0], timeout=10).topics[topics.names[0]].partitions
        found = client.committed([TopicPartition(topics.names[0], part) for part in parts], timeout=10)
        return sum(max(0, each.offset) for each in found)
    finally:
        client.close()


def note(number: int, text: str = "Aspirin 81 mg daily.") -> bytes:
    return json.dumps({"note_id": f"n{number}", "patient_id": f"p{number % 7}", "text": text}).encode()


def send_in_transactions(topics: Topics, name: str, transactions: int, size: int, aborted_every: int) -> int:
    """Small transactions, some of them aborted: control records leave a gap in the offsets after each."""
    producer = Producer(
        {"bootstrap.servers": topics.bootstrap_servers, "transactional.id": name, "log_level": 0, "linger.ms": 0}
    )
    producer.init_transactions(30)
    sent = 0
    for number in range(transactions):
        producer.begin_transaction()
        aborted = number % aborted_every == 1
        for each in range(size):
            text = "never committed" if aborted else "Aspirin 81 mg daily."
            producer.produce(topics.names[0], note(number * size + each, text), f"p{each}", partition=each % 2)
        if aborted:
            producer.flush(30)
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
            sent += size
    return sent


def test_transactional_upstream_its_gaps_are_committed_over_and_its_aborted_notes_never_read(
    kafka: Cluster | Given, tmp_path: Path
) -> None:
    topics = Topics.make(kafka, partitions=2)
    sent = send_in_transactions(topics, topics.name, transactions=60, size=4, aborted_every=4)
    with worker(tmp_path, topics) as first:
        first.wait_ready()
        verdict = topics.check(60)
        assert verdict.holds, verdict
        assert verdict.outcomes == {"enriched": sent}
        # Offsets of the last notes, whatever the control records behind them.
        last = sum(
            max(read.place[2] for read in topics.read(topics.names[0]) if read.place[1] == part) for part in (0, 1)
        )
        until(lambda: committed(topics) >= last + 2, seconds=8)
        until(lambda: first.metrics()["anamnesis_consumer_lag_records"] == 0, seconds=8)
        first.kill()
        first.start()
        first.wait_ready()
        send_in_transactions(topics, topics.name, transactions=4, size=4, aborted_every=100)
        verdict = topics.check(60)
        assert verdict.holds, verdict
        assert verdict.duplicated == 0, verdict
        assert first.stop() == 0


def test_a_rebalance_repeats_nothing_that_was_finished(kafka: Cluster | Given, tmp_path: Path) -> None:
    topics = Topics.make(kafka, partitions=4)
    # Commits are so rare that only the one before revocation can have happened.
    rare = {"commit_interval_seconds": 5.5}
    with worker(tmp_path / "a", topics, **rare) as first, worker(tmp_path / "b", topics, **rare) as second:
        first.wait_ready()
        producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
        second_ready_at = None
        for number in range(400):
            producer.produce(topics.names[0], note(number), f"p{number % 7}")
            producer.poll(0)
            if second_ready_at is None and second.get("readyz")[0] == 200:
                second_ready_at = number
            time.sleep(0.02)
        assert producer.flush(30) == 0
        second.wait_ready()
        verdict = topics.check(60)
        assert verdict.holds, verdict
        assert verdict.duplicated == 0, verdict
        assert first.metrics()["anamnesis_rebalances_total"] > 0
        assert [first.stop(), second.stop()] == [0, 0]
    assert topics.check().duplicated == 0


def test_an_event_that_the_topic_refuses_stops_nothing_behind_it(kafka: Cluster | Given, tmp_path: Path) -> None:
    """D-8.3: the broker has the last word on sizes, and the driver's sequence numbers survive it."""
    topics = Topics.make(kafka, partitions=1, max_message_bytes="100000")
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "compression.type": "gzip"})
    large = {5, 25, 26}
    for number in range(60):
        producer.produce(topics.names[0], note(number, "Aspirin " * 20_000 if number in large else "Aspirin."), "p")
    assert producer.flush(30) == 0
    echo = {"text_echo": "full", "producer_compression": "none", "deadletter_value": "withhold"}
    with worker(tmp_path, topics, **echo) as one:
        one.wait_ready()
        verdict = topics.check(60)
        assert verdict.holds, verdict
        assert verdict.outcomes == {"enriched": 57, "rejected": 3}
        assert verdict.reasons == {"produce_too_large": 3}
        assert one.stop() == 0


def test_events_are_produced_idempotently(breakable: Cluster, tmp_path: Path) -> None:
    topics = Topics.make(breakable, partitions=1)
    producer = Producer({"bootstrap.servers": breakable.bootstrap_servers})
    producer.produce(topics.names[0], note(1), "p1")
    assert producer.flush(30) == 0
    with worker(tmp_path, topics) as first:
        first.wait_ready()
        assert topics.check(30).holds
        assert first.stop() == 0
    logs = [node.folder / "data" / f"{topics.names[1]}-0" / f"{0:020}.log" for node in breakable.nodes]
    batches = [log.read_bytes() for log in logs if log.exists()]
    assert len(batches) == 3
    for batch in batches:
        # A record batch of version 2: the id of an idempotent producer stands at byte 43, -1 for another one.
        magic, producer_id = batch[16], struct.unpack_from(">q", batch, 43)[0]
        assert magic == 2
        assert producer_id >= 0
