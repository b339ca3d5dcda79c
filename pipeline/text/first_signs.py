"""Where a phrase may begin in a text that is not folded: an expression of the first signs of many phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A title is looked for where so many letters are those of one, or its first word if that is shorter.
_BEGINNING = 3
# Any sign outside ASCII may be one of a title, folded.
_FOREIGN = r"[^\x00-\x7f]"
_WORD_END = "\0"
_LIKE = {"'": "`"}


def first_signs(titles: Iterable[str]) -> str:
    """An expression for the text as it is, not folded, that matches at least where a title may begin."""
    words = {title.split()[0] for title in titles if title.strip()}
    return _tree({word[:_BEGINNING] + ("" if len(word) >= _BEGINNING else _WORD_END) for word in words})


def _tree(beginnings: set[str]) -> str:
    if "" in beginnings:
        return ""
    rests: dict[str, set[str]] = {}
    for beginning in beginnings:
        rests.setdefault(beginning[0], set()).add(beginning[1:])
    branches = [
        r"(?!\w)"
        if sign == _WORD_END
        else f"[{re.escape(sign + sign.upper() + _LIKE.get(sign, ''))}]{_tree(rests[sign])}"
        for sign in sorted(rests)
    ]
    return f"(?:{'|'.join(branches)}|{_FOREIGN})"
