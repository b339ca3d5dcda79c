"""What a whole worker costs: its start, its memory, and the parent process's own work for a note."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from workers.cli.console import CommandError, Exit
from workers.cli.local_worker import beside_a_broker, last_line, local_worker
from workers.cli.produce import HEADERS
from workers.cli.sending import Sender
from workers.settings import Settings

# The embedded broker forgets what is beyond some megabytes a partition.
_MOST_BYTES = 4_000_000
_START_SECONDS = 240.0
_READ_SECONDS = 120.0
_LOOK_SECONDS = 0.1
# Notes at the start that are not counted: first batches load what is loaded lazily.
_WARM_SHARE = 0.2
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class WorkerCost:
    """Seconds from its start until it is ready; notes a second that it read; CPU seconds of the parent process for a
    note and bytes of memory of all its processes (both None where the system does not tell).
    """

    start_seconds: float
    notes_per_second: float
    parent_seconds: float | None
    memory_bytes: int | None


def worker_cost(chosen: Settings, shards: int, lines: Sequence[bytes]) -> WorkerCost:
    """Run a worker on the embedded broker with the profiles of these settings until it has read these notes.

    Raises CommandError.
    """
    lines = _within(lines, _MOST_BYTES)
    with beside_a_broker(
        "bench",
        shards=shards,
        profiles=dict(chosen.profiles),
        default_language=chosen.default_language,
        text_echo=chosen.text_echo,
        offset_unit=chosen.offset_unit,
    ) as (settings, folder):
        log = folder / "worker.log"
        started = time.monotonic()
        with local_worker(settings, log) as worker:
            _wait_ready(settings, worker, log)
            start_seconds = time.monotonic() - started
            with Sender(settings, settings.input_topic) as sender:
                for number, line in enumerate(lines):
                    sender.send(settings.input_topic, str(number).encode(), line, HEADERS)
            return _watch(settings, worker, log, len(lines), start_seconds)


def _within(lines: Sequence[bytes], most: int) -> list[bytes]:
    kept: list[bytes] = []
    for line in lines:
        most -= len(line)
        if most < 0 and kept:
            break
        kept.append(line)
    return kept


def _wait_ready(settings: Settings, worker: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while _get(settings, "readyz") is None:
        if (code := worker.poll()) is not None:
            raise CommandError(f"the worker ended with {code}: {last_line(log)}", Exit.UNEXPECTED)
        if time.monotonic() > deadline:
            raise CommandError(f"the worker was not ready within {_START_SECONDS:.0f} s", Exit.UNEXPECTED)
        time.sleep(_LOOK_SECONDS)


def _watch(
    settings: Settings, worker: subprocess.Popen[bytes], log: Path, notes: int, start_seconds: float
) -> WorkerCost:
    deadline = time.monotonic() + _READ_SECONDS
    first: tuple[int, float, float | None] | None = None
    while True:
        done = _done(settings)
        now = (done, time.monotonic(), _cpu_seconds(worker.pid))
        if first is None and done >= notes * _WARM_SHARE:
            first = now
        if done >= notes:
            break
        if (code := worker.poll()) is not None:
            raise CommandError(f"the worker ended with {code}: {last_line(log)}", Exit.UNEXPECTED)
        if now[1] > deadline:
            break
        time.sleep(_LOOK_SECONDS)
    if first is None or done <= first[0]:
        raise CommandError(f"the worker read only {done} of {notes} notes in {_READ_SECONDS:.0f} s", Exit.UNEXPECTED)
    read, spent = done - first[0], now[1] - first[1]
    cpu = None if now[2] is None or first[2] is None else (now[2] - first[2]) / read
    return WorkerCost(start_seconds, read / spent, cpu, _tree_bytes(worker.pid))


def _done(settings: Settings) -> int:
    """Notes that have an outcome, by the worker's own metrics."""
    text = _get(settings, "metrics") or ""
    families = ("anamnesis_notes_published_total{", "anamnesis_notes_rejected_total{")
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines() if line.startswith(families))


def _get(settings: Settings, path: str) -> str | None:
    """The answer, or None while there is none or it says no."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.http_port}/{path}", timeout=5) as response:
            return str(response.read().decode())
    except (urllib.error.URLError, OSError):
        return None


def _cpu_seconds(process: int) -> float | None:
    """CPU time of a process without its children; None where the system does not tell."""
    try:
        fields = (_PROC / str(process) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:
        return None
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _tree_bytes(process: int) -> int | None:
    """Memory of a process and its descendants, each shared page counted once; None where the system does not tell."""
    parents: dict[int, int] = {}
    for entry in _PROC.glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue  # it has ended meanwhile
    tree = {process}
    while found := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= found
    shares = [_share(each) for each in tree]
    known = [share for share in shares if share is not None]
    return sum(known) if known else None


def _share(process: int) -> int | None:
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), None)


def note_lines(lines: Sequence[bytes], count: int) -> list[bytes]:
    """So many notes of these, each with an id of its own."""
    notes = [orjson.loads(line) for line in lines]
    return [orjson.dumps({**notes[number % len(notes)], "note_id": f"bench-{number}"}) for number in range(count)]
