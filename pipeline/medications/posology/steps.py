"""From the elements of an instruction to its posology: one step or several, in the shape of the event.

Rules of what an amount is (FHIR R4 Dosage; the forms of writing that readers must agree on):
- a count ("2 tablets", "1"), a volume and units of activity after a strength are the dose;
- a mass is the strength beside a count, or directly before a form ("500 mg tablets"), or before a further amount with
  its own instruction ("Oramorph 10 mg/5 ml, 2.5 ml"); the only amount otherwise is the dose;
- the parts of a combination ("5/325 mg") are always the strength;
- an amount by weight, area or time is a rate and no dose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pipeline.medications.posology.amounts import Amount, quantity_of
from pipeline.medications.posology.numbers import digits
from pipeline.medications.posology.scanner import Element, Timing

Data = dict[str, Any]

# FHIR's names of common intervals, by frequency, period and unit.
_CODES = {
    (1, "1", "d"): "QD", (2, "1", "d"): "BID", (3, "1", "d"): "TID", (4, "1", "d"): "QID", (1, "2", "d"): "QOD",
    (1, "1", "h"): "Q1H", (1, "2", "h"): "Q2H", (1, "3", "h"): "Q3H", (1, "4", "h"): "Q4H", (1, "6", "h"): "Q6H",
    (1, "8", "h"): "Q8H", (1, "1", "wk"): "WK", (1, "1", "mo"): "MO",
}  # fmt: skip
_GENERAL_MEALS = frozenset({"C", "AC", "PC"})
_BY_FORM = frozenset({"injection", "infusion", "bolus", "drops"})
# A number without a unit above this counts nothing that is taken; it is part of a name or a strength without its unit.
MAX_COUNT = 12
#: A time without "for" before it, in hours or less, is no course.
_COURSE_UNITS = frozenset({"d", "wk", "mo", "a"})
_BOTH_SIDES = re.compile(r"(?:both|each|every|chaque|les deux|2 yeux|ou$|odg|per nostril|par narine|les yeux|bilateral)")


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
    unit: str | None = None  # of the slots, or of the counts, where it is not said again

    def said(self) -> bool:
        """Is there anything that makes the step an instruction of its own?"""
        return bool(self.amounts or self.repeat or self.duration or self.slots)

    def timed(self) -> bool:
        """Has the step a timing or a duration?"""
        return bool(self.repeat or self.duration or self.slots)


@dataclass(slots=True)
class Reading:
    """The posology of a drug, the stretches it was read from, and what could not be read (code and place)."""

    posology: Data
    read: list[tuple[int, int]]
    unread: list[tuple[str, int, int]]


class _Assembly:
    """One instruction being put together. `text` is the note's own text, from which reasons and names are copied."""

    def __init__(self, text: str, codes: dict[str, dict[str, str]], lang: str) -> None:
        self.text = text
        self.codes = codes
        self.lang = lang
        self.steps = [Step()]
        self.unit: str | None = None  # of the last count of a form
        self.before_drug = True
        self.supplied = False  # the last count stands before the drug: "28 tablets of X, one each morning"
        self.read: list[tuple[int, int]] = []
        self.unread: list[tuple[str, int, int]] = []
        self.route: Data | None = None
        self.form: Data | None = None
        self.maximum: Data | None = None
        self.reason: str | None = None
        self.alternate = False
        self.then = False
        self.change = False
        self.changing = False
        self.take = False
        self.closed = False  # a mark or a sentence's end stands before the next element
        self.last: Element | None = None
        self.scale = False
        self.bracket = 0

    @property
    def step(self) -> Step:
        return self.steps[-1]

    def add(self, element: Element) -> None:
        """Take one element."""
        handler = getattr(self, f"_{element.kind}", None)
        if handler is not None:
            handler(element)
        if element.kind not in ("mark", "word", "filler", "then", "take", "change", "unread", "changing"):
            self.read.append((element.start, element.end))
        if element.kind not in ("filler",):
            self.last = element

    # Words between

    def _mark(self, element: Element) -> None:
        self.bracket += element.value.count("(") + element.value.count("[")
        self.bracket = max(0, self.bracket - element.value.count(")") - element.value.count("]"))
        self.closed = True

    def _drug(self, element: Element) -> None:
        self.before_drug = False

    def _word(self, element: Element) -> None:
        self.then = self.change = False

    def _then(self, element: Element) -> None:
        self.then = True

    def _end(self, element: Element) -> None:
        self.then = False

    def _change(self, element: Element) -> None:
        self.change = True

    def _changing(self, element: Element) -> None:
        self.changing = True

    def _take(self, element: Element) -> None:
        self.take = True

    def _scale(self, element: Element) -> None:
        self.scale = True

    def _alternate(self, element: Element) -> None:
        self.alternate = True

    def _hold(self, element: Element) -> None:
        self.then = False

    def _by(self, element: Element) -> None:
        self.unread.append(("change_of_dose", element.start, element.end))

    def _old(self, element: Element) -> None:
        if element.value is None:
            self.change = True

    def _unread(self, element: Element) -> None:
        self.unread.append((element.code, element.start, element.end))

    # What is said

    def _amount(self, element: Element) -> None:
        amount: Amount = element.value
        if self.scale or self._for_glucose(element):
            self.scale = True
            self.unread.append(("dose_by_scale", element.start, element.end))
            return
        bare = amount.kind == "count" and not amount.measure
        if bare and amount.every is None and not amount.worded and _largest(amount) > MAX_COUNT:
            self.unread.append(("amount_without_unit", element.start, element.end))
            return
        if bare and amount.every is not None and self.step.amounts and not self.then and self._as_times(amount):
            self._take_timing(element, Timing(_each(amount, times=True)))
            return
        if self.bracket and amount.kind == "quantity" and self._counted():
            return  # "2 tablets (50 mg total)": the count is the dose, and 50 mg what it comes to
        if bare and self.unit is not None:
            amount = replace(amount, quantity={**(amount.quantity or {}), "unit": self.unit}, measure="count")
            if self.step.amounts and self.supplied and not self.step.timed():
                self.step.amounts = [pair for pair in self.step.amounts if pair[0].kind != "count"]
        elif amount.kind == "count" and amount.quantity and amount.measure:
            self.unit, self.supplied = amount.quantity["unit"], self.before_drug
        self._place(amount)
        self.step.amounts.append((amount, element))
        if amount.every is not None and not (amount.every == (24, "h") and amount.kind == "quantity"):
            self._merge(element, _each(amount, times=False))
        self._settled()

    def _as_times(self, amount: Amount) -> bool:
        return amount.quantity is not None

    def _for_glucose(self, element: Element) -> bool:
        return re.match(r"\s*(?:for|if|si|pour)\s+(?:\w+\s+){0,3}[<>=]*\s*\d{2,3}\s*(?:-|to|a)\s*\d{2,3}", self.text[element.end : element.end + 40].lower()) is not None

    def _counted(self) -> bool:
        return any(amount.kind == "count" or amount.measure == "volume" for amount, _ in self.step.amounts)

    def _place(self, amount: Amount) -> None:
        """Begin a further step where the amount does not belong to the one before."""
        step = self.step
        if not step.amounts:
            if self.then and step.timed():
                self._next()
            return
        if self.change or (self.changing and not step.timed() and self._alike(amount)):
            self._replace()
            return
        if self.alternate or self.then:
            if self._product_only():
                return
            if step.timed() or self._alike(amount) or self.alternate:
                self._next()
            return
        if step.timed() and not (self._product_only() and amount.kind != "strength"):
            if self._alike(amount) or self.take or not self._adds(amount):
                self._next()
            return
        if self._alike(amount) and not self._product_only():
            kinds = [other for other, _ in step.amounts if _same_kind(other, amount)]
            if len(kinds) == 1 and (self.closed or self.take) and not self._enumerates():
                return  # the product's strength, then the instruction: "Paracetamol 500 mg, 1 g qid"
            self._next()

    def _enumerates(self) -> bool:
        return len(self.steps) > 1

    def _adds(self, amount: Amount) -> bool:
        """Does an amount complete the step that is going on: its strength beside its count, or the reverse?"""
        kinds = {other.kind for other, _ in self.step.amounts}
        if amount.kind == "strength":
            return True
        return (amount.kind == "quantity" and kinds == {"count"}) or (amount.kind == "count" and "count" not in kinds)

    def _alike(self, amount: Amount) -> bool:
        return any(_same_kind(other, amount) for other, _ in self.step.amounts)

    def _product_only(self) -> bool:
        """Has the step only amounts that describe the product: a concentration, a combination, "500 mg tablets"?"""
        return bool(self.step.amounts) and all(
            amount.kind == "strength" or place in self.step.forms_behind
            for place, (amount, _) in enumerate(self.step.amounts)
        )

    def _replace(self) -> None:
        step = self.step
        kept = [(place, pair) for place, pair in enumerate(step.amounts) if pair[0].kind == "strength" or place in step.forms_behind]
        step.forms_behind = {new for new, (old, _) in enumerate(kept) if old in step.forms_behind}
        step.amounts = [pair for _, pair in kept]
        step.repeat, step.duration, step.slots = {}, None, []
        self.change = False

    def _next(self) -> None:
        before = self.step
        self.steps.append(Step(as_needed=False))
        self.then = False
        if self.alternate:
            every_other = {"frequency": 1, "period": "2", "periodUnit": "d"}
            for step in (before, self.step):
                if not step.repeat or step.repeat.get("period") == "1":
                    step.repeat = {k: v for k, v in step.repeat.items() if k not in every_other} | every_other

    def _settled(self) -> None:
        self.closed = self.take = self.then = self.change = False

    def _timing(self, element: Element) -> None:
        timing: Timing = element.value
        if timing.flag == "most":
            self._most(timing)
            return
        if timing.flag == "once":
            count = timing.repeat.get("count", 0)
            if self.last is not None and self.last.kind == "form" and not self._counted() and count != 1:
                return  # "tablets x56": the number that was dispensed
            if self.lang == "fr" and count != 1 and "frequency" not in self.step.repeat:
                # "1 g x 3": a day, or in all?
                self.unread.append(("frequency_unread", element.start, element.end))
                return
        if timing.flag == "divided":
            self._divide()
        self._take_timing(element, timing)

    def _most(self, timing: Timing) -> None:
        """ "up to 4 times a day": a limit of takings."""
        repeat = timing.repeat
        if "frequency" not in repeat:
            return
        most = repeat.get("frequencyMax", repeat["frequency"])
        under = quantity_of(Decimal(repeat["period"]), None, repeat["periodUnit"])
        self.maximum = {"numerator": quantity_of(Decimal(most), None, "{dose}"), "denominator": under}

    def _divide(self) -> None:
        """What is divided is the amount of a day, and no dose: "1000 mg/j en 2 prises"."""
        for place, (amount, element) in enumerate(self.step.amounts):
            if amount.quantity is not None and amount.every == (1, "d"):
                ratio = {"numerator": amount.quantity, "denominator": quantity_of(Decimal(1), None, "d")}
                self.step.amounts[place] = (Amount("rate", ratio=ratio), element)
                self.step.repeat = {}
            elif amount.quantity is not None and amount.kind == "quantity" and self.step.repeat.get("period") == "1":
                ratio = {"numerator": amount.quantity, "denominator": quantity_of(Decimal(1), None, "d")}
                self.step.amounts[place] = (Amount("rate", ratio=ratio), element)
                self.step.repeat = {}

    def _take_timing(self, element: Element, timing: Timing) -> None:
        if self._right_eye(element):
            self.route = self.route or {"text": self.text[element.start : element.end], "code": "ophthalmic"}
            return
        if self.bracket and self.step.repeat and timing.repeat.items() <= self.step.repeat.items():
            return
        if self.change and self.step.repeat:
            self.step.repeat = {}
        elif self.then and self.step.timed() and self._new_step(timing.repeat):
            self._next()
        self._merge(element, timing.repeat)
        self._settled()

    def _right_eye(self, element: Element) -> bool:
        """ "OD" beside drops is the right eye, not once a day."""
        words = self.text[element.start : element.end].lower().replace(".", "")
        drops = any((amount.quantity or {}).get("unit") == "[drp]" for amount, _ in self.step.amounts)
        return words == "od" and drops

    def _new_step(self, repeat: Data) -> bool:
        """Does a timing after "then" begin a step? "And" before another time of day goes on with the same."""
        mine = self.step.repeat
        if self.step.duration:
            return True
        return any(name in mine and name in repeat and mine[name] != repeat[name] for name in ("frequency", "period", "count"))

    def _merge(self, element: Element, found: Data) -> None:
        repeat = self.step.repeat
        for name in ("frequency", "frequencyMax", "period", "periodMax", "periodUnit", "count"):
            if name in found and name in repeat and found[name] != repeat[name]:
                self.unread.append(("frequency_contradicts_itself", element.start, element.end))
                return
        if "frequency" in repeat and "frequency" in found and found.keys() & {"frequencyMax", "periodMax"} != repeat.keys() & {"frequencyMax", "periodMax"}:
            self.unread.append(("frequency_contradicts_itself", element.start, element.end))
            return
        for name, value in found.items():
            if isinstance(value, list):
                known = repeat.setdefault(name, [])
                known += [code for code in value if code not in known]
            else:
                repeat[name] = value

    def _slots(self, element: Element) -> None:
        if self.step.timed() and self.then:
            self._next()
        self.step.slots, self.step.unit = element.value
        self._settled()

    def _infusion(self, element: Element) -> None:
        if "duration" in self.step.repeat:
            return
        self.step.repeat |= element.value
        self._settled()

    def _duration(self, element: Element) -> None:
        if self.step.duration is not None:
            if self.step.duration != element.value:
                self.unread.append(("duration_contradicts_itself", element.start, element.end))
            return
        self.step.duration = element.value
        self._settled()

    def _length(self, element: Element) -> None:
        """A time with no word before it: the course where it can be one ("1 cp le soir 3 jours")."""
        if element.value.get("unit") in ("min", "h") and self.last is not None and self._infusing(self.last):
            name = "value" if "value" in element.value else "low"
            said = {"duration": element.value[name], "durationUnit": element.value["unit"]}
            self._infusion(replace_value(element, said))
            return
        if element.value.get("unit") in _COURSE_UNITS and (self.step.said() or self.last is not None) and self.step.duration is None:
            self._duration(element)

    def _infusing(self, last: Element) -> bool:
        """Is what stands before a time a way of infusing: "IVL 30 min"?"""
        return (last.kind == "route" and last.value == "intravenous") or (
            last.kind == "form" and last.value == "infusion"
        )

    def _max(self, element: Element) -> None:
        if self.maximum is None:
            self.maximum = element.value
        self._settled()

    def _as_needed(self, element: Element) -> None:
        self.step.as_needed = True
        words = self._words(element)
        if words:
            self.step.reason = f"{self.step.reason}, {words}" if False else self.step.reason or words
        elif self.step.reason is None:
            self.step.reason = self.reason
        self._settled()

    def _reason(self, element: Element) -> None:
        words = self._words(element)
        self.reason = self.reason or words
        if self.step.as_needed and self.step.reason is None:
            self.step.reason = words

    def _words(self, element: Element) -> str | None:
        if element.value is None:
            return None
        start, end = element.value
        return self.text[start:end].strip() or None

    def _route(self, element: Element) -> None:
        if self.route is None:
            self.route = self._coded(element, "route")
        self._passed()

    def _form(self, element: Element) -> None:
        last = self.last
        if last is not None and last.kind == "amount" and self.step.amounts and self.step.amounts[-1][1] is last:
            self.step.forms_behind.add(len(self.step.amounts) - 1)
        if self.form is None:
            self.form = self._coded(element, "form")
        self._passed()

    def _passed(self) -> None:
        self.then = self.change = False

    def _coded(self, element: Element, kind: str) -> Data:
        words = self.text[element.start : element.end]
        return {"text": words, "code": element.value}


