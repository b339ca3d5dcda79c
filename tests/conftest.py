"""Hypothesis on a shared, slow machine: no deadlines, and no complaint about slow generation."""

from hypothesis import HealthCheck, settings

settings.register_profile("anamnesis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anamnesis")
