"""A part that cannot be read gives a warning, and what stands beside it no other value for that."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language


def read(nlp: Language, text: str) -> tuple[dict[str, Any], list[str]]:
    doc = nlp(text)
    return doc._.medications[0].posology, [warning["code"] for warning in doc._.warning_data]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Metformin 500 mg, 3-2 times a day."),
        ("en", "Metformin 500 mg twice or once a day."),
        ("en", "Metformin 500 mg 3 to 2 times per week."),
        ("en", "Metformin 500 mg every 6-4 hours."),
        ("fr", "Paracétamol 1 g, 4 à 3 fois par jour."),
        ("fr", "Paracétamol 1 g toutes les 6 à 4 heures."),
    ],
)
def test_a_frequency_that_runs_backwards_gives_no_value_at_all(
    profiles: dict[str, Language], lang: str, text: str
) -> None:
    posology, codes = read(profiles[lang], text)
    assert codes == ["range_backwards"]
    assert not {"timing", "duration"} & posology.keys()
    assert posology["daily_dose"] is None
    assert posology["dose"]["unit"] in ("mg", "g")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Amoxicillin 500 mg tds 7-3/7."),
        ("en", "Amoxicillin 500 mg tds for 5 to 3/52."),
        ("fr", "Amlor 5 mg, 5 à 3/7."),
    ],
)
def test_a_length_in_sevenths_that_runs_backwards_is_none(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles[lang], text)
    assert codes == ["range_backwards"]
    assert "duration" not in posology


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Aspirin 2 thingummies a day.", {}),
        ("en", "Vitamin C 500 mg 2 zingles daily.", {"strength": {"numerator": {"value": "500", "unit": "mg"}, "denominator": None}}),
        ("fr", "Doliprane 2 bidules par jour.", {}),
        ("fr", "Doliprane 1 g 2 bidules par jour.", {"strength": {"numerator": {"value": "1", "unit": "g"}, "denominator": None}}),
    ],
)  # fmt: skip
def test_a_unit_that_nobody_knows_is_no_dose(
    profiles: dict[str, Language], lang: str, text: str, wanted: dict[str, Any]
) -> None:
    posology, codes = read(profiles[lang], text)
    assert codes == ["unit_unknown"]
    assert {name: posology[name] for name in ("dose", "strength") if name in posology} == wanted
    assert posology["daily_dose"] is None


def test_gummies_are_counted(profiles: dict[str, Language]) -> None:
    posology, codes = read(profiles["en"], "Vitamin C 2 gummies daily.")
    assert (posology["dose"], codes) == ({"value": "2", "unit": "{gummy}"}, [])


@pytest.mark.parametrize(
    "text",
    ["Rivotril X gouttes matin, XV gouttes soir.", "Rivotril 10 gouttes le matin et 15 gouttes le soir."],
)
def test_drops_at_several_times_keep_their_numbers(profiles: dict[str, Language], text: str) -> None:
    posology, codes = read(profiles["fr"], text)
    said = [(step["dose"], step["timing"]["repeat"]["when"]) for step in posology["steps"]]
    assert said == [({"value": "10", "unit": "[drp]"}, ["MORN"]), ({"value": "15", "unit": "[drp]"}, ["EVE"])]
    assert codes == []


@pytest.mark.parametrize("text", ["Oxycodone 5 mg q6h prn max 5/7.", "Oxycodone 5 mg q6h for a maximum of 5/7."])
def test_the_longest_course_is_no_largest_dose(profiles: dict[str, Language], text: str) -> None:
    posology, codes = read(profiles["en"], text)
    assert (posology["duration"], codes) == ({"value": "5", "unit": "d"}, [])
    assert "max_dose" not in posology


@pytest.mark.parametrize(
    ("lang", "text", "when"),
    [
        ("en", "Temazepam 15 mg x 3 nights.", "NIGHT"),
        ("en", "Temazepam 15 mg qhs for three nights.", "HS"),
        ("fr", "Stilnox 10 mg pendant 3 nuits.", "NIGHT"),
    ],
)
def test_a_number_of_nights_is_a_course(profiles: dict[str, Language], lang: str, text: str, when: str) -> None:
    posology, codes = read(profiles[lang], text)
    assert (posology["duration"], posology["timing"]["repeat"]) == ({"value": "3", "unit": "d"}, {"when": [when]})
    assert codes == []


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("Prednisolone 2.5mg od, to increase to 5mg od in 2/52.", ["2.5", "5"]),
        ("Lasix 40 mg, increase to 80 mg in 2 weeks.", ["40", "80"]),
        ("Sertraline 50 mg after 1/52.", ["50"]),
    ],
)
def test_when_a_dose_begins_is_no_course(profiles: dict[str, Language], text: str, doses: list[str]) -> None:
    posology, codes = read(profiles["en"], text)
    steps = posology["steps"] or [posology]
    assert [step["dose"]["value"] for step in steps] == doses
    assert not any("duration" in step for step in steps)
    assert codes == ["start_unread"]


@pytest.mark.parametrize(
    ("text", "most", "hours"),
    [
        ("PCA morphine 1 mg, lockout 10 minutes, 4 hour limit 30 mg.", "30", "4"),
        ("Morphine PCA 1 mg, 6-minute lockout, 1-hour maximum of 10 mg.", "10", "1"),
        ("Morphine PCA 1 mg, lock-out 6 min, max 30 mg in 4 hours.", "30", "4"),
    ],
)
def test_the_limits_of_a_pump(profiles: dict[str, Language], text: str, most: str, hours: str) -> None:
    posology, codes = read(profiles["en"], text)
    assert posology["dose"] == {"value": "1", "unit": "mg"}
    assert posology["max_dose"] == {
        "numerator": {"value": most, "unit": "mg"},
        "denominator": {"value": hours, "unit": "h"},
    }
    assert not {"timing", "duration"} & posology.keys()
    assert codes == []


def test_alternate_days_in_latin(profiles: dict[str, Language]) -> None:
    repeat = read(profiles["en"], "Prednisone 10 mg alt die.")[0]["timing"]["repeat"]
    assert repeat == {"frequency": 1, "period": "2", "periodUnit": "d"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Lévothyroxine 75 µg le matin à jeun."),
        ("en", "Levothyroxine 75 mcg every morning on an empty stomach."),
    ],
)
def test_fasting_has_no_code_in_a_timing(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles[lang], text)
    assert (posology["timing"]["repeat"], codes) == ({"when": ["MORN"]}, ["instruction_unread"])


def test_the_letters_of_a_name_are_no_frequency(profiles: dict[str, Language]) -> None:
    posology, codes = read(
        profiles["en"], "Imodium A-D tablets take one tablet by mouth b.i.d. as needed for diarrhea."
    )
    assert (posology["timing"]["code"], codes) == ("BID", [])


def test_a_maximum_of_something_else_is_no_largest_dose(profiles: dict[str, Language]) -> None:
    posology, _ = read(profiles["en"], "The patient was infused with dobutamine to a maximum heart rate of 142.")
    assert "max_dose" not in posology


def test_the_form_of_what_stands_before_is_not_of_the_drug(profiles: dict[str, Language]) -> None:
    posology, _ = read(profiles["en"], "It was irrigated with saline solution, and 0.5% Marcaine was injected.")
    assert "form" not in posology
    assert posology["strength"]["numerator"] == {"value": "0.5", "unit": "%"}


def test_a_route_that_leads_to_the_next_drug_is_not_of_the_one_before(profiles: dict[str, Language]) -> None:
    posology, _ = read(profiles["en"], "It was irrigated with 0.25% Marcaine and injected with more Kenalog.")
    assert "route" not in posology


def test_adjustments_of_the_dose_are_no_reason_to_take_it(profiles: dict[str, Language]) -> None:
    posology, _ = read(
        profiles["en"], "Let us know about any side effects of Elavil or if dose adjustments are needed."
    )
    assert posology["as_needed"] is False


def test_a_drug_that_is_denied_takes_nothing_from_beside_it(profiles: dict[str, Language]) -> None:
    doc = profiles["en"]("10 mL of Xylocaine 1% without epinephrine was injected into the bursa.")
    (denied,) = (one for one in doc._.medications if one.drug.text == "epinephrine")
    assert denied.status == "not-taken"
    assert "route" not in denied.posology


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Insulin lispro sliding scale ac."),
        ("en", "Insulin lispro per sliding scale."),
        ("en", "Humalog sliding scale with meals and at bedtime."),
        ("fr", "Humalog selon glycémie capillaire avant les repas."),
    ],
)
def test_a_dose_that_only_a_scale_knows_gives_a_warning(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles[lang], text)
    assert codes == ["dose_by_scale"]
    assert "dose" not in posology


@pytest.mark.parametrize(
    ("lang", "text", "reason", "route", "duration"),
    [
        ("fr", "PARACETAMOL 500MG\t2 cp toutes les 6 h si douleur\tPO\t5 j", "douleur", "oral", "5"),
        ("fr", "PARACETAMOL 500MG\t2 cp toutes les 6 h si besoin\tPO\t5 j", None, "oral", "5"),
        ("fr", "PARACETAMOL 500MG 2 cp toutes les 6 h en cas de douleur PO 5 j", "douleur", "oral", "5"),
        ("en", "ACETAMINOPHEN 500MG\t2 tabs q6h prn pain\tPO\t5 days", "pain", "oral", "5"),
        ("en", "ACETAMINOPHEN 500MG\t2 tabs q6h prn\tby mouth\t5 days", None, "oral", "5"),
    ],
)
def test_a_reason_ends_with_its_cell_and_before_a_route(
    profiles: dict[str, Language], lang: str, text: str, reason: str | None, route: str, duration: str
) -> None:
    posology, codes = read(profiles[lang], text)
    assert (posology["as_needed"], posology.get("as_needed_for")) == (True, reason)
    assert (posology["route"]["code"], posology["duration"]["value"]) == (route, duration)
    assert codes == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ceftriaxone 1 g IV q24h on 3/8/2026 for 7 days."),
        ("en", "Lasix 40 mg daily on 3/8/2026."),
        ("en", "Ceftriaxone 1 g IV q24h from 2026-03-08 for 7 days."),
        ("fr", "Ceftriaxone 1 g IV par jour le 08/03/2026 pendant 7 jours."),
        ("fr", "Ceftriaxone 1 g IV par jour depuis le 08.03.2026 pendant 7 jours."),
    ],
)
def test_a_date_is_no_amount(profiles: dict[str, Language], lang: str, text: str) -> None:
    posology, codes = read(profiles[lang], text)
    assert codes == []
    assert posology["dose"] in ({"value": "1", "unit": "g"}, {"value": "40", "unit": "mg"})
    assert not posology["steps"]
