"""Annotated notes (gold JSONL) and the formats in which annotation tools show them and give them back.

`gold` checks a note, `drawing` turns it into spans, links and flags as a tool shows them and takes the corrected ones
back, `from_event` makes one of an enriched event; `prodigy`, `label_studio` and `brat` are the tools.
"""

from pipeline.annotation.gold import AnnotationError, GoldNote, check
from pipeline.annotation.importers import Importer, importer, importers

__all__ = ["AnnotationError", "GoldNote", "Importer", "check", "importer", "importers"]
