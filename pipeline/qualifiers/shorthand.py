"""The past of a drug in shorthand: told by what stands around it in its line, where no sentence tells it.

A line is read as items: an event and its time, the drugs that treated it in brackets or behind a dash, how long each was taken,
and what came of it; a heading ("Past AEDs:") leads a list to the end of its line. What decides is the evidence: the heading,
the time, or the word of the end.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from functools import lru_cache

import msgspec

from pipeline import resources
from pipeline.qualifiers.base import CueData
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
# A heading leads no more than this.
_HEADING_REACH = 2000
# So many lines may follow a heading that stands alone.
_LISTED_LINES = 15

_NAME = re.compile(r"<(\w+)>")
# Where an item begins or ends; the period of "5 mg." ends it, that of "p.o." or "1.5" does not.
_ITEM_END = re.compile(r"[;\n]|(?<=[\w)\]%\"'][\w)\]%\"'])\.(?=\s|\Z)")
_SENTENCE_END = re.compile(r"\n|(?<=[\w)\]%\"'][\w)\]%\"'])\.(?=\s|\Z)")
_HEADED = re.compile(r"(?:(?<=\n)|(?<=\A)|(?<=[.;]\s))[ \t]*[a-z][\w /&'.()-]{1,40}:(?=\s)")
_LINE_END = re.compile(r"\n|\Z")
_LIST_LINE = re.compile(r"\n[ \t]*(?=\S)(?![^\n]{2,40}:)")
_JOINED = re.compile(r"[^.;:()\n>]{0,45}?(?:,|/|\+|&|\band\b|\bplus\b|\bor\b)[^.;:,()\n>]{0,25}")

# The kinds of headings.
_PAST, _COURSE, _HISTORY = "past", "course", "history"
Bounds = tuple[int, int]


class ShorthandWords:
    """The expressions of a language, as `qualifiers/shorthand.toml` has them."""

    def __init__(self, expressions: dict[str, list[str]]) -> None:
        known: dict[str, str] = {}
        for name, alternatives in expressions.items():
            filled = (_NAME.sub(lambda match: known[match[1]], text) for text in alternatives)
            known[name] = f"(?:{'|'.join(filled)})"
        joined = r"(?:[\w./%'-]+ ){0,3}\Z"
        self.time = re.compile(known["time"])
        self.before = re.compile(known["before"])
        self.range = re.compile(known["range"])
        self.course = re.compile(known["course"])
        self.long_course = re.compile(known["long_course"])
        self.stop = re.compile(known["stop"])
        self.over = re.compile(known["over"])
        self.last_of_list = re.compile(known["last_of_list"])
        self.of_list = re.compile(known["of_list"])
        self.when = re.compile(
            f"{known['time']}|(?!may\\b){known['month']}|\\bin the (?:spring|summer|fall|autumn|winter)\\b"
        )
        self.planned = re.compile(known["planned"])
        self.goes_on = re.compile(known["goes_on"])
        self.began = re.compile(known["began"])
        self.used_then = re.compile(
            rf"{known['dosing']} ?\(?(?:\b(?:in|during|back in|around|~) (?:early |late |mid[ -]?)?{known['dated']}|{known['long_ago']}"
            rf"|\bafter (?:(?:his|her|the) )?(?:prior|previous|last|first)\b)"
            rf"|{known['dosing']} ?(?:{known['dated']},? ?[(-]? ?{known['outcome']}|[(,-]? ?{known['outcome']} ?{known['dated']})"
        )
        self.treated = re.compile(rf"{known['treated']},? {joined}")
        self.beside = re.compile(rf"{known['beside']}\Z")
        self.on = re.compile(rf"{known['on']} {joined}")
        self.while_on = re.compile(rf"{known['while_on']} {joined}")
        self.harm = re.compile(known["harm"])
        self.turn = re.compile(known["turn"])
        self.step = re.compile(known["step"])
        self.present = re.compile(rf"\s*{known['present']}")
        line = r"(?:(?<=\n)|(?<=\A)|(?<=[.;]\s)|(?<=[-*#]\s)|(?<=\d[.)]\s))[ \t]*"
        self.heading = re.compile(
            rf"{line}(?:(?P<past>{known['past_heading']})|(?P<course>{known['course_heading']})|(?P<history>{known['history_heading']}))"
            r"(?:\s*:|\s+[-–—]\s| also\b)"
        )


@lru_cache(maxsize=len(resources.LANGUAGES))
def shorthand_words(lang: str) -> ShorthandWords | None:
    """The shorthand of a language, read once; None where it has none."""
    file = resources.path(lang, "qualifiers/shorthand.toml")
    return ShorthandWords(tomllib.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


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


class _Shared(msgspec.Struct, frozen=True, gc=False):
    """What is told of an enumeration: its end, and whether a course of it has a length, in months at most or in years."""

    ended: Bounds | None
    bounded: bool
    lasting: bool


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

    def past(self, in_history: set[int]) -> dict[int, CueData]:
        """Of each drug that is of the past, by its start, the evidence. `in_history`: drugs in a section of the past."""
        found: dict[int, CueData] = {}
        for group in self._groups():
            items = self._items(group)
            shared = self._shared(items)
            for item in items:
                bounds = self._past(item, shared, told=item.start in in_history)
                if bounds is not None:
                    start, end = self._folded.start(bounds[0]), self._folded.end(bounds[1])
                    found[item.start] = {"kind": "lexical", "start": start, "end": end, "rule": "past"}
        return found

    def _read_headings(self) -> list[_Heading]:
        text, found = self._text, []
        for match in self._words.heading.finditer(text):
            end = match.end()
            last = min(len(text), end + _HEADING_REACH)
            line = _end(_LINE_END, text, end, last)
            if not text[end:line].strip():
                for _ in range(_LISTED_LINES):
                    if line == last or _LIST_LINE.match(text, line) is None:
                        break
                    line = _end(_LINE_END, text, line + 1, last)
            headed = _HEADED.search(text, end, line)
            found.append(_Heading(match.start(), end, headed.start() if headed else line, str(match.lastgroup)))
        return found

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
        if _JOINED.fullmatch(text, low, high) is None:
            return False
        return words.began.search(text, low, high) is None and words.goes_on.search(text, low, high) is None

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
            items.append(_Item(low, first, start, end, high))
        return items

    def _past(self, item: _Item, shared: _Shared, *, told: bool) -> Bounds | None:
        """The evidence that a drug is of the past."""
        goes_on = self._words.goes_on.search(self._text, item.end, self._own_end(item)) is not None
        ended = self._ended(item) or shared.ended
        if ended is not None:
            return ended
        if goes_on:
            return None
        heading = self._heading(item.start)
        if heading is not None and heading.kind == _PAST:
            return heading.start, heading.end
        if heading is not None and heading.kind == _COURSE and (self._bounded(item) or self._stepped(item, heading)):
            return heading.start, heading.end
        told = told or (heading is not None and heading.kind == _HISTORY)
        return self._used_then(item) or self._event(item, shared, told=told)

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
        stop = words.stop.search(text, low, high)
        if stop is None or words.planned.search(text, low, stop.start()):
            return None
        when = words.when.search(text, stop.end(), min(high, stop.end() + _WHEN_REACH))
        if when is None:
            when = words.when.search(text, max(low, stop.start() - _WHEN_REACH), stop.start())
        return (min(stop.start(), when.start()), max(stop.end(), when.end())) if when is not None else None

    def _shared(self, group: list[_Item]) -> _Shared:
        """What is told of all drugs of an enumeration by what stands behind one of them."""
        text, last = self._text, group[-1]
        ended = None
        if len(group) > 1:
            closed = self._words.last_of_list.fullmatch(text, group[-2].end, last.start)
            ended = self._ended(last) if closed or self._words.of_list.match(text, last.end) else None
        lasting = any(self._words.long_course.search(text, item.end, item.high) for item in group)
        return _Shared(ended, any(self._bounded(item) for item in group), lasting)

    def _bounded(self, item: _Item) -> bool:
        """Whether a drug has a length, of a course that is told to its end."""
        high = _end(_ITEM_END, self._text, item.end, item.high)
        return self._words.course.search(self._text, item.end, high) is not None

    def _heading(self, start: int) -> _Heading | None:
        """The heading whose list holds a drug."""
        index = bisect_right(self._heading_starts, start) - 1
        if index < 0 or self._headings[index].stop <= start:
            return None
        heading = self._headings[index]
        for match in _SENTENCE_END.finditer(self._text, max(heading.end, start - _LEAD_REACH), start):
            if self._words.present.match(self._text, match.end()):
                return None
        return heading

    def _stepped(self, item: _Item, heading: _Heading) -> bool:
        """Whether another drug follows as the next step of the treatment."""
        high = min(heading.stop, item.end + _TAIL_REACH)
        step = self._words.step.search(self._text, item.end, high)
        following = bisect_left(self._drugs, (item.end,))
        return step is not None and following < len(self._drugs) and self._drugs[following][0] < high + _LEAD_REACH

    def _used_then(self, item: _Item) -> Bounds | None:
        """The time at which a drug was used, right behind it."""
        text, words = self._text, self._words
        match = words.used_then.match(text, item.end, item.high)
        if match is None or words.began.search(text, _begin(text, item.start - _BEGAN_REACH, item.start), item.start):
            return None
        return match.span()

    def _event(self, item: _Item, shared: _Shared, *, told: bool) -> Bounds | None:
        """The time of the past event that a drug treated, or harmed by."""
        text, words, first = self._text, self._words, item.first
        whens = list(words.time.finditer(text, item.low, first))
        when = whens[-1] if whens else None
        anchor = when or words.before.search(text, item.low, first)
        low = anchor.end() if anchor is not None else item.low
        if words.turn.search(text, low, first) or words.began.search(text, low, first):
            return None
        treated = words.treated.search(text, low, first) is not None
        if when is None:
            before = anchor.span() if anchor is not None else (item.start, item.end) if told else None
            return before if shared.bounded and (treated or self._beside(item)) else None
        if treated or words.while_on.search(text, low, first):
            return when.span()
        harm = words.harm.search(text, item.low, first) is not None
        if harm and words.on.search(text, low, first):
            return when.span()
        listed = first - low < _LISTED_REACH and text.startswith(",", low)
        beside = self._beside(item)
        return when.span() if (harm and beside) or ((shared.bounded or shared.lasting) and (listed or beside)) else None

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
