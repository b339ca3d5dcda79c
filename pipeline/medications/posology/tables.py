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
        # A bar, a tab or two blanks before it: signs that the engine looks for.
        self._title = re.compile(rf"(?:[|\t] ?|  ){titles}[ \t]*(?=[|\t\n]|[ ][ ]|\Z)")

    def supplied(self, folded: str) -> frozenset[int]:
        """Where the cells begin that say how much was supplied."""
        found: set[int] = set()
        done = 0
        for match in self._title.finditer(folded):
            if match.start() < done:
                continue
            start = folded.rfind("\n", 0, match.start() + 1) + 1
            end = folded.find("\n", match.end())
            if end < 0:
                continue
            done = end
            titles = [title.strip(" :*") for title, _ in _cells(folded, start, end)]
            beside = not self._directions.isdisjoint(titles)
            least: dict[int, int] = {}
            for column, title in enumerate(titles):
                if title in self._supplied:
                    least[column] = 0
                elif title in self._quantity:
                    least[column] = 0 if column == len(titles) - 1 or beside else MAX_COUNT + 1
            if least:
                found |= self._below(folded, end + 1, least)
        return frozenset(found)

    def _below(self, folded: str, start: int, least: dict[int, int]) -> set[int]:
        """Where the cells of some columns begin, down to the first line that has none or has titles of its own.

        `least`: the smallest number of a cell, by its column.
        """
        found: set[int] = set()
        while start < len(folded):
            end = folded.find("\n", start)
            end = len(folded) if end < 0 else end
            cells = _cells(folded, start, end)
            if len(cells) < 2 or self._title.search(folded, start, end) is not None:
                break
            for column, smallest in least.items():
                number = _NUMBER.match(cells[column][0]) if column < len(cells) else None
                if number is not None and int(number[0]) >= smallest:
                    found.add(cells[column][1])
            start = end + 1
        return found


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
