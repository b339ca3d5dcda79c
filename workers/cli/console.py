"""What every command shares: where it writes, how it fails, and how it shows progress."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, TypeVar

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

T = TypeVar("T")


class Exit(IntEnum):
    """The exit codes; anything else than these never leaves a command."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    PREFLIGHT = 69
    BATCH = 74
    PUBLISH = 75
    WATCHDOG = 76
    INTERRUPTED = 130


class CommandError(Exception):
    """A command gives up for a reason that its user can act on: one line and an exit code."""

    def __init__(self, message: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.code = code


def out() -> Console:
    """The console of what was asked for. Colour on a terminal only, and never with NO_COLOR."""
    return Console(soft_wrap=not sys.stdout.isatty(), highlight=False)


def err() -> Console:
    """The console of everything else: summaries, progress, errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def fail(message: str) -> None:
    """Print one line of error on standard error."""
    console = err()
    console.print("error:", style="bold red", end=" ")
    console.print(" ".join(message.split()), markup=False)


def write_json(value: object, *, pretty: bool = True) -> None:
    """Print data for programs on standard output."""
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if pretty else 0)
    sys.stdout.buffer.write(orjson.dumps(value, option=option))
    sys.stdout.buffer.flush()


def progress(items: Iterable[T], label: str, total: int | None) -> Iterator[T]:
    """The items, with a progress bar on standard error while that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """ "1 note", "2 notes"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def compact(value: dict[str, Any]) -> str:
    """Counts as words: "enriched 10, rejected 2"."""
    return ", ".join(f"{name} {count}" for name, count in value.items())
