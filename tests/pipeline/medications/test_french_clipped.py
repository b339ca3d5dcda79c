"""French notes of a further hand: clipped names, results, days of dialysis, hours, slips of scanned pages."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Bisopr 2,5 1 le mat, perindo 4 1/j, furos 40 1-0-0", ["Bisopr", "perindo", "furos"]),
        ("Sédation stop hier (midaz + sufenta)", ["midaz", "sufenta"]),
        ("Relais cipro 500 x2, stop clarithro", ["cipro", "clarithro"]),
        ("HTA (amlod 5 mg), tendinite : naprox 550 x2/j", ["amlod", "naprox"]),
        ("Prend mélato 2 mg au coucher, omé 20", ["mélato", "omé"]),
        ("Insul NPH 12 UI le soir, VitD 100 000 UI par mois", ["Insul NPH", "VitD"]),
        ("Ibu 400 x3 48h, tram 50 sb, Fer-folate 1 cp/j", ["Ibu", "tram", "Fer-folate"]),
        # The same beginnings as words of something else, and words in capitals that stand for others.
        ("Puis gastro, relais cardio, stop hémato, allergo si besoin", []),
        ("Hémorragie de la délivrance : DARU, AVOD 7/10, pas de LATA, PASI 11", []),
        ("Cornée oedémateuse, semi-mydriase aréactive", []),
        ("Vu par pneumo le matin, natré 138, magné 0,8", []),
        ("Arrêt cannab, sevr alcool le we, ttt neurol arrêté, prend le tram", []),
        ("Palu à P. vivax x3, Coversyl 4 mg 1-0-0, iono à J10", ["Coversyl"]),
        # What is counted is none.
        ("Ventolin 2 inh QID", ["Ventolin"]),
        ("Teva-métoprolol 25 mg", ["Teva-métoprolol"]),
        ("Elle prend de la spiruline et du magnésium", ["spiruline", "magnésium"]),
        ("Cesser oméga-3, éviter AINS", ["oméga-3", "AINS"]),
    ],
)  # fmt: skip
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


def test_in_capitals_throughout_a_clipped_name_is_one(french: Language) -> None:
    text = "TTT : METFO 850 3X/J PDT REPAS ; LANTUS 18U HS ; AMLOD 5 MG 1/J ; ARRET SPIRONO ; DOLIPRANE 1G SB"
    assert of(french, text, "DRUG") == ["METFO", "LANTUS", "AMLOD", "SPIRONO", "DOLIPRANE"]


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Labo : leuco 7,2 neutro 4,1, VPA 480, A1c 6,2 %", []),
        ("Créat 118, K 5,2, vit D 18, albumine 31", []),
        ("TSH 2,1, digoxine 1,2, K 4", []),
        ("Dépakine 500 mg x2/j, VPA 500 mg", ["Dépakine", "VPA"]),
    ],
)
def test_a_level_between_results_is_no_drug(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Resonium 15 g les jours off", "FREQUENCY", ["les jours off"]),
        ("Burinex 5 mg les jrs sans dialyse", "FREQUENCY", ["les jrs sans dialyse"]),
        ("Imovane 7,5 mg (prend 3-4 soirs/sem.)", "FREQUENCY", ["3-4 soirs/sem"]),
        ("Topalgic 100 mg en secours, Ventoline à la dde", "FREQUENCY", ["en secours", "à la dde"]),
        ("Trimbow 2 x 2 puffs", "FREQUENCY", ["2 x"]),
        ("Trimbow 2 x 2 puffs", "DOSAGE", ["2 puffs"]),
        ("Advil 400 x 2 doses", "DURATION", ["x 2 doses"]),
        ("Rekovelle 12 µg SC le soir vers 20 h", "FREQUENCY", ["le soir vers 20 h"]),
        ("Lantus 22 UI 20h, Novorapid 6 UI", "FREQUENCY", ["20h"]),
        ("Gaviscon 1 sach ap ch repas", "FREQUENCY", ["ap ch repas"]),
        ("TAHOR 20 LE SR", "FREQUENCY", ["LE SR"]),
        ("Lormetazepam 2 mg avt dormir", "FREQUENCY", ["avt dormir"]),
        ("Il prend au quotidien du Co-Diovan", "FREQUENCY", ["au quotidien"]),
        ("Célestène 12 mg IM, 2 injections à 24 h d'intervalle", "FREQUENCY", ["à 24 h d'intervalle"]),
        ("Buccolam 10 mg si crise de plus de cinq minutes", "FREQUENCY", ["si crise de plus de cinq minutes"]),
        ("Dexaméthasone 20 mg la veille au soir et le matin même", "FREQUENCY", ["la veille au soir et le matin même"]),
        ("Maviret en 2020, abcès bras x2", "FREQUENCY", []),
        ("Exjade stoppé, transfusions x 3", "FREQUENCY", []),
        ("Artésunate IV 2,4 mg/kg H0 H12 H24 puis 1x/j", "FREQUENCY", ["H0 H12 H24", "1x/j"]),
        ("D-Cure 25.000 UI 1 amp. le 1er du mois", "FREQUENCY", ["le 1er du mois"]),
        ("Clonidine 0,1 mg si COWS > 8, Inorial ssi urticaire", "FREQUENCY", ["si COWS > 8", "ssi urticaire"]),
        ("Omettre warfarine ce soir. RNI die x 5 jours", "FREQUENCY", []),
        ("Lovenox 4000 1/j jq 20/03", "DURATION", ["jq 20/03"]),
        ("Tavanic 250 mg jusqu'au 09/03 inclus", "DURATION", ["jusqu'au 09/03 inclus"]),
        ("Azix 500 3j, bulletin et arrêt w 2 mois", "DURATION", ["3j"]),
        ("N'a pas pris son Lasilix depuis 3-4 j", "DURATION", []),
        ("Risperdal 0,25 hs, réévaluer 1 sem.", "DURATION", []),
        ("HNF 5000 UI bolus IV", "ROUTE", ["IV"]),
        ("Douleurs qui ont cédé sous morphine en PCA", "ROUTE", ["en PCA"]),
        ("Fucidine locale, Xylocaïne gel local", "ROUTE", ["locale", "local"]),
        ("Ttt local : Ganfort 1 gtte le soir", "ROUTE", []),
        ("Anesthésie locale par Xylocaïne", "ROUTE", []),
        ("Éludril BDB 3x/j", "ROUTE", ["BDB"]),
        ("Amoxiclav 80/kg/j en 3 prises", "DOSAGE", ["80/kg/j"]),
        ("Macrogol 1-2 s/j", "FORM", ["s"]),
        ("Paracétamol en suspension buvable, puis du Tramal en gouttes", "FORM", ["suspension buvable", "gouttes"]),
        ("ATCD : phlébite (a pris Xarelto), goutte", "FORM", []),
        ("Cytotec en intra-rectal, 2 poches de sang", "FORM", []),
        ("Burinex 1 mg ½ cp, diminué (était 1 co)", "DOSAGE", ["½", "1"]),
        ("Xylocaïne 1 %, saignement inférieur à 20 ml", "DOSAGE", []),
        ("Brilique 180 po, HNF 5000 UI", "STRENGTH", ["180"]),
        ("Trulicity 1,5/sem", "STRENGTH", ["1,5"]),
        ("Kardégic 75 rng 1 sachet", "STRENGTH", ["75 rng"]),
        ("Je réduirai le Taxol de 20 %", "STRENGTH", []),
        ("Novorapid 8-10-8 (+2 si >2g)", "STRENGTH", []),
    ],
)  # fmt: skip
def test_what_is_said_of_a_drug(french: Language, text: str, label: str, expected: list[str]) -> None:
    assert of(french, text, label) == expected


def test_the_title_of_what_a_circuit_is_given_names_no_drug(french: Language) -> None:
    assert found(french, "Anticoag circuit : Clexane 40 mg")[0] == ("Clexane", "DRUG")
