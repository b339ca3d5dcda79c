"""Which readers may find something at a word, and what must stand there for it: settled once for a language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.medications.posology.elements import Cues, Gated, GatedRead, Opening, Read
from pipeline.text.late_pattern import LatePattern


@dataclass(frozen=True, slots=True)
class Reader:
    """One way of reading an element.

    Attributes:
        read: the element at a place of a text, or None.
        cues: the kinds of cues with one of which such an element begins.
        starts: what else it may begin with, as `lead` gives it.
        sources: for one of `starts`, expressions one of which matches wherever something is read that begins so; an
            empty one where only the reader can tell.
    """

    read: Read
    cues: tuple[str, ...]
    starts: frozenset[str] = frozenset()
    sources: Callable[[str], Iterable[str]] = lambda word: ()


def settle(
    openings: Mapping[str, Opening], readers: Sequence[Reader], cues: Mapping[str, Cues], outdone: Collection[Read]
) -> None:
    """Give each opening the readers of what begins so, in their order, each with the expression that it needs.

    `outdone`: those that find nothing more where a frequency begins with a number.
    """
    starts = [reader.starts.union(*(cues[kind].starts for kind in reader.cues if kind in cues)) for reader in readers]
    for word, opening in openings.items():
        possible = [reader for reader, begin in zip(readers, starts, strict=True) if word in begin]
        opening.readers = tuple(reader.read for reader in possible)
        sources = [_sources(word, opening, reader) for reader in possible]
        gated = [(reader.read, _any(own)) for reader, own in zip(possible, sources, strict=True)]
        opening.gated, opening.rest = parted(gated, outdone if opening.number and word.isalpha() else ())
        opening.needs = _any([source for own in sources for source in own]) if len(sources) > 1 else None


def parted(gated: Sequence[GatedRead], outdone: Collection[Read]) -> tuple[Gated, Gated]:
    """The readers that are asked at once, and those that are `outdone`."""
    last = tuple(one for one in gated if one[0] in outdone)
    return tuple(one for one in gated if one not in last), last


def _sources(word: str, opening: Opening, reader: Reader) -> list[str]:
    found = [opening.cues[kind].pattern for kind in reader.cues if kind in opening.cues]
    return [*found, *reader.sources(word)] if word in reader.starts else found


def _any(sources: Sequence[str]) -> LatePattern | None:
    """One expression for several; None where one of them is empty, which matches anything."""
    return LatePattern("|".join(dict.fromkeys(sources))) if all(sources) else None
