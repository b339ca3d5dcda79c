"""The three topics of one test, with names by chance, and the group that reads them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests.stream import verifier
from tests.stream.judgement import Read, Verdict
from tests.stream.kafka import Cluster, Given


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of topics and group, and the broker that has them."""

    bootstrap_servers: str
    name: str

    @classmethod
    def make(cls, kafka: Cluster | Given, partitions: int = 12, **config: str) -> Topics:
        """Make them on a broker."""
        topics = cls(kafka.bootstrap_servers, f"t{uuid.uuid4().hex[:10]}")
        kafka.create_topics(dict.fromkeys(topics.names, partitions), **config)
        return topics

    @property
    def names(self) -> tuple[str, str, str]:
        """Input, output, dead letter."""
        return f"{self.name}.notes", f"{self.name}.enriched", f"{self.name}.rejected"

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of a worker that uses them."""
        source, output, letters = self.names
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "group_id": self.name,
            "input_topic": source,
            "output_topic": output,
            "deadletter_topic": letters,
        }

    def check(self, wait: float = 0.0) -> Verdict:
        """The verifier's verdict."""
        return verifier.check({"bootstrap.servers": self.bootstrap_servers}, self.names, wait=wait)

    def read(self, topic: str) -> list[Read]:
        """All records of a topic, by partition and offset."""
        reader = verifier.Topic({"bootstrap.servers": self.bootstrap_servers}, topic)
        try:
            return list(reader.news())
        finally:
            reader.close()
