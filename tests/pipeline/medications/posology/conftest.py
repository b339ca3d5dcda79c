"""The profiles that the sentences are read with."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.profiles import profile


@pytest.fixture(scope="session")
def profiles() -> dict[str, Language]:
    """The shipped profile of each language."""
    return {lang: profile(lang) for lang in ("en", "fr")}
