"""Drugs that no list holds, names that mean other things too, and texts that are written badly."""

from __future__ import annotations

import pickle

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import pipeline
from pipeline import resources, samples
from pipeline.medications.lexicon import Lexicon, Words
from pipeline.medications.windows import Windows
from pipeline.profile import identify
from pipeline.resources import read_lines
from tests.growth import growth
from tests.profiles import profile

LABELS = {"DRUG", "STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION"}


@pytest.fixture(scope="module")
def languages() -> dict[str, Language]:
    found = {}
    for lang in resources.LANGUAGES:
        nlp = spacy.blank(lang, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
        nlp.add_pipe("anamnesis_medications")
        found[lang] = nlp
    return found


def drugs(nlp: Language, text: str) -> list[str]:
    return drugs_of(nlp(text))


def drugs_of(doc: Doc) -> list[str]:
    return [entity.text for entity in doc.ents if entity.label_ == "DRUG"]


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("en", "He takes quorvaxine 40 mg daily.", "quorvaxine"),
        ("en", "Injected with 20 mg of Quorvax without event.", "Quorvax"),
        ("en", "She was started on Quorvax last week.", "Quorvax"),
        ("en", "Allergic to Quorvax.", "Quorvax"),
        ("en", "Quorvax cream b.i.d. to the rash; she uses Zelmirod tablets p.r.n.", "Zelmirod"),
        ("en", "We gave Lasix, Quorvax, and aspirin.", "Quorvax"),
        ("en", "MEDICATIONS:\n1.  Quorvax.\n2.  Lasix.", "Quorvax"),
        ("en", "DH: quorvax, aspirin", "quorvax"),
        ("fr", "Introduction de Quorvaxil 50 mg x 2/j.", "Quorvaxil"),
        ("fr", "Patient sous Quorvaxil depuis un an.", "Quorvaxil"),
        ("fr", "Traitement habituel : Kardégic, Quorvaxil, Tahor", "Quorvaxil"),
    ],
)
def test_unlisted_name_is_found_where_drugs_stand(
    languages: dict[str, Language], lang: str, text: str, name: str
) -> None:
    assert not Lexicon(lang).knows(name.lower())
    assert name in drugs(languages[lang], text)


def test_unlisted_name_once_found_is_found_throughout_the_note(languages: dict[str, Language]) -> None:
    text = "She was started on Quorvax. The Quorvax did not help, and quorvax makes her dizzy."
    assert drugs(languages["en"], text) == ["Quorvax", "Quorvax", "quorvax"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Kerlix dressing was applied and Dr. Quorvath was called."),
        ("en", "A trial of Quorvath-Smith valve was completed."),
        ("en", "Quorvath as needed by the nurse."),
        ("en", "Bilirubinostix 5 mg/dl, cholangiogram normal."),
        ("fr", "Consultation du Dr Quorvath, prothèse Zelmirod posée."),
    ],
)
def test_unknown_words_elsewhere_are_no_drugs(languages: dict[str, Language], lang: str, text: str) -> None:
    assert drugs(languages[lang], text) == []


def test_unlisted_names_can_be_switched_off() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("anamnesis_medications", config={"unlisted": False})
    assert drugs(nlp, "She was started on Quorvax 40 mg daily.") == []


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Vitamin D 1000 units daily; vitamin D level 22.", ["Vitamin D"]),
        ("en", "Potassium 4.2. Potassium chloride 20 mEq was given.", ["Potassium chloride"]),
        ("en", "Potassium 20 mEq p.o. daily. Serum potassium was low.", ["Potassium"]),
        ("en", "She takes Soma 350 mg t.i.d. for her soma complaints.", ["Soma"]),
        ("en", "solid protein with each meal", []),
        ("en", "KCl 40 mEq and G-CSF 300 mcg", ["KCl", "G-CSF"]),
        ("en", "as a precaution, an asa tile", []),
        ("fr", "Carence en vitamine D. Potassium 4,1, fer sérique 5.", []),
        ("fr", "Traitement antalgique : paracétamol 1 g", ["paracétamol"]),
    ],
)
def test_names_with_other_meanings(languages: dict[str, Language], lang: str, text: str, expected: list[str]) -> None:
    assert drugs(languages[lang], text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allegra-D daily", ["Allegra-D"]),
        ("Theragran-M daily", ["Theragran-M"]),
        ("lisinopril-HCTZ daily", ["lisinopril-HCTZ"]),
        ("Continue amlodipne 5 mg", ["amlodipne"]),
        ("metfromin 500 mg b.i.d.", ["metfromin"]),
        ("loopdiuretic and beta-blockers", ["loopdiuretic", "beta-blockers"]),
        ("take zelmipril and zelmicillin", ["zelmipril", "zelmicillin"]),
    ],
)
def test_ways_of_writing_a_name(languages: dict[str, Language], text: str, expected: list[str]) -> None:
    assert drugs(languages["en"], text) == expected


