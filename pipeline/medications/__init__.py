"""Medications: what is recognised, which attributes belong to which drug, and how they read."""

from pipeline.medications import linking, linking_model, posology, recognizer

__all__ = ["linking", "linking_model", "posology", "recognizer"]
