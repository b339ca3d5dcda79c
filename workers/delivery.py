"""A record of the input topic on its way through the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.processing import Coordinates, Record

if TYPE_CHECKING:
    from workers.tracing import NoteSpans


@dataclass(slots=True)
class Delivery:
    """One record of one assignment: what it is, and how to acknowledge it.

    `generation` numbers the assignment that it belongs to: what an older one finishes is dropped.
    `acknowledge` tells the transport; it is called once, in offset order within a partition.
    """

    key: bytes | None
    record: Record
    place: Coordinates
    acknowledge: Callable[[], None]
    generation: int = 0
    entered: float = 0.0
    sent: float = 0.0
    read: float = 0.0
    spans: NoteSpans | None = None

    @property
    def size(self) -> int:
        """Bytes of its value."""
        return len(self.record.value or b"")
