"""What is denied: behind a heading's colon, and as the answer in a form."""

from __future__ import annotations

import pytest

from tests.profiles import profile


@pytest.fixture(scope="module")
def nlp():
    return profile("en", "given")


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("HEENT:  No history of cataracts, blurry vision or glaucoma.", True),
        ("Eyes: Denies glaucoma.", True),
        ("REVIEW OF SYSTEMS:\nEYES: no glaucoma.", True),
        ("Glaucoma: no", True),
        ("Glaucoma : none known.", True),
        ("Glaucoma: denies\nCataracts: yes", True),
        ("Glaucoma: no longer controlled by drops.", False),
        ("Glaucoma: no change.", False),
        ("Cataracts: no, glaucoma: yes", False),
    ],
)
def test_colon_stands_before_a_denial_or_an_answer(nlp, text, denied):
    doc = nlp.make_doc(text)
    start = text.lower().index("glaucoma")
    doc.ents = [doc.char_span(start, start + len("glaucoma"), "PROBLEM")]
    nlp(doc)
    assert doc.ents[0]._.negation is denied


@pytest.mark.parametrize(
    ("lang", "marked", "denied"),
    [
        ("en", "Naïve to [opioids].", True),
        ("en", "Patient is [opioid]-naive.", True),
        ("en", "[Steroid] naïve asthma.", True),
        ("en", "Naive to opioids and [benzodiazepines], given fentanyl 25 mcg.", True),
        ("en", "Naive to opioids, given [fentanyl] 25 mcg.", False),
        ("en", "Opiate-naive patient given [morphine] 2 mg IV.", False),
        ("en", "On [aspirin], insulin naive.", False),
        ("fr", "Naïve d'[antirétroviraux].", True),
        ("fr", "Patient naïf de corticoïdes et d'[immunosuppresseurs].", True),
        ("fr", "Patiente [opioïde]-naïve.", True),
        ("fr", "Naïf aux morphiniques, reçoit de l'[oxycodone] 5 mg.", False),
        ("fr", "Patient naïf d'opioïdes, mis sous [morphine] 5 mg.", False),
    ],
)
def test_naive_denies_the_use_of_the_drug_beside_it_alone(lang, marked, denied):
    start, end = marked.index("["), marked.index("]") - 1
    nlp = profile(lang, "given")
    doc = nlp.make_doc(marked.replace("[", "").replace("]", ""))
    doc.ents = [doc.char_span(start, end, "DRUG")]
    assert nlp(doc).ents[0]._.negation is denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("No fever; metoprolol 25 mg BID.", ["fever"]),
        ("Does not tolerate statins; ezetimibe 10 mg daily.", ["statins"]),
        ("No steroid; ramipril 5 mg.", ["steroid"]),
        ("Denies fever; cough; ramipril 5 mg.", ["fever", "cough"]),
        ("Not taking: warfarin 5 mg daily; aspirin 81 mg.", ["warfarin", "aspirin"]),
        ("No fever; no ibuprofen 400 mg.", ["fever", "ibuprofen"]),
    ],
)
def test_a_drug_with_its_amount_behind_a_semicolon_is_not_denied(text, denied):
    doc = profile("en")(text)
    found = [one.text for one in doc.ents if one.label_ in ("DRUG", "PROBLEM") and one._.negation]
    assert found == denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Resolution of pneumonia on the film.", []),
        ("No resolution of cough.", ["cough"]),
        ("Warfarin was not started.", ["Warfarin"]),
        ("We did not restart warfarin.", []),
    ],
)
def test_what_ended_or_was_not_taken_up_again_is_not_denied(text, denied):
    doc = profile("en")(text)
    found = [one.text for one in doc.ents if one.label_ in ("DRUG", "PROBLEM") and one._.negation]
    assert found == denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Ne pas arrêter le Kardégic.", False),
        ("Pas d'arrêt du Kardégic.", False),
        ("N'oublie jamais son Kardégic.", False),
        ("N'a jamais pris de Kardégic.", True),
    ],
)
def test_what_is_not_stopped_or_forgotten_is_taken(text, denied):
    nlp = profile("fr", "given")
    doc = nlp.make_doc(text)
    start = text.index("Kardégic")
    doc.ents = [doc.char_span(start, start + len("Kardégic"), "DRUG")]
    assert nlp(doc).ents[0]._.negation is denied
