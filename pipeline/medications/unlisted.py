"""Names of drugs that no list holds, found by what stands around them: amounts, forms, orders, lists of medications.

A word is a candidate only where neither the lexicon nor the vocabulary of the language knows it and it is not built
like a word of anatomy or pathology. What around it makes it a drug is data: `[context]` of grammar.toml, the patterns
whose names begin with `name_`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from pipeline.medications.candidate_model import CandidateModel
from pipeline.medications.grammar import Grammar
from pipeline.medications.lexicon import GRAMMAR, MODEL, Kind, Lexicon, Mention, Words
from pipeline.medications.lexicon_spelling import nearly_one_of
from pipeline.medications.windows import Windows

_SHORTEST = 5
# Behind a form: "Tab. Zyn".
_SHORTEST_FORMED = 3
_SCORE = 0.6
_CAPITAL_BEFORE = re.compile(r"\b([A-Z][a-z]{2,})[ ]$")
_ITEM_END = re.compile(r"[ \t]*(?:[.,;\n(]|$)")
_JOINED = re.compile(r"[ \t]*(?:,[ \t]*(?:and|or|et|ou)?|\b(?:and|or|et|ou))[ \t]*$")
_ENUMERATED = re.compile(r"[ \t]*,[ \t]*(?:and |or |et |ou )?|[ \t]+(?:and|et)[ \t]+")
_SENTENCE_START = re.compile(r"(?:^|[^\d\s][.!?][\"')]?[ \t\n]+|\n[ \t]*)$")
_LONGEST_TITLE = 200
_TITLE_PLACE = re.compile(r"[.;\n](?=[ \t]*(?:\d+[.)] ?)?([^\W\d_]{2}))")
_ITEM_START = re.compile(r"(?:[:,;\n*•-]|\d[.)])[ \t]*$")


class UnlistedNames:
    """Finds unknown words that stand where drugs stand.

    Args:
        lexicon: what is known.
        grammar: its context patterns; and what it reads is no name.
        model: scores what the rules leave open; without it the rules decide.
        accept: a word that no rule takes for a name is one from this score on.
        reject: a word that a rule takes for a name is none below this score.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        grammar: Grammar,
        model: CandidateModel | None = None,
        *,
        accept: float = 0.97,
        reject: float = 0.05,
    ) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._rules = grammar.context
        self._model = model
        self._accept = accept
        self._reject = reject

    def add(
        self, words: Words, original: str, mentions: Sequence[Mention], lists: Sequence[tuple[int, int]]
    ) -> list[Mention]:
        """The mentions and the unlisted names between them, ascending.

        `original` is the text with its capitals at the offsets of `words`; `lists` the stretches that are lists of
        medications.
        """
        covered = {number for mention in mentions for number in range(mention.first, mention.last)}
        unknown = list(self.unknown(words, covered))
        if not unknown:
            return list(mentions)
        ends = {mention.end for mention in mentions}
        starts = {mention.start for mention in mentions}
        scores = self._scores(words, original, mentions, lists, unknown)
        found: list[Mention] = []
        capitals = original.isupper()
        for number in unknown:
            start, end = words.starts[number], words.ends[number]
            capital = original[start].isupper() and not capitals and not _sentence_start(original, start)
            ruled = (
                self._in_place(words, number, capital=capital)
                or self._item(words, number, lists)
                or (capital and self._enumerated(words.text, start, end, starts, ends))
            )
            score = scores.get(number)
            if original[start].isupper() and self._grammar.formed(words.text, start):
                # Nothing but a drug stands there, whatever the word looks like.
                ruled, score = True, None
            if not ruled and score is not None and score >= self._accept and self._otherwise(words, original, number):
                continue
            if ruled if score is None else score >= (self._reject if ruled else self._accept):
                found.append(_mention(words, number, GRAMMAR if ruled else MODEL, _SCORE if score is None else score))
                ends.add(end)
        # A name once found is the name of a drug wherever the note has it.
        by_name = {mention.name: mention for mention in found}
        places = {mention.first for mention in found}
        found.extend(
            _mention(words, number, other.source, other.score)
            for number in unknown
            if number not in places and (other := by_name.get(words.words[number]))
        )
        return sorted([*mentions, *found], key=lambda mention: mention.start)

    def _scores(
        self,
        words: Words,
        original: str,
        mentions: Sequence[Mention],
        lists: Sequence[tuple[int, int]],
        unknown: Sequence[int],
    ) -> dict[int, float]:
        if self._model is None:
            return {}
        listed = [(mention.start, mention.end) for mention in mentions]
        windows = Windows(words.text, original, self._lexicon.common, listed)
        cut = [
            windows.around(words.starts[n], words.ends[n], in_list=_inside(lists, words.starts[n], words.ends[n]))
            for n in unknown
        ]
        return dict(zip(unknown, self._model.scores(cut), strict=True))

    def unknown(self, words: Words, covered: set[int], known: Callable[[str], bool] | None = None) -> Iterator[int]:
        """The numbers of the words that may be names that no list holds.

        Args:
            words: the text.
            covered: the words that need no look.
            known: whether a word is known; as the lexicon does.
        """
        knows, other = known or self._lexicon.knows, self._rules["not_a_name"].fullmatch
        endings = self._grammar.other_endings
        device = self._rules["name_of_device"].match
        for number in self._lexicon.unknown(words) if known is None else range(len(words.words)):
            word = words.words[number]
            long = len(word) >= _SHORTEST or (
                len(word) >= _SHORTEST_FORMED
                and known is None
                and self._grammar.formed(words.text, words.starts[number])
            )
            if long and not knows(word) and word.isalpha() and number not in covered:
                plural = word.endswith("s") and knows(word[:-1])
                if not (plural or word.endswith(endings) or other(word) or device(words.text, words.ends[number])):
                    if not self._grammar.reads(words, number):
                        yield number

    def _otherwise(self, words: Words, original: str, number: int) -> bool:
        """Does a word that only the model takes for a name look like something else?

        A person or a place ("seen by Nora Quellin"), a slip in a word of the language ("incisin"), or a word of the
        language behind a prefix ("extrauterine").
        """
        word, start = words.words[number], words.starts[number]
        if self._rules["named_before"].search(words.text, max(0, start - 40), start):
            return True
        if original[start].isupper() and (before := _CAPITAL_BEFORE.search(original, max(0, start - 20), start)):
            name = before[1].lower()
            if not self._lexicon.common(name) and not original.isupper():
                return True
        vocabulary = self._lexicon.vocabulary
        prefix = self._rules["prefix"].match(word)
        return (prefix is not None and word[prefix.end() :] in vocabulary) or nearly_one_of(word, vocabulary)

    def _in_place(self, words: Words, number: int, *, capital: bool) -> bool:
        text, start, end = words.text, words.starts[number], words.ends[number]
        if self._rules["name_dosed"].match(text, end):
            return True
        lead = text[max(0, start - 40) : start]
        if self._rules["name_amount"].search(lead):
            return True
        ordered = bool(self._rules["name_ordered"].search(lead))
        used = bool(self._rules["name_used"].match(text, end))
        return (capital and (used or ordered)) or (used and ordered)

    def _enumerated(self, text: str, start: int, end: int, starts: set[int], ends: set[int]) -> bool:
        """Does the word stand between two names, or behind one at the end of an enumeration?"""
        before = text[max(0, start - 12) : start]
        gap = _JOINED.search(before)
        behind = _ENUMERATED.match(text, end)
        follows = behind is not None and behind.end() in starts
        precedes = gap is not None and start - len(before) + gap.start() in ends
        return (follows and precedes) or (precedes and bool(_ITEM_END.match(text, end)))

    def _item(self, words: Words, number: int, lists: Sequence[tuple[int, int]]) -> bool:
        """Is the word an item of a list of medications by itself?"""
        text, start, end = words.text, words.starts[number], words.ends[number]
        return _inside(lists, start, end) and bool(
            _ITEM_START.search(text, max(0, start - 6), start) and _ITEM_END.match(text, end)
        )


