"""The model of the past of drugs: what it reads, when it overrules the rules, and how it is made."""

from __future__ import annotations

import json
import math
import pickle
import sys

import pytest
import spacy
from spacy.tokens import Doc, Span

from pipeline.profile import load
from pipeline.qualifiers.base import SectionLine
from pipeline.qualifiers.history_contexts import HistoryContexts, Tokens
from pipeline.qualifiers.history_model import (
    ALWAYS,
    PAST_FROM,
    PAST_FROM_TOLD,
    PRESENT_BELOW,
    PRESENT_BELOW_TOLD,
    HistoryModel,
    write,
)
from pipeline.qualifiers.reading import Reading
from pipeline.training import history_model
from tests.growth import growth
from tests.profiles import profile

NOTE = """PMH: DVT, HTN
Prev DMARDs: leflunomide 20 mg daily, sulfasalazine (rash)
Meds: methotrexate 15 mg weekly; folic acid 5 mg
Enoxaparin was discontinued in 2019. She now takes apixaban 5 mg b.i.d.
Plan: start adalimumab if no better
"""
DRUGS = ("leflunomide", "sulfasalazine", "methotrexate", "folic acid", "Enoxaparin", "apixaban", "adalimumab")
SURE = {PAST_FROM: 0.65, PRESENT_BELOW: 0.07}


def given(nlp, text, names):
    doc = nlp.make_doc(text)
    starts = [text.index(name) for name in names]
    doc.ents = [doc.char_span(start, start + len(name), "DRUG") for start, name in zip(starts, names, strict=True)]
    return doc


def starts(names):
    """Where drugs begin in the folded note, which is the note in lower case."""
    return [NOTE.index(name) for name in names]


def contexts(text=NOTE, names=DRUGS):
    nlp = profile("en", entities="given")
    doc = nlp(given(nlp, text, names))
    folded = Reading.of(doc).folded
    mentions = sorted((folded.place(e.start_char), folded.place(e.end_char), e.start_char) for e in doc.ents)
    return HistoryContexts(Tokens.read(doc, folded, mentions, mentions), mentions, SectionLine(doc, used=True))


def decided(weights, tmp_path, text, names):
    """The drugs of a text, decided by the rules and a model of these weights."""
    folder = tmp_path / f"model_{len(list(tmp_path.iterdir()))}"
    write({ALWAYS: 0.0, **SURE, **weights}, folder, "made for a test")
    nlp = load("en", entities="given", overrides={"components.anamnesis_history.model": str(folder)})
    return nlp(given(nlp, text, names)).ents


def test_a_score_is_the_sum_of_the_weights_of_the_features_that_it_is_trained_on(tmp_path):
    read = contexts()
    by_place = read.among(None, sentences=False)
    assert len(by_place) == len(DRUGS) - 2, "all but those of the line of two sentences"
    names = sorted({name for context, _ in by_place.values() for name in read.features(context)})
    weights = {name: (place % 7 - 3) / 10 for place, name in enumerate(names)}
    write({ALWAYS: 0.25, **SURE, **weights}, tmp_path / "model", "made for a test")
    scores = HistoryModel.load(tmp_path / "model").scores(read)
    assert scores.keys() == by_place.keys()
    for start, (context, _) in by_place.items():
        total = 0.25 + sum(weights[name] for name in read.features(context))
        assert scores[start][0] == pytest.approx(1 / (1 + math.exp(-total)))


def test_features_have_no_names_of_drugs_and_no_figures():
    read = contexts()
    words = {
        word
        for start in starts(DRUGS)
        for name in read.features(read.of(start))
        for word in name.split(": ")[-1].split()
    }
    assert not words & {name.lower() for name in DRUGS}
    assert not {word for word in words if any(sign.isdigit() for sign in word)}
    assert {"<drug>", "<year>"} <= words


def test_drugs_of_an_enumeration_share_what_stands_around_them():
    read = contexts()
    first, second = (set(read.features(read.of(start))) for start in starts(DRUGS[:2]))
    assert {"heading: prev", "before: prev", "enumerated", "behind: rash"} <= first & second


