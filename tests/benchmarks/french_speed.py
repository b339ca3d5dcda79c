"""French components together, Anamnesis over EDS-NLP, on the same notes: `python -m tests.benchmarks.french_speed`.

Each side is one process of its own environment (EDS-NLP's is made in `.venv-edsnlp`, or named in
ANAMNESIS_EDSNLP_PYTHON), with the tokenizer made for it. Batches of distinct notes go to both in turn, each time the
other one first, so that whatever else the machine does hits both alike; before a batch each side keeps its core busy for
a moment, for one that has idled is slow at first. Times are the processor's (one thread a side), so that waiting for
others does not count; the ratio is that of the medians over batches. The values of both on section A of the readings are
compared in the same run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.french_notes import TERMS, notes

ROOT = Path(__file__).parent.parent.parent
READINGS = ROOT / "tests/pipeline/qualifiers/history_readings.jsonl"
WORKER = Path(__file__).parent / "french_worker.py"
REFERENCE = "edsnlp==0.23.*"
BATCHES, BATCH = 12, 20
LENGTHS = (1000, 2000, 4000)


def reference_python() -> str:
    """The Python of EDS-NLP's environment, made at the first call."""
    given = os.environ.get("ANAMNESIS_EDSNLP_PYTHON")
    if given:
        return given
    folder = ROOT / ".venv-edsnlp"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", REFERENCE], check=True
        )
    return str(python)


class Side:
    """One of the two processes."""

    def __init__(self, python: str, name: str, extent: str) -> None:
        self._process = subprocess.Popen(
            [python, str(WORKER), name, extent],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if name == "edsnlp" else None,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT) if name == "anamnesis" else ""},
        )

    def run(self, texts, cases=()):
        """Send notes; the answer of the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"terms": TERMS, "notes": texts, "cases": list(cases)}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def section_a():
    """The French readings of section A that change no setting: (id, case, expected values)."""
    for line in READINGS.read_text(encoding="utf-8").splitlines():
        reading = json.loads(line)
        if reading["section"] != "A" or reading["language"] != "fr" or reading["config"]:
            continue
        text = reading["text"]
        placed = sorted(
            (list(re.finditer(re.escape(m["term"]), text))[m["occurrence"] - 1].span(), m["history"])
            for m in reading["mentions"]
        )
        case = {"text": text, "note": reading["note_datetime"], "mentions": [span for span, _ in placed]}
        yield reading["id"], case, [value for _, value in placed]


def measure(extent: str) -> None:
    """Print the speed of both sides at each length."""
    ours, theirs = Side(sys.executable, "anamnesis", extent), Side(reference_python(), "edsnlp", extent)
    for side in (ours, theirs):
        side.run(notes(20, 1500, seed=1))  # warm
    for length in LENGTHS:
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        entities = {"ours": 0, "theirs": 0}
        for batch in range(BATCHES):
            texts = notes(BATCH, length, seed=1000 * length + batch)
            sides = (("ours", ours), ("theirs", theirs))
            for name, side in sides if batch % 2 else reversed(sides):
                answer = side.run(texts)
                times[name].append(answer["processor"])
                entities[name] += answer["entities"]
        mine, other = median(times["ours"]) / BATCH, median(times["theirs"]) / BATCH
        print(
            f"{extent:10} {length:5} characters: anamnesis {1 / mine:7.1f} notes/s, edsnlp {1 / other:6.1f} notes/s, "
            f"ratio {other / mine:5.1f} (entities {entities['ours']} and {entities['theirs']})"
        )
    if extent == "documented":
        cases = list(section_a())
        right = {"anamnesis": 0, "edsnlp": 0}
        answers = [side.run([], [case for _, case, _ in cases])["values"] for side in (ours, theirs)]
        for (name, _, expected), mine, other in zip(cases, *answers, strict=True):
            right["anamnesis"] += mine == expected
            right["edsnlp"] += other == expected
            if mine != other:
                print(f"  {name}: expected {expected}, anamnesis {mine}, edsnlp {other}")
        print(f"section A, {len(cases)} readings: right {right}")
    ours.close()
    theirs.close()


if __name__ == "__main__":
    for wanted in ("documented", "qualifiers"):
        measure(wanted)
