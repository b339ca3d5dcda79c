"""What letters and charts of follow-up visits write: hours of the day, tried courses, titles of lists, new brands."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import of


@pytest.mark.parametrize(
    ("text", "times"),
    [
        # Hours of the day, in a row or after an amount.
        ("Stalevo 100 1 tab at 6a, 10a, 2p and 6p", ["at 6a, 10a, 2p and 6p"]),
        ("Rytary 145 at 6a/12p/6p", ["at 6a/12p/6p"]),
        ("Carbidopa/levodopa 25/100 1 tab at 07-12-17-22", ["at 07-12-17-22"]),
        ("Quetiapine 50 mg at 1300 and 100 mg at 2200.", ["at 1300", "at 2200"]),
        ("Torsemide 20 mg qam and 20 mg q 2pm", ["qam", "q 2pm"]),
        ("Levemir 14 units subq at 10 PM", ["at 10 PM"]),
        # Days of the week.
        ("Warfarin 4mg Mon-Thu, 5mg Fri-Sun", ["Mon-Thu", "Fri-Sun"]),
        ("Thyroxine 50mcg, 75mcg at weekends", ["at weekends"]),
        ("Lisdexamfetamine 30 mg with a break at weekends", []),
        # Others.
        ("Lidocaine patch worn 12 hours a day", ["12 hours a day"]),
        ("Morphine 2.5mg sc prn hrly", ["prn hrly"]),
        ("Paricalcitol 2 mcg q tx", ["q tx"]),
        ("Every third day she takes senna.", ["Every third day"]),
        ("Furosemide 20 mg in mid afternoon", ["in mid afternoon"]),
        # A swish is no day of the week.
        ("Nystatin 5 mL s/s QID", ["QID"]),
        # The right eye behind how often.
        ("Prednisolone acetate QID OD", ["QID"]),
        ("Ramipril 5 mg od mane", ["od", "mane"]),
        ("Aspart 60 units with breakfast/lunch", ["with breakfast/lunch"]),
        # Days of a cycle.
        ("Docetaxel 75 mg/m2 IV D1", ["D1"]),
    ],
)
def test_frequencies(english: Language, text: str, times: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == times


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        # Courses of former times.
        ("Zafirlukast trialled 4 mo in 2020, no change", ["4 mo"]),
        ("Trazodone 50 mg given two weeks in '21", ["two weeks"]),
        ("Tacrolimus 3 mg, 6/12 in 2019", ["6/12"]),
        ("Co-trimoxazole first 6 months, aciclovir after", ["6 months"]),
        ("A slow course of minocycline lasting eight weeks.", ["lasting eight weeks"]),
        ("Montelukast 5mg nocte, 2/12 trial", ["2/12"]),
        # What it is taken for stands between.
        ("Cephalexin 500 mg tid for UTI - 7 d.", ["7 d"]),
        ("Aspirin 75 mg od from 12 weeks, take it until 36 weeks.", ["until 36 weeks"]),
        ("Ketorolac 10 mg q6h, no more than 5 days", ["no more than 5 days"]),
        ("Clobetasol bid x14 d on, 14 d off", ["x14 d on, 14 d off"]),
        ("She has been on and off steroids for the last ten years.", ["for the last ten years"]),
        # When something was given up, missed or ran out is no length of it.
        ("Acitretin was abandoned after a month.", []),
        ("Betaxolol was given up after two months.", []),
        ("He missed a week of his apixaban.", []),
        ("Migraine lasting 2 days; took rizatriptan 10 mg", []),
    ],
)
def test_durations(english: Language, text: str, lengths: list[str]) -> None:
    assert of(english, text, "DURATION") == lengths


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # What a drug did is not the drug.
        ("Settled after the amiodarone-induced thyroiditis.", []),
        ("Steroid-sparing agents: azathioprine", ["azathioprine"]),
        # The title of a list.
        ("Opioids:\n- oxycodone 5 mg\n- methadone 10 mg", ["oxycodone", "methadone"]),
        ("Abx: vancomycin, cefepime", ["vancomycin", "cefepime"]),
        ("Antibiotics: continue for 5 days", ["Antibiotics"]),
        ("DMARD hx\nmethotrexate 2012-2015", ["methotrexate"]),
        ("ECG and anticholinergic toxidrome", []),
        # Laboratory values.
        ("Potassium low 3.1, Sando-K 2 bd", ["Sando-K"]),
        ("Please recheck his vitamin D.", []),
        # Other things of the same letters.
        ("Practice pharmacist PCN\nMrs K, 80", []),
        ("Took AZO otc for burning", ["AZO"]),
        ("Iron infusions monthly", ["Iron"]),
        # Brands of late years.
        ("Now on Yutrepia and Tadliq.", ["Yutrepia", "Tadliq"]),
        ("Neulasta Onpro placed. R-mini-CHOP x 6", ["Neulasta Onpro", "R-mini-CHOP"]),
    ],
)
def test_drugs(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # Short forms beside an amount or how often, and as other things.
        ("CYC 750 mg IV monthly", ["CYC"]),
        ("LEF 20 mg daily, T3 5 mcg", ["LEF", "T3"]),
        ("T4 1.1, T3 normal", []),
        ("PB 64.8 mg qhs", ["PB"]),
        ("Given a GI cocktail in the ED", ["GI cocktail"]),
    ],
)
def test_short_forms(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        # What a dose is changed to, behind how often it was taken.
        ("Cinacalcet 30 mg daily -> 60; hydralazine 25 TID", ["30 mg", "60", "25"]),
        ("Metoprolol 25 mg bid then 90 bpm", ["25 mg"]),
        # Since a day; but a product of two strengths.
        ("Cefepime 11/4->", []),
        ("Off chemo, last Abraxane 2/17", []),
        ("Escitalopram 5 mg x1wk -> 10", ["5 mg", "10"]),
        ("Suboxone 8/2 -> 12/3", ["8/2", "12/3"]),
    ],
)
def test_changes(english: Language, text: str, strengths: list[str]) -> None:
    assert of(english, text, "STRENGTH") == strengths


def test_an_hour_is_no_amount(english: Language) -> None:
    assert of(english, "Trazodone 50 mg at 1800 and 100 mg at 2200", "STRENGTH") == ["50 mg", "100 mg"]


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Mode de vie : vit à domicile, IDE matin et soir. Eliquis 5", ["Eliquis"]),
        ("Carence : vit A 50 000 UI", ["vit A"]),
        ("Examen : 4 NAD 2 NAG. NAD 0,5 mg/h", ["NAD"]),
        ("Novorapid 1 UI pour 10 g d'hydrates de carbone", ["Novorapid"]),
        ("Anciens antiépileptiques :\nDépakine 500", ["Dépakine"]),
        ("Opioïdes :\n- Tramadol 50", ["Tramadol"]),
        ("Antibiotiques : reprise demain", ["Antibiotiques"]),
    ],
)
def test_french_drugs(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


def test_french_length_of_what_was_interrupted(french: Language) -> None:
    assert of(french, "La venlafaxine avait été interrompue après 6 semaines.", "DURATION") == []


@pytest.mark.parametrize(
    ("text", "times"),
    [
        # The reason is none of how often.
        ("Halopéridol 1 mg le soir si nausées", ["le soir"]),
        ("Phloroglucinol 2 x 3/jour si spasmes", ["x 3/jour"]),
        ("Paracétamol 1 g le soir si besoin", ["le soir si besoin"]),
        ("Loxapine 25 mg si agitation", ["si agitation"]),
        # At most so often.
        ("Métamizole 500 mg en réserve, max 4x/j", ["en réserve, max 4x/j"]),
        ("Fosfomycine 1 sachet en DU", ["en DU"]),
        ("Metformine 850 mg bid c repas", ["bid", "c repas"]),
        ("Zolmitriptan 2,5 mg à la crise", ["à la crise"]),
        ("Bumétanide 1 mg am et 2 mg PM x 4 jours", ["am", "PM"]),
        ("Immunoglobulines 0,4 g/kg mensuelles", ["mensuelles"]),
    ],
)
def test_french_frequencies(french: Language, text: str, times: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == times


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("Tobramycine collyre x4 5 jours post IVT", "DURATION", ["5 jours"]),
        ("Désogestrel en continu depuis 2 ans", "DURATION", ["depuis 2 ans"]),
        ("Midazolam 10 mg jugal, Valium IR 0,5 mg/kg", "ROUTE", ["jugal", "IR"]),
        ("Calcium D3 1 co à croquer le soir", "FORM", ["co à croquer"]),
    ],
)
def test_french_words(french: Language, text: str, label: str, found: list[str]) -> None:
    assert of(french, text, label) == found
