"""The ledger: which records of a partition are done, and which prefix of them may be acknowledged.

Kafka knows one number a partition. A record is done when its outcome is on the broker; only the done prefix, in
offset order, is given back for acknowledgement, so that a committed offset never lies behind an unfinished record.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    offset: int
    size: int
    item: T
    done: bool = False


@dataclass(slots=True)
class Ledger(Generic[T]):
    """One partition of one assignment. Offsets are opened in rising order; gaps between them are normal."""

    entries: deque[_Entry[T]] = field(default_factory=deque)
    by_offset: dict[int, _Entry[T]] = field(default_factory=dict)
    last_opened: int = -1

    def open(self, offset: int, item: T, size: int = 0) -> None:
        """Take a record in. Raises ValueError where its offset is not above the last one."""
        if offset <= self.last_opened:
            raise ValueError(f"offset {offset} comes after {self.last_opened}")
        entry = _Entry(offset, size, item)
        self.entries.append(entry)
        self.by_offset[offset] = entry
        self.last_opened = offset

    def complete(self, offset: int) -> list[tuple[T, int]]:
        """Mark a record done; return the items (with their sizes) that have now become the done prefix, in order.

        Raises KeyError for a record that is not open.
        """
        self.by_offset[offset].done = True
        prefix: list[tuple[T, int]] = []
        while self.entries and self.entries[0].done:
            entry = self.entries.popleft()
            del self.by_offset[entry.offset]
            prefix.append((entry.item, entry.size))
        return prefix

    def __len__(self) -> int:
        """The unacknowledged span: records from the first unfinished one on, done ones among them."""
        return len(self.entries)
