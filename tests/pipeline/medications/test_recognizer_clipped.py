"""Notes typed in haste: clipped names, strokes between drugs, doses without units, dose changes, short intervals."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("DH: ramip 5, amlod 10, clopi 75, sertr 50.", ["ramip", "amlod", "clopi", "sertr"]),
        ("Started levetir 500 bid, hold furos.", ["levetir", "furos"]),
        ("Cont chlorthal. Bupi 0.5% 10 mL.", ["chlorthal", "Bupi"]),
        ("Plan: asp 75 od, warf as per INR clinic.", ["asp", "warf"]),
        ("On mtx, stopped hctz 25 mg.", ["mtx", "hctz"]),
        ("Switched Armour to levothyroxine; gave vit K 10 mg IV.", ["Armour", "levothyroxine", "vit K"]),
        ("SSKI 5 gtts tid & dex, then surgery.", ["SSKI", "dex"]),
        ("On anti-TNF, no JAK inhibitor.", ["anti-TNF", "JAK inhibitor"]),
        # The same beginnings as words of something else.
        ("Angio 5 mm stent, trop 0.04, preg 2 weeks, incr 25 mg.", []),
        ("Gave 1 amp D50 IV.", []),
        ("Salbutamol 100mcg inh PRN.", ["Salbutamol"]),
        ("She had a good response 900cc out.", []),
    ],
)
def test_clipped_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Senna/Colace bid.", ["Senna", "Colace"]),
        ("On propofol/fentanyl, vanc/cefepime/flagyl.", ["propofol", "fentanyl", "vanc", "cefepime", "flagyl"]),
        ("Previously Lantus/Novolog.", ["Lantus", "Novolog"]),
        ("He took lasix 40/aldactone 100 before.", ["lasix", "aldactone"]),
        ("Lisinopril/HCTZ 20/12.5 daily.", ["Lisinopril/HCTZ"]),
        ("Oxycodone/APAP 5/325 q6h prn.", ["Oxycodone/APAP"]),
        ("Ca/vit D bid, bup/nal 8/2.", ["Ca/vit D", "bup/nal"]),
        ("Lamivudine/zidovudine bid, abacavir/lamivudine qd.", ["Lamivudine/zidovudine", "abacavir/lamivudine"]),
        ("Losartan-HCTZ daily.", ["Losartan-HCTZ"]),
    ],
)
def test_one_product_or_two_drugs_around_a_stroke(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("ASA 81. Was on Atripla.", ["81"]),
        ("Crestor 20 (never had one).", ["20"]),
        ("Aspirin 75 since the stent, Cymbalta 60 which she stopped.", ["75", "60"]),
        ("On thiamine 100, folate 1, MVI.", ["100", "1"]),
        ("Increase atorva to 80. Effexor XR up to 225 - BP went up.", ["80", "225"]),
        ("Restart nadolol at 20 when stable.", ["20"]),
        ("Trulicity → 3.0.", ["3.0"]),
        ("Amio 400 bid, then 200 qd.", ["400", "200"]),
        ("On Diovan 320, so you cut this to 160 and added Lokelma.", ["320", "160"]),
        ("Suboxone 8-2 film daily.", ["8-2"]),
        ("Creon 24 5 caps w/ meals.", ["24"]),
        ("Zocor 40 pm.", ["40"]),
        # Years, results and what is aimed at.
        ("Treated with Epclusa 2021, cyclosporin 2014 for 8 months.", []),
        ("On metoprolol his heart rate decreased to 60.", []),
        ("On furosemide, keep K >4 Mg >2.", []),
        ("On furosemide, RR ↓ 26.", []),
        ("Steroids stopped; B12 300, folate 12.", []),
    ],
)
def test_strengths_without_a_unit(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "dosages"),
    [
        ("Increase Lantus 10.", ["10"]),
        ("Lantus 24, Humalog 6 units with meals.", ["24", "6 units"]),
        ("Pabrinex 2 pairs TDS.", ["2 pairs"]),
        ("0.5 mL of Depo-Medrol 80 was injected.", ["0.5 mL"]),
        ("Lasix 20 mg IV with good response 900 cc.", []),
    ],
)
def test_doses_by_count(english: Language, text: str, dosages: list[str]) -> None:
    assert of(english, text, "DOSAGE") == dosages


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Robaxin 750 q6 prn, oxy 5-10 q4 prn.", "FREQUENCY", ["q6 prn", "q4 prn"]),
        ("Zoladex 3 monthly, risankizumab 12 wkly.", "FREQUENCY", ["3 monthly", "12 wkly"]),
        ("Warfarin 3 mg alt days.", "FREQUENCY", ["alt days"]),
        ("Warfarin 3 mg T/Th/Sat/Sun, 2 mg other days.", "FREQUENCY", ["T/Th/Sat/Sun", "other days"]),
        ("Warfarin 7.5 mg TTSS.", "FREQUENCY", ["TTSS"]),
        ("Gaviscon 1 sachet w feeds.", "FREQUENCY", ["w feeds"]),
        ("Estradiol patch 0.05 mg twice a wk.", "FREQUENCY", ["twice a wk"]),
        ("Oxycodone 10 mg 30 min before dressing changes.", "FREQUENCY", ["30 min before dressing changes"]),
        ("Sildenafil 50 mg 1 hr prior prn.", "FREQUENCY", ["1 hr prior prn"]),
        ("Paracetamol 75mg PRN QDS.", "FREQUENCY", ["PRN QDS"]),
        ("Finished Vivitrol. OD x2, last in May.", "FREQUENCY", []),
        ("She had 5 yrs of tamoxifen.", "DURATION", ["5 yrs"]),
        ("S/p 6 wks dapto, finished 10d augmentin.", "DURATION", ["6 wks", "10d"]),
        ("Ancef x24h.", "DURATION", ["x24h"]),
        ("Tinzaparin 4500 units s/c 28 days - teach pt.", "DURATION", ["28 days"]),
        ("Folic acid 5mg to 12/40.", "DURATION", ["to 12/40"]),
        ("Senna given, no BM x4d.", "DURATION", []),
        ("Lantus 10 u qhs, increase 2 u q3d until FBG <130.", "DURATION", []),
        ("On Suboxone until last month.", "DURATION", []),
        ("Reversed w/ Narcan 8mg IN.", "ROUTE", ["IN"]),
        ("Premarin vag cream 0.5 g nightly.", "ROUTE", ["vag"]),
        ("Premarin vag cream 0.5 g nightly.", "FORM", ["cream"]),
        ("Paliperidone depot 150mg IM.", "FORM", ["depot"]),
        ("Atropine 1% ophth drops prn.", "FORM", ["drops"]),
        ("Old bottle of glyburide in pill box.", "FORM", []),
    ],
)
def test_short_intervals_lengths_ways_and_forms(english: Language, text: str, label: str, expected: list[str]) -> None:
    assert of(english, text, label) == expected


def test_a_sugar_solution_given_is_a_drug(english: Language) -> None:
    assert found(english, "Sucrose 24% prn for procedures.") == [
        ("Sucrose", "DRUG"),
        ("24%", "STRENGTH"),
        ("prn", "FREQUENCY"),
    ]
