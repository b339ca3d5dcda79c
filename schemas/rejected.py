"""`health.note.rejected.v1` and `health.note.retracted.v1`: the outcomes that are no enrichment."""

from __future__ import annotations

from typing import Literal

import msgspec

REJECTED: Literal["health.note.rejected.v1"] = "health.note.rejected.v1"
RETRACTED: Literal["health.note.retracted.v1"] = "health.note.retracted.v1"

Reason = Literal[
    "utf8",
    "json",
    "schema",
    "empty",
    "too_large",
    "too_deep",
    "content_type",
    "language",
    "timeout",
    "crash",
    "component_error",
    "produce_too_large",
]
Stage = Literal["fetch", "decode", "language", "pipeline", "encode", "publish"]


class RejectedError(Exception):
    """A note that cannot be enriched: a reason and a stage of the closed lists, and where and what, never the text.

    `note_id`: of the note, where it could be read.
    """

    def __init__(self, reason: Reason, stage: Stage, detail: str, note_id: str | None = None) -> None:
        super().__init__(f"{reason} at {stage}: {detail}")
        self.note_id = note_id
        self.reason: Reason = reason
        self.stage: Stage = stage
        self.detail = detail


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A rejection as a line of a file; on Kafka it is the original record with dlq_ headers."""

    type: Literal["health.note.rejected.v1"] = REJECTED
    line: int | None = None
    note_id: str | None = None
    reason: Reason
    stage: Stage
    detail: str


class RetractedNote(msgspec.Struct, frozen=True, kw_only=True):
    """Which note was withdrawn."""

    note_id: str
    note_version: int
    patient_id: str | None = None


class Retraction(msgspec.Struct, frozen=True, kw_only=True):
    """The note was entered in error: whoever holds its enriched event withdraws it."""

    type: Literal["health.note.retracted.v1"] = RETRACTED
    event_id: str
    note: RetractedNote
    reason: Literal["entered-in-error"] = "entered-in-error"
