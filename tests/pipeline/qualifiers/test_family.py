"""Whose disease and whose drug: a relative who is the subject stays it until another subject is named."""

from __future__ import annotations

import pytest

from tests.profiles import profile

RELATIVES = [
    ("en", "Mother had breast cancer and took [tamoxifen] 20 mg daily."),
    ("en", "Her sister has lupus and takes [hydroxychloroquine]."),
    ("en", "Father is diabetic and is on [insulin]."),
    ("en", "Her older brother has asthma and was prescribed [montelukast]."),
    ("en", "Patient is adopted; her mother had lupus and was treated with [prednisone]."),
    ("en", "Mother with hypertension and is on [lisinopril]."),
    ("en", "Father was diagnosed with diabetes and takes [metformin]."),
    ("en", "Sister had lupus with nephritis and takes [mycophenolate]."),
    ("en", "Both parents have hypertension and are on [lisinopril]."),
    ("en", "Her aunt had ovarian cancer and later received [carboplatin]."),
    ("en", "Daughter of the patient takes [sertraline]."),
    ("en", "Wife on [warfarin]."),
    ("en", "His mother takes [metformin]."),
    ("en", "Her roommate uses [Xanax]."),
    ("en", "Wife, who is on [warfarin], was called."),
    ("en", "Mother on [insulin], father healthy."),
    ("en", "Mother with breast cancer and father with CAD on [metoprolol]; patient herself is well."),
    ("en", "Roommate has TB and takes [rifampin]."),
    ("fr", "Sa mère a eu un cancer du sein et a pris du [tamoxifène]."),
    ("fr", "Père diabétique et traité par [metformine]."),
    ("fr", "Son père a fait un infarctus et est sous [aspirine]."),
    ("fr", "Son oncle a eu une phlébite et a été mis sous [rivaroxaban]."),
    ("fr", "Sa tante était diabétique depuis 10 ans et traitée par [insuline]."),
    ("fr", "Mère hypertendue sous [amlodipine]."),
    ("fr", "Père : HTA traitée par [ramipril]."),
    ("fr", "Son mari prend du [Kardégic] depuis 2020."),
    ("fr", "Sa compagne est sous [Truvada]."),
    ("fr", "Antécédents familiaux : père diabétique avec néphropathie et sous [insuline]."),
]
PATIENTS = [
    ("en", "Mother had breast cancer and the patient takes [tamoxifen]."),
    ("en", "Mother had breast cancer, and patient uses [tamoxifen]."),
    ("en", "Mother had diabetes and he is on [metformin]."),
    ("en", "Mother died of MI. Takes [aspirin]."),
    ("en", "Mother died of MI and takes [aspirin]."),
    ("en", "Mother had diabetes, presents with chest pain and was given [aspirin]."),
    ("en", "Family history of MI and takes [aspirin] daily."),
    ("en", "Lives with sister and takes [aspirin] daily."),
    ("en", "Cancer in her sister and takes [aspirin]."),
    ("en", "Wife gives her [insulin]."),
    ("en", "Daughter reports she takes [lisinopril]."),
    ("en", "Per wife, on [warfarin]."),
    ("en", "Per his wife on [warfarin] since May."),
    ("en", "Discussed with daughter, start [aspirin]."),
    ("en", "His wife used to give him [temazepam]."),
    ("en", "Mother took him off [Adderall]."),
    ("en", "Daughter started him on [melatonin]."),
    ("en", "Her son has been giving her [melatonin]."),
    ("en", "Mother with diabetes and father with CAD; patient herself takes [metformin]."),
    ("en", "Wife with flu; he takes [aspirin]."),
    ("fr", "Père diabétique ; la patiente prend de la [metformine]."),
    ("fr", "Mère décédée d'un infarctus et sous [aspirine]."),
    ("fr", "Son mari est sous aspirine et elle prend du [Tahor]."),
    ("fr", "Sa femme est diabétique, lui prend du [Kardégic]."),
    ("fr", "Sa fille lui a donné du [Doliprane]."),
    ("fr", "Sa femme lui fait ses injections de [Lovenox]."),
    ("fr", "La mère a donné deux doses de [Doliprane]."),
    ("en", "Her husband has asthma, she takes [aspirin]."),
    ("fr", "Épouse signale : [Mirapexin] arrêté l'an passé."),
    ("fr", "2015 AVB, fille 3120 g, [Cytotec] en 2017."),
    ("fr", "[Donépézil] arrêté par décision familiale."),
    ("fr", "Mère décédée d'un infarctus. Prend de l'[aspirine]."),
    ("fr", "Mère hypertendue et la patiente prend du [bisoprolol]."),
    ("fr", "Mère hypertendue, patiente sous [bisoprolol]."),
    ("fr", "Mère hypertendue, sous [bisoprolol]."),
    ("fr", "Vit avec sa mère et est sous [aspirine]."),
    ("fr", "Né de mère diabétique et mis sous [amoxicilline]."),
    ("fr", "Fille de 12 ans, asthmatique et sous [Ventoline]."),
]


def family(lang: str, marked: str) -> bool:
    """The value of the drug in brackets."""
    start, end = marked.index("["), marked.index("]") - 1
    nlp = profile(lang, "given")
    doc = nlp.make_doc(marked.replace("[", "").replace("]", ""))
    doc.ents = [doc.char_span(start, end, "DRUG")]
    return nlp(doc).ents[0]._.family


@pytest.mark.parametrize(("lang", "marked"), RELATIVES)
def test_drug_is_of_the_relative_who_is_the_subject(lang, marked):
    assert family(lang, marked) is True


@pytest.mark.parametrize(("lang", "marked"), PATIENTS)
def test_drug_is_of_the_patient_behind_another_subject_or_beside_the_relative(lang, marked):
    assert family(lang, marked) is False


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("Roommate with TB.", True),
        ("Coworker has influenza.", True),
        ("Seen with his friend for TB.", False),
    ],
)
def test_who_lives_or_works_with_the_patient_is_another(text, another):
    problem = next(one for one in profile("en")(text).ents if one.label_ == "PROBLEM")
    assert problem._.family is another


@pytest.mark.parametrize(
    ("lang", "text", "relatives"),
    [
        ("en", "History of breast cancer in mother.", True),
        ("en", "Hx of stroke in maternal uncle at 60.", True),
        ("en", "Hx of stroke in 2012.", False),
        ("en", "Asthma, in mother's care.", False),
        ("fr", "Antécédent de cancer du sein chez la mère.", True),
    ],
)
def test_a_past_told_of_in_a_relative_is_not_the_patients(lang, text, relatives):
    problem = next(one for one in profile(lang)(text).ents if one.label_ == "PROBLEM")
    assert problem._.family is relatives
    if relatives:
        assert not problem._.history
