"""Programs that live no longer than the program that started them."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 10.0
_TAIL = 3000

# Loaded before any fork: a child of a process with threads must not load anything.
_LIBC = ctypes.CDLL(None)


@dataclass(slots=True)
class Program:
    """A running program and its log. It is killed when the thread that started it ends: start it from the main one."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Program:
        """Start it in `folder`, which gets its log; returns at once."""
        name = Path(command[0]).name
        log = folder / f"{name}.log"
        with log.open("ab") as handle:
            process = subprocess.Popen(  # noqa: S603 (a program that we built)
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                preexec_fn=_die_with_parent,
            )
        return cls(name, log, process)

    def check(self) -> None:
        """Raises RuntimeError with the end of its log where it has ended."""
        code = self.process.poll()
        if code is not None:
            raise RuntimeError(f"{self.name} ended with {code}: {self.tail()}")

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-_TAIL:]

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that does not do."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
