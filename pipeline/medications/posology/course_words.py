"""Days of a course and times that are listed, as expressions from the words of a language (`posology/words.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline import resources
from pipeline.medications.posology.amounts import Unit
from pipeline.medications.posology.numbers import lead
from pipeline.text.phrases import alternatives

_TAKINGS = frozenset({"{dose}", "{injection}", "{application}"})
_NEVER = "(?:(?!))"  # for what a language has no words
# Behind the number of a day more numbers may follow, but not an amount, unless a word leads to how often: "1, 8 of each".
# Words that lead to a day stand in so many characters before it.
_TO_LEAD = 16
_DAY_OF_MONTH = re.compile(r"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\d/]|[.,]\d|\s?[^\W\d_]{1,2}(?![^\W_]))")
_NO_AMOUNT = r"(?![\d.,]*\d|\s?(?!{onward})[^\W\d_]|\s?[%/])"


class CourseWords:
    """Expressions of a language.

    Attributes:
        starts: what the first four begin with, as `lead` gives it; `source`: matches wherever one of them does.
        day_of: "day 3 of 7"; days_to: "on days 2 through 5"; day_number: "day 1", "days 1, 8 and 15".
        weeks: "weeks 1-2", "week 3"; onward, from_day: around a number, from which on something is taken: "day 8 ONWARDS".
        at_times: "at 0, 2 and 6 weeks", for which FHIR has no form.
        numbered: what the first three begin with.
        slashed: "3/7", "2/52", "6/12": so many days, weeks, months; also "1/52 to 2/52".
        hours_of: "8/24", so many hours.
        days_of: "J3/7", a course of seven days.
        to_date: before figures with a stroke, which are a date then.
        one_unit: at the end of what stands before a unit of time: it is one of them.
        out_of: behind a length: it comes again.
        done_of: so much of a course was taken: "3 OF 7 DAYS", "4 days of a 14 day course", "3 jours faits sur 7"; its groups are
            the whole and its unit. doses_of: so many doses of a number that follows.
    """

    def __init__(self, lang: str, units: Mapping[str, Unit]) -> None:
        kinds = resources.phrases(lang, "posology/words.tsv")

        def words(*names: str) -> str:
            phrases = [phrase for name in names for phrase in kinds.get(name, ())]
            return alternatives(phrases) if phrases else _NEVER

        def times(*codes: str) -> Iterable[str]:
            return (word for word, unit in units.items() if unit.ucum in codes and len(word) > 1)

        nouns, letter = words("day_noun", "dose_noun"), words("day_letter")
        joint = rf"(?:{words('joining')}\b)"
        through = rf"(?:-|{words('through')})"
        number = rf"(?:\d{{1,2}}|{words('day_number')})"
        sign = rf"(?:{words('number_sign')}\s?)?"
        before, of = rf"(?:{words('day_lead')} )?", rf"(?:/|{words('day_of')})"
        onward = "|".join([joint, words("then"), rf"{words('cycle_lead')}(?![^\W\d_])"])
        # "J1, 40 mg J2" are no two days, nor "J1, 2/j J2".
        of_amount = rf"(?![\d.,]*\d|\s?/\s?[^\W\d_]+(?!\w)|\s?(?!{onward})(?:[^\W\d_]|%))"
        self.day_of = re.compile(
            rf"{before}(?:{words('day_noun', 'day_letter', 'stay_letter')})\s?\d{{1,2}}\s?{of}\s?(?:{letter}\s?)?(\d{{1,3}})"
            rf"(?![\d/]|[.,]\d)(?:\s{words('day_noun')})?"
        )
        self.day_number = re.compile(
            rf"(?:{before}{nouns} ?{sign}{number}(?:\s?(?:{through}|{of})\s?\d{{1,2}})?"
            rf"(?:\s?(?:,\s?{joint}|[,&]|\b{joint})\s?\d{{1,2}}(?:\s?-\s?\d{{1,2}})?{_NO_AMOUNT.format(onward=onward)})*"
            rf"|{letter}\d{{1,2}}(?:(?:[,/]| {joint} |\s?{through}\s?)\s?(?:{letter}\d{{1,2}}|\d{{1,2}}{of_amount})){{0,31}})(?![^\W_])"
        )
        several = rf"\d{{1,2}}(?:\s?(?:,\s?(?:{joint}\s)?|&|/|\b{joint})\s?{words('week_letter')}?\d{{1,2}})+"
        at = words("listed_lead")
        self.at_times = re.compile(
            rf"{at} {several}\s?{alternatives(times('h', 'd', 'wk', 'mo'), to_the_end=True)}"
            rf"|(?:{at} )?{alternatives(times('wk', 'mo'))}\s?{several}(?![\d.,]*\d|\s?[^\W\d_]{{0,3}}g(?![^\W_]))"
        )
        weeks = rf"(?:{words('week_noun')} ?{sign}|{words('week_sign')})"
        self.weeks = re.compile(
            rf"(?:{words('days_lead', 'day_lead', 'day_from')} )?{weeks}(?P<first>\d{{1,2}})"
            rf"(?:\s?(?P<to>{through}|&|\b{joint})\s?(?:{weeks})?(?P<last>\d{{1,2}}))?(?:\s?{of}\s?\d{{1,2}})?"
            rf"(?P<open>\s?{words('day_onward')})?(?![\d/%]|[.,]\d|\s?[,&]\s?\d{{1,2}}(?!\d|[.,]\d|\s?[^\W\d_])|-\d|[^\W_])"
        )
        self.onward = re.compile(rf"\s?{words('day_onward')}(?![^\W_])")
        self.from_day = re.compile(rf"(?<![^\W_]){words('day_from')}\s*\Z")
        lead_of_days = rf"(?:{words('day_lead', 'days_lead')} )?"
        self.numbered = re.compile(
            rf"{lead_of_days}{words('day_noun', 'dose_noun', 'day_letter', 'stay_letter')}\s?(?:#|n|{number})"
        )
        self.days_to = re.compile(
            rf"(?:(?:{words('days_lead')} )?(?:{words('day_noun')} ?|{letter} ?))(?P<first>\d{{1,2}})\s?{through}\s?(?:{letter} ?)?"
            # "days 1-3, 8" are no course; "days 1-3, 2 tablets" is.
            rf"(?P<last>\d{{1,2}})(?![^\W_]|[/-]|,\s?\d{{1,2}}(?![\d.,]*\d|\s?(?!{joint})[^\W\d_])|\s?{of}\s?\d)"
        )
        self.source = rf"{self.numbered.pattern}|{self.weeks.pattern}|{letter}\s?\d|(?:{at} )?{alternatives(times('wk', 'mo'))}? ?\d{{1,2}}\s?[,&/ ]"
        first = (
            "day_lead",
            "days_lead",
            "day_noun",
            "dose_noun",
            "day_letter",
            "stay_letter",
            "listed_lead",
            "week_noun",
            "week_sign",
        )
        begin = [phrase for name in first for phrase in kinds.get(name, ())]
        self.starts = frozenset(lead(word, 0) for word in (*begin, *times("wk", "mo")))
        stroke = r"(?:7|52|12)"
        self.slashed = re.compile(
            rf"(?P<low>\d{{1,2}})\s?(?:(?:/\s?(?P<first>{stroke})\s?)?{through}\s?(?P<high>\d{{1,2}})\s?)?"
            rf"/\s?(?P<of>(?(first)(?P=first)|{stroke}))(?![\d/]|[.,]\d|[^\W\d_]{{2}})(?:\s+{words('more')})?"
        )
        # "over 8/24": so many hours.
        self.hours_of = re.compile(
            rf"(?P<low>\d{{1,2}})(?:\s?{through}\s?(?P<high>\d{{1,2}}))?\s?/\s?{words('stroke_hours')}(?![\w/]|\s?h(?![^\W_]))"
        )
        self.days_of = re.compile(rf"{letter}\s?\d{{1,2}}\s?/\s?(?:{letter}\s?)?(\d{{1,2}})(?!\d)")
        self.to_date = re.compile(rf"(?<![^\W_]){words('date_lead')}\s*\Z")
        self._on_date = re.compile(rf"(?<![^\W_]){words('date_of')}\s*\Z")
        self.one_unit = re.compile(rf"(?:^|\s){words('one_unit')}\Z")
        self.out_of = re.compile(rf"\s*(?:{words('out_of')}\s+|/\s?)(?=\d)")
        unit = alternatives(times("d", "wk"), to_the_end=True)
        short = rf"(?:{unit}|{alternatives((word for word, one in units.items() if one.ucum == 'd'), to_the_end=True)})"
        done, planned = words("done_behind"), rf"(?:{words('planned')}\s)?"
        part, whole = r"\d{1,3}", r"(?<![^\W_])(?P<whole{0}>\d{{1,3}})"
        ends = r"(?![\d/%]|[.,]\d|\s?[^\W\d_]{1,3}(?:/|(?![^\W_])))"
        # Behind such days: "4 of 7 days A WEEK".
        self.often = re.compile(rf"\s?{alternatives(kinds['per'])}\s?{unit}")
        of = rf"(?:\s?/\s?|\s{words('done_of')}\s)"
        self.done_of = re.compile(
            # "3 of 7 days", "5/10 days"
            rf"{part}{of}{planned}{whole.format(1)}[\s-]?(?P<unit1>{short})"
            # "3 days completed of 7", "4 days of a 14 day course"
            rf"|{part}[\s-]?(?P<unit2>{short})\s{done}{of}{planned}{whole.format(2)}(?:[\s-]?{short}|{ends})"
            rf"|{part}[\s-]?(?P<unit3>{short})\s{words('done_of')}\s{words('planned')}\s{whole.format(3)}[\s-]?{short}"
            # "le 3e jour sur 7"
            rf"|\d{{1,2}}(?:e|eme|er|ere|th|st|nd|rd)\s(?P<unit4>{unit}){of}{planned}{whole.format(4)}(?:[\s-]?{short}|{ends})"
        )
        # "received 3 OF 5 DOSES": how many so far.
        taken = alternatives((word for word, one in units.items() if one.ucum in _TAKINGS), to_the_end=True)
        self.doses_of = re.compile(rf"{part}{of}{planned}(?=\d{{1,3}}\s(?:{taken}|{words('cycle_noun')}))")
        # The same behind a word that says that it was taken: "received 4 days of 14".
        self.done_days = re.compile(
            rf"{self.done_of.pattern}|{part}[\s-]?(?P<unit5>{short}){of}{planned}{whole.format(5)}(?:[\s-]?{short}|{ends})"
        )
        self.longer = re.compile(rf"\s+(?:{joint}|{words('range')})\s+(?=[^\W_])")

    def is_date(self, text: str, place: int) -> bool:
        """Do figures with a stroke say on what day something was given: "1 g le 12/03"? Then they end nothing."""
        before = max(0, place - _TO_LEAD)
        return (
            _DAY_OF_MONTH.match(text, place) is not None
            and self._on_date.search(text, before, place) is not None
            and self.to_date.search(text, before, place) is None
        )
