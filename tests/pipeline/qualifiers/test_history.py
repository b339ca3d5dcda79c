"""`anamnesis_history`: the documented example, its parameters, and what must never happen."""

import pickle
from datetime import UTC, date, datetime

import pytest
import spacy
from spacy.tokens import Doc, Span

import pipeline  # noqa: F401  (registers the components)
from tests.pipeline.qualifiers.reading import read, values

EXAMPLE = (
    "Le patient est admis le 23 août 2021 pour une douleur au bras. Il a des antécédents de malaises.\n"
    "ANTÉCÉDENTS : - le patient a déjà eu des malaises. - le patient a eu une douleur à la jambe il y a 10 jours"
)
TERMS = {"douleur": "douleur", "malaise": "malaises"}


def build(terms=TERMS, **settings):
    nlp = spacy.blank("fr")
    for name in ("sentences", "normalizer", "sections", "dates"):
        nlp.add_pipe(f"anamnesis_{name}")
    nlp.add_pipe("anamnesis_matcher", config={"terms": terms})
    nlp.add_pipe("anamnesis_history", config=settings)
    return nlp


@pytest.mark.parametrize(
    ("note", "first"),
    [
        (None, False),
        ("2021-09-05", False),
        ("2021-09-06", True),
        (date(2021, 9, 6), True),
        (datetime(2021, 9, 6, 10), True),
        (datetime(2021, 9, 6, 10, tzinfo=UTC), True),
    ],
)
def test_history_documented_example(note, first):
    doc = read(build(use_sections=True, use_dates=True), EXAMPLE, note)
    assert values(doc) == [first, True, True, False]
    assert [entity._.history_ for entity in doc.ents] == ["ATCD" if first else "CURRENT", "ATCD", "ATCD", "CURRENT"]


def test_history_explain_gives_cues_also_where_false():
    doc = read(build(use_sections=True, use_dates=True, explain=True), EXAMPLE)
    assert [cue.text for cue in doc.ents[1]._.history_cues] == ["antécédents"]
    assert [cue.label_ for cue in doc.ents[3]._.recent_cues] == ["recent_date"]
    assert doc.ents[3]._.history_cues
    (evidence,) = [cue for cue in doc.ents[3]._.history_evidence if cue["kind"] == "date"]
    assert (evidence["age_days"], evidence["limit_days"]) == (10, 14)


def test_history_second_pass_changes_nothing():
    nlp = build(use_sections=True, use_dates=True, explain=True)
    doc = read(nlp, EXAMPLE, "2021-09-06")
    before = [(entity._.history, entity._.history_evidence) for entity in doc.ents]
    nlp.get_pipe("anamnesis_history")(doc)
    assert [(entity._.history, entity._.history_evidence) for entity in doc.ents] == before


@pytest.mark.parametrize(("setting", "group"), [("use_sections", "sections"), ("use_dates", "dates")])
def test_history_setting_that_cannot_take_effect(setting, group):
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_history", config={setting: True})
    with pytest.raises(ValueError, match=f"anamnesis_{group}"):
        nlp("")


@pytest.mark.parametrize("limit", [9, "9"])
def test_history_limit(limit):
    doc = read(build(use_dates=True, history_limit=limit), "une douleur il y a 10 jours")
    assert values(doc) == [True]


def test_history_limit_that_is_none():
    with pytest.raises(ValueError, match="number of days"):
        build(history_limit="soon")


@pytest.mark.parametrize(("since", "expected"), [(True, True), (False, False)])
def test_history_since(since, expected):
    doc = read(build(use_dates=True, since_is_history=since), "douleur depuis 3 semaines")
    assert values(doc) == [expected]


@pytest.mark.parametrize(("exclude", "expected"), [(True, False), (False, True)])
@pytest.mark.parametrize("birth", ["1950-03-02", "1950-03", "1950", date(1950, 3, 2)])
def test_history_birth_date(exclude, expected, birth):
    nlp = build(use_dates=True, exclude_birthdate=exclude)
    assert values(read(nlp, "née le 02/03/1950 a une douleur", "2020-01-01", birth)) == [expected]


def test_history_own_cues_and_terminations():
    nlp = build(history=["jadis"], termination=["puis"])
    assert values(read(nlp, "jadis malaises, puis douleur")) == [True, False]
    assert values(read(nlp, "antécédents de malaises")) == [False]


@pytest.mark.parametrize(("closest", "expected"), [(True, True), (False, False)])
def test_history_closest_dates_only(closest, expected):
    nlp = build(use_dates=True, closest_dates_only=closest)
    assert values(read(nlp, "malaises il y a 3 mois, consulte hier")) == [expected]


def test_history_on_groups_and_tokens():
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_sentences")
    nlp.add_pipe("anamnesis_history", config={"on_ents_only": "found"})
    doc = nlp.make_doc("Antécédents de malaises")
    doc.spans["found"] = [Span(doc, 2, 3, "x")]
    assert nlp(doc).spans["found"][0]._.history is True
    tokens = spacy.blank("fr")
    tokens.add_pipe("anamnesis_sentences")
    tokens.add_pipe("anamnesis_history", config={"on_ents_only": False})
    doc = tokens("Antécédents de malaises. Douleur.")
    assert [token._.history for token in doc] == [True, True, True, True, False, False]
    assert doc[2]._.history_ == "ATCD"


def test_history_attributes_are_not_qualified():
    nlp = spacy.blank("en")
    nlp.add_pipe("anamnesis_history")
    doc = nlp.make_doc("history of 5 mg")
    doc.ents = [Span(doc, 2, 4, "STRENGTH")]
    assert nlp(doc).ents[0]._.history is None


@pytest.mark.parametrize("text", ["", " ", "\n\n", "é" * 5000, "antécédents " * 300, ", et ni " * 500, "malaises"])
def test_history_odd_texts(text):
    doc = read(build(use_sections=True, use_dates=True), text, "31/02/2015", "?")
    assert all(entity._.history is not None for entity in doc.ents)


def test_history_survives_serialisation():
    nlp = build(use_sections=True, use_dates=True, explain=True)
    doc = read(nlp, EXAMPLE, "2021-09-06")
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert values(again) == values(doc)
    assert values(pickle.loads(pickle.dumps(doc))) == values(doc)  # noqa: S301
    component = pickle.loads(pickle.dumps(nlp.get_pipe("anamnesis_history")))  # noqa: S301
    assert values(component(doc)) == values(doc)


def test_history_language_without_cues():
    with pytest.raises(ValueError, match="it speaks en, fr"):
        spacy.blank("de").add_pipe("anamnesis_history")
