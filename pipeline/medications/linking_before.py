"""What stands between two drugs: from where on it belongs to the drug behind it ("25 mg of Demerol", "IV heparin")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.medications.grammar import CLAUSE_BEGINS, CLAUSE_REACH
from pipeline.medications.linking_cues import Cues

#: Characters after which an instruction is over, however it was written; longer stretches speak of something else.
REACH = 400

#: Labels that one mention can say for several drugs; an amount is of one drug unless "each" says otherwise.
SHARED_LABELS = frozenset({"FREQUENCY", "DURATION", "ROUTE"})

# What may stand in a heading of drugs: "PRN SC:".
_HEADING = frozenset({"FREQUENCY", "ROUTE"})
_ON_LINE = re.compile(r"[ \t]{1,3}")
AMOUNTS = frozenset({"STRENGTH", "DOSAGE"})
CELL = re.compile(r"[ \t]*(?:[|\t;:–—-]|[ ]{2,})[ \t|]*\Z")
# Between two columns.
_COLUMN = re.compile(r"[ ]{2,}|[ ]*\t[ \t]*")
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}\Z")
_PUNCTUATION = re.compile(r"[,;.:()\n!?|]")
# Between a form and its drug: "Tab. Metformin", "Tab Metformin".
_FORM_GAP = re.compile(r"\.?[ \t]{1,3}\Z")
# Between a form that begins a sentence and its drug: "Eye drops: latanoprost", "Eye drops latanoprost".
_HEADED = re.compile(r"[ \t]{0,3}:?[ \t]{1,3}\Z")
_BEGINS = re.compile(r"(?:[.!?][ \t]+|\n)[\s•*–-]*\Z")


@dataclass(slots=True)
class Mention:
    """An entity as the linker sees it: character offsets, its sentence's number, and whether drugs have attributes."""

    start: int
    end: int
    label: str
    head: bool
    sentence: int
    aside: bool = False  # a drug that is denied or an allergy: instructions of later sentences are not its own


@dataclass(slots=True)
class Instruction:
    """What is known of the drug whose instruction is being read."""

    head: int
    last: int  # position of the last mention that was read as part of it
    labels: set[str] = field(default_factory=set)
    ahead: list[int] = field(default_factory=list)  # its attributes before the drug
    joined: bool = False  # "A and B": nothing stands between the drug before and this one
    product: bool = False  # joined by "with": two ingredients of one product
    common: list[int] = field(default_factory=list)  # said of all that are listed: "IV sedation: A 2 mg, B 50 mg"
    parallel: list[Instruction] = field(default_factory=list)  # those before it in "A 10 mg and B 25 mg, p.o."
    alternative: int | None = None  # the drug before, where "or" joins the two instructions


