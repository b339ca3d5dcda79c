"""The registry of formats: a function for each, by its name."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Event = Mapping[str, Any]
Block = tuple[str, bytes]
"""A piece of output: the name of its file inside the target folder ("" for a format of one file), and bytes."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a format may need beside the events: the notes by id (as they were sent) and the day of the export."""

    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    today: datetime.date = datetime.date.min

    def text(self, event: Event) -> str | None:
        """The text of an event's note: from the notes, else as far as the event repeats it."""
        note = event["note"]
        given = self.notes.get(note["note_id"], {}).get("text")
        text: str | None = given if given is not None else note.get("text")
        return text


Exporter = Callable[[Iterable[Event], Context], Iterator[Block]]
_E = TypeVar("_E", bound=Exporter)


@dataclass(frozen=True, slots=True)
class Format:
    """A registered format. `folder`: it makes several files; `gold`: it takes gold notes beside enriched events."""

    name: str
    summary: str
    export: Exporter
    needs_text: bool = False
    folder: bool = False
    gold: bool = False


class FormatError(ValueError):
    """There is no such format; the message names those that there are."""


_formats: dict[str, Format] = {}


def register(
    name: str, summary: str, *, needs_text: bool = False, folder: bool = False, gold: bool = False
) -> Callable[[_E], _E]:
    """Register the decorated function as a format. Raises ValueError for a name that is taken."""

    def add(export: _E) -> _E:
        if name in _formats:
            raise ValueError(f"the format {name!r} is registered already")
        _formats[name] = Format(name, summary, export, needs_text, folder, gold)
        return export

    return add


def formats() -> list[Format]:
    """The formats in the order of their names."""
    return [_formats[name] for name in sorted(_formats)]


def get(name: str) -> Format:
    """A format by its name. Raises FormatError."""
    try:
        return _formats[name]
    except KeyError:
        raise FormatError(f"no format {name!r}; there are: {', '.join(sorted(_formats))}") from None
