"""A worker on this machine as its user runs it: a process of its own, its log in a file."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workers.settings import PREFIX, Settings

_STOP_SECONDS = 10.0


@contextmanager
def beside_a_broker(name: str, **options: Any) -> Iterator[tuple[Settings, Path]]:
    """Settings of a worker on an embedded broker, and a folder for its log; both end with the block.

    It is complete in itself: what is set for a real Kafka, its password say, is not for this one.
    """
    from workers.embedded import EmbeddedBroker

    for variable in [variable for variable in os.environ if variable.startswith(PREFIX)]:
        del os.environ[variable]
    usual = Settings()
    topics = usual.input_topic, usual.output_topic, usual.deadletter_topic
    with EmbeddedBroker(*topics) as broker, tempfile.TemporaryDirectory(prefix=f"anamnesis-{name}-") as folder:
        settings = Settings(
            bootstrap_servers=broker.bootstrap_servers,
            http_host="127.0.0.1",
            http_port=free_port(),
            state_dir=Path(folder) / "state",
            **options,
        )
        yield settings, Path(folder)


@contextmanager
def local_worker(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with those of the settings that were given as options; it is stopped at the end."""
    values = settings.masked()
    chosen = [name for name, origin in settings.sources().items() if origin == "option"]
    arguments = [part for name in chosen for part in ("--set", f"{name}={_text(values[name])}")]
    with log.open("wb") as handle:
        command_line = [sys.executable, "-m", "workers", "worker", *arguments]
        process = subprocess.Popen(command_line, stdout=handle, stderr=handle)  # noqa: S603 (our own program)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_line(log: Path) -> str:
    """The last line of a log that tells an error, or the last line, to say why a worker ended."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if '"level": "error"' in line]
    return (errors or lines or ["it said nothing"])[-1]


def _text(value: object) -> str:
    """A value as an option takes it."""
    return ",".join(f"{key}={one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
