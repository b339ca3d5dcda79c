"""Where a section that lists things (antécédents, allergies) ends before the next title: where the subject changes.

A list that stands on the line of its title ("ATCD : HTA, AVC en 2014") ends with that line, one of bullets with its last
bullet, unless the next line goes on with it: a wrapped line, a bullet, a date, a part of the section ("Cardio : ..."), or one more of items that stand one a
line. Prose goes on, up to a blank line or a line with a heading of its own ("Reprise dès la rentrée : ..."). Words of the present visit ("Consulte ce jour pour", "À l'examen") end a list of any layout.
The words are in `text/section_ends.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache

from pipeline import resources
from pipeline.text.unfinished import unfinished

_BULLET = re.compile(r"[ \t]*[-*•·–—►▪◦‣●+>]")
# What goes on with a list: a word in small letters, a figure, a bullet, a bracket.
_GOES_ON = re.compile(r"[-*•·–—►▪◦‣●+>(\[\da-zß-öø-ÿ]")
# Lines that do.
_GOING_ON = re.compile(rf"(?:\n[^\S\n]*{_GOES_ON.pattern}[^\n]*)+")
# One item and no more; a line of more characters is none.
_SEVERAL = re.compile(r"[,;:+/](?:\s|\Z)|[.!?](?:\s|\Z)|\s[-–—]\s")
_LONGEST_ITEM = 60
# The first line behind a title that stands alone, where it has a bullet or a number, up to its end.
_FIRST_BULLET = re.compile(r"\s*(?:[-*•·–—►▪◦‣●+>]|\d{1,2}\s?[.)])[^\n]*?(?P<last>\S)[ \t\r]*(?=\n|\Z)")
_TITLE_REST = re.compile(r"[ \t:：–—-]*([^\s:：–—-]?)")
# A heading with its words behind it, at the start of a line or behind a bullet.
_HEADING = r"[^\n:：.;,!?()\d]{2,40}[:：][ \t]+\S"
_LED_LINE = re.compile(rf"\n[ \t]*(?=[A-ZÀ-ÖØ-Þ]{_HEADING})")
_LED_BULLET = re.compile(rf"{_BULLET.pattern}\s*(?=[^\W\d_]{_HEADING})")
# In brackets behind a title: "ATCD (repris du dossier)".
_ASIDE = re.compile(r"[ \t]?\([^()\n]{1,40}\)(?=[ \t]*[:：\n\r])")
# A paragraph of drugs and their doses under a line that is its heading: "Rx maison", and below "Synthroid 0,088 mg die".
_DOSED = re.compile(
    r"\n[ \t\r]*\n[ \t]*(?=[A-ZÀ-ÖØ-Þ][^\n\d:：,;()]{3,39}\n"
    r"[ \t]*(?:[-*•·–—][ \t]*)?[^\W\d_][^\n\d]{2,39}\d[\d.,/ ]{0,8}(?i:mc?g|µg|ui|u|ml|g|%)(?!\w))"
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_INDENTED = ("   ", "\t")
_WORD = re.compile(r"[^\W_]{2}")


class ListEnds:
    """Finds the ends of lists of one language."""

    def __init__(self, lang: str) -> None:
        with resources.path(lang, "text/section_ends.toml").open("rb") as handle:
            words = tomllib.load(handle)
        lines, sentences = _any(words["line"]), _any(words["sentence"])
        self._present = re.compile(
            # Behind a break, or a mark and blanks; the first sign is one of a set, for which is searched quickly.
            rf"[\n.!?,;](?:(?<=\n)[ \t]*(?:{lines}|{sentences})(?!\w)"
            rf"|(?<=[.!?])[ \t]+(?P<opener>{sentences}(?!\w))|(?<=[,;])[ \t]+(?P<item>{_any(words['item'])}(?!\w)))",
            re.IGNORECASE,
        )
        self._prose = re.compile(rf"\b{_any(words['prose'])}(?!\w)", re.IGNORECASE)
        self._part = re.compile(rf"{_any(words['part'])}[ \t]*:", re.IGNORECASE)
        self._system = re.compile(rf"{_any(words['system'])}[ \t]*:", re.IGNORECASE)
        self._unfinished = unfinished(lang)

    def end(self, text: str, title_end: int, end: int) -> int:
        """Where the list behind a title that ends at `title_end` ends: at most `end`, the next title's start."""
        aside = _ASIDE.match(text, title_end, end)
        title_end = aside.end() if aside is not None else title_end
        end = self._present_from(text, title_end, end)
        stop = text.find("\n", title_end, end)
        if stop < 0:
            return end
        line, item, several = text[title_end:stop].strip(), None, False
        if _WORD.search(line) is None:
            bullet = _FIRST_BULLET.match(text, stop, end)
            if bullet is None or bullet["last"] == ":":
                dosed = _DOSED.search(text, stop, end)
                return dosed.end() if dosed is not None else end
            line, stop = bullet[0].strip(), bullet.end()
            single = False
        elif self._prose.search(line):
            return self._led(text, stop, end)
        else:
            single = _is_item(line.lstrip(":：-–— "))
            several = not single
            # Where the title is an item itself ("- ATCD : HTA"), the next bullet with a heading is its neighbour.
            item = _BULLET.match(text, text.rfind("\n", 0, title_end) + 1)
        blank, by_system = False, self._by_system(text, title_end)
        if stop == end:
            return end
        while stop >= 0:
            going_on = _GOING_ON.match(text, stop, end) if item is None and not several else None
            if going_on is not None:
                stop = going_on.end()
                if stop == end:
                    return end
                line, blank = text[text.rfind("\n", 0, stop) + 1 : stop].strip(), False
            start = stop + 1
            stop = text.find("\n", start, end)
            raw = text[start : stop if stop >= 0 else end]
            following = raw.strip()
            if not following:
                blank = True
                continue
            if item is not None and raw.startswith(item[0]):
                led = _LED_BULLET.match(text, start)
                if led is not None and not self._is_heading_of_part(text, led.end()):
                    return start
            if several and following.startswith("+") and not line.startswith("+"):
                # "ATCD : HTA, AVC" and below "+ toux": one more complaint.
                return start
            if not (
                raw.startswith(_INDENTED)
                or (by_system and self._system.match(following))
                or self._goes_on(line, following, blank=blank)
            ):
                single = single and not blank and _is_item(following)
                if not single:
                    return start
            line, blank = following, False
        return end

    def is_part(self, text: str, title: tuple[int, int], start: int) -> bool:
        """Whether an unknown heading at `start` is of a part of the section of a title, by its bounds, before it.

        The headings of organs and specialties ("Cardio :") are, where that title stands alone or is one of them.
        """
        by_system = self._by_system(text, title[1]) or self._system.match(text, title[0]) is not None
        if not (self._part.match(text, start) or (by_system and self._system.match(text, start))):
            return False
        return self._present_from(text, title[1], start) == start

    def _is_heading_of_part(self, text: str, place: int) -> bool:
        return self._part.match(text, place) is not None or self._system.match(text, place) is not None

    def _led(self, text: str, start: int, end: int) -> int:
        """Where a paragraph begins, or a line with a heading that is no part of the section."""
        blank = _BLANK_LINE.search(text, start, end)
        if blank is not None:
            end = blank.end()
        lines = (match.end() for match in _LED_LINE.finditer(text, start, end))
        return next((line for line in lines if not self._is_heading_of_part(text, line)), end)

    def _by_system(self, text: str, title_end: int) -> bool:
        rest = _TITLE_REST.match(text, title_end)
        return rest is not None and (not rest[1] or self._system.match(text, rest.start(1)) is not None)

    def _present_from(self, text: str, start: int, end: int) -> int:
        """Where words of the present visit begin; within the line of a bullet they are about its item.

        `start`: behind the last sign of a title, which may be a mark.
        """
        bullet, last = False, start
        for match in self._present.finditer(text, start - 1, end):
            inner = match.start("opener" if match["item"] is None else "item")
            if inner < 0:
                return match.start() + 1
            line = text.rfind("\n", last, match.start()) + 1
            if line:
                bullet = _BULLET.match(text, line) is not None
            if not bullet:
                return inner
            last = match.start()
        return end

    def _goes_on(self, before: str, line: str, *, blank: bool) -> bool:
        """Whether a line goes on with the list of the line before."""
        if _GOES_ON.match(line) is not None or self._part.match(line) is not None:
            return True
        return not blank and self._unfinished.search(before) is not None


def _is_item(line: str) -> bool:
    return len(line) <= _LONGEST_ITEM and _SEVERAL.search(line.rstrip(". ")) is None


def _any(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(words)})" if words else "(?!)"


@lru_cache(maxsize=len(resources.LANGUAGES))
def list_ends(lang: str) -> ListEnds:
    """The ends of lists of a language, made once."""
    return ListEnds(lang)
