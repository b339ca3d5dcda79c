"""The time that a whole profile takes grows no faster than the text, whatever is repeated beside a drug."""

from __future__ import annotations

import time

import pytest
from spacy.language import Language

from tests.profiles import profile

SHORT, LONGER, SLACK = 500, 4, 4
# A row of figures took half a minute when it was forty long: such growth shows at once or never ends.
ENDLESS = 60


def spent(nlp: Language, text: str) -> float:
    """Seconds of this process, the better of two."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        nlp(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.timeout(120)
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "frame",
    ["Lasix {} mg daily", "{} Lasix", "Lasix {} 2015", "tried Lasix {} in 2015", "CHF {} 2015", "Hx: {} CHF"],
)
@pytest.mark.parametrize(
    "part",
    ["9", "a", "x", "1 ", "a ", "po ", "1-", "1/", "1,", "x3 ", "mg ", "and ", "or, ", "/", "- ", "in ", "for ", "'", "of the ", "2015 "],
)  # fmt: skip
def test_time_grows_no_faster_than_a_repeated_part(lang: str, frame: str, part: str) -> None:
    nlp = profile(lang)
    few, many = (frame.format((part * size)[:size]) for size in (SHORT, SHORT * LONGER))
    spent(nlp, frame.format((part * ENDLESS)[:ENDLESS]))
    assert spent(nlp, many) < LONGER * SLACK * max(spent(nlp, few), 0.005)