def test_a_model_that_is_sure_overrules_the_rules_and_says_so(tmp_path):
    (lasix,) = decided({"behind own: weekend": 2.0}, tmp_path, "Lasix 40 mg over weekend.", ["Lasix"])
    assert lasix._.history is True
    cue = lasix._.history_evidence[-1]
    assert (cue["kind"], cue["rule"], cue["score"]) == ("model", "model", 0.881)
    assert [cue.text for cue in lasix._.history_cues] == ["weekend"]
    (lasix,) = decided({"behind own: weekend": -6.0}, tmp_path, "Used Lasix in 2010, weekend.", ["Lasix"])
    assert lasix._.history is False


def test_a_model_that_is_not_sure_leaves_the_rules_alone(tmp_path):
    (lasix,) = decided({"behind own: weekend": 0.5}, tmp_path, "Lasix 40 mg over weekend.", ["Lasix"])
    assert (lasix._.history, lasix._.history_evidence) == (False, None)


@pytest.mark.parametrize(
    ("bounds", "weight", "past"),
    [
        ({}, 9.0, False),
        ({PRESENT_BELOW_TOLD: 0.02, PAST_FROM_TOLD: 0.98}, 3.0, False),
        ({PRESENT_BELOW_TOLD: 0.02, PAST_FROM_TOLD: 0.98}, 9.0, True),
    ],
)
def test_in_sentences_the_rules_decide_but_where_a_model_is_surer(tmp_path, bounds, weight, past):
    told = "She was seen and the dose of Lasix was told to her for the weekend that she had."
    (lasix,) = decided({**bounds, "behind own: weekend": weight}, tmp_path, told, ["Lasix"])
    assert lasix._.history is past
    assert bool(lasix._.history_evidence) is past


def test_notes_that_nobody_annotated_count_as_the_rules_judge_them(tmp_path, monkeypatch):
    text = "Formerly: Zocor\nMeds: Lasix 20 mg daily"
    lasix = {"start": text.index("Lasix"), "end": text.index("Lasix") + len("Lasix")}
    note = {
        "text": text,
        "entities": [{**lasix, "label": "DRUG"}],
        "history": [{**lasix, "kind": "drug", "history": False}],
    }
    (tmp_path / "notes.jsonl").write_text(json.dumps(note))
    (tmp_path / "raw.jsonl").write_text("\n".join(json.dumps({"text": text}) for _ in range(60)))
    files = [str(tmp_path / name) for name in ("out", "notes.jsonl")]
    arguments = ["history_model", *files, "--unjudged", "--raw", str(tmp_path / "raw.jsonl")]
    monkeypatch.setattr(sys, "argv", arguments)
    assert history_model.main() == 0
    scores = HistoryModel.load(tmp_path / "out").scores(contexts(text, ("Zocor", "Lasix"))).values()
    (past, *_), (present, *_) = scores
    assert past > 0.5 > present


@pytest.mark.parametrize("text", ["No Lasix weekend.", "Allergies: Lasix weekend", "Father took Lasix, weekend."])
def test_what_was_not_taken_is_no_past_of_the_patient(tmp_path, text):
    (lasix,) = decided({"behind own: weekend": 9.0}, tmp_path, text, ["Lasix"])
    assert lasix._.history is False


def test_the_rules_decide_without_a_model():
    nlp = spacy.blank("en")
    assert nlp.add_pipe("anamnesis_history").model is None


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no model of the past 'nowhere'"):
        spacy.blank("en").add_pipe("anamnesis_history", config={"model": "nowhere"})


def test_a_model_is_pickled_by_its_place():
    model = profile("en").get_pipe("anamnesis_history").model
    again = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert (again.folder, again.to_bytes()) == (model.folder, model.to_bytes())


