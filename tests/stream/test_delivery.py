"""The delivery specification and its evidence: every MUST is named by a test, and the table is that of the results."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.stream.chaos import table
from tests.stream.chaos.catalogue import FAULTS

ROOT = Path(__file__).parents[2]
CLAUSE = re.compile(r"^- \*\*(D-\d+\.\d+)\*\*(.*?)(?=^- \*\*|^#|\Z|^\n)", re.MULTILINE | re.DOTALL)
MENTION = re.compile(r"\bD-\d+\.\d+\b")


def clauses() -> dict[str, str]:
    return dict(CLAUSE.findall(table.DOCUMENT.read_text(encoding="utf-8")))


def mentions(folder: Path) -> set[str]:
    return {
        clause
        for path in folder.rglob("*.py")
        if path != Path(__file__)
        for clause in MENTION.findall(path.read_text(encoding="utf-8"))
    }


def test_every_must_is_named_by_a_test() -> None:
    musts = {name for name, text in clauses().items() if "MUST" in text}
    assert len(musts) > 30
    assert sorted(musts - mentions(ROOT / "tests")) == []


def test_no_clause_is_named_that_does_not_exist() -> None:
    assert sorted((mentions(ROOT / "tests") | mentions(ROOT / "workers")) - set(clauses())) == []


def test_the_table_shows_the_results() -> None:
    text = table.DOCUMENT.read_text(encoding="utf-8")
    assert table.document(text, table.RESULTS.read_text(encoding="utf-8")) == text


def test_the_table_names_every_fault_and_would_show_one_that_broke_or_never_ran() -> None:
    lines = [json.loads(line) for line in table.RESULTS.read_text(encoding="utf-8").splitlines()]
    assert {row[0] for row in table.rows(lines)} == set(FAULTS)
    assert table.table([]).count("not run") == len(FAULTS)
    broken = table.table([*lines, lines[0] | {"verdict": "broken"}])
    assert f"| {lines[0]['fault']} |" in broken
    assert "broken in 1 of" in broken


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_names_the_clause_that_it_tries(name: str) -> None:
    assert MENTION.search(FAULTS[name].__doc__ or ""), name
