"""The steps of an instruction in the shape of the event: dose, strength, rate, timing, duration, and the daily dose.

Rules of what an amount is (FHIR R4 Dosage; the forms of writing that readers must agree on):
- a count ("2 tablets", "1"), a volume and units of activity after a strength are the dose;
- a mass is the strength beside a count, or directly before a form ("500 mg tablets"), or before a further amount with
  its own instruction ("Oramorph 10 mg/5 ml, 2.5 ml"); the only amount otherwise is the dose;
- the parts of a combination ("5/325 mg") are always the strength;
- an amount by weight, area or time is a rate and no dose.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import UNKNOWN_UNIT, Amount, quantity_of, runs
from pipeline.medications.posology.daily import GENERAL_MEALS, daily_dose, moments_of
from pipeline.medications.posology.elements import Data, Element
from pipeline.medications.posology.numbers import digits
from pipeline.text.phrases import alternatives

#: A number without a unit above this counts nothing that is taken; it is part of a name or a strength without its unit.
MAX_COUNT = 12
# FHIR's names of common intervals, by frequency, period and unit.
_CODES = {
    (1, "1", "d"): "QD", (2, "1", "d"): "BID", (3, "1", "d"): "TID", (4, "1", "d"): "QID", (1, "2", "d"): "QOD",
    (1, "1", "h"): "Q1H", (1, "2", "h"): "Q2H", (1, "3", "h"): "Q3H", (1, "4", "h"): "Q4H", (1, "6", "h"): "Q6H",
    (1, "8", "h"): "Q8H", (1, "1", "wk"): "WK", (1, "1", "mo"): "MO",
}  # fmt: skip
# "A dose of 30 mg", "an injection of 1.5 mL" say no number of their own, but "1.5 mg, 1 injection weekly" does.
_A_DOSE = ({"value": "1", "unit": "{dose}"},)
_AN_INJECTION = (*_A_DOSE, {"value": "1", "unit": "{injection}"})
EVERY_OTHER_DAY = {"frequency": 1, "period": "2", "periodUnit": "d"}
_DAY = (Decimal(24), "h")
ONE_DAY = (Decimal(1), "d")
# Doses taken in turn are no further apart.
_MOST_APART = 2
#: Units of mass.
MASSES = frozenset({"mg", "ug", "g"})
_MEALS = {"MORN": "M", "NOON": "D", "EVE": "V"}
_MINUTES = {"min": 1, "h": 60, "d": 1440}


@dataclass(slots=True)
class Step:
    """What is said of one dosage."""

    amounts: list[tuple[Amount, Element]] = field(default_factory=list)
    forms_behind: set[int] = field(default_factory=set)  # places in `amounts` that stand directly before a form
    repeat: Data = field(default_factory=dict)
    duration: Data | None = None
    as_needed: bool = False
    reason: str | None = None
    slots: list[tuple[str, Decimal]] = field(default_factory=list)
    band: bool = False  # a dose of a scale: it has its condition
    follows: bool = False  # "then", "increased to" or "alternating with" leads to it
    raised: bool = False  # it is a change of the dose before: what it depends on is no condition of taking
    excepted: list[str] = field(default_factory=list)  # the days that are left out: "daily except Sundays"
    at_meal: bool = False  # a meal that is not named says more of the moment before it: "each morning before food"
    on_a_day: bool = False  # its place in the course is said: "day 1"
    on_days: bool = False  # as days whose number nobody says: "days 1-3, 8"
    single: Element | None = None  # the words that it is taken at once, where they alone say how often
    volume: Data | None = None  # in how much of a fluid its amount is given
    since: bool = False  # since when it is taken was said: it is what is taken until now
    loading: bool = False  # it is what is given before all others, wherever it is told
    takings: tuple[int, Element] | None = None  # a number of takings of which nobody said yet whether it is of a day
    before: Data = field(default_factory=dict)  # how often the dose was taken that this one takes the place of
    spanned: bool = False  # as days from the first to the last: "days 1-14"
    purpose: str | None = None  # for what its amount is: "1 tab FOR MODERATE PAIN"
    weeks: tuple[int, int] | None = (
        None  # its first week as it is numbered, and of how many it is; 0 for all that follow
    )
    days: int = 0  # so many days one behind the other were said: "days 2 and 3"
    at_most: bool = False  # it may be taken less often than is said: "UP TO 4 times a day"
    bare: bool = False  # its dose is a number without a unit, which nobody can read
    vague: bool = False  # when it is taken is said, but cannot be read
    unit: str | None = None  # of the slots, or of the counts, where it is not said again
    routes: list[Element] = field(default_factory=list)  # as they were named
    route: Data | None = None  # its own, where other steps have another one
    timings: list[tuple[int, int, bool]] = field(default_factory=list)  # where they stand; do they say how many times?

    def said(self) -> bool:
        """Is there anything that makes the step an instruction of its own?"""
        return bool(self.amounts or self.repeat or self.duration or self.slots)

    def timed(self) -> bool:
        """Has the step a timing or a duration?"""
        return bool(self.repeat or self.duration or self.slots or self.vague or self.on_a_day)


@dataclass(slots=True)
class Whole:
    """What is said of all steps together."""

    route: Data | None = None
    form: Data | None = None
    maximum: Data | None = None
    of_takings: bool = False  # the limit says how often only: one of an amount says more
    alternate: bool = False
    each_site: bool = False  # the route names both eyes, ears or nostrils


def posology_of(steps: Sequence[Step], whole: Whole, units: dict[str, str]) -> Data:
    """The posology in the shape of the event. `units`: the UCUM unit in which a form, by its code, is counted."""
    form_unit = units.get((whole.form or {}).get("code") or "")
    found: list[Data] = []
    unread: list[Data] = []
    strengths: list[tuple[list[Data], Data]] = []
    for step in steps:
        dosages, own = _dosages(step, form_unit)
        for dosage in dosages if step.route is not None else ():
            dosage["route"] = step.route
        if step.vague and dosages and not step.repeat:
            unread.append(dosages[0])
        if own is not None:
            strengths.append((dosages, own))
        found += dosages
    strength = strengths[0][1] if strengths else None
    if any(own != strength for _, own in strengths):
        strength = None  # "one 21 mg patch daily x 6 weeks, then one 14 mg patch daily"
        for dosages, own in strengths:
            for dosage in dosages:
                dosage |= _stated(own)
    if strength is not None and (turns := _turns(found, strength)):
        found, strength = turns, None
    course: Data | None = None
    if len(found) > 1:
        course = _alternate(found) if len(found) == 2 and (whole.alternate or _in_turn(*found)) else None
        if "timing" not in found[0] and all(data == found[0] for data in found):
            found = found[:1]  # "1-2 puffs, and then an additional 1-2 puffs"
        _counted_once(found)
        found = _of_one_day(found)
        _complete(found, unread)
    posology: Data = {"as_needed": False, "steps": found if len(found) > 1 else []}
    if len(found) == 1:
        posology |= found[0]
    for name, value in found[0].items() if len(found) > 1 else ():
        if all(other.get(name) == value for other in found):
            posology[name] = value
    if course is not None:
        posology["duration"] = course
    if strength is not None:
        posology |= _stated(strength)
    if whole.maximum is not None and "unit" not in whole.maximum["numerator"] and form_unit is not None:
        whole.maximum["numerator"]["unit"] = form_unit
    if whole.maximum is not None and "unit" not in whole.maximum["numerator"] and _measured(found):
        whole.maximum["numerator"]["unit"] = "{dose}"  # "5 mg every 4 h, max 6 a day"
    for name, said in (("route", whole.route), ("form", whole.form), ("max_dose", whole.maximum)):
        if said is not None:
            posology[name] = said
    if whole.form is not None and whole.form["code"] == "drops":
        rate = next((data["rate"] for data in found if "rate" in data), None)
        if rate is not None and rate["numerator"].get("unit") != "[drp]":
            del posology["form"]  # "gtt at 1,200 units/hr" is a drip
    posology["daily_dose"] = daily_dose(
        posology,
        each_site=whole.each_site,
        at_meal=any(step.at_meal for step in steps),
        at_most=any(step.at_most for step in steps),
    )
    return posology


def _measured(found: Sequence[Data]) -> bool:
    """Is what is taken said as a mass, in each dosage?"""
    units = {(data.get("dose") or {}).get("unit") for data in found}
    return bool(units) and units <= MASSES


def _stated(strength: Data) -> Data:
    return {"strength_parts": strength["parts"]} if "parts" in strength else {"strength": strength}


def _complete(found: Sequence[Data], unread: Sequence[Data]) -> None:
    """A step without a frequency or an amount has those of the step before. `unread`: those whose frequency is not known."""
    for before, after in itertools.pairwise(found):
        named = "dayOfWeek" in (before.get("timing") or {}).get("repeat", {}) and "dose" in after
        own = named or any(data is after for data in unread)  # "5 mg MWF, 2.5 mg" is of other days
        # "10 mg b.i.d. plus 5 mg p.r.n.": the second one is taken whenever it is needed.
        own = own or (bool(after.get("as_needed")) and not before.get("as_needed") and "dose" in after)
        if not own and not {"timing", "rate"} & after.keys() and "timing" in before:
            repeat = {name: value for name, value in before["timing"]["repeat"].items() if name != "count"}
            if repeat:
                after["timing"] = timing_of(repeat)
        if not {"dose", "rate"} & after.keys():
            after |= {name: before[name] for name in ("dose", "rate") if name in before}


def _in_turn(first: Data, second: Data) -> bool:
    """ "3 mg and 4 mg on alternate days": the interval is said once, behind both."""
    return "timing" not in first and (second.get("timing") or {}).get("repeat") == EVERY_OTHER_DAY


def _of_one_day(found: list[Data]) -> list[Data]:
    """ "One in the morning, one at noon and one at bedtime" is one dosage, as "1-1-1" is; twice a day may be said of it."""
    if len(found) < 2:
        return found
    said = [(data.get("timing") or {}).get("repeat") or {} for data in found]
    name = "timeOfDay" if "timeOfDay" in said[0] else "when"  # "one at 8, one at noon"
    named = [when for repeat in said for when in repeat.get(name, ())]
    meals = [when for when in said[-1].get(name, ()) if when in GENERAL_MEALS]
    moments = [when for when in named if when not in meals]  # "..., all with meals" stands behind the last one
    if GENERAL_MEALS & set(moments) or len(set(moments)) < len(moments):
        return found
    times = {key: value for key, value in said[0].items() if key != name}
    if times and times != {"frequency": len(moments), "period": "1", "periodUnit": "d"}:
        return found
    if name not in said[0] or any(repeat.keys() != {name} for repeat in said[1:]):
        return found
    rest = [{key: value for key, value in data.items() if key != "timing"} for data in found]
    last = rest[-1]
    behind = {key: value for key, value in last.items() if key != "duration"}
    if "dose" not in last or any(data != behind for data in rest[:-1]):
        return found
    return [{**last, "timing": timing_of({**times, name: moments + meals})}]


def _counted_once(found: Sequence[Data]) -> None:
    """Take from the first of a day's doses how many they are: "10 mg t.i.d.: 2 tablets a.m., 1 at noon, 2 at bedtime"."""
    said = [(data.get("timing") or {}).get("repeat") or {} for data in found]
    count = {"frequency": len(found), "period": "1", "periodUnit": "d"}
    named = [when for repeat in said for when in repeat.get("when", ())]
    if len(found) > 1 and said[0].items() >= count.items() and len(named) == len(found) == len(set(named)):
        if said[0].keys() == {*count, "when"} and all(repeat.keys() == {"when"} for repeat in said[1:]):
            found[0]["timing"] = timing_of({"when": said[0]["when"]})


