"""Regular expressions of which a language has thousands and a process uses some: compiled when first used."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


class LatePattern:
    """An expression that is compiled when it is first matched.

    Attributes:
        pattern: the expression's text.
        match: `re.Pattern.match` of it. Raises re.error at its first use where the text is no expression.
    """

    __slots__ = ("match", "pattern")

    match: Callable[..., re.Match[str] | None]

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Any:
        """`match`, until it is first asked for; from then on it is found without asking here."""
        if name != "match":
            raise AttributeError(name)
        self.match = re.compile(self.pattern).match
        return self.match
