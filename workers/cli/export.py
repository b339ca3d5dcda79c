"""`anamnesis export`: enriched events in another format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.enriched import ENRICHED
from schemas.rejected import RETRACTED
from workers.cli.console import CommandError, err, plural
from workers.cli.files import STANDARD, objects, writing


def command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="JSONL file of annotate or tail; - for standard input.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File to write; - for standard output.")],
    format_name: Annotated[
        str, typer.Option("--format", "-f", help="Format, such as csv; a wrong name lists all.", metavar="NAME")
    ] = "csv",
    notes: Annotated[
        Path | None,
        typer.Option(help="JSONL file of the notes, for their text; it must be the text that was read."),
    ] = None,
) -> None:
    """Turn enriched events into another format. Rejections are left out, and so is every note that was retracted.

    \b
    anamnesis annotate notes.jsonl events.jsonl && anamnesis export events.jsonl table.csv --format csv
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline import exporters

    try:
        chosen = exporters.get(format_name)
    except exporters.FormatError as error:
        raise CommandError(str(error)) from None
    if chosen.needs_text and notes is None:
        raise CommandError(f"the format {chosen.name} needs the text of the notes; name their file with --notes")
    # Retractions stand behind what they retract: the file is read twice, standard input kept.
    kept = list(objects(STANDARD)) if source == STANDARD else None
    retracted = {_version(one) for one in _events(source, kept) if one.get("type") == RETRACTED}
    texts = _texts(notes) if notes is not None else {}
    written = [0, 0]
    with writing(target) as write:
        for block in chosen.export(_chosen(_events(source, kept), retracted, texts, written), texts):
            write(block)
    left_out = f", {plural(written[1], 'line')} left out" if written[1] else ""
    err().print(f"{plural(written[0], 'event')} written{left_out}")


def _events(source: Path, kept: list[dict[str, Any]] | None) -> Iterable[dict[str, Any]]:
    return objects(source) if kept is None else kept


def _version(event: dict[str, Any]) -> tuple[Any, Any]:
    note = event.get("note") or {}
    return note.get("note_id"), note.get("note_version")


def _chosen(
    events: Iterable[dict[str, Any]], retracted: set[tuple[Any, Any]], texts: dict[str, str], written: list[int]
) -> Iterator[dict[str, Any]]:
    for event in events:
        if event.get("type") != ENRICHED or _version(event) in retracted:
            written[1] += 1
            continue
        note = event["note"]
        text = texts.get(note["note_id"])
        if text is not None and hashlib.sha256(text.encode()).hexdigest() != note["text_sha256"]:
            raise CommandError(f"the text of note {note['note_id']} in --notes is not the one that was read (SHA-256)")
        written[0] += 1
        yield event


def _texts(path: Path) -> dict[str, str]:
    return {note["note_id"]: note["text"] for note in objects(path) if note.get("note_id") and note.get("text")}
