"""The normaliser: what is one word to a reader gets one NORM, and what is no text is marked as pollution.

Offsets stay those of the text as received: only `token.norm_` is written, and `doc.spans["pollution"]`.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.text.folding import FoldedText
from pipeline.text.spans import TokenIndex

_FOREIGN = re.compile(r"[^\x00-\x7f]")
# What document systems leave in a text: bars, page numbers, web addresses, coded footers.
_POLLUTION = re.compile(
    r"[=_*~#]{4,}|-{4,}|[\u2500-\u257f]{3,}"
    r"|\bpage\s*:?\s*\d{1,3}\s*(?:/|sur|of|de)\s*\d{1,3}\b"
    r"|https?://[^\s<>\"]+|\bwww\.[^\s<>\"]+",
    re.IGNORECASE,
)


class Normalizer:
    """Folds accents, case, quotes and apostrophes of every token; marks pollution where `pollution` is on."""

    def __init__(self, *, pollution: bool = True) -> None:
        self.pollution = pollution

    def __call__(self, doc: Doc) -> Doc:
        """Normalise a Doc."""
        text = doc.text
        if not text.isascii():
            self._fold_tokens(doc, text)
        if self.pollution:
            found = list(_POLLUTION.finditer(text))
            index = TokenIndex(doc) if found else None
            doc.spans["pollution"] = [index.span(*match.span(), "pollution") for match in found] if index else []
        return doc

    @staticmethod
    def _fold_tokens(doc: Doc, text: str) -> None:
        # The vocabulary's own norm is the lower case: right for ASCII, so only other tokens are written.
        index = TokenIndex(doc)
        done = -1
        for match in _FOREIGN.finditer(text):
            number = index.at(match.start())
            if number > done:
                done = number
                token = doc[number]
                token.norm_ = FoldedText.of(token.text).folded or token.text


@Language.factory("anamnesis_normalizer", assigns=["token.norm"], default_config={"pollution": True})
def make_normalizer(nlp: Language, name: str, pollution: bool) -> Normalizer:
    """Factory of Normalizer."""
    return Normalizer(pollution=pollution)
