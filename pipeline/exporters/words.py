"""A posology in a few words, for tables that people read."""

from __future__ import annotations

from typing import Any


def quantity_words(quantity: dict[str, Any] | None) -> str | None:
    """ "30 mL" or "1-2 {tbl}"; None for nothing. UCUM annotations lose their braces."""
    if not quantity:
        return None
    amount = quantity.get("value") or "-".join(quantity[key] for key in ("low", "high") if quantity.get(key))
    unit = (quantity.get("unit") or "").strip("{}")
    return f"{amount} {unit}".strip() or None


def ratio_words(ratio: dict[str, Any] | None) -> str | None:
    """ "400 mg / 5 mL"; None for nothing."""
    if not ratio:
        return None
    parts = [quantity_words(ratio.get(key)) for key in ("numerator", "denominator")]
    return " / ".join(part for part in parts if part) or None


def frequency_words(timing: dict[str, Any] | None) -> str | None:
    """ "2 x / 1 d", "3-4 x / 1 d", with the times of day where they are given; None for nothing."""
    repeat = (timing or {}).get("repeat") or {}
    parts = []
    if "frequency" in repeat:
        most = f"-{repeat['frequencyMax']}" if "frequencyMax" in repeat else ""
        longest = f"-{repeat['periodMax']}" if "periodMax" in repeat else ""
        parts.append(
            f"{repeat['frequency']}{most} x / {repeat.get('period', '1')}{longest} {repeat.get('periodUnit', 'd')}"
        )
    for key in ("when", "dayOfWeek", "timeOfDay"):
        parts += repeat.get(key) or ()
    return " ".join(parts) or None


def posology_words(posology: dict[str, Any]) -> str:
    """The whole posology in one line; several steps one behind the other. Empty where nothing is known."""
    steps = posology.get("steps") or ()
    parts = [_step(posology), *(f"{number}) {_step(step)}" for number, step in enumerate(steps, 1))]
    if daily := quantity_words(posology.get("daily_dose")):
        parts.append(f"= {daily} a day")
    return "; ".join(part for part in parts if part)


def _step(step: dict[str, Any]) -> str:
    parts = [
        quantity_words(step.get("dose")) or ratio_words(step.get("rate")),
        f"of {strength}" if (strength := ratio_words(step.get("strength"))) else None,
        (step.get("form") or {}).get("code"),
        (step.get("route") or {}).get("code"),
        frequency_words(step.get("timing")),
        "as needed" if step.get("as_needed") else None,
        f"for {duration}" if (duration := quantity_words(step.get("duration"))) else None,
    ]
    return ", ".join(part for part in parts if part)
