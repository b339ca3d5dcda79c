"""French notes: columns of hours and counts, the dose before, ways and limits in short, what is of the patient."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Hours before their drug, the count in the last column.
        (
            "Heure    Médicament      Quantité\n07h30    Stalevo 100     1\n22h00    Modopar LP 125     2\n",
            ["07h30", "100", "1", "22h00", "125", "2"],
        ),
        # Each time of the day, halves too.
        ("Beloc Zok 50 mg cpr ½-0-½-0", ["50 mg", "cpr", "½-0-½-0"]),
        ("Actrapid 8 - 10 - 8\nTahor 10", ["8 - 10 - 8", "10"]),
        ("Lasilix 40 1 0 1, Seresta 10 1/0/1", ["40", "1 0 1", "10", "1/0/1"]),
        ("Xanax 0,25 1/2 M, 1 S", ["0,25", "1/2", "M", "1", "S"]),
        # Parts of tablets that nothing follows.
        ("Préviscan 3/4 ce soir puis 1/2.", ["3/4", "1/2"]),
        # The dose before.
        ("Insulatard 10 UI au lieu de 14, garder 22 le soir", ["10 UI", "14", "22", "le soir"]),
        ("Lévothyrox ramené à 100", ["100"]),
        # A bare strength behind a way, a form or an article.
        ("Vancomycine PO 125 QID x10j", ["PO", "125", "QID", "x10j"]),
        ("Fentanyl patch 50 retiré", ["patch", "50"]),
        ("Méthotrexate 10 mg (4 cp de 2,5)", ["10 mg", "4", "cp", "2,5"]),
        ("Doliprane sachet 500 x3", ["sachet", "500", "x3"]),
        ("Imodium, 6 gél au total", ["6", "gél"]),
        ("Zarzio 30 MU SC", ["30 MU", "SC"]),
        ("Ozempic 0,25 4 sem puis 0,5", ["0,25", "4 sem", "0,5"]),
        ("Innohep 175 UI/kg/j 1 inj le soir", ["175 UI/kg/j", "1", "inj", "le soir"]),
        ("Amlor 5 Cotareg 160/12.5 1 cp/j", ["5", "160/12.5", "1", "cp", "/j"]),
        ("Adalate LP 20 1cpx3/j", ["20", "1", "cp", "x3/j"]),
        ("Laroxyl 40 mg/ml : XX gttes au coucher", ["40 mg/ml", "XX", "gttes", "au coucher"]),
        ("Majoré le furosémide de 40 à 80 mg", ["40", "80 mg"]),
    ],
)
def test_amounts(french: Language, text: str, expected: list[str]) -> None:
    assert [stretch for stretch, label in found(french, text) if label != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Metformine 850 3x. ECG fait", ["3x"]),
        ("Ventoline 6 bouffées 3x à 20 min d'intervalle", ["3x à 20 min d'intervalle"]),
        ("Xalatan 1 x le soir", ["1 x le soir"]),
        ("Acide folique 5 mg en 2x", ["en 2x"]),
        ("Venofer 100 mg IV 1x/15 j", ["1x/15 j"]),
        ("Dilaudid 2 mg aux quatre heures au besoin", ["aux quatre heures au besoin"]),
        ("Préviscan 3/4 cp jours impairs", ["jours impairs"]),
        ("Vitamine D 100000 UI un mois sur deux", ["un mois sur deux"]),
        ("Clozapine 100 mg AM + 300 mg HS", ["AM", "HS"]),
        ("Naproxène 500 bid cc, Ferrograd 1x/j sur estomac vide", ["bid cc", "1x/j", "sur estomac vide"]),
        ("HNF 500 UI/kg/j SC en 2 inj", ["en 2 inj"]),
        ("Venofer 300 mg x 3 à 1 semaine d'intervalle", ["x 3 à 1 semaine d'intervalle"]),
        ("Xolair 300 mg/4 semaines depuis mai", ["/4 semaines"]),
        ("Amoxicilline 50 mg/kg/j 3 prises 7j", ["3 prises"]),
        ("Humalog 8 u s/c AC repas, Morphine 5 mg en R toutes les 4h", ["AC repas", "en R", "toutes les 4h"]),
        ("Actrapid 6 UI avant le repas de midi", ["avant le repas de midi"]),
        # Whatever has it taken: what the patient does, a limit, a night.
        ("Ventoline 2 bouff qd elle tousse", ["qd elle tousse"]),
        ("Primpéran 10 mg IV si vomit", ["si vomit"]),
        ("Doliprane 1 g si dlr ou T° > 38,5", ["si dlr ou T° > 38,5"]),
        ("Urbanyl 10 mg en cas de nuit blanche", ["en cas de nuit blanche"]),
        ("Oxynorm 5 mg en cas de douleur supérieure à 6", ["en cas de douleur supérieure à 6"]),
        ("Normacol lav si pas de selle 3j", ["si pas de selle 3j"]),
        # A heading behind its words, the line before, a sentence that says what to do.
        ("Traitement (matin-midi-soir)\nTahor 10 mg", []),
        ("Sotalol maintenu y compris matin\nTriatec 5 mg", []),
        ("Spasfon 2 cp. Si fièvre ou persistance, rappeler.", []),
        ("Stop Xarelto 48h avant geste", []),
        ("Reprise du Josir après une chute dans la nuit du 11/02", []),
        ("Reprendre Eliquis ce matin 8h", []),
    ],
)
def test_how_often(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Cordarone 300 mg IV en 1h ds G5%", ["en 1h"]),
        ("Innohep 4500 UI le soir, 4 sem vu ATCD", ["4 sem"]),
        ("Daktarin x4/j 10j pas donné", ["10j"]),
        ("Neurontin qq mois, arrêté", ["qq mois"]),
        ("Clavulin 875 bid x 7-10 j", ["x 7-10 j"]),
        ("Fucidine 3x/j 7j sur plaie", ["7j"]),
        ("Méthadone 80 mg jusqu'à sept", ["jusqu'à sept"]),
        ("Cétirizine 10 mg/j d'avril à juin", ["d'avril à juin"]),
        # What is dispensed lasts so long.
        ("Subutex 8 mg (délivrance 14 j)", []),
        # Of a ventilation, an age, a pause of the drug, a time of day.
        ("Curosurf 200 mg/kg à H1, VM 2 jours", []),
        ("Vitamine D 80000 UI à 1 et 6 mois", []),
        ("Sertraline 50 mg augmentée au bout de trois semaines", []),
        ("Pas de Voltarène pendant six semaines", []),
        ("Quétiapine 25 16h et 50 hs", []),
        ("Valaciclovir 1 g tid, début ds 72h", []),
        ("Morphine bolus 1 mg, PR 8 min, pas de débit", []),
    ],
)
def test_how_long(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("Morphine 4 mg en intraveineuse lente", ["en intraveineuse lente"]),
        ("Fentanyl 50 mcg IN x 1", ["IN"]),
        ("Vancomycine IVC 30 mg/kg/j", ["IVC"]),
        ("Innohep 3500 UI dans le circuit", ["dans le circuit"]),
        ("Canesten crème vaginale", ["vaginale"]),
        ("Daktarin gel buccal 4 fois par jour", ["buccal"]),
        # The place of an illness.
        ("Candidose buccale : fluconazole 100 mg", []),
    ],
)
def test_routes(french: Language, text: str, routes: list[str]) -> None:
    assert of(french, text, "ROUTE") == routes


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("ERIP K4 4 cp/j puis RH 3 cp/j", ["ERIP K4", "RH"]),
        ("Rhésus : RH négatif", []),
        ("Greffe hépatique (TH) en 2021, Mme Th.", []),
        ("Aspégic nourrisson 100 mg", ["Aspégic nourrisson"]),
        ("AUGMENTIN ADULTES 500 mg, tardyf 80, utro 200 le soir", ["AUGMENTIN ADULTES", "tardyf", "utro"]),
        ("Solu-Medrol 40 mg, relais AZT + NVP", ["Solu-Medrol", "AZT", "NVP"]),
        ("vaso stop cette nuit, puis méro", ["vaso", "méro"]),
        ("Patch nicotine 21\nvaccin à jour", ["nicotine"]),
        ("BB fille née à terme. FA parox. Vit K au bb", ["Vit K"]),
        ("Sous BB 2,5 mg/j", ["BB"]),
        ("Fentanyl TTS 25 mcg/h, Prednisone Galepharm 20 mg", ["Fentanyl TTS", "Prednisone Galepharm"]),
    ],
)
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        # A vein, a child and a kidney have figures of their own.
        ("VVP 18G : adrénaline 0,5 mg IM", ["0,5 mg"]),
        ("Transfert (poids 1920 g)\ncaféine 10 mg", ["10 mg"]),
        ("Lixiana 30 mg vu la clairance à 38 ml/min", ["30 mg"]),
        ("Lovenox 4000 UI : adapter à la clairance (27 ml/min)", ["4000 UI"]),
        ("HPP 800cc (Nalador)", []),
        ("Dexeryl crème tube 250 g : 1 application par jour", ["1 application"]),
    ],
)
def test_amounts_of_something_else(french: Language, text: str, amounts: list[str]) -> None:
    assert [stretch for stretch, label in found(french, text) if label in ("STRENGTH", "DOSAGE")] == amounts
