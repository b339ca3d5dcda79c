"""Which names around a stroke or a hyphen are one medication: "lisinopril/HCTZ" is, "senna/Colace" is not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import resources
from pipeline.medications.lexicon import Kind, Mention, Words
from pipeline.text.folding import fold

_FILE = "medications/products.txt"
# Signs between the two names of a combination.
_LONGEST_JOINT = 12
# A product is as sure a drug as the surest of its names.
_SURE = (Kind.DRUG, Kind.CAPS)


class Products:
    """The combinations of a language.

    Where the language has a list of what products hold, `resources/{lang}/medications/products.txt`, only these are one
    across a stroke; where it has none, all are but for brands, which no combination is made of, and for two names that
    its grammar knows as alternatives.
    """

    def __init__(self, lang: str, rules: dict[str, re.Pattern[str]]) -> None:
        self._joint = rules["combination"]
        self._of_brand = rules["substance_of_brand"]
        self._alternatives = rules.get("alternatives")
        self._substances: dict[str, str] = {}
        self._together: set[frozenset[str]] | None = None
        self._brands = _brands(lang)
        if resources.path(lang, _FILE).exists():
            self._together = set()
            for line in resources.read_lines(lang, _FILE):
                name, sign, substance = line.partition(" = ")
                if sign:
                    self._substances[name] = substance
                else:
                    held = [self._substances.get(part, part) for part in line.split("/")]
                    self._together.update(frozenset((a, b)) for a in held for b in held if a != b)

    def merge(self, words: Words, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions, with those that are of one product joined to one.

        A drug and a class stay two, which no product is made of ("paracetamol/NSAIDs"); so do a drug and what it is
        infused in ("heparin/saline").
        """
        merged: list[Mention] = []
        names: list[str] = []
        for mention in mentions:
            name = mention.name
            if merged and self._of_its_brand(words, merged[-1], mention):
                merged[-1].name = names[-1] = name
                merged[-1].end, merged[-1].last = mention.end, mention.last
                continue
            if merged and self._one(words, merged[-1], names[-1], mention):
                before = merged[-1]
                before.end, before.last = mention.end, mention.last
                before.kind = next((kind for kind in _SURE if kind in (before.kind, mention.kind)), before.kind)
                names[-1] = name
                continue
            merged.append(mention)
            names.append(name)
        return merged

    def _of_its_brand(self, words: Words, before: Mention, mention: Mention) -> bool:
        """Is a substance told with its brand: "insulin Lantus"?"""
        near = mention.start == before.end + 1
        return near and self._of_brand.fullmatch(words.text, before.start, mention.end) is not None

    def _one(self, words: Words, before: Mention, name: str, mention: Mention) -> bool:
        if (
            mention.start - before.end > _LONGEST_JOINT
            or any((before.kind == kind) != (mention.kind == kind) for kind in (Kind.CLASS, Kind.FLUID))
            or not self._joint.fullmatch(words.text, before.end, mention.start)
            or (before.kind == mention.kind == Kind.CLASS and " " in words.text[before.end : mention.start])
            or (self._alternatives and self._alternatives.fullmatch(words.text, before.start, mention.end))
        ):
            return False
        if before.kind == Kind.CLASS or "/" not in words.text[before.end : mention.start]:
            return True
        if self._together is None:
            return not {name, mention.name} & self._brands
        return frozenset((self._substance(name), self._substance(mention.name))) in self._together

    def _substance(self, name: str) -> str:
        # "3TC" is one word with a figure in front.
        word = name.partition(" ")[0]
        return self._substances.get(name.replace(" ", "")) or self._substances.get(word, word)


def _brands(lang: str) -> frozenset[str]:
    """The brands among the names kept by hand: those that are written with one capital."""
    rows = resources.read_table(lang, "medications/curated.tsv")
    return frozenset(fold(row["name"]) for row in rows if row["kind"] == "drug" and row["name"].istitle())
