"""Courses that are told of the past: how long a drug worked or was taken, when it ended, how often it was given."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        # Given up after so long.
        ("Sertraline 50 mg made him sweat and was stopped after 3 months.", ["3 months"]),
        ("Nifedipine was withdrawn after six weeks because of ankle swelling", ["six weeks"]),
        ("Valproate; modified diet given up after 4 months", []),
        ("Gabapentin 300 mg tds, gave it up after a week", []),
        ("Pregabalin 75 mg bd, ceased after 2/12", ["2/12"]),
        # It worked, or was taken, so long.
        ("Carbamazepine 200 mg b.i.d. helped her for some years", ["for some years"]),
        ("Etanercept 50 mg weekly worked for three years.", ["for three years"]),
        ("Adalimumab 40 mg weekly. It worked well for two years", ["for two years"]),
        ("Lithium kept her well for a decade", ["for a decade"]),
        ("Efavirenz 600 mg gave him bad dreams and still he took it for ten months.", ["for ten months"]),
        ("Levofloxacin gave him cramps but he never took it for long", []),
        ("Paracetamol helps for about two hours.", []),
        ("She used ipratropium nebs at home for a week", ["for a week"]),
        ("For the past six months she has been getting Ritalin 10 mg", ["For the past six months"]),
        # In brackets, in a row of strokes, behind a year or a word that ends it.
        ("Breast cancer 2009 (letrozole 5y)", ["5y"]),
        ("Paxil / 20 mg / 9 months / no effect", ["9 months"]),
        ("ticagrelor (6 months post stent), aspirin", ["6 months"]),
        ("isoniazid 9/12 completed, risedronate (4 yrs complete 2019)", ["9/12", "4 yrs"]),
        ("goserelin 6/12 2011", ["6/12"]),
        # Behind how often.
        ("Ibuprofen 400 mg q6h 5/7", ["5/7"]),
        ("lidocaine patch 12 h on/12 h off x 3 wks", ["x 3 wks"]),
        ("mepolizumab 100mg 4-weekly, 24/52, no gain", ["24/52"]),
        # Through a week or a number of weeks; days of a cycle.
        ("Enoxaparin 40 mg daily through 6 weeks postpartum.", ["through 6 weeks postpartum"]),
        ("Secukinumab 300 mg weekly through week 4, then monthly", ["through week 4"]),
        ("Palbociclib 125 mg daily for 21 of 28 days.", ["for 21 of 28 days"]),
    ],
)
def test_how_long(english: Language, text: str, lengths: list[str]) -> None:
    assert of(english, text, "DURATION") == lengths


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        # When a course of former times ended says not how long it is taken.
        ("He took rosiglitazone until his ankles swelled.", []),
        ("Estradiol 1 mg daily until it was stopped in 2015", []),
        ("She was on methadone 80 mg until last year", []),
        ("Previously on nadolol 40 mg till the spring", []),
        ("Phenoxymethylpenicillin was taken until the age of five", []),
        # A course that goes on, or is to come.
        ("Continue heparin until therapeutic", ["until therapeutic"]),
        ("Ceftriaxone 1 g daily until cultures return", ["until cultures return"]),
        ("Aspirin 150 mg nocte until 36/40", ["until 36/40"]),
        ("She received ampicillin until the time of discharge.", ["until the time of discharge"]),
        ("Mupirocin twice daily until it has healed.", ["until it has healed"]),
    ],
)
def test_until(english: Language, text: str, lengths: list[str]) -> None:
    assert of(english, text, "DURATION") == lengths


@pytest.mark.parametrize(
    ("text", "last"),
    [
        # Cycles and pulses.
        ("R-CHOP x6 in 2018", ("x6", "DURATION")),
        ("docetaxel 75 mg/m2 x 6, then", ("x 6", "DURATION")),
        ("methylprednisolone 500 mg x3.", ("x3", "DURATION")),
        ("iron sucrose 200 mg IV x5", ("x5", "DURATION")),
        ("rituximab 375 mg/m2 weekly x 4 (2021)", ("x 4", "DURATION")),
        # Doses of the hour.
        ("Given EpiPen x1 by his mother", ("x1", "FREQUENCY")),
        ("hydromorphone 1 mg IV x2", ("x2", "FREQUENCY")),
        ("levothyroxine 88 mcg daily x 6 d/wk", ("6 d/wk", "FREQUENCY")),
    ],
)
def test_times(english: Language, text: str, last: tuple[str, str]) -> None:
    assert found(english, text)[-1] == last


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("Bolus de Solumédrol 1 g x 3, relais Cortancyl 60 mg", ["x 3"]),
        ("FEC 100 x3 puis Taxotère 100 mg/m² x 3", ["x3", "x 3"]),
        ("Venofer 200 mg x 4", ["x 4"]),
        ("Doliprane 1 g x 3", []),
        # Avant son médicament ; arrêté après autant.
        ("suivi de quatre ans de létrozole", ["quatre ans"]),
        ("Doliprane pour trois jours de fièvre", []),
        ("Lyrica 75 mg (vertiges, arrêt au bout de trois semaines)", ["trois semaines"]),
        ("Actonel 35 mg 1/sem : séquence de 4 ans terminée en 2018", ["4 ans"]),
        # Ce qui est terminé.
        ("Zyprexa 10 mg jusqu'en juin 2019, arrêté pour prise de poids", []),
        ("Oxycodone 10 mg, poursuivie jusqu'au mois de mars", []),
        ("Lovenox 0,4 ml jusqu'au 15/06/2024", ["jusqu'au 15/06/2024"]),
        ("Plavix 75 mg à poursuivre jusqu'en mai 2024", ["jusqu'en mai 2024"]),
    ],
)
def test_french(french: Language, text: str, lengths: list[str]) -> None:
    assert of(french, text, "DURATION") == lengths
