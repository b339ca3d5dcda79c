"""What FHIR R4 (4.0.1) requires and models of R4B do not check: required value sets, invariants, references.

Written from the specification's pages of each resource and data type, without a look at the exporter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

REQUIRED = {
    ("MedicationStatement", "status"): "active completed entered-in-error intended stopped on-hold unknown not-taken",
    ("MedicationRequest", "status"): "active on-hold cancelled completed entered-in-error stopped draft unknown",
    (
        "MedicationRequest",
        "intent",
    ): "proposal plan order original-order reflex-order filler-order instance-order option",
    ("Procedure", "status"): "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
    ("FamilyMemberHistory", "status"): "partial completed entered-in-error health-unknown",
    ("DocumentReference", "status"): "current superseded entered-in-error",
    ("Bundle", "type"): "document message transaction transaction-response batch batch-response history searchset "
    "collection",
}
CODED = {
    ("Condition", "clinicalStatus"): ("condition-clinical", "active recurrence relapse inactive remission resolved"),
    ("Condition", "verificationStatus"): (
        "condition-ver-status",
        "unconfirmed provisional differential confirmed refuted entered-in-error",
    ),
    ("AllergyIntolerance", "clinicalStatus"): ("allergyintolerance-clinical", "active inactive resolved"),
    ("AllergyIntolerance", "verificationStatus"): (
        "allergyintolerance-verification",
        "unconfirmed confirmed refuted entered-in-error",
    ),
}
UNITS_OF_TIME = {"s", "min", "h", "d", "wk", "mo", "a"}
WEEK = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
EVENT_TIMING = {
    "MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late", "NIGHT",
    "PHS", "HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV",
}  # fmt: skip
SUBJECT = {
    "MedicationStatement": "subject",
    "MedicationRequest": "subject",
    "Condition": "subject",
    "Procedure": "subject",
    "AllergyIntolerance": "patient",
    "FamilyMemberHistory": "patient",
}


def check(resource: dict[str, Any]) -> None:
    """Assert everything about one resource, its parts included."""
    kind = resource["resourceType"]
    for (owner, field), codes in REQUIRED.items():
        if owner == kind:
            assert resource[field] in codes.split(), f"{kind}.{field}"
    for (owner, field), (system, codes) in CODED.items():
        if owner == kind and field in resource:
            (coding,) = resource[field]["coding"]
            assert coding["system"] == f"http://terminology.hl7.org/CodeSystem/{system}"
            assert coding["code"] in codes.split()
    if kind in SUBJECT:
        assert resource[SUBJECT[kind]], "the reference must be there"
    if kind.startswith("Medication") and kind != "Medication":
        assert len([name for name in resource if name.startswith("medication")]) == 1
    if kind == "AllergyIntolerance":  # ait-1
        assert "clinicalStatus" in resource
    if kind == "Condition" and "abatementDateTime" in resource:  # con-4
        assert resource["clinicalStatus"]["coding"][0]["code"] in ("inactive", "resolved", "remission")
    contained = {part["id"] for part in resource.get("contained", ())}
    named = {one["reference"][1:] for one in walk(resource) if str(one.get("reference", "")).startswith("#")}
    assert contained == named, "dom-3: contained resources are referenced, and references to them resolve"
    for part in walk(resource):
        _part(part)


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, the outermost first."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def _part(part: dict[str, Any]) -> None:
    assert part, "no object is empty"
    for name, value in part.items():
        assert value not in (None, "", []), f"{name} is empty"
        assert not isinstance(value, str) or value.strip(), f"{name} is blank"
    if "id" in part:
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", part["id"])
    if "numerator" in part or "denominator" in part:  # rat-1
        assert {"numerator", "denominator"} <= part.keys()
        assert part["denominator"]["value"] > 0
    if "code" in part and "value" in part:  # qty-3
        assert part["system"] == "http://unitsofmeasure.org"
    if "value" in part and not isinstance(part["value"], str):
        assert isinstance(part["value"], int | Decimal)
    if "low" in part and "high" in part:  # rng-2
        assert part["low"]["value"] <= part["high"]["value"]
    if "system" in part and "code" in part:
        assert ":" in part["system"], "a system is a URI"
    if "asNeededBoolean" in part:
        assert "asNeededCodeableConcept" not in part
    for amount in part.get("doseAndRate", ()):
        for choice in ("dose", "rate"):
            assert len([name for name in amount if name.startswith(choice)]) <= 1
    if "repeat" in part:
        _repeat(part["repeat"])


def _repeat(repeat: dict[str, Any]) -> None:
    for name in ("duration", "period"):
        assert (name in repeat) == (f"{name}Unit" in repeat), "tim-1, tim-2"
        assert repeat.get(f"{name}Unit", "d") in UNITS_OF_TIME
        assert repeat.get(name, 0) >= 0, "tim-4, tim-5"
    for name in ("period", "duration", "count"):
        assert f"{name}Max" not in repeat or name in repeat, "tim-6, tim-7, tim-8"
    assert "frequencyMax" not in repeat or "frequency" in repeat
    for name in ("count", "countMax", "frequency", "frequencyMax"):
        assert repeat.get(name, 1) >= 1, "positiveInt"
    assert len([name for name in repeat if name.startswith("bounds")]) <= 1
    for quantity in walk([repeat.get("boundsDuration"), *repeat.get("boundsRange", {}).values()]):
        assert quantity.get("code", "d") in UNITS_OF_TIME, "drt-1"
        assert "code" in quantity, "drt-1"
    assert set(repeat.get("when", ())) <= EVENT_TIMING
    assert set(repeat.get("dayOfWeek", ())) <= WEEK
    assert not ("when" in repeat and "timeOfDay" in repeat), "tim-10"
    assert all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)", time) for time in repeat.get("timeOfDay", ()))
    if "offset" in repeat:
        assert set(repeat["when"]).isdisjoint({"C", "CM", "CD", "CV"}), "tim-9"
