"""The recogniser: what it finds, what it leaves, and how it behaves as a component."""

from __future__ import annotations

import pickle

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Span

from pipeline import resources
from pipeline.medications.lexicon_spelling import Spelling, slips
from tests.growth import RUNS, growth, repeated
from tests.pipeline.medications.recognising import found, recogniser


@pytest.fixture(scope="module")
def languages() -> dict[str, Language]:
    return {lang: recogniser(lang) for lang in resources.LANGUAGES}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Magnesium hydroxide 400mg/5ml suspension PO of total 30ml bid for the next 5 days.",
            [
                ("Magnesium hydroxide", "DRUG"),
                ("400mg/5ml", "STRENGTH"),
                ("suspension", "FORM"),
                ("PO", "ROUTE"),
                ("30ml", "DOSAGE"),
                ("bid", "FREQUENCY"),
                ("for the next 5 days", "DURATION"),
            ],
        ),
        ("She was given 25 mg of Demerol.", [("25 mg", "STRENGTH"), ("Demerol", "DRUG")]),
        ("Effexor XR 75 mg daily", [("Effexor XR", "DRUG"), ("75 mg", "STRENGTH"), ("daily", "FREQUENCY")]),
        ("Solumedrol and amoxicillin/clavulanate", [("Solumedrol", "DRUG"), ("amoxicillin/clavulanate", "DRUG")]),
        ("Regular paracetamol/ ibuprofen", [("paracetamol", "DRUG"), ("ibuprofen", "DRUG")]),
        (
            "Furosemide 40mg OD, senna 2 tabs nocte for 3/7",
            [
                ("Furosemide", "DRUG"),
                ("40mg", "STRENGTH"),
                ("OD", "FREQUENCY"),
                ("senna", "DRUG"),
                ("2", "DOSAGE"),
                ("tabs", "FORM"),
                ("nocte", "FREQUENCY"),
                ("for 3/7", "DURATION"),
            ],
        ),
        ("He takes one tablet of aspirin.", [("one", "DOSAGE"), ("tablet", "FORM"), ("aspirin", "DRUG")]),
        ("LASIX 40 MG Q.D.", [("LASIX", "DRUG"), ("40 MG", "STRENGTH"), ("Q.D.", "FREQUENCY")]),
        ("Lantus 24 units at bedtime", [("Lantus", "DRUG"), ("24 units", "DOSAGE"), ("at bedtime", "FREQUENCY")]),
        ("vitamin D 2000 units daily", [("vitamin D", "DRUG"), ("2000 units", "STRENGTH"), ("daily", "FREQUENCY")]),
        ("started on prednisonne 20 mg", [("prednisonne", "DRUG"), ("20 mg", "STRENGTH")]),
        ("Continue zyqolitinib.", [("zyqolitinib", "DRUG")]),
    ],
)
def test_recognizer_english(languages: dict[str, Language], text: str, expected: list[tuple[str, str]]) -> None:
    assert found(languages["en"], text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Doliprane 1 g x 3/j pendant 5 jours",
            [("Doliprane", "DRUG"), ("1 g", "STRENGTH"), ("x 3/j", "FREQUENCY"), ("pendant 5 jours", "DURATION")],
        ),
        (
            "Ramipril 5 mg : 1 cp matin et soir",
            [
                ("Ramipril", "DRUG"),
                ("5 mg", "STRENGTH"),
                ("1", "DOSAGE"),
                ("cp", "FORM"),
                ("matin et soir", "FREQUENCY"),
            ],
        ),
        (
            "Ixprim toutes les 6 heures si besoin, Eupressyl 60 mg 1-0-1",
            [
                ("Ixprim", "DRUG"),
                ("toutes les 6 heures si besoin", "FREQUENCY"),
                ("Eupressyl", "DRUG"),
                ("60 mg", "STRENGTH"),
                ("1-0-1", "FREQUENCY"),
            ],
        ),
        ("arrêt de l'oméprazole", [("oméprazole", "DRUG")]),
        (
            "Ventoline 2 bouffées si besoin",
            [("Ventoline", "DRUG"), ("2 bouffées", "DOSAGE"), ("si besoin", "FREQUENCY")],
        ),
    ],
)
def test_recognizer_french(languages: dict[str, Language], text: str, expected: list[tuple[str, str]]) -> None:
    assert found(languages["fr"], text) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Vitamin B12 level was normal."),
        ("en", "Her potassium is 5.2 and her glucose 120 mg/dl."),
        ("en", "Pelvic rest for 6 weeks, neuro check every 4 hours."),
        ("en", "He walks two miles daily and was seen three times a week."),
        ("fr", "Potassium 4,2 mmol/l, créatinine 80 µmol/l."),
        ("fr", "Kinésithérapie trois fois par semaine pendant un mois."),
    ],
)
def test_recognizer_leaves_what_is_no_medication(languages: dict[str, Language], lang: str, text: str) -> None:
    assert found(languages[lang], text) == []


