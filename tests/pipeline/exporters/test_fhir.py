"""FHIR R4: valid resources, and of each mention what may be said of the patient."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from pipeline import exporters
from pipeline.enrich import EnrichOptions
from pipeline.exporters.fhir.dosage import dosages
from tests.pipeline.exporters.events import event, qualified, sample_events, say
from tests.pipeline.exporters.fhir_checks import check


def bundle(*events: Any) -> dict[str, Any]:
    """The Bundle as a receiver reads it, with exact decimals; valid by R4B's models and our own reading of R4."""
    content = b"".join(block for _, block in exporters.get("fhir").export(events, exporters.Context()))
    Bundle.model_validate_json(content)
    made: dict[str, Any] = json.loads(content, parse_float=Decimal, parse_int=lambda digits: int(digits))
    check({name: value for name, value in made.items() if name != "entry"})
    for entry in made.get("entry", ()):
        check(entry["resource"])
    urls = [entry["fullUrl"] for entry in made.get("entry", ())]
    assert len(urls) == len(set(urls))
    return made


def resources(*events: Any) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle(*events).get("entry", ())]


def named(found: list[dict[str, Any]], words: str) -> dict[str, Any]:
    """The one resource about something."""

    def about(one: dict[str, Any]) -> str:
        code = one.get("code") or one.get("medicationCodeableConcept") or (one.get("contained") or [{}])[0].get("code")
        if one["resourceType"] == "FamilyMemberHistory":
            code = one["condition"][0]["code"]
        return str((code or {}).get("text"))

    (resource,) = [one for one in found if about(one) == words]
    return resource


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sample_notes_become_valid_resources(language: str) -> None:
    kinds = Counter(one["resourceType"] for one in resources(*sample_events(language)))
    assert kinds["DocumentReference"] == len(sample_events(language))
    assert kinds["MedicationStatement"] > 10
    assert kinds["Condition"] > 5


def test_each_line_of_ndjson_is_a_resource_of_the_bundle() -> None:
    lines = [block for _, block in exporters.get("fhir-ndjson").export([event()], exporters.Context())]
    found = [json.loads(line, parse_float=Decimal) for line in lines]
    assert found == resources(event())
    for line, one in zip(lines, found, strict=True):
        get_fhir_model_class(one["resourceType"]).model_validate_json(line)


def test_nothing_to_say_is_a_bundle_without_entries() -> None:
    assert bundle() == {"resourceType": "Bundle", "type": "collection"}


def test_the_same_event_gives_the_same_resources() -> None:
    assert bundle(event()) == bundle(event())


def test_what_is_said_of_the_patient() -> None:
    found = resources(qualified())
    assert (named(found, "Amoxicillin")["resourceType"], named(found, "Amoxicillin")["status"]) == (
        "MedicationStatement",
        "active",
    )
    asthma = named(found, "asthma")
    assert asthma["clinicalStatus"]["coding"][0]["code"] == "inactive"
    assert asthma["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert named(found, "pneumonia")["clinicalStatus"]["coding"][0]["code"] == "active"
    assert named(found, "hypertension")["resourceType"] == "FamilyMemberHistory"
    assert named(found, "penicillin")["resourceType"] == "AllergyIntolerance"
    assert named(found, "warfarin")["status"] == "not-taken"
    considered = named(found, "lisinopril")
    assert (considered["resourceType"], considered["intent"], considered["status"]) == (
        "MedicationRequest",
        "proposal",
        "unknown",
    )
    assert named(found, "Prednisone")["status"] == "completed"
    assert "diabetes" not in json.dumps(found, default=str)
    assert "metformin" not in json.dumps(found, default=str)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Allergic to penicillin (rash).", {"penicillin": ["rash"]}),
        (
            "en",
            "Allergies: penicillin - hives, sulfa (anaphylaxis), codeine",
            {"penicillin": ["hives"], "sulfa": ["anaphylaxis"], "codeine": []},
        ),
        ("en", "ALLERGIES:\nPenicillin (rash)\nSulfa", {"Penicillin": ["rash"], "Sulfa": []}),
        ("en", "Allergies: codeine, which causes nausea and vomiting.", {"codeine": ["nausea", "vomiting"]}),
        ("en", "Allergies: shellfish (angioedema), aspirin", {"aspirin": []}),
        ("en", "Mother is allergic to penicillin (hives).", {}),
        ("fr", "Allergie à la pénicilline (urticaire).", {"pénicilline": ["urticaire"]}),
    ],
)
def test_a_reaction_is_part_of_its_allergy(language: str, text: str, expected: dict[str, list[str]]) -> None:
    found = [one for one in resources(event(text, language)) if one["resourceType"] != "DocumentReference"]
    assert {one["resourceType"] for one in found} <= {"AllergyIntolerance"}
    reactions = {
        one["code"]["text"]: [
            code["text"] for reaction in one.get("reaction", ()) for code in reaction["manifestation"]
        ]
        for one in found
    }
    assert reactions == expected