class Before:
    """One text being read, as far as attributes before their drugs are concerned."""

    def __init__(self, cues: Cues, text: str, mentions: Sequence[Mention]) -> None:
        folded = text.lower().replace("’", "'")
        # Lower case may change the length of a text (a dotted capital I): then it is read as it stands.
        self.text = folded if len(folded) == len(text) else text
        self.written = text
        self.cues = cues
        self.mentions = mentions
        self.gaps: dict[int, str] = {}
        self.current: Instruction | None = None

    def gap(self, right: int) -> str:
        """The text between a mention and the one before it (the end of it, at most REACH characters)."""
        gap = self.gaps.get(right)
        if gap is None:
            end = self.mentions[right].start
            start = max(self.mentions[right - 1].end if right else 0, end - REACH)
            gap = self.gaps[right] = self.text[start:end]
        return gap

    def forward_from(self, run: list[int], head: int) -> int:
        """The index in `run` from which attributes belong to the drug after them."""
        if not run:
            return 0
        if self.form_leads(run[-1], head):
            counted = len(run) > 1 and self.mentions[run[-2]].label == "DOSAGE" and self.gap(run[-1]).isspace()
            return len(run) - 2 if counted and not self._tied(run[-2]) else len(run) - 1
        gap = self.gap(head)
        if self._heads_sentence(run[-1], head):
            return len(run) - 1
        if (heading := self.heading(run, gap)) is not None:
            return heading
        if self._begins_row(run[-1], gap):
            return len(run) - 1
        of = self.cues.before.match(gap) is not None and self.cues.not_of.search(gap) is None
        if not of and self.mentions[run[-1]].label in AMOUNTS and self.is_measured(run[-1]):
            return len(run)  # "TPN at 120 ml/kg/d ampicillin"
        cell = not of and self._is_cell(run, gap)
        first = len(run) - 1
        while first > 0 and self._chained(run[first - 1], cell):
            first -= 1
        while first > 0 and self._coordinated(run[first - 1]):
            first -= 1
        if (described := self._described(run, first, gap)) is not None:
            return described
        if self._of_kind(run, first, head):
            return first if self.names_kind(run[-1], gap) else first - 1
        if of:
            if self._tied(run[first]):
                # The chain leads back to the drug before: only from the last amount on it is of the next drug.
                amounts = [k for k in range(first, len(run)) if self.mentions[run[k]].label in AMOUNTS]
                return amounts[-1] if amounts else len(run) - 1
            return first
        if cell or self._is_beside(run, first, gap):
            return first
        if self.current is None:
            return self._same_sentence(run, head)
        return len(run)

    def is_measured(self, amount: int) -> bool:
        """Does the name of something that is measured or given without a name lead to an amount: "sats 92%", "TPN 80 ml/kg/d"?"""
        gap = self.gap(amount)
        finding = self.cues.finding.search(gap)
        if finding is None or self.cues.by_finding.search(gap, 0, finding.start()) is not None:
            return False  # "as per INR, 3 mg": the dose
        return self.cues.day.search(gap, 0, finding.start()) is None

    def form_leads(self, form: int, head: int) -> bool:
        """Does a form stand in front of its drug, in a list that is written so: "Tab. A 5 mg OD", "Tab A OD Tab B OD"?"""
        if self.mentions[form].label != "FORM" or _FORM_GAP.match(self.gap(head)) is None:
            return False
        end = self.mentions[form].end
        if "." in self.gap(head) or self.text[end - 1] == ".":
            return self.cues.forms.lead(self.written, end - (self.text[end - 1] == "."))
        if self.current is None:
            return False
        return "\n" in self.gap(form) or any(self.mentions[tail].label == "FORM" for tail in self.current.ahead)

    def heading(self, run: Sequence[int], gap: str) -> int | None:
        """From where a run tells first when, or how: "Au coucher, A 1 mg", "PRN SC: A 2.5 mg, B 5 mg", "change to SC: A
        30 mg + B 6 mg"; None if it does not."""
        if not run or gap.strip() not in (",", ":"):
            return None
        first = len(run) - 1
        while first and self.mentions[run[first]].label in _HEADING and _ON_LINE.fullmatch(self.gap(run[first])):
            if self.mentions[run[first] - 1].label not in _HEADING:
                break
            first -= 1
        told = [self.mentions[tail].label for tail in run[first:]]
        if told == ["ROUTE"] and gap.strip() == ":" and self.cues.onward.search(self.gap(run[first])):
            return first
        if "FREQUENCY" not in told or not _HEADING.issuperset(told):
            return None
        one = self.mentions[run[first]]
        # The stop of "p.o. daily, A" is no end of a clause.
        low = max(one.start - CLAUSE_REACH, self.mentions[run[first] - 1].end if run[first] else 0)
        begin = CLAUSE_BEGINS.search(self.text, low, one.start)
        # A line may be broken before "daily, A".
        return first if begin is not None and (gap.strip() == ":" or not begin[0].startswith("\n")) else None

    def _heads_sentence(self, form: int, head: int) -> bool:
        """Does a form begin a sentence, with a drug right behind it: "25 mcg q72h. Eye drops: latanoprost"?"""
        mention = self.mentions[form]
        return (
            mention.label == "FORM"
            and self.written[mention.start].isupper()
            and _HEADED.match(self.gap(head)) is not None
            and _BEGINS.search(self.gap(form)) is not None
        )

    def _described(self, run: list[int], first: int, gap: str) -> int | None:
        """From where a run describes the drug directly behind it: "Betadine, 1% Xylocaine", "IV A to oral B"."""
        last, before = self.mentions[run[-1]], self.gap(run[first]).strip()
        if self.current is None or not self.cues.quality.match(gap):
            return None
        if last.label == "STRENGTH" and self.text[last.end - 1] == "%" and before:
            return first
        after_drug = self.mentions[run[-1] - 1].head
        if last.label == "ROUTE" and after_drug and self.cues.onward.match(self.gap(run[-1])):
            return len(run) - 1
        return None

    def _of_kind(self, run: list[int], first: int, head: int) -> bool:
        """Is a route said of all that are listed: "IV sedation: 50 mg of A, 2 mg of B", "oral medications such as A"?"""
        if self.names_kind(run[-1], self.gap(head)):
            return not self._tied(run[first])
        return first > 0 and self.names_kind(run[first - 1], self.gap(run[first])) and not self._tied(run[first - 1])

    def names_kind(self, route: int, behind: str) -> bool:
        """Does a route stand with what is then listed: "IV sedation with", "antibiothérapie IV par"?"""
        if self.mentions[route].label != "ROUTE":
            return False
        if self.cues.kind.match(behind):
            return True
        return self.cues.listing.match(behind) is not None and self.cues.kind_before.search(self.gap(route)) is not None

    def _coordinated(self, left: int) -> bool:
        """Do two routes or frequencies stand together before a drug: "oral or topical antibiotics"?"""
        one, two = self.mentions[left], self.mentions[left + 1]
        return (
            one.label == two.label
            and one.label in SHARED_LABELS
            and self.cues.joined.match(self.gap(left + 1)) is not None
            and not self._tied(left)
        )

    def _is_beside(self, run: list[int], first: int, gap: str) -> bool:
        """Do the attributes from `first` on stand directly before the drug, apart from others: "x4, patch Nicopatch"?"""
        route = self.mentions[run[-1]].label == "ROUTE"
        stopped = self.text[self.mentions[run[-1]].end - 1] == "."
        if stopped and (self._capital(run[-1]) if route else not self._leads(run, first)):
            return False
        if "\n" in gap or not (self.cues.word if route else self.cues.quality).match(gap):
            return False
        if not self._tied(run[first]):
            return True
        form = self.mentions[run[-1]].label == "FORM" and first == len(run) - 1 and gap == " "
        return (form or (route and first == 0)) and self.gap(run[first]).strip() == ","

    def _capital(self, tail: int) -> bool:
        """Does a sentence begin behind an attribute with a word before the drug: "15 mg p.o. Also Lasix"?"""
        begin, end = self.mentions[tail].end, self.mentions[tail + 1].start
        words = self.written[begin:end].strip()
        return words.istitle() and not self.written[begin : self.mentions[tail + 1].end].isupper()

    def _leads(self, run: list[int], first: int) -> bool:
        """Does an abbreviation lead to the drug, though a stop ends it: "for which he uses p.r.n. Flovent"?"""
        last, begins = self.mentions[run[-1]], self.mentions[run[first]]
        if self.current is None or _DOTTED.search(self.text[last.start : last.end]) is None:
            return False
        before = self.gap(run[first])
        return (
            begins.sentence != self.mentions[self.current.head].sentence
            and self.mentions[run[-1] + 1].sentence == begins.sentence
            and any(character.isalpha() for character in before[before.rfind("\n") + 1 :])
        )

    def _is_cell(self, run: list[int], gap: str) -> bool:
        """Is the run the beginning of a row or item whose later cell is the drug?"""
        if not CELL.match(gap):
            return False
        before = self.gap(run[0])
        if "\n" not in before and run[0] > 0:
            return False
        return not any(character.isalpha() for character in before[before.rfind("\n") + 1 :])

    def _begins_row(self, tail: int, gap: str) -> bool:
        """Does how often stand in the first column, the drug in the next: "07h30    Stalevo 100    1"?"""
        before = self.gap(tail)
        mention = self.mentions[tail]
        begins = "\n" in before and not before[before.rfind("\n") + 1 :].strip(" \t|")
        if mention.label != "FREQUENCY" or not begins:
            return False
        # "Bedtime Modopar 125", but what goes on from the line before has no capital.
        headed = gap == " " and not self.written[mention.start].islower()
        return headed or _COLUMN.fullmatch(gap) is not None

    def _chained(self, left: int, cell: bool) -> bool:
        """Do an attribute and the one after it stand together?"""
        one, two = self.mentions[left], self.mentions[left + 1]
        if one.sentence != two.sentence or one.label == two.label:
            return False
        gap = self.gap(left + 1)
        if "\n" in gap:
            return False
        if self.cues.chain.match(gap) or (cell and CELL.match(gap)):
            return True
        owner = self.current
        return (
            owner is not None
            and self.mentions[owner.head].sentence != one.sentence
            and self.mentions[left - 1].sentence != one.sentence
            and _PUNCTUATION.search(gap) is None
        )

    def _tied(self, tail: int) -> bool:
        """Does an attribute continue what stands before it, with nothing that would set it apart?"""
        if self.current is None or tail == 0:
            return False
        gap = self.gap(tail)
        if "\n" in gap and not gap.isspace():
            return False
        if self.mentions[tail - 1].head:
            return self.cues.tie.match(gap) is not None
        return not gap.strip(" \n\t-/(") or (gap.strip() == "," and self.mentions[tail].label in ("DURATION", "FORM"))

    def _same_sentence(self, run: list[int], head: int) -> int:
        first, sentence = len(run), self.mentions[head].sentence
        while first > 0 and self.mentions[run[first - 1]].sentence == sentence:
            first -= 1
        if first == len(run) - 1 and self._is_heading(run[-1], head):
            return len(run)
        return first

    def _is_heading(self, tail: int, head: int) -> bool:
        """Does a form end a heading: "Rescue pack: prednisolone"?"""
        before = self.gap(tail)
        words = any(character.isalpha() for character in before[before.rfind("\n") + 1 :])
        return words and self.mentions[tail].label == "FORM" and self.gap(head).strip() == ":"
