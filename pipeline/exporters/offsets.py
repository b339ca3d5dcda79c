"""Events whose offsets count UTF-16 units, counted in code points again."""

from __future__ import annotations

from typing import Any

from pipeline.exporters.registry import Event
from schemas.present import utf16_offsets


def in_code_points(event: Event, text: str) -> Event:
    """The event with offsets in code points. Raises ValueError where one lies inside a character."""
    if event["offset_unit"] == "code_point":
        return event
    to = utf16_offsets(text)
    back = {to(index): index for index in range(len(text) + 1)}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _offset(back, item) if key in ("start", "end") and isinstance(item, int) else moved(item)
                for key, item in value.items()
            }
        return [moved(item) for item in value] if isinstance(value, list) else value

    spans = ("sections", "entities", "medications")
    return {**event, **{name: moved(event[name]) for name in spans}, "offset_unit": "code_point"}


def _offset(back: dict[int, int], offset: int) -> int:
    try:
        return back[offset]
    except KeyError:
        raise ValueError("an offset of the event lies outside the text or inside a character") from None
