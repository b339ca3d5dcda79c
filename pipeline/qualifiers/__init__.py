"""Qualifiers: what the text says about an entity: past, denied, of a relative, supposed, an allergy."""

from pipeline.qualifiers.allergy import Allergy
from pipeline.qualifiers.family import Family
from pipeline.qualifiers.history import History
from pipeline.qualifiers.hypothesis import Hypothesis
from pipeline.qualifiers.negation import Negation

__all__ = ["Allergy", "Family", "History", "Hypothesis", "Negation"]
