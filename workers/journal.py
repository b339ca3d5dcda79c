"""The journal: which notes were in a shard when the worker died.

A note that kills the whole worker (the container runs out of memory, say) comes again after the restart, and would
kill it again. The journal on disk tells which notes were being read, and how often that ended so: these are run alone,
and rejected after `max_attempts`. It lies in `state_dir`, which must outlive the container's restart.
Lines: `+ topic partition offset attempt` when a note goes to its shard, `- topic partition offset` when it is done.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import structlog

log = structlog.get_logger(__name__)

# Above this many lines the file is written anew with what is open.
_COMPACT_LINES = 50_000

Place = tuple[str, int, int]


class JournalError(OSError):
    """The journal cannot be written; the message says where."""


class Journal:
    """Attempts of notes by their coordinates, kept in one file a consumer group.

    Raises JournalError where the folder cannot be written. When it can be written no more later on (the disk is full),
    that is said once and notes go on: the group still knows of deaths (D-6.4).
    """

    def __init__(self, folder: Path, group: str) -> None:
        self._failed = False
        self._path = folder / f"in-flight-{group}.journal"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._suspects = self._read()
            self._open: dict[Place, int] = {}
            self._file: BinaryIO = self._write_anew()
        except OSError as error:
            raise JournalError(
                f"state_dir {folder} cannot be used ({error.strerror}): name a folder to write in"
            ) from None

    def attempts(self, place: Place) -> int:
        """How often a worker has died with this note in a shard."""
        return self._suspects.get(place, 0)

    def begin(self, place: Place) -> None:
        """The note goes to its shard."""
        attempt = self.attempts(place) + 1
        self._open[place] = attempt
        self._append(f"+ {_text(place)} {attempt}\n")

    def end(self, place: Place) -> None:
        """The note is done."""
        if self._open.pop(place, None) is not None:
            self._suspects.pop(place, None)
            self._append(f"- {_text(place)}\n")

    def forget(self, topic: str, partition: int, below: int) -> None:
        """Nobody below a committed offset is suspect any more: another worker may have read them meanwhile."""
        for place in [each for each in self._suspects if each[:2] == (topic, partition) and each[2] < below]:
            del self._suspects[place]
            self._append(f"- {_text(place)}\n")

    def abandon(self) -> None:
        """Everything open comes again through no fault of its own."""
        for place in list(self._open):
            self.end(place)

    def close(self) -> None:
        """Close the file; what is open in it counts as an attempt at the next start."""
        self._file.close()

    def _append(self, line: str) -> None:
        if self._failed:
            return
        try:
            self._file.write(line.encode())
            self._lines += 1
            if self._lines > _COMPACT_LINES:
                self._file.close()
                self._file = self._write_anew()
        except OSError as error:
            self._failed = True
            log.error("journal cannot be written; notes go on without it", reason=error.strerror)  # noqa: TRY400
            # What stands in it is old from now on, and would accuse notes that are done.
            with suppress(OSError):
                self._path.unlink()

    def _write_anew(self) -> BinaryIO:
        kept = {**self._suspects, **self._open}
        beside = self._path.with_suffix(".new")
        beside.write_text("".join(f"+ {_text(place)} {attempt}\n" for place, attempt in kept.items()), encoding="utf-8")
        os.replace(beside, self._path)
        self._lines = len(kept)
        return self._path.open("ab", buffering=0)

    def _read(self) -> dict[Place, int]:
        found: dict[Place, int] = {}
        if not self._path.exists():
            return found
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            match line.split():
                case ["+", topic, partition, offset, attempt] if _numbers(partition, offset, attempt):
                    found[topic, int(partition), int(offset)] = int(attempt)
                case ["-", topic, partition, offset] if _numbers(partition, offset):
                    found.pop((topic, int(partition), int(offset)), None)
                case _:
                    continue  # the last line of a killed worker may be half written
        return found


def _numbers(*texts: str) -> bool:
    return all(text.isascii() and text.isdigit() for text in texts)


def _text(place: Place) -> str:
    return f"{place[0]} {place[1]} {place[2]}"
