"""What is sent when a rejection is replayed, and what its user should know before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from confluent_kafka import Message

from schemas.envelope import DLQ_PREFIX, REPLAY_HEADER
from workers.cli.kafka import Headers, Place, Reader, header, headers_of
from workers.settings import Settings


@dataclass(frozen=True, slots=True)
class Sending:
    """One record that goes out again."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers


class Replay:
    """Turns rejections into records to send; `warnings` and `gone` say what was noticed on the way."""

    def __init__(self, settings: Settings, to: str | None, messages: Sequence[Message]) -> None:
        self._settings = settings
        self._to = to
        self.warnings: list[str] = []
        self.gone = 0
        # Each partition that rejections came from is read once, from the first of them on.
        self._first: dict[tuple[str, int], int] = {}
        self._read: dict[tuple[str, int], list[_Later]] = {}
        for message in messages:
            headers = headers_of(message)
            topic, origin = header(headers, "dlq_topic"), _origin(headers)
            if topic is not None and origin is not None:
                place = topic, origin.partition
                self._first[place] = min(origin.offset, self._first.get(place, origin.offset))

    def prepare(self, message: Message) -> Sending | None:
        """The record of a rejection; None where its note is gone. Raises CommandError for a broker that fails."""
        headers = headers_of(message)
        name = f"{message.partition()}:{message.offset()}"
        topic, origin = header(headers, "dlq_topic"), _origin(headers)
        value = message.value() or b""
        if header(headers, "dlq_value") == "withheld":
            found = self._original(topic, origin, header(headers, "dlq_value_sha256"))
            if found is None:
                self.gone += 1
                self.warnings.append(f"{name}: the note was withheld and the topic {topic} no longer holds it")
                return None
            value = found
        target = self._to or topic or self._settings.input_topic
        key = message.key()
        key_bytes = key.encode() if isinstance(key, str) else key
        if (
            topic is not None
            and origin is not None
            and key_bytes is not None
            and self._overtaken(topic, origin, key_bytes, value)
        ):
            self.warnings.append(f"{name}: its note was retracted, or has a higher version, since")
        return Sending(target, key_bytes, value, _headers(headers))

    def _original(self, topic: str | None, origin: Place | None, sha256: str | None) -> bytes | None:
        if topic is None or origin is None:
            return None
        with Reader(self._settings, topic) as reader:
            message = reader.one(origin)
        value = message.value() if message is not None else None
        if value is None or (sha256 is not None and hashlib.sha256(value).hexdigest() != sha256):
            return None
        return value if isinstance(value, bytes) else value.encode()

    def _overtaken(self, topic: str, origin: Place, key: bytes, value: bytes) -> bool:
        """Whether a retraction or a higher version of the key's notes stands behind the rejected one."""
        rejected = _note(value)
        for later in self._later(topic, origin.partition):
            if later.offset > origin.offset and later.key == key:
                same = later.note_id is not None and later.note_id == rejected.get("note_id")
                if later.retraction or (same and later.version > _version(rejected)):
                    return True
        return False

    def _later(self, topic: str, partition: int) -> list[_Later]:
        place = topic, partition
        if place not in self._read:
            with Reader(self._settings, topic) as reader:
                records = reader.range(partition, self._first.get(place, 0))
                self._read[place] = [_later(message) for message in records if message.key() is not None]
        return self._read[place]


@dataclass(frozen=True, slots=True)
class _Later:
    """What must be known of a record behind a rejected one."""

    offset: int
    key: str | bytes | None
    note_id: str | None
    version: int
    retraction: bool


def _later(message: Message) -> _Later:
    note = _note(message.value() or b"")
    retraction = note.get("status") == "entered-in-error"
    return _Later(message.offset() or 0, message.key(), note.get("note_id"), _version(note), retraction)


def _origin(headers: Headers) -> Place | None:
    partition, offset = header(headers, "dlq_partition"), header(headers, "dlq_offset")
    if partition is None or offset is None or not partition.isdigit() or not offset.isdigit():
        return None
    return Place(int(partition), int(offset))


def _headers(headers: Headers) -> Headers:
    """The original headers, with the number of this replay."""
    before = header(headers, REPLAY_HEADER)
    count = int(before) + 1 if before is not None and before.isdigit() else 1
    kept = [(name, value) for name, value in headers if not name.startswith(DLQ_PREFIX) and name != REPLAY_HEADER]
    return [*kept, (REPLAY_HEADER, str(count).encode())]


def _note(value: bytes | str) -> dict[str, Any]:
    """The note of a record as far as it can be read; structured CloudEvents carry it in `data`."""
    try:
        note = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(note, dict):
        return {}
    data = note.get("data")
    return data if isinstance(data, dict) else note


def _version(note: dict[str, Any]) -> int:
    version = note.get("note_version", 1)
    return version if isinstance(version, int) else 1
