"""`anamnesis schema`: the published schemas, and a check of what a producer wants to send."""

from __future__ import annotations

import difflib
from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

import schemas
from workers.cli import options
from workers.cli.console import CommandError, Exit, compact, err, out, plural, write_json
from workers.cli.files import STANDARD, lines, reading

app = typer.Typer(help="Export the schemas of all events; check notes before they are sent.", no_args_is_help=True)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.")] = Path("schemas"),
) -> None:
    """Write JSON Schema and AsyncAPI 3 of all events, and an example of an enriched event in each language.

    \b
    anamnesis schema export ./schemas
    """
    from pipeline.samples import example
    from schemas.export import write

    try:
        written = [*write(folder), *example.write(folder)]
    except OSError as error:
        raise CommandError(f"cannot write to {folder}: {error.strerror}") from None
    for path in written:
        err().print(f"written: {path}", markup=False)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="JSONL file of notes; - for standard input.")] = STANDARD,
    config: options.Config = None,
    assignments: options.Assignments = None,
    json: options.Json = False,
) -> None:
    """Say line by line what would be rejected, and why, and how many fields would be ignored.

    A blank line counts as a record without a value. Names of fields that a note does not have are not repeated: a sender
    may have put anything there. Exit code 1 if anything would be rejected.

    \b
    anamnesis schema check notes.jsonl
    """
    settings = options.settings(config, assignments)
    limits = schemas.Limits(
        max_text_length=settings.max_text_length, max_value_bytes=settings.max_value_bytes, max_depth=settings.max_depth
    )
    found: list[dict[str, Any]] = []
    ignored: list[dict[str, Any]] = []
    total = 0
    with reading(file) as handle:
        for number, line in enumerate(lines(handle), 1):
            total = number
            try:
                decoded = schemas.decode_note(line, limits=limits)
                schemas.language_to_read(decoded.note, settings.default_language, settings.profiles)
            except schemas.RejectedError as error:
                found.append({"line": number, "reason": error.reason, "stage": error.stage, "detail": error.detail})
                continue
            if decoded.unknown_fields:
                ignored.append({"line": number, "fields": decoded.unknown_fields, "near": _near(line)})
    if json:
        write_json({"lines": total, "rejected": found, "ignored": ignored})
    else:
        console = out()
        for one in sorted((*found, *ignored), key=itemgetter("line")):
            console.print(f"line {one['line']}: {_said(one)}", markup=False)
        reasons = compact(Counter(str(one["reason"]) for one in found))
        err().print(f"{plural(total, 'line')}, {len(found)} would be rejected{f': {reasons}' if found else ''}")
    if found:
        raise typer.Exit(Exit.UNEXPECTED)


def _said(one: dict[str, Any]) -> str:
    """What is wrong with a line, in words."""
    if "reason" in one:
        return f"{one['reason']}: {one['detail']}"
    meant = f"; did you mean {' or '.join(one['near'])}?" if one["near"] else ""
    return f"{plural(one['fields'], 'field')} ignored that a note does not have{meant}"


def _near(line: bytes) -> list[str]:
    """The fields of a note that names nobody knows are misspellings of; the names themselves are not repeated."""
    names = orjson.loads(line)
    known = [field for field in schemas.Note.__struct_encode_fields__ if field not in names]
    unknown = names.keys() - set(schemas.Note.__struct_encode_fields__)
    return sorted(
        {near for name in unknown for near in difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.7)}
    )
