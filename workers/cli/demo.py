"""`anamnesis demo`: a broker, a worker and the sample notes on this machine."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from confluent_kafka import Message
from rich.console import Console
from rich.rule import Rule

from workers.cli import options
from workers.cli.console import CommandError, Exit, err, out, plural
from workers.cli.kafka import Reader
from workers.cli.local_worker import beside_a_broker, last_line, local_worker
from workers.cli.produce import HEADERS, patient_key
from workers.cli.sending import Sender
from workers.settings import Settings

# Without an event for so long, something is wrong. The first comes once both profiles are loaded, on a busy machine late.
_START_SECONDS = 480.0
_SILENCE_SECONDS = 120.0
_METRICS = ("notes_consumed_total", "notes_published_total", "entities_total", "relations_total", "stage_seconds_sum")


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Go on until Ctrl-C, for your own notes.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every note, not two of each language.")] = False,
    json: options.Json = False,
) -> None:
    """Start a broker inside this process and a worker, send the sample notes and show what comes out.

    \b
    anamnesis demo
    anamnesis demo --keep
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline import samples

    lines = [line for language in samples.LANGUAGES for line in samples.lines(language)]
    notes = {note["note_id"]: note for note in map(orjson.loads, lines)}
    with beside_a_broker("demo", shards=1) as (settings, folder):
        console = err() if json else out()
        _say(console, f"broker on {settings.bootstrap_servers}, worker starting")
        with Sender(settings, settings.input_topic) as sender:
            for line in lines:
                sender.send(settings.input_topic, patient_key(line), line, HEADERS)
        _say(console, f"{plural(sender.delivered, 'note')} sent to {settings.input_topic}")
        log = folder / "worker.log"
        with local_worker(settings, log) as worker:
            events = _collect(settings, worker, log, len(notes))
            address = f"http://{settings.http_host}:{settings.http_port}/metrics"
            _report(events, notes, json=json, every=every)
            _show_metrics(console, address)
            if keep:
                _say(
                    console,
                    f"going on: send notes with  anamnesis produce FILE -b {settings.bootstrap_servers}  (Ctrl-C ends)",
                )
                with suppress(KeyboardInterrupt):
                    worker.wait()


def _collect(settings: Settings, worker: subprocess.Popen[bytes], log: Path, wanted: int) -> dict[str, dict[str, Any]]:
    """The events of all notes, by note id."""
    events: dict[str, dict[str, Any]] = {}
    patience = _START_SECONDS
    deadline = time.monotonic() + patience
    with Reader(settings, settings.output_topic) as reader:
        for message in reader.follow(from_beginning=True):
            if message is not None:
                event = _event(message)
                events[event["note"]["note_id"]] = event
                patience = _SILENCE_SECONDS
                deadline = time.monotonic() + patience
            if len(events) >= wanted:
                return events
            if (code := worker.poll()) is not None:
                raise CommandError(f"the worker ended with {code}: {last_line(log)}", Exit.UNEXPECTED)
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{len(events)} of {wanted} notes came out, then nothing for {patience:.0f} s; the worker's last line: {last_line(log)}",
                    Exit.UNEXPECTED,
                )
    return events


def _event(message: Message) -> dict[str, Any]:
    event: dict[str, Any] = orjson.loads(message.value() or b"{}")
    return event


def _report(events: dict[str, dict[str, Any]], notes: dict[str, dict[str, Any]], *, json: bool, every: bool) -> None:
    from workers.cli import render
    from workers.cli.tail import summary

    if json:
        for note_id in notes:
            if note_id in events:
                sys.stdout.buffer.write(orjson.dumps(events[note_id], option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
        return
    console = out()
    shown: dict[str, int] = {}
    for note_id, note in notes.items():
        event = events.get(note_id)
        if event is None:
            continue
        shown[note["language"]] = shown.get(note["language"], 0) + 1
        if not every and shown[note["language"]] > _SHOWN_OF_EACH:
            continue
        console.print(Rule(f"{note_id}  {note['note_datetime'][:10]}", align="left"))
        render.show(console, event, note["text"])
    console.print(Rule("All notes", align="left"))
    for note_id, event in sorted(events.items()):
        console.print(f"{note_id}  {summary(event)}", markup=False)


_SHOWN_OF_EACH = 2


def _show_metrics(console: Console, address: str) -> None:
    """Some figures of the worker's own metrics."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310 (our own loopback address)
            text = response.read().decode()
    except OSError:
        raise CommandError(f"the worker's metrics at {address} do not answer", Exit.UNEXPECTED) from None
    _say(console, f"metrics: {address}")
    for line in text.splitlines():
        if line.startswith(tuple(f"anamnesis_{name}" for name in _METRICS)):
            console.print(f"  {line}", style="dim", markup=False)


def _say(console: Console, sentence: str) -> None:
    console.print(f"[demo] {sentence}", style="bold", markup=False)
