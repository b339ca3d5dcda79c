"""Bytes of a record -> Note, or a rejection that says where and what, never the text.

msgspec checks types and required fields; what it lets through is checked here: NUL, lone surrogates, duplicate keys,
huge numbers, depth, sizes, dates, and the language tag.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.dates import DateError, check_birth_datetime, parse_note_datetime
from schemas.limits import META_ENTRIES, META_ENTRY_BYTES, Limits
from schemas.note import Identifier, Note, NoteType
from schemas.rejected import RejectedError

_MAX_NUMBER_DIGITS = 40
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*\Z")
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (_MAX_NUMBER_DIGITS + 1))
_KEY_END = re.compile(rb'"\s*+:')
# An unterminated string ends with the value, so that one pass is enough whatever the bytes are.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)

_FIELDS = frozenset(Note.__struct_encode_fields__)
_NOTE_TYPE_FIELDS = frozenset(NoteType.__struct_encode_fields__)

_decoder = msgspec.json.Decoder(Note)
_raw_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_identifier_decoder: msgspec.json.Decoder[str] = msgspec.json.Decoder(Identifier)

# What msgspec says of a wrong type, length or size: types and bounds of the schema, nothing of the value.
_EXPECTED = re.compile(
    r"Expected `(?P<type>[a-z |]+)`(?P<bound> (?:of length )?[<>]=? -?\d+)?(?:, got `(?P<got>[a-z]+)`)?(?= - at `|\Z)"
)
# What it says of another wrong value may quote it; these beginnings say the kind without it.
_KINDS = (
    ("Object missing required field", "required field missing"),
    ("Invalid enum value", "not one of the allowed values"),
    ("Invalid value", "not one of the allowed values"),
)


@dataclass(frozen=True, slots=True)
class DecodedNote:
    """A valid note, and how many fields of the record are unknown to this version."""

    note: Note
    unknown_fields: int


def decode_note(value: bytes, *, limits: Limits = Limits()) -> DecodedNote:  # noqa: B008 (frozen)
    """Decode one note.

    Raises:
        RejectedError: with a reason of the closed list; its detail holds the path of a field and what is wrong there. It has
            the note_id where the record is an object with a valid one, so that the sender finds the note.
    """
    if len(value) > limits.max_value_bytes:
        raise _rejected("too_large", f"$: {len(value)} bytes, at most {limits.max_value_bytes}")
    if not value.strip():
        raise _rejected("empty", "$: the record has no value")
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _rejected("utf8", f"$: byte {error.start} is not UTF-8") from None
    _check_depth(value, limits.max_depth)
    fields = _fields(value)
    try:
        note = _note(value, limits)
    except RejectedError as error:
        error.note_id = _note_id(fields)
        raise
    return DecodedNote(note, _unknown(fields))


def _note(value: bytes, limits: Limits) -> Note:
    try:
        note = _decoder.decode(value)
    except msgspec.ValidationError as error:
        raise _rejected("schema", _without_value(str(error))) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise _rejected("json", "$: not valid JSON") from None
    _check_text(note, limits)
    _check_fields(note)
    return note


def _note_id(fields: dict[str, msgspec.Raw]) -> str | None:
    """The note_id; None where there is none or it is invalid itself."""
    raw = fields.get("note_id")
    try:
        return None if raw is None else _identifier_decoder.decode(raw)
    except msgspec.ValidationError:
        return None


def _rejected(reason: Any, detail: str) -> RejectedError:
    return RejectedError(reason, "decode", detail)


def _check_depth(value: bytes, limit: int) -> None:
    """Reject nesting beyond the limit, in one pass over what is no string."""
    opened = value.count(b"{") + value.count(b"[")
    if opened <= limit:
        return
    depth = 0
    for bracket in re.findall(rb"[\[\]{}]", _STRING.sub(b"", value)):
        depth += 1 if bracket in b"[{" else -1
        if depth > limit:
            raise _rejected("too_deep", f"$: nested deeper than {limit}")


def _fields(value: bytes) -> dict[str, msgspec.Raw]:
    """The fields of the object with their undecoded values; duplicate keys, NUL, surrogates, numbers are checked."""
    try:
        fields = _raw_decoder.decode(value)
    except msgspec.ValidationError:
        raise _rejected("schema", "$: not an object") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise _rejected("json", "$: not valid JSON") from None
    if any(_LONG_NUMBER.search(_STRING.sub(b'""', raw)) for raw in map(bytes, fields.values()) if raw[:1] != b'"'):
        raise _rejected("json", f"$: a number of more than {_MAX_NUMBER_DIGITS} digits")
    if b"\x00" in value or b"\\u0000" in value or b"\\ud" in value or b"\\uD" in value:
        _check_characters(value)
    _check_duplicates(value, fields)
    return fields


def _check_characters(value: bytes) -> None:
    """Reject NUL and surrogates without their partner; an escaped backslash before `u0000` is none."""
    if b"\x00" in value:
        raise _rejected("json", "$: a NUL character")
    text = json.dumps(json.loads(value), ensure_ascii=True)
    if re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
        raise _rejected("json", "$: a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in _characters(json.loads(value))):
        raise _rejected("json", "$: a surrogate without its partner")


def _characters(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(key + _characters(item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(map(_characters, value))
    return ""


def _check_duplicates(value: bytes, fields: dict[str, msgspec.Raw]) -> None:
    """Reject an object that has a key twice, at any level; cheap where the keys of the top level account for all."""
    nested = [raw for raw in fields.values() if _opens(raw)]
    # A string may hold what looks like the end of a key, so this counts every key at least once.
    if not nested and len(_KEY_END.findall(value)) == len(fields):
        return

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise _rejected("json", "$: a key stands twice in one object")
        return dict(pairs)

    json.loads(value, object_pairs_hook=unique)


def _opens(raw: msgspec.Raw) -> bool:
    """Is the value an object or an array?"""
    return bytes(memoryview(raw)[:1]) in (b"{", b"[")


def _without_value(message: str) -> str:
    """msgspec's message reduced to path and kind: `$.field: what`."""
    path = re.search(r"`(\$[^`]*)`\Z", message)
    kind = next((kind for beginning, kind in _KINDS if message.startswith(beginning)), "not as the schema says")
    if expected := _EXPECTED.match(message):
        got = f", got {expected['got']}" if expected["got"] else ""
        kind = f"expected {expected['type']}{expected['bound'] or ''}{got}"
    field = re.match(r"Object missing required field `([a-z_]+)`", message)
    where = (path.group(1) if path else "$") + (f".{field.group(1)}" if field else "")
    # A path names keys of `meta` as [...] already; nothing but known field names is left in it.
    return f"{where}: {kind}"


