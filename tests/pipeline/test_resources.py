"""The tables that clinicians edit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import pipeline

FOLDER = Path(pipeline.__file__).parent / "resources"
TABLES = sorted(FOLDER.rglob("*.tsv"))


@pytest.mark.parametrize("table", TABLES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_row_stands_twice_in_a_table_and_each_has_all_columns(table: Path) -> None:
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    header, *rows = lines
    assert [row for row, number in Counter(rows).items() if number > 1] == []
    assert [row for row in rows if row.count("\t") > header.count("\t")] == []
