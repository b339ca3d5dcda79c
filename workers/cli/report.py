"""`anamnesis report`: a file of enriched events as one page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.enriched import ENRICHED
from workers.cli.console import CommandError, err, plural
from workers.cli.enriched import Version, check_event, check_text, notes_by_version
from workers.cli.files import STANDARD, numbered_objects, writing

# A page of more notes is too large for a phone; what is left out is said.
_MOST_NOTES = 200


def command(
    source: Annotated[Path, typer.Argument(metavar="EVENTS.jsonl", help="Enriched events; - for standard input.")],
    html: Annotated[Path, typer.Option("--html", help="The page to write; - for standard output.")],
    notes: Annotated[
        Path | None, typer.Option("--notes", help="JSONL file of the notes, for their text.", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--note", help="Show only this note id; may be repeated.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Show so many notes at most.", min=1)] = _MOST_NOTES,
) -> None:
    """Write a page with each note's entities, links, history and reasons, and a table of its medications.

    The texts come from the events where they repeat them in full (setting text_echo=full), else from --notes.

    \b
    anamnesis annotate notes.jsonl events.jsonl
    anamnesis report events.jsonl --html page.html --notes notes.jsonl
    anamnesis report events.jsonl --html page.html --notes notes.jsonl --note n17
    """
    from workers.cli.pages.page import page

    given = notes_by_version(notes) if notes is not None else {}
    shown: list[tuple[dict[str, Any], str]] = []
    left_out = 0
    for number, event in numbered_objects(source):
        if event.get("type") != ENRICHED:
            continue
        check_event(event, f"{source}, line {number}")
        if only and event["note"]["note_id"] not in only:
            continue
        if len(shown) >= limit:
            left_out += 1
            continue
        shown.append((event, _text(event, given, f"{source}, line {number}")))
    if not shown:
        of = f" of {', '.join(only)}" if only else ""
        raise CommandError(f"{source} has no enriched event{of} to show")
    with writing(html) as write:
        write(page(shown).encode())
    more = f", {left_out:,} left out (--limit {limit})" if left_out else ""
    err().print(f"{plural(len(shown), 'note')} shown{more}" + ("" if html == STANDARD else f": {html}"), markup=False)


def _text(event: dict[str, Any], given: dict[Version, dict[str, Any]], where: str) -> str:
    note = event["note"]
    text = given.get((note["note_id"], note["note_version"]), note).get("text")
    if not isinstance(text, str):
        raise CommandError(f"{where}: the event does not repeat the text of its note; name the notes with --notes")
    check_text(event, text, where)
    return text
