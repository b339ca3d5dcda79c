"""Where the name of a problem is none: an amount of drops ("1 goutte"), a vaccine ("influenza vaccine"), a clinic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.resources import LANGUAGES, read_table

# So much of the text before and behind a name is looked at.
_REACH = 60
# The term of a row that holds for every name.
_ANY = ".+"


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of `matching/problem_contexts.tsv`; what is not given is None."""

    term: re.Pattern[str]
    before: re.Pattern[str] | None
    behind: re.Pattern[str] | None


class Contexts:
    """The rows of a language's `matching/problem_contexts.tsv`, over folded text."""

    def __init__(self, lang: str) -> None:
        self._rows = [
            _Row(
                re.compile(row["term"]),
                re.compile(rf"(?:{row['before']})\Z") if row["before"] else None,
                re.compile(row["behind"]) if row["behind"] else None,
            )
            for row in read_table(lang, "matching/problem_contexts.tsv")
        ]
        # Most names have no row but those of every name.
        self._of_all = [row for row in self._rows if row.term.pattern == _ANY]
        named = (f"(?:{row.term.pattern})" for row in self._rows if row.term.pattern != _ANY)
        self._named = re.compile("|".join(named) or "(?!)")

    def excluded(self, text: str, start: int, end: int) -> bool:
        """Whether what stands around the name in [start, end) of a folded text says that it is no problem."""
        rows = self._rows if self._named.fullmatch(text, start, end) is not None else self._of_all
        return any(
            row.term.fullmatch(text, start, end)
            and (
                (row.before is not None and row.before.search(text, max(0, start - _REACH), start) is not None)
                or (row.behind is not None and row.behind.match(text, end, end + _REACH) is not None)
            )
            for row in rows
        )


@lru_cache(maxsize=len(LANGUAGES))
def contexts(lang: str) -> Contexts:
    """The contexts of a language, read once."""
    return Contexts(lang)
