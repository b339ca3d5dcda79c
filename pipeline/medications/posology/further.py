"""Steps beside others: what is said of one and is of all of them, and what is not."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.medications.posology.amounts import Amount
from pipeline.medications.posology.counts import in_order, in_parts
from pipeline.medications.posology.courses import DAYS, FIRST, HEAD, NEXT
from pipeline.medications.posology.daily import GENERAL_MEALS
from pipeline.medications.posology.dosage import EVERY_OTHER_DAY, Step, daily, each
from pipeline.medications.posology.elements import Data, Element, Timing

# Between the parts of a course.
_PARTS = frozenset(",;|\n")
_DOSES, _LENGTHS = frozenset({"amount", "slots"}), frozenset({"duration", "length"})
# Two times, each with its dose, are in turn.
_LEAST_TIMES = 4
_TIMES = ({"when"}, {"dayOfWeek"}, {"timeOfDay"})
# What stands before a day that begins something.
_APART = frozenset({"mark", "then", "drug", "take", "form", "route"})
# Behind a change: when it comes, or what is no part of it.
_AT_A_TIME = frozenset({"since", "then", "change", "changing", "end", "drug"})
_WORD_BEHIND = re.compile(r"[ \t]+([^\W\d_]{2,})")


def of_patch(steps: Sequence[Step], form: str | None) -> bool:
    """Is one patch meant, whose strength an amount by time is? Not a taper: "21 mg/24 h x 6 weeks, 14 mg x 2 weeks"."""
    if form != "patch" and not any(map(_of_patches, steps)):
        return False
    return sum(any(amount.measure == "mass" for amount, _ in step.amounts) for step in steps) == 1


def _of_patches(step: Step) -> bool:
    return any((amount.quantity or {}).get("unit") == "{patch}" for amount, _ in step.amounts)


def at_once(step: Step) -> tuple[str, int, int] | None:
    """Take away that it is taken once a day where only "at once" says so, beside a time of the day; a warning if nothing else does.

    "3 g en une prise": once in all, or once a day?
    """
    said = {name for name in step.repeat if name not in ("frequency", "period", "periodUnit")}
    if not daily(step.repeat) or step.single is None or (step.duration is not None and not said):
        return None
    if not said or len(step.repeat.get("when", ())) == 1:
        step.repeat = {name: value for name, value in step.repeat.items() if name in said}
    return None if said else ("frequency_unread", step.single.start, step.single.end)


def untimed(steps: Sequence[Step], elements: Sequence[Element], text: str) -> None:
    """Say of the further steps behind whose amount stands a word that nobody knows that they are taken at another time.

    "20 units in the morning, 12 units pre-prandially" are not two doses in the morning.
    """
    for step in steps[1:]:
        if step.timed() or not step.amounts or step.follows:
            continue
        last = step.amounts[-1][1]
        word = _WORD_BEHIND.match(text, last.end)
        if word is not None and not _is_read(elements, word.start(1), word.end()):
            step.vague = True


def _is_read(elements: Sequence[Element], start: int, end: int) -> bool:
    """Whether one of some elements in order, which do not overlap, holds a part of a stretch of the text."""
    index = bisect_left(elements, end, key=attrgetter("start")) - 1
    return index >= 0 and start < elements[index].end


def timed_alike(bands: Sequence[Step]) -> None:
    """What is said behind the last dose of a scale is of all of them: "..., >250: 6 units, t.i.d. before meals"."""
    if bands and not any(step.repeat for step in bands[:-1]):
        for step in bands[:-1]:
            step.repeat = dict(bands[-1].repeat)


def by_reason(steps: Sequence[Step]) -> None:
    """What is said behind the last amount is of all that have a reason: "1 tab for some pain, 2 tabs for severe pain q4h prn"."""
    *first, last = steps
    if not last.purpose or not all(step.purpose and not step.timed() and not step.as_needed for step in first):
        return
    for step in first:
        step.repeat, step.as_needed, step.reason = dict(last.repeat), last.as_needed, step.purpose
    last.reason = last.purpose if last.as_needed else last.reason


def in_turn(step: Step) -> bool:
    """Are the parts of the only amount doses one behind the other: "60/40/20 mg x 3 days"? Nobody counts or times them."""
    if step.duration is None or len(step.amounts) != 1 or step.repeat or step.slots or step.forms_behind:
        return False
    whole = step.amounts[0][0]
    return whole.measure == "mass" and in_order(whole)


def doses_in_turn(step: Step) -> list[Step]:
    """The steps of such doses; how long each of them is taken is not known."""
    first, *rest = in_parts(replace(step, duration=None))
    return [first, *(replace(part, follows=True) for part in rest)]


def mark_heads(elements: Sequence[Element]) -> None:
    """Tell the days behind which stands what is taken on them, "day 1: 40 mg, day 2: 30 mg", from those behind their dose.

    A length is such a one only if the first one is: "for 3 days 40 mg, then for 3 days 20 mg".
    """
    dosed = next((number for number, one in enumerate(elements) if one.kind in _DOSES), len(elements))
    ahead = any(one.kind in _LENGTHS for one in elements[:dosed])
    for number, element in enumerate(elements):
        length = element.kind in _LENGTHS and (element.code in (DAYS, FIRST) or (ahead and not element.code))
        if element.kind not in ("day", "week") and not length:
            continue
        before = elements[number - 1] if number else None
        behind = next((one for one in elements[number + 1 :] if not _leads_on(one)), None)
        apart = before is None or before.kind in _APART
        if apart and behind is not None and behind.kind in _DOSES:
            element.code = HEAD


def mark_courses(elements: Sequence[Element]) -> None:
    """Tell times with a length of their own behind others that have theirs: "tid x 1 wk, morning and night x 1 wk, qhs x 1 wk"."""
    before: list[Element] = []  # the times that the last length is of
    run: list[Element] = []
    closed = False
    for element in elements:
        if (element.kind == "timing" and not element.value.flag) or _counts_times(element):
            run.append(element)
        elif element.kind in _LENGTHS:
            if run and before and not element.code and _is_other(run, before, closed=closed):
                run[0].code = NEXT
            before, run, closed = (run or before) if not element.code else [], [], False
        elif element.kind == "mark" and not run:
            closed = True
            before = before if set(element.value) <= _PARTS else []
        elif element.kind not in ("filler", "then") or (element.kind == "then" and element.value != "joining"):
            before, run = [], []


def _is_other(run: Sequence[Element], before: Sequence[Element], *, closed: bool) -> bool:
    """Do times say something else than those before them? Not that a cycle begins anew, nor only at which meal."""
    new, old = _joined(run), _joined(before)
    cycle = new.get("periodUnit") in ("wk", "mo") or (
        new.get("periodUnit") == "d" and new.get("period") not in ("1", "2")
    )
    meals = new.keys() == {"when"} and GENERAL_MEALS.issuperset(new["when"])
    return new != old and not meals and (closed or not cycle) and not {"frequency", "when"}.isdisjoint(old)


def _counts_times(element: Element) -> bool:
    """Is a number by time how often: "2/j"?"""
    amount = element.value
    return element.kind == "amount" and amount.kind == "count" and not amount.measure and amount.every is not None


def _joined(times: Sequence[Element]) -> Data:
    """What times that stand together say."""
    found: Data = {}
    for one in times:
        repeat = each(one.value, times=True) if one.kind == "amount" else one.value.repeat
        for name, value in repeat.items():
            found[name] = [*found.get(name, ()), *value] if isinstance(value, list) else value
    return found


def mark_times(elements: Sequence[Element]) -> None:
    """Tell times behind each of which stands its dose: "Mon 3 mg Tue 4 mg Wed 3 mg", "AM: 500 mg, PM: 750 mg"."""
    said = [one for one in elements if one.kind in _DOSES or _names_time(one)]
    first = next((number for number, one in enumerate(said) if _names_time(one)), len(said))
    row = said[first:]
    in_turn = all(_names_time(one) != bool(number % 2) for number, one in enumerate(row))
    if len(row) < _LEAST_TIMES or len(row) % 2 or not in_turn:
        return
    if first and not (_begins(elements, elements.index(row[0])) or (_counts(row[1::2]) and not _counts(said[:first]))):
        return  # "5 mg Mon, 2.5 mg Tue, 30 tablets"; but "500 mg morning 1, evening 2"
    for time in row[::2]:
        time.code = HEAD


def mark_plans(elements: Sequence[Element], text: str) -> None:
    """Take a sign of change for the next step where it is said when that begins: "500 mg BID -> 1 g BID after 1 wk"."""
    for number, element in enumerate(elements):
        if element.kind != "change" or any(map(str.isalpha, text[element.start : element.end])):
            continue
        behind = next((one for one in elements[number + 1 :] if one.kind in _AT_A_TIME), None)
        if behind is not None and behind.kind == "since" and behind.value is not None and behind.value[1]:
            element.kind, element.value = "then", "then_to"


def mark_lengths(elements: Sequence[Element]) -> None:
    """Take a length that leads to the drug for its course: "five days of ceftriaxone"."""
    first = next((number for number, one in enumerate(elements) if one.kind != "filler"), len(elements))
    behind = next((number for number in range(first + 1, len(elements)) if elements[number].kind != "filler"), 0)
    if behind > first + 1 and elements[first].kind == "length" and elements[behind].kind == "drug":
        elements[first].kind = "duration"


def _counts(doses: Sequence[Element]) -> bool:
    """Is each dose a number without a unit?"""
    return all(one.kind == "amount" and one.value.kind == "count" and not one.value.measure for one in doses)


def _names_time(element: Element) -> bool:
    return element.kind == "timing" and element.value.repeat.keys() in _TIMES


def _begins(elements: Sequence[Element], place: int) -> bool:
    """Does an instruction begin at a place, behind the product and its strength?"""
    before = elements[place - 1]
    if before.kind != "mark":
        return before.kind in ("form", "take")
    return ":" in before.value or (place > 1 and elements[place - 2].kind == "form")


def weeks_of(step: Step) -> int:
    """How many weeks a step is taken; 0 where its week may be when it is given: "160 mg week 0, 80 mg week 2"."""
    first, count = step.weeks or (0, 0)
    often = step.repeat.get("periodUnit", "d") in ("d", "h") and bool(step.repeat or step.slots)
    return count if first and (count > 1 or often) else 0


def _leads_on(element: Element) -> bool:
    """Does an element stand between the name of a day and what is taken on it: "day 1: take 2 tablets"?"""
    return element.kind in ("filler", "take") or (element.kind == "mark" and element.value in (":", "("))


def share_unit(elements: Sequence[Element]) -> None:
    """Give the first of two doses in turn the unit of the second: "75 and 100 mcg alternating", "3 and 4 mg on alternate days"."""
    for first, joint, second, turn in zip(elements, elements[1:], elements[2:], elements[3:], strict=False):
        if joint.kind != "then" or joint.value != "joining" or second.kind != "amount" or not _takes_turns(turn):
            continue
        one, other = first.value, second.value
        if not isinstance(one, Amount) or one.kind != "count" or one.measure or one.every or not one.quantity:
            continue
        if other.kind == "quantity" and other.measure == "mass" and other.every is None:
            quantity = {**one.quantity, "unit": other.quantity["unit"]}
            first.kind, first.code, first.value = "amount", "", replace(other, quantity=quantity)


def _takes_turns(element: Element) -> bool:
    """Does an element behind two doses say that they are taken in turn?"""
    timing = element.value
    return element.kind == "alternate" or (isinstance(timing, Timing) and timing.repeat == EVERY_OTHER_DAY)


def of_cycle(repeat: Data) -> bool:
    """Is a timing the length of a cycle, on several days of which something is given: "days 1, 8 and 15 q 28 days"?"""
    unit, period = repeat.get("periodUnit"), repeat.get("period")
    return repeat.get("frequency") == 1 and (unit in ("wk", "mo") or (unit == "d" and period != "1"))
