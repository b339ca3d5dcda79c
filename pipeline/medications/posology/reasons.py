"""Taking as needed: for what, on which condition, and what only looks like it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from pipeline import resources
from pipeline.medications.posology.elements import MARKS, WORD, Element, Seen, skip
from pipeline.medications.posology.numbers import UnreadError
from pipeline.medications.posology.regions import DRUG_SIGN, OTHER_SIGN
from pipeline.medications.posology.thresholds import Thresholds
from pipeline.text.phrases import alternatives

MARK = re.compile(r"[,;:.()\[\]!?*|\n\"]+")
SIGNS = frozenset({DRUG_SIGN, OTHER_SIGN})
# A route in so few letters is an abbreviation, with which no reason begins: "p.r.n. SC pain".
_ABBREVIATED = 2
# What is done under a condition stands in so many characters before it.
_TO_CONDITION = 48
#: A reason or a condition of taking has no more words than this.
MAX_REASON_WORDS = 8
#: Between "follow up" and the "p.r.n." that is said of it stand no more words than this.
MAX_VISIT_WORDS = 8


class Reasons(Thresholds, ABC):
    """Reads "as needed", conditions and reasons."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        kinds = resources.phrases(lang, "posology/words.tsv")
        self._hanging = re.compile(rf"\s+(?:{alternatives(kinds['hanging'])}|,)\Z")
        # What is done with the dose under a condition: "to increase if ...", "double the dose if ...", "may repeat in 2 h if".
        doing = alternatives([*kinds["by_verb"], *kinds["changing"], *kinds["by_verb_alone"]])
        object_ = alternatives(kinds["by_noun"])
        self._of_doing = re.compile(
            rf"(?<![^\W_])(?:{doing}(?:\s+{object_}){{0,3}}|{alternatives(kinds['may_again'])}[^,;.:\n()]*)\s+\Z"
        )
        well, badly = (alternatives(kinds[kind], to_the_end=True) for kind in ("going_well", "not_well"))
        self._going_well = re.compile(rf"(?<![^\W_]){well}")
        self._not_well = re.compile(rf"(?<![^\W_]){badly}")
        than = alternatives(kinds["than"], to_the_end=True)
        self._by_weight = re.compile(rf"[^\W\d_]{{0,6}}\s*(?:[<>≥≤=]+|{than})\s*\d+(?:[.,]\d+)?\s?kg(?![^\W_])")
        # A frequency that cannot be read: "q6-4h", "q 6 - 4 h", "q6 to 4 hours"; else what stands together.
        joint = alternatives((*kinds["range"], *kinds["joining"]))
        unit = rf"(?:{alternatives(self._time_units, to_the_end=True)}|[a-z]\b)"
        self._together = re.compile(
            rf"[a-z.]{{0,12}} ?\d{{1,9}}(?: ?{joint} ?\d{{1,9}})(?: ?{unit})?|[^\s,;]{{0,40}}[^\s,;.]"
        )

    def _stretch_end(self, text: Seen, place: int) -> int:
        """The end of what stands together at a place: at least one sign."""
        found = self._together.match(text, place)
        return found.end() if found is not None else place + 1

    @abstractmethod
    def _day_or_time(self, text: Seen, place: int) -> Element | None:
        """A day or a time of the day at a place. Known to what reads how often."""

    @abstractmethod
    def _begins_dosing(self, text: Seen, place: int) -> bool:
        """Does another part of an instruction begin at a place? Known to what reads all of them."""

    def _visit(self, text: Seen, place: int) -> Element | None:
        """ "follow up with him in 2 weeks or p.r.n.": said of being seen again."""
        end = self._cue_end("visit", text, place)
        for _ in range(MAX_VISIT_WORDS if end else 0):
            start = skip(text, end)
            if start >= len(text) or text[start] in MARKS or text[start] in SIGNS:
                return None
            try:
                match = self._phrase_at(text, start)
            except UnreadError:
                match = None
            if match is not None and match.row["flag"] == "as_needed":
                return Element("hold", place, match.end)
            word = WORD.match(text, start)
            if word is None or self._cue_end("take", text, start):
                return None
            end = word.end()
        return None

    def _planned(self, text: Seen, place: int) -> Element | None:
        """ "50 mg, may go to 100 mg in 2/52", "increase to 100 mg if needed": what the dose may be later, and is not yet.

        With its time a change is a step though it has a condition: "increasing to 5 mg after 2 weeks if U&Es stable".
        """
        perhaps = self._cue_end("may_become", text, place)
        dose = self._planned_end(text, perhaps or self._cue_end("then_to", text, place), place)
        if not dose and perhaps and (often := self._timed_end(text, perhaps)) > perhaps:
            dose = often  # "may increase to BID"
        if not dose:
            return None
        stop = self._timed_end(text, dose)
        later = self._since(text, start) if (start := skip(text, stop)) < len(text) else None
        timed = later is not None and later.kind == "since"
        if later is not None and timed:
            stop = later.end
        ends = (self._condition_end(text, at) for at in range(dose, stop + 1) if at == stop or text[at].isspace())
        end = next(filter(None, ends), 0)
        return Element("by", place, max(end, stop)) if perhaps or (end and not timed) else None

    def _planned_end(self, text: Seen, end: int, place: int) -> int:
        """Where the dose ends to which words lead that end at a place; 0 without one, or without a figure before it."""
        stop = self._single_end(text, skip(text, end)) if end else 0
        if not stop or not any(map(str.isdigit, text[text.rfind(DRUG_SIGN, 0, place) + 1 : place])):
            return 0
        return stop

    def _condition_end(self, text: Seen, place: int) -> int:
        """Where a condition ends that begins at a place, or "if needed"; 0 without one."""
        start = skip(text, place)
        try:
            needed = self._phrase_at(text, start) if start < len(text) else None
        except UnreadError:
            return 0
        if needed is not None and needed.row["flag"] == "as_needed":
            return needed.end
        cue = self._cue_end("condition", text, start)
        behind = skip(text, cue)
        if not cue or self._cue_end("no_reason", text, behind):
            return 0
        stop = self._reason_end(text, behind)
        return stop if stop > behind else 0

    def _as_needed(self, text: Seen, place: int) -> Element | None:
        if (visit := self._visit(text, place)) is not None:
            return visit
        end = self._cue_end("hold", text, place)
        if end and self._cue_end("then_to", text, place) == end and self._is_amount(text, skip(text, end)):
            return None  # "titrate to 10 mg"
        if end and self._cue_end("scale", text, place) < end:
            stop = max(end, self._quantity_end(text, skip(text, end)))
            stop = max(stop, self._reason_end(text, skip(text, stop)))
            stop = self._timed_end(text, self._volume_end(text, stop))
            clock = self._day_or_time(text, behind) if (behind := skip(text, stop)) < len(text) else None
            return Element("hold", place, clock.end if clock is not None and clock.kind == "timing" else stop)
        end = self._cue_end("condition", text, place)
        if end:
            start = skip(text, end)
            if self._cue_end("no_reason", text, start):
                return None
            if (weight := self._by_weight.match(text, start)) is not None:
                return Element("hold", place, weight.end())  # "(if < 50 kg, 500 mg)"
            stop = self._reason_end(text, start)
            if self._going_well.search(text, start, stop) and self._not_well.search(text, start, stop) is None:
                return Element("hold", place, stop)
            if stop > start and self._of_doing.search(text, max(0, place - _TO_CONDITION), place):
                return Element("hold", place, stop)  # "increase if ...", "may repeat in 2 h if ..."
            if stop > start:
                following = WORD.match(text, skip(text, stop))
                if DRUG_SIGN in text[start:stop]:
                    return Element("hold", place, stop)  # "if oral antibiotics are not given"
                if changed := self._changed_behind(text, place, stop):
                    return Element("hold", place, changed)
                until = following.end() if following else stop
                if self._escalates.search(text, start, until) or self._escalates_first.match(text, start, until):
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

    def _changed_behind(self, text: Seen, place: int, stop: int) -> int:
        """Where the change ends that is made under a condition: "if BP > 140, increase to 20 mg"; 0 without one.

        How long it must hold may stand between: "if BG > 130 FOR 3 DAYS increase by 2 units".
        """
        behind = skip(text, stop, " \t,")
        lasting = self._course(text, behind) if behind < len(text) else None
        if lasting is not None and lasting.kind == "duration":
            stop, behind = lasting.end, skip(text, lasting.end, " \t,")
        if not any(self._cue_end(kind, text, behind) for kind in ("then_to", "changing", "by_verb")):
            return 0
        changed = self._planned_end(text, self._cue_end("then_to", text, behind), place)
        return self._timed_end(text, changed) if changed else stop

    def _volume_end(self, text: Seen, place: int) -> int:
        """Where the volume ends that stands directly behind a place: "goal net negative 1-2 L/day"; else the place."""
        try:
            found = self._amount_at(text, skip(text, place))
        except UnreadError:
            return place
        return found[0] if found is not None and found[1].measure == "volume" else place

    def _with_reason(self, text: Seen, place: int, end: int) -> Element:
        """ "as needed", with the reason that stands behind it."""
        start = skip(text, end)
        if "\t" in text[end:start] or start in text.parts:
            return Element("as_needed", place, end)  # a reason stands in the same cell
        if visit := self._cue_end("visit", text, start):
            return Element("hold", place, visit)  # "p.r.n. follow-up"
        if self._is_route(text, start):
            return Element("as_needed", place, end)  # "p.r.n. IM for agitation"
        if text[start : start + 1] == ":" and text[start - 1 : start] != " ":
            start = skip(text, start + 1)  # "PRN: muscle spasm"
        comma = skip(text, end, " \t,:")
        for kind in ("reason", "condition"):
            cue = self._cue_end(kind, text, comma)
            if cue and not self._cue_end("no_reason", text, skip(text, cue)) and self._course(text, comma) is None:
                start = skip(text, cue)
                stop = self._reason_end(text, start)
                if stop > start:
                    return Element("as_needed", place, stop, (start, stop))
        if not text[start : start + 1].isalpha() or any(
            self._cue_end(kind, text, start)
            for kind in ("then", "then_to", "joining", "take", "reason_stop", "no_reason")
        ):
            return Element("as_needed", place, end)
        filler = self._cue_end("filler", text, start)
        if filler and not self._names(text, start, filler):
            return Element("as_needed", place, end)
        stop = self._reason_end(text, start)
        return Element("as_needed", place, max(stop, end), (start, stop) if stop > start else None)

    def _names(self, text: Seen, start: int, end: int) -> bool:
        """Is a word that says nothing by itself part of a reason, for one of no instruction follows it: "weight gain"?"""
        behind = skip(text, end)
        return text[start:end].isalpha() and text[behind : behind + 1].isalpha() and not self.knows(text, behind)

    def _is_route(self, text: Seen, start: int) -> bool:
        """Does a route stand behind "as needed", and no reason that begins with such a word ("p.r.n. nasal congestion")?"""
        end = self._cue_end("routes", text, start)
        behind = skip(text, end)
        if (
            not end
            or behind >= len(text)
            or end - start <= _ABBREVIATED
            or text[behind] in MARKS
            or text[behind] in SIGNS
        ):
            return bool(end)
        return self._cue_end("reason", text, behind) > 0 or self._begins_dosing(text, behind)

    def _reason_end(self, text: Seen, start: int) -> int:
        """Where the words of a reason end: before a mark, an element of dosing, or a word that begins something else."""
        end = place = start
        for _ in range(MAX_REASON_WORDS):
            place = skip(text, end)
            if place >= len(text) or (MARK.match(text, place) and text[place] not in "(") or text[place] == "(":
                break
            if comparison := self._comparison.match(text, place):
                end = comparison.end()
                continue
            if taken := self._taken_end(text, place):
                end = taken
                continue
            if place > start and ("\t" in text[end:place] or place in text.parts or self._ends_reason(text, place)):
                break
            if place == start and self._begins_dosing(text, place):
                break
            word = WORD.match(text, place)
            if word is None:
                break
            end = word.end()
        if end > start and self._cue_end("absence", text, start):
            lasting = self._course(text, behind) if (behind := skip(text, end)) < len(text) else None
            if lasting is not None and lasting.kind in ("duration", "length"):
                return lasting.end  # "if no BM x 3 days"
        hanging = self._hanging.search(text[start:end])
        return start + hanging.start() if hanging is not None else end

    def _taken_end(self, text: Seen, place: int) -> int:
        """Where a number of doses ends that have been taken: "if no relief AFTER 3 DOSES"; 0 without one."""
        try:
            match = self._phrase_at(text, place)
        except UnreadError:
            return 0
        told = match is not None and match.row["flag"] == "detail" and match.number is not None
        return match.end if told and match is not None else 0

    def _ends_reason(self, text: Seen, place: int) -> bool:
        if self._cue_end("reason_stop", text, place):
            return True
        if self._cue_end("reason_goes_on", text, place):
            return False
        opening = self._opening(text, place)
        return bool(opening.readers or opening.simple) and self._begins_dosing(text, place)


def mark_end(text: str, place: int) -> int:
    """Where the marks at a place end; 0 where the last one is the point of a figure (".5")."""
    mark = MARK.match(text, place)
    end = mark.end() if mark is not None else 0
    return 0 if text[end - 1] == "." and text[end : end + 1].isdigit() else end
