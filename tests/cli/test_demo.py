"""The demo: a broker, a worker and the sample notes, and it ends by itself."""

from __future__ import annotations

import json

from pipeline import samples
from tests.cli.conftest import Run

NOTES = {note["note_id"] for language in samples.LANGUAGES for note in samples.load(language)}


def test_demo_shows_events_and_metrics_and_ends(afresh: Run) -> None:
    done = afresh("demo")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    assert all(note_id in shown for note_id in NOTES)
    assert "/metrics" in shown
    assert f"anamnesis_notes_consumed_total {len(NOTES)}.0" in shown
    assert "history: “" in shown


def test_demo_json_is_one_event_a_note(afresh: Run) -> None:
    done = afresh("demo", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["note"]["note_id"] for event in events} == NOTES
    assert all(event["provenance"]["topic"] == "health.notes" for event in events)
