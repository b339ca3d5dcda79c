"""Where a fault run takes place: brokers, topics, workers that are started again when they end, and the feed."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from tests.stream import odd_worker, verifier
from tests.stream.chaos.feed import Feed
from tests.stream.judgement import Verdict
from tests.stream.kafka import Cluster
from tests.stream.topics import Topics
from tests.stream.verifier import patiently
from tests.stream.worker import WorkerProcess

PARTITIONS = 6

# Times are short so that a run sees sessions end and deadlines pass; the relations between them are the product's.
SETTINGS: dict[str, Any] = {
    "session_timeout_seconds": 6,
    "heartbeat_interval_seconds": 1,
    "metadata_max_age_seconds": 3,
    "commit_interval_seconds": 0.5,
    "note_deadline_seconds": 2,
    "batch_deadline_seconds": 3,
    "drain_deadline_seconds": 8,
    "rebalance_timeout_seconds": 15,
    "producer_request_timeout_seconds": 40,
    "watchdog_seconds": 30,
    "window_notes": 512,
    "shards": 1,
    "shard_memory_bytes": 2_000_000_000,
    "shard_recycle_bytes": 1_500_000_000,
    "expected_note_seconds": 0.001,
}

LISTENER = "SASL_PLAINTEXT"
USER, _PASSWORD = "worker", "not-secret"

# Workers log in, so that rights can be taken from them alone.
CLUSTER_SETTINGS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:ANONYMOUS",
    "sasl.enabled.mechanisms": "PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config": (
        f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{_PASSWORD}";'
    ),
    "log.cleaner.backoff.ms": "500",
    "log.cleaner.io.buffer.size": "65536",
}

_POLL_SECONDS = 0.1
# A worker that ended is started again after it, as by an orchestrator.
_RESTART_SECONDS = 0.5
_READY_SECONDS = 300.0


class SceneError(Exception):
    """The run could not be made; it says nothing about the worker."""


@dataclass(slots=True)
class Member:
    """A worker that is started again when it ends of itself."""

    worker: WorkerProcess
    wanted: bool = True
    codes: list[int] = field(default_factory=list)
    ended_at: float | None = None

    def tend(self) -> None:
        """Start it again where it has ended and is wanted."""
        if not self.wanted or self.worker.running:
            return
        now = time.monotonic()
        if self.ended_at is None:
            self.ended_at = now
            self.codes.append(self.worker.wait(1))
        elif now - self.ended_at > _RESTART_SECONDS:
            self.ended_at = None
            self.worker.start()

    def kill(self) -> None:
        """SIGKILL; it is started again."""
        self.worker.kill()

    def leave(self) -> int:
        """SIGTERM, for good; the exit code."""
        self.wanted = False
        return self.worker.stop()

    def join(self) -> None:
        """Start it, wanted from now on."""
        self.wanted, self.ended_at = True, None
        if not self.worker.running:
            self.worker.start()


@dataclass(slots=True)
class Scene:
    """One run. Random choices of a fault come from `chance`, which the seed decides."""

    cluster: Cluster
    folder: Path
    seed: int
    count: int
    rate: float
    settings: dict[str, Any] = field(default_factory=dict)
    feed_options: dict[str, Any] = field(default_factory=dict)
    topics: Topics = field(init=False)
    feed: Feed = field(init=False)
    members: list[Member] = field(default_factory=list)
    chance: random.Random = field(init=False)
    injected_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 (test data)

    def make_topics(self, **config: str) -> None:
        """Make the three topics; times of output records are the broker's."""
        self.topics = Topics.make(self.cluster, PARTITIONS, message_timestamp_type="LogAppendTime", **config)

    def make_feed(self, **options: Any) -> None:
        """Make the feed, not started."""
        client = {"bootstrap.servers": self.cluster.bootstrap_servers}
        self.feed = Feed(client, self.topics.names[0], self.count, self.rate, self.seed, **options)

    def start_members(self, number: int, program: Sequence[str] | None = None, **settings: Any) -> None:
        """Start workers and wait until each is ready."""
        for _ in range(number):
            self.add_member(program, **settings)
        for member in self.members:
            member.worker.wait_ready(_READY_SECONDS)

    def add_member(self, program: Sequence[str] | None = None, **settings: Any) -> Member:
        """Start one more worker."""
        folder = self.folder / f"worker-{len(self.members)}"
        login = {
            "bootstrap_servers": self.cluster.addresses(LISTENER),
            "sasl_mechanism": "PLAIN",
            "sasl_username": USER,
            "sasl_password": _PASSWORD,
        }
        profiles = {"profiles": odd_worker.profiles(self.folder)}
        chosen = SETTINGS | self.topics.settings | login | profiles | self.settings
        member = Member(WorkerProcess(folder, chosen | settings, program=program or odd_worker.program()))
        member.worker.start()
        self.members.append(member)
        return member

    def tend(self) -> None:
        """Start again what has ended."""
        for member in self.members:
            member.tend()

    def until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Tend until something holds. Raises SceneError."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise SceneError(f"{what}: not within {seconds:g} s")
            self.tend()
            time.sleep(_POLL_SECONDS)

    def wait(self, seconds: float) -> None:
        """Tend for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.tend()
            time.sleep(_POLL_SECONDS)

    def any_member(self) -> Member:
        """A member that runs, by chance."""
        running = [member for member in self.members if member.worker.running] or self.members
        return self.chance.choice(running)

    def mark(self) -> None:
        """A fault happens now."""
        self.injected_at.append(time.time())

    def outcomes_published(self) -> int:
        """Records on output and dead letter topic, by their end offsets."""
        return sum(ends(self.topics, name) for name in self.topics.names[1:])

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """First offset and end of each partition."""
        return bounds(self.topics, topic)

    def events(self) -> Iterator[dict[str, Any]]:
        """The events of the output topic."""
        for read in self.topics.read(self.topics.names[1]):
            if read.value is not None:
                yield json.loads(read.value)

    def check(self) -> Verdict:
        """The verifier's verdict on what is there now."""
        client = {"bootstrap.servers": self.topics.bootstrap_servers}
        return verifier.check(client, self.topics.names, ledger=self.feed.ledger)

    def stop(self) -> list[int]:
        """SIGTERM to every member that runs; their exit codes."""
        codes = []
        for member in self.members:
            member.wanted = False
            if member.worker.running:
                codes.append(member.worker.stop())
        return codes

    def close(self) -> None:
        """Stop the feed, kill what is left, bring every node back, and delete the topics, which cost each node memory."""
        if hasattr(self, "feed"):
            self.feed.stop()
        for member in self.members:
            member.wanted = False
            member.worker.kill()
        for node in self.cluster.nodes:
            node.resume()
            if not node.running:
                node.start()
        self.cluster.wait_ready()
        if hasattr(self, "topics"):
            here = set(self.cluster.admin.list_topics(timeout=20).topics)
            self.cluster.delete_topics(*(name for name in self.topics.names if name in here))


