"""Sample notes in each language, written for this product: no patient, no corpus. Used by the demo, warm-up and tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

LANGUAGES = ("en", "fr")

_ROOT = Path(__file__).parent


def lines(language: str) -> list[bytes]:
    """The samples of a language, one `health.note.recorded.v1` object a line, as they would lie on a topic.

    Raises ValueError for a language without samples.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no sample notes for the language {language!r}; there are: {', '.join(LANGUAGES)}")
    return (_ROOT / f"{language}.jsonl").read_bytes().splitlines()


def load(language: str) -> list[dict[str, Any]]:
    """The samples of a language as objects. Raises ValueError for a language without samples."""
    return [orjson.loads(line) for line in lines(language)]
