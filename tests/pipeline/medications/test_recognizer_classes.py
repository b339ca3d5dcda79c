"""Classes of writing that the recogniser reads, and of what stands beside drugs and is none."""

from __future__ import annotations

import pytest
from spacy.language import Language

from tests.pipeline.medications.recognising import found, of, recogniser


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        # Before their drug.
        ("She got three days of ceftriaxone.", ["three days"]),
        ("Two more doses of azithromycin are left.", ["Two more doses"]),
        ("A 7-day oral cephalexin course was finished.", ["7-day"]),
        ("He was put on a 12 day prednisone taper.", ["12 day"]),
        # Clauses, and lengths without a preposition.
        ("Apply mupirocin daily until the sore has closed.", ["until the sore has closed"]),
        (
            "Bridge with enoxaparin 60 mg daily until the INR is above 2.0 and then stop.",
            ["until the INR is above 2.0"],
        ),
        ("Hold warfarin through the weekend.", ["through the weekend"]),
        ("Prednisolone 30 mg 5 days, then review.", ["5 days"]),
        ("Lansoprazole 30 mg daily long-term.", ["long-term"]),
        ("Penicillin V for the rest of her life.", ["for the rest of her life"]),
        ("Nitrofurantoin for another week or two.", ["for another week or two"]),
        ("Doxycycline for 1-1/2 weeks.", ["for 1-1/2 weeks"]),
        ("Sertraline for a minimum of the next six months.", ["for a minimum of the next six months"]),
        # How many, told in two ways or not exactly.
        ("Cefuroxime for seven (7) days.", ["for seven (7) days"]),
        ("Cefuroxime for 7 (seven) days.", ["for 7 (seven) days"]),
        ("He has taken atenolol for 15+ years.", ["for 15+ years"]),
        ("She was on paroxetine for a number of years.", ["for a number of years"]),
        ("Clopidogrel for minimum of 6 months.", ["for minimum of 6 months"]),
        ("Terbinafine for about a month and a half.", ["for about a month and a half"]),
        ("Cefdinir for a week to 10 days.", ["for a week to 10 days"]),
        ("Cefdinir for the full 10 days.", ["for the full 10 days"]),
        ("Cefdinir for an additional week.", ["for an additional week"]),
        ("Amitriptyline 10 mg daily for the second week.", ["for the second week"]),
        ("Metronidazole for an indefinite period of time.", ["for an indefinite period of time"]),
        ("Prednisone taper over the course of 3 weeks.", ["over the course of 3 weeks"]),
        ("Prednisone taper over the next month.", ["over the next month"]),
        ("Ceftriaxone day 2 of 10.", ["day 2 of 10"]),
        ("Docetaxel every 3 weeks for 4 cycles.", ["for 4 cycles"]),
        ("She is on warfarin, three years.", ["three years"]),
        ("She completed five years of adjuvant letrozole.", ["five years"]),
        # Until when.
        ("Continue heparin drip until therapeutic.", ["until therapeutic"]),
        ("Twice daily mupirocin application until it has healed.", ["until it has healed"]),
        ("Continue nitrofurantoin through Sunday.", ["through Sunday"]),
        ("Continue nitrofurantoin through 07/12.", ["through 07/12"]),
        # Behind what it is taken for.
        ("Codeine 30 mg q.i.d. p.r.n. for pain for 3 days.", ["for 3 days"]),
    ],
)
def test_durations(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


@pytest.mark.parametrize(
    "text",
    [
        "She takes loratadine and has had hives at work for three days.",
        "Ibuprofen helps for about an hour.",
        "He took naproxen and iced the ankle for two days.",
        "We can stop the antibiotics within the next two days.",
        "Paroxetine 20 mg; after three days of diarrhea he came in.",
        "She was started on furosemide and remained afebrile for 2 days.",
        "Metformin was prescribed for one month supply.",
        "She is on atenolol and reports that over the past 2 weeks, she has had palpitations.",
        "He takes loratadine. This has been ongoing for more than five years.",
        "Levonorgestrel pill, 21 days on, 7 days off.",
        "Nitrofurantoin was begun on 5/12.",
        "Diclofenac; no lifting for 2 weeks.",
        "He is a diabetic for 12 years on metformin.",
    ],
)
def test_lengths_of_something_else(english: Language, text: str) -> None:
    assert of(english, text, "DURATION") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cefdinir a teaspoon twice daily", [("a teaspoon", "DOSAGE"), ("twice daily", "FREQUENCY")]),
        ("Take half a tablet of carvedilol.", [("half", "DOSAGE"), ("tablet", "FORM")]),
        ("She was given two Percocet on arrival.", [("two", "DOSAGE")]),
        ("Dobutamine ran at 20 mcg/kg per minute.", [("20 mcg/kg per minute", "DOSAGE")]),
        ("Heparin 900 units per hour.", [("900 units per hour", "DOSAGE")]),
        ("Then 20 additional mL of 1% lidocaine.", [("20 additional mL", "DOSAGE"), ("1%", "STRENGTH")]),
        ("Kenalog 40 and 3 mL of bupivacaine were mixed.", [("40", "STRENGTH"), ("3 mL", "DOSAGE")]),
        (
            "nitroglycerin paste 1 inch q.6h.",
            [("paste", "FORM"), ("1 inch", "DOSAGE"), ("q.6h.", "FREQUENCY")],
        ),
        # The number that was dispensed is none.
        ("Norco, 60 tablets, one q.6h.", [("one", "DOSAGE"), ("q.6h.", "FREQUENCY")]),
        ("He swallowed 40 tablets of amitriptyline.", [("40", "DOSAGE"), ("tablets", "FORM")]),
        # A strength without its unit behind the form.
        ("Differin gel 0.3 nightly", [("gel", "FORM"), ("0.3", "STRENGTH"), ("nightly", "FREQUENCY")]),
        ("Concerta 36 mg p.o. a.m.", [("36 mg", "STRENGTH"), ("p.o.", "ROUTE"), ("a.m.", "FREQUENCY")]),
        ("Lunesta 2 mg q nightly", [("2 mg", "STRENGTH"), ("q nightly", "FREQUENCY")]),
        ("Furosemide 40 mg in the a.m.", [("40 mg", "STRENGTH"), ("in the a.m.", "FREQUENCY")]),
        ("Metolazone 5 mg every second day.", [("5 mg", "STRENGTH"), ("every second day", "FREQUENCY")]),
        ("Epoetin MWF.", [("MWF", "FREQUENCY")]),
        ("Insulin AC & HS.", [("AC & HS", "FREQUENCY")]),
        ("Insulin with breakfast and supper.", [("with breakfast and supper", "FREQUENCY")]),
        ("Zolpidem an hour before bedtime.", [("an hour before bedtime", "FREQUENCY")]),
        ("Amitriptyline 10 mg on.", [("10 mg", "STRENGTH"), ("on", "FREQUENCY")]),
        ("A cream of ketoconazole that she uses on both of her feet twice a day.", [
            ("cream", "FORM"), ("twice a day", "FREQUENCY"),
        ]),
        # "Every" says how often, "an hour" how fast.
        ("Fentanyl 25 mcg every 72 hours.", [("25 mcg", "STRENGTH"), ("every 72 hours", "FREQUENCY")]),
        ("Lorazepam 1 mg every hour.", [("1 mg", "STRENGTH"), ("every hour", "FREQUENCY")]),
        ("Nitroglycerin drip at 20 mcg/min.", [("20 mcg/min", "DOSAGE")]),
        ("Cefixime 200/5 mL one teaspoon daily.", [
            ("200/5 mL", "STRENGTH"), ("one teaspoon", "DOSAGE"), ("daily", "FREQUENCY"),
        ]),
        ("Cefuroxime for one week 500 mg daily.", [
            ("for one week", "DURATION"), ("500 mg", "STRENGTH"), ("daily", "FREQUENCY"),
        ]),
        ("Bisoprolol 1.5 tablets daily.", [("1.5", "DOSAGE"), ("tablets", "FORM"), ("daily", "FREQUENCY")]),
        ("Ibuprofen drops, 1 dropperful.", [("drops", "FORM"), ("1 dropperful", "DOSAGE")]),
        ("Lidocaine jelly 2% was used.", [("jelly", "FORM"), ("2%", "STRENGTH")]),
        ("Povidone swabs and bacitracin irrigation solution.", [("swabs", "FORM"), ("solution", "FORM")]),
        ("Adalimumab pens every other week.", [("pens", "FORM"), ("every other week", "FREQUENCY")]),
        # Told without the unit: what a dose is changed to, a small decimal.
        ("Increase lisinopril to 20.", [("20", "STRENGTH")]),
        ("Levothyroxine 0.075.", [("0.075", "STRENGTH")]),
        ("Salbutamol by nebulization q.4h.", [("by nebulization", "ROUTE"), ("q.4h.", "FREQUENCY")]),
        ("IV and p.o. antibiotics were used.", [("IV", "ROUTE"), ("p.o.", "ROUTE")]),
        ("Antibiotics have to be administered intravenously.", [("intravenously", "ROUTE")]),
        ("Dexamethasone was injected subconjunctivally.", [("subconjunctivally", "ROUTE")]),
        ("Keppra solution 500 mg through the PEG tube", [
            ("solution", "FORM"), ("500 mg", "STRENGTH"), ("through the PEG tube", "ROUTE"),
        ]),
        ("Atrovent nose drops daily", [("nose drops", "FORM"), ("daily", "FREQUENCY")]),
        ("Floxin otic drops", [("otic", "ROUTE"), ("drops", "FORM")]),
        ("Nitroglycerin 200 mcg IC", [("200 mcg", "STRENGTH"), ("IC", "ROUTE")]),
        # A form that is named with more words, and two forms.
        ("Hibiclens foaming wash daily.", [("wash", "FORM"), ("daily", "FREQUENCY")]),
        ("Hibiclens soap and solution.", [("soap", "FORM"), ("solution", "FORM")]),
        ("Ramipril 5 mg 1tab BD.", [("5 mg", "STRENGTH"), ("1", "DOSAGE"), ("tab", "FORM"), ("BD", "FREQUENCY")]),
        ("8 cc of a mixture of 2% lidocaine", [("8 cc", "DOSAGE"), ("2%", "STRENGTH")]),
        ("Rizatriptan was refilled today, which he can take as needed.", [("as needed", "FREQUENCY")]),
        ("Collagenase to apply to her wound once a day.", [("once a day", "FREQUENCY")]),
        ("Alvesco twice daily in the morning and evening.", [("twice daily in the morning and evening", "FREQUENCY")]),
        ("Tretinoin a few nights a week.", [("a few nights a week", "FREQUENCY")]),
        ("She took warfarin up until the day of surgery.", [("up until the day of surgery", "DURATION")]),
    ],
)  # fmt: skip
def test_attributes(english: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert [entity for entity in found(english, text) if entity[1] != "DRUG"] == expected


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("Lidocaine was used. A 2 inch incision was made.", "2 inch"),
        ("The 5 mm port was placed and Marcaine injected.", "5 mm"),
        ("He said he took insulin at 10 a.m.", "a.m."),
        ("This lotion costs $9 per month; continue Retin-A.", "per month"),
        ("Imiquimod can take up to a month to work.", "a month"),
        ("After lidocaine the scope was introduced orally.", "orally"),
        ("She is on tolterodine for nocturia and voids every 2 hours.", "every 2 hours"),
        ("After ketorolac the shoulder is 50% better.", "50%"),
        ("On albuterol his saturation rose to 96%.", "96%"),
        ("Peak flow on albuterol was 70% of predicted.", "70%"),
        ("She takes oxycodone before daily dressing changes.", "daily"),
        ("Cefazolin was drawn up into a 20 mL syringe.", "20 mL"),
        ("After heparin there were 80 cc of bloody drainage.", "80 cc"),
        ("Off dopamine, and after approximately 9 days, she walked.", "9 days"),
        ("An injection of 3 cc of bupivacaine was made.", "injection"),
        ("The atenolol that she is on, and the diet.", "on"),
        ("Loratadine b.i.d. Recheck p.r.n.", "p.r.n."),
        ("One unit of insulin to 10 g of carbohydrate.", "10 g"),
        ("On metoprolol his heart rate decreased to 60.", "60"),
        ("On furosemide she weighs herself daily.", "daily"),
        ("Vital signs q.4h. Furosemide 40 mg.", "q.4h."),
        ("Oxazepam q.6h. p.r.n., total of 8 tablets.", "8"),
        ("Capecitabine days 1-14.", "1-14"),
    ],
)
def test_amounts_and_times_of_something_else(english: Language, text: str, nothing: str) -> None:
    assert nothing not in [entity for entity, _ in found(english, text)]


