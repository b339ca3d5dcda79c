"""A trained classifier of drug and attribute pairs, after "Matching the Blanks" (Baldini Soares et al., 2019).

Each candidate pair is read from a text whose entities are marked: the token vectors see the entity's label at every
token (`ENT_TYPE` among the features of the embedding), and the pair is represented by the mean vectors of both spans
and of what stands between them, with a few plain facts (which comes first, distance, sentence end, drugs between).
One component, `anamnesis_link_classifier`, trained by `spacy train` (training/configs/links.cfg) from Docs whose
`doc._.link_data` hold the annotated links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab
from thinc.api import Config, Linear, Logistic, Model, Optimizer, Relu, chain
from thinc.types import Floats2d

from pipeline import extensions

Pair = tuple[Span, Span]
Candidates = Callable[[Doc, frozenset[str], frozenset[str]], list[Pair]]

FACTORY = "anamnesis_link_classifier"
#: The reason of its links.
REASON = "model"
_FACTS = 10

DEFAULT_MODEL = """
[model]
@architectures = "anamnesis.LinkClassifier.v1"
hidden = 64

[model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 48
attrs = ["NORM","SHAPE","ENT_TYPE"]
rows = [1000,500,50]
include_static_vectors = false

[model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 48
depth = 2
window_size = 1
maxout_pieces = 3

[candidates]
@misc = "anamnesis.link_candidates.v1"
drugs_each_side = 3
characters = 400
"""


@registry.misc("anamnesis.link_candidates.v1")  # type: ignore[untyped-decorator]
def make_candidates(drugs_each_side: int = 3, characters: int = 400) -> Candidates:
    """The candidate window: for each attribute the nearest drugs before and behind it, none further than `characters`."""

    def candidates(doc: Doc, heads: frozenset[str], tails: frozenset[str]) -> list[Pair]:
        drugs = [span for span in doc.ents if span.label_ in heads]
        found: list[Pair] = []
        behind = 0
        for tail in doc.ents:
            if tail.label_ not in tails:
                continue
            while behind < len(drugs) and drugs[behind].start < tail.start:
                behind += 1
            for drug in drugs[max(0, behind - drugs_each_side) : behind + drugs_each_side]:
                distance = max(tail.start_char - drug.end_char, drug.start_char - tail.end_char)
                if distance <= characters:
                    found.append((drug, tail))
        return found

    return candidates


@registry.architectures("anamnesis.LinkClassifier.v1")  # type: ignore[untyped-decorator]
def build_classifier(tok2vec: Model[list[Doc], list[Floats2d]], hidden: int) -> Model[list[list[Pair]], Floats2d]:
    """The model: pairs of several Docs in, one probability a pair out, in the order of Docs and pairs."""
    width = tok2vec.get_dim("nO")
    classify: Model[Any, Any] = chain(Relu(nO=hidden, nI=3 * width + _FACTS), Linear(nO=1, nI=hidden), Logistic())
    return Model("link_classifier", _forward, layers=[tok2vec, classify], init=_initialise, refs={"tok2vec": tok2vec})


def _initialise(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803  thinc's own names
    tok2vec, classify = model.layers
    tok2vec.initialize(X=[pairs[0][0].doc for pairs in X if pairs] if X else None)
    classify.initialize()


def _forward(
    model: Model[Any, Any], batch: list[list[Pair]], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], list[Any]]]:
    tok2vec, classify = model.layers
    docs = [pairs[0][0].doc for pairs in batch if pairs]
    vectors, back_vectors = tok2vec(docs, is_train)
    rows, places = [], []
    for number, pairs in enumerate([pairs for pairs in batch if pairs]):
        for drug, tail in pairs:
            parts = _stretches(drug, tail)
            means = [_mean(vectors[number], start, end) for start, end in parts]
            rows.append(np.concatenate([*means, _facts(drug, tail)]))
            places.append((number, parts))
    width = vectors[0].shape[1] if vectors else 0
    inputs = np.asarray(rows, dtype="f").reshape(len(rows), -1)
    outputs, back_classify = classify(inputs, is_train)

    def backprop(gradient: Floats2d) -> list[Any]:
        d_inputs = back_classify(gradient)
        d_vectors = [np.zeros_like(array) for array in vectors]
        for row, (number, parts) in zip(d_inputs, places, strict=True):
            for part, (start, end) in enumerate(parts):
                if end > start:
                    d_vectors[number][start:end] += row[part * width : (part + 1) * width] / (end - start)
        back_vectors(d_vectors)
        return []

    return outputs, backprop


def _stretches(drug: Span, tail: Span) -> tuple[tuple[int, int], ...]:
    first, last = (drug, tail) if drug.start < tail.start else (tail, drug)
    return (drug.start, drug.end), (tail.start, tail.end), (first.end, last.start)


def _mean(vectors: Any, start: int, end: int) -> Any:
    return vectors[start:end].mean(axis=0) if end > start else np.zeros(vectors.shape[1], dtype="f")


def _facts(drug: Span, tail: Span) -> Any:
    """What a mean of vectors does not show: order, distance, and what kinds of things stand between."""
    doc, before = drug.doc, drug.start < tail.start
    first, last = (drug, tail) if before else (tail, drug)
    between = [span for span in doc.ents if first.end <= span.start and span.end <= last.start]
    text = doc[first.end : last.start].text if last.start > first.end else ""
    drugs = sum(span.label_ == drug.label_ for span in between)
    gap = max(0, last.start - first.end)
    return np.asarray(
        [
            before,
            gap == 0,
            min(gap, 30) / 30,
            drugs == 0,
            min(drugs, 3) / 3,
            min(len(between), 8) / 8,
            "\n" in text,
            ". " in text,
            "," in text,
            any(span.label_ == tail.label_ for span in between),
        ],
        dtype="f",
    )


@Language.factory(
    FACTORY,
    default_config={
        **Config().from_str(DEFAULT_MODEL),
        "head_labels": ["DRUG"],
        "tail_labels": ["STRENGTH", "DOSAGE", "DURATION", "FORM", "FREQUENCY", "ROUTE"],
        "threshold": 0.5,
    },
    default_score_weights={"links_f": 1.0, "links_p": 0.0, "links_r": 0.0},
)
def make_classifier(
    nlp: Language,
    name: str,
    model: Model[Any, Any],
    candidates: Candidates,
    head_labels: list[str],
    tail_labels: list[str],
    threshold: float,
) -> LinkClassifier:
    """Factory of LinkClassifier."""
    return LinkClassifier(nlp.vocab, model, name, candidates, head_labels, tail_labels, threshold)


class LinkClassifier(TrainablePipe):  # type: ignore[misc]
    """Scores pairs of drug and attribute; sets `doc._.link_data` where it runs by itself.

    Trained on the entities of the annotated Docs, so that it learns links only.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[Any, Any],
        name: str,
        candidates: Candidates,
        head_labels: Sequence[str],
        tail_labels: Sequence[str],
        threshold: float,
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.candidates = candidates
        self.heads, self.tails = frozenset(head_labels), frozenset(tail_labels)
        self.threshold = threshold
        self.cfg: dict[str, Any] = {}

    def pairs(self, doc: Doc) -> list[Pair]:
        """The candidate pairs of a Doc."""
        return self.candidates(doc, self.heads, self.tails)

    def probabilities(self, doc: Doc) -> list[tuple[Span, Span, float]]:
        """Each candidate pair with the probability that it is a link."""
        pairs = self.pairs(doc)
        if not pairs:
            return []
        scores = self.model.predict([pairs])
        return [(drug, tail, float(score)) for (drug, tail), (score,) in zip(pairs, scores, strict=True)]

    def predict(self, docs: Iterable[Doc]) -> list[list[tuple[Span, Span, float]]]:
        """The scored pairs of each Doc."""
        return [self.probabilities(doc) for doc in docs]

    def set_annotations(self, docs: Iterable[Doc], scores: list[list[tuple[Span, Span, float]]]) -> None:
        """Set the links whose probability reaches the threshold."""
        for doc, found in zip(docs, scores, strict=True):
            doc._.link_data = self.links(found)

    def links(self, scored: Iterable[tuple[Span, Span, float]]) -> list[dict[str, Any]]:
        """The links whose probability reaches the threshold, as `Doc._.link_data` holds them."""
        return [
            {
                "head": [drug.start_char, drug.end_char],
                "tail": [tail.start_char, tail.end_char],
                "type": tail.label_,
                "score": round(score, 4),
                "method": "model",
                "reason": REASON,
            }
            for drug, tail, score in scored
            if score >= self.threshold
        ]

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None, labels: Any = None
    ) -> None:
        """Initialise the model with some of the training data."""
        sample = [self.pairs(example.reference) for example in list(get_examples())[:10]]
        self.model.initialize(X=[pairs for pairs in sample if pairs])

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch."""
        losses = losses if losses is not None else {}
        losses.setdefault(self.name, 0.0)
        batch = [pairs for example in examples if (pairs := self.pairs(example.reference))]
        if not batch:
            return losses
        truth = np.asarray([[is_link] for pairs in batch for is_link in _truth(pairs)], dtype="f")
        scores, backprop = self.model.begin_update(batch)
        gradient = (scores - truth) / len(truth)
        backprop(gradient)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += float(((scores - truth) ** 2).sum())
        return losses

    def score(self, examples: Iterable[Example], **settings: Any) -> dict[str, float]:
        """Precision, recall and F1 of the links between annotated entities."""
        right = wrong = wanted = 0
        for example in examples:
            gold = _gold_links(example.reference)
            found = {
                (drug.start_char, tail.start_char)
                for drug, tail, score in self.probabilities(example.reference)
                if score >= self.threshold
            }
            right += len(found & gold)
            wrong += len(found - gold)
            wanted += len(gold)
        precision, recall = right / max(1, right + wrong), right / max(1, wanted)
        both = precision + recall
        return {"links_p": precision, "links_r": recall, "links_f": 2 * precision * recall / both if both else 0.0}


def _gold_links(doc: Doc) -> set[tuple[int, int]]:
    return {(link["head"][0], link["tail"][0]) for link in doc._.link_data or ()}


def _truth(pairs: list[Pair]) -> list[bool]:
    gold = _gold_links(pairs[0][0].doc)
    return [(drug.start_char, tail.start_char) in gold for drug, tail in pairs]


extensions.value(Doc, "link_data", [])
