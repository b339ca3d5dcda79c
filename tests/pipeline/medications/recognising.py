"""A recogniser by itself, and what it finds."""

from __future__ import annotations

import spacy
from spacy.language import Language

import pipeline  # noqa: F401  registers the components


def recogniser(lang: str, **settings: object) -> Language:
    nlp = spacy.blank(lang, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    nlp.add_pipe("anamnesis_medications", config=settings)
    return nlp


def found(nlp: Language, text: str) -> list[tuple[str, str]]:
    return [(entity.text, entity.label_) for entity in nlp(text).ents]


def of(nlp: Language, text: str, label: str) -> list[str]:
    return [entity for entity, other in found(nlp, text) if other == label]
