"""`anamnesis try`: one note, in colours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from schemas.dates import DateError, check_birth_datetime
from schemas.note import Note
from workers.cli.console import CommandError, err, out, write_json
from workers.cli.files import STANDARD, reading, writing
from workers.cli.options import Json, Language, Profile

_NAME = "try"
_DEFAULT = "en"

_BAD_DATE = "the date of the note (--date) cannot be read; write it as 2024-03-12 or 2024-03-12T10:00:00+01:00"
_BAD_BIRTH = "the date of birth (--birth) cannot be read; write it as 1951-02-03, 1951-02 or 1951"


def command(
    text: Annotated[
        str | None,
        typer.Argument(
            help="The note; - for standard input. Without it, --file or standard input is read.", show_default=False
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the note from a file of text.", show_default=False)
    ] = None,
    language: Language = None,
    profile: Profile = None,
    note_datetime: Annotated[
        str | None,
        typer.Option("--date", help="Date of the note (2024-03-12); dates need it to be history.", show_default=False),
    ] = None,
    birth_datetime: Annotated[
        str | None,
        typer.Option("--birth", help="Date of birth: never taken for a date of history.", show_default=False),
    ] = None,
    json: Json = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the coloured note; - for standard output.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why for every link and qualifier.")] = False,
) -> None:
    """Read one note and show its drugs, doses, links and history, and why.

    \b
    anamnesis try "Amoxicillin 500 mg p.o. t.i.d. for 7 days. History of asthma."
    anamnesis try --language fr --file note.txt --date 2024-03-12 --explain
    anamnesis try --html page.html --file note.txt
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    import pipeline
    from workers.cli import render
    from workers.cli.pages.page import page

    if json and html is not None:
        raise CommandError("--json and --html both say what is written; give one of them")
    if birth_datetime is not None:
        _check_birth(birth_datetime)
    content = _content(text, file)
    if not content.strip():
        raise CommandError("the note is empty; give it as an argument, with --file or on standard input")
    name = profile or language or _DEFAULT
    given = profile is not None or language is not None
    try:
        nlp = pipeline.load(name)
        note = Note(note_id=_NAME, text=content, note_datetime=note_datetime, birth_datetime=birth_datetime)
        event = pipeline.enrich(
            note, nlp, options=pipeline.EnrichOptions(language_source="option" if given else "default")
        )
    except pipeline.ProfileError as error:
        raise CommandError(str(error)) from None
    except ValueError:  # its message could quote the note
        raise CommandError(_BAD_DATE) from None
    plain = msgspec.to_builtins(msgspec.structs.replace(event, timings=type(event.timings)()))
    if not given and not json:
        err().print(f"read as {_DEFAULT}; --language names another", style="dim")
    if json:
        write_json(plain)
    elif html is not None:
        with writing(html) as write:
            write(page([(plain, content)]).encode())
        if html != STANDARD:
            err().print(f"written: {html}", markup=False)
    else:
        render.show(out(), plain, content, explain=explain)


def _check_birth(text: str) -> None:
    try:
        check_birth_datetime(text)
    except DateError:
        raise CommandError(_BAD_BIRTH) from None


def _content(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise CommandError("give the note as an argument or with --file, not both")
    if text is not None and text != str(STANDARD):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # a byte that the shell passed on as it was
            raise CommandError("the note is no UTF-8 text") from None
        return text
    if file is None and sys.stdin.isatty():
        err().print("Write the note and end it with Ctrl-D:", style="dim")
    with reading(file or STANDARD) as handle:
        try:
            return handle.read().decode("utf-8")
        except UnicodeDecodeError:
            raise CommandError(f"{file or 'standard input'} is no UTF-8 text") from None
