"""What goes between a worker and its shards: the record as read, its outcome, and the options of reading.

Plain types, which load no pipeline: a worker hands notes over and never reads one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

import schemas
from schemas.enriched import LanguageSource, OffsetUnit, TextEcho
from schemas.rejected import Reason, RejectedError, Stage

Kind = Literal["enriched", "retracted", "tombstone", "rejected"]
Headers = tuple[tuple[str, bytes], ...]


class Coordinates(msgspec.Struct, frozen=True, array_like=True):
    """Where a record stands on Kafka; `timestamp` in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class Record(msgspec.Struct, frozen=True, array_like=True):
    """A record as it was read: `value` None is a tombstone. `received_at` in seconds since the epoch."""

    value: bytes | None
    headers: Headers = ()
    coordinates: Coordinates | None = None
    attempt: int = 1
    received_at: float = 0.0


class Outcome(msgspec.Struct, array_like=True):
    """What became of a record. `counts` holds what telemetry counts: (metric, label values ...) -> number."""

    kind: Kind
    value: bytes | None = None
    headers: Headers = ()
    reason: Reason | None = None
    stage: Stage | None = None
    detail: str | None = None
    note_id: str | None = None
    counts: list[tuple[tuple[str, ...], int]] = []
    nlp_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ProcessingOptions:
    """Everything that a shard must know; plain values, equal in all shards."""

    profiles: dict[str, str] = field(default_factory=lambda: {"en": "en", "fr": "fr"})
    default_language: str = "en"
    language_source: LanguageSource = "default"
    default_timezone: str = "UTC"
    text_echo: TextEcho = "entities"
    offset_unit: OffsetUnit = "code_point"
    limits: schemas.Limits = field(default_factory=schemas.Limits)
    group: str | None = None


def rejection(error: RejectedError) -> Outcome:
    """The outcome of a record that cannot be enriched."""
    return Outcome("rejected", reason=error.reason, stage=error.stage, detail=error.detail, note_id=error.note_id)
