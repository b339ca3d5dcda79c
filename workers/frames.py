"""What goes through the pipe between a worker and a shard: length-prefixed MessagePack frames.

To the shard: a batch (a list of records). From it: first `Ready`, then one `Result` for each record, in order.
"""

from __future__ import annotations

import struct

import msgspec

from workers.records import Outcome, Record

HEADER = struct.Struct("!I")


class Ready(msgspec.Struct, array_like=True):
    """The shard has its profiles (name, version, fingerprint), or `error` says in one line why not.

    `streams`: a note's outcome comes before the next one is begun, so that silence is the doing of one note.
    """

    profiles: list[tuple[str, str, str]] = []
    error: str | None = None
    streams: bool = False


class Result(msgspec.Struct, array_like=True):
    """The outcome of a record and the shard's resident memory in bytes (0: not measured with this one)."""

    outcome: Outcome
    resident_bytes: int = 0


_encoder = msgspec.msgpack.Encoder()
batch_decoder = msgspec.msgpack.Decoder(list[Record])
ready_decoder = msgspec.msgpack.Decoder(Ready)
result_decoder = msgspec.msgpack.Decoder(Result)


def frame(value: msgspec.Struct | list[Record]) -> bytes:
    """A value with its length before it."""
    body = _encoder.encode(value)
    return HEADER.pack(len(body)) + body
