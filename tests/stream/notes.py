"""Notes for runs on real brokers: those that ANAMNESIS_TEST_NOTES names, or as many made by seed from the samples.

The variable names JSONL files, separated by the path separator. Their lines are `health.note.recorded.v1` objects or
other objects with `text`, an `id` or `note_id`, and perhaps `lang` or `language`.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from pipeline import samples
from schemas.note import Note

VARIABLE = "ANAMNESIS_TEST_NOTES"
MADE = 2300

_NOTES_PER_PATIENT = 6
_FIELDS = {field for field in Note.__struct_fields__ if field not in ("note_id", "text", "language", "patient_id")}


def notes(count: int = MADE, seed: int = 7) -> list[dict[str, Any]]:
    """Recorded notes with patients, several to each; from files all there are, else `count` that are made."""
    paths = os.environ.get(VARIABLE)
    chosen = random.Random(seed)  # noqa: S311 (test data)
    raw = list(_from_files(paths.split(os.pathsep)) if paths else _made(count, chosen))
    patients = max(1, len(raw) // _NOTES_PER_PATIENT)
    return [{**note, "patient_id": f"patient-{chosen.randrange(patients)}"} for note in raw]


def _from_files(paths: list[str]) -> Iterator[dict[str, Any]]:
    for path in paths:
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").split("\n")):
            if line.strip():
                source = json.loads(line)
                identifier = source.get("note_id") or source.get("id") or number
                yield {
                    **{name: value for name, value in source.items() if name in _FIELDS and name != "meta"},
                    "note_id": f"{Path(path).stem}-{number}-{identifier}"[:128],
                    "language": source.get("lang") or source.get("language") or "en",
                    "text": source["text"],
                }


def _made(count: int, chosen: random.Random) -> Iterator[dict[str, Any]]:
    """Paragraphs of the samples of a language in a new order, about as long as a sample."""
    paragraphs = {
        language: [part for note in samples.load(language) for part in note["text"].split("\n\n")]
        for language in samples.LANGUAGES
    }
    for number in range(count):
        language = chosen.choices(samples.LANGUAGES, weights=(4, 1))[0]
        text = "\n\n".join(chosen.sample(paragraphs[language], chosen.randint(1, 12)))
        yield {
            "note_id": f"made-{number:05}",
            "language": language,
            "note_datetime": f"2024-{chosen.randint(1, 12):02}-{chosen.randint(1, 28):02}T10:00:00+00:00",
            "text": text,
        }


def send(bootstrap_servers: str, topic: str, made: list[dict[str, Any]]) -> None:
    """Send notes with their patients as keys, and wait until the broker has all."""
    producer = Producer({"bootstrap.servers": bootstrap_servers, "enable.idempotence": True, "linger.ms": 20})
    failed: list[Any] = []
    for note in made:
        value = json.dumps(note).encode()
        key = note.get("patient_id")
        while True:
            try:
                producer.produce(
                    topic, value, key, on_delivery=lambda error, _: failed.append(error) if error else None
                )
                break
            except BufferError:
                producer.poll(0.5)
        producer.poll(0)
    assert producer.flush(60) == 0
    assert not failed
