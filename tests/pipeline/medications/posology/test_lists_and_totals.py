"""Numbers in words, what is said of a whole list, and amounts that are sums, differences or limits, not doses."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language


def read(nlp: Language, text: str) -> list[dict[str, Any]]:
    return [record.posology for record in nlp(text)._.medications]


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "aspirin eighty-one milligrams daily", ("81", "mg")),
        ("en", "Lasix twenty-five mg bid", ("25", "mg")),
        ("en", "metoprolol thirty-seven and a half mg daily", ("37.5", "mg")),
        ("en", "Lantus twenty-two units at bedtime", ("22", "U")),
        ("fr", "Kardégic soixante-quinze milligrammes par jour", ("75", "mg")),
        ("fr", "Lévothyrox cent vingt-cinq microgrammes le matin", ("125", "ug")),
        ("fr", "Lantus quatre-vingt-dix unités le soir", ("90", "U")),
    ],
)
def test_number_words_with_a_hyphen_are_one_number(
    profiles: dict[str, Language], lang: str, text: str, dose: tuple[str, str]
) -> None:
    (posology,) = read(profiles[lang], text)
    assert (posology["dose"]["value"], posology["dose"]["unit"]) == dose
    assert not posology.get("strength_parts")


@pytest.mark.parametrize(
    ("lang", "text", "lengths"),
    [
        ("en", "Amoxicillin 1 g bd, clarithromycin 500 mg bd and omeprazole 20 mg bd, all for 7 days.", "777"),
        ("en", "Ramipril 5 mg od. Amoxicillin 1 g bd, omeprazole 20 mg bd; all for 7 days", "-77"),
        ("en", "Ramipril 5 mg od, amoxicillin 1 g bd and omeprazole 20 mg bd, both for 5 days.", "-55"),
        ("en", "Aspirin 81 mg, Plavix 75 mg and Lipitor 40 mg for 7 days", "--7"),
        ("en", "Aspirin 81 mg, Plavix 75 mg and Lipitor 40 mg, none at all for 7 days", "---"),
        ("fr", "Clamoxyl 1 g x 2/j, Zeclar 500 mg x 2/j, Inipomp 40 mg/j, le tout pendant 7 jours", "777"),
        ("fr", "Augmentin 1 g x 3/j + Solupred 40 mg/j + Ciflox 500 mg x 2/j, tous pendant 5 jours", "555"),
        ("fr", "Kardégic 75 mg/j, Augmentin 1 g x 3/j et Solupred 40 mg/j, les deux pendant 5 jours", "-55"),
        ("fr", "Rocéphine 1 g/j et Rovamycine 3 MUI x 3/j, tous deux pendant 8 jours ; Doliprane 1 g", "88-"),
    ],
)
def test_how_long_a_whole_list_is_taken(profiles: dict[str, Language], lang: str, text: str, lengths: str) -> None:
    found = read(profiles[lang], text)
    assert "".join((posology.get("duration") or {}).get("value", "-") for posology in found) == lengths
    assert not any(posology["steps"] for posology in found)


def test_the_day_of_an_amount_before_a_plus_is_not_of_the_drug_behind_it(profiles: dict[str, Language]) -> None:
    _, second = read(profiles["fr"], "Solupred 40 mg/j + Ciflox 500 mg x 2/j")
    assert second["timing"]["repeat"]["frequency"] == 2


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "prednisone 5 mg daily, decreasing by 1 mg each month.", "5"),
        ("en", "Lantus 45 units bid for a total daily dose of 90 units", "45"),
        ("en", "Lantus, total daily dose of 90 units", None),
        ("fr", "Dépakine 500 mg matin et soir soit une dose journalière de 1000 mg", "500"),
        ("fr", "Keppra, dose totale journalière de 2 g", None),
    ],
)
def test_a_difference_or_a_sum_is_no_dose(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None
) -> None:
    (posology,) = read(profiles[lang], text)
    assert (posology.get("dose") or {}).get("value") == dose
    assert posology["steps"] == []


def test_a_limit_of_what_is_followed_over_months_is_not_as_needed(profiles: dict[str, Language]) -> None:
    (diabetes,) = read(profiles["en"], "metformin 1000 mg bid if A1c is above 7")
    (fever,) = read(profiles["en"], "acetaminophen 650 mg q6h if temperature is above 101")
    assert not diabetes["as_needed"]
    assert fever["as_needed"]


@pytest.mark.parametrize(
    ("lang", "table", "doses"),
    [
        ("en", "Drug  Dose  Freq  Supplied\nRamipril  5 mg  OD  7 caps\nOmeprazole  20 mg  OD  10 caps", ["5", "20"]),
        ("en", "Drug | Dose | Frequency | Qty\nRamipril | 5 mg | OD | 7 tabs", ["5"]),
        ("en", "Drug | Strength | Quantity | Sig\nRamipril | 5 mg | 28 tablets | 1 tab once daily", ["1"]),
        ("en", "Drug | Quantity | Frequency\nParacetamol 500 mg | 2 tablets | QID", ["2"]),
        ("fr", "Médicament | Dosage | Quantité | Posologie\nKardégic | 75 mg | 30 sachets | 1 par jour", ["75"]),
    ],
)
def test_a_column_of_what_was_supplied_holds_no_dose(
    profiles: dict[str, Language], lang: str, table: str, doses: list[str]
) -> None:
    assert [posology["dose"]["value"] for posology in read(profiles[lang], table)] == doses


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "lisinopril 10 mg daily, p.r.n. nitroglycerin"),
        ("en", "metformin 500 mg bid, prn Tylenol"),
        ("fr", "Lasilix 40 mg le matin, si besoin Doliprane 1 g"),
    ],
)
def test_as_needed_before_the_next_drug_is_not_of_the_one_before(
    profiles: dict[str, Language], lang: str, text: str
) -> None:
    assert not read(profiles[lang], text)[0]["as_needed"]


def test_two_times_three_days_is_no_count_and_per_ng_tube_no_nanogram(profiles: dict[str, Language]) -> None:
    (doubtful,) = read(profiles["en"], "azithromycin 500 mg 2x3 days")
    (tube,) = read(profiles["en"], "esomeprazole 40 mg per NG tube daily")
    assert doubtful["dose"]["value"] == "500"
    assert tube["dose"]["value"] == "40"
    assert not tube.get("strength")


@pytest.mark.parametrize(("lang", "text"), [("fr", "Clamoxyl 1 g 1 x 3/j"), ("en", "Amoxil 500 mg 1 x 3/day")])
def test_one_taken_three_times_a_day_is_not_once_a_day(profiles: dict[str, Language], lang: str, text: str) -> None:
    (posology,) = read(profiles[lang], text)
    assert posology["timing"]["repeat"] == {"frequency": 3, "period": "1", "periodUnit": "d"}
    assert posology["dose"]["value"] == "1"
