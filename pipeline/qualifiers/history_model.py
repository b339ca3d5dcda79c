"""The trained model of the past, of drugs or of problems: a linear one, whose weights are a table that can be read.

It weighs what stands around a mention (`history_contexts`) and has no part in the rules; it overrules them where it is sure, for
which shorthand and sentences have bounds of their own. Made by `pipeline.training.history_model`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from spacy.tokens import Span

from pipeline.qualifiers.base import RECENT, CueData, qualified_by
from pipeline.qualifiers.history_contexts import PAIRS, WORDS, Context, HistoryContexts, Tokens, stem_of
from pipeline.text.folding import FoldedText

MODELS = Path(__file__).parent.parent / "models"
_FILE = "weights.tsv"
#: What every mention weighs; how likely one in shorthand is of the past whatever the rules say, and how unlikely one that is not.
ALWAYS = "(always)"
PAST_FROM, PRESENT_BELOW = "(past from)", "(present below)"
#: The same of mentions in sentences; without them the rules decide there.
PAST_FROM_TOLD, PRESENT_BELOW_TOLD = "(past from, in sentences)", "(present below, in sentences)"

# Qualities of a drug that was not taken, of a problem that the patient has not.
_NOT_HAD = ("negation", "family", "hypothesis", "allergy")

Floats = np.ndarray[Any, np.dtype[np.float64]]


class HistoryModel:
    """Weights by feature.

    Args:
        weights: by the name of a feature, ALWAYS and both probabilities among them.
        folder: where they were read from.
    """

    def __init__(self, weights: Mapping[str, float], folder: Path) -> None:
        self.folder = folder
        self._always = weights[ALWAYS]
        shorthand = weights[PRESENT_BELOW], weights[PAST_FROM]
        self.reads_sentences = PAST_FROM_TOLD in weights or PRESENT_BELOW_TOLD in weights
        in_sentences = weights.get(PRESENT_BELOW_TOLD, 0.0), weights.get(PAST_FROM_TOLD, math.inf)
        self._sure = {True: shorthand, False: in_sentences}
        self._other = dict(weights)
        # Of each token its row, in which a stretch has a column; the first row is that of all other tokens.
        self._words: dict[str, int] = {}
        self._pairs: dict[str, int] = {}
        self._word_weights = self._table(WORDS, self._words)
        self._pair_weights = self._table(PAIRS, self._pairs)
        for token, row in self._words.items():
            if (stem := stem_of(token)) is not None:
                self._word_weights[row] += self._word_weights[self._words.get(stem, 0)]

    def _table(self, names: tuple[str, ...], rows: dict[str, int]) -> Floats:
        """The weights of the features of stretches, which are taken out of the others."""
        columns = {name: column for column, name in enumerate(names)}
        cells = []
        for feature, weight in list(self._other.items()):
            name, colon, token = feature.partition(": ")
            if colon and name in columns:
                cells.append((rows.setdefault(token, len(rows) + 1), columns[name], weight))
                del self._other[feature]
        table = np.zeros((len(rows) + 1, len(names)))
        for row, column, weight in cells:
            table[row, column] = weight
        return table

    @staticmethod
    def load(model: str | Path) -> HistoryModel:
        """Read a model once: the name of a folder in pipeline/models, or a path. Raises ValueError where there is none."""
        folder = next((path for path in (MODELS / model, Path(model)) if (path / _FILE).is_file()), None)
        if folder is None:
            raise ValueError(f"no model of the past {str(model)!r}: make one as pipeline/training/README.md says")
        return _load(folder)

    def scores(
        self, contexts: HistoryContexts, among: Container[int] | None = None
    ) -> dict[int, tuple[float, Context, bool]]:
        """How likely each mention is of the past, the context that says so, and whether that is shorthand, by where it begins.

        `among`: where those begin that are asked for; None for all. Those in sentences are left out where the model has no bounds for them.
        """
        found = contexts.among(among, sentences=self.reads_sentences)
        if not found:
            return {}
        edges = np.array([context.stretches for context, _ in found.values()])
        low = int(edges.min())
        before = self._read(contexts.text, low, int(edges.max()))
        edges -= low
        columns = np.arange(before.shape[1])
        totals = (before[edges[:, 1::2], columns] - before[edges[:, ::2], columns]).sum(axis=1)
        scores = {}
        for (start, (context, short)), total in zip(found.items(), totals.tolist(), strict=True):
            total += self._always + sum(self._other.get(name, 0.0) for name in context.other)
            scores[start] = 1 / (1 + math.exp(-total)), context, short
        return scores

    def _read(self, text: Tokens, low: int, high: int) -> Floats:
        """What the tokens from one to another weigh before each of them, by stretch; in those of pairs, each with the next one."""
        words, pairs = self._words, self._pairs
        row_of = {token: words.get(token) or words.get(stem or "", 0) for token, stem in text.stems.items()}
        before = np.zeros((high - low + 1, len(WORDS) + len(PAIRS)))
        before[1:, : len(WORDS)] = self._word_weights[[*map(row_of.__getitem__, text.tokens[low:high])]]
        two = [pairs.get(pair, 0) for pair in text.two[low:high]]
        before[1 : len(two) + 1, len(WORDS) :] = self._pair_weights[two]
        return np.cumsum(before, axis=0, out=before)

    def overrules(self, likely: float, *, past: bool, short: bool) -> bool:
        """Whether a mention is so likely of the past, or so unlikely, that what the rules say does not count.

        `past`: what they say; `short`: whether it is written of in shorthand.
        """
        low, high = self._sure[short]
        return likely < low if past else likely >= high

    def heaviest(self, contexts: HistoryContexts, context: Context, past: bool) -> tuple[int, int] | None:
        """The bounds of the word that says most that a mention is of the past, or that it is not; None where none tells it."""
        text, words = contexts.text, self._words
        by_token: dict[int, float] = {}
        edges = iter(context.stretches[: 2 * len(WORDS)])
        for column, (low, high) in enumerate(zip(edges, edges, strict=True)):
            for token in range(low, high):
                word = text.tokens[token]
                weight = float(self._word_weights[words.get(word) or words.get(text.stems[word] or "", 0), column])
                by_token[token] = by_token.get(token, 0.0) + (weight if past else -weight)
        tells = text.words.tells
        said = {token: weight for token, weight in by_token.items() if weight > 0 and tells(text.tokens[token])}
        return text.bounds[max(said, key=said.__getitem__)] if said else None

    def to_bytes(self) -> bytes:
        """The weights, for the fingerprint."""
        return (self.folder / _FILE).read_bytes()

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return HistoryModel.load, (self.folder,)


class Overruling:
    """What a model says of the mentions of one kind in a text, against the words.

    Args:
        contexts: what stands around the mentions, in the folded text.
        among: where those begin that it is asked about; None for all.

    Attributes:
        present: the mentions that are of the present whatever the words say, by where they begin in the folded text.
    """

    def __init__(
        self,
        model: HistoryModel,
        contexts: HistoryContexts,
        folded: FoldedText,
        among: Container[int] | None = None,
    ) -> None:
        self._model = model
        self._contexts = contexts
        self._folded = folded
        self._scores = model.scores(contexts, among)
        self.present = frozenset(
            start
            for start, (likely, _, short) in self._scores.items()
            if model.overrules(likely, past=True, short=short)
        )

    def decided(self, span: Span, past: bool, cues: list[CueData]) -> tuple[bool, list[CueData]]:
        """The decision about a mention, with the word that weighs most where it is not that of the rules: `past`, `cues`.

        What is denied, another person's, planned or not tolerated is not taken for the patient's past.
        """
        start = self._folded.place(span.start_char)
        found = self._scores.get(start)
        if found is None:
            return past, cues
        likely, context, short = found
        if not self._model.overrules(likely, past=past, short=short) or (not past and is_not_had(span)):
            return past, cues
        bounds = self._model.heaviest(self._contexts, context, not past)
        low, high = bounds if bounds is not None else (start, self._folded.place(span.end_char))
        cue: CueData = {
            "kind": "model",
            "start": self._folded.start(low),
            "end": self._folded.end(high),
            "rule": f"{RECENT}model" if past else "model",
            "score": round(likely, 3),
        }
        return not past, [*cues, cue]


def is_not_had(span: Span) -> bool:
    """Whether a drug was not taken, or the patient has not a problem."""
    return qualified_by(span, _NOT_HAD) is not None


def is_told(cues: Iterable[CueData]) -> bool:
    """Whether a word, or a date whose age is known, is among the cues of a decision."""
    return any(cue["kind"] == "lexical" or cue.get("age_days") is not None for cue in cues)


@lru_cache(maxsize=8)
def _load(folder: Path) -> HistoryModel:
    with (folder / _FILE).open(encoding="utf-8", newline="") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        try:
            weights = {name: float(weight) for name, weight in rows}
        except ValueError as error:
            raise ValueError(f"{folder / _FILE}: each row is a feature, a tab and its weight") from error
    if missing := {ALWAYS, PAST_FROM, PRESENT_BELOW} - weights.keys():
        raise ValueError(f"{folder / _FILE} lacks {', '.join(sorted(missing))}: make the model again")
    return HistoryModel(weights, folder)


def write(weights: Mapping[str, float], folder: Path, header: str) -> None:
    """Write the weights, the heaviest first, behind a comment."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0]))
    lines = [f"# {header}", *(f"{name}\t{weight:.3f}" for name, weight in ordered)]
    (folder / _FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
