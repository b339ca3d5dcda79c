"""The table of results in workers/DELIVERY.md.

python -m tests.stream.chaos.table [--check]
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.stream.chaos.catalogue import FAULTS

_ROOT = Path(__file__).parents[3]
RESULTS = _ROOT / "tests/stream/results.jsonl"
DOCUMENT = _ROOT / "workers/DELIVERY.md"
_BEGIN, _END = "<!-- results -->\n", "<!-- end of results -->"
_TITLES = ("fault", "seeds", "notes", "lost", "out of order", "duplicated", "rejected", "silence", "commits", "verdict")


def rows(lines: Iterable[dict[str, Any]]) -> list[list[str]]:
    """One row a fault, over its runs: sums, and the worst silence; a fault that was never run says so."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in FAULTS}
    for line in lines:
        runs.setdefault(line["fault"], []).append(line)
    return [_row(name, found) for name, found in sorted(runs.items())]


def _row(name: str, runs: list[dict[str, Any]]) -> list[str]:
    if not runs:
        return [name, *["-"] * (len(_TITLES) - 2), "not run"]
    reasons: dict[str, int] = defaultdict(int)
    for run in runs:
        for reason, number in run["rejected"].items():
            reasons[reason] += number
    silences = [run["longest_silence_seconds"] for run in runs if run["longest_silence_seconds"] is not None]
    lost = sum(run["lost"] for run in runs)
    explained = sum(run["explained_losses"] for run in runs)
    held = sum(run["verdict"] == "holds" for run in runs)
    return [
        name,
        ", ".join(str(seed) for seed in sorted({run["seed"] for run in runs})),
        str(sum(run["notes"] for run in runs)),
        f"{lost - explained}" + (f" ({explained} skipped by hand)" if explained else ""),
        str(sum(run["out_of_order"] for run in runs)),
        str(sum(run["duplicated"] for run in runs)),
        ", ".join(f"{reason} {number}" for reason, number in sorted(reasons.items())) or "-",
        f"{max(silences):.1f}" if silences else "-",
        ", ".join(sorted({run["commit"] for run in runs})),
        "holds" if held == len(runs) else f"broken in {len(runs) - held} of {len(runs)}",
    ]


def table(lines: Iterable[dict[str, Any]]) -> str:
    """The table in Markdown."""
    made = rows(lines)
    head = [f"| {' | '.join(_TITLES)} |", f"|{'---|' * len(_TITLES)}"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in made)]) + "\n"


def document(text: str, results: str) -> str:
    """The document with the table of these results."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    lines = [json.loads(line) for line in results.splitlines() if line]
    return f"{before}{_BEGIN}{table(lines)}{_END}{after}"


def main(arguments: list[str]) -> int:
    """Write the table, or only say whether it is the one that the results give."""
    text = DOCUMENT.read_text(encoding="utf-8")
    made = document(text, RESULTS.read_text(encoding="utf-8"))
    if made == text:
        return 0
    if "--check" in arguments:
        sys.stderr.write("workers/DELIVERY.md does not show tests/stream/results.jsonl: run make chaos-table\n")
        return 1
    DOCUMENT.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
