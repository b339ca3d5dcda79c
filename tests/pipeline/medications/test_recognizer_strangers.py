"""Ways of writing that unread writers had: former and new doses, days beside doses, forms that are something else."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        # Parts of a dose, in brackets behind it.
        ("quetiapine 300mg (100 mane + 200 nocte)", ["300mg", "100", "200"]),
        # The same drug another way.
        ("IV clarithro 500mg BD day 3 -> PO 250 BD", ["500mg", "250"]),
        ("prednisone taper 60 > 40 > 20, finished", ["60", "40", "20"]),
        ("Abilify increased 10 -> 15", ["10", "15"]),
        # The day on which it was changed.
        ("Mirtazapine was lowered on 6/10 to 7.5 mg", ["7.5 mg"]),
        ("Use paracetamol, no more than 3 g a day", ["3 g"]),
        ("Microgynon 30 - 1 od", ["30"]),
        ("Advair 500 diskus 1 inh bid", ["500"]),
    ],
)
def test_strengths(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("DVT ppx: heparin 5000 SQ TID", ["5000"]),
        ("He took 20 paracetamol tablets", ["20"]),
        ("Microgynon 30 - 1 od", ["1"]),
        # Lost, and dispensed.
        ("MgSO4 then PPH 1.2L. Misoprostol PV", []),
        ("Oxytocin 20 units in 1L Hartmann's, ergometrine", ["20 units"]),
        ("Enoxaparin 40 mg in 0.4 mL daily", ["0.4 mL"]),
        ("Rx: EpiPen 2-pack, cetirizine", []),
    ],
)
def test_doses(english: Language, text: str, doses: list[str]) -> None:
    assert of(english, text, "DOSAGE") == doses


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Hydralazine 10 mg IV three times, then better", ["three times"]),
        ("Atropine 0.5 mg IV twice and then dopamine", ["twice"]),
        ("NTG 0.4 SL x3 w/o relief", ["x3"]),
        ("Betamethasone 12 mg IM x2 24h apart", ["x2"]),
        ("Norco q6h, PT 2x/wk", ["q6h"]),
        ("Amiodarone, TFTs q6 months", []),
        ("Azithromycin 1 g orally as a single dose", ["as a single dose"]),
        ("Folic acid 5 mg on the other six days", ["on the other six days"]),
        ("GTN patch 5 mg during the day", ["during the day"]),
        ("Melatonin 3 mg 1h before bed", ["1h before bed"]),
        # The right eye, and an overdose.
        ("Eylea 2 mg OD q8wks", ["q8wks"]),
        ("OD of paracetamol in May", []),
    ],
)
def test_how_often(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Nicotine gum 2 mg prn", ["gum"]),
        ("Albuterol metered dose inhaler prn", ["inhaler"]),
        ("TobraDex ointment, light patch applied", ["ointment"]),
        ("Omeprazole 10mg orodispersible tablets, one daily", ["tablets"]),
        ("doxy + clari for CAP", []),
        ("Phenytoin (gum, stopped)", []),
        ("comfort kit: midazolam 2.5 mg subcut", []),
        ("thrush - rinse\nNitro spray prn", ["spray"]),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Stop co-cod. Ref neuro ?CGRP mab", ["co-cod", "CGRP mab"]),
        ("Clopixol partial response, aripip – akathisia", ["Clopixol", "aripip"]),
        ("C3D1 carbo AUC 5", ["carbo"]),
        ("Allergic to trimeth (N+V). Levo for CAP", ["trimeth", "Levo"]),
        ("RIPE x 2 mo; tranex 1g tds", ["RIPE", "tranex"]),
        ("FCR x 4 cycles in 2014; repair of the FCR tendon", ["FCR"]),
        ("On asprin and tylonol", ["asprin", "tylonol"]),
        ("MS Contin off d/t constip. No rash", ["MS Contin"]),
        ("tylenol lvl <10", []),
    ],
)
def test_drugs(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs
