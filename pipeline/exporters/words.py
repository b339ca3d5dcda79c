"""The words of a span, and a posology in a few words, for tables that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.exporters.registry import Event


def quantity_words(quantity: Mapping[str, Any] | None) -> str | None:
    """ "30 mL" or "1-2 {tbl}"; None for nothing. UCUM annotations lose their braces."""
    if not quantity:
        return None
    amount = quantity.get("value") or "-".join(quantity[key] for key in ("low", "high") if quantity.get(key))
    unit = (quantity.get("unit") or "").strip("{}")
    return f"{amount} {unit}".strip() or None


def ratio_words(ratio: Mapping[str, Any] | None) -> str | None:
    """ "400 mg / 5 mL"; None for nothing."""
    if not ratio:
        return None
    parts = [quantity_words(ratio.get(key)) for key in ("numerator", "denominator")]
    return " / ".join(part for part in parts if part) or None


def frequency_words(timing: Mapping[str, Any] | None) -> str | None:
    """ "2 x / 1 d", "3-4 x / 1 d", with the times of day where they are given; None for nothing."""
    repeat = (timing or {}).get("repeat") or {}
    parts = []
    if "count" in repeat:
        most = f"-{repeat['countMax']}" if "countMax" in repeat else ""
        parts.append(f"{repeat['count']}{most} times")
    if "frequency" in repeat:
        most = f"-{repeat['frequencyMax']}" if "frequencyMax" in repeat else ""
        longest = f"-{repeat['periodMax']}" if "periodMax" in repeat else ""
        parts.append(
            f"{repeat['frequency']}{most} x / {repeat.get('period', '1')}{longest} {repeat.get('periodUnit', 'd')}"
        )
    elif "period" in repeat:
        longest = f"-{repeat['periodMax']}" if "periodMax" in repeat else ""
        parts.append(f"every {repeat['period']}{longest} {repeat.get('periodUnit', 'd')}")
    for key in ("when", "dayOfWeek", "timeOfDay"):
        parts += repeat.get(key) or ()
    return " ".join(parts) or None


def posology_words(posology: Mapping[str, Any]) -> str:
    """The whole posology in one line; several steps one behind the other. Empty where nothing is known."""
    steps = posology.get("steps") or ()
    parts = [step_words(posology), *(f"{number}) {step_words(step)}" for number, step in enumerate(steps, 1))]
    if daily := quantity_words(posology.get("daily_dose")):
        parts.append(f"= {daily} a day")
    return "; ".join(part for part in parts if part)


def timing_code(timing: Mapping[str, Any] | None) -> str | None:
    """The code of a common interval; None for none."""
    return (timing or {}).get("code")


def step_words(step: Mapping[str, Any]) -> str:
    """One dosage step in one line; empty where nothing is known."""
    parts = [
        quantity_words(step.get("dose")) or ratio_words(step.get("rate")),
        f"of {strength}" if (strength := ratio_words(step.get("strength"))) else None,
        (step.get("form") or {}).get("code"),
        (step.get("route") or {}).get("code"),
        frequency_words(step.get("timing")),
        _as_needed(step),
        f"for {duration}" if (duration := quantity_words(step.get("duration"))) else None,
        f"at most {most}" if (most := ratio_words(step.get("max_dose"))) else None,
    ]
    return ", ".join(part for part in parts if part)


def _as_needed(step: Mapping[str, Any]) -> str | None:
    if reason := step.get("as_needed_for"):
        return f"as needed for {reason}"
    return "as needed" if step.get("as_needed") else None


def cut(event: Event, span: Mapping[str, Any], text: str | None) -> str | None:
    """The words of a span of an event: its own, else from the text in the event's offset unit; None without both."""
    words: str | None = span.get("text")
    if words is not None or text is None:
        return words
    start, end = span["start"], span["end"]
    if event["offset_unit"] == "utf16":
        return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    return text[start:end]
