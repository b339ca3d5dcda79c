"""What a word right before an entity leads to, and the entities that a list joins to it: "on CT or MRI", "prn nausea, pain"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from spacy.tokens import Span

from pipeline.qualifiers.reading import Reading

# So far behind one entity a further one is looked for.
_NEXT = 40
Bounds = tuple[int, int]


def led(
    spans: Iterable[Span], reading: Reading, opens: Callable[[Span, int], bool], further: re.Pattern[str]
) -> dict[Bounds, Bounds]:
    """The bounds of the spans, in order, that `opens` (asked with their places in the folded text), and of those joined to them.

    `further`: all that stands between two that are joined. Each has the bounds of the span that opened its list.
    """
    text, place = reading.folded.folded, reading.folded.place
    found: dict[Bounds, Bounds] = {}
    last: Bounds | None = None
    for span in sorted(spans, key=lambda one: one.start_char):
        bounds, start = (span.start_char, span.end_char), place(span.start_char)
        if opens(span, start):
            found[bounds] = bounds
        elif last is not None and start - place(last[1]) < _NEXT and further.fullmatch(text, place(last[1]), start):
            found[bounds] = found[last]
        else:
            continue
        last = bounds
    return found
