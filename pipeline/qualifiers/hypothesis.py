"""`anamnesis_hypothesis`: what may be, or would be under a condition ("suspicion d'AVC", "if fever", "rule out PE")."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from pipeline.qualifiers.base import Qualifier


class Hypothesis(Qualifier):
    """Qualifier `hypothesis`: True for an entity that the text supposes, plans against or makes conditional."""

    quality = "hypothesis"


@Language.factory("anamnesis_hypothesis", default_config={"attr": "NORM", "on_ents_only": True})
def make_hypothesis(nlp: Language, name: str, attr: str, on_ents_only: Any) -> Hypothesis:
    """Factory of Hypothesis."""
    return Hypothesis(nlp, attr=attr, on_ents_only=on_ents_only)
