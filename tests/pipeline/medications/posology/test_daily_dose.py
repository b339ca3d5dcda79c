"""The amount a day, and what is assumed for it."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from pipeline.medications.posology.daily import ASSUMPTIONS


def daily(nlp: Language, text: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = nlp(text)._.medications[0].posology["daily_dose"]
    return found


CASES = [
    ("en", "Lisinopril 10 mg daily.", {"value": "10"}, []),
    ("en", "Percocet 1-2 tablets b.i.d.", {"low": "2", "high": "4"}, []),
    ("en", "Metformin 500 mg two to three times a day.", {"low": "1000", "high": "1500"}, []),
    ("en", "Ibuprofen 400 mg every 6 hours.", {"value": "1600"}, ["every_interval"]),
    ("en", "Oxycodone 5 mg every 4 to 6 hours.", {"low": "20", "high": "30"}, ["every_interval"]),
    ("en", "Ibuprofen 400 mg t.i.d. p.r.n. pain.", {"value": "1200"}, ["as_needed_at_most"]),
    ("en", "Percocet 1-2 tablets every 4 to 6 hours p.r.n.", {"value": "12"}, ["as_needed_at_most", "every_interval"]),
    ("en", "Percocet 2 tablets q4h p.r.n., max 8 tablets per day.", {"value": "8"}, ["as_needed_at_most", "every_interval", "limited_by_max_dose"]),
    ("en", "Coumadin 5 mg every other day.", {"value": "2.5"}, ["averaged"]),
    ("en", "Fosamax 70 mg weekly.", {"value": "10"}, ["averaged"]),
    ("en", "Coumadin 7 mg Mon-Fri.", {"value": "5"}, ["averaged"]),
    ("en", "Coumadin 7 mg daily on Mondays and Fridays.", {"value": "2"}, ["averaged"]),
    ("fr", "Doliprane 1 g toutes les 6 heures si besoin, sans dépasser 3 g par jour.", {"value": "3"}, ["as_needed_at_most", "every_interval", "limited_by_max_dose"]),
    ("fr", "Kardégic 160 mg un jour sur deux.", {"value": "80"}, ["averaged"]),
    ("en", "Xalatan 1 drop both eyes nightly.", {"value": "1"}, ["each_site"]),
    ("fr", "Nasonex 2 pulvérisations dans chaque narine matin et soir.", {"value": "4"}, ["each_site"]),
    ("en", "Tramadol 50 mg 1-2 caps q4-6h, max 400 mg/day.", {"low": "4", "high": "8"}, ["every_interval", "limited_by_max_dose"]),
    ("fr", "Tramadol 50 mg 1 à 2 gélules toutes les 4 à 6 h, sans dépasser 400 mg par jour.", {"low": "4", "high": "8"}, ["every_interval", "limited_by_max_dose"]),
    ("en", "Acetaminophen 500 mg 2 tablets q4h p.r.n., max 4 g per day.", {"value": "8"}, ["as_needed_at_most", "every_interval", "limited_by_max_dose"]),
    ("en", "Ibuprofen 400-800 mg q6h, max 2.4 g per day.", {"low": "1600", "high": "2400"}, ["every_interval", "limited_by_max_dose"]),
    ("en", "Timolol 1 drop left eye b.i.d.", {"value": "2"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "amount", "assumptions"), CASES)
def test_amount_a_day_with_what_is_assumed(
    profiles: dict[str, Language], lang: str, text: str, amount: dict[str, str], assumptions: list[str]
) -> None:
    found = daily(profiles[lang], text)
    assert found is not None
    assert {name: found[name] for name in ("value", "low", "high") if name in found} == amount
    assert found["assumptions"] == assumptions


def test_every_assumption_has_a_case() -> None:
    assert {assumption for *_, assumptions in CASES for assumption in assumptions} == ASSUMPTIONS.keys()


@pytest.mark.parametrize(
    "text",
    [
        "Methotrexate 15 mg weekly.",  # 15/7 has no end
        "Coumadin 5 mg Mon-Fri.",
        "Lasix 40 mg x1.",
        "Synthroid 50 mcg monthly.",
        "Lasix 40 mg p.r.n.",
        "Tylenol 1 tablet q4h p.r.n., not to exceed 4 g a day.",  # tablets of how many grams?
        "Tramadol 1-2 capsules q4-6h, max 400 mg a day.",  # capsules of how many milligrams?
        "Tylenol 325 mg 2-3 tablets q4h, max 4 g a day.",  # 4000/325 has no end
        "Prednisone 40 mg daily for 3 days, then 20 mg daily for 3 days.",
    ],
)
def test_no_amount_a_day_where_it_cannot_be_told(profiles: dict[str, Language], text: str) -> None:
    assert daily(profiles["en"], text) is None


@pytest.mark.parametrize(
    ("lang", "text", "amount"),
    [
        ("en", "Lantus 20 units in the morning and 12 units at bedtime.", {"value": "32", "unit": "U"}),
        ("en", "Neurontin 300 mg morning, 300 mg noon, 600 mg night.", {"value": "1200", "unit": "mg"}),
        ("en", "Lantus 20-24 units in the morning and 12 units in the evening.", {"low": "32", "high": "36", "unit": "U"}),
        ("fr", "Lasilix 40 mg : 2 cp le matin, 1 cp le soir", {"value": "3", "unit": "{tbl}"}),
        ("fr", "Metformine 500 mg 1-0-2", {"value": "3", "unit": None}),
    ],
)  # fmt: skip
def test_doses_at_moments_of_one_day_are_summed(
    profiles: dict[str, Language], lang: str, text: str, amount: dict[str, str]
) -> None:
    assert daily(profiles[lang], text) == {**amount, "assumptions": []}


@pytest.mark.parametrize(
    "text",
    [
        "Coumadin 5 mg Monday and 2.5 mg Tuesday.",
        "Seroquel 25 mg in the morning and 50 mg at bedtime as needed.",
        "Seroquel 25 mg in the morning for 3 days and 50 mg at bedtime.",
        "Neurontin 300 mg in the morning and 2 tablets at bedtime.",
        "Synthroid 100 mcg in the morning Monday to Friday and 50 mcg in the evening.",
        "Humalog 5 units before meals and 10 units at bedtime.",
        "Coumadin 10 mg alternating with 5 mg daily.",
    ],
)
def test_doses_that_are_not_all_of_each_day_are_not_summed(profiles: dict[str, Language], text: str) -> None:
    assert daily(profiles["en"], text) is None
