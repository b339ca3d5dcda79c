"""When the use of a drug is over, on sentences written by the classes in which clinicians tell it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.profile import load
from pipeline.qualifiers.shorthand import Shorthand, Told
from pipeline.qualifiers.shorthand_words import shorthand_words
from pipeline.text.folding import FoldedText
from tests.growth import steps
from tests.profiles import profile

_MARKED = re.compile(r"\[([^]]+)]([+-])")


def rows(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


def qualified(nlp, sentence: str, note_datetime: str | None) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The drugs of a marked sentence with their value, as found and as marked."""
    sentence = sentence.replace("\\n", "\n")
    text, drugs = "", []
    last = 0
    for match in _MARKED.finditer(sentence):
        text += sentence[last : match.start()]
        drugs.append((len(text), len(text) + len(match[1]), match[2] == "+"))
        text += match[1]
        last = match.end()
    doc = nlp.make_doc(text + sentence[last:])
    doc._.note_datetime = note_datetime
    doc.ents = [doc.char_span(start, end, "DRUG", alignment_mode="expand") for start, end, _ in drugs]
    nlp(doc)
    return [(span.text, span._.history) for span in doc.ents], [(text[start:end], past) for start, end, past in drugs]


ENGLISH, FRENCH = rows("drug_histories.tsv"), rows("drug_histories_fr.tsv")


@pytest.fixture(scope="module")
def english():
    return profile("en", "given")


@pytest.fixture(scope="module")
def french():
    return profile("fr", "given")


@pytest.mark.parametrize(("kind", "sentence"), ENGLISH, ids=[f"{kind}: {sentence}" for kind, sentence in ENGLISH])
def test_end_of_use_is_told_from_going_on(english, kind, sentence):
    found, marked = qualified(english, sentence, None)
    assert found == marked


@pytest.mark.parametrize(
    "sentence",
    [
        "[ASA]+ → [clopidogrel]- after TIA 2019.",
        "2017-20 [Enbrel]+ weekly\\n2020- [Humira]- every two weeks",
        "[Keytruda]- from Oct 2021.",
        "[Paxil]+ from 2010 to 2015",
        "[Qutenza]- patch is booked for July.",
        "Feb 2014 - [Cimzia]- begun.",
        "On Atripla until 2016; in 2019 simplified to [Dovato]-, never missed since.",
        "Also [Aclasta]- 5 mg IV given 16/04 at home",
    ],
)
def test_what_began_at_a_date_or_is_planned_for_one_is_taken(english, sentence):
    found, marked = qualified(english, sentence, "2022-05-01")
    assert found == marked


@pytest.mark.parametrize(("kind", "date", "sentence"), FRENCH, ids=[f"{row[0]}: {row[2]}" for row in FRENCH])
def test_date_of_use_is_told_from_date_of_beginning(french, kind, date, sentence):
    found, marked = qualified(french, sentence, date)
    assert found == marked


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "CESSÉS DANS LA DERNIÈRE ANNÉE\\n- [Brufen]+ 400 mg\\n- [Cymbalta]+ 60 mg"),
        ("fr", "[Jardiance]- 10 mg (depuis avril, remplace [Diamicron]+ 60)."),
        ("fr", "[Litican]- non donné, remplacé\\n[Motilium]- 10 mg"),
    ],
)
def test_words_tell_without_the_models(lang, text):
    models = ("model", "problem_model")
    rules = load(lang, entities="given", overrides={f"components.anamnesis_history.{name}": None for name in models})
    found, marked = qualified(rules, text, "2024-06-03")
    assert found == marked


@pytest.mark.parametrize(
    "sentence",
    [
        "| Regimen | From | To |\\n| [d4T]+ / [NVP]+ | 2004 | 2008 |\\n| [ABC]- / [3TC]- | 2017 | current |",
        "[Methotrexate]- 20 mg weekly 2012-now, [Enbrel]+ 2010-2012",
        "In 2015 she moved across to [TLD]-, which she takes.",
        "1. Keep Botox.\\n2. May use [prochlorperazine]- as needed.",
    ],
)
def test_dates_tell_which_regimen_goes_on(english, sentence):
    found, marked = qualified(english, sentence, "2020-02-19")
    assert found == marked


def test_a_course_of_years_that_is_planned_is_not_past():
    doc = profile("fr")("Elle sera mise sous tamoxifène pendant cinq ans.")
    assert [span._.history for span in doc.ents if span.label_ == "DRUG"] == [False]


@pytest.mark.parametrize(
    ("text", "drug", "evidence"),
    [
        ("Past AEDs: phenytoin (gum hypertrophy), lamotrigine", "lamotrigine", "Past AEDs:"),
        ("PE 2012 - rivaroxaban x 6 mo", "rivaroxaban", "2012"),
        ("Timolol d/c'd 2018 for bradycardia", "Timolol", "d/c'd 2018"),
    ],
)
def test_shorthand_names_its_evidence(text, drug, evidence):
    nlp = profile("en", "given")
    doc = nlp.make_doc(text)
    start = text.index(drug)
    doc.ents = [doc.char_span(start, start + len(drug), "DRUG")]
    nlp(doc)
    assert [cue.text for cue in doc.ents[0]._.history_cues] == [evidence]


@pytest.mark.parametrize(
    ("text", "drug", "problem", "past"),
    [
        ("Haldol in his 20s - dystonia", "Haldol", "dystonia", True),
        ("Quetiapine stopped 2019 (weight gain)", "Quetiapine", "weight gain", True),
        ("Could not tolerate Renagel because of constipation", "Renagel", "constipation", True),
        ("Lipitor 40 (hyperlipidemia)", "Lipitor", "hyperlipidemia", False),
        ("Took Zofran in the past, now nausea", "Zofran", "nausea", False),
        ("She was taken off metformin due to diarrhea.", "metformin", "diarrhea", True),
        # Of this visit, for all that is told.
        ("Discontinued lisinopril because of cough.", "lisinopril", "cough", False),
    ],
)
def test_what_a_drug_of_the_past_did_is_past(english, text, drug, problem, past):
    doc = english.make_doc(text)
    doc.ents = [
        doc.char_span(text.index(found), text.index(found) + len(found), label)
        for found, label in ((drug, "DRUG"), (problem, "PROBLEM"))
    ]
    english(doc)
    assert doc.ents[1]._.history is past


def test_the_drug_that_came_behind_another_did_not_do_what_that_did(english):
    doc = english.make_doc("Vyvanse before the Ritalin, made him irritable.")
    doc.ents = [doc.char_span(0, 7, "DRUG"), doc.char_span(19, 26, "DRUG")]
    english(doc)
    assert doc.ents[1]._.history is False


def test_reading_shorthand_is_linear_in_an_enumeration():
    words = shorthand_words("en")
    assert words is not None

    def read(count: int) -> None:
        text = FoldedText.of("tried 2012 (" + "abcdef, " * count)
        drugs = [(match.start(), match.end(), match.start()) for match in re.finditer("abcdef", text.folded)]
        Shorthand(text, drugs, words).past(Told(set(), set(), set()))

    assert steps(lambda: read(2000)) < 6 * steps(lambda: read(500))