def replace_value(element: Element, value: Any) -> Element:
    """The element with another value."""
    return Element(element.kind, element.start, element.end, value, element.code)


def _same_kind(one: Amount, other: Amount) -> bool:
    doses = ("count", "quantity")
    if one.kind == "rate" or other.kind == "rate":
        return one.kind != "strength" and other.kind != "strength" and one.kind == other.kind
    if one.kind in doses and other.kind in doses:
        return (one.kind == other.kind and (one.measure == other.measure or one.kind == "count"))
    return one.kind == other.kind


def _largest(amount: Amount) -> Decimal:
    quantity = amount.quantity or {}
    return max((Decimal(quantity[name]) for name in ("value", "low", "high") if name in quantity), default=Decimal())


def _each(amount: Amount, *, times: bool) -> Data:
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


def assemble(
    elements: Sequence[Element], text: str, codes: dict[str, dict[str, str]], lang: str, units: dict[str, str]
) -> Reading:
    """The posology that elements say. `text`: what their places count in; `units`: UCUM unit of a counted form."""
    assembly = _Assembly(text, codes, lang)
    for element in elements:
        assembly.add(element)
    steps = [step for step in assembly.steps if step.said() or step.as_needed]
    posology = _posology(assembly, steps or [Step()], units)
    return Reading(posology, assembly.read, assembly.unread)


