"""The words of an instruction, cut into elements: amounts, timings, durations, routes, forms and the words between.

The longest element that begins at a place is taken. What fits nothing is a `word`; the assembly of the posology decides
what a word between two elements means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import UNKNOWN_UNIT, Amount, quantity_of
from pipeline.medications.posology.day_rows import VULGAR
from pipeline.medications.posology.dispatch import Reader, settle
from pipeline.medications.posology.elements import MARKS, ROW, WORD, Element, Gated, Read, Seen, skip
from pipeline.medications.posology.frequencies import Frequencies
from pipeline.medications.posology.numbers import FIGURE_START, UnreadError
from pipeline.medications.posology.reasons import mark_end
from pipeline.medications.posology.regions import DRUG_SIGN, OTHER_SIGN
from pipeline.text.phrases import alternatives

#: More hours than these are told of no dial.
_HOURS_TOLD = 4
# An abbreviation of a place of the body stands behind a word of no more characters.
_TO_SITE = 16
_BLANKS = frozenset(" \t\r\f\v")
_HIDDEN = {DRUG_SIGN: "drug", OTHER_SIGN: "other"}
# Two ways of leading on that say more: a change of the dose, or no order at all.
_THEN = frozenset({"then_to", "joining"})
_SILENT = frozenset({"word", *_HIDDEN.values()})
# "a 1:1 mixture": parts of what is mixed.
_MIXTURE = re.compile(r"(?:1\s?:\s?[1-9]|50\s?[:/]\s?50)(?![\d,.:/]*\d)")
# A scale before a unit, which may be read as one unit too: "5 mu".
_SCALED = frozenset({"mu", "mui"})
# A number that a dash ties to the drug is of its name.
_TWO = 2
_OF_NAME = f"{DRUG_SIGN}-"
_NUMBER_OF_NAME = re.compile(r"\d+")
# Signs between days in one letter.
_JOINS_DAYS = frozenset("/-,")
# Before an amount: a finding is compared with it, or the dose is not told.
_COMPARES = re.compile(r"(?:[<≤≥]|(?<![-=–—])>)=?\s*\Z")
# What Roman figures count.
_IN_ROMAN = frozenset({"{tbl}", "{cap}", "{puff}", "[drp]", "{suppository}", "{ampoule}"})
_SPOONS = frozenset({"{scoop}", "{spoonful}"})
# What an amount may go on with: a range, or what it is divided by.
_GO_ON = ("range", "per", "by_behind")
# "le 1er jour", "the 2nd dose": a place in an order, no number of anything.
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|ere?|emes?|e|o)(?![^\W_])")
# "6-5-4-3-2-1": how many are taken day by day.
_ROW = re.compile(r"(?P<first>\d{1,2})\s?-\s?(?P<second>\d{1,2})(?:\s?-\s?\d{1,2}){3,30}(?![\w,/:-]|\.\d)")
# "on 3/8/2026": the day of something.
_DATE = re.compile(r"\d{1,2}(?P<sign>[/.-])\d{1,2}(?P=sign)(?:19|20)\d\d(?![\w/])|(?:19|20)\d\d-\d\d-\d\d(?![\w-])")
# "4x4s" are pads, "1/8th of" a part.
# Behind units: for so much more glucose, or so much food.
_PER_NUMBER = re.compile(r"\s?/\s?\d{1,3}(?![\d/]|\s?(?:ml|h|d)(?![^\W_]))")
_SIZE = re.compile(
    r"\d+ ?x ?\d+s?(?![^\W_])(?! ?(?:mg|ml|day|week|month|hour|dose|time|j\b)|\s?/\s?(?:j|d|24)|\s(?:a|per|par)\s)|\d+/\d+(?:th|rd|nd)(?: of an?(?: cc| ml)?)?"
)


class Scanner(Frequencies):
    """Reads elements in one language. Made once for a language; keeps nothing of a text."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        words = resources.phrases(lang, "posology/words.tsv")
        self._ratio_strength = re.compile(
            rf"1\s?:\s?\d[\d, ]*\d|1 {alternatives(words['ratio_in'])} \d[\d, ]*\d{{2}}(?!\d)"
        )
        self._article = re.compile(
            rf"{alternatives([*words['article'], *words.get('number_alone', ())])}(?![^\W_]|['’-][^\W_])"
        )
        self._joint_behind = re.compile(rf"\s?(?:,|&|{alternatives(words['joining'], to_the_end=True)})\s(?=\d)")
        # Units of blood, plasma or platelets that are given beside the drug.
        self._of_blood = re.compile(rf"\s+{alternatives(words['blood_product'], to_the_end=True)}")
        readers = self._readers()
        self._open(word for reader in readers for word in reader.starts)
        outdone: tuple[Read, ...] = (self._course, self._amount)
        settle(self._openings, readers, self._cues, outdone)
        figures = [self._openings[figure] for figure in (*"0123456789", *VULGAR)]
        limit = [self._limit] if any("max" in opening.cues for opening in figures) else []
        self._of_loud = self._of_figures_with([self._supplied, self._limit], [self._since])
        # Of a text that holds nothing they look for behind a figure.
        self._of_quiet = self._of_figures_with(limit, [])
        self._of_figures = self._of_loud[0]
        self._rest_of_figures = _always(self._course, self._amount)
        self._of_dosing = frozenset({
            self._frequency, self._day_or_time, self._dispensed, self._supplied, self._limit, self._course,
            self._infusion, self._amount,
        })  # fmt: skip
        for opening in figures:
            opening.readers = tuple(read for read, _ in (*self._of_figures, *self._rest_of_figures))
            opening.gated, opening.rest = self._of_figures, self._rest_of_figures
        self._measured = self._plain_figures()
        figure = rf"{self.numbers.pattern}(?::[0-5]\d)?"
        self._before_clock_word = re.compile(
            rf"{figure}(?:\s*(?:,|-|&|,?\s*(?:and|or|to))\s*{figure}){{0,{_HOURS_TOLD}}}[ -]?"
        )

    def scan(self, text: str, until: int | None = None, parts: frozenset[int] = frozenset()) -> list[Element]:
        """The elements of a folded text, in order.

        `until`: behind this place the first word that says nothing ends the reading, unless a limit or "as needed" is
        still to come. `parts`: where attributes begin that can be no part of a reason.
        """
        seen = Seen(text, parts)
        elements: list[Element] = []
        place = 0
        changing = False
        size = len(text)
        while place < size:
            sign = text[place]
            if sign in _BLANKS:
                place += 1
                continue
            element = self._changed(seen, place) if changing else None
            if element is None:
                if sign in _HIDDEN:
                    element = Element(_HIDDEN[sign], place, place + 1)
                elif sign in MARKS and (end := mark_end(text, place)):
                    element = Element("mark", place, end, text[place:end])
                else:
                    element = self._at(seen, place)
            place, kind = element.end, element.kind
            elements.append(element)
            if kind == "changing" or kind == "mark":
                changing = kind == "changing" or (changing and element.value in ("(", ")", ","))
            elif kind in _SILENT and until is not None and place > until and not self.limited(text, place, size):
                break
        return elements

    def _at(self, text: Seen, place: int) -> Element:
        best: Element | None = None
        opening = self._opening(text, place)
        readers, rest = opening.gated, opening.rest
        if readers is self._of_figures:
            readers, measured, ends = self._of_quiet if self._quiet(text) else self._of_loud
            if (plain := self._measured.match(text, place)) is not None:
                readers, rest = measured, ()
                if plain["alone"] is not None and (amount := self.amounts.plain(plain["figures"], plain["unit"])):
                    best, readers = Element("amount", place, plain.end("unit"), amount), ends
        elif opening.needs is not None and opening.needs.match(text, place) is None:
            readers = rest = ()
        if readers:
            best = self._longest(readers, text, place, best)
        if rest and (best is None or best.kind != "timing" or "frequency" not in best.value.repeat):
            best = self._longest(rest, text, place, best)
        for kind, cue in opening.simple:
            found = cue.match(text, place)
            if found is not None and (best is None or found.end() > best.end):
                best = Element("then", place, found.end(), kind) if kind in _THEN else Element(kind, place, found.end())
        if best is not None and best.kind == "amount" and text.startswith(_OF_NAME, max(0, place - len(_OF_NAME))):
            number = _NUMBER_OF_NAME.match(text, place)
            return Element("filler", place, number.end() if number is not None else best.end)  # "Catapres-TTS-2"
        if (
            best is not None
            and best.kind == "amount"
            and best.value.measure
            and _COMPARES.search(text, max(0, place - 4), place)
        ):
            return Element("unread", place, best.end, code="amount_unread")  # "until glucose < 130 mg/dL"
        if best is not None:
            return best
        return Element("word", place, word.end() if (word := WORD.match(text, place)) is not None else place + 1)

    @staticmethod
    def _longest(readers: Gated, text: Seen, place: int, best: Element | None) -> Element | None:
        """The longest of what readers find at a place, and of what is known already."""
        for read, needs in readers:
            if needs is None or needs.match(text, place) is not None:
                element = read(text, place)
                if element is not None and element.end > (place if best is None else best.end):
                    best = element
        return best

    def limited(self, text: str, start: int, end: int) -> bool:
        """Is there a limit or "as needed" in a stretch?"""
        while (found := self._clear.search(text, start, end)) is not None:
            if not text[found.start() - 1 : found.start()].isalnum():
                return True
            start = found.start() + 1
        return False

    def _plain_figures(self) -> re.Pattern[str]:
        """A figure with a unit, of which nothing but an amount can be read: no phrase goes on so behind a number."""
        units = (w for w, unit in self.amounts.units.items() if unit.measure not in ("time", "weight", "area"))
        words = resources.phrases(self.lang, "posology/words.tsv")
        phrased = sorted(map(re.escape, {*self._frequencies.behind_figures, *words["ratio_in"], *_SCALED}))
        # Two units stand behind a figure of lakhs only: "6L IU".
        active = (written for written, unit in self.amounts.units.items() if unit.measure == "activity")
        go_on = (phrase for kind in _GO_ON for phrase in words.get(kind, ()))
        more = [*go_on, *active, *words["blood_product"]]
        return re.compile(
            rf"{FIGURE_START}(?P<figures>\d+(?:[.,]\d+)?)[ ]?(?!(?:{'|'.join(phrased)})(?![^\W_]))"
            rf"(?P<unit>{alternatives(units)})(?![^\W_])(?P<alone>(?!\s*(?:[/+-]|{alternatives([*more, *words['and_number']])})))?"
        )

    def _of_figures_with(self, ends: Sequence[Read], since: Sequence[Read]) -> tuple[Gated, Gated, Gated]:
        """The first readers of a figure, those of one with a unit, and of a plain amount, with those of what its end may tell."""
        supplied, limit = ends[:-1], ends[-1:]
        first = (self._frequency, self._day_or_time, *supplied, *since, *limit)
        return _always(*first), _always(*ends, self._day_or_time, self._stated), _always(*ends)

    def _readers(self) -> tuple[Reader, ...]:
        """The readers in the order of their precedence."""
        numbers, phrases, calendar = self.numbers.starts, self._frequencies, self._calendar
        phrased, patterns = phrases.starts | self._times.starts | numbers, numbers | self._in_course.starts
        return (
            Reader(self._frequency, ("indefinite",), phrased, self._phrased),
            Reader(
                self._day_or_time,
                ("clock_before", "day_except", "day_other"),
                calendar.starts,
                lambda _: [calendar.begins],
            ),
            Reader(self._dispensed, ("given",)),
            Reader(self._threshold, ("threshold",)),
            Reader(self._aimed, ("target", "speed", "change", "then_to")),
            Reader(self._supplied, (), numbers, self._counting),
            Reader(
                self._since,
                ("since", "more", "later"),
                patterns,
                lambda word: [self._in_course.source, *self._counting(word)],
            ),
            Reader(self._limit, ("max",), numbers, self._counting),
            Reader(self._step_by, ("by", "by_verb", "by_sign", "change_by", "taper_on")),
            Reader(self._planned, ("may_become", "then_to")),
            Reader(self._again, ("again", "may_again")),
            Reader(self._old, ("from", "was", "not_when")),
            Reader(self._infusion, ("over",)),
            Reader(
                self._course,
                ("course", "more", "course_unread", "each_before", "done_lead"),
                patterns,
                lambda word: [self._in_course.source, *self._counting(word)],
            ),
            Reader(self._as_needed, ("hold", "condition", "reason", "visit")),
            Reader(self._amount, ("diluted",), numbers | {"."}, self._counting),
            Reader(self._route, ("routes",)),
            Reader(self._form, ("forms",)),
        )

    def _phrased(self, word: str) -> list[str]:
        return [*self._frequencies.sources(word), *self._times.sources(word), *self._counting(word)]

    def _begins_dosing(self, text: Seen, place: int) -> bool:
        try:
            match = self._phrase_at(text, place)
        except UnreadError:
            match = None
        if match is not None and match.row["flag"] == "as_needed":
            return True  # whatever its own reason is
        opening = self._opening(text, place)
        for read, needs in (*opening.gated, *opening.rest):
            if read not in self._of_dosing or (needs is not None and needs.match(text, place) is None):
                continue
            element = read(text, place)
            if element is None or element.kind in ("filler", "length"):
                continue
            if read != self._amount or (element.kind == "amount" and element.value.measure):
                return True
        return any(self._cue_end(kind, text, place) for kind in ("then", "then_to"))

    def _on_dial(self, text: Seen, place: int) -> Element | None:
        """ "10 o'clock": no amount, and without the half of the day no time."""
        figures = self._before_clock_word.match(text, place)
        end = self._cue_end("clock_word", text, figures.end()) if figures is not None else 0
        if not end:
            return None
        angle = self._cue_end("clock_place", text, skip(text, end, " \t-"))
        return Element("filler", place, angle) if angle else Element("unread", place, end, code="frequency_unread")

    def _amount(self, text: Seen, place: int) -> Element | None:
        if (dial := self._on_dial(text, place)) is not None:
            return dial
        if text[place].isalpha():
            diluted = self._diluted(text, place)
            return Element("filler", place, *diluted) if diluted is not None else self._stated(text, place)
        if sited := self._cue_end("routes", text, place):
            return Element("route", place, sited)  # "2 yeux"
        if described := self._described.match(text, place):
            return Element("filler", place, described.end())
        if (row := _ROW.match(text, place)) and self.amounts.unit_at(text, skip(text, row.end())) is None:
            first, second = row["first"], row["second"]
            code = "range_backwards" if int(first) > int(second) else "several_amounts"
            return Element("unread", place, row.end(), ROW, code=code)
        if size := _SIZE.match(text, place):
            return Element("word", place, size.end())
        if date := _DATE.match(text, place):
            return Element("filler", place, date.end())
        if ordinal := _ORDINAL.match(text, place):
            return Element("word", place, ordinal.end())
        if mixture := _MIXTURE.match(text, place):
            return Element("filler", place, mixture.end())
        if solution := self._ratio_strength.match(text, place):
            return Element("unread", place, solution.end(), code="strength_unread")
        if (uncounted := self._weight.match(text, place) or self._in_course.doses_of.match(text, place)) is not None:
            return Element("filler", place, uncounted.end())
        return self._stated(text, place)

    def _stated(self, text: Seen, place: int) -> Element | None:
        try:
            found = self._amount_at(text, place)
        except UnreadError as error:
            if error.code == "amount_unread" and (shared := self._shared_out(text, place)) is not None:
                return shared
            dated = self._in_course.to_date.search(text, max(0, place - _TO_SITE), place) is not None
            if error.code == "strength_without_unit" and not dated and self._in_course.is_date(text, place):
                return Element("filler", place, self._amount_end(text, place))  # "1 g IV le 12/03"
            code = "duration_unread" if dated and error.code == "strength_without_unit" else error.code
            return Element("unread", place, self._amount_end(text, place), code=code)  # "through 6/15"
        if found is None:
            return None
        end, amount = found
        if amount.every is None and amount.ratio is None and (blood := self._of_blood.match(text, end)) is not None:
            return Element("word", place, blood.end())
        if amount.measure == "activity" and amount.every is None and (per := _PER_NUMBER.match(text, end)) is not None:
            return Element("unread", place, per.end(), code="dose_by_scale")  # "1 unit/50 > 150"
        if len(amount.parts) > _TWO and self._of_sessions.match(text, end):
            return Element("unread", place, end, code="amount_unread")  # "2 g/2 g/3 g after HD"
        if text[end : end + 1] in _JOINS_DAYS and text[end - 1] == "l" and amount.measure == "volume":
            days = self._calendar.match(text, end - 1, offsets=False)
            if days is not None and days[0] > end:  # "75 L/M/V": of Mondays, Wednesdays and Fridays
                return Element("unread", place, end - 1, code="amount_without_unit")
        scored = amount.kind == "count" and not amount.measure and self._scored(text, place) is not None
        if scored:
            return Element("filler", place, end)  # "EN 8 -> 3", "EVA à 3"
        if amount.kind == "count" and not amount.measure and amount.every is None and self._of_times(text, end):
            return Element("unread", place, end, code="frequency_unread")  # "12 and 6 hours before"
        if amount.kind == "count" and not amount.measure and amount.every is None and self._for_days.match(text, end):
            return Element("unread", place, end, amount, code="amount_without_unit")
        under = skip(text, end + 1) if text[end : end + 1] == "/" else 0
        if under and text[under : under + 1].isalpha() and not self.knows(text, under):
            return Element("unread", place, end, code="amount_unread")  # by a unit that is not known
        behind = skip(text, end, " \t-")
        if (
            amount.measure
            and not self._cue_end("less_often", text, behind)
            and (by := self._cue_end("by_behind", text, behind))
        ):
            return Element("by", place, self._aim_end(text, self._timed_end(text, by)))
        if amount.kind == "count" and not amount.measure and self._is_glued(text, end):
            return None  # "12a-6a"
        if amount.kind == "count" and self._cue_end("no_count", text, place) == end:
            return None  # the abbreviation of "gélule" has a figure before it
        if amount.kind == "count" and (sized := self._spoons(text, end, amount)) is not None:
            return Element("amount", place, *sized)
        if amount.kind == "count" and not amount.measure and not amount.every:
            if self._is_article(text, place, end):
                return None
            if unknown := self._unknown_unit(text, end):
                of_unknown = {**(amount.quantity or {}), "unit": UNKNOWN_UNIT}
                return Element("amount", place, unknown, replace(amount, quantity=of_unknown, measure="count"))
        return Element("amount", place, end, amount)

    def _of_times(self, text: Seen, end: int) -> bool:
        """Does a time follow a number, joined to it: "12 AND 6 HOURS before"?"""
        joint = self._joint_behind.match(text, end)
        if joint is None:
            return False
        length = self._length_at(text, joint.end())
        return length is not None and self._time_units[re.sub(r"\s+", " ", length["unit"])] in ("h", "min")

    def _unknown_unit(self, text: Seen, end: int) -> int:
        """Where a word ends that nobody knows and that a number counts each time: "2 bidules par jour"; else 0."""
        start = skip(text, end)
        word = WORD.match(text, start) if start > end and text[start : start + 1].isalpha() else None
        if word is None or self.knows(text, start):
            return 0
        behind = skip(text, word.end())
        timing = self._frequency(text, behind) if behind < len(text) else None
        return word.end() if timing is not None and timing.kind == "timing" else 0

    def _is_glued(self, text: Seen, end: int) -> bool:
        """Do letters follow a number at once that are neither a frequency nor a route?"""
        if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
            return True  # "half-way"
        if not text[end - 1 : end].isdigit() or not text[end : end + 1].isalpha() or self._cue_end("routes", text, end):
            return False
        try:
            return self._phrase_at(text, end) is None and self._frequency(text, end) is None
        except UnreadError:
            return False

    def _spoons(self, text: Seen, end: int, amount: Amount) -> tuple[int, Amount] | None:
        """The volume of spoons whose size is said, and where it ends: "one 5 ml spoonful", "2 cuillères de 5 ml"."""
        spoon = self._cue_end("spoon", text, skip(text, end))
        size = self._cue_end("of_size", text, skip(text, spoon or end))
        if amount.measure and not (size and (amount.quantity or {}).get("unit") in _SPOONS):
            return None
        try:
            found = self._amount_at(text, skip(text, size or end))
        except UnreadError:
            return None
        if found is None or found[1].measure != "volume" or found[1].kind != "quantity":
            return None
        number, volume = amount.quantity or {}, found[1].quantity or {}
        if not size:
            spoon = self._cue_end("spoon", text, skip(text, found[0], " -"))
        elif spoon or amount.measure:
            spoon = found[0]
        if not spoon or not number.keys() & volume.keys() & {"value"}:
            return None
        total = Decimal(number["value"]) * Decimal(volume["value"])
        return spoon, Amount("quantity", quantity_of(total, None, volume["unit"]), measure="volume")

    def _diluted(self, text: Seen, place: int) -> tuple[int, Amount] | None:
        """Where "in 8 oz of water" ends, what a dose is taken in, and how much that is."""
        cue = self._cue_end("diluted", text, place)
        if not cue:
            return None
        try:
            found = self._amount_at(text, skip(text, cue))
        except UnreadError:
            return None
        if found is None or found[1].measure != "volume" or self._of_drug(text, found[0]):
            return None
        return self._cue_end("diluent", text, skip(text, found[0])) or found[0], found[1]

    def _is_article(self, text: Seen, place: int, end: int) -> bool:
        """An article counts only before a form, and in French before a moment ("un le matin, deux le soir")."""
        if self._article.match(text, place) is None:
            return False
        following = (
            self._frequency(text, skip(text, end)) if self.lang == "fr" and skip(text, end) < len(text) else None
        )
        return following is None or following.kind != "timing" or "when" not in following.value.repeat

    def _route(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("routes", text, place)
        if end and self._is_of_other(text, place, end):
            return Element("word", place, end)
        if end and (kind := self._sites.get(text[place:end])) is not None and not self._is_site(text, place, end, kind):
            return None
        return Element("route", place, end) if end else None

    def _is_site(self, text: Seen, place: int, end: int, kind: str) -> bool:
        """Does an abbreviation that may be a word name an eye or an ear: "Latanoprost RE nocte", "4 gtts AD b.i.d."?"""
        if self._before_site[kind].search(text, max(0, place - _TO_SITE), place) is None:
            return False
        behind = skip(text, end)
        if behind >= len(text) or text[behind] in MARKS or self._course(text, behind) is not None:
            return True
        timing = self._frequency(text, behind)
        return timing is not None and timing.kind in ("timing", "as_needed")

    def _form(self, text: Seen, place: int) -> Element | None:
        end = self._cue_end("forms", text, place)
        if not end or self._of_what_is_named.search(text, max(0, place - _TO_SITE), place):
            return None  # "added to THIS solution"
        # "tabs ii", "cp 2": the count stands behind the form.
        unit = self.amounts.units.get(re.sub(r"\s+", " ", text[place:end]))
        if unit is not None and unit.ucum == "[drp]" and self._is_rate(text, skip(text, end)):
            return Element("filler", place, end)  # "then gtt 5-15 mg/h": a drip
        behind = self._count_behind.match(text, end)
        if unit is not None and behind is not None and unit.measure == "count":
            written = behind["roman"] or behind["number"]
            if behind["roman"] and unit.ucum not in _IN_ROMAN:
                return Element("form", place, end)  # "pen V" is a drug
            if written != "iv" and written.strip("0"):
                amount = Amount("count", quantity_of(self.numbers.number(written), None, unit.ucum), measure="count")
                return Element("amount", place, behind.end(), amount)
        return Element("form", place, end)

    def _is_rate(self, text: Seen, place: int) -> bool:
        """Does an amount of mass or of units by time begin at a place?"""
        try:
            found = self._amount_at(text, place) if place < len(text) else None
        except UnreadError:
            return False
        return found is not None and found[1].kind == "rate" and found[1].measure != "count"


def _always(*readers: Read) -> Gated:
    return tuple((read, None) for read in readers)


@lru_cache(maxsize=len(resources.LANGUAGES))
def scanner(lang: str) -> Scanner:
    """The scanner of a language."""
    return Scanner(lang)
