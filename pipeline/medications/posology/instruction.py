"""From the elements of an instruction to its posology in the shape of the event, and what its steps say of one another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal

from pipeline.medications.posology.amounts import quantity_of
from pipeline.medications.posology.brackets import parted, without_home
from pipeline.medications.posology.counts import in_fluid, in_row, supplied, without_products, without_supply
from pipeline.medications.posology.courses import A_DAY, DAYS
from pipeline.medications.posology.dosage import agree, level, posology_of, released, untold
from pipeline.medications.posology.elements import Element, Reading
from pipeline.medications.posology.further import (
    at_once,
    by_reason,
    doses_in_turn,
    in_turn,
    mark_courses,
    mark_heads,
    mark_lengths,
    mark_plans,
    mark_times,
    of_patch,
    timed_alike,
    untimed,
    weeks_of,
)
from pipeline.medications.posology.loading import first_things_first, mark_first_days
from pipeline.medications.posology.routes import SITED, both_sides, settle
from pipeline.medications.posology.steps import StepAssembly

# Behind a count: what it comes to in brackets, and its time.
# Of these alone nothing can be read.
_SAYING_NOTHING = frozenset({"drug", "mark", "word", "filler"})
# Says nothing between a condition and what is taken then.
_SILENT = frozenset({"mark", "filler"})
_RECKONED = ["mark", "amount", "mark", "timing"]


def _names_days(element: Element) -> bool:
    return element.kind == "timing" and "dayOfWeek" in element.value.repeat


def _leads_to_day(element: Element) -> bool:
    """May it stand between two times of the same day: "morning AND EVENING day 2"?"""
    if element.kind == "timing":
        return set(element.value.repeat) == {"when"}
    return element.kind == "filler" or (element.kind == "then" and element.value == "joining")


def _takes(behind: Sequence[Element]) -> bool:
    """Is an amount to take the next that is said?"""
    said = [one.kind for one in itertools.islice((one for one in behind if one.kind not in _SILENT), 2)]
    return said[1:] == ["amount"] and said[0] in ("take", "extra")


def _before_days(elements: Sequence[Element]) -> list[bool]:
    """Does the number of a day stand behind each element: "BID on DAY 2"?"""
    found: list[bool] = []
    dated = False
    for element in reversed(elements):
        found.append(dated)
        if not _leads_to_day(element):
            dated = element.kind in ("day", "later_days") or (
                element.kind == "duration" and (element.code == DAYS or element.value == A_DAY)
            )
    return found[::-1]


def _several(assembly: StepAssembly, elements: Sequence[Element], text: str) -> None:
    """What several steps say of one another."""
    if not assembly.whole.alternate:
        assembly.steps = first_things_first(assembly.steps)
    steps = assembly.steps
    for step in steps:
        if step.on_a_day and step.days and step.duration is None:
            step.duration = quantity_of(Decimal(step.days), None, "d")  # "500 mg day 1, then 250 mg days 2-5"
        if step.weeks is not None and step.duration is None and (count := weeks_of(step)):
            step.duration = quantity_of(Decimal(count), None, "wk")  # "25 mg daily weeks 1-2"
    timed_alike([step for step in steps if step.band])
    by_reason(steps)
    for step, following in itertools.pairwise(steps):
        if step.excepted and following.amounts and not following.repeat:
            following.repeat = {"dayOfWeek": step.excepted}  # "100 µg daily except Sundays 75 µg"
    untimed(steps, elements, text)


def assemble(elements: Sequence[Element], text: str, lang: str, units: dict[str, str]) -> Reading:
    """The posology that elements say. `text`: what their places count in; `units`: UCUM unit of a form, by its code."""
    if _SAYING_NOTHING.issuperset([element.kind for element in elements]):
        return Reading({"as_needed": False, "steps": [], "daily_dose": None}, [], [])
    assembly = StepAssembly(text, lang, units)
    elements = without_products(in_row(parted(without_home(elements, text, lang), text, lang)))
    mark_first_days(elements, text, lang)
    mark_heads(elements)
    mark_times(elements)
    mark_courses(elements)
    mark_plans(elements, text)
    mark_lengths(elements)
    dated = _before_days(elements)
    last = len(elements) - 1
    kinds = [element.kind for element in elements]
    for number, element in enumerate(elements):
        assembly.following = kinds[number + 1] if number < last else None
        assembly.next_at = elements[number + 1].start if number < last else 0
        assembly.dated = dated[number]
        assembly.taking = element.code == "condition" and _takes(elements[number + 1 :])
        assembly.own_days = number < last and _names_days(elements[number + 1])
        assembly.reckoned = kinds[number + 1 : number + 5] == _RECKONED
        assembly.add(element)
    if assembly.pending is not None:
        assembly.add(Element("end", elements[-1].end, elements[-1].end))
    for step in assembly.steps:
        in_fluid(step)
        without_supply(step, text, lang)
        if step.single is not None and (found := at_once(step)) is not None:
            assembly.unread.append(found)
        if step.before and not step.timed() and "count" not in step.before:
            step.repeat = step.before  # "18 units at night, increased to 20 units"
    if len(assembly.steps) > 1:
        _several(assembly, elements, text)
    for step in list(filter(in_turn, assembly.steps)):
        _, element = step.amounts[0]
        assembly.unread.append(("duration_unread", element.start, element.end))  # of each, or of all of them?
        at = assembly.steps.index(step)
        assembly.steps[at : at + 1] = doses_in_turn(step)
    scaled = assembly.scaled  # also beside a dose: "6 units with meals plus correction scale"
    if scaled is not None and not any(code == "dose_by_scale" for code, *_ in assembly.unread):
        assembly.unread.append(("dose_by_scale", scaled.start, scaled.end))
    steps = [step for step in assembly.steps if (step.said() or step.as_needed) and not supplied(step, text, lang)]
    if of_patch(assembly.steps, (assembly.whole.form or {}).get("code")):
        for step in assembly.steps:
            released(step)
    if assembly.whole.form is None and (measured := level(assembly.steps)) is not None:
        assembly.unread.append(("strength_unread", measured.start, measured.end))
        assembly.steps[0].amounts = []
    if several := untold(steps, assembly.whole):
        assembly.unread += [("several_amounts", element.start, element.end) for element in several]
        for step in steps:
            step.amounts = [pair for pair in step.amounts if pair[0].kind == "strength"]
            step.repeat = {}
    for step in assembly.steps:
        if "offset" in step.repeat and "when" not in step.repeat:
            del step.repeat["offset"]  # "24 hours after chemotherapy": FHIR has an offset of meals and sleep only
    assembly.unread += [found for step in assembly.steps if (found := agree(step, text, lang)) is not None]
    assembly.unread += settle(assembly.steps, assembly.whole, text, lang)
    routes = [assembly.whole.route, *(step.route for step in assembly.steps)]
    assembly.whole.each_site = any(
        route is not None and route["code"] in SITED and both_sides(lang, route["text"]) for route in routes
    )
    return Reading(posology_of(steps, assembly.whole, units), assembly.read, assembly.unread)
