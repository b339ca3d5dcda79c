"""Profiles for tests that read with them and change nothing of them: each is loaded once in a process."""

from __future__ import annotations

from functools import cache
from typing import Literal

from spacy.language import Language

import pipeline


@cache
def profile(name: str, entities: Literal["recognise", "given"] = "recognise") -> Language:
    """A shipped profile."""
    return pipeline.load(name, entities=entities)