def test_instruction_that_stands_alone(languages: dict[str, Language]) -> None:
    text = (
        "Mestinon 60 mg t.i.d. was begun and his diplopia improved at first. The dosage was increased to 90 mg t.i.d."
    )
    labels = [(entity.text, entity.label_) for entity in languages["en"](text).ents]
    assert labels[-2:] == [("90 mg", "STRENGTH"), ("t.i.d.", "FREQUENCY")]


@pytest.mark.parametrize(
    "text", ["Limit salt intake to 2300 mg daily.", "Increase water to 48 ounces daily.", "Dispense #30 tablets."]
)
def test_amounts_of_other_things(languages: dict[str, Language], text: str) -> None:
    found = languages["en"]("Continue Norvasc 5 mg daily. " + text).ents
    assert [entity.text for entity in found] == ["Norvasc", "5 mg", "daily"]


def test_lexicon_without_a_name_has_none_of_its_longer_names() -> None:
    known = Lexicon("en").kinds
    reduced = Lexicon("en", without=["Tylenol"]).kinds
    assert {"tylenol", "tylenol pm"} <= known.keys()
    assert not any(name.split()[0] == "tylenol" for name in reduced)
    assert "aspirin" in reduced


BAD = {
    "capitals": "PATIENT TAKES LASIX 40 MG P.O. DAILY AND ASPIRIN 81 MG Q.D.",
    "one line": "Meds Lasix 40 mg p.o. daily aspirin 81 mg q.d. Plan continue Lasix 40 mg p.o. daily aspirin 81 mg q.d.",
    "noise": "Medlcations:  La5ix  4O mg p,o. daily;; Lasix 40 mg  p.o. daily ~~ aspirin 8l mg\x0c aspirin 81 mg",
    "table": "Drug\tDose\tRoute\tFreq\nLasix\t40 mg\tPO\tdaily\naspirin\t81 mg\tPO\tdaily",
    "languages": "Patiente sous Lasix 40 mg p.o. daily, aspirin 81 mg le matin. Пациент принимает аспирин. 患者服用阿司匹林",
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_badly_written_texts_keep_their_offsets(languages: dict[str, Language], name: str) -> None:
    for nlp in languages.values():
        doc = nlp(BAD[name])
        assert doc.text == BAD[name]
        assert all(
            entity.label_ in LABELS and entity.text == BAD[name][entity.start_char : entity.end_char]
            for entity in doc.ents
        )
    names = {entity.text.lower() for entity in languages["en"](BAD[name]).ents}
    assert {"lasix", "aspirin"} <= names


@pytest.mark.parametrize("name", sorted(BAD))
def test_badly_written_texts_take_linear_work(languages: dict[str, Language], name: str) -> None:
    nlp = languages["en"]
    assert growth(nlp, lambda number: nlp.make_doc((BAD[name] + " ") * number), 50, 8) < 12


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    words = Words.of(text)
    assert all(text[a:b] == word for word, a, b in zip(words.words, words.starts, words.ends, strict=True))


@pytest.mark.parametrize("lang", resources.LANGUAGES)
def test_entities_begin_and_end_at_tokens(languages: dict[str, Language], lang: str) -> None:
    """Readings of the sample notes, and of amounts glued to units, are spans of whole tokens."""
    texts = [note["text"] for note in samples.load(lang)] + ["400mg/5ml", "1-0-1", "x3/j", "q4-6h", "75mg/j", "5/500mg"]
    for text in texts:
        doc = languages[lang].make_doc(text)
        edges = {token.idx for token in doc} | {token.idx + len(token) for token in doc}
        read = languages[lang](text)
        assert {edge for entity in read.ents for edge in (entity.start_char, entity.end_char)} <= edges


UNRULED = "The patient was begun on quorvaxine which she tolerated well, and the heartbeat was regular."


def test_model_finds_what_no_rule_does() -> None:
    found = [entity for entity in profile("en")(UNRULED).ents if entity.label_ == "DRUG"]
    assert [(entity.text, entity._.source) for entity in found] == [("quorvaxine", "model")]
    assert 0.97 <= found[0]._.score <= 1
    assert drugs(profile("en-fast"), UNRULED) == []


@pytest.mark.parametrize(
    "text",
    [
        "The dose has not changed since the visit with Marwenna Dorvatine and totaled 500 mg.",
        "The wound was closed, then the incisin was dressed, and the patient went home.",
        "The mass was mobile, and did not show any evidence of extrauterine growth.",
        "He has had reactions several times according to Dorvatine.",
    ],
)
def test_model_takes_no_person_and_no_slip_for_a_drug(text: str) -> None:
    assert drugs(profile("en"), text) == []


def test_model_is_pickled_by_its_place_and_named_in_the_fingerprint() -> None:
    nlp = profile("en")
    component = pickle.loads(pickle.dumps(nlp.get_pipe("anamnesis_medications")))  # noqa: S301
    assert drugs_of(component(nlp.make_doc(UNRULED))) == ["quorvaxine"]
    assert [doc.text for doc in nlp.pipe([UNRULED] * 3, n_process=2)] == [UNRULED] * 3
    models = identify(nlp)["models"]
    assert [model["name"] for model in models] == ["anamnesis_medications", "anamnesis_history"]
    assert [len(model["sha256"]) for model in models] == [64, 64]
    assert [model["name"] for model in identify(profile("en-fast"))["models"]] == ["anamnesis_history"]


def test_model_in_a_memory_zone() -> None:
    nlp = pipeline.load("en")
    for _ in range(3):
        with nlp.memory_zone():
            assert "quorvaxine" in drugs(nlp, UNRULED)
    assert "quorvaxine" in drugs(nlp, UNRULED)


@pytest.mark.parametrize(
    ("settings", "message"), [({"model": "nowhere"}, "no model of unlisted names"), ({"unlisted": False}, "no effect")]
)
def test_model_settings_that_cannot_hold(settings: dict[str, object], message: str) -> None:
    overrides = {f"components.anamnesis_medications.{name}": value for name, value in settings.items()}
    with pytest.raises(pipeline.ProfileError, match=message):
        pipeline.load("en", overrides=overrides)


def test_window_hides_the_name_and_what_is_listed() -> None:
    text = "Continue Lasix 40 mg and Quorvax daily."
    windows = Windows(text.lower(), text, lambda word: word in {"continue", "daily"}, [(9, 14)])
    assert windows.around(25, 32, in_list=False) == [
        *["continue", "<drug>", "00", "mg", "and"], "<?", "X~vax", "?>", "daily", "."
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_word_of_the_clinical_vocabulary_is_a_drug(lang: str) -> None:
    words = read_lines(lang, "medications/vocabulary_clinical.txt")
    assert list(words) == sorted(set(words))
    assert not set(words) & Lexicon(lang).kinds.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meds: Lasix 40, exudate 3+, nodes tender.", ["Lasix"]),
        ("Dressing: exudate 2 times daily, change bibasilar 10 mg", []),
        ("Meds: Lasix 40, Zolpidexa 3 mg, nodes tender.", ["Lasix", "Zolpidexa"]),
    ],
)
def test_words_of_the_clinic_are_no_unlisted_names(text: str, expected: list[str]) -> None:
    assert drugs(profile("en"), text) == expected
