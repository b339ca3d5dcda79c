"""A posology as FHIR R4 Dosage, Quantity, Ratio and Timing, within their invariants.

What FHIR cannot hold (a range in a ratio, an amount of more digits than its decimal has) is left to `Dosage.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.exporters.words import posology_words

Data = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
ABBREVIATIONS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
TIME_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Value set EventTiming; an offset needs one of them that is no meal.
MEALS = frozenset({"C", "CM", "CD", "CV"})
EVENTS = MEALS | {
    "MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late", "NIGHT",
    "PHS", "HS", "WAKE", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV",
}  # fmt: skip
CODES = frozenset(
    ["BID", "TID", "QID", "AM", "PM", "QD", "QOD", "Q1H", "Q2H", "Q3H", "Q4H", "Q6H", "Q8H", "BED", "WK", "MO"]
)
# "decimal": more significant digits than these need not survive in other systems.
_MOST_DIGITS = 18


def dosages(posology: Mapping[str, Any], words: str | None) -> list[Data]:
    """The Dosage of a posology, or one for each of its steps, in order. `words`: the note's own, where they are known."""
    steps = posology.get("steps") or []
    shared = {name: value for name, value in posology.items() if name not in ("steps", "daily_dose")}
    found = []
    for number, step in enumerate(steps or [{}], 1):
        said = {name: value for name, value in step.items() if value not in (None, False)}
        dosage = _dosage({**shared, **said}, (posology_words(step) if steps else words) or None)
        if dosage and steps:
            dosage = {"sequence": number, **dosage}
        found.append(dosage)
    return [dosage for dosage in found if dosage]


def _dosage(step: Mapping[str, Any], words: str | None) -> Data:
    dosage: Data = {}
    if text := words or posology_words(dict(step)):
        dosage["text"] = text
    if timing := _timing(step.get("timing"), step.get("duration")):
        dosage["timing"] = timing
    if step.get("as_needed_for"):
        dosage["asNeededCodeableConcept"] = {"text": step["as_needed_for"]}
    elif step.get("as_needed"):
        dosage["asNeededBoolean"] = True
    if route := concept(step.get("route")):
        dosage["route"] = route
    dose = _choice("dose", step.get("dose")) or _by_body(step.get("rate"))
    amount = {**dose, **_rate(step.get("rate"))}
    if amount:
        dosage["doseAndRate"] = [amount]
    if most := ratio(step.get("max_dose")):
        dosage["maxDosePerPeriod"] = most
    return dosage


def concept(coded: Mapping[str, Any] | None) -> Data | None:
    """A route or a form, by its normal name, else as written."""
    words = (coded or {}).get("code") or (coded or {}).get("text")
    return {"text": words} if words else None


def quantity(given: Mapping[str, Any] | None, name: str = "value") -> Data | None:
    """A Quantity of one of the amounts (value, low, high); None where there is none that FHIR can hold."""
    amount = _decimal((given or {}).get(name))
    if given is None or amount is None:
        return None
    unit = given.get("unit")
    return {"value": amount} | ({"unit": unit.strip("{}"), "system": UCUM, "code": unit} if unit else {})


def ratio(given: Mapping[str, Any] | None) -> Data | None:
    """A Ratio; a strength without denominator is by one. None where either end is a range or missing, or by nothing."""
    if not given:
        return None
    numerator = quantity(given.get("numerator"))
    below = given.get("denominator")
    denominator = quantity(below) if below else {"value": Decimal(1)}
    if not numerator or not denominator or not denominator["value"]:
        return None
    return {"numerator": numerator, "denominator": denominator}


def _choice(name: str, given: Mapping[str, Any] | None) -> Data:
    if single := quantity(given):
        return {f"{name}Quantity": single}
    ends = {end: value for end in ("low", "high") if (value := quantity(given, end))}
    backwards = len(ends) == 2 and ends["low"]["value"] > ends["high"]["value"]
    return {f"{name}Range": ends} if ends and not backwards else {}


def _rate(given: Mapping[str, Any] | None) -> Data:
    """An amount per time. FHIR's rate is "amount of medication per unit of time", so "5 mg/kg" is none."""
    made = None if _each_time(given) else ratio(given)
    return {"rateRatio": made} if made else {}


def _by_body(given: Mapping[str, Any] | None) -> Data:
    """An amount by weight or surface that is given each time, "15 mg/kg": a dose in the unit mg/kg, which UCUM has."""
    if given is None or not _each_time(given):
        return {}
    numerator, below = given.get("numerator") or {}, given["denominator"]
    if _decimal(below.get("value")) != 1 or not numerator.get("unit"):
        return {}
    return _choice("dose", {**numerator, "unit": f"{numerator['unit']}/{below['unit']}"})


def _each_time(given: Mapping[str, Any] | None) -> bool:
    """Is an amount divided by something, and by no time: by weight or surface?"""
    unit: str = ((given or {}).get("denominator") or {}).get("unit") or ""
    return bool(unit) and TIME_UNITS.isdisjoint(unit.split("."))


def _timing(timing: Mapping[str, Any] | None, course: Mapping[str, Any] | None) -> Data | None:
    repeat = _repeat((timing or {}).get("repeat") or {}, course)
    code = (timing or {}).get("code")
    made: Data = {"repeat": repeat} if repeat else {}
    if code in CODES:
        made["code"] = {"coding": [{"system": ABBREVIATIONS, "code": code}], "text": code}
    return made or None


def _repeat(given: Mapping[str, Any], course: Mapping[str, Any] | None) -> Data:
    """Timing.repeat within tim-1 to tim-10: what has no partner there is left out."""
    bounds = given.get("boundsDuration") or course
    repeat = _choice("bounds", bounds) if bounds and bounds.get("unit") in TIME_UNITS else {}
    if "boundsQuantity" in repeat:
        repeat["boundsDuration"] = repeat.pop("boundsQuantity")
    repeat |= _counted(given, "count") | _counted(given, "frequency")
    for name in ("duration", "period"):
        if (least := _decimal(given.get(name))) is not None and given.get(f"{name}Unit") in TIME_UNITS:
            repeat |= {name: least, f"{name}Unit": given[f"{name}Unit"]}
            if (most := _decimal(given.get(f"{name}Max"))) is not None and most >= least:
                repeat[f"{name}Max"] = most
    if days := [day for day in given.get("dayOfWeek") or () if day in DAYS]:
        repeat["dayOfWeek"] = days
    if times := [f"{time}:00" if len(time) == 5 else time for time in given.get("timeOfDay") or ()]:
        repeat["timeOfDay"] = times
    elif when := [code for code in given.get("when") or () if code in EVENTS]:
        repeat["when"] = when
        if type(given.get("offset")) is int and given["offset"] >= 0 and not MEALS & set(when):
            repeat["offset"] = given["offset"]
    return repeat


def _counted(given: Mapping[str, Any], name: str) -> Data:
    least, most = given.get(name), given.get(f"{name}Max")
    if type(least) is not int or least < 1:
        return {}
    return {name: least} | ({f"{name}Max": most} if type(most) is int and most >= least else {})


def _decimal(digits: str | None) -> Decimal | None:
    if digits is None:
        return None
    amount = Decimal(digits)
    return amount if len(amount.as_tuple().digits) <= _MOST_DIGITS else None
