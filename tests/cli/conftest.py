"""The command line as its user has it: a process of its own, with nothing of ours in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import workers.cli
from tests.forks import Forks

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any ANAMNESIS_ variable."""
    for name in [name for name in os.environ if name.startswith("ANAMNESIS_")]:
        monkeypatch.delenv(name)
    return monkeypatch


# Commands that load profiles.
_READING = frozenset({"annotate", "bench", "doctor", "try"})


@pytest.fixture
def anamnesis(command_line: Forks, tmp_path: Path) -> Run:
    """Run a command in an empty folder; returns the finished process."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, timeout: float = 540
    ) -> subprocess.CompletedProcess[bytes]:
        words = [*map(str, arguments)]
        reads = words[0] in _READING and "--help" not in words
        return command_line.run(
            "workers", words, cwd=tmp_path, env=_environment(env), stdin=stdin, timeout=timeout, profiles=reads
        )

    return run


@pytest.fixture
def afresh(tmp_path: Path) -> Run:
    """The same by a new Python: for what depends on how one begins, such as the seed of its hashes."""

    def run(
        *arguments: str | Path, env: dict[str, str] | None = None, timeout: float = 540
    ) -> subprocess.CompletedProcess[bytes]:
        # `-W error` holds for the test process; a warning of a dependency must not reach a user's terminal either.
        return subprocess.run(
            [sys.executable, "-m", "workers", *map(str, arguments)],
            cwd=tmp_path,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    return run


def _environment(more: dict[str, str] | None) -> dict[str, str]:
    """That of the tests without any ANAMNESIS_ variable, and more."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANAMNESIS_")}
    return inherited | {"COLUMNS": "200"} | (more or {})


@pytest.fixture
def inside(tmp_path: Path, clean: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """The same in this process: for what a process of its own would not show better, and faster."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        clean.chdir(tmp_path)
        clean.setenv("COLUMNS", "200")
        capfdbinary.readouterr()
        code = workers.cli.run([*map(str, arguments)])
        found = capfdbinary.readouterr()
        return subprocess.CompletedProcess(arguments, code, found.out, found.err)

    return run
