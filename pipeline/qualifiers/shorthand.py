"""The past of a drug in shorthand: told by what stands around it in its line, where no sentence tells it.

A line is read as items: an event and its time, the drugs that treated it in brackets or behind a dash, how long each was taken,
and what came of it; a heading ("Past AEDs:") leads a list to the end of its line. What decides is the evidence: the heading,
the time, or the word of the end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

import msgspec

from pipeline.qualifiers.base import CueData
from pipeline.qualifiers.shorthand_words import ShorthandWords
from pipeline.text.folding import FoldedText

# So far before and behind a drug its item is read.
_LEAD_REACH = 120
_TAIL_REACH = 140
# So much stands between two drugs of an enumeration.
_GAP_REACH = 70
# A time stands so near behind the word of an end.
_WHEN_REACH = 45
# So far before a drug it is told that it began.
_BEGAN_REACH = 60
# A drug may be listed so far behind the time of what it treated.
_LISTED_REACH = 40
# Years from one to another stand so near behind a drug, and behind an end the word by which the use goes on.
_RANGE_REACH = 80
_GOES_ON_REACH = 12
# An item in brackets is told so far behind them.
_BRACKET_REACH = 20
# So many drugs may follow each other, each in the place of the last.
_LONGEST_SEQUENCE = 6
# A heading leads no more than this.
_HEADING_REACH = 2000
# So many lines may follow a heading that stands alone.
_LISTED_LINES = 15

# Where an item begins or ends; the period of "5 mg." ends it, that of "p.o." or "1.5" does not.
_ITEM_END = re.compile(r"[;\n]|(?<=[\w)\]%\"'][\w)\]%\"'])\.(?=\s|\Z)")
_SENTENCE_END = re.compile(r"\n|(?<=[\w)\]%\"'][\w)\]%\"'])\.(?=\s|\Z)")
_HEADED = re.compile(r"(?:(?<=\n)|(?<=\A)|(?<=[.;]\s))[ \t]*[a-z][\w /&'.()-]{1,40}:(?=\s)")
# Where a heading may stand: at the beginning of a line or a sentence, behind a bullet or a number.
_ITEM_BEGINS = re.compile(r"(?:\A|\n|[.;]\s|[-*#]\s|\d[.)]\s)[ \t]*(?=[a-z0-9])")
_LINE_END = re.compile(r"\n|\Z")
_LIST_LINE = re.compile(r"\n[ \t]*(?=\S)(?P<head>[^\n:]{2,40}(?=:))?")
_JOINED = re.compile(r"[^.;:()\n>]{0,45}?(?:,|(?<!w)/|\+|&|\band\b|\bplus\b|\bor\b)[^.;:,()\n>]{0,25}")

# The kinds of headings.
_PAST, _COURSE, _LINE, _HISTORY = "past", "course", "line", "history"
Bounds = tuple[int, int]


class Told(msgspec.Struct, frozen=True, gc=False):
    """The drugs, by where they begin, in sections of the past, where the present stay is told, and in lists of what is taken.

    `present`: those that are taken whatever shorthand says.
    """

    history: set[int]
    stay: set[int]
    listed: set[int]
    present: frozenset[int] = frozenset()


class _Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading and the stretch that it leads, which begins at its end."""

    start: int
    end: int
    stop: int
    kind: str


class _Item(msgspec.Struct, frozen=True, gc=False):
    """A drug with the text of its item: `low` to the first drug of its enumeration, and from the drug to `high`."""

    low: int
    first: int
    start: int
    end: int
    high: int

    @property
    def near(self) -> int:
        """Where what stands before the drug itself begins."""
        return max(self.low, self.start - _LEAD_REACH)


class _Shared(msgspec.Struct, frozen=True, gc=False):
    """What is told of an enumeration: its end, and whether a course of it has a length, in months at most or in years."""

    ended: Bounds | None
    bounded: bool
    lasting: bool
    # Where what is told behind all of it begins and ends.
    tail: Bounds


