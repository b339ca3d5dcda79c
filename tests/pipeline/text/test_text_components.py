"""The components that read text, each alone on a blank pipeline: tokens, sentences, normal forms, sections, dates."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline  # registers the components
from pipeline.text.tokenizer import split

assert pipeline.text

CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}}
COMPONENTS = ("anamnesis_sentences", "anamnesis_normalizer", "anamnesis_sections", "anamnesis_dates")


def build(lang, *components):
    nlp = spacy.blank(lang, config=CONFIG)
    for component in components:
        nlp.add_pipe(component)
    return nlp


def first_date(lang, text):
    doc = NLP[lang](text)
    return doc.spans["dates"][0]._.date


NLP = {lang: build(lang, *COMPONENTS) for lang in ("fr", "en")}
CLINICAL = st.text(st.sampled_from("aéÉ 1203/.-:;,()'’\n\r\t\u0301\u00a0œABmgjp"), max_size=80)


@pytest.mark.parametrize("lang", ["fr", "en"])
@given(st.text() | CLINICAL)
@settings(max_examples=100, deadline=None)
def test_every_text_comes_back_and_a_second_pass_changes_nothing(lang, text):
    doc = NLP[lang](text)
    assert doc.text == text
    before = [(s.start_char, s.end_char, s.label_) for group in doc.spans.values() for s in group]
    again = NLP[lang](doc)
    assert before == [(s.start_char, s.end_char, s.label_) for group in again.spans.values() for s in group]


@given(st.text() | CLINICAL)
@settings(max_examples=100, deadline=None)
def test_words_are_split_the_same_one_by_one_and_in_their_text(text):
    doc = NLP["fr"].make_doc(text)
    assert [(token.text, token.whitespace_ == " ") for token in doc] == split(text)


def test_words_of_a_memory_zone_or_of_another_vocabulary_are_read_again():
    nlp = build("fr")
    for word in ("mithridatisation", "zorglubine"):
        with nlp.memory_zone():
            assert nlp(f"{word} 5mg").text == f"{word} 5mg"
    assert nlp("zorglubine 5mg").text == "zorglubine 5mg"
    nlp.vocab.from_bytes(build("fr").vocab.to_bytes())
    assert nlp("zorglubine 5mg").text == "zorglubine 5mg"


def test_no_word_of_a_memory_zone_is_remembered():
    nlp = build("fr")
    nlp.make_doc("doliprane 5mg")
    with nlp.memory_zone():
        nlp.make_doc("Zorglub 123-45-6789 zorglubine, 5mg")
    tokenizer = nlp.tokenizer
    remembered = " ".join([*tokenizer._stretches, *tokenizer._hashes])
    assert "doliprane" in remembered
    assert not any(word in remembered for word in ("Zorglub", "123", "6789", "zorglubine"))


def test_ordinary_words_are_kept_over_memory_zones_and_others_are_not():
    nlp = build("fr")
    text = "Douleur hépatique chez Zorglub, Zorglub 5mg de zorglubine"
    for _ in range(2):
        with nlp.memory_zone():
            assert nlp.make_doc(text).text == text
            nlp.tokenizer.learn()
        nlp.tokenizer.learn()
    kept = " ".join([*nlp.tokenizer._stretches, *nlp.tokenizer._hashes])
    assert "hépatique" in nlp.vocab
    assert "hépatique" in kept
    assert "zorglub" not in kept.lower()
    assert "Zorglub" not in nlp.vocab


def test_a_lone_surrogate_is_a_clear_error():
    with pytest.raises(ValueError, match="surrogate"):
        NLP["fr"].make_doc("a \ud800 b")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("400mg/5ml", "400 mg / 5 ml"),
        ("5/500 mg", "5 / 500 mg"),
        ("1-0-1", "1 - 0 - 1"),
        ("q.4-6h.", "q . 4 - 6 h ."),
        ("p.o. b.i.d.", "p.o . b.i.d ."),
        ("x3/j", "x 3 / j"),
        ("75 mg/j", "75 mg / j"),
        ("d’amlodipine", "d’ amlodipine"),
        ("pré-aprémilast", "pré - aprémilast"),
        ("à 8h30", "à 8 h 30"),
        ("2,5 mg", "2,5 mg"),
        ("the patient's", "the patient 's"),
    ],
)
def test_tokens(text, tokens):
    assert [token.text for token in NLP["fr"].make_doc(text)] == tokens.split()


@given(st.text(st.sampled_from([*"ab.,1/ \n\r\t\0\1\2\u00a0\u2028", "œ", "’"]), max_size=30))
def test_tokens_are_those_of_one_expression_whatever_blanks_stand_between(text):
    doc = NLP["fr"].make_doc(text)
    assert [(token.text, bool(token.whitespace_)) for token in doc] == split(text)


def test_the_tokenizer_survives_pickle_and_bytes():
    nlp = pickle.loads(pickle.dumps(NLP["fr"]))  # noqa: S301
    assert [t.text for t in nlp("d'amlodipine 5mg")] == ["d'", "amlodipine", "5", "mg"]
    assert spacy.blank("fr", config=CONFIG).from_bytes(build("fr").to_bytes()).make_doc("5mg").text == "5mg"


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        ("fr", "Vu par le Dr. Martin ce jour. Pas de fièvre.", 2),
        ("fr", "E. coli dans les urines.", 1),
        ("fr", "Prise de 2.5 mg le 12.03.2019 au soir.", 1),
        ("fr", "Il a des antécédents\nde malaises.", 1),
        ("fr", "- HTA\n- diabète\n- asthme", 3),
        ("fr", "12/03/2019 : AVC\n15/04/2020 : toux", 2),
        ("fr", "Fièvre ; toux : grasse… depuis hier", 1),
        ("fr", "Douleur au bras\nMalaise ce jour", 2),
        ("fr", "hta connue\namlodipine 10 ok\nplus de fièvre depuis hier soir, crp en baisse à 40", 3),
        (
            "fr",
            "| Aranesp | 60 µg | 1/sem |\n| Velphoro | 500 mg | arrêté le 30/05 |\n| Amlodipine | 10 mg | le soir |",
            3,
        ),
        ("fr", "amlodipine 10 le\nmatin et lasilix 40 le matin et le soir", 1),
        ("fr", "douleur\n   irradiant dans le bras gauche depuis ce matin", 1),
        ("en", "pt seen on ward today, comfortable\nobs stable\nfurosemide 40 od given", 2),
        ("en", "He was seen in the clinic for his\nheart failure and his gout and\nwas well.", 1),
        ("en", "Lasix 40 mg p.o. b.i.d. for edema.", 1),
        ("en", "Lasix 40 mg p.o. b.i.d. She was discharged.", 2),
        ("en", "1. Aspirin 81 mg daily.\n2. Lasix 40 mg.", 2),
        ("en", "INR was 1.9. The patient went home.", 2),
    ],
)
def test_sentences(lang, text, sentences):
    assert len(list(NLP[lang](text).sents)) == sentences


@pytest.mark.parametrize(
    ("text", "norm"),
    [("ANTÉCÉDENTS", "antecedents"), ("e\u0301te\u0301", "ete"), ("œdème", "oedeme"), ("l’AVC", "l'"), ("HTA", "hta")],
)
def test_norm(text, norm):
    assert NLP["fr"](text)[0].norm_ == norm


def test_pollution_is_marked_and_kept():
    doc = NLP["fr"]("Pas de fièvre\n======\nPage 1/2\nvoir https://hopital.example/x")
    assert [span.text for span in doc.spans["pollution"]] == ["======", "Page 1/2", "https://hopital.example/x"]


@pytest.mark.parametrize(
    ("lang", "text", "kinds"),
    [
        ("fr", "ANTÉCÉDENTS\n- HTA", ["past_medical_history"]),
        ("fr", "Il a des malaises. ANTÉCÉDENTS : - le patient a eu", ["past_medical_history"]),
        ("fr", "Antécédents : asthme, HTA.", ["past_medical_history"]),
        ("fr", "Il a des antécédents de malaises.", []),
        ("fr", "Antécédent(s) : HTA", ["past_medical_history"]),
        ("fr", "ATCD : HTA\nHDM : toux", ["past_medical_history", "history_of_present_illness"]),
        ("fr", "Antécédents familiaux :\n- père : AVC", ["family_history"]),
        ("fr", "ALLERGIES : aucune\n\nZORGLUB DU JOUR\nrien", ["allergies", "other"]),
        ("en", "PAST MEDICAL HISTORY: Asthma.", ["past_medical_history"]),
        ("en", "1. Past Surgical History:\nnone", ["past_surgical_history"]),
        ("en", "The past medical history is long.", []),
        ("en", "Cough.\nxiv. Past Medical History\nasthma", ["past_medical_history"]),
        ("en", "Cough.\n(iv) PAST MEDICAL HISTORY: asthma", ["past_medical_history"]),
        ("en", "Cough.\nviii. PLAN\nrest", ["plan"]),
        ("en", "HISTORY FINDINGS HOSPITAL COURSE:  Given Zosyn.", ["hospital_course"]),
        ("en", "HISTORY AND FINDINGS:  Cough.", ["history_of_present_illness"]),
        ("en", "Medical: gout\nMEDICAL DECISION MAKING: migraine", ["past_medical_history", "assessment"]),
        ("en", "Cough.\n\nMEDICAL IMAGING: fracture\nBackground Activity: slow waves", ["other", "other"]),
        ("en", "Cough.\niv antibiotics, past medical history of gout", []),
        ("en", "PMH HTN, DM, CAD\nPSH appendectomy", ["past_medical_history", "past_surgical_history"]),
        ("fr", "ATCD HTA, DNID\nHDM TOUX", ["past_medical_history", "history_of_present_illness"]),
        ("fr", "Ant. med/chir : goutte\nAntcd fam: HTA mère", ["past_medical_history", "family_history"]),
        ("fr", "ant. : GPAO\nttt maison: Tahor\nauj: sueurs", ["past_medical_history", "medications", "other"]),
        ("en", "PREVIOUS DIAGNOSES:\n1. Gout.\nPAST GI HISTORY: GERD.", ["past_medical_history"] * 2),
        ("en", "PAST MEDICAL/SURGICAL/SOCIAL HISTORY: Gout.", ["past_medical_history"]),
        ("en", "PAST AND DEVELOPMENTAL HISTORY: Gout.\nPOBH: C-section", ["past_medical_history", "obstetric_history"]),
        (
            "en",
            "HISTORY OF PRESENT ILLNESS: Cough.\nPMH: Asthma",
            ["history_of_present_illness", "past_medical_history"],
        ),
    ],
)
def test_sections(lang, text, kinds):
    doc = NLP[lang](text)
    assert [span.label_ for span in doc.spans["sections"]] == kinds
    assert len(doc.spans["section_titles"]) == len(kinds)


@pytest.mark.parametrize(
    ("lang", "text", "norms"),
    [
        ("fr", "admis le 23 août 2021", ["2021-08-23"]),
        ("fr", "le 03/04/2021", ["2021-04-03"]),
        ("en", "on 03/04/2021", ["2021-03-04"]),
        ("en", "on 2021-03-04", ["2021-03-04"]),
        ("en", "March 4, 2021", ["2021-03-04"]),
        ("fr", "en janv. 2015", ["2015-01-??"]),
        ("fr", "le 05-2020", ["2020-05-??"]),
        ("fr", "AVC en 2015", ["2015-??-??"]),
        ("fr", "il y a dix jours", ["-10 day"]),
        ("fr", "il y a quatre-vingt-dix jours", ["-90 day"]),
        ("fr", "il y a 3ans", ["-3 year"]),
        ("fr", "il y a environ treize mois", ["-13 month"]),
        ("fr", "depuis 3 jours", ["-3 day"]),
        ("fr", "dans les années 90", ["1990-??-??"]),
        ("fr", "il y a sept jours", ["-7 day"]),
        ("fr", "en sept. 2019", ["2019-09-??"]),
        ("fr", "à l'été 2015", ["2015-07-??"]),
        ("fr", "du 3 au 5 mars 2015", ["2015-03-05"]),
        ("fr", "du 3 mars au 5 avril 2015", ["2015-03-03", "2015-04-05"]),
        ("fr", "deux ans et demi auparavant", ["-2.5 year"]),
        ("fr", "toux d'évolution : 3 semaines d'évolution", ["-3 week"]),
        ("fr", "hospitalisé il y a un peu plus de 3 ans", ["-3 year"]),
        ("fr", "jusqu'au 12/03/2020", ["2020-03-12"]),
        ("fr", "AVC en 2012 et 2015", ["2012-??-??", "2015-??-??"]),
        ("fr", "AVC (2012)", ["2012-??-??"]),
        ("fr", "stop jan 24, repris nov 23.", ["2024-01-??", "2023-11-??"]),
        ("fr", "depuis mars 20 mg", ["????-03-??"]),
        ("en", "| AZT | 2008 | 2012 | rash |", ["2008-??-??", "2012-??-??"]),
        ("en", "| 1905 | ibuprofen | 150 |", []),
        ("fr", "PNN 2000, GB 1999", []),
        ("fr", "sous amoxicilline 2000 mg", []),
        ("en", "3 days ago", ["-3 day"]),
        ("en", "a couple of weeks prior to admission", ["-2 week"]),
        ("en", "for 3/7, then 2/52 ago", ["-2 week"]),
        ("en", "in the summer of 2015", ["2015-07-??"]),
        ("en", "in the 1990s", ["1990-??-??"]),
        ("en", "since March 4th, 2019", ["2019-03-04"]),
        ("en", "within 2 weeks", ["+2 week"]),
        ("en", "pain 3/10, BP 120/80, vision 20/40", []),
        ("en", "may have fever", []),
        ("en", "at age 12, a 45-year-old man", []),
        ("fr", "TA 12/8", []),
        ("fr", "EVA 3/10", []),
        ("fr", "EVA à 3/10", []),
        ("fr", "sept crises", []),
        ("fr", "FC 2000", []),
        ("fr", "vu par M. Mai", []),
        ("fr", "OCT et AVR normaux", []),
        ("fr", "opéré à 17 ans", []),
        ("fr", "contrôle à 3 mois", []),
        ("fr", "pendant 3 jours", []),
    ],
)
def test_dates(lang, text, norms):
    doc = NLP[lang](text)
    assert [span._.date.norm() for span in doc.spans["dates"]] == norms


def test_bounds_are_part_of_the_value():
    assert first_date("fr", "depuis le 12/03/2020").bound == "since"
    assert first_date("fr", "jusqu'en 2012").bound == "until"
    assert first_date("en", "since 2012").bound == "since"


@pytest.mark.parametrize(
    ("lang", "text", "norm"),
    [
        ("fr", "opéré à 17 ans", "17 year"),
        ("en", "at the age of 12", "12 year"),
        ("en", "a 45-year-old man", "45 year"),
    ],
)
def test_an_age_is_an_age(lang, text, norm):
    doc = NLP[lang](text)
    (span,) = doc.spans["ages"]
    assert span._.age.norm() == norm
    assert span._.age.on("1978-11-02") is not None
    assert span._.age.on(None) is None


def test_the_order_of_day_and_month_is_a_setting():
    nlp = spacy.blank("en")
    nlp.add_pipe("anamnesis_dates", config={"day_first": True})
    doc = nlp("on 03/04/2021 and 2021-03-04 and 13/04/2021")
    assert [span._.date.norm() for span in doc.spans["dates"]] == ["2021-04-03", "2021-03-04", "2021-04-13"]


def test_sections_carry_loinc_codes():
    doc = NLP["en"]("PAST MEDICAL HISTORY: Asthma.\nALLERGIES: none")
    assert [span._.loinc for span in doc.spans["sections"]] == ["11348-0", "48765-2"]


def test_titles_of_ones_own():
    nlp = spacy.blank("en")
    nlp.add_pipe("anamnesis_sections", config={"titles": {"past_medical_history": ["zorglub log"]}})
    doc = nlp("Zorglub log:\nasthma")
    assert [span.label_ for span in doc.spans["sections"]] == ["past_medical_history"]


def test_a_duration_is_no_date():
    doc = NLP["fr"]("pendant 3 jours")
    assert [span._.duration.norm() for span in doc.spans["durations"]] == ["3 day"]


@pytest.mark.parametrize(
    "note",
    [
        datetime(2021, 9, 5, 10, tzinfo=UTC),
        datetime(2021, 9, 5, 10),
        date(2021, 9, 5),
        "2021-09-05",
        "2021-09-05T10:00:00+02:00",
        "2021-09-05T10:00:00Z",
    ],
)
def test_the_age_of_a_date_for_a_note_date_of_any_type(note):
    found = first_date("fr", "le 23 août")
    assert found.age(note).days == 13
    assert found.to_datetime(note_datetime=note).date() == date(2021, 8, 23)


@pytest.mark.parametrize("note", [None, "1978", "", "soon", 7])
def test_a_note_date_that_is_none_gives_none(note):
    assert first_date("fr", "le 23 août").to_datetime(note_datetime=note) is None


def test_an_impossible_date_is_none():
    assert first_date("fr", "le 31/02/2015").to_datetime() is None


def test_december_in_a_september_note_is_the_last_one():
    found = first_date("fr", "hospitalisé en décembre")
    assert found.on("2021-09-05") == date(2020, 12, 15)


@pytest.mark.parametrize("lang", ["de", "xx"])
@pytest.mark.parametrize("component", ["anamnesis_sentences", "anamnesis_sections", "anamnesis_dates"])
def test_another_language_is_a_clear_error(lang, component):
    with pytest.raises(ValueError, match=r"en, fr"):
        spacy.blank(lang).add_pipe(component)
