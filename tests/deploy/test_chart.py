"""The chart: every value documented and checked, everything that it renders taken by Kubernetes, and safe by default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline
from deploy.helm.settings_schema import SCHEMA
from deploy.helm.settings_schema import render as render_schema
from tests.deploy.conftest import KUBERNETES, TOOLS, Render, helm_template, run, tool
from tests.deploy.manifests import problems
from tests.deploy.rules import CHART, ROOT, load, rules
from workers import run as run_module
from workers.settings import Settings
from workers.shards import START_SECONDS

VALUES = load(CHART / "values.yaml")
EXAMPLES = [CHART / "examples" / f"{name}.yaml" for name in ("small-clinic", "hospital-group", "development")]
ALL_ON = {
    "staticMembership": True,
    "kafka": {
        "sasl": {"mechanism": "SCRAM-SHA-512", "existingSecret": "login"},
        "tls": {"enabled": True, "caSecret": "ca", "clientSecret": "client"},
    },
    "autoscaling": {"keda": {"enabled": True}},
    "podMonitor": {"enabled": True, "cluster": "c"},
    "prometheusRule": {"enabled": True},
    "dashboards": {"enabled": True},
    "profileFiles": {"own.cfg": "[nlp]\n"},
    "settings": {"max_text_length": 1_000_000, "note_deadline_seconds": 12.5, "text_echo": "none"},
}


def booleans(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, bool):
            yield (*path, name)
        elif isinstance(value, dict):
            yield from booleans(value, (*path, name))


def nested(chosen: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in chosen.items():
        place = made
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value
    return made


BOOLEANS = list(booleans(VALUES))


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(manifest for manifest in manifests if manifest["kind"] == kind)


def environment(manifests: list[dict[str, Any]], kind: str = "Deployment") -> dict[str, str | None]:
    container = of_kind(manifests, kind)["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each.get("value") for each in container["env"]}


def test_every_value_has_its_line_of_documentation() -> None:
    lines = (CHART / "values.yaml").read_text(encoding="utf-8").splitlines()
    opened = {
        "image",
        "kafka",
        "topics",
        "sasl",
        "tls",
        "scratch",
        "resources",
        "requests",
        "limits",
        "probes",
        "startup",
    }
    opened |= {"readiness", "liveness", "podDisruptionBudget", "autoscaling", "keda", "hpa", "scaleDown", "podMonitor"}
    opened |= {"prometheusRule", "dashboards", "networkPolicy", "serviceAccount", "topologySpread"}
    for number, line in enumerate(lines):
        if (key := re.match(r" *([A-Za-z_]+):", line)) and not (line.endswith(":") and key[1] in opened):
            assert lines[number - 1].lstrip().startswith("# "), f"line {number + 1}: {line}"


def test_the_schema_knows_every_value() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    def compare(part: dict[str, Any], values: dict[str, Any], path: str) -> None:
        if part.get("additionalProperties") is not False or "patternProperties" in part:
            return
        assert set(part["properties"]) - {"global"} == set(values), path
        for name, value in values.items():
            if isinstance(value, dict):
                compare(part["properties"][name], value, f"{path}.{name}")

    schema["properties"]["settings"]["properties"] = {}
    compare(schema, VALUES | {"settings": {}, "resources": {"requests": {}, "limits": {}}}, "values")


def test_the_schema_knows_the_settings_of_this_version() -> None:
    committed = SCHEMA.read_text(encoding="utf-8")
    assert committed == render_schema(committed), "run: make deploy-files"


def test_the_profile_of_the_development_example_loads(tmp_path: Path) -> None:
    values = load(CHART / "examples/development.yaml")
    (path,) = (Path(profile) for profile in values["profiles"].values())
    assert path.parent == Path("/etc/anamnesis/profiles")
    (tmp_path / path.name).write_text(values["profileFiles"][path.name], encoding="utf-8")
    assert pipeline.load(str(tmp_path / path.name)).lang == "en"


@pytest.mark.deploy
def test_lint() -> None:
    done = run(tool("helm"), "lint", "--strict", CHART)
    assert "0 chart(s) failed" in done.stdout


@pytest.mark.deploy
@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", [{}, ALL_ON, *EXAMPLES], ids=["defaults", "all", *(path.stem for path in EXAMPLES)])
def test_kubernetes_takes_it(render: Render, values: dict[str, Any] | Path, version: str) -> None:
    assert problems(render(values, version=version), version) == []


@pytest.mark.deploy
def test_what_the_definitions_do_not_know_is_told(render: Render) -> None:
    scaled = of_kind(render(ALL_ON), "ScaledObject")
    scaled["spec"]["minReplicas"] = 1
    scaled["spec"]["triggers"][0]["metadata"]["lagThreshold"] = 5
    assert {problem.split(": ")[1] for problem in problems([scaled], KUBERNETES[-1])} == {
        "$.spec",
        "$.spec.triggers[0].metadata.lagThreshold",
    }


@pytest.mark.deploy
@settings(max_examples=40)
@given(st.fixed_dictionaries({path: st.booleans() for path in BOOLEANS}))
def test_every_combination_of_switches_renders_what_kubernetes_takes(
    tmp_path_factory: pytest.TempPathFactory, chosen: dict[tuple[str, ...], bool]
) -> None:
    done = helm_template([nested(chosen)], folder=tmp_path_factory.mktemp("values"))
    assert done.returncode == 0, done.stderr
    manifests = [document for document in yaml.safe_load_all(done.stdout) if document]
    assert problems(manifests, KUBERNETES[-1]) == []
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests]
    assert len(set(names)) == len(names)


@pytest.mark.deploy
@pytest.mark.parametrize("path", BOOLEANS, ids=".".join)
def test_each_switch_changes_what_is_rendered(render: Render, path: tuple[str, ...], tmp_path: Path) -> None:
    base: dict[str, Any] = {"autoscaling": {"keda": {"enabled": True}}} if "excludePersistentLag" in path else {}
    value = VALUES
    for name in path:
        value = value[name]
    if path == ("kafka", "transactionalInput"):  # it only makes the limits of lag stricter
        low = {"autoscaling": {"keda": {"enabled": True, "lagThreshold": 12}}}
        done = helm_template([low, nested({path: True})], folder=tmp_path)
        assert "lagThreshold (12) must be above kafka.partitions (12)" in done.stderr
        return
    assert render(base, nested({path: not value})) != render(base)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"shards": "two"}, "/shards"),
    ({"shrads": 2}, "shrads"),
    ({"image": {"digest": "latest"}}, "/image/digest"),
    ({"kafka": {"bootstrapServers": "kafka"}}, "/kafka/bootstrapServers"),
    ({"kafka": {"topics": {"input": "health notes"}}}, "/kafka/topics/input"),
    ({"kafka": {"sasl": {"mechanism": "GSSAPI"}}}, "/kafka/sasl/mechanism"),
    ({"settings": {"max_text_lenght": 5}}, "max_text_lenght"),
    ({"settings": {"text_echo": "all"}}, "/settings/text_echo"),
    ({"profiles": {"fr-CA": "fr"}}, "/profiles"),
    ({"scratch": {"stateSize": "much"}}, "/scratch/stateSize"),
    ({"podDisruptionBudget": {"maxUnavailable": "some"}}, "/podDisruptionBudget/maxUnavailable"),
    ({"networkPolicy": {"kafkaPorts": [0]}}, "/networkPolicy/kafkaPorts/0"),
    ({"networkPolicy": {"dnsPorts": []}}, "/networkPolicy/dnsPorts"),
    ({"networkPolicy": {"extraEgress": [{"port": 4318}]}}, "/networkPolicy/extraEgress/0"),
    ({"resources": {"limits": {"memory": "much"}}}, "/resources/limits/memory"),
    ({"extraEnv": [{"name": "A", "value": 1}]}, "/extraEnv/0/value"),
    ({"extraVolumes": [{"emptyDir": {}}]}, "/extraVolumes/0"),
    ({"fullnameOverride": "Anamnesis"}, "/fullnameOverride"),
    ({"prometheusRule": {"disabledAlerts": ["AnamnesisNoNote"]}}, "/prometheusRule/disabledAlerts/0"),
    ({"terminationGracePeriodSeconds": 89}, "terminationGracePeriodSeconds (89) must be at least 30 above"),
    ({"settings": {"drain_deadline_seconds": 100}}, "settings.drain_deadline_seconds (100)"),
    ({"shards": 8}, "resources.limits.memory (5Gi) is below 500 MiB + shards (8)"),
    ({"settings": {"shard_recycle_bytes": "3GiB"}}, "settings.shard_recycle_bytes (3GiB)"),
    ({"settings": {"shard_recycle_bytes": 3_221_225_472}}, "raise it to 6644Mi"),
    ({"settings": {"http_port": 0}}, "settings.http_port (0)"),
    ({"settings": {"tracing_endpoint": "http://collector:4318"}}, "networkPolicy.extraEgress"),
    ({"profiles": {"de": "/etc/anamnesis/profiles/de.cfg"}}, "profiles.de (/etc/anamnesis/profiles/de.cfg)"),
    ({"kafka": {"sasl": {"mechanism": "PLAIN"}}}, "kafka.sasl.existingSecret"),
    ({"kafka": {"sasl": {"existingSecret": "s"}}}, "kafka.sasl.mechanism"),
    ({"kafka": {"tls": {"caSecret": "s"}}}, "kafka.tls.enabled"),
    ({"kafka": {"topics": {"input": "a", "output": "a"}}}, "three different topics"),
    ({"replicas": 13}, "replicas (13) is above kafka.partitions (12)"),
    ({"autoscaling": {"maxReplicas": 13, "hpa": {"enabled": True}}}, "autoscaling.maxReplicas (13)"),
    ({"autoscaling": {"minReplicas": 9, "keda": {"enabled": True}}}, "autoscaling.minReplicas (9)"),
    ({"autoscaling": {"minReplicas": 0, "hpa": {"enabled": True}}}, "autoscaling.minReplicas (0) needs"),
    ({"autoscaling": {"hpa": {"enabled": True}}, "resources": {"requests": {"cpu": None}}}, "resources.requests.cpu"),
]
RIGHT: list[dict[str, Any]] = [
    {"shards": 8, "resources": {"limits": {"memory": "12788Mi"}}},
    {"shards": 8, "settings": {"shard_recycle_bytes": "512 MiB"}},
    {"shards": 2, "resources": {"limits": {"memory": 3_745_513_472}}},
    {"shards": 8, "resources": {"limits": {"memory": None}}},
    {"resources": {"requests": None, "limits": None}},
    {"autoscaling": {"minReplicas": 0, "keda": {"enabled": True}}},
    {"terminationGracePeriodSeconds": 50, "settings": {"drain_deadline_seconds": 20}},
    {"settings": {"tracing_endpoint": "http://collector:4318"}, "networkPolicy": {"enabled": False}},
]


@pytest.mark.deploy
@pytest.mark.parametrize(("values", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_value_fails_with_its_name(tmp_path: Path, values: dict[str, Any], said: str) -> None:
    done = helm_template([values], folder=tmp_path)
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.deploy
@pytest.mark.parametrize("values", RIGHT, ids=str)
def test_values_at_the_edge_are_taken(render: Render, values: dict[str, Any]) -> None:
    assert problems(render(values), KUBERNETES[-1]) == []


@pytest.mark.deploy
def test_the_grace_period_is_as_long_as_the_worker_takes_to_stop_at_most(render: Render) -> None:
    pod = of_kind(render(), "Deployment")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] >= Settings().drain_deadline_seconds + run_module.STOP_SECONDS


@pytest.mark.deploy
def test_the_way_to_the_brokers_is_open_on_their_ports(render: Render) -> None:
    def ports(*values: dict[str, Any]) -> list[list[int]]:
        egress = of_kind(render(*values), "NetworkPolicy")["spec"]["egress"]
        return [[each["port"] for each in rule["ports"] if each["protocol"] == "TCP"] for rule in egress]

    servers = {"kafka": {"bootstrapServers": "a:9093,b:9093,c:9094"}}
    assert ports() == [[9092], [53]]
    assert ports(servers) == [[9093, 9094], [53]]
    assert ports(servers, {"networkPolicy": {"kafkaPorts": [9094, 9095], "dnsPorts": [53, 5353]}}) == [
        [9093, 9094, 9095],
        [53, 5353],
    ]


@pytest.mark.deploy
def test_workers_that_are_not_ready_stop_no_drain_of_a_node(render: Render) -> None:
    assert of_kind(render(), "PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.deploy
def test_no_probe_gives_up_while_the_loop_is_busy(render: Render) -> None:
    """A second, which is Kubernetes' own, is short for a worker that clears a backlog."""
    container = of_kind(render(), "Deployment")["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["timeoutSeconds"] >= 5


@pytest.mark.deploy
def test_profiles_have_as_long_to_load_as_the_worker_gives_them(render: Render) -> None:
    probe = of_kind(render(), "Deployment")["spec"]["template"]["spec"]["containers"][0]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > START_SECONDS


def leaves(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.deploy
@pytest.mark.parametrize("wrong", [-1.5, [[]], {"a": []}], ids=["number", "list", "map"])
def test_every_value_of_a_wrong_type_is_named(tmp_path: Path, wrong: Any) -> None:
    """All of them at once: Helm names each field."""
    wrong_for = [path for path in leaves(VALUES) if not (path == ("affinity",) and isinstance(wrong, dict))]
    done = helm_template([nested(dict.fromkeys(wrong_for, wrong))], folder=tmp_path)
    assert done.returncode != 0
    assert [path for path in wrong_for if f"at '/{'/'.join(path)}" not in done.stderr] == []


@pytest.mark.deploy
@pytest.mark.parametrize("values", [{}, ALL_ON], ids=["defaults", "all"])
def test_pods_meet_the_restricted_standard(render: Render, values: dict[str, Any]) -> None:
    pod = of_kind(render(values), "StatefulSet" if values else "Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
    allowed = {"configMap", "emptyDir", "secret", "persistentVolumeClaim", "projected"}
    assert all(set(volume) - {"name"} <= allowed for volume in pod["volumes"])


@pytest.mark.deploy
def test_the_worker_understands_the_environment_of_the_chart(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(render({key: ALL_ON[key] for key in ("settings", "profileFiles")})).items():
        monkeypatch.setenv(name, value or "")
    made = Settings()
    assert made.max_text_length == 1_000_000
    assert made.note_deadline_seconds == 12.5
    assert made.profiles == {"en": "en", "fr": "fr"}
    assert str(made.state_dir) == "/var/lib/anamnesis"


@pytest.mark.deploy
def test_secrets_come_by_reference_only(render: Render) -> None:
    manifests = render(ALL_ON)
    assert not [manifest for manifest in manifests if manifest["kind"] == "Secret"]
    given = environment(manifests, "StatefulSet")
    assert given["ANAMNESIS_SASL_USERNAME"] is None
    assert given["ANAMNESIS_SASL_PASSWORD_FILE"] == "/etc/anamnesis/sasl/password"  # noqa: S105 (a path)
    assert set(given) >= {"ANAMNESIS_TLS_CA_FILE", "ANAMNESIS_TLS_CERT_FILE", "ANAMNESIS_TLS_KEY_FILE"}


@pytest.mark.deploy
def test_the_rules_of_the_chart_are_those_of_the_file(render: Render) -> None:
    off = {
        "disabledAlerts": ["AnamnesisNoNotes"],
        "grafanaUrl": "https://g.example",
        "runbookUrl": "https://r.example/R.md",
    }
    rendered = of_kind(render({"prometheusRule": {"enabled": True, **off}}), "PrometheusRule")
    found = [rule for group in rendered["spec"]["groups"] for rule in group["rules"]]
    expected = [rule for rule in rules() if rule.get("alert") != "AnamnesisNoNotes"]
    assert [(rule.get("alert"), rule.get("record"), rule["expr"], rule.get("for")) for rule in found] == [
        (rule.get("alert"), rule.get("record"), rule["expr"], rule.get("for")) for rule in expected
    ]
    for rule in found:
        if "alert" in rule:
            assert rule["annotations"]["dashboard_url"].startswith("https://g.example/d/anamnesis-")
            assert rule["annotations"]["runbook_url"].startswith("https://r.example/R.md#")


@pytest.mark.deploy
def test_dashboards_arrive_unchanged(render: Render) -> None:
    manifests = render({"dashboards": {"enabled": True}})
    maps = [manifest for manifest in manifests if manifest["kind"] == "ConfigMap"]
    found = {name: text for manifest in maps for name, text in manifest["data"].items()}
    files = {path.name: path.read_text(encoding="utf-8") for path in (CHART / "files/dashboards").glob("*.json")}
    assert {name: json.loads(text) for name, text in found.items()} == {
        name: json.loads(text) for name, text in files.items()
    }


@pytest.mark.deploy
def test_strimzi_reads_the_example_topics_and_users(tmp_path: Path) -> None:
    example = CHART / "examples/strimzi.yaml"
    assert strimzi(example) == []
    wrong = tmp_path / "wrong.yaml"
    text = example.read_text(encoding="utf-8").replace("partitions: 48", "partitons: 48").replace("[Read]", "[Raed]")
    wrong.write_text(text, encoding="utf-8")
    said = strimzi(wrong)
    assert "KafkaTopic.spec.partitons: unknown" in said
    assert "KafkaUser.spec.authorization.acls[1].operations[0]: read as null" in said


def strimzi(path: Path) -> list[str]:
    program = ROOT / "tests/deploy/Strimzi.java"
    return run(tool("java"), "-cp", f"{TOOLS}/strimzi/*", program, path).stdout.splitlines()


@pytest.mark.deploy
def test_the_example_for_strimzi_fits_the_example_values(render: Render) -> None:
    resources = [
        each for each in yaml.safe_load_all((CHART / "examples/strimzi.yaml").read_text(encoding="utf-8")) if each
    ]
    topics = {each["metadata"]["name"]: each["spec"] for each in resources if each["kind"] == "KafkaTopic"}
    values = load(CHART / "examples/hospital-group.yaml")
    assert topics["health.notes"]["partitions"] == values["kafka"]["partitions"]
    worker, operator = (each for each in resources if each["kind"] == "KafkaUser")
    given = environment(render(CHART / "examples/hospital-group.yaml"))
    assert rights(worker) == {
        (given["ANAMNESIS_INPUT_TOPIC"], "Read", "Describe"),
        (given["ANAMNESIS_GROUP_ID"], "Read"),
        (given["ANAMNESIS_OUTPUT_TOPIC"], "Write", "Describe"),
        (given["ANAMNESIS_DEADLETTER_TOPIC"], "Write", "Describe"),
    }
    assert rights(operator) == {
        (given["ANAMNESIS_DEADLETTER_TOPIC"], "Read", "Describe"),
        (given["ANAMNESIS_INPUT_TOPIC"], "Read", "Describe", "Write"),
        (f"{given['ANAMNESIS_GROUP_ID']}-cli", "Read"),
    }


def rights(user: dict[str, Any]) -> set[tuple[str, ...]]:
    acls = user["spec"]["authorization"]["acls"]
    return {(acl["resource"]["name"], *acl["operations"]) for acl in acls}
