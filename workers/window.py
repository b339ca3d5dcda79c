"""The window: how much may be unacknowledged at once.

Bounded by the unacknowledged span and its bytes, not by the notes that run: one slow note must not let the span behind
it grow without end. Who finds it full waits; reading stops, which Kafka allows for `max_poll_interval`.
"""

from __future__ import annotations

import asyncio


class Window:
    """Counts records and bytes between being read and being acknowledged."""

    def __init__(self, max_records: int, max_bytes: int) -> None:
        self.max_records = max_records
        self.max_bytes = max_bytes
        self.records = 0
        self.bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    async def enter(self, size: int) -> None:
        """Wait for room, then take it. A record larger than the whole window enters when the window is empty."""
        while not self._fits(size):
            self._room.clear()
            await self._room.wait()
        self.records += 1
        self.bytes += size

    def leave(self, records: int, size: int) -> None:
        """Give room back."""
        self.records -= records
        self.bytes -= size
        self._room.set()

    def reset(self) -> None:
        """Everything in it was abandoned."""
        self.records = 0
        self.bytes = 0
        self._room.set()

    def _fits(self, size: int) -> bool:
        return self.records == 0 or (self.records < self.max_records and self.bytes + size <= self.max_bytes)
