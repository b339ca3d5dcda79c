"""All commands, by what a person wants to do."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Annotated

import typer

from workers.cli import (
    annotate,
    bench,
    config,
    deadletter,
    demo,
    doctor,
    evaluate,
    export,
    importing,
    offsets,
    produce,
    report,
    schema,
    tail,
    trial,
    worker,
)

app = typer.Typer(
    name="anamnesis",
    help="Reads clinical notes and says which drugs, doses and history they hold, and why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_FILES, _STREAM, _LOOK = "On notes and files", "On Kafka", "About this installation"

app.command("try", rich_help_panel=_FILES)(trial.command)
app.command("annotate", rich_help_panel=_FILES)(annotate.command)
app.command("export", rich_help_panel=_FILES)(export.command)
app.command("report", rich_help_panel=_FILES)(report.command)
app.command("import", rich_help_panel=_FILES)(importing.command)
app.command("evaluate", rich_help_panel=_FILES)(evaluate.command)
app.add_typer(schema.app, name="schema", rich_help_panel=_FILES)

app.command("demo", rich_help_panel=_STREAM)(demo.command)
app.command("worker", rich_help_panel=_STREAM)(worker.command)
app.command("produce", rich_help_panel=_STREAM)(produce.command)
app.command("tail", rich_help_panel=_STREAM)(tail.command)
app.add_typer(deadletter.app, name="deadletter", rich_help_panel=_STREAM)
app.add_typer(offsets.app, name="offsets", rich_help_panel=_STREAM)

app.command("config", rich_help_panel=_LOOK)(config.command)
app.command("doctor", rich_help_panel=_LOOK)(doctor.command)
app.command("bench", rich_help_panel=_LOOK)(bench.command)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"anamnesis {metadata.version('anamnesis')}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version)] = False,
) -> None:
    """Reads clinical notes and says which drugs, doses and history they hold, and why.

    Exit codes: 0 done; 1 unexpected; 2 wrong use or settings; 69 broker, topic, right or profile missing; 74 unreadable
    records; 75 publishing failed; 76 no progress.
    """
