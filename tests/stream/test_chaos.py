"""A short rotation of fault runs; `make chaos` has them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stream.chaos.catalogue import FAULTS
from tests.stream.chaos.run import run
from tests.stream.chaos.scene import CLUSTER_SETTINGS, LISTENER
from tests.stream.conftest import unavailable
from tests.stream.kafka import Cluster
from tests.stream.kafka_jars import KafkaUnavailableError

pytestmark = pytest.mark.kafka

NOTES, RATE, SEED = 600, 150.0, 1


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes whose listener for workers knows rights."""
    try:
        made = Cluster(3, tmp_path_factory.mktemp("chaos"), listeners=[LISTENER], settings=CLUSTER_SETTINGS)
        with made:
            yield made
    except KafkaUnavailableError as error:
        unavailable(str(error))


@pytest.mark.parametrize("name", ["worker_kill", "broker_kill", "killer_note", "corrupt_batch", "two_versions"])
def test_a_fault_loses_nothing_and_keeps_the_order(name: str, cluster: Cluster, tmp_path: Path) -> None:
    line = run(FAULTS[name](), cluster, tmp_path, seed=SEED, count=NOTES, rate=RATE)
    assert line["verdict"] == "holds", [line["problems"], line["exit_codes"], line["rejected"]]
