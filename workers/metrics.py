"""Telemetry in one place: every family that the worker shows, with its labels.

Base units and names after the Prometheus conventions. No label holds an id of a note or a patient, or text. A worker
shows under 300 series, whatever its profiles, shards and partitions: label values that come from a profile are bounded,
many shards are shown as one, and so are many partitions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.rejected import Reason
from workers.memory import Memory

STAGES = ("window", "shard", "pipeline", "publish")

# Objectives are read off these bounds: 5 s for a stage that is interactive, 30 and 60 s for freshness.
_STAGE_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60)
_END_TO_END_SECONDS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_BYTES = (512, 2048, 8192, 32768, 131072, 524288, 4194304)

# Above this many assigned partitions lag is one series a topic; above this many shards they are one series a family.
MAX_PARTITION_SERIES = 100
MAX_SHARD_SERIES = 8
# Label values of a profile (a user's own labels among them) beyond these are counted as `other`.
_MAX_ENTITIES = 26
_MAX_RELATIONS = 10
_MAX_UNLINKED = 10
_MAX_QUALIFIED = 12
_OTHER = "other"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class ShardSample:
    """A shard at one moment: what it has done since it was first started, and its memory now (bytes)."""

    busy_seconds: float
    resident_bytes: int
    restarts: int
    notes: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the group has given us: lag in records by topic and partition, and the number of partitions."""

    lag: dict[tuple[str, int], int]
    partitions: int


class Metrics:
    """The families of one worker, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        make = _Maker(self.registry)
        self.consumed = make.counter("notes_consumed", "Records read from the input topic")
        self.published = make.counter("notes_published", "Outcomes on the output topic", "status")
        self.rejected = make.counter("notes_rejected", "Records on the dead letter topic", "reason")
        self.stage = make.histogram("stage_seconds", "Time of a note in a stage", _STAGE_SECONDS, "stage")
        self.end_to_end = make.histogram(
            "end_to_end_seconds", "From the record's timestamp to its outcome", _END_TO_END_SECONDS
        )
        self.note_bytes = make.histogram("note_bytes", "Size of a record's value", _BYTES)
        self.inflight = make.gauge("inflight_notes", "Notes read and not yet acknowledged")
        self.unknown_fields = make.counter("unknown_fields", "Fields of notes that this version does not know")
        self.rebalances = make.counter("rebalances", "Rebalances of the consumer group")
        self.commit_failures = make.counter("commit_failures", "Commits of offsets that failed")
        self.abandoned = make.counter("abandoned_notes", "Notes given up unacknowledged; they come again")
        self.progress = make.gauge("last_progress_timestamp_seconds", "When a note was last acknowledged")
        self.info = make.gauge("pipeline_info", "Profiles in use", "profile", "version", "fingerprint", "group")
        self._shard_restarts = make.counter("shard_restarts", "Shards replaced", "shard")
        self._shard_notes = make.counter("shard_notes", "Notes read by a shard", "shard")
        self._shard_busy = make.gauge("shard_busy_ratio", "Share of time that a shard worked", "shard")
        self._shard_resident = make.gauge("shard_resident_bytes", "Resident memory of a shard", "shard")
        self._shards: Sequence[ShardSample] = ()
        self._sampled = time.monotonic()
        self._counted = {
            "entities": _Bounded(make.counter("entities", "Entities of events", "label", "language"), _MAX_ENTITIES),
            "relations": _Bounded(make.counter("relations", "Links of drugs and attributes", "type"), _MAX_RELATIONS),
            "unlinked_attributes": _Bounded(
                make.counter("unlinked_attributes", "Attributes without a drug", "label"), _MAX_UNLINKED
            ),
            "qualified": _Bounded(
                make.counter("qualified", "Decisions of the qualifiers", "name", "value"), _MAX_QUALIFIED
            ),
        }
        # Series that are there from the start: a rate over a series that begins with its first event misses that one.
        for stage in STAGES:
            self.stage.labels(stage)
        for status in ("enriched", "retracted", "tombstone"):
            self.published.labels(status)
        for reason in get_args(Reason):
            self.rejected.labels(reason)
        self.progress.set_to_current_time()
        self.registry.register(Memory())

    def count(self, counts: Iterable[tuple[tuple[str, ...], int]]) -> None:
        """Add what a shard counted in one note."""
        for (name, *labels), number in counts:
            if name == "unknown_fields":
                self.unknown_fields.inc(number)
            else:
                self._counted[name].inc(tuple(labels), number)

    def sample_shards(self, samples: Sequence[ShardSample]) -> None:
        """Show the shards; busy is the share since the last call.

        Above MAX_SHARD_SERIES shards: mean busy share, largest memory, sums of notes and restarts.
        """
        now = time.monotonic()
        seconds = max(now - self._sampled, 1e-6)
        before = self._shards or [ShardSample(0.0, 0, 0, 0)] * len(samples)
        self._shards, self._sampled = tuple(samples), now
        busy = [
            min(1.0, max(0.0, (new.busy_seconds - old.busy_seconds) / seconds))
            for new, old in zip(samples, before, strict=True)
        ]
        together = len(samples) > MAX_SHARD_SERIES
        if together:
            self._shard_busy.labels(_ALL).set(sum(busy) / len(busy))
            self._shard_resident.labels(_ALL).set(max(sample.resident_bytes for sample in samples))
        for number, (new, old) in enumerate(zip(samples, before, strict=True)):
            label = _ALL if together else str(number)
            self._shard_restarts.labels(label).inc(new.restarts - old.restarts)
            self._shard_notes.labels(label).inc(new.notes - old.notes)
            if not together:
                self._shard_busy.labels(label).set(busy[number])
                self._shard_resident.labels(label).set(new.resident_bytes)

    def watch_assignment(self, assignment: Callable[[], Assignment]) -> None:
        """Show the consumer's partitions and their lag, asked for at each scrape."""
        self.registry.register(_Lag(assignment))


class _Maker:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"anamnesis_{name}", text, labels, registry=self._registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"anamnesis_{name}", text, labels, registry=self._registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"anamnesis_{name}", text, labels, buckets=buckets, registry=self._registry)


class _Bounded:
    """A counter whose label values come from outside: the first `most` combinations have series of their own."""

    def __init__(self, counter: Counter, most: int) -> None:
        self._counter = counter
        self._most = most
        self._known: set[tuple[str, ...]] = set()

    def inc(self, labels: tuple[str, ...], number: int) -> None:
        if labels not in self._known:
            if len(self._known) < self._most:
                self._known.add(labels)
            else:
                labels = (_OTHER,) * len(labels)
        self._counter.labels(*labels).inc(number)


class _Lag(Collector):
    def __init__(self, assignment: Callable[[], Assignment]) -> None:
        self._assignment = assignment

    def collect(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily(
            "anamnesis_consumer_lag_records",
            "Records of the input topic that have no outcome yet",
            labels=("topic", "partition"),
        )
        partitions = GaugeMetricFamily("anamnesis_assigned_partitions", "Partitions that the group has given us")
        assignment = self._assignment()
        partitions.add_metric((), assignment.partitions)
        if len(assignment.lag) > MAX_PARTITION_SERIES:
            totals: dict[str, int] = {}
            for (topic, _), records in assignment.lag.items():
                totals[topic] = totals.get(topic, 0) + records
            for topic, records in sorted(totals.items()):
                lag.add_metric((topic, _ALL), records)
        else:
            for (topic, partition), records in sorted(assignment.lag.items()):
                lag.add_metric((topic, str(partition)), records)
        yield lag
        yield partitions
