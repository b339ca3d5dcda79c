"""Mutated messages: one outcome each, with its reason, and no text of theirs anywhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka import Producer

import schemas
from tests.stream import odd_worker
from tests.stream.kafka import Cluster, Given
from tests.stream.mutations import CANARY, Mutant, mutants
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess
from workers.processing import Processor
from workers.records import Coordinates, Outcome, ProcessingOptions, Record

MANY = 10_000
ON_A_BROKER = 440
BATCH = 32
LIMIT = 100_000


def test_ten_thousand_mutants_have_one_outcome_each_and_leak_nothing(tmp_path: Path) -> None:
    """D-5.5, D-5.6: through decoding, pipeline and encoding, as a shard does it."""
    profile = tmp_path / "blank.cfg"
    profile.write_text('[nlp]\nlang = "en"\npipeline = []\n[components]\n', encoding="utf-8")
    limits = schemas.Limits(max_text_length=LIMIT)
    processor = Processor(ProcessingOptions(profiles={"en": str(profile)}, limits=limits))
    made = list(mutants(MANY, seed=1))
    outcomes: list[Outcome] = []
    for start in range(0, MANY, BATCH):
        records = [
            Record(mutant.value, mutant.headers, Coordinates("t", 0, start + number, 0))
            for number, mutant in enumerate(made[start : start + BATCH])
        ]
        outcomes += processor.process(records)
    assert len(outcomes) == MANY
    strange = Counter(
        (mutant.kind, outcome.reason)
        for mutant, outcome in zip(made, outcomes, strict=True)
        if outcome.reason not in mutant.reasons
    )
    assert not strange
    rejected = [outcome for outcome in outcomes if outcome.kind == "rejected"]
    assert len(rejected) > MANY * 0.95
    assert not [outcome.detail for outcome in rejected if CANARY in f"{outcome.detail} {outcome.headers}"]


@pytest.mark.kafka
def test_mutants_on_a_broker_end_one_by_one_and_no_shard_dies(kafka: Cluster | Given, tmp_path: Path) -> None:
    """D-5.5, D-5.6."""
    topics = Topics.make(kafka, partitions=3)
    made = list(mutants(ON_A_BROKER, seed=2))
    _send(kafka.bootstrap_servers, topics.names[0], made)
    settings = topics.settings | {"profiles": odd_worker.profiles(tmp_path), "max_text_length": LIMIT}
    with WorkerProcess(tmp_path / "worker", settings, program=odd_worker.program()) as worker:
        worker.wait_ready()
        verdict = topics.check(120)
        metrics = worker.get("metrics")[1]
        restarts = worker.metrics()["anamnesis_shard_restarts_total"]
        assert worker.stop() == 0
        log = worker.log
    assert verdict.holds, verdict
    assert sum(verdict.outcomes.values()) == len(made), verdict
    assert restarts == 0
    allowed = {mutant.value: mutant.reasons for mutant in made}
    for letter in topics.read(topics.names[2]):
        assert letter.header("dlq_reason") in allowed[letter.value or b""]
        added = [value for name, value in letter.headers or () if name.startswith("dlq_")]
        assert CANARY.encode() not in b" ".join(added)
    assert CANARY not in log
    assert CANARY not in metrics


def _send(bootstrap_servers: str, topic: str, made: list[Mutant]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap_servers, "message.max.bytes": 2_000_000})
    for number, mutant in enumerate(made):
        producer.produce(topic, mutant.value, f"k{number % 20}", headers=list(mutant.headers))
        producer.poll(0)
    assert producer.flush(60) == 0


def test_the_same_seed_gives_the_same_mutants() -> None:
    first, again = list(mutants(100, seed=3)), list(mutants(100, seed=3))
    assert first == again
    assert first != list(mutants(100, seed=4))
