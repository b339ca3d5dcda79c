"""Gold notes: annotated text as plain JSON, one object a line.

    {"id": "n1", "text": "...", "language": "en", "note_datetime": "2024-03-12",
     "entities": [{"id": "T1", "start": 0, "end": 7, "text": "Aspirin", "label": "DRUG"}, ...],
     "relations": [{"drug": "T1", "attribute": "T2"}],
     "optional": [{"start": 30, "end": 36}],
     "history": [{"start": 0, "end": 7, "text": "Aspirin", "kind": "drug", "history": false}]}

Spans are half-open and count code points. `history` holds the mentions whose history was judged: drugs and problems
(`label` where it is not PROBLEM); `unsure` or a `context` (allergy, negated, hypothetical, family) leave one out of the
scores. Further fields of a note or of its parts are kept as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

GoldNote = dict[str, Any]

DRUG = "DRUG"
PROBLEM = "PROBLEM"
ATTRIBUTES = ("STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION")
LABELS = (DRUG, *ATTRIBUTES)
PROBLEMS = (PROBLEM, "PROCEDURE")
CONTEXTS = ("allergy", "negated", "hypothetical", "family")


class AnnotationError(ValueError):
    """An annotated note that cannot be used; `line` is its place inside a document of several lines, where known.

    The message names places and labels and quotes nothing of the text.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def check(note: Mapping[str, Any]) -> None:
    """Raise AnnotationError for the first thing that makes a gold note unusable.

    Spans lie inside the text and `text` of a span is what stands there; ids are unique, and no two entities have the
    same span and label; relations name entities; a history mention has its `kind` and `history`.
    """
    for name, kind in (("id", str), ("text", str), ("entities", list)):
        if not isinstance(note.get(name), kind):
            raise AnnotationError(f"the note has no {name!r}")
    text: str = note["text"]
    ids: set[Any] = set()
    spans: set[tuple[int, int, str]] = set()
    for entity in note["entities"]:
        check_span(text, entity, "an entity")
        for name in ("id", "label"):
            if not isinstance(entity.get(name), str):
                raise AnnotationError(f"the entity at {entity['start']} has no {name!r}")
        key = (entity["start"], entity["end"], entity["label"])
        if entity["id"] in ids or key in spans:
            raise AnnotationError(f"the entity {entity['id']} ({entity['label']} at {entity['start']}) stands twice")
        ids.add(entity["id"])
        spans.add(key)
    for relation in note.get("relations") or ():
        if not isinstance(relation, dict) or not {relation.get("drug"), relation.get("attribute")} <= ids:
            raise AnnotationError("a relation names an entity that the note does not have")
    for mention in note.get("history") or ():
        check_span(text, mention, "a history mention")
        if mention.get("kind") not in ("drug", "problem") or not isinstance(mention.get("history"), bool):
            raise AnnotationError(f"the history mention at {mention['start']} has no kind, or no true or false history")
    for span in note.get("optional") or ():
        check_span(text, span, "an optional span")


def check_span(text: str, span: Any, what: str) -> None:
    """Raise AnnotationError where a span is empty, outside the text, or says other words than stand there."""
    start, end = (span.get("start"), span.get("end")) if isinstance(span, dict) else (None, None)
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise AnnotationError(f"{what} has no span inside the text ({start} to {end} of {len(text)} characters)")
    if span.get("text") is not None and span["text"] != text[start:end]:
        raise AnnotationError(f"{what} at {start} to {end} has other words than the text there")


def check_trainable(note: Mapping[str, Any], boundaries: Iterable[int]) -> None:
    """Raise AnnotationError where spaCy could not learn from the note.

    Args:
        note: a note that passed `check`.
        boundaries: the offsets at which a token begins or ends.
    """
    places = frozenset(boundaries)
    entities = sorted(note["entities"], key=lambda entity: (entity["start"], entity["end"]))
    for entity in entities:
        where = f"the entity {entity['id']} ({entity['label']}, {entity['start']} to {entity['end']})"
        words = note["text"][entity["start"] : entity["end"]]
        if words != words.strip():
            raise AnnotationError(f"{where} begins or ends with a blank")
        if not {entity["start"], entity["end"]} <= places:
            raise AnnotationError(f"{where} is misaligned: it begins or ends inside a token")
    for one, other in pairwise(entities):
        if other["start"] < one["end"]:
            raise AnnotationError(
                f"the entities {one['id']} ({one['label']}, {one['start']} to {one['end']}) and {other['id']} "
                f"({other['label']}, {other['start']} to {other['end']}) overlap"
            )
