"""Enriched events of a file, the notes that they were made of, and that a text is the one that was read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import orjson

from schemas.enriched import EnrichedNote
from workers.cli.console import CommandError
from workers.cli.files import lines, reading

Version = tuple[str, int]
"""Id and version of a note."""


def check_event(item: dict[str, Any], where: str) -> None:
    """Raise CommandError where a line says that it is an enriched event and lacks what one has."""
    try:
        msgspec.convert(item, EnrichedNote)
    except msgspec.ValidationError as error:
        # Of the message only the path: a value may be text of a note.
        _, _, path = str(error).rpartition(" - at `")
        raise CommandError(f"{where}: no enriched event of this version, see {path.rstrip('`') or '$'}") from None


def check_text(event: dict[str, Any], text: str, where: str) -> None:
    """Raise CommandError where a text is not the one that the event was made of."""
    note = event["note"]
    if hashlib.sha256(text.encode()).hexdigest() != note["text_sha256"]:
        raise CommandError(f"{where}: the text of note {note['note_id']} is not the one that was read (SHA-256)")


def notes_by_version(path: Path) -> dict[Version, dict[str, Any]]:
    """The notes of a file. Raises CommandError where a version of a note stands there with two texts.

    What is no note is passed over, as `annotate` made a rejection of it and no event.
    """
    found: dict[Version, tuple[int, dict[str, Any]]] = {}
    with reading(path) as handle:
        for number, line in enumerate(lines(handle), 1):
            note = _note(line)
            if note is None:
                continue
            version = note["note_id"], note.get("note_version", 1)
            first, known = found.setdefault(version, (number, note))
            if known["text"] != note["text"]:
                raise CommandError(
                    f"{path}, line {number}: the note {version[0]} stands in line {first} with another text; "
                    "keep the one that was read, or give each a note_version"
                )
    return {version: note for version, (_, note) in found.items()}


def _note(line: bytes) -> dict[str, Any] | None:
    try:
        note = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(note, dict) or type(note.get("note_version", 1)) is not int:
        return None
    return note if isinstance(note.get("note_id"), str) and isinstance(note.get("text"), str) and note["text"] else None