def _mention(words: Words, number: int, source: str, score: float) -> Mention:
    word = words.words[number]
    return Mention(words.starts[number], words.ends[number], number, number + 1, Kind.STEM, word, score, source)


def _inside(lists: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Does a stretch lie in one of those of `lists`?"""
    place = bisect_right(lists, (start, sys.maxsize)) - 1
    return place >= 0 and end <= lists[place][1]


def _sentence_start(original: str, start: int) -> bool:
    """Is a capital here no more than the beginning of a sentence? Items of numbered lists begin none."""
    return bool(_SENTENCE_START.search(original, max(0, start - 8), start))


def medication_lists(original: str, grammar: Grammar) -> list[tuple[int, int]]:
    """The stretches under a title of medications: from its colon to a blank line or the next title.

    A title begins the text, or at what ends a line or a sentence.
    """
    title, following = grammar.list_title, grammar.list_end
    stretches: list[tuple[int, int]] = []
    position = 0
    colon = original.find(":")
    places = [place.start() for place in _TITLE_PLACE.finditer(original) if place[1].lower() in grammar.list_starts]
    for start in (0, *places):
        if start < position:
            continue
        if 0 <= colon < start:
            colon = original.find(":", start)
        # A title inside a line has its colon near.
        if start and original[start] != "\n" and not start < colon < start + _LONGEST_TITLE:
            continue
        if not (match := title.match(original, start)):
            continue
        end = following.search(original, match.end())
        position = end.start() if end else len(original)
        stretches.append((match.end(), position))
        position = max(position, match.end())
    return stretches
