"""`anamnesis deadletter`: rejected notes: which, why, and once more."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from confluent_kafka import Message
from rich.table import Table
from rich.text import Text

from schemas.envelope import DLQ_PREFIX
from workers.cli import options
from workers.cli.console import CommandError, compact, err, out, plural, progress, write_json
from workers.cli.kafka import Headers, Place, Reader, header, headers_of
from workers.cli.replay import Replay
from workers.cli.sending import Sender

app = typer.Typer(help="List, show and replay rejected notes.", no_args_is_help=True)

_SHOWN = ("ce_", "dlq_", "anamnesis_")

Reason = Annotated[str | None, typer.Option(help="Only rejections for this reason.", show_default=False)]


@app.command("list")
def list_command(
    reason: Reason = None,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    json: options.Json = False,
) -> None:
    """List the rejected notes with reason and place, never with text.

    \b
    anamnesis deadletter list --reason json
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    with Reader(settings, settings.deadletter_topic) as reader:
        found = [_described(message) for message in reader.all()]
    chosen = [one for one in found if reason is None or one["reason"] == reason]
    if json:
        write_json(chosen)
        return
    table = Table(box=None, pad_edge=False)
    for title in ("record", "reason", "stage", "from", "attempts", "bytes"):
        table.add_column(title)
    for one in chosen:
        origin = f"{one['topic']} {one['partition']}:{one['offset']}"
        cells = (one["record"], one["reason"], one["stage"], origin, one["attempts"], one["bytes"])
        table.add_row(*(Text(str("-" if cell is None else cell)) for cell in cells))
    if chosen:
        out().print(table)
    reasons = Counter(str(one["reason"]) for one in chosen)
    err().print(f"{plural(len(chosen), 'rejection')}{f': {compact(reasons)}' if chosen else ''}", markup=False)


@app.command("show")
def show(
    record: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET", help="The rejection, as list names it.")],
    text: Annotated[bool, typer.Option("--text", help="Also the note itself: it is patient data.")] = False,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    json: options.Json = False,
) -> None:
    """Show one rejection. The note itself only with --text.

    \b
    anamnesis deadletter show 0:17
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    with Reader(settings, settings.deadletter_topic) as reader:
        message = reader.one(Place.parse(record))
    if message is None:
        raise CommandError(f"there is no record {record} in {settings.deadletter_topic}")
    headers = headers_of(message)
    described = _described(message) | {
        "headers": {name: header(headers, name) if text or name.startswith(_SHOWN) else "…" for name, _ in headers}
    }
    if text:
        described["value"] = (message.value() or b"").decode("utf-8", "replace")
    if json:
        write_json(described)
        return
    console = out()
    for name, value in described.items():
        if name not in ("headers", "value"):
            console.print(f"{name:>10}  {'-' if value is None else value}", markup=False)
    for name, value in described["headers"].items():
        console.print(f"{'header':>10}  {name}: {value}", markup=False)
    if text:
        console.print(described["value"], markup=False)


@app.command("replay")
def replay(
    records: Annotated[
        list[str] | None, typer.Argument(metavar="[PARTITION:OFFSET]...", help="Which rejections.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    reason: Reason = None,
    to: Annotated[
        str | None, typer.Option(help="Topic; by default the one that each came from.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
) -> None:
    """Send rejected notes again, as they were. They come behind later notes of their patient: their order is not kept.

    \b
    anamnesis deadletter replay 0:17 0:18
    anamnesis deadletter replay --reason timeout
    """
    if not records and not everything and reason is None:
        raise CommandError("say which: PARTITION:OFFSET, --reason NAME or --all")
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    places = {Place.parse(record) for record in records or ()}
    with Reader(settings, settings.deadletter_topic) as reader:
        messages = [message for message in reader.all() if _is_chosen(message, places, reason)]
    missing = places - {_place(message) for message in messages}
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise CommandError(f"no such record in {settings.deadletter_topic}: {names}")
    plan = Replay(settings, to, messages)
    sendings = [sending for message in messages if (sending := plan.prepare(message)) is not None]
    for warning in plan.warnings:
        err().print(f"warning: {warning}", style="yellow", markup=False)
    if dry_run or not sendings:
        err().print(f"{plural(len(sendings), 'note')} would be sent, {plan.gone} are gone")
        return
    with Sender(settings, sendings[0].topic) as sender:
        for topic in {sending.topic for sending in sendings}:
            sender.check(topic)
        for sending in progress(sendings, "sent", len(sendings)):
            sender.send(sending.topic, sending.key, sending.value, sending.headers)
    err().print(f"{plural(sender.delivered, 'note')} sent again, {plan.gone} are gone")


def _place(message: Message) -> Place:
    return Place(message.partition() or 0, message.offset() or 0)


def _is_chosen(message: Message, places: set[Place], reason: str | None) -> bool:
    if places and _place(message) not in places:
        return False
    return reason is None or header(headers_of(message), "dlq_reason") == reason


def _described(message: Message) -> dict[str, Any]:
    headers: Headers = headers_of(message)
    names = ("reason", "stage", "topic", "partition", "offset", "timestamp", "attempts", "service_version")
    described: dict[str, Any] = {"record": str(_place(message))}
    for name in names:
        value = header(headers, DLQ_PREFIX + name)
        described[name] = int(value) if value is not None and value.isdigit() else value
    withheld = header(headers, "dlq_value_bytes")
    described["bytes"] = int(withheld) if withheld and withheld.isdigit() else len(message.value() or b"")
    described["value"] = header(headers, "dlq_value") or "kept"
    return described
