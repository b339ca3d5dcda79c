"""A gold note as an annotation tool draws it, and the note again from what was drawn.

Drawn are spans with a label, flags on them (history: yes, no, unsure; context: allergy, negated, ...) and links. What
no tool draws (`alt_spans`, `optional`, ids, further fields) travels beside the drawing as the original note, and comes
back with every span that still stands. Nothing drawn otherwise: the note comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pipeline.annotation.gold import (
    ATTRIBUTES,
    CONTEXTS,
    DRUG,
    PROBLEM,
    PROBLEMS,
    AnnotationError,
    GoldNote,
    check_span,
)

RELATION = "ATTRIBUTE"
"""The one label of a link, from drug to attribute; what kind it is says the attribute's own label."""

HISTORY_FLAGS = ("yes", "no", "unsure")


@dataclass(slots=True)
class Mark:
    """A drawn span. `history` is yes, no, unsure or None (not judged)."""

    start: int
    end: int
    label: str
    history: str | None = None
    context: str | None = None


@dataclass(slots=True)
class Drawing:
    """Marks by the name that the tool has for them, and links (head, tail) between those names."""

    marks: dict[str, Mark] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Part:
    """What a mark of the original stands for: an entity, a judged mention, or both."""

    mark: Mark
    entity: dict[str, Any] | None
    mention: dict[str, Any] | None


def draw(note: GoldNote) -> Drawing:
    """The drawing of a checked note; its marks are named "1", "2", ... in a fixed order."""
    parts = _parts(note)
    names = {part.entity["id"]: name for name, part in parts.items() if part.entity is not None}
    links = [(names[one["drug"]], names[one["attribute"]]) for one in note.get("relations") or ()]
    return Drawing({name: part.mark for name, part in parts.items()}, list(dict.fromkeys(links)))


def redraw(original: GoldNote, drawing: Drawing) -> GoldNote:
    """The original note as corrected in a drawing. Raises AnnotationError for spans and links that cannot be.

    A mark is an old one where its name is and the spans touch, or where span and label are the same; an old one keeps
    its id and further fields, without those that a change makes untrue. A new DRUG is not judged for history unless it
    is flagged; a new problem without a flag is no history.
    """
    text: str = original["text"]
    old = _parts(original)
    by_key = {(part.mark.start, part.mark.end, part.mark.label): name for name, part in old.items()}
    kept: dict[str, str] = {}  # name in the original -> name in the drawing
    for name, mark in drawing.marks.items():
        check_span(text, {"start": mark.start, "end": mark.end}, f"a {mark.label}")
        if (same := by_key.get((mark.start, mark.end, mark.label))) is not None:
            kept.setdefault(same, name)
    unmoved = set(kept.values())
    for name, mark in drawing.marks.items():
        if name not in unmoved and name in old and name not in kept and _moved(old[name], mark):
            kept[name] = name
    entities, mentions, ids = _kept(old, kept, drawing, text, original)
    _add_new(drawing, set(kept.values()), text, entities, mentions, ids)
    relations = _relations(original, drawing, ids)
    changed = {"entities": entities, "relations": relations, "history": mentions}
    # A key that the original lacks is not added for nothing.
    return {**deepcopy(original), **{key: value for key, value in changed.items() if value or key in original}}


def _parts(note: GoldNote) -> dict[str, _Part]:
    mentions = list(note.get("history") or ())
    parts = []
    for entity in note["entities"]:
        place = _mention_of(entity, mentions)
        mention = mentions.pop(place) if place is not None else None
        mark = Mark(entity["start"], entity["end"], entity["label"], _flag(mention), entity.get("context"))
        parts.append(_Part(mark, entity, mention))
    seen = {(part.mark.start, part.mark.end, part.mark.label) for part in parts}
    for mention in mentions:
        label = mention.get("label", PROBLEM)
        key = (mention["start"], mention["end"], label)
        # A judged drug that is no entity, and a second judgement of one span, are carried along undrawn.
        if mention["kind"] == "problem" and key not in seen:
            seen.add(key)
            parts.append(_Part(Mark(*key, _flag(mention), mention.get("context")), None, mention))
    return {str(number): part for number, part in enumerate(parts, 1)}


def _mention_of(entity: dict[str, Any], mentions: list[dict[str, Any]]) -> int | None:
    if entity["label"] in ATTRIBUTES:
        return None
    kind = "drug" if entity["label"] == DRUG else "problem"
    wanted = (kind, entity["start"], entity["end"])
    return next((n for n, one in enumerate(mentions) if (one["kind"], one["start"], one["end"]) == wanted), None)


def _flag(mention: dict[str, Any] | None) -> str | None:
    if mention is None:
        return None
    return "unsure" if mention.get("unsure") else "yes" if mention["history"] else "no"


def _moved(part: _Part, mark: Mark) -> bool:
    """Whether a mark may be the old one of its name: tools give the name of a deleted span to a new one."""
    touching = part.mark.start < mark.end and mark.start < part.mark.end
    return touching and (part.entity is None) == (mark.label in PROBLEMS)


def _kept(
    old: dict[str, _Part], kept: dict[str, str], drawing: Drawing, text: str, original: GoldNote
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str]]:
    """The old entities and mentions that still stand, in their order, and the entity id of each drawn name."""
    entities: list[dict[str, Any]] = []
    ids: dict[str, str] = {}
    changed: dict[int, dict[str, Any] | None] = {}  # id() of a mention of the original -> what it became
    added: list[dict[str, Any]] = []
    for name, part in old.items():
        drawn = drawing.marks.get(kept[name]) if name in kept else None
        if drawn is not None and part.entity is not None:
            entities.append(_entity(part, drawn, text))
            ids[kept[name]] = part.entity["id"]
        mention = _mention(part, drawn, text) if drawn is not None else None
        if part.mention is not None:
            changed[id(part.mention)] = mention
        elif mention is not None:
            added.append(mention)
    mentions = [changed.get(id(one), one) for one in original.get("history") or ()]
    return entities, [deepcopy(one) for one in [*mentions, *added] if one is not None], ids


