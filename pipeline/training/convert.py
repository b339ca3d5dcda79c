"""Annotated notes to spaCy's training format.

    python -m pipeline.training.convert NOTES.jsonl OUT.spacy [--language en] [--part train|dev|all] [--labels DRUG,...]

NOTES has one object a line: `text` and `entities` (`start`, `end` behind the last character, `label`), as
`anamnesis evaluate` reads and `anamnesis import` writes them. Every fifth note, by its line, is kept for choosing
(`dev`). An error names the line: no JSON, no text, a span outside the text, two spans that overlap, a span that begins
or ends inside a word.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

import pipeline  # noqa: F401  registers the tokenizer

# Of the annotated notes, one in so many is for choosing.
_DEV = 5


class AnnotationError(ValueError):
    """An annotated note that cannot be trained on: the message names its line and what is wrong with it."""


def blank(language: str) -> Language:
    """An empty pipeline with the tokenizer of the profiles: a span that is right there is right in training."""
    return spacy.blank(language, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})


def read(file: Path, nlp: Language, labels: frozenset[str] | None = None) -> Iterator[Doc]:
    """The notes of a file as Docs with entities. Raises AnnotationError."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield doc_of(json.loads(line), nlp, labels)
                except json.JSONDecodeError as error:
                    raise AnnotationError(f"{file}, line {number}: not JSON (column {error.colno})") from error
                except AnnotationError as error:
                    raise AnnotationError(f"{file}, line {number}: {error}") from None


def doc_of(note: Any, nlp: Language, labels: frozenset[str] | None = None) -> Doc:
    """One note as a Doc. Raises AnnotationError for spans that overlap, lie outside the text or cut a word."""
    if not isinstance(note, dict) or not isinstance(note.get("text"), str):
        raise AnnotationError("an object with `text` is expected")
    if not isinstance(note.get("entities"), list):
        raise AnnotationError("the note has no `entities`; an empty list says that there are none")
    doc = nlp.make_doc(note["text"])
    spans: list[Span] = []
    for entity in note["entities"]:
        try:
            start, end, label = int(entity["start"]), int(entity["end"]), str(entity["label"])
        except (KeyError, TypeError, ValueError):
            raise AnnotationError("an entity needs `start`, `end` and `label`") from None
        if labels is not None and label not in labels:
            continue
        if not 0 <= start < end <= len(doc.text):
            raise AnnotationError(f"{label} {start}-{end} lies outside the text of {len(doc.text)} characters")
        span = doc.char_span(start, end, label=label)
        if span is None:
            raise AnnotationError(f"{label} {start}-{end} begins or ends inside a word")
        spans.append(span)
    spans.sort(key=lambda span: (span.start, span.end))
    for one, next_one in pairwise(spans):
        if next_one.start < one.end:
            raise AnnotationError(f"{_place(one)} and {_place(next_one)} overlap")
    doc.set_ents(spans)
    return doc


def _place(span: Span) -> str:
    return f"{span.label_} {span.start_char}-{span.end_char}"


def convert(
    file: Path, out: Path, language: str, part: Literal["train", "dev", "all"], labels: frozenset[str] | None = None
) -> int:
    """Write the notes of a part; gives their number. Raises AnnotationError, also where there is none."""
    docs = [
        doc
        for number, doc in enumerate(read(file, blank(language), labels))
        if part == "all" or (part == "dev") == (number % _DEV == _DEV - 1)
    ]
    if not docs:
        raise AnnotationError(f"{file} has no notes for the part {part!r}; {_DEV} are needed at least")
    out.parent.mkdir(parents=True, exist_ok=True)
    DocBin(docs=docs).to_disk(out)
    return len(docs)


def main(arguments: list[str] | None = None) -> int:
    """Command line; gives 2 where the annotations are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", choices=["en", "fr"], default="en")
    parser.add_argument("--part", choices=["train", "dev", "all"], default="all")
    parser.add_argument("--labels", help="only these, separated by commas")
    options = parser.parse_args(arguments)
    labels = frozenset(options.labels.split(",")) if options.labels else None
    try:
        count = convert(options.notes, options.out, options.language, options.part, labels)
    except (AnnotationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(f"{options.out}: {count} notes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
