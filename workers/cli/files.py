"""Lines in and out: JSON lines end at the line feed only, and a file takes its name when it is complete."""

from __future__ import annotations

import os
import secrets
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
            yield value


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
