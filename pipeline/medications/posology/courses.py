"""How long something is taken, and since when: courses, infusion times, days of a course."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from pipeline import resources
from pipeline.medications.posology.amounts import quantity_of
from pipeline.medications.posology.course_words import CourseWords
from pipeline.medications.posology.elements import Data, Element, Seen, Timing, skip
from pipeline.medications.posology.numbers import Number, UnreadError, digits
from pipeline.medications.posology.vocabulary import Vocabulary
from pipeline.text.phrases import alternatives, any_of

#: Longer than this, an infusion's time in hours is the length of a course ("for 48 hours").
MAX_INFUSION_HOURS = 24
#: A length in these units can be a course.
COURSE_UNITS = frozenset({"d", "wk", "mo", "a"})

#: The code of a length that is said of each of several doses.
EACH = "each"
#: The code of a length over which something is given, and no course where the dose is one of the body's surface.
OVER = "over"
#: The code of days that are named: "days 2-5"; and of one that what is taken on them follows: "days 2-5: 250 mg".
DAYS, HEAD = "days", "head"
#: The code of a time that begins the next part of a course.
NEXT = "next"
#: The code of the first days of a course: "the FIRST 3 days".
FIRST = "first"
_DURATION_CODES = {"7": "d", "52": "wk", "12": "mo"}
#: Of a day from which on something is taken: "day 8 onwards".
LAST = "last"
#: A course of one day.
A_DAY: Data = {"value": "1", "unit": "d"}
_PAIR = 2
_ONE_IN = re.compile(r"1\s?/")
_DATED = re.compile(r"[+-]?\d[\d/.:-]*|[^\W_]+")
_DATE_LEAD = 12
_DAY_OF_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?![\w/])")
# Parts of what is told of one taking.
_MOST_TOLD = 6


class Courses(Vocabulary):
    """Reads lengths of time."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._in_course = CourseWords(lang, self.amounts.units)
        kinds = resources.phrases(lang, "posology/words.tsv")
        hours, days = (
            alternatives(word for word, unit in self._time_units.items() if unit == code) for code in ("h", "d")
        )
        released, worn = any_of(kinds.get("released", ())), any_of(kinds["worn"])
        # "24hr tablet", "7-day patch": how long it releases.
        self._described = re.compile(
            rf"{self.numbers.pattern}[\s-]{{0,2}}(?:{hours}(?=\s+{released}(?![^\W_]))|{days}(?=\s+{worn}(?![^\W_])))"
        )

    def _since(self, text: Seen, place: int) -> Element | None:
        length = self._stated_end(text, place) if self._has("ago", text) else 0
        if length and (end := self._cue_end("ago", text, skip(text, length))):
            return Element("since", place, end)
        if text[place].isdigit():
            cycle = self._cycle.match(text, place) if self._has("cycle", text) else None
            return Element("unread", place, cycle.end(), code="frequency_unread") if cycle is not None else None
        later = self._cue_end("later", text, place)
        if later and (end := self._stated_end(text, skip(text, later))):
            elapsed = self._cue_end("elapsed", text, place) == later
            passed = self._span(text, skip(text, later))
            return Element("since", place, end, (passed, elapsed) if passed is not None else None, "start_unread")
        if (nights := self._nights_passed(text, place)) is not None:
            return nights
        words = self._in_course
        if (week := self._week_number(text, place)) is not None:
            return week
        if (times := words.at_times.match(text, place)) is not None:
            return Element("unread", place, times.end(), code="frequency_unread")
        if words.numbered.match(text, place) is None:
            return self._dated(text, place)
        if (of := words.day_of.match(text, place)) is not None:
            return Element("duration", place, of.end(), quantity_of(Decimal(of[1]), None, "d"))
        if days := words.days_to.match(text, place):
            span = int(days["last"]) - int(days["first"]) + 1
            if span > 1:
                return Element("duration", place, days.end(), quantity_of(Decimal(span), None, "d"), DAYS)
        if (day := words.day_number.match(text, place)) and not self._counts(text, day.end()):
            onward = words.onward.match(text, day.end())
            last = onward is not None or words.from_day.search(text, max(0, place - _DATE_LEAD), place) is not None
            return Element("day", place, onward.end() if onward is not None else day.end(), LAST if last else None)
        return self._dated(text, place)

    def _nights_passed(self, text: Seen, place: int) -> Element | None:
        """ "after 3 nights": so many days."""
        elapsed = self._cue_end("elapsed", text, place)
        start = skip(text, elapsed)
        figures = self.numbers.match(text, start) if elapsed else None
        end = self._cue_end("night_noun", text, skip(text, figures.end(), " -")) if figures is not None else 0
        if figures is None or not end:
            return None
        try:
            value = self.numbers.read(figures["low"], figures["high"])
        except UnreadError:
            return Element("since", place, end, None, "start_unread")
        return Element("since", place, end, (quantity_of(value.low, value.high, "d"), True), "start_unread")

    def _counts(self, text: Seen, place: int) -> bool:
        """Does a unit stand behind a figure: "les 3 derniers jours 10 mg"?"""
        return text[place - 1].isdigit() and self.amounts.unit_at(text, skip(text, place)) is not None

    def _week_number(self, text: Seen, place: int) -> Element | None:
        """ "week 3", "weeks 1-2": the first one and how many they are, 0 for all that follow."""
        week = self._in_course.weeks.match(text, place)
        if week is None:
            return None
        number = week.start("last") if week["last"] else week.start("first")
        try:
            found = self._amount_at(text, number)
        except UnreadError:
            found = None
        if found is not None and found[1].measure and not week["open"]:
            return None  # "per week 2 tablets"
        first = int(week["first"])
        count = int(week["last"] or first) - first + 1
        adjoining = not week["last"] or count == _PAIR or self.numbers.joint.fullmatch(week["to"]) is not None
        if count < 1 or not adjoining:
            return None
        led = week["open"] or self._in_course.from_day.search(text, max(0, place - _DATE_LEAD), place)
        return Element("week", place, week.end(), (first, 0 if led else count))

    def _span(self, text: Seen, place: int) -> Data | None:
        """A length of time in the shape of the event; None for one that cannot be read."""
        slashed = self._in_course.slashed.match(text, place)
        if slashed is not None:
            try:
                number = self.numbers.read(slashed["low"], slashed["high"])
            except UnreadError:
                return None
            return quantity_of(number.low, number.high, _DURATION_CODES[slashed["of"]])
        found = self._time(text, place)
        return quantity_of(found[1].low, found[1].high, found[2]) if found is not None else None

    def _stated_end(self, text: Seen, place: int) -> int:
        """Where a length of time ends, also one with a stroke ("2/52"); 0 without one."""
        length = self._length_at(text, place) or self._in_course.slashed.match(text, place)
        return length.end() if length is not None else 0

    def _dated(self, text: Seen, place: int) -> Element | None:
        """ "since last week", "since 2019"; "last dose 2 mg at 0800", which is no time of every day."""
        end = self._cue_end("since", text, place)
        if not end:
            return None
        if self._cue_end("last_dose", text, place) == end:
            return Element("since", place, self._told_end(text, end))
        for _ in range(6):
            start = skip(text, end)
            word = _DATED.match(text, start)
            if word is None:
                break
            dated = self._cue_end("date_word", text, start)
            if not (dated or word[0].lstrip("+-")[:1].isdigit() or word[0] in self._time_units):
                break
            end = max(dated, word.end())
        return Element("since", place, end)

    def _told_end(self, text: Seen, end: int) -> int:
        """Where it ends what is told of one taking: how much it was, and when."""
        for _ in range(_MOST_TOLD):
            start = skip(text, end, " \t:")
            if start >= len(text):
                break
            day = _DAY_OF_YEAR.match(text, start)
            if day is not None:
                end = day.end()
                continue
            try:
                match = self._phrase_at(text, start)
                found = self._calendar.match(text, start, offsets=False) or self._amount_at(text, start)
            except UnreadError:
                break
            stops = [match.end if match is not None else 0, found[0] if found is not None else 0]
            stop = max(*stops, self._cue_end("filler", text, start), self._cue_end("date_word", text, start))
            if stop <= end:
                break
            end = stop
        return end

    def _nights(self, text: Seen, place: int, start: int, *, led: bool) -> Element | None:
        """ "x 3 nights": so many days, each at that moment. Not "3 nights a week".

        `led`: does a word for a course stand before it? Else one that ends it must stand behind: "5 nights only".
        """
        figures = self.numbers.match(text, start)
        noun = skip(text, figures.end(), " -") if figures is not None else 0
        end = self._cue_end("night_noun", text, noun) if figures is not None else 0
        moment = self._phrase_at(text, noun) if end else None
        if figures is None or moment is None or self._phrase_at(text, skip(text, end)) is not None:
            return None
        more = self._cue_end("more", text, skip(text, end))
        if not (led or more):
            return None
        try:
            value = self.numbers.read(figures["low"], figures["high"])
        except UnreadError as error:
            return Element("unread", place, end, code=error.code)
        length = quantity_of(value.low, value.high, "d")
        return Element("nights", place, more or end, (length, Timing(self._repeat(moment)))) if value.low else None

    def _infusion(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("over", text, place)
        if not end:
            return None
        found = self._time(text, skip(text, end))
        if found is None:
            return None
        stop, value, unit = found
        if unit in ("s", "min") or (unit == "h" and value.low <= MAX_INFUSION_HOURS):
            said = {"duration": digits(value.low), "durationUnit": unit}
            if value.high is not None:
                said["durationMax"] = digits(value.high)
            return Element("infusion", place, stop, said)
        return Element("duration", place, stop, quantity_of(value.low, value.high, unit), OVER)

    def _infused(self, text: Seen, place: int, end: int, value: Number, unit: str) -> Element | None:
        """ "1 g q8h, 3-hour infusion": how long one infusion is."""
        noun = self._cue_end("infusion_noun", text, skip(text, end, " -"))
        if not noun or unit not in ("min", "h") or value.high is not None or value.low > MAX_INFUSION_HOURS:
            return None
        return Element("infusion", place, noun, {"duration": digits(value.low), "durationUnit": unit})

    def _time(self, text: Seen, place: int) -> tuple[int, Number, str] | None:
        length = self._length_at(text, place)
        stroke = self._in_course.hours_of.match(text, place) if length is None else None
        length = length or stroke
        if length is None:
            return None
        try:
            value = self.numbers.read(length["low"], length["high"])
        except UnreadError:
            return None
        if not value.low:
            return None
        unit = "h" if stroke is not None else self._time_units[re.sub(r"\s+", " ", length["unit"])]
        return length.end(), value, unit

    def _course(self, text: Seen, start: int, at: int | None = None) -> Element | None:
        """How long something is taken. `at`: where the element begins, if a word that is known stands before it.

        Its code is EACH where it is said of each of several doses: "40 mg, 30 mg, 20 mg, 3 days each".
        """
        if at is None and (part := self._part_done(text, start)) is not None:
            return part
        before = self._cue_end("each_before", text, start)
        found = self._course_at(text, skip(text, before) if before else start, start if before and at is None else at)
        if found is None or found.kind not in ("duration", "length"):
            return found
        if month := self._of_each_month(text, skip(text, found.end)):
            return Element("unread", found.start, month, code="frequency_unread")  # "20 jours par mois"
        behind = self._cue_end("each_behind", text, skip(text, found.end))
        if behind and not self._ends(text, behind):
            return found  # "3 days each month"
        return replace(found, kind="duration", end=behind or found.end, code=EACH) if before or behind else found

    def _part_done(self, text: Seen, place: int) -> Element | None:
        """ "3 of 7 days", "received 4 days of 14": the course is the whole."""
        lead = self._cue_end("done_lead", text, place)
        words = self._in_course
        found = (words.done_days if lead else words.done_of).match(text, skip(text, lead or place))
        if found is None or (not lead and _ONE_IN.match(found[0]) is not None):
            return None  # "1/3 mois": one every three months
        if (often := words.often.match(text, found.end())) is not None:
            return Element("unread", place, often.end(), code="frequency_unread")
        number = next(value for name, value in found.groupdict().items() if value and name.startswith("whole"))
        unit = next(value for name, value in found.groupdict().items() if value and name.startswith("unit"))
        if found["unit1"] and "/" in found[0] and number in _DURATION_CODES:
            # "5/7 days" is five days, unless it says that so many are done.
            return Element("unread", place, found.end(), code="duration_unread") if lead else None
        length = quantity_of(Decimal(number), None, self._time_units[unit])
        return Element("duration", place, found.end(), length) if Decimal(number) else None

    def _of_each_month(self, text: Seen, place: int) -> int:
        """Where "a month" ends, behind a length that comes again in each; 0 without it."""
        try:
            match = self._phrase_at(text, place) if place < len(text) else None
        except UnreadError:
            return 0
        unit = self._time_units.get(match.unit or "", "") if match is not None else ""
        return match.end if match is not None and unit == "mo" and match.row["period"] == "1" and not match.times else 0

    def _ends(self, text: Seen, place: int) -> bool:
        """Is a clause at its end at a place?"""
        start = skip(text, place)
        return (
            start >= len(text)
            or not (text[start].isalnum() or text[start] == "_")
            or self._cue_end("end", text, start) > 0
        )

    def _course_at(self, text: Seen, start: int, at: int | None) -> Element | None:
        place = start if at is None else at
        if at is None and (unread := self._cue_end("course_unread", text, place)):
            return Element("unread", place, unread, code="duration_unread")
        end = self._cue_end("course", text, start)
        start = skip(text, end) if end else start
        sign = text[start : start + 1]
        slashed = self._in_course.slashed.match(text, start) if sign.isdecimal() else None
        if slashed is not None and self._in_course.is_date(text, start):
            return None
        if slashed is not None and self._in_course.to_date.search(text, max(0, start - _DATE_LEAD), start):
            return Element("unread", place, slashed.end(), code="duration_unread")  # "through 07/12": a day of the year
        if slashed is not None:
            try:
                number = self.numbers.read(slashed["low"], slashed["high"])
            except UnreadError as error:
                return Element("unread", place, slashed.end(), code=error.code)
            return Element(
                "duration", place, slashed.end(), quantity_of(number.low, number.high, _DURATION_CODES[slashed["of"]])
            )
        if end and (stroke := self._in_course.hours_of.match(text, start)) is not None:
            found = self._time(text, start)
            return (
                Element("duration", place, stroke.end(), quantity_of(found[1].low, found[1].high, "h"))
                if found
                else None
            )
        days = self._in_course.days_of.match(text, start) if sign.isalpha() else None
        if days is not None:
            return Element("duration", place, days.end(), quantity_of(Decimal(days[1]), None, "d"))
        if end and self._has("cycle", text) and (on_off := self._cycle.match(text, start)) is not None:
            return Element("unread", place, on_off.end(), code="frequency_unread")  # "x 2 wks on/1 wk off"
        length = self._length_at(text, start)
        if length is None and (nights := self._nights(text, place, start, led=bool(end))) is not None:
            return nights
        if not end and (described := self._described.match(text, start)) is not None:
            return Element("filler", place, described.end())
        if length is not None:
            if end and length["high"] and self._cue_end("apart", text, skip(text, length.end())):
                return None  # "x3 à 20 min d'intervalle": three times
            try:
                value = self.numbers.read(length["low"], length["high"])
            except UnreadError as error:
                return Element("unread", place, length.end(), code=error.code)
            unit = self._time_units[re.sub(r"\s+", " ", length["unit"])]
            if not end and at is None and length["low"] in ("a", "an"):
                return Element("filler", place, length.end())  # "in about a week"
            if (out_of := self._in_course.out_of.match(text, length.end())) is not None:
                of = self._length.match(text, out_of.end())
                return Element("unread", place, of.end() if of else length.end(), code="duration_unread")
            if not value.low:
                return Element("unread", place, length.end(), code="zero_amount")
            if unit == "s":
                return Element("filler", place, length.end())  # "swish for 30 seconds"
            if not end and (infused := self._infused(text, place, length.end(), value, unit)) is not None:
                return infused
            if not end and (cycle := self._cue_end("cycle_noun", text, skip(text, length.end(), " -"))):
                return Element("unread", place, cycle, code="frequency_unread")  # "days 1 and 8 of a 21-day cycle"
            kind = "duration" if end or at is not None or length["more"] else "length"
            return Element(kind, place, length.end(), quantity_of(value.low, value.high, unit))
        if end:
            whole = self._cue_end("more", text, start)  # "for a full week"
            unit_alone = self._unit_alone.match(text, skip(text, whole) if whole else start)
            longer = self._in_course.longer.match(text, unit_alone.end()) if unit_alone is not None else None
            if longer is not None and (more := self.numbers.match(text, longer.end())) is not None:
                rest = self._length_at(text, longer.end())
                return Element("unread", place, (rest or more).end(), code="duration_unread")
            if unit_alone is not None and self._in_course.one_unit.search(text[place:end]):
                unit = self._time_units[re.sub(r"\s+", " ", unit_alone["unit"])]
                return Element("duration", place, unit_alone.end(), quantity_of(Decimal(1), None, unit))
        return None
