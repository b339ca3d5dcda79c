"""spaCy's French as the product imports it: else its import compiles what few tests need, in every process of a run."""

from __future__ import annotations

from pipeline.text.french_language import import_french

import_french()
