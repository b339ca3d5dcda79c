"""Which drug an attribute belongs to, by reading the text as instructions.

The entities are walked once, in the order of the text. Between two drugs stands a run of attributes; its front part
belongs to the drug before (or to the drug of the instruction that is still going on), its back part to the drug
after ("25 mg of Demerol", "IV heparin"). What a run says may also be shared by drugs that are joined to its own
("Albuterol or Atrovent q.2h."). The work is linear in entities and text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from pipeline.medications.linking_before import AMOUNTS, CELL, REACH, SHARED_LABELS, Before, Instruction, Mention
from pipeline.medications.linking_cues import Cues, read_cues, stands
from pipeline.medications.linking_order import told_by_strokes, told_in_order
from pipeline.text.folding import fold

#: Every reason of a rule link, with its score: about the share of links of that reason that are right.
REASONS: dict[str, float] = {
    "same_instruction": 0.99,  # the attribute follows its drug in the same sentence or list item
    "amount_before_drug": 0.97,  # joined to the drug after it: "25 mg of Demerol", "IV heparin"
    "table_row": 0.95,  # an earlier cell of the drug's table row or list item
    "later_step": 0.97,  # a further amount of the same drug: a taper, an alternation, a change of dose
    "shared": 0.9,  # stands once for several joined drugs: "aspirin and Plavix daily"
    "in_order": 0.95,  # "A and B 25 mg and 0.125 mg, respectively"
    "each": 0.9,  # the same, said by a word: "2 puffs each", "both for 7 days"
    "drug_between": 0.85,  # another drug is only named in passing in between
    "next_sentence": 0.9,  # the instruction goes on in a later sentence
    "next_drug": 0.7,  # nothing before it in the text, a drug follows in the same sentence
}

# What is said once of a list of three and more; a frequency may be of the last one only ("A, B and Ambien p.r.n.").
_OF_A_ROW = frozenset({"DURATION", "ROUTE"})
# What is said once of a product of two ingredients: "calcium with vitamin D two tablets daily".
_COUNTED = frozenset({"DOSAGE", "FORM"})
_PRODUCT_LABELS = SHARED_LABELS | _COUNTED
# An enumeration with more drugs than this shares nothing backwards: the work stays linear.
_ROW = 8
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_NEW_SENTENCE = re.compile(r"[.!?]\s+(?=[A-ZÀ-Ý])|\n\s*\n")
# Behind a complete instruction, before an attribute: "trazodone 50 mg qhs, ZORVEX qhs".
_NEXT_NAME = re.compile(r"[ \t]*[,;][ \t]*([^\W\d_]{4,})[ \t]+\Z")
_AFTER_PASSING = re.compile(r"\s*[,;)\]]")


class Found(NamedTuple):
    """A link between two mentions, by their positions."""

    head: int
    tail: int
    reason: str


def sentence_starts(text: str) -> list[int]:
    """Where sentences begin by punctuation and blank lines alone, for a Doc without sentences."""
    return [0, *(match.end() for match in _NEW_SENTENCE.finditer(text))]


class RuleLinker:
    """Links the attributes of a text to its drugs. Made once for a language; keeps nothing of a text."""

    def __init__(self, lang: str) -> None:
        self.cues = read_cues(lang)

    def __call__(self, text: str, mentions: Sequence[Mention]) -> list[Found]:
        """The links of a text, in the order of their tails; `mentions` in the order of the text, not overlapping."""
        return _Reading(self.cues, text, mentions).links()


class _Reading(Before):
    """One text being read."""

    def __init__(self, cues: Cues, text: str, mentions: Sequence[Mention]) -> None:
        super().__init__(cues, text, mentions)
        self.found: dict[tuple[int, int], Found] = {}
        self.interrupted: Instruction | None = None  # whose instruction a drug named in passing interrupts
        self.group: list[int] = []  # drugs joined to the current one, with nothing said in between
        self.list: list[int] = []  # drugs of the current enumeration, whatever is said in between
        self.row: list[int] = []  # the same, with nothing said in between

    def links(self) -> list[Found]:
        order = told_in_order(self.text, self.mentions, self.cues)
        pairs = [*order.pairs, *told_by_strokes(self.text, self.mentions)]
        for head, tail in pairs:
            self.link(head, tail, "in_order")
        told = {tail for _, tail in pairs}.union(order.unsettled)
        run: list[int] = []
        for position, mention in enumerate(self.mentions):
            if not mention.head:
                if position not in told:
                    run.append(position)
                continue
            first = self.forward_from(run, position)
            self._take(run[:first])
            self._close()
            self._open(position, run[:first], run[first:])
            run = []
        self._take(run)
        self._close()
        return sorted(self.found.values(), key=itemgetter(1, 0))

    def link(self, head: int, tail: int, reason: str) -> None:
        if (head, tail) not in self.found:
            self.found[head, tail] = Found(head, tail, reason)

    # A drug

    def _open(self, head: int, behind: list[int], ahead: list[int]) -> None:
        """Begin the instruction of a drug; attributes before it were `behind` (of others) and `ahead` (its own)."""
        previous, mention, gap = self.current, self.mentions[head], self.gap(head)
        instruction = Instruction(head, head, ahead=ahead)
        adjacent = following = joined = False
        if previous is not None and self.mentions[previous.head].sentence == mention.sentence:
            adjacent = not behind and not ahead
            before = self.gap(ahead[0]) if ahead else gap
            joined = self.cues.joined.match(before) is not None
            stroked = before.strip() == "/" and bool(previous.labels) and previous.labels <= AMOUNTS
            following = joined or stroked or self.cues.listed.match(before) is not None
            instruction.joined = adjacent and joined
            instruction.product = adjacent and (
                self.cues.product.match(gap) is not None or (joined and self._is_solution(previous))
            )
            if self._goes_on_listing(previous, before, following=following):
                instruction.common = previous.common
                instruction.labels.update(self.mentions[tail].label for tail in instruction.common)
            if following:
                instruction.parallel = [] if adjacent else [*previous.parallel[-_ROW:], previous]
            if not adjacent and not ahead and self.cues.alternative.match(gap):
                instruction.alternative = previous.head
        self.group = [*self.group, head] if instruction.joined else [head]
        self.row = [*self.row, head] if adjacent and following else [head]
        self.list = [*self.list, head] if following else [head]
        bracketed = gap.strip(" ®™") == "(" and self.text[mention.end : mention.end + 1] == ")"
        passing = mention.aside or (adjacent and bracketed) or stands(self.cues.aside, gap)
        if not passing or previous is None:
            self.interrupted = None
        elif self.interrupted is None or previous.labels:
            self.interrupted = previous
        for tail in ahead:
            self.link(head, tail, self._reason_ahead(tail, head))
            instruction.labels.add(self.mentions[tail].label)
        if ahead and (listed := self._listed_of(ahead, head)):
            instruction.common = listed
        if instruction.joined and previous is not None:
            instruction.ahead = [t for t in previous.ahead if self.mentions[t].label in SHARED_LABELS]
        self.current = instruction

    def _goes_on_listing(self, previous: Instruction, gap: str, *, following: bool) -> bool:
        """Is what was said before the drugs of a list of this one, too: "midday: A 5; B 20", "nebs A 5 mg + B 0.5 mg"?"""
        if previous.common and self._gives_together(previous.common[0]):
            return following and "+" in gap
        return following or (bool(previous.common) and gap.strip(" ") == ";")

    def _listed_of(self, ahead: list[int], head: int) -> list[int]:
        """What is said before a drug of all that are listed with it."""
        if self.heading(ahead, self.gap(head)) == 0:
            return ahead
        if self._gives_together(ahead[-1]):
            return ahead[-1:]
        behind = self.gap(ahead[1] if len(ahead) > 1 else head)
        return ahead[:1] if self.names_kind(ahead[0], behind) or self.heading(ahead[:1], behind) == 0 else []

    def _is_solution(self, instruction: Instruction) -> bool:
        """Is a drug a solution: "1% Xylocaine and epinephrine, a total of 15 cc"?"""
        return any("%" in self.text[self.mentions[t].start : self.mentions[t].end] for t in instruction.ahead)

    def _reason_ahead(self, tail: int, head: int) -> str:
        if tail + 1 < head:
            return "amount_before_drug"
        gap = self.gap(head)
        if self.form_leads(tail, head) or any(
            cue.match(gap) for cue in (self.cues.word, self.cues.before, self.cues.quality)
        ):
            return "amount_before_drug"
        return "table_row" if CELL.match(gap) else "next_drug"

    def _close(self) -> None:
        """At the end of an instruction: what stood before two joined drugs is of both ("daily use of A and B")."""
        instruction = self.current
        if instruction is None:
            return
        for tail in instruction.common:
            self.link(instruction.head, tail, "shared")
        if not instruction.joined or instruction.labels:
            return
        for tail in instruction.ahead:
            self.link(instruction.head, tail, "shared")

    # Attributes after their drug

    def _take(self, run: list[int]) -> None:
        """Link a run to the drug whose instruction goes on."""
        if not run or self.current is None:
            return
        if self.interrupted is not None and self._goes_on(self.current, self.interrupted, run[0]):
            for tail in run:
                if self._reaches(self.interrupted, tail):
                    self.link(self.interrupted.head, tail, "drug_between")
                    self.interrupted.last = tail
            return
        owner = self.current
        result = False
        for tail in run:
            if not self._reaches(owner, tail):
                return
            result = self._is_result(tail, behind_result=result)
            if result:
                continue
            mention = self.mentions[tail]
            if "FREQUENCY" in owner.labels and self._names_other(tail):
                return
            if mention.sentence != self.mentions[owner.head].sentence:
                if not self._speaks_of(owner, tail):
                    return
                reason = "next_sentence"
            elif mention.label in AMOUNTS and mention.label in owner.labels:
                reason = "later_step"
            else:
                reason = "same_instruction"
            self.link(owner.head, tail, reason)
            self._share(owner, tail)
            owner.labels.add(mention.label)
            owner.last = tail

    def _names_other(self, tail: int) -> bool:
        """Does a word that nobody knows stand before an attribute, as a drug would whose name was not recognised?"""
        name = _NEXT_NAME.match(self.gap(tail))
        return name is not None and fold(name[1]) not in self.cues.known

    def _speaks_of(self, owner: Instruction, tail: int) -> bool:
        """Does a later sentence still speak of a drug where words lead to its first attribute?"""
        one = self.mentions[tail]
        if one.label in AMOUNTS or self.mentions[owner.last].sentence == one.sentence:
            return True
        gap = self.gap(tail)
        return not any(map(str.isalpha, gap)) or self.cues.goes_on.search(gap) is not None

    def _is_result(self, tail: int, *, behind_result: bool) -> bool:
        """Is an attribute the result of a measurement ("sats 92% on 2 L"), or a time that was ("yesterday at night")?"""
        label, gap = self.mentions[tail].label, self.gap(tail)
        if label == "FREQUENCY":
            if behind_result and not gap.strip():
                return True  # "net negative 1-2 L/day"
            told = self.cues.joined.match(gap) and self.cues.teller.match(self.text, self.mentions[tail].end)
            return bool(told) or self.cues.dated.search(gap) is not None
        if label not in AMOUNTS:
            return False
        if behind_result:
            return self.cues.chain.match(gap) is not None or gap.strip() == "on"
        return self.is_measured(tail)

    def _goes_on(self, passing: Instruction, main: Instruction, tail: int) -> bool:
        """Is an attribute of the instruction that a drug named in passing interrupted?"""
        mention = self.mentions[passing.head]
        if not self._reaches(main, tail):
            return False
        if mention.aside and self.mentions[tail].sentence != mention.sentence:
            return True
        return _AFTER_PASSING.match(self.text, mention.end) is not None

    def _reaches(self, owner: Instruction, tail: int) -> bool:
        """Can an instruction still go on at an attribute? Not over a blank line, nor far away."""
        end, start = self.mentions[owner.last].end, self.mentions[tail].start
        if start - end > REACH:
            return False
        between = self.text[end:start]
        return _BLANK_LINE.search(between) is None or (not owner.labels and between.isspace())

    def _share(self, owner: Instruction, tail: int) -> None:
        """Link what stands once for several drugs to the others too."""
        label, end = self.mentions[tail].label, self.mentions[tail].end
        if len(self.list) > 1 and (told := self._told_of(label, tail, end)):
            for head in self.list[-told:-1]:
                self.link(head, tail, "each")
        elif label in _OF_A_ROW and owner.joined and len(self.row) > 2 and not owner.labels - SHARED_LABELS:
            for head in self.row[:-1]:
                self.link(head, tail, "shared")
        elif len(self.row) > 2 and self._of_last(owner, tail):
            return
        elif len(self.group) > 1 and (
            (label in SHARED_LABELS and not owner.labels - SHARED_LABELS)
            or (owner.product and label in _PRODUCT_LABELS and not owner.labels - _PRODUCT_LABELS)
        ):
            for head in self.group[:-1]:
                self.link(head, tail, "shared")
        elif self._of_product(owner, label):
            self.link(owner.parallel[-1].head, tail, "shared")
        elif label in SHARED_LABELS and (self._set_off(owner, tail) or self._of_strokes(owner, label)):
            for other in owner.parallel:
                if label != "DURATION" or not self._given_once(other):
                    self.link(other.head, tail, "shared")
                    other.labels.add(label)
        elif label == "DURATION" and self._ends_both(owner, tail):
            self.link(owner.parallel[-1].head, tail, "shared")
        elif label == "DURATION" and owner.alternative is not None:
            self.link(owner.alternative, tail, "shared")

    def _told_of(self, label: str, tail: int, end: int) -> int:
        """Of how many of the list a word says an attribute: "2 puffs each", "both for 7 days", "all for a week"."""
        gap = self.gap(tail)
        before = self.mentions[tail - 1]
        of_amount = label in AMOUNTS or (
            before.label in AMOUNTS and self.cues.each_after.match(self.text, before.end) is not None
        )
        if of_amount and self._amounts_said(self.list[:-1]):
            return 0  # "A 1 mg daily, B 6 tabs weekly (2.5 mg each)": each tablet
        if self.cues.pair_before.search(gap):
            return 2
        if self.cues.each_after.match(self.text, end) or self.cues.each_before.search(gap):
            return len(self.list)
        return len(self.list) if label == "DURATION" and self.cues.all_before.search(gap) else 0

    def _amounts_said(self, heads: Sequence[int]) -> bool:
        """Has one of some drugs an amount of its own?"""
        return any(head in heads and self.mentions[tail].label in AMOUNTS for head, tail in self.found)

    def _of_last(self, owner: Instruction, tail: int) -> bool:
        """Is what stands behind a longer list of its last drug only: "A, B and Ambien p.r.n." (but "B or C p.r.n.")?"""
        return (
            self.cues.last_only.match(self.text, self.mentions[tail].start) is not None
            and self.cues.alternative.match(self.gap(owner.head)) is None
        )

    def _of_product(self, owner: Instruction, label: str) -> bool:
        """Is an attribute of both parts of a product: "calcium 500 mg/vitamin D 200 units one tab daily"?"""
        return (
            (label in _COUNTED or (label in _PRODUCT_LABELS and "FORM" in owner.labels))
            and len(owner.parallel) == 1
            and owner.parallel[0].labels <= AMOUNTS
            and bool(owner.labels & AMOUNTS)
            and not (label in AMOUNTS and label in owner.labels)
            and self.gap(min([owner.head, *owner.ahead])).strip() == "/"
        )

    def _of_strokes(self, owner: Instruction, label: str) -> bool:
        """Do strokes join drugs that have their amounts, before what is said once: "A 5 mg / B 2 mg / C 50 mg IM q6h"?

        How often two are taken may be said of the last one: "aspirin 81/Brilinta 90 BID".
        """
        row = [*owner.parallel, owner]
        # What is mixed in one syringe: "A 20 mg + B 5 mg + C 30 mg SC".
        signs = ("/", "+") if label == "ROUTE" and len(row) > 2 else ("/",)
        return (
            len(row) > (1 if label == "ROUTE" else 2)
            and all(one.labels - SHARED_LABELS == AMOUNTS & one.labels != set() for one in row)
            and all(self.gap(min([one.head, *one.ahead])).strip() in signs for one in row[1:])
        )

    def _set_off(self, owner: Instruction, tail: int) -> bool:
        """Is an attribute said of all in "A 10 mg plus B 25 mg, p.o." or "A cream and B cream that she uses daily"?"""
        label = self.mentions[tail].label
        return (
            bool(owner.parallel)
            and label not in owner.labels
            and all(other.labels == owner.labels for other in owner.parallel)
            and self.cues.joined.match(self.gap(min([owner.head, *owner.ahead]))) is not None
            and (self.cues.set_off.match(self.gap(tail)) is not None or self._distributes(owner, tail))
        )

    def _given_once(self, instruction: Instruction) -> bool:
        """Is a drug given once, so that no length is of it: "A 1 g DOSE UNIQUE + B x 2/j 7 jours"?"""
        last = self.mentions[instruction.last]
        return last.label == "FREQUENCY" and self.cues.single.fullmatch(self.text, last.start, last.end) is not None

    def _ends_both(self, owner: Instruction, tail: int) -> bool:
        """Is a length behind two joined instructions of both: "A 500 qid and B 100 bd 7/7"? Not where it is run in."""
        start = self.mentions[tail].start
        if len(owner.parallel) != 1 or self.cues.run_in.match(self.text, start):
            return False
        if self.cues.numbered.match(self.text, start):
            return False  # "A weekly with B daily days 1-21"
        if self._given_once(owner.parallel[0]):
            return False
        one, other = owner.parallel[0].labels, owner.labels
        return (
            "DURATION" not in one | other
            and bool(one and other)  # "cefepime 2 g tds + vanco 5 days": of the second alone
            and ("FREQUENCY" not in one or "FREQUENCY" in other)
            # "A 1 g IM + B 100 mg BD 7 days": the first is given once.
            and not ("ROUTE" in one and "FREQUENCY" in other - one)
            and self.cues.joined.match(self.gap(min([owner.head, *owner.ahead]))) is not None
        )

    def _gives_together(self, route: int) -> bool:
        """Are two drugs given at once by a route: "A 2.5 mg + B 0.5 mg nebs", "aerosols A 5 mg + B 0.5 mg"?"""
        mention = self.mentions[route]
        together = self.cues.together.fullmatch(self.text, mention.start, mention.end)
        return mention.label == "ROUTE" and together is not None

    def _distributes(self, owner: Instruction, tail: int) -> bool:
        """Is a frequency of both in "A 81 mg and B 75 mg daily"? "Twice daily" may be of the last one only."""
        mention = self.mentions[tail]
        if len(owner.parallel) > 1 or self.gap(tail).strip():
            return False
        mixed = "+" in self.gap(min([owner.head, *owner.ahead]))
        if mention.label == "ROUTE":
            return mixed and self._gives_together(tail)
        return mixed or self.cues.once_a_day.fullmatch(self.text, mention.start, mention.end) is not None
