"""How often and when something is taken: phrases of frequencies, days, clock times, and what only looks like them."""

from __future__ import annotations

import re
from abc import ABC
from decimal import Decimal

from pipeline import resources
from pipeline.medications.posology.amounts import Amount
from pipeline.medications.posology.day_rows import amount_of
from pipeline.medications.posology.elements import WORD, Data, Element, Row, Seen, Timing, skip
from pipeline.medications.posology.numbers import UnreadError, lead, spelled
from pipeline.medications.posology.phrases import Match
from pipeline.medications.posology.reasons import Reasons
from pipeline.medications.posology.regions import DRUG_SIGN
from pipeline.text.phrases import alternatives, any_of

# Rows of frequencies that are known and cannot be read, with the code of the warning.
_NOT_READ = {"unread": "frequency_unread", "told": "instruction_unread"}
_PERCENT = re.compile(r"s?\s?\d{2,3}\s?%")
# Doses of the moments of a day, before their unit.
_ROW_OF_DOSES = re.compile(r"(\d{1,3}(?:[.,]5)?(?:\s?/\s?\d{1,3}(?:[.,]5)?){1,3})\s?(?=[^\W\d_])")
# Of what a length of a course is counted in.
_OF_COURSES = frozenset({"d", "wk", "mo"})
# Hours between takings, as they are written with a stroke.
_BY_HOURS = re.compile(r"\d+(?:\s?-\s?\d+)?\s?/\s?24")
_INTERVALS = {None, *map(Decimal, (1, 2, 3, 4, 6, 8, 12, 24))}
# Before "weekly" and "monthly" a one counts what is taken.
_LONG = frozenset({"wk", "mo"})
_TABLETS = frozenset({"{tbl}", "{cap}"})
# Words that lead to a day stand in so many characters before it.
_TO_DAY = 16
# A route stands in so few characters before "now", and somebody who takes a drug before it.
_TO_ROUTE = 24


def _ones_in(match: Match[Row]) -> bool:
    """Is "one weekly" one a week? Nobody says so of every single week."""
    said = match.row["period"] == "{n}" and match.row["unit"] in _LONG
    return said and match.number is not None and match.number.low == 1 and match.number.high is None