def bounds(topics: Topics, name: str) -> dict[int, tuple[int, int]]:
    """First offset and end of each partition of a topic."""
    client = Consumer({"bootstrap.servers": topics.bootstrap_servers, "group.id": "bounds", "log_level": 0})
    try:
        parts = patiently(lambda: client.list_topics(name, timeout=20)).topics[name].partitions
        return {part: _watermarks(client, TopicPartition(name, part)) for part in parts}
    finally:
        client.close()


def _watermarks(client: Consumer, partition: TopicPartition) -> tuple[int, int]:
    return patiently(lambda: client.get_watermark_offsets(partition, timeout=20))


def ends(topics: Topics, name: str) -> int:
    """The sum of the end offsets of a topic."""
    return sum(end for _, end in bounds(topics, name).values())


def silences(topics: Topics, after: Sequence[float], until: float) -> list[float]:
    """For each moment in `after` (seconds since the epoch), up to the next one: the longest time for which nothing came
    of a partition of the input. `until` ends the look: behind it the feed has nothing more to give.

    By the events' provenance: keys may lie on other partitions of the output, where one member's notes hide
    another's silence.
    """
    times: dict[int, list[float]] = defaultdict(list)
    for moment, partition in _events_in(topics):
        times[partition].append(moment)
    found = []
    for moment, limit in zip(after, [*after[1:], until], strict=True):
        worst = 0.0
        for own in times.values():
            points = [moment, *sorted(each for each in own if moment < each < limit), limit]
            worst = max([worst, *(later - each for each, later in pairwise(points))])
        found.append(round(worst, 2))
    return found


def _events_in(topics: Topics) -> Iterator[tuple[float, int]]:
    """When each event of the output topic was written (seconds since the epoch), and from which partition its note came."""
    for read in topics.read(topics.names[1]):
        if read.value is None:
            continue
        source = json.loads(read.value).get("provenance", {}).get("partition")
        if source is not None:
            yield read.written_at, source
