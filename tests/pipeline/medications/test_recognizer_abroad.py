"""Names, forms and times as they are written from one country to the next: HIV and cancer in short, herbs, 'T' and 'ON'."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # With blanks on both sides of the stroke they are several drugs, without one.
        ("Started on AZT / RAL / DRV in 2011", ["AZT", "RAL", "DRV"]),
        ("H. pylori: amoxicillin / clarithromycin", ["amoxicillin", "clarithromycin"]),
        ("Lisinopril/HCTZ 20/12.5 daily", ["Lisinopril/HCTZ"]),
        ("T-20 90 mg SC BID, later RAL", ["T-20", "RAL"]),
        ("On AKT for 6 months", ["AKT"]),
        # Regimens, classes in short.
        ("CHOP x 6 in 1998", ["CHOP"]),
        ("On two AEDs, avoid FQ", ["AEDs", "FQ"]),
        # Herbs and what is bought.
        ("Takes gingko and lingzhi at times", ["gingko", "lingzhi"]),
        ("coal tar shampoo twice a week", ["coal tar"]),
        ("racemic epinephrine 2.25% neb", ["racemic epinephrine"]),
        ("children's ibuprofen 100 mg/5 mL", ["children's ibuprofen"]),
        ("Refresh drops OU qid", ["Refresh"]),
        # The same letters of other things.
        ("ACTH stim test tomorrow", []),
        ("Uses ice or heat p.r.n.", []),
        ("He walks at night and refreshes himself", []),
    ],
)
def test_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Meds - T bisoprolol 5mg OD, T frusemide 40mg OM", ("T", "FORM")),
        ("hydrocortisone 1% cr bid", ("cr", "FORM")),
        ("montelukast 4 mg chew qhs", ("chew", "FORM")),
        ("Ixekizumab 160 mg subcutaneously once, then 80 mg", ("once", "FREQUENCY")),
        ("dexamethasone 10 mg PO once tomorrow", ("once", "FREQUENCY")),
        ("Gliclazide 80 mg pre-breakfast", ("pre-breakfast", "FREQUENCY")),
        ("adalimumab 40mg e/w", ("e/w", "FREQUENCY")),
        ("tacalcitol cream weekends", ("weekends", "FREQUENCY")),
        ("zopiclone 7.5 mg ON and lorazepam 1 mg", ("ON", "FREQUENCY")),
        ("bumetanide 1 mg lunchtime for a week", ("lunchtime", "FREQUENCY")),
        ("carfilzomib 27 mg/m2 IV D1, 2, 8, 9", ("D1, 2, 8, 9", "FREQUENCY")),
        ("cefuroxime 750mg 8h", ("8h", "FREQUENCY")),
        ("lisinopril 5 mg, one tablet at 4 PM", ("at 4 PM", "FREQUENCY")),
    ],
)
def test_items(english: Language, text: str, item: tuple[str, str]) -> None:
    assert item in found(english, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("T 37.9, amlodipine 5 mg", "FORM"),
        ("T with metformin 500", "FORM"),
        ("Lasix 40 mg on and off", "FREQUENCY"),
        ("pre-dinner glucose 9 on metformin", "FREQUENCY"),
        ("buprenorphine 2 mg d1, 4 bid d2", "FORM"),
    ],
)
def test_nothing(english: Language, text: str, label: str) -> None:
    assert of(english, text, label) == []


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Traité par brentuximab vedotin 1,8 mg/kg", ["brentuximab vedotin"]),
        ("Apo-Hydro 25 mg 1 co AM", ["Apo-Hydro"]),
        ("Corlentor arrêté en 2017", ["Corlentor"]),
        ("Médiator en 2005 puis rien", ["Médiator"]),
        ("pas d'estroprogestatifs", ["estroprogestatifs"]),
        ("projet contraceptif à revoir", []),
    ],
)
def test_french_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs
