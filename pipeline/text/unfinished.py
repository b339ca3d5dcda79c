"""Whether a line is completed by the next one: it ends in a sign or a word ("with", "avec") that more must follow.

The words are in `text/unfinished.txt`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline import resources


@lru_cache(maxsize=len(resources.LANGUAGES))
def unfinished(lang: str) -> re.Pattern[str]:
    """Expression that is found in a line, between its bounds, where the next line goes on with it."""
    words = "|".join(map(re.escape, resources.read_lines(lang, "text/unfinished.txt")))
    return re.compile(rf"(?:[,;:/(+&-]|(?<!\w)(?:{words}))\s*\Z", re.IGNORECASE)
