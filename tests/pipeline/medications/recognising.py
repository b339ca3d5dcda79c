"""A recogniser by itself, and what it finds."""

from __future__ import annotations

import time

import spacy
from spacy.language import Language

import pipeline  # noqa: F401  registers the components


def recogniser(lang: str, **settings: object) -> Language:
    nlp = spacy.blank(lang, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    nlp.add_pipe("anamnesis_medications", config=settings)
    return nlp


def found(nlp: Language, text: str) -> list[tuple[str, str]]:
    return [(entity.text, entity.label_) for entity in nlp(text).ents]


def seconds(nlp: Language, text: str) -> float:
    """Seconds of this process for a text behind the tokenizer, the better of two."""
    best = float("inf")
    for _ in range(2):
        doc = nlp.make_doc(text)
        started = time.process_time()
        nlp.get_pipe("anamnesis_medications")(doc)
        best = min(best, time.process_time() - started)
    return best


def of(nlp: Language, text: str, label: str) -> list[str]:
    return [entity for entity, other in found(nlp, text) if other == label]