@pytest.mark.parametrize(
    "text",
    [
        "He has a paralytic ileus.",
        "Lesions of the centrum semiovale are seen.",
        "The wound was packed with iodoform gauze.",
        "Standard ASA monitors were applied.",
        "Urine: nitrates negative.",
        "The oral glucose tolerance test was abnormal.",
        "The random cortisol and the homocysteine are pending.",
        # Substances between laboratory tests, and what was found of them.
        "CBC, TSH, vitamin B12, folate and RPR were sent.",
        "Vitamin B12 was greater than 1500.",
        "BUN 9 mg%, glucose 80 mg%.",
        "His ammonia was found to be elevated.",
        "The apex beat is felt in the 5ICS.",
        "Urine protein 20% (normal under 10%).",
        "Diet: No added salt.",
        "Her glucose shot up again.",
        "A low immunoglobulin A level.",
        # Words of anatomy, pathology and surgery that general text hardly has.
        "The retractor was placed on the tentorium.",
        "The mesocolon was mobilised down to the decedent line.",
        "He went into asystole after the exophthalmos was noted.",
    ],
)
def test_what_is_no_drug(english: Language, text: str) -> None:
    assert found(english, text) == []


def test_rows_of_figures_end(english: Language) -> None:
    """Were there more than one way to read each stroke, this would not end."""
    for joint in ("/", "-", " to ", "."):
        assert of(english, f"Aspirin {joint.join(['12'] * 80)} and {'1' * 4000} daily.", "DRUG") == ["Aspirin"]


