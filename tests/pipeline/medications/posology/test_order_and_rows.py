"""What is told out of its order, parts of a course without their dose, hours and letters of the day in a row."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from spacy.language import Language

from pipeline import enrich
from schemas import Note, encode
from tests.pipeline.medications.posology.readings import amount, posology, repeat

BID, DAILY, ONCE = (
    {"frequency": 2, "period": "1", "periodUnit": "d"},
    {"frequency": 1, "period": "1", "periodUnit": "d"},
    {"count": 1},
)
TID = {"frequency": 3, "period": "1", "periodUnit": "d"}


def steps(read: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    return [
        (
            amount(step.get("dose") or (step.get("rate") or {}).get("numerator")),
            repeat(step),
            amount(step.get("duration")),
        )
        for step in read["steps"] or [read]
    ]


def codes(nlp: Language, lang: str, text: str) -> set[str]:
    event = orjson.loads(encode(enrich(Note(note_id="n", text=text, language=lang), nlp)))
    return {warning["code"] for warning in event["warnings"]}


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Voriconazole 200 mg BID, first day 400 mg", [("400 mg", None, "1 d"), ("200 mg", BID, None)]),
        ("en", "Plavix 75 mg daily after a 600 mg load", [("600 mg", ONCE, None), ("75 mg", DAILY, None)]),
        ("en", "Anidulafungin 100 mg daily (200 mg first dose)", [("200 mg", ONCE, None), ("100 mg", DAILY, None)]),
        (
            "en",
            "Amiodarone 200 mg daily, load with 400 mg BID x 7 days",
            [("400 mg", BID, "7 d"), ("200 mg", DAILY, None)],
        ),
        ("en", "Eliquis 5 mg BID, 10 mg BID for the first 7 days", [("10 mg", BID, "7 d"), ("5 mg", BID, None)]),
        (
            "en",
            "Zithromax 250 mg daily for 4 days, 500 mg on day 1",
            [("500 mg", None, "1 d"), ("250 mg", DAILY, "4 d")],
        ),
        ("fr", "Plavix 75 mg/j, dose de charge 300 mg", [("300 mg", ONCE, None), ("75 mg", DAILY, None)]),
        ("fr", "Cancidas 50 mg/j, premier jour 70 mg", [("70 mg", None, "1 d"), ("50 mg", DAILY, None)]),
        ("fr", "Plavix 75 mg/j après une dose de charge de 300 mg", [("300 mg", ONCE, None), ("75 mg", DAILY, None)]),
        ("fr", "Xarelto 20 mg/j, les 21 premiers jours 15 mg x 2/j", [("15 mg", BID, "21 d"), ("20 mg", DAILY, None)]),
        # In their order already.
        ("en", "Plavix 600 mg load, then 75 mg daily", [("600 mg", None, None), ("75 mg", DAILY, None)]),
        (
            "en",
            "Prednisone 40 mg daily for the first 5 days, then 20 mg daily",
            [("40 mg", DAILY, "5 d"), ("20 mg", DAILY, None)],
        ),
    ],
)
def test_what_is_given_first_is_the_first_step(
    profiles: dict[str, Language], lang: str, text: str, expected: list[Any]
) -> None:
    assert steps(posology(profiles, lang, text)) == expected


def test_the_route_of_a_dose_told_behind_is_its_own(profiles: dict[str, Language]) -> None:
    read = posology(profiles, "en", "Phenytoin 100 mg TID, loading dose 1 g IV over 30 min")
    assert "route" not in read
    assert read["steps"][0]["route"]["code"] == "intravenous"


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Clonazepam 1 mg TID x1 wk, BID x1 wk, qhs x1 wk", [TID, BID, {"when": ["HS"]}]),
        ("en", "Clonazepam 1 mg TID x1 wk BID x1 wk daily x1 wk", [TID, BID, DAILY]),
        ("en", "Clonazepam 1 mg am and hs x 1 wk, hs x 1 wk, then stop", [{"when": ["MORN", "HS"]}, {"when": ["HS"]}]),
        ("fr", "Xanax 0,5 mg 3/j 1 sem, 2/j 1 sem, au coucher 1 sem puis stop", [TID, BID, {"when": ["HS"]}]),
        ("fr", "Xanax 0,5 mg matin et soir 1 sem, le soir 1 sem", [{"when": ["MORN", "EVE"]}, {"when": ["EVE"]}]),
    ],
)
def test_parts_of_a_course_have_their_times(
    profiles: dict[str, Language], lang: str, text: str, expected: list[Any]
) -> None:
    found = steps(posology(profiles, lang, text))
    assert [said for _, said, _ in found] == expected
    assert len({(dose, length) for dose, _, length in found}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Prednisone 5 mg daily x 7 days, with food",
        "Naproxen 500 mg BID with meals for 5 days, with food for 5 days",
        "Cefepime 2 g q12h x 7 days (q12h for 7 days)",
    ],
)
def test_more_on_the_same_course_is_no_part_of_it(profiles: dict[str, Language], text: str) -> None:
    assert posology(profiles, "en", text)["steps"] == []


@pytest.mark.parametrize(
    ("lang", "text", "doses"),
    [
        ("en", "Prednisone 60, 40, 20, 10 mg x 3 days each then stop", "60 40 20 10"),
        ("fr", "Solupred 60, 40, 20 mg 3 jours chacun", "60 40 20"),
    ],
)
def test_numbers_have_the_unit_of_the_last_dose_of_their_row(
    profiles: dict[str, Language], lang: str, text: str, doses: str
) -> None:
    found = steps(posology(profiles, lang, text))
    assert [dose for dose, *_ in found] == [f"{dose} mg" for dose in doses.split()]
    assert {length for *_, length in found} == {"3 d"}


@pytest.mark.parametrize(
    ("lang", "text", "warned"),
    [
        ("en", "Prednisone 40 mg daily, taper to off", True),
        ("en", "Methadone 10 mg TID, weaning to off over 2 weeks", True),
        ("en", "Prednisone 20 mg x 5 days, 10 mg x 5 days, taper to off", True),
        ("fr", "Prednisone 40 mg/j, diminuer jusqu'à arrêt", True),
        ("fr", "Prednisone 40 mg/j, décroissance progressive", True),
        ("en", "Prednisone 20 mg x 5 days, 10 mg x 5 days, then stop", False),
        ("fr", "Solupred 60 mg 3 j, 40 mg 3 j puis arrêt", False),
    ],
)
def test_how_a_dose_falls_is_warned_of(profiles: dict[str, Language], lang: str, text: str, *, warned: bool) -> None:
    assert ("change_of_dose" in codes(profiles[lang], lang, text)) == warned


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("en", "Rocephin 1 g daily, completed 3 of 7 days", "7 d"),
        ("en", "Completed 3 of 7 days of Rocephin 1 g daily", "7 d"),
        ("en", "Ancef 2 g q8h, has received 4 days of a 14 day course", "14 d"),
        ("en", "Ancef 2 g q8h (5/10 days)", "10 d"),
        ("en", "Maxipime 2 g q8h, completed 2 of 6 weeks", "6 wk"),
        ("en", "Maxipime 2 g q8h, 10 days done of 14", "14 d"),
        ("en", "Macrobid 100 mg BID (2 days left of 5)", "5 d"),
        ("fr", "Augmentin 1 g x 3/j, 3 jours faits sur 7", "7 d"),
        ("fr", "Augmentin 1 g x 3/j, a reçu 3 jours sur 7", "7 d"),
        ("fr", "Rocéphine 1 g/j, 3e jour sur 7", "7 d"),
        ("en", "Amoxil 500 mg TID for 5/7", "5 d"),
        ("en", "Amoxil 500 mg TID, completed 5/7 days", None),
        ("fr", "Spasfon 2 cp 5 jours sur 7", None),
        ("en", "Miralax 17 g daily, 4 of 7 days a week", None),
    ],
)
def test_so_much_of_a_course_is_not_the_course(
    profiles: dict[str, Language], lang: str, text: str, days: str | None
) -> None:
    assert amount(posology(profiles, lang, text).get("duration")) == days


def test_doses_so_far_are_no_dose(profiles: dict[str, Language]) -> None:
    assert amount(posology(profiles, "en", "Zosyn 4.5 g q8h, received 3 of 5 doses")["dose"]) == "4.5 g"


@pytest.mark.parametrize(
    ("lang", "text", "hours"),
    [
        ("fr", "Paracétamol 1 g 07-11-15-19", "07 11 15 19"),
        ("en", "Sinemet 25/100 1 tab at 07-11-15-19", "07 11 15 19"),
        ("fr", "Modopar 125 mg 1 gél à 8-14-20 h", "08 14 20"),
        ("fr", "Modopar 125 mg 1 gél 8-14-20", "08 14 20"),
        ("fr", "Paracétamol 1 g 6/14/22h", "06 14 22"),
        ("en", "Cefazolin 2 g IV 06-14-22", "06 14 22"),
    ],
)
def test_hours_in_a_row(profiles: dict[str, Language], lang: str, text: str, hours: str) -> None:
    assert repeat(posology(profiles, lang, text)) == {"timeOfDay": [f"{hour}:00:00" for hour in hours.split()]}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "NovoRapid 8-14-20"),
        ("en", "Cefazolin 2 g IV on 07-12-19"),
        ("en", "Prednisone 40-30-20-10 mg"),
        ("en", "Metformin 500 mg 1 m 1 d 1 n"),
    ],
)
def test_rows_that_may_be_several_things_are_warned_of(profiles: dict[str, Language], lang: str, text: str) -> None:
    read = posology(profiles, lang, text)
    assert read["steps"] == []
    assert repeat(read) is None
    assert codes(profiles[lang], lang, text) & {"frequency_unread", "several_amounts"}


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Metformin 500 mg m+n", [("500 mg", {"when": ["MORN", "NIGHT"]}, None)]),
        ("fr", "Keppra 500 mg m+s", [("500 mg", {"when": ["MORN", "EVE"]}, None)]),
        ("fr", "Keppra 500 mg m-m-s", [("500 mg", {"when": ["MORN", "NOON", "EVE"]}, None)]),
        ("fr", "Doliprane 1 g 1 m 1 n", [("1 g", {"when": ["MORN", "NIGHT"]}, None)]),
        ("fr", "Keppra 500 mg M 1 S 1", [("500 mg", {"when": ["MORN", "EVE"]}, None)]),
        ("fr", "Keppra 500 mg cp 1m 2s", [("1 {tbl}", {"when": ["MORN"]}, None), ("2 {tbl}", {"when": ["EVE"]}, None)]),
        ("fr", "Keppra 500 mg matin 1 soir 2", [("1", {"when": ["MORN"]}, None), ("2", {"when": ["EVE"]}, None)]),
        ("en", "Warfarin 5 mg m-f", [("5 mg", {"dayOfWeek": ["mon", "tue", "wed", "thu", "fri"]}, None)]),
        (
            "fr",
            "NovoRapid 8-8-6 UI",
            [
                ("8 [iU]", {"when": ["MORN"]}, None),
                ("8 [iU]", {"when": ["NOON"]}, None),
                ("6 [iU]", {"when": ["EVE"]}, None),
            ],
        ),
    ],
)
def test_letters_of_the_day(profiles: dict[str, Language], lang: str, text: str, expected: list[Any]) -> None:
    assert steps(posology(profiles, lang, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Synthroid 112 mcg M-Sat, 224 mcg Sunday", "112 ug,224 ug"),
        ("Synthroid 112 mcg M-Sat, 2 tabs Sunday", "112 ug,2 {tbl}"),
    ],
)
def test_days_that_end_with_saturday_are_no_saturation(profiles: dict[str, Language], text: str, expected: str) -> None:
    found = steps(posology(profiles, "en", text))
    assert [dose for dose, *_ in found] == expected.split(",")
    assert [len((said or {})["dayOfWeek"]) for _, said, _ in found] == [6, 1]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Zoloft 50 mg daily trialled 3 mo", "3 mo"),
        ("Lexapro 10 mg daily tried 6 wks, no effect", "6 wk"),
    ],
)
def test_a_trial_has_its_length(profiles: dict[str, Language], text: str, length: str) -> None:
    assert amount(posology(profiles, "en", text)["duration"]) == length


@pytest.mark.parametrize(
    ("lang", "text", "route"),
    [
        ("en", "Morphine 2 mg IV q4h prn, epidural to be removed", "intravenous"),
        ("en", "Labetalol 20 mg IV given, epidural in place", "intravenous"),
        ("fr", "Perfalgan 1 g IV x 4/j, péridurale en place", "intravenous"),
        ("en", "Keppra 500 mg BID, PO or IV", None),
        ("en", "Zofran 4 mg PO/IV q8h", None),
    ],
)
def test_a_route_named_apart_is_of_something_else(
    profiles: dict[str, Language], lang: str, text: str, route: str | None
) -> None:
    assert posology(profiles, lang, text)["route"]["code"] == route
    assert "several_routes" in codes(profiles[lang], lang, text)


def test_what_is_fed_is_of_no_drug(profiles: dict[str, Language]) -> None:
    assert "rate" not in posology(profiles, "en", "TPN/IL at 120 ml/kg/d ampicillin and gentamicin")
    assert "rate" in posology(profiles, "en", "120 ml/kg/d of D10W, caffeine")


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Warfarin 7.5 mg PO q1800", {"timeOfDay": ["18:00:00"]}),
        ("en", "Zyrtec 2.5 mg once nightly", {"when": ["NIGHT"]}),
        ("en", "Endone 5 mg 4-6/24 PRN", {"frequency": 1, "period": "4", "periodMax": "6", "periodUnit": "h"}),
        ("en", "Keflin 1 g IV 6/24", {"frequency": 1, "period": "6", "periodUnit": "h"}),
        ("en", "Hartmann's 1 L over 8/24", {"duration": "8", "durationUnit": "h"}),
        ("fr", "Solupred 20 mg : 3 cp le matin en une prise", {"when": ["MORN"]}),
        ("fr", "Solupred 60 mg en une prise pendant 5 jours", DAILY),
        ("fr", "Monuril 3 g en une prise", None),
        ("en", "Ritalin 10/24", None),
    ],
)
def test_times_in_short(profiles: dict[str, Language], lang: str, text: str, expected: dict[str, Any] | None) -> None:
    assert repeat(posology(profiles, lang, text)) == expected


@pytest.mark.parametrize(
    ("text", "dose", "strength"),
    [
        ("Miralax 17 g (1 capful) daily", "17 g", None),
        ("Metformin 1 tablet (500 mg) BID", "1 {tbl}", "500 mg"),
        ("Metformin 2 tablets (1000 mg) BID", "2 {tbl}", None),
        ("Amiodarone 900 mg in 500 mL D5W at 0.5 mg/min", None, "900 mg"),
        ("Magnesium sulfate 4 g in 100 mL over 30 minutes", "4 g", None),
    ],
)
def test_what_brackets_and_fluids_hold(
    profiles: dict[str, Language], text: str, dose: str | None, strength: str | None
) -> None:
    read = posology(profiles, "en", text)
    assert (amount(read.get("dose")), amount((read.get("strength") or {}).get("numerator"))) == (dose, strength)


@pytest.mark.parametrize(
    ("lang", "text", "doses"),
    [
        ("en", "Clenil 50 micrograms 2 puffs BD, step up to 4 puffs BD when unwell", ["2 {puff}"]),
        ("fr", "Sous escitalopram 10 mg/j depuis 3 mois, je propose de passer à 15 mg/j", ["15 mg"]),
        ("fr", "Escitalopram 10 mg/j, passer à 15 mg/j", ["10 mg", "15 mg"]),
    ],
)
def test_going_on_to_another_dose(profiles: dict[str, Language], lang: str, text: str, doses: list[str]) -> None:
    read = posology(profiles, lang, text)
    assert "max_dose" not in read
    assert [dose for dose, *_ in steps(read)] == doses


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        ("en", "Humalog 1 unit/50 > 150", "dose_by_scale"),
        ("en", "Normal saline at 75 cc/hr x 1 L", "amount_unread"),
        ("en", "Clobetasol 0.05% ointment BID x 2 wks on/1 wk off", "frequency_unread"),
        ("en", "Librium 20 mg qds reducing regime over 5 days", "change_of_dose"),
        ("en", "Ferrous fumarate 210 mg od or alternate days", "frequency_contradicts_itself"),
        ("en", "Rocephin 1 g daily until afebrile for 48 hours", "duration_unread"),
        ("fr", "Eliquis 5 mg x 2/j (2,5 mg x 2/j si Cl < 30)", "amount_unread"),
        ("en", "Lispro 4 units TID (6 units if BG > 200)", "amount_unread"),
        ("en", "Medrol 4 mg tabs 6-5-4-3-2-1", "range_backwards"),
    ],
)
def test_what_would_be_a_guess_is_warned_of(profiles: dict[str, Language], lang: str, text: str, code: str) -> None:
    read = posology(profiles, lang, text)
    assert code in codes(profiles[lang], lang, text)
    assert read["steps"] == []
    assert "duration" not in read
    assert "count" not in (repeat(read) or {})
    assert amount(read.get("dose")) in (None, "20 mg", "210 mg", "1 g", "5 mg", "4 U")


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        (
            "en",
            "Oxycodone 5 mg prn moderate pain, 10 mg prn severe pain",
            [("5 mg", "moderate pain"), ("10 mg", "severe pain")],
        ),
        ("en", "Lasix 80 mg qAM; if wt up 3 lb take extra 40 mg", [("80 mg", None), ("40 mg", "wt up 3 lb")]),
        ("en", "Tylenol 500 mg q6h if needed, take with food", [("500 mg", None)]),
    ],
)
def test_conditions_are_of_their_dose(
    profiles: dict[str, Language], lang: str, text: str, expected: list[tuple[str, str | None]]
) -> None:
    read = posology(profiles, lang, text)
    found = [(amount(step["dose"]), step.get("as_needed_for")) for step in read["steps"] or [read]]
    assert found == expected


@pytest.mark.parametrize(
    ("lang", "text", "doses"),
    [
        (
            "en",
            "Salazopyrin 500 mg od 1/52, then bd 1/52, 1 g mane 500 mg nocte 1/52 then 1 g bd",
            ["500 mg", "500 mg", "1 g", "500 mg", "1 g"],
        ),
        ("fr", "Coumadine 5 mg alternance 1 cp / 3/4 cp", ["1 {tbl}", "0.75 {tbl}"]),
        ("en", "Lithium 300 mg 1 AM 2 HS", ["1", "2"]),
        ("fr", "Uvedose 1 amp 1/3 mois", ["1 {ampoule}"]),
        ("en", "Prescribed 30 tablets of Norco 5/325", [None]),
        ("en", "Tylenol 500 mg, 2 tablets q6h", ["2 {tbl}"]),
    ],
)
def test_each_part_has_its_dose(profiles: dict[str, Language], lang: str, text: str, doses: list[str | None]) -> None:
    read = posology(profiles, lang, text)
    assert "duration" not in read
    assert [dose for dose, *_ in steps(read)] == doses


@pytest.mark.parametrize(
    ("lang", "text", "doses", "strength"),
    [
        ("en", "Nicotine 21 mg patch daily x 6 wks, then 14 mg x 2 wks, then 7 mg x 2 wks", "21 mg, 14 mg, 7 mg", None),
        ("en", "Prednisone 40 mg tablet daily x 5 days, then 20 mg x 5 days", "40 mg, 20 mg", None),
        ("fr", "Solupred 20 mg cp le matin pendant 5 jours puis 10 mg pendant 5 jours", "20 mg, 10 mg", None),
        ("en", "Prednisone 20 mg tablet 2 tabs daily x 5 days, then 1 tab x 5 days", "2 {tbl}, 1 {tbl}", "20 mg"),
    ],
)
def test_a_mass_before_a_form_is_the_dose_where_another_follows(
    profiles: dict[str, Language], lang: str, text: str, doses: str, strength: str | None
) -> None:
    read = posology(profiles, lang, text)
    assert ", ".join(dose for dose, _, _ in steps(read)) == doses
    assert amount((read.get("strength") or {}).get("numerator")) == strength
