"""`anamnesis export`: enriched events in another format."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.enriched import ENRICHED
from schemas.note import RECORDED
from schemas.rejected import RETRACTED
from workers.cli.console import CommandError, err, plural
from workers.cli.enriched import check_event, check_text, notes_by_version
from workers.cli.files import STANDARD, another_file, numbered_objects, writing, writing_folder

if TYPE_CHECKING:
    from pipeline.exporters import Format

Numbered = list[tuple[int, dict[str, Any]]]


def _format(name: str) -> Format:
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline import exporters

    try:
        return exporters.get(name)
    except exporters.FormatError as error:
        raise CommandError(str(error)) from None


def command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="JSONL file of annotate or tail; - for standard input.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="File (for brat, label-studio and omop: folder) to write.")
    ],
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="csv, fhir, fhir-ndjson, omop, gold, prodigy, label-studio or brat.",
            metavar="NAME",
        ),
    ] = "csv",
    notes: Annotated[
        Path | None,
        typer.Option(help="JSONL file of the notes, for their text; it must be the text that was read."),
    ] = None,
) -> None:
    """Turn enriched events into another format.

    Rejections are left out, and so are notes that were retracted, older versions of a note, and repetitions.

    \b
    anamnesis annotate notes.jsonl events.jsonl
    anamnesis export events.jsonl table.csv
    anamnesis export events.jsonl bundle.json --format fhir
    anamnesis export events.jsonl cdm/ --format omop --notes notes.jsonl
    anamnesis export events.jsonl corpus/ --format brat --notes notes.jsonl

    The annotation formats (gold, prodigy, label-studio, brat) also take gold JSONL; `anamnesis import` reads what was
    corrected in them.
    """
    from pipeline.annotation import AnnotationError
    from pipeline.exporters import Context

    another_file(source, target)
    chosen = _format(format_name)
    # Retractions stand behind what they retract: the file is read twice, standard input kept.
    kept = list(numbered_objects(STANDARD)) if source == STANDARD else None
    out_of_date = _out_of_date(one for _, one in _lines(source, kept))
    given = _notes(notes) if notes is not None else {}
    context = Context(given, datetime.datetime.now(tz=datetime.UTC).date())
    reader = _Reader(source, _lines(source, kept), chosen, out_of_date, context)
    try:
        if chosen.folder:
            with writing_folder(target) as write_to:
                for name, block in chosen.export(reader, context):
                    write_to(name, block)
        else:
            with writing(target) as write:
                for _, block in chosen.export(reader, context):
                    write(block)
    except AnnotationError as error:
        raise CommandError(f"{source}, line {reader.line}: {error}") from None
    left_out = f", {plural(reader.left_out, 'line')} left out" if reader.left_out else ""
    err().print(f"{plural(reader.written, 'event')} written{left_out}")


def _lines(source: Path, kept: Numbered | None) -> Iterator[tuple[int, dict[str, Any]]]:
    yield from numbered_objects(source) if kept is None else kept


def _version(event: dict[str, Any]) -> tuple[Any, Any]:
    note = event.get("note")
    return (note.get("note_id"), note.get("note_version")) if isinstance(note, dict) else (None, None)


def _out_of_date(lines: Iterator[dict[str, Any]]) -> set[tuple[Any, Any]]:
    """The versions of notes that were retracted, or that a higher version in the file takes the place of."""
    newest: dict[Any, int] = {}
    gone: set[tuple[Any, Any]] = set()
    for one in lines:
        note_id, version = _version(one)
        if one.get("type") == RETRACTED:
            gone.add((note_id, version))
        elif one.get("type") == ENRICHED and type(version) is int:
            known = newest.setdefault(note_id, version)
            gone |= {(note_id, min(known, version))} if known != version else set()
            newest[note_id] = max(known, version)
    return gone


class _Reader:
    """The events to write, with the number of the line that is in hand."""

    def __init__(
        self,
        source: Path,
        lines: Iterator[tuple[int, dict[str, Any]]],
        chosen: Format,
        out_of_date: set[tuple[Any, Any]],
        context: Any,
    ) -> None:
        self.source = source
        self.lines = lines
        self.chosen = chosen
        self.out_of_date = out_of_date
        self.seen: set[str] = set()
        self.context = context
        self.line = self.written = self.left_out = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line, item in self.lines:
            self.line = line
            if self.chosen.gold and "type" not in item and "entities" in item:
                self.written += 1
                yield item
            elif item.get("type", RECORDED) == RECORDED and "text" in item:
                where = f"{self.source}, line {self.line}"
                raise CommandError(f"{where}: this is no event but a note; first: anamnesis annotate NOTES EVENTS")
            elif item.get("type") != ENRICHED or _version(item) in self.out_of_date:
                self.left_out += 1
            else:
                self._check(item)
                if item["event_id"] in self.seen:  # delivery is at least once
                    self.left_out += 1
                    continue
                self.seen.add(item["event_id"])
                self.written += 1
                yield item

    def _check(self, event: dict[str, Any]) -> None:
        where = f"{self.source}, line {self.line}"
        check_event(event, where)
        text = self.context.text(event)
        if text is not None:
            check_text(event, text, where)
        elif self.chosen.needs_text:
            raise CommandError(
                f"{where}: the format {self.chosen.name} needs the text of the notes; name their file with --notes"
            )


def _notes(path: Path) -> dict[str, dict[str, Any]]:
    """The newest version of each note."""
    ordered = sorted(notes_by_version(path).items(), key=itemgetter(0))
    return {note_id: note for (note_id, _), note in ordered}
