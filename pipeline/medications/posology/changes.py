"""What is done with a drug ("increased", "stop", "x1"), from the cues around it, with the cue.

Of several states behind a drug the last one that has come to be counts: "held on admission and restarted". What is only
planned, negated or conditional is none ("to be restarted", "was not started", "held if SBP < 100").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline import resources
from pipeline.medications.posology.change_context import ChangeContext
from pipeline.medications.posology.switches import Switches
from pipeline.text.change_lists import ChangeLists
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives, phrases_expression

Data = dict[str, Any]
Cue = tuple[str, int, int]  # the change, and where its cue begins and ends
Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What is done with a drug.

    Attributes:
        kind: a change of the event's schema; "none" without a cue.
        cues: the cue, in the shape of the event.
        alters: does it stand before the drug, so that a condition or a time behind it is of the change and not of the
            taking: "stop aspirin when ...", "hold Coumadin for three days"?
        resumed: does it take back a stop that is said of the same drug: "was stopped and later restarted"?
        status: "not-taken", "intended" or "completed" where it is said that the drug was not begun, is only meant to be, or that a
            course of it was finished.
    """

    kind: str = "none"
    cues: tuple[Data, ...] = ()
    alters: bool = False
    resumed: bool = False
    status: str | None = None


NO_CHANGE = Change()

#: A cue stands at most this far before its drug, or behind it, in the same clause.
BEFORE, BEHIND = 60, 80
# Of so many drugs at most one word tells; a longer row is looked through once for each of its drugs.
_MOST_OF_ALL = 12

# What begins another statement stands in so many characters before its drug.
_TO_BEGIN = 12
# The last stop of "b.i.d." ends no clause.
_CLAUSE = re.compile(r"[;\n]|(?<!\.[a-z])[.!?](?=\s|$)")
_ON, _OFF = frozenset({"start", "increase", "decrease", "continue"}), frozenset({"stop", "hold"})
# "Plavix 75 mg discontinued, enalapril 10 mg": nothing comes behind the cue.
_ENDS = re.compile(r"\s*[,;)]")
# Not that of a figure: "2,5 mg".
_COMMA = re.compile(r",(?!\d)")
_SIGN = re.compile(r"[;:]|,(?!\d)")
_COLON = re.compile(r"\s*:")
_OPENS = re.compile(r"[(\[][^()\[\]]*\Z")
_CLOSES = re.compile(r"(?:[^()\[\]]|\([^()]*\)|\[[^\[\]]*\])*[)\]](?!\s*:)")
# Items of a line: "1) lisinopril held 2) metoprolol continued".
_NUMBERED = re.compile(r"(?<!\S)\(?(?P<number>\d{1,2})[.)]\s*\Z")
_FIRST_ITEM = re.compile(r"(?<!\S)\(?1[.)]\s")
_ITEM = re.compile(r"(?<=[\s,;])\d{1,2}[.)]\s")
#: What nobody does with a drug that is not taken.
ONCE = "unique_dose"
BEGINNING = _ON | {ONCE, "other"}
_ALTERING = frozenset({"stop", "hold", "increase", "decrease"})
_DOSED = frozenset({"increase", "decrease"})
# "Continue" says the least: what stands behind the drug ("increased to 20 mg") is the change.
_WEAK = frozenset({"continue", "other"})
_LITTLE = _WEAK | {"none", "unique_dose"}
# What else counts less than the heading of a list, by its change: a drug to stop may be told as tapered, one to start as started.
_OUTWEIGHED = {
    "stop": _ON | _OFF | _WEAK,
    "start": frozenset({"start", "increase", "decrease"}),
    "hold": frozenset({"hold"}),
}
# Said of the patient, and no change of a drug: "d/c home with Keflex".
_NO_WORD = "none"
# What a cue of `posology/statuses.tsv` stands for.
NOT_TAKEN, INTENDED, COMPLETED = "not-taken", "intended", "completed"
_STATUSES = frozenset({NOT_TAKEN, INTENDED, COMPLETED})
# What a drug is that is taken after all.
_TAKEN_BACK = _OFF | _STATUSES


class Changes:
    """The cues of a language, from `posology/changes.tsv` and `posology/statuses.tsv`, and the words around them."""

    def __init__(self, lang: str) -> None:
        rows = resources.read_table(lang, "posology/changes.tsv")
        statuses = resources.read_table(lang, "posology/statuses.tsv")
        self._before = _cues(rows, "before") | _cues(statuses, "before", "status")
        self._told = _cues(statuses, "told", "status")
        self._after = _cues(rows, "after") | _cues(statuses, "after", "status") | self._told
        self._item = _cues(rows, "item")
        self._begun = _cues(statuses, "begun", "status")
        self._begun_pattern = re.compile(phrases_expression(self._begun))
        self._before_pattern = re.compile(phrases_expression(self._before))
        self._after_pattern = re.compile(phrases_expression(self._after))
        # Most drugs have no cue beside them: to see that, the engine goes by first letters.
        self._any_before, self._any_after = (re.compile(alternatives(cues)) for cues in (self._before, self._after))
        self._context = ChangeContext(lang)
        self._item_pattern = re.compile(
            rf"[-–—:(\[|]\s*(?P<cue>{phrases_expression(self._item)})(?={self._context.item_goes_on})"
        )
        self._switches = Switches(lang, self._context)

    def of(
        self,
        folded: str,
        drugs: Sequence[Bounds],
        place: int,
        lists: ChangeLists,
        timed: Container[Bounds] = (),
    ) -> Change:
        """The change of the drug at a place among those of the text, in their order, and its cue.

        `lists`: those of the text whose headings say what is done with each of their drugs. `timed`: the drugs of which is
        said how they are taken.
        """
        listed = lists.over(drugs[place][0])
        own = self._own(folded, drugs, place, timed, listed.end if listed is not None else 0)
        if listed is None or not _outweighs(listed.change, own.kind):
            return own
        cue: Data = {"kind": "lexical", "start": listed.start, "end": listed.end, "rule": "change"}
        return Change(listed.change, (cue,), listed.inline and listed.change in _ALTERING)

    def of_another(
        self, change: Change, folded: str, end: int, start: int, drugs: Sequence[Bounds], *, regular: bool
    ) -> bool:
        """Is what is denied up to a place before a drug something else, for the drug is taken?

        `change`: what is done with it; behind it that counts: "refused A, B continued". `regular`: has it a time of its own?
        That counts where no other drug is denied: "denies pain, B 25 mg bid".
        """
        begins = self._context.begins.search(folded, max(end, start - _TO_BEGIN), start)
        if begins is None:
            return False
        following = bisect_left(drugs, (end,))
        alone = following == len(drugs) or drugs[following][0] >= start
        goes_on = change.kind in _ON and change.cues[0]["start"] > start
        return (goes_on and (alone or begins[0][0] == ",")) or (regular and alone and begins[0][0] == ",")

    def _own(self, folded: str, drugs: Sequence[Bounds], place: int, timed: Container[Bounds], first: int) -> Change:
        """The change that is told of a drug itself, from `first` on."""
        drug = drugs[place]
        following = drugs[place + 1][0] if place + 1 < len(drugs) else len(folded)
        before = self._last_before(folded, drugs, place, timed, first)
        after, resumed = self._last_behind(folded, drug[1], following)
        after = after or self._of_item(folded, drug[1], following)
        if before is None and after is None:
            after = self._of_all(folded, drugs, place)
        switched = self._switches.of(folded, drugs, place)
        if switched is not None and switched.leads:
            before = switched.cue if switched.cue[0] != _NO_WORD else None
        elif switched is not None:
            after = switched.cue
        elif before is not None and before[0] == "start":
            before = self._of_beginning(folded, drug[1], following) or before
        ahead = before is not None and not (after is not None and _outdoes(after[0], before[0]))
        said = before if ahead else after or self._from_to(folded, drug[1], following)
        if said is None:
            return NO_CHANGE
        change, start, end = said
        cue: Data = {"kind": "lexical", "start": start, "end": end, "rule": "change"}
        if change == COMPLETED and self._context.unfinished.search(_clause(folded, max(end, drug[1]), following)):
            return NO_CHANGE
        if change in _STATUSES:
            return Change(cues=(cue,), status=change)
        alters = change in _ALTERING or _plain(folded[start:end]) in self._context.resumption
        over = before is not None and before[0] in _TAKEN_BACK and change in _ON
        return Change(change, (cue,), ahead and alters, not ahead and (resumed or over))

    def _of_item(self, folded: str, end: int, following: int) -> Cue | None:
        """What a word behind a sign says of a drug, with nothing more: "HCTZ 25 mg - STOP; losartan (NEW)"."""
        high = min(end + BEHIND, following)
        clause = _CLAUSE.search(folded, end, high)
        limit = clause.start() + 1 if clause is not None else high
        found = self._item_pattern.search(folded, end, limit)
        if found is None or _COMMA.search(folded, end, found.start()) is not None:
            return None
        return self._item[_plain(found["cue"])], *found.span("cue")

    def _from_to(self, folded: str, end: int, following: int) -> Cue | None:
        """ "10 -> 20 mg", "20 mg, was 10 mg": more or less, where both are of one unit or only one says it."""
        stop = min(end + BEHIND, following)
        arrow = self._context.arrow.match(folded, end, stop)
        found = arrow or self._context.was.match(folded, end, stop)
        if found is None or (found["one"] and found["other"] and found["one"] != found["other"]):
            return None
        low, high = (Decimal(found[name].replace(",", ".")) for name in ("from", "to"))
        if arrow is None:
            low, high = high, low
        if low == high:
            return None
        return "increase" if high > low else "decrease", *found.span("cue")

    def _of_beginning(self, folded: str, end: int, following: int) -> Cue | None:
        """What is said behind a drug of its beginning: "starting X was DISCUSSED"."""
        high = min(end + BEHIND, following)
        clause = _CLAUSE.search(folded, end, high)
        found = None
        for match in self._begun_pattern.finditer(folded, end, clause.start() if clause else high):
            between = folded[end : match.start()]
            if _COMMA.search(between) is None and self._context.negated.search(between) is None:
                found = self._begun[_plain(match[0])], match.start(), match.end()
        return found

    def _of_all(self, folded: str, drugs: Sequence[Bounds], place: int) -> Cue | None:
        """What is said behind the last of several drugs of all of them: "A, B et C ARRÊTÉS"."""
        last, most = place, min(place + _MOST_OF_ALL, len(drugs)) - 1
        while last < most and self._context.joint.fullmatch(folded, drugs[last][1], drugs[last + 1][0]):
            last += 1
        if last == place:
            return None
        following = drugs[last + 1][0] if last + 1 < len(drugs) else len(folded)
        end = drugs[last][1]
        cue, _ = self._last_behind(folded, end, following)
        if cue is not None and last > place + 1 and self._context.of_two.search(folded, end, cue[2]) is not None:
            return None
        return cue if cue is not None and self._context.plural.search(folded, end, cue[2]) is not None else None

    def _last_before(
        self, folded: str, drugs: Sequence[Bounds], place: int, timed: Container[Bounds], first: int
    ) -> Cue | None:
        start, previous = drugs[place][0], drugs[place - 1][1] if place else -1
        low = max(first, start - BEFORE)
        if self._any_before.search(folded, low, start) is None:
            return None
        breaks = [match.end() for match in _CLAUSE.finditer(folded, low, start)]
        low = breaks[-1] if breaks else low
        found = None
        for match in self._before_pattern.finditer(folded, low, _of_items(folded, low, start)):
            phrase = _plain(match[0])
            owner = _drug_before(drugs, match.start())
            of_owner = low <= owner and phrase in self._after and phrase not in self._context.succeeded
            if of_owner and self._is_behind(folded, owner, match, start):
                continue
            if of_owner and self._ends_item(folded, owner, match, drugs):
                continue
            if self._is_of_item(folded, owner, low, match, start) or self._is_to_come(folded, low, match):
                continue
            if phrase in self._context.supplied and not self._follows(folded, owner, match.start()):
                continue
            of_both = phrase in self._context.succeeded and previous <= match.start()
            if not of_both and _in_brackets_of_another(folded, drugs, match, start):
                continue
            if self._context.negated.search(folded[low : match.start()]):
                continue
            if self._before[phrase] in _STATUSES:
                if not self._leads(folded, drugs, place, match.end()):
                    continue
            elif match.end() < previous:
                if self._is_apart(folded, drugs, place, match, timed):
                    continue
            elif self._describes(folded, match, start) or self._is_of_state(folded, low, match):
                continue
            change = self._before[phrase]
            found = (change, match.start(), match.end()) if change != _NO_WORD else None
        return found

    def _last_behind(self, folded: str, end: int, following: int) -> tuple[Cue | None, bool]:
        """The cue, and whether it takes back a stop before it."""
        high = _item_end(folded, end, min(end + BEHIND, following))
        if self._any_after.search(folded, end, high) is None:
            return None, False
        clause = _CLAUSE.search(folded, end, high)
        while clause is not None and clause[0] == "." and self._context.same_drug.match(folded, clause.end()):
            clause = _CLAUSE.search(folded, clause.end(), high)
        found: Cue | None = None
        resumed = False
        for match in self._after_pattern.finditer(folded, end, clause.start() if clause else high):
            change = self._after[_plain(match[0])]
            if change in _STATUSES and not self._says_status(folded, end, match, found):
                continue
            if found is not None and not _outdoes(change, found[0]) and (change in _WEAK or change == "unique_dose"):
                continue
            if found is not None and found[0] == "stop" and change == "hold":
                continue
            if self._says_so(folded, end, match, following, found[0] if found else None):
                resumed = found is not None and found[0] in _TAKEN_BACK and change in _ON
                found = change, match.start(), match.end()
        return found, resumed

    def _says_so(self, folded: str, end: int, match: re.Match[str], following: int, earlier: str | None) -> bool:
        """Is a cue behind a drug said of it, and has it come to be? `earlier`: the change of the cue before."""
        change, between = self._after[_plain(match[0])], folded[end : match.start()]
        if change == "unique_dose":
            of_once = match[0][-1].isalpha() and self._context.period_once.match(folded, match.end()) is not None
            return not of_once and self._context.period.match(folded, match.end()) is None
        context = self._context
        if _plain(match[0]) in context.imperative and (earlier not in _OFF or context.later.match(folded, match.end())):
            return False
        ends_course = context.planned.search(between) is not None and context.done.search(between) is None
        if change == "stop" and earlier in (None, change, "unique_dose") and ends_course:
            return False
        planned = context.not_yet.search(between) is not None and context.dated.search(between) is None
        if context.negated.search(between) or ((earlier is not None or change == COMPLETED) and planned):
            return False
        if change == "stop" and self._is_deferred(folded, between, match):
            return False
        if (change in _OFF or change in _STATUSES) and context.condition.match(folded, match.end()):
            return False
        if earlier is None and context.auxiliaries.match(between):
            return True
        if _plain(match[0]) in context.succeeded:
            return _plain(match[0]) not in context.supplied or self._follows(folded, end, match.start())
        if context.adjective.match(folded, match.start()):
            return False
        gap = folded[match.end() : following]
        return context.leads.match(gap) is None or following == len(folded)

    def _is_deferred(self, folded: str, between: str, match: re.Match[str]) -> bool:
        """Is a stop behind a drug one that is to come: "to be stopped after 2 weeks"?"""
        context = self._context
        if context.deferred.match(folded, match.end()) is None:
            return False
        return _plain(match[0]) in context.to_come or context.to_be.search(between) is not None

    def _leads(self, folded: str, drugs: Sequence[Bounds], place: int, end: int) -> bool:
        """Do words that end at a place lead a drug, by itself or as one of an enumeration?"""
        first = bisect_left(drugs, (end,))
        if self._context.status_gap.fullmatch(folded, end, drugs[first][0]) is None:
            return False
        return all(
            self._context.joint.fullmatch(folded, drugs[k - 1][1], drugs[k][0]) for k in range(first + 1, place + 1)
        )

    def _says_status(self, folded: str, end: int, match: re.Match[str], found: Cue | None) -> bool:
        """Is it said of a drug before that it is not taken, and of all of its use, not of one dose?"""
        if found is not None and found[0] in _OFF:
            return False
        context, phrase = self._context, _plain(match[0])
        of_another = context.status_lead.search(folded[end : match.start()]) is None
        if of_another:
            return False
        if self._after[phrase] != COMPLETED and context.one_dose.match(folded, match.end()):
            return False
        return phrase in self._told or context.status_end.match(folded, match.end()) is not None

    def _describes(self, folded: str, match: re.Match[str], start: int) -> bool:
        """Does a cue before a drug describe something else: "because of the reduced function, metoprolol ..."?"""
        return (
            bool(folded[match.end() : start].strip())
            and self._context.adjective.match(folded, match.start()) is not None
        )

    def _is_of_state(self, folded: str, low: int, match: re.Match[str]) -> bool:
        """Is more or less said of what a drug works on: "his heart rate was reduced with metoprolol"?"""
        if self._before[_plain(match[0])] not in _DOSED or self._context.by_means.match(folded, match.end()) is None:
            return False
        before = folded[low : match.start()]
        return bool(before.strip()) and self._context.person.search(before) is None

    def _is_apart(
        self, folded: str, drugs: Sequence[Bounds], place: int, match: re.Match[str], timed: Container[Bounds]
    ) -> bool:
        """Is a drug behind others that a stop leads told of by itself: "stop A - B 5 mg", "stop A, B 40 mg bid"?

        What a colon leads is a list: "Stop: A, B 40 mg bid".
        """
        if self._context.person.search(folded, drugs[place - 1][1], drugs[place][0]) is not None:
            return True  # "increase A and I have given her B"
        if self._before[_plain(match[0])] not in _OFF or _COLON.match(folded, match.end()):
            return False
        first = bisect_left(drugs, (match.end(),))
        if self._context.apart.search(folded, drugs[first][1], drugs[place][0]):
            return True
        if drugs[first] in timed:
            return False
        further = range(first + 1, place + 1)
        listed = (k for k in further if folded[drugs[k - 1][1] : drugs[k][0]].rstrip().endswith(","))
        return any(drugs[k] in timed for k in listed)

    def _is_behind(self, folded: str, previous: int, match: re.Match[str], start: int) -> bool:
        """Is a participle said of the drug before it: "Lasix was increased and metoprolol ...", "Lasix increased"?"""
        context, between = self._context, folded[previous : match.start()]
        if not between.strip() or between[-1] in "-–" or _ENDS.match(folded, match.end()):
            return True
        if self._before[_plain(match[0])] in _DOSED and context.to_amount.match(folded, match.end(), start):
            return True  # "Glucovance b.i.d. decreased to one a day, Monopril 20 mg"
        passive = context.passive.search(between) is not None and context.person.search(between) is None
        return passive and context.preposition.match(folded, match.end()) is None

    def _is_of_item(self, folded: str, owner: int, low: int, match: re.Match[str], start: int) -> bool:
        """Is a cue before a drug all that the item of the drug before it says: "A 5 mg - HOLD, B 25 mg"?"""
        if owner < low or _plain(match[0]) not in self._item or _ENDS.match(folded, match.end(), start) is None:
            return False
        return folded[owner : match.start()].rstrip()[-1:] in tuple("-–—:([|")

    def _is_to_come(self, folded: str, low: int, match: re.Match[str]) -> bool:
        """Is a stop before a drug one that has not come to be: "continue until stopped by cardiology: clopidogrel"?"""
        return (
            self._before[_plain(match[0])] in _OFF
            and self._context.until.search(folded, low, match.start()) is not None
        )

    def _follows(self, folded: str, owner: int, start: int) -> bool:
        """Does a participle at a place go on with the drug before it, nothing but words of its verb behind a comma?"""
        return owner >= 0 and self._context.status_lead.search(folded[owner:start]) is not None

    def _ends_item(self, folded: str, owner: int, match: re.Match[str], drugs: Sequence[Bounds]) -> bool:
        """Does a participle end the item of the drug before it: "atenolol 50 mg od stopped last month, ramipril 5 mg"?"""
        between = folded[owner : match.start()]
        if _SIGN.search(between) is not None or self._context.person.search(between) is not None:
            return False
        following = drugs[bisect_left(drugs, (match.end(),))][0]
        return _COLON.match(folded, match.end()) is None and _COMMA.search(folded, match.end(), following) is not None


