"""Forms in short with a full stop before their drug, as Indian, Australian and many other hospitals write them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.profiles import profile


@pytest.fixture(scope="module")
def english() -> Language:
    return profile("en")


def forms(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Each form with the drugs that it is linked to."""
    doc = nlp(text)
    return [(form.text, " ".join(drug.text for drug in form._.drug)) for form in doc.ents if form.label_ == "FORM"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Adv: Tab. Metformin 500 mg BD, Tab. Glimepiride 1 mg OD.",
            [("Tab.", "Metformin"), ("Tab.", "Glimepiride")],
        ),
        (
            "Inj. Ceftriaxone 1 g IV BD x 5 days. Inj. Pantoprazole 40 mg IV OD.",
            [("Inj.", "Ceftriaxone"), ("Inj.", "Pantoprazole")],
        ),
        (
            "1. Tab. Telmisartan 40 mg OD\n2. Cap. Omeprazole 20 mg OD\n3. Syp. Lactulose 15 ml HS",
            [("Tab.", "Telmisartan"), ("Cap.", "Omeprazole"), ("Syp.", "Lactulose")],
        ),
        (
            "1. Tab. Telmisartan 40 mg OD 2. Inj. Insulin 16 U before breakfast",
            [("Tab.", "Telmisartan"), ("Inj.", "Insulin")],
        ),
        (
            "Tab. Atenolol 50 mg OD Tab. Amlodipine 5 mg BD Inj. Enoxaparin 40 mg SC OD",
            [("Tab.", "Atenolol"), ("Tab.", "Amlodipine"), ("Inj.", "Enoxaparin")],
        ),
        ("She was given inj. diclofenac 75 mg IM stat.", [("inj.", "diclofenac")]),
        ("Started on T. Aspirin 75 mg OD and T. Atorvastatin 40 mg HS.", [("T.", "Aspirin"), ("T.", "Atorvastatin")]),
        ("He takes 2 caps. Creon with meals.", [("caps.", "Creon")]),
        ("TAB. METFORMIN 500 MG BD", [("TAB.", "METFORMIN")]),
        # Behind its drug or its amount it is of that one.
        ("Metformin 500 mg tab. Aspirin 81 mg daily.", [("tab", "Metformin")]),
        ("Senna tabs. 2 nocte.", [("tabs", "Senna")]),
        ("Vicodin 1 tab. Patient then slept.", [("tab", "Vicodin")]),
    ],
)
def test_a_form_with_a_full_stop_goes_to_the_drug_behind_it(
    english: Language, text: str, wanted: list[tuple[str, str]]
) -> None:
    assert forms(english, text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Tab Atenolol 50 mg OD\nTab Amlodipine 5 mg BD\nInj Enoxaparin 40 mg SC OD",
        "Tab Atenolol 50 mg OD Tab Amlodipine 5 mg BD Inj Enoxaparin 40 mg SC OD",
        "Tab Atenolol 50 mg OD. Tab Amlodipine 5 mg BD. Inj Enoxaparin 40 mg SC OD.",
    ],
)
def test_who_writes_the_form_in_front_does_so_all_along_the_list(english: Language, text: str) -> None:
    assert forms(english, text) == [("Tab", "Atenolol"), ("Tab", "Amlodipine"), ("Inj", "Enoxaparin")]


def test_a_single_letter_is_a_form_only_in_front_of_a_drug(english: Language) -> None:
    assert forms(english, "Dr. T. Williams stopped aspirin. Vitamin B 1 o.d. t. aspirin") == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Tab. Metformin 500 mg BD, Tab. Glimepiride 1 mg OD.", 1),
        ("Stop Inj. Heparin. Start Tab. Warfarin.", 2),
        ("He took one tab. Then he slept.", 2),
        ("Vicodin 1 tab. Aspirin 81 mg daily.", 2),
    ],
)
def test_the_full_stop_of_a_form_ends_no_sentence_before_a_drug(english: Language, text: str, sentences: int) -> None:
    assert len(list(english(text).sents)) == sentences
