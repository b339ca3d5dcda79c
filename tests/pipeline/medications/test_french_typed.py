"""French notes as clinicians type them: what is left out, glued together, written in short or told of a change."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


def said(nlp: Language, text: str) -> list[str]:
    return [stretch for stretch, label in found(nlp, text) if label != "DRUG"]


@pytest.mark.parametrize(
    ("text", "strengths", "dosages"),
    [
        # Whatever is said of the drug behind its strength, but no plural: that is counted.
        ("Kardégic 75 prophylactique, Tahor 40 inchangé, Plavix 75 repris à J2", ["75", "40", "75"], []),
        ("Nurofen 400 de temps en temps", ["400"], []),
        ("Levothyrox 75 | Inexium 40 | Abilify 30 - inefficace", ["75", "40", "30"], []),
        ("Xeplion 150 J1 puis 100 J8", ["150", "100"], []),
        ("Xolair 12 perfusions depuis 2016", [], []),
        ("Zoloft 50 2016-2018, Deroxat 20 2014, Actonel 35 pris 5 ans", ["50", "20", "35"], []),
        ("Omnic 0,4. Xanax 0,5 ~10 cp", ["0,4", "0,5"], ["10"]),
        ("Digoxine 0,7. Josir LP", [], []),
        ("Avastin 6 cures, Zometa 12 mois", [], []),
        # Decimals: tablets exist of some, levels in blood have others.
        ("Coversyl 2,5 + Temesta 2,5 (arrêt)", ["2,5", "2,5"], []),
        ("Digoxine 0,25 maintenue", ["0,25"], []),
        ("Lovenox 0,4 préventif", [], ["0,4"]),
        # A form that tablets have before the strength; drops are counted.
        ("Voltarène cp 50 x2/j", ["50"], []),
        ("Laroxyl gouttes 10 le soir", [], ["10"]),
        ("Rivotril gttes 10-10-15", [], ["10-10-15"]),
        ("Novorapid 10-8-12", [], ["10-8-12"]),
        # When something was is no amount.
        ("Fosamax 2012-2017, Avonex 2011→2014", [], []),
        ("Pradaxa dernière prise 11/08 soir", [], []),
        ("Aérosols de Bricanyl le 14/01/2025 (sortie à H6)", [], []),
    ],
)
def test_bare_figures(french: Language, text: str, strengths: list[str], dosages: list[str]) -> None:
    assert (of(french, text, "STRENGTH"), of(french, text, "DOSAGE")) == (strengths, dosages)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Both ends of a change, not a range.
        ("Lévothyrox augmenté de 75 à 100 au T2", ["75", "100"]),
        ("Seroplex 10 mg (baissé de 15 à 10)", ["10 mg", "15", "10"]),
        ("Lantus passée de 18 à 22 u le soir", ["18", "22 u", "le soir"]),
        ("Velcade (passé de 1,3 à 1 mg/m2)", ["1,3", "1 mg/m2"]),
        ("Cellcept baissé de 1g x2 à 500 x2", ["1g", "x2", "500", "x2"]),
        ("Risperdal 2 mg x2 → 3 x2", ["2 mg", "x2", "3", "x2"]),
        ("Tramadol LP 100 x 2 en cours de décroissance → 1 le soir", ["100", "x 2", "1", "le soir"]),
        ("Liorésal 10 mg 1/2 x3, on monte à 1cp 3x/j", ["10 mg", "1/2", "x3", "1", "cp", "3x/j"]),
        ("Levothyrox 75 alterné avec 100 un jour sur deux", ["75", "100", "un jour sur deux"]),
        ("Lantus 20 -> 24 UI le soir", ["20", "24 UI", "le soir"]),
        # A range stays one.
        ("Forlax 1 à 2 sachets par jour", ["1 à 2", "sachets", "par jour"]),
    ],
)
def test_changes(french: Language, text: str, expected: list[str]) -> None:
    assert said(french, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paracétamol 1gx4, Zelitrex 1gx3 10 j", ["1g", "x4", "1g", "x3", "10 j"]),
        ("Flagyl 500x3 IV", ["500", "x3", "IV"]),
        ("Efferalgan 500 1x3 si douleur", ["500", "1", "x3"]),
        ("Azopt 1gtte x2", ["1", "gtte", "x2"]),
        ("Trelegy 1 inhal/j, Nasonex 1 pulv/narine/j", ["1 inhal", "/j", "1 pulv", "/j"]),
        ("Dexeryl crème 2 applic/jour", ["crème", "2 applic", "/jour"]),
        ("Lovenox 4000 UI/j, Eprex 4000 UI/15j", ["4000 UI", "4000 UI", "/15j"]),
        ("Noradrénaline 0,8 γ/kg/min", ["0,8 γ/kg/min"]),
        ("Nicorette patch 15mg/16h", ["patch", "15mg/16h"]),
        ("Pédiazole 1 dose/poids x3", ["1 dose/poids", "x3"]),
        # What a drug is diluted in; a litre has no apostrophe.
        ("Syntocinon 10 UI dans 500 cc de glucosé", ["10 UI"]),
        ("Préviscan 1/2 l'autre soir", ["1/2", "l'autre soir"]),
        # What drains is no amount of a drug; so much in a gram is a result.
        ("Sandostatine 100 µg SC faite ce matin, lame 250 cc", ["100 µg", "SC"]),
        ("Prograf stable, PU 0,2 g/g", []),
    ],
)
def test_glued_and_shortened_amounts(french: Language, text: str, expected: list[str]) -> None:
    assert said(french, text) == expected


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Zolpidem 5 mg hs", ["hs"]),
        ("Bactrim forte 1 cp lun-mer-ven", ["lun-mer-ven"]),
        ("Coumadine 5 mg lu-me-ve et 4 mg les autres jours", ["lu-me-ve", "les autres jours"]),
        ("Relistor 12 mg 1 inj un jour/2", ["un jour/2"]),
        ("Vit D 100.000 1 amp/trim", ["/trim"]),
        ("Gaviscon 1 dose après chq biberon", ["après chq biberon"]),
        ("Viagra 50 occasionnel", ["occasionnel"]),
        ("Actiskenan 10 (5 à 6 interdoses/24h)", ["5 à 6 interdoses/24h"]),
        ("Fluoxétine 20 mg, dose du matin", ["dose du matin"]),
        ("Aranesp 30 µg 3 fois/sem post dialyse", ["3 fois/sem post dialyse"]),
        ("Ritaline 10 mg les jours d'école", ["les jours d'école"]),
        ("Concerta 36 mg sauf week-end", ["sauf week-end"]),
        ("Oramorph 2,5 mg si dyspnée réfractaire", ["si dyspnée réfractaire"]),
        ("Méthotrexate 15 mg SC hebdo", ["hebdo"]),
        # When something was, or is done.
        ("Célestène 12 mg IM à 24h d'intervalle", []),
        ("Aurait ingéré vers 23h du Seresta", []),
        ("Kardégic 75 mg dès ce soir", []),
        ("Subutex 8 mg, délivrance hebdo", []),
    ],
)
def test_how_often(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Flagyl 500 1cp x2 7j (ou Dalacin)", ["7j"]),
        ("Rifinah 2 cp 3 mois avant anti-TNF", ["3 mois"]),
        ("HNF 500 UI/kg/j les 48 premières heures", ["les 48 premières heures"]),
        ("Ponstyl 2 gel x3/j les 2 1ers jours", ["les 2 1ers jours"]),
        ("Lovenox 4000 UI pdt l'alitement", ["pdt l'alitement"]),
        ("Gaviscon jusqu'à 6 mois", ["jusqu'à 6 mois"]),
        ("Plavix 75 mg jusqu'en mai 2024 puis rien", ["jusqu'en mai 2024"]),
        ("Utrogestan 100 1/j 25j/mois", ["25j/mois"]),
        ("Lovenox 4000 UI tant que albu < 20", ["tant que albu < 20"]),
        ("Nicopatch 21 mg/24h 1 mois puis 14 mg", ["1 mois"]),
        # How long ago, within which time; what ended then.
        ("Sous Jardiance, 3e mycose en 6 mois.", []),
        ("Prezista, en rupture depuis environ un an.", []),
        ("Avonex jusqu'en juin 2016, arrêté pour fièvre", []),
    ],
)
def test_how_long(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        # What was given before goes on by another route.
        ("Augmentin 1g x3 IV 2 j, puis PO 5 j", ["IV", "PO"]),
        ("Augmentin IV 1g x3 → relayé PO", ["IV", "PO"]),
        ("Aclasta 5 mg fait le 03/01 en 30 min IV", ["IV"]),
        ("Trinitrine 2 bouffées sublinguales", ["sublinguales"]),
        ("Valium intra-rectal 5 mg", ["intra-rectal"]),
        ("Spiriva 18 µg une gélule à inhaler", ["à inhaler"]),
    ],
)
def test_routes(french: Language, text: str, routes: list[str]) -> None:
    assert of(french, text, "ROUTE") == routes


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("MagnéB6 2x3, Un alpha, B1B6", ["MagnéB6", "Un alpha", "B1B6"]),
        ("Héparine HNF puis Risperdal Consta", ["Héparine HNF", "Risperdal Consta"]),
        ("Lasilix spé 60 1/2 cp", ["Lasilix spé"]),
        ("Trt : Symbicort | Fer | Inexium", ["Symbicort", "Fer", "Inexium"]),
        ("Pas d'imipraminique, pas de N2O.", ["imipraminique", "N2O"]),
        # Decimals and a score, a test of the skin.
        ("IMC 33,5  ASA 2", []),
        ("Prick : acariens 6 mm", []),
    ],
)
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs
