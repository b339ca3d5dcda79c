"""Lines in and out: JSON lines end at the line feed only, and a file takes its name when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from workers.cli.console import CommandError

_BOM = b"\xef\xbb\xbf"

STANDARD = Path("-")
"""The name of standard input and output."""


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`. Raises CommandError where it cannot be read."""
    if path == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        handle = path.open("rb")
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None
    with handle:
        yield handle


def another_file(source: Path, target: Path) -> None:
    """Raise CommandError where what is to be written would take the place of what is read."""
    if STANDARD not in (source, target) and target.exists() and target.samefile(source):
        raise CommandError(f"{target} is what is read; name another file to write")


def lines(handle: BinaryIO) -> Iterator[bytes]:
    """The lines without their line feed; U+2028, U+0085 and a lone carriage return end no line."""
    for number, line in enumerate(handle):
        if number == 0:
            line = line.removeprefix(_BOM)
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def count_lines(path: Path) -> int | None:
    """How many lines a file has; None for standard input."""
    if path == STANDARD or not path.is_file():
        return None
    total, last = 0, b"\n"
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            total += block.count(b"\n")
            last = block
    return total + (not last.endswith(b"\n"))


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, blank lines left out. Raises CommandError with the number of a bad line."""
    return (value for _, value in numbered_objects(path))


def numbered_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same with the number of each line."""
    with reading(path) as handle:
        for number, line in enumerate(lines(handle), 1):
            if not line.strip():
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                raise CommandError(f"{path}, line {number}: no valid JSON") from None
            if not isinstance(value, dict):
                raise CommandError(f"{path}, line {number}: not an object")
            yield number, value


@contextmanager
def writing(path: Path) -> Iterator[Callable[[bytes], object]]:
    """A function that writes bytes; for a file they lie beside it until all went well, then take its name."""
    if path == STANDARD:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    if path.is_dir() or not path.name:
        raise CommandError(f"cannot write {path}: it is a folder")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = beside.open("xb")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from None
    try:
        with handle:
            yield handle.write
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def writing_folder(path: Path) -> Iterator[Callable[[str, bytes], None]]:
    """A function that adds bytes to a file of a new folder, by its name; the folder appears when all went well.

    Raises CommandError where there is something already: people may have worked in it.
    """
    if path == STANDARD or not path.name:
        raise CommandError("this format makes several files; name a folder to write")
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise CommandError(f"cannot write {path}: it exists already; name a new folder")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        beside.mkdir()
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from None
    started: set[str] = set()
    # Only the last file stays open: a folder may hold more files than a process may.
    last: tuple[str, BinaryIO] | None = None

    def write(name: str, block: bytes) -> None:
        nonlocal last
        if last is None or last[0] != name:
            if last is not None:
                last[1].close()
            last = name, (beside / name).open("ab" if name in started else "xb")
            started.add(name)
        last[1].write(block)

    try:
        yield write
        if last is not None:
            last[1].close()
        if path.is_dir():
            path.rmdir()
        beside.replace(path)
    except BaseException:
        if last is not None:
            last[1].close()
        shutil.rmtree(beside, ignore_errors=True)
        raise
