"""Where a list of past conditions ends that no title follows: ¦ stands for its end, in notes written for this test."""

from __future__ import annotations

import pytest
import spacy

import pipeline
from pipeline import resources

assert pipeline.text

FRENCH = {
    "a list on the line of its title": "ATCD : HTA, AVC en 2014.\n¦Plaie du cuir chevelu, toux grasse.\n",
    "a line that a comma leaves open": "ATCD : HTA, diabète de type 2,\nBPCO stade II.\n¦Toux grasse.",
    "a line that a word leaves open": "Antécédents : cancer du sein, pontage par\nDr. M. en 2003\n¦Toux grasse.",
    "a wrapped line": "Antécédents : HTA, prothèse de hanche droite\nen 2012, asthme\n¦Douleur du genou.",
    "bullets": "ATCD : - HTA, diabète\n- AVC\n\n- asthme\n¦",
    "lines led by a date": "Antécédents : HTA, asthme\n2012 : appendicectomie\n03/2015 : phlébite\n¦Toux grasse.",
    "parts of the section": "Antécédents : cardio : HTA, FA\nPneumo : BPCO\nDivers : hernie\n¦Toux grasse.",
    "items, one a line": "ATCD : HTA\nDiabète de type 2\nAVC sylvien droit\n¦Consulte pour une toux.",
    "items, then a list": "ATCD : HTA\nDiabète de type 2\n¦Asthénie, toux grasse, fièvre.",
    "prose goes on": "Antécédents : elle a été opérée d'une hernie en 2010.\nUne phlébite avait suivi.\n¦Elle consulte pour une toux.",
    "prose, then a paragraph": "Antécédents : elle a été opérée d'une hernie.\nUne phlébite avait suivi.\n\n¦Le LDL est à 1,9 et je débute du Tahor.",
    "prose, then a heading": "Antécédents : elle a été opérée d'une hernie.\nUne phlébite avait suivi.\n¦Côté travail : en arrêt, prend du Doliprane.",
    "a title in a bullet": "Lit 31\n- ATCD éthylisme sevré, AVC en 2014\n¦- HBP : sonde enlevée\n- anémie : fer",
    "a title in a bullet, its parts": "- Antécédents : HTA, AVC\n- Cardio : FA\n¦- HBP : sonde enlevée",
    "an unknown heading": "ATCD : HTA, asthme\n¦Schéma : deux injections\n",
    "a blank line": "Antécédents : HTA\n\n¦Patient autonome.",
    "a title on its line": "ANTÉCÉDENTS\nHTA, AVC en 2014.\nPancréatite en 2018.\n¦Depuis 3 jours, toux.",
    "bullets under a title": "ANTÉCÉDENTS\n- HTA\n- AVC\n  sylvien\n\n- Asthme\n¦Appareil respiratoire libre : toux.",
    "the examination": "ANTÉCÉDENTS\n- HTA\n- AVC\n¦TA 14/8, FC 80. Toux grasse.",
    "the visit, within a line": "ATCD : HTA, AVC en 2014. ¦Consulte pour une toux grasse.",
    "the present state of an item": "ATCD :\n- Cancer du sein en 2015. Ce jour en rémission\n- HTA\n¦",
    "a stay of the past is none": "ANTÉCÉDENTS\nHospitalisé en 2019 pour pneumopathie.\nDepuis 2010, diabète.\n¦",
    "what goes on, in small letters": "atcd : phlébite, goitre\n¦poursuit levothyrox 100 le matin",
    "last night, in small letters": "atcd : phlébite, goitre\n¦hier soir insomnie, imovane donné",
    "a word that a line goes on with": "atcd : phlébite, goitre\nthyroïdectomie poursuivie\n¦Toux grasse.",
    "allergies": "Allergies : pénicilline, iode\n¦A reçu de l'amoxicilline.",
}
ENGLISH = {
    "a list on the line of its title": "PMH: asthma, hypertension.\n¦Cough for three days.",
    "prose goes on": "PMH: He had a stroke in 2010.\nAppendectomy as a child.\n¦",
    "items, one a line, with full stops": "PMHx - Eczema. \nHayfever \nPeanut allergy. \n¦",
    "the visit, within a line": "PMH: asthma, gout. ¦He presents today with fever.",
    "the visit, on a line": "PMH:\n- asthma\n- gout\n¦Presents with fever.",
    "the past of a line is no visit": "PMH: asthma. She presented with a stroke in 2010.\n¦",
    "parts of the section": "PMH: diabetes, gout\nDermatologic history: eczema\n¦",
}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Antécédents relevés au dossier : HTA, AVC.", "past_medical_history"),
        ("Traitement antihypertenseur : ramipril.", "medications"),
        ("Biologie du 22/01/2024 : créatinine 168.", "laboratory"),
        ("Antécédents familiaux du côté maternel : diabète.", "family_history"),
    ],
)
def test_a_longer_title_begins_with_a_known_one(line, kind):
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_sections")
    doc = nlp("Motif : chute\n" + line)
    assert [section.label_ for section in doc.spans["sections"]][1:] == [kind]
    assert doc.spans["section_titles"][1].text == line.partition(" :")[0]