class Shorthand:
    """The shorthand of a text. Reading is linear: each drug is read within a bounded stretch of its line.

    Args:
        drugs: the mentions of drugs, in order: bounds in the folded text, and the offset in the text.
    """

    def __init__(self, folded: FoldedText, drugs: list[tuple[int, int, int]], words: ShorthandWords) -> None:
        self._folded = folded
        self._text = folded.folded
        self._drugs = drugs
        self._words = words
        self._headings = self._read_headings()
        self._heading_starts = [heading.end for heading in self._headings]
        # By where they begin: drugs that a present use leads, and those of which the same is told as of the one before.
        self.taken: dict[int, Bounds] = {}
        self.alike: set[int] = set()

    def past(self, told: Told) -> dict[int, CueData]:
        """Of each drug that is of the past, by its start, the evidence. `told`: the drugs that stand in sections."""
        found: dict[int, CueData] = {}
        for group in self._groups():
            items = self._items(group)
            self._use(items)
            asked = [item for item in items if item.start not in told.present]
            if not asked:
                continue
            shared = self._shared(items)
            for item in asked:
                bounds = self._past(item, shared, told)
                if bounds is not None:
                    start, end = self._folded.start(bounds[0]), self._folded.end(bounds[1])
                    found[item.start] = {"kind": "lexical", "start": start, "end": end, "rule": "past"}
        return found

    def _read_headings(self) -> list[_Heading]:
        text, found = self._text, []
        end = 0
        for opening in _ITEM_BEGINS.finditer(text):
            match = self._words.heading.match(text, opening.end()) if opening.end() >= end else None
            if match is None:
                continue
            end = match.end()
            last = min(len(text), end + _HEADING_REACH)
            line = _end(_LINE_END, text, end, last)
            if not text[end:line].strip():
                for _ in range(_LISTED_LINES):
                    if line == last or not self._goes_on_list(line):
                        break
                    line = _end(_LINE_END, text, line + 1, last)
            heads = (headed.span() for headed in _HEADED.finditer(text, end, line))
            stop = next((first for first, last in heads if not self._names_drug(first, last)), line)
            kind = str(match.lastgroup)
            if kind == _COURSE and self._words.closed.search(text, end, stop):
                kind = _PAST
            found.append(_Heading(match.start(), end, stop, kind))
        return found

    def _goes_on_list(self, line: int) -> bool:
        """Whether the line behind a break goes on with a list: not empty, and no heading; "Effexor: rash" names a drug."""
        match = _LIST_LINE.match(self._text, line)
        if match is None:
            return False
        head = match.span("head")
        return head[0] < 0 or self._names_drug(*head)

    def _names_drug(self, start: int, end: int) -> bool:
        """Whether a drug begins within a stretch."""
        index = bisect_left(self._drugs, (start,))
        return index < len(self._drugs) and self._drugs[index][0] < end

    def _groups(self) -> list[list[tuple[int, int]]]:
        """The drugs, those of an enumeration together."""
        groups: list[list[tuple[int, int]]] = []
        for start, end, _ in self._drugs:
            last = groups[-1][-1][1] if groups else 0
            near = groups and 0 <= start - last <= _GAP_REACH
            if near and self._joined(last, start):
                groups[-1].append((start, end))
            else:
                groups.append([(start, end)])
        return groups

    def _joined(self, low: int, high: int) -> bool:
        """Whether what stands between two drugs only joins them."""
        text, words = self._text, self._words
        if text[low:high].strip() == "(":
            return True
        if _JOINED.fullmatch(text, low, high) is None:
            return False
        told = (words.began, words.goes_on, words.taking)
        return all(pattern.search(text, low, high) is None for pattern in told)

    def _items(self, group: list[tuple[int, int]]) -> list[_Item]:
        text, first = self._text, group[0][0]
        index = bisect_left(self._drugs, (first,))
        low = max(self._drugs[index - 1][1] if index else 0, _begin(text, first - _LEAD_REACH, first))
        items = []
        for number, (start, end) in enumerate(group):
            following = bisect_left(self._drugs, (end,))
            high = self._drugs[following][0] if following < len(self._drugs) else len(text)
            high = min(high, end + _TAIL_REACH)
            if number + 1 == len(group):
                sentence = _SENTENCE_END.search(text, end, high)
                high = sentence.start() if sentence else high
            own = text[start - 1 : start] == "(" and text.startswith(")", end)
            near = max(low, start - _LEAD_REACH)
            if not own and text.rfind("(", near, start) > text.rfind(")", near, start):
                closing = text.find(")", end, high)
                behind = min(high, closing + _BRACKET_REACH)
                comma = text.find(",", closing, behind) if closing >= 0 else -1
                high = comma if comma >= 0 else behind if closing >= 0 else high
            items.append(_Item(low, first, start, end, high))
        return items

    def _use(self, items: list[_Item]) -> None:
        """Take up what shows that the drugs of an enumeration are taken, or that the same is told of one as of that before."""
        text, words, first = self._text, self._words, items[0]
        taking = words.taking.search(text, first.near, first.start)
        for item in items:
            if taking is not None:
                self.taken[item.start] = taking.start(), item.end
            if words.alike.match(text, item.end, item.high) or words.as_well.search(text, item.near, item.start):
                self.alike.add(item.start)

    def _past(self, item: _Item, shared: _Shared, told: Told) -> Bounds | None:
        """The evidence that a drug is of the past."""
        goes_on = self._words.goes_on.search(self._text, item.end, self._own_end(item)) is not None
        ended = self._not_for_long(item, shared) or self._ended(item) or shared.ended
        if ended is None and item.start not in told.stay:
            ended = self._dropped(item, listed=item.start in told.listed)
        if ended is not None:
            return ended
        former = self._before_that(item)
        if goes_on or former is not None:
            return former
        former = self._former(item, shared)
        if former is not None:
            return former
        heading = self._heading(item.start)
        if heading is not None and heading.kind == _PAST:
            return heading.start, heading.end
        before = self._words.span_before.search(self._text, item.near, item.start)
        if before is not None:
            return before.span()
        if heading is not None and heading.kind in (_COURSE, _LINE):
            if self._bounded(item) or self._stepped(item, heading):
                return heading.start, heading.end
        in_history = item.start in told.history or (heading is not None and heading.kind == _HISTORY)
        return self._used_then(item) or self._succeeded(item) or self._event(item, shared, told=in_history)

    def _own_end(self, item: _Item) -> int:
        """Where what is said of a drug ends: before the words that lead to the next one."""
        text = self._text
        following = bisect_left(self._drugs, (item.end,))
        if following == len(self._drugs) or self._drugs[following][0] > item.high:
            return item.high
        return max(item.end, text.rfind(",", item.end, item.high), text.rfind(";", item.end, item.high))

    def _ended(self, item: _Item) -> Bounds | None:
        """The end of a use that is told behind a drug: years from one to another, or a word with its time."""
        text, words, low, high = self._text, self._words, item.end, item.high
        match = words.range.search(text, low, min(high, low + _RANGE_REACH)) or words.over.search(text, low, high)
        if match is not None and not words.goes_on.search(text, match.end(), min(high, match.end() + _GOES_ON_REACH)):
            return match.span() if not words.planned.search(text, low, match.start()) else None
        if words.as_needed.search(text, low, high) is None:
            none = words.not_taken.search(text, low, high)
            if none is not None:
                return none.span()
        none = words.none.search(text, low, high)
        if none is not None and words.hour.search(text, low, none.start()) is None:
            return none.span()
        done = words.done.search(text, low, high)
        if done is not None and not self._is_of_next(done.end(), high):
            return done.span() if not words.planned.search(text, low, done.start()) else None
        stop = words.stop.search(text, low, high)
        if stop is None or words.planned.search(text, low, stop.start()):
            return None
        when = words.when.search(text, stop.end(), min(high, stop.end() + _WHEN_REACH))
        if when is None:
            when = words.when.search(text, max(low, stop.start() - _WHEN_REACH), stop.start())
        return (min(stop.start(), when.start()), max(stop.end(), when.end())) if when is not None else None

    def _dropped(self, item: _Item, *, listed: bool) -> Bounds | None:
        """An end that is told behind a drug by its reason alone, or what the drug failed to do or did.

        `listed`: in a list of what is taken an end needs no reason.
        """
        text, words, low, high = self._text, self._words, item.end, item.high
        match = words.dropped.search(text, low, high)
        if match is None and listed:
            match = words.delisted.search(text, low, _end(_ITEM_END, text, low, high) + 1)
        if match is None and words.this_visit.search(text, item.near, item.start) is None:
            match = words.harmed.match(text, low, high)
            if match is None and words.tried.search(text, item.near, item.start) is None:
                match = words.failed.match(text, low, high)
        if match is None or words.planned.search(text, low, match.start()):
            return None
        near = words.this_visit.search(text, low, min(high, match.end() + _WHEN_REACH))
        return match.span() if near is None else None

    def _before_that(self, item: _Item) -> Bounds | None:
        """The words by which what is told behind a drug is of the one that took its place: "B in place of A since May"."""
        text, words, near, first = self._text, self._words, max(0, item.first - _LEAD_REACH), item.first
        before = words.before_that.search(text, near, first)
        if before is None or words.asked.search(text, _begin(text, near, first), before.start()) is not None:
            return None
        return before.span()

    def _former(self, item: _Item, shared: _Shared) -> Bounds | None:
        """The words by which a use was before: "was on" with what tells its end, "received ... x 5 years"."""
        text, words, near, first = self._text, self._words, max(0, item.first - _LEAD_REACH), item.first
        was = words.was_on.search(text, near, first) if words.no_more.search(text, *shared.tail) else None
        if was is not None:
            return was.span()
        took = words.took.search(text, near, first) if words.used_long.search(text, *shared.tail) else None
        return took.span() if took is not None else None

    def _not_for_long(self, item: _Item, shared: _Shared) -> Bounds | None:
        """The words by which a drug has not been taken for long: "no ... for years"."""
        if self._words.long_gap.search(self._text, *shared.tail) is None:
            return None
        none = self._words.not_before.search(self._text, max(0, item.first - _LEAD_REACH), item.first)
        return none.span() if none is not None else None

    def _is_of_next(self, place: int, high: int) -> bool:
        """Whether what ends at a place leads to the next drug: "finished her KEFLEX"."""
        follows = self._begins_at(high) and self._words.leads.fullmatch(self._text, place, high)
        return bool(follows)

    def _begins_at(self, place: int) -> bool:
        index = bisect_left(self._drugs, (place,))
        return index < len(self._drugs) and self._drugs[index][0] == place

    def _shared(self, group: list[_Item]) -> _Shared:
        """What is told of all drugs of an enumeration by what stands behind one of them."""
        text, last = self._text, group[-1]
        ended = None
        if len(group) > 1:
            closed = self._words.last_of_list.fullmatch(text, group[-2].end, last.start) or self._named(group[-2], last)
            of_all = self._words.of_all.match(text, last.end) is not None
            ended = self._ended(last) if closed or of_all or self._words.of_list.match(text, last.end) else None
            ended = ended or (self._dropped(last, listed=False) if of_all else None)
        lasting = any(self._words.long_course.search(text, item.end, item.high) for item in group)
        following = bisect_left(self._drugs, (last.end,))
        high = self._drugs[following][0] if following < len(self._drugs) else len(text)
        cured = (
            self._words.cured.search(
                text, last.end, _end(_SENTENCE_END, text, last.end, min(high, last.end + _TAIL_REACH))
            )
            is not None
        )
        bounded = cured or any(self._bounded(item) for item in group)
        return _Shared(ended, bounded, lasting, (last.end, last.high))

    def _named(self, item: _Item, other: _Item) -> bool:
        """Whether the other is another name of a drug, in brackets."""
        return self._text[item.end : other.start].strip() == "(" and self._text.startswith(")", other.end)

    def _bounded(self, item: _Item) -> bool:
        """Whether a drug has a length, of a course that is told to its end."""
        high = _end(_ITEM_END, self._text, item.end, item.high)
        return self._words.course.search(self._text, item.end, high) is not None

    def _heading(self, start: int) -> _Heading | None:
        """The heading whose list holds a drug."""
        index = bisect_right(self._heading_starts, start) - 1
        if index + 1 < len(self._headings) and self._headings[index + 1].start <= start:
            # "Previous DMARDs:" names one itself.
            return self._headings[index + 1]
        if index < 0 or self._headings[index].stop <= start:
            return None
        heading = self._headings[index]
        for match in _SENTENCE_END.finditer(self._text, max(heading.end, start - _LEAD_REACH), start):
            if self._words.present.match(self._text, match.end()):
                return None
        return heading

    def _stepped(self, item: _Item, heading: _Heading) -> bool:
        """Whether another drug follows as the next step of the treatment, or its next line as a heading of its own."""
        if heading.kind == _LINE:
            index = bisect_right(self._heading_starts, heading.end)
            lines = self._headings[index : index + 1]
            return bool(lines) and lines[0].kind == _LINE and lines[0].start <= heading.stop + 2
        high = min(heading.stop, item.end + _TAIL_REACH)
        step = self._words.step.search(self._text, item.end, high)
        following = bisect_left(self._drugs, (item.end,))
        return step is not None and following < len(self._drugs) and self._drugs[following][0] < high + _LEAD_REACH

    def _used_then(self, item: _Item) -> Bounds | None:
        """The time at which a drug was used, right behind it."""
        text, words = self._text, self._words
        match = words.used_then.match(text, item.end, item.high)
        if match is None and self._treated_or_harmed(item):
            match = words.treated_then.match(text, item.end, item.high)
        low = max(_begin(text, item.start - _BEGAN_REACH, item.start), text.rfind("(", 0, item.start))
        if match is None or words.began.search(text, low, item.start):
            return None
        return match.span()

    def _treated_or_harmed(self, item: _Item) -> bool:
        """Whether something is told that the drug treated, or did."""
        text, words, low, first = self._text, self._words, item.low, item.first
        if words.treated.search(text, low, first):
            return True
        return words.harm.search(text, low, first) is not None and words.on.search(text, low, first) is not None

    def _succeeded(self, item: _Item) -> Bounds | None:
        """The word by which another drug took the place of this one, in a sequence that is told with its time."""
        text, words, drugs = self._text, self._words, self._drugs
        index = number = bisect_left(drugs, (item.end,))
        first: Bounds | None = None
        told = False
        end = item.end
        while number < min(len(drugs), index + _LONGEST_SEQUENCE) and drugs[number][0] <= end + _TAIL_REACH:
            match = words.succession.fullmatch(text, end, drugs[number][0])
            came_of_it = words.outcome.search(text, end, drugs[number][0]) is not None
            told = told or came_of_it
            if match is None and (first or came_of_it or words.follows.search(text, item.near, item.start)):
                match = words.now.fullmatch(text, end, drugs[number][0])
            if match is None or text[drugs[number][0] : drugs[number][1]] == text[item.start : item.end]:
                break
            first = first or match.span(1)
            end = drugs[number][1]
            number += 1
        if first is None:
            current = words.current_one.match(text, item.end, item.high)
            return current.span() if current is not None else None
        if words.planned.search(text, item.near, item.start):
            return None
        last = min(_end(_SENTENCE_END, text, end, min(len(text), end + _LISTED_REACH)), end + _LISTED_REACH)
        last_of_it = _end(_SENTENCE_END, text, end, min(len(text), end + _TAIL_REACH))
        told = (
            told
            or words.when.search(text, end, last_of_it) is not None
            or words.outcome.search(text, end, last_of_it) is not None
        )
        told = (
            told or words.trial.search(text, _begin(text, item.start - _LEAD_REACH, item.start), item.start) is not None
        )
        return first if told or words.sequence.search(text, item.near, last) else None

    def _event(self, item: _Item, shared: _Shared, *, told: bool) -> Bounds | None:
        """The time of the past event that a drug treated, or harmed by."""
        text, words, first = self._text, self._words, item.first
        whens = list(words.time.finditer(text, item.low, first))
        when = whens[-1] if whens else None
        if when is not None and words.since_then.search(text, item.low, when.start()):
            when = None
        last = words.last_bout.search(text, item.low, first) or words.recently.search(text, item.low, first)
        anchor = when or last or words.before.search(text, item.low, first)
        low = anchor.end() if anchor is not None else item.low
        treated = words.treated.search(text, low, first) is not None
        bounded = shared.bounded or (anchor is not None and words.course.search(text, low, first) is not None)
        harm = words.harm.search(text, item.low, first) is not None
        if item.start in self.taken and not harm and not bounded:
            return None
        if words.turn.search(text, low, first) or (not bounded and words.began.search(text, low, first)):
            return None
        if when is None:
            if last is not None and treated:
                return last.span()
            before = anchor.span() if anchor is not None else (item.start, item.end) if told else None
            return before if bounded and (treated or self._beside(item)) else None
        if treated or words.while_on.search(text, low, first):
            return when.span()
        if harm and words.on.search(text, low, first):
            return when.span()
        listed = first - low < _LISTED_REACH
        beside = self._beside(item)
        return when.span() if (harm and beside) or ((bounded or shared.lasting) and (listed or beside)) else None

    def _beside(self, item: _Item) -> bool:
        """Whether a drug stands beside an event: in brackets, or behind a dash."""
        text, low, first = self._text, item.low, item.first
        return text.rfind("(", low, first) > text.rfind(")", low, first) or bool(
            self._words.beside.search(text, low, first)
        )


def _begin(text: str, low: int, high: int) -> int:
    """Where the last item of a stretch begins."""
    low = max(0, low)
    for match in _ITEM_END.finditer(text, low, high):
        low = match.end()
    return low


def _end(pattern: re.Pattern[str], text: str, low: int, high: int | None = None) -> int:
    """Where what an expression ends begins, from an offset on."""
    last = len(text) if high is None else high
    match = pattern.search(text, low, last)
    return match.start() if match is not None else last
