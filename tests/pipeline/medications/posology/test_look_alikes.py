"""What looks like a part of an instruction and is none, each beside the instruction that it looks like."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language


def read(profiles: dict[str, Language], text: str, lang: str = "en", number: int = 0) -> tuple[Any, list[str]]:
    """The posology of a drug, and the codes of the note's warnings."""
    doc = profiles[lang](text)
    return doc._.medications[number].posology, [warning["code"] for warning in doc._.warning_data]


@pytest.mark.parametrize(
    ("lang", "text", "needed"),
    [
        ("en", "She takes lisinopril 10 mg daily and will follow up p.r.n.", False),
        ("en", "Discharged on Keflex 500 mg q.i.d. Return to clinic in 2 weeks or p.r.n.", False),
        ("en", "She takes lisinopril 10 mg daily with p.r.n. follow-up.", False),
        ("fr", "Lasilix 40 mg par jour, à revoir si besoin.", False),
        ("en", "She will follow up in a week and takes Tylenol 500 mg p.r.n.", True),
        ("en", "Tylenol 500 mg p.r.n., follow up in a week.", True),
        ("fr", "Doliprane 1 g si besoin, à revoir dans un mois.", True),
    ],
)
def test_a_visit_as_needed_is_not_the_drug(profiles: dict[str, Language], lang: str, text: str, needed: bool) -> None:
    assert read(profiles, text, lang)[0]["as_needed"] is needed


@pytest.mark.parametrize(
    "text",
    [
        "Triamcinolone 10 mg was injected at the 10 o'clock position.",
        "Triamcinolone 10 mg was injected at the 10:30 o'clock position.",
        "Triamcinolone 10 mg was injected at the 2, 4 and 10 o'clock positions.",
    ],
)
def test_an_angle_is_neither_an_amount_nor_a_time(profiles: dict[str, Language], text: str) -> None:
    posology, codes = read(profiles, text)
    assert (posology["dose"], posology.get("timing"), codes) == ({"value": "10", "unit": "mg"}, None, [])


def test_an_hour_of_which_half_of_the_day_is_not_said_stays_text(profiles: dict[str, Language]) -> None:
    posology, codes = read(profiles, "Ambien 5 mg at 10 o'clock.")
    assert (posology["dose"], posology.get("timing"), codes) == (
        {"value": "5", "unit": "mg"},
        None,
        ["frequency_unread"],
    )
    assert read(profiles, "Ambien 5 mg at 10 pm.")[0]["timing"]["repeat"] == {"timeOfDay": ["22:00:00"]}


@pytest.mark.parametrize(
    "text",
    [
        "Xanax 0.5 mg b.i.d., given a 60 pill prescription.",
        "Xanax 0.5 mg b.i.d., 60-tablet supply.",
        "Xanax 0.5 mg refill, b.i.d.",
    ],
)
def test_what_is_prescribed_in_all_is_no_dose(profiles: dict[str, Language], text: str) -> None:
    assert read(profiles, text)[0]["dose"] == {"value": "0.5", "unit": "mg"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ambien 5 mg a few nights a week."),
        ("en", "Ambien 5 mg several times a week."),
        ("en", "Ambien 5 mg every few nights."),
        ("fr", "Stilnox 10 mg quelques soirs par semaine."),
    ],
)
def test_an_indefinite_number_of_times_stays_text(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles, text, lang)
    assert "timing" not in posology
    assert posology["daily_dose"] is None
    assert codes == ["frequency_unread"]


def test_a_definite_number_of_nights_is_read(profiles: dict[str, Language]) -> None:
    posology, codes = read(profiles, "Ambien 5 mg two nights a week.")
    assert posology["timing"]["repeat"] == {"frequency": 2, "period": "1", "periodUnit": "wk", "when": ["NIGHT"]}
    assert codes == []


@pytest.mark.parametrize(
    ("lang", "text", "repeat", "daily"),
    [
        ("en", "Klonopin 0.5 mg daily in the morning and at bedtime.", {"when": ["MORN", "HS"]}, "1"),
        ("en", "Klonopin 0.5 mg every day, in the morning, at noon and at bedtime.", {"when": ["MORN", "NOON", "HS"]}, "1.5"),
        ("fr", "Rivotril 0,5 mg tous les jours matin et soir.", {"when": ["MORN", "EVE"]}, "1"),
        ("en", "Klonopin 0.5 mg daily in the morning.", {"frequency": 1, "period": "1", "periodUnit": "d", "when": ["MORN"]}, "0.5"),
        ("en", "Klonopin 0.5 mg twice daily, morning and bedtime.", {"frequency": 2, "period": "1", "periodUnit": "d", "when": ["MORN", "HS"]}, "1"),
    ],
)  # fmt: skip
def test_each_moment_of_the_day_is_a_taking(
    profiles: dict[str, Language], lang: str, text: str, repeat: dict[str, Any], daily: str
) -> None:
    posology, codes = read(profiles, text, lang)
    assert posology["timing"]["repeat"] == repeat
    assert (posology["daily_dose"]["value"], codes) == (daily, [])


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Klonopin 0.5 mg once daily in the morning and at bedtime."),
        ("en", "Klonopin 0.5 mg twice daily, morning, noon and bedtime."),
        ("fr", "Rivotril 0,5 mg une fois par jour matin et soir."),
        ("fr", "Rivotril 0,5 mg/j matin et soir."),
    ],
)
def test_moments_that_contradict_a_number_of_takings(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles, text, lang)
    assert (posology["daily_dose"], codes) == (None, ["frequency_contradicts_itself"])


