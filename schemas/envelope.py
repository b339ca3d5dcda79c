"""CloudEvents 1.0 on Kafka: headers in and out, and the headers of the dead letter topic.

Input may come in binary mode (ce_ headers), structured mode (the event as JSON with `data`), or as bare JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.enriched import ENRICHED
from schemas.note import RECORDED
from schemas.rejected import RETRACTED, Reason, RejectedError, Stage

Headers = Sequence[tuple[str, bytes]]

SOURCE = "anamnesis"
TOMBSTONE = "health.note.tombstone.v1"
REPLAY_HEADER = "anamnesis_replay"
DLQ_PREFIX = "dlq_"

_JSON = "application/json"
_STRUCTURED = "application/cloudevents+json"
_PLAIN_TYPES = frozenset({"", _JSON, "text/json", "application/octet-stream"})


class _CloudEvent(msgspec.Struct):
    specversion: str
    type: str
    data: msgspec.Raw


_structured = msgspec.json.Decoder(_CloudEvent)


def read_envelope(headers: Headers, value: bytes) -> bytes:
    """The JSON of the note itself, out of whichever mode it came in.

    Raises:
        RejectedError: `content_type` for a media type or an event type that is no recorded note; `schema`, `json` or
            `too_deep` for a structured event that is none.
    """
    found = {name.lower(): content for name, content in headers}
    media = _text(found.get("content-type", b"")).split(";", 1)[0].strip().lower()
    if media == _STRUCTURED:
        return _unwrap(value)
    if media not in _PLAIN_TYPES and not media.endswith("+json"):
        raise RejectedError("content_type", "decode", "header content-type: neither JSON nor a CloudEvent in JSON")
    if "ce_type" in found and _text(found["ce_type"]) != RECORDED:
        raise RejectedError("content_type", "decode", f"header ce_type: not {RECORDED}")
    return value


def _unwrap(value: bytes) -> bytes:
    try:
        event = _structured.decode(value)
    except msgspec.ValidationError:
        raise RejectedError("schema", "decode", "$: no CloudEvent with specversion, type and data") from None
    except RecursionError:
        raise RejectedError("too_deep", "decode", "$: nested too deep") from None
    except (msgspec.DecodeError, ValueError):
        raise RejectedError("json", "decode", "$: not valid JSON") from None
    if event.type != RECORDED:
        raise RejectedError("content_type", "decode", f"$.type: not {RECORDED}")
    return bytes(event.data)


def enriched_headers(event_id: str, note_id: str, headers: Headers, *, at: datetime) -> list[tuple[str, bytes]]:
    """Headers of an enriched event; `at` is when it was made, `headers` those of the note."""
    return _event_headers(ENRICHED, event_id, note_id, headers, at)


def retracted_headers(event_id: str, note_id: str, headers: Headers, *, at: datetime) -> list[tuple[str, bytes]]:
    """Headers of a retraction."""
    return _event_headers(RETRACTED, event_id, note_id, headers, at)


def tombstone_headers(event_id: str, headers: Headers, *, at: datetime) -> list[tuple[str, bytes]]:
    """Headers of a tombstone: it has no value, and so neither a subject nor a content type."""
    return [item for item in _event_headers(TOMBSTONE, event_id, "", headers, at) if item[0] != "content-type"]


def rejected_headers(
    headers: Headers,
    *,
    reason: Reason,
    stage: Stage,
    topic: str,
    partition: int,
    offset: int,
    timestamp: int,
    attempts: int,
    version: str,
    withheld: tuple[int, str] | None = None,
) -> list[tuple[str, bytes]]:
    """The original headers and the dlq_ headers of a rejection.

    `timestamp` in milliseconds since the epoch; `withheld` is the length and the SHA-256 of a value that is not sent.
    """
    added: dict[str, Any] = {
        "dlq_reason": reason,
        "dlq_stage": stage,
        "dlq_topic": topic,
        "dlq_partition": partition,
        "dlq_offset": offset,
        "dlq_timestamp": timestamp,
        "dlq_attempts": attempts,
        "dlq_service_version": version,
    }
    if withheld is not None:
        added |= {"dlq_value": "withheld", "dlq_value_bytes": withheld[0], "dlq_value_sha256": withheld[1]}
    return [*without_dlq(headers), *((name, str(value).encode()) for name, value in added.items())]


def without_dlq(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Headers less those of the dead letter topic, as a replay sends them."""
    return [(name, value) for name, value in headers if not name.startswith(DLQ_PREFIX)]


def _event_headers(
    event_type: str, event_id: str, subject: str, headers: Headers, at: datetime
) -> list[tuple[str, bytes]]:
    made = [
        ("ce_specversion", "1.0"),
        ("ce_id", event_id),
        ("ce_source", SOURCE),
        ("ce_type", event_type),
        ("ce_time", at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")),
        *([("ce_subject", subject)] if subject else []),
        ("content-type", _JSON),
    ]
    passed_on = [(name, value) for name, value in headers if name.lower() in ("traceparent", "tracestate")]
    return [(name, text.encode()) for name, text in made] + passed_on


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")
