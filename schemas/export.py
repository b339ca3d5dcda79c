"""The published schemas: JSON Schema of each event and an AsyncAPI 3 document, made from the types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from schemas.enriched import ENRICHED, EnrichedNote
from schemas.envelope import DLQ_PREFIX, TOMBSTONE
from schemas.note import RECORDED, Note
from schemas.rejected import REJECTED, RETRACTED, Rejection, Retraction

PUBLISHED = Path(__file__).parent / "published"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[str, type[msgspec.Struct]] = {
    RECORDED: Note,
    ENRICHED: EnrichedNote,
    RETRACTED: Retraction,
    REJECTED: Rejection,
}
_DLQ_HEADERS = {
    "dlq_reason": "Why the record was rejected: a word of the closed list.",
    "dlq_stage": "Where: fetch, decode, language, pipeline, encode or publish.",
    "dlq_topic": "Topic of the original record.",
    "dlq_partition": "Partition of the original record.",
    "dlq_offset": "Offset of the original record.",
    "dlq_timestamp": "Timestamp of the original record, milliseconds since the epoch.",
    "dlq_attempts": "How often it was tried.",
    "dlq_service_version": "Version of Anamnesis that rejected it.",
    "dlq_value": "`withheld` where the value is left out.",
    "dlq_value_bytes": "Length of a value left out.",
    "dlq_value_sha256": "SHA-256 of a value left out.",
}


def write(folder: Path) -> list[Path]:
    """Write every document into a folder, which is made; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents().items():
        path = folder / name
        path.write_text(render(document), encoding="utf-8")
        written.append(path)
    return written


def render(document: dict[str, Any]) -> str:
    """A document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def documents() -> dict[str, dict[str, Any]]:
    """All documents by file name."""
    made = {f"{name}.schema.json": json_schema(name) for name in _TYPES}
    return {**made, "asyncapi.json": asyncapi()}


def json_schema(event_type: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event type."""
    (root,), definitions = msgspec.json.schema_components([_TYPES[event_type]], ref_template="#/$defs/{name}")
    return {"$schema": _DIALECT, "title": event_type, **root, "$defs": definitions}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: topics, messages, headers."""
    _, components = msgspec.json.schema_components(list(_TYPES.values()), ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Anamnesis",
            "version": "1.0.0",
            "description": "Clinical notes in, enriched events out. Within v1 fields are only added.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "notes": _channel("health.notes", ["recorded", "tombstone"]),
            "enriched": _channel("health.notes.enriched", ["enriched", "retracted", "tombstone"]),
            "rejected": _channel("health.notes.rejected", ["rejected"]),
        },
        "operations": {
            "readNotes": _operation("receive", "notes", ["recorded", "tombstone"]),
            "publishOutcomes": _operation("send", "enriched", ["enriched", "retracted", "tombstone"]),
            "publishRejections": _operation("send", "rejected", ["rejected"]),
        },
        "components": {
            "messages": {
                "recorded": _message(RECORDED, "Note", "A clinical note; the key is the patient's pseudonym."),
                "enriched": _message(ENRICHED, "EnrichedNote", "What was read in a note, under the note's key."),
                "retracted": _message(RETRACTED, "Retraction", "A note entered in error, behind the note it retracts."),
                "tombstone": {
                    "name": TOMBSTONE,
                    "summary": "A record without a value: in and out, under the same key.",
                    "headers": _cloud_event(TOMBSTONE),
                    "payload": {"type": "null"},
                },
                "rejected": {
                    "name": REJECTED,
                    "summary": f"The original record with {DLQ_PREFIX} headers; it is itself no CloudEvent.",
                    "headers": {
                        "type": "object",
                        "properties": {
                            name: {"type": "string", "description": text} for name, text in _DLQ_HEADERS.items()
                        },
                    },
                    "payload": {},
                },
            },
            "schemas": components,
        },
    }


def _channel(address: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, channel: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _message(event_type: str, schema: str, summary: str) -> dict[str, Any]:
    return {
        "name": event_type,
        "summary": summary,
        "contentType": "application/json",
        "headers": _cloud_event(event_type),
        "payload": {"$ref": f"#/components/schemas/{schema}"},
    }


def _cloud_event(event_type: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "CloudEvents 1.0, Kafka binding, binary mode.",
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {"type": "string"},
            "ce_source": {"type": "string"},
            "ce_type": {"type": "string", "const": event_type},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_subject": {"type": "string"},
            "traceparent": {"type": "string"},
        },
    }
