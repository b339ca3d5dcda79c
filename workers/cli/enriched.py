"""Enriched events of a file: that they are some, and that a text is the one that was read."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from schemas.enriched import EnrichedNote
from workers.cli.console import CommandError


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
