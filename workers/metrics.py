"""Telemetry in one place: every family that the worker shows, with its labels.

Base units and names after the Prometheus conventions. No label holds an id of a note or a patient, or text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

STAGES = ("window", "shard", "pipeline", "publish")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_LONG_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_BYTES = (256, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 1048576, 4194304)

# Above this many assigned partitions lag is one series a topic.
_MAX_PARTITION_SERIES = 100


class Metrics:
    """The families of one worker, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        make = _Maker(self.registry)
        self.consumed = make.counter("notes_consumed", "Records read from the input topic")
        self.published = make.counter("notes_published", "Outcomes on the output topic", "status")
        self.rejected = make.counter("notes_rejected", "Records on the dead letter topic", "reason")
        self.stage = make.histogram("stage_seconds", "Time of a note in a stage", _SECONDS, "stage")
        self.end_to_end = make.histogram(
            "end_to_end_seconds", "From the record's timestamp to its event", _LONG_SECONDS
        )
        self.note_bytes = make.histogram("note_bytes", "Size of a record's value", _BYTES)
        self.inflight = make.gauge("inflight_notes", "Notes read and not yet acknowledged")
        self.entities = make.counter("entities", "Entities in published events", "label", "language")
        self.relations = make.counter("relations", "Links between drugs and attributes", "type")
        self.unlinked = make.counter("unlinked_attributes", "Attributes without a drug", "label")
        self.qualified = make.counter("qualified", "Decisions of the qualifiers", "name", "value")
        self.unknown_fields = make.counter("unknown_fields", "Fields of notes that this version does not know")
        self.rebalances = make.counter("rebalances", "Rebalances of the consumer group")
        self.commit_failures = make.counter("commit_failures", "Commits of offsets that failed")
        self.abandoned = make.counter("abandoned_notes", "Notes given up unacknowledged; they come again")
        self.shard_restarts = make.counter("shard_restarts", "Shards replaced", "shard")
        self.shard_busy = make.gauge("shard_busy_ratio", "Share of time that a shard worked", "shard")
        self.shard_resident = make.gauge("shard_resident_bytes", "Resident memory of a shard", "shard")
        self.progress = make.gauge("last_progress_timestamp_seconds", "When a note was last acknowledged")
        self.info = make.gauge("pipeline_info", "Profiles in use", "profile", "version", "fingerprint")
        for stage in STAGES:
            self.stage.labels(stage)
        self._counted = {
            "entities": self.entities,
            "relations": self.relations,
            "unlinked_attributes": self.unlinked,
            "qualified": self.qualified,
        }

    def count(self, counts: Iterable[tuple[tuple[str, ...], int]]) -> None:
        """Add what a shard counted in one note."""
        for (name, *labels), number in counts:
            if name == "unknown_fields":
                self.unknown_fields.inc(number)
            else:
                self._counted[name].labels(*labels).inc(number)

    def watch_lag(self, lag: Callable[[], dict[tuple[str, int], int]]) -> None:
        """Show the consumer's lag, asked for at each scrape."""
        self.registry.register(_Lag(lag))


class _Maker:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"anamnesis_{name}", text, labels, registry=self._registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"anamnesis_{name}", text, labels, registry=self._registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"anamnesis_{name}", text, labels, buckets=buckets, registry=self._registry)


class _Lag(Collector):
    def __init__(self, lag: Callable[[], dict[tuple[str, int], int]]) -> None:
        self._lag = lag

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "anamnesis_consumer_lag_records",
            "Records of the input topic that have no outcome yet",
            labels=("topic", "partition"),
        )
        lags = self._lag()
        if len(lags) > _MAX_PARTITION_SERIES:
            for topic in sorted({topic for topic, _ in lags}):
                family.add_metric((topic, "all"), sum(lag for (name, _), lag in lags.items() if name == topic))
        else:
            for (topic, partition), lag in sorted(lags.items()):
                family.add_metric((topic, str(partition)), lag)
        yield family
