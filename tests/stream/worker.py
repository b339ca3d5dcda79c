"""A worker as its user runs it: a process of its own that a test starts, watches, kills and counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prometheus_client.parser import text_string_to_metric_families

from tests.stream.kafka import die_with_parent, free_ports

START_SECONDS = 240.0
_ROOT = Path(__file__).parents[2]

# Short enough for a test to see a session end, long enough for a loaded machine.
SETTINGS = {
    "session_timeout_seconds": 6,
    "heartbeat_interval_seconds": 1,
    "metadata_max_age_seconds": 3,
    "commit_interval_seconds": 0.5,
    "shards": 1,
    "http_host": "127.0.0.1",
    "log_format": "json",
}


@dataclass(slots=True)
class WorkerProcess:
    """One worker with its folder (journal and log). Settings are those of the product, by environment.

    `program` is what runs it: `anamnesis worker` by default.
    """

    folder: Path
    settings: dict[str, Any]
    program: Sequence[str] = (sys.executable, "-m", "workers", "worker")
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Start it; returns at once."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what is left of it."""
        self.kill()

    def start(self) -> None:
        """Start it, or start it again after its end, with the same folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_ports(1)[0]
        chosen = SETTINGS | {"state_dir": self.folder, "http_port": self.port} | self.settings
        with (self.folder / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                list(self.program),
                env=environment(chosen) | self._environment,
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self) -> int:
        """The process id of the worker itself."""
        if self._process is None:
            raise RuntimeError("the worker was not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Is it there?"""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when /readyz says ok. Raises RuntimeError if it ends, TimeoutError if it takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running:
                raise RuntimeError(f"the worker ended: {self.log[-2000:]}")
            if self.get("readyz")[0] == 200:
                return
            time.sleep(0.1)
        raise TimeoutError(f"the worker was not ready: {self.get('readyz')} {self.log[-2000:]}")

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of one of its HTTP pages; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, type(error).__name__

    def metrics(self) -> dict[str, float]:
        """Its samples, summed over labels by name."""
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(self.get("metrics")[1]):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    def shards(self) -> list[int]:
        """Process ids of its shards: the children of its forkserver."""
        children = _children()
        return [shard for helper in children.get(self.pid, ()) for shard in children.get(helper, ())]

    def stop(self, seconds: float = 90.0) -> int:
        """SIGTERM, and its exit code. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            raise RuntimeError("the worker was not started")
        self._process.terminate()
        return self._process.wait(seconds)

    def wait(self, seconds: float = 90.0) -> int:
        """Its exit code when it has ended. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            raise RuntimeError("the worker was not started")
        return self._process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL; its shards die with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def environment(settings: dict[str, Any]) -> dict[str, str]:
    """The environment of a program of ours: that of the tests, less settings, plus these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANAMNESIS_")}
    return inherited | {f"ANAMNESIS_{name.upper()}": str(value) for name, value in settings.items()}


@contextmanager
def workers(count: int, folder: Path, settings: dict[str, Any]) -> Iterator[list[WorkerProcess]]:
    """Some workers of one group, ready."""
    made = [WorkerProcess(folder / f"worker-{number}", settings) for number in range(count)]
    try:
        for worker in made:
            worker.start()
        for worker in made:
            worker.wait_ready()
        yield made
    finally:
        for worker in made:
            worker.kill()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it ended meanwhile
            continue
        parent = int(text.rpartition(")")[2].split()[1])
        found.setdefault(parent, []).append(int(status.parent.name))
    return found