def test_a_slip_in_a_long_name_needs_no_context(english: Language) -> None:
    assert found(english, "It can be used alongside paracetmol.") == [("paracetmol", "DRUG")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He was told to try some Imodeum.", "Imodeum"),
        ("OTC gavascin for heartburn.", "gavascin"),
        ("Take levathyroxene 50 mcg.", "levathyroxene"),
    ],
)
def test_misheard_vowels(english: Language, text: str, name: str) -> None:
    assert of(english, text, "DRUG") == [name]


def test_a_class_and_a_drug_make_no_product(english: Language) -> None:
    assert of(english, "Try paracetamol/NSAIDs or lisinopril/HCTZ.", "DRUG") == [
        "paracetamol",
        "NSAIDs",
        "lisinopril/HCTZ",
    ]


def test_a_substance_behind_an_amount_of_it_is_given(english: Language) -> None:
    assert of(english, "She got 2 amps of bicarbonate.", "DRUG") == ["bicarbonate"]


def test_days_of_a_pill_belong_to_its_name(english: Language) -> None:
    assert of(english, "She is on Alesse-28, 20 mcg-0.10 mg.", "DRUG") == ["Alesse-28"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lactulose 2 sachets le soir", [("Lactulose", "DRUG"), ("2", "DOSAGE"), ("sachets", "FORM"), ("le soir", "FREQUENCY")]),
        ("Calcium vit D3 : 1 cp/j", [("Calcium vit D3", "DRUG"), ("1", "DOSAGE"), ("cp", "FORM"), ("/j", "FREQUENCY")]),
        ("On ajoute un sirop de codéine.", [("sirop", "FORM"), ("codéine", "DRUG")]),
        ("Tramadol toutes les 6h si douleur", [("Tramadol", "DRUG"), ("toutes les 6h", "FREQUENCY")]),
        ("Après 10 jours d'antibiotiques", [("10 jours", "DURATION"), ("antibiotiques", "DRUG")]),
        (
            "Lovenox SC jusqu'à reprise de la marche",
            [("Lovenox", "DRUG"), ("SC", "ROUTE"), ("jusqu'à reprise de la marche", "DURATION")],
        ),
        ("Gentamicine 5 mg/kg par jour", [("Gentamicine", "DRUG"), ("5 mg/kg", "DOSAGE"), ("par jour", "FREQUENCY")]),
    ],
)  # fmt: skip
def test_french(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(recogniser("fr"), text) == expected


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Chloride 101, digoxin 0.9, platelets 240.", []),
        ("Digoxin was 1.1 this morning.", []),
        ("Urine: acetaminophen 12 mg/L.", []),
        ("LDL 130, and tacrolimus 8.", []),
        ("Digoxin was 0.125 mg daily.", ["Digoxin"]),
        ("Potassium chloride 40 mEq/L was added.", ["Potassium chloride"]),
        ("Non-insulin diabetes for ten years.", []),
        ("Kenalog 40 mg was given.", ["Kenalog"]),
    ],
)
def test_a_level_in_the_blood_is_no_drug(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        # A count before its drug, or before the strength of what is counted.
        ("One baby aspirin daily.", [("One", "DOSAGE")]),
        ("She has two Tums orally with supper.", [("two", "DOSAGE")]),
        ("Ramipril, one adult aspirin daily, digoxin.", [("one", "DOSAGE")]),
        ("Two more Vicodin p.r.n.", [("Two", "DOSAGE")]),
        ("Take two 5 mg tablets of warfarin.", [("two", "DOSAGE"), ("5 mg", "STRENGTH")]),
        ("Atenolol half of a 25 mg tablet.", [("half", "DOSAGE"), ("25 mg", "STRENGTH")]),
        # Behind what was dispensed.
        ("Gabapentin 100 mg dispensed 60 with two refills one at bedtime.", [("100 mg", "STRENGTH"), ("one", "DOSAGE")]),
        # Too many for one form: the name of a strength.
        ("BuTrans 10 patch weekly.", [("10", "STRENGTH")]),
        ("Seretide 125 evohaler 2 puffs bd.", [("125", "STRENGTH"), ("2 puffs", "DOSAGE")]),
        ("Catapres patch TTS-2 weekly.", []),
        # Strengths without units.
        ("Torsemide 40 in the morning and 20 in the evening.", [("40", "STRENGTH"), ("20", "STRENGTH")]),
        ("Cefixime suspension 100 per 5 mL, one teaspoon daily.", [("100 per 5 mL", "STRENGTH"), ("one teaspoon", "DOSAGE")]),
        ("Marcaine with 1 to 200,000 epinephrine.", [("1 to 200,000", "STRENGTH")]),
        ("Aspirin  81  mg daily.", [("81  mg", "STRENGTH")]),
        # Percentages of something else.
        ("The ejection fraction on dobutamine was 60%.", []),
    ],
)  # fmt: skip
def test_amounts(english: Language, text: str, amounts: list[tuple[str, str]]) -> None:
    assert [(entity, label) for entity, label in found(english, text) if label in ("DOSAGE", "STRENGTH")] == amounts


