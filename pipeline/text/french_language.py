"""spaCy's French, imported in a tenth of a second instead of three.

spaCy compiles one expression of 1.4 million characters when its French is imported, for words with a hyphen or an
apostrophe (`spacy.lang.fr.tokenizer_exceptions.TOKEN_MATCH`). `anamnesis.clinical_tokenizer.v1` never asks for it;
spaCy's own tokenizer does, and then it is compiled.
"""

from __future__ import annotations

import importlib
import re
import sys
from functools import cached_property
from typing import Any

_MODULE = "spacy.lang.fr"
# Far longer than any expression that another thread may want at that moment.
_HUGE = 1_000_000


class _CompiledLater:
    """What spaCy uses of an expression: `match`, and `pattern` when a pipeline is saved."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def match(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self._compiled.match(text)


def import_french() -> None:
    """Import spaCy's French where that has not been done; what it can do stays the same."""
    if _MODULE in sys.modules:
        return
    compile_now = re.compile

    def compile_small(pattern: Any, flags: int = 0) -> Any:
        if isinstance(pattern, str) and len(pattern) > _HUGE:
            return _CompiledLater(pattern)
        return compile_now(pattern, flags)

    names = vars(re)
    names["compile"] = compile_small
    try:
        importlib.import_module(_MODULE)
    finally:
        names["compile"] = compile_now
