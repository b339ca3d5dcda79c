"""Drips and capfuls, forms of a next sentence, days left out, scales beside doses, rows of numbers, one drug by two names."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, steps

TUE_THU = {"dayOfWeek": ["tue", "thu"]}
OTHERS = {"dayOfWeek": ["mon", "wed", "fri", "sat", "sun"]}


@pytest.mark.parametrize(
    ("lang", "text", "form"),
    [
        ("en", "Began a heparin gtt.", None),
        ("en", "D/c insulin gtt", None),
        ("en", "On a nitroglycerin gtt.", None),
        ("en", "Latanoprost gtt OU qhs.", "drops"),
        ("en", "Timolol gtt.", "drops"),
        ("en", "Artificial tears 2 gtt tid.", "drops"),
        ("fr", "Tiapridal gtt 10 gtt le soir.", "drops"),
    ],
)
def test_a_drip_is_no_drops(profiles: dict[str, Language], lang: str, text: str, form: str | None) -> None:
    assert posology(profiles, lang, text).get("form", {}).get("code") == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("DOXYCYCLINE 100 MG GEL, 1 GEL LE SOIR.", "capsule"),
        ("KETOPROFENE 2,5 % GEL, 2 APPLICATIONS PAR JOUR.", "gel"),
        ("Kétoprofène gel 2 fois par jour.", "gel"),
    ],
)
def test_what_is_counted_tells_a_capsule_from_a_gel(profiles: dict[str, Language], text: str, form: str) -> None:
    assert posology(profiles, "fr", text)["form"]["code"] == form


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("MiraLAX 1 cap daily", "1 {capful}"),
        ("PEG 3350 1 cap daily", "1 {capful}"),
        ("Amoxicillin 1 cap tid", "1 {cap}"),
    ],
)
def test_a_cap_of_a_powder_is_a_capful(profiles: dict[str, Language], text: str, dose: str) -> None:
    assert amount(posology(profiles, "en", text).get("dose")) == dose


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("fr", "Colchicine 1 mg/j. Collyre 2 gouttes le soir.", "1 mg"),
        ("fr", "Zyloric 100 mg/j. Crème 2 applications le soir.", "100 mg"),
        ("fr", "Timoptol collyre 1 goutte matin et soir.", "1 [drp]"),
        ("en", "Colchicine 1 mg daily. Eye drops 2 drops at night.", "1 mg"),
        ("en", "Timolol eye drops 1 drop bid.", "1 [drp]"),
    ],
)
def test_the_form_of_a_next_sentence_is_not_the_drug_s(
    profiles: dict[str, Language], lang: str, text: str, dose: str
) -> None:
    assert amount(posology(profiles, lang, text).get("dose")) == dose


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "He takes warfarin 5mg except 7.5 mg on Tues and Thurs.", [("5 mg", OTHERS), ("7.5 mg", TUE_THU)]),
        ("en", "Warfarin 5 mg daily except 7.5 mg on Tues and Thurs.", [("5 mg", OTHERS), ("7.5 mg", TUE_THU)]),
        ("fr", "Préviscan 5 mg sauf 7,5 mg le mardi et le jeudi.", [("5 mg", OTHERS), ("7.5 mg", TUE_THU)]),
        ("en", "Warfarin 5 mg on Tues and Thurs.", [("5 mg", TUE_THU)]),
    ],
)
def test_days_with_a_dose_of_their_own_are_left_out_of_the_others(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[tuple[str, Any]]
) -> None:
    assert [found[:2] for found in steps(posology(profiles, lang, text))] == wanted


@pytest.mark.parametrize(
    ("text", "dose", "warned"),
    [
        ("Novolog 6 units with each meal plus correction scale", "6 U", True),
        ("Humalog 4 units before meals and a sliding scale", "4 U", True),
        ("Humalog sliding scale 2-8 units before meals", "2-8 U", True),
        ("Novolog 6 units with each meal", "6 U", False),
    ],
)
def test_a_scale_beside_a_dose_is_warned_of(
    profiles: dict[str, Language], text: str, dose: str, *, warned: bool
) -> None:
    doc = profiles["en"](text)
    assert amount(doc._.medications[0].data["posology"].get("dose")) == dose
    assert ("dose_by_scale" in [warning["code"] for warning in doc._.warning_data or ()]) == warned


@pytest.mark.parametrize(
    ("text", "dose", "strength"),
    [
        ("Medrol 4 mg: 6-5-4-3-2-1", None, "4 mg"),
        ("Methylprednisolone 4 mg tabs 6-5-4-3-2-1 then stop", None, "4 mg"),
        ("Medrol 4 mg 1-0-1-0", "4 mg", None),
    ],
)
def test_a_row_of_numbers_counts_what_is_taken_each_day(
    profiles: dict[str, Language], text: str, dose: str | None, strength: str | None
) -> None:
    read = posology(profiles, "en", text)
    assert amount(read.get("dose")) == dose
    assert amount((read.get("strength") or {}).get("numerator")) == strength


@pytest.mark.parametrize(
    ("lang", "text", "groups"),
    [
        ("en", "Morphine MR (Zomorph) 30mg bd. Zomorph was well tolerated.", [1, 1, 1]),
        ("en", "Lithium carbonate (Priadel) 400mg nocte", [1, 1]),
        ("fr", "Paracétamol (Doliprane) 1 g x 3/j", [1, 1]),
        ("en", "Insulin (Lantus) 20 units, insulin (Novolog) 5 units", [1, 1, 1, 2]),
        ("en", "Metformin 500 mg (gliclazide stopped)", [1, 2]),
        ("fr", "Metformine, gliclazide", [1, 2]),
    ],
)
def test_a_name_alone_in_brackets_is_the_same_drug(
    profiles: dict[str, Language], lang: str, text: str, groups: list[int]
) -> None:
    assert [found.data["group"] for found in profiles[lang](text)._.medications] == groups
