"""`anamnesis_linking`: every attribute on its drug, with a score and the reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import spacy
from spacy.attrs import IDX, SENT_START
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span

from pipeline import extensions, resources
from pipeline.medications.linking_before import Mention
from pipeline.medications.linking_model import FACTORY, REASON, LinkClassifier
from pipeline.medications.linking_rules import REASONS, RuleLinker, sentence_starts
from pipeline.text.doc_text import DocText

HEAD_LABELS = ("DRUG",)
TAIL_LABELS = ("STRENGTH", "DOSAGE", "DURATION", "FORM", "FREQUENCY", "ROUTE")
_SENTENCES = [SENT_START, IDX]
_PASSING = ("allergy", "negation")
METHODS = ("rules", "model", "combined")
#: Every reason that a link may have; none is ever left out or added by a setting.
LINK_REASONS = frozenset({*REASONS, REASON})


@dataclass(frozen=True, slots=True)
class Link:
    """`attribute` belongs to `drug`; `reason` is one of `LINK_REASONS`: a rule's, or "model" for the classifier's."""

    drug: Span
    attribute: Span
    score: float
    method: str
    reason: str


@Language.factory(
    "anamnesis_linking",
    default_config={
        "head_labels": list(HEAD_LABELS),
        "tail_labels": list(TAIL_LABELS),
        "method": "rules",
        "model": None,
    },
)
def make_linking(
    nlp: Language,
    name: str,
    head_labels: list[str],
    tail_labels: list[str],
    method: Literal["rules", "model", "combined"],
    model: str | None,
) -> Linking:
    """The component for the pipeline's language.

    Raises ValueError for an unknown method, a method without its trained model, labels that are heads and tails at
    once, or a language without resources.
    """
    return Linking(nlp.lang or "", head_labels=head_labels, tail_labels=tail_labels, method=method, model=model)


class Linking:
    """Links the entities with a tail label to those with a head label.

    Reads `doc.ents`, and sentences where the Doc has them (else punctuation and blank lines); `span._.allergy` and
    `span._.negation` of drugs where a component has set them. Writes `doc._.link_data`: one dict a link with head and
    tail (character offsets), type, score, method, reason. An attribute with no drug in reach gets no link; it is in
    `doc._.unlinked`. Earlier links of the Doc are replaced.

    `method`: "rules", "model" (the trained classifier of `linking_model`), or "combined": the rules, and the
    classifier for attributes that the rules leave alone. `model`: the folder or package of a pipeline that holds a trained `anamnesis_link_classifier`.
    """

    def __init__(
        self,
        lang: str,
        *,
        head_labels: Sequence[str] = HEAD_LABELS,
        tail_labels: Sequence[str] = TAIL_LABELS,
        method: str = "rules",
        model: str | None = None,
    ) -> None:
        if method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
        both = set(head_labels) & set(tail_labels)
        if both:
            raise ValueError(f"labels cannot be heads and tails at once: {', '.join(sorted(both))}")
        if lang not in resources.LANGUAGES:
            raise ValueError(f"anamnesis_linking reads {', '.join(resources.LANGUAGES)}, not {lang!r}")
        self.head_labels = frozenset(head_labels)
        self.tail_labels = frozenset(tail_labels)
        self._labels = {get_string_id(label): label for label in self.head_labels | self.tail_labels}
        self._tail_labels = sorted(self.tail_labels)
        self.lang = lang
        self.method = method
        self.rules = RuleLinker(lang)
        self.classifier = None if method == "rules" else _load_classifier(method, model)
        if self.classifier is not None:
            self.model = self.classifier.model  # its weights count for the fingerprint

    def __call__(self, doc: Doc) -> Doc:
        spans = [span for span in doc.ents if span.label in self._labels]
        text = DocText.of(doc).text if spans else ""
        mentions = self._mentions(doc, text, spans)
        by_rule = [
            {
                "head": [mentions[link.head].start, mentions[link.head].end],
                "tail": [mentions[link.tail].start, mentions[link.tail].end],
                "type": mentions[link.tail].label,
                "score": REASONS[link.reason],
                "method": "rules",
                "reason": link.reason,
            }
            for link in (self.rules(text, mentions) if self.method != "model" else ())
        ]
        links = by_rule if self.classifier is None else self._added(doc, by_rule, self.classifier)
        extensions.write_of_doc(doc, "link_data", links)
        extensions.write_of_doc(doc, "tail_labels", list(self._tail_labels))
        return doc

    @staticmethod
    def _added(doc: Doc, by_rule: list[dict[str, Any]], classifier: LinkClassifier) -> list[dict[str, Any]]:
        """The links of the rules, and the classifier's own for attributes that have none."""
        linked = {tuple(link["tail"]) for link in by_rule}
        added = [link for link in classifier.links(classifier.probabilities(doc)) if tuple(link["tail"]) not in linked]
        return sorted([*by_rule, *added], key=lambda link: (link["tail"], link["head"]))

    def _mentions(self, doc: Doc, text: str, spans: Sequence[Span]) -> list[Mention]:
        if not spans:
            return []
        starts = _sentence_starts(doc, text)
        mentions: list[Mention] = []
        sentence = seen = end = 0
        for span in spans:
            start, stop, label = span.start_char, span.end_char, self._labels[span.label]
            position = bisect_right(starts, start)
            # Splitters cut after "p.o." and "b.i.d."; what follows such an entity at once is no new sentence.
            gap = text[end:start]
            cut = end and text[end - 1] == "." and gap.isspace() and "\n" not in gap
            inside = bisect_right(starts, end - 1) if end else seen
            if position > max(seen, inside) and not cut:
                sentence += 1
            seen, end = position, stop
            head = label in self.head_labels
            mentions.append(Mention(start, stop, label, head, sentence, aside=head and _in_passing(span)))
        return mentions


