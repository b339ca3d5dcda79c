"""How often at most, orders of now, rates beside doses, several products, patches, tubes, tapers and levels."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
BID, TID, QID = ({**DAILY, "frequency": number} for number in (2, 3, 4))
ONCE = {"count": 1}


@pytest.mark.parametrize(
    ("lang", "text", "timing", "limit"),
    [
        ("en", "Dihydrocodeine 30 mg up to four times a day if needed.", QID, None),
        ("en", "Prochlorperazine 5 mg up to TDS.", TID, None),
        ("fr", "Tramadol 50 mg si douleur, jusqu'à 3 fois par jour.", TID, None),
        ("en", "Dihydrocodeine 30 mg one tablet up to QDS, max 6 tablets in 24 hours.", QID, "6 {tbl}"),
        ("en", "Tramadol 50 mg q6h prn up to 3 times a day.", {**DAILY, "period": "6", "periodUnit": "h"}, "3 {dose}"),
        ("en", "Tramadol 50 mg prn, max 3 times a day.", None, "3 {dose}"),
        ("fr", "Tramadol 50 mg si douleur, sans dépasser 3 fois par jour.", None, "3 {dose}"),
    ],
)
def test_up_to_so_often_says_how_often_where_nothing_else_does(
    profiles: dict[str, Language], lang: str, text: str, timing: Any, limit: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (repeat(read), amount((read.get("max_dose") or {}).get("numerator"))) == (timing, limit)


def test_what_may_be_taken_less_often_is_a_daily_dose_at_most(profiles: dict[str, Language]) -> None:
    found = posology(profiles, "en", "Prochlorperazine 5 mg up to three times a day")["daily_dose"]
    assert (found["value"], found["assumptions"]) == ("15", ["as_needed_at_most"])


@pytest.mark.parametrize(
    ("lang", "text", "timing"),
    [
        ("en", "Lorazepam 2 mg IV now for seizure.", ONCE),
        ("en", "Metoclopramide 10 mg ODT now", ONCE),
        ("fr", "Furosémide 80 mg IV maintenant", ONCE),
        ("en", "He is on torsemide 20 mg PO now.", None),
        ("en", "Takes torsemide 20 mg PO now.", None),
        ("en", "Torsemide 20 mg now.", None),
        ("en", "Torsemide 20 mg PO daily now.", DAILY),
    ],
)
def test_now_behind_a_route_is_an_order_of_one_dose(
    profiles: dict[str, Language], lang: str, text: str, timing: Any
) -> None:
    assert repeat(posology(profiles, lang, text)) == timing


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("Macrogol 1 sachet par jour en une seule prise", DAILY),
        ("Fosfomycine 3 g en une seule prise", ONCE),
        ("Fosfomycine 3 g en prise unique", ONCE),
    ],
)
def test_at_one_go_is_once_where_nothing_says_how_often(profiles: dict[str, Language], text: str, timing: Any) -> None:
    assert repeat(posology(profiles, "fr", text)) == timing


@pytest.mark.parametrize(
    ("lang", "text", "dose", "strength"),
    [
        ("fr", "Ozempic 0,5 mg 1 injection SC par semaine", "1 {injection}", "0.5 mg"),
        ("fr", "Ozempic 0,5 mg une injection SC par semaine", "0.5 mg", None),
        ("fr", "Lovenox 6000 UI anti-Xa/0,6 ml 1 injection SC par jour", "1 {injection}", "6000 [iU]"),
        ("fr", "Lovenox 0,6 ml 1 injection SC par jour", "0.6 mL", None),
        ("en", "Liothyronine 5 mcg and 20 mcg tablets: take 25 mcg daily", "25 ug", None),
        ("en", "Liothyronine 20 mcg tablets: take 40 mcg daily", "40 ug", "20 ug"),
        ("en", "Alteplase 0.9 mg/kg IV, 10% as a bolus and the rest over 60 min", None, None),
        ("en", "Clotrimazole 1% cream bid", None, "1 %"),
        ("en", "Filgrastim 300 mcg SC daily starting day +1", "300 ug", None),
        ("en", "Filgrastim 300 mcg SC daily, day +1 to day +5", "300 ug", None),
    ],
)
def test_what_is_taken_and_what_it_holds(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, strength: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert amount(read.get("dose")) == dose
    assert amount((read.get("strength") or {}).get("numerator")) == strength


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Fluticasone nasal spray 2 sprays each nostril daily, reduce to 1 spray each nostril daily",
            [("2 {spray}", DAILY, None), ("1 {spray}", DAILY, None)],
        ),
        ("Nystatin 4 mL qid, 2 mL each side of the mouth", [("4 mL", QID, None)]),
        ("Glargine 30 units daily, up 2 units every 3 days until glucose < 130", [("30 U", DAILY, None)]),
    ],
)
def test_a_lower_dose_and_half_of_one(profiles: dict[str, Language], text: str, wanted: list[Any]) -> None:
    assert steps(posology(profiles, "en", text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "dose", "rate"),
    [
        ("fr", "Furosémide 125 mg IVSE sur 24 h, vitesse 1 mL/h", "125 mg", "1 mL"),
        ("en", "Phytonadione 10 mg IV at a rate of 1 mg/min", "10 mg", "1 mg"),
        ("en", "Diltiazem 20 mg IV then 10 mg/hr", None, None),
    ],
)
def test_how_fast_a_dose_is_given_is_no_step(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, rate: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), amount((read.get("rate") or {}).get("numerator"))) == (dose, rate)
    assert bool(read["steps"]) == (dose is None)


@pytest.mark.parametrize(
    ("lang", "text", "dose", "route"),
    [
        ("en", "Rivastigmine 1 patch to skin daily", "1 {patch}", "transdermal"),
        ("en", "Lidoderm patch to the skin daily", None, "transdermal"),
        ("fr", "Rivastigmine 1 patch par jour sur la peau", "1 {patch}", "transdermal"),
        ("en", "Betamethasone cream to the skin bid", None, "topical"),
        ("en", "Levetiracetam 7.5 mL per G-tube BID", "7.5 mL", "gastrostomy"),
        ("en", "Levetiracetam 750 mg per g tube BID", "750 mg", "gastrostomy"),
        ("en", "Levetiracetam 5 mL per J-tube BID", "5 mL", "jejunostomy"),
        ("en", "IV to PO: ciprofloxacin 500 mg PO q12h", "500 mg", "oral"),
        ("en", "IV ciprofloxacin 400 mg q12h", "400 mg", "intravenous"),
    ],
)
def test_routes_of_patches_tubes_and_switches(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None, route: str
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), read["route"]["code"]) == (dose, route)


@pytest.mark.parametrize(
    ("lang", "text", "length"),
    [
        ("en", "He will be on a tapering dose of dexamethasone over the next 5 to 7 days", "5-7 d"),
        ("fr", "Corticothérapie à doses dégressives de prednisolone sur 10 jours", "10 d"),
        ("en", "Taper dose of dexamethasone 8 mg over 7 days", None),
        ("en", "Increase dose of gabapentin over 2 weeks", None),
        ("en", "Tobramycin 300 mg q24h, last level 1.2, continue for total 6 weeks", "6 wk"),
        ("fr", "Ibuprofène 200 mg si fièvre, 72 h max", "72 h"),
        ("en", "Oxymetazoline 2 sprays bid, max 72 hours", "72 h"),
        ("en", "Ibuprofen 200 mg prn, max 6 tablets/24 h", None),
        ("en", "Buprenorphine 5 mcg/h seven day patch, 1 patch every 7 days", None),
        ("en", "Cephalexin 500 mg bid, seven days", "7 d"),
    ],
)
def test_how_long_something_is_taken(profiles: dict[str, Language], lang: str, text: str, length: str | None) -> None:
    number = len(profiles[lang](text)._.medications) - 1
    read = posology(profiles, lang, text, number)
    assert (amount(read.get("duration")), read["steps"]) == (length, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ibuprofène 200 mg si fièvre mal tolérée", "fièvre mal tolérée"),
        ("Ibuprofène 200 mg 3 fois par jour en cas de fièvre mal tolérée", "fièvre mal tolérée"),
        ("Périndopril 4 mg/j, si mal toléré arrêter", None),
        ("Périndopril 4 mg/j, si traitement mal toléré arrêter", None),
    ],
)
def test_a_symptom_badly_borne_is_a_reason(profiles: dict[str, Language], text: str, reason: str | None) -> None:
    assert posology(profiles, "fr", text).get("as_needed_for") == reason


@pytest.mark.parametrize(
    ("lang", "text", "form"),
    [
        ("en", "Medrol Dosepak 4 mg as directed", None),
        ("en", "Nicotine patch daily", "patch"),
        ("fr", "Valproate sol buvable 20 mg/kg/j", "solution"),
    ],
)
def test_forms_that_end_a_name(profiles: dict[str, Language], lang: str, text: str, form: str | None) -> None:
    assert (posology(profiles, lang, text).get("form") or {}).get("code") == form


def test_a_moment_and_its_hour_are_once_a_day(profiles: dict[str, Language]) -> None:
    assert amount(posology(profiles, "fr", "Abasaglar 18 unités le soir à 20 h")["daily_dose"]) == "18 U"
    assert posology(profiles, "fr", "Abasaglar 18 unités matin et soir à 8 h")["daily_dose"] is None


@pytest.mark.parametrize(
    ("lang", "text", "wanted", "needed"),
    [
        ("en", "Glargine 24 units nightly; if fasting BG > 140 for 3 days increase by 2 units", "24 U", False),
        ("en", "Ramipril 5 mg daily, if BP > 140 increase to 10 mg", "5 mg", False),
        ("en", "Ramipril 5 mg daily, if BP > 140 for 2 weeks increase to 10 mg", "5 mg", False),
        ("fr", "Ramipril 5 mg/j, si TA > 14 pendant 8 jours augmenter à 10 mg", "5 mg", False),
        ("en", "Naproxen 250 mg if pain for 3 days", "250 mg", True),
        ("fr", "Novorapid 4 UI si GD > 2,5 g/L", "4 [iU]", True),
        ("fr", "Morphine 2 mg par 2 mg toutes les 5 minutes", "2 mg", False),
        ("fr", "Prégabaline 25 mg le soir puis augmentation progressive jusqu'à 75 mg x 2/j", "25 mg", False),
    ],
)
def test_a_change_under_a_condition_is_no_dose(
    profiles: dict[str, Language], lang: str, text: str, wanted: str, *, needed: bool
) -> None:
    read = posology(profiles, lang, text)
    assert (amount(read.get("dose")), read["as_needed"], read["steps"]) == (wanted, needed, [])
    assert repeat(read) is None or not {"frequency", "when"} <= repeat(read).keys()
    assert ("duration" in read) == ("pain" in text)


def test_what_all_takings_come_to_is_no_further_time(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Olanzapine 5 mg in the morning and 10 mg at night, total 15 mg daily")
    assert steps(read) == [("5 mg", {"when": ["MORN"]}, None), ("10 mg", {"when": ["NIGHT"]}, None)]
    assert amount(read["daily_dose"]) == "15 mg"
