"""The published example of an enriched event in each language, made from one of the sample notes."""

from __future__ import annotations

import json
from pathlib import Path

import orjson

import schemas
from pipeline import samples
from pipeline.enrich import enrich
from pipeline.profile import load
from schemas.enriched import ENRICHED

# The discharge letter of a few lines: drugs with links, a taper, history by section and by cue, and an allergy.
_SAMPLE = 4


def write(folder: Path) -> list[Path]:
    """Write the examples into `examples/` of a folder, which is made; returns their paths."""
    written = []
    for language in samples.LANGUAGES:
        path = folder / path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(language), encoding="utf-8")
        written.append(path)
    return written


def path_of(language: str) -> Path:
    """Where the example of a language lies in the published folder."""
    return Path("examples") / f"{ENRICHED}.{language}.json"


def render(language: str) -> str:
    """The example as it is committed: a sample note, enriched by the profile of its language."""
    note = schemas.decode_note(samples.lines(language)[_SAMPLE]).note
    event = enrich(note, load(language))
    plain = orjson.loads(schemas.encode(event))
    # What was measured while it was made is no part of an example.
    plain["timings"] = {}
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
