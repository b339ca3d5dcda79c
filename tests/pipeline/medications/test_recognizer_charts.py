"""Drug charts, dosing tables and courses as wards and clinics of several countries write them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # Salts in short.
        (
            "Given sod bicarb 50 ml and cal gluconate 10 ml, then mag sulph 2 g.",
            ["sod bicarb", "cal gluconate", "mag sulph"],
        ),
        ("Stop val semisodium, start sod valproate.", ["val semisodium", "sod valproate"]),
        # Clipped names: long ones leave no doubt, short ones are used like drugs or stand between them.
        ("Phenobarb only if the fit recurs.", ["Phenobarb"]),
        ("Propofol 12 ml/h, alfent 2 ml/h, anidula D3.", ["Propofol", "alfent", "anidula"]),
        ("simva -> atorva 40 mg on.", ["simva", "atorva"]),
        ("Betameth 12 mg x2.", ["Betameth"]),
        ("Thymo induction, MMF reduced, EPO not used.", ["Thymo", "MMF", "EPO"]),
        ("Anti-D not required. Gent one off.", ["Anti-D", "Gent"]),
        ("Clarithromycin (tac toxicity).", ["Clarithromycin", "tac"]),
        ("If K<3.5 kcl 40 per tube.", ["kcl"]),
        ("Tolerates cephs despite the pen allergy.", ["cephs", "pen"]),
        ("Dolutegravir 12 h after TLD; defaulted FDC last year.", ["Dolutegravir", "TLD", "FDC"]),
        ("On PrEP, doxyPEP not wanted.", ["PrEP", "doxyPEP"]),
        ("Carmellose 0.5% both eyes, Hylo gtts prn.", ["Carmellose", "Hylo"]),
        ("VitABDECK 1 cap PO daily, Vitadol C 0.3 mL daily.", ["VitABDECK", "Vitadol C"]),
        ("Completed FOLFIRINOX, then received radioactive iodine.", ["FOLFIRINOX", "radioactive iodine"]),
    ],
)
def test_shorthand_of_wards(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    "text",
    [
        "Stab in the 5th ICS, AAL.",
        "Radioactive iodine uptake was 20%, the bowel prep was poor.",
        "PREP: the abdomen was draped.",
        "Titrate SIMV to comfort, TIVA throughout, cerumen removed.",
        "The TRUS biopsy and the AROM were uneventful; polys in the fluid.",
        "He gave us the pen back. The pali canon.",
        "Her Dexcom alarms at night; a rescue breath.",
    ],
)
def test_what_looks_like_shorthand(english: Language, text: str) -> None:
    assert of(english, text, "DRUG") == []


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Took ranitidine all her life.", ["all her life"]),
        ("Lorazepam 1 mg nightly > 10 yrs.", ["> 10 yrs"]),
        ("Cefazolin 2 g q8h for the balance of six weeks.", ["for the balance of six weeks"]),
        ("Letrozole for three and a half years.", ["for three and a half years"]),
        ("Letrozole for a little over two years.", ["for a little over two years"]),
        ("Naltrexone for the better part of a year.", ["for the better part of a year"]),
        ("A month of omeprazole made no difference.", ["A month"]),
        ("Four cycles of docetaxel, 3 cycles FOLFIRINOX.", ["Four cycles", "3 cycles"]),
        ("Completed 6/12 RHZE.", ["6/12"]),
        ("Bactrim SS 1 tab MWF through 9/2025.", ["through 9/2025"]),
        ("Indomethacin 50 mg tds 2d with some relief.", ["2d"]),
        ("Colchicine 500 mcg bd 5d, pred 25 mg mane 3/7.", ["5d", "3/7"]),
        ("Suboxone 4 wks #42.", ["4 wks"]),
        ("Clopidogrel 75 mg daily long term together with aspirin.", ["long term"]),
        ("Cefazolin 2 g q8h, 14d total.", ["14d total"]),
        ("Cefazolin 2 g q8h, total 14d.", ["total 14d"]),
        ("Doxycycline 100 mg BID. Duration: 14 days.", ["14 days"]),
        ("Doxycycline 100 mg BID, duration 14d.", ["14d"]),
        ("Augmentin 625 tds for 5-7/7.", ["for 5-7/7"]),
        ("Prednisone 5 mg, weaning over 6/52.", ["over 6/52"]),
        (
            "LMWH to continue throughout pregnancy and for six weeks postpartum.",
            ["throughout pregnancy and for six weeks postpartum"],
        ),
        ("MgSO4 5 g IM 4hrly alternate buttock, till 24hr post del.", ["till 24hr post del"]),
        ("Clexane 40 mg od for duration of admission.", ["for duration of admission"]),
        ("Pred 40 5/7, then stop.", ["5/7"]),
        ("Hydrocortisone 1% bd to face max 7/7.", ["max 7/7"]),
        ("Betnovate bd to body 2/52 on 2/52 off.", ["2/52 on 2/52 off"]),
        ("Fluclox 1 g qds for 14/7 in total.", ["for 14/7 in total"]),
        ("Ertapenem 1 g daily OPAT until 12/5, weekly CBC.", ["until 12/5"]),
        ("Macrobid 100 qHS ppx til delivery.", ["til delivery"]),
        ("Cephalexin 500 mg QID - 5 days remaining.", ["5 days remaining"]),
        ("Amoxicillin 1 g TDS, complete 7 day total course.", ["7 day"]),
        ("Had a 10-day run of doxycycline.", ["10-day"]),
        ("Prednisolone, tailing off over the next six to eight weeks.", ["over the next six to eight weeks"]),
        ("Azithro 500 day 1 then 250 days 2-5.", ["days 2-5"]),
    ],
)
def test_lengths_of_courses(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    "text",
    [
        "Buccal midazolam 10 mg for seizures over five minutes.",
        "Ibuprofen 10 mg/kg D4-6.",
        "Coversyl Plus 5/1.25 mane | withhold 24h |",
        "Ibuprofen 400 mg tds 2 days ago.",
        "Omeprazole 20 mg, refills for 1 year.",
        "Vitamin D 50,000 units a week of late.",
        "Cisatracurium off x24h.",
        "Levothyroxine 88 mcg daily x 6 d/wk.",
    ],
)
def test_what_is_no_length_of_a_course(english: Language, text: str) -> None:
    assert of(english, text, "DURATION") == []


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Ivacaftor 75 mg 1 tab PO evening\nCreon with meals", ["evening", "with meals"]),
        ("Warfarin 3 mg po alternating days INR 5.8", ["alternating days"]),
        ("Depakote 750 mg bd level in a week", ["bd"]),
        ("Atorvastatin 20 mg on (interaction)", ["on"]),
        ("She had been on long-acting morphine.", []),
        ("Plavix 75 mg daily (last dose 5/24).", ["daily"]),
        ("Nicorette lozenges; smokes 5/d.", []),
        ("Artesunate 39 mg at 0, 12, 24hr then daily.", ["0, 12, 24hr", "daily"]),
        ("Melatonin 3 mg an hour before bed.", ["an hour before bed"]),
        ("BuTrans 10 patch weekly ok.", ["weekly"]),
        ("Codeine 30 mg PRN up to QDS.", ["PRN up to QDS"]),
        ("Insulin 6 units TID AC & HS.", ["TID AC & HS"]),
        ("Paclitaxel 175 mg q21 days, carboplatin q21.", ["q21 days", "q21"]),
        ("Sinemet 100 mg 8am 2pm 8pm.", ["8am 2pm 8pm"]),
        ("Paliperidone depot 100 mg 4 weekly.", ["4 weekly"]),
        ("Brufen 400 mg TDS PC 3/7.", ["TDS PC"]),
        ("Humira 40 mg SC EOW.", ["EOW"]),
        ("Levothyroxine 100 mcg M-F, 50 mcg S/S.", ["M-F", "S/S"]),
        ("Metolazone 5 x1, net -2 L.", ["x1"]),
        ("Latanoprost 1 drop both eyes ON\nLaxido 1 sachet OM", ["ON", "OM"]),
        ("Remicade 5 mg/kg wk 0, 2, 6 then q8wks.", ["wk 0, 2, 6", "q8wks"]),
        ("Folic acid 5 mg on the Monday.", ["on the Monday"]),
    ],
)
def test_how_often(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What "inh" is depends on what stands before it.
        (
            "Advair 250/50 Diskus\t1 inh\tinh\tBID",
            [
                ("Advair", "DRUG"),
                ("250/50", "STRENGTH"),
                ("Diskus", "FORM"),
                ("1 inh", "DOSAGE"),
                ("inh", "ROUTE"),
                ("BID", "FREQUENCY"),
            ],
        ),
        ("Salbutamol 100mcg inh", [("Salbutamol", "DRUG"), ("100mcg", "STRENGTH"), ("inh", "FORM")]),
        (
            "Dornase alfa 2.5 mg 1 neb inh daily",
            [
                ("Dornase alfa", "DRUG"),
                ("2.5 mg", "STRENGTH"),
                ("1", "DOSAGE"),
                ("neb", "FORM"),
                ("inh", "ROUTE"),
                ("daily", "FREQUENCY"),
            ],
        ),
        # How many of a strength.
        (
            "Took 24 x 500mg paracetamol.",
            [("24", "DOSAGE"), ("500mg", "STRENGTH"), ("paracetamol", "DRUG")],
        ),
        (
            "Glipizide 2.5mg om (half of 5 mg tab).",
            [
                ("Glipizide", "DRUG"),
                ("2.5mg", "STRENGTH"),
                ("om", "FREQUENCY"),
                ("half", "DOSAGE"),
                ("5 mg", "STRENGTH"),
                ("tab", "FORM"),
            ],
        ),
        ("Drain in under 15ml 1% lignocaine.", [("15ml", "DOSAGE"), ("1%", "STRENGTH"), ("lignocaine", "DRUG")]),
        ("Aleve 2 yesterday for his back.", [("Aleve", "DRUG"), ("2", "DOSAGE")]),
        ("Fentanyl patch 25 tried in Jan.", [("Fentanyl", "DRUG"), ("patch", "FORM"), ("25", "STRENGTH")]),
        ("Dilt gtt 10/hr.", [("Dilt", "DRUG"), ("10/hr", "DOSAGE")]),
        # A small number before a needle is how much, but insulin is counted; and what an arrow leads to.
        ("Morphine 4 IV, now comfortable.", [("Morphine", "DRUG"), ("4", "STRENGTH"), ("IV", "ROUTE")]),
        ("Actrapid 4 SC.", [("Actrapid", "DRUG"), ("4", "DOSAGE"), ("SC", "ROUTE")]),
        (
            "Optisulin 30 nocte -> 34 nocte.",
            [
                ("Optisulin", "DRUG"),
                ("30", "DOSAGE"),
                ("nocte", "FREQUENCY"),
                ("34", "DOSAGE"),
                ("nocte", "FREQUENCY"),
            ],
        ),
        (
            "Oestradiol patch 50 twice weekly.",
            [("Oestradiol", "DRUG"), ("patch", "FORM"), ("50", "STRENGTH"), ("twice weekly", "FREQUENCY")],
        ),
        ("Vit D 50k weekly.", [("Vit D", "DRUG"), ("50k", "STRENGTH"), ("weekly", "FREQUENCY")]),
        # Both ends of a change.
        (
            "Increase prednisolone from 5 to 10 mg daily for a fortnight and then return to 5 mg.",
            [
                ("prednisolone", "DRUG"),
                ("5", "STRENGTH"),
                ("10 mg", "STRENGTH"),
                ("daily", "FREQUENCY"),
                ("for a fortnight", "DURATION"),
                ("5 mg", "STRENGTH"),
            ],
        ),
        (
            "Levophed weaned from 0.12 to 0.04 mcg/kg/min.",
            [("Levophed", "DRUG"), ("0.12", "DOSAGE"), ("0.04 mcg/kg/min", "DOSAGE")],
        ),
        # The cells of a table of doses.
        (
            "Warfarin\n19/03/24 | 2.1 | 7 mg x 2 days then 6.5 mg | missed\n26/03/24 | 6.2 | omit x 2 days, then 6 mg |",
            [
                ("Warfarin", "DRUG"),
                ("7 mg", "STRENGTH"),
                ("x 2 days", "DURATION"),
                ("6.5 mg", "STRENGTH"),
                ("6 mg", "STRENGTH"),
            ],
        ),
        (
            "Lasix 40 mg PO daily prn weight gain, check daily weights.",
            [("Lasix", "DRUG"), ("40 mg", "STRENGTH"), ("PO", "ROUTE"), ("daily prn", "FREQUENCY")],
        ),
        ("Spinal with bupivacaine, no IT morphine.", [("bupivacaine", "DRUG"), ("IT", "ROUTE"), ("morphine", "DRUG")]),
    ],
)
def test_amounts_forms_and_ways(english: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(english, text) == expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Persantine; heart rate increased from 70 to 72.", "STRENGTH"),
        ("Docetaxel held with neutrophils of 1.4.", "DOSAGE"),
        ("Calcium and 2U emergency blood.", "DOSAGE"),
        ("Epilim for fits, GSW leg 2021 L.", "DOSAGE"),
        ("Kenalog gave about sixty percent relief.", "STRENGTH"),
        ("Olanzapine: drop olanz to 2.5.", "FORM"),
        ("Amoxicillin, cannot swallow tabs.", "FORM"),
        ("Isotretinoin, no Vit A supps.", "FORM"),
        ("Artesunate, then when tolerating orally.", "ROUTE"),
    ],
)
def test_what_is_said_of_something_else(english: Language, text: str, label: str) -> None:
    assert of(english, text, label) == []
