"""The reader of annotated links for `spacy train`: gold notes as Docs with entities and `doc._.link_data`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans, registry

import pipeline
from pipeline.annotation.gold import AnnotationError, GoldNote, check

__all__ = ["annotated_doc", "pipeline"]  # the import registers the components


@registry.readers("anamnesis.link_corpus.v1")  # type: ignore[untyped-decorator]
def make_corpus(path: Path) -> Callable[[Language], Iterable[Example]]:
    """Gold notes of a JSONL file (pipeline/annotation/gold.py). Raises ValueError where no path is given.

    Reading raises AnnotationError, with the line, for what is no gold note.
    """
    if path is None:
        raise ValueError("give the annotated notes: --paths.train FILE.jsonl --paths.dev FILE.jsonl")

    def read(nlp: Language) -> Iterator[Example]:
        with Path(path).open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    doc = annotated_doc(nlp, _checked(line, f"{path}, line {number}"))
                    yield Example(nlp.make_doc(doc.text), doc)

    return read


def _checked(line: str, where: str) -> GoldNote:
    """The gold note of a line. Raises AnnotationError with the place for what is none."""
    try:
        note = json.loads(line)
        check(note if isinstance(note, dict) else {})
    except json.JSONDecodeError as error:
        raise AnnotationError(f"{where}: not JSON (column {error.colno})") from None
    except AnnotationError as error:
        raise AnnotationError(f"{where}: {error}") from None
    return dict(note)


def annotated_doc(nlp: Language, note: dict[str, Any]) -> Doc:
    """A gold note as a Doc with its entities and links."""
    doc = nlp.make_doc(note["text"])
    spans: dict[str, Span] = {}
    for entity in note["entities"]:
        span = doc.char_span(entity["start"], entity["end"], label=entity["label"], alignment_mode="expand")
        if span is not None:
            spans[entity["id"]] = span
    kept = filter_spans(spans.values())
    doc.set_ents(kept)
    bounds = {(span.start, span.end) for span in kept}
    doc._.link_data = [
        {"head": [head.start_char, head.end_char], "tail": [tail.start_char, tail.end_char], "type": tail.label_}
        for relation in note.get("relations", ())
        if (head := spans.get(relation["drug"])) is not None and (tail := spans.get(relation["attribute"])) is not None
        if {(head.start, head.end), (tail.start, tail.end)} <= bounds
    ]
    return doc