def test_a_refuted_allergy_has_no_reaction() -> None:
    made = event("Allergic to penicillin (rash).")
    say(made, "penicillin", "allergy", "negation")
    allergy = named(resources(made), "penicillin")
    assert allergy["verificationStatus"]["coding"][0]["code"] == "refuted"
    assert "reaction" not in allergy


def test_an_allergy_that_is_a_problem_by_name_stays_one() -> None:
    assert named(resources(event("She has a food allergy.")), "food allergy")["resourceType"] == "AllergyIntolerance"


def test_a_posology_is_a_dosage() -> None:
    (dosage,) = named(resources(event()), "Amoxicillin")["dosage"]
    repeat = dosage["timing"]["repeat"]
    assert (repeat["frequency"], repeat["period"], repeat["periodUnit"]) == (3, 1, "d")
    assert repeat["boundsDuration"]["value"] == 7
    assert dosage["asNeededBoolean"] is True
    assert dosage["doseAndRate"][0]["doseQuantity"] == {
        "value": 500, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"
    }  # fmt: skip
    assert dosage["text"] == "500 mg p.o. t.i.d. for 7 days as needed"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Amoxicillin 15 mg/kg PO TID", {"doseQuantity": (15, "mg/kg")}),
        ("Amoxicillin 10-15 mg/kg PO TID", {"doseRange": (10, 15, "mg/kg")}),
        ("Cyclophosphamide 600 mg/m2 IV", {"doseQuantity": (600, "mg/m2")}),
        ("Norepinephrine 0.1 mcg/kg/min IV", {"rateRatio": (Decimal("0.1"), "ug", "kg.min")}),
        ("Amoxicillin 80 mg/kg/day PO", {"rateRatio": (80, "mg", "kg.d")}),
    ],
)
def test_a_dose_by_weight_is_no_rate(text: str, amount: dict[str, tuple[Any, ...]]) -> None:
    """FHIR's rate is an amount per unit of time."""
    (statement,) = [one for one in resources(event(text)) if one["resourceType"] == "MedicationStatement"]
    (given,) = statement["dosage"][0]["doseAndRate"]
    said = {
        name: (value["value"], value["code"])
        if name == "doseQuantity"
        else (value["low"]["value"], value["high"]["value"], value["high"]["code"])
        if name == "doseRange"
        else (value["numerator"]["value"], value["numerator"]["code"], value["denominator"]["code"])
        for name, value in given.items()
    }
    assert said == amount


def test_a_code_has_no_display_but_that_of_its_system() -> None:
    made = event("Lasilix 40 mg par jour.", "fr")
    code = named(resources(made), "Lasilix")["medicationCodeableConcept"]
    assert code == {"coding": [{"system": "http://www.whocc.no/atc", "code": "C03CA01"}], "text": "Lasilix"}
    masked = resources(event("Lasilix 40 mg par jour.", "fr", options=EnrichOptions(text_echo="none")))
    assert masked[1]["medicationCodeableConcept"]["coding"] == code["coding"]


def test_a_taper_is_dosages_in_sequence() -> None:
    steps = named(resources(event()), "Prednisone")["dosage"]
    assert [step["sequence"] for step in steps] == [1, 2]
    assert [step["doseAndRate"][0]["doseQuantity"]["value"] for step in steps] == [40, 20]


def test_strength_and_form_are_of_a_contained_medication() -> None:
    furosemide = named(resources(event()), "Furosemide")
    (product,) = furosemide["contained"]
    assert furosemide["medicationReference"] == {"reference": f"#{product['id']}"}
    assert product["ingredient"][0]["strength"]["numerator"]["value"] == 40
    assert product["form"]["text"]


