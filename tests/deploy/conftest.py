"""The tools of deploy/tools.sh, and the chart rendered with them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.rules import CHART, ROOT

TOOLS = ROOT / ".cache/tools"
KUBERNETES = ("1.31", "1.34", "1.37")

Render = Callable[..., list[dict[str, Any]]]


def tool(name: str) -> str:
    """The path of a program: what deploy/tools.sh has fetched, or what is on the PATH."""
    fetched = TOOLS / "bin" / name
    found = str(fetched) if fetched.exists() else shutil.which(name)
    if found is None:
        pytest.fail(f"no {name}: run deploy/tools.sh, or make check-deploy, which does")
    return found


def run(*command: str | Path, cwd: Path = ROOT, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program; its output is shown where it fails."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, timeout=280)
    if check and done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done


def helm_template(values: Sequence[Path | dict[str, Any]] = (), *, folder: Path, version: str = KUBERNETES[-1]) -> Any:
    """`helm template`, finished; values are files or what they would hold."""
    arguments: list[str | Path] = []
    for number, value in enumerate(values):
        path = value
        if isinstance(value, dict):
            path = folder / f"values-{number}.yaml"
            path.write_text(yaml.safe_dump(value), encoding="utf-8")
        arguments += ["--values", path]
    return run(
        tool("helm"),
        "template",
        "release",
        CHART,
        "--kube-version",
        version,
        "--namespace",
        "here",
        *arguments,
        check=False,
    )


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """The chart's objects for these values."""

    def rendered(*values: Path | dict[str, Any], version: str = KUBERNETES[-1]) -> list[dict[str, Any]]:
        done = helm_template(values, folder=tmp_path, version=version)
        assert done.returncode == 0, done.stderr
        return [document for document in yaml.safe_load_all(done.stdout) if document]

    return rendered
