"""`anamnesis produce`: notes of a file to the input topic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from workers.cli import options
from workers.cli.console import err, plural, progress
from workers.cli.files import STANDARD, count_lines, lines, reading
from workers.cli.sending import Sender

HEADERS: list[tuple[str, bytes | None]] = [("content-type", b"application/json")]


def command(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="Notes, one a line; - for standard input.")],
    topic: Annotated[str | None, typer.Option(help="Topic; the input topic by default.", show_default=False)] = None,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
) -> None:
    """Send each line of a file to Kafka as it stands, with the patient as key. Blank lines are left out.

    \b
    anamnesis produce notes.jsonl --bootstrap-servers localhost:9092
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers, input_topic=topic)
    target = settings.input_topic
    without_key = 0
    with reading(source) as handle, Sender(settings, target) as sender:
        for line in progress(lines(handle), "sent", None if source == STANDARD else count_lines(source)):
            if line.strip():
                key = patient_key(line)
                without_key += key is None
                sender.send(target, key, line, HEADERS)
    unordered = f", {without_key} without a patient and so in no order" if without_key else ""
    err().print(f"{plural(sender.delivered, 'note')} sent to {target}{unordered}", markup=False)


def patient_key(line: bytes) -> bytes | None:
    """The patient of a note, as the key of its record; None where the line does not say."""
    try:
        note = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    patient = note.get("patient_id") if isinstance(note, dict) else None
    return patient.encode() if isinstance(patient, str) and patient else None
