"""Any text, any entities, any dates: a result, the same on a second pass, with exact offsets.

Everyday runs try a few hundred examples; `ANAMNESIS_EXAMPLES=10000` makes it the long run.
"""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Span

from pipeline import samples
from tests.profiles import profile

EXAMPLES = int(os.environ.get("ANAMNESIS_EXAMPLES", "150"))
LANGUAGES = ("en", "fr")
QUALITIES = ("history", "negation", "family", "hypothesis", "allergy")

PIECES = st.sampled_from([
    "antécédents", "ATCD :", "history of", "PMH:", "depuis", "since", "il y a", "ago", "3 jours", "12/03/2015", "en 2015",
    "février", "l'an dernier", "et", "avec", ",", "(", ")", "\n", "\n\n", "- ", "• ", "1. ", "père", "no", "pas de", "fièvre",
    "e\u0301", "œ", "’", "\u00a0", "\u2028", "\x85", "İ", "ﬁ", "\u200b", "===", "Page 1/2", "ce jour", "99/99/9999", "31/02/2015",
    "5 mg", "aspirin", "stopped", "switched from", "to", ":", "?", "9999 ans", "à 17 ans", "MOTIF", "TRAITEMENT :",
])  # fmt: skip
TEXTS = (
    st.text(max_size=120)
    | st.lists(PIECES, max_size=40).map(" ".join)
    | st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)
)
ZONES = st.none() | st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
DAYS = (
    st.none()
    | st.dates()
    | st.datetimes(timezones=ZONES)
    | st.dates().map(date.isoformat)
    | st.datetimes(timezones=ZONES).map(datetime.isoformat)
    | st.sampled_from(["", "1978", "1978-11", "31/02/2015", "soon", 7, -1.5])
    | st.text(max_size=12)
)


@st.composite
def mutated(draw):
    """A sample note with pieces cut out, doubled or replaced."""
    lang = draw(st.sampled_from(LANGUAGES))
    text = draw(st.sampled_from([note["text"] for note in samples.load(lang)]))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        text = text[:start] + draw(PIECES | st.just(text[start:end] * 2) | st.text(max_size=4)) + text[end:]
    return lang, text


def made(lang, text, note, birth, data):
    """A Doc with entities and groups of entities anywhere."""
    doc = profile(lang, "given").make_doc(text)
    doc._.note_datetime, doc._.birth_datetime = note, birth
    if len(doc):
        spans = []
        for _ in range(data.draw(st.integers(0, 6))):
            start = data.draw(st.integers(0, len(doc) - 1))
            end = data.draw(st.integers(start + 1, min(len(doc), start + 12)))
            spans.append(Span(doc, start, end, data.draw(st.sampled_from(["PROBLEM", "DRUG", "STRENGTH", "x"]))))
        doc.spans["problems"] = spans
        free: list[Span] = []
        for span in spans:
            if all(span.end <= other.start or other.end <= span.start for other in free):
                free.append(span)
        doc.ents = free
    return doc


def state(doc):
    """All that the components have written."""
    groups = {name: [(s.start_char, s.end_char, s.label_) for s in group] for name, group in doc.spans.items()}
    entities = [*doc.ents, *doc.spans.get("problems", ())]
    values = [
        [getattr(e._, q) for q in QUALITIES] + [getattr(e._, f"{q}_evidence") for q in QUALITIES] for e in entities
    ]
    return groups, values, [s._.date_data for s in doc.spans["dates"]], [t.is_sent_start for t in doc]


def check(lang, text, note, birth, data):
    doc = profile(lang, "given")(made(lang, text, note, birth, data))
    assert doc.text == text
    for entity in (*doc.ents, *doc.spans.get("problems", ())):
        if entity.label_ != "STRENGTH":
            assert entity._.history in (True, False)
            for cue in entity._.history_evidence or ():
                assert 0 <= cue["start"] < cue["end"] <= len(text)
    before = state(doc)
    for _, component in profile(lang, "given").pipeline:
        component(doc)
    assert state(doc) == before


@given(lang=st.sampled_from(LANGUAGES), text=TEXTS, note=DAYS, birth=DAYS, data=st.data())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_texts(lang, text, note, birth, data):
    check(lang, text, note, birth, data)


@given(drawn=mutated(), note=DAYS, birth=DAYS, data=st.data())
@settings(max_examples=max(20, EXAMPLES // 3), deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_notes(drawn, note, birth, data):
    check(*drawn, note, birth, data)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("surrogate", ["\ud800", "toux \udfff."])
def test_a_lone_surrogate_is_a_clear_error(lang, surrogate):
    with pytest.raises(ValueError, match="surrogate"):
        profile(lang, "given")(surrogate)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("sign", ["a", "é", "1", "(", "œ", ".", "\u0301", "A"])
def test_a_long_text_without_a_blank(lang, sign):
    text = sign * 200_000
    assert profile(lang, "given")(text).text == text
