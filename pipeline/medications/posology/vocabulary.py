"""The tables of a language, compiled, and what of them begins at a place of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline import resources
from pipeline.medications.posology.amounts import Amount, Amounts
from pipeline.medications.posology.calendar import Calendar
from pipeline.medications.posology.elements import Cues, Data, Opening, Row, Seen, codes_of, following, repeat_of, skip
from pipeline.medications.posology.numbers import Numbers, lead, spelled
from pipeline.medications.posology.phrases import Match, PhraseTable, TimesTable
from pipeline.medications.posology.regions import DRUG_SIGN, OTHER_SIGN
from pipeline.text.phrases import alternatives, any_of

#: Cues that are elements by themselves, in the order of their precedence.
SIMPLE = (
    "end",
    "then",
    "then_to",
    "joining",
    "except",
    "alternate",
    "changing",
    "change",
    "back",
    "take",
    "scale",
    "loaded",
    "loading",
    "extra",
    "other_insulin",
    "later_days",
    "filler",
)
# What a finding is compared with: "> 38.5 °C".
MEASURED = r"\d+(?:[.,]\d+)?(?:/\d+)?(?:\s*(?:mm\s?hg|°\s?[cf]?|[cf]\b|g/l|mmol/l|mg/dl|bpm|/min|ml/(?:kg/)?(?:h|min)|%|kg|degrees?\b))?"
#: A volume belongs to the drug that is named within so many characters behind it.
_TO_DRUG = 40
# A word between drops and the eye says how often, in so many letters.
_MOST_OF_ABBREVIATION = 5
_NOTHING = Opening()
_ROMAN = frozenset("ivxlc")
# What may stand behind a number, beside units.
_BEHIND_NUMBERS = frozenset({"range", "per", "more", "spoon", "of_size", "clock_word", "supply", "limit"})


class Vocabulary:
    """Numbers, amounts, frequencies, routes, forms and cues of a language. Keeps nothing of a text."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.numbers = Numbers(lang)
        self.amounts = Amounts(lang, self.numbers)
        self._time_units = {w: unit.ucum for w, unit in self.amounts.units.items() if unit.measure == "time"}
        self._times = TimesTable(
            ((written, row["times"]) for written, row in spelled(resources.read_table(lang, "posology/times.tsv"))),
            self.numbers,
        )
        frequencies = resources.read_table(lang, "posology/frequencies.tsv")
        self._frequencies = PhraseTable[Row](
            spelled(frequencies, "phrase"), self.numbers, self._time_units, self._times
        )
        # What the rows say that have no place for a number or a unit.
        self._repeats = {
            id(row): repeat_of(row, None, None, "") for row in frequencies if "{" not in "".join(row.values())
        }
        kinds = resources.phrases(lang, "posology/words.tsv")
        self._counted = self._words_counted(kinds)
        self._articles = frozenset(kinds["article"])
        # To the next drug, which is out of sight or behind the end of the stretch; and what joins two doings.
        self._with_next = re.compile(rf"\s+{alternatives(kinds['with'])}(?:\s+[^\W\d_]+){{0,3}}\s*(?:{OTHER_SIGN}|\Z)")
        self._joined = re.compile(rf"\s{alternatives([*kinds['joining'], *kinds['then']])}\s")
        doses = (w for w, unit in self.amounts.units.items() if unit.measure not in ("time", "weight", "area"))
        self._calendar = Calendar(lang, self._time_units, alternatives(doses))
        self.route_codes = codes_of(lang, "routes")
        self.form_codes = codes_of(lang, "forms")
        self._cues = {kind: Cues(phrases) for kind, phrases in kinds.items()}
        self._cues |= {name: self._coded(name) for name in ("routes", "forms")}
        # What the abbreviation of an eye or an ear stands behind: drops, the drug, and where it is no limb too, a strength.
        drops = alternatives((w for w, unit in self.amounts.units.items() if unit.ucum == "[drp]"), to_the_end=True)
        self._sites = {phrase: kind for kind in ("site", "site_of_drops") for phrase in kinds.get(kind, ())}
        often = rf"(?:\s+[^\W\d_]{{2,{_MOST_OF_ABBREVIATION}}})?"  # "0.25% b.d. LE"
        self._before_site = {
            "site": re.compile(rf"(?:{DRUG_SIGN}|(?:%|(?<![^\W_]){drops}){often})\s+\Z"),
            "site_of_drops": re.compile(rf"(?:{DRUG_SIGN}|(?<![^\W_]){drops}{often})\s+\Z"),
        }
        self._of_what_is_named = re.compile(rf"(?<![^\W_]){alternatives(kinds['demonstrative'])}\s+\Z")
        self._openings: dict[str, Opening] = {}
        self._roman = Opening(number=True, phrase=True, length=True)
        for kind, cues in self._cues.items():
            for start, pattern in cues.patterns.items():
                self._openings.setdefault(start, Opening(start)).cues[kind] = pattern
        behind: dict[str, Sequence[str]] = {
            kind: kinds[kind] for kind in ("supply", "limit", "ago", "lockout") if kind in kinds
        }
        self._behind = {kind: re.compile(alternatives(phrases)) for kind, phrases in behind.items()}
        off = alternatives(kinds["cycle_off"])
        self._behind |= {"cycle": re.compile(off), "offset": self._calendar.offset_words}
        phrases = [phrase for several in behind.values() for phrase in several]
        self._any_behind = re.compile(alternatives([*phrases, *kinds["cycle_off"], *kinds["offset_from"]]))
        needed = (p for p, row in spelled(frequencies, "phrase") if row["flag"] == "as_needed")
        # What stands before is looked at when one is found: the engine goes by the first letters then.
        self._clear = re.compile(rf"{alternatives([*kinds['max'], *needed])}(?![^\W_])")
        than, lead, to = (alternatives(kinds[kind], to_the_end=True) for kind in ("than", "band_lead", "band_to"))
        weighed = rf"\d+(?:[.,]\d+)?\s*(?:kg|kilos?|lbs?|pounds?)(?:\s+{alternatives(kinds['per_time'])}\s+(?:\d+|an?|une?)?\s*{alternatives(self._time_units)})?"
        self._comparison = re.compile(
            rf"\s*(?:(?:[<>≥≤=]+|{than})\s*{weighed}(?![^\W_])|(?:[<>≥≤=]+|{than})\s*{MEASURED}|{lead}\s+{MEASURED}\s*(?:-|{to})\s*{MEASURED})"
        )
        unit = rf"(?P<unit>{alternatives(self._time_units)})(?![^\W_]|/(?:\s|o\b))"
        more = rf"(?:\s*(?:{alternatives(kinds['more'])})(?![^\W_]))"
        self._length = re.compile(
            rf"(?:{more}\s*)?(?P<low>{self.numbers.pattern})(?:\s*\(\s*\d+\s*\))?(?:{self.numbers.joint_source}(?P<high>{self.numbers.pattern}))?{more}?[\s-]*{unit}(?P<more>{more})*"
        )
        # "28 days on, 28 days off": a cycle, for which FHIR's Timing has no form.
        self._cycle = re.compile(
            rf"{self.numbers.pattern}\s*-?{unit}\s*{alternatives(kinds['cycle_on'])}"
            rf"\s*(?:[,;/]|{alternatives([*kinds['joining'], *kinds['then']])})*"
            rf"\s*(?:{self.numbers.pattern}\s*-?{alternatives(self._time_units)}\s*)?{off}(?![^\W_])"
        )
        self._escalates = re.compile(rf"(?<![^\W_]){alternatives(kinds['escalation'])}(?![^\W_])")
        # Behind a symptom it says how bad that is: "if FEVER BADLY TOLERATED".
        self._escalates_first = re.compile(rf"{any_of(kinds.get('escalation_first', ()))}(?![^\W_])")
        self._unit_alone = re.compile(unit)
        per_day, per_taking = alternatives(kinds["per_day"]), alternatives(kinds["per_taking"])
        self._per_time = re.compile(
            rf"\s*{alternatives(kinds['per_time'])}?\s*(?P<number>\d+)?\s*-?{unit}|\s*(?:{per_day}|(?P<taking>{per_taking}))"
        )
        weights = (w for w, known in self.amounts.units.items() if known.measure == "weight")
        self._weight = re.compile(rf"\d+(?:[.,]\d+)?\s*{alternatives(weights)}(?![^\W_])")
        self._count_behind = re.compile(
            r"[\s.]*(?P<roman>i{2,3}|iv|v|x(?!\s?\d)|i(?=\s+(?:po|p\.o|q|b\.?i|t\.?i|daily|every|each|od|bd|tds|sl|pr|prn|at|in|par|le|matin)))(?![^\W_])|[\s.]*(?P<number>\d{1,2})(?![\d.,/%-]|\s?[a-zµ%])"
        )

    def _coded(self, name: str) -> Cues:
        return Cues(written for written, _ in spelled(resources.read_table(self.lang, f"posology/{name}.tsv")))

    def _counting(self, word: str) -> list[str]:
        """What matches where a word counts something that can be read; [""] where only the readers can tell."""
        if word not in self.numbers.starts:
            return [] if word != "." else [""]
        if _ROMAN.issuperset(word):
            return [self.numbers.pattern]
        if word not in self._articles:
            return self.numbers.sources(word)
        return [rf"{word}(?:[\s-]*(?:[^\s\w-]|[\d_])|x\d|[\s-]+(?:{self._counted}|[ivxlc]+(?![^\W_])))"]

    def _words_counted(self, words: Mapping[str, Sequence[str]]) -> str:
        """An expression for the words that may stand behind an article that is a number: "a tablet", "an extra 5 mg"."""
        phrases = [phrase for kind in _BEHIND_NUMBERS for phrase in words.get(kind, ())]
        found = {lead(phrase, 0) for phrase in (*phrases, *self.amounts.units, *self.amounts.behind)}
        found |= self._frequencies.behind_figures | self.numbers.words
        if self.lang == "fr":
            found |= self._frequencies.starts | self._times.starts  # "un le matin": an article counts before a moment
        return alternatives(found)

    def _opening(self, text: Seen, place: int) -> Opening:
        """What may begin as the text does at a place."""
        opening = text.openings.get(place)
        if opening is None:
            opening = text.openings[place] = self._begins(text, place) if place < len(text) else _NOTHING
        return opening

    def _begins(self, text: str, place: int) -> Opening:
        word = lead(text, place)
        known = self._openings.get(word)
        if known is None:
            if word.isdigit():
                return self._openings["0"]  # of another script
            # Roman numbers may be longer than those of the table.
            known = self._roman if word[0] in _ROMAN and _ROMAN.issuperset(word) else _NOTHING
        return known

    def knows(self, text: str, place: int) -> bool:
        """Can anything be read that begins as the text does at a place?"""
        opening = self._begins(text, place)
        return bool(opening.readers or opening.simple)

    def _open(self, further: Iterable[str]) -> None:
        """Say of each opening what may begin so. `further`: words for which there are readers."""
        phrases = self._frequencies.starts | self._times.starts
        for word in {*phrases, *self.numbers.starts, *"0123456789.½¼¾", *further}:
            self._openings.setdefault(word, Opening(word))
        for word, opening in self._openings.items():
            opening.simple = tuple((kind, opening.cues[kind]) for kind in SIMPLE if kind in opening.cues)
            opening.number = word in self.numbers.starts or word[0] in "0123456789.½¼¾" or set(word) <= _ROMAN
            opening.phrase = opening.number or word in phrases
            opening.length = opening.number or "more" in opening.cues
            if opening.phrase and not opening.number and word not in self._times.starts:
                opening.follows = self._frequencies.follows(word)

    def _cue_end(self, kind: str, text: Seen, place: int) -> int:
        """Where the cue of a kind that begins at a place ends; 0 without one."""
        opening = text.openings.get(place) or self._opening(text, place)
        pattern = opening.cues.get(kind)
        found = pattern.match(text, place) if pattern is not None else None
        return found.end() if found is not None else 0

    def _phrase_at(self, text: Seen, place: int) -> Match[Row] | None:
        """The phrase of a frequency at a place. Raises UnreadError."""
        opening = text.openings.get(place) or self._opening(text, place)
        if not opening.phrase:
            return None
        if opening.follows is not None and following(text, place + len(opening.word)) not in opening.follows:
            return None
        return text.once(text.phrases, self._phrase, place)

    def _phrase(self, text: Seen, place: int) -> Match[Row] | None:
        opening = self._opening(text, place)
        figures = self.numbers.match(text, place) if opening.number else None
        return self._frequencies.match_word(text, place, opening.word, figures)

    def _repeat(self, match: Match[Row]) -> Data:
        """The fields of FHIR's Timing.repeat that a phrase says; not to be changed. Raises UnreadError."""
        stated = match.number is None and match.times is None and match.unit is None
        repeat = self._repeats.get(id(match.row)) if stated else None
        if repeat is None:
            unit = self._time_units.get(match.unit or "", "")
            repeat = repeat_of(match.row, match.number, match.times, unit)
        return repeat

    def _has(self, kind: str, text: Seen) -> bool:
        """Does the text hold a cue that stands behind what it speaks of?"""
        if self._quiet(text):
            return False
        holds = text.holds.get(kind)
        if holds is None:
            words = self._behind.get(kind)
            holds = text.holds[kind] = words is not None and words.search(text) is not None
        return holds

    def _quiet(self, text: Seen) -> bool:
        """Does the text hold no such cue of any kind?"""
        if text.quiet is None:
            text.quiet = self._any_behind.search(text) is None
        return text.quiet

    def _length_at(self, text: Seen, place: int) -> re.Match[str] | None:
        """A time that begins at a place."""
        opening = text.openings.get(place) or self._opening(text, place)
        found = text.once(text.lengths, self._length.match, place) if opening.length else None
        if found is not None and found["high"] and self._calendar.goes_on(text, found):
            return None  # "1 à 8h, 12h, 16h": one, at these hours
        return found

    def _amount_at(self, text: Seen, place: int) -> tuple[int, Amount] | None:
        """The amount that begins at a place. Raises UnreadError."""
        opening = text.openings.get(place) or self._opening(text, place)
        return text.once(text.amounts, self._amount_here, place) if opening.number else None

    def _amount_here(self, text: Seen, place: int) -> tuple[int, Amount] | None:
        return self.amounts.match(text, place, joined=place < text.last_joint)

    def _amount_end(self, text: Seen, place: int) -> int:
        opening = text.openings.get(place) or self._opening(text, place)
        return text.once(text.ends, self.amounts.end, place) if opening.number else place

    def _quantity_end(self, text: Seen, place: int) -> int:
        length = self._length_at(text, place)
        amount = self._amount_end(text, place)
        return max(length.end() if length else 0, amount if amount > place else 0)

    def _is_of_other(self, text: Seen, place: int, end: int) -> bool:
        """Is a route said of something else: "into the oral vestibule", "switched to p.o. medications"?"""
        behind = skip(text, end)
        drug = text.rfind(DRUG_SIGN, 0, place)
        if drug >= 0 and self._with_next.match(text, end) and self._joined.search(text, drug, place):
            return True  # "irrigated with A and then injected with B"
        if self._cue_end("route_body", text, behind):
            return True
        if not self._cue_end("route_noun", text, behind):
            return False
        before = text[:place].rstrip()
        word = before[before.rfind(" ") + 1 :]
        return bool(word) and self._cue_end("route_lead", text, len(before) - len(word)) == len(before)

    @staticmethod
    def _of_drug(text: Seen, end: int) -> bool:
        """Is the volume that of the drug: "injected with 32 mL of 0.5% ..."?"""
        drug = text.find(DRUG_SIGN, end, end + _TO_DRUG)
        return drug >= 0 and not any(sign in text[end:drug] for sign in ",;\n")