def level(steps: Sequence[Step]) -> Element | None:
    """The concentration of a drug's level, where nothing else is said of it: "All normal. DPH 4.6 mcg/mL"."""
    if len(steps) != 1 or len(steps[0].amounts) != 1 or steps[0].timed() or steps[0].routes:
        return None
    amount, element = steps[0].amounts[0]
    ratio = amount.ratio if amount.kind == "strength" else None
    under = (ratio or {}).get("denominator") or {}
    in_blood = ratio is not None and ratio["numerator"].get("unit") in ("ug", "ng") and under.get("unit") == "mL"
    return element if in_blood else None


def released(step: Step) -> None:
    """Make what a patch gives in a time ("25 ug/h", "0.05 mg/day") its strength where patches are counted, else the rate.

    It says nothing of how often one is put on.
    """
    counted = any(amount.kind == "count" for amount, _ in step.amounts)
    for place, (amount, element) in enumerate(step.amounts):
        ratio = amount.ratio if amount.kind == "rate" else None
        if amount.kind == "quantity" and amount.every is not None and amount.every[1] in ("h", "d"):
            under = quantity_of(amount.every[0], None, amount.every[1])
            ratio = {"numerator": amount.quantity, "denominator": under}
            if not step.timings and amount.every != _DAY:
                step.repeat = {}
        if ratio is not None and ratio["denominator"]["unit"] in ("h", "d"):
            step.amounts[place] = (
                Amount("strength" if counted else "rate", ratio=ratio, measure=amount.measure),
                element,
            )


def untold(steps: Sequence[Step], whole: Whole) -> list[Element]:
    """Amounts side by side of which nothing says when each is given: at several places, or at several hours by a pump."""
    if len(steps) < 2 or whole.alternate or any(step.follows or step.duration or step.on_a_day for step in steps):
        return []
    rates = [any(amount.kind == "rate" for amount, _ in step.amounts) for step in steps]
    if len({any(runs(amount) for amount, _ in step.amounts) for step in steps}) > 1 and all(rates):
        return []  # "12 units/kg/h after 80 units/kg"
    if not all(rates) and any(rates):
        return []  # "5000 units bolus and 1000 units/h"
    if not all(rates) and any(step.timed() or step.as_needed or not step.amounts for step in steps):
        return []
    return [element for step in steps for amount, element in step.amounts if amount.kind != "strength"]


def _turns(found: Sequence[Data], strength: Data) -> list[Data]:
    """ "3 mg/4 mg alternate days": two doses in turn, and no combination, for these are further apart."""
    parts = strength.get("parts", ())
    if len(parts) != 2 or len(found) != 1 or {"dose", "rate"} & found[0].keys():
        return []
    low, high = sorted(Decimal(part["value"]) for part in parts)
    if not low < high <= low * _MOST_APART or (found[0].get("timing") or {}).get("repeat") != EVERY_OTHER_DAY:
        return []
    return [{**found[0], "dose": part} for part in parts]


def _alternate(found: Sequence[Data]) -> Data | None:
    """Two doses in turn are two steps of every second day, unless another interval is said; gives the course of both.

    The length behind the second one is that of the whole; where each has its own, the days of the turns are not known.
    """
    first: Data | None = found[0].pop("duration", None)
    last: Data | None = found[1].pop("duration", None)
    if first is not None and last is not None:
        return None
    repeats = [(data.get("timing") or {}).get("repeat") or {} for data in found]
    if all(repeat.get("period") in (None, "2") for repeat in repeats if repeat.get("frequency") != 1):
        for data, repeat in zip(found, repeats, strict=True):
            data["timing"] = timing_of({**repeat, **EVERY_OTHER_DAY})
    return last


def _dosages(step: Step, form_unit: str | None) -> tuple[list[Data], Data | None]:
    """The dosages of a step (several where a day's slots differ), and the strength that it names."""
    masses: list[tuple[int, Amount]] = []
    counts: list[Amount] = []
    strengths: list[Amount] = []
    rate: Data | None = None
    for place, (amount, _) in enumerate(step.amounts):
        if amount.kind == "quantity":
            masses.append((place, amount))
        elif amount.kind == "count":
            counts.append(amount)
        elif amount.kind == "strength":
            strengths.append(amount)
        else:
            rate = amount.ratio
    if counts and (masses or rate is not None):
        said = rate is not None or any(amount.measure == "volume" for _, amount in masses)
        counts = [one for one in counts if one.quantity not in (_AN_INJECTION if one.worded or said else _A_DOSE)]
        if counts:
            masses = [(place, amount) for place, amount in masses if amount.measure != "volume"]  # no strength
    strength = _strength(strengths)
    if step.slots:
        return _slotted(step, counts, [amount for _, amount in masses], strength, form_unit)
    data: Data = {}
    if counts:
        quantity = dict(counts[-1].quantity or {})
        if "unit" not in quantity and form_unit is not None:
            quantity["unit"] = form_unit
        if quantity.get("unit") != UNKNOWN_UNIT:
            data["dose"] = quantity
        described = [amount for _, amount in masses]
    else:
        plain = [amount for place, amount in masses if place not in step.forms_behind]
        described = [amount for place, amount in masses if place in step.forms_behind] + plain[:-1]
        if plain:
            data |= _amount_of(plain[-1])
    if described and strength is None:
        strength = {"numerator": described[0].quantity, "denominator": None}
    if rate is not None:
        data["rate"] = rate
    if step.repeat:
        data["timing"] = timing_of(step.repeat)
    if step.duration is not None:
        data["duration"] = step.duration
    data |= _need(step)
    return ([data] if data else []), strength


