"""Which drugs a patient is allergic to, and which are taken for an allergy."""

from __future__ import annotations

import pytest

from tests.profiles import profile


@pytest.mark.parametrize(
    ("lang", "text", "allergies"),
    [
        ("en", "Allergies: codeine and penicillin.", ["codeine", "penicillin"]),
        ("en", "She is allergic to sulfa. Aspirin 81 mg daily.", ["sulfa"]),
        ("en", "Past history is positive for allergies to penicillin.", ["penicillin"]),
        ("en", "Seen for an allergy to codeine.", ["codeine"]),
        ("en", "Significant for allergies: codeine.", ["codeine"]),
        ("en", "For allergies she takes Flonase 1 spray each nostril BID.", []),
        ("en", "For her seasonal allergies, Zyrtec 10 mg daily.", []),
        ("en", "Her allergies are well controlled with Allegra.", []),
        ("en", "Claritin 10 mg daily for allergies. Allergies: codeine.", ["codeine"]),
        ("en", "Allergies: Penicillin. Started on azithromycin 500 mg daily. Metoprolol held.", ["Penicillin"]),
        ("en", "Allergies: NKDA. Takes aspirin 81 mg.", []),
        ("en", "ALLERGIES: Sulfa (rash). Ceftriaxone 1 g IV given.", ["Sulfa"]),
        ("en", "ALLERGIES: Penicillin\nAzithromycin 500 mg daily started.", ["Penicillin"]),
        ("en", "Allergies: penicillin. Sulfa. Codeine.", ["penicillin", "Sulfa", "Codeine"]),
        ("en", "ALLERGIES:\nPenicillin - rash\nSulfa", ["Penicillin", "Sulfa"]),
        ("en", "Allergies: morphine 10 mg IV caused hives, codeine.", ["morphine", "codeine"]),
        ("en", "Had hives with penicillin.", ["penicillin"]),
        ("en", "Develops a rash on amoxicillin.", ["amoxicillin"]),
        ("en", "No known drug allergies. Broke out in hives after taking cefalexin as a child.", ["cefalexin"]),
        ("en", "Rash on the trunk from penicillin and sulfa.", ["penicillin", "sulfa"]),
        ("en", "Swelling of the lips with lisinopril.", ["lisinopril"]),
        ("en", "Swelling of the legs with amlodipine.", []),
        ("en", "Amoxicillin gave her a rash.", ["Amoxicillin"]),
        ("en", "Nausea with codeine, cough with lisinopril.", []),
        ("en", "Rash, started on hydrocortisone.", []),
        ("en", "Treated hives with Benadryl.", []),
        ("en", "Hives on cetirizine.", []),
        ("en", "Rash improved with hydrocortisone.", []),
        ("en", "No rash with amoxicillin.", []),
        ("en", "Rash. Amoxicillin 500 mg tid.", []),
        ("fr", "Urticaire après prise d'amoxicilline dans l'enfance.", ["amoxicilline"]),
        ("fr", "Éruption cutanée au Bactrim et à la pénicilline.", ["Bactrim", "pénicilline"]),
        ("fr", "L'amoxicilline lui a donné une urticaire.", ["amoxicilline"]),
        ("fr", "Œdème des lèvres sous ramipril.", ["ramipril"]),
        ("fr", "Œdèmes sous amlodipine, nausées sous codéine.", []),
        ("fr", "Urticaire traitée par prednisone, urticaire sous cétirizine.", []),
        ("fr", "Pas d'urticaire sous amoxicilline.", []),
        ("fr", "Allergies : aucune. Prend Kardégic 75 mg/j.", []),
        ("fr", "Allergies : Augmentin (urticaire). Bactrim 800 mg x2/j débuté ce jour.", ["Augmentin"]),
        ("fr", "Allergies : pénicilline.\nTraitement par Kardégic 75 mg/j.", ["pénicilline"]),
        ("fr", "ALLERGIES :\nPénicilline - urticaire\nCodéine", ["Pénicilline", "Codéine"]),
        ("fr", "Allergies : pénicilline, codéine.", ["pénicilline", "codéine"]),
        ("fr", "Suivi pour une allergie à la pénicilline.", ["pénicilline"]),
        ("fr", "Allergie à l'amoxicilline, hypertension traitée par ramipril.", ["amoxicilline"]),
        ("fr", "Pour ses allergies, il prend de la cétirizine 10 mg.", []),
        ("fr", "Allergie saisonnière traitée par cétirizine.", []),
        ("fr", "Allergie aux pollens bien contrôlée par Aerius.", []),
        ("fr", "Réaction cutanée sous céfaclor en 2016.", ["céfaclor"]),
        ("en", "Skin reaction with cefaclor in 2016.", ["cefaclor"]),
        # What is not tolerated now is as an intolerance.
        ("fr", "Ne supporte pas le tramadol (vertiges).", ["tramadol"]),
        ("fr", "Elle ne tolère ni les AINS, ni le tramadol ; prend du paracétamol.", ["AINS", "tramadol"]),
        ("fr", "Ne tolère aucune statine, ézétimibe 10 mg/j.", ["statine"]),
        ("fr", "Intolérance : aucune. Tramadol 50 mg x3/j.", []),
        ("fr", "Ne supporte pas la lumière, sous sumatriptan.", []),
        ("fr", "N'a pas supporté le tramadol.", []),
        ("fr", "S'il ne tolère pas le tramadol, passer au paracétamol.", []),
        ("en", "She cannot tolerate tramadol or codeine. Takes paracetamol.", ["tramadol", "codeine"]),
        ("en", "Doesn't tolerate any statins, ezetimibe 10 mg daily.", ["statins"]),
        ("en", "Is unable to tolerate the noise; on sumatriptan.", []),
        ("en", "Does not tolerate higher doses of bisoprolol.", []),
        ("en", "Could not tolerate tramadol.", []),
        ("en", "If she does not tolerate tramadol, give paracetamol.", []),
    ],
)
def test_allergy_is_told_from_what_is_taken_for_one(lang, text, allergies):
    doc = profile(lang)(text)
    assert [drug.text for drug in doc.ents if drug.label_ == "DRUG" and drug._.allergy] == allergies