@pytest.mark.parametrize("options", [EnrichOptions(text_echo="none"), EnrichOptions(offset_unit="utf16")])
def test_other_ways_to_show_an_event(options: EnrichOptions) -> None:
    made = event(options=options, patient_id=None, visit_id=None, note_datetime=None)
    found = resources(made)
    assert len(found) == len(resources(event()))
    if options.text_echo == "none":
        assert "penicillin" not in json.dumps(found, default=str)


_DIGITS = st.decimals(0, 10**6, places=3).map(lambda amount: f"{amount:f}") | st.just("9" * 40)
_UNITS = st.sampled_from(["mg", "{tbl}", "d", "wk", "h", "[iU]", None])
_QUANTITIES = st.one_of(
    st.none(),
    st.builds(lambda value, unit: {"value": value, "unit": unit}, _DIGITS, _UNITS),
    st.builds(lambda low, high, unit: {"low": low, "high": high, "unit": unit}, _DIGITS, _DIGITS, _UNITS),
)
_RATIOS = st.none() | st.builds(
    lambda over, under: {"numerator": over, "denominator": under}, _QUANTITIES.filter(bool), _QUANTITIES
)
_REPEATS = st.fixed_dictionaries(
    {},
    optional={
        "boundsDuration": _QUANTITIES,
        **{name: st.integers(0, 9) for name in ("count", "countMax", "frequency", "frequencyMax", "offset")},
        **dict.fromkeys(("period", "periodMax", "duration", "durationMax"), _DIGITS),
        **{name: st.sampled_from(["s", "h", "d", "wk", "fortnight"]) for name in ("periodUnit", "durationUnit")},
        "when": st.lists(st.sampled_from(["MORN", "AC", "C", "HS", "TEATIME"])),
        "dayOfWeek": st.lists(st.sampled_from(["mon", "sun", "Monday"])),
        "timeOfDay": st.lists(st.sampled_from(["08:00", "20:30:00"])),
    },
)
_STEPS = st.fixed_dictionaries(
    {},
    optional={
        "dose": _QUANTITIES,
        "duration": _QUANTITIES,
        "rate": _RATIOS,
        "strength": _RATIOS,
        "max_dose": _RATIOS,
        "timing": st.none() | st.builds(lambda repeat, code: {"repeat": repeat, "code": code}, _REPEATS, st.sampled_from(["BID", "Q9H", None])),
        "as_needed": st.booleans(),
        "as_needed_for": st.sampled_from([None, "pain"]),
        "route": st.sampled_from([None, {"text": "p.o.", "code": "oral"}, {"text": "buccally", "code": None}, {"text": None}]),
    },
)  # fmt: skip


@given(posology=_STEPS, steps=st.lists(_STEPS, max_size=3))
def test_any_posology_is_within_the_invariants(posology: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    made = dosages({**posology, "steps": steps, "daily_dose": None}, None)
    statement = {"resourceType": "MedicationStatement", "status": "active", "subject": {"display": "p"}}
    medication = {"medicationCodeableConcept": {"text": "x"}}
    check(statement | medication | ({"dosage": made} if made else {}))


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("en", "His mother had diabetes. His father has asthma.", ["MTH", "FTH"]),
        ("en", "Family history: brother: stroke.", ["BRO"]),
        ("en", "Paternal grandmother had asthma.", ["PGRMTH"]),
        ("en", "Her mother's sister had diabetes.", ["FAMMEMB"]),
        ("en", "Family history of diabetes.", ["FAMMEMB"]),
        ("fr", "Sa mère a un diabète.", ["MTH"]),
        ("fr", "Diabète chez son grand-père.", ["GRFTH"]),
        ("fr", "Antécédents familiaux de diabète.", ["FAMMEMB"]),
    ],
)
def test_the_relative_is_the_one_whom_the_note_names(language: str, text: str, codes: list[str]) -> None:
    for unit in ("code_point", "utf16"):
        made = resources(
            event("\U0001f600 " + text, language, options=EnrichOptions(text_echo="full", offset_unit=unit))
        )
        of_family = [one for one in made if one["resourceType"] == "FamilyMemberHistory"]
        assert [one["relationship"]["coding"][0]["code"] for one in of_family] == codes


def test_without_the_text_a_relative_is_any_of_the_family() -> None:
    (made,) = [
        one for one in resources(event("His mother had diabetes.")) if one["resourceType"] == "FamilyMemberHistory"
    ]
    assert made["relationship"]["coding"][0]["code"] == "FAMMEMB"