def _need(step: Step) -> Data:
    if not step.as_needed:
        return {}
    return {"as_needed": True, "as_needed_for": step.reason} if step.reason else {"as_needed": True}


def _amount_of(amount: Amount) -> Data:
    """A plain amount is the dose; one over 24 hours ("250 mg/24 h") is a rate."""
    if amount.every == _DAY:
        return {"rate": {"numerator": amount.quantity, "denominator": quantity_of(_DAY[0], None, _DAY[1])}}
    return {"dose": amount.quantity}


def _slotted(
    step: Step, counts: Sequence[Amount], masses: Sequence[Amount], strength: Data | None, form_unit: str | None
) -> tuple[list[Data], Data | None]:
    """ "1-0-1": one dosage where all moments have the same amount, else one for each."""
    unit = (counts[0].quantity or {}).get("unit") if counts else step.unit or form_unit
    slots = _at_meals(step)
    amounts = {amount for _, amount in slots}
    if masses and unit is None and amounts == {Decimal(1)}:
        dose = masses[-1].quantity  # nothing says what 1 counts: 5 mg each time
    else:
        dose = quantity_of(next(iter(amounts)), None, unit)
        if masses and strength is None:
            strength = {"numerator": masses[0].quantity, "denominator": None}
    said = _need(step) | ({"duration": step.duration} if step.duration is not None else {})
    if len(amounts) == 1:
        return [{"dose": dose, "timing": timing_of({"when": [when for when, _ in slots]}), **said}], strength
    return [
        {"dose": quantity_of(amount, None, unit), "timing": timing_of({"when": [when]}), **said}
        for when, amount in slots
    ], strength


def _at_meals(step: Step) -> list[tuple[str, Decimal]]:
    """The slots of a day, by the meals where a meal is said of all: "1-1-1 with meals"."""
    said = step.repeat.get("when")
    if said is None or len(said) != 1 or said[0] not in GENERAL_MEALS:
        return step.slots
    return [(said[0] + _MEALS[when] if when in _MEALS else when, amount) for when, amount in step.slots]


def _strength(amounts: Sequence[Amount]) -> Data | None:
    """A concentration, a percentage, or the `parts` of a combination."""
    for amount in amounts:
        if amount.parts:
            return {"parts": list(amount.parts)}
        if amount.ratio is not None:
            return amount.ratio
    return None


