"""Which names and which amounts are of a medication: decided from what stands near them.

Works on the folded text only. `decide` takes the mentions of the lexicon and the candidates of the grammar, and gives
the entities in the order of the text, without overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from itertools import pairwise
from operator import attrgetter

from pipeline.medications import figures
from pipeline.medications.figures import MOST_COUNTED, value_of
from pipeline.medications.grammar import ACTIVITY, MEASURED, NUMBER, RATE, Candidate, Grammar
from pipeline.medications.lexicon import Kind, Mention, Words
from pipeline.medications.recognizer_items import Entity, Item
from pipeline.medications.recognizer_reader import Reader


class Context:
    """One text under decision: its words, its sentences, its mentions and candidates."""

    def __init__(
        self,
        words: Words,
        grammar: Grammar,
        breaks: Sequence[int],
        lists: Sequence[tuple[int, int]] = (),
        leading: Set[int] = frozenset(),
    ) -> None:
        self.words = words
        self.rules = grammar.context
        self.formed = grammar.formed
        self.aside = grammar.aside
        self.breaks = breaks
        # Stretches under a title such as "Medications:", ascending.
        self.lists = lists
        # The full stops behind forms that lead to their drug: "Tab. Metformin".
        self.leading = leading
        # Numbers at the head of a line count its items.
        self.items = {match.end() for match in _NUMBERED.finditer(words.text)}

    def sentence(self, offset: int) -> int:
        """The number of the sentence that holds an offset."""
        return bisect_right(self.breaks, offset)

    def between(self, end: int, start: int) -> list[str]:
        """The words between two offsets."""
        starts = self.words.starts
        return self.words.words[bisect_left(starts, end) : bisect_left(starts, start)]

    def decide(self, mentions: Sequence[Mention], candidates: Sequence[Candidate]) -> list[Entity]:
        """The entities of the text."""
        candidates = [part for candidate in candidates for part in self._parts(candidate)]
        drugs = self._drugs(mentions, candidates)
        items = _without_overlap(drugs, self._each_of_two(drugs, candidates))
        return Reader(self, items).read()

    def changes_from(self, start: int) -> bool:
        """Do the words before an amount say that a dose is changed from it: "augmenté de"?"""
        return bool(self.rules["changed_from"].search(self.words.text, max(0, start - _CHANGE), start))

    def at_level(self, last: Entity | None, item: Candidate) -> bool:
        """Does only a level in the blood stand between what was read last and this: "q12h, trough 15, x 7 days"?"""
        rule = self.rules["level_between"]
        return last is not None and rule.fullmatch(self.words.text, last.end, item.start) is not None

    def _parts(self, candidate: Candidate) -> list[Candidate]:
        """A candidate, or what it is made of: a dose and the one that it is changed to, a mass and how often."""
        candidate = self._behind_day(candidate)
        if candidate.label == NUMBER and (apart := figures.falling(self.words.text[candidate.start : candidate.end])):
            # "Microgynon 30 - 1 od": no range falls.
            return [Candidate(candidate.start + a, candidate.start + b, NUMBER, candidate.weak) for a, b in apart]
        if candidate.label not in _CHANGED or not self.changes_from(candidate.start):
            return self._each_day(candidate) if candidate.label == RATE else [candidate]
        joint = self.rules["changed_between"].search(self.words.text, candidate.start, candidate.end)
        if joint is None:
            return [candidate]
        ends = Candidate(joint.end(), candidate.end, candidate.label, candidate.weak)
        return [Candidate(candidate.start, joint.start(), NUMBER, True), ends]

    def _behind_day(self, candidate: Candidate) -> Candidate:
        """An amount without the day on which it was changed: "lowered on 4/10 to 12.5 mg"."""
        text, start = self.words.text, candidate.start
        day = self.rules["day_then"].match(text, start, candidate.end)
        if day is None or not self.rules["day_lead"].search(text, max(0, start - _DAY), start):
            return candidate
        return Candidate(day.end() + 1, candidate.end, candidate.label, candidate.weak)

    def _each_day(self, candidate: Candidate) -> list[Candidate]:
        """The mass and how often that read like a rate ("2 g/24 h"); patches have a rate of their own."""
        text, start, end = self.words.text, candidate.start, candidate.end
        each = self.rules["day_rate"].search(text, start, end)
        if each is None or self.rules["patch"].search(text, max(0, start - _WORN), end + _WORN):
            return [candidate]
        return [Candidate(start, each.start(), "STRENGTH"), Candidate(each.start(), end, "FREQUENCY")]

    def _each_of_two(self, drugs: Sequence[Mention], candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, with one that tells the strengths of two drugs made two: "Lasix/KCl 40/20 daily"."""
        by_start = {candidate.start: candidate for candidate in candidates}
        told: dict[int, list[Candidate]] = {}
        for one, two in pairwise(drugs):
            if self.words.text[one.end : two.start].strip(" ") != "/" or Kind.CLASS in (one.kind, two.kind):
                continue
            pair = self._behind(two.end, by_start)
            if pair is None or pair.label not in (NUMBER, "STRENGTH"):
                continue
            parts = figures.two_amounts(self.words.text[pair.start : pair.end])
            if parts is None:
                continue
            # "Vanc/zosyn 9/10": since a day.
            dated = pair.label == NUMBER and parts.like_a_day and not self._behind(pair.end, by_start)
            places = () if dated else parts.places
            told[pair.start] = [Candidate(pair.start + a, pair.start + b, "STRENGTH") for a, b in places]
        return [part for candidate in candidates for part in told.get(candidate.start, [candidate])]

    def _drugs(self, mentions: Sequence[Mention], candidates: Sequence[Candidate]) -> list[Mention]:
        by_start = {candidate.start: candidate for candidate in candidates}
        behind = [self._behind(mention.end, by_start) for mention in mentions]
        behind = [self._used(candidate, by_start) for candidate in behind]
        by_end = {candidate.end: candidate for candidate in candidates}
        titles = self._titles(mentions)
        sure = [mention.kind in _SURE or self._infusion(mention, by_start, by_end) for mention in mentions]
        # Being a drug goes on along an enumeration: once forwards, once backwards.
        for place in (*range(len(mentions)), *reversed(range(len(mentions)))):
            if sure[place] or mentions[place].kind == Kind.FLUID:
                continue
            if not self._form(mentions[place], by_start, by_end):
                listed = self._listed(mentions, place, sure, candidates)
                sure[place] = self._is_drug(mentions[place], behind[place], listed=listed)
        return [
            mention
            for place, mention in enumerate(mentions)
            if sure[place]
            and mention.start not in titles
            and (mention.kind not in _SURE or self._is_drug(mention, behind[place], listed=False))
        ]

    def _titles(self, mentions: Sequence[Mention]) -> set[int]:
        """Where a class begins a line and its colon leads to drugs, or ends the line: "Opioids: Tramal, Palexia"."""
        starts = {mention.start for mention in mentions}
        found: set[int] = set()
        for mention in mentions:
            colon = _TITLE.match(self.words.text, mention.end) if mention.kind == Kind.CLASS else None
            if colon and _LINE_BEGINS.search(self.words.text, max(0, mention.start - _LINE_LEAD), mention.start):
                behind = _LINE_GOES_ON.match(self.words.text, colon.end())
                if behind and (behind.end() in starts or "\n" in behind[0]):
                    found.add(mention.start)
        return found

    def _form(self, mention: Mention, by_start: dict[int, Candidate], by_end: dict[int, Candidate]) -> bool:
        """Is a short name a form, a way or what is counted instead: "salbutamol 100mcg inh", "2 inh die"?"""
        if mention.kind != Kind.SHORT:
            return False
        same, counted = by_start.get(mention.start), by_end.get(mention.end)
        if counted is not None and counted.start < mention.start:
            return counted.label == "DOSAGE"
        return same is not None and same.end == mention.end and same.label in ("FORM", "ROUTE")

    def _infusion(self, mention: Mention, by_start: dict[int, Candidate], by_end: dict[int, Candidate]) -> bool:
        """Is this an infusion with a volume or a rate, and not what something is rinsed with or dissolved in?"""
        if mention.kind != Kind.FLUID:
            return False
        text, start = self.words.text, mention.start
        gap = self.rules["fluid_gap"].match(text, mention.end)
        amount = by_start.get(gap.end()) if gap else None
        if amount is None or not self._volume(amount):
            lead = self.rules["fluid_lead"].search(text, max(0, start - _FLUID_LEAD), start)
            amount = by_end.get(lead.start()) if lead else None
            if amount is None or not self._volume(amount):
                return False
            start = amount.start
        clause = _CLAUSE_END.split(text[max(0, start - _TESTS) : start])[-1]
        return not (
            self.rules["fluid_elsewhere"].search(clause)
            or self.rules["fluid_elsewhere_behind"].match(text, max(mention.end, amount.end))
        )

    def _volume(self, candidate: Candidate) -> bool:
        return bool(self.rules["fluid_amount"].match(self.words.text, candidate.start, candidate.end))

    def _behind(self, end: int, by_start: dict[int, Candidate]) -> Candidate | None:
        """The candidate that follows at once, blanks and a comma or colon apart."""
        match = _GAP.match(self.words.text, end)
        return by_start.get(match.end()) if match else None

    def _used(self, candidate: Candidate | None, by_start: dict[int, Candidate]) -> Candidate | None:
        """What a number counts, where it is taken ("folic acid 2 by mouth"), instead of the number."""
        if candidate is None or candidate.label != NUMBER:
            return candidate
        following = self._behind(candidate.end, by_start)
        if following is None or following.label not in ("ROUTE", "FREQUENCY", "FORM", "DURATION") or following.weak:
            return candidate
        return Candidate(candidate.start, following.end, "DOSAGE", True)

    def _listed(
        self, mentions: Sequence[Mention], place: int, sure: Sequence[bool], candidates: Sequence[Candidate]
    ) -> bool:
        """Does the mention stand in a list of medications, or in an enumeration with a drug that is one for sure?"""
        mention = mentions[place]
        if self._item(mention):
            return True
        for other in (place - 1, place + 1):
            if 0 <= other < len(mentions) and sure[other]:
                low, high = mentions[min(place, other)], mentions[max(place, other)]
                if _ENUMERATION.fullmatch(self._unread(candidates, low.end, high.start)):
                    return True
        return False

    def _unread(self, candidates: Sequence[Candidate], start: int, end: int) -> str:
        """What stands between two offsets beside amounts, ways and times: "thiamine 100, folate 1"."""
        text = self.words.text
        if end - start > _LONGEST_ITEM:
            return text[start:end]
        pieces: list[str] = []
        for candidate in candidates[bisect_left(candidates, start, key=_start) :]:
            if candidate.end > end:
                break
            if candidate.start >= start:
                pieces.append(text[start : candidate.start])
                start = candidate.end
        return "".join((*pieces, text[start:end]))

    def _item(self, mention: Mention) -> bool:
        """Does the mention begin an item of a list of medications?"""
        place = bisect_right(self.lists, (mention.start, len(self.words.text) + 1)) - 1
        if place < 0 or mention.end > self.lists[place][1]:
            return False
        return bool(_ITEM_BEFORE.search(self.words.text, max(0, mention.start - 6), mention.start))

    def _tested(self, mention: Mention) -> bool:
        """Does the mention stand beside a laboratory test in an enumeration: "CBC, TSH, B12, folate, RPR"?"""
        text = self.words.text
        before = _CLAUSE.split(text[max(0, mention.start - _TESTS) : mention.start])[-1]
        behind = _CLAUSE.split(text[mention.end : mention.end + _TESTS])[0]
        near: list[str] = []
        for stretch, order in ((before, -1), (behind, 1)):
            items = _SEPARATOR.split(stretch)[::order]
            if not items[0].strip():
                near += items[1:3]
        return any(self.rules["laboratory_test"].match(item.strip()) for item in near)

    def _level(self, mention: Mention, behind: Candidate | None) -> bool:
        """Is this the level of a drug in the blood: "lorazepam 22 ng/mL", "glucose 131, lithium 0.6"?"""
        text = self.words.text
        if behind is None or behind.label not in (MEASURED, NUMBER):
            return False
        if behind.label == MEASURED:
            # "Potassium chloride 40 mEq/L" is how strong it is.
            return not _SALTS.search(text, behind.start, behind.end)
        value = self.rules["laboratory_value"]
        before = text.rfind("\n", 0, mention.start) + 1
        lead = text[max(before, mention.start - _TESTS) : mention.start]
        return any(_BETWEEN_RESULTS.fullmatch(lead, found.end()) for found in value.finditer(lead)) or bool(
            (gap := _BETWEEN_RESULTS.match(text, behind.end)) and value.match(text, gap.end())
        )

    def _counted(self, mention: Mention) -> bool:
        """Is a short form what a number before it counts: "1 amp"? The number of a line counts no form."""
        text, start = self.words.text, mention.start
        if mention.first and self.words.starts[mention.first - 1] in self.items:
            return False
        return self.rules["counting"].search(text, max(0, start - _COUNTED), start) is not None

    def _may_be_level(self, mention: Mention, behind: Candidate) -> bool:
        """May a short name with a number be a result ("gent 1.2") or what is counted ("para 2")?"""
        if mention.kind != Kind.SHORT:
            return False
        value = value_of(self.words.text[behind.start : behind.end])
        measured = self.rules["measured_drug"].search(self.words.text, mention.start, mention.end)
        return measured is not None or value is None or value <= MOST_COUNTED

    def _led_by(self, rule: str, mention: Mention) -> bool:
        """Does a rule fit the word before a mention, or the two words?"""
        if mention.first and self.words.text[self.words.ends[mention.first - 1] : mention.start].strip(" \t\n'-:"):
            return False
        lead = " ".join(self.words.words[max(0, mention.first - 2) : mention.first])
        return any(self.rules[rule].fullmatch(part) for part in (lead, lead.rpartition(" ")[2]) if part)

    def _is_drug(self, mention: Mention, behind: Candidate | None, *, listed: bool) -> bool:
        text, kind = self.words.text, mention.kind
        if kind == Kind.SIGN:
            return self.rules["sign_given"].match(text, mention.start) is not None
        after = _BLANKS.match(text, mention.end)
        tail = after.end() if after else mention.end
        if "\n" in text[mention.end : tail] and text[tail : tail + 1].isdigit():
            tail = mention.end  # the number of the next item, not a result
        if behind is None and self.rules["titled"].search(text, max(0, mention.start - _TITLED), mention.start):
            # "Dr. Allegra"
            return False
        if self.rules["compound_after"].match(text, tail) or (kind in _MEASURABLE and self._level(mention, behind)):
            return False
        if kind not in _SURE and self.formed(text, mention.start):
            # "Tab. Pan", "Cap Folic"
            return True
        dosed = (
            behind is not None
            and behind.label not in (MEASURED, "FORM")
            and not (
                kind in (Kind.LAB, Kind.NUTRIENT)
                and (
                    behind.label == NUMBER
                    or self.rules["mealtime"].match(text, behind.start)
                    # "40% of the calories", "protein 20% (normal under 10%)"
                    or (text[behind.end - 1] == "%" and self.rules["percent_of"].match(text, behind.end))
                )
            )
        )
        if kind in (Kind.LAB, Kind.NUTRIENT):
            if behind is not None and behind.label == MEASURED:
                return False
            counted = behind is not None and behind.label == NUMBER
            given = kind == Kind.LAB and counted and (listed or self._led_by("given_before", mention))
            if not (dosed or given) and (
                self.rules["laboratory_after"].match(text, tail)
                or self._led_by("laboratory_before", mention)
                or self._tested(mention)
            ):
                return False
            if kind == Kind.LAB:
                return True
            return (
                dosed
                or listed
                or bool(self.rules["given_after"].match(text, tail))
                or self._led_by("given_before", mention)
            )
        if kind == Kind.SPELLING:
            # A word that is nearly a name is one only where a drug is expected.
            return dosed or listed or any(self._led_by(rule, mention) for rule in ("given_before", "ordered_before"))
        if kind in (Kind.SHORT, Kind.CLIPPED):
            if self._counted(mention):
                return False
            # A number tells nothing of a short form: "trop 12".
            clear = mention.end - mention.start > _CLEARLY_CLIPPED - (kind == Kind.SHORT) and not (
                behind is not None and self._may_be_level(mention, behind)
            )
            used = listed or (behind is not None and behind.label != MEASURED and (clear or behind.label != NUMBER))
            return (
                used
                or bool(self.rules["short_after"].match(text, tail))
                or any(self._led_by(rule, mention) for rule in ("given_before", "short_before"))
            )
        if kind == Kind.CLASS:
            title = _TITLE.match(text, mention.end) and self._led_by("class_title_before", mention)
            return not (title or self.rules["class_title_after"].match(text, tail))
        if kind == Kind.CAPS and self.rules["class_title_after"].match(text, tail):
            return False
        if kind == Kind.WORD:
            ordered = self._led_by("word_before", mention) and not self.rules["word_elsewhere"].match(text, mention.end)
            return (dosed and behind is not None and behind.label != NUMBER) or listed or ordered
        return True


