"""French notes as different hands write them: names, bare figures, times and lengths in short."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


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


@pytest.mark.parametrize(
    ("text", "strengths", "dosages"),
    [
        # Bare figures behind a name.
        ("Euthyral 100 (1 le matin)", ["100"], ["1"]),
        ("Résitune 75.\nZestril : stop.", ["75"], []),
        ("Candésartan 4 1/j - simva 20 1/j", ["4", "20"], []),
        ("TEMERIT 5 1/2 CP", ["5"], ["1/2"]),
        ("Lexomil 6 1/4-0-1/2", ["6"], []),
        ("Sifrol 18 en cours", ["18"], []),
        ("tramadol LP 150 7 jours", ["150"], []),
        ("Solupred 20 4 jours, 10 4 jours", ["20", "10"], []),
        ("Prégabaline 75 x2, augmenter à 150 x2", ["75", "150"], []),
        ("Plavix 300 mg (4 cp de 75)", ["300 mg", "75"], ["4"]),
        # What is given by units has them without a unit, too.
        ("Enoxaparine 0,6 x2", [], ["0,6"]),
        ("Fragmine 5000 jusqu'à reprise de l'appui", [], ["5000"]),
        ("Héparine 5000 UI puis HNF 20000 UI", [], ["5000 UI", "20000 UI"]),
        # The year of something is no amount; so much in a gram of stool is a result.
        ("Sous furosémide (dose en 2021 à 40 mg)", ["40 mg"], []),
        ("Humira poursuivi, calprotectine 320 µg/g", [], []),
        ("Permixon inchangé, prostate de 60 grammes", [], []),
    ],
)
def test_bare_figures(french: Language, text: str, strengths: list[str], dosages: list[str]) -> None:
    assert (of(french, text, "STRENGTH"), of(french, text, "DOSAGE")) == (strengths, dosages)


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        # So many times, intervals behind a stroke.
        ("Augmentin 1 g x 3 (J2)", ["x 3"]),
        ("Lévétiracétam 500 X2 PO", ["X2"]),
        ("Ceftazidime 2 g/8h IV", ["/8h"]),
        ("Bumétanide 3 mg /24h IVSE", ["/24h"]),
        ("Humira 40 mg/15j SC", ["/15j"]),
        ("Calcium 500 max x2", ["max x2"]),
        # Times of day; what was given once at an hour is none.
        ("Sinemet 100 à 8h, 12h, 16h et 20h", ["à 8h, 12h, 16h et 20h"]),
        ("Sinemet 100 8h-12h-16h-20h", ["8h-12h-16h-20h"]),
        ("Temesta 1 mg 1/2 cp vers 18 h", ["vers 18 h"]),
        ("Hydrocortisone 20 mg 8h pendant 10 jours", ["8h"]),
        ("Acupan 20 mg IV à 14h25", []),
        ("Doliprane donné à 16h", []),
        ("Zolpidem 10 mg, éveillé de 1h à 5h", []),
        ("Keppra 750 matin & soir", ["matin & soir"]),
        ("Keppra 750 mat + soir 10 jours", ["mat + soir"]),
        # When and in which case.
        ("Morphine 5 mg 30 min avant la toilette", ["30 min avant la toilette"]),
        ("Emla 1 h avant le pansement", ["1 h avant le pansement"]),
        ("Innohep 2500 UI au branchement", ["au branchement"]),
        ("Trulicity 1,5 mg au réveil", ["au réveil"]),
        ("Glucagen 1 mg IM si hypoglycémie sévère", ["si hypoglycémie sévère"]),
        ("Buccolam 10 mg en cas de convulsion > 5 min", ["en cas de convulsion > 5 min"]),
        ("Scopolamine SC si râles", ["si râles"]),
        ("Locapred à volonté", ["à volonté"]),
        ("Perfalgan 1 g IVL à 18h, Lantus 20 UI à 21h", ["à 21h"]),
        ("Buscopan 10 3x/j SN, Omnic 0,4 1x/j au soir", ["3x/j SN", "1x/j au soir"]),
        ("Uvedose 80 000 UI en octobre et en mars", ["en octobre et en mars"]),
        ("Augmentin en octobre et en mars 2021", []),
        ("Emend 125 mg à chaque cure", ["à chaque cure"]),
        ("Ebixa arrêté, Aricept au printemps dernier", []),
        # Of the patient, of a visit, not of the drug.
        ("Kardegic 75. À jeun pour scanner demain, L-Thyroxine 75 à jeun", ["à jeun"]),
        ("Bevitine 250 mg 2 cp /j, passage IDE quotidien", ["/j"]),
        ("Il prend du Josir.\nIl se lève quatre fois par nuit.", []),
    ],
)
def test_how_often(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Lovenox 0,4 ml 1/j jusqu'au 15/06/2024", ["jusqu'au 15/06/2024"]),
        ("Fragmine jusqu'au 3 mars", ["jusqu'au 3 mars"]),
        ("Aspégic 160 mg jusqu'à 35 SA", ["jusqu'à 35 SA"]),
        ("INNOHEP SC JUSQU A REPRISE DE LA MARCHE", ["JUSQU A REPRISE DE LA MARCHE"]),
        ("Kétoprofène 100 x2/j 72h + paracétamol", ["72h"]),
        ("Utrogestan 200 du 14e au 25e jour 6 cycles", ["du 14e au 25e jour", "6 cycles"]),
        ("Rifadine 300 mg 2 gél.\nDurée totale 6 mois.", ["6 mois"]),
        # Of something else, or a time of day.
        ("Xarelto suspendu 3 jours", []),
        ("Prozac 20 mg, arrêt de travail de 8 jours", []),
        ("Doliprane 1 g, heure présumée 21 h.", []),
    ],
)
def test_how_long(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("Bricanyl 5 mg aérosols /6h", ["aérosols"]),
        ("Duovent aérosol 4x/j", []),
        ("Morphine PCA IV continu 1 mg/h", ["IV"]),
        ("Ceftriaxone, relais oral par Oroken", []),
    ],
)
def test_routes(french: Language, text: str, routes: list[str]) -> None:
    assert of(french, text, "ROUTE") == routes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Efferalgan 1 dose-poids/6h", ["1 dose-poids", "/6h"]),
        ("Diprosone 1 appl/j puis Ganfort 1 gte le soir", ["1 appl", "/j", "1", "gte", "le soir"]),
        ("Matrifen 25 à changer ts les 3 jours", ["25", "ts les 3 jours"]),
        ("Sinemet 100 1 cp coucher", ["100", "1", "cp", "coucher"]),
        ("Modopar 1 gél à 8h 12h 16h", ["1", "gél", "à 8h 12h 16h"]),
        ("Motilium 10 mg 15 min av repas", ["10 mg", "15 min av repas"]),
        ("Tahor 10, protocole : 6 UI de Novorapid si besoin", ["10", "6 UI", "si besoin"]),
        ("Flagyl 500 mg IV puis PO", ["500 mg", "IV", "PO"]),
        ("Renvela 800 les soirs sans dialyse, Kayexalate les WE", ["800", "les soirs sans dialyse", "les WE"]),
        ("Carence, B6 250 mg 1/j, chambre B1", ["250 mg", "1/j"]),
    ],
)
def test_further_short_forms(french: Language, text: str, expected: list[str]) -> None:
    assert [stretch for stretch, label in found(french, text) if label != "DRUG"] == expected


def test_units_are_of_the_drug_behind_them(french: Language) -> None:
    assert of(french, "Sous Tahor. Ajout de 4 UI de Novorapid.", "DOSAGE") == ["4 UI"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Glued to a mass: how often, but for a day.
        ("Méthotrexate 15 mg/semaine le lundi", ["15 mg", "/semaine", "le lundi"]),
        ("Aranesp 40 µg/sem IV", ["40 µg", "/sem", "IV"]),
        ("Paracétamol 15 mg/kg/6h per os", ["15 mg/kg", "/6h", "per os"]),
        # Around dialysis and meals; a pattern written apart.
        ("Kefzol 2 g post HD (jusq 20/10)", ["2 g", "post HD", "jusq 20/10"]),
        ("Renvela 800 2-2-2 pdt repas", ["800", "2-2-2", "pdt repas"]),
        ("Lioresal 10 mg 1/2 - 1/2 - 1 ; injection", ["10 mg", "1/2 - 1/2 - 1", "injection"]),
        ("Acupan 20 mg avant les soins de plaie", ["20 mg", "avant les soins de plaie"]),
        # The release behind the strength; tablets and their strength.
        ("Diamicron 60 LP 1 cp le matin", ["60", "1", "cp", "le matin"]),
        ("Ingestion de paracétamol (16 cp à 1 g)", ["16", "cp", "1 g"]),
        ("Kayexalate 1 c-mes les jours pairs", ["1", "c-mes", "les jours pairs"]),
        ("Keppra 500 mg à la sonde, Cordarone à la SE", ["500 mg", "à la sonde", "à la SE"]),
        ("Solupred 40 mg/j 2 semaines avec décroissance", ["40 mg", "2 semaines"]),
        ("Diamox 1/2 cp x 3/j 3 jours après le laser", ["1/2", "cp", "x 3/j", "3 jours"]),
        # Of something else.
        ("Saignement de 1100 ml : Syntocinon 10 UI", ["10 UI"]),
        ("Glycémie 2,84 à 7h -> Novorapid 8 UI", ["8 UI"]),
        ("Ingestion vers 17 h de paracétamol", []),
        ("Atropine 1 mg IVD, remontée à 74.", ["1 mg", "IVD"]),
        ("TS à l'ibuprofène, 05/2021", []),
        ("Zyloric : contre-indication à vie", []),
        ("Revlimid 10 mg, plaquettes 1x/sem", ["10 mg"]),
        ("Ceftriaxone reprise 3 jours après la chirurgie", []),
    ],
)
def test_what_is_of_the_drug(french: Language, text: str, expected: list[str]) -> None:
    assert [stretch for stretch, label in found(french, text) if label != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("PERINDOPRIL ARGININE/INDAPAMIDE 5 mg/1,25 mg", ["PERINDOPRIL ARGININE/INDAPAMIDE"]),
        ("N-acétylcystéine IV puis sulfate de Mg", ["N-acétylcystéine", "sulfate de Mg"]),
        ("Novomix 30 : 20 unités, metf 1000", ["Novomix 30", "metf"]),
        ("Bactrim fort IV", ["Bactrim fort"]),
    ],
)
def test_names_with_salts_and_numbers(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs
