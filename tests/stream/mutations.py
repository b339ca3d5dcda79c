"""Messages that no producer should send, made from good ones by seed; each bears a canary that must appear nowhere."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cramjam

CANARY = "xylographer-canary"

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A record, and the reasons for which it may be rejected; `None` among them: it may also be a note after all."""

    kind: str
    value: bytes
    headers: Headers
    reasons: frozenset[str | None]


def good(number: int, chosen: random.Random) -> dict[str, Any]:
    """A note with every kind of field."""
    return {
        "note_id": f"m{number}",
        "patient_id": f"p{number % 50}",
        "note_version": chosen.randint(1, 3),
        "status": chosen.choice(("current", "superseded")),
        "note_datetime": "2024-03-12T09:40:00+01:00",
        "language": "en",
        "text": f"Aspirin 81 mg daily. {CANARY} émoji 👩‍⚕️ " + "word " * chosen.randint(1, 60),
        "meta": {"ward": CANARY},
        "note_type": {"system": "http://loinc.org", "code": "11506-3", "display": CANARY},
    }


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """As many mutants, of all kinds in turn."""
    chosen = random.Random(seed)  # noqa: S311 (test data)
    kinds = list(_KINDS)
    for number in range(count):
        name = kinds[number % len(kinds)]
        value, headers, reasons = _KINDS[name](good(number, chosen), chosen)
        yield Mutant(name, value, headers, frozenset(reasons))


_Made = tuple[bytes, Headers, tuple[str | None, ...]]
_NONE: Headers = ()


def _dumps(note: Any) -> bytes:
    return json.dumps(note, ensure_ascii=False).encode()


def _truncated(note: dict[str, Any], chosen: random.Random) -> _Made:
    value = _dumps(note)
    return value[: chosen.randint(1, len(value) - 1)], _NONE, ("json", "utf8")


def _wrong_type(note: dict[str, Any], chosen: random.Random) -> _Made:
    wrong: Any = chosen.choice([[CANARY], {"a": [CANARY]}, 1.5, True])
    fields = sorted(note.keys() - {"note_type"})  # in it any object is one with fields that nobody knows
    return _dumps(note | {chosen.choice(fields): wrong}), _NONE, ("schema",)


def _no_object(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(chosen.choice([[note], CANARY, 17, None, True])), _NONE, ("schema", "json")


def _missing(note: dict[str, Any], chosen: random.Random) -> _Made:
    name = chosen.choice(("note_id", "text"))
    return _dumps({key: value for key, value in note.items() if key != name}), _NONE, ("schema", "empty")


def _null(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note | {chosen.choice(("note_id", "text", "status", "meta")): None}), _NONE, ("schema", "empty")


def _blank(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note | {"text": chosen.choice(["", " ", "\n\t ", "\u2003"])}), _NONE, ("empty",)


def _surrogate(note: dict[str, Any], chosen: random.Random) -> _Made:
    field = chosen.choice(("text", "note_id"))
    value = json.dumps(note | {field: "a @@ b"}).replace("@@", chosen.choice(["\\ud800", "\\udc00", "\\ud83d x"]))
    return value.encode(), _NONE, ("json",)


def _raw_surrogate(note: dict[str, Any], chosen: random.Random) -> _Made:
    return (
        _inserted(_dumps(note), chosen.choice([b"\xed\xa0\x80", b"\xff", b"\xc0\x80", b"\xf5\x80\x80\x80"])),
        _NONE,
        ("utf8",),
    )


def _nul(note: dict[str, Any], chosen: random.Random) -> _Made:
    if chosen.random() < 0.5:
        return _inserted(_dumps(note), b"\x00"), _NONE, ("json",)
    return _inserted(_dumps(note), b"\\u0000"), _NONE, ("json",)


def _deep(note: dict[str, Any], chosen: random.Random) -> _Made:
    depth = chosen.choice((40, 600, 5_000, 100_000))
    shape = chosen.choice(((b"[", b"]"), (b'{"a":', b"}")))
    nested = shape[0] * depth + b"1" + shape[1] * depth
    return _dumps(note)[:-1] + b', "extra": ' + nested + b"}", _NONE, ("too_deep",)


def _deep_event(note: dict[str, Any], chosen: random.Random) -> _Made:
    depth = chosen.choice((600, 100_000))
    value = b'{"specversion": "1.0", "type": "health.note.recorded.v1", "data": ' + b"[" * depth + b"]" * depth + b"}"
    return value, _STRUCTURED, ("too_deep", "json", "schema")


def _huge(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note | {"text": f"{CANARY} " * 12_000}), _NONE, ("too_large",)


def _many_fields(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note | {"meta": {f"k{number}": CANARY for number in range(70)}}), _NONE, ("schema", "too_large")


def _content_type(note: dict[str, Any], chosen: random.Random) -> _Made:
    media = chosen.choice((b"image/png", b"text/plain; " + CANARY.encode(), b"\xff\xfe", b"application/xml"))
    return _dumps(note), (("content-type", media),), ("content_type",)


def _event_type(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note), (("ce_type", chosen.choice((CANARY.encode(), b"", b"\xff"))),), ("content_type",)


def _no_event(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note), _STRUCTURED, ("schema",)


def _compressed(note: dict[str, Any], chosen: random.Random) -> _Made:
    packers: list[Callable[[bytes], Any]] = [gzip.compress, cramjam.zstd.compress, cramjam.lz4.compress]
    return bytes(chosen.choice(packers)(_dumps(note))), _NONE, ("utf8", "json")


def _twice(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note)[:-1] + b', "text": "' + CANARY.encode() + b'"}', _NONE, ("json",)


def _number(note: dict[str, Any], chosen: random.Random) -> _Made:
    number = chosen.choice((b"NaN", b"Infinity", b"-Infinity", b"9" * 400, b"1e99999", b"0x10", b"01"))
    return _dumps(note)[:-1] + b', "note_version": ' + number + b"}", _NONE, ("json", "schema")


def _language(note: dict[str, Any], chosen: random.Random) -> _Made:
    return _dumps(note | {"language": chosen.choice(("de", "xx-Latn", "zz"))}), _NONE, ("language", "schema")


def _noise(note: dict[str, Any], chosen: random.Random) -> _Made:
    return bytes([0x80, *chosen.randbytes(chosen.randint(1, 400))]), _NONE, ("utf8",)


def _flipped(note: dict[str, Any], chosen: random.Random) -> _Made:
    """A few bits; what comes of it may be anything, a note among it."""
    value = bytearray(_dumps(note))
    for _ in range(chosen.randint(1, 4)):
        value[chosen.randrange(len(value))] ^= 1 << chosen.randrange(8)
    return bytes(value), _NONE, (None, "utf8", "json", "schema", "empty", "language")


_STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)


def _inserted(value: bytes, what: bytes) -> bytes:
    at = value.index(b"Aspirin")
    return value[:at] + what + value[at:]


_KINDS: dict[str, Callable[[dict[str, Any], random.Random], _Made]] = {
    made.__name__.lstrip("_"): made
    for made in (
        _truncated, _wrong_type, _no_object, _missing, _null, _blank, _surrogate, _raw_surrogate, _nul, _deep, _deep_event,
        _huge, _many_fields, _content_type, _event_type, _no_event, _compressed, _twice, _number, _language, _noise,
        _flipped,
    )
}  # fmt: skip
