"""Clinical text to structured events: spaCy components for medications and medical history, and their profiles.

`import pipeline` registers every component with spaCy (their names begin with `anamnesis_`).
"""

from pipeline import matching, medications, qualifiers, text
from pipeline.enrich import EnrichOptions, LanguageMismatchError, enrich, enrich_many
from pipeline.extensions import ExtensionConflictError
from pipeline.profile import ProfileError, load, warm_up

__all__ = [
    "EnrichOptions",
    "ExtensionConflictError",
    "LanguageMismatchError",
    "ProfileError",
    "enrich",
    "enrich_many",
    "load",
    "matching",
    "medications",
    "qualifiers",
    "text",
    "warm_up",
]
