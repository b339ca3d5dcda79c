"""The command line as its user has it: a process of its own, with nothing of ours in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
        *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, timeout: float = 120
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
