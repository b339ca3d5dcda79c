"""The matcher: terms, expressions, shipped lists, precedence of entities."""

import pickle

import pytest
import spacy
from spacy.tokens import Span

from tests.profiles import profile


def matcher(lang="fr", **settings):
    nlp = spacy.blank(lang)
    nlp.add_pipe("anamnesis_matcher", config=settings)
    return nlp


def found(doc):
    return [(entity.text, entity.label_) for entity in doc.ents]


@pytest.mark.parametrize(
    ("attr", "expected"),
    [("TEXT", []), ("LOWER", ["MALAISES"]), ("NORM", ["MALAISES"])],
)
def test_matcher_attr(attr, expected):
    doc = matcher(terms={"malaise": "malaises"}, attr=attr)("Des MALAISES répétés.")
    assert [entity.text for entity in doc.ents] == expected


def test_matcher_norm_folds_accents_of_the_expression_text():
    doc = matcher(regex={"fever": r"fievre(?: \w+)?"}, attr="NORM")("Une FIÈVRE élevée.")
    assert found(doc) == [("FIÈVRE élevée", "fever")]


def test_matcher_expression_expands_to_tokens():
    doc = matcher("en", regex={"x": "ever"})("High fever today")
    assert found(doc) == [("fever", "x")]


@pytest.mark.parametrize("attr", ["TEXT", "LOWER", "NORM"])
@pytest.mark.parametrize("labels", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_matcher_what_two_terms_share_is_the_first_ones(labels, attr):
    terms = {label: ["toux", "œdème aigu"] for label in labels}
    assert found(matcher(terms=terms, attr=attr)("toux, œdème aigu")) == [
        ("toux", labels[0]),
        ("œdème aigu", labels[0]),
    ]


def test_matcher_longest_match_wins():
    doc = matcher(terms={"a": "douleur", "b": ["douleur thoracique", "thoracique"]})("Une douleur thoracique vive")
    assert found(doc) == [("douleur thoracique", "b")]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Hypertension artérielle et diabète de type 2", ["Hypertension artérielle", "diabète de type 2"]),
        ("fr", "douleurs thoraciques", ["douleurs thoraciques"]),
        ("fr", "HTA, BPCO, AVC", ["HTA", "BPCO", "AVC"]),
        ("fr", "il a ri ; fa dièse ; ep", []),
        ("en", "COPD, HTN, s/p CABG, DM2", ["COPD", "HTN", "CABG", "DM2"]),
        ("en", "two kidney stones and seizures", ["kidney stones", "seizures"]),
        ("en", "diagnoses: cholecystectomies", ["cholecystectomies"]),
        ("en", "he said i'm ms smith", []),
        ("en", "two CVAs, recurrent UTIs", ["CVAs", "UTIs"]),
        ("en", "anaemia, oesophageal stricture, haemorrhoids", ["anaemia", "oesophageal stricture", "haemorrhoids"]),
        ("en", "A pregnancy test and the pain scale", []),
        ("fr", "PTG droites, TS médicamenteuses", ["PTG droites", "TS médicamenteuses"]),
    ],
)
def test_matcher_lexicons(lang, text, expected):
    doc = matcher(lang, attr="NORM", lexicons=["problems", "procedures"])(text)
    assert [entity.text for entity in doc.ents] == expected
    assert all(entity._.source == "matcher" for entity in doc.ents)


def test_matcher_gives_codes():
    doc = matcher("en", lexicons=["problems"])("Known asthma")
    assert doc.ents[0]._.codes == [{"system": "ICD-10", "code": "J45", "display": "asthma"}]