def _check_text(note: Note, limits: Limits) -> None:
    if note.text is not None and len(note.text) > limits.max_text_length:
        raise _rejected("too_large", f"$.text: {len(note.text)} code points, at most {limits.max_text_length}")
    if note.status == "entered-in-error":
        return
    if note.text is None:
        raise _rejected("schema", "$.text: required unless status is entered-in-error")
    if not note.text.strip():
        raise _rejected("empty", "$.text: blank")


def _check_fields(note: Note) -> None:
    if len(note.meta) > META_ENTRIES:
        raise _rejected("schema", f"$.meta: {len(note.meta)} entries, at most {META_ENTRIES}")
    for key, value in note.meta.items():
        if len(key.encode()) + len(value.encode()) > META_ENTRY_BYTES:
            raise _rejected("schema", f"$.meta: an entry of more than {META_ENTRY_BYTES} bytes")
    if note.language is not None and not _LANGUAGE.match(note.language):
        raise _rejected("schema", "$.language: not a BCP-47 tag")
    for field, check in (("note_datetime", parse_note_datetime), ("birth_datetime", check_birth_datetime)):
        text = getattr(note, field)
        if text is not None:
            try:
                check(text)
            except DateError as error:
                raise _rejected("schema", f"$.{field}: {error}") from None


def _unknown(fields: dict[str, msgspec.Raw]) -> int:
    """How many fields, at the top and in `note_type`, this version does not know."""
    count = len(fields.keys() - _FIELDS)
    note_type = fields.get("note_type")
    if note_type is not None and _opens(note_type):
        count += len(_raw_decoder.decode(note_type).keys() - _NOTE_TYPE_FIELDS)
    return count