def test_recognizer_leaves_attributes_of_something_else(languages: dict[str, Language]) -> None:
    assert found(languages["en"], "Continue Norvasc. Blood pressure monitoring 3 times per week.") == [
        ("Norvasc", "DRUG")
    ]


def test_recognizer_source_score_and_codes(languages: dict[str, Language]) -> None:
    drug, strength = languages["fr"]("Kardégic 75 mg").ents
    assert (drug._.source, strength._.source) == ("lexicon", "grammar")
    assert 0 < strength._.score <= drug._.score <= 1
    assert {"system": "http://www.whocc.no/atc", "code": "B01AC06", "display": "kardegic"} in drug._.codes


def test_recognizer_keeps_entities_set_before(languages: dict[str, Language]) -> None:
    nlp = languages["en"]
    doc = nlp.make_doc("aspirin 81 mg daily")
    doc.set_ents([Span(doc, 0, 2, "OWN")])
    nlp.get_pipe("anamnesis_medications")(doc)
    assert doc.ents[0].label_ == "OWN"
    assert all(entity.start >= 2 for entity in doc.ents[1:])


def test_recognizer_extra_terms() -> None:
    assert found(recogniser("en", extra_terms=["Grandma's Tonic"]), "takes grandma's tonic") == [
        ("grandma's tonic", "DRUG")
    ]


@pytest.mark.parametrize("text", ["", " ", ".", "\n\n", "1", "aspirin", "œ" * 3 + " aspirin 5 mg", "a\u0301spirin"])
def test_recognizer_any_text(languages: dict[str, Language], text: str) -> None:
    for nlp in languages.values():
        doc = nlp(text)
        assert doc.text == text


def test_recognizer_offsets_behind_ligatures(languages: dict[str, Language]) -> None:
    assert found(languages["fr"], "Sœur sous Doliprane 500 mg")[:2] == [("Doliprane", "DRUG"), ("500 mg", "STRENGTH")]


@pytest.mark.parametrize(("frame", "part"), RUNS)
def test_recognizer_long_runs_take_linear_work(languages: dict[str, Language], frame: str, part: str) -> None:
    nlp = languages["en"]
    assert growth(nlp, lambda size: nlp.make_doc(repeated(frame, part, size)), 2_500, 8) < 12


def test_recognizer_pickles(languages: dict[str, Language]) -> None:
    component = pickle.loads(pickle.dumps(languages["en"].get_pipe("anamnesis_medications")))  # noqa: S301
    doc = component(languages["en"].make_doc("Lasix 40 mg p.o."))
    assert [entity.label_ for entity in doc.ents] == ["DRUG", "STRENGTH", "ROUTE"]


def test_recognizer_other_language() -> None:
    with pytest.raises(ValueError, match="there are: en, fr"):
        spacy.blank("de").add_pipe("anamnesis_medications")


@pytest.mark.parametrize(
    ("word", "name", "distance"),
    [("lasix", "lasix", 0), ("lisinipril", "lisinopril", 1), ("metfromin", "metformin", 1), ("abcdef", "uvwxyz", 3)],
)
def test_slips(word: str, name: str, distance: int) -> None:
    assert slips(word, name, 2) == distance


