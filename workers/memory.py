"""How much memory the worker and its shards use together, and how much they may use.

In a container one shard that takes too much ends them all, so what counts is the control group: its working set (what
cannot be given back) against its limit. Without one, resident memory of the worker and its children against that of
the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_PAGE = os.sysconf("SC_PAGE_SIZE")
_CGROUP = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


class Memory(Collector):
    """`anamnesis_memory_working_set_bytes` and `anamnesis_memory_limit_bytes`; neither where nothing tells them."""

    def __init__(self, cgroup: Path = _CGROUP, proc: Path = _PROC) -> None:
        self._cgroup = cgroup
        self._proc = proc

    def collect(self) -> Iterator[Metric]:
        """One sample of each."""
        for name, text, value in zip(
            ("working_set", "limit"),
            ("Memory of the worker and its shards that cannot be given back", "Memory that they may use"),
            self.read(),
            strict=True,
        ):
            family = GaugeMetricFamily(f"anamnesis_memory_{name}_bytes", text)
            if value is not None:
                family.add_metric((), value)
            yield family

    def read(self) -> tuple[int | None, int | None]:
        """Working set and limit in bytes; None where they are not known."""
        machine = _field(self._proc / "meminfo", "MemTotal:")
        total = machine * 1024 if machine is not None else None
        for used, limit, inactive in (
            ("memory.current", "memory.max", "inactive_file"),
            ("memory/memory.usage_in_bytes", "memory/memory.limit_in_bytes", "total_inactive_file"),
        ):
            most = _number(self._cgroup / limit)
            now = _number(self._cgroup / used)
            # A group without a limit is no container's: it says "max", or a number beyond the machine's memory.
            if now is not None and most is not None and (total is None or most < total):
                stat = (self._cgroup / used).parent / "memory.stat"
                return max(0, now - (_field(stat, inactive) or 0)), most
        return self._resident(), total

    def _resident(self) -> int | None:
        """Resident memory of this process and its descendants; pages that they share count once for each."""
        parents: dict[int, int] = {}
        for entry in self._proc.glob("[0-9]*/stat"):
            try:
                # The command's name, in brackets, may hold anything.
                fields = entry.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
                parents[int(entry.parent.name)] = int(fields[1])
            except (OSError, IndexError, ValueError):
                continue  # it has ended meanwhile
        ours = {os.getpid()}
        while found := {child for child, parent in parents.items() if parent in ours} - ours:
            ours |= found
        pages = [_statm(self._proc / str(process) / "statm") for process in ours]
        known = [number for number in pages if number is not None]
        return sum(known) * _PAGE if known else None


def _statm(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _field(path: Path, name: str) -> int | None:
    """The number behind a name in a file of lines `name number`."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.split()[:1] == [name]), None)
