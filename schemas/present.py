"""How an event is shown: how much text it repeats, and what its offsets count; and how it is encoded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from typing import Any, TypeVar

import msgspec

from schemas.enriched import (
    Coded,
    Dosage,
    EnrichedNote,
    Entity,
    Medication,
    OffsetUnit,
    Posology,
    Qualifier,
    Qualifiers,
    Section,
    TextEcho,
    TextSpan,
)

replace = msgspec.structs.replace
_D = TypeVar("_D", bound=Dosage)
_encoder = msgspec.json.Encoder()


def encode(value: msgspec.Struct) -> bytes:
    """JSON in UTF-8; equal values give equal bytes."""
    return _encoder.encode(value)


def present(event: EnrichedNote, text: str, *, text_echo: TextEcho, offset_unit: OffsetUnit) -> EnrichedNote:
    """The event with the wished text echo, its offsets (code points so far) in the wished unit."""
    if text_echo == "none":
        event = _without_text(event)
    if offset_unit == "utf16":
        event = _shifted(event, utf16_offsets(text))
    return event


def utf16_offsets(text: str) -> Callable[[int], int]:
    """The map from code points to UTF-16 units: each character above U+FFFF before an offset adds one."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return lambda offset: offset
    wide = [index for index, character in enumerate(text) if character > "\uffff"]
    total = list(accumulate((1 for _ in wide), initial=0))
    return lambda offset: offset + total[bisect_left(wide, offset)]


def _without_text(event: EnrichedNote) -> EnrichedNote:
    return replace(
        event,
        entities=[replace(entity, text=None) for entity in event.entities],
        medications=[replace(record, posology=_posology_without_text(record.posology)) for record in event.medications],
        warnings=[replace(warning, text=None) for warning in event.warnings],
    )


def _posology_without_text(posology: Posology) -> Posology:
    return replace(_dosage_without_text(posology), steps=[_dosage_without_text(step) for step in posology.steps])


def _dosage_without_text(dosage: _D) -> _D:
    def without(coded: Coded | None) -> Coded | None:
        return Coded(None, coded.code) if coded is not None else None

    return replace(dosage, route=without(dosage.route), form=without(dosage.form), as_needed_for=None)


def _shifted(event: EnrichedNote, to: Callable[[int], int]) -> EnrichedNote:
    def moved(span: Any) -> Any:
        return replace(span, start=to(span.start), end=to(span.end))

    def qualifier(decision: Qualifier) -> Qualifier:
        return replace(decision, cues=[moved(cue) for cue in decision.cues])

    def qualifiers(all_of: Qualifiers | None) -> Qualifiers | None:
        if all_of is None:
            return None
        return Qualifiers(**{name: qualifier(getattr(all_of, name)) for name in Qualifiers.__struct_fields__})

    def entity(one: Entity) -> Entity:
        return replace(one, start=to(one.start), end=to(one.end), qualifiers=qualifiers(one.qualifiers))

    def section(one: Section) -> Section:
        title = TextSpan(to(one.title.start), to(one.title.end)) if one.title is not None else None
        return replace(one, start=to(one.start), end=to(one.end), title=title)

    def medication(one: Medication) -> Medication:
        return replace(one, change_cues=[moved(cue) for cue in one.change_cues])

    return replace(
        event,
        offset_unit="utf16",
        sections=[section(one) for one in event.sections],
        entities=[entity(one) for one in event.entities],
        medications=[medication(one) for one in event.medications],
    )