def _load_classifier(method: str, model: str | None) -> LinkClassifier:
    if model is None:
        raise ValueError(
            f'anamnesis_linking: method = "{method}" needs a trained model; give its folder as model = "...", made by '
            f"spacy train with pipeline/training/configs/links.cfg"
        )
    try:
        nlp = spacy.load(model)
    except OSError:
        raise ValueError(f"anamnesis_linking: model = {model!r} is neither a folder nor an installed package") from None
    for _, component in nlp.pipeline:
        if isinstance(component, LinkClassifier):
            return component
    raise ValueError(f"anamnesis_linking: the pipeline {model!r} has no {FACTORY}")


def _sentence_starts(doc: Doc, text: str) -> Sequence[int]:
    if not doc.has_annotation("SENT_START"):
        return sentence_starts(text)
    rows = doc.to_array(_SENTENCES)
    starts: list[int] = rows[rows[:, 0] == 1, 1].tolist()
    return starts


def _in_passing(drug: Span) -> bool:
    """Is the drug named only to say that it is not taken?"""
    allergy, negation = extensions.several_at(drug.doc, _PASSING, (drug.start_char, drug.end_char))
    return allergy is True or negation is True


def read_links(doc: Doc) -> tuple[Link, ...]:
    """The links of a Doc, in the order of their attributes."""
    spans = _entities(doc)
    return tuple(
        Link(spans[tuple(link["head"])], spans[tuple(link["tail"])], link["score"], link["method"], link["reason"])
        for link in doc._.link_data
    )


def _entities(doc: Doc) -> dict[tuple[int, ...], Span]:
    return {(span.start_char, span.end_char): span for span in doc.ents}


def _attributes(drug: Span) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    own = [drug.start_char, drug.end_char]
    for link in _with(drug.doc, "head", own):
        found.setdefault(link.attribute.label_, []).append(link.attribute)
    return found


def _drugs(attribute: Span) -> list[Span]:
    return [link.drug for link in _with(attribute.doc, "tail", [attribute.start_char, attribute.end_char])]


def _with(doc: Doc, side: str, own: list[int]) -> Iterable[Link]:
    return (link for link, data in zip(read_links(doc), doc._.link_data, strict=True) if list(data[side]) == own)


def _unlinked(doc: Doc) -> list[Span]:
    linked: set[Any] = {tuple(link["tail"]) for link in doc._.link_data}
    labels = set(doc._.tail_labels)
    return [span for span in doc.ents if span.label_ in labels and (span.start_char, span.end_char) not in linked]


extensions.value(Doc, "link_data", [])
extensions.value(Doc, "tail_labels", [])
extensions.computed(Doc, "links", read_links)
extensions.computed(Doc, "unlinked", _unlinked)
extensions.computed(Span, "attributes", _attributes)
extensions.computed(Span, "drug", _drugs)
