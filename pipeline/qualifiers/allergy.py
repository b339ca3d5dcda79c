"""`anamnesis_allergy`: what the patient is allergic to or does not tolerate ("allergie à la pénicilline", "NKDA")."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from pipeline.qualifiers.base import Qualifier


class Allergy(Qualifier):
    """Qualifier `allergy`: True for an entity named as an allergy, or as its reaction."""

    quality = "allergy"

    def section_kinds(self) -> frozenset[str]:
        """An allergies section."""
        return frozenset({"allergies"})


@Language.factory("anamnesis_allergy", default_config={"attr": "NORM", "on_ents_only": True, "use_sections": False})
def make_allergy(nlp: Language, name: str, attr: str, on_ents_only: Any, use_sections: bool) -> Allergy:
    """Factory of Allergy."""
    return Allergy(nlp, attr=attr, on_ents_only=on_ents_only, use_sections=use_sections)