def test_a_choice_of_moments_is_one_taking(profiles: dict[str, Language]) -> None:
    posology, codes = read(profiles, "Klonopin 0.5 mg daily in the morning or at bedtime.")
    assert posology["timing"]["repeat"]["frequency"] == 1
    assert codes == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Lidocaine 1% was injected into the oral vestibule.", "parenteral"),
        ("Lidocaine 1% was injected into the nasal mucosa.", "parenteral"),
        ("Ancef 1 g IV q.8h., then switched to oral medications.", "intravenous"),
        ("Ancef 1 g IV q.8h. He tolerated oral intake.", "intravenous"),
        ("Morphine 2 mg IV with other p.o. pain medications.", "intravenous"),
        ("Lasix 40 mg oral daily.", "oral"),
        ("He was switched to oral Lasix 40 mg daily.", "oral"),
    ],
)
def test_a_route_of_something_else_is_not_the_drug_s(profiles: dict[str, Language], text: str, code: str) -> None:
    assert read(profiles, text)[0]["route"]["code"] == code


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("He received Versed 2 mg and 2% viscous lidocaine.", [["2 mg"], ["2%"]]),
        ("After Versed 2 mg, 1% preservative free lidocaine was injected.", [["2 mg"], ["1%"]]),
        ("Lidocaine 2% viscous, Tylenol 500 mg.", [["2%"], ["500 mg"]]),
        ("Lasix 40 mg daily, aspirin 81 mg plain Tylenol.", [["40 mg"], ["81 mg"], []]),
    ],
)
def test_a_quality_between_an_amount_and_its_drug(
    profiles: dict[str, Language], text: str, drugs: list[list[str]]
) -> None:
    doc = profiles["en"](text)
    found = [[span.text for span in record.attributes.get("STRENGTH", ())] for record in doc._.medications]
    assert found == drugs


@pytest.mark.parametrize(
    ("lang", "text", "times"),
    [
        ("en", "Heparin 10 units/h from 8 p.m. to 6 a.m.", None),
        ("fr", "Héparine 10 UI/h de 20 h à 6 h.", None),
        ("en", "Lasix 40 mg at 8 a.m. and 4 p.m.", ["08:00:00", "16:00:00"]),
        ("fr", "Lasilix 40 mg à 8 h et à 16 h.", ["08:00:00", "16:00:00"]),
    ],
)
def test_a_part_of_the_day_is_no_time_of_taking(
    profiles: dict[str, Language], lang: str, text: str, times: list[str] | None
) -> None:
    posology, codes = read(profiles, text, lang)
    assert posology.get("timing", {}).get("repeat", {}).get("timeOfDay") == times
    assert codes == ([] if times else ["frequency_unread"])


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "1. Lasix 40 mg PO BID 2. KCl 20 mEq PO daily 3. Aldactone 25 mg daily"),
        ("en", "1) Lasix 40 mg BID 2) KCl 20 mEq daily 3) Aldactone 25 mg daily"),
        ("en", "(1) Lasix 40 mg BID (2) KCl 20 mEq daily (3) Aldactone 25 mg daily"),
        ("fr", "1) Lasilix 40 mg x2/j 2) Kardegic 20 mg/j 3) Tahor 25 mg le soir"),
    ],
)
def test_numbers_of_a_list_in_one_line_are_no_doses(profiles: dict[str, Language], lang: str, text: str) -> None:
    assert [read(profiles, text, lang, number)[0]["dose"]["value"] for number in range(3)] == ["40", "20", "25"]


def test_a_rate_in_hundreds_is_no_clock_time(profiles: dict[str, Language]) -> None:
    infused, _ = read(profiles, "Heparin infusion at 1200 units/hr.")
    assert infused["rate"]["numerator"]["value"] == "1200"
    assert "timing" not in infused
    assert read(profiles, "Novolog 4 units at 1200.")[0]["timing"]["repeat"] == {"timeOfDay": ["12:00:00"]}


def test_a_number_in_a_name_with_its_unit_is_the_strength(profiles: dict[str, Language]) -> None:
    assert read(profiles, "ASA 81 mg daily.")[0]["dose"] == {"value": "81", "unit": "mg"}


@pytest.mark.parametrize("text", ["1- Lasix 40 mg bid 2- KCl 20 mEq daily", "[1] Lasix 40 mg bid [2] KCl 20 mEq daily"])
def test_numbers_of_items_with_other_signs_are_no_doses(profiles: dict[str, Language], text: str) -> None:
    assert [read(profiles, text, number=number)[0]["dose"]["value"] for number in range(2)] == ["40", "20"]


def test_a_strength_before_a_part_of_a_tablet_is_no_number_with_it(profiles: dict[str, Language]) -> None:
    posology, warnings = read(profiles, "Metoprolol 25 1/2 tab bid")
    assert "dose" not in posology
    assert "ambiguous_number" in warnings
    assert read(profiles, "Coumadin 1 1/2 tabs daily")[0]["dose"] == {"value": "1.5", "unit": "{tbl}"}


def test_a_dose_behind_named_days_is_not_of_those_days(profiles: dict[str, Language]) -> None:
    first, second = read(profiles, "Coumadin 5 mg MWF, 2.5 mg otherdays")[0]["steps"]
    assert first["timing"]["repeat"] == {"dayOfWeek": ["mon", "wed", "fri"]}
    assert "timing" not in second


def test_a_suppository_is_of_the_name_before_it(profiles: dict[str, Language]) -> None:
    text = "Lactulose 15 ml bd po, glycerin suppository pr prn"
    assert read(profiles, text)[0]["as_needed"] is False
    assert read(profiles, text, number=1)[0]["form"]["code"] == "suppository"
