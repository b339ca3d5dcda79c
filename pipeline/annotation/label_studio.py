"""Label Studio: tasks with their labelled regions, flags for each region, and links.

`tasks` go in as predictions (what the pipeline found) or as annotations (gold); its JSON export comes back. Offsets
count code points, as Label Studio stores them; older versions counted UTF-16 units, which a region's own words tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.annotation.drawing import HISTORY_FLAGS, RELATION, Drawing, Mark, check_flag, draw, redraw
from pipeline.annotation.gold import ATTRIBUTES, CONTEXTS, AnnotationError, GoldNote, check
from schemas.present import utf16_offsets

Task = dict[str, Any]

_COLOURS = ("#2563eb", "#0891b2", "#059669", "#64748b", "#ca8a04", "#9333ea", "#ea580c", "#dc2626", "#be185d")


def task(note: GoldNote, *, reviewed: bool, model: str = "") -> Task:
    """The task of a checked note: its drawing as an annotation where people made it, else as a prediction."""
    drawing = draw(note)
    text = note["text"]
    results: list[dict[str, Any]] = []
    for name, mark in drawing.marks.items():
        value = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        region = {"id": f"m{name}", "to_name": "text"}
        results.append(region | {"from_name": "label", "type": "labels", "value": value | {"labels": [mark.label]}})
        for flag, choice in (("history", mark.history), ("context", mark.context)):
            if choice is not None:
                results.append(region | {"from_name": flag, "type": "choices", "value": value | {"choices": [choice]}})
    for head, tail in drawing.links:
        results.append(
            {
                "type": "relation",
                "from_id": f"m{head}",
                "to_id": f"m{tail}",
                "direction": "right",
                "labels": [RELATION],
            }
        )
    carried = {name: value for name, value in note.items() if name != "text"}
    made: Task = {"data": {"text": text, "note_id": note["id"], "anamnesis": carried}}
    if reviewed:
        return made | {"annotations": [{"result": results}]}
    return made | {"predictions": [{"model_version": model, "result": results}]}


def config(labels: Sequence[str]) -> str:
    """The labelling interface for these labels."""
    colours = (_COLOURS[number % len(_COLOURS)] for number in range(len(labels)))
    shown = [
        f"    <Label value={quoteattr(label)} background={quoteattr(colour)}/>"
        for label, colour in zip(labels, colours, strict=True)
    ]
    judged = ",".join(label for label in labels if label not in ATTRIBUTES)

    def choices(name: str, values: Iterable[str]) -> list[str]:
        return [
            f'  <Choices name="{name}" toName="text" perRegion="true" choice="single" showInline="true"'
            f' whenTagName="label" whenLabelValue={quoteattr(judged)}>',
            *(f"    <Choice value={quoteattr(value)}/>" for value in values),
            "  </Choices>",
        ]

    lines = [
        "<View>",
        '  <Labels name="label" toName="text">',
        *shown,
        "  </Labels>",
        '  <Text name="text" value="$text" granularity="symbol"/>',
        "  <Relations>",
        f'    <Relation value="{RELATION}"/>',
        "  </Relations>",
        *choices("history", HISTORY_FLAGS),
        *choices("context", CONTEXTS),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def read(exported: Task, unreviewed: bool = False) -> GoldNote | None:
    """The gold note of an exported task; None for one that has no annotation. Raises AnnotationError."""
    data = exported.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise AnnotationError("the task has no data.text; use Label Studio's export format JSON (not JSON_MIN)")
    made = [one for one in exported.get("annotations") or () if not one.get("was_cancelled")]
    if len(made) > 1:
        raise AnnotationError(f"the task has {len(made)} annotations; keep one of each task")
    if not made and unreviewed:
        made = list(exported.get("predictions") or ())[:1]
    if not made:
        return None
    original = _original(exported, data)
    drawing = _drawing(made[0].get("result") or (), original["text"])
    return redraw(original, drawing)


def _original(exported: Task, data: dict[str, Any]) -> GoldNote:
    carried = data.get("anamnesis")
    if not isinstance(carried, dict):
        note_id = data.get("note_id") or exported.get("id")
        if note_id is None:
            raise AnnotationError("the task has no id")
        carried = {"id": str(note_id), "entities": [], "relations": [], "optional": [], "history": []}
    original = {"id": carried.get("id"), "text": data["text"], **{k: v for k, v in carried.items() if k != "id"}}
    check(original)
    return original


def _drawing(results: Iterable[dict[str, Any]], text: str) -> Drawing:
    drawing = Drawing()
    flags: list[tuple[str, str, str]] = []
    links: list[dict[str, Any]] = []
    for result in results:
        if result.get("type") == "relation":
            links.append(result)
            continue
        value = result.get("value") or {}
        if result.get("type") == "labels":
            drawing.marks[_name(result.get("id"))] = _mark(value, text)
        elif result.get("type") == "choices" and result.get("from_name") in ("history", "context"):
            for choice in value.get("choices") or ():
                check_flag(result["from_name"], choice)
                flags.append((_name(result.get("id")), result["from_name"], choice))
    for name, flag, choice in flags:
        if name in drawing.marks:
            setattr(drawing.marks[name], flag, choice)
    for link in links:
        ends = _name(link.get("from_id")), _name(link.get("to_id"))
        drawing.links.append((ends[1], ends[0]) if link.get("direction") == "left" else ends)
    return drawing


def _name(region_id: Any) -> str:
    """Our own regions are called m1, m2, ...; those made in Label Studio have other names."""
    name = str(region_id)
    return name[1:] if name[:1] == "m" and name[1:].isdecimal() else f"new {name}"


def _mark(value: dict[str, Any], text: str) -> Mark:
    start, end, labels = value.get("start"), value.get("end"), value.get("labels") or []
    if type(start) is not int or type(end) is not int:
        raise AnnotationError("a region has no start and end in characters")
    if len(labels) != 1:
        raise AnnotationError(f"the region at {start} to {end} has {len(labels)} labels; it needs one")
    words = value.get("text")
    if words is not None and text[start:end] != words:
        back = {to: index for index, to in enumerate(map(utf16_offsets(text), range(len(text) + 1)))}
        shifted = back.get(start), back.get(end)
        if shifted[0] is None or shifted[1] is None or text[shifted[0] : shifted[1]] != words:
            raise AnnotationError(f"the region at {start} to {end} has other words than the text there")
        start, end = shifted[0], shifted[1]
    return Mark(start, end, labels[0])
