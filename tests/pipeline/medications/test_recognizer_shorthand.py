"""The shorthand of physicians, nurses and prescription printouts, and what looks like it and is none."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Swabs back, vanco stopped, clinda 600 mg q8h.", ["vanco", "clinda"]),
        ("Amio load overnight, dilt stopped for the rate.", ["Amio", "dilt"]),
        ("Home on fluclox and azithro.", ["fluclox", "azithro"]),
        ("ART: DTG + TDF/FTC, was on AZT/3TC.", ["DTG", "TDF/FTC", "AZT/3TC"]),
        ("RHZE since May, SSZ for the joints.", ["RHZE", "SSZ"]),
        ("Mg sulfate 4 g over 20 min, then mag oxide 400 mg BID.", ["Mg sulfate", "mag oxide"]),
        ("Heme: SQH 5000 units TID.", ["SQH"]),
        # Short forms that mean other things too.
        ("Levo gtt at 6 mcg/min.", ["Levo"]),
        ("Pressure held, neo off since noon.", ["neo"]),
        ("Switched to tac after the second rejection.", ["tac"]),
        ("Dex 4 mg BID, then stop.", ["Dex"]),
        ("Intubated with etomidate and roc 80 mg.", ["etomidate", "roc"]),
        ("Continue dig 0.125 mg daily.", ["dig"]),
        ("Fe BID with orange juice.", ["Fe"]),
        ("Covered with SSI QID. Started on POP.", ["SSI", "POP"]),
        ("Contraception: POP. MOM 30 ml PRN, INH, EMB for 2 months.", ["POP", "MOM", "INH", "EMB"]),
        ("Bicarb gtt until the gap closes.", ["Bicarb"]),
        ("Bactrim SS three times a week; Remeron SolTab nightly.", ["Bactrim SS", "Remeron SolTab"]),
    ],
)
def test_short_names(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    "text",
    [
        "Dig at the wound edges, no levo or dextro rotation.",
        "Neo unit called. The tac was lost.",
        "Tac trough 7.8, dig level 0.9, alb 3.2, mag 1.9.",
        "Tender with RIF mass on palpation.",
        "ASA 3. Mallampati 2.",
        "ASA neg, EtOH 210.",
        "Closed with interrupted CTX sutures.",
        "History of opioid use disorder.",
        "Closed reduction of the mandible with MMF.",
        "CHADSVASc 4, JP drain 40 cc serosang.",
        "Rescue breathing was given, roc curve reviewed.",
        "A 2 mm aneurysm was seen on MRA.",
        "A 30-year-old female, gravida 4, para-3-0-1-3.",
        "MMI means that the condition has stabilised.",
        "Pressures were checked with a Tono-Pen; the tube was cut with the amp meter.",
        "Medications: name unknown.",
        "No sign of SSI. EMB negative for atypia. MSM, sexually active.",
        "HAI in 2012. PHT with a dilated RV. PCN tube exchanged. I stay with my mom. Pop a can.",
        "FH: MOM- diabetes. Fluorescein angiography was done.",
    ],
)
def test_what_short_names_look_like(english: Language, text: str) -> None:
    assert found(english, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Prescriptions as hospitals print them.
        (
            "Ramipril 5 mg Capsule Sig: Fourteen (14) Capsule PO BID (2 times a day).",
            [
                ("Ramipril", "DRUG"),
                ("5 mg", "STRENGTH"),
                ("Capsule", "FORM"),
                ("Fourteen (14)", "DOSAGE"),
                ("Capsule", "FORM"),
                ("PO", "ROUTE"),
                ("BID (2 times a day)", "FREQUENCY"),
            ],
        ),
        (
            "Bupropion 150 mg Tablet Sustained Release Sig: One (1) Tablet Sustained Release PO QAM.",
            [
                ("Bupropion", "DRUG"),
                ("150 mg", "STRENGTH"),
                ("Tablet Sustained Release", "FORM"),
                ("One (1)", "DOSAGE"),
                ("Tablet Sustained Release", "FORM"),
                ("PO", "ROUTE"),
                ("QAM", "FREQUENCY"),
            ],
        ),
        (
            "Enoxaparin Sig: One (1) mL Injection Q12H (every 12 hours).",
            [
                ("Enoxaparin", "DRUG"),
                ("One (1) mL", "DOSAGE"),
                ("Injection", "ROUTE"),
                ("Q12H (every 12 hours)", "FREQUENCY"),
            ],
        ),
        (
            "Nystatin cream Sig: One (1) Appl Topical TID (3 times a day) as needed.",
            [
                ("Nystatin", "DRUG"),
                ("cream", "FORM"),
                ("One (1) Appl", "DOSAGE"),
                ("Topical", "ROUTE"),
                ("TID (3 times a day) as needed", "FREQUENCY"),
            ],
        ),
        (
            "Insulin glargine Twenty-two (22) units at bedtime.",
            [
                ("Insulin glargine", "DRUG"),
                ("Twenty-two (22) units", "DOSAGE"),
                ("at bedtime", "FREQUENCY"),
            ],
        ),
        (
            "Caltrate 500 mg-200 unit tablet daily.",
            [
                ("Caltrate", "DRUG"),
                ("500 mg-200 unit", "STRENGTH"),
                ("tablet", "FORM"),
                ("daily", "FREQUENCY"),
            ],
        ),
        # Counts as prescribers sign them.
        ("Senna ii nocte.", [("Senna", "DRUG"), ("ii", "DOSAGE"), ("nocte", "FREQUENCY")]),
        (
            "Trusopt 2% i gtt TID.",
            [
                ("Trusopt", "DRUG"),
                ("2%", "STRENGTH"),
                ("i", "DOSAGE"),
                ("gtt", "FORM"),
                ("TID", "FREQUENCY"),
            ],
        ),
        (
            "Androgel 1% 4 pumps qAM.",
            [
                ("Androgel", "DRUG"),
                ("1%", "STRENGTH"),
                ("4 pumps", "DOSAGE"),
                ("qAM", "FREQUENCY"),
            ],
        ),
        # The dose before and the dose now.
        (
            "Increase sertraline 50->100 mg qd.",
            [
                ("sertraline", "DRUG"),
                ("50", "STRENGTH"),
                ("100 mg", "STRENGTH"),
                ("qd", "FREQUENCY"),
            ],
        ),
        # Forms and ways.
        (
            "Mupirocin 2% oint BID.",
            [
                ("Mupirocin", "DRUG"),
                ("2%", "STRENGTH"),
                ("oint", "FORM"),
                ("BID", "FREQUENCY"),
            ],
        ),
        (
            "Keppra 500 mg via NGT BID.",
            [
                ("Keppra", "DRUG"),
                ("500 mg", "STRENGTH"),
                ("via NGT", "ROUTE"),
                ("BID", "FREQUENCY"),
            ],
        ),
        (
            "Famotidine 20 mg PO/NGT BID.",
            [
                ("Famotidine", "DRUG"),
                ("20 mg", "STRENGTH"),
                ("PO/NGT", "ROUTE"),
                ("BID", "FREQUENCY"),
            ],
        ),
        ("Net -2.1 L on furosemide drip.", [("furosemide", "DRUG")]),
    ],
)
def test_what_is_said_of_a_drug(english: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(english, text) == expected


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Acyclovir 800 mg 5x/day.", ["5x/day"]),
        ("Diflucan 150 mg twice/wk.", ["twice/wk"]),
        ("Phoslo 667 mg w/ meals.", ["w/ meals"]),
        ("Novolog 6 units w/ bkfst.", ["w/ bkfst"]),
        ("Insulin lispro QACHS.", ["QACHS"]),
        ("Cefazolin 2 g post HD.", ["post HD"]),
        ("Vancomycin 1 g q HD.", ["q HD"]),
        ("Metolazone 5 mg q M/W/F.", ["q M/W/F"]),
        ("Lantus 20 units most nights.", ["most nights"]),
        ("Infliximab 5 mg/kg at weeks 0, 2 and 6.", ["weeks 0, 2 and 6"]),
        ("Methotrexate 15 mg qwk, Prolia 60 mg q 6 mo.", ["qwk", "q 6 mo"]),
        ("Benadryl 25 mg QHS: PRN.", ["QHS: PRN"]),
        ("Lidocaine patch 12h on/12h off.", ["12h on/12h off"]),
    ],
)
def test_how_often(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Robitussin 10 mL q6h PRN cough x1 week.", ["x1 week"]),
        ("Penicillin V 500mg qds 5/7 from the walk-in centre.", ["5/7"]),
        ("Lansoprazole 30mg od 6/52 then stop.", ["6/52"]),
        ("Apixaban | 5mg | PO | BD | ongoing | Y", ["ongoing"]),
        ("Ceftriaxone 2 g q24h through [**3-14**].", ["through [**3-14**]"]),
        ("Potassium chloride 10 mEq IV x2 runs.", ["x2 runs"]),
        ("Clopidogrel 75 mg, completed 12 mo.", ["12 mo"]),
        ("Zopiclone 7.5mg nocte 3 nights.", ["3 nights"]),
        ("Moxifloxacin 400 mg daily, planned 9 months.", ["9 months"]),
        ("Filgrastim daily through cycle 4.", ["through cycle 4"]),
        ("Rifampicin started 3/7, doing well.", []),
        ("Ceftriaxone is given; fever for 3 days.", []),
    ],
)
def test_how_long(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    "text",
    [
        "Lasix given; EF 30%, O2 2L NC, FiO2 40%.",
        "Morphine given; PPS 30%, Foley 150 cc out.",
        "Rituximab held; CK weekly, LFTs monthly.",
    ],
)
def test_measurements_beside_a_drug(english: Language, text: str) -> None:
    assert [label for _, label in found(english, text)] == ["DRUG"]


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Risperdal Consta 50 mg IM 2 weekly.", "FREQUENCY", ["2 weekly"]),
        ("Gave adalimumab 40 mg 2-weekly.", "FREQUENCY", ["2-weekly"]),
        ("Methotrexate 2.5 mg tablets 6 weekly.", "DOSAGE", ["6"]),
        ("Nitro patch on 14h off 10h.", "FREQUENCY", ["on 14h off 10h"]),
        ("Letrozole 2.5 mg daily x 5y, then stopped.", "DURATION", ["x 5y"]),
        ("Ranitidine 150 mg bid x >8 yrs.", "DURATION", ["x >8 yrs"]),
        ("He took Xanax for yrs.", "DURATION", ["for yrs"]),
        ("Amoxicillin 500 mg tds 6/52 total, then review.", "DURATION", ["6/52"]),
        (
            "Vancomycin/ceftriaxone started, then ampicillin/gentamicin.",
            "DRUG",
            ["Vancomycin", "ceftriaxone", "ampicillin", "gentamicin"],
        ),
        ("Ampicillin/sulbactam 3 g IV q6h.", "DRUG", ["Ampicillin/sulbactam"]),
        ("Na bicarb 1300 mg bid. Hep C cleared.", "DRUG", ["Na bicarb"]),
    ],
)
def test_long_intervals_short_years_and_two_antibiotics(
    english: Language, text: str, label: str, expected: list[str]
) -> None:
    assert of(english, text, label) == expected
