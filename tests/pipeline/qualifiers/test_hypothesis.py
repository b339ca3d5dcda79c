"""What is supposed: a problem for which a drug is taken as needed, what is looked for, what is suspected."""

from __future__ import annotations

import pytest

from tests.profiles import profile


@pytest.mark.parametrize(
    ("lang", "text", "supposed"),
    [
        ("en", "Nitroglycerin 0.4 mg SL PRN chest pain.", ["chest pain"]),
        ("en", "Acetaminophen 500 mg q6h prn pain or fever.", ["pain", "fever"]),
        ("en", "Ondansetron 4 mg as needed for severe nausea/vomiting.", ["nausea", "vomiting"]),
        ("en", "Ibuprofen 400 mg as needed at night for headaches.", ["headaches"]),
        ("en", "Ondansetron prn (nausea).", ["nausea"]),
        ("en", "EpiPen 0.3 mg IM for anaphylaxis as needed.", ["anaphylaxis"]),
        (
            "en",
            "Compazine 10 mg for nausea or vomiting prn, Tylenol for severe headache as needed.",
            ["nausea", "vomiting", "headache"],
        ),
        ("en", "Albuterol 2 puffs for asthma as needed.", []),
        ("en", "Admitted for chest pain. As needed, morphine was given.", []),
        ("en", "Seen for pneumonia, as needed oxygen given.", []),
        ("en", "Albuterol as needed for asthma.", []),
        ("en", "Would avoid NSAIDs given his known anemia.", []),
        ("en", "Would give heparin given possible pulmonary embolism.", ["pulmonary embolism"]),
        ("en", "Would give heparin if pulmonary embolism.", ["pulmonary embolism"]),
        ("fr", "Envisager un arrêt du Kardégic vu l'anémie.", []),
        ("en", "Lorazepam prn and admitted for chest pain.", []),
        ("en", "Acetaminophen PRN. Chest pain today.", []),
        ("en", "Acetaminophen PRN, chest pain today.", []),
        ("en", "Acetaminophen PRN\nPneumonia", []),
        ("en", "Kept in bed until pneumonia is ruled out.", ["pneumonia"]),
        ("fr", "Paracétamol si besoin pour douleur ou fièvre.", ["douleur", "fièvre"]),
        ("fr", "Dafalgan si douleur, Coversyl 5 mg pour hypertension artérielle.", ["douleur"]),
        ("fr", "Spasfon à la demande contre les douleurs abdominales.", ["douleurs abdominales"]),
        ("fr", "Lévocétirizine 5 mg pour urticaire ou prurit si besoin.", ["urticaire", "prurit"]),
        ("fr", "Ventoline si besoin pour asthme.", []),
        ("fr", "Paracétamol si besoin. Douleur thoracique.", []),
        ("fr", "Pas de lésion suspecte.", []),
        ("fr", "Aucun nodule pulmonaire suspect.", []),
        ("fr", "Lésion suspecte du foie.", ["Lésion"]),
        ("fr", "Pas de fièvre mais pneumopathie suspectée.", ["pneumopathie"]),
    ],
)
def test_what_is_supposed(lang, text, supposed):
    doc = profile(lang)(text)
    problems = [*doc.ents, *doc.spans.get("problems", [])]
    assert [one.text for one in problems if one.label_ == "PROBLEM" and one._.hypothesis] == supposed
