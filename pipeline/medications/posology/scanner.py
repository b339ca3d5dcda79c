"""The words of an instruction, cut into elements: amounts, timings, durations, routes, forms and the words between.

The longest element that begins at a place is taken. What fits nothing is a `word`; the assembly of the posology decides
what a word between two elements means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import Amount, Amounts, quantity_of
from pipeline.medications.posology.calendar import Calendar
from pipeline.medications.posology.elements import (
    Cues,
    Data,
    Element,
    Row,
    Seen,
    Timing,
    codes_of,
    repeat_of,
    skip,
)
from pipeline.medications.posology.numbers import Number, Numbers, UnreadError, alternatives, digits, lead, spelled
from pipeline.medications.posology.phrases import Match, PhraseTable, TimesTable

#: A reason or a condition of taking has no more words than this.
MAX_REASON_WORDS = 8
#: Longer than this, an infusion's time in hours is the length of a course ("for 48 hours").
MAX_INFUSION_HOURS = 24

_MARK = re.compile(r"[,;:.()\[\]!?*|\n\"]+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\s]")
_BLANK = re.compile(r"[ \t\r\f\v]+")
_COMPARISON = re.compile(
    r"\s*(?:[<>≥≤=]+|sup(?:erieure?)?s? a|inf(?:erieure?)?s? a|above|below|over|under|greater than|less than)\s*"
    r"\d+(?:[.,]\d+)?(?:/\d+)?(?:\s*(?:mm\s?hg|°\s?[cf]?|[cf]\b|g/l|mmol/l|mg/dl|bpm|/min|%|kg|degrees?\b))?"
)
_DURATION_CODES = {"7": "d", "52": "wk", "12": "mo"}
_SLASHED = re.compile(r"(?P<low>\d{1,2})(?:\s?-\s?(?P<high>\d{1,2}))?\s?/\s?(?P<of>7|52|12)(?![\d/])(?:\s+course)?")
_DAYS_OF = re.compile(r"j\s?\d{1,2}\s?/\s?(?:j\s?)?(\d{1,2})(?!\d)")
_DAY_OF = re.compile(
    r"(?:on |a )?(?:days?|jour|j)\s?\d{1,2}\s?(?:of|/|sur)\s?(?:j\s?)?(\d{1,3})(?![\d/])(?:\s(?:days|jours))?"
)
_RATIO_STRENGTH = re.compile(r"1\s?:\s?\d[\d, ]*\d|1 (?:in|pour|sur) \d[\d, ]*\d{2}(?!\d)")
_DAY_NUMBER = re.compile(
    r"(?:(?:on |a |au |le )?(?:days?|jours?|cycle|dose) ?(?:#|number |no\.? )?\d{1,2}(?:\s?(?:-|to|a|of|/)\s?\d{1,2})?"
    r"|j\d{1,2}(?:(?:,|-|/| et | a )\s?j?\d{1,2})*)(?![^\W_])"
)
# "on days 2 through 5", "J2 à J5": the course of a step.
_DAYS_TO = re.compile(
    r"(?:(?:on |for |du |de )?(?:days|jours?) ?|(?:de |du )?j ?)(?P<first>\d{1,2})\s?(?:-|to|through|thru|a|au)\s?(?:j ?)?(?P<last>\d{1,2})"
    r"(?![^\W_]|[/,-]|\s?(?:of|/|sur)\s?\d)"
)
_DATED = re.compile(r"\d[\d/.:-]*|[^\W_]+")
_DAILY = re.compile(r"daily|/ ?j|journaliere|quotidien|par jour|24")
_OUT_OF = re.compile(r"\s*(?:sur|out of)\s+\d")
_TO_AMOUNT = re.compile(r"(?<![^\W_])to\s+\d")
_COURSE_UNITS = frozenset({"d", "wk", "mo", "a"})
# What the patterns of this file begin with.
_PATTERN_STARTS = frozenset(
    {"day", "days", "jour", "jours", "j", "cycle", "dose", "on", "a", "au", "le", "for", "du", "de"}
)
_DESCRIBED = re.compile(r"\d+\s?-?(?:hr|hour|h)s?(?=\s+(?:tab|cap|er\b|xr\b|sr\b|release|patch|oral))")
_PER_TIME = r"\s*(?:/|per|in|within|every|a|an|each|in any|in a|par|en|dans les|dans|sur|sur les|pour|les)?\s*"


_SIMPLE = ("end", "then", "except", "alternate", "changing", "change", "take", "scale", "filler")


_Read = Callable[[Seen, int], Element | None]


class Scanner:
    """Reads elements in one language. Made once for a language; keeps nothing of a text."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.numbers = Numbers(lang)
        self.amounts = Amounts(lang, self.numbers)
        self._time_units = {w: unit.ucum for w, unit in self.amounts.units.items() if unit.measure == "time"}
        times = TimesTable(
            ((written, row["times"]) for written, row in spelled(resources.read_table(lang, "posology/times.tsv"))),
            self.numbers,
        )
        self._frequencies = PhraseTable[Row](
            spelled(resources.read_table(lang, "posology/frequencies.tsv"), "phrase"),
            self.numbers,
            self._time_units,
            times,
        )
        self._calendar = Calendar(lang)
        self._routes = self._coded("routes")
        self._forms = self._coded("forms")
        self.route_codes = codes_of(lang, "routes")
        self.form_codes = codes_of(lang, "forms")
        kinds: dict[str, list[str]] = {}
        for row in resources.read_table(lang, "posology/words.tsv"):
            kinds.setdefault(row["kind"], []).append(row["phrase"])
        self._cues = {kind: Cues(phrases) for kind, phrases in kinds.items()}
        self._behind = {kind: re.compile(alternatives(kinds[kind])) for kind in ("supply", "limit", "ago")}
        self._readers = self._dispatch(times)
        needed = (
            p
            for p, row in spelled(resources.read_table(lang, "posology/frequencies.tsv"), "phrase")
            if row["flag"] == "as_needed"
        )
        self._clear = re.compile(rf"(?<![^\W_]){alternatives([*kinds['max'], *needed])}(?![^\W_])")
        self._of_numbers: tuple[_Read, ...] = (
            self._frequency, self._day_or_time, self._dispensed, self._since, self._limit, self._course, self._amount,
        )  # fmt: skip
        unit = rf"(?P<unit>{alternatives(self._time_units)})(?![^\W_])"
        more = rf"(?:\s*(?:{alternatives(kinds['more'])})(?![^\W_]))"
        self._length = re.compile(
            rf"(?:{more}\s*)?(?P<low>{self.numbers.pattern})(?:{self.numbers.joint_source}(?P<high>{self.numbers.pattern}))?{more}?[\s-]*{unit}(?P<more>{more})*"
        )
        # "28 days on, 28 days off": a cycle, for which FHIR's Timing has no form.
        self._cycle = re.compile(
            rf"{self.numbers.pattern}\s*-?{unit}\s*(?:of treatment\s*)?(?:on|sous traitement|de traitement)"
            rf"\s*(?:[,;/]|and|then|et|puis)*\s*(?:{self.numbers.pattern}\s*-?{alternatives(self._time_units)}\s*)?"
            r"(?:off|d'arret|de pause|sans traitement)(?![^\W_])"
        )
        self._escalates = re.compile(rf"(?<![^\W_]){alternatives(kinds['escalation'])}(?![^\W_])")
        self._unit_alone = re.compile(unit)
        self._per_time = re.compile(
            rf"{_PER_TIME}(?P<number>\d+)?\s*-?{unit}|\s*(?:daily|quotidien(?:ne)?s?|journaliere?s?|per dose|par prise)"
        )
        weights = (w for w, known in self.amounts.units.items() if known.measure == "weight")
        self._weight = re.compile(rf"\d+(?:[.,]\d+)?\s*{alternatives(weights)}(?![^\W_])")
        self._count_behind = re.compile(
            r"[\s.]*(?P<roman>i{1,3}|iv|v|x)(?![^\W_])|[\s.]*(?P<number>\d{1,2})(?![\d.,/%-]|\s?[a-zµ%])"
        )

    def _coded(self, name: str) -> Cues:
        return Cues(written for written, _ in spelled(resources.read_table(self.lang, f"posology/{name}.tsv")))

    def scan(self, text: str, until: int | None = None) -> Iterator[Element]:
        """The elements of a folded text, in order.

        `until`: behind this place the first word that says nothing ends the reading, unless a limit or "as needed" is
        still to come.
        """
        seen = Seen(text)
        place = 0
        changing = False
        while place < len(seen):
            if blank := _BLANK.match(seen, place):
                place = blank.end()
                continue
            element = (self._changed(seen, place) if changing else None) or self._at(seen, place)
            if element.kind in ("changing", "mark"):
                changing = element.kind == "changing" or (changing and element.value in ("(", ")", ","))
            place, dumb = element.end, element.kind == "word"
            yield element
            if dumb and until is not None and place > until and not self._clear.search(seen, place):
                return

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
        to = self._cue_end("to", text, skip(text, place))
        return to if to and self._single_end(text, skip(text, to)) else 0

    def _at(self, text: Seen, place: int) -> Element:
        mark = _MARK.match(text, place)
        if mark is not None and not text[mark.end() - 1 : mark.end() + 1].replace(".", "").isdigit():
            end = mark.end()
            if text[end - 1] == "." and text[end : end + 1].isdigit() and end - place > 1:
                end -= 1
            if text[place] != "." or not text[place + 1 : place + 2].isdigit():
                return Element("mark", place, end, text[place:end])
        best: Element | None = None
        for read in self._readers_at(text, place):
            element = read(text, place)
            if element is not None and (best is None or element.end > best.end):
                best = element
        if best is not None:
            return best
        word = _WORD.match(text, place)
        return Element("word", place, word.end() if word else place + 1)

    def limited(self, text: str, start: int, end: int) -> bool:
        """Is there a limit or "as needed" in a stretch?"""
        return self._clear.search(text, start, end) is not None

    def knows(self, text: str, place: int) -> bool:
        """Can anything be read that begins as the text does at a place?"""
        return text[place].isdigit() or text[place] in "½¼¾" or lead(text, place) in self._readers

    def _readers_at(self, text: Seen, place: int) -> tuple[_Read, ...]:
        """What can read what begins so."""
        if text[place].isdigit() or text[place] in "½¼¾":
            return self._of_numbers
        return self._readers.get(lead(text, place), ())

    def _dispatch(self, times: TimesTable) -> dict[str, tuple[_Read, ...]]:
        """The readers by what they read begins with, in the order of their precedence."""
        numbers = self.numbers.starts

        def of(*kinds: str) -> frozenset[str]:
            return frozenset[str]().union(*(self._cues[kind].starts for kind in kinds if kind in self._cues))

        calendar = self._calendar.starts | of("clock_before", "day_except", "day_other")
        readers: tuple[tuple[_Read, frozenset[str]], ...] = (
            (self._frequency, self._frequencies.starts | times.starts | numbers),
            (self._day_or_time, calendar),
            (self._dispensed, of("given") | numbers),
            (self._since, of("since", "more", "later") | numbers | _PATTERN_STARTS),
            (self._limit, of("max") | numbers),
            (self._step_by, of("by")),
            (self._old, of("from", "was")),
            (self._infusion, of("over")),
            (self._course, of("course", "more", "course_unread") | numbers | _PATTERN_STARTS),
            (self._as_needed, of("hold", "condition", "reason")),
            (self._amount, numbers | {"."} | of("diluted")),
            (self._route, self._routes.starts),
            (self._form, self._forms.starts),
            (self._cue, of(*_SIMPLE)),
        )
        keys = frozenset[str]().union(*(starts for _, starts in readers))
        return {key: tuple(read for read, starts in readers if key in starts) for key in keys}

    def _cue_end(self, kind: str, text: Seen, place: int) -> int:
        cues = self._cues.get(kind)
        return cues.match(text, place) if cues is not None else 0

    def _cue(self, text: Seen, place: int) -> Element | None:
        best: Element | None = None
        for kind in _SIMPLE:
            end = self._cue_end(kind, text, place)
            if end and (best is None or end > best.end):
                best = Element(kind, place, end)
        return best

    # Timing

    def _frequency(self, text: Seen, place: int) -> Element | None:
        if text[place - 1 : place].isalpha() and text[place].isalpha() and not text[place + 1 : place + 2].isdigit():
            return None
        try:
            match = self._phrase_at(text, place)
        except UnreadError as error:
            return Element("unread", place, self._amount_end(text, place), code=error.code)
        if match is None:
            return None
        row = match.row
        if row["flag"] == "detail":
            return Element("filler", place, match.end)
        if row["flag"] == "as_needed":
            return self._with_reason(text, place, match.end)
        if row["flag"] == "once" and self._cue_end("times_noun", text, text.rfind(" ", place, match.end) + 1):
            return None  # "1 application" is an amount, unless a period is named
        try:
            repeat = repeat_of(row, match.number, match.times, self._time_units.get(match.unit or "", ""))
        except UnreadError as error:
            return Element("unread", place, match.end, code=error.code)
        return Element("timing", place, match.end, Timing(repeat, row["flag"]))

    def _phrase_at(self, text: Seen, place: int) -> Match[Row] | None:
        """The phrase of a frequency at a place. Raises UnreadError."""
        return text.once("phrase", place, lambda: self._frequencies.match(text, place))

    def _day_or_time(self, text: Seen, place: int) -> Element | None:
        found = self._calendar.match(text, place)
        if found is None:
            return None
        end, repeat = found
        if repeat is None:
            return Element("unread", place, end, code="frequency_unread")
        if "slots" in repeat:
            unit = self.amounts.unit_at(text, skip(text, end))
            return Element("slots", place, unit[0] if unit else end, (repeat["slots"], unit[1] if unit else None))
        return Element("timing", place, end, Timing(repeat))

    # What is no dose

    def _dispensed(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("given", text, place)
        if end:
            stop = self._quantity_end(text, skip(text, end, " \t\n:*#."))
            return Element("given", place, stop or end)
        if not self._has("supply", text):
            return None
        stop = self._quantity_end(text, place)
        end = self._cue_end("supply", text, skip(text, stop, " \t\n-")) if stop else 0
        return Element("given", place, end) if end else None

    def _has(self, kind: str, text: Seen) -> bool:
        """Does the text hold a cue that stands behind what it speaks of?"""
        return text.once(kind, 0, lambda: self._behind[kind].search(text) is not None)

    def _length_at(self, text: Seen, place: int) -> re.Match[str] | None:
        """A time that begins at a place."""

        def find() -> re.Match[str] | None:
            begins = self.numbers.may_begin(text, place) or self._cue_end("more", text, place)
            return self._length.match(text, place) if begins else None

        return text.once("length", place, find)

    def _amount_at(self, text: Seen, place: int) -> tuple[int, Amount] | None:
        """The amount that begins at a place. Raises UnreadError."""
        return text.once("amount", place, lambda: self.amounts.match(text, place))

    def _amount_end(self, text: Seen, place: int) -> int:
        return text.once("end", place, lambda: self.amounts.end(text, place))

    def _quantity_end(self, text: Seen, place: int) -> int:
        length = self._length_at(text, place)
        amount = self._amount_end(text, place)
        return max(length.end() if length else 0, amount if amount > place else 0)

    def _since(self, text: Seen, place: int) -> Element | None:
        number = self._length_at(text, place) if self._has("ago", text) else None
        if number is not None and (end := self._cue_end("ago", text, skip(text, number.end()))):
            return Element("since", place, end)
        if text[place].isdigit():
            cycle = self._cycle.match(text, place)
            return Element("unread", place, cycle.end(), code="frequency_unread") if cycle is not None else None
        later = self._cue_end("later", text, place)
        if later and (length := self._length_at(text, skip(text, later))) is not None:
            return Element("since", place, length.end())
        if (of := _DAY_OF.match(text, place)) is not None:
            return Element("duration", place, of.end(), quantity_of(Decimal(of[1]), None, "d"))
        if days := _DAYS_TO.match(text, place):
            span = int(days["last"]) - int(days["first"]) + 1
            if span > 1:
                return Element("duration", place, days.end(), quantity_of(Decimal(span), None, "d"))
        if day := _DAY_NUMBER.match(text, place):
            return Element("day", place, day.end())
        end = self._cue_end("since", text, place)
        if not end:
            return None
        for _ in range(6):
            start = skip(text, end)
            word = _DATED.match(text, start)
            if word is None:
                break
            dated = self._cue_end("date_word", text, start)
            if not (dated or word[0][0].isdigit() or word[0] in self._time_units):
                break
            end = max(dated, word.end())
        return Element("since", place, end)

    def _limit(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("max", text, place)
        if end:
            daily = _DAILY.search(text, place, end) is not None
            start = skip(text, end, ":= \t")
            return self._limited(text, place, start, daily=daily)
        limited = self._limited(text, place, place, daily=False) if self._has("limit", text) else None
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

    def _limited(self, text: Seen, place: int, start: int, *, daily: bool) -> Element | None:
        """The amount that is a limit, with what it is a limit of. `place`: where the element begins."""
        length = self._length_at(text, start) if place < start else None
        if length is not None and self._time_units[re.sub(r"\s+", " ", length["unit"])] in _COURSE_UNITS:
            return self._course(text, start, at=place)  # "maximum 4 weeks"
        try:
            match = self._phrase_at(text, start)
            if (
                match is not None
                and place < start
                and (match.times is not None or match.row["frequency"] not in ("", "1"))
            ):
                repeat = repeat_of(match.row, match.number, match.times, self._time_units.get(match.unit or "", ""))
                return Element("timing", place, match.end, Timing(repeat, "most"))
            if match is not None and place < start and match.number is not None and match.row["period"] == "{n}":
                repeat = repeat_of(match.row, match.number, None, self._time_units.get(match.unit or "", ""))
                return Element("timing", place, match.end, Timing(repeat))  # "up to 4 hourly"
            found = self._amount_at(text, start)
        except UnreadError as error:
            return Element("unread", place, max(self._amount_end(text, start), start + 1), code=error.code)
        if found is None:
            return None
        end, amount = found
        if amount.kind == "rate" and amount.ratio is not None:
            return Element("max", place, end, amount.ratio)
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
            return None if "dose" in match[0] or "prise" in match[0] else quantity_of(Decimal(1), None, "d")
        number = self.numbers.number(match["number"]) if match["number"] else Decimal(1)
        return quantity_of(number, None, self._time_units[re.sub(r"\s+", " ", match["unit"])])

    def _step_by(self, text: Seen, place: int) -> Element | None:
        """ "reduce by one tablet a week": a difference, with how often it is made."""
        end = self._cue_end("by", text, place)
        if not end:
            return None
        start = skip(text, end)
        stop = max(self._amount_end(text, start), self._quantity_end(text, start))
        if stop <= start:
            return None
        stop = self._timed_end(text, stop)
        to = self._before_to(text, stop)  # "increase by 25 mg weekly up to 100 mg": where it is to lead
        return Element("by", place, self._single_end(text, skip(text, to)) if to else stop)

    def _timed_end(self, text: Seen, end: int) -> int:
        """Where the timing ends that stands directly behind `end`."""
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
                if self.lang != "fr" and _TO_AMOUNT.search(text, 0, place) and not self._is_range(text, start):
                    return Element("old", place, timed, "was")  # "down to 10 mg from 20 mg"
        end = self._cue_end("was", text, place)
        if end and (text[place:end] not in ("was", "avant") or text[:place].rstrip().endswith("(")):
            start = skip(text, end)
            stop = self._single_end(text, start)
            if stop:
                return Element("old", place, self._timed_end(text, stop), "was")
        return None

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

    # Durations

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
        return Element("duration", place, stop, quantity_of(value.low, value.high, unit))

    def _time(self, text: Seen, place: int) -> tuple[int, Number, str] | None:
        length = self._length_at(text, place)
        if length is None:
            return None
        try:
            value = self.numbers.read(length["low"], length["high"])
        except UnreadError:
            return None
        if not value.low:
            return None
        return length.end(), value, self._time_units[re.sub(r"\s+", " ", length["unit"])]

    def _course(self, text: Seen, start: int, at: int | None = None) -> Element | None:
        """How long something is taken. `at`: where the element begins, if a word that is known stands before it."""
        place = start if at is None else at
        end = self._cue_end("course", text, start)
        start = skip(text, end) if end else start
        slashed = _SLASHED.match(text, start)
        if slashed is not None:
            number = self.numbers.read(slashed["low"], slashed["high"])
            return Element(
                "duration", place, slashed.end(), quantity_of(number.low, number.high, _DURATION_CODES[slashed["of"]])
            )
        days = _DAYS_OF.match(text, start)
        if days is not None and self.lang == "fr":
            return Element("duration", place, days.end(), quantity_of(Decimal(days[1]), None, "d"))
        length = self._length_at(text, start)
        if length is not None:
            try:
                value = self.numbers.read(length["low"], length["high"])
            except UnreadError as error:
                return Element("unread", place, length.end(), code=error.code)
            unit = self._time_units[re.sub(r"\s+", " ", length["unit"])]
            if _OUT_OF.match(text, length.end()):
                of = self._length.match(text, skip(text, length.end() + 4, " ofur"))
                return Element("unread", place, of.end() if of else length.end(), code="duration_unread")
            if not value.low:
                return Element("unread", place, length.end(), code="zero_amount")
            kind = "duration" if end or at is not None or length["more"] else "length"
            return Element(kind, place, length.end(), quantity_of(value.low, value.high, unit))
        if end:
            unit_alone = self._unit_alone.match(text, start)
            if unit_alone is not None and re.search(r"(?:^|\s)(?:a|an|une?|the next|another)$", text[place:end]):
                unit = self._time_units[re.sub(r"\s+", " ", unit_alone["unit"])]
                return Element("duration", place, unit_alone.end(), quantity_of(Decimal(1), None, unit))
        end = self._cue_end("course_unread", text, place)
        return Element("unread", place, end, code="duration_unread") if end else None

    # As needed

    def _as_needed(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("hold", text, place)
        if end and self._cue_end("scale", text, place) < end:
            stop = max(end, self._quantity_end(text, skip(text, end)))
            stop = max(stop, self._reason_end(text, skip(text, stop)))
            return Element("hold", place, self._timed_end(text, stop))
        end = self._cue_end("condition", text, place)
        if end:
            start = skip(text, end)
            if self._cue_end("no_reason", text, start):
                return None
            stop = self._reason_end(text, start)
            if stop > start:
                if self._escalates.search(text, start, stop):
                    return Element("hold", place, stop)  # "if the oedema persists": when to change the treatment
                return Element("as_needed", place, stop, (start, stop), code="condition")
            return None
        end = self._cue_end("reason", text, place)
        if end:
            start = skip(text, end)
            if self._cue_end("no_reason", text, start) or text[start : start + 1].isdigit():
                return None
            if self._course(text, place) is not None:
                return None
            stop = self._reason_end(text, start)
            if stop > start:
                return Element("reason", place, stop, (start, stop))
        return None

    def _with_reason(self, text: Seen, place: int, end: int) -> Element:
        """ "as needed", with the reason that stands behind it."""
        start = skip(text, end)
        comma = skip(text, end, " \t,")
        for kind in ("reason", "condition"):
            cue = self._cue_end(kind, text, comma)
            if cue and not self._cue_end("no_reason", text, skip(text, cue)):
                start = skip(text, cue)
                stop = self._reason_end(text, start)
                if stop > start:
                    return Element("as_needed", place, stop, (start, stop))
        if not text[start : start + 1].isalpha() or any(
            self._cue_end(kind, text, start) for kind in ("filler", "then", "take", "reason_stop", "no_reason")
        ):
            return Element("as_needed", place, end)
        stop = self._reason_end(text, start)
        return Element("as_needed", place, max(stop, end), (start, stop) if stop > start else None)

    def _reason_end(self, text: Seen, start: int) -> int:
        """Where the words of a reason end: before a mark, an element of dosing, or a word that begins something else."""
        end = place = start
        for _ in range(MAX_REASON_WORDS):
            place = skip(text, end)
            if place >= len(text) or (_MARK.match(text, place) and text[place] not in "(") or text[place] == "(":
                break
            if comparison := _COMPARISON.match(text, place):
                end = comparison.end()
                continue
            if place > start and self._ends_reason(text, place):
                break
            if place == start and self._begins_dosing(text, place):
                break
            word = _WORD.match(text, place)
            if word is None:
                break
            end = word.end()
        return _without_conjunction(text, start, end)

    def _ends_reason(self, text: Seen, place: int) -> bool:
        if not self._readers_at(text, place):
            return False
        return bool(self._cue_end("reason_stop", text, place)) or self._begins_dosing(text, place)

    def _begins_dosing(self, text: Seen, place: int) -> bool:
        possible = self._readers_at(text, place)
        for read in (self._frequency, self._day_or_time, self._dispensed, self._limit, self._course, self._infusion):
            element = read(text, place) if read in possible else None
            if element is not None and element.kind not in ("filler", "length"):
                return True
        if self._cue_end("then", text, place) and not text.startswith(("and", "et", "ou", "or"), place):
            return True
        element = self._amount(text, place) if self._amount in possible else None
        return element is not None and element.kind == "amount" and bool(element.value.measure)

    # Amounts, routes, forms

    def _amount(self, text: Seen, place: int) -> Element | None:
        if described := _DESCRIBED.match(text, place):
            return Element("filler", place, described.end())
        if solution := _RATIO_STRENGTH.match(text, place):
            return Element("unread", place, solution.end(), code="strength_unread")
        if text[place].isalpha() and (end := self._diluted(text, place)):
            return Element("filler", place, end)
        if weight := self._weight.match(text, place):
            return Element("filler", place, weight.end())
        try:
            found = self._amount_at(text, place)
        except UnreadError as error:
            return Element("unread", place, self._amount_end(text, place), code=error.code)
        if found is None:
            return None
        end, amount = found
        if amount.kind == "count" and text[place:end] == "un gel":
            return None  # the abbreviation of "gélule" has a figure before it
        if amount.kind == "count" and not amount.measure and not amount.every and self._is_article(text, place, end):
            return None
        return Element("amount", place, end, amount)

    def _diluted(self, text: Seen, place: int) -> int:
        """Where "in 8 oz of water" ends: what a dose is taken in."""
        cue = self._cue_end("diluted", text, place)
        if not cue:
            return 0
        try:
            found = self._amount_at(text, skip(text, cue))
        except UnreadError:
            return 0
        return found[0] if found is not None and found[1].measure == "volume" else 0

    def _is_article(self, text: Seen, place: int, end: int) -> bool:
        """An article counts only before a form, and in French before a moment ("un le matin, deux le soir")."""
        first = _WORD.match(text, place)
        if first is None or first[0] not in ("a", "an", "single", "un", "une"):
            return False
        following = (
            self._frequency(text, skip(text, end)) if self.lang == "fr" and skip(text, end) < len(text) else None
        )
        return following is None or following.kind != "timing" or "when" not in following.value.repeat

    def _route(self, text: Seen, place: int) -> Element | None:
        end = self._routes.match(text, place)
        return Element("route", place, end) if end else None

    def _form(self, text: Seen, place: int) -> Element | None:
        end = self._forms.match(text, place)
        if not end:
            return None
        # "tabs ii", "cp 2": the count stands behind the form.
        unit = self.amounts.units.get(re.sub(r"\s+", " ", text[place:end]))
        behind = self._count_behind.match(text, end)
        if unit is not None and behind is not None and unit.measure == "count":
            written = behind["roman"] or behind["number"]
            if written != "iv" and written.strip("0"):
                amount = Amount("count", quantity_of(self.numbers.number(written), None, unit.ucum), measure="count")
                return Element("amount", place, behind.end(), amount)
        return Element("form", place, end)


def _without_conjunction(text: str, start: int, end: int) -> int:
    found = re.search(
        r"\s+(?:and|or|et|ou|then|puis|with|avec|to|a|in|en|for|pour|the|le|la|de|at|,)$", text[start:end]
    )
    return start + found.start() if found else end


@lru_cache(maxsize=len(resources.LANGUAGES))
def scanner(lang: str) -> Scanner:
    """The scanner of a language."""
    return Scanner(lang)
