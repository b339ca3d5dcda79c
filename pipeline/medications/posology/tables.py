"""Columns of a table of drugs that say how much was supplied: what stands in them is no dose."""

from __future__ import annotations

import re

from pipeline import resources
from pipeline.medications.posology.dosage import MAX_COUNT
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

_JOINT = re.compile(r"[ \t]*[|\t][ \t]*|[ ]{2,}")
_NUMBER = re.compile(r"\d{1,9}")


class Tables:
    """The titles of columns of a language, from `posology/columns.tsv`."""

    def __init__(self, lang: str) -> None:
        kinds: dict[str, set[str]] = {"supplied": set(), "quantity": set(), "directions": set()}
        for row in resources.read_table(lang, "posology/columns.tsv"):
            kinds[row["kind"]].add(fold(row["title"]))
        self._supplied, self._quantity, self._directions = kinds.values()
        titles = alternatives(self._supplied | self._quantity)
        self._title = re.compile(rf"(?:[|\t]|[ ][ ])[ \t]*{titles}[ \t]*(?=[|\t\n]|[ ][ ]|\Z)")

    def supplied(self, folded: str) -> frozenset[int]:
        """Where the cells begin that say how much was supplied."""
        found: set[int] = set()
        for match in self._title.finditer(folded):
            start = folded.rfind("\n", 0, match.start() + 1) + 1
            end = folded.find("\n", match.end())
            if end < 0:
                continue
            titles = [title.strip(" :*") for title, _ in _cells(folded, start, end)]
            beside = not self._directions.isdisjoint(titles)
            for column, title in enumerate(titles):
                if title in self._supplied:
                    found |= _below(folded, end + 1, column, least=0)
                elif title in self._quantity:
                    last = column == len(titles) - 1
                    found |= _below(folded, end + 1, column, least=0 if last or beside else MAX_COUNT + 1)
        return frozenset(found)


def _cells(folded: str, start: int, end: int) -> list[tuple[str, int]]:
    """The cells of a line with their places; frames around it are none."""
    while start < end and folded[start] in " \t|":
        start += 1
    while end > start and folded[end - 1] in " \t|":
        end -= 1
    cells, place = [], start
    for joint in _JOINT.finditer(folded, start, end):
        cells.append((folded[place : joint.start()], place))
        place = joint.end()
    return [*cells, (folded[place:end], place)]


def _below(folded: str, start: int, column: int, *, least: int) -> set[int]:
    """Where the cells of a column begin, down to the first line that has none; `least`: the smallest number of one."""
    found: set[int] = set()
    while start < len(folded):
        end = folded.find("\n", start)
        end = len(folded) if end < 0 else end
        cells = _cells(folded, start, end)
        if len(cells) < 2:
            break
        if column < len(cells):
            number = _NUMBER.match(cells[column][0])
            if number is not None and int(number[0]) >= least:
                found.add(cells[column][1])
        start = end + 1
    return found
