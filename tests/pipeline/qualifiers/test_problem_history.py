"""Which problems the words of the past reach: + past, - present or denied, in sentences written for this test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.profiles import profile

_MARKED = re.compile(r"\[([^]]+)]([+-])")


def rows(name: str) -> list[list[str]]:
    """The date of the note and the sentence, by line."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


@pytest.mark.parametrize(
    ("lang", "date", "sentence"),
    [
        (lang, *row)
        for lang, name in (("en", "problem_histories.tsv"), ("fr", "problem_histories_fr.tsv"))
        for row in rows(name)
    ],
)
def test_words_sections_and_dates_tell_which_problems_are_past(lang, date, sentence):
    sentence = sentence.replace("\\n", "\n")
    text, places, last = "", [], 0
    for match in _MARKED.finditer(sentence):
        text += sentence[last : match.start()]
        places.append((len(text), len(text) + len(match[1])))
        text += match[1]
        last = match.end()
    nlp = profile(lang, "given")
    doc = nlp.make_doc(text + sentence[last:])
    doc._.note_datetime = date or None
    doc.ents = [doc.char_span(*place, "PROBLEM", alignment_mode="expand") for place in places]
    nlp(doc)
    assert [span._.history for span in doc.ents] == [match[2] == "+" for match in _MARKED.finditer(sentence)]


def test_what_a_past_drug_did_is_past_by_the_date_of_the_drug():
    nlp = profile("fr", "given")
    doc = nlp.make_doc("FOLFOX x 8 (fév-juin 2022) stoppé pour neuropathie, reste des paresthésies.")
    doc._.note_datetime = "2025-03-20"
    spans = {"FOLFOX": "DRUG", "neuropathie": "PROBLEM", "paresthésies": "PROBLEM"}
    doc.ents = [
        doc.char_span(doc.text.index(words), doc.text.index(words) + len(words), spans[words]) for words in spans
    ]
    assert [span._.history for span in nlp(doc).ents] == [True, True, False]
    assert len({(cue.start, cue.label) for cue in doc.ents[1]._.history_cues}) == len(doc.ents[1]._.history_cues)


@pytest.mark.parametrize(
    ("text", "drug", "problem", "past"),
    [
        ("Enbrel was tried for six months and was stopped due to recurrent sinusitis.", "Enbrel", "sinusitis", True),
        ("Gliclazide in the past gave hypos.", "Gliclazide", "hypos", True),
        ("Reglan given by GI, took x3 days, had restlessness, no longer using.", "Reglan", "restlessness", True),
        ("In the past Celexa was stopped because of tremor and nausea.", "Celexa", "nausea", True),
        (
            "Taxol was dropped after cycle 4 because of neuropathy which is slowly improving.",
            "Taxol",
            "neuropathy",
            False,
        ),
        ("Lisinopril 10 mg daily, stop if it gives cough.", "Lisinopril", "cough", False),
        ("A trial of mercaptopurine in 2012 ended with pancreatitis.", "mercaptopurine", "pancreatitis", True),
        ("Neupro patch tried after that, skin rash, stopped.", "Neupro", "skin rash", True),
        ("Prev: lamotrigine stopped wk 3, rash.", "lamotrigine", "rash", True),
        ("Lopressor for hypertension was stopped in 2019.", "Lopressor", "hypertension", False),
        ("Dexamethasone x 5 days last month gave a boost. Pain 5/10.", "Dexamethasone", "Pain", False),
    ],
)
def test_what_a_drug_did_is_past_where_its_use_is_over(text, drug, problem, past):
    nlp = profile("en", "given")
    doc = nlp.make_doc(text)
    marked = ((drug, "DRUG"), (problem, "PROBLEM"))
    doc.ents = [doc.char_span(text.index(words), text.index(words) + len(words), label) for words, label in marked]
    assert nlp(doc).ents[1]._.history is past


@pytest.mark.parametrize(
    ("lang", "text", "drugs", "problem", "past"),
    [
        (
            "en",
            "She had been on lisinopril, switched to losartan because of cough.",
            "lisinopril losartan",
            "cough",
            True,
        ),
        (
            "en",
            "Phenytoin was changed to lamotrigine for gum hypertrophy.",
            "Phenytoin lamotrigine",
            "gum hypertrophy",
            True,
        ),
        (
            "en",
            "She had been on warfarin, changed to Xarelto for atrial fibrillation.",
            "warfarin Xarelto",
            "atrial fibrillation",
            False,
        ),
        ("en", "She was changed to Xarelto for a rash.", "Xarelto", "rash", False),
    ],
)
def test_why_another_drug_took_the_place_of_one_is_past(lang, text, drugs, problem, past):
    nlp = profile(lang, "given")
    doc = nlp.make_doc(text)
    marked = [*((drug, "DRUG") for drug in drugs.split()), (problem, "PROBLEM")]
    doc.ents = [doc.char_span(text.index(words), text.index(words) + len(words), label) for words, label in marked]
    assert nlp(doc).ents[-1]._.history is past
