"""gold, prodigy, label-studio, brat: what the pipeline found (or a gold note), to be corrected by people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from pipeline.annotation import brat, label_studio, prodigy
from pipeline.annotation.drawing import draw, labels_of
from pipeline.annotation.from_event import gold_note
from pipeline.annotation.gold import AnnotationError, GoldNote, check
from pipeline.exporters.offsets import in_code_points
from pipeline.exporters.registry import Block, Context, Event, register


def _note(item: Event, context: Context) -> GoldNote:
    """The gold note of an event, or of a line that is one. Raises AnnotationError."""
    if "type" not in item:
        note = dict(item)
    else:
        text = context.text(item)
        if text is None:
            raise AnnotationError("the text of the note is neither in the event nor in the notes given")
        birth = context.notes.get(item["note"]["note_id"], {}).get("birth_datetime")
        note = gold_note(in_code_points(item, text), text, birth)
    check(note)
    return note


@register("gold", "gold JSONL, as evaluate and training read it", needs_text=True, gold=True)
def export_gold(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """A gold note a line."""
    for event in events:
        yield "", orjson.dumps(_note(event, context)) + b"\n"


@register("prodigy", "Prodigy tasks for rel.manual, JSONL", needs_text=True, gold=True)
def export_prodigy(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """A task a line."""
    for event in events:
        yield "", orjson.dumps(prodigy.task(_note(event, context))) + b"\n"


@register("label-studio", "Label Studio tasks.json and the config.xml of its interface", needs_text=True, folder=True,
          gold=True)  # fmt: skip
def export_label_studio(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """tasks.json, one task a line of it, and the labelling interface for the labels in it."""
    labels: dict[str, None] = {}
    opening = b"[\n"
    for event in events:
        note = _note(event, context)
        labels |= dict.fromkeys(labels_of([draw(note)]))
        model = "" if "type" not in event else event["pipeline"]["fingerprint"]
        task = label_studio.task(note, reviewed="type" not in event, model=model)
        yield "tasks.json", opening + orjson.dumps(task)
        opening = b",\n"
    yield "tasks.json", b"\n]\n" if opening == b",\n" else b"[]\n"
    yield "config.xml", label_studio.config(list(labels) or labels_of([])).encode()


@register("brat", "brat documents (.txt, .ann) with their configuration", needs_text=True, folder=True, gold=True)
def export_brat(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """Two files for each note, the folder's configuration, and what brat does not draw in notes.jsonl."""
    names = brat.Names()
    labels: dict[str, None] = {}
    for event in events:
        note = _note(event, context)
        name = names.of(note["id"])
        labels |= dict.fromkeys(labels_of([draw(note)]))
        yield f"{name}.ann", brat.standoff(note).encode()
        yield f"{name}.txt", note["text"].encode()
        yield brat.SIDECAR, orjson.dumps(brat.sidecar(name, note)) + b"\n"
    for file, content in brat.configuration(list(labels) or labels_of([])).items():
        yield file, content.encode()
