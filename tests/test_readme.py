"""The README is run: its code, its settings table, its list of commands."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from pipeline.samples import lines
from tests.forks import Forks
from workers.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PIPELINE = (ROOT / "pipeline" / "README.md").read_text(encoding="utf-8")


def python_blocks() -> Iterator[str]:
    """Code that needs no broker."""
    for text in (README, PIPELINE):
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            if "confluent_kafka" not in block:
                yield block


def settings_table() -> str:
    """The table of all settings as the README shows it."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None or field.default is PydanticUndefined:
            default = "computed"
        elif field.default is None:
            default = ""
        elif isinstance(field.default, dict):
            default = ",".join(f"{key}={value}" for key, value in field.default.items())
        else:
            default = str(field.default)
        rows.append(f"| `{name.upper()}` | {f'`{default}`' if default else ''} | {field.description} |")
    return "\n".join(rows)


@pytest.fixture(scope="module")
def spacy() -> Iterator[Forks]:
    """Processes that have spaCy in memory, and nothing of the product: the code imports it."""
    with Forks("spacy") as forks:
        yield forks


@pytest.mark.parametrize("code", list(python_blocks()))
def test_code_of_the_readme_runs(code: str, spacy: Forks, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(code, encoding="utf-8")
    run = spacy.run(str(tmp_path / "code.py"), cwd=ROOT, env=os.environ)
    assert run.returncode == 0, run.stderr.decode()


def test_settings_table_is_that_of_the_code() -> None:
    written = README.split("<!-- settings -->\n", 1)[1].split("\n<!-- /settings -->", 1)[0]
    assert written == settings_table(), f"the README's table of settings should be:\n{settings_table()}"


def test_table_of_the_readme_is_what_comes_out(command_line: Forks) -> None:
    written = README.split("```text\n", 1)[1].split("...\n", 1)[0]
    note = json.loads(next(iter(lines("en"))))
    arguments = ["try", note["text"], "--language", "en", "--date", note["note_datetime"]]
    run = command_line.run("workers", arguments, cwd=ROOT, env={**os.environ, "COLUMNS": "80"})
    assert written in run.stdout.decode()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"anamnesis ([a-z]+)(?: |\n|`|$)", README))))
def test_commands_of_the_readme_exist(command: str, command_line: Forks) -> None:
    run = command_line.run("workers", [command, "--help"], cwd=ROOT, env=os.environ)
    assert run.returncode == 0, run.stderr.decode()


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