def _posology(assembly: _Assembly, steps: list[Step], units: dict[str, str]) -> Data:
    form_unit = units.get((assembly.form or {}).get("code") or "")
    found: list[Data] = []
    strength: Data | None = None
    for number, step in enumerate(steps):
        data, own = _dosage(step, form_unit)
        strength = strength or own
        found += data
        del number
    for before, after in zip(found, found[1:], strict=False):
        if "timing" not in after and "rate" not in after:
            if "timing" in before and not before["timing"]["repeat"].get("count"):
                after["timing"] = deepcopy(before["timing"])
        if not {"dose", "rate"} & after.keys():
            for name in ("dose", "rate"):
                if name in before:
                    after[name] = deepcopy(before[name])
    if assembly.alternate and len(found) == 2 and not any("frequency" in ((d.get("timing") or {}).get("repeat") or {}) and d["timing"]["repeat"]["period"] != "2" for d in found):
        for data in found:
            data.pop("duration", None)
            data["timing"] = _timing({"frequency": 1, "period": "2", "periodUnit": "d"})
    as_needed = any(step.as_needed for step in steps)
    posology: Data = {"as_needed": as_needed, "steps": found if len(found) > 1 else []}
    if as_needed:
        posology["as_needed_for"] = next((step.reason for step in steps if step.reason), None)
    shared = found[0] if found else {}
    for name, value in shared.items():
        if all(other.get(name) == value for other in found):
            posology[name] = deepcopy(value)
    for name, value in (("strength", strength), ("route", assembly.route), ("form", assembly.form), ("max_dose", assembly.maximum)):
        if value is not None:
            posology[name] = value
    rate = next((data["rate"] for data in found if "rate" in data), None)
    if rate is not None and (assembly.form or {}).get("code") == "drops" and rate["numerator"].get("unit") != "[drp]":
        posology.pop("form", None)  # "gtt at 1,200 units/hr" is a drip
    if strength is not None and "parts" in strength:
        posology["strength_parts"] = posology.pop("strength")["parts"]
    posology["daily_dose"] = _daily_dose(posology)
    return posology


