"""The work of a whole profile grows no faster than the text, whatever is repeated beside a drug."""

from __future__ import annotations

import pytest

from tests.growth import FRAMES, PARTS, growth, repeated
from tests.profiles import profile

SHORT, LONGER, SLACK = 500, 4, 1.5


# A row of figures took half a minute when it was forty long: such growth never ends.
@pytest.mark.timeout(120)
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("part", PARTS)
def test_work_grows_no_faster_than_a_repeated_part(lang: str, frame: str, part: str) -> None:
    nlp = profile(lang)
    assert growth(nlp, lambda size: nlp.make_doc(repeated(frame, part, size)), SHORT, LONGER) < LONGER * SLACK