@pytest.mark.parametrize(
    ("text", "frequencies"),
    [
        ("Diphenhydramine 25 mg at the hour of sleep as needed.", ["at the hour of sleep as needed"]),
        ("Naproxen one every 8 hours or as needed.", ["every 8 hours or as needed"]),
        ("Testosterone 200 mg IM q.2 weekly.", ["q.2 weekly"]),
        ("Hydrocodone one q.  6 hours p.r.n.", ["q.  6 hours p.r.n."]),
        ("Warfarin 5 mg on Mondays and 2.5 mg all other days.", ["on Mondays", "all other days"]),
        ("On IV pantoprazole, will transfuse as needed.", []),
    ],
)
def test_frequencies(english: Language, text: str, frequencies: list[str]) -> None:
    assert of(english, text, "FREQUENCY") == frequencies


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("Over the past five years she has been treated with etanercept.", ["Over the past five years"]),
        ("Enoxaparin was held until the count had recovered.", ["until the count had recovered"]),
        ("Six weeks of continuous nafcillin.", ["Six weeks"]),
        ("Rifampin to complete a total of six weeks.", ["a total of six weeks"]),
        ("Mitomycin x2 minutes.", ["x2 minutes"]),
        ("Cefepime until cultures are negative for 48 hours.", ["until cultures are negative for 48 hours"]),
        ("Azithromycin 250 mg days 2 through 5.", ["days 2 through 5"]),
        ("Apply mupirocin b.i.d. to the wound for up to 7 days.", ["for up to 7 days"]),
        ("Do not use oxymetazoline for longer than 3 days.", ["for longer than 3 days"]),
        ("Vancomycin, end date 4/12.", []),
        ("Antacid at night. She has had dentures for many, many years.", []),
    ],
)
def test_durations_in_other_words(english: Language, text: str, durations: list[str]) -> None:
    assert of(english, text, "DURATION") == durations


