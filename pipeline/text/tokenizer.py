"""A tokenizer for clinical text: every place where a medical span may begin or end is between two tokens.

Figures part from units ("400mg/5ml": 400 mg / 5 ml), doses from each other ("5/500", "1-0-1", "q4-6h"), elisions from
their word ("d'amlodipine"). Dotted abbreviations stay together without their last full stop ("p.o" and ".").
One regular expression, linear in the text; blanks are kept, so `doc.text` is the text as received.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from pipeline.text.doc_text import DocText

_LETTER = r"[^\W\d_]"
_MARKS = "\u0300-\u036f"
# The first three alternatives are what nearly every token is, found without looking further.
_TOKEN = re.compile(
    rf"""
    (
      [a-zA-ZÀ-ÖØ-öø-ÿ]{{2,}}+(?!{_LETTER}|['’{_MARKS}])
    | \d+(?![\d.,])
    | [^\w\s'’]
    | \s+
    | \d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}(?!\d)                          # dotted date
    | \d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)                          # thousands
    | \d+(?:[.,]\d+)?                                                 # decimal
    | (?<![^\W_])(?:{_LETTER}\.){{1,5}}{_LETTER}(?![^\W_])            # p.o  b.i.d
    | (?:[cdjlmnstCDJLMNST]|(?:[lL][oO][rR][sS]|[pP][uU][iI][sS]|[jJ][uU][sS]|[qQ][uU][oO][iI])?[qQ][uU])['’](?={_LETTER})
    | ['’](?:[stdmSTDM]|[lL][lL]|[rR][eE]|[vV][eE])(?![^\W_])           # English enclitic
    | (?:{_LETTER}[{_MARKS}]*)+
    | .
    )
    ([ ]?)
    """,
    re.VERBOSE | re.DOTALL,
)


def split(text: str) -> list[tuple[str, bool]]:
    """The tokens of a text, each with whether one blank follows that belongs to no token."""
    return [(word, space == " ") for word, space in _TOKEN.findall(text)]


def boundaries(text: str) -> set[int]:
    """The offsets at which a token begins or ends."""
    found, start = {0}, 0
    for word, space in split(text):
        end = start + len(word)
        found |= {start, end}
        start = end + space
    return found


class ClinicalTokenizer:
    """Text to Doc. It has no settings and no state but the vocabulary."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenise. Raises ValueError for a lone surrogate, which is no text."""
        words: list[str] = []
        spaces: list[bool] = []
        add_word, add_space = words.append, spaces.append
        for word, space in _TOKEN.findall(text):
            add_word(word)
            add_space(space == " ")
        try:
            doc = Doc(self.vocab, words=words, spaces=spaces)
        except UnicodeEncodeError:
            raise ValueError("the text holds a lone surrogate: decode it before it comes here") from None
        DocText.remember(doc, text)
        return doc

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Tokenise one text after the other."""
        for text in texts:
            yield self(text)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Nothing: there is no state."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClinicalTokenizer:
        """The same tokenizer."""
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write nothing: there is no state."""

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ClinicalTokenizer:
        """The same tokenizer."""
        return self


@registry.tokenizers("anamnesis.clinical_tokenizer.v1")  # type: ignore[untyped-decorator]
def make_clinical_tokenizer() -> Callable[[Language], ClinicalTokenizer]:
    """The registered tokenizer, for a config: `[nlp.tokenizer] @tokenizers = "anamnesis.clinical_tokenizer.v1"`."""

    def make(nlp: Language) -> ClinicalTokenizer:
        return ClinicalTokenizer(nlp.vocab)

    return make
