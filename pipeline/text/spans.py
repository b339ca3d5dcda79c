"""From character offsets to tokens and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from spacy.tokens import Doc, Span


class Offsets:
    """The character offsets of a Doc's tokens, as plain lists.

    Attributes:
        starts: offset of each token's first character, ascending.
        ends: offset behind each token's last character, ascending.
    """

    __slots__ = ("ends", "starts")

    def __init__(self, starts: list[int], ends: list[int]) -> None:
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """The token that holds the character at `offset`; for a blank between two tokens the one before it.

        The first token for an offset before it, the last for one behind; -1 where the Doc is empty.
        """
        return max(bisect_right(self.starts, offset) - 1, min(0, len(self.starts) - 1))

    def first(self, offset: int) -> int:
        """The first token that ends behind `offset`: where a stretch that begins there starts; `len` for none."""
        return bisect_right(self.ends, offset)

    def bounds(self, start: int, end: int) -> tuple[int, int]:
        """First token and the one behind the last of the stretch [start, end), expanded to whole tokens.

        Both are equal where the stretch holds nothing but blanks between tokens.
        """
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end))

    def span(self, doc: Doc, start: int, end: int, label: str | int = 0) -> Span:
        """The Span of the stretch [start, end), expanded to whole tokens. `label`: text or its hash."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return Span(doc, first, last if last > first else first, label)
