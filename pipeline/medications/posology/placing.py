"""The amounts of an instruction, each put into its step: a dose, a strength, a further step, or what was supplied."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import UNKNOWN_UNIT, Amount
from pipeline.medications.posology.assembly import Assembling
from pipeline.medications.posology.counts import pack, takings, uncounted, units_before
from pipeline.medications.posology.dosage import MAX_COUNT, each, largest, same_kind
from pipeline.medications.posology.elements import Element, Timing
from pipeline.medications.posology.scales import for_glucose
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

# Words that lead to an amount stand in so many characters before it.
_LED_BY = 20
# How far a number that takes the unit of the amount before it may be from that amount.
_LIKE = 10
_ONE_DAY_IN_HOURS = (Decimal(24), "h")
# A complete instruction behind which no more forms than these stand may be one of so many: "500 mg b.i.d., 2 tablets".
MOST_AT_ONCE = 4
# What is said of a bolus, and not of the rate beside it.
_OF_BOLUS = frozenset({"timing", "as_needed"})
# What makes a number an instruction of its own.
_OF_A_STEP = frozenset({"timing", "route", "duration", "form"})
# What a powder is measured in.
_MEASURES = frozenset({"{capful}", "{scoop}", "{spoonful}"})
# Behind a count with its own time; a mark may open what it comes to.
_TIMED_BEHIND = frozenset({"timing", "mark"})
# What stands behind an amount that ends an instruction.
_ENDS = frozenset({None, "mark", "word", "given", "end"})


class _Words:
    """What leads to an amount and what stands behind one: `posology/words.tsv` of a language.

    Attributes:
        amounts_to, speed, bolus, after: end right before an amount; after: with the group bolus.
        each_side, bolus_behind: begin right behind it.
        only, of_each: likewise, over text that is not folded.
    """

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")
        bolus = alternatives(kinds["bolus"])
        after = alternatives(kinds["bolus_after"], to_the_end=True)
        self.only = re.compile(
            rf"\s+{alternatives(kinds['supply_only'], to_the_end=True)}\s*(?:[.,;)\n]|\Z)", re.IGNORECASE
        )
        self.of_each = re.compile(rf"\s+{alternatives(kinds['each_behind'], to_the_end=True)}", re.IGNORECASE)
        self.amounts_to = re.compile(rf"(?<![^\W_]){alternatives(kinds['amounts_to'])}\s*\Z")
        self.each_side = re.compile(rf"\s+{alternatives(kinds['each_side'], to_the_end=True)}")
        self.speed = re.compile(rf"(?<![^\W_]){alternatives(kinds['speed'])}\s*:?\s*\Z")
        self.bolus = re.compile(rf"(?<![^\W_]){bolus}\s*:?\s*\Z")
        self.bolus_behind = re.compile(rf"\s*(?:[^\W\d_]{{2,4}}\s+)?{bolus}(?![^\W_])")
        self.after = re.compile(rf"(?<![^\W_]){after}\s+(?P<bolus>{bolus}\s*)?\Z")


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> _Words:
    return _Words(lang)


class Placing(Assembling):
    """Takes the elements that are amounts."""

    def _amount(self, element: Element) -> None:
        amount: Amount = element.value
        for_range = for_glucose(self.lang, self.text[element.end : element.end + 40], amount.measure)
        if for_range or (self.scale and "low" not in (amount.quantity or {})):
            self.scale = True
            self.unread.append(("dose_by_scale", element.start, element.end))
            return
        if amount.kind == "strength" and self.last is not None and self.last.kind in ("reason", "as_needed"):
            return  # "pour une kaliémie à 3,0 mmol/L"
        if amount.measure == "percent" and self._by_weight():
            self.unread.append(("amount_unread", element.start, element.end))
            return  # "0.9 mg/kg, 10% as a bolus": a part of the dose
        if self._is_score(amount):
            return  # "PRN severe pain (7-10)"
        if (amount.quantity or {}).get("unit") == UNKNOWN_UNIT:
            self.unread.append(("unit_unknown", element.start, element.end))
        if not self.step.amounts and self.last is not None and pack(amount, self.last):
            return
        bare = amount.kind == "count" and not amount.measure
        if bare and (activity := units_before(self.step)) is not None:
            unit = (activity.quantity or {}).get("unit")
            amount = replace(activity, quantity={**(amount.quantity or {}), "unit": unit}, every=None)
        elif (
            bare
            and not amount.worded
            and (
                self.unitless
                or (self.step.bare and self.step.timed() and self.then)
                or uncounted(amount, self.text[element.start : element.end], self.step)
            )
        ):
            of_unit = self._like_before(amount)
            if of_unit is not None:
                self.pending = element, of_unit
            else:
                self._bare()
                self.unread.append(("amount_without_unit", element.start, element.end))
            return
        if self.before_drug and not self.step.amounts and takings(amount):
            self._take_timing(element, Timing({"count": takings(amount)}, counted=True))
            return
        if bare and amount.every is not None and self._of_doses({"mass", "activity"}):
            self._take_timing(element, Timing(each(amount, times=True), counted=True))
            return  # "1000 µg/j pdt 7 j puis 1/mois"
        one = bare and amount.worded and largest(amount) == 1
        if one and self.unit is None and self._of_doses({"mass"}):
            return  # "20 mg bid for 5 days, then one daily"
        if (
            bare
            and amount.every is not None
            and self.step.amounts
            and not self.then
            and not (one and self._product_only())
            and not ((self.whole.form or {}).get("code") == "patch" and not self._counted())
        ):
            self._next_day()
            self._take_timing(element, Timing(each(amount, times=True), counted=True))
            return
        if self._told_before(amount, element):
            return
        if self._comes_to(amount, element):
            return
        if self.loaded and self.step.timed():
            self.unread.append(("amount_unread", element.start, element.end))
            return
        self.loaded = False
        of_each = _words(self.lang).of_each.match(self.text, element.end) is not None
        if self.bracket and amount.kind == "quantity" and self._counted() and not of_each:
            if self._measured_before(amount):
                self.step.amounts = [pair for pair in self.step.amounts if pair[0].kind != "count"]
                self.step.amounts.append((amount, element))  # "112 mcg Mon-Sat, 1/2 tab (56 mcg) Sun"
            elif self._of_one_form(amount):
                self.step.amounts.append((amount, element))  # "1 tablet (500 mg)"
            return  # "2 tablets (50 mg total)": the count is the dose, and 50 mg what it comes to
        if amount.kind == "count" and amount.measure and self.step.timed() and self.step.amounts and not self.then:
            least = self._least_supplied(element)
            if largest(amount) > least and amount.every is None and self.following != "timing":
                return  # "0.5 mg b.i.d., 60 pills given": what was supplied
        if self.total and self.step.timed() and self._alike(amount):
            self.totalled = element
            return  # "two tablets twice a day for a total of four tablets"
        if self._of_one_side(amount, element):
            return
        if self.bracket and amount.kind == "rate" and any(a.kind == "quantity" for a, _ in self.step.amounts):
            return  # "320 mg (5 mg/kg)": from what the dose was reckoned
        if bare and self.unit is not None:
            amount = replace(amount, quantity={**(amount.quantity or {}), "unit": self.unit}, measure="count")
            if self.step.amounts and self.supplied and not self.step.timed():
                self.step.amounts = [pair for pair in self.step.amounts if pair[0].kind != "count"]
        elif amount.kind == "count" and amount.quantity and amount.measure:
            self.unit, self.supplied = amount.quantity["unit"], self.before_drug
        if self.extra and self.step.timed():
            self._next()
            self.step.as_needed = True
        self.extra = False
        if self._is_bolus(amount, element):
            self._next()
        elif not self._reckoned_of(amount, element) and not self._runs(amount, element):
            self._place(amount)
        self.step.amounts.append((amount, element))
        self.step.loading |= self._came_first(element)
        self.step.loading, self.leading = self.step.loading or self.leading, False
        if amount.every is not None and not (amount.every == _ONE_DAY_IN_HOURS and amount.kind == "quantity"):
            self._merge(element, each(amount, times=False))
        self._settled()

    def _bare(self) -> None:
        """Take a number without a unit for a dose that cannot be read: what follows is not said of the dose before."""
        step = self.step
        if self.change and step.bare:
            step.repeat, step.duration, step.slots, step.timings = {}, None, [], []  # "300 tid -> 600 tid"
        elif (step.bare or step.amounts) and step.timed() and self.following in _OF_A_STEP and not self.bracket:
            self._next()
        self.step.bare = True

    def _told_before(self, amount: Amount, element: Element) -> bool:
        """Is an amount the dose that was said, told once more: "80 mg q12h (80 mg)", or what it comes to: "2 tabs = 500 mg"?"""
        known = [other for other, _ in self.step.amounts]
        masses = any(other.kind == "quantity" and other.measure == "mass" for other in known)
        if masses and amount.kind == "quantity" and amount.measure == "volume" and self._equals(element):
            return True  # "240 mg = 7.5 mL"
        if self.text[: element.start].rstrip().endswith("="):
            return any(largest(other) > 1 for other in known if other.kind == "count")
        return bool(self.bracket) and any(
            (other.quantity, other.every) == (amount.quantity, amount.every)
            for other in known
            if other.kind == "quantity"
        )

    def _comes_to(self, amount: Amount, count: Element) -> bool:
        """Is what stands in brackets directly behind a mass what that comes to: "800 mg (10 mL)", "30 mg (6 tabs)"?

        Without a time between, in "500 mg (2 tabs) bid", that is only what is likelier: it is warned of.
        """
        step = self.step
        if not self.bracket or self.last is None or self.last.kind != "mark" or len(step.amounts) != 1:
            return False
        mass, element = step.amounts[0]
        if mass.kind != "quantity" or mass.measure != "mass" or mass.every is not None or step.forms_behind:
            return False
        if amount.measure == "volume" and amount.kind == "quantity":
            return True
        told = amount.measure == "count" or (
            not amount.measure and largest(amount) < 1
        )  # "12.5 mg (half of 25 mg tab)"
        if amount.kind != "count" or not told:
            return False
        if largest(amount) == 1:
            return (amount.quantity or {}).get("unit") in _MEASURES  # "17 g (1 capful)", but "5 mg (1 tablet)"
        ranged = "low" in (amount.quantity or {}) and "low" not in (mass.quantity or {})
        if ranged and not step.timed():
            return False  # "40 mg (1-2 tabs)": one holds 40 mg
        if not step.timed():
            self.unread.append(("strength_unread", element.start, element.end))
            if not self.text[count.end :].lstrip().startswith((")", "]")):
                step.amounts = []
                return False  # "30 mg (6 tabs of 5 mg)"
        return True

    def _of_one_form(self, amount: Amount) -> bool:
        """Is a mass what one form holds, where a single one is taken, and nothing else says it?"""
        known = [one for one, _ in self.step.amounts]
        return (
            amount.measure == "mass"
            and amount.every is None
            and len(known) == 1
            and known[0].measure == "count"
            and (known[0].quantity or {}).get("value") == "1"
            and (known[0].quantity or {}).get("unit") not in _MEASURES
        )

    def _measured_before(self, amount: Amount) -> bool:
        """Is the dose of every step before this one measured as an amount is?"""
        before = self.steps[:-1]
        return bool(before) and all([one.measure for one, _ in step.amounts] == [amount.measure] for step in before)

    def _least_supplied(self, element: Element) -> int:
        """How many forms at the end of an instruction are more than what is taken at once, and what was supplied."""
        if _words(self.lang).only.match(self.text, element.end) is not None:
            return 0  # "7.5 mg nocte, 3 tabs only"
        return MOST_AT_ONCE if self.following in _ENDS else MAX_COUNT

    def _band(self, element: Element) -> None:
        """A dose of a scale."""
        amount, (start, end) = element.value
        if self.step.amounts:
            self._next()
        self.step.amounts.append((amount, element))
        self.step.band = self.step.as_needed = True
        self.step.reason = self.text[start:end].strip()
        self._settled()

    def _like_before(self, amount: Amount) -> Amount | None:
        """The amount with the unit of the one before it, where a further instruction begins with it."""
        before = self.step.amounts[-1][0] if len(self.step.amounts) == 1 else None
        if before is None or before.kind != "quantity" or not before.quantity:
            return None
        if not self.step.timed() and self.step.duration is None:
            return None
        behind = self.then or self.closed or self._beside_timing()
        if not behind or not 1 / _LIKE < largest(amount) / largest(before) < _LIKE:
            return None
        return replace(before, quantity={**(amount.quantity or {}), "unit": before.quantity["unit"]}, every=None)

    def _resolve(self, following: Element) -> None:
        """Only a timing behind it makes a number without a unit a dose."""
        (element, amount), self.pending = self.pending or (following, Amount("count")), None
        if following.kind != "timing" or following.value.flag:
            self.unread.append(("amount_without_unit", element.start, element.end))
            return
        self._dose(element, amount)

    def _dose(self, element: Element, amount: Amount) -> None:
        """Take a number as an amount with the unit of the one before it."""
        self._place(amount)
        self.unitless = True
        self.step.amounts.append((amount, element))
        self.read.append((element.start, element.end))
        self._settled()

    def _is_score(self, amount: Amount) -> bool:
        """Is a bare number behind the reason of a taking how bad it is, and no count of what is taken?"""
        bare = amount.kind == "count" and not amount.measure and amount.every is None
        beside = self.last is not None and self.last.kind in ("reason", "as_needed")
        behind = beside or (bool(self.bracket) and self.step.as_needed)
        return bare and behind and bool(self.step.amounts) and self.following != "timing"

    def _of_doses(self, measures: Container[str]) -> bool:
        """Does a further step begin behind one whose dose is measured so?"""
        before = next((step for step in reversed(self.steps) if step.amounts), self.step)
        doses = [amount for amount, _ in before.amounts if amount.kind != "strength"]
        return self.then and self.step.timed() and bool(doses) and all(amount.measure in measures for amount in doses)

    def _counted(self) -> bool:
        return any(amount.kind == "count" or amount.measure == "volume" for amount, _ in self.step.amounts)

    def _place(self, amount: Amount) -> None:
        """Begin a further step where the amount does not belong to the one before."""
        step = self.step
        if not step.amounts and not (self.change and step.repeat):
            if (self.then and step.timed()) or self._is_whole():
                self._next()
            return
        if self.change or (self.changing and not step.timed() and self._alike(amount)):
            self._replace(amount)
            return
        if self.then and self._is_one_form(amount):
            step.forms_behind = set()
            self._next()
            return
        if self.whole.alternate or self.then:
            if self.then and step.timed() and amount.parts and self._product_only():
                self._next()  # "24/26 mg bid, then 49/51 mg bid"
                return
            if self._product_only() or (self.whole.alternate and self._only_holds(amount)):
                return
            rates = {amount.kind == "rate", *(other.kind == "rate" for other, _ in step.amounts)}
            if step.timed() or self._alike(amount) or self.whole.alternate or len(rates) > 1:
                self._next()  # also "5000 units bolus, then 1000 units/h"
            return
        if step.timed() and not (self._product_only() and amount.kind != "strength"):
            if self._alike(amount) or self.take or self.excepting or not self._adds(amount) or self._told_anew(amount):
                self._next()
            return
        if self._alike(amount) and not self._product_only():
            kinds = [other for other, _ in step.amounts if same_kind(other, amount)]
            if (
                len(kinds) == 1
                and not (step.purpose or step.as_needed)
                and _may_be_strength(kinds[0], amount)
                and (self.closed or self.take)
                and not self._enumerates()
            ):
                return  # the product's strength, then the instruction: "Paracetamol 500 mg, 1 g qid"
            self._next()

    def _is_one_form(self, amount: Amount) -> bool:
        """Is the mass before a form a dose that another follows: "21 mg patch daily x 6 wks, then 14 mg"?"""
        only = len(self.step.amounts) == 1 and bool(self.step.forms_behind) and self.step.timed()
        return only and amount.kind == "quantity" and same_kind(self.step.amounts[0][0], amount)

    def _only_holds(self, amount: Amount) -> bool:
        """Is the mass that was said what one of the forms holds that are counted in turn: "5 mg, alternating 1 tab / 3/4 tab"?"""
        first = len(self.steps) == 1 and not self.step.timed() and amount.kind == "count" and bool(amount.measure)
        return first and [one.measure for one, _ in self.step.amounts] == ["mass"]

    def _is_whole(self) -> bool:
        """Is a step whose dose is that of the one before at its end: "5 mg od 1/52, then bd 1/52, 10 mg bd"?"""
        told = bool(self.step.repeat) and self.step.duration is not None
        return self.closed and told and any(step.amounts for step in self.steps[:-1])

    def _of_one_side(self, amount: Amount, element: Element) -> bool:
        """Is an amount half of the dose that was said, for each of two places: "2 mL qid, 1 mL each side"?"""
        doses = [one for one, _ in self.step.amounts if one.kind == amount.kind and one.measure == amount.measure]
        if self.then or len(doses) != 1 or not self.step.timed() or largest(doses[0]) != 2 * largest(amount):
            return False
        return _words(self.lang).each_side.match(fold(self.text[element.end : element.end + 2 * _LED_BY])) is not None

    def _reckoned_of(self, amount: Amount, element: Element) -> bool:
        """Is an amount what one by weight comes to: "1 mg/kg (80 mg)", "15 mg/kg/6 h, soit 240 mg"?"""
        if len(self.step.amounts) != 1 or not self._by_weight() or amount.kind != "quantity":
            return False
        return bool(self.bracket) or self._equals(element)

    def _equals(self, element: Element) -> bool:
        """Do words stand before an amount that make it what another one comes to?"""
        return _words(self.lang).amounts_to.search(self._before(element)) is not None

    def _before(self, element: Element) -> str:
        """The words that may lead to an amount."""
        return fold(self.text[max(0, element.start - _LED_BY) : element.start])

    def _runs(self, amount: Amount, element: Element) -> bool:
        """Is a rate how fast the dose before it is given: "250 mg over 24 h, RATE 2 mL/h"?"""
        doses = [one.kind for one, _ in self.step.amounts]
        if amount.kind != "rate" or "quantity" not in doses or "rate" in doses or self.then:
            return False
        return _words(self.lang).speed.search(self._before(element)) is not None

    def _is_bolus(self, amount: Amount, element: Element) -> bool:
        """Is an amount given at once, beside a rate at which the drug runs: "1 mg/h + bolus of 1 mg every 10 min"?"""
        runs = [one.kind for one, _ in self.step.amounts]
        alone = bool(runs) and set(runs) == {"rate"} and amount.kind == "quantity" and not self.bracket
        return (
            alone and self.following in _OF_BOLUS and _words(self.lang).bolus.search(self._before(element)) is not None
        )

    def _came_first(self, element: Element) -> bool:
        """Was an amount given before the one that is told before it: "12 units/h AFTER 80 units BOLUS"?"""
        led = _words(self.lang).after.search(self._before(element))
        if led is None or not any(step.amounts for step in self.steps[:-1]):
            return False
        behind = fold(self.text[element.end : element.end + _LED_BY])
        return led["bolus"] is not None or _words(self.lang).bolus_behind.match(behind) is not None

    def _by_weight(self) -> bool:
        """Is the dose one by weight?"""
        rates = (one.ratio for one, _ in self.step.amounts if one.kind == "rate" and one.ratio is not None)
        return any(ratio["denominator"]["unit"].startswith("kg") for ratio in rates)

    def _enumerates(self) -> bool:
        return len(self.steps) > 1

    def _adds(self, amount: Amount) -> bool:
        """Does an amount complete the step that is going on: its strength beside its count, or the reverse?"""
        kinds = {other.kind for other, _ in self.step.amounts}
        if amount.kind == "strength":
            return True
        return (amount.kind == "quantity" and kinds == {"count"}) or (amount.kind == "count" and "count" not in kinds)

    def _told_anew(self, amount: Amount) -> bool:
        """Does a count with its own time begin a step: "1 mg bid, 0.5 tab qhs", "20 mg daily x 5 days, 1 tab daily"?"""
        if amount.kind != "count" or not amount.measure or not self.closed or self.following not in _TIMED_BEHIND:
            return False
        if self.own_days and self.step.repeat:
            return True
        if self.following == "mark":
            return "dayOfWeek" in self.step.repeat and self.reckoned
        return self.step.duration is not None or largest(amount) % 1 != 0

    def _alike(self, amount: Amount) -> bool:
        return any(same_kind(other, amount) for other, _ in self.step.amounts)

    def _product_only(self) -> bool:
        """Has the step only amounts that describe the product: a concentration, a combination, "500 mg tablets"?"""
        return bool(self.step.amounts) and all(
            amount.kind == "strength" or place in self.step.forms_behind
            for place, (amount, _) in enumerate(self.step.amounts)
        )

    def _replace(self, amount: Amount) -> None:
        step = self.step
        # "Flixotide 50 µg est porté à 2 bouffées": what is counted holds 50 µg.
        counted = amount.kind == "count" and not step.timed()
        kept = [
            (place, pair)
            for place, pair in enumerate(step.amounts)
            if pair[0].kind == "strength"
            or place in step.forms_behind
            or (counted and pair[0].kind == "quantity" and pair[0].measure == "mass")
        ]
        step.forms_behind = {new for new, (old, _) in enumerate(kept) if old in step.forms_behind}
        step.amounts = [pair for _, pair in kept]
        step.before = step.repeat if amount.kind == "quantity" else {}
        step.repeat, step.duration, step.slots, step.timings = {}, None, [], []
        self.change = False


def _may_be_strength(one: Amount, other: Amount) -> bool:
    """May the first of two like amounts be the product's strength? A volume or a rate is none."""
    return other.kind != "rate" and one.measure != "volume" and not (one.kind == "count" and one.measure == "count")