def timing_of(repeat: Data) -> Data:
    """FHIR Timing of a repeat. Beside clock times noon is one too, for FHIR has no `when` with `timeOfDay`."""
    if "timeOfDay" in repeat and repeat.get("when") == ["NOON"]:
        times = sorted({*repeat["timeOfDay"], "12:00:00"})
        repeat = {name: value for name, value in repeat.items() if name != "when"} | {"timeOfDay": times}
    key = (repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit"))
    plain = len(repeat) == len(key)
    return {"repeat": repeat, "code": _CODES.get(key) if plain else None}  # type: ignore[arg-type]


def agree(step: Step, text: str, lang: str) -> tuple[str, int, int] | None:
    """Make one of a number of takings a day and several moments of it; a warning (code and place) where they differ.

    "Daily in the morning and at bedtime" are two takings, "daily in the morning or at bedtime" is one.
    """
    if len(step.repeat.get("when", ())) < 2:
        return None
    moments, frequency = moments_of(step.repeat), step.repeat.get("frequency")
    if len(moments) < 2 or not frequency or (step.repeat.get("period"), step.repeat.get("periodUnit")) != ("1", "d"):
        return None
    start, end = step.timings[0][0], step.timings[-1][1]
    if frequency >= len(moments) or (frequency == 1 and _either(lang).search(text, start, end)):
        return None
    # "75 mg/d, morning and evening": the amount is that of the day.
    counted = any(counted for *_, counted in step.timings) or any(amount.every for amount, _ in step.amounts)
    if frequency > 1 or counted:
        return "frequency_contradicts_itself", start, end
    step.repeat = {
        name: value for name, value in step.repeat.items() if name not in ("frequency", "period", "periodUnit")
    }
    return None


@lru_cache(maxsize=len(resources.LANGUAGES))
def _either(lang: str) -> re.Pattern[str]:
    phrases = alternatives(resources.phrases(lang, "posology/words.tsv")["either_drug"], to_the_end=True)
    return re.compile(rf"\b{phrases}|/", re.IGNORECASE)


def goes_on(length: Data, repeat: Data) -> bool:
    """Does a time last longer than the interval of the takings, so that it is that of all: "every 20 minutes over 1 hour"?"""
    period, longest = repeat.get("period"), _MINUTES.get(repeat.get("periodUnit", ""))
    own = _MINUTES.get(length["durationUnit"])
    if period is None or longest is None or own is None:
        return False
    takings: int = repeat.get("frequency", 1)
    return Decimal(length["duration"]) * own * takings > Decimal(period) * longest


def course_of(length: Data) -> Data:
    """A time of giving as the length of a course."""
    most = length.get("durationMax")
    return quantity_of(Decimal(length["duration"]), Decimal(most) if most else None, length["durationUnit"])


def infusing(last: Element) -> bool:
    """Is what stands before a time a way of infusing: "IVL 30 min"?"""
    return last.kind == "route" and last.value == "intravenous"


def same_kind(one: Amount, other: Amount) -> bool:
    doses = ("count", "quantity")
    if one.kind == "rate" or other.kind == "rate":
        return one.kind != "strength" and other.kind != "strength" and one.kind == other.kind
    if one.kind in doses and other.kind in doses:
        return one.kind == other.kind and (one.measure == other.measure or one.kind == "count")
    return one.kind == other.kind


def daily(repeat: Data) -> bool:
    return (repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit")) == (1, "1", "d")


def largest(amount: Amount) -> Decimal:
    quantity = amount.quantity or {}
    return max((Decimal(quantity[name]) for name in ("value", "low", "high") if name in quantity), default=Decimal())


def each(amount: Amount, *, times: bool) -> Data:
    """The timing of an amount by time: "2 a day" as twice a day, or 2 each day."""
    number, unit = amount.every or (Decimal(1), "d")
    found: Data = {"frequency": 1, "period": digits(number), "periodUnit": unit}
    quantity = amount.quantity or {}
    if times:
        for name, key in (("value", "frequency"), ("low", "frequency"), ("high", "frequencyMax")):
            if name in quantity:
                if Decimal(quantity[name]) != int(Decimal(quantity[name])):
                    return found
                found[key] = int(Decimal(quantity[name]))
    return found