def _dosage(step: Step, form_unit: str | None) -> tuple[list[Data], Data | None]:
    """The dosages of a step (several where a day's slots differ), and the strength that it names."""
    counts = [a for a, _ in step.amounts if a.kind == "count"]
    if any(a.kind == "quantity" for a, _ in step.amounts):
        # "a dose of 30 mg" says no number of its own.
        counts = [a for a in counts if a.quantity != {"value": "1", "unit": "{dose}"}]
    rates = [a for a, _ in step.amounts if a.kind == "rate"]
    concentrations = [a for a, _ in step.amounts if a.kind == "strength"]
    masses = [(place, a) for place, (a, _) in enumerate(step.amounts) if a.kind == "quantity"]
    strength = _strength(concentrations)
    data: Data = {}
    if step.slots:
        unit = next((a.quantity.get("unit") for a in (*counts, *(m for _, m in masses)) if a.quantity and a.quantity.get("unit")), None) if not masses or counts else None
        if counts or form_unit or step.unit:
            unit = (counts[0].quantity or {}).get("unit") if counts else step.unit or form_unit
            strength = strength or (_plain_strength(masses[0][1]) if masses else None)
            return _slotted(step, unit or form_unit), strength
        if masses and len(masses) == 1 and all(amount == step.slots[0][1] for _, amount in step.slots) and step.slots[0][1] == 1:
            data["dose"] = masses[0][1].quantity
            data["timing"] = _timing({"when": [when for when, _ in step.slots]})
            return [_finished(data, step)], strength
        return _slotted(step, None), strength or (_plain_strength(masses[0][1]) if masses else None)
    if counts:
        counted = counts[-1]
        quantity = dict(counted.quantity or {})
        if "unit" not in quantity and form_unit is not None:
            quantity["unit"] = form_unit
        data["dose"] = quantity
        if masses and strength is None:
            strength = _plain_strength(masses[0][1])
    elif masses:
        plain = [m for m in masses if m[0] not in step.forms_behind]
        described = [m for m in masses if m[0] in step.forms_behind]
        if len(plain) > 1:
            described, plain = [*described, *plain[:-1]], plain[-1:]
        if plain:
            dose = plain[-1][1]
            data["dose"] = dose.quantity
        if described and strength is None:
            strength = _plain_strength(described[0][1])
    if rates:
        data["rate"] = rates[-1].ratio
        if "dose" in data and not counts:
            # "2 mg bolus" and "1 mg/h" in one step: an amount beside a rate is what the product holds.
            pass
    for amount, _ in step.amounts:
        if amount.every == (24, "h") and amount.kind == "quantity" and data.get("dose") is amount.quantity:
            data["rate"] = {"numerator": data.pop("dose"), "denominator": {"value": "24", "unit": "h"}}
    if step.repeat:
        data["timing"] = _timing(step.repeat)
    finished = _finished(data, step)
    return ([finished] if finished or step.as_needed else []), strength


