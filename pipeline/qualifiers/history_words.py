"""The words around an entity and its date that decide what the date is of: `qualifiers/history_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from pipeline import resources
from pipeline.text.phrases import any_of

# Signs that all languages have: what follows takes the place of what was before, and a dose was changed.
_ARROW = r"(?:-+>|=>|→)"
_CHANGED = "[↑↓]"
# Columns of a table.
_CELLS = r"(?:(?: ?\||\t| {3}) *[^|\n]{0,30}?){1,3}(?:\||\t| {3}) *"
# So many drugs behind one are enumerated with it.
ENUMERATED = 8
# So far before a date the word is looked for by which a condition was found then.
_FOUND_REACH = 40


class HistoryWords:
    """The expressions of a language, over folded text.

    Attributes:
        joins: at the end of an entity: it is enumerated with what follows.
        one_with: between two drugs: what is told of one is told of both.
        own_verb: at the beginning of a further item: it has a verb of its own.
        predicate: at the beginning of a proposition: it is about the entity before it.
        of_treatment: as `predicate`, but said of treatments only: a problem is not stopped.
        own_event: before a date that leads its proposition: it is of an event named there ("s/p CVA 2018").
        items_divide: whether a comma ends what a predicate is about; what is divided in other ways may be told so.
        closes: before the last item of an enumeration.
        of_one: behind the last drug of an enumeration: the end of that one alone is told.
        of_last: a cue behind several drugs: it is of the last one alone.
        further: between the beginning of a proposition and an entity: the entity is the next item of a list.
        arrow: anywhere: what follows took the place of what was before.
        stretch: between two dates: the begin and the end of a stretch of time.
        turn: at the beginning of a proposition: it takes up the story anew.
        began: anywhere: a drug began.
        taken: before a drug, up to it: the drug is taken.
        takes: before a drug, up to it: the drug is taken or used.
        dosed: behind a drug: its dose.
        did: between a drug and a problem: the drug did it; brackets, a dash, an arrow or words.
        did_then: as `did`, in a whole statement: the drug was stopped for it, or brought it.
        so_ended: behind a problem that a drug did: the drug was stopped.
        given_for: between a drug and a problem: the drug treats it.
        lasts: behind a problem: it goes on.
        changed_to: before a drug: it took the place of the one before it.
        changed_for: between such a drug and a problem: the problem is why.
        told_of: between two drugs: what is told of the first alone.
        to_resume: behind a drug that was stopped: it is to be taken up again.
        advised: between the word of an end and a drug: it is what was advised or begun instead.
        last_use: before a date: what is taken as needed was last needed then.
        examined: before a date, up to it: an examination; what stands behind its colon was found then, and may be of the present.
        apposed: between an entity and a date on its own: the words that lead to a date.
        chronic: a condition that lasts: a date alone says when it began or was found.
        acute: in the name of such a condition, or right behind it: what came and went.
        treated_now: behind the date of a condition that lasts: it is treated to this day; where there are none, the date alone says so.
        tumour: what lasts where it was found then.
        complaint: what goes on after an event that the date behind it is of.
        event: between a complaint and a date: such an event.
        changed_then: between a problem and a date, up to it: what was changed then is a treatment.
        found: before a date, up to it: a condition was found or known then, which says nothing of its treatment.
        since: behind a drug: it is taken since an event, the date of which is no end.
        stopped: behind a drug: its end is told, whatever began it.
        resumed: behind a drug: it was taken up again after its end.
        now_dosed: behind a drug: the dose of it that is taken now.
        dosing: behind a drug: how it is taken, without an end.
        opening: between the beginning of a proposition and a drug: nothing, or a word that leads to the next item.
        own_item: between the beginning of a proposition and a drug: the drug is of a condition named there.
        used: before a drug, up to it, a few words of it between: it was begun or used.
        told: anywhere: a past tense by which the use of a drug is told.
        visit: anywhere: a sentence tells of the present visit too.
        to_now: behind a date: what began then goes on.
        born: before a date, up to it: it is a birth date.
        last_visit: before a date, up to it: it is that of the last visit, since which the text tells.
        of_stay: before a date, up to it: it is the beginning of the episode that the text tells of.
        led_to: between the date of a visit and an entity: the entity came before the visit.
        treated: between a date and a drug: the drug treats what had that date.
        item_ended: between a drug of a list and a date: the drug alone ended then, none before or behind it.
        ended_alone: right behind a drug and its dose: it ended, as the groups said (the words) and opens (a bracket) have it, and
            no drug of another item of the list did.
        all_ended: behind the last drug of an enumeration: the end of all of them.
        ended_behind: right behind a drug, as an item of a list: its end, which no model overrules.
        kept: behind a drug: it was not ended, or its end is only planned, which no model overrules.
        device: anywhere in a drug: it lies in its place for years.
        in_place: behind such a drug: it was put there; not where it was taken out.
        ditto: behind a drug: the same is told of it as of the one before.
        replaced: at the beginning of a proposition: another drug, which it names, took the place of the one before.
        statement: anywhere: another statement of the sentence begins, with its own subject.
        ended_before: a drug of which words tell the end was stopped before the present episode where that was so long ago.
        today: anywhere in a text: it tells of a visit today.
        of_visit: near a full date: it is that of the visit or the note.
        operation: anywhere in an entity: it is an operation.
        now: at the beginning of a sentence: it leads from a story of the past to the present.
    """

    def __init__(self, lang: str) -> None:
        with resources.path(lang, "qualifiers/history_words.toml").open("rb") as handle:
            words = tomllib.load(handle)
        self.ended_before = timedelta(days=words["ended_days"])
        self.joins = re.compile(rf"\s*(?:,|/|{any_of(words['joins'])}\b)")
        self.one_with = re.compile(rf" ?(?:[/+&]| {any_of(words['joins'])} ) ?")
        self.own_verb = re.compile(rf"\W*(?:{any_of(words['joins'])} )?{any_of(words['own_verb'])}\b")
        self.predicate = re.compile(rf"\W*(?:{any_of(words['who'])} )?{any_of(words['predicate'])}s?\b")
        self.of_treatment = re.compile(rf"\W*{any_of(words['of_treatment'])}\b")
        self.own_event = re.compile(rf"\b{any_of(words['own_event'])}")
        self.items_divide = bool(words["own_event"])
        self.closes = re.compile(rf"\b{any_of(words['joins'])}\b")
        self.of_one = re.compile(rf"{any_of(words['of_one'])}\b")
        self.of_last = re.compile(any_of(words["of_last"]))
        self.further = re.compile(rf"[,;]\s*{any_of(words['further'])}?")
        self.stretch = re.compile(rf" ?(?:[-–—]|{any_of(words['up_to'])}) ?")
        self.arrow = re.compile(_ARROW)
        self.turn = re.compile(rf"{_ARROW}|\W*{any_of(words['turn'])}\b")
        self.began = re.compile(rf"\b{any_of(words['began'])}s?\b|{_CHANGED}")
        self.taken = re.compile(rf"{any_of(words['taken'])}\Z")
        self.takes = re.compile(rf"\b{any_of(words['takes'])} (?:[\w.-]+ )?\Z")
        self.dosed = re.compile(r" ?\d")
        self.did = re.compile(
            rf"{_CELLS}|[^.;,:()\n]{{0,40}}?(?:\([^()\n]{{1,25}}\)[^.;,:()\n]{{0,20}}?)?(?: ?\((?:[^.;:()\n]{{1,30}}, ?){{0,3}}| [-–—] |{_ARROW}|: |{any_of(words['did'])} )[^.;,:()\n]{{0,12}}"
        )
        self.did_then = re.compile(any_of(words["did_then"]))
        self.so_ended = re.compile(rf"{any_of(words['so_ended'])}")
        self.given_for = re.compile(rf"\b{any_of(words['given_for'])}\b|[.;]\s|\n")
        self.lasts = re.compile(rf"[^.;\n]{{0,60}}?\b{any_of(words['lasts'])}\b")
        self.changed_to = re.compile(rf"\b{any_of(words['changed_to'])} ?\Z")
        self.changed_for = re.compile(rf"[^.;,\n]{{0,30}}? {any_of(words['changed_for'])} ")
        self.told_of = re.compile(rf"\b{any_of(words['told_of'])}")
        self.to_resume = re.compile(rf"[^.;\n]{{0,60}}?{any_of(words['to_resume'])}\b")
        self.advised = re.compile(rf"\b{any_of(words['advised'])}\b")
        self.last_use = re.compile(rf"\b{any_of(words['last_use'])} \Z")
        self.examined = re.compile(rf"\b{any_of(words['examined'])}\b[^.;:\n]{{0,24}}\Z")
        self.apposed = re.compile(rf" ?[,(] ?(?:{any_of(words['apposed'])} ?){{0,2}}")
        self.treated_now = re.compile(any_of(words["treated_now"])) if words["treated_now"] else None
        self.tumour = re.compile(rf"\b{any_of(words['tumour'])}\b")
        self.chronic = re.compile(rf"\b{any_of(words['chronic'])}\b")
        self.acute = re.compile(rf"\b{any_of(words['acute'])}\b")
        self.complaint = re.compile(rf"\b{any_of(words['complaint'])}\b")
        self.event = re.compile(rf"\b{any_of(words['event'])}\b")
        self.changed_then = re.compile(rf"\b{any_of(words['changed_then'])} ?\Z")
        self.found = re.compile(rf"\b{any_of(words['found'])}\W*\Z")
        self.since = re.compile(rf"{any_of(words['since'])}\b")
        self.stopped = re.compile(
            rf"(?:[^.;\n]{{0,60}}?\b{any_of(words['stopped'])}|{any_of(words['stopped_there'])})\b"
        )
        self.resumed = re.compile(rf"[^.;\n]{{0,60}}?{any_of(words['resumed'])}\b")
        self.now_dosed = re.compile(rf"[^.;\n]{{0,60}}?(?:(?<=\d)\.\d[^.;\n]{{0,40}}?)?{any_of(words['now_dosed'])}")
        self.dosing = re.compile(any_of(words["dosing"]))
        self.opening = re.compile(rf"\W*(?:{any_of(words['opening'])}\W+)?")
        self.own_item = re.compile(rf"\W*{any_of(words['own_item'])}")
        self.used = re.compile(rf"\b{any_of(words['used'])} (?:[\w.-]+ ){{0,4}}\Z")
        self.told = re.compile(rf"\b{any_of(words['told'])}\b")
        self.visit = re.compile(rf"\b{any_of(words['visit'])}\b")
        self.to_now = re.compile(rf" ?(?:[-–—]|{_ARROW}) ?{any_of(words['to_now'])}\b")
        self.born = re.compile(rf"\b{any_of(words['born'])}\W*\Z")
        self.last_visit = re.compile(rf"\b{any_of(words['last_visit'])}\W*\Z")
        self.of_stay = re.compile(rf"\b{any_of(words['of_stay'])}\b[^.;\n]*\Z")
        self.led_to = re.compile(rf"\b{any_of(words['led_to'])}\b")
        self.treated = re.compile(rf"\s*(?:\(|[,;(]?\s*{any_of(words['treated'])} )(?:[\w'-]+,? ){{0,2}}")
        self.item_ended = re.compile(rf"[^.;,\n]{{0,40}}?\b{any_of(words['item_ended'])}[^.;,\n]{{0,24}}")
        self.ended_alone = re.compile(
            rf"(?:[^.;,:()\n]|(?<=\d)[.,](?=\d)){{0,40}}?(?<!\w)(?P<opens>[(\[])?(?P<said>{any_of(words['ended_alone'])})(?!\w)"
        )
        self.all_ended = re.compile(rf"[^.;,\n]{{0,30}}?\b{any_of(words['all_ended'])}\b")
        self.ended_behind = re.compile(rf"(?: [\w./%]+){{0,3}}? ?{any_of(words['ended_behind'])}")
        self.kept = re.compile(any_of(words["kept"]))
        self.device = re.compile(rf"\b{any_of(words['device'])}\b")
        self.in_place = re.compile(rf"{any_of(words['in_place'])}")
        self.ditto = re.compile(rf"\W*{any_of(words['ditto'])}\b")
        self.replaced = re.compile(rf"\W*{any_of(words['replaced'])}\b")
        self.statement = re.compile(any_of(words["statement"]))
        self.today, self.of_visit = (re.compile(rf"\b{any_of(words[name])}\b") for name in ("today", "of_visit"))
        self.operation = re.compile(rf"\b{any_of(words['operation'])}\b")
        self.now = re.compile(rf"\W*{any_of(words['now'])}\b")

    def all_end(self, text: str, end: int, further: Iterable[tuple[int, int]]) -> bool:
        """Whether the end of a drug is told with that of the further ones enumerated behind it: "A ET B STOPPÉS en 2022"."""
        for start, stop in further:
            joint = self.joins.match(text, end, start)
            if joint is None or text[joint.end() : start].strip():
                return False
            end = stop
        return self.all_ended.match(text, end) is not None

    def found_then(self, text: str, dated: int) -> bool:
        """Whether a condition was found or known at the date that begins at `dated`."""
        return self.found.search(text, max(0, dated - _FOUND_REACH), dated) is not None

    def lasts_from(self, text: str, start: int, end: int, dated: tuple[int, int]) -> bool:
        """Whether a date says of a condition when it began or was found, and no more."""
        first, stop = dated
        if self.treated_now is not None:
            found = self.found_then(text, first) and self.treated_now.match(text, stop) is not None
            return found and self.is_chronic(text, start, end)
        return self.is_chronic(text, start, end) or (
            self.tumour.search(text, start, end) is not None and self.found_then(text, first)
        )

    def is_chronic(self, text: str, start: int, end: int) -> bool:
        """Whether a condition lasts, and none of its attacks is meant."""
        if self.chronic.search(text, start, end) is None:
            return False
        return self.acute.search(text, start, end) is None and self.acute.match(text, end + 1) is None


@lru_cache(maxsize=len(resources.LANGUAGES))
def history_words(lang: str) -> HistoryWords:
    """The words of a language, read once."""
    return HistoryWords(lang)
