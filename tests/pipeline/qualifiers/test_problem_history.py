"""Which problems the words of the past reach: + past, - present or denied, in sentences written for this test."""

from __future__ import annotations

import re

import pytest

from tests.profiles import profile

_MARKED = re.compile(r"\[([^]]+)]([+-])")
ENGLISH = [
    "She gives a history of [urge incontinence]+.",
    "Resolved [hypokalemia]+. The [rash]+ resolved after treatment.",
    "He had [night sweats]- during the prior week and noted [anorexia]-.",
    "He has [tingling]- over his graft. She is over her [influenza]+.",
    "At the age of 12 she was found to have [scoliosis]+.",
    "The [pain]- is likely [constipation]- given his history.",
    "Given her history of [stroke]+, she takes aspirin.",
    "He denied any trouble with [headaches]- in the past.",
    "She underwent a [cholecystectomy]+ in March 2004.",
    "Past medical history: [migraine]+ without aura, [deafness]+, [gout]+.",
    "Several family members with a history of [kidney stones]-.",
    # Notes in shorthand. Titles of a specialty, at the start of a line or within one.
    "BHx: term, NICU 4 d for [jaundice]+.",
    "OBHx: SVD, c/b [PPH]+. Hepatology hx: [hepatitis A]+. Comorbidities: [asthma]+.",
    "PMH: [COPD]+, [gout]+. A/P: [pneumonia]-, start abx.",
    # What the patient comes with ends a list of the past.
    "70F h/o [AF]+, [CKD]+, here w/ [hematuria]-, [dysuria]-.",
    "PMHx [HTN]+, [OSA]+, s/p R THR, adm w/ [SBO]-.",
    "Cardiac history: CABG. Now with [angina]-.",
    # Ages and times of life.
    "[Meningitis]+ as infant. [Bulimia]+ age 17-19. [Anorexia]+ in 20s.",
    "Had [shingles]+ last yr. [Cellulitis]+ 3y ago.",
    "[Alcohol abuse]+, sober 6 yrs. [Lymphoma]+ in complete remission.",
    # What a course that is over was for.
    "Just finished Keflex x 7 d for a [cellulitis]+.",
    "Stopped metoprolol last March b/c of [bradycardia]+.",
    # A heading that says no more than history, with a list.
    "Hx: [COPD]+, [HTN]+, [GERD]+.\nHPI: [dyspnea]-.",
    "INTERVAL HX: [Nausea]- controlled with Zofran, [diarrhea]-.",
    # The date of a treatment is not that of what it is for.
    "[ADHD]- - switched from Ritalin to Concerta last fall.",
    "[Preeclampsia]- on labetalol, h/o [cholestasis]+ in 2018 pregnancy.",
    "Was on Xarelto for [AF]-, stopped by her cardiologist 2 months ago.",
    # The date of one item is not that of the others, nor that of an event that of what came of it.
    "Dx: [dementia]-; [CHF]-; s/p CVA 2018.",
    "Other: [T2DM]-, IHD with PCI to RCA 2016, GORD.",
    "Varices status post banding in 2021, who was brought in by EMS after [hematemesis]-.",
    "[Chronic back pain]- following a fusion in 2018.",
    # A denial of what an illness left behind, of another item, or in brackets.
    "PMH: TIA 2018 no residual, [OSA]+, prev OD (venlafaxine, no sequelae), [ADHD]+.",
    "NO NSAIDS - previous [duodenal ulcer]+.",
    "PMH: IV drug use no. [Hepatitis B]+.",
    # What was cured.
    "[Hepatitis C]+ treated with Mavyret, cured. [CMV]+, cleared with valganciclovir.",
    # The complaint itself, and what was operated on in this stay.
    "Alleged h/o [snake bite]- at 6 pm. Presented with a history of [chest pain]-.",
    "POD #2 s/p sigmoid colectomy for [diverticulitis]-.",
    "Hx: 66F, [red eye]-, vomited x1",
    # Ages, stages of life, an earlier pregnancy.
    "There was an [overdose]+ at 19. Had [chlamydia]+ freshman yr. [Preeclampsia]+ last pregnancy.",
    # Titles in short, whatever follows them, and words alone.
    "PHx eczema, [bronchiolitis]+ at 5 months. [Asthma]+ - inhaler.",
    "Past: HTN (amlodipine stopped), [hernia]+ repair.",
    # Ages in words, behind what happened at them.
    "He had a single [febrile convulsion]+ at eighteen months. [Appendicitis]+ at seventeen. [DVT]+ on the pill aged 24.",
    "Prescribed codeine for a [wrist fracture]+ at nineteen. She had a hysterectomy at the age of forty-two for [fibroids]+.",
    "[Bronchiolitis]+ at 4 months, admitted. CT for [nodule]- at 3 months' follow-up. 38 yr old nurse, [migraine]-.",
    "Diagnosed at nineteen after presenting with an [abscess]+.",
    # What is over, said right behind it.
    "[PDA]+ closed on echo. [Use disorder]+, in remission. Man w OUD, [HCV]+ (tx'd w/ Epclusa, SVR). [Closed fracture]- of tibia.",
    # A denial ends where something is affirmed, and goes on in its list.
    "meds nil regular, PMH: [childhood asthma]+. No illicit drugs (previous [heroin use]+). No DM, h/o [TB]+.",
    "Denies tremor, history of [diabetes]-, thyroid problems. No back pain, history of [gout]- or weakness. No PMHx of [CVA]-.",
    # What stands in the list of an early birth, with an earlier birth, or of several courses.
    "Ex-prem 28/40, [NEC]+, home O2 till 10 months. [Tear]+ with first, elective CS this time. [GDM]- this preg.",
    "3 courses of antibiotics for [chest infection]+ since Christmas. [Hypospadias]+ repaired at 18 months.",
    "He developed [gynaecomastia]+ on spironolactone, which was changed to eplerenone.",
    "68M bg [T2DM]+, [HTN]+. BG 240 this am. On a background of [COPD]+.",
    "Previously: [appendicitis]+, [hernia]+. Prior workup for [dizziness]- normal.",
    "She had [sepsis]+ in the first week of life and a [hip click]+ that settled.",
    # Where a list of the past ends within a line.
    "Past psych hx: [mania]+, [OD]+. Current: [anxiety]-, [poor sleep]-.",
    "PMH - [epilepsy]+, [LD]+. Carer reports [cough]- 3/7.",
    # Headings of what goes on, and of what followed a transplant.
    "Chronic problems:\n1. [Asthma]-\n2. [Gout]-\nPost-txp course: [DGF]+, [rejection]+",
    "PMH: nil. PC: [headache]- 3/7.",
    "PMHx significant for [HTN]+ and [gout]+. Presents with [flank pain]-.",
    # What came and went during this stay.
    "[Hypotension]- POD 1, resolved w/ fluids.",
    "C/o [N/V]-. No F/C. Last colonoscopy normal.",
]
# Without a note date.
YEARS = [
    "[PE]+ 2012, [stroke]+ '16, [DVT]+ Nov '09, [appendicitis]+ (1971), [MI]+ [**2111**].",
    "[Retinal tear]+ OS 2014 s/p laser. Prior to that well.",
    "[HIV]- dx 2012, [lupus]- diagnosed in 2009.",
    "[Asthma]- since 2003.",
    "Seen 3/4/2021. [Sciatica]- 2021, [gout]+ 2015.",
    "[Hypoxia]- w/ sats in the 80s.",
    # A month says when, where the past is told; and years before what treated it.
    "He had a [chest infection]+ in January. [Zoster]+ in March, treated w/ Valtrex.",
    "Will review [angina]- in March.",
    "[Gonorrhoea]+ 2022 rx ceftriaxone, [syphilis]+ 2016 & 2021, both treated.",
    "[TIA]+ 2017, who p/w [weakness]-.",
]
# With a note of 20 May 2024.
ENGLISH_DATED = [
    # A year in shorthand, whatever word follows; no clock, no number of what is counted.
    "[Pneumonia]+ 2020 needed NIV. [Zoster]+ R T8 2018. [TB]+ 2013 Rx 6/12, [cough]- x 3 wks.",
    "[Pain]- 8/10 at 2030, given 2000 units.",
    "Had [covid]+ Nov, last [UTI]+ Sept, nitro then. [Hypo]+ Feb needed ambulance. [Flushes]-, LMP Nov.",
    # Of what lasts a date says when it began or was found; of its attacks when they were.
    "[RA]- (2011), on MTX. She was diagnosed with [multiple sclerosis]- in 2011 and [pneumonia]+ in 2021.",
    "There is [hypertension]-, and she gave up smoking in 2012.",
    "Diagnoses:\n1. [COPD]- 2014\n2. [Parkinson's disease]- 2019",
    "[DKA]+ 2019. [Asthma]+ attack 2017. [Infectious colitis]+ 2015.",
    # The date of an event that a complaint followed, of a change of treatment, of another item.
    "[CRPS]- after a fracture in 2021. [Scar pain]- following LSCS 2019. [Headaches]-, having stopped codeine in March.",
    "Metoprolol was increased in March because of [palpitations]-, which persist.",
    "PMH: [T2DM]+ - gliclazide stopped last wk.",
    "BCC nose excised 2020, new [lesion]- L ear. [Anaemia]- Hb 88 (was 120 in 2022).",
    "Two months ago she developed [numbness]- in both feet, which has spread.",
    "Since the accident in 2018 she has had [headaches]-. Widowed 2020, [low mood]- since.",
    # What brought the patient here is of the visit.
    "MI s/p PCI 2016 here w/ [chest pain]-. Hx [DVT]+ '19 off AC p/w [swelling]-.",
    # What was treated for a time that is over.
    "She had [polymyalgia]+, for which she took prednisolone between 2010 and 2013.",
    "He had [vomiting]- overnight, for which he received ondansetron.",
    "He has had two [infarcts]+, the last in 2018. She has [overdosed]+ twice, most recently in December.",
    # The date of an item before it that nobody annotated; a list of years.
    "Parkinson dx 2015, DBS 2021, [falls]- x3 this month. IVF 2022, [PV bleed]- 8/40. 2016 SVD; 2018 EmCS for [FTP]+.",
    "80M [collapse]-, PPM 2020, [MI]+ 2012. [Dependence]- on methadone, hep B 2010 treated. [TBI]+ (MVA 1999), well.",
    # Tumours, where they were found; since when something lasts.
    "[Ca lung]- dx 2023, on osimertinib. [Ca colon]+ 2014 resected. Her [nightmares]- date back to 2008.",
    # Its own date, with a statement of today behind a dash.
    "[Pneumonia]+ 4 weeks ago - CXR today clear.",
    "Her [depression]- relapsed in January. [Scleritis]- flared in March.",
    # A denial of another item.
    "Bg nil significant, had [pneumonia]+ 2017. Not for statins, [rhabdo]+ 2016 w simva.",
]
FRENCH = [
    "Pas d'antécédent notable hormis une [entorse]+ et une [fracture]+.",
    "Pas d'antécédent familial hormis un [cancer]-.",
    "Antécédents d'[AVC]+ sans [séquelle]- et de [fracture]+.",
    "Pas d'antécédent d'[asthme]-.",
    # What is found on the spot, and a title in short.
    "Atcd de [rhinite]+, [asthme]+, sur place [urticaire]-.",
    "Atcd : [abcès]+, [VHC]+ guéri\nauj: [sueurs]-, [constipation]-",
]