def _entity(part: _Part, drawn: Mark, text: str) -> dict[str, Any]:
    entity = deepcopy(part.entity) or {}
    if (part.mark.start, part.mark.end, part.mark.label) != (drawn.start, drawn.end, drawn.label):
        entity.pop("alt_spans", None)
        entity.pop("alt_labels", None)
        entity |= {"start": drawn.start, "end": drawn.end, "label": drawn.label}
        entity["text"] = text[drawn.start : drawn.end]
    return _with_context(entity, part.mark, drawn)


def _mention(part: _Part, drawn: Mark, text: str) -> dict[str, Any] | None:
    if drawn.history is None and part.entity is not None:
        return None  # not judged, or no longer
    mention = deepcopy(part.mention) or _judged(drawn, text)
    if (part.mark.start, part.mark.end) != (drawn.start, drawn.end):
        mention.pop("alt_spans", None)
        mention |= {"start": drawn.start, "end": drawn.end, "text": text[drawn.start : drawn.end]}
    if part.mention is not None and part.mark.history != drawn.history:
        for stale in ("basis", "also", "unsure"):
            mention.pop(stale, None)
        if drawn.history == "unsure":
            mention["unsure"] = True
        else:
            mention["history"] = drawn.history == "yes"
    if part.entity is None and drawn.label != part.mark.label:
        mention.pop("label", None)
        if drawn.label != PROBLEM:
            mention["label"] = drawn.label
    return _with_context(mention, part.mark, drawn)


def _with_context(item: dict[str, Any], before: Mark, drawn: Mark) -> dict[str, Any]:
    if drawn.context != before.context:
        item.pop("context", None)
        if drawn.context is not None:
            item["context"] = drawn.context
    return item


def _add_new(
    drawing: Drawing,
    old: set[str],
    text: str,
    entities: list[dict[str, Any]],
    mentions: list[dict[str, Any]],
    ids: dict[str, str],
) -> None:
    taken = {entity["id"] for entity in entities}
    spans = {(entity["start"], entity["end"], entity["label"]) for entity in entities}
    number = 0
    for name, mark in sorted(drawing.marks.items(), key=lambda pair: (pair[1].start, pair[1].end)):
        if name in old:
            continue
        if mark.label in PROBLEMS:
            mentions.append(_judged(mark, text) | _context(mark))
            continue
        if (mark.start, mark.end, mark.label) in spans:
            raise AnnotationError(f"the {mark.label} at {mark.start} to {mark.end} stands twice")
        number += 1
        while f"T{number}" in taken:
            number += 1
        ids[name] = f"T{number}"
        taken.add(ids[name])
        entities.append(
            {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end], "label": mark.label}
            | {"id": ids[name]}
            | _context(mark)
        )
        if mark.history is not None and mark.label not in ATTRIBUTES:
            mentions.append(_judged(mark, text) | _context(mark))


def _judged(mark: Mark, text: str) -> dict[str, Any]:
    mention: dict[str, Any] = {
        "start": mark.start,
        "end": mark.end,
        "text": text[mark.start : mark.end],
        "kind": "drug" if mark.label == DRUG else "problem",
        "history": mark.history == "yes",
    }
    if mention["kind"] == "problem" and mark.label != PROBLEM:
        mention["label"] = mark.label
    return mention | ({"unsure": True} if mark.history == "unsure" else {})


def _context(mark: Mark) -> dict[str, str]:
    return {"context": mark.context} if mark.context is not None else {}


def _relations(original: GoldNote, drawing: Drawing, ids: dict[str, str]) -> list[dict[str, Any]]:
    drawn: dict[tuple[str, str], None] = {}
    for head, tail in drawing.links:
        ends = head, tail
        for end in ends:
            if end not in drawing.marks:
                raise AnnotationError("a link ends at a span that is not there")
            if end not in ids:
                raise AnnotationError(f"a link ends at a {drawing.marks[end].label}, which is no drug and no attribute")
        # Whoever draws from the attribute to the drug means the same.
        if drawing.marks[tail].label == DRUG and drawing.marks[head].label != DRUG:
            ends = tail, head
        drawn[ids[ends[0]], ids[ends[1]]] = None
    relations = [r for r in original.get("relations") or () if (r["drug"], r["attribute"]) in drawn]
    before = {(r["drug"], r["attribute"]) for r in relations}
    return deepcopy(relations) + [{"drug": d, "attribute": a} for d, a in drawn if (d, a) not in before]


def labels_of(drawings: Iterable[Drawing]) -> list[str]:
    """Every label that stands in some drawings, the known ones always and first."""
    found = {mark.label for drawing in drawings for mark in drawing.marks.values()}
    known = [DRUG, *ATTRIBUTES, *PROBLEMS]
    return [*known, *sorted(found - set(known))]


def check_flag(name: str, value: str) -> None:
    """Raise AnnotationError where a flag has a value that there is not."""
    allowed = HISTORY_FLAGS if name == "history" else CONTEXTS
    if value not in allowed:
        raise AnnotationError(f"the flag {name} is one of {', '.join(allowed)}")
