"""French notes of Switzerland, Belgium and Québec: their brands, their forms and their ways of writing intervals."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of
from tests.profiles import profile


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        # Switzerland
        ("Metfin 850, Beloc Zok 50 et Co-Diovan", ["Metfin", "Beloc Zok", "Co-Diovan"]),
        ("Co-Amoxi Mepha 1 g, Metoprolol Mepha 50 mg", ["Co-Amoxi Mepha", "Metoprolol Mepha"]),
        ("Statines non supportées (Sortis, Crestor)", ["Statines", "Sortis", "Crestor"]),
        # Belgium
        ("Asaflow 80, D-Cure, Emconcor mitis 5 mg", ["Asaflow", "D-Cure", "Emconcor mitis"]),
        ("Amoxiclav EG 875, Lysomucil, Prolopa HBS 125", ["Amoxiclav EG", "Lysomucil", "Prolopa HBS"]),
        # Québec
        ("Synthroid, Pantoloc et Lax-A-Day", ["Synthroid", "Pantoloc", "Lax-A-Day"]),
        ("Effexor XR, Diamicron MR, Lasix", ["Effexor XR", "Diamicron MR", "Lasix"]),
        # What is also a word, an abbreviation or a place.
        ("Trois patients sortis, plan B à discuter.", []),
        ("ISR avec étomidate, habite dans l'Ain.", ["étomidate"]),
        ("Anti JAK récusé, amox-genta 48 h", ["Anti JAK", "amox-genta"]),
    ],
)
def test_names(french: Language, text: str, drugs: list[str]) -> None:
    assert of(french, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Metformine 500 mg 1 co BID, Synthroid 0,075 mg die", ["BID", "die"]),
        ("Dilaudid 1 mg po q4h prn, Tylenol 1 g q 6 h", ["q4h prn", "q 6 h"]),
        ("Pantoloc 40 mg po die ac, Novorapid 8 u tid ac", ["die ac", "tid ac"]),
        ("Temesta 1 mg en réserve, Novalgine 500 mg 4x/j en réserve", ["en réserve", "4x/j en réserve"]),
        ("Dafalgan 2 cpr jusqu'à 4x/j en R si douleurs", ["jusqu'à 4x/j en R si douleurs"]),
        ("Torem 10 mg 1-½-0-0", ["1-½-0-0"]),
        # An hour behind each count, or hours in a row.
        ("Prolopa 125 1 co 7h - 1 co 10h - 1/2 co 16h30", ["7h", "10h", "16h30"]),
        ("Stalevo 100 mg 7h 11h 15h 19h", ["7h 11h 15h 19h"]),
        # Conditions.
        ("Medrol 32 mg en cas d'exacerbation", ["en cas d'exacerbation"]),
        ("Hypnovel 5 mg sc si détresse respi ou hémorragie", ["si détresse respi ou hémorragie"]),
        ("Xarelto 15 mg avec le repas du soir", ["avec le repas du soir"]),
        ("Ibuprofène 400 mg qq fois par semaine", ["qq fois par semaine"]),
        ("Metformine 850 x3 (arrêt 24 h avant)", ["x3"]),
        # A strength and a count, no range.
        ("Seresta 50 - 3 par jour", ["3 par jour"]),
    ],
)
def test_frequencies(french: Language, text: str, frequencies: list[str]) -> None:
    assert of(french, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Medrol 32 mg 1/2 co le matin", [("1/2", "DOSAGE"), ("co", "FORM")]),
        ("Seretide 2 puffs, Ventolin 2 push", [("2 puffs", "DOSAGE"), ("2 push", "DOSAGE")]),
        ("Symbicort 200 1b x2", [("1b", "DOSAGE")]),
        ("Kardégic 75 mg pdre : 1 sachet", [("pdre", "FORM"), ("1", "DOSAGE"), ("sachet", "FORM")]),
        ("Lantus 18 E le soir", [("18 E", "DOSAGE")]),
        # No form: a prefix, a genotype.
        ("Doliprane 1 g, co-infection VHC", []),
        ("Hépatite C génotype 1b sous Epclusa", []),
    ],
)
def test_counts_and_forms(french: Language, text: str, amounts: list[tuple[str, str]]) -> None:
    assert [pair for pair in found(french, text) if pair[1] in ("DOSAGE", "FORM")] == amounts


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Selenium 100 µg x2/j 6 mois pr orbitopathie", ["6 mois"]),
        ("Il a utilisé pendant des années de l'Aturgyl", ["pendant des années"]),
        ("Inexium 20 mg 1/j tout le mois", ["tout le mois"]),
        # An age, what something did, the years of a use.
        ("Récusé : Rinvoq, 66 ans et tabac actif", []),
        ("Kétamine 0,5 mg/kg, gain 30 % pendant 6 semaines", []),
        ("Crixivan 98-2003", []),
    ],
)
def test_durations(french: Language, text: str, durations: list[str]) -> None:
    assert of(french, text, "DURATION") == durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lasix 40 mg. Au coucher, Temesta 1 mg.", {"Lasix": [], "Temesta": ["Au coucher"]}),
        ("En cas d'anxiété, Atarax 25 mg", {"Atarax": ["En cas d'anxiété"]}),
        (
            "Le matin : Lasix 40 mg, Aldactone 25 mg\nLe soir : Tahor 20 mg",
            {"Lasix": ["Le matin"], "Aldactone": ["Le matin"], "Tahor": ["Le soir"]},
        ),
        (
            "Si crise : Ventoline 2 bouffées. Si fièvre > 38,5 : Doliprane 1 g.",
            {"Ventoline": ["Si crise"], "Doliprane": ["Si fièvre > 38,5"]},
        ),
        # A line that is broken before its end.
        ("Lasix 40 mg 1 cp\nle matin, Aldactone 25 mg", {"Lasix": ["le matin"], "Aldactone": []}),
    ],
)
def test_when_told_first(text: str, expected: dict[str, list[str]]) -> None:
    doc = profile("fr")(text)
    told = {
        drug.text: [span.text for span in drug._.attributes.get("FREQUENCY", ())]
        for drug in doc.ents
        if drug.label_ == "DRUG"
    }
    assert told == expected


@pytest.mark.parametrize(
    ("text", "label", "spans"),
    [
        ("Celexa 20 mg AM → 10 mg x 2 sem puis stop", "FREQUENCY", ["AM"]),
        ("Novolin 30/70 12 U AM, PEG 3350 17 g die", "DRUG", ["Novolin 30/70", "PEG 3350"]),
        ("Co-Amoxicilline 2.2 g iv 4x/j du 22 au 26.06", "DURATION", ["du 22 au 26.06"]),
    ],
)
def test_parts(french: Language, text: str, label: str, spans: list[str]) -> None:
    assert of(french, text, label) == spans
