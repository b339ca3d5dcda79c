"""The steps of an instruction, put together element by element. What the amounts of a step are is said in `dosage`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from pipeline.medications.posology.amounts import Amount, quantity_of
from pipeline.medications.posology.assembly import WEEK
from pipeline.medications.posology.counts import as_strength, counted, in_parts, rises_or_falls, units_before
from pipeline.medications.posology.courses import A_DAY, COURSE_UNITS, DAYS, EACH, HEAD, LAST, NEXT, OVER
from pipeline.medications.posology.day_rows import as_hours, times_of
from pipeline.medications.posology.dosage import (
    MASSES,
    course_of,
    goes_on,
    infusing,
)
from pipeline.medications.posology.elements import ROW, Data, Element, Timing
from pipeline.medications.posology.further import of_cycle
from pipeline.medications.posology.loading import of_first_days
from pipeline.medications.posology.placing import Placing
from pipeline.medications.posology.routes import apart, coded

_DAY = 24
# How often something is taken is said: "up to" beside it is a limit.
_TOLD = frozenset({"frequency", "count", "when", "timeOfDay"})
# So many takings without a word are those of a pack.
_A_PACK = 14
_WITH_ROUTE = frozenset({"timing", "amount", "as_needed", "duration", "length", "route", "infusion", "form", "reason"})
_FIGURES = re.compile(r"\d+")
# A form that is an act of giving: "1000 mcg injection" is what is given.
_GIVEN_FORMS = frozenset({"injection", "bolus", "drops", "powder"})
# Forms of which one is taken at once where nobody counts them: "10 mg suppository PR daily".
_ONE_AT_ONCE = frozenset({"suppository", "orodispersible_tablet", "film", "pessary", "enema", "ovule"})


class StepAssembly(Placing):
    """One instruction being put together, element by element."""

    def add(self, element: Element) -> None:
        """Take one element."""
        kind = element.kind
        if kind == "filler":
            if isinstance(element.value, Amount):
                self.step.volume = element.value.quantity
            elif "total" in self.text[element.start : element.end].lower():
                self.total = True
            return
        if self.pending is not None and kind != "take":
            self._resolve(element)
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, element)
        if kind not in _UNSAID:
            self.read.append((element.start, element.end))
        if self.limiting and kind not in _WITHIN_LIMIT:
            self.limiting = False
        self.last = element
        self.total = False

    # Words between

    def _mark(self, element: Element) -> None:
        self.bracket += element.value.count("(") + element.value.count("[")
        self.bracket = max(0, self.bracket - element.value.count(")") - element.value.count("]"))
        self.closed = True

    def _drug(self, element: Element) -> None:
        self.before_drug = False
        self.switching = len({route.value for route in self.step.routes}) > 1

    def _word(self, element: Element) -> None:
        self.then = self.change = False

    def _then(self, element: Element) -> None:
        if element.value == "then_to" and self.step.since:
            self._change(element)  # "10 mg daily since March, go up to 15 mg"
            return
        self.then, self.change = True, False
        self.joined, self.raising = element.value == "joining", element.value == "then_to"

    def _except(self, element: Element) -> None:
        self.excepting = self.step.timed() or bool(self.step.amounts)

    def _end(self, element: Element) -> None:
        self.then = False

    def _change(self, element: Element) -> None:
        self.change = True

    def _back(self, element: Element) -> None:
        """Go back to a dose: behind a course that is a further step, else the dose before is taken no more."""
        if self.step.duration is not None:
            self.then, self.joined, self.raising = True, False, True
        else:
            self._change(element)

    def _changing(self, element: Element) -> None:
        self.changing = True

    def _take(self, element: Element) -> None:
        self.take = True

    def _extra(self, element: Element) -> None:
        self.extra = True

    def _loaded(self, element: Element) -> None:
        self.loaded = True

    def _loading(self, element: Element) -> None:
        last = self.step.amounts[-1] if self.step.amounts else None
        behind = last is not None and last[1] is self.last and last[0].every is None and not self.step.timed()
        self.step.loading |= behind  # "a 300 mg LOAD"
        self.leading = not behind

    def _scale(self, element: Element) -> None:
        self.scale, self.scaled = True, element

    def _alternate(self, element: Element) -> None:
        self.whole.alternate = True

    def _hold(self, element: Element) -> None:
        self.then = False

    def _by(self, element: Element) -> None:
        self.then = False
        self.unread.append(("change_of_dose", element.start, element.end))

    def _old(self, element: Element) -> None:
        if element.value is None:
            self.change = True

    def _since(self, element: Element) -> None:
        behind_amount = bool(self.step.amounts) and self.last is self.step.amounts[-1][1]
        if behind_amount and not self.step.follows:
            self.step.vague = True  # "200 mg 12 hours later"
        length, elapsed = element.value or (None, False)
        self.step.since |= element.value is None and not element.code and bool(self.step.amounts)
        if self.limiting and length is not None and self.whole.maximum is not None:
            self.whole.maximum["denominator"] = length
            self.read.append((element.start, element.end))
            return  # "up to 8 tablets in 24 hours"
        if element.code:
            self.unread.append((element.code, element.start, element.end))
        if elapsed and length is not None and length.get("unit") in COURSE_UNITS:
            self.elapsed = element
            if len(self.steps) > 1 and self.step.amounts:
                self._lasted()

    def _unread(self, element: Element) -> None:
        of_unit = self._like_before(element.value) if isinstance(element.value, Amount) else None
        if of_unit is not None and self.step.duration is not None:
            self._dose(element, of_unit)  # "60 mg x 3d, 40 x 3d"
            return
        if of_unit is not None and element.code == "strength_without_unit":
            self.pending = element, of_unit  # "300 mg in the morning and 600 at night"
            return
        if element.code == "frequency_unread" and self.step.amounts:
            self.step.vague = True
        if element.code == "strength_without_unit":
            self._bare()
        if element.value == ROW:
            self.step.amounts = [(as_strength(amount), said) for amount, said in self.step.amounts]
        self.unread.append((element.code, element.start, element.end))

    # What is said

    def _headed(self) -> None:
        """What stands behind the name of a day is a step of its own: "day 1: 40 mg, day 2: 30 mg"."""
        if self.step.amounts and self.step.timed() and not self._product_only():
            self._next()

    def _day(self, element: Element) -> None:
        if element.code == HEAD:
            self._headed()
        self.step.on_a_day = True
        days = [int(day) for day in _FIGURES.findall(self.text[element.start : element.end])]
        self.step.on_days = len(days) > 1
        self.step.loading |= days == [1]
        if element.value == LAST:
            self.step.on_days = False
            self._counted_on_day()
            return
        self.step.days = len(days) if days and days == [*range(days[0], days[-1] + 1)] else 1 - self.step.on_days
        self._counted_on_day()
        if self.step.on_days and of_cycle(self.step.repeat):
            self.step.repeat = {}
            self.unread.append(("frequency_unread", element.start, element.end))

    def _later_days(self, element: Element) -> None:
        """ "x 3 on day 1, x 1 the following days": so many a day."""
        self.step.on_a_day = True
        self._counted_on_day()

    def _counted_on_day(self) -> None:
        """ "1 mg x 3 on day 1": so many takings a day."""
        if self.step.takings is None or self.step.repeat or (self.step.on_days and not self.step.days):
            return
        count, takings = self.step.takings
        self.unread = [unread for unread in self.unread if unread[1] != takings.start]
        self._merge(takings, {"frequency": count, "period": "1", "periodUnit": "d"})
        self.read.append((takings.start, takings.end))

    def _week(self, element: Element) -> None:
        if element.code == HEAD:
            self._headed()
        self.step.weeks, self.step.on_a_day = element.value, True

    def _timing(self, element: Element) -> None:
        if element.code == HEAD:
            self._headed()
        if element.code == NEXT and self.step.duration is not None and self.step.repeat:
            self._next()
        timing: Timing = element.value
        self._next_day()
        if timing.flag == "up_to" and self.step.repeat.keys().isdisjoint(_TOLD):
            self.step.at_most, timing = True, Timing(timing.repeat)
        elif timing.flag in ("most", "up_to"):
            self._most(timing)
            return
        if "otherDays" in timing.repeat:
            named = [day for step in self.steps for day in step.repeat.get("dayOfWeek", ())]
            if not named or "dayOfWeek" in self.step.repeat:
                self.unread.append(("frequency_unread", element.start, element.end))
                return
            timing = Timing({"dayOfWeek": [day for day in WEEK if day not in named]})
        if "daysLeftOut" in timing.repeat:
            self.step.excepted = timing.repeat["daysLeftOut"]
            timing = Timing({"dayOfWeek": [day for day in WEEK if day not in self.step.excepted]})
        if self.limiting and self.whole.maximum is not None and timing.repeat.get("frequency") == 1:
            under = quantity_of(Decimal(timing.repeat["period"]), None, timing.repeat["periodUnit"])
            self.whole.maximum["denominator"] = under
            return  # "up to 4 capsules of Imodium a day"
        spanned = self.step.on_days or (self.step.spanned and bool(self.step.repeat))
        if spanned and of_cycle(timing.repeat):
            self.unread.append(("frequency_unread", element.start, element.end))
            return
        if timing.flag == "one_go" and "frequency" in self.step.repeat:
            return  # "1 sachet par jour en une seule prise"
        if timing.flag == "single":
            if not self.step.repeat.keys().isdisjoint(timing.repeat.keys() | {"when", "frequency"}):
                return  # "20 mg le matin en une prise", "1 sachet par jour en une prise"
            self.step.single = element
        if timing.flag == "repeat":
            self._again(element, timing)
            return
        if timing.flag == "applied" and not self.step.amounts:  # "2 applications par jour": one each time
            one = Amount("count", {"value": "1", "unit": "{application}"}, measure="count")
            self.step.amounts.append((one, element))
        if timing.flag == "once":
            count = timing.repeat.get("count", 0)
            if self.last is not None and self.last.kind == "form" and not self._counted() and count != 1:
                return  # "tablets x56": the number that was dispensed
            figures = any(sign.isdigit() for sign in self.text[element.start : element.end])
            of_day = self.dated and len(self.steps) > 1 and not self.step.amounts
            if figures and (count != 1 or of_day) and "frequency" not in self.step.repeat and not self._routed():
                # "1 g x 3": a day, in all, or three of them?
                self.unread.append(("frequency_unread", element.start, element.end))
                self.step.takings, self.step.vague = (count, element), bool(self.step.amounts)
                return
            if figures and count >= _A_PACK and "frequency" in self.step.repeat:
                self.unread.append(("duration_unread", element.start, element.end))
                return  # "1 od x 28": what was supplied
        if timing.repeat.keys() == {"timeOfDay"} and self.step.repeat == {"count": 1}:
            return  # "a stat dose given at 16:40": when it was, and no time of every day
        if timing.flag == "divided":
            self._divide()
        if timing.flag == "apart":
            if "frequency" in self.step.repeat:
                return  # "twice a day, 12 hours apart"
            takings = self._counted_apart()
            timing = Timing(timing.repeat | ({"count": takings} if takings else {}), counted=True)
        self._take_timing(element, timing)

    def _counted_apart(self) -> int:
        """Take away how many doses are so far apart, "12 mg IM, 2 injections 24 hours apart"; 0 where none are named."""
        last = self.last
        if (
            last is not None and last.kind == "timing" and last.value.repeat.keys() == {"count"}
        ):  # "1 g x2 two weeks apart"
            self.unread = [unread for unread in self.unread if unread[1] != last.start]
            self.read.append((last.start, last.end))
            return int(last.value.repeat["count"])
        number = counted(self.step.amounts[-1][0]) if self.step.amounts else 0
        if number:
            self.step.amounts.pop()
        return number

    def _slots(self, element: Element) -> None:
        if self.step.timed() and self.then:
            self._next()
        slots, unit = element.value
        numbers = [amount for _, amount in slots]
        if unit in MASSES and rises_or_falls(numbers) and not self.step.timed():
            self.unread.append(("several_amounts", element.start, element.end))  # "40-30-20 mg": of a day, or in turn?
            return
        if unit is None and (hours := as_hours(slots)) and not units_before(self.step):
            if any(amount.kind != "rate" for amount, _ in self.step.amounts):
                self._take_timing(element, Timing({"timeOfDay": times_of(hours)}))
            else:
                self.unread.append(
                    ("frequency_unread", element.start, element.end)
                )  # 8, 14, 20 units, or at 8, 14, 20 h?
            return
        self.step.slots, self.step.unit = slots, unit
        self._settled()

    def _infusion(self, element: Element) -> None:
        if "duration" in self.step.repeat:
            return
        if goes_on(element.value, self.step.repeat) or self._running(element.value):
            self.step.duration = self.step.duration or course_of(element.value)
            self._settled()
            return
        self.step.repeat |= element.value
        self._settled()

    def _running(self, length: Data) -> bool:
        """Is a time of hours that of an infusion by the hour: "1 g/h for 24 h"?"""
        rates = (amount.ratio for amount, _ in self.step.amounts if amount.kind == "rate" and amount.ratio is not None)
        return length["durationUnit"] == "h" and any(rate["denominator"].get("unit") == "h" for rate in rates)

    def _duration(self, element: Element) -> None:
        if element.code == HEAD:
            self._headed()
        if self.step.spanned and element.code == DAYS and self.step.duration is not None:
            self.unread.append(("duration_unread", element.start, element.end))
            self.step.duration = None  # "days 1-4, 9-12"
            return
        self.step.spanned |= element.code in (DAYS, HEAD)
        unit = element.value.get("unit") if "value" in element.value else None
        worn = (self.whole.form or {}).get("code") == "patch"
        infused = element.code == EACH or (element.code == OVER and self._by_area())
        if unit == "min" or (unit == "h" and (worn or infused)):  # "4 doses over 6 hours each"
            self._infusion(replace(element, value=_given(element.value)))
            return
        if element.code == EACH and self._each(element):
            self._settled()
            return
        if self.step.duration is not None:
            if self.step.duration != element.value:
                self.unread.append(("duration_contradicts_itself", element.start, element.end))
            return
        self.step.duration = element.value
        self.step.loading |= of_first_days(element, self.text, self.lang)
        if element.value == A_DAY:
            self._counted_on_day()  # "x 3 the first day"
        self._settled()

    def _by_area(self) -> bool:
        """Is the dose that of the body's surface: "2400 mg/m2 over 46 h"?"""
        return any(
            amount.ratio is not None
            and amount.ratio["denominator"] is not None
            and amount.ratio["denominator"]["unit"] == "m2"
            for amount, _ in self.step.amounts
            if amount.kind == "rate"
        )

    def _each(self, element: Element) -> bool:
        """Give a length to each of the doses that have none: "40 mg, 30 mg, 20 mg, 3 days each"."""
        open_ends = list(itertools.takewhile(lambda step: step.duration is None, reversed(self.steps)))[::-1]
        parted = [part for step in open_ends for part in in_parts(step)]
        if len(parted) < 2:
            return False
        for step in parted:
            step.duration = element.value
        self.steps[-len(open_ends) :] = parted
        self.step = parted[-1]
        return True

    def _nights(self, element: Element) -> None:
        length, moment = element.value
        if not self.step.repeat:
            self._take_timing(element, moment)
        self._duration(replace(element, value=length))

    def _length(self, element: Element) -> None:
        """A time with no word before it: the course where it can be one ("1 cp le soir 3 jours")."""
        if element.code == HEAD:
            self._headed()
        if element.value.get("unit") in ("min", "h") and self.last is not None and infusing(self.last):
            self._infusion(replace(element, value=_given(element.value)))
            return
        if self._of_days(element.value):
            self._duration(element)  # "1.2 g t.d.s. 48 h"
        if (
            element.value.get("unit") in COURSE_UNITS
            and (self.step.said() or self.last is not None)
            and self.step.duration is None
        ):
            self._duration(element)

    def _of_days(self, length: Data) -> bool:
        """Are hours with no word before them so many that they are a course: a day or more, and several takings?"""
        hours = length.get("unit") == "h" and self.step.duration is None and Decimal(length.get("value", 0)) >= _DAY
        return hours and goes_on(_given(length), self.step.repeat)

    def _max(self, element: Element) -> None:
        first = self.whole.maximum is None or self.whole.of_takings
        self.limiting = first and element.value["denominator"] is None
        if first:
            numerator = dict(element.value["numerator"])
            if "unit" not in numerator and self.unit is not None:
                numerator["unit"] = self.unit
            self.whole.maximum, self.whole.of_takings = {**element.value, "numerator": numerator}, False
        self._settled()

    def _as_needed(self, element: Element) -> None:
        changing = self.last is not None and self.last.kind == "by"  # "increase by 2 units every 3 days if BG > 130"
        if element.code == "condition" and (self.scale or self.step.raised or changing or self._of_most()):
            return
        if (self.then and self.step.duration is not None) or (self.taking and self.step.timed()):
            self._next()  # "tid x 3 days then prn", "80 mg daily; if weight is up take 40 mg"
        self.step.as_needed = True
        words = self._words(element)
        if words:
            self.step.reason = self.step.reason or words
        elif self.step.reason is None:
            self.step.reason = self.reason
        self._settled()

    def _of_most(self) -> bool:
        """Is a condition that of a higher dose: "400 mg at night, up to 600 mg if the level is low"?"""
        most = self.whole.maximum
        return self.last is not None and self.last.kind == "max" and most is not None and most["denominator"] is None

    def _reason(self, element: Element) -> None:
        words = self._words(element)
        if self.step.amounts and not self.step.timed() and not self.then:
            self.step.purpose = self.step.purpose or words
        self.reason = self.reason or words
        if self.step.as_needed and self.step.reason is None:
            self.step.reason = words

    def _route(self, element: Element) -> None:
        if self.loaded and self.step.timed():
            return
        if self.switching:
            self.step.routes.clear()  # "IV to PO: X 500 mg PO"
            self.switching = False
        if self._of_something_else(element):
            self.unread.append(("several_routes", element.start, element.end))
            return
        if self.then and not self.joined and self.step.timed() and self.step.amounts:
            self._next()  # "1.2 g IV t.d.s. for 48 h, then oral 625 mg t.d.s."
        self.step.routes.append(element)
        self._passed()

    def _of_something_else(self, element: Element) -> bool:
        """Is a route named apart from the one of the step, and none of a dose of its own: "1 g IV q6h, EPIDURAL in place"?"""
        if not self.step.routes or self.then or self.change or self.following == "amount":
            return False
        leads_on = self.next_at if self.following in _WITH_ROUTE else 0
        return apart(self.step.routes[-1], element, leads_on, self.text, self.lang)

    def _form(self, element: Element) -> None:
        last, amounts = self.last, self.step.amounts
        beside = last is not None and bool(amounts) and amounts[-1][1] is last
        one = element.value in _ONE_AT_ONCE and not self.text[element.start : element.end].lower().endswith("s")
        if beside and amounts[-1][0].kind == "quantity" and element.value not in _GIVEN_FORMS and not one:
            self.step.forms_behind.add(len(amounts) - 1)
        behind = last is not None and last.end <= element.start  # and no form that ends the drug's name
        rinses = (
            element.value == "mouthwash" and behind and self.closed and self.step.timed()
        )  # "2 puffs b.i.d., rinse"
        if self.whole.form is None and not rinses:
            self.whole.form = coded(element, self.text)
        if self.limiting and self.whole.maximum is not None and element.value in self.units:
            self.whole.maximum["numerator"].setdefault("unit", self.units[element.value])
        self._passed()

    def _passed(self) -> None:
        self.then = self.change = False


def _given(length: Data) -> Data:
    """A time as that of one giving: infused over it, or worn for it."""
    amount: str = length.get("value") or length["low"]
    return {"duration": amount, "durationUnit": length["unit"]}


# What may stand between a limit and its time.
_WITHIN_LIMIT = frozenset({"max", "drug", "form"})
# What takes an element of each kind: the method of its name.
_HANDLERS: dict[str, Callable[[StepAssembly, Element], None]] = {
    name.removeprefix("_"): method
    for one in (Placing, StepAssembly)
    for name, method in vars(one).items()
    if name.startswith("_")
}
# What says nothing of the posology.
_UNSAID = frozenset(
    {"since", "mark", "word", "then", "take", "change", "unread", "changing", "loaded", "loading", "extra", "back"}
)
