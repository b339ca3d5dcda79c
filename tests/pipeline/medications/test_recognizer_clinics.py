"""How clinics of many countries write: local brands, clock times, former doses, steps without units, courses that end."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("on Mg Verla and Ovreena; Budeflam and Efferflu-C before", ["Mg Verla", "Ovreena", "Budeflam", "Efferflu-C"]),
        ("Rx Biogesic 500 mg, Neozep, Lonart DS", ["Biogesic", "Neozep", "Lonart DS"]),
        ("coloxyl w senna ii nocte, Coloxyl & Senna 2 nocte", ["coloxyl w senna", "Coloxyl & Senna"]),
        ("benzathine penicillin monthly", ["benzathine penicillin"]),
        ("Plan: 4. stop amlodipine. 5. ASA no indication.", ["amlodipine", "ASA"]),
        ("had pred at GP; caffeine for apnoeas; dex ↓ 2mg mane", ["pred", "caffeine", "dex"]),
        ("MMF had been cut to 500 bid. MST down to 10mg bd", ["MMF", "MST"]),
        ("On PPI / antacids", ["PPI", "antacids"]),
        # Places, tests and people.
        ("ARV clinic. Anticholinergic burden high. 31 M MSM. Calprotectin 1450.", []),
        ("K 3.4, B12 N, dexa req. Vit D lvl 22", []),
        ("Sr | Name | Strength | Morn", []),
    ],
)
def test_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Pyridoxine 25mg dly, aspirin 81 mg once dly", ["dly", "once dly"]),
        ("Co-careldopa 25/100 one tab at 0700, 1100, 1500, 1900", ["at 0700, 1100, 1500, 1900"]),
        ("Lantus 16 units 10 pm", ["10 pm"]),
        ("Endone 10mg using 5-6/day", ["5-6/day"]),
        ("Furosemide 80mg mane and 40mg midi", ["mane", "midi"]),
        ("Entacapone 200 mg with each daytime dose", ["with each daytime dose"]),
        ("Albuterol 2 puffs before soccer", ["before soccer"]),
        ("Tamsulosin 400mcg OD - switch to night", ["OD", "night"]),
        ("Ondansetron 4 mg IV x1 for vomiting, labetalol 10 mg IV x2, now better", ["x1", "x2"]),
        ("Metformin 1g bd pc", ["bd pc"]),
        ("Methotrexate 15 mg once weekly on a Monday, folic acid 5 mg Fri", ["once weekly on a Monday", "Fri"]),
        ("Macrogol sachets up to 3/day; Tylenol q4h ATC", ["up to 3/day", "q4h ATC"]),
        # Doses that were missed, and tests.
        ("Flovent 2 puffs, misses maybe 3 doses a week", []),
        ("Continue amoxicillin. LFTs twice weekly) next: MST 10 mg", []),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("Seroquel 200mg nocte (was 400 in hospital)", ["200mg", "400"]),
        ("Prednisone 40 mg daily x 5 days, 20 daily x 5 days", ["40 mg", "20"]),
        ("Nicotine patches 21mg x 6 wks then 14 x 2 wks then 7 x 2 wks", ["21mg", "14", "7"]),
        ("Synthroid 88mcg 6d/wk and 176 on Sundays", ["88mcg", "176"]),
        ("Bup 0.5 mg SL, 0.5 BID, 1 BID, 2 BID", ["0.5 mg", "0.5", "1", "2"]),
        ("perindopril 4 od, Zofran 4 q8h", ["4", "4"]),
        ("Targin 10/5 bd. Plan wean 5/2.5 bd", ["10/5", "5/2.5"]),
        ("Syndopa Plus (100/25) one tablet", ["100/25"]),
        ("Telmikind AM | 40/5 | 1 | 0 | 0", ["40/5"]),
        ("Was on Crestor 10 2018-20", ["10"]),
        ("Arachitol 6L IU IM monthly", ["6L IU"]),
        ("5) ASA 81 6) Plavix 75 7) metoprolol 25 -> 50", ["81", "75", "25", "50"]),
        # Dates, weights, results, items of a plan.
        ("Pip-tazo 01/14-01/16, vanco 01/14-01/17", []),
        ("On aspirin. EFW 1180 g, Mg 1.6 -> given", []),
        ("Plan: 6. stop lexapro, ? mirtazapine 7. dexa 8. physio", []),
    ],
)
def test_strengths(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "dosages"),
    [
        ("carboplatin AUC 5 and paclitaxel 175 mg/m2", ["AUC 5", "175 mg/m2"]),
        ("Took 2 of his wife's nitroglycerin", ["2"]),
        ("Bisoprolol 1/2 x 5mg tab daily", ["1/2"]),
        # Counted otherwise.
        ("failed 2 oral antibiotics", []),
        ("oxycodone 5 mg q6h, twelve tablets dispensed", []),
        ("LVP 6 L with albumin, TXA 1g, 6u PRBC", []),
    ],
)
def test_dosages(english: Language, text: str, dosages: list[str]) -> None:
    assert of(english, text, "DOSAGE") == dosages


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Rifinah 2 tabs od to end of 2/12", ["to end of 2/12"]),
        ("metro 500mg iv tds 48h then oral", ["48h"]),
        ("stop alendronate (had 9 yrs)", ["9 yrs"]),
        ("naltrexone 2016 few wks", ["few wks"]),
        ("completed 6/12 of warfarin", ["6/12"]),
        ("treated with Mavyret 8 weeks in 2022", ["8 weeks"]),
        # Not given, not taken, and something else.
        ("Hold spironolactone until K stable. Furosemide 40 mg daily HELD until Cr <1.2", []),
        ("valproate 500mg bd, not taking for few weeks", []),
        ("Eltroxin continue, TFTs 6/52. Isosorbide 60mg OM - no angina for 5 yrs", []),
    ],
)
def test_durations(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("corsodyl m/w 10ml bd", ["m/w"]),
        ("hydromorphone 2mg/mL amps", ["amps"]),
        ("Vagifem 10 mcg insert nightly", ["insert"]),
        ("benzoyl peroxide washes, daily", ["washes"]),
        ("Prednisolone 40mg each morning, drop by 5mg a week", []),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("betamethasone 12mg IMI, triamcinolone 0.1 mL IL to nodules", ["IMI", "IL"]),
        ("Estrogen was stopped. Vaginal dryness", []),
    ],
)
def test_routes(english: Language, text: str, routes: list[str]) -> None:
    assert of(english, text, "ROUTE") == routes
