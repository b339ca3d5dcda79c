"""Kafka for commands: clients from the settings, reading a topic to its end, and errors in one line.

The worker has its own transport; commands need no consumer group and no Faust.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition

from workers import preflight
from workers.cli.console import CommandError, Exit
from workers.settings import Settings

Headers = list[tuple[str, bytes | None]]

# A command waits so long for a broker before it gives up.
BROKER_SECONDS = 10.0
_POLL_SECONDS = 0.2

# librdkafka writes to standard error of itself; what matters comes back as an error here.
_quiet = logging.getLogger("anamnesis.kafka")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


@dataclass(frozen=True, slots=True)
class Place:
    """Coordinates of a record."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place written as PARTITION:OFFSET. Raises CommandError."""
        partition, colon, offset = text.partition(":")
        if not colon or not partition.isdigit() or not offset.isdigit():
            raise CommandError(f"a record is named PARTITION:OFFSET as in 0:17, not {text!r}")
        return cls(int(partition), int(offset))


def client_config(settings: Settings) -> dict[str, Any]:
    """The connection as librdkafka wants it, with its own log lines switched off."""
    return preflight.client_config(settings) | {"client.id": "anamnesis-cli", "logger": _quiet}


def unreachable(settings: Settings, error: KafkaException | None = None) -> CommandError:
    """The error for a broker that does not answer or does not let us in."""
    reason = f" ({error.args[0].str()})" if error is not None and isinstance(error.args[0], KafkaError) else ""
    return CommandError(
        f"no answer from the brokers {settings.bootstrap_servers} by {settings.security_protocol}{reason}; "
        f"see that they run and that bootstrap_servers, sasl_* and tls_* are right",
        Exit.PREFLIGHT,
    )


class Reader:
    """Reads a topic without a consumer group. Use it as a context manager; raises CommandError (69) for its errors."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self.topic = topic
        self._settings = settings
        config = client_config(settings) | {
            "group.id": f"{settings.group_id}-cli",  # named, never joined: nothing is subscribed or committed
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
        self._consumer = Consumer(config)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def partitions(self) -> list[int]:
        """The partitions of the topic."""
        try:
            metadata = self._consumer.list_topics(self.topic, timeout=BROKER_SECONDS).topics[self.topic]
        except KafkaException as error:
            raise unreachable(self._settings, error) from None
        if metadata.error is not None or not metadata.partitions:
            reason = metadata.error.str() if metadata.error is not None else "no partitions"
            raise CommandError(f"the topic {self.topic} cannot be read: {reason}", Exit.PREFLIGHT)
        return sorted(metadata.partitions)

    def bounds(self, partition: int) -> tuple[int, int]:
        """The first offset of a partition and the one behind its last."""
        try:
            low, high = self._consumer.get_watermark_offsets(
                TopicPartition(self.topic, partition), timeout=BROKER_SECONDS
            )
        except KafkaException as error:
            raise unreachable(self._settings, error) from None
        return low, high

    def all(self) -> Iterator[Message]:
        """Every record that the topic holds now, partition by partition."""
        for partition in self.partitions():
            yield from self.range(partition, 0)

    def range(self, partition: int, first: int, limit: int | None = None) -> Iterator[Message]:
        """The records of a partition from an offset on, to the end as it is now (or before `limit`)."""
        low, high = self.bounds(partition)
        end = high if limit is None else min(high, limit)
        if max(low, first) >= end:
            return
        self._consumer.assign([TopicPartition(self.topic, partition, max(low, first))])
        heard = time.monotonic()
        while time.monotonic() - heard < BROKER_SECONDS:
            messages = self._poll()
            for message in messages:
                # Control records and aborted ones have offsets too and are never handed over: the end may be passed
                # without a record at it.
                if message.error() is not None or (message.offset() or 0) >= end:
                    return
                yield message
                if message.offset() == end - 1:
                    return
            if messages:
                heard = time.monotonic()

    def one(self, place: Place) -> Message | None:
        """The record at a place; None where the broker no longer holds it."""
        return next(self.range(place.partition, place.offset, place.offset + 1), None)

    def follow(self, *, from_beginning: bool) -> Iterator[Message | None]:
        """The records of all partitions as they come; None whenever a moment passed without one."""
        start = OFFSET_BEGINNING if from_beginning else OFFSET_END
        self._consumer.assign([TopicPartition(self.topic, partition, start) for partition in self.partitions()])
        while True:
            messages = [message for message in self._poll() if message.error() is None]
            yield from messages
            if not messages:
                yield None

    def _poll(self) -> list[Message]:
        """Records, and the end of a partition as a message with an error; every other error is raised."""
        messages = self._consumer.consume(500, timeout=_POLL_SECONDS)
        for message in messages:
            error = message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise CommandError(f"the topic {self.topic} cannot be read: {error.str()}", Exit.PREFLIGHT)
        return messages


def headers_of(message: Message) -> Headers:
    """The headers of a record in their order."""
    found = message.headers() or []
    pairs = found.items() if isinstance(found, dict) else found
    return [(str(pair[0]), pair[1].encode() if isinstance(pair[1], str) else pair[1]) for pair in pairs]


def header(headers: Headers, name: str) -> str | None:
    """The last value of a header as text; None without it."""
    found = next((value for key, value in reversed(headers) if key == name), None)
    return found.decode("utf-8", "replace") if found is not None else None
