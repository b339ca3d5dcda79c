"""What is denied: behind a heading's colon, and as the answer in a form."""

from __future__ import annotations

import pytest

from tests.profiles import profile


@pytest.fixture(scope="module")
def nlp():
    return profile("en", "given")


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("HEENT:  No history of cataracts, blurry vision or glaucoma.", True),
        ("Eyes: Denies glaucoma.", True),
        ("REVIEW OF SYSTEMS:\nEYES: no glaucoma.", True),
        ("Glaucoma: no", True),
        ("Glaucoma : none known.", True),
        ("Glaucoma: denies\nCataracts: yes", True),
        ("Glaucoma: no longer controlled by drops.", False),
        ("Glaucoma: no change.", False),
        ("Cataracts: no, glaucoma: yes", False),
    ],
)
def test_colon_stands_before_a_denial_or_an_answer(nlp, text, denied):
    doc = nlp.make_doc(text)
    start = text.lower().index("glaucoma")
    doc.ents = [doc.char_span(start, start + len("glaucoma"), "PROBLEM")]
    nlp(doc)
    assert doc.ents[0]._.negation is denied
