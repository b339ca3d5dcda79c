"""From character offsets to tokens and back, and span groups that know their offsets."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import ref

import numpy as np
from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.tokens import Doc, Span, SpanGroup

Placed = tuple[int, int, str]
"""Offsets of a Span in the text, and its label."""


class Offsets:
    """The character offsets of a Doc's tokens, as plain lists.

    Attributes:
        starts: offset of each token's first character, ascending.
        ends: offset behind each token's last character, ascending.
    """

    __slots__ = ("ends", "starts")

    def __init__(self, starts: list[int], ends: list[int]) -> None:
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """The token that holds the character at `offset`; for a blank between two tokens the one before it.

        The first token for an offset before it, the last for one behind; -1 where the Doc is empty.
        """
        return max(bisect_right(self.starts, offset) - 1, min(0, len(self.starts) - 1))

    def first(self, offset: int) -> int:
        """The first token that ends behind `offset`: where a stretch that begins there starts; `len` for none."""
        return bisect_right(self.ends, offset)

    def bounds(self, start: int, end: int) -> tuple[int, int]:
        """First token and the one behind the last of the stretch [start, end), expanded to whole tokens.

        Both are equal where the stretch holds nothing but blanks between tokens.
        """
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end))

    def placed(self, start: int, end: int) -> tuple[int, int]:
        """The stretch [start, end), which holds more than blanks, expanded to whole tokens, as offsets in the text."""
        return self.starts[bisect_right(self.ends, start)], self.ends[bisect_left(self.starts, end) - 1]

    def span(self, doc: Doc, start: int, end: int, label: str | int = 0) -> Span:
        """The Span of the stretch [start, end), expanded to whole tokens. `label`: text or its hash."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return Span(doc, first, last if last > first else first, label)


# How spaCy numbers the place of a token in an entity.
_INSIDE, _OUTSIDE, _BEGINS = 1, 2, 3


def set_entities(doc: Doc, entities: Sequence[tuple[int, int, int]]) -> None:
    """Set the entities of a Doc that has none: the tokens of each and the hash of its label, none overlapping.

    As `set_ents` does, without a Span for each of them.
    """
    # Two numbers a token: its place in an entity, and the label.
    cells = array("Q", (_OUTSIDE, 0)) * len(doc)
    for first, last, label in entities:
        for cell in range(2 * first, 2 * last, 2):
            cells[cell] = _INSIDE
            cells[cell + 1] = label
        cells[2 * first] = _BEGINS
    columns: Any = np.frombuffer(cells, dtype=np.uint64).reshape(-1, 2)
    doc.from_array([ENT_IOB, ENT_TYPE], columns)


class PlacedSpans(SpanGroup):
    """A span group that keeps where its Spans are, for whoever needs no more: spaCy makes each Span anew when asked.

    A change of the group drops what is kept; so do copying and writing, from which a plain group comes back.
    """

    placed: list[Placed] | None = None

    def __setitem__(self, index: int, span: Span) -> None:
        self.placed = None
        super().__setitem__(index, span)  # type: ignore[misc]  # spaCy's types do not know it

    def __delitem__(self, index: int) -> None:
        self.placed = None
        super().__delitem__(index)  # type: ignore[misc]  # spaCy's types do not know it

    def __iadd__(self, other: Any) -> Any:
        self.placed = None
        return super().__iadd__(other)  # type: ignore[misc]  # spaCy's types do not know it

    def append(self, span: Span) -> None:
        """As of every group."""
        self.placed = None
        super().append(span)

    def extend(self, spans: Any) -> None:
        """As of every group."""
        self.placed = None
        super().extend(spans)

    def from_bytes(self, data: bytes) -> SpanGroup:
        """As of every group."""
        self.placed = None
        return super().from_bytes(data)


class _Waiting:
    """A span group that nobody has asked for: where its Spans are."""

    __slots__ = ("placed",)

    def __init__(self, placed: list[Placed]) -> None:
        self.placed = placed


class _Groups(dict[str, Any]):
    """The groups of a Doc by name; the Spans of those that `keep` sets are made when their group is asked for."""

    def __init__(self, doc: Doc, groups: Mapping[str, SpanGroup]) -> None:
        super().__init__(groups)
        self._doc = ref(doc)

    def __getitem__(self, name: str) -> SpanGroup:
        found = super().__getitem__(name)
        if isinstance(found, _Waiting):
            found = self[name] = self._made(name, found.placed)
        made: SpanGroup = found
        return made

    def copy(self) -> dict[str, Any]:
        """The groups, all of them made."""
        return {name: self[name] for name in self}

    def __repr__(self) -> str:
        return repr(self.copy())

    def _made(self, name: str, placed: list[Placed]) -> PlacedSpans:
        doc = self._doc()
        if doc is None:
            raise ValueError(f"the Doc of the span group {name!r} is gone")
        spans = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in placed)
        made = PlacedSpans(doc, name=name, spans=[span for span in spans if span is not None])
        made.placed = placed
        return made


def keep(doc: Doc, group: str, placed: list[Placed]) -> None:
    """Set a span group of a Doc: the Spans at these offsets, which are bounds of tokens, with these labels."""
    groups: Any = doc.spans
    if not isinstance(groups.data, _Groups):
        groups.data = _Groups(doc, groups.data)
    groups.data[group] = _Waiting(placed)


def places(doc: Doc, group: str) -> list[Placed]:
    """The offsets and labels of the Spans of a group; none where the Doc has no such group."""
    groups: Any = doc.spans
    spans = dict.get(groups.data, group)
    if spans is None:
        return []
    known: list[Placed] | None = spans.placed if isinstance(spans, (_Waiting, PlacedSpans)) else None
    return known if known is not None else [(span.start_char, span.end_char, span.label_) for span in spans]
