"""What has been put together of an instruction so far, and how a timing joins it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import Amount, quantity_of
from pipeline.medications.posology.daily import GENERAL_MEALS
from pipeline.medications.posology.dosage import ONE_DAY, Step, Whole, daily
from pipeline.medications.posology.elements import Data, Element, Timing
from pipeline.text.phrases import alternatives

_LENGTHS = ("duration", "length")
_LONG = frozenset({"wk", "mo"})
_LEADING_ON = frozenset({"timing", "then", "end"})
_EVENINGS = frozenset({"HS", "EVE"})
_HOW_OFTEN = ("frequency", "period", "periodUnit", "count")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Assembling:
    """One instruction being put together.

    `text` is the note's own text, from which reasons and names are copied; `units`: UCUM unit of a form, by its code.
    """

    unit: str | None = None  # of the last count of a form
    before_drug = True
    switching = False  # several routes stand before the drug
    unitless = False  # doses are written without the unit of the first one: "0.5 mg day 1, 0.5 b.i.d., 1 b.i.d."
    supplied = False  # the last count stands before the drug: "28 tablets of X, one each morning"
    reason: str | None = None
    # What the words just read announce.
    then = change = changing = take = scale = False
    loaded = False  # what was given once is told next: "300 mg qhs, level 8, LOADED 1 g"
    leading = False  # what is given first is told next: "75 mg daily, LOADING DOSE 300 mg"
    extra = False  # what may be taken beside the regimen follows: "20 mg daily, MAY TAKE EXTRA 20 mg for swelling"
    scaled: Element | None = None  # the words that say that the dose follows a scale
    joined = False  # "then" is only an "and"
    raising = False  # "then" is a change of the dose: "increasing to"
    total = False  # "a total of" leads to the next amount
    totalled: Element | None = None  # what all takings come to
    following: str | None = None  # the kind of the element behind the one that is taken
    taking = False  # what is taken follows: "IF weight is up TAKE 40 mg"
    next_at = 0  # where it stands
    dated = False  # the number of a day stands behind it: "TID day 1, BID on DAY 2"
    own_days = False  # days of the week stand behind it: "88 mcg daily, 2 tabs on SUNDAYS"
    reckoned = False  # what it comes to stands in brackets behind it, and then its time: "1/2 tab (56 mcg) Sun"
    closed = False  # a mark or a sentence's end stands before the next element
    last: Element | None = None
    pending: tuple[Element, Amount] | None = None  # "300 mg in the morning and 600 at night": 600 of what?
    excepting = False  # "5 mg daily except 7.5 mg on Sundays"
    elapsed: Element | None = None  # "after two weeks" leads to the next step
    limiting = False  # a limit without its time was just said: "up to 8 TABLETS IN 24 HOURS"
    bracket = 0

    def __init__(self, text: str, lang: str, units: Mapping[str, str]) -> None:
        self.text = text
        self.lang = lang
        self.units = units
        self.step = Step()
        self.steps = [self.step]
        self.read: list[tuple[int, int]] = []
        self.unread: list[tuple[str, int, int]] = []
        self.whole = Whole()

    def _next(self) -> None:
        follows = (self.then and not self.joined) or self.change or self.whole.alternate
        self.step = Step(follows=follows, raised=(self.then and self.raising) or self.change or self.changing)
        self.steps.append(self.step)
        if self.steps[-2].purpose:
            self.reason = None  # "1 tab for moderate pain, 2 tabs for severe pain"
        self._lasted()
        self.then = False

    def _next_day(self) -> None:
        """Begin a step where how often is said of another day than before: "TID on day 1, BID on day 2"."""
        step = self.step
        on_day = step.on_a_day or step.duration is not None
        if self.closed and self.dated and on_day and step.repeat and not self.bracket:
            self._next()

    def _lasted(self) -> None:
        """ "20 mg daily, after two weeks 40 mg": so long the step before is taken."""
        elapsed, step = self.elapsed, self.step
        before = self.steps[-2] if len(self.steps) > 1 else step
        if elapsed is None or before.duration is not None or not before.repeat or not (step.follows or step.raised):
            return
        before.duration, _ = elapsed.value
        self.read.append((elapsed.start, elapsed.end))
        self.unread = [(code, start, end) for code, start, end in self.unread if start != elapsed.start]
        self.elapsed = None

    def _settled(self) -> None:
        self.closed = self.take = self.then = self.change = False

    def _words(self, element: Element) -> str | None:
        if element.value is None:
            return None
        start, end = element.value
        return self.text[start:end].strip() or None

    def _divide(self) -> None:
        """What is divided is the amount of a day, and no dose: "1000 mg/j en 2 prises"."""
        for place, (amount, element) in enumerate(self.step.amounts):
            daily = amount.kind == "quantity" and self.step.repeat.get("period") == "1"
            if amount.quantity is not None and (amount.every == ONE_DAY or daily):
                ratio = {"numerator": amount.quantity, "denominator": quantity_of(Decimal(1), None, "d")}
                self.step.amounts[place] = (Amount("rate", ratio=ratio), element)
                self.step.repeat = {}

    def _again(self, element: Element, timing: Timing) -> None:
        """ "x1, may repeat once": two in all; where nobody says how often it may be repeated, only the first is counted."""
        repeat, more = self.step.repeat, timing.repeat.get("count")
        if self.lang == "fr" and (repeat.keys() & {"frequency", "when"} or self.step.duration is not None):
            return  # "1 cp/j, à renouveler 2 fois": the prescription
        if "frequency" in repeat or repeat.get("count", 1) != 1 or (more is None and "count" not in repeat):
            self.unread.append(("frequency_unread", element.start, element.end))
            return
        if more is None:
            self.unread.append(("frequency_unread", element.start, element.end))
        else:
            repeat["count"] = more + 1

    def _take_timing(self, element: Element, timing: Timing) -> None:
        if self._right_eye(element):
            self.whole.route = self.whole.route or {
                "text": self.text[element.start : element.end],
                "code": "ophthalmic",
            }
            return
        if self._of_another(timing.repeat):
            return
        if self.bracket and self.step.repeat and timing.repeat.items() <= self.step.repeat.items():
            return
        if self.change and self.step.repeat:
            self.step.repeat = {}
        elif self.then and self.step.timed() and self._new_step(timing.repeat):
            self._next()
        elif self.closed and self._lasts() and not self.bracket and self._goes_on(timing.repeat):
            self._next()  # "qid x 1 wk, tid x 1 wk, bid x 1 wk"
        elif self.following == "as_needed" and not self.bracket and not self.step.as_needed:
            apart = self.last is not None and "," in self.text[self.last.end : element.start]
            if apart and self._other_frequency(timing.repeat):
                self._next()  # "q6h, q4h p.r.n."
        if self.excepting and "dayOfWeek" in timing.repeat and len(self.steps) > 1:
            self._leave_out(timing.repeat["dayOfWeek"])
        self._merge(element, timing.repeat)
        self.step.timings.append((element.start, element.end, timing.counted))
        self._settled()

    def _of_another(self, repeat: Data) -> bool:
        """Is how often said of the amount right before it, which is no dose of the step: "1 mg am, 2 mg pm, total 3 mg DAILY", "25 mg at night, up to 75 mg BID"?"""
        last, step = self.last, self.step
        if last is None or not step.repeat or not step.amounts:
            return False
        aimed = last.kind == "max" and self.whole.maximum is not None and self.whole.maximum["denominator"] is None
        return last is self.totalled or (aimed and "frequency" in repeat)

    def _leave_out(self, days: Sequence[str]) -> None:
        """The step before is of all days but these."""
        before = self.steps[-2].repeat
        if (daily(before) or not before) and "dayOfWeek" not in before:
            for name in ("frequency", "period", "periodUnit"):
                before.pop(name, None)
            before["dayOfWeek"] = [day for day in WEEK if day not in days]
        self.excepting = False

    def _right_eye(self, element: Element) -> bool:
        """ "OD" beside drops is the right eye, not once a day."""
        return self._may_be_eye(element.start, element.end) and any(
            (amount.quantity or {}).get("unit") == "[drp]" for amount, _ in self.step.amounts
        )

    def _new_step(self, repeat: Data) -> bool:
        """Does a timing after "then" begin a step? "And" before another time of day goes on with the same."""
        if self.step.duration or ("count" in self.step.repeat and "frequency" in repeat and not self.joined):
            return True  # "40 mg stat, then daily"
        return self._other_frequency(repeat)

    def _goes_on(self, repeat: Data) -> bool:
        """Is it how often in the next part of a course: "qid x 1 wk, tid x 1 wk", "od 2/52, alternate days 2/52"?"""
        same = all(repeat.get(name) == self.step.repeat.get(name) for name in ("period", "periodUnit"))
        counted = "count" in self.step.repeat and self.following == "timing"
        units = [one.get("periodUnit") for one in (repeat, self.step.repeat)]
        if None not in units and units[0] != units[1] and units[0] in _LONG and self.following in _LEADING_ON:
            return True  # "daily x 7 d, weekly x 4", but not "...; weekly CK"
        return (same or counted or self.following in _LENGTHS) and self._other_frequency(repeat)

    def _lasts(self) -> bool:
        """Is it said how long, or how often in all, the step goes on: "daily x 7, weekly x 4"?"""
        return self.step.duration is not None or {"count", "period"} <= self.step.repeat.keys()

    def _other_frequency(self, repeat: Data) -> bool:
        mine = self.step.repeat
        return any(name in mine and name in repeat and mine[name] != repeat[name] for name in _HOW_OFTEN)

    def _beside_timing(self) -> bool:
        return self.last is not None and self.last.kind == "timing"

    def _merge(self, element: Element, found: Data) -> None:
        repeat = self.step.repeat
        if not repeat:
            for name, value in found.items():
                repeat[name] = list(value) if isinstance(value, list) else value
            return
        if "frequency" in found and repeat.get("count") == 1 and "frequency" not in repeat and self._beside_timing():
            del repeat["count"]  # "une injection par jour"
        if self._either(element) and self._other_frequency(found):
            for name in _HOW_OFTEN:
                repeat.pop(name, None)
            self.unread.append(("frequency_contradicts_itself", element.start, element.end))
            return  # "od or alternate days"
        if daily(repeat) and (_so_many_a_week(found) or _every_other_day(found)):
            # "1 tablet a day, 5 days a week": so many takings a week; "od on alternate days".
            for name in ("frequency", "period", "periodUnit"):
                repeat.pop(name)
        found = self._counted_nights(found)
        self.step.at_meal |= (
            self._beside_timing() and not self.joined and GENERAL_MEALS.issuperset(found.get("when", "-"))
        )
        if _contradict(repeat, found):
            if self._was_right_eye():
                self.whole.route = {"text": self.text[slice(*self.step.timings[0][:2])], "code": "ophthalmic"}
                repeat.clear()
            else:
                self.unread.append(("frequency_contradicts_itself", element.start, element.end))
                return
        for name, value in found.items():
            if isinstance(value, list):
                known = repeat.setdefault(name, [])
                known += [code for code in value if code not in known]
            else:
                repeat[name] = value

    def _either(self, element: Element) -> bool:
        """Does only "or" stand between the last time and this one?"""
        timings = self.step.timings
        return bool(timings) and _or(self.lang).fullmatch(self.text, timings[-1][1], element.start) is not None

    def _counted_nights(self, found: Data) -> Data:
        """ "At bedtime, alternate nights": nights that are only counted are no further time of the day."""
        repeat = self.step.repeat
        moments = [one.get("when") for one in (repeat, found)]
        if ["NIGHT"] not in moments or not any(map(_EVENINGS.issuperset, filter(None, moments))):
            return found
        if _counts_days(found) and found.get("when") == ["NIGHT"]:
            return {name: value for name, value in found.items() if name != "when"}
        if _counts_days(repeat) and repeat.get("when") == ["NIGHT"] and found.get("when"):
            del repeat["when"]
        return found

    def _routed(self) -> bool:
        """Is the route said: in English "1 g IV x 3" and "0.4 mg SL x 3" are three doses."""
        return self.lang != "fr" and bool(self.step.routes)

    def _most(self, timing: Timing) -> None:
        """ "up to 4 times a day": a limit of takings."""
        repeat = timing.repeat
        if "frequency" not in repeat:
            return
        most: int = repeat.get("frequencyMax") or repeat["frequency"]
        under = quantity_of(Decimal(repeat["period"]), None, repeat["periodUnit"])
        if self.whole.maximum is None:
            self.whole.maximum = {"numerator": quantity_of(Decimal(most), None, "{dose}"), "denominator": under}
            self.whole.of_takings = True

    def _was_right_eye(self) -> bool:
        """Is the only timing so far an "OD" that another frequency follows: "OD, three times a day"?"""
        timings = self.step.timings
        swallowed = any(amount.measure == "mass" for amount, _ in self.step.amounts)
        return len(timings) == 1 and self._may_be_eye(*timings[0][:2]) and not swallowed

    def _may_be_eye(self, start: int, end: int) -> bool:
        """Is a frequency written as an eye is: "OD"?"""
        return self.text[start:end].lower().replace(".", "") in _eyes(self.lang)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _or(lang: str) -> re.Pattern[str]:
    phrases = alternatives(resources.phrases(lang, "posology/words.tsv")["either_drug"], to_the_end=True)
    return re.compile(rf"\s*,?\s*{phrases}\s*", re.IGNORECASE)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _eyes(lang: str) -> frozenset[str]:
    return frozenset(resources.phrases(lang, "posology/words.tsv").get("eye_or_daily", ()))


def _contradict(repeat: Data, found: Data) -> bool:
    """Do two timings say different things of how often?"""
    for name in ("frequency", "frequencyMax", "period", "periodMax", "periodUnit", "count"):
        if name in found and name in repeat and found[name] != repeat[name]:
            return True
    most = {"frequencyMax", "periodMax"}
    return "frequency" in repeat and "frequency" in found and found.keys() & most != repeat.keys() & most


def _every_other_day(found: Data) -> bool:
    return (found.get("periodUnit"), found.get("period")) == ("d", "2") and found.get("frequency") == 1


def _counts_days(found: Data) -> bool:
    """Does a timing say on how many of the days: "alternate nights", "3 nights a week"?"""
    return found.get("periodUnit") == "wk" or (found.get("periodUnit") == "d" and found.get("period") != "1")


def _so_many_a_week(found: Data) -> bool:
    return (found.get("periodUnit"), found.get("period")) == ("wk", "1") and found.get("frequency", 1) > 1
