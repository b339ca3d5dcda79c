"""What the recogniser decides on, a name or a part of an instruction, and what it finds: an entity."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.medications.grammar import Candidate
from pipeline.medications.lexicon import Mention

DRUG = "DRUG"

Item = Mention | Candidate


@dataclass(slots=True)
class Entity:
    """A recognised stretch of the folded text."""

    start: int
    end: int
    label: str
    source: str
    score: float
    name: str = ""