@pytest.mark.parametrize(
    "line",
    [
        "Traitement bien suivi, seul effet : nausées.",
        "Scanner thoracique de 2010 : nodule.",
        "- Bilan de chute : normal",
    ],
)
def test_a_line_with_a_colon_is_no_title_by_its_first_word_alone(line):
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_sections")
    doc = nlp("ATCD\nHTA\n" + line)
    assert len(doc.spans["sections"]) == 1


@pytest.mark.parametrize(
    ("lang", "marked"),
    [*(("fr", text) for text in FRENCH.values()), *(("en", text) for text in ENGLISH.values())],
    ids=[*FRENCH, *ENGLISH],
)
def test_a_list_ends_where_the_subject_changes(lang, marked):
    nlp = spacy.blank(lang)
    nlp.add_pipe("anamnesis_sections")
    text, end = marked.replace("¦", ""), marked.index("¦")
    doc = nlp(text)
    first = doc.spans["sections"][0]
    assert text[first.start_char : end].strip() == first.text.strip()


@pytest.mark.parametrize(
    "parts",
    [
        "- Suivis à Lyon :\nHTA\nDiabète\n- Autres :\nAVC",
        "Pneumologiques :\n- asthme\nCardiologiques :\n- HTA",
        "Neuro : AVC\nCardio : HTA",
    ],
)
def test_headings_of_parts_go_on_with_the_section(parts):
    nlp = spacy.blank("fr")
    nlp.add_pipe("anamnesis_sections")
    doc = nlp(f"ATCD\n{parts}\nMotif : toux")
    assert {section.label_ for section in doc.spans["sections"]} == {"past_medical_history", "chief_complaint"}
    assert "".join(section.text_with_ws for section in doc.spans["sections"]) == doc.text


@pytest.mark.parametrize(
    ("lang", "text", "kinds"),
    [
        (
            "fr",
            "NOM: X. AGE: 61 | ATCD: HTA, AVC 2015 | TTT entrée: METFORMINE 1000 x3 | TTT antérieurs: VICTOZA 2019",
            ["past_medical_history", "admission_medications", "past_medications"],
        ),
        ("fr", "Appel pour malaise. Atcd: stent 2018. Ttmt: Tahor 80.", ["past_medical_history", "medications"]),
        (
            "fr",
            "Ant. médicaux : FA, HTA\nAnt. chirurgicaux : hernie",
            ["past_medical_history", "past_surgical_history"],
        ),
        ("en", "Pain 7/10.\nWhat has been tried so far:\n* gabapentin - foggy", ["past_medications"]),
        ("en", "Prior psych meds: Prozac. Current meds: Zoloft 50", ["past_medications", "medications"]),
        ("en", "Stopped since last visit: ramipril\nPlan: review", ["past_medications", "plan"]),
        ("fr", "f 52 a\natcd: migraine, otites. ttt: laroxyl 10 gttes", ["past_medical_history", "medications"]),
        (
            "en",
            "MEDS\nLasix 20\nExpired / stopped (last year)\n- Coreg\nPLAN\nrest",
            ["medications", "past_medications", "plan"],
        ),
        ("en", "Drug | Dose\nLasix | 20\n| Agents withdrawn | When |\n| Coreg | May |", ["past_medications"]),
        ("en", "Sober.\n\nMood stabilizer trials to date\nlithium, Depakote", ["past_medications"]),
        (
            "en",
            "Diagnoses (resolved): gout\nMedications (no longer taken): Coreg",
            ["past_medical_history", "past_medications"],
        ),
        ("en", "Problems not resolved: asthma, HTN.", []),
        ("en", "Drugs not tried:\n- lithium", []),
        ("en", "Antibiotics received so far: ceftriaxone day 3", []),
        ("en", "Immunosuppression used to date: tacrolimus, ongoing", []),
        ("fr", "Problèmes non résolus : asthme, HTA.", []),
        ("fr", "Antibiotiques reçus à ce jour : ceftriaxone J3", []),
        ("fr", "Antalgiques antérieurs : tramadol", ["past_medications"]),
        ("en", "Diagnoses no longer active:\ngout", ["past_medical_history"]),
        ("en", "on Lasix. old inhalers: Flovent. plan: rest", ["past_medications", "plan"]),
        ("en", "Tablets taken before breakfast:\nLasix", []),
        ("en", "He rests.\nMedications stopped\nHe will return.", []),
        ("en", "- Drugs stopped\n- Rest", []),
        (
            "fr",
            "Molécules déjà tentées et mal tolérées :\nTahor\nConclusion : repos",
            ["past_medications", "conclusion"],
        ),
        ("fr", "Maladies anciennes et guéries :\nparotidite", ["past_medical_history"]),
        ("fr", "TTTS STOPPÉS\nHaldol\nTTT SORTIE\nAbilify 10", ["past_medications", "discharge_medications"]),
    ],
)
def test_titles_in_short_and_behind_bars(lang, text, kinds):
    nlp = spacy.blank(lang)
    nlp.add_pipe("anamnesis_sections")
    doc = nlp(text)
    assert [section.label_ for section in doc.spans["sections"] if section.label_ != "other"] == kinds


@pytest.mark.parametrize("lang", resources.LANGUAGES)
def test_a_word_of_headings_says_one_thing(lang):
    said = [phrase for phrases in resources.phrases(lang, "text/title_words.tsv").values() for phrase in phrases]
    assert len(said) == len(set(said))
