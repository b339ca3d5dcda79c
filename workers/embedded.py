"""The embedded broker: librdkafka's in-process cluster, which speaks Kafka's protocol over TCP on loopback.

For the demo and for unit tests: four partitions a topic, no topic creation by hand, no transactions, no static
membership, and a few megabytes kept a partition. Everything that is a promise is tested on Apache Kafka.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

_START_SECONDS = 10.0

# The cluster tells on its client's log that it is enabled; nobody needs to read that.
_QUIET = logging.getLogger("anamnesis.embedded")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class EmbeddedBroker:
    """A context manager: the broker lives inside it, in this process.

    `topics` are made at the start, so that a worker finds them.
    """

    def __init__(self, *topics: str) -> None:
        self._topics = topics
        self._cluster: Producer | None = None
        self.bootstrap_servers = ""

    def __enter__(self) -> Self:
        """Start it."""
        cluster = Producer({"bootstrap.servers": "embedded", "test.mock.num.brokers": 1, "log_level": 3}, logger=_QUIET)
        brokers = cluster.list_topics(timeout=_START_SECONDS).brokers.values()
        self.bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        for topic in self._topics:
            cluster.list_topics(topic, timeout=_START_SECONDS)
        self._cluster = cluster
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; what it held is gone."""
        self._cluster = None