# With a note of 20 March 2025.
DATED = [
    # What an examination of these weeks found, and what an old one did.
    "Scanner du 15 janvier 2025 : [pansinusite]-, pas de lyse.",
    "Coronarographie de 2019 : [sténose]+ de l'IVA.",
    # The date of a diagnosis is not that of its complications.
    "Diabète diagnostiqué en 2008, compliqué d'une [rétinopathie]- et d'une [microalbuminurie]-.",
    # A title with a remark, which names no relative of whom the text tells.
    "ATCD (carte dans portefeuille + tel mère) : [épilepsie]+, suivi CHU",
    # A date of its own.
    "[Phlébite]+, en mars 2019, après un voyage.",
]


def judged(lang: str, sentence: str, note_datetime: str | None = None) -> tuple[list[bool], list[bool]]:
    """What the profile says of the marked problems, and what the marks say."""
    text, places, last = "", [], 0
    for match in _MARKED.finditer(sentence):
        text += sentence[last : match.start()]
        places.append((len(text), len(text) + len(match[1])))
        text += match[1]
        last = match.end()
    nlp = profile(lang, "given")
    doc = nlp.make_doc(text + sentence[last:])
    doc._.note_datetime = note_datetime
    doc.ents = [doc.char_span(*place, "PROBLEM", alignment_mode="expand") for place in places]
    nlp(doc)
    return [span._.history for span in doc.ents], [match[2] == "+" for match in _MARKED.finditer(sentence)]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [*(("en", sentence) for sentence in (*ENGLISH, *YEARS)), *(("fr", sentence) for sentence in FRENCH)],
)
def test_words_of_the_past_reach_the_problems_that_they_tell_of(lang, sentence):
    found, marked = judged(lang, sentence)
    assert found == marked


