"""Shards as real processes: outcomes in order, and only the guilty note is rejected."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workers.processing import Processor
from workers.records import Coordinates, Outcome, ProcessingOptions, Record
from workers.shards import ShardError, ShardLimits, ShardPool

ROOT = Path(__file__).parents[2]

CONFIG = """
[nlp]
lang = "en"
pipeline = ["hostile"]

[components]

[components.hostile]
factory = "hostile"
"""


@dataclass(slots=True)
class Note:
    record: Record


def record(text: str, offset: int = 0) -> Record:
    value = json.dumps({"note_id": f"n{offset}", "text": text}).encode()
    return Record(value, (), Coordinates("t", 0, offset, 0))


@pytest.fixture
def gathering(options: ProcessingOptions, tmp_path: Path) -> ProcessingOptions:
    """The same in a component that takes a whole batch before it gives anything back."""
    config = tmp_path / "gathering.cfg"
    config.write_text(CONFIG.replace('factory = "hostile"', 'factory = "hostile_gathering"'), encoding="utf-8")
    return ProcessingOptions(profiles={"en": str(config)})


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProcessingOptions:
    """A profile with the hostile component; shards import it as they would a user's."""
    config = tmp_path / "hostile.cfg"
    config.write_text(CONFIG, encoding="utf-8")
    import tests.workers.hostile  # noqa: F401 (registers the component)

    monkeypatch.setattr("workers.shards.PRELOAD", ["tests.workers.hostile", "workers.shard_preload"])
    return ProcessingOptions(profiles={"en": str(config)})


def run(
    options: ProcessingOptions,
    texts: list[str],
    meanwhile: Callable[[ShardPool], None] = lambda _: None,
    **limits: float,
) -> list[Outcome]:
    """The outcomes of texts through one shard, in the order of their arrival; `meanwhile` after the first."""

    async def scenario() -> list[Outcome]:
        outcomes: list[Outcome] = []
        finished = asyncio.Event()

        def done(_: object, outcome: Outcome) -> None:
            outcomes.append(outcome)
            if len(outcomes) == 1:
                meanwhile(pool)
            if len(outcomes) == len(texts):
                finished.set()

        sizes = ShardLimits(**{"note_seconds": 2.0, "batch_seconds": 2.0, **limits})  # type: ignore[arg-type]
        failures: list[BaseException] = []
        pool = ShardPool(1, options, sizes, lambda _: None, done, failures.append)
        await pool.start()
        try:
            for offset, text in enumerate(texts):
                pool.submit(0, Note(record(text, offset)))
            await asyncio.wait_for(finished.wait(), 60)
        finally:
            await pool.stop()
        assert not failures
        return outcomes

    return asyncio.run(scenario())


def rejected(outcomes: list[Outcome]) -> list[tuple[int, str | None]]:
    return [(number, outcome.reason) for number, outcome in enumerate(outcomes) if outcome.kind == "rejected"]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("RAISE", "component_error"), ("DIE", "crash"), ("HANG", "timeout"), ("EAT", "component_error")],
)
def test_only_the_guilty_note_of_a_batch_is_rejected(options: ProcessingOptions, word: str, reason: str) -> None:
    texts = [f"fine {n}" for n in range(20)]
    texts[7] = f"{word} now"
    outcomes = run(options, texts, memory_bytes=1 << 36)
    assert [outcome.note_id for outcome in outcomes if outcome.kind == "enriched"] == [
        f"n{n}" for n in range(20) if n != 7
    ]
    assert [(n, o.reason) for n, o in enumerate(outcomes) if o.kind == "rejected"] == [(7, reason)]
    assert "canary" not in str(outcomes[7].detail)


@pytest.mark.parametrize("word", ["HANG", "SPIN"])
def test_a_hanging_note_is_rejected_at_its_own_deadline(options: ProcessingOptions, word: str) -> None:
    """D-5.1, D-5.2: the batch deadline, far beyond the test's patience, is not waited for; nor is the note run twice."""
    texts = [f"{word} now" if number == 20 else f"fine {number}" for number in range(32)]
    assert rejected(run(options, texts, note_seconds=1.0, batch_seconds=600.0)) == [(20, "timeout")]


def test_a_slow_batch_of_quick_notes_is_let_be(options: ProcessingOptions) -> None:
    """D-5.1: the deadline is that of a note; together the notes of a batch may take longer."""
    outcomes = run(options, ["SLOW 0.2"] * 12, note_seconds=1.0, batch_seconds=1.0)
    assert not rejected(outcomes)


