"""Which dates of a text say when an entity was: its own, or those that are told of it.

The dates of the entity's proposition; where there are none, the one of its sentence that stands nearest, unless it is of
something else that stands between.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from pipeline.qualifiers.base import Scopes, SectionLine
from pipeline.qualifiers.dating import LONGEST_STAY, DatedSpan, DateLine, apart
from pipeline.qualifiers.drug_ends import DRUG_SECTIONS, DrugEnds
from pipeline.qualifiers.history_words import HistoryWords
from pipeline.qualifiers.reading import Propositions

_WORD = re.compile(r"\w{4}")
_LETTERS = re.compile(r"[^\W\d_]{3}")
# Another item of a list begins.
_ITEM = re.compile(r"[,;] ?\w")
# Between an entity and its own date, and between two statements.
_NEXT_TO = re.compile(r" ?[(,]? ?(?:[a-z]{1,5} ){0,2}")
_DASH = re.compile(r" [-–—] ")
# A line with a label of its own: "urosepsis Jan '24" and below "staff: hallucinating".
_LABELLED = re.compile(r"\n[ \t]*(?:[-*•][ \t]*)?[a-z][\w /&-]{1,20}:(?=[ \t])")
# So far behind an entity it is looked for.
_ITEM_REACH = 200
# So many propositions back a turn is looked for.
_LONGEST_STORY = 8
# So far before an entity an arrow is looked for that leads to it.
_ARROW_REACH = 40
# So far before an entity or a date the turn or the beginning is looked for that divides them, and so far behind it an event.
_TURN_REACH = 400
# So far before an entity the words are looked for by which it led to a visit.
_LED_REACH = 100
# So far before the date of an enumeration its last "et" is looked for.
_CLOSE_REACH = 80

_FINDINGS = frozenset({"laboratory", "imaging"})

# The past date and the recent one that count.
_Pair = tuple[DatedSpan | None, DatedSpan | None]


class OwnDates:
    """Finds the dates of the entities of a text; offsets in the folded text.

    Args:
        text: the folded text.
        dates: its dates.
        entities: where all entities begin, in order.
        going_on: what the words reach that show that something goes on.
        drug: what is told of the use of drugs; None where there are none.
        closest: the dates of the proposition, else the nearest of the sentence; False: all of the sentence.
    """

    def __init__(
        self,
        text: str,
        propositions: Propositions,
        dates: DateLine,
        entities: list[int],
        going_on: Scopes,
        drug: DrugEnds | None,
        words: HistoryWords,
        *,
        closest: bool,
    ) -> None:
        self._text = text
        self._propositions = propositions
        self._dates = dates
        self._entities = entities
        self._going_on = going_on
        self._drug = drug
        self._words = words
        self._closest = closest

    def of(self, start: int, end: int, *, drug: bool, is_past: bool) -> _Pair:
        """The past and the recent date that count for an entity; None where there is none."""
        propositions, dates = self._propositions, self._dates
        if not dates.dates:
            return None, None
        if not self._closest:
            return dates.within(*propositions.sentence(start))
        sentence = propositions.sentence(start)
        if end <= sentence[1] and dates.none_within(*sentence):
            return None, None
        low, high = propositions.around(start)
        if high < end:
            _, high = propositions.around(end - 1)
        if not drug:
            labels = _LABELLED.finditer(self._text, max(low, start - _ITEM_REACH), start)
            low = max((match.start() for match in labels), default=low)
        old, recent = dates.apposed(self._text, start, end, sentence, self._words.apposed) or dates.within(low, high)
        if old is None and recent is None:
            old, recent = self._borrowed(start, end, sentence, is_past, drug)
        elif old is not None and recent is not None:
            own = old if self._divided(end, old, recent) else self._own_date(start, end, high)
            old, recent = (own, None) if own is not None else (old, recent)
        if old is not None and drug and (self._of_next_line(end, old) or self._before_turn(start, end, old)):
            old = None
        if old is not None and drug and self._drug is not None:
            # "A arrêté en mars pour B"
            if (
                self._drug.led_by_use(start, old.cue)
                or self._drug.own_end(start, end, old)
                or self._drug.of_next(start, end, old.start)
            ):
                old = None
        if old is not None:
            if drug and self._drug is not None:
                over = (old.bound == "until" and old.start >= end) or dates.course_over(old, end, sentence[1])
                goes_on = self._drug.goes_on(start, end, old.start, over=over)
            else:
                goes_on = self._lasts_since(start, end, old) or (
                    # What has gone on since an operation is not the operation.
                    self._going_on.over(start, end) is not None
                    and not self._words.operation.search(self._text, start, end)
                )
            old = None if goes_on else old
        if recent is not None and not drug and is_past and self._of_treatment(end, recent):
            recent = None
        return old, recent

    def _before_turn(self, start: int, end: int, dated: DatedSpan) -> bool:
        """Whether a turn divides a date from a drug taken since another one: "A 2017-2020 puis B depuis 2020"."""
        text, words = self._text, self._words
        if dated.end > start or words.since.match(text, end) is None:
            return False
        return words.turn.search(text, max(dated.end, start - _TURN_REACH), start) is not None

    def _of_next_line(self, end: int, dated: DatedSpan) -> bool:
        """Whether a date stands on a later line, behind another entity of that line: "gaviscon sb / cystite en mai"."""
        line = self._text.rfind("\n", end, max(end, dated.start))
        return line >= 0 and self._entities[bisect_left(self._entities, dated.start) - 1] > line

    def _divided(self, end: int, old: DatedSpan, recent: DatedSpan) -> bool:
        """Whether a past date right behind an entity is its own, and a dash divides it from a recent one: "PE 2019 - seen today"."""
        return (
            _NEXT_TO.fullmatch(self._text, end, max(end, old.start)) is not None
            and _DASH.search(self._text, old.end, max(old.end, recent.start)) is not None
        )

    def _lasts_since(self, start: int, end: int, dated: DatedSpan) -> bool:
        """Whether the date behind a problem is of what it has lasted since, or of a change of its treatment."""
        if dated.start < end:
            return False
        text, words = self._text, self._words
        if words.since.match(text, end, dated.start) is not None or self._of_treatment(end, dated):
            return True
        return (
            words.complaint.search(text, start, end) is not None
            and words.event.search(text, end, min(dated.start, end + _TURN_REACH)) is not None
        )

    def _of_treatment(self, end: int, dated: DatedSpan) -> bool:
        """Whether what was changed at the date behind a problem is its treatment."""
        return self._words.changed_then.search(self._text, max(end, dated.start - _LED_REACH), dated.start) is not None

    def _borrowed(self, start: int, end: int, sentence: tuple[int, int], is_past: bool, drug: bool) -> _Pair:
        """The date of another proposition of the sentence that says when the entity was.

        The nearest one, a tie going to the past. A date that ends an enumeration holds for all of it ("fièvre et toux
        depuis 3 jours"); one behind a turn of the story ("puis", "actuellement") says nothing about what came before. A
        word or a section is not overruled by a date of another proposition.
        """
        before, after = self._dates.around(start, end, *sentence)
        if drug and self._drug is not None:
            # "A, B arrêté il y a 2 mois, C"
            before, after = (
                dated if dated is not None and not self._drug.own_end(start, end, dated) else None
                for dated in (before, after)
            )
        following = after
        listed = after is not None and self._listed(end, after) and not (drug and self._of_problem(end, after))
        if after is not None and not listed and not self._leads(after, end, drug=drug):
            after = None
        if before is not None and (
            self._turns(before.end, start)
            or apart(self._text, before.end, start)
            # "Diagnostiqué en 2008, compliqué d'une neuropathie": the date is of what was found then.
            or (not drug and (self._words.found_then(self._text, before.start) or self._begun(before)))
            or (not drug and _LABELLED.search(self._text, before.end, start) is not None)
        ):
            before = None
        if not drug:
            if (
                before is None
                and after is not None
                and listed
                and not after.recent
                and not self._closed(end, after.start)
            ):
                after = None
            elif following is None and before is not None and not before.recent and self._further_item(start, before):
                before = None
        if is_past:
            treated = self._words.treated  # by the drug, what had the date
            if before is not None and before.recent and treated.fullmatch(self._text, before.end, start):
                return None, before
            before, after = (dated if dated is not None and not dated.recent else None for dated in (before, after))
        if before is not None and after is not None:
            if (listed and self._owned(before)) or after.start - end < start - before.end:
                before = None
            else:
                after = None
        chosen = before or after
        if chosen is None:
            return None, None
        return (None, chosen) if chosen.recent else (chosen, None)

    def _begun(self, dated: DatedSpan) -> bool:
        """Whether a treatment began or was changed at a date: "increased in April because of palpitations"."""
        low, _ = self._propositions.around(dated.start)
        low = max(low, dated.start - _TURN_REACH)
        return self._words.began.search(self._text, low, dated.start) is not None

    def _own_date(self, start: int, end: int, high: int) -> DatedSpan | None:
        """The past date behind an entity that is its own, where a recent one before it is of the visit that it led to."""
        before, after = self._dates.around(start, end, *self._propositions.around(start))
        if before is None or after is None or after.recent or not before.recent or after.start >= high:
            return None
        index = bisect_left(self._entities, end)
        alone = index == len(self._entities) or self._entities[index] >= after.start
        low = max(before.end, start - _LED_REACH)
        return after if alone and self._words.led_to.search(self._text, low, start) else None

    def _listed(self, end: int, dated: DatedSpan) -> bool:
        """Whether an entity is enumerated with what the date behind it is of."""
        text, propositions = self._text, self._propositions
        if self._words.joins.match(text, end) is None or propositions.stop(end + 1) < dated.start:
            return False
        return self._words.own_verb.match(text, max(end, propositions.around(dated.start)[0])) is None

    def _of_problem(self, end: int, dated: DatedSpan) -> bool:
        """Whether a date that ends a list is of a problem right before it: "HTA sous X, phlébite en 2022"."""
        if self._drug is None or not self._owned(dated) or self._closed(end, dated.start):
            return False
        return not self._drug.begins_at(self._entities[bisect_left(self._entities, dated.start) - 1])

    def is_stretch(self, dated: DatedSpan) -> bool:
        """Whether a date is one of the two between which something was: "from 2017 through 2021"."""
        return self._dates.is_stretch(self._text, dated.start, self._words.stretch)

    def _closed(self, end: int, dated: int) -> bool:
        """Whether "et" closes an enumeration up to the date: "fièvre, toux et dyspnée en mai", but "HTA, AVC en 2020"."""
        low = max(end, dated - _CLOSE_REACH)
        return self._words.closes.search(self._text, low, dated) is not None

    def _further_item(self, start: int, before: DatedSpan) -> bool:
        """Whether an entity is the next item of a list, behind one with its own date: "AVC en 2020, HTA"."""
        low, _ = self._propositions.around(start)
        if low < before.end or self._words.further.fullmatch(self._text, low, start) is None:
            return False
        if not self._owned(before):
            # "Caesarean 2018, incontinence": of something that is no entity.
            return self._words.items_divide and low - before.end <= 1 and self._told_of(before)
        # What stands behind a drug and its dates is what came of it: "acitrétine en 2016, chéilite".
        owner = self._entities[bisect_left(self._entities, before.start) - 1]
        return self._drug is None or not self._drug.begins_at(owner)

    def _told_of(self, dated: DatedSpan) -> bool:
        """Whether words stand before a date in its proposition."""
        low, _ = self._propositions.around(dated.start)
        return _LETTERS.search(self._text, low, dated.start) is not None

    def _leads(self, dated: DatedSpan, end: int, *, drug: bool) -> bool:
        """Whether a date leads its proposition ("douleur, il y a 10 jours") or is of what that says of the entity.

        What was stopped then is a treatment and no problem; a proposition is about the last item before it.
        """
        text, offset, words = self._text, dated.start, self._words
        low, _ = self._propositions.around(offset)
        short = words.items_divide and not text.startswith("(", low) and _LETTERS.search(text, low, offset)
        if not (short or _WORD.search(text, low, offset) or words.own_event.search(text, low, offset)):
            return True
        if words.predicate.match(text, low) is None:
            return False
        if self._owned(dated) and words.replaced.match(text, low) is None:
            return False
        if not drug and words.of_treatment.match(text, low) is not None:
            return False
        return _ITEM.search(text, end, min(low, end + _ITEM_REACH)) is None or not words.items_divide

    def _owned(self, dated: DatedSpan) -> bool:
        """Whether the date's proposition holds an entity before the date, which it is of."""
        low, _ = self._propositions.around(dated.start)
        index = bisect_left(self._entities, dated.start) - 1
        return index >= 0 and self._entities[index] >= low

    def _turns(self, low: int, high: int) -> bool:
        """Whether one of the last propositions that begin between two offsets takes up the story anew."""
        starts, text, turn = self._propositions.starts, self._text, self._words.turn
        if self._words.arrow.search(text, max(low, high - _ARROW_REACH), high):
            return True
        last = bisect_left(starts, high)
        first = max(bisect_left(starts, low), last - _LONGEST_STORY)
        return any(turn.match(text, starts[index]) is not None for index in range(first, last))


def counts(dated: DatedSpan, sections: SectionLine) -> bool:
    """Whether a date may say when something was.

    Not a recent one in the title of past drugs ("stopped recently:"), nor, in a note without a date, that of an examination
    among those that the visit looks at.
    """
    start = dated.cue["start"]
    title = sections.at(start, DRUG_SECTIONS) if dated.recent else None
    if title is not None and start < title["end"]:
        return False
    of_note = dated.cue["age_days"] is None and dated.age < LONGEST_STAY
    return not of_note or sections.at(start, _FINDINGS) is None
