"""Posology: linked attributes read into dose, strength, timing, route, form and duration."""

from pipeline.medications.posology import component

__all__ = ["component"]
