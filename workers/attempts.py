"""Deaths of workers, shared by all members of the group (D-6).

A note that kills the whole worker comes again, often to another worker, whose journal knows nothing of it. So what is
known travels with the group's committed offsets, as their metadata:

    closed                              the partition was left in order; what was suspected before, still is
    open                                a worker reads it; should the next one find this, that worker died
    open 100-612:1 140-204:2 run 140-204    suspected offsets (end excluded) with their deaths; those at work now

A first death without a name puts the whole window behind the committed offset under suspicion. Suspects are read in
small groups, whose range is committed before they go to a shard: a second death names a group. Its notes run alone,
each named before it is read: the next death is that of one note. Without deaths this costs nothing but the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

GROUP = 64
"""Suspects that are named together."""

OPEN = "open"
CLOSED = "closed"

# Kafka refuses metadata beyond 4,096 bytes (offset.metadata.max.bytes); what is oldest is left out first.
_MAX_RANGES = 64
_RANGE = re.compile(r"(\d+)-(\d+):(\d+)")
_RUN = re.compile(r"run (\d+)-(\d+)")

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Suspects:
    """A range of offsets, end excluded, in which so many workers have died."""

    start: int
    end: int
    deaths: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is known of one partition. `running`: the range that was named last."""

    ranges: tuple[Suspects, ...] = ()
    running: tuple[int, int] | None = None

    def deaths(self, offset: int) -> int:
        """How many workers have died with this offset among those at work."""
        return max((each.deaths for each in self.ranges if offset in each), default=0)

    def exact(self, offset: int) -> bool:
        """Did a worker die with this offset alone?"""
        return any(offset in each and each.end - each.start == 1 for each in self.ranges)

    def passed(self, committed: int) -> Suspicion:
        """What is left of it when everything below `committed` is done."""
        running = self.running if self.running is not None and self.running[1] > committed else None
        return Suspicion(tuple(each for each in self.ranges if each.end > committed), running)

    def after_death(self, committed: int, window: int) -> Suspicion:
        """What its next owner must think, after an end that was none of order."""
        left = self.passed(committed)
        if left.running is not None:
            start, end = left.running
            guilty = Suspects(start, end, max(self.deaths(offset) for offset in range(start, end)) + 1)
            return Suspicion((*left.ranges, guilty))
        if left.ranges:  # nobody of them was at work
            return Suspicion(left.ranges)
        return Suspicion((Suspects(committed, committed + window, 1),))

    def __str__(self) -> str:
        words = [OPEN, *self._words()]
        if self.running is not None:
            words.append(f"run {self.running[0]}-{self.running[1]}")
        return " ".join(words)

    def closed(self) -> str:
        """The metadata of a partition that is left in order: nothing is at work, suspects stay suspects."""
        return " ".join([CLOSED, *self._words()])

    def _words(self) -> list[str]:
        return [f"{each.start}-{each.end}:{each.deaths}" for each in self.ranges[-_MAX_RANGES:]]


def read(metadata: str | None, committed: int, window: int) -> Suspicion:
    """What metadata tells the next owner of a partition; nothing where it is none of ours."""
    if metadata is None or not metadata.startswith((OPEN, CLOSED)):
        return Suspicion()
    ranges = tuple(Suspects(*map(int, match.groups())) for match in _RANGE.finditer(metadata))
    if metadata.startswith(CLOSED):
        return Suspicion(ranges).passed(committed)
    run = _RUN.search(metadata)
    running = (int(run[1]), int(run[2])) if run is not None and int(run[1]) < int(run[2]) else None
    return Suspicion(ranges, running).after_death(committed, window)


class Attempts:
    """The suspicion of every partition that we own, written by the flow and read by whoever commits."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._known: dict[Partition, Suspicion] = {}
        self._committed: dict[Partition, int] = {}
        self._left: dict[Partition, Suspicion] = {}

    def take_over(self, partition: Partition, committed: int, metadata: str | None) -> None:
        """A partition is ours from now on, at this committed offset."""
        self._left.pop(partition, None)
        self._known[partition] = read(metadata, committed, self._window)
        self._committed[partition] = committed

    def owned(self) -> list[tuple[Partition, int]]:
        """Our partitions with the offsets committed last."""
        return list(self._committed.items())

    def give_up(self) -> dict[Partition, int]:
        """All partitions are left in order; returns them with the offsets committed last."""
        owned = dict(self._committed)
        self._left = dict(self._known)
        self._known.clear()
        self._committed.clear()
        return owned

    def metadata(self, partition: Partition, committed: int) -> str:
        """What to write beside an offset that is committed now."""
        known = self._known.get(partition)
        if known is None:
            return self._left.get(partition, Suspicion()).passed(committed).closed()
        self._committed[partition] = committed
        return str(known.passed(committed))

    def deaths(self, partition: Partition, offset: int) -> int:
        """How many workers have died with this note among those at work, as far as the group knows."""
        known = self._known.get(partition)
        return 0 if known is None else known.deaths(offset)

    def is_running(self, partition: Partition, offset: int) -> bool:
        """Is the note in the range that was named last?"""
        known = self._known.get(partition)
        return known is not None and known.running is not None and known.running[0] <= offset < known.running[1]

    def run(self, partition: Partition, start: int, end: int) -> None:
        """Name a range; it counts once it is committed."""
        known = self._known.get(partition)
        if known is not None:
            self._known[partition] = replace(known, running=(start, end))