class Frequencies(Reasons, ABC):
    """Reads how often and when."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        kinds = resources.phrases(lang, "posology/words.tsv")
        units = alternatives(word for word, unit in self._time_units.items() if unit in _OF_COURSES)
        # "2x3 days": two at a time, or twice a day?
        self._for_days = re.compile(rf"\s?[x×]\s?\d{{1,3}}\s?{units}(?![^\W_])")
        self._times_days = re.compile(rf"\d+{self._for_days.pattern}")
        per = alternatives(word for word in kinds["per"] if word.isalpha())
        day = alternatives(word for word, unit in self._time_units.items() if unit == "d")
        # "2 x 3/j": two, three times a day.
        self._each_time = re.compile(rf"([1-9]) ?x(?= ?\d ?(?:/ ?(?:{day}|24)|{per} ))")
        self._once_a_day = re.compile(rf" ?1 ?(?:/ ?(?:{day}|24 ?h?)|{per} ?{day})(?![^\W_])")
        # Before "a week" and the like, and behind it: a length of time, not how often.
        self._length_lead = re.compile(rf"(?<![^\W_]){any_of(kinds.get('length_lead', ()))}\s+\Z")
        self._length_behind = re.compile(rf"\s+{any_of(kinds.get('length_behind', ()))}(?![^\W_])")
        self._applications = re.compile(
            alternatives(word for word, unit in self.amounts.units.items() if unit.ucum == "{application}")
        )
        # Behind amounts in turn, perhaps with a route between: they are of the sessions of a week, not of a day.
        self._of_sessions = re.compile(
            rf"[\s,]*(?:[^\W\d_]{{2,4}}\s+)?{alternatives(kinds['session'], to_the_end=True)}"
        )
        # "4 mg IV now" is an order, but "she is on 4 mg now" is not.
        ways = (written for written, _ in spelled(resources.read_table(lang, "posology/routes.tsv")))
        self._by_route = re.compile(rf"(?<![^\W_]){alternatives([*ways, *kinds.get('order_form', ())])}\s+\Z")
        self._takes = re.compile(rf"(?<![^\W_]){alternatives(kinds['takes'], to_the_end=True)}\s+\Z")
        tablets = (word for word, unit in self.amounts.units.items() if unit.ucum in _TABLETS)
        self._behind_tablets = re.compile(rf"(?<![^\W_]){alternatives(tablets, to_the_end=True)}\s+\Z")
        # "x3 à 20 min d'intervalle": three times, and no range.
        minutes = alternatives(self._time_units, to_the_end=True)
        self._times_apart = re.compile(
            rf"[x×]\s?(?P<times>[1-9]\d?)(?=\s{any_of(kinds.get('apart_lead', ()))}\s\d{{1,2}}\s?{minutes}\s{alternatives(kinds['apart'])})"
        )
        self._to_drug = re.compile(rf"(?:\s+[^\W\d_]+){{0,2}}\s*{DRUG_SIGN}")
        # Before a day of the week: something is taken up to it, not on it.
        self._day_end = re.compile(rf"(?<![^\W_]){alternatives(kinds['day_end'], to_the_end=True)}\s+\Z")

    def _frequency(self, text: Seen, place: int) -> Element | None:
        if text[place - 1 : place].isalpha() and text[place].isalpha() and not text[place + 1 : place + 2].isdigit():
            return None
        if (vague := self._indefinite(text, place)) is not None:
            return vague
        if (apart := self._times_apart.match(text, place)) is not None:
            return Element("timing", place, apart.end(), Timing({"count": int(apart["times"])}, "once", counted=True))
        if text[place].isdigit() and (each := self._each_time.match(text, place)):
            if each[1] != "1" and (once := self._once_a_day.match(text, each.end())):
                return Element("unread", place, once.end(), code="frequency_unread")  # "3x1/j": one, three times?
            return Element("amount", place, each.end(), Amount("count", {"value": each[1]}))
        try:
            match = self._phrase_at(text, place)
        except UnreadError as error:
            end = max(error.end, self._amount_end(text, place), self._stretch_end(text, place))
            return Element("unread", place, end, code=error.code)
        if match is None or self._cue_end("day_other", text, place) >= match.end:
            return None  # "other days" are those not named, "every other day" is a frequency
        if _ones_in(match) or self._counts_tablets(text, place, match):
            return None
        flag = match.row["flag"]
        if flag == "once" and text[place].isdigit() and self._times_days.match(text, place):
            return None  # "40 x 3d": 40 for three days
        if flag == "now" and not self._leads_on(text, match.end) and not self._ordered(text, place):
            return None  # "40 mg now": a single dose, or what is taken today?
        if self._has("lockout", text) and self._cue_end("lockout", text, skip(text, match.end)):
            return Element("unread", place, match.end, code="frequency_unread")  # "q 6 min lockout": no more often
        if flag == "detail":
            return Element("filler", place, match.end)
        if flag == "as_needed":
            return self._with_reason(text, place, match.end)
        if flag == "unread" and (clock := self._calendar.match(text, place, offsets=False)) is not None:
            if clock[0] >= match.end:
                return None  # "q1800"
        if self._may_be_strength(text, place, match):
            return None
        if flag in _NOT_READ:
            return Element("unread", place, match.end, code=_NOT_READ[flag])
        if flag == "once":
            if self._begins_clause(text, place, match.end):
                return Element("filler", place, match.end)  # "once the patient is asleep"
            if place < match.end - 1 and not text[place].isdigit() and (volume := self._volume_behind(text, match.end)):
                return Element("unread", place, volume, code="amount_unread")  # "75 ml/h x 1 L": in all
            if self._misspelt(text, place, match.end):
                return Element("unread", place, match.end, code="frequency_unread")
            if self._cue_end("times_noun", text, text.rfind(" ", place, match.end) + 1):
                return None  # "1 application" is an amount, unless a period is named
        try:
            repeat = self._repeat(match)
        except UnreadError as error:
            return Element("unread", place, match.end, code=error.code)
        if (course := self._of_course(text, place, match.end, repeat)) is not None:
            return course
        if repeat.get("periodUnit") == "s" or self._is_length(text, place, match):
            return None  # "a second dose", "in about a week"
        if not flag and match.times and self._applications.search(text, place, match.end):
            flag = "applied"
        return Element("timing", place, match.end, Timing(repeat, flag, match.times is not None))

    def _shared_out(self, text: Seen, place: int) -> Element | None:
        """ "8/6/10 units with breakfast, lunch and dinner": as many amounts as there are moments, in their order."""
        row = _ROW_OF_DOSES.match(text, place)
        unit = self.amounts.unit_at(text, row.end()) if row is not None else None
        if row is None or unit is None:
            return None
        amounts = [amount_of(written) for written in re.split(r"\s?/\s?", row[1])]
        moments: list[str] = []
        end = unit[0]
        for _ in amounts:
            start = skip(text, end, " \t,/&+")
            start = skip(text, self._cue_end("joining", text, start) or start)
            timing = self._frequency(text, start) if start < len(text) else None
            if timing is None or timing.kind != "timing" or timing.value.repeat.keys() != {"when"}:
                break
            moments += timing.value.repeat["when"]
            end = timing.end
        if len(moments) != len(amounts) or len(set(moments)) < len(moments) or not all(amounts):
            return None
        return Element("slots", place, end, (list(zip(moments, amounts, strict=True)), unit[1]))

    def _of_course(self, text: Seen, place: int, end: int, repeat: Data) -> Element | None:
        """ "par 10 jours de Bactrim", "a week of amoxicillin": so long, and not that often."""
        led = self._cue_end("length_by", text, place) or self._cue_end("length_article", text, place)
        of = self._cue_end("of", text, skip(text, end)) if led else 0
        if not of or self._to_drug.match(text, of) is None or "period" not in repeat:
            return None
        return Element("duration", place, end, {"value": repeat["period"], "unit": repeat["periodUnit"]})

    def _may_be_strength(self, text: Seen, place: int, match: Match[Row]) -> bool:
        """Are figures with a stroke no hours between takings, "24/26" and "10/24", but "6/24" and "4-6/24"?"""
        if match.number is None or not text[place].isdigit() or _BY_HOURS.fullmatch(text, place, match.end) is None:
            return False
        return not {match.number.low, match.number.high} <= _INTERVALS

    def _counts_tablets(self, text: Seen, place: int, match: Match[Row]) -> bool:
        """Is a number before "weekly" how many tablets are taken: "2.5 mg tablets SIX weekly"?"""
        said = match.row["period"] == "{n}" and match.row["unit"] in _LONG
        return said and self._behind_tablets.search(text, max(0, place - _TO_DAY), place) is not None

    def _is_length(self, text: Seen, place: int, match: Match[Row]) -> bool:
        """Is "a" with a unit no frequency: "in about a week", or a letter of a name, "Imodium A-D"?"""
        article = self._cue_end("length_article", text, place)
        if not article or match.number is not None:
            return False
        if len(match.unit or "") == 1:
            return True
        behind_lead = self._length_lead.search(text, max(0, place - 16), place)
        apart = text[article : article + 1] == " "
        return apart and (behind_lead or self._length_behind.match(text, match.end)) is not None

    def _begins_clause(self, text: Seen, place: int, end: int) -> bool:
        """Does "once" begin a clause: "once the patient is asleep", "once somnolent"?"""
        start = skip(text, end)
        if self._cue_end("clause", text, start):
            return True
        if self._cue_end("both_drugs", text, start):
            return False  # "250 mg IM once plus doxycycline"
        return (
            self._cue_end("clause_lead", text, place) == end
            and text[start : start + 1].isalpha()
            and not self.knows(text, start)
        )

    def _volume_behind(self, text: Seen, end: int) -> int:
        """Where a unit of volume ends that stands behind a figure; else 0."""
        if not text[end - 1].isdigit():
            return 0
        start = skip(text, end)
        unit = self.amounts.unit_at(text, start)
        known = self.amounts.units.get(text[start : unit[0]]) if unit is not None else None
        return unit[0] if unit is not None and known is not None and known.measure == "volume" else 0

    def _leads_on(self, text: Seen, end: int) -> bool:
        """Does what stands behind "now" say what is taken next: "40 mg now, then 20 mg daily"?"""
        start = skip(text, end, " \t,;")
        return any(self._cue_end(kind, text, start) for kind in ("then", "again"))

    def _ordered(self, text: Seen, place: int) -> bool:
        """Does "now" stand behind a route, and nobody is said to take the drug: "4 mg IV now"?"""
        drug = text.rfind(DRUG_SIGN, 0, place)
        if drug < 0 or self._by_route.search(text, max(0, place - _TO_ROUTE), place) is None:
            return False
        return self._takes.search(text, max(0, drug - _TO_ROUTE), drug) is None

    def _misspelt(self, text: Seen, place: int, end: int) -> bool:
        """Does a word that is none stand behind a number of times in words? It may say of what time that is: "twice a dya"."""
        start = skip(text, end)
        start = skip(text, self._cue_end("per", text, start) or start)
        word = WORD.match(text, start) if text[place].isalpha() and text[start : start + 1].isalpha() else None
        return word is not None and not self.knows(text, start) and word[0] not in resources.vocabulary(self.lang)

    def _again(self, text: Seen, place: int) -> Element | None:
        """ "may repeat once": so many more takings than one; "may repeat": nobody says how many."""
        end = self._cue_end("again", text, place)
        start = skip(text, end)
        if end and start < len(text):
            try:
                more = self._times.match(text, start, lead(text, start), self.numbers.match(text, start))
            except UnreadError:
                return None
            if more is not None and more.number is not None and more.number.high is None:
                return Element("timing", place, more.end, Timing({"count": int(more.number.low)}, "repeat"))
        end = self._cue_end("may_again", text, place)
        if not end:
            return None
        needed = self._phrase_at(text, start) if (start := skip(text, end)) < len(text) else None
        if needed is not None and needed.row["flag"] == "as_needed":
            end = needed.end  # "may repeat if needed" is no taking as needed
        return Element("timing", place, end, Timing({}, "repeat"))

    def _indefinite(self, text: Seen, place: int) -> Element | None:
        """ "a few nights a week": how often, but nobody says how many."""
        some = self._cue_end("indefinite", text, place)
        noun = self._cue_end("indefinite_noun", text, skip(text, some)) if some else 0
        end = self._timed_end(text, noun) if noun else 0
        return Element("unread", place, end, code="frequency_unread") if end > noun else None

    def _day_or_time(self, text: Seen, place: int) -> Element | None:
        found = self._calendar.match(text, place, offsets=self._has("offset", text))
        if found is None:
            return None
        end, repeat = found
        if self._cue_end("clock_word", text, skip(text, end)):
            return None  # "at 10:30 o'clock": of the morning, of the evening, or of a dial
        if repeat is None:
            return Element("unread", place, end, code="frequency_unread")
        if "dayOfWeek" in repeat and _PERCENT.match(text, end) is not None:
            return None  # "sat 92%" is no Saturday
        if "dayOfWeek" in repeat and self._day_end.search(text, max(0, place - _TO_DAY), place):
            return Element("unread", place, end, code="duration_unread")  # "until Friday"
        if "slots" in repeat:
            unit = self.amounts.unit_at(text, skip(text, end))
            if unit and self._of_sessions.match(text, unit[0]):
                return Element("unread", place, unit[0], code="amount_unread")  # "2/2/3 g post HD"
            return Element("slots", place, unit[0] if unit else end, (repeat["slots"], unit[1] if unit else None))
        return Element("timing", place, end, Timing(repeat))
