"""Folding: case, accents, quotes, apostrophes, dashes and blanks made equal, so that cues and names match.

`fold` never changes the length, so an offset in the folded text is the offset in the text. Ligatures ("œ") and
decomposed accents ("e" + U+0301) cannot be folded that way: `FoldedText` takes them apart or drops them, and leads
offsets back. Both are linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

# One sign for all that a typist, a word processor or a dictation system writes for it.
_SIGNS = {
    "'": "‘’‚‛′´`ʼʹˈ＇",
    '"': "“”„‟″«»‹›",
    "-": "‐‑‒–—−﹣－",
    "x": "×",
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
}
# Letters that Unicode does not decompose, but that are written with a plain letter on a poorer keyboard.
_LETTERS = {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "µ": "µ", "μ": "µ"}
# Taken apart by `FoldedText` only, for the length changes.
_LIGATURES = {
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "ǽ": "ae",
    "Ǽ": "ae",
    "ǣ": "ae",
    "Ǣ": "ae",
    "Æ": "ae",
    "ß": "ss",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬀ": "ff",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
}
# Blocks whose letters carry accents or case: Latin, Greek, Cyrillic, Latin additional, full-width forms.
_FOLDED_BLOCKS = (
    range(0x80, 0x590),
    range(0x1E00, 0x2000),
    range(0x2C60, 0x2C80),
    range(0xA720, 0xA7F0),
    range(0xFF01, 0xFF5F),
)

_MARKS = "\u0300-\u036f\u200b-\u200d\u2060\ufeff\u00ad"
_CHANGES_LENGTH = re.compile(f"[{''.join(_LIGATURES)}{_MARKS}]")


def _fold_letter(letter: str) -> str:
    """The single code point that stands for a letter once folded; the letter itself where there is none."""
    base = unicodedata.normalize("NFKD", letter)[0] if letter not in "µμ" else "µ"
    if not base.isalnum() and letter.isalnum():
        base = letter
    lowered = base.lower()
    return lowered if len(lowered) == 1 else base


def _table() -> dict[int, str]:
    table = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    for block in _FOLDED_BLOCKS:
        for code in block:
            letter = chr(code)
            if letter.isalpha() or block.start == 0xFF01:
                folded = _fold_letter(letter)
                if folded != letter and letter not in _LIGATURES:
                    table[code] = folded
    table |= {ord(upper): upper.lower() for upper in "ŒÆ"}
    table |= {ord(letter): folded for letter, folded in _LETTERS.items()}
    for sign, variants in _SIGNS.items():
        table |= {ord(variant): sign for variant in variants}
    return {code: folded for code, folded in table.items() if chr(code) != folded}


_TABLE = _table()
_LATIN_1 = bytes(ord(_TABLE.get(code, chr(code))) for code in range(256))
# Frequent in French text typed in a word processor, and outside Latin-1, where folding is a table of bytes.
_BEYOND_LATIN = re.compile(r"[^\x00-\xff]")
# So short a text is folded sign by sign.
_WORD_LENGTH = 12
_TYPOGRAPHIC = ("\u2019", "'"), ("\u2013", "-"), ("\u202f", " ")


def fold(text: str) -> str:
    """Fold case, accents, quotes, apostrophes, dashes and no-break blanks; the length stays the same.

    "Antécédents d’AVC" becomes "antecedents d'avc". "œ" stays, and combining marks stay where they are: see
    `FoldedText` for those.
    """
    if text.isascii():
        return text.lower()
    if len(text) <= _WORD_LENGTH:
        return text.translate(_TABLE)
    for sign, plain in _TYPOGRAPHIC:
        text = text.replace(sign, plain)
    try:
        return text.encode("latin-1").translate(_LATIN_1).decode("latin-1")
    except UnicodeEncodeError:
        return _fold_beyond_latin(text)


def lower(text: str) -> str:
    """The text in lower case, of the same length: a letter without a single lower one stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(sign if len(sign.lower()) > 1 else sign.lower() for sign in text)


def _fold_beyond_latin(text: str) -> str:
    """Fold a text with a few signs outside Latin-1 by its table of bytes, and those signs one by one."""
    found = list(_BEYOND_LATIN.finditer(text))
    if len(found) > len(text) // 8:
        return text.translate(_TABLE)
    plain = text.encode("latin-1", "replace").translate(_LATIN_1).decode("latin-1")
    pieces: list[str] = []
    last = 0
    for match in found:
        start = match.start()
        pieces += (plain[last:start], _TABLE.get(ord(match[0]), match[0]))
        last = start + 1
    return "".join((*pieces, plain[last:]))


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text folded with ligatures taken apart and combining marks dropped, and the way back to its offsets.

    Make one with `FoldedText.of(text)`. `folded` is what to search; `start` and `end` turn the bounds of a match into
    those of the text. `cuts` is None where the two texts have the same length. Else, behind each sign that changed: its
    place in the folded text, in the text, and by how much the first is further.
    """

    folded: str
    cuts: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] | None = None

    @classmethod
    def of(cls, text: str) -> FoldedText:
        """Fold a text."""
        changes = [] if text.isascii() else list(_CHANGES_LENGTH.finditer(text))
        if not changes:
            return cls(fold(text))
        places: list[int] = [0]
        sources: list[int] = [0]
        shifts: list[int] = [0]
        replacements: dict[str, str] = {}
        shift = 0
        for match in changes:
            sign, end = match[0], match.end()
            replacement = replacements[sign] = _LIGATURES.get(sign, "")
            shift += len(replacement) - 1
            places.append(end + shift)
            sources.append(end)
            shifts.append(shift)
        for sign, replacement in replacements.items():
            text = text.replace(sign, replacement)
        return cls(fold(text), (tuple(places), tuple(sources), tuple(shifts)))

    def start(self, offset: int) -> int:
        """The offset in the text of the character at `offset` of the folded text."""
        if self.cuts is None:
            return offset
        places, sources, shifts = self.cuts
        following = bisect_right(places, offset)
        source = offset - shifts[following - 1]
        if following < len(sources) and source >= sources[following]:  # inside a ligature
            return sources[following] - 1
        return source

    def end(self, offset: int) -> int:
        """The offset in the text just behind the character before `offset` of the folded text, its marks included."""
        if self.cuts is None or offset == 0:
            return offset
        places, sources, shifts = self.cuts
        following = bisect_right(places, offset)
        source = offset - shifts[following - 1]
        if following < len(sources) and source >= sources[following]:
            return sources[following]
        return source

    def bounds(self, start: int, end: int) -> tuple[int, int]:
        """`start` and `end` of a match that is not empty."""
        if self.cuts is None:
            return start, end
        places, sources, shifts = self.cuts
        following = bisect_right(places, start)
        shift = shifts[following - 1]
        if following == len(places) or end < min(places[following], sources[following] + shift):
            return start - shift, end - shift
        return self.start(start), self.end(end)

    def place(self, offset: int) -> int:
        """The place in the folded text of an offset in the text."""
        if self.cuts is None:
            return offset
        _, sources, shifts = self.cuts
        return offset + shifts[bisect_right(sources, offset) - 1]

    def places(self, offsets: list[int]) -> list[int]:
        """`place` of many offsets, which must ascend."""
        if self.cuts is None:
            return offsets
        _, sources, shifts = self.cuts
        found: list[int] = []
        low = 0
        for following, shift in zip((*sources[1:], None), shifts, strict=True):
            high = len(offsets) if following is None else bisect_left(offsets, following, low)
            found += [offset + shift for offset in offsets[low:high]] if shift else offsets[low:high]
            low = high
        return found
