"""`anamnesis_family`: what is said of a relative ("père : infarctus", "breast cancer in her mother")."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from pipeline.qualifiers.base import Qualifier


class Family(Qualifier):
    """Qualifier `family`: True for an entity that concerns a relative of the patient."""

    quality = "family"

    def section_kinds(self) -> frozenset[str]:
        """A family history section."""
        return frozenset({"family_history"})


@Language.factory("anamnesis_family", default_config={"attr": "NORM", "on_ents_only": True, "use_sections": False})
def make_family(nlp: Language, name: str, attr: str, on_ents_only: Any, use_sections: bool) -> Family:
    """Factory of Family."""
    return Family(nlp, attr=attr, on_ents_only=on_ents_only, use_sections=use_sections)