def test_a_model_is_made_from_notes_and_sentences(tmp_path, monkeypatch, capsys):
    def note(text, *drugs):
        places = [(text.index(name), text.index(name) + len(name), past) for name, past in drugs]
        return {
            "text": text,
            "entities": [{"id": f"e{start}", "start": start, "end": end, "label": "DRUG"} for start, end, _ in places],
            "history": [{"start": start, "end": end, "kind": "drug", "history": past} for start, end, past in places],
        }

    for writer in ("one", "two"):
        notes = [
            note(f"Formerly: Zocor {n} mg\nMeds: Lasix {n} mg daily", ("Zocor", True), ("Lasix", False))
            for n in range(9)
        ]
        (tmp_path / f"{writer}.jsonl").write_text("\n".join(map(json.dumps, notes)))
    (tmp_path / "sentences.tsv").write_text("kind\tsentence\nended\t[Zocor]+ was stopped in May\ntaken\ton [Zocor]-\n")
    files = [str(tmp_path / name) for name in ("out", "one.jsonl", "two.jsonl")]
    monkeypatch.setattr(sys, "argv", ["history_model", *files, "--sentences", str(tmp_path / "sentences.tsv")])
    assert history_model.main() == 0
    assert "one" in capsys.readouterr().out
    text = "Formerly: Paxil 20 mg\nMeds: Norvasc 5 mg daily"
    model = HistoryModel.load(tmp_path / "out")
    (past, *_), (present, *_) = model.scores(contexts(text, ("Paxil", "Norvasc"))).values()
    assert past > 0.9
    assert present < 0.1


def test_a_model_needs_no_other_qualifier(tmp_path):
    write({ALWAYS: 9.0, **SURE}, tmp_path / "model", "made for a test")
    nlp = spacy.blank("en")
    history = nlp.add_pipe("anamnesis_history", config={"model": str(tmp_path / "model")})
    doc = nlp.tokenizer("Meds: Zocor")
    doc.ents = [Span(doc, 2, 3, "DRUG")]
    registered = Span.remove_extension("negation") if Span.has_extension("negation") else None
    try:
        assert history(doc).ents[0]._.history
    finally:
        if registered is not None:
            default, method, getter, setter = registered
            Span.set_extension("negation", default=default, method=method, getter=getter, setter=setter)


def test_work_is_linear_where_a_model_overrules_all_drugs(tmp_path):
    write({ALWAYS: 9.0, **SURE}, tmp_path / "model", "made for a test")
    nlp = spacy.blank("en")
    nlp.add_pipe("anamnesis_history", config={"model": str(tmp_path / "model")})

    def told(times: int) -> Doc:
        doc = nlp.make_doc("Take Zocor, Lipitor, " * times)
        doc.ents = [Span(doc, token.i, token.i + 1, "DRUG") for token in doc if token.text in ("Zocor", "Lipitor")]
        return doc

    assert growth(nlp, told, 200, 8) < 12


@pytest.mark.parametrize(
    ("text", "drug", "past"),
    [
        ("ATCD : HTA, OAP EN NOVEMBRE 2021\nTTT : KARDEGIC, BISOPROLOL 5", "KARDEGIC", False),
        ("ATCD : asthme, phlébite 2015 (Xarelto 6 mois)\nTTT : Seretide", "Xarelto", True),
        ("Antécédents : HTA sous amlodipine, AVC en 2019.", "amlodipine", True),
    ],
)
def test_the_french_profile_reads_shorthand_with_its_model(text, drug, past):
    nlp = profile("fr", entities="given")
    doc = nlp(given(nlp, text, [drug]))
    assert doc.ents[0]._.history is past


@pytest.mark.parametrize(
    ("text", "note", "weight", "past"),
    [
        # Where nothing tells, and over a year of which nobody knows the age.
        ("Pneumonia, weekend", None, 6.0, True),
        ("Pneumonia 2012, weekend", None, -6.0, False),
        # Over no word and no date whose age is known.
        ("h/o Pneumonia, weekend", None, -6.0, True),
        ("PMH: Pneumonia, weekend", None, -6.0, True),
        ("Pneumonia 3/4/2012, weekend", "2024-05-20", -6.0, True),
        ("PMH: Pneumonia 3 days ago, weekend", None, 6.0, False),
        # What the patient has not, or another has.
        ("No Pneumonia, weekend", None, 6.0, False),
        ("Father: Pneumonia, weekend", None, 6.0, False),
        # In sentences the rules decide.
        ("He was seen for Pneumonia and it was on the weekend of the game that the others lost.", None, 6.0, False),
    ],
)
def test_a_model_of_problems_overrules_what_neither_words_nor_ages_tell(tmp_path, text, note, weight, past):
    write({ALWAYS: 0.0, **SURE, "behind: weekend": weight}, tmp_path / "model", "made for a test")
    nlp = load(
        "en", entities="given", overrides={"components.anamnesis_history.problem_model": str(tmp_path / "model")}
    )
    doc = nlp.make_doc(text)
    start = text.index("Pneumonia")
    doc.ents = [doc.char_span(start, start + len("Pneumonia"), "PROBLEM")]
    doc._.note_datetime = note
    assert nlp(doc).ents[0]._.history is past


