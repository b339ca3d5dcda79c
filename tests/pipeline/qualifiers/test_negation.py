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
        ("Does not take statins; ezetimibe 10 mg daily.", ["statins"]),
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


@pytest.mark.parametrize(
    ("lang", "text", "denied"),
    [
        ("en", "Not for warfarin given past subdural hematoma.", ["warfarin"]),
        ("en", "No ibuprofen given her CKD.", ["ibuprofen"]),
        ("en", "No metoprolol given asthma.", ["metoprolol"]),
        ("en", "No heparin in view of thrombocytopenia.", ["heparin"]),
        ("en", "No heparin in the setting of thrombocytopenia.", ["heparin"]),
        ("en", "No ibuprofen considering the ulcer.", ["ibuprofen"]),
        ("en", "No aspirin as she has an ulcer.", ["aspirin"]),
        ("en", "No beta blocker (asthma, COPD).", ["beta blocker"]),
        ("en", "No aspirin (no ulcer).", ["aspirin", "ulcer"]),
        ("en", "No fever (chills).", ["fever", "chills"]),
        ("en", "She was never given heparin.", ["heparin"]),
        ("en", "No antibiotics given for bronchitis.", ["antibiotics", "bronchitis"]),
        ("en", "No ibuprofen given today, no fever.", ["ibuprofen", "fever"]),
        ("en", "No ibuprofen given, fever or chills.", ["ibuprofen", "fever", "chills"]),
        ("en", "Fever, not given ibuprofen.", ["ibuprofen"]),
        ("en", "Not currently on warfarin.", ["warfarin"]),
        ("en", "Seizure-free for years, pain free.", ["Seizure", "pain"]),
        ("en", "Pain, feel free to call.", []),
        ("fr", "Pas d'ibuprofène en raison d'un ulcère gastrique.", ["ibuprofène"]),
        ("fr", "Pas d'ibuprofène vu l'ulcère gastrique.", ["ibuprofène"]),
        ("fr", "Pas d'ibuprofène compte tenu de l'asthme.", ["ibuprofène"]),
        ("fr", "Pas d'ibuprofène à cause d'un asthme.", ["ibuprofène"]),
        ("fr", "Pas d'ibuprofène étant donné l'asthme.", ["ibuprofène"]),
        ("fr", "Pas d'ibuprofène devant l'insuffisance rénale.", ["ibuprofène"]),
        ("fr", "N'a pas vu de fièvre ni de toux.", ["fièvre", "toux"]),
        ("fr", "N'est pas sous aspirine.", ["aspirine"]),
    ],
)
def test_the_reason_of_a_denial_is_there(lang, text, denied):
    doc = profile(lang)(text)
    assert [one.text for one in doc.ents if one.label_ in ("DRUG", "PROBLEM") and one._.negation] == denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("He was ruled out for pneumonia.", True),
        ("She has been ruled out for pneumonia with a film.", True),
        ("Pneumonia ruled out by CT.", True),
        ("Pneumonia was ruled out.", True),
        ("The film ruled out pneumonia.", True),
        ("Pneumonia (later ruled out).", True),
        ("Pneumonia (not ruled out).", False),
        ("Pneumonia not ruled out.", False),
        ("Pneumonia cannot be ruled out.", False),
        ("Pneumonia not yet ruled out.", False),
        ("Isolated until pneumonia is ruled out.", False),
        ("Being ruled out for pneumonia.", False),
    ],
)
def test_ruled_out(text, denied):
    problem = next(one for one in profile("en")(text).ents if one.label_ == "PROBLEM")
    assert problem._.negation is denied


@pytest.mark.parametrize(
    ("lang", "text", "denied"),
    [
        ("en", "No pneumothorax on chest x-ray.", ["pneumothorax"]),
        ("en", "No evidence of DVT by ultrasound or CT.", ["DVT"]),
        ("en", "No polyps at the last colonoscopy.", ["polyps"]),
        ("en", "No fever after the cholecystectomy.", ["fever"]),
        ("en", "No bleeding on warfarin.", ["bleeding"]),
        ("en", "Not on dialysis.", ["dialysis"]),
        ("en", "No rash on arms, fever or cough.", ["rash", "fever", "cough"]),
        ("en", "No CT or MRI.", ["CT", "MRI"]),
        ("en", "No ultrasound on admission.", ["ultrasound"]),
        ("fr", "Pas de pneumothorax à la radiographie.", ["pneumothorax"]),
        ("fr", "Absence de TVP au scanner et à l'échographie.", ["TVP"]),
        ("fr", "Pas de fracture sur le scanner.", ["fracture"]),
        ("fr", "Pas d'indication à la chirurgie.", ["chirurgie"]),
        ("fr", "Pas de scanner ni d'échographie.", ["scanner", "échographie"]),
        ("fr", "Pas de saignement sous aspirine.", ["saignement"]),
        ("fr", "Le scanner a éliminé une embolie pulmonaire.", ["embolie pulmonaire"]),
    ],
)
def test_what_a_finding_was_looked_for_by_was_done(lang, text, denied):
    doc = profile(lang)(text)
    found = [one.text for one in doc.ents if one.label_ in ("DRUG", "PROBLEM", "PROCEDURE") and one._.negation]
    assert found == denied
