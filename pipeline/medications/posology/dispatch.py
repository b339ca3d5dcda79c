"""Which readers may find something at a word, and what must stand there for it: settled once for a language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.medications.posology.elements import Cues, Element, Opening, Seen

Read = Callable[[Seen, int], Element | None]


@dataclass(frozen=True, slots=True)
class Reader:
    """One way of reading an element.

    Attributes:
        read: the element at a place of a text, or None.
        cues: the kinds of cues with one of which such an element begins.
        starts: what else it may begin with, as `lead` gives it.
        sources: for one of `starts`, expressions one of which matches wherever something is read that begins so.
    """

    read: Read
    cues: tuple[str, ...]
    starts: frozenset[str] = frozenset()
    sources: Callable[[str], Iterable[str]] = lambda word: ()


def settle(openings: Mapping[str, Opening], readers: Sequence[Reader], cues: Mapping[str, Cues]) -> None:
    """Give each opening the readers of what begins so, in their order, and the expression that one of them needs."""
    starts = [reader.starts.union(*(cues[kind].starts for kind in reader.cues if kind in cues)) for reader in readers]
    for word, opening in openings.items():
        possible = [reader for reader, begin in zip(readers, starts, strict=True) if word in begin]
        opening.readers = tuple(reader.read for reader in possible)
        if possible and word.isalpha() and not opening.number:  # a number may be anything
            opening.needs = re.compile("|".join(dict.fromkeys(_sources(word, opening, possible))))


def _sources(word: str, opening: Opening, possible: Iterable[Reader]) -> Iterable[str]:
    for reader in possible:
        yield from (opening.cues[kind].pattern for kind in reader.cues if kind in opening.cues)
        if word in reader.starts:
            yield from reader.sources(word)