def test_one_or_the_other_route(english: Language) -> None:
    assert of(english, "Lorazepam 1 mg p.o. or IM if he refuses.", "ROUTE") == ["p.o.", "IM"]


def test_a_misspelt_form_is_no_drug(english: Language) -> None:
    assert found(english, "Ocuvite capsuls daily.") == [
        ("Ocuvite", "DRUG"),
        ("capsuls", "FORM"),
        ("daily", "FREQUENCY"),
    ]


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("She takes Tylenol Sinus at night.", ["Tylenol Sinus"]),
        ("Penicillin allergy.", ["Penicillin"]),
        ("Advil Cold & Sinus as needed.", ["Advil Cold & Sinus"]),
        ("Caltrate plus D daily.", ["Caltrate plus D"]),
        ("Theo-Dur L.A. 300 mg b.i.d.", ["Theo-Dur L.A."]),
        ("Cisplatin and 5-fluorouracil weekly.", ["Cisplatin", "5-fluorouracil"]),
        ("Coenzyme-Q 10 30 mg and evening primrose 500 mg daily.", ["Coenzyme-Q 10", "evening primrose"]),
        # Titles of lists without a colon, and items behind a blank line.
        ("HOME MEDICATIONS\n1. Aspirin.\n2. Zinc.\n", ["Aspirin", "Zinc"]),
        ("Medications:\n\n1. Zinc\n2. Aspirin\n", ["Zinc", "Aspirin"]),
        ("He was told to stop his\nmedications\nzinc level was low.", []),
    ],
)
def test_names_of_products_and_lists(english: Language, text: str, drugs: list[str]) -> None:
    assert of(english, text, "DRUG") == drugs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amikacine 1 g/j IV", [("Amikacine", "DRUG"), ("1 g", "STRENGTH"), ("IV", "ROUTE")]),
        ("Airomir 2 bouffées/j", [("Airomir", "DRUG"), ("2 bouffées", "DOSAGE"), ("/j", "FREQUENCY")]),
        ("Préviscan 3/4 de cp le soir", [("Préviscan", "DRUG"), ("3/4", "DOSAGE"), ("cp", "FORM"), ("le soir", "FREQUENCY")]),
        ("Qvar 100 2 bouffées matin", [("Qvar", "DRUG"), ("100", "STRENGTH"), ("2 bouffées", "DOSAGE"), ("matin", "FREQUENCY")]),
        ("Innohep 0,45 : 1 inj SC", [("Innohep", "DRUG"), ("0,45", "STRENGTH"), ("1", "DOSAGE"), ("inj", "FORM"), ("SC", "ROUTE")]),
        ("Orelox susp buv 1 dose 12 kg par jour", [("Orelox", "DRUG"), ("susp buv", "FORM"), ("1 dose 12 kg", "DOSAGE"), ("par jour", "FREQUENCY")]),
        ("Amiodarone (4 prises max/24h)", [("Amiodarone", "DRUG")]),
        ("Nétilmicine en 1 injection, 5 jours maximum", [("Nétilmicine", "DRUG"), ("en 1 injection", "FREQUENCY"), ("5 jours", "DURATION")]),
        ("Dafalgan toutes les 6 h si T > 38,5°C", [("Dafalgan", "DRUG"), ("toutes les 6 h si T > 38,5°C", "FREQUENCY")]),
        ("Lyrica par paliers : 25 mg", [("Lyrica", "DRUG"), ("25 mg", "STRENGTH")]),
        ("5-FU bolus 400 mg/m²", [("5-FU", "DRUG"), ("400 mg/m²", "DOSAGE")]),
        ("Voltarène Emulgel 1 %", [("Voltarène Emulgel", "DRUG"), ("1 %", "STRENGTH")]),
        ("Colécalciférol 1 ampoule par trimestre", [("Colécalciférol", "DRUG"), ("1", "DOSAGE"), ("ampoule", "FORM"), ("par trimestre", "FREQUENCY")]),
    ],
)  # fmt: skip
def test_french_of_the_ward(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(recogniser("fr"), text) == expected


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("Ventoline nébulisée 2,5 mg.", ["nébulisée"]),
        ("Salbutamol nébulisé 5 mg x 3/j.", ["nébulisé"]),
        ("Ventoline 2,5 mg en nébulisation.", ["en nébulisation"]),
        ("Budésonide inhalée 1 mg.", ["inhalée"]),
    ],
)
def test_french_inhaled_and_nebulised(text: str, routes: list[str]) -> None:
    assert of(recogniser("fr"), text, "ROUTE") == routes


