"""French notes by a further hand: parts of tablets, drops and units told in short, ways, times, what is not taken."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


def said(nlp: Language, text: str) -> list[tuple[str, str]]:
    return [(stretch, label) for stretch, label in found(nlp, text) if label != "DRUG"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What is said behind a stroke belongs to how often, but for another time.
        ("Périndopril 4 mg 1 cp/j le matin à jeun", ["/j le matin à jeun"]),
        ("Paracétamol 15 mg/kg/6h si T > 38,5", ["/6h si T > 38,5"]),
        ("Movicol 1 sachet/j si besoin", ["/j si besoin"]),
        ("Novatrex 12,5 mg/semaine, le mardi", ["/semaine", "le mardi"]),
        # One thing or another.
        ("Midazolam 10 mg SC si détresse / hémorragie", ["si détresse / hémorragie"]),
        ("Fleet PRN si pas de selles x 3 jours", ["PRN"]),
        ("Motilium 10 mg si nausées max 3/j", ["si nausées max 3/j"]),
        # Hours in words, how many times before the amount, times of dialysis and of feeds.
        ("Modopar 62,5, une gélule à huit heures, midi et seize heures", ["à huit heures, midi et seize heures"]),
        ("Paracétamol 4 x 1 g IV", ["4 x"]),
        ("Resikali 15 g hors dialyse", ["hors dialyse"]),
        ("Gaviscon nourrisson 1,5 ml après bib", ["après bib"]),
        ("Donormyl de tps en tps", ["de tps en tps"]),
        ("Sintrom 4 mg 1/4 cp 2 j/3", ["2 j/3"]),
        ("Pantoloc 40 mg 1 co die AC déj", ["die AC déj"]),
        ("Uvestérol ADEC 1 dose/j", ["/j"]),
        # No frequency: when a dose is held, where something is dispensed, what another thing is done for.
        ("Métoprolol 25 mg, tenir si FC < 55", []),
        ("Méthadone gélule 70 mg, déliv hebdo", []),
        ("ATCD : cystite x2 en 2022 (Monuril efficace)", []),
        ("Insuline arrêtée, dextro 1x/j", []),
    ],
)
def test_frequencies(french: Language, text: str, expected: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Venofer 100 mg IV 1/sem x 5", ["x 5"]),
        ("Utrogestan 200 mg du J12 au J25 du mois", ["du J12 au J25 du mois"]),
        ("Epclusa 12 sem 2020", ["12 sem"]),
        ("Acarizax se discutera à l'âge de douze ans", []),
        ("Mr a sauté les Lasilix depuis 4 j", []),
        ("Synthroid 0,125 die, TSH 8 sem", []),
        ("Ozempic 1 mg, nausées les premiers jours", []),
    ],
)
def test_durations(french: Language, text: str, expected: list[str]) -> None:
    assert of(french, text, "DURATION") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tamiflu 75 x2 SNG", ["SNG"]),
        ("HNF 10000 UI/24h SE (IRA)", ["SE"]),
        ("Canesten crème vag x 3 j", ["vag"]),
        ("Buccolam 10 mg dans la joue", ["dans la joue"]),
        ("Stelara 90 mg en injection sous-cutanée", ["en injection sous-cutanée"]),
    ],
)
def test_routes(french: Language, text: str, expected: list[str]) -> None:
    assert of(french, text, "ROUTE") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nebilox 5 mg 1/2, Laroxyl 10 gttes", [("5 mg", "STRENGTH"), ("1/2", "DOSAGE"), ("10", "DOSAGE"), ("gttes", "FORM")]),
        ("Novorapid 8/8/10", [("8/8/10", "DOSAGE")]),
        ("Zophren lyoc 2 x 3/j", [("lyoc", "FORM"), ("2", "DOSAGE"), ("x 3/j", "FREQUENCY")]),
        ("Zarzio 30 MU SC, Uvedose 100 000 UI", [("30 MU", "DOSAGE"), ("SC", "ROUTE"), ("100 000 UI", "STRENGTH")]),
        ("Orelox sirop 1 dose de 6 mL", [("sirop", "FORM"), ("1 dose de 6 mL", "DOSAGE")]),
        ("RPM 60 cc. Josir LP 0,4 mg", [("0,4 mg", "STRENGTH")]),
        ("Lovenox 0,6 avis cardio", [("0,6", "DOSAGE")]),
        ("Carboplatine AUC 5", [("AUC 5", "DOSAGE")]),
        ("Doliprane orodisp 500 2 cp", [("orodisp", "FORM"), ("500", "STRENGTH"), ("2", "DOSAGE"), ("cp", "FORM")]),
        ("Trulicity à 0,75 puis 1,5 mg", [("0,75", "STRENGTH"), ("1,5 mg", "STRENGTH")]),
        ("Diminuer le Diamicron à un seul comprimé", [("un seul", "DOSAGE"), ("comprimé", "FORM")]),
        ("Atorvastatine 80 mg augmenté (était 40)", [("80 mg", "STRENGTH"), ("40", "STRENGTH")]),
        ("Enstilar mousse une application par jour", [("mousse", "FORM"), ("une application", "DOSAGE"), ("par jour", "FREQUENCY")]),
        ("Proracyl que j'ai pu ramener de six à trois comprimés", [("six", "DOSAGE"), ("trois", "DOSAGE"), ("comprimés", "FORM")]),
        ("Ramipril 5 mg. La tension passe de 138 à 104", [("5 mg", "STRENGTH")]),
        ("Spasfon 2 cp, boire 2L", [("2", "DOSAGE"), ("cp", "FORM")]),
        ("Nicoderm timbre 14 mg/24h x 4 sem", [("timbre", "FORM"), ("14 mg/24h", "STRENGTH"), ("x 4 sem", "DURATION")]),
    ],
)  # fmt: skip
def test_amounts(french: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert said(french, text) == expected


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Dextro 3,1 g, gammaglobulines à 3,1 g/l", []),
        ("Gammaglobulines 250 UI, ni ibuprofène ni vasoconstricteur", ["Gammaglobulines", "ibuprofène", "vasoconstricteur"]),
        ("TVP sous Yasmin, suivie par Mme Jasmine", ["Yasmin"]),
        # No combination is made of brands.
        ("Coversyl/Amlor le matin, ceftriaxone/Flagyl 10 j", ["Coversyl", "Amlor", "ceftriaxone", "Flagyl"]),
        ("Isentress / Kaletra de 2008 à 2012", ["Isentress", "Kaletra"]),
        ("Amoxicilline/Acide clavulanique 1 g, ramipril/HCTZ", ["Amoxicilline/Acide clavulanique", "ramipril/HCTZ"]),
    ],
)  # fmt: skip
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs
