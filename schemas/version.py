"""The version of this package, as events, dead letters and telemetry tell it."""

from importlib import metadata

VERSION = metadata.version("anamnesis")