def test_an_interval_ends_no_sentence_in_capitals(english: Language) -> None:
    assert of(english, "OXYCODONE 20 MG P.O. Q.12H. FOR FIVE DAYS", "DURATION") == ["FOR FIVE DAYS"]


def test_how_often_before_the_next_item_is_not_of_it(english: Language) -> None:
    assert found(english, "- Nose wash 4 times a day\n- Claritin 10 mg") == [
        ("Claritin", "DRUG"),
        ("10 mg", "STRENGTH"),
    ]


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("en", "Metf0rmin 500 mg", "Metf0rmin"),
        ("en", "l1sinopril was stopped", "l1sinopril"),
        ("fr", "Spasf0n si besoin", "Spasf0n"),
    ],
)
def test_a_figure_for_a_letter(lang: str, text: str, name: str) -> None:
    assert of(recogniser(lang), text, "DRUG") == [name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Téralithe LP 400 (2 cp le soir)", [("Téralithe LP", "DRUG"), ("400", "STRENGTH"), ("2", "DOSAGE"), ("cp", "FORM"), ("le soir", "FREQUENCY")]),
        ("Rifater 5cp à jeun", [("Rifater", "DRUG"), ("5", "DOSAGE"), ("cp", "FORM"), ("à jeun", "FREQUENCY")]),
        ("Aranesp 30 µg / 15 j SC", [("Aranesp", "DRUG"), ("30 µg", "STRENGTH"), ("/ 15 j", "FREQUENCY"), ("SC", "ROUTE")]),
        ("Modopar 1 gél à 7h-11h-15h-19h", [("Modopar", "DRUG"), ("1", "DOSAGE"), ("gél", "FORM"), ("à 7h-11h-15h-19h", "FREQUENCY")]),
        ("Versatis 1 emplâtre 12h/24", [("Versatis", "DRUG"), ("1", "DOSAGE"), ("emplâtre", "FORM"), ("12h/24", "FREQUENCY")]),
        ("Un-Alfa les lundi mercredi vendredi", [("Un-Alfa", "DRUG"), ("les lundi mercredi vendredi", "FREQUENCY")]),
        ("Kayexalate 1 mesure le week-end", [("Kayexalate", "DRUG"), ("1 mesure", "DOSAGE"), ("le week-end", "FREQUENCY")]),
        ("Keppra 500 mg x 2 → 1000 mg x 2", [("Keppra", "DRUG"), ("500 mg", "STRENGTH"), ("x 2", "FREQUENCY"), ("1000 mg", "STRENGTH"), ("x 2", "FREQUENCY")]),
        ("Orelox 1 dose-poids 14 kg matin et soir pdt 6 jrs", [("Orelox", "DRUG"), ("1 dose-poids 14 kg", "DOSAGE"), ("matin et soir", "FREQUENCY"), ("pdt 6 jrs", "DURATION")]),
        ("Doliprane 1 g ttes les 6h si T°>38,5", [("Doliprane", "DRUG"), ("1 g", "STRENGTH"), ("ttes les 6h si T°>38,5", "FREQUENCY")]),
        ("Zyprexa Velotab 10 mg", [("Zyprexa Velotab", "DRUG"), ("10 mg", "STRENGTH")]),
        ("bupivacaïne hyperbare 10 mg", [("bupivacaïne", "DRUG"), ("10 mg", "STRENGTH")]),
        # Young names in a story, without an amount.
        ("Il a eu du nirmatrelvir, puis Epclusa.", [("nirmatrelvir", "DRUG"), ("Epclusa", "DRUG")]),
        # Columns of hours, the number of a patient, a department, a saturation.
        ("\t8h\t12h\t18h\t22h\nPerfalgan 1g IV", [("Perfalgan", "DRUG"), ("1g", "STRENGTH"), ("IV", "ROUTE")]),
        ("IPP 0012345, IPP : 778899", []),
        ("Hospit J2 PNEUMO : SAT 97 %", []),
    ],
)  # fmt: skip
def test_french_of_the_emergency_room(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(recogniser("fr"), text) == expected
