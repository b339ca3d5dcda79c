"""The language of a note: the primary subtag of its BCP-47 tag, and whether there is a profile for it."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.note import Note
from schemas.rejected import RejectedError


def primary_subtag(tag: str) -> str:
    """The primary subtag of a BCP-47 tag: "fr" of "fr-CA"."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def language_to_read(note: Note, default: str, known: Iterable[str]) -> str:
    """The language of the profile that reads a note; `default` is that of notes that name none.

    Raises RejectedError where there is no such profile.
    """
    known = list(known)
    language = primary_subtag(note.language or default)
    if language not in known:
        detail = f"$.language: no profile for it; there are: {', '.join(known)}"
        raise RejectedError("language", "language", detail, note.note_id)
    return language