@pytest.mark.parametrize(
    ("lang", "text", "reactions"),
    [
        ("en", "Allergies: penicillin - hives, sulfa (anaphylaxis)", {"hives": "penicillin", "anaphylaxis": "sulfa"}),
        ("en", "ALLERGIES:\nPenicillin - rash, hives\nSulfa", {"rash": "Penicillin", "hives": "Penicillin"}),
        ("en", "Allergies: Penicillin. Reaction: hives.", {"hives": "Penicillin"}),
        ("en", "Allergies: hives from penicillin, sulfa.", {"hives": "penicillin"}),
        ("en", "Allergies: codeine, which causes nausea and vomiting.", {"nausea": "codeine", "vomiting": "codeine"}),
        ("en", "Allergies: penicillin, latex (rash), aspirin.", {"rash": None}),
        ("en", "Allergies: sulfa. She has asthma.", {"asthma": None}),
        ("en", "Penicillin causes hives.", {"hives": "Penicillin"}),
        ("en", "Tramadol intolerance (nausea).", {"nausea": "Tramadol"}),
        ("en", "Cefaclor allergy: hives.", {"hives": "Cefaclor"}),
        ("en", "Cannot tolerate tramadol due to nausea.", {"nausea": "tramadol"}),
        ("fr", "Intolérance : tramadol (vertiges).", {"vertiges": "tramadol"}),
        ("en", "Tramadol intolerance. Headache today.", {"Headache": None}),
        ("en", "Cannot tolerate tramadol (nausea, vomiting).", {"nausea": "tramadol", "vomiting": "tramadol"}),
        ("en", "Cannot tolerate tramadol, complains of headache.", {"headache": None}),
        ("fr", "Ne supporte pas le tramadol (vertiges).", {"vertiges": "tramadol"}),
        ("fr", "Ne tolère pas la douleur.", {"douleur": None}),
        ("en", "Hives and wheezing with ibuprofen.", {"Hives": "ibuprofen", "wheezing": None}),
        ("fr", "Allergie à la pénicilline (urticaire).", {"urticaire": "pénicilline"}),
        ("fr", "Allergies : codéine, qui donne des nausées.", {"nausées": "codéine"}),
        ("fr", "Oedème de Quincke sous IEC.", {"Oedème de Quincke": "IEC"}),
    ],
)
def test_a_reaction_names_its_drug_as_a_reason(lang, text, reactions):
    doc = profile(lang)(text)
    found = {}
    for problem in (entity for entity in doc.ents if entity.label_ == "PROBLEM"):
        drugs = [cue.text for cue in problem._.allergy_cues if cue.label_ == "reaction"]
        found[problem.text] = drugs[0] if drugs else None
    assert found == reactions


@pytest.mark.parametrize(
    ("lang", "text", "denied"),
    [
        ("fr", "Ne supporte pas le tramadol.", False),
        ("fr", "Ne supporte plus la douleur.", False),
        ("fr", "N'a pas supporté le tramadol.", True),
        ("en", "Cannot tolerate tramadol.", False),
        ("en", "Does not take tramadol.", True),
    ],
)
def test_what_is_not_tolerated_is_not_denied(lang, text, denied):
    (entity,) = profile(lang)(text).ents
    assert entity._.negation is denied
