"""brat: standoff annotation, a text and an .ann file for each note, with the folder's configuration.

Offsets count code points. brat wants no line end inside a span: such a span is written in fragments and read back as
one. What brat does not draw travels in the folder's `notes.jsonl`, one line for each document.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.annotation.drawing import HISTORY_FLAGS, RELATION, Drawing, Mark, check_flag, draw, redraw
from pipeline.annotation.gold import ATTRIBUTES, CONTEXTS, DRUG, PROBLEMS, AnnotationError, GoldNote, check

SIDECAR = "notes.jsonl"

_TYPE = re.compile(r"[A-Za-z0-9_-]+")
# Whatever some reader takes for the end of a line.
_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a folder: its name, the text, the .ann file, and its line of `notes.jsonl` where there is one."""

    name: str
    text: str
    annotations: str
    carried: dict[str, Any] | None


class Names:
    """File names of notes: what their ids have in letters and digits, told apart by numbers where that is equal."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, note_id: str) -> str:
        """A new name, safe on every file system."""
        base = _UNSAFE.sub("_", note_id)[:_LONGEST_NAME].strip("_") or "note"
        name, number = base, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add(name.casefold())
        return name


def standoff(note: GoldNote) -> str:
    """The .ann file of a checked note. Raises AnnotationError for a label that cannot be a type in brat."""
    text = note["text"]
    drawing = draw(note)
    lines, flags = [], []
    for name, mark in drawing.marks.items():
        if not _TYPE.fullmatch(mark.label):
            raise AnnotationError("a label has other characters than letters, digits, - and _, which brat refuses")
        fragments = _fragments(text, mark)
        places = ";".join(f"{start} {end}" for start, end in fragments)
        words = " ".join(text[start:end].replace("\t", " ") for start, end in fragments)
        lines.append(f"T{name}\t{mark.label} {places}\t{words}")
        flags += [("History", name, mark.history)] if mark.history is not None else []
        flags += [("Context", name, mark.context)] if mark.context is not None else []
    lines += [f"R{n}\t{RELATION} Arg1:T{head} Arg2:T{tail}" for n, (head, tail) in enumerate(drawing.links, 1)]
    lines += [f"A{n}\t{flag} T{name} {value}" for n, (flag, name, value) in enumerate(flags, 1)]
    return "".join(f"{line}\n" for line in lines)


def sidecar(name: str, note: GoldNote) -> dict[str, Any]:
    """The line of `notes.jsonl` for a document."""
    return {
        "document": name,
        "text_sha256": _sha256(note["text"]),
        "note": {key: value for key, value in note.items() if key != "text"},
    }


def configuration(labels: Sequence[str]) -> dict[str, str]:
    """brat's annotation.conf and visual.conf for these labels."""
    attributes = [label for label in labels if label not in (DRUG, *PROBLEMS)]
    judged = "|".join(label for label in labels if label not in ATTRIBUTES)
    annotation = [
        "[entities]",
        *labels,
        "[relations]",
        "<OVERLAP> Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>",
        f"{RELATION} Arg1:{DRUG}, Arg2:{'|'.join(attributes) or '<ENTITY>'}",
        "[events]",
        "[attributes]",
        f"History Arg:{judged}, Value:{'|'.join(HISTORY_FLAGS)}",
        f"Context Arg:{judged}, Value:{'|'.join(CONTEXTS)}",
    ]
    colours = ("#9ecbff", "#a5e8e8", "#b7e4a7", "#e0e0e0", "#ffe08a", "#e3b8f0", "#fff3a3", "#ffb3b3", "#ffcfa8")
    drawing = ["[labels]", "[drawing]"]
    drawing += [f"{label}\tbgColor:{colours[n % len(colours)]}" for n, label in enumerate(labels)]
    drawing += [f"History\tglyph:{'|'.join(('[past]', '[now]', '[?]'))}"]
    return {"annotation.conf": "\n".join(annotation) + "\n", "visual.conf": "\n".join(drawing) + "\n"}


def read(document: Document, unreviewed: bool = False) -> GoldNote | None:
    """The gold note of a document. Raises AnnotationError, with the line of the .ann file where there is one."""
    carried = document.carried
    if carried is None:
        original: GoldNote = {"id": document.name, "text": document.text}
        original |= {"entities": [], "relations": [], "optional": [], "history": []}
    else:
        note = carried.get("note")
        if not isinstance(note, dict):
            raise AnnotationError(f"its line in {SIDECAR} has no note")
        if carried.get("text_sha256") != _sha256(document.text):
            raise AnnotationError("the text was changed after the export (SHA-256); annotations may not fit it")
        original = {"id": note.get("id"), "text": document.text} | {k: v for k, v in note.items() if k != "id"}
        check(original)
    return redraw(original, _drawing(document))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _fragments(text: str, mark: Mark) -> list[tuple[int, int]]:
    fragments, start = [], mark.start
    for match in _LINE_ENDS.finditer(text, mark.start, mark.end):
        if match.start() > start:
            fragments.append((start, match.start()))
        start = match.end()
    if start < mark.end:
        fragments.append((start, mark.end))
    if not fragments or fragments[0][0] != mark.start or fragments[-1][1] != mark.end:
        raise AnnotationError(f"the {mark.label} at {mark.start} begins or ends with a line end, which brat refuses")
    return fragments


def _drawing(document: Document) -> Drawing:
    drawing = Drawing()
    flags: list[tuple[int, str, str, str]] = []
    # Only the line feed ends a line; the words of a span may hold what others take for one.
    for number, line in enumerate(document.annotations.split("\n"), 1):
        kind, parts = line[:1], line.removesuffix("\r").split("\t", 2)
        if not line.strip() or kind in "#*":
            continue
        try:
            if kind == "T":
                drawing.marks[parts[0][1:]] = _mark(parts, document.text)
            elif kind == "R":
                _, *ends = parts[1].split()
                of = dict(end.split(":", 1) for end in ends)
                drawing.links.append((of["Arg1"][1:], of["Arg2"][1:]))
            elif kind in "AM":
                flag, name, value = parts[1].split()
                flags.append((number, flag.lower(), name[1:], value))
            else:
                raise AnnotationError(f"annotations of kind {kind!r} are not understood")
        except (IndexError, KeyError, ValueError) as error:
            reason = str(error) if isinstance(error, AnnotationError) else "not in brat's standoff format"
            raise AnnotationError(reason, number) from None
    for number, flag, name, value in flags:
        if name not in drawing.marks or flag not in ("history", "context"):
            raise AnnotationError("a flag of a span that is not there, or an unknown one", number)
        try:
            check_flag(flag, value)
        except AnnotationError as error:
            raise AnnotationError(str(error), number) from None
        setattr(drawing.marks[name], flag, value)
    return drawing


def _mark(parts: list[str], text: str) -> Mark:
    label, _, places = parts[1].partition(" ")
    fragments = [tuple(map(int, place.split())) for place in places.split(";")]
    if any(len(fragment) != 2 for fragment in fragments):
        raise AnnotationError("a span needs a start and an end")
    start, end = fragments[0][0], fragments[-1][1]
    if not 0 <= start < end <= len(text):
        raise AnnotationError(f"the span {start} to {end} lies outside the text")
    gaps = [text[one[1] : other[0]] for one, other in pairwise(fragments)]
    if any(gap.strip() for gap in gaps):
        raise AnnotationError(f"the span {start} to {end} is discontinuous, which a note cannot hold")
    if " ".join(parts[2].split()) != " ".join(text[start:end].split()):
        raise AnnotationError(f"the span {start} to {end} has other words than the text there")
    return Mark(start, end, label)
