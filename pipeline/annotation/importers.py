"""Annotation tools whose files are read back: for each, what its file consists of and how one piece becomes a note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.annotation import brat, label_studio, prodigy
from pipeline.annotation.gold import GoldNote

Source = Literal["lines", "array", "folder"]


@dataclass(frozen=True, slots=True)
class Importer:
    """A tool's format: JSON objects one a line, one JSON array of them, or a folder of brat documents.

    `read` makes a gold note of one piece, or None of one that no person has accepted; it raises AnnotationError.
    `unreviewed=True` takes those too that nobody has looked at yet (a refused one is never taken).
    """

    name: str
    source: Source
    read: Callable[[Any, bool], GoldNote | None]


_IMPORTERS = (
    Importer("prodigy", "lines", prodigy.read),
    Importer("label-studio", "array", label_studio.read),
    Importer("brat", "folder", brat.read),
)


def importers() -> list[str]:
    """The names of the formats that can be read back."""
    return [one.name for one in _IMPORTERS]


def importer(name: str) -> Importer:
    """An importer by its name. Raises KeyError."""
    return {one.name: one for one in _IMPORTERS}[name]
