"""The registry of formats: a function for each, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]
Texts = Mapping[str, str]
Exporter = Callable[[Iterable[Event], Texts], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """A registered format."""

    name: str
    summary: str
    needs_text: bool
    export: Exporter


class FormatError(ValueError):
    """There is no such format; the message names those that there are."""


_formats: dict[str, Format] = {}


def register(name: str, summary: str, *, needs_text: bool = False) -> Callable[[Exporter], Exporter]:
    """Register the decorated function as a format. Raises ValueError for a name that is taken."""

    def add(export: Exporter) -> Exporter:
        if name in _formats:
            raise ValueError(f"the format {name!r} is registered already")
        _formats[name] = Format(name, summary, needs_text, export)
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
