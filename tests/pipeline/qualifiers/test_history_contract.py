"""The contract of the reference, section A of the specification: users move by renaming the factories."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

import pipeline  # noqa: F401  (registers the components)
from pipeline.qualifiers.history import History
from tests.pipeline.qualifiers.reading import read, values

# As the reference documents it, with `eds.` replaced by `anamnesis_`; the pipeline is made by spaCy.
SNIPPET = """
nlp = spacy.blank("fr")
nlp.add_pipe("anamnesis_sentences")
nlp.add_pipe("anamnesis_normalizer")
nlp.add_pipe("anamnesis_sections")
nlp.add_pipe("anamnesis_dates")
nlp.add_pipe("anamnesis_matcher", config=dict(terms=dict(douleur="douleur", malaise="malaises")))
nlp.add_pipe(
    "anamnesis_history",
    config=dict(
        use_sections=True,
        use_dates=True,
    ),
)

text = (
    "Le patient est admis le 23 août 2021 pour une douleur au bras. "
    "Il a des antécédents de malaises."
    "ANTÉCÉDENTS : "
    "- le patient a déjà eu des malaises. "
    "- le patient a eu une douleur à la jambe il y a 10 jours"
)

doc = nlp(text)
"""

EXAMPLE = (
    "Le patient est admis le 23 août 2021 pour une douleur au bras. Il a des antécédents de malaises.\n"
    "ANTÉCÉDENTS : - le patient a déjà eu des malaises. - le patient a eu une douleur à la jambe il y a 10 jours"
)
TERMS = {"douleur": ["douleur", "toux"], "malaise": ["malaise", "malaises", "asthme", "AVC"]}
SETTINGS = {"use_sections": True, "use_dates": True}


def build(lang="fr", terms=TERMS, tokenizer=None, **settings):
    config = {"nlp": {"tokenizer": {"@tokenizers": tokenizer}}} if tokenizer else {}
    nlp = spacy.blank(lang, config=config)
    for name in ("sentences", "normalizer", "sections", "dates"):
        nlp.add_pipe(f"anamnesis_{name}")
    nlp.add_pipe("anamnesis_matcher", config={"terms": terms, "attr": "NORM"})
    nlp.add_pipe("anamnesis_history", config={**SETTINGS, **settings})
    return nlp


def test_the_documented_snippet_runs():
    names = {"spacy": spacy}
    exec(SNIPPET, names)  # noqa: S102  (the reference's own code)
    doc = names["doc"]
    assert [entity.text for entity in doc.ents] == ["douleur", "malaises", "malaises", "douleur"]
    assert values(doc) == [False, True, True, False]
    assert [entity._.history_ for entity in doc.ents] == ["CURRENT", "ATCD", "ATCD", "CURRENT"]


@pytest.mark.parametrize("tokenizer", [None, "anamnesis.clinical_tokenizer.v1"])
@pytest.mark.parametrize(
    ("note", "first"), [(None, False), ("2021-09-05", False), ("2021-09-06", True), ("2021-09-07", True)]
)
def test_the_documented_example_at_note_dates_and_with_each_tokenizer(tokenizer, note, first):
    doc = read(build(tokenizer=tokenizer), EXAMPLE, note)
    assert values(doc) == [first, True, True, False]


NOTE_DATES = [
    "2021-09-06",
    "2021-09-06T08:30",
    "2021-09-06T08:30:00.250000",
    "2021-09-06T08:30:00Z",
    "2021-09-06T08:30:00-05:00",
    date(2021, 9, 6),
    datetime(2021, 9, 6, 8, 30),
    datetime(2021, 9, 6, 8, 30, tzinfo=UTC),
]


@pytest.mark.parametrize("note", NOTE_DATES)
def test_a_note_date_of_any_type_gives_the_same(note):
    assert values(read(build(), EXAMPLE, note)) == [True, True, True, False]


@pytest.mark.parametrize("birth", [None, "1978", "1978-11", "1978-11-02", date(1978, 11, 2), datetime(1978, 11, 2)])
@pytest.mark.parametrize("note", [None, "", "1978", "31/02/2015", "soon", 7, 2.5, ["2021-09-06"]])
def test_a_context_of_any_kind_is_no_crash(note, birth):
    assert values(read(build(), EXAMPLE, note, birth)) == [False, True, True, False]


def test_the_ten_parameters_and_their_defaults():
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_history")
    config = nlp.get_pipe_config("anamnesis_history")
    documented = {
        "attr": "NORM",
        "history": None,
        "termination": None,
        "use_sections": False,
        "use_dates": False,
        "history_limit": 14,
        "exclude_birthdate": True,
        "closest_dates_only": True,
        "on_ents_only": True,
        "explain": False,
    }
    assert {name: config[name] for name in documented} == documented


@pytest.mark.parametrize(
    ("attr", "text", "expected"),
    [
        ("NORM", "ANTÉCÉDENTS de toux", [True]),
        ("NORM", "ante\u0301ce\u0301dents de toux", [True]),
        ("LOWER", "ANTÉCÉDENTS de toux", [True]),
        ("TEXT", "antécédents de toux", [True]),
        ("TEXT", "ANTÉCÉDENTS de toux", [False]),
        ("LOWER", "antecedents de toux", [False]),
    ],
)
def test_attr(attr, text, expected):
    cues = ["antécédents"]
    assert values(read(build(attr=attr, history=cues, use_sections=False), text)) == expected


def test_own_history_cues_replace_those_of_the_language():
    nlp = build(history=["jadis"])
    assert values(read(nlp, "Jadis, malaises. Antécédents de toux.")) == [False, False]
    assert values(read(nlp, "malaises jadis")) == [True]


def test_own_terminations_replace_those_of_the_language():
    nlp = build(history=["antécédents"], termination=["puis"])
    assert values(read(nlp, "antécédents de malaises et toux puis asthme")) == [True, True, False]


def test_sections_count_only_where_asked_for():
    text = "ANTÉCÉDENTS\n- malaises\n- toux\nMOTIF\nasthme"
    assert values(read(build(), text)) == [True, True, False]
    assert values(read(build(use_sections=False), text)) == [False, False, False]


def test_dates_count_only_where_asked_for():
    text = "malaises il y a 3 mois"
    assert values(read(build(), text)) == [True]
    assert values(read(build(use_dates=False), text)) == [False]


@pytest.mark.parametrize("limit", [10, "10", timedelta(days=10), 11, "11", timedelta(days=11)])
def test_history_limit_is_days_as_number_text_or_timedelta(limit):
    nlp = spacy.blank("fr")
    for name in ("sentences", "normalizer", "dates"):
        nlp.add_pipe(f"anamnesis_{name}")
    history = History(nlp, use_dates=True, history_limit=limit)
    doc = nlp("malaises il y a 10 jours")
    doc.ents = [Span(doc, 0, 1, "malaise")]
    assert values(history(doc)) == [limit in (10, "10", timedelta(days=10))]


@pytest.mark.parametrize("limit", ["soon", "", None, [14], "1e3"])
def test_a_history_limit_that_is_none_is_one_clear_error(limit):
    with pytest.raises(ValueError, match="history_limit"):
        build(history_limit=limit)


def test_closest_dates_only():
    text = "malaises il y a 3 mois, toux hier"
    assert values(read(build(), text)) == [True, False]
    assert values(read(build(closest_dates_only=False), text)) == [False, False]


def test_on_ents_only_names_groups_in_any_order_and_takes_tokens():
    nlp = build(on_ents_only=["late", "early"])
    doc = nlp.make_doc("Antécédents de malaises. Une toux.")
    doc.spans["early"] = [Span(doc, 5, 6, "x"), Span(doc, 2, 3, "x"), Span(doc, 2, 3, "y")]
    doc.spans["late"] = [Span(doc, 0, 6, "x")]
    doc = nlp(doc)
    assert [span._.history for span in doc.spans["early"]] == [False, True, True]
    assert doc.spans["late"][0]._.history is True  # over two propositions, of which one is past
    tokens = build(on_ents_only=False)("Antécédents de malaises. Une toux.")
    assert [token._.history for token in tokens] == [True, True, True, True, False, False, False]
    assert {token._.history_ for token in tokens} == {"ATCD", "CURRENT"}


def test_what_is_not_qualified_is_none():
    doc = build(on_ents_only="nothing")("Antécédents de malaises.")
    assert (doc.ents[0]._.history, doc.ents[0]._.history_) == (None, None)


def test_explain_gives_the_cues_and_without_it_there_are_none():
    doc = read(build(explain=True), EXAMPLE, "2021-09-05")
    assert [[cue.text for cue in entity._.history_cues] for entity in doc.ents] == [
        [],
        ["antécédents"],
        ["ANTÉCÉDENTS", "ANTÉCÉDENTS"],
        ["ANTÉCÉDENTS"],
    ]
    assert [cue.label_ for cue in doc.ents[2]._.history_cues] == ["ATCD", "past_medical_history"]
    assert [[cue.text for cue in entity._.recent_cues] for entity in doc.ents] == [
        ["23 août 2021"],
        [],
        [],
        ["il y a 10 jours"],
    ]
    plain = read(build(), EXAMPLE)
    assert all(entity._.history_cues == entity._.recent_cues == [] for entity in plain.ents)


@pytest.mark.parametrize(
    ("text", "note", "expected"),
    [
        ("malaises dans 3 semaines", None, [False]),
        ("antécédents de malaises, revu dans 3 semaines", None, [True]),
        ("antécédents de malaises ce jour", None, [False]),
        ("antécédents de malaises cette semaine", None, [False]),
        ("antécédents de malaises ce mois", None, [True]),
        ("antécédents de malaises cette année", None, [True]),
        ("malaises le 23/08/2021", None, [False]),
        ("malaises en 2021", "2021-02-01", [True]),
        ("malaises en 2021", "2021-01-20", [False]),
        ("malaises en août 2021", "2021-08-29", [True]),
        ("malaises en août 2021", "2021-08-28", [False]),
        ("malaises le 23 août", "2021-09-06", [True]),
        ("malaises le 23 octobre 2021", "2021-09-06", [False]),
        ("malaises le 31/02/2015", "2021-09-06", [False]),
        ("malaises pendant 3 mois", None, [False]),
        ("malaises depuis 3 mois", None, [True]),
    ],
)
def test_dates(text, note, expected):
    assert values(read(build(), text, note)) == expected


def test_offsets_are_those_of_the_text_as_received():
    text = "œdème\u00a0: ANTE\u0301CE\u0301DENTS  de\nmalaises"
    doc = build(explain=True)(text)
    assert doc.text == text
    (entity,) = doc.ents
    (cue,) = entity._.history_evidence
    assert text[cue["start"] : cue["end"]].startswith("ANTE\u0301CE\u0301DENTS")


@pytest.mark.parametrize(("setting", "group"), [("use_sections", "sections"), ("use_dates", "dates")])
def test_a_setting_without_its_component_says_what_to_add(setting, group):
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_history", config={setting: True})
    with pytest.raises(ValueError, match=f"add the component anamnesis_{group}"):
        nlp("antécédents")


def test_components_may_have_any_name_and_come_from_elsewhere():
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_sentences", name="phrases")
    nlp.add_pipe("anamnesis_sections", name="rubriques")
    nlp.add_pipe("anamnesis_dates", name="calendrier")
    nlp.add_pipe("anamnesis_matcher", name="termes", config={"terms": TERMS})
    nlp.add_pipe("anamnesis_history", name="passé", config=SETTINGS)
    assert values(nlp(EXAMPLE)) == [False, True, True, False]


def plain_data(doc):
    return [(e.text, e._.history, e._.history_, list(e._.history_evidence or ()), [d._.date.norm() for d in doc.spans["dates"]])
            for e in doc.ents]  # fmt: skip


def test_several_processes_bytes_docbin_and_pickle_give_equal_values():
    nlp = build(explain=True)
    expected = plain_data(nlp(EXAMPLE))
    assert [plain_data(doc) for doc in nlp.pipe([EXAMPLE] * 3, n_process=2)] == [expected] * 3
    doc = nlp(EXAMPLE)
    assert plain_data(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == expected
    assert plain_data(pickle.loads(pickle.dumps(doc))) == expected  # noqa: S301
    (stored,) = DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab)
    assert plain_data(stored) == expected
    again = pickle.loads(pickle.dumps(nlp))  # noqa: S301
    assert plain_data(again(EXAMPLE)) == expected
    assert plain_data(build(explain=True).from_bytes(nlp.to_bytes())(EXAMPLE)) == expected


def test_the_pipeline_saved_to_disk_is_the_same(tmp_path):
    nlp = build(explain=True, history_limit=9)
    nlp.to_disk(tmp_path)
    assert plain_data(spacy.load(tmp_path)(EXAMPLE)) == plain_data(nlp(EXAMPLE))


def test_a_callers_memory_zone_may_end():
    nlp = build(explain=True)
    expected = plain_data(nlp(EXAMPLE))
    for _ in range(3):
        with nlp.memory_zone():
            assert plain_data(nlp(EXAMPLE + " Zorglubite ÉTRANGE.")) == expected
    assert plain_data(nlp(EXAMPLE)) == expected


def test_a_second_pass_changes_nothing():
    nlp = build(explain=True)
    doc = nlp(EXAMPLE)
    before = plain_data(doc)
    assert plain_data(nlp(doc)) == before
