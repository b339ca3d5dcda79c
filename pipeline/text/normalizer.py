"""The normaliser: what is one word to a reader gets one NORM, and what is no text is marked as pollution.

Offsets stay those of the text as received: only the norms of words are set, and `doc.spans["pollution"]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.text.doc_text import DocText
from pipeline.text.folding import FoldedText
from pipeline.text.spans import keep

# What document systems leave in a text: bars, page numbers, web addresses.
_BAR = re.compile(r"([=_*~#\-\u2500-\u257f])\1{2,}")
_PAGE = re.compile(r"\bpage\s{0,3}:?\s{0,3}\d{1,3}\s{0,3}(?:/|sur|of|de)\s{0,3}\d{1,3}\b")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+")
_SHORTEST_BAR = 4
_DRAWN = "\u2500"


class Normalizer:
    """Folds accents, case, quotes and apostrophes of every word; marks pollution where `pollution` is on.

    The norm is an attribute of the word, as everywhere in spaCy: the vocabulary gives it to each word that it meets, and
    no Doc is written to. A word in ASCII keeps the norm of the language.
    """

    def __init__(self, vocab: Vocab, *, pollution: bool = True) -> None:
        self.pollution = pollution
        getters: dict[int, Callable[[str], str]] = vocab.lex_attr_getters  # type: ignore[attr-defined]
        norm = getters.get(NORM)
        if not isinstance(norm, WordNorm):
            norm = getters[NORM] = WordNorm(norm)
        for word in vocab:
            if not word.text.isascii():
                word.norm_ = norm(word.text)

    def __call__(self, doc: Doc) -> Doc:
        """Normalise a Doc."""
        if self.pollution:
            read = DocText.of(doc)
            found = _apart(sorted(pollution(read.text, read.folded)))
            placed = read.offsets(doc).placed if found else None
            keep(doc, "pollution", [(*placed(*bounds), "pollution") for bounds in found] if placed else [])
        return doc


class WordNorm:
    """The norm of a word for a vocabulary: folded where it is not in ASCII, else that of the language."""

    def __init__(self, language: Callable[[str], str] | None) -> None:
        self.language = language or str.lower

    def __call__(self, word: str) -> str:
        """The norm."""
        return self.language(word) if word.isascii() else FoldedText.of(word).folded or word


def pollution(text: str, folded: FoldedText) -> Iterator[tuple[int, int]]:
    """The bounds of bars, page numbers and web addresses, of each kind in order."""
    for match in _BAR.finditer(text):
        if len(match[0]) >= _SHORTEST_BAR or match[0][0] >= _DRAWN:
            yield match.span()
    plain = folded.folded
    for sign, expression in (("page", _PAGE), ("http", _ADDRESS), ("www.", _ADDRESS)):
        place = plain.find(sign)
        while place >= 0:
            found = expression.match(plain, place)
            if found is not None:
                yield folded.start(found.start()), folded.end(found.end())
            place = plain.find(sign, found.end() if found is not None else place + 1)


def _apart(bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted bounds without those that begin inside another."""
    apart: list[tuple[int, int]] = []
    for start, end in bounds:
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


@Language.factory("anamnesis_normalizer", assigns=["token.norm"], default_config={"pollution": True})
def make_normalizer(nlp: Language, name: str, pollution: bool) -> Normalizer:
    """Factory of Normalizer."""
    return Normalizer(nlp.vocab, pollution=pollution)
