"""What stands beside a dose and is not of it: the next step's time, what was supplied, what a pump or a meal decides."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language

from tests.pipeline.medications.posology.readings import amount, posology, repeat, steps

DAILY = {"frequency": 1, "period": "1", "periodUnit": "d"}
BID = {"frequency": 2, "period": "1", "periodUnit": "d"}


def ratio(data: dict[str, Any] | None) -> str | None:
    return f"{amount(data['numerator'])} / {amount(data['denominator'])}" if data else None


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Amitriptyline 10 mg at night, increasing to 20 mg after one week.", ["1 wk", None]),
        ("en", "Start sertraline 50 mg daily; after 1 week increase to 100 mg daily.", ["1 wk", None]),
        ("en", "Atomoxetine 40 mg daily, increase after 3 days to 80 mg daily.", ["3 d", None]),
        ("en", "Olanzapine 5mg nocte, titrate to 10mg nocte after 3/7.", ["3 d", None]),
        ("fr", "Metformine 500 mg x 2/j, augmenter à 1000 mg x 2/j au bout de 15 jours.", ["15 d", None]),
        ("fr", "Seroplex 5 mg/j puis 10 mg/j après une semaine.", ["1 wk", None]),
    ],
)
def test_after_what_time_the_next_dose_begins_is_the_length_of_the_first(
    profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]
) -> None:
    assert [length for *_, length in steps(posology(profiles, lang, text))] == wanted


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ramipril 2.5 mg od, increasing to 5 mg od if BP allows."),
        ("en", "Lisinopril 10 mg daily, if BP stays above 140 increase to 20 mg daily."),
        ("fr", "Metformine 500 mg/j, augmenter à 1000 mg/j si bonne tolérance."),
    ],
)
def test_a_condition_of_a_change_is_none_of_taking(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert not any(step["as_needed"] for step in [read, *read["steps"]] if "as_needed" in step)


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("en", "Zopiclone 7.5mg nocte prn, 3 tabs only.", "7.5 mg"),
        ("en", "Nitrofurantoin 100 mg bd, 6 caps", "100 mg"),
        ("en", "Tramadol 50 mg q6h prn, 10 pills, no refills", "50 mg"),
        ("en", "Temazepam 10 mg at night, 2 tablets", "2 {tbl}"),
        ("en", "Methotrexate 2.5 mg tabs, 6 tabs once weekly", "6 {tbl}"),
        ("fr", "Stilnox 10 mg le soir, 7 comprimés", "10 mg"),
        ("fr", "Tramadol 50 mg toutes les 6 h, 4 gélules seulement.", "50 mg"),
    ],
)
def test_how_many_were_supplied_is_no_dose(profiles: dict[str, Language], lang: str, text: str, dose: str) -> None:
    assert amount(posology(profiles, lang, text)["dose"]) == dose


def test_days_supplied_are_no_course(profiles: dict[str, Language]) -> None:
    assert "duration" not in posology(profiles, "en", "Zopiclone 7.5mg nocte prn 5/7 supply")


@pytest.mark.parametrize(
    "text", ["Ramipril 5mg od, U&Es 2/52", "Amlodipine 5mg od, rv 1/12", "Citalopram 20mg od, f/u 6/52"]
)
def test_when_one_is_seen_again_is_no_course(profiles: dict[str, Language], text: str) -> None:
    assert "duration" not in posology(profiles, "en", text)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "OK to use up to 8 paracetamol tablets in 24 hours.", "8 {tbl} / 24 h"),
        ("en", "Use no more than 3 Imitrex tablets in 24 hours.", "3 {tbl} / 24 h"),
        ("en", "Up to 4 Imodium capsules a day.", "4 {cap} / 1 d"),
        ("en", "Tramadol 50 mg 4 times a day maximum.", "4 {dose} / 1 d"),
        ("fr", "Jusqu'à 6 comprimés de Doliprane par jour.", "6 {tbl} / 1 d"),
        ("fr", "Actiskenan 10 mg si douleur, 6 prises par jour maximum.", "6 {dose} / 1 d"),
    ],
)
def test_limit_around_a_drug(profiles: dict[str, Language], lang: str, text: str, wanted: str) -> None:
    read = posology(profiles, lang, text)
    assert (ratio(read["max_dose"]), read.get("timing")) == (wanted, None)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Lorazepam 0.5 mg bid plus 0.5 mg prn.", [("0.5 mg", BID, None), ("0.5 mg", None, None)]),
        ("en", "Salbutamol 2 puffs bd and 2 puffs prn.", [("2 {puff}", BID, None), ("2 {puff}", None, None)]),
        (
            "fr",
            "Oxycontin 20 mg x 2/j + interdoses 5 mg si besoin.",
            [("20 mg", BID, None), ("5 mg", None, None)],
        ),
        (
            "en",
            "Lasix 40 mg IV now, then 20 mg PO daily.",
            [("40 mg", {"count": 1}, None), ("20 mg", DAILY, None)],
        ),
        ("en", "Prednisone 40 mg now, then daily x 4 days.", [("40 mg", {"count": 1}, None), ("40 mg", DAILY, "4 d")]),
        (
            "en",
            "Warfarin 5 mg daily except Sunday 2.5 mg.",
            [
                ("5 mg", {**DAILY, "dayOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat"]}, None),
                ("2.5 mg", {"dayOfWeek": ["sun"]}, None),
            ],
        ),
        (
            "fr",
            "Vitamine B12 1 mg IM 1/sem pendant 4 semaines puis 1/mois.",
            [
                ("1 mg", {"frequency": 1, "period": "1", "periodUnit": "wk"}, "4 wk"),
                ("1 mg", {"frequency": 1, "period": "1", "periodUnit": "mo"}, None),
            ],
        ),
    ],
)
def test_steps_side_by_side(profiles: dict[str, Language], lang: str, text: str, wanted: list[Any]) -> None:
    assert steps(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "route", "reason"),
    [
        ("en", "Paracetamol 1g QDS PRN PO", "oral", None),
        ("en", "Haloperidol 2 mg q6h PRN IM for agitation", "intramuscular", "agitation"),
        ("en", "Sudafed 30 mg q6h prn nasal congestion", None, "nasal congestion"),
        ("fr", "Primpéran 10 mg x 3/j si besoin IV", "intravenous", None),
    ],
)
def test_a_route_behind_as_needed_is_no_reason(
    profiles: dict[str, Language], lang: str, text: str, route: str | None, reason: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert ((read.get("route") or {}).get("code"), read.get("as_needed_for")) == (route, reason)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Fentanyl PCA 10 mcg q10min lockout"),
        ("en", "Gemcitabine 1000 mg/m2 on days 1, 8, 15 q28 days"),
        ("en", "Bortezomib 1.3 mg/m2 SC days 1, 4, 8, and 11 of a 21-day cycle"),
        ("fr", "Gemzar 1000 mg/m2 J1, J8 et J15 toutes les 4 semaines"),
    ],
)
def test_an_interval_of_a_pump_or_a_cycle_is_no_frequency(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert "timing" not in read
    assert "duration" not in read


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Humalog 1 unit per 10 g carbs"),
        ("en", "NovoRapid 1 unit:10g CHO"),
        ("en", "Novolog 1:15 carb ratio"),
        ("fr", "Novorapid 1 UI pour 10 g de glucides"),
        ("en", "Dilaudid 2-4 q4h prn"),
        ("en", "Ativan 0.5-1 q6h prn"),
    ],
)
def test_a_ratio_or_a_range_of_unknown_unit_is_no_dose(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert read.keys().isdisjoint({"dose", "strength"})
    assert "timeOfDay" not in (repeat(read) or {})


@pytest.mark.parametrize(
    ("lang", "text", "dose"),
    [
        ("fr", "Voltarène gel x 3/j", None),
        ("fr", "Gaviscon cp x 3/j", None),
        ("en", "Adcal D3 ii od", "2"),
        ("fr", "Rivotril X gouttes le soir", "10 [drp]"),
    ],
)
def test_roman_figures_count_what_is_no_sign_of_times(
    profiles: dict[str, Language], lang: str, text: str, dose: str | None
) -> None:
    assert amount(posology(profiles, lang, text).get("dose")) == dose


@pytest.mark.parametrize(
    ("text", "strength", "rate"),
    [
        ("Fentanyl 50 mcg/hr patch q72h", None, "50 ug / 1 h"),
        ("Fentanyl 50 mcg/hr patch, 1 patch q72h", "50 ug / 1 h", None),
        ("Scopolamine 1 mg/3 days patch behind the ear", None, "1 mg / 3 d"),
    ],
)
def test_what_a_patch_gives_is_its_strength_where_patches_are_counted(
    profiles: dict[str, Language], text: str, strength: str | None, rate: str | None
) -> None:
    read = posology(profiles, "en", text)
    assert (ratio(read.get("strength")), ratio(read.get("rate"))) == (strength, rate)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Cefazolin 2 g IV q8h 48h", "48 h"),
        ("en", "Flucloxacillin 500mg qds 1/52 to 2/52", "1-2 wk"),
        ("en", "Meropenem 1g TDS IV (D3/7)", "7 d"),
        ("en", "Chlordiazepoxide 20mg qds reducing over 7 days", None),
        ("fr", "Colpotrophine 1 capsule/j 20 jours par mois", None),
    ],
)
def test_lengths(profiles: dict[str, Language], lang: str, text: str, wanted: str | None) -> None:
    assert amount(posology(profiles, lang, text).get("duration")) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("fr", "Bactrim forte 1 cp L-M-V", {"dayOfWeek": ["mon", "wed", "fri"]}),
        ("fr", "Modopar 125 : 1 gél. à 8h, 12h et 16h", {"timeOfDay": ["08:00:00", "12:00:00", "16:00:00"]}),
        ("en", "Furosemide 20 mg q2PM", {"timeOfDay": ["14:00:00"]}),
        ("en", "Depo-provera 150mg IM 12/52ly", {"frequency": 1, "period": "12", "periodUnit": "wk"}),
        ("en", "Amoxicillin 500 mg twise daily", BID),
        ("fr", "Doliprane 1 g toute les 6 heures", {"frequency": 1, "period": "6", "periodUnit": "h"}),
    ],
)
def test_times_in_short_and_misspelt(profiles: dict[str, Language], lang: str, text: str, wanted: Any) -> None:
    assert repeat(posology(profiles, lang, text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Morphine 10mg and midazolam 10mg over 24h via syringe driver",
        "Oxycodone 30mg with cyclizine 150mg over 24h in syringe driver",
    ],
)
def test_one_pump_gives_two_drugs_over_the_same_hours(profiles: dict[str, Language], text: str) -> None:
    both = [repeat(posology(profiles, "en", text, number)) for number in (0, 1)]
    assert both == [{"duration": "24", "durationUnit": "h"}] * 2