def test_where_notes_are_gathered_the_batch_has_a_deadline_and_its_notes_then_run_alone(
    gathering: ProcessingOptions,
) -> None:
    """D-5.3."""
    texts = ["HANG" if number == 5 else f"fine {number}" for number in range(12)]
    outcomes = run(gathering, texts, note_seconds=1.0, batch_seconds=1.5)
    assert rejected(outcomes) == [(5, "timeout")]
    assert [outcome.note_id for outcome in outcomes if outcome.kind == "enriched"] == [
        f"n{number}" for number in range(12) if number != 5
    ]


def test_a_shard_that_is_stopped_from_outside_costs_no_note(options: ProcessingOptions) -> None:
    """D-5.4."""

    def freeze(pool: ShardPool) -> None:
        pid = pool.shards[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

    outcomes = run(options, ["SLOW 0.1"] * 10, meanwhile=freeze, note_seconds=1.0)
    assert not rejected(outcomes)
    assert len(outcomes) == 10


def test_two_guilty_notes_in_different_batches(options: ProcessingOptions) -> None:
    texts = ["DIE" if n in (3, 40) else f"fine {n}" for n in range(64)]
    kinds = [outcome.kind for outcome in run(options, texts, batch_notes=16)]
    assert [n for n, kind in enumerate(kinds) if kind == "rejected"] == [3, 40]


def test_a_shard_beyond_its_memory_is_replaced_between_batches(options: ProcessingOptions) -> None:
    outcomes = run(options, [f"fine {n}" for n in range(100)], batch_notes=10, recycle_bytes=1)
    assert [outcome.note_id for outcome in outcomes] == [f"n{n}" for n in range(100)]


def test_a_profile_that_does_not_load_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        failures: list[BaseException] = []
        options = ProcessingOptions(profiles={"en": str(tmp_path / "missing.cfg")})
        pool = ShardPool(1, options, ShardLimits(), lambda _: None, lambda _, __: None, failures.append)
        with pytest.raises(ShardError, match="no profile"):
            await pool.start()
        await pool.stop()

    asyncio.run(scenario())


def test_one_outcome_for_each_record_in_order(options: ProcessingOptions) -> None:
    processor = Processor(options)
    records = [
        record("fine", 0),
        Record(None, (), Coordinates("t", 0, 1, 0)),
        Record(b"{", (), Coordinates("t", 0, 2, 0)),
        record("RAISE", 3),
        Record(b'{"note_id": "r", "status": "entered-in-error"}', (), Coordinates("t", 0, 4, 0)),
        Record(b'{"note_id": "f", "text": "bonjour", "language": "fr"}', (), Coordinates("t", 0, 5, 0)),
        record("fine", 6),
    ]
    outcomes = [(o.kind, o.reason) for o in processor.process(records)]
    assert outcomes == [
        ("enriched", None),
        ("tombstone", None),
        ("rejected", "json"),
        ("rejected", "component_error"),
        ("retracted", None),
        ("rejected", "language"),
        ("enriched", None),
    ]
    again = [o.value for o in processor.process(records[:1])]
    assert json.loads(again[0] or b"")["provenance"]["offset"] == 0


def test_a_shard_does_not_import_the_program_that_started_the_worker(tmp_path: Path) -> None:
    """D-4.3: it would cost each restart the import of the whole command line."""
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, os, pathlib, sys\n"
        f"with open({str(tmp_path / 'imports')!r}, 'a') as file: file.write('x')\n"
        "from workers.records import ProcessingOptions\n"
        "from workers.shards import ShardLimits, ShardPool\n"
        "async def scenario():\n"
        "    options = ProcessingOptions(profiles={'en': sys.argv[1]})\n"
        "    pool = ShardPool(2, options, ShardLimits(), print, print, print)\n"
        "    await pool.start()\n"
        "    await pool.stop()\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(scenario())\n",
        encoding="utf-8",
    )
    blank = tmp_path / "blank.cfg"
    blank.write_text('[nlp]\nlang = "en"\npipeline = []\n[components]\n', encoding="utf-8")
    done = subprocess.run([sys.executable, str(program), str(blank)], cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0
    assert (tmp_path / "imports").read_text() == "x"
