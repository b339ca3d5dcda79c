"""Is an object what Kubernetes, or the definition of its custom resource, takes?"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from tests.deploy.conftest import TOOLS
from tests.json_schemas import validator

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

NATIVE = ("apps/", "autoscaling/", "batch/", "networking.k8s.io/", "policy/", "v1")


@functools.cache
def definitions() -> dict[tuple[str, str], Validator]:
    """Validators of custom resources by apiVersion and kind; unknown fields are refused, as the API server prunes them."""
    found = {}
    for path in sorted((TOOLS / "crds").glob("*.yaml")):
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]
        for version in definition["versions"]:
            schema = _closed(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            key = f"{definition['group']}/{version['name']}", definition["names"]["kind"]
            found[key] = validator(schema)
    return found


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with unknown fields refused, and Kubernetes' own extensions read as it reads them."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    closed = dict(schema)
    if isinstance(properties := schema.get("properties"), dict):
        closed["properties"] = {name: _closed(inner) for name, inner in properties.items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            closed[key] = _closed(schema[key])
    return closed


def problems(manifests: Iterable[dict[str, Any]], version: str) -> list[str]:
    """What is wrong with these objects on this version of Kubernetes; a kind that nobody knows is wrong too."""
    import kubernetes_validate  # imports what tests.json_schemas imports late

    found = []
    for manifest in manifests:
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        if manifest["apiVersion"].startswith(NATIVE):
            try:
                kubernetes_validate.validate(manifest, version, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                found.append(f"{name}: {error}")
            continue
        takes = definitions().get((manifest["apiVersion"], manifest["kind"]))
        if takes is None:
            found.append(f"{name}: no definition of {manifest['apiVersion']}")
        else:
            found += [f"{name}: {error.json_path}: {error.message}" for error in takes.iter_errors(manifest)]
    return found