@pytest.mark.parametrize("sentence", ENGLISH_DATED)
def test_english_dates_are_of_what_they_stand_with(sentence):
    found, marked = judged("en", sentence, "2024-05-20")
    assert found == marked


@pytest.mark.parametrize("sentence", DATED)
def test_french_dates_are_of_what_they_stand_with(sentence):
    found, marked = judged("fr", sentence, "2025-03-20")
    assert found == marked


def test_what_a_past_drug_did_is_past_by_the_date_of_the_drug():
    nlp = profile("fr", "given")
    doc = nlp.make_doc("FOLFOX x 8 (fév-juin 2022) stoppé pour neuropathie, reste des paresthésies.")
    doc._.note_datetime = "2025-03-20"
    spans = {"FOLFOX": "DRUG", "neuropathie": "PROBLEM", "paresthésies": "PROBLEM"}
    doc.ents = [
        doc.char_span(doc.text.index(words), doc.text.index(words) + len(words), spans[words]) for words in spans
    ]
    assert [span._.history for span in nlp(doc).ents] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "drug", "problem", "past"),
    [
        ("Enbrel was tried for six months and was stopped due to recurrent sinusitis.", "Enbrel", "sinusitis", True),
        ("Gliclazide in the past gave hypos.", "Gliclazide", "hypos", True),
        ("Reglan given by GI, took x3 days, had restlessness, no longer using.", "Reglan", "restlessness", True),
        ("In the past Celexa was stopped because of tremor and nausea.", "Celexa", "nausea", True),
        (
            "Taxol was dropped after cycle 4 because of neuropathy which is slowly improving.",
            "Taxol",
            "neuropathy",
            False,
        ),
        ("Lisinopril 10 mg daily, stop if it gives cough.", "Lisinopril", "cough", False),
        ("Dexamethasone x 5 days last month gave a boost. Pain 5/10.", "Dexamethasone", "Pain", False),
    ],
)
def test_what_a_drug_did_is_past_where_its_use_is_over(text, drug, problem, past):
    nlp = profile("en", "given")
    doc = nlp.make_doc(text)
    marked = ((drug, "DRUG"), (problem, "PROBLEM"))
    doc.ents = [doc.char_span(text.index(words), text.index(words) + len(words), label) for words, label in marked]
    assert nlp(doc).ents[1]._.history is past


def test_what_a_drug_did_that_another_took_the_place_of_is_past():
    nlp = profile("en", "given")
    doc = nlp.make_doc("She had been on lisinopril, switched to losartan because of cough.")
    spans = {"lisinopril": "DRUG", "losartan": "DRUG", "cough": "PROBLEM"}
    doc.ents = [doc.char_span(doc.text.index(w), doc.text.index(w) + len(w), label) for w, label in spans.items()]
    assert [span._.history for span in nlp(doc).ents] == [True, False, True]
