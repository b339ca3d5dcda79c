"""What stands around a date: a verb of the past, a plan, a measure, the start of a line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.text.phrases import phrases_expression

# At the start of a line, or behind its bullet or the number of its item.
_LINE_START = re.compile(r"(?:\A|[\n\r])[ \t]{0,8}(?:[-*•·>–—►▪◦‣●+][ \t]{0,3}|(?:\.|\d{1,2}[.)])[ \t]{1,3})?\Z")
_LINE_REACH = 16
_NAME_REACH = 12
# How far before two numbers or four digits what is measured is looked for, and what may stand between.
_MEASURE_REACH = 24
_BETWEEN = r"\W{0,3}(?:(?:a|of|is|was|at|de|est|=)\W{0,3})?\Z"
# A year without a word that announces it stands in brackets, behind a name, or at the start of a line.
# Or behind the two figures of the year from which on: "98-2003", "de 98 à 2003".
_NAME_BEFORE = re.compile(
    r"(?:[^\W\d_]{2,}|[)\]]|[(\[]|[^\W\d_]{2,}[ \t]?[,:-]|(?<![\w.,/-])[5-9]\d[ \t]?[-–]|\b(?:de|from) [5-9]\d (?:a|to))[ \t]?\Z"
)
_YEAR_BEHIND = re.compile(
    r"[ \t]?(?:[),;:#\n\r\]\[(-]|\.(?!\d)|\Z|et\b|and\b|puis\b|avec\b|with\b|chez\b|par\b|by\b|sur\b|at\b"
    r"|s/p\b|w/|c/b\b|[rt]x(?:'?d)?\b|treated\b|complicated\b|requiring\b|while\b|when\b|after\b|->|&|for\b|in\b|on\b|w\b|both\b"
    r"|a[ ](?:19|20)\d\d\b)"
)
# In shorthand a word may follow: "stroke 2019 needed rehab", "TKR R 2016, DVT x2 2019 treated", "G2P1; 2018 SVD"; 2000 is a number more often.
_SHORT_NAME_BEFORE = re.compile(
    r"[^\W\d_][^\W_]{0,11}[ \t](?:[lrx#?]|x?\d[x°]?|[a-z]\d{1,2}|\d\d/40)?[ \t]?\Z|[\w)][;:][ \t]\Z"
)
_ROUND = "2000"
# A year on its own, or a stretch of years, between the columns of a table.
_CELL_BEFORE = re.compile(r"[^\s|][ \t]*(?:\||\t| {3})[ \t]*(?:(?:19|20)\d\d[ \t]?[-–][ \t]?)?\Z")
_CELL_BEHIND = re.compile(r"[ \t]?[-–][ \t]?(?:19|20)\d\d(?=[ \t]*(?:\||\t| {3}|\n|\Z))|[ \t]*(?:\||\t|\n| {3}|\Z)")
# A month that nothing announces stands behind a name and before a sign.
_MONTH_BEFORE = r"(?<!\w)(?!{owner}\b)[^\W\d_]{{2,}}[ \t]?[, (][ \t]?\Z"
_MONTH_WORD_BEHIND = re.compile(r"[ \t][^\W\d_]{2}")
_MONTH_BEHIND = re.compile(r"[ \t]?(?:[,;)\n]|\.?\Z|\.(?!\d)|x[ ]?\d)")
_LINE_BEHIND = re.compile(r"[ \t]?[:,;-]|[ \t][^\W\d_]")
_AMONG_DATES = re.compile(r"\s{0,2}(?:[,;/&-]|et|and|ou|or|puis)\s{0,2}(?:en\s|in\s)?\Z")
_AMONG_LENGTH = 10
# A verb of the past around a date without a year.
_PAST_VERB = re.compile(
    r"\b(?:(?:a|ont|avait|avaient|ai|est|sont|etait|fut)\s(?:ete\s|eu\b)?\w{1,14}(?:e|es|ee|ees|i|is|ie|u|us|ue|it|rt)\b"
    r"|\w{3,14}(?:ee|ees|ait)\b"
    r"|(?:opere|hospitalise|diagnostique|pose|traite|vu|consulte|admis|pris|eu|fait|recu|survenu|retire|arrete|debute"
    r"|introduit|realise|pratique|decouvert|presente)s?\b"
    r"|(?:was|were|had|did|underwent|went|came|saw|got|felt|fell|began|took|gave|last|s/p)\b|\w{3,12}ed\b)"
)
_AROUND = 60
_CLAUSE = re.compile(r"[.;\n]")


class DateContext:
    """Judges a date by what stands around it in the folded text."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        self._planned = re.compile(phrases_expression(words["planned"]))
        self._measure = re.compile(rf"(?:{phrases_expression(words['measure'])}){_BETWEEN}")
        counted, owner = (phrases_expression(words.get(kind, ())) for kind in ("counted", "month_owner"))
        # A word behind four digits that says nothing of their number; a language without such words has none.
        self._word_behind = re.compile(rf"[ \t]{{1,2}}(?!x ?\d+\.|{counted})[^\W\d_]" if counted else "(?!)")
        self._month_before = re.compile(_MONTH_BEFORE.format(owner=f"(?:{owner})") if owner else "(?!)")
        self._also_words = frozenset(words.get("month_word", ()))
        self._count = re.compile(rf"(?:{phrases_expression(words['count'])}){_BETWEEN}")

    def is_planned(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a date without a year speak of the future."""
        return self._planned.search(text, *_clause(text, start, end)) is not None

    def tells_past(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a date without a year tell what has been, and plan nothing."""
        bounds = _clause(text, start, end)
        return self._planned.search(text, *bounds) is None and _PAST_VERB.search(text, *bounds) is not None

    @staticmethod
    def leads_line(text: str, start: int) -> bool:
        """Whether a date is the first thing on its line but for a bullet."""
        return _LINE_START.search(text, max(0, start - _LINE_REACH), start) is not None

    def is_measure(self, text: str, start: int) -> bool:
        """Whether what stands before two numbers with a slash makes them a measure."""
        return self._measure.search(text, max(0, start - _MEASURE_REACH), start) is not None

    def is_month(self, text: str, start: int, end: int) -> bool:
        """Whether a month that nothing announces is one that has been."""
        if text[start:end].rstrip(".") in self._also_words:
            return False
        if _MONTH_BEHIND.match(text, end) is None and not (
            _MONTH_WORD_BEHIND.match(text, end) and self.tells_past(text, start, end)
        ):
            return False
        low = max(0, start - 2 * _NAME_REACH)
        return self._month_before.search(text, low, start) is not None and not self.is_planned(text, start, end)

    def is_year(self, text: str, start: int, end: int, last_date: int | None) -> bool:
        """Whether four digits that nothing announces are a year; `last_date`: where the date before ends."""
        if last_date is not None and start - last_date <= _AMONG_LENGTH and _AMONG_DATES.match(text, last_date, start):
            return True
        if self._count.search(text, max(0, start - _MEASURE_REACH), start):
            return False
        if self.leads_line(text, start):
            return _LINE_BEHIND.match(text, end) is not None
        low = max(0, start - _NAME_REACH)
        if _CELL_BEFORE.search(text, low, start) and _CELL_BEHIND.match(text, end):
            return True
        named = _NAME_BEFORE.search(text, low, start) is not None
        if named and _YEAR_BEHIND.match(text, end) is not None:
            return True
        if text[start:end] == _ROUND or not (named or _SHORT_NAME_BEFORE.search(text, low, start)):
            return False
        return self._word_behind.match(text, end) is not None or (
            not named and _YEAR_BEHIND.match(text, end) is not None
        )


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the clause around a date, as far as it is looked at."""
    low = max(0, start - _AROUND)
    for match in _CLAUSE.finditer(text, low, start):
        low = match.end()
    behind = _CLAUSE.search(text, end, min(len(text), end + _AROUND))
    return low, behind.start() if behind is not None else min(len(text), end + _AROUND)
