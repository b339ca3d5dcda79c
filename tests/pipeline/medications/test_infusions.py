"""Salts and infusions: one name in either spelling, and a fluid only where it is given."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of, recogniser


@pytest.mark.parametrize(
    "name",
    [
        "Magnesium sulphate",
        "Magnesium sulfate",
        "Magnesium glycerophosphate",
        "Sodium picosulfate",
        "Sodium picosulphate",
        "Sodium valproate",
        "Sodium cromoglicate",
        "Sodium alginate",
        "Sodium feredetate",
        "Sodium fluoride",
        "Sodium hyaluronate",
        "Docusate sodium",
        "Potassium bicarbonate",
        "Potassium phosphate",
        "Calcium gluconate",
        "Calcium lactate",
        "Zinc sulphate",
        "Ferrous sulphate",
        "Sulphasalazine",
    ],
)
def test_a_salt_is_one_drug_in_either_spelling(english: Language, name: str) -> None:
    assert found(english, f"{name} 2 g IV over 20 minutes given stat.")[:2] == [(name, "DRUG"), ("2 g", "STRENGTH")]


def test_a_salt_that_a_stone_is_made_of_is_no_drug(english: Language) -> None:
    assert found(english, "Analysis of the stone showed calcium phosphate and calcium oxalate.") == []


@pytest.mark.parametrize(
    ("text", "fluid"),
    [
        ("Ceftriaxone 1 g IV, LR at 250 mL/hr.", "LR"),
        ("Ceftriaxone 1 g IV. Normal saline 100 cc/hr.", "Normal saline"),
        ("Ceftriaxone 1 g IV, NS 1 L bolus.", "NS"),
        ("Ceftriaxone 1 g IV, 1 L NS bolus.", "NS"),
        ("Ceftriaxone 1 g IV and 500 cc of normal saline.", "normal saline"),
        ("Ceftriaxone 1 g IV, Hartmann's 1 L over 4 hours.", "Hartmann's"),
        ("Ceftriaxone 1 g IV, D5W at 75 mL/hr.", "D5W"),
        ("Ceftriaxone 1 g IV, D5 1/2 NS at 75 mL/hr.", "D5 1/2 NS"),
        ("Ceftriaxone 1 g IV, Ringer's lactate 500 mL.", "Ringer's lactate"),
        ("Ceftriaxone 1 g IV, two liters of lactated Ringer's.", "lactated Ringer's"),
    ],
)
def test_an_infusion_with_a_volume_or_a_rate_is_named(english: Language, text: str, fluid: str) -> None:
    assert of(english, text, "DRUG") == ["Ceftriaxone", fluid]


@pytest.mark.parametrize(
    "text",
    [
        "The difference was NS, and the LR was 4.5.",
        "The patient received NS and the ns was 20 mL.",
        "She has a D5 disc bulge.",
        "The wound was irrigated with 2 liters of normal saline.",
        "60 cc of normal saline was then instilled into the bladder.",
        "The implants were filled with 400 cc of saline.",
        "Three liters of saline were put through the hip.",
    ],
)
def test_no_infusion_without_a_volume_nor_where_it_rinses(english: Language, text: str) -> None:
    assert of(english, text, "DRUG") == []


def test_what_a_drug_is_dissolved_in_takes_nothing_from_it(english: Language) -> None:
    assert of(english, "Vancomycin 1 g in 250 mL NS over 1 hour.", "DRUG") == ["Vancomycin"]
    assert of(english, "Abciximab 0.125 mcg/kg/minute, 4.5 mL/250 mL D5W.", "DRUG") == ["Abciximab"]


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Ceftriaxone 1 g IV, sérum physiologique 500 mL/8 h.", ["Ceftriaxone", "sérum physiologique"]),
        ("Ceftriaxone 1 g IV, G5 % 1 L/24 h.", ["Ceftriaxone", "G5"]),
        ("Ceftriaxone 1 g IV, Ringer lactate 500 mL.", ["Ceftriaxone", "Ringer lactate"]),
        ("PVI ionosol 1 L/24 h.", ["ionosol"]),
        ("Lavage au sérum physiologique 500 mL.", []),
        ("Ceftriaxone 1 g dans 50 mL de sérum physiologique.", ["Ceftriaxone"]),
        ("Patient du groupe G5, sérum physiologique en pansement.", []),
    ],
)
def test_french_infusions(text: str, drugs: list[str]) -> None:
    assert of(recogniser("fr"), text, "DRUG") == drugs
