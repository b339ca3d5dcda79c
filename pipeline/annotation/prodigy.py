"""Prodigy: tasks of its `relations` interface, as `rel.manual` reads and saves them.

A task has `text`, `tokens`, `spans` (no two overlap there) and `relations` between the last tokens of two spans, with
both spans repeated. `rel.manual` shows spans and links but no flags: history and contexts, and problems that overlap
another span, travel in the task's field `anamnesis`, which Prodigy passes through, and come back with the spans that
still stand.
"""

from __future__ import annotations

from typing import Any

from pipeline.annotation.drawing import RELATION, Drawing, Mark, draw, redraw
from pipeline.annotation.gold import AnnotationError, GoldNote, check
from pipeline.text.tokenizer import split

Task = dict[str, Any]
_Key = tuple[int, int, str]


def task(note: GoldNote) -> Task:
    """The task of a checked note."""
    text = note["text"]
    drawing = draw(note)
    shown = _without_overlap(drawing)
    cuts = {offset for mark in shown.values() for offset in (mark.start, mark.end)}
    tokens = _tokens(text, cuts)
    first = {token["start"]: token["id"] for token in tokens}
    last = {token["end"]: token["id"] for token in tokens}
    spans = {
        name: {
            "start": mark.start,
            "end": mark.end,
            "token_start": first[mark.start],
            "token_end": last[mark.end],
            "label": mark.label,
        }
        for name, mark in shown.items()
    }
    relations = [
        {
            "head": spans[head]["token_end"],
            "child": spans[tail]["token_end"],
            "head_span": spans[head],
            "child_span": spans[tail],
            "label": RELATION,
        }
        for head, tail in drawing.links
        if head in spans and tail in spans
    ]
    return {
        "text": text,
        "tokens": tokens,
        "spans": sorted(spans.values(), key=lambda span: int(span["start"])),
        "relations": relations,
        "meta": {"note": note["id"]},
        "anamnesis": {name: value for name, value in note.items() if name != "text"},
        "_view_id": "relations",
    }


def read(saved: Task, unreviewed: bool = False) -> GoldNote | None:
    """The gold note of a saved task; None for one that was not accepted. Raises AnnotationError."""
    text = saved.get("text")
    if not isinstance(text, str):
        raise AnnotationError("the task has no text")
    answer = saved.get("answer")
    if answer not in ("accept", None) or (answer is None and not unreviewed):
        return None
    original = _original(saved, text)
    hidden = draw(original)
    shown = _without_overlap(hidden)
    flags = {_key(mark): mark for mark in hidden.marks.values()}
    drawing = Drawing()
    names: dict[_Key, str] = {}
    for number, span in enumerate(_list(saved, "spans")):
        mark = _mark(span, text)
        before = flags.get(_key(mark))
        if before is not None:
            mark.history, mark.context = before.history, before.context
        name = names.setdefault(_key(mark), f"s{number}")
        drawing.marks[name] = mark
    for name, mark in hidden.marks.items():
        if name not in shown and _key(mark) not in names:
            drawing.marks[f"h{name}"] = mark
            names[_key(mark)] = f"h{name}"
    for relation in _list(saved, "relations"):
        ends = [names.get(_key(_mark(relation.get(side), text))) for side in ("head_span", "child_span")]
        if ends[0] is None or ends[1] is None:
            raise AnnotationError("a relation is between tokens that belong to no span; mark the span first")
        drawing.links.append((ends[0], ends[1]))
    for head, tail in hidden.links:  # links that could not be shown
        if not {head, tail} <= shown.keys():
            ends = [names.get(_key(hidden.marks[end])) for end in (head, tail)]
            if ends[0] is not None and ends[1] is not None:
                drawing.links.append((ends[0], ends[1]))
    return redraw(original, drawing)


def _original(saved: Task, text: str) -> GoldNote:
    """What travelled with the task; a task from elsewhere has at least a text, and needs an id."""
    carried = saved.get("anamnesis")
    if not isinstance(carried, dict):
        meta = saved.get("meta") if isinstance(saved.get("meta"), dict) else {}
        note_id = (meta or {}).get("note") or saved.get("_task_hash") or saved.get("_input_hash")
        if note_id is None:
            raise AnnotationError("the task has no id: neither meta.note nor a task hash")
        return {"id": str(note_id), "text": text, "entities": [], "relations": [], "optional": [], "history": []}
    original = {**carried, "text": text}
    original = {"id": original.pop("id", None), "text": original.pop("text"), **original}
    check(original)
    return original


def _list(saved: Task, name: str) -> list[dict[str, Any]]:
    items = saved.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise AnnotationError(f"the task's {name} are no list of objects")
    return items


def _mark(span: Any, text: str) -> Mark:
    if not isinstance(span, dict) or type(span.get("start")) is not int or type(span.get("end")) is not int:
        raise AnnotationError("a span has no start and end")
    if not isinstance(span.get("label"), str):
        raise AnnotationError(f"the span at {span['start']} to {span['end']} has no label")
    return Mark(span["start"], span["end"], span["label"])


def _key(mark: Mark) -> _Key:
    return (mark.start, mark.end, mark.label)


def _without_overlap(drawing: Drawing) -> dict[str, Mark]:
    """Entities first (they are linked), then what overlaps none of those shown."""
    linked = {end for link in drawing.links for end in link}
    order = sorted(drawing.marks, key=lambda name: (name not in linked, drawing.marks[name].start, int(name)))
    shown: dict[str, Mark] = {}
    covered: set[int] = set()
    for name in order:
        places = range(drawing.marks[name].start, drawing.marks[name].end)
        if covered.isdisjoint(places):
            covered.update(places)
            shown[name] = drawing.marks[name]
    return shown


def _tokens(text: str, cuts: set[int]) -> list[dict[str, Any]]:
    """The profile's tokens, cut further where a span begins or ends inside of one."""
    found: list[tuple[int, int, bool]] = []
    start = 0
    for word, space in split(text):
        end = start + len(word)
        inside = sorted(cut for cut in cuts if start < cut < end) if cuts else []
        for low, high in zip([start, *inside], [*inside, end], strict=True):
            found.append((low, high, space and high == end))
        start = end + space
    return [
        {"text": text[low:high], "start": low, "end": high, "id": number, "ws": space}
        for number, (low, high, space) in enumerate(found)
    ]
