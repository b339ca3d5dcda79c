"""KEDA on the lag of a real Kafka: the chart's workers are raised to the limit and lowered again, within the times that
its values promise.
"""

from __future__ import annotations

import itertools
import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from confluent_kafka import ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from deploy.cluster.control_plane import ControlPlane
from deploy.cluster.kube import Object, wait_for
from tests.cluster.conftest import CHART, PATIENCE, RELEASE, Space
from tests.stream.conftest import unavailable
from tests.stream.kafka import Cluster
from tests.stream.kafka_jars import KafkaUnavailableError

pytestmark = [pytest.mark.cluster, pytest.mark.kafka, pytest.mark.timeout(1200)]

TOPIC, GROUP, PARTITIONS = "health.notes", "anamnesis", 12
# The horizontal autoscaler's own period, which no value of the chart sets.
SYNC_SECONDS = 15
# Beyond what is promised: this machine does other things too.
GRACE_SECONDS = 45
# Shorter than the chart's own, which spare the group rebalances: a test cannot wait for a quarter of an hour.
QUICK: dict[str, Any] = {
    "minReplicas": 2,
    "maxReplicas": 6,
    "keda": {"enabled": True, "lagThreshold": 100, "activationLagThreshold": 10, "cooldownPeriod": 30},
    "scaleDown": {"stabilizationWindowSeconds": 30, "pods": 2, "periodSeconds": 15},
}


@pytest.fixture(scope="module", autouse=True)
def keda(plane: ControlPlane) -> None:
    """KEDA's operator and adapter."""
    plane.start_keda()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A broker of its own: KEDA looks at the group that its name promises."""
    try:
        cluster = Cluster(1, tmp_path_factory.mktemp("kafka")).__enter__()
    except KafkaUnavailableError as error:
        unavailable(str(error))
    try:
        cluster.create_topics({TOPIC: PARTITIONS})
        yield cluster
    finally:
        cluster.__exit__(None, None, None)


def default_values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["autoscaling"]
    return found


def scaler(space: Space) -> Object:
    """The autoscaler that KEDA made."""
    return space.kube.get(f"/apis/autoscaling/v2/namespaces/{space.name}/horizontalpodautoscalers/keda-hpa-{RELEASE}")


def replicas(space: Space) -> int:
    return int(space.deployment["spec"]["replicas"])


def seconds_up(values: dict[str, Any]) -> float:
    """From the fewest workers to the most: a look at the lag, then doubling or 4 more, whichever is more, every 15 s."""
    now, steps = values["minReplicas"], 0
    while now < values["maxReplicas"]:
        now, steps = min(values["maxReplicas"], max(now * 2, now + 4)), steps + 1
    polling = values["keda"].get("pollingInterval", default_values()["keda"]["pollingInterval"])
    return float(polling + SYNC_SECONDS * (steps + 1))


def seconds_down(values: dict[str, Any]) -> float:
    """From the most workers to the fewest: the window, then some at a time."""
    down = values["scaleDown"]
    steps = math.ceil((values["maxReplicas"] - values["minReplicas"]) / down["pods"])
    polling = values["keda"].get("pollingInterval", default_values()["keda"]["pollingInterval"])
    return float(polling + down["stabilizationWindowSeconds"] + (steps + 1) * max(down["periodSeconds"], SYNC_SECONDS))


@contextmanager
def slow_group(kafka: Cluster) -> Iterator[None]:
    """A group that goes on by one record of each partition every two seconds: slow, and not stuck."""
    stop = threading.Event()
    errors: list[Exception] = []

    def advance() -> None:
        try:
            for offset in itertools.count(1):
                if stop.wait(2):
                    return
                commit(kafka.admin, offset)
        except Exception as error:  # noqa: BLE001 (handed to the test below)
            errors.append(error)

    thread = threading.Thread(target=advance)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not errors


def commit(admin: AdminClient, offset: int) -> None:
    """The group has read each partition up to here."""
    places = [TopicPartition(TOPIC, partition, offset) for partition in range(PARTITIONS)]
    moved = [ConsumerGroupTopicPartitions(GROUP, places)]
    # The first one waits for the broker to make the topic of offsets.
    [future] = admin.alter_consumer_group_offsets(moved, request_timeout=PATIENCE).values()
    future.result()


def produce(kafka: Cluster, each: int) -> None:
    """So many records more on each partition."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    for number in range(each * PARTITIONS):
        producer.produce(TOPIC, b"{}", partition=number % PARTITIONS)
    assert producer.flush(60) == 0


def end(admin: AdminClient) -> int:
    """Where every partition ends."""
    latest = {TopicPartition(TOPIC, partition): OffsetSpec.latest() for partition in range(PARTITIONS)}
    [offset] = {future.result().offset for future in admin.list_offsets(latest).values()}
    return int(offset)


def test_a_backlog_raises_the_workers_to_the_limit_and_its_end_lowers_them(
    space: Space, kafka: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {"kafka": {"bootstrapServers": kafka.bootstrap_servers, "partitions": PARTITIONS}, "autoscaling": QUICK}
    commit(kafka.admin, 0)
    space.put("install", values)
    wait_for("KEDA's autoscaler", lambda: scaler(space)["status"].get("desiredReplicas") == 2, PATIENCE)
    space.wait_for_pods(2)

    with slow_group(kafka):
        produce(kafka, 1000)
        began = time.monotonic()
        wait_for("the limit", lambda: replicas(space) == 6, seconds_up(QUICK) + GRACE_SECONDS)
        raised = time.monotonic() - began
        space.wait_for_pods(6)
        time.sleep(SYNC_SECONDS * 2)
        assert replicas(space) == 6, "above the limit, or not held while the backlog lasts"

    commit(kafka.admin, end(kafka.admin))
    began = time.monotonic()
    wait_for("the least number", lambda: replicas(space) == 2, seconds_down(QUICK) + GRACE_SECONDS)
    lowered = time.monotonic() - began
    space.wait_for_pods(2)
    assert lowered >= QUICK["scaleDown"]["stabilizationWindowSeconds"] - SYNC_SECONDS, "down before the window was over"
    with capsys.disabled():
        sys.stdout.write(f"\nraised to 6 in {raised:.0f} s of {seconds_up(QUICK):.0f}, ")
        sys.stdout.write(f"lowered to 2 in {lowered:.0f} s of {seconds_down(QUICK):.0f}\n")


def test_a_backlog_that_nobody_reads_raises_nothing(space: Space, kafka: Cluster) -> None:
    """A partition whose offset stands still has a stuck note: more workers would not help it."""
    values = {"kafka": {"bootstrapServers": kafka.bootstrap_servers, "partitions": PARTITIONS}, "autoscaling": QUICK}
    produce(kafka, 10)
    commit(kafka.admin, end(kafka.admin))
    space.put("install", values)
    wait_for("KEDA's autoscaler", lambda: scaler(space)["status"].get("currentMetrics"), PATIENCE)
    time.sleep(SYNC_SECONDS * 2)
    produce(kafka, 1000)
    time.sleep(SYNC_SECONDS * 4)
    assert replicas(space) == 2
