"""`health.note.recorded.v1`: a clinical note as a hospital sends it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

RECORDED: Literal["health.note.recorded.v1"] = "health.note.recorded.v1"

Status = Literal["current", "superseded", "entered-in-error"]
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class NoteType(msgspec.Struct, frozen=True, kw_only=True):
    """The kind of document, a LOINC code by preference."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note. Only `note_id` is always required; `text` unless the note is retracted (`entered-in-error`).

    `note_datetime` and `birth_datetime` are kept as sent (they are echoed so) and checked when a note is decoded;
    `language` is a BCP-47 tag.
    """

    note_id: Identifier
    text: str | None = None
    type: Literal["health.note.recorded.v1"] = RECORDED
    patient_id: Identifier | None = None
    note_version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] = 1
    status: Status = "current"
    note_datetime: str | None = None
    birth_datetime: str | None = None
    language: str | None = None
    note_type: NoteType | None = None
    visit_id: str | None = None
    author_role: str | None = None
    service: str | None = None
    meta: dict[str, str] = {}
