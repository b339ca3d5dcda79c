"""What a note's posology says, short enough to stand in a table of sentences."""

from __future__ import annotations

from typing import Any

from spacy.language import Language


def posology(profiles: dict[str, Language], lang: str, text: str, number: int = 0) -> dict[str, Any]:
    """The posology of a drug of a text."""
    found: dict[str, Any] = profiles[lang](text)._.medications[number].data["posology"]
    return found


def amount(data: dict[str, Any] | None) -> str | None:
    """A value or a range with its unit."""
    if not data:
        return None
    number = data["value"] if "value" in data else f"{data['low']}-{data['high']}"
    return f"{number} {data.get('unit', '')}".strip()


def repeat(dosage: dict[str, Any]) -> dict[str, Any] | None:
    """How often, in the form of FHIR's Timing; None where nothing is said."""
    found: dict[str, Any] | None = (dosage.get("timing") or {}).get("repeat")
    return found


def steps(read: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    """Dose, timing and length of each step, or of the only dosage."""
    return [(amount(step.get("dose")), repeat(step), amount(step.get("duration"))) for step in read["steps"] or [read]]
