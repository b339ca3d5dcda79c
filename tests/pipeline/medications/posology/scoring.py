"""How readings of dosing sentences are compared with the expected ones, by field: right, missing or wrong.

A field is wrong where a value is given that differs, or where none is expected; missing where an expected one is not
given. Equal are: numbers as decimals, 7 days and 1 week, 60 minutes and 1 hour, 500 mg and 0.5 g, a strength by one
form and without denominator. Run as a module it prints a table of a file:

    python -m tests.pipeline.medications.posology.scoring FILE [--show]
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import schemas
from pipeline import enrich
from tests.profiles import profile

Data = dict[str, Any]

FIELDS = (
    "dose", "rate", "strength", "timing", "as_needed", "as_needed_for", "route", "form", "duration", "max_dose",
    "steps", "daily_dose",
)  # fmt: skip
_STEP_FIELDS = ("dose", "rate", "timing", "duration")
_SCALE = {
    "g": ("mg", 1000),
    "ug": ("mg", "0.001"),
    "h": ("min", 60),
    "d": ("min", 1440),
    "wk": ("min", 10080),
    "L": ("mL", 1000),
}
_SAME_UNIT = {
    "{packet}": "{sachet}", "{actuation}": "{puff}", "{vial}": "{ampoule}", "{amp}": "{ampoule}",
    "{ampule}": "{ampoule}",
    "{supp}": "{suppository}", "{unidose}": "{dose}",
}  # fmt: skip
_SAME_FORM = {
    "eye_drops": "drops",
    "pessary": "suppository",
    "vaginal_suppository": "suppository",
    "ovule": "suppository",
}
_SAME_ROUTE = {"nebulised": "inhaled", "inhalation": "inhaled"}
_UNIT_OF_FORM = {"tablet": "{tbl}", "capsule": "{cap}", "inhaler": "{puff}", "drops": "[drp]"}


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def quantity(data: Data | None) -> Any:
    """A quantity in a form that compares."""
    if not data:
        return None
    unit = _SAME_UNIT.get(data.get("unit") or "", data.get("unit") or "")
    target, factor = _SCALE.get(unit, (unit, 1))
    numbers = tuple(_number(data[k]) * _number(factor) for k in ("value", "low", "high") if data.get(k) is not None)
    return numbers, target


def ratio(data: Data | None) -> Any:
    """A strength, rate or limit in a form that compares."""
    if not data:
        return None
    if data.get("parts"):
        return tuple(quantity(part) for part in data["parts"])
    under = data.get("denominator") or {}
    number, unit = quantity(data["numerator"])
    below = under.get("unit", "")
    if under and _number(under.get("value", 1)) == 1 and (below.startswith("{") or below == "[drp]"):
        return number, unit
    if not under:
        return number, unit
    if "." in below or below in ("kg", "m2"):
        return number, unit, _number(under["value"]), below
    return number, unit, quantity(under)


def timing(data: Data | None) -> Any:
    """A FHIR Timing.repeat in a form that compares; sets are sorted, times in one unit."""
    repeat = (data or {}).get("repeat") or {}
    found: Data = {}
    for name, value in repeat.items():
        if name in ("when", "dayOfWeek", "timeOfDay"):
            found[name] = sorted(value)
        elif name not in ("periodUnit", "durationUnit"):
            found[name] = _number(value)
    if "duration" in found:
        target, factor = _SCALE.get(repeat["durationUnit"], (repeat["durationUnit"], 1))
        found["duration"] = (found["duration"] * _number(factor), target)
    if "period" in found:
        found["periodUnit"] = repeat["periodUnit"]
    if "dayOfWeek" in found:
        days = len(found["dayOfWeek"])
        said = found.get("frequency"), found.get("period"), found.get("periodUnit")
        if said in ((1, 1, "d"), (days, 1, "wk")):
            for name in ("frequency", "period", "periodUnit"):
                found.pop(name)
    return found or None


def normal(name: str, value: Any, posology: Data) -> Any:
    """A field in a form that compares; None where it is absent."""
    if value in (None, False, [], {}):
        return None
    if name in ("dose", "duration"):
        return quantity(value)
    if name == "daily_dose":
        return quantity({k: v for k, v in value.items() if k != "assumptions"})
    if name in ("rate", "strength", "max_dose"):
        return ratio(value)
    if name == "timing":
        return timing(value)
    if name == "as_needed_for":
        return value.casefold().strip(" .")
    if name == "route":
        return _SAME_ROUTE.get(value["code"] or value["text"], value["code"] or value["text"])
    if name == "form":
        return _SAME_FORM.get(value["code"] or value["text"], value["code"] or value["text"])
    if name == "steps":
        return tuple(
            tuple(normal(key, step.get(key) or posology.get(key), posology) for key in _STEP_FIELDS) for step in value
        )
    return value


def _as_dose(posology: Data) -> Data:
    """ "2 g a day" may be read as a rate: made a dose once a day."""
    rate = posology.get("rate")
    under = (rate or {}).get("denominator") or {}
    if rate and quantity(under) == ((Decimal(1440),), "min") and not posology.get("timing"):
        repeat = {"frequency": 1, "period": "1", "periodUnit": "d"}
        rest = {k: v for k, v in posology.items() if k != "rate"}
        return {**rest, "dose": rate["numerator"], "timing": {"repeat": repeat}}
    return posology


def compare(expected: Data, given: Data, opened: set[str]) -> dict[str, str]:
    """Name of each field that is said or expected -> right, missing or wrong."""
    found: dict[str, str] = {}
    for name in FIELDS:
        if name in opened:
            continue
        if expected.get("steps") and name in _STEP_FIELDS:
            continue
        if name == "daily_dose" and not expected.get("daily_dose"):
            continue
        want, have = normal(name, expected.get(name), expected), normal(name, given.get(name), given)
        if name == "steps" and want and have:
            hidden = [key for key in _STEP_FIELDS if key in opened]
            want, have = (tuple(_without(step, hidden) for step in steps) for steps in (want, have))
        if name == "form" and want is None and have is not None:
            unit = (given.get("dose") or (given.get("steps") or [{}])[0].get("dose") or {}).get("unit", "")
            if unit in (_UNIT_OF_FORM.get(have), f"{{{have}}}"):
                continue
        if want is None and have is None:
            continue
        if want == have:
            found[name] = "right"
        elif have is None and not (name == "steps" and given.get("dose")):
            found[name] = "missing"
        else:
            found[name] = "wrong"
    return found


def _without(step: tuple[Any, ...], hidden: list[str]) -> tuple[Any, ...]:
    return tuple(None if name in hidden else part for name, part in zip(_STEP_FIELDS, step, strict=True))


@dataclass
class Score:
    """What was counted of some sentences."""

    sentences: int = 0
    right: int = 0
    missing: int = 0
    wrong: int = 0
    values: int = 0  # fields given
    wrong_values: int = 0
    by_class: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))


def given_of(event: Data, start: int, end: int) -> Data | None:
    """The posology of the record whose drug overlaps a stretch, in the shape of the expected readings."""
    entities = {entity["id"]: entity for entity in event["entities"]}
    for record in event["medications"]:
        drug = entities[record["drug"]]
        if drug["start"] < end and start < drug["end"]:
            posology = dict(record["posology"])
            for part in (posology, *posology.get("steps", ())):
                if part.get("strength_parts"):
                    part["strength"] = {"parts": part["strength_parts"]}
            return posology
    return None


def judge(line: Data, event: Data) -> dict[str, str]:
    """The judgement of each field of a line's drugs, under `drug.field`."""
    found: dict[str, str] = {}
    for wanted in line["drugs"]:
        start = line["text"].index(wanted["drug"])
        given = given_of(event, start, start + len(wanted["drug"]))
        best: dict[str, str] | None = None
        for expected in (wanted["posology"], *wanted.get("also", ())):
            tries = [given or {}] if given is None else [given, _as_dose(given)]
            for tried in tries:
                judged = compare(expected, tried, set(wanted.get("open", ())))
                if best is None or _badness(judged) < _badness(best):
                    best = judged
        if given is None and wanted["posology"]:
            found[f"{wanted['drug']}.record"] = "missing"
        found |= {f"{wanted['drug']}.{name}": verdict for name, verdict in (best or {}).items()}
    return found


