"""What other programs say of our files: rules, Dockerfile, scripts, published AsyncAPI document."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.deploy.conftest import TOOLS, run, tool
from tests.deploy.rules import DEPLOY, ROOT, RULES, load
from tests.json_schemas import validator
from workers.settings import Settings

pytestmark = pytest.mark.deploy


def test_promtool_takes_the_rules() -> None:
    assert "SUCCESS" in run(tool("promtool"), "check", "rules", RULES).stdout


@pytest.mark.parametrize("path", sorted((DEPLOY / "prometheus/tests").glob("*.yaml")), ids=lambda path: path.stem)
def test_alerts_fire_and_stay_silent(path: Path) -> None:
    assert "SUCCESS" in run(tool("promtool"), "test", "rules", path).stdout


def test_promtool_takes_the_configuration_of_compose(tmp_path: Path) -> None:
    text = (DEPLOY / "prometheus/prometheus.yaml").read_text(encoding="utf-8")
    config = tmp_path / "prometheus.yaml"
    config.write_text(text.replace("/etc/prometheus/rules.yaml", str(RULES)), encoding="utf-8")
    assert "SUCCESS" in run(tool("promtool"), "check", "config", config).stdout


def test_the_dockerfile_is_clean() -> None:
    run(Path(sys.executable).with_name("hadolint"), "--failure-threshold", "style", DEPLOY / "Dockerfile")


def test_the_asyncapi_document_is_valid() -> None:
    done = run("node", ROOT / "tests/deploy/asyncapi.mjs", TOOLS / "npm", ROOT / "schemas/published/asyncapi.json")
    assert done.stdout.strip() == "valid"


def test_compose_mounts_what_is_there_and_names_versions() -> None:
    services = load(DEPLOY / "compose.yaml")["services"]
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), f"{name}: {volume}"
        if "image" in service:
            assert re.fullmatch(r"[a-z/-]+:v?[0-9]+\.[0-9]+\.[0-9]+", service["image"]), service["image"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), "no port for other machines"


def test_compose_takes_the_file_and_the_worker_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification's own schema; no engine is here that would start it."""
    [path] = (TOOLS / "crds").glob("*.compose-spec.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    takes = validator(schema, "Draft7")
    compose = load(DEPLOY / "compose.yaml")
    assert [f"{each.json_path}: {each.message}" for each in takes.iter_errors(compose)] == []
    wrong = compose | {"services": {"worker": compose["services"]["worker"] | {"read-only": True}}}
    assert [each.json_path for each in takes.iter_errors(wrong)] == ["$.services.worker"]
    given = compose["services"]["worker"]["environment"]
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert set(given) <= {f"ANAMNESIS_{name.upper()}" for name in Settings.model_fields}
    assert Settings().bootstrap_servers == "kafka:19092"
    topics = " ".join(compose["services"]["topics"]["command"])
    assert all(
        topic in topics for topic in (Settings().input_topic, Settings().output_topic, Settings().deadletter_topic)
    )