def _cues(rows: Iterable[dict[str, str]], side: str, column: str = "change") -> dict[str, str]:
    """The cues of one side of a drug, folded, and what they stand for."""
    of_side = (row for row in rows if row["side"] in (side, "both"))
    return {
        fold(" ".join(phrase.split())): row[column] for row in of_side for phrase in resources.expanded(row["phrase"])
    }


def _clause(folded: str, start: int, following: int) -> str:
    """What stands behind a place in its clause, before the next drug."""
    high = min(start + BEHIND, following)
    end = _CLAUSE.search(folded, start, high)
    return folded[start : end.start() if end is not None else high]


def _drug_before(drugs: Sequence[Bounds], place: int) -> int:
    """Where the last drug before a place ends, else -1."""
    owner = bisect_right(drugs, place, key=lambda drug: drug[1]) - 1
    return drugs[owner][1] if owner >= 0 else -1


def _in_brackets_of_another(folded: str, drugs: Sequence[Bounds], match: re.Match[str], start: int) -> bool:
    """Does a cue stand in brackets behind a drug that close before this one: "lisinopril (held for AKI), metoprolol"?

    Those of a heading speak of what follows: "Home meds (held on admission): lisinopril".
    """
    low = max(0, match.start() - BEHIND)
    opening = _OPENS.search(folded[low : match.start()])
    if opening is None or _CLOSES.match(folded, match.end(), start) is None:
        return False
    opens = low + opening.start()
    owner = _drug_before(drugs, opens)
    return owner >= 0 and _CLAUSE.search(folded, owner, opens) is None


def _of_items(folded: str, low: int, start: int) -> int:
    """Up to where words before a drug may speak of it: of a numbered item of a line only what leads all of them."""
    number = _NUMBERED.search(folded, low, start)
    if number is None or number["number"] == "1":
        return start
    first = _FIRST_ITEM.search(folded, low, start)
    return first.start() if first is not None else low


def _item_end(folded: str, end: int, high: int) -> int:
    """Where the item of a drug ends: at the number of the next one of its line."""
    for match in _ITEM.finditer(folded, end, high):
        if folded.rfind("(", end, match.start()) <= folded.rfind(")", end, match.start()):
            return match.start()
    return high


def _outweighs(listed: str, own: str) -> bool:
    """Does what the heading of a list says of all its drugs count, whatever is told of one?"""
    return own in _LITTLE or own in _OUTWEIGHED.get(listed, ())


def _outdoes(change: str, earlier: str) -> bool:
    """Does a state behind another one take its place: the one is on, the other off, or the earlier says less?"""
    if earlier in _WEAK:
        return True
    if change in _STATUSES or earlier in _STATUSES:
        return change in _ON or earlier in _ON or earlier == INTENDED
    return (change in _ON and earlier in _OFF) or (change in _OFF and earlier in _ON)


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words)
