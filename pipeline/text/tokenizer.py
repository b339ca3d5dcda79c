"""A tokenizer for clinical text: every place where a medical span may begin or end is between two tokens.

Figures part from units ("400mg/5ml": 400 mg / 5 ml), doses from each other ("5/500", "1-0-1", "q4-6h"), elisions from
their word ("d'amlodipine"). Dotted abbreviations stay together without their last full stop ("p.o" and ".").
One regular expression, linear in the text; blanks are kept, so `doc.text` is the text as received. No token goes over
a blank, so a word between two blanks that came before is not split again. Of a memory zone, which is to leave nothing of
a note, no word is remembered but ordinary ones: those of the language's open lists, which are in the package anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from pipeline import resources
from pipeline.text.doc_text import DocText
from pipeline.text.folding import fold, lower

_LETTER = r"[^\W\d_]"
_MARKS = "\u0300-\u036f"
# Behind a unit how often may be glued: "1gx3".
UNIT_BEFORE_TIMES = r"(?i:m?g|ml|ui|cp)(?=[xX]\d)"
# The first alternatives but one are what nearly every token is, found without looking further.
_TOKEN = re.compile(
    rf"""
    (
      {UNIT_BEFORE_TIMES}
    | [a-zA-ZÀ-ÖØ-öø-ÿ]{{2,}}+(?!{_LETTER}|['’{_MARKS}])
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

# A stretch without blanks and the blank behind it, or blanks that are a token: each is split on its own. A slash is a
# token wherever it stands, so that the figures of a date and the doses beside it are stretches which come again.
# The first alternative is what most stretches are, found sooner.
_STRETCH = re.compile(r"[!-.0-~\xa1-\xff]++(?: |(?=[\s/])|\Z)|[^\s/]+ ?|\s+|/ ?")
_WORD = re.compile(r"[a-zA-ZÀ-ÖØ-öø-ÿ]{2,}")
# What may stand around a word in a stretch that is remembered with it.
_AROUND = " .,;:()\"'"
# So many stretches and words are remembered, none longer than a word of a note.
_MOST_KEPT = 50_000
_LONGEST_KEPT = 32


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


class _Hashes(dict[str, int | str]):
    """The hash by which the vocabulary knows a word; a Doc of hashes is made in a fifth of the time of one of words."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self._vocab = vocab
        self.ordinary: set[str] = set()
        """Ordinary words that a memory zone has met, and is going to forget."""

    def __missing__(self, word: str) -> int | str:
        if len(word) > _LONGEST_KEPT:
            return word
        if in_memory_zone(self._vocab):
            if _WORD.fullmatch(word) and (lower(word) in self or fold(word) in _open_words(self._vocab.lang)):
                self.ordinary.add(word)
            return word
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[word] = found = self._vocab.strings.add(word)
        return found


class _Stretches(dict[str, tuple[int | str | bool, ...]]):
    """The tokens of a stretch without blanks: word by its hash, whether a blank follows, word, and so on."""

    def __init__(self, words: _Hashes, vocab: Vocab) -> None:
        super().__init__()
        self._words = words
        self._vocab = vocab

    def __missing__(self, stretch: str) -> tuple[int | str | bool, ...]:
        words = self._words
        parts = chain.from_iterable((words[word], space == " ") for word, space in _TOKEN.findall(stretch))
        found = tuple(parts)
        if self._may_stay(stretch):
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[stretch] = found
        return found

    def _may_stay(self, stretch: str) -> bool:
        if len(stretch) > _LONGEST_KEPT:
            return False
        return stretch.strip(_AROUND) in self._words or not in_memory_zone(self._vocab)


def _open_words(lang: str) -> frozenset[str]:
    """The words of a language's open lists; none of a language without resources."""
    return resources.open_words(lang) if lang in resources.LANGUAGES else frozenset()


def in_memory_zone(vocab: Vocab) -> bool:
    """Whether words that the vocabulary meets now are forgotten soon."""
    return bool(vocab.in_memory_zone)  # type: ignore[attr-defined]  # spaCy's types do not know the property


class ClinicalTokenizer:
    """Text to Doc. It has no settings and no state but the vocabulary; what it remembers of words changes no result."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._hashes = _Hashes(vocab)
        self._stretches = _Stretches(self._hashes, vocab)

    def __reduce__(self) -> tuple[type[ClinicalTokenizer], tuple[Vocab]]:
        return ClinicalTokenizer, (self.vocab,)

    def learn(self) -> None:
        """Keep the ordinary words that memory zones have met: spaCy makes a new word in 10 microseconds.

        Ordinary are words of the language's open lists and words that are known in another case. Call it outside of
        memory zones.
        """
        words, known = self._hashes.ordinary, self._hashes
        while words and not in_memory_zone(self.vocab):
            word = words.pop()
            known[word] = self.vocab.strings.add(word)
            self.vocab[word]

    def __call__(self, text: str) -> Doc:
        """Tokenise. Raises ValueError for a lone surrogate, which is no text."""
        try:
            doc = self._doc(text)
        except UnicodeEncodeError:
            raise ValueError("the text holds a lone surrogate: decode it before it comes here") from None
        DocText.remember(doc, text)
        return doc

    def _doc(self, text: str) -> Doc:
        try:
            return self._of_stretches(text)
        except KeyError:
            # The vocabulary has been read anew and knows other words.
            self._hashes.clear()
            self._stretches.clear()
            return self._of_stretches(text)

    def _of_stretches(self, text: str) -> Doc:
        flat: list[Any] = list(chain.from_iterable(map(self._stretches.__getitem__, _STRETCH.findall(text))))
        return Doc(self.vocab, words=flat[::2], spaces=flat[1::2])

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
