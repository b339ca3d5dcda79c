"""`anamnesis annotate`: a file of notes to a file of events, without a broker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from workers.cli import options
from workers.cli.console import compact, err, plural, progress
from workers.cli.files import STANDARD, another_file, count_lines, lines, reading, writing

# A batch is small enough to keep all processes busy on a short file, large enough for its way to cost nothing.
_BATCH_LINES = 32
_BATCH_BYTES = 128 * 1024

Batch = list[tuple[int, bytes]]
"""Lines with their numbers."""


def command(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="Notes, one a line; - for standard input.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Events, one a line; - for standard output.")],
    language: options.Language = None,
    profile: options.Profile = None,
    workers: Annotated[int, typer.Option(help="Processes that read notes.", min=1, max=256)] = 1,
    config: options.Config = None,
    assignments: options.Assignments = None,
) -> None:
    """Read notes and write one line for each: an enriched event, a retraction or a rejection, in the same order.

    A blank line is a record without a value, and rejected.

    \b
    anamnesis annotate notes.jsonl events.jsonl --workers 4
    cat notes.jsonl | anamnesis annotate - - --language fr | head -1
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    from workers.cli import lines_of_notes

    another_file(source, target)
    settings = options.settings(config, assignments)
    counts: Counter[str] = Counter()
    with reading(source) as handle, writing(target) as write:
        job = lines_of_notes.prepare(settings, language=language, profile=profile)
        started = time.monotonic()
        batches = _batches(lines(handle))
        done = lines_of_notes.read_all(job, batches, workers)
        total = None if source == STANDARD else count_lines(source)
        for line, outcome in progress((one for batch in done for one in batch), "notes", total):
            write(line + b"\n")
            counts[outcome] += 1
    _summarise(counts, time.monotonic() - started)


def _batches(source: Iterable[bytes]) -> Iterator[Batch]:
    """The lines with their numbers, in batches of about equal size."""
    batch: Batch = []
    size = 0
    for number, line in enumerate(source, 1):
        batch.append((number, line))
        size += len(line)
        if len(batch) >= _BATCH_LINES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _summarise(counts: Counter[str], seconds: float) -> None:
    """One line on standard error: how many lines became what, and how fast."""
    total = sum(counts.values())
    rejected = {name: count for name, count in sorted(counts.items()) if name not in ("enriched", "retracted")}
    reasons = f" ({compact(rejected)})" if rejected else ""
    err().print(
        f"{plural(total, 'line')}: {counts['enriched']} enriched, {counts['retracted']} retracted, "
        f"{sum(rejected.values())} rejected{reasons}; {seconds:.1f} s, {total / max(seconds, 1e-9):.0f} a second",
        markup=False,
    )
