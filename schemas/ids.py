"""Deterministic ids: the same note read in the same way has the same event id, wherever and however often."""

from __future__ import annotations

import hashlib
import uuid

import msgspec

from schemas.note import Note

NAMESPACE = uuid.UUID("8d0f9c52-6e0b-5a0e-9a55-3c1e0a9f7b21")
"""The UUIDv5 namespace of all ids of Anamnesis."""

_canonical = msgspec.json.Encoder(order="sorted")


def event_id(note: Note, fingerprint: str) -> str:
    """UUIDv5 of note_id, note_version, the SHA-256 of the canonical JSON of all recorded fields, and the fingerprint.

    Canonical: keys sorted, defaults filled in, unknown fields left out.
    """
    digest = hashlib.sha256(_canonical.encode(note)).hexdigest()
    return _uuid(note.note_id, str(note.note_version), digest, fingerprint)


def coordinates_id(topic: str, partition: int, offset: int) -> str:
    """The id of a rejection or a tombstone: UUIDv5 of its coordinates on Kafka."""
    return _uuid(topic, str(partition), str(offset))


def _uuid(*parts: str) -> str:
    # Each part with its length before it: no two lists of parts give one name.
    return str(uuid.uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))