def _badness(judged: dict[str, str]) -> tuple[int, int]:
    verdicts = list(judged.values())
    return verdicts.count("wrong"), verdicts.count("missing")


def readings(path: Path) -> Iterator[tuple[Data, dict[str, str], Data]]:
    """Each line of a file with its judgement and its event."""
    nlps = {lang: profile(lang) for lang in ("en", "fr")}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        note = schemas.Note(note_id=line["id"], text=line["text"], language=line["language"])
        event = json.loads(schemas.encode(enrich(note, nlps[line["language"]])))
        yield line, judge(line, event), event


def score(judged: Iterator[tuple[Data, dict[str, str], Data]]) -> Score:
    """The counts over lines."""
    total = Score()
    for line, verdicts, _ in judged:
        kinds = list(verdicts.values())
        wrong, missing = "wrong" in kinds, "missing" in kinds
        total.sentences += 1
        total.right += not wrong and not missing
        total.wrong += wrong
        total.missing += missing and not wrong
        total.values += kinds.count("right") + kinds.count("wrong")
        total.wrong_values += kinds.count("wrong")
        row = total.by_class[f"{line['language']} {line['class']}"]
        row[0] += 1
        row[1] += not wrong and not missing
        row[2] += missing and not wrong
        row[3] += wrong
    return total


def _say(line: str, *more: str) -> None:
    sys.stdout.write(" ".join((line, *more)) + "\n")


def main(arguments: list[str]) -> None:
    """Print the table of a file; with --show the sentences that are not fully right."""
    judged = list(readings(Path(arguments[0])))
    if "--show" in arguments:
        for line, verdicts, event in judged:
            bad = {name: verdict for name, verdict in verdicts.items() if verdict != "right"}
            if bad:
                _show(line, bad, event)
    total = score(iter(judged))
    _say(f"{'class':24}{'n':>5}{'right':>7}{'missing':>9}{'wrong':>7}")
    for name, row in sorted(total.by_class.items()):
        _say(f"{name:24}{row[0]:5}{row[1]:7}{row[2]:9}{row[3]:7}")
    _say(
        f"{'all':24}{total.sentences:5}{total.right:7}{total.missing:9}{total.wrong:7}   fully right "
        f"{total.right / total.sentences:.1%}, wrong values {total.wrong_values}/{total.values} "
        f"({total.wrong_values / max(1, total.values):.2%})"
    )


def _show(line: Data, bad: dict[str, str], event: Data) -> None:
    _say(f"{line['id']} {line['class']}: {line['text']}")
    ents = [f"{e['label']}:{e['text']}" for e in event["entities"]]
    _say("    ", " | ".join(ents))
    for name, verdict in bad.items():
        drug, key = name.rsplit(".", 1)
        start = line["text"].index(drug)
        wanted = next(d["posology"] for d in line["drugs"] if d["drug"] == drug).get(key)
        given = (given_of(event, start, start + len(drug)) or {}).get(key)
        _say(
            f"    {verdict} {name}: want {json.dumps(wanted, ensure_ascii=False)} have {json.dumps(given, ensure_ascii=False)}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
