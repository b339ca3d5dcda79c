"""Which shard reads a note: the same one for the same key, so that order per key holds; any for a note without key."""

from __future__ import annotations

from itertools import cycle
from zlib import crc32


class Router:
    """Keys to shard numbers, 0 to `shards` - 1."""

    def __init__(self, shards: int) -> None:
        self.shards = shards
        self._next = cycle(range(shards))

    def shard_of(self, key: bytes | None) -> int:
        """The shard of a key; without one round robin."""
        return next(self._next) if key is None else crc32(key) % self.shards
