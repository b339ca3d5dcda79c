"""What the model of unlisted names reads: the words around a candidate, made so that no name can be learned by heart.

A window is a list of tokens. Words that the language knows stay, in lower case; listed drugs become one token, figures
become noughts, and an unknown word keeps its capital and its last letters only. The candidate stands between two marks,
of which the first says whether it stands in a list of medications.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

# Characters of the note that are read on either side, and tokens that are kept of them.
_REACH = 90
_TOKENS = 10
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\n|[^\s\w]|_+")
_ENDING = 3
_SHORTEST_MASKED = 5

LISTED = "<drug>"
OPEN, OPEN_IN_LIST, CLOSE = "<?", "<?list", "?>"


def masked(word: str) -> str:
    """An unknown word without what tells it from others: its capital and its ending stay."""
    capital = "X" if word[:1].isupper() else "x"
    return f"{'XX' if word.isupper() else capital}~{word[-_ENDING:].lower()}"


class Windows:
    """Cuts the windows of one text.

    Args:
        folded: the text as names are compared.
        original: the text with its capitals at the same offsets.
        known: whether a folded word is one that the language knows.
        listed: the stretches that hold a listed drug, ascending, without overlap.
    """

    def __init__(
        self, folded: str, original: str, known: Callable[[str], bool], listed: Sequence[tuple[int, int]]
    ) -> None:
        self._folded = folded
        self._original = original
        self._known = known
        self._listed = listed
        self._ends = [end for _, end in listed]

    def around(self, start: int, end: int, *, in_list: bool) -> list[str]:
        """The tokens around a candidate, itself between its marks; `in_list`: it stands in a list of medications."""
        before = self._tokens(max(0, start - _REACH), start)[-_TOKENS:]
        after = self._tokens(end, min(len(self._folded), end + _REACH))[:_TOKENS]
        candidate = masked(self._original[start:end])
        return [*before, OPEN_IN_LIST if in_list else OPEN, candidate, CLOSE, *after]

    def _tokens(self, first: int, last: int) -> list[str]:
        place = bisect_right(self._ends, first)
        tokens: list[str] = []
        covered = -1
        for match in _TOKEN.finditer(self._folded, first, last):
            start, word = match.start(), match[0]
            if start < covered:
                continue
            while place < len(self._ends) and self._ends[place] <= start:
                place += 1
            if place < len(self._ends) and self._listed[place][0] <= start:
                tokens.append(LISTED)
                covered = self._ends[place]
            elif word[0].isdigit():
                tokens.append("0" * min(len(word), 4))
            elif len(word) >= _SHORTEST_MASKED and word.isalpha() and not self._known(word):
                tokens.append(masked(self._original[start : match.end()]))
            else:
                tokens.append(word)
        return tokens
