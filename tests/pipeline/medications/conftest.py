"""The recognisers that most of these files read with."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import recogniser


@pytest.fixture(scope="session")
def english() -> Language:
    return recogniser("en")


@pytest.fixture(scope="session")
def french() -> Language:
    return recogniser("fr")
