"""What is typed in haste: two drugs around a stroke with their strengths, times glued to numbers, names beside titles."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        # Two drugs have each their own strength, a product has one that tells both.
        ("Lasix/KCl 40/20 qd", ["40", "20"]),
        ("Aspirin/Plavix 81 mg/75 mg daily", ["81 mg", "75 mg"]),
        ("Lisinopril/HCTZ 20/25 daily", ["20/25"]),
        # The days from which on they were given.
        ("Vanc/zosyn 9/10, then cefazolin", []),
        # What a product is sold by is its strength, not its name.
        ("Add doxy 100 bid", ["100"]),
        ("Mag-Ox 400 tid", ["400"]),
        ("Creon 25,000 6 with meals", ["25,000"]),
        ("Creon 24k 2 caps with meals", ["24k"]),
        # Millilitres and not a range up to them.
        ("Amoxicillin 400/5 - 7.5 ml bid", ["400/5"]),
        # A way, no nanograms.
        ("Aspirin 300 NG til review", ["300"]),
        ("ASA EC 81, statin", ["81"]),
        # The last step of several.
        ("Lamictal 25 x2wk then 50 x2wk then 100, Ativan prn", ["25", "50", "100"]),
        ("Metoprolol 50 mg bid then 120 bpm", ["50 mg"]),
        ("Pred taper 60->40->20 for colitis", ["60", "40", "20"]),
        ("Lasix 40 mane 20 midi, senna", ["40", "20"]),
        ("Brufen 600 /8h", ["600"]),
        ("Cefazolin 2g/2g/3g post HD", ["2g/2g/3g"]),
        ("Albuterol 108 (90 Base) MCG/ACT inhaler", ["108 (90 Base) MCG/ACT"]),
        # What a scanner makes of figures and units.
        ("Metformln 5OO mg bd, Lisinopril 1O mg od", ["5OO mg", "1O mg"]),
        ("Warfarin 3rng nocte", ["3rng"]),
    ],
)
def test_strengths(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("Insulin NPH 12/8, labetalol", ["12/8"]),
        ("Novolin 70/30 20 units", ["20 units"]),
        ("Amoxicillin 400/5 - 7.5 ml bid", ["7.5 ml"]),
        ("Epogen 10k w HD", ["10k"]),
        ("Increase lantus 20->24, d/c glipizide", ["20", "24"]),
        ("Norepinephrine down from 14 to 4 mcg/min", ["14", "4 mcg/min"]),
        ("Syp Hydryllin 2 tsf TDS", ["2 tsf"]),
        ("Bumetanide 1mg 1OM", ["1"]),
    ],
)
def test_doses(english: Language, text: str, doses: list[str]) -> None:
    assert of(english, text, "DOSAGE") == doses


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Trimethoprim 200bd 3/7", ["bd"]),
        ("Crestor 20qhs;Prevacid 30qd", ["qhs", "qd"]),
        ("Lasix 80am/40pm", ["am", "pm"]),
        ("Apo-Hydro 25 mg die", ["die"]),
        ("Butec patch 5 mcg/hr 7 dayly", ["7 dayly"]),
        ("Tab. Zerodol BD PC 5. Oint. T-bact", ["BD PC"]),
        ("Tab Benalgis 100 mg 1-0-0 - 1 month", ["1-0-0"]),
        ("Tab Dolo 650 mg 1-0-1 5 days", ["1-0-1"]),
        ("Epogen 10k w HD", ["w HD"]),
        ("Augmentin 1gm /12h for 7 days", ["/12h"]),
        ("Bumetanide 1mg 1OM", ["OM"]),
        ("Eliquis 5 mg P.O. B.l.D.", ["B.l.D."]),
        ("Nurofen most arvos for his back", ["most arvos"]),
        ("Oramorph 2.5 mg before dressings", ["before dressings"]),
        ("Sinemet 25/100 at 7, 11, 3 and 7", ["at 7, 11, 3 and 7"]),
        ("Nystatin cream with each change", ["with each change"]),
        ("IVIG 0.4 g/kg q4wkly, atorvastatin 80 mg ODHS", ["q4wkly", "ODHS"]),
        ("BuTrans 10 patch changed Mondays", ["Mondays"]),
        ("Bumex 1 mg 2 tabs am 1 tab 2 pm (new)", ["am", "2 pm"]),
        ("Linezolid 600 mg bid with weekly full blood counts", ["bid"]),
        ("Spironolactone 25 mg 1/2 tab. Daily wt", []),
        # When it is held, and how often something else is done.
        ("Hold metformin am of surgery", []),
        ("On HD TTS: Renvela 800 tid", ["tid"]),
    ],
)
def test_how_often(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Vitamin K 10 mg IV OD 3 days (completed)", ["3 days"]),
        ("Tab Benalgis 100 mg 1-0-0 - 1 month", ["1 month"]),
        ("Dexamethasone 6.6 mg iv stat then x2 further doses", ["x2 further doses"]),
        ("Aspirin 162 mg nocte cont till 36, calcium", ["till 36"]),
        ("He used duloxetine for some eight weeks", ["for some eight weeks"]),
        ("Allergies: penicillin. 61 yr old farmer", []),
        ("Claritin-D 12h, Flonase", []),
        # When it ended.
        ("She was on warfarin until 2020, Fosamax until early 2016", []),
    ],
)
def test_how_long(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Seen by Dr. Allegra, referred by Mrs Valium and by Dr. J. Paxil", []),
        ("Mr. Lopressor's visit. Takes Lopressor 25 mg", ["Lopressor"]),
        ("Seen by Dr. Smith. Allegra daily", ["Allegra"]),
        ("Allergic to chlorhexidine, ? iodine", ["chlorhexidine", "iodine"]),
        ("Calcium 500 mg bd (not with iron)", ["Calcium", "iron"]),
        ("Pred last course in May. Amlod stay off", ["Pred", "Amlod"]),
        ("NVP/AZT for baby", ["NVP/AZT"]),
        ("IM dexa 12 mg x2", ["dexa"]),
        ("Repeat DEXA 2021, dexa due. DEXA: osteopenia. Check dexa, zoledronate", ["zoledronate"]),
        ("Using St Johns Wort for mood", ["St Johns Wort"]),
        ("He had d4T/3TC/NVP, then TDF/FTC/EFV", ["d4T/3TC/NVP", "TDF/FTC/EFV"]),
        ("Gem/abraxane x4", ["Gem/abraxane"]),
        ("The caffeine was stopped at thirty-five weeks", ["caffeine"]),
        ("Levothyroxine for an underactive thyroid, and Calcichew", ["Levothyroxine", "Calcichew"]),
        ("Enalapril. Low salt, daily weights", ["Enalapril"]),
        ("Avoid suxamethonium, cholinesterase low", ["suxamethonium"]),
        # A brand that is a word, too: ordered, or somebody's name.
        ("d/c Arava. Start Boost", ["Arava", "Boost"]),
        ("We started Heather on metformin", ["metformin"]),
        ("Arnlodipine 5 mg, Furosernide 40 mg", ["Arnlodipine", "Furosernide"]),
        ("Bisoprolo1 2.5 mg", ["Bisoprolo1"]),
    ],
)
def test_drugs(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Tab. Metformin 500 mg BD. Inj. Lantus 14 U HS", ["Tab.", "Inj."]),
        ("Metformin 500 mg 1 tab. Also aspirin", ["tab"]),
        ("Nystatin s&s qid", ["s&s"]),
        ("We will drop the oxaliplatin", []),
    ],
)
def test_forms(english: Language, text: str, forms: list[str]) -> None:
    assert of(english, text, "FORM") == forms


def test_a_form_of_two_letters_and_a_consent_are_told_apart(english: Language) -> None:
    assert found(english, "Tazocin iv tds - as pen ok") == [
        ("Tazocin", "DRUG"),
        ("iv", "ROUTE"),
        ("tds", "FREQUENCY"),
        ("pen", "DRUG"),
    ]
