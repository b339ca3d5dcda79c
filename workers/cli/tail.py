"""`anamnesis tail`: enriched events as they come."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import orjson
import typer
from confluent_kafka import Message
from rich.text import Text

from schemas.enriched import ENRICHED
from workers.cli import options
from workers.cli.console import err, out, plural
from workers.cli.kafka import Reader


def command(
    topic: Annotated[str | None, typer.Option(help="Topic; the output topic by default.", show_default=False)] = None,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="Also what is there already.")] = False,
    limit: Annotated[int | None, typer.Option(help="End after so many events.", min=1, show_default=False)] = None,
    seconds: Annotated[
        float | None, typer.Option(help="End after so many seconds without an event.", min=0.1, show_default=False)
    ] = None,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    json: options.Json = False,
) -> None:
    """Show enriched events as they come, one line each; with --json the events themselves. Ctrl-C ends it.

    \b
    anamnesis tail
    anamnesis tail --from-beginning --seconds 5 --json > events.jsonl
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers, output_topic=topic)
    shown, last = 0, time.monotonic()
    console = out()
    with Reader(settings, settings.output_topic) as reader:
        for message in reader.follow(from_beginning=from_beginning):
            if message is None:
                if seconds is not None and time.monotonic() - last > seconds:
                    break
                continue
            last = time.monotonic()
            shown += 1
            if json:
                _write(message)
            else:
                console.print(_line(message))
            if limit is not None and shown >= limit:
                break
    err().print(plural(shown, "event"))


def _write(message: Message) -> None:
    if (value := message.value()) is not None:  # a tombstone has no line
        sys.stdout.buffer.write(value + b"\n")
        sys.stdout.buffer.flush()


def _line(message: Message) -> Text:
    place = f"{message.partition()}:{message.offset()}"
    value = message.value()
    if value is None:
        return Text.assemble((f"{place:>10} ", "dim"), ("tombstone", "yellow"))
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError:
        return Text.assemble((f"{place:>10} ", "dim"), ("no event", "red"))
    note_id = event.get("note", {}).get("note_id", "?")
    if event.get("type") != ENRICHED:
        return Text.assemble((f"{place:>10} ", "dim"), (note_id, "bold"), (" retracted", "yellow"))
    return Text.assemble((f"{place:>10} ", "dim"), (note_id, "bold"), " ", summary(event))


def summary(event: dict[str, Any]) -> str:
    """What an event holds, in a few words without text of the note."""
    tails = {relation["tail"] for relation in event["relations"]}  # attributes have the history of their drug
    history = sum(
        bool((e["qualifiers"] or {}).get("history", {}).get("value")) for e in event["entities"] if e["id"] not in tails
    )
    return (
        f"{event['note']['language']}: {plural(len(event['medications']), 'medication')}, "
        f"{plural(len(event['relations']), 'link')}, {plural(len(event['entities']), 'entity', 'entities')}, "
        f"{history} as history"
    )
