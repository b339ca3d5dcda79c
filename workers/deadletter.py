"""Rejections as the dead letter topic holds them: the original record with dlq_ headers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import schemas
from schemas.version import VERSION
from workers.delivery import Delivery
from workers.records import Outcome

# What a record costs beside key, value and headers, as the producer counts it; generous.
_OVERHEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Key, value and headers of a rejection."""

    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


def dead_letter(delivery: Delivery, outcome: Outcome, *, withhold: bool, max_bytes: int) -> DeadLetter:
    """The rejection of a record.

    Its value is withheld (empty, with length and hash in the headers) where `withhold` says so or where the whole would
    exceed `max_bytes`.
    """
    if outcome.reason is None or outcome.stage is None:
        raise ValueError(f"a record that is {outcome.kind} is no rejection")
    value = delivery.record.value or b""
    headers = delivery.record.headers
    size = len(value) + len(delivery.key or b"") + sum(len(name) + len(content) for name, content in headers)
    withheld = None
    if withhold or size + _OVERHEAD_BYTES > max_bytes:
        withheld = (len(value), hashlib.sha256(value).hexdigest())
    place = delivery.place
    made = schemas.rejected_headers(
        headers,
        reason=outcome.reason,
        stage=outcome.stage,
        topic=place.topic,
        partition=place.partition,
        offset=place.offset,
        timestamp=place.timestamp,
        attempts=delivery.record.attempt,
        version=VERSION,
        withheld=withheld,
    )
    return DeadLetter(delivery.key, b"" if withheld else value, made)
