"""Amounts that are no dose: limits, differences by which a dose changes, doses taken before, what is dispensed."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from pipeline import resources
from pipeline.medications.posology.amounts import quantity_of
from pipeline.medications.posology.courses import COURSE_UNITS, MAX_INFUSION_HOURS, Courses
from pipeline.medications.posology.elements import WORD, Data, Element, Seen, Timing, repeat_of, skip
from pipeline.medications.posology.numbers import UnreadError, digits
from pipeline.medications.posology.regions import DRUG_SIGN
from pipeline.text.phrases import alternatives

# What happens so often is named by so many words.
_MOST_WORDS_OF_EVENT = 3
# A verb before a drug stands in so many characters before what is said of both.
_TO_VERB = 60
_TAKEN = frozenset({"mass", "activity", "count", "volume"})
_BEFORE_SIGN = frozenset(" (,;:")
#: Between "reduce" and its "by" stand fewer words than this.
MAX_BY_WORDS = 6


class Limits(Courses):
    """Reads limits, changes of a dose, and what is dispensed or aimed at."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        kinds = resources.phrases(lang, "posology/words.tsv")
        verb, noun = (alternatives(kinds[kind], to_the_end=True) for kind in ("by_verb", "by_noun"))
        self._changes_drug = re.compile(rf"(?<![^\W_]){verb}(?:\s+{noun})*\s*{DRUG_SIGN}\s*\Z")
        self._daily = re.compile(alternatives(kinds["max_daily"]))
        self._to_amount = re.compile(rf"(?<![^\W_]){alternatives(kinds['to'])}\s+\d")

    def _limit(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("max", text, place)
        if end:
            daily = self._daily.search(text, place, end) is not None
            start = skip(text, end, ":= \t")
            return self._limited(text, place, start, daily=daily)
        if not self._has("limit", text):
            return None
        if (within := self._limited_in(text, place)) is not None:
            return within
        if (often := self._most_often(text, place)) is not None:
            return often
        if self._cue_end("article", text, place):
            return None  # "to a maximum heart rate of 142"
        if (longest := self._longest_course(text, place)) is not None:
            return longest
        limited = self._limited(text, place, place, daily=False)
        if limited is not None and limited.kind == "max":
            end = self._cue_end("limit", text, skip(text, limited.end, ", \t("))
            if end:
                after = self._limited(text, end, skip(text, end), daily=False)
                if after is None:
                    per = self._per_time.match(text, end)
                    if per is not None and limited.value["denominator"] is None:
                        limited.value["denominator"] = self._denominator(per)
                        end = per.end()
                    return Element("max", place, end, limited.value)
        return None

    def _most_often(self, text: Seen, place: int) -> Element | None:
        """ "4 times a day maximum": how often it may be taken."""
        try:
            match = self._phrase_at(text, place)
        except UnreadError:
            return None
        if match is None or match.times is None:
            return None
        end = self._cue_end("limit", text, skip(text, match.end, ", \t("))
        behind = skip(text, end)
        if not end or (behind < len(text) and self._quantity_end(text, behind)):
            return None  # "3 times a day, max 3 g"
        repeat = repeat_of(match.row, match.number, match.times, self._time_units.get(match.unit or "", ""))
        return Element("timing", place, end, Timing(repeat, "most"))

    def _longest_course(self, text: Seen, place: int) -> Element | None:
        """ "5 days maximum": how long it may be taken."""
        length = self._length_at(text, place) if self._is_course(text, place) else None
        end = self._cue_end("limit", text, skip(text, length.end(), ", \t(")) if length is not None else 0
        if not end or self._quantity_end(text, skip(text, end)):
            return None  # "for 5 days, max 8 a day"
        course = self._course(text, place, at=place)
        return replace(course, end=end) if course is not None and course.kind == "duration" else None

    def _is_course(self, text: Seen, start: int) -> bool:
        length = self._length_at(text, start)
        if length is None:
            return self._in_course.slashed.match(text, start) is not None  # "max 5/7": five days
        unit = self._time_units[re.sub(r"\s+", " ", length["unit"])]
        return unit in COURSE_UNITS or (unit == "h" and self._lasts_days(length["low"]))

    def _lasts_days(self, hours: str) -> bool:
        """Are hours more than those of one day: "48 h max"?"""
        try:
            return self.numbers.number(hours) > MAX_INFUSION_HOURS
        except UnreadError:
            return False

    def _limited_in(self, text: Seen, place: int) -> Element | None:
        """ "4 hour limit 30 mg": what may be given within a time."""
        length = self._length_at(text, place)
        end = self._cue_end("max", text, skip(text, length.end(), " \t-")) if length is not None else 0
        if length is None or not end:
            return None
        limited = self._limited(text, place, skip(text, end, ":= \t"), daily=False)
        if limited is None or limited.kind != "max" or limited.value["denominator"] is not None:
            return limited
        try:
            within = self.numbers.read(length["low"], length["high"])
        except UnreadError as error:
            return Element("unread", place, limited.end, code=error.code)
        unit = self._time_units[re.sub(r"\s+", " ", length["unit"])]
        under = quantity_of(within.low, within.high, unit)
        return Element("max", place, limited.end, {**limited.value, "denominator": under})

    def _limited(self, text: Seen, place: int, start: int, *, daily: bool) -> Element | None:
        """The amount that is a limit, with what it is a limit of. `place`: where the element begins."""
        if place < start and self._is_course(text, start):
            return self._course(text, start, at=place)  # "maximum 4 weeks"
        try:
            match = self._phrase_at(text, start)
            if (
                match is not None
                and place < start
                and (match.times is not None or match.row["frequency"] not in ("", "1"))
            ):
                repeat = repeat_of(match.row, match.number, match.times, self._time_units.get(match.unit or "", ""))
                flag = "up_to" if self._cue_end("up_to", text, place) == self._cue_end("max", text, place) else "most"
                return Element("timing", place, match.end, Timing(repeat, flag))
            if match is not None and place < start and match.number is not None and match.row["period"] == "{n}":
                repeat = repeat_of(match.row, match.number, None, self._time_units.get(match.unit or "", ""))
                return Element("timing", place, match.end, Timing(repeat, "most"))  # "up to 4 hourly"
            found = self._amount_at(text, start)
        except UnreadError as error:
            return Element("unread", place, max(self._amount_end(text, start), start + 1), code=error.code)
        if found is None:
            return None
        end, amount = found
        if amount.kind == "rate" and amount.ratio is not None:
            return Element("max", place, end, amount.ratio)
        if place < start and amount.kind == "strength" and amount.ratio is not None:
            if (amount.ratio["denominator"] or {}).get("unit") != "{dose}":
                return Element("unread", place, end, code="amount_unread")
            return Element(
                "max", place, end, {"numerator": amount.ratio["numerator"], "denominator": None}
            )  # "max 1 g/dose"
        if amount.quantity is None:
            return None
        under: Data | None = quantity_of(Decimal(1), None, "d") if daily else None
        if amount.every is not None:
            under = quantity_of(amount.every[0], None, amount.every[1])
        elif (per := self._per_time.match(text, end)) is not None:
            under, end = self._denominator(per), per.end()
        return Element("max", place, end, {"numerator": amount.quantity, "denominator": under})

    def _denominator(self, match: re.Match[str]) -> Data | None:
        if match["unit"] is None:
            return None if match["taking"] is not None else quantity_of(Decimal(1), None, "d")
        number = self.numbers.number(match["number"]) if match["number"] else Decimal(1)
        return quantity_of(number, None, self._time_units[re.sub(r"\s+", " ", match["unit"])])

    def _changed(self, text: Seen, place: int) -> Element | None:
        """What stands behind "reduce" or "passage": "from 40 to 80 mg", "by 5 mg a week", "5 mg to 2.5 mg"."""
        for kind in ("change_from", "change_by"):
            end = self._cue_end(kind, text, place)
            start = skip(text, end)
            stop = self._single_end(text, start) if end else 0
            if not stop:
                continue
            stop = self._timed_end(text, stop)
            if kind == "change_by" and not self._before_to(text, stop):
                return Element("by", place, stop)
            if kind == "change_from" and (to := self._before_to(text, stop)):
                return Element("old", place, to)
        stop = self._single_end(text, place) if text[place].isdigit() else 0
        if stop:
            to = self._before_to(text, self._timed_end(text, stop))
            if to:
                return Element("old", place, to)
        return None

    def _before_to(self, text: Seen, place: int) -> int:
        """Where "to" ends, if it stands at `place` before an amount; else 0."""
        start = skip(text, place)
        to = self._cue_end("to", text, start)
        if not to or self._calendar.match(text, start, offsets=False) is not None:
            return 0  # "un comprimé de 7,5 mg à 22 h": a time of day
        return to if self._single_end(text, skip(text, to)) else 0

    def _step_by(self, text: Seen, place: int) -> Element | None:
        """ "reduce by one tablet a week": a difference, with how often it is made."""
        onward = self._cue_end("taper_on", text, place)
        over = self._cue_end("over", text, skip(text, onward)) if onward else 0
        if over and (stop := self._stated_end(text, skip(text, over))):
            return Element("by", place, stop)  # "weaning to off over 2 weeks"
        if onward and self._ends(text, onward) and text[onward : onward + 1] != ":":
            return Element("by", place, onward)  # "for 5 days, then taper slowly": nobody says until when
        end = self._by_end(text, place) or self._cue_end("by", text, place)
        if not end and self._changes_drug.search(text, max(0, place - _TO_VERB), place):
            end = self._cue_end("change_by", text, place)  # "taper the prednisone by 5 mg weekly"
        if not end:
            return self._changes_over(text, place) or self._changes_each(text, place)
        start = skip(text, end)
        if self._cue_end("each_before", text, place) and self._length_at(text, start) is not None:
            return None  # "par paliers de 5 jours": how long each dose is taken
        stop = max(self._amount_end(text, start), self._quantity_end(text, start))
        if stop <= start:
            return self._changes_over(text, place) or self._changes_each(text, place)
        return Element("by", place, self._aim_end(text, self._timed_end(text, stop)))

    def _changes_over(self, text: Seen, place: int) -> Element | None:
        """ "reducing over 7 days": no length of the dose that is said."""
        over = self._cue_end("over", text, skip(text, self._cue_end("by_verb", text, place) or len(text)))
        stop = self._stated_end(text, skip(text, over)) if over else 0
        return Element("by", place, stop) if stop else None

    def _changes_each(self, text: Seen, place: int) -> Element | None:
        """ "increase 2 units every 3 days": so much more each time, no dose that is taken at such an interval."""
        verb = self._cue_end("by_verb", text, place)
        if not verb:
            sign = self._cue_end("by_sign", text, place)
            apart = not place or text[place - 1] in _BEFORE_SIGN
            figure = skip(text, sign) if text[place].isalpha() else sign
            verb = sign if sign and apart and text[figure : figure + 1].isdigit() else 0
        if not verb:
            return None
        start = skip(text, verb)
        start = self._dose_end(text, start)
        start = skip(text, self._cue_end("by_agent", text, start) or start)
        amount = self._is_amount(text, start)
        try:
            found = self._amount_at(text, start) if amount else (start, None)
            behind = skip(text, found[0]) if found is not None else len(text)
            match = self._phrase_at(text, behind) if behind < len(text) else None
            repeat = self._repeat(match) if match is not None and match.times is None else {}
        except UnreadError:
            return None
        end = match.end if match is not None else 0
        period, unit = repeat.get("period"), repeat.get("periodUnit")
        if found is not None and found[1] is not None and found[1].every is not None:
            end, period, unit = found[0], digits(found[1].every[0]), found[1].every[1]
        if unit not in COURSE_UNITS or (period, unit) == ("1", "d"):
            return None
        agent = self._cue_end("by_agent", text, skip(text, end)) or end
        if not amount and not self._before_to(text, agent):
            return None  # "increase every 2 weeks to 10 mg", but "reduce weekly"
        return Element("by", place, self._aim_end(text, agent if self._before_to(text, agent) else end))

    def _dose_end(self, text: Seen, start: int) -> int:
        """Where the words end that name the dose behind a verb: "increase THE DOSE every week"."""
        for _ in range(MAX_BY_WORDS):
            try:
                timed = start < len(text) and self._phrase_at(text, start) is not None
            except UnreadError:
                return start
            noun = 0 if timed else self._cue_end("by_noun", text, start)
            if not noun:
                break
            start = skip(text, noun)
        return start

    def _aim_end(self, text: Seen, end: int) -> int:
        """Where it ends what a dose is changed to in the end, behind by how much each time: "every 3 days up to 40 units"."""
        start = skip(text, end)
        aim = self._before_to(text, end) or self._cue_end("day_end", text, start)
        stop = self._single_end(text, skip(text, aim)) if aim else 0
        return self._timed_end(text, stop) if stop else end

    def _by_end(self, text: Seen, place: int) -> int:
        """Where "reduce the evening dose by" ends; 0 for anything else."""
        end = self._cue_end("by_verb", text, place)
        for _ in range(MAX_BY_WORDS if end else 0):
            start = skip(text, end)
            if by := self._cue_end("change_by", text, start):
                return by
            end = self._cue_end("by_noun", text, start)
            if not end:
                break
        return 0

    def _timed_end(self, text: Seen, end: int) -> int:
        """Where the timing ends that stands directly behind `end`, or behind a route there: "from 1 g IV q8h to"."""
        end = self._cue_end("routes", text, skip(text, end)) or end
        for _ in range(3):
            start = skip(text, end)
            try:
                match = self._phrase_at(text, start)
            except UnreadError:
                return end
            if match is not None:
                end = match.end
                continue
            course = self._course(text, start)
            if course is None:
                break
            end = course.end
        return end

    def _old(self, text: Seen, place: int) -> Element | None:
        """ "from 10 mg daily to", "previously 10 mg": what was taken before."""
        end = self._cue_end("from", text, place)
        if end:
            start = skip(text, end)
            stop = self._single_end(text, start)
            if stop:
                timed = self._timed_end(text, stop)
                to = self._before_to(text, timed)
                if to:
                    return Element("old", place, to)
                if self.lang != "fr" and self._to_amount.search(text, 0, place) and not self._is_range(text, start):
                    return Element("old", place, timed, "was")  # "down to 10 mg from 20 mg"
        other = self._cue_end("not_when", text, place)
        if other and (timed := self._when_end(text, other)):
            return Element("old", place, timed, "was")
        end = self._cue_end("was", text, place)
        told = self._cue_end("was_in_brackets", text, place) != end or self._told_behind(text, place, end)
        if end and told:
            start = skip(text, end)
            stop = self._single_end(text, start)
            if stop:
                return Element("old", place, self._timed_end(text, stop), "was")
        return None

    def _told_behind(self, text: Seen, place: int, end: int) -> bool:
        """Does "was" stand in brackets, or in a clause of its own behind the present dose: "20 mg daily, was 10 mg daily"?"""
        before = text[:place].rstrip()
        if before.endswith("("):
            return True
        present = before[before.rfind(DRUG_SIGN) + 1 :]
        dosed = before.endswith((",", ";", "-", "–")) and any(map(str.isdigit, present))
        return dosed and self._is_dose(text, skip(text, end))

    def _is_dose(self, text: Seen, place: int) -> bool:
        """Does an amount begin at a place that may be taken: no time, and no number alone?"""
        try:
            found = self._amount_at(text, place) if place < len(text) else None
        except UnreadError:
            return False
        return found is not None and found[1].measure in _TAKEN

    def _when_end(self, text: Seen, end: int) -> int:
        """Where a time of day or a day ends that stands behind a word; 0 for anything else."""
        start = skip(text, end)
        try:
            match = self._phrase_at(text, start) if start < len(text) else None
        except UnreadError:
            return 0
        if match is not None and match.row["when"]:
            return self._timed_end(text, end)
        found = self._calendar.match(text, start, offsets=False) if start < len(text) else None
        return found[0] if found is not None and found[1] is not None and "slots" not in found[1] else 0

    def _is_range(self, text: Seen, start: int) -> bool:
        try:
            found = self._amount_at(text, start)
        except UnreadError:
            return True
        return found is not None and "low" in (found[1].quantity or {})

    def _single_end(self, text: Seen, start: int) -> int:
        try:
            found = self.amounts.match(text, start, single=True)
        except UnreadError:
            return self._amount_end(text, start)
        return found[0] if found else 0

    def _aimed(self, text: Seen, place: int) -> Element | None:
        """ "AUC 6": what is aimed at."""
        end = self._cue_end("target", text, place)
        stop = self._amount_end(text, skip(text, end)) if end else 0
        if stop > end:
            return Element("unread", place, stop, code="amount_unread")
        speed = self._cue_end("speed", text, place)
        start = skip(text, speed)
        if speed and not self._is_amount(text, start) and (number := self.numbers.match(text, start)) is not None:
            return Element("unread", place, number.end(), code="amount_without_unit")  # "vitesse 5"
        lead = self._cue_end("change", text, place) or self._cue_end("then_to", text, place)
        start = skip(text, lead)
        counted = self.numbers.match(text, start) if lead and not self._is_amount(text, start) else None
        stop = self._counted_events(text, counted.end()) if counted is not None else 0
        return Element("unread", place, stop, code="amount_unread") if stop else None

    def _counted_events(self, text: Seen, end: int) -> int:
        """Where it ends how often something happens that is no taking, behind its number: "titrated to 3 soft BMs/day"; else 0."""
        for _ in range(_MOST_WORDS_OF_EVENT):
            start = skip(text, end)
            word = WORD.match(text, start) if text[start : start + 1].isalpha() else None
            if word is None or self.knows(text, start):
                return 0
            end = word.end()
            stop = self._timed_end(text, end)
            if stop > end:
                return stop
        return 0

    def _dispensed(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("given", text, place)
        stop = self._quantity_end(text, skip(text, end, " \t\n:*#.")) if end else 0
        return Element("given", place, stop or end) if end else None

    def _supplied(self, text: Seen, place: int) -> Element | None:
        if not self._has("supply", text):
            return None
        stop = max(self._quantity_end(text, place), self._stated_end(text, place))
        end = self._cue_end("supply", text, skip(text, stop, " \t\n-")) if stop else 0
        if not end or self._is_mass(text, place):
            return None  # "a 40 mg prescription" says what is in a tablet
        return Element("given", place, end)

    def _is_amount(self, text: Seen, place: int) -> bool:
        """Does an amount with a unit begin at a place?"""
        try:
            found = self._amount_at(text, place) if place < len(text) else None
        except UnreadError:
            return False
        return found is not None and bool(found[1].measure)

    def _is_mass(self, text: Seen, place: int) -> bool:
        try:
            found = self._amount_at(text, place)
        except UnreadError:
            return False
        return found is not None and found[1].measure == "mass"