def test_spelling_keeps_the_first_letter() -> None:
    spelling = Spelling(["metformin"])
    assert spelling.nearest("metphormin") == "metformin"
    assert spelling.nearest("netformin") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A decimal, or a number before a count, is a strength whose unit is left out.
        ("Xanax 0.5 q.4h. p.r.n.", [("0.5", "STRENGTH"), ("q.4h. p.r.n.", "FREQUENCY")]),
        ("aspirin 80 one daily", [("80", "STRENGTH"), ("one", "DOSAGE"), ("daily", "FREQUENCY")]),
        ("Bactrim 400/80 tab b.i.d.", [("400/80", "STRENGTH"), ("tab", "FORM"), ("b.i.d.", "FREQUENCY")]),
        ("Vytorin 10/40 mg one a day", [("10/40 mg", "STRENGTH"), ("one", "DOSAGE"), ("a day", "FREQUENCY")]),
        # Doses that are counted, mixtures, and amounts whose drug stands further up.
        ("She was given one dose of gentamicin.", [("one dose", "DOSAGE")]),
        ("10 mL of 1:1 mixture of 0.5% Marcaine", [("10 mL", "DOSAGE"), ("0.5%", "STRENGTH")]),
        ("Botox was drawn up. Approximately 100 units was injected into the calf.", [("100 units", "DOSAGE")]),
        # How often.
        ("Lumigan at bed time", [("at bed time", "FREQUENCY")]),
        ("Klonopin 6 mg at h.s.", [("6 mg", "STRENGTH"), ("at h.s.", "FREQUENCY")]),
        ("Zofran 4 mg q.4-6 hourly p.r.n.", [("4 mg", "STRENGTH"), ("q.4-6 hourly p.r.n.", "FREQUENCY")]),
        ("trazodone 50 mg p.r.n. q.h.s.", [("50 mg", "STRENGTH"), ("p.r.n. q.h.s.", "FREQUENCY")]),
        (
            "Protonix 40 mg first thing in the morning",
            [("40 mg", "STRENGTH"), ("first thing in the morning", "FREQUENCY")],
        ),
        # How long.
        ("Cefazolin 1 g IV, total 5 dosages", [("1 g", "STRENGTH"), ("IV", "ROUTE"), ("total 5 dosages", "DURATION")]),
        ("taking the Adderall for at least a year", [("for at least a year", "DURATION")]),
        ("Ultram for a 7-day course", [("for a 7-day course", "DURATION")]),
        ("given a 3 day trial of Florinef", [("3 day", "DURATION")]),
        ("amoxicillin about x3 doses", [("x3 doses", "DURATION")]),
        # How it is given.
        ("Lidocaine 2% was given intrabronchially", [("2%", "STRENGTH"), ("intrabronchially", "ROUTE")]),
        ("She uses her inhaled steroid.", [("inhaled", "ROUTE")]),
        ("The nicotine patch was refused.", [("patch", "FORM")]),
    ],
)
def test_attributes_of_a_drug(languages: dict[str, Language], text: str, expected: list[tuple[str, str]]) -> None:
    assert [entity for entity in found(languages["en"], text) if entity[1] != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("She stopped clopidogrel a week before her surgery.", "a week"),
        ("He has had no methadone in about a week.", "a week"),
        ("On diuretics. For the last few days, the patient ate little.", "For the last few days"),
        ("Ambien lets him sleep for about two hours.", "for about two hours"),
        ("Tylenol, stop in two weeks.", "two weeks"),
        ("Nevanac, OD, three times a day", "OD"),
        ("Take ibuprofen with 2 litres of water.", "2 litres"),
        ("betamethasone 12 mg diluted in 10 mL of saline", "10 mL"),
        ("She had ampicillin. The infant delivered vaginally.", "vaginally"),
        ("He was n.p.o. on vancomycin.", "n.p.o."),
        ("Digoxin 0.6, white count is 5.8", "0.6"),
        ("He has non-insulin-dependent diabetes.", "insulin"),
        ("She stopped the aspirin. Dr. Smith agrees.", "aspirin. Dr"),
    ],
)
def test_what_is_no_attribute(languages: dict[str, Language], text: str, nothing: str) -> None:
    assert nothing not in [entity for entity, _ in found(languages["en"], text)]
