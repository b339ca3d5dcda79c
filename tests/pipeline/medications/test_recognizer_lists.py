"""Closed lists of the two languages: lengths of time, forms, routes and times of day, and what only looks like them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Sertraline 50 mg daily for two semesters", ["for two semesters"]),
        ("Letrozole 2.5 mg daily for a planned total of five years", ["for a planned total of five years"]),
        ("Mometasone spray daily for the hay fever season", ["for the hay fever season"]),
        ("Tramadol 50 mg qds max 5 days", ["max 5 days"]),
        ("Hydrocortisone 1% cream bd up to 10 days to the face", ["up to 10 days"]),
        ("Apixaban 5 mg bd to day 21", ["to day 21"]),
        ("Clopidogrel 75 mg od to 3rd March then stop", ["to 3rd March"]),
        ("Lenalidomide 25 mg D1-21", ["D1-21"]),
        ("Thalidomide 100 mg 14/28 days", ["14/28 days"]),
        ("Previous DVT (warfarin 6/12)", ["6/12"]),
        ("Capecitabine 14 days on/7 days off", ["14 days on/7 days off"]),
        ("Omeprazole 20 mg od for as long as she takes it.", ["for as long as she takes it"]),
        # How long something was not taken, or something else was done.
        ("She was out of levothyroxine for two weeks.", []),
        ("He has not had any warfarin for 3 days.", []),
        ("Furosemide was given. He required BiPAP for the first night.", []),
        ("Lithium was begun in 2015 and he was well for five years.", []),
    ],
)
def test_durations(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Glucagon emergency kit 1 mg IM prn", ["kit"]),
        ("Nicorette inhalator 15 mg prn", ["inhalator"]),
        ("Buprenorphine 8 mg films SL bid", ["films"]),
        ("Omeprazole 20 mg gastro-resistant caps od", ["caps"]),
        ("Budesonide 9 mg foam enema nocte", ["foam enema"]),
        ("Inf. Paracetamol 1 g IV stat", ["Inf."]),
        ("Lot. Calamine bd", ["Lot."]),
        ("T. Ecosprin 75 mg OD", ["T."]),
        # A pneumonia, a pack that tablets are sorted into, a penicillin, many.
        ("CAP: on ceftriaxone 1 g q24h", []),
        ("Webster pack: perindopril 4 mg mane", []),
        ("Pen V 500 mg qds", []),
        ("He takes a lot of Tylenol", []),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("GTN spray under tongue prn", ["under tongue"]),
        ("Atorvastatin 40 mg NG od", ["NG"]),
        ("Co-amoxiclav 1.2 g IV tds then oral", ["IV", "oral"]),
        ("Fentanyl 50 mcg IN, then morphine", ["IN"]),
        ("Cefazolin 1 g I/V bd", ["I/V"]),
        ("Fluconazole for oral candidiasis, NG feeds continue", []),
    ],
)
def test_routes(english: Language, text: str, routes: list[str]) -> None:
    assert of(english, text, "ROUTE") == routes


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("NovoRapid 8u breakfast, 6u lunch, 10u tea", ["breakfast", "lunch", "tea"]),
        ("Hydrocortisone 10 mg on waking, 5 mg midday", ["on waking", "midday"]),
        ("Denosumab 60 mg 6/12ly", ["6/12ly"]),
        ("Epoetin 4000 units IV every HD", ["every HD"]),
        ("Hydrocortisone cream on bad days", ["on bad days"]),
        ("Trimethoprim 100 mg post-coital", ["post-coital"]),
        ("Temazepam 10 mg on since May", ["on"]),
        ("Co-careldopa 25/100 7am, 11am and 3pm", ["7am, 11am and 3pm"]),
        ("Carboplatin AUC 5 q3w", ["q3w"]),
        ("Paracetamol 1 g when req'd", ["when req'd"]),
        ("Morphine 5 mg prn 4 hourly", ["prn 4 hourly"]),
        # Bleeding, and blood tests.
        ("She takes tranexamic acid for post-coital bleeding", []),
        ("Methotrexate: weekly bloods", []),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Apo-Metoprolol 25 mg, pms-gabapentin 300 mg, teva-Amlodipine", ["Apo-Metoprolol", "pms-gabapentin", "teva-Amlodipine"]),
        ("Increase MST to 60 mg bd, cut dex to 4 mg", ["MST", "dex"]),
        ("Mupirocin L/A bd", ["Mupirocin"]),
        ("NovoRapid ratio unchanged", ["NovoRapid"]),
        # Contractions, and what is to be tested.
        ("G2P1 with CTX q4 min", []),
        ("Check TSH, vitamin D.", []),
    ],
)  # fmt: skip
def test_drugs(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Atorvastatin 20mg -> 80mg od", [("20mg", "STRENGTH"), ("80mg", "STRENGTH"), ("od", "FREQUENCY")]),
        ("Augmentin 875/125 tab 1 BID", [("875/125", "STRENGTH"), ("tab", "FORM"), ("1", "DOSAGE"), ("BID", "FREQUENCY")]),
        ("steroids - 148/92 today", []),
        ("co-amoxiclav susp 250/62 - 10ml tds", [("susp", "FORM"), ("250/62", "STRENGTH"), ("10ml", "DOSAGE"), ("tds", "FREQUENCY")]),
    ],
)  # fmt: skip
def test_amounts(english: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(english, text)[1:] == expected


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Oméprazole 20 mg le matin depuis 6 mois", ["depuis 6 mois"]),
        ("Éradication : quadrithérapie 10 j : oméprazole, bismuth", ["10 j"]),
        ("mis sous Augmentin 7 jours", ["7 jours"]),
        ("Elle a été traitée deux semaines par ciprofloxacine", ["deux semaines"]),
        ("Lénalidomide 25 mg le soir J1-J21", ["J1-J21"]),
        ("Lénalidomide 25 mg J1-J21", []),
        ("Orelox sirop matin et soir jusqu'au 12 mai inclus", ["jusqu'au 12 mai inclus"]),
        # When it was; how far a dose is raised.
        ("Monuril pendant l'été 2019, Lantus à monter de 2 UI tant que la glycémie > 1,2", []),
        ("Tinzaparine 4500 UI x 35 jours", ["x 35 jours"]),
        ("Cétirizine 10 mg pendant la saison des pollens", ["pendant la saison des pollens"]),
        ("Prednisone 20 mg quatorze jours", ["quatorze jours"]),
        ("Relais par Augmentin 7 j de plus", ["7 j"]),
        # Le temps sans le médicament ; des jours de la semaine.
        ("sans Lasilix depuis 10 j", []),
        ("Digoxine 0,25 mg 5 j/7", []),
    ],
)
def test_french_durations(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Trinitrine 2 bouffées SL", [("2 bouffées", "DOSAGE"), ("SL", "ROUTE")]),
        ("Héparine à la SAP", [("à la SAP", "ROUTE")]),
        ("Salbutamol 5 mg en nébul", [("5 mg", "STRENGTH"), ("en nébul", "ROUTE")]),
        ("Vancomycine 2 g/24 h IVSE", [("2 g", "STRENGTH"), ("/24 h", "FREQUENCY"), ("IVSE", "ROUTE")]),
        ("Nicopatch patch 14 mg/24 h le matin", [("patch", "FORM"), ("14 mg/24 h", "STRENGTH"), ("le matin", "FREQUENCY")]),
        ("Nicorette inhaleur", [("inhaleur", "FORM")]),
        ("Méthadone gél. 40 mg", [("gél.", "FORM"), ("40 mg", "STRENGTH")]),
        ("Pantoprazole 40 mg avant le souper", [("40 mg", "STRENGTH"), ("avant le souper", "FREQUENCY")]),
        ("Calcitriol 1 µg fin de dialyse", [("1 µg", "STRENGTH"), ("fin de dialyse", "FREQUENCY")]),
        ("Créon 2 gélules au milieu de chaque repas", [("2", "DOSAGE"), ("gélules", "FORM"), ("au milieu de chaque repas", "FREQUENCY")]),
        ("Lopéramide 1 gél après chaque selle liquide", [("1", "DOSAGE"), ("gél", "FORM"), ("après chaque selle liquide", "FREQUENCY")]),
        ("Kayexalate 1 c. à s. x 2/j", [("1 c. à s.", "DOSAGE"), ("x 2/j", "FREQUENCY")]),
        ("Digoxine 0,25 mg 5 jours sur 7", [("0,25 mg", "STRENGTH"), ("5 jours sur 7", "FREQUENCY")]),
        ("Doliprane supp 300 x3", [("supp", "FORM"), ("300", "STRENGTH"), ("x3", "FREQUENCY")]),
        ("Furosémide 40 mg BID puis DIE", [("40 mg", "STRENGTH"), ("BID", "FREQUENCY"), ("DIE", "FREQUENCY")]),
        ("vient pour son injection d'Abilify", []),
        # Quand autre chose est à faire.
        ("Cesser la metformine si vomissements", []),
    ],
)  # fmt: skip
def test_french_attributes(french: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert [entity for entity in found(french, text) if entity[1] != "DRUG"] == expected


def test_french_drug_with_its_maker(french: Language) -> None:
    assert found(french, "pms-Quétiapine 25 mg")[0] == ("pms-Quétiapine", "DRUG")
