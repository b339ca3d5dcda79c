"""Batches of records that cannot be read: which offsets they hold (D-1.4).

Asked of librdkafka, which checks the same checksums as the worker's driver, names the place and reads on behind it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

_POLL_SECONDS = 0.5
# A partition is read for so long behind its committed offset; what lies further on is found when the worker is there.
LOOK_SECONDS = 10.0
LOOK_RECORDS = 20_000

# A checksum or a structure that is wrong, as the client or as the broker sees it.
_BAD = (KafkaError._BAD_MSG, KafkaError._BAD_COMPRESSION, KafkaError._NOT_IMPLEMENTED, KafkaError.INVALID_MSG)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Offsets `first` to `last` of a partition cannot be read."""

    topic: str
    partition: int
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.topic} {self.partition}:{self.first} to {self.partition}:{self.last}"


def find(
    config: dict[str, Any], topic: str, partition: int, start: int, *, seconds: float = LOOK_SECONDS
) -> list[Unreadable]:
    """The unreadable batches from `start` on, as far as `seconds` and LOOK_RECORDS reach.

    Raises KafkaException where the partition cannot be read at all.
    """
    consumer = Consumer(
        config
        | {
            "group.id": "anamnesis-look",  # named, never joined
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_uncommitted",
            "auto.offset.reset": "earliest",
            "check.crcs": True,
            "log_level": 0,
        }
    )
    found: list[Unreadable] = []
    try:
        reader = _Reader(consumer, topic, partition, seconds)
        while (first := reader.first_bad(start)) is not None:
            last = reader.last_bad(first)
            found.append(Unreadable(topic, partition, first, last))
            start = last + 1
    finally:
        consumer.close()
    return found


class _Reader:
    """One partition. librdkafka names the first offset of a bad batch rightly but loses its place behind it, so that the
    end is sought: the broker gives the same batch for every offset in it.
    """

    def __init__(self, consumer: Consumer, topic: str, partition: int, seconds: float) -> None:
        self._consumer = consumer
        self._place = (topic, partition)
        self._low, self._end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=LOOK_SECONDS)
        self._deadline = time.monotonic() + seconds
        self._left = LOOK_RECORDS

    def first_bad(self, start: int) -> int | None:
        """The first offset, from `start` on, of a batch that cannot be read; None: there is none."""
        start = max(start, self._low)
        if start >= self._end:
            return None
        self._consumer.assign([TopicPartition(*self._place, start)])
        while time.monotonic() < self._deadline and self._left > 0:
            message = self._consumer.poll(_POLL_SECONDS)
            if message is None:
                continue
            self._left -= 1
            error = message.error()
            if error is None:
                continue
            if error.code() == KafkaError._PARTITION_EOF:
                return None
            if error.code() in _BAD:
                return max(start, message.offset() or 0)
            if error.fatal() or not error.retriable():
                raise KafkaException(error)
        return None

    def last_bad(self, first: int) -> int:
        """The last offset of the batch that begins at `first`."""
        bad, step = first, 1
        while bad + step < self._end and self._is_bad(bad + step):
            bad, step = bad + step, step * 2
        good = min(bad + step, self._end)
        while good - bad > 1:
            middle = (bad + good) // 2
            if self._is_bad(middle):
                bad = middle
            else:
                good = middle
        return bad

    def _is_bad(self, offset: int) -> bool:
        self._consumer.assign([TopicPartition(*self._place, offset)])
        deadline = time.monotonic() + LOOK_SECONDS
        while time.monotonic() < deadline:
            message = self._consumer.poll(_POLL_SECONDS)
            if message is not None:
                error = message.error()
                # Whatever is wrong with it: after a bad checksum librdkafka may also lose its place.
                return error is not None and error.code() != KafkaError._PARTITION_EOF
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