def _finished(data: Data, step: Step) -> Data:
    if step.duration is not None:
        data["duration"] = step.duration
    return data


def _slotted(step: Step, unit: str | None) -> list[Data]:
    amounts = {amount for _, amount in step.slots}
    if len(amounts) == 1:
        data = {
            "dose": quantity_of(next(iter(amounts)), None, unit),
            "timing": _timing({"when": [when for when, _ in step.slots]}),
        }
        return [_finished(data, step)]
    return [
        _finished({"dose": quantity_of(amount, None, unit), "timing": _timing({"when": [when]})}, step)
        for when, amount in step.slots
    ]


def _strength(amounts: Sequence[Amount]) -> Data | None:
    for amount in amounts:
        if amount.parts:
            return {"parts": list(amount.parts)}
        if amount.ratio is not None:
            return amount.ratio
    return None


def _plain_strength(amount: Amount) -> Data:
    return {"numerator": amount.quantity, "denominator": None}


def _timing(repeat: Data) -> Data:
    key = (repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit"))
    plain = len(repeat) == len(key)
    return {"repeat": repeat, "code": _CODES.get(key) if plain else None}  # type: ignore[arg-type]


def _daily_dose(posology: Data) -> Data | None:
    """Dose times takings a day, where both are single figures and nothing is taken as needed or only once."""
    dose, timing = posology.get("dose"), posology.get("timing")
    if not dose or "value" not in dose or not timing or posology["as_needed"] or posology["steps"]:
        return None
    repeat = timing["repeat"]
    if repeat.keys() & {"frequencyMax", "periodMax", "count", "dayOfWeek", "timeOfDay"}:
        return None
    route = (posology.get("route") or {}).get("text", "").lower()
    if _BOTH_SIDES.search(route):
        return None  # two drops in both eyes are two or four
    if "frequency" in repeat:
        if repeat.get("period") != "1" or repeat.get("periodUnit") != "d":
            return None
        times = repeat["frequency"]
    elif "when" in repeat and not _GENERAL_MEALS & set(repeat["when"]):
        times = len(repeat["when"])
    else:
        return None
    amount = digits(Decimal(dose["value"]) * times)
    return {"value": amount, "unit": dose.get("unit"), "assumptions": []}