_CHANGED = frozenset({"STRENGTH", "DOSAGE", ACTIVITY, NUMBER, RATE})
# How far off a patch is looked for.
_WORN = 30
# What counts a short form, or where it is seen.
_COUNTED = 20
# The word before a day.
_DAY = 8
# The words of a change before an amount.
_CHANGE = 40
_NUMBERED = re.compile(r"\n[ \t]*(?=\d)")
# How far off the laboratory tests of an enumeration are looked for.
_TESTS = 60
_FLUID_LEAD = 24
# The title of a person, and an initial.
_TITLED = 40
# A medication with its instructions, up to the next one.
_LONGEST_ITEM = 60
_start = attrgetter("start")
_CLAUSE_END = re.compile(r"\.\s|[;\n]")
_CLAUSE = re.compile(r"[.;:\n]")
_SEPARATOR = re.compile(r"[,/&]|\b(?:and|et)\b")
_TITLE = re.compile(r"[ \t]?:")
_LINE_BEGINS = re.compile(r"(?:\A|\n)[ \t]*(?:[-*•][ \t]*)?\Z")
_LINE_GOES_ON = re.compile(r"[ \t]*\n?[ \t]*(?:[-*•–][ \t]*)?")
# Blanks and a sign before what begins a line.
_LINE_LEAD = 12
# Longer beginnings of names stand for no laboratory test.
_CLEARLY_CLIPPED = 4
_MEASURABLE = frozenset({Kind.DRUG, Kind.CAPS, Kind.STEM, Kind.SPELLING, Kind.LAB})
_SALTS = re.compile(r"m(?:eq|mol)|%")
_BETWEEN_RESULTS = re.compile(r"[ \t]*[,;.]?[ \t\n]*(?:and[ \t]+)?")
_SURE = frozenset({Kind.DRUG, Kind.CLASS, Kind.CAPS, Kind.STEM})
_ITEM_BEFORE = re.compile(r"(?:[:,;\n*•|-]|\d[.)]|\band|\bet|\. )[ \t]*$")
_GAP = re.compile(r"[ \t]*[,:(|-]?[ \t]*\n?[ \t]*\.?")
_BLANKS = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_ENUMERATION = re.compile(
    r"[ \t]*(?:,|;|/|\||\n|and|or|et|ou|plus|with|avec|\+|&|- |\?|[-=]+>|→|\d+[.)])*"
    r"[ \t]*(?:and |or |et |ou |- |\?|\d+[.)] )?\s*"
)


def _without_overlap(drugs: Sequence[Mention], candidates: Sequence[Candidate]) -> list[Item]:
    """Drugs and the candidates that do not overlap them, in the order of the text."""
    ends = [drug.end for drug in drugs]
    items: list[Item] = list(drugs)
    for candidate in candidates:
        place = bisect_right(ends, candidate.start)
        if place == len(drugs) or drugs[place].start >= candidate.end:
            items.append(candidate)
    items.sort(key=_start)
    return items
