"""Sentences of clinical text: prose, bullets, lines that begin with a date, lists of medications, wrapped and typed lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from pipeline import resources
from pipeline.text.doc_text import DocText
from pipeline.text.folding import fold
from pipeline.text.short_forms import short_forms
from pipeline.text.unfinished import unfinished

# An expression that begins with a set of signs is searched for several times as fast as one that begins with "+" or a group.
# The mark that ends a sentence, before a blank, a quote, a new word, or the end of the text; with the blanks behind it.
_END = re.compile(r"""([.!?][.!?]*(?=[\s"')\]»”]|[A-ZÀ-Ý](?:[a-zà-ÿ]|[A-ZÀ-Ý]{2})|\Z)["')\]»”]*)\s*+""")
_BULLET = r"[-*•·–—►▪◦‣●+>]\s*\S|\d{1,2}\s?[.)]\s|\(?[a-z]\)\s|#\s?\d"
# A date at the start of a line: 12/03/2015, 12/03 :, 03/2015, 2015-03-12, 2015 :
_DATE_LED = r"\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\b|\d{1,2}/\d{4}\b|(?:19|20)\d\d(?:-\d\d){0,2}\s?[:,-]"
# A line break, with the blanks behind it, where a sentence begins: always behind a blank line; a wrapped line goes on in
# lower case. A capital beyond Latin-1 is looked at once more.
_BREAKS = r"\n\r\x85\u2028\u2029"
_RARE_BREAKS = "\r\x85\u2028\u2029"
_NEW_LINE = (
    rf"(?:(?<=\r)\n)?+(?:[^\S{_BREAKS}]*+[{_BREAKS}]\s*+"
    rf"|\s*+(?:(?=[A-ZÀ-ÖØ-Þ*•·►▪◦‣●#|\"«“(\[-])|(?={_BULLET}|{_DATE_LED})|(?=(?P<letter>[^\W\x00-\xff]))))"
)
# Lines of which all but the first begin in lower case: wrapped ones, or statements typed one a line.
_RUN = re.compile(
    rf"(?:(?<=[{_BREAKS}])|\A)[^{_BREAKS}]++(?:(?:\r\n|[{_BREAKS}])[ \t]*+(?=[^\W\d_])(?![A-ZÀ-ÖØ-Þ])[^{_BREAKS}]++)++"
)
# Where such a line begins.
_SMALL_LINE = r"[ \t]*+(?=[^\W\d_])(?![A-ZÀ-ÖØ-Þ])"
# Both behind a line feed, for which is searched three times as fast as for any break, and behind any.
_FED, _BROKEN = ((re.compile(sign + _NEW_LINE), re.compile(sign + _SMALL_LINE)) for sign in (r"\n", rf"[{_BREAKS}]"))
# Lines of more signs are wrapped by no page.
_WIDEST = 120
_LINE = re.compile(r"(?P<indent>[ \t]*+)(?P<word>\S*+)(?:[ \t]++\S++)*+")
# Read backwards from the mark.
_LAST_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
# Longest abbreviation looked at, and longest number of an item ("12.").
_WORD_BEFORE = 24
# -1 as spaCy's columns hold it.
_INSIDE = np.uint64(2**64 - 1)
_ITEM_DIGITS = 2
_NEW_WORD = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ']|\d{1,2}[.)]\s")


class SentenceSegmenter:
    """Sets `is_sent_start` of every token. Sentences that another component has set are kept."""

    def __init__(self, lang: str) -> None:
        self.abbreviations = _abbreviations(lang)
        self.forms = short_forms(lang)
        self._unfinished = unfinished(lang)
        self._longest = max(map(len, self.abbreviations))

    def __call__(self, doc: Doc) -> Doc:
        """Segment a Doc."""
        if not len(doc) or doc.has_annotation("SENT_START"):
            return doc
        read = DocText.of(doc)
        text, ends = read.text, read.offsets(doc).ends
        values: Any = np.empty(len(doc), dtype=np.uint64)
        values.fill(_INSIDE)
        values[0] = 1
        length = len(text)
        values[[bisect_right(ends, start) for start in self.boundaries(text) if start < length]] = 1
        doc.from_array([SENT_START], values)
        return doc

    def boundaries(self, text: str) -> list[int]:
        """Offsets at which a new sentence begins, the length of the text among them where it ends one."""
        found: list[int] = []
        for match in _END.finditer(text):
            start, end = match.span(1)
            if text[start] == "." and not self._ends_here(text, start, end):
                continue
            found.append(match.end())
        new_line, small_line = _BROKEN if any(map(text.__contains__, _RARE_BREAKS)) else _FED
        found += [
            match.end() for match in new_line.finditer(text) if match["letter"] is None or match["letter"].isupper()
        ]
        if small_line.search(text) is not None:
            for run in _RUN.finditer(text):
                found += self._typed_lines(text, *run.span())
        return found

    def _typed_lines(self, text: str, start: int, end: int) -> list[int]:
        """Offsets of lines in lower case that begin a sentence: the line before had room for their first word.

        `start` and `end`: of lines of which all but the first begin in lower case. Their longest one shows the room.
        """
        lines = [line for line in _LINE.finditer(text, start, end) if line["word"]]
        room = max(line.end() - line.start() for line in lines)
        needed = [before.end() - before.start() + 1 + len(line["word"]) for before, line in pairwise(lines)]
        if room > _WIDEST and any(length <= room for length in needed):
            # No page is so wide, and not all of its lines are as long: none is wrapped.
            room = max(needed)
        return [
            line.start("word")
            for length, (before, line) in zip(needed, pairwise(lines), strict=True)
            if length <= room
            and len(line["indent"]) <= len(before["indent"])
            and self._unfinished.search(text, before.start(), before.end()) is None
        ]

    def _ends_here(self, text: str, start: int, end: int) -> bool:
        """Whether a full stop ends a sentence; `end`: behind the marks and quotes that follow it."""
        if text.startswith("..", start):
            return False
        low = start - _WORD_BEFORE if start > _WORD_BEFORE else 0
        last = text[max(low, text.rfind(" ", low, start) + 1) : start]
        if last.isalpha():
            if len(last) > self._longest:
                return True
        else:
            word = _LAST_WORD.match(text[low:start][::-1])
            if word is None:
                return True
            last = word[0][::-1]
        if last.isdigit():
            # "1. Aspirin": the number of an item; "E. 5." and "a dose of 5. Then" end a sentence.
            before = text[low : start - len(last)].rstrip(" \t")
            return len(last) > _ITEM_DIGITS or bool(before and before[-1] not in "\n\r.!?:;")
        if len(last) == 1 and last.isalpha():
            # An initial or a letter: "E. coli", "M. Mai"; a small one, or one of "N/V", may end a sentence before a new word.
            may_end = (last.islower() and last not in "cdnp") or text[max(0, start - 2) : start - 1] == "/"
            return may_end and _new_word(text, end)
        kind = self.abbreviations.get(fold(last)) if len(last) <= self._longest else None
        if kind == "title":
            return False
        if kind == "form" and self.forms.lead(text, start):
            return False
        if kind in ("unit", "form") or ("." in last and not last[0].isdigit()):
            return _new_word(text, end) or not text[end : end + 6].strip()
        return True


def _new_word(text: str, offset: int) -> bool:
    """Whether a word in capitals or the number of an item follows soon."""
    return _NEW_WORD.match(text[offset : offset + 6].lstrip()[:4]) is not None


@lru_cache(maxsize=len(resources.LANGUAGES))
def _abbreviations(lang: str) -> dict[str, str]:
    return {fold(row["word"]): row["kind"] for row in resources.read_table(lang, "text/abbreviations.tsv")}


@Language.factory("anamnesis_sentences", assigns=["token.is_sent_start", "doc.sents"])
def make_sentences(nlp: Language, name: str) -> SentenceSegmenter:
    """Factory of SentenceSegmenter for the language of the pipeline."""
    return SentenceSegmenter(str(nlp.lang))
