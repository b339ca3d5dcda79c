"""The words of a span, and a posology in a few words, for tables that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.exporters.registry import Event

# Of the note's words between two attributes so many characters are repeated; more is told of something else.
_MOST_BETWEEN = 40
_LEFT_OUT = " … "
# The time of a limit stands right behind its amount.
_MOST_BEHIND = 20
_CLAUSE_END = re.compile(r"[.,;:()\n]")

# UCUM units that have a name in words.
_UNITS = {
    "s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year", "{tbl}": "tablet",
    "{cap}": "capsule", "{puff}": "puff", "[drp]": "drop",
}  # fmt: skip
_SYMBOLS = {"[iU]": "IU"}
_WHEN = {
    "MORN": "in the morning", "NOON": "at noon", "AFT": "in the afternoon", "EVE": "in the evening", "NIGHT": "at night",
    "HS": "at bedtime", "WAKE": "on waking", "C": "with meals", "CM": "with breakfast", "CD": "with lunch",
    "CV": "with dinner", "AC": "before meals", "ACM": "before breakfast", "ACD": "before lunch", "ACV": "before dinner",
    "PC": "after meals", "PCM": "after breakfast", "PCD": "after lunch", "PCV": "after dinner",
}  # fmt: skip


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
    """ "3 times a day", "every 4-6 h", "in the morning, on mon, fri"; None for nothing."""
    repeat = (timing or {}).get("repeat") or {}
    parts = []
    if "count" in repeat:
        parts.append(f"{_range(repeat, 'count')} {'dose' if _range(repeat, 'count') == '1' else 'doses'} in all")
    if "frequency" in repeat or "period" in repeat:
        parts.append(_rate(repeat))
    parts += [_WHEN.get(code, code) for code in repeat.get("when") or ()]
    if repeat.get("dayOfWeek"):
        parts.append("on " + ", ".join(repeat["dayOfWeek"]))
    if repeat.get("timeOfDay"):
        parts.append("at " + ", ".join(repeat["timeOfDay"]))
    if "duration" in repeat:
        parts.append(f"over {_range(repeat, 'duration')} {repeat.get('durationUnit', '')}".strip())
    return ", ".join(parts) or None


def _rate(repeat: Mapping[str, Any]) -> str:
    times, period, unit = _range(repeat, "frequency") or "1", _range(repeat, "period"), repeat.get("periodUnit", "d")
    one = period in ("", "1")
    if times == "1" and not (one and unit in _UNITS):
        return f"every {period} {_unit(period, unit)}"
    how_often = {"1": "once", "2": "twice"}.get(times, f"{times} times")
    name = _UNITS.get(unit, unit)
    return (
        f"{how_often} {'an' if name == 'hour' else 'a'} {name}"
        if one
        else f"{how_often} every {period} {_unit(period, unit)}"
    )


def _range(repeat: Mapping[str, Any], name: str) -> str:
    most = f"-{repeat[name + 'Max']}" if f"{name}Max" in repeat else ""
    return f"{repeat[name]}{most}" if name in repeat else ""


def _unit(amount: str, unit: str) -> str:
    """The unit in words where it is one of time or a thing to count, in the plural where it is not one of it."""
    name = _UNITS.get(unit)
    return _SYMBOLS.get(unit, unit.strip("{}[]")) if name is None else name if amount == "1" else f"{name}s"


def _said(quantity: Mapping[str, Any] | None) -> str | None:
    """A quantity for people: "7 days", "1-2 tablets", "500 mg"; None for nothing."""
    if not quantity:
        return None
    amount = quantity.get("value") or "-".join(quantity[key] for key in ("low", "high") if quantity.get(key))
    return f"{amount} {_unit(amount, quantity.get('unit') or '')}".strip() or None


def _said_ratio(ratio: Mapping[str, Any] | None) -> str | None:
    """ "400 mg / 5 mL", "100 mg / mL", "3 g a day"; None for nothing."""
    over, under = _said((ratio or {}).get("numerator")), (ratio or {}).get("denominator") or {}
    if over is None or not _said(under):
        return over or _said(under)
    name = _unit("1", under.get("unit") or "")
    if under.get("value") != "1" or not name:
        return f"{over} / {_said(under)}"
    return f"{over} {'an' if name == 'hour' else 'a'} {name}" if under.get("unit") in _UNITS else f"{over} / {name}"


def posology_words(posology: Mapping[str, Any]) -> str:
    """The whole posology in one line; several steps one behind the other. Empty where nothing is known."""
    steps = posology.get("steps") or ()
    # What each step says itself is no total: "40 mg for 5 days, then 20 mg for 5 days" is no course of five days.
    shared = {name: value for name, value in posology.items() if not any(step.get(name) for step in steps)}
    parts = [step_words(shared), *(f"{number}) {step_words(step)}" for number, step in enumerate(steps, 1))]
    amount = posology.get("daily_dose") or {}
    if daily := _daily(amount):
        parts.append(f"= {daily} a day{' on each side' if 'each_site' in amount.get('assumptions', ()) else ''}")
    return "; ".join(part for part in parts if part)


def _daily(amount: Mapping[str, Any]) -> str | None:
    """The daily dose, with what a reader must know of it: a limit of what is taken as needed, or a mean."""
    said, assumed = _said(amount), amount.get("assumptions") or ()
    if said and "as_needed_at_most" in assumed:
        return f"at most {said}"
    return f"on average {said}" if said and "averaged" in assumed else said


def timing_code(timing: Mapping[str, Any] | None) -> str | None:
    """The code of a common interval; None for none."""
    return (timing or {}).get("code")


def step_words(step: Mapping[str, Any]) -> str:
    """One dosage step in one line; empty where nothing is known."""
    amount = _said(step.get("dose")) or _said_ratio(step.get("rate"))
    strength, form = _said_ratio(step.get("strength")), (step.get("form") or {}).get("code")
    counted = form == _UNITS.get((step.get("dose") or {}).get("unit") or "")
    parts = [
        f"{amount} of {strength}" if amount and strength else amount or strength,
        None if counted else form,
        (step.get("route") or {}).get("code"),
        frequency_words(step.get("timing")),
        _as_needed(step),
        f"for {duration}" if (duration := _said(step.get("duration"))) else None,
        f"at most {most}" if (most := _said_ratio(step.get("max_dose"))) else None,
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


def instruction(event: Event, record: Mapping[str, Any], text: str | None) -> str | None:
    """The note's own words of a record, from its first attribute to its last; None where they are not at hand.

    What stands between two attributes is repeated where the text is known and no other drug is named there; else an
    ellipsis says that there is more: "max 4 g" without its "max" would be another instruction.
    """
    entities = {entity["id"]: entity for entity in event["entities"]}
    own = sorted((entities[one] for ids in record["attributes"].values() for one in ids), key=lambda one: one["start"])
    others = [one["start"] for one in event["entities"] if one["label"] == "DRUG" and one["id"] != record["drug"]]
    words, end = "", None
    for span in own:
        if end is not None and span["start"] > end:
            named = any(end <= start < span["start"] for start in others)
            short = span["start"] - end <= _MOST_BETWEEN
            between = cut(event, {"start": end, "end": span["start"]}, text) if short and not named else None
            words += between if between is not None else " " if span["start"] == end + 1 else _LEFT_OUT
        if end is None or span["end"] > end:
            found = cut(event, span, text)
            if found is None:
                return None
            words, end = words + found, span["end"]
    if own and end is not None:
        words += _time_of_limit(event, record, own[-1], text)
    return " ".join(words.split()) or None


def _time_of_limit(event: Event, record: Mapping[str, Any], last: Mapping[str, Any], text: str | None) -> str:
    """What stands behind an amount that ends a record with a limit for a time, "max 40 mg" "/day"; else nothing."""
    limit = (record["posology"] or {}).get("max_dose") or {}
    if not limit.get("denominator") or last["label"] == "FREQUENCY":
        return ""
    next_entity = min(
        (one["start"] for one in event["entities"] if one["start"] >= last["end"]), default=last["end"] + _MOST_BEHIND
    )
    behind = cut(event, {"start": last["end"], "end": min(next_entity, last["end"] + _MOST_BEHIND)}, text)
    if behind is None:
        return _LEFT_OUT
    return _CLAUSE_END.split(behind, maxsplit=1)[0]
