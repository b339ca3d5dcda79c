"""The command line as its user has it: a process of its own, with nothing of ours in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import workers.cli

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any ANAMNESIS_ variable."""
    for name in [name for name in os.environ if name.startswith("ANAMNESIS_")]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def anamnesis(tmp_path: Path) -> Run:
    """Run a command in an empty folder; returns the finished process."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, timeout: float = 540
    ) -> subprocess.CompletedProcess[bytes]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANAMNESIS_")}
        # `-W error` holds for the test process; a warning of a dependency must not reach a user's terminal either.
        return subprocess.run(
            [sys.executable, "-m", "workers", *map(str, arguments)],
            cwd=tmp_path,
            env=inherited | {"COLUMNS": "200"} | (env or {}),
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    return run


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
