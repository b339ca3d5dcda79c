"""French notes as different hands write them: names, bare figures, times and lengths in short."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of, recogniser


@pytest.fixture(scope="module")
def french() -> Language:
    return recogniser("fr")


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # Short forms of the ward, some of them in capitals only.
        ("Relais amox puis rosuva au long cours.", ["amox", "rosuva"]),
        ("Introduction d'HSHC, arrêt NAD.", ["HSHC", "NAD"]),
        ("IgIV prévues, pas de FQ.", ["IgIV", "FQ"]),
        ("pip-tazo puis amox-clav", ["pip-tazo", "amox-clav"]),
        ("Ajout d'un iSGLT2 et d'une gliptine.", ["iSGLT2", "gliptine"]),
        ("Carencé : vit B1 500 mg puis B1 B6 2 cp/j.", ["vit B1", "B1 B6"]),
        # The same letters are other things.
        ("Consultation ado, sortie de pneumo hier.", []),
        ("Dosage vit B9 en cours.", []),
        # Brands and substances of the last years, plants.
        ("Sous Mounjaro, Kerendia et Leqvio.", ["Mounjaro", "Kerendia", "Leqvio"]),
        ("DABIGATRAN arrêté, finérénone débutée.", ["DABIGATRAN", "finérénone"]),
        ("Prend du millepertuis en automédication.", ["millepertuis"]),
        # A title of its own.
        ("Contraception : Jasmine\n", ["Jasmine"]),
        # Two drugs apart, and what is sold together.
        ("Propofol / Esmeron prêts.", ["Propofol", "Esmeron"]),
        ("sacubitril / valsartan 49/51 mg", ["sacubitril / valsartan"]),
    ],
)
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs
