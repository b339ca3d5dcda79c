"""When the use of a drug is over: the words that tell its end, and those that show that it goes on.

A drug goes on where nothing tells its end. An end is told of the drug itself ("stopped the X"), of what was told before
("it did not help"), or of the same drug nearby ("off the X" behind "while on X"). In a story of the past ("a year ago he was
admitted for pneumonia. He was given X.") a past tense is an end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.qualifiers.base import NEXT, CueData, Scopes, SectionLine
from pipeline.qualifiers.dating import DatedSpan
from pipeline.qualifiers.drug_reach import STATEMENT_REACH, STORY_SENTENCES, DrugReach
from pipeline.qualifiers.history_words import ENUMERATED, HistoryWords
from pipeline.qualifiers.reading import Propositions
from pipeline.qualifiers.shorthand import Shorthand, Told
from pipeline.text.folding import FoldedText

# The rules of words by which the use of a drug ended.
STOPPED = "stopped"
SWITCHED = "switched"
# A word of time ("years ago"), by which a drug ended unless it began then.
DATED = "dated"
# What shows that something goes on.
PRESENT = "present"
# What tells of a place or an hour of an episode ("in the emergency room"): as PRESENT, but where a story of the past tells it.
EPISODE = "episode"
# What ends a use that was told before ("It was stopped"), whatever showed there that the drug went on.
ENDED = "ended"
# A past tense ("was given"), which ends the use of a drug only where the past is told.
TOLD = "told"
# A treatment told from its beginning to its result ("was started on A and it improved"): as TOLD, though the drug began then.
OUTCOME = "outcome"
# A drug took the place of the one told of before ("was placed on A. He changed over to B").
SUCCEEDED = "succeeded"
# What opens a story of the past ("a year ago", "was admitted last spring for"), in which a past tense is an end.
STORY = "story"
# Words of both kinds: the rule by which they end a drug where they stand; they open a story as well.
_OPENING = {"long_ago": "past", "years": DATED}
# What takes a drug up again ("restarted the X") that was stopped shortly before in the text.
RESUMED = "resumed"
# The first of several ("initially treated with X"): it ended within the stay that tells of it, not within a visit.
REPLACED = "replaced"
ENDS = frozenset({"past", STOPPED, REPLACED, SWITCHED, ENDED, TOLD, OUTCOME})
DRUG_SECTIONS = frozenset({"past_medications"})
HISTORY_SECTIONS = frozenset({"past_medical_history", "past_surgical_history", "obstetric_history"})
# Where the present stay or visit is told, what was stopped was stopped now.
STAY_SECTIONS = frozenset(
    {"hospital_course", "plan", "assessment", "assessment_plan", "instructions", "procedures", "evolution"}
    | {"medications", "admission_medications", "discharge_medications", "allergies"}
)
VISIT_SECTIONS = STAY_SECTIONS - {"hospital_course", "evolution"}
# ... without the lists of what is taken, where what was stopped was stopped before.
TOLD_NOW = STAY_SECTIONS - {"medications", "admission_medications"}
TAKEN_SECTIONS = frozenset({"medications", "admission_medications", "discharge_medications"})
# The kinds of drug cues, as the second column of their file names them.
_RULES = ("past", STOPPED, REPLACED, DATED, ENDED, TOLD, OUTCOME, STORY, RESUMED, PRESENT, EPISODE)

# So far before a drug the end of the statement before it is looked for.
_GAP_REACH = 60
# So far behind a drug what it did stands.
_HARM_REACH = 50
# ... where it is told in words.
_TOLD_HARM_REACH = 130
# So far before a date the word by which a drug began is looked for, and before a drug that it is taken.
_BEGAN_REACH = 160
_TAKEN_REACH = 40
# So far before a date the words are looked for by which a drug was last needed then.
_LAST_USE_REACH = 40
# A drug taken up again later than so many characters behind its end was past for a while.
_RESUMED_REACH = 200
# The end of a drug holds for the mentions of it within so many characters.
_SAME_REACH = 300
# The drug of which the same is told stands within so many characters before.
_ALIKE_REACH = 120
# In a sentence words are looked for within so many characters of a drug.
_TOLD_REACH = 400

# Between two drugs: what is told of the second is not of the first.
_APART = re.compile(r";|(?<=[\w)/]\w)\.\s|\([^)]*\Z")

Stretch = tuple[int, int, CueData]


@dataclass(slots=True)
class DrugEnds:
    """What the words about the use of drugs reach, by rule; offsets in the folded text unless said otherwise."""

    folded: FoldedText
    propositions: Propositions
    sections: SectionLine
    words: HistoryWords
    scopes: dict[str, Scopes]
    # As `scopes`, but no further than the statement that holds the cue; of the rules that may contradict each other.
    own: dict[str, Scopes] = field(default_factory=dict)
    # Where the mentions of drugs begin, in order.
    starts: list[int] = field(default_factory=list)
    # The mentions themselves: bounds, and the offset in the text.
    drugs: list[tuple[int, int, int]] = field(default_factory=list)
    # Of each drug that is taken up again, by its folded words, where that is told.
    resumed: dict[str, list[int]] = field(default_factory=dict)
    # Of each drug told of more than once, by its folded words, its mentions: bounds, and the offset in the text.
    mentions: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    # Whether a list of what is taken now names a drug, by its folded words; filled when asked.
    listed: dict[str, bool] = field(default_factory=dict)
    # Of each drug whose past is told in shorthand, by where it begins, the evidence.
    shorthand: dict[int, CueData] = field(default_factory=dict)
    # Where the headings begin by which shorthand tells of a drug.
    headings: frozenset[int] = frozenset()
    # Of each drug that a present use leads ("on A and B"), by where it begins, where that is told and its end.
    taken: dict[int, tuple[int, int]] = field(default_factory=dict)
    # Where drugs begin of which the same is told as of the one before ("B: ditto").
    alike: set[int] = field(default_factory=set)

    @classmethod
    def read(
        cls,
        stretches: Iterable[Stretch],
        drugs: list[tuple[int, int, int]],
        folded: FoldedText,
        propositions: Propositions,
        sections: SectionLine,
        words: HistoryWords,
    ) -> DrugEnds:
        """From the stretches that drug cues reach, and the mentions of drugs in order: bounds, and offset in the text."""
        by_rule: dict[str, list[Stretch]] = {rule: [] for rule in _RULES}
        reach = DrugReach(drugs, folded.folded, propositions, words)
        starts = reach.starts
        for low, high, cue in stretches:
            rule = cue["rule"]
            low, high = reach.of(folded.place(cue["start"]), folded.place(cue["end"]), low, high)
            if rule in _OPENING:
                by_rule[STORY].append((low, high, cue))
                by_rule[_OPENING[rule]].append((low, high, {**cue, "rule": _OPENING[rule]}))
            elif rule == SWITCHED:
                # "switched from A to B": A is of the past, B goes on.
                stop = propositions.stop(high)
                by_rule[REPLACED].append((low, high, cue))
                by_rule[PRESENT].append((high, max(stop, high), cue))
            elif rule == ENDED:
                # "It was stopped" is about the drug before it, be it named in the same sentence or in the last one.
                first, _ = propositions.sentence(high - 1)
                index = bisect_left(starts, high) - 1
                by_rule[ENDED].append((max(first, low) if index >= 0 and starts[index] >= first else low, high, cue))
            elif rule == SUCCEEDED:
                by_rule[STOPPED].append((low, high, {**cue, "rule": STOPPED}))
                before = reach.succeeded(high)
                if before is not None:
                    by_rule[ENDED].append((*before, {**cue, "rule": ENDED}))
            else:
                by_rule[rule].append((low, high, cue))
        ends = cls(folded, propositions, sections, words, {}, starts=starts, drugs=drugs)
        by_rule[STORY] = [ends._story(cue) for _, _, cue in by_rule[STORY]]
        ends.scopes = {rule: Scopes(found) for rule, found in by_rule.items()}
        if by_rule[PRESENT]:
            ends.own = {rule: Scopes(map(ends._statement, by_rule[rule])) for rule in ("past", STOPPED, PRESENT)}
        for start, end, offset in drugs:
            name = folded.folded[start:end]
            ends.mentions.setdefault(name, []).append((start, end, offset))
            if by_rule[RESUMED] and ends.scopes[RESUMED].over(start, end) is not None:
                ends.resumed.setdefault(name, []).append(start)
        return ends

    def add(self, shorthand: Shorthand, told: Told) -> None:
        """Add what shorthand says of the drugs."""
        self.shorthand, self.taken, self.alike = shorthand.past(told), shorthand.taken, shorthand.alike
        self.headings = frozenset(cue["start"] for cue in self.shorthand.values())

    def word(self, start: int, end: int, offset: int) -> CueData | None:
        """The word that ends the use of a drug, unless another shows that it goes on; `offset` is its start in the text."""
        word = self.shorthand.get(start) or self.own_word(start, end, offset)
        if word is not None and start not in self.shorthand:
            if self._of_another(start, end, word) or self.led_by_use(start, word):
                word = None
        if word is None:
            word = self._word_of_same(start, end, offset)
        if word is None and start in self.alike:
            index = bisect_left(self.starts, start) - 1
            near = index >= 0 and self.drugs[index][1] >= start - _ALIKE_REACH
            word = self.word(*self.drugs[index]) if near else None
        if word is not None and self._goes_on_behind(word, end):
            return None
        if word is not None and self.resumed:
            resumed = self.resumed.get(self.folded.folded[start:end], [])
            index = bisect_left(resumed, start)
            if index < len(resumed) and resumed[index] <= start + _RESUMED_REACH:
                return None
        return word

    def _goes_on_behind(self, word: CueData, end: int) -> bool:
        """Whether words behind a drug tell that it is taken now in another dose, or is to be taken up again after it was stopped."""
        if self._behind(self.words.now_dosed, end):
            return True
        return word["rule"] == STOPPED and self._behind(self.words.to_resume, end)

    def harming(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The drugs before a problem that may have done it, the nearest first: "metoprolol - fatigue", "X changed to Y for cough"."""
        index = bisect_left(self.starts, start) - 1
        text, words = self.folded.folded, self.words
        if index < 0 or self.drugs[index][1] < start - _TOLD_HARM_REACH:
            return []
        first = self.drugs[index]
        if words.lasts.match(text, end) is not None:
            return []
        changed = index and words.changed_to.search(
            text, max(self.drugs[index - 1][1], first[0] - _GAP_REACH), first[0]
        )
        near = first[1] >= start - _HARM_REACH and words.did.fullmatch(text, first[1], start) is not None
        if near or words.did_then.fullmatch(text, first[1], start) is not None:
            return [first, self.drugs[index - 1]] if changed else [first]
        if words.so_ended.match(text, end) is not None and words.given_for.search(text, first[1], start) is None:
            return [first] if first[1] >= start - _GAP_REACH else []
        if changed and words.changed_for.fullmatch(text, first[1], start) and not words.is_chronic(text, start, end):
            return [self.drugs[index - 1]]
        return []

    def under(self, title: CueData, start: int, end: int) -> CueData | None:
        """The title of past drugs that a drug stands under, unless more is said of it.

        It is taken now ("now on X", "X, currently 40 mg"), or what stands behind the title was read item by item.
        """
        taken = start in self.taken or self.scopes[PRESENT].over(start, end) is not None
        changed = self.words.changed_to.search(self.folded.folded, max(title["end"], start - _GAP_REACH), start)
        return None if taken or changed is not None or title["start"] in self.headings else title

    def goes_on(self, start: int, end: int, dated: int, *, over: bool) -> bool:
        """Whether the date at `dated` says no end of a drug: it began then, or it is taken, or the date is of something else.

        `over`: a course that began then was over before the note.
        """
        text, words = self.folded.folded, self.words
        if self._behind(words.resumed, end) or self._behind(words.now_dosed, end):
            return True
        if words.last_use.search(text, max(0, dated - _LAST_USE_REACH), dated):
            return True
        stopped = self._behind(words.stopped, end)
        if not (over or stopped) and (self.scopes[PRESENT].over(start, end) is not None or self._began(start, dated)):
            return True
        if dated > end and not stopped and words.since.match(text, end, dated) is not None:
            return True
        low, _ = self.propositions.around(start)
        if dated > end and self._taken(start, end):
            index = bisect_left(self.starts, end)
            further = [bounds[:2] for bounds in self.drugs[index : index + ENUMERATED] if bounds[0] < dated]
            ended = words.replaced.match(text, end) is not None or words.all_end(text, end, further)
            return bool(further) and not ended
        found = words.found_then(text, dated)
        if found and (dated > end or words.takes.search(text, max(0, start - _TAKEN_REACH), start) is not None):
            return True
        if dated >= low:
            return False
        if found:
            return True
        if words.own_item.fullmatch(text, low, start) is not None:
            return True
        return words.opening.fullmatch(text, low, start) is not None and words.dosing.match(text, end) is not None

    def led_by_use(self, start: int, cue: CueData) -> bool:
        """Whether a present use leads a drug ("on A and B"), so that a word before it, or one of the next drug, is not of it."""
        if start not in self.taken:
            return False
        first, end = self.taken[start]
        low, high = self.folded.place(cue["start"]), self.folded.place(cue["end"])
        if high <= first:
            return True
        index = bisect_left(self.starts, low) - 1
        if self.starts[index] < end:
            return False
        # "On A, B and C in the past" is one list; "on A and B, and C was stopped" is not.
        text, words = self.folded.folded, self.words
        one_list = words.closes.search(text, self.drugs[index - 1][1], self.starts[index]) is not None
        return not one_list or words.of_one.match(text, low) is not None

    def begins_at(self, offset: int) -> bool:
        """Whether a drug begins at an offset of the folded text."""
        index = bisect_left(self.starts, offset)
        return index < len(self.starts) and self.starts[index] == offset

    def own_end(self, start: int, end: int, dated: DatedSpan) -> bool:
        """Whether a date is of the end of the drug right before it alone, and so not of the one from `start` to `end`."""
        index, text = bisect_left(self.starts, dated.start) - 1, self.folded.folded
        if index < 0 or self.starts[index] == start or self.words.ditto.match(text, end) is not None:
            return False
        if text.rfind("(", dated.end, start) > text.rfind(")", dated.end, start):
            # "Cosopt arrêté il y a 3 semaines (bêtabloquant)"
            return False
        if self.words.item_ended.fullmatch(text, self.drugs[index][1], dated.start) is not None:
            return True
        told = self.words.ended_alone.match(text, self.drugs[index][1], dated.start)
        return told is not None and (start >= dated.end or told["opens"] is not None)

    def _behind(self, words: re.Pattern[str], end: int) -> bool:
        """Whether words stand behind a drug, before another drug is named."""
        index = bisect_left(self.starts, end)
        last = self.starts[index] if index < len(self.starts) else len(self.folded.folded)
        return words.match(self.folded.folded, end, last) is not None

    def own_word(self, start: int, end: int, offset: int) -> CueData | None:
        """The word that ends this mention of a drug."""
        scopes, sections = self.scopes, self.sections
        stay = sections.at(offset, STAY_SECTIONS) is not None
        word = None if stay else scopes[ENDED].over(start, end)
        if word is not None:
            return word
        if scopes[PRESENT].over(start, end) is not None:
            return self._stated(start, end, stay=stay)
        if scopes[EPISODE].over(start, end) is not None and scopes[STORY].over(start, end) is None:
            return None
        word = scopes["past"].over(start, end)
        if word is None and not stay:
            word = scopes[STOPPED].over(start, end)
        if word is None and sections.at(offset, VISIT_SECTIONS) is None:
            word = scopes[REPLACED].over(start, end)
        if word is None and (
            sections.at(offset, HISTORY_SECTIONS) is not None or (not stay and self._in_story(start, end))
        ):
            word = scopes[TOLD].over(start, end)
        if word is None and not stay and scopes[STORY].over(start, end) is not None and not self._taken(start, end):
            word = scopes[OUTCOME].over(start, end)
        if word is None:
            word = scopes[DATED].over(start, end)
            if word is not None and (
                self._began(start, place := self.folded.place(word["start"])) or self.of_next(start, end, place)
            ):
                word = None
        return word

    def of_next(self, start: int, end: int, time: int) -> bool:
        """Whether a time is of a further drug, behind one that is told as it is taken: "X 20 mg od - had Y years back"."""
        text, words = self.folded.folded, self.words
        index = bisect_left(self.starts, end)
        if index == len(self.starts) or self.starts[index] > time:
            return False
        following = self.starts[index]
        joined = (words.closes, words.arrow, words.changed_to)
        if ";" in text[end:following] or any(pattern.search(text, end, following) for pattern in joined):
            # "X 20 mg and Y 50 mg, both years ago", "X 20 mg -> Y in May"
            return False
        low, _ = self.propositions.sentence(start)
        told = words.told.search(text, max(low, start - _TOLD_REACH), start) is not None
        return not told and words.dosed.match(text, end) is not None

    def _of_another(self, start: int, end: int, word: CueData) -> bool:
        """Whether a word tells of a further drug alone: this one is told as taken, or stands in another statement of the line.

        "on A, B did not help"; "stable on A; B in the past made him dizzy"; "did not tolerate A, on B".
        """
        text, words, place = self.folded.folded, self.words, self.folded.place
        low, high = place(word["start"]), place(word["end"])
        index = bisect_left(self.starts, end)
        if low >= end and index < len(self.starts) and self.starts[index] < low:
            nearest = self.starts[bisect_left(self.starts, low) - 1]
            near = max(end, nearest - _GAP_REACH)
            if words.told_of.search(text, end, nearest) is not None:
                return True
            one = low < self.propositions.sentence(start)[1] and text[end:nearest].strip() != "("
            if one and _APART.search(text, near, nearest) is not None:
                return True
            own = text[max(end, nearest - 2) : nearest] == ", " and low - nearest < _GAP_REACH
            return own and words.takes.search(text, max(0, start - _TAKEN_REACH), start) is not None
        index = bisect_left(self.starts, start) - 1
        if high <= start and index >= 0 and 0 <= low - self.drugs[index][1] <= NEXT and text[high : high + 1] in ",;":
            # "A in the past, B".
            return True
        if high <= start and words.advised.search(text, max(high, start - _TAKEN_REACH), start) is not None:
            return True
        if high <= start and index >= 0 and self.starts[index] >= high:
            if words.taken.search(text, max(0, start - _TAKEN_REACH), start) is not None:
                return True
            return text.startswith("; ", start - 2) and words.dosed.match(text, end) is not None
        return False

    def _stated(self, start: int, end: int, *, stay: bool) -> CueData | None:
        """The word of the drug's own statement that ends its use, where what goes on is told in another of its sentence."""
        if self.own[PRESENT].over(start, end) is not None:
            return None
        word = self.own["past"].over(start, end)
        return word if word is not None or stay else self.own[STOPPED].over(start, end)

    def _statement(self, stretch: Stretch) -> Stretch:
        """What a cue reaches within its statement: up to where another of the sentence begins ("and she plans to")."""
        low, high, cue = stretch
        text, statement = self.folded.folded, self.words.statement
        start, end = self.folded.place(cue["start"]), self.folded.place(cue["end"])
        if cue["rule"] != PRESENT and statement.search(text, start, end) is not None:
            return low, low, cue
        following = statement.search(text, end, min(high, end + STATEMENT_REACH))
        for before in statement.finditer(text, max(low, start - STATEMENT_REACH), end):
            if before.start() < start:
                low = before.start()
        return low, high if following is None else following.start(), cue

    def _word_of_same(self, start: int, end: int, offset: int) -> CueData | None:
        """The word that ends the same drug nearby, where this mention is told in the past."""
        others = self.mentions.get(self.folded.folded[start:end], ())
        if len(others) < 2 or self.sections.at(offset, STAY_SECTIONS) is not None:
            return None
        if self.scopes[PRESENT].over(start, end) is not None or self.scopes[RESUMED].over(start, end) is not None:
            return None
        low, high = self.propositions.sentence(start)
        text, words = self.folded.folded, self.words
        first, last = max(low, start - _TOLD_REACH), min(high, start + _TOLD_REACH)
        told = words.told.search(text, first, last) is not None
        if words.now.match(text, low) or not told or words.began.search(text, first, start):
            return None
        if self._taken(start, end):
            return None
        near = slice(bisect_left(others, (start - _SAME_REACH,)), bisect_left(others, (start + _SAME_REACH + 1,)))
        for other, stop, place in others[near]:
            if other != start:
                word = self.own_word(other, stop, place)
                if word is not None and word["rule"] in ENDS:
                    return word
        return None

    def _in_story(self, start: int, end: int) -> bool:
        """Whether a story of the past tells of a drug that did not only begin then."""
        if self.scopes[STORY].over(start, end) is None or self._taken(start, end):
            return False
        return not self._began(start, start)

    def _taken(self, start: int, end: int) -> bool:
        """Whether a list of what is taken now names the drug."""
        name = self.folded.folded[start:end]
        if name not in self.listed:
            others = self.mentions.get(name, ())
            self.listed[name] = any(self.sections.at(place, TAKEN_SECTIONS) is not None for _, _, place in others)
        return self.listed[name]

    def _began(self, start: int, dated: int) -> bool:
        """Whether a drug began when a word of time says: a beginning is told before the word, or between it and the drug."""
        text = self.folded.folded
        if self.words.taken.search(text, max(0, start - _TAKEN_REACH), start) is not None:
            return True
        last = max(start, dated)
        low, _ = self.propositions.around(start)
        first = max(min(self.propositions.stop_before(start), low), last - _BEGAN_REACH)
        return self.words.began.search(text, first, last) is not None

    def _story(self, cue: CueData) -> Stretch:
        """The sentence that opens a story of the past, and those that go on with it."""
        text, place = self.folded.folded, self.folded.place
        start = place(cue["start"])
        low, end = self.propositions.sentence(start)
        if self.words.visit.search(text, start, end) is not None:
            return low, end, cue
        index = bisect_left(self.sections.starts, self.folded.start(end))
        following = self.sections.starts[index : index + 1]
        last = place(following[0]) if following else len(text)
        for _ in range(STORY_SENTENCES):
            if end >= last or self.words.now.match(text, end) is not None:
                break
            _, end = self.propositions.sentence(end)
        return low, min(end, last), cue
