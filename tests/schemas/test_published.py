"""The published schemas are those of the code, and within v1 fields are only added."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import samples
from pipeline.samples import example
from schemas.enriched import ENRICHED
from schemas.export import PUBLISHED, documents, json_schema, render
from schemas.note import RECORDED
from tests.json_schemas import validator

BASELINE: dict[str, Any] = json.loads((Path(__file__).parent / "v1_baseline.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(documents()))
def test_committed_document_is_current(name: str) -> None:
    committed = (PUBLISHED / name).read_text(encoding="utf-8")
    assert committed == render(documents()[name]), "run: anamnesis schema export schemas/published"


@pytest.mark.parametrize("name", sorted(name for name in documents() if name.endswith(".schema.json")))
def test_document_is_a_valid_json_schema(name: str) -> None:
    document = documents()[name]
    validator(document).check_schema(document)


@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_samples_follow_the_schema_of_notes(lang: str) -> None:
    notes = validator(json_schema(RECORDED))
    for note in samples.load(lang):
        notes.validate(note)


@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_committed_example_is_what_the_code_makes_of_its_note(lang: str) -> None:
    committed = json.loads((PUBLISHED / example.path_of(lang)).read_text(encoding="utf-8"))
    made = json.loads(example.render(lang))
    validator(json_schema(ENRICHED)).validate(committed)
    for event in (committed, made):
        # These name the versions, and so change with every resource; what was read must not change unseen.
        del event["event_id"], event["pipeline"]
    assert committed == made, "run: anamnesis schema export schemas/published"


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = documents()["asyncapi.json"]

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    for reference in references(document):
        target = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def definitions() -> dict[str, Any]:
    return {
        f"{name}/{key}": body
        for name, doc in documents().items()
        if "$defs" in doc
        for key, body in doc["$defs"].items()
    }


def test_no_field_is_taken_away_or_changed() -> None:
    now = definitions()
    for name, old in BASELINE.items():
        for field, schema in old.get("properties", {}).items():
            assert field in now[name]["properties"], f"{name}.{field} is gone"
            assert narrower(schema, now[name]["properties"][field]) == [], f"{name}.{field} takes or gives less"


@pytest.mark.parametrize("name", sorted(BASELINE))
def test_required_fields_stay(name: str) -> None:
    old, new = set(BASELINE[name].get("required", ())), set(definitions()[name].get("required", ()))
    if name.startswith(RECORDED):
        assert new <= old, "a producer of today would be rejected"
    else:
        assert old <= new, "a consumer of today would miss a field"


def narrower(old: Any, new: Any) -> list[str]:
    """What the old schema allows and the new one does not: types, enumerated values, limits."""
    if old == new:
        return []
    variants = [json.dumps(v, sort_keys=True) for v in old.get("anyOf", [old])]
    allowed = [json.dumps(v, sort_keys=True) for v in new.get("anyOf", [new])]
    if "enum" in old and "enum" in new:
        return sorted(set(old["enum"]) - set(new["enum"]))
    return [variant for variant in variants if variant not in allowed]


def test_the_guard_sees_a_removal() -> None:
    assert narrower({"enum": ["a", "b"]}, {"enum": ["a"]}) == ["b"]
    assert narrower({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}) == ['{"type": "null"}']
    assert narrower({"enum": ["a"]}, {"enum": ["a", "b"]}) == []