def test_words_of_a_problem_are_features_of_it():
    nlp = profile("en", entities="given")
    text = "Renal: AKI on CKD, resolving"
    doc = nlp.make_doc(text)
    spans = [doc.char_span(text.index(name), text.index(name) + len(name), "PROBLEM") for name in ("AKI on CKD",)]
    doc.ents = spans
    nlp(doc)
    mentions = [(span.start_char, span.end_char, span.start_char) for span in spans]
    read = HistoryContexts(
        Tokens.read(doc, Reading.of(doc).folded, [], mentions), mentions, SectionLine(doc, used=True)
    )
    features = set(read.features(read.of(spans[0].start_char)))
    assert {"is: aki", "is: ckd", "before: renal", "behind 2: resolving"} <= features


def test_problems_that_overlap_are_decided():
    nlp = profile("en", entities="given")
    doc = nlp.make_doc("PMH: chronic renal failure, 12")
    doc.spans["problems"] = [
        doc.char_span(5, 26, "PROBLEM"),
        doc.char_span(13, 26, "PROBLEM"),
        doc.char_span(28, 30, "PROBLEM"),
    ]
    assert [span._.history for span in nlp(doc).spans["problems"]] == [True, True, True]


@pytest.mark.parametrize(
    "text",
    [
        "Problem list: HTN 2012, DM2 2015, CKD3 2018",
        "Problems:\n- HTN 2012\n- DM2 2015\n- AF 2019",
        "Active problems: COPD 2012, AF 2019 on Eliquis, CKD 2018.",
    ],
)
@pytest.mark.parametrize("note", [None, "2024-06-01"])
def test_the_year_in_which_what_lasts_began_is_not_for_the_model_to_judge(text, note):
    nlp = profile("en")
    doc = nlp.make_doc(text)
    doc._.note_datetime = note
    problems = [entity for entity in nlp(doc).ents if entity.label_ != "DRUG"]
    assert [entity.text for entity in problems if entity._.history] == []
    assert len(problems) == 3


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"text": "on Zocor"}', "line 1: 'entities' is missing"),
        ('{"text": "on Zocor"', "line 1: not JSON"),
        ('{"text": "on Zocor", "entities": []}', "no drug is judged"),
    ],
)
def test_notes_that_cannot_train_a_model_are_named(tmp_path, monkeypatch, capsys, line, told):
    notes = tmp_path / "notes.jsonl"
    notes.write_text(line)
    monkeypatch.setattr(sys, "argv", ["history_model", str(tmp_path / "out"), str(notes)])
    with pytest.raises(SystemExit):
        history_model.main()
    error = capsys.readouterr().err
    assert told in error
    assert "Zocor" not in error


@pytest.mark.parametrize(("rows", "told"), [("(always)\t0.1\n", "lacks"), ("past\n", "each row is")])
def test_a_table_that_is_no_model_is_named(tmp_path, rows, told):
    (tmp_path / "weights.tsv").write_text(rows)
    with pytest.raises(ValueError, match=told):
        HistoryModel.load(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"), [('{"note": "on Zocor"}', "line 1: 'text' is missing"), ("Zocor", "not JSON")]
)
def test_raw_notes_that_cannot_be_read_are_named(tmp_path, monkeypatch, capsys, line, told):
    note = {"text": "on Zocor", "entities": [{"start": 3, "end": 8, "label": "DRUG"}]}
    note["history"] = [{"start": 3, "end": 8, "kind": "drug", "history": False}]
    (tmp_path / "notes.jsonl").write_text(json.dumps(note))
    (tmp_path / "raw.jsonl").write_text(line)
    files = [str(tmp_path / name) for name in ("out", "notes.jsonl")]
    monkeypatch.setattr(sys, "argv", ["history_model", *files, "--raw", str(tmp_path / "raw.jsonl")])
    with pytest.raises(SystemExit):
        history_model.main()
    error = capsys.readouterr().err
    assert told in error
    assert "Zocor" not in error
