"""The trained model of unlisted names: how likely an unknown word is a drug, by the words around it.

A spaCy pipeline of a convolutional tok2vec and a span categoriser, made by pipeline/training. It reads windows
(`pipeline.medications.windows`), one of some twenty tokens for each unknown word, and never a whole note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab
from thinc.api import Ops, get_current_ops
from thinc.types import Ragged

from pipeline.medications.windows import CLOSE

MODELS = Path(__file__).parent.parent / "models"
SPANS = "candidates"
_BATCH = 512

Suggester = Callable[..., Ragged]


@registry.misc("anamnesis.marked_word.v1")  # type: ignore[untyped-decorator]
def make_marked_word_suggester() -> Suggester:
    """Suggests the one word of each window that stands between the marks."""

    def suggest(docs: Iterable[Doc], *, ops: Ops | None = None) -> Ragged:
        ops = ops or get_current_ops()
        places = [next((token.i for token in doc if token.text == CLOSE), 0) for doc in docs]
        spans = [[place - 1, place] for place in places if place]
        data = ops.asarray2i(spans) if spans else ops.alloc2i(0, 2)
        return Ragged(data, ops.asarray1i([int(place > 0) for place in places]))

    return cast(Suggester, suggest)


class BlanksTokenizer:
    """Splits a window that is written with blanks between its tokens, such as the raw text of `spacy pretrain`."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The tokens of a window."""
        return Doc(self.vocab, words=[token for token in text.split(" ") if token])

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write nothing: there is no state."""

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> BlanksTokenizer:
        """The same tokenizer."""
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Nothing: there is no state."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> BlanksTokenizer:
        """The same tokenizer."""
        return self


@registry.tokenizers("anamnesis.blanks_tokenizer.v1")  # type: ignore[untyped-decorator]
def make_blanks_tokenizer() -> Callable[[Language], BlanksTokenizer]:
    """The registered tokenizer, for the config of the model."""

    def make(nlp: Language) -> BlanksTokenizer:
        return BlanksTokenizer(nlp.vocab)

    return make


class CandidateModel:
    """Scores candidates. Docs are made with `vocab` and not kept.

    Args:
        model: the name of a folder in pipeline/models, or the path of a pipeline that spaCy saved.

    Raises:
        ValueError: there is no such pipeline.
    """

    def __init__(self, model: str | Path, vocab: Vocab) -> None:
        folder = next((path for path in (MODELS / model, Path(model)) if (path / "config.cfg").is_file()), None)
        if folder is None:
            raise ValueError(f"no model of unlisted names {str(model)!r}: make one with `make model`, or leave it out")
        self.folder = folder
        self.vocab = vocab
        self._nlp = spacy.load(folder, vocab=vocab, exclude=["vocab", "tokenizer"])

    def scores(self, windows: Sequence[Sequence[str]]) -> list[float]:
        """How likely the candidate of each window is a drug, 0 to 1."""
        docs = (Doc(self.vocab, words=list(window)) for window in windows)
        return [float(doc.spans[SPANS].attrs["scores"][0]) for doc in self._nlp.pipe(docs, batch_size=_BATCH)]

    def to_bytes(self) -> bytes:
        """The weights, for the fingerprint."""
        return b"".join(pipe.model.to_bytes() for _, pipe in self._nlp.pipeline if hasattr(pipe, "model"))

    def __reduce__(self) -> tuple[type[CandidateModel], tuple[Path, Vocab]]:
        return CandidateModel, (self.folder, self.vocab)
