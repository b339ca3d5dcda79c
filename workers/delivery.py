"""A record of the input topic on its way through the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.records import Coordinates, Record

if TYPE_CHECKING:
    from workers.tracing import NoteSpans


@dataclass(slots=True)
class Delivery:
    """One record of one assignment: what it is, and how to acknowledge it.

    `assignment` is the group's generation that it was read in: one of an older generation that comes late is dropped.
    `generation` is the flow's own, and changes when an assignment ends: what was begun before is dropped then.
    `acknowledge` tells the transport; it is called once, in offset order within a partition.
    """

    key: bytes | None
    record: Record
    place: Coordinates
    acknowledge: Callable[[], None]
    assignment: int = 0
    generation: int = 0
    entered: float = 0.0
    sent: float = 0.0
    read: float = 0.0
    spans: NoteSpans | None = None

    @property
    def size(self) -> int:
        """Bytes of its value."""
        return len(self.record.value or b"")
