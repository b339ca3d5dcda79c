"""Brokers for the whole run: started once, shared by tests that name their topics by chance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.stream.kafka import Cluster, Given
from tests.stream.kafka_jars import KafkaUnavailableError

ADDRESS = "ANAMNESIS_TEST_KAFKA"


def unavailable(reason: str) -> NoReturn:
    """Skip, and say why; in continuous integration fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no Apache Kafka, and in CI a test of it may not be skipped: {reason}")
    pytest.skip(f"no Apache Kafka: {reason}")


def _cluster(size: int, factory: pytest.TempPathFactory) -> Iterator[Cluster | Given]:
    given = os.environ.get(ADDRESS)
    if given:
        yield Given(given)
        return
    try:
        cluster = Cluster(size, factory.mktemp("kafka")).__enter__()
    except KafkaUnavailableError as error:
        unavailable(str(error))
    try:
        yield cluster
    finally:
        cluster.__exit__(None, None, None)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster | Given]:
    """Three nodes, or the broker that ANAMNESIS_TEST_KAFKA names. Leave them all running."""
    yield from _cluster(3, tmp_path_factory)


@pytest.fixture(scope="session")
def breakable(kafka: Cluster | Given) -> Cluster:
    """The three nodes, for tests that kill some; a broker of somebody else cannot be killed."""
    if isinstance(kafka, Given):
        unavailable(f"{ADDRESS} names a broker that a test cannot kill")
    return kafka