def test_matcher_keeps_entities_and_puts_overlaps_beside():
    nlp = matcher("en", terms={"PROBLEM": ["lithium toxicity", "cough"]})
    doc = nlp.make_doc("lithium toxicity and cough")
    doc.ents = [Span(doc, 0, 1, "DRUG")]
    doc = nlp(doc)
    assert found(doc) == [("lithium", "DRUG"), ("cough", "PROBLEM")]
    assert [span.text for span in doc.spans["problems"]] == ["lithium toxicity"]
    again = nlp.get_pipe("anamnesis_matcher")(doc)
    assert found(again) == [("lithium", "DRUG"), ("cough", "PROBLEM")]
    assert len(again.spans["problems"]) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"attr": "LEMMA"}, "attr is one of"),
        ({"lexicons": ["drugs"]}, "no list 'drugs'"),
        ({"regex": {"x": "("}}, "the expression of 'x'"),
    ],
)
def test_matcher_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        matcher(**settings)


def test_matcher_pickles():
    nlp = matcher("en", terms={"x": "cough"}, lexicons=["problems"])
    clone = pickle.loads(pickle.dumps(nlp.get_pipe("anamnesis_matcher")))  # noqa: S301
    assert [entity.text for entity in clone(nlp.make_doc("asthma, cough")).ents] == ["asthma", "cough"]


def test_matcher_empty_text():
    assert found(matcher("en", lexicons=["problems"])("")) == []


def test_the_title_of_a_section_is_no_mention_of_the_shipped_lists():
    doc = profile("en")("ALLERGIES: none known.\n\nPAST MEDICAL HISTORY: Allergies, asthma.")
    assert [(ent.text, ent.start_char) for ent in doc.ents] == [("Allergies", 46), ("asthma", 57)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She was diagnosed with diabetes last fall.", ["diabetes"]),
        ("Since her last fall she walks with a cane.", ["her last fall"]),
        ("He had a fall last week.", ["fall"]),
    ],
)
def test_the_season_is_no_fall(text, expected):
    assert [span.text for span in profile("en")(text).ents] == expected


@pytest.mark.parametrize(
    ("lang", "text", "problems"),
    [
        ("fr", "Timoptol 1 goutte matin et soir.", []),
        ("fr", "Laroxyl 10 gouttes le soir.", []),
        ("fr", "III gouttes matin.", []),
        ("fr", "Une goutte dans chaque oeil.", []),
        ("fr", "Goutte épaisse négative.", []),
        ("fr", "ATCD : goutte, crises de goutte.", ["goutte", "crises de goutte"]),
        ("fr", "Goutte traitée par allopurinol.", ["Goutte"]),
        ("fr", "Vaccin contre la grippe, vaccins : covid et zona.", []),
        ("fr", "Grippe en janvier, zona.", ["Grippe", "zona"]),
        ("fr", "Adressé en consultation douleur pour douleur thoracique.", ["douleur thoracique"]),
        ("en", "Declined influenza vaccine, hepatitis B vaccine given.", []),
        ("en", "Pneumonia after flu shot.", ["Pneumonia"]),
        ("en", "Influenza and COVID vaccines.", []),
        ("en", "Sat 98% on RA. RA on methotrexate.", ["RA"]),
        ("en", "MS Contin 15 mg bid. MS since 2010.", ["MS"]),
        ("en", "On PE the lungs are clear. PE on warfarin.", ["PE"]),
        ("en", "CAP on cefuroxime, doxycycline 100 mg CAP twice daily, 1 CAP BID.", ["CAP"]),
        ("en", "Admitted with CAP. Cefuroxime 1.5 g IV.", ["CAP"]),
        ("en", "Seen in pain clinic for back pain.", ["back pain"]),
        ("en", "Wound care. Wound infection.", ["Wound infection"]),
        ("en", "ST depression in V4. Depression.", ["Depression"]),
    ],
)
def test_the_name_of_a_problem_is_none_where_the_words_around_it_say_so(lang, text, problems):
    doc = profile(lang)(text)
    spans = [*doc.ents, *doc.spans.get("problems", [])]
    assert [one.text for one in spans if one.label_ == "PROBLEM"] == problems
