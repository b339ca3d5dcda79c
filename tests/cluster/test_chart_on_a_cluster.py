"""The chart on a real API server with real controllers: installed, upgraded, rolled back, removed, drained."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cluster.kube import ApiError, Object, wait_for
from tests.cluster.conftest import CHART, PATIENCE, RELEASE, Space

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

EXAMPLES = sorted(path for path in (CHART / "examples").glob("*.yaml") if path.stem != "strimzi")
EVERYTHING: dict[str, Any] = {
    "podMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "dashboards": {"enabled": True},
    "networkPolicy": {"enabled": True},
    "profileFiles": {"own.cfg": "[nlp]\nlang = 'en'\n"},
}


def environment(deployment: Object) -> dict[str, str]:
    """The worker's variables that have a plain value."""
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def test_the_chart_is_installed_upgraded_rolled_back_and_removed(space: Space) -> None:
    space.put("install", EVERYTHING | {"shards": 1}, "--wait", "--timeout", f"{PATIENCE:.0f}s")
    space.wait_for_pods(2)
    objects = space.manifest()
    kinds = {each["kind"] for each in objects}
    assert {"Deployment", "PodDisruptionBudget", "NetworkPolicy", "PodMonitor", "PrometheusRule", "ConfigMap"} <= kinds
    for each in objects:
        there = space.kube.get(space.kube.path_of(each, space.name))
        assert there["metadata"]["labels"]["app.kubernetes.io/instance"] == RELEASE
    assert environment(space.deployment)["ANAMNESIS_SHARDS"] == "1"
    for pod in space.pods():
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert not [volume for volume in pod["spec"]["volumes"] if volume["name"].startswith("kube-api-access")]

    with fewest_available(space) as fewest:
        space.put("upgrade", EVERYTHING | {"shards": 3}, "--wait", "--timeout", f"{PATIENCE:.0f}s")
        space.wait_for_pods(2)
        assert environment(space.deployment)["ANAMNESIS_SHARDS"] == "3"
        space.helm("rollback", RELEASE, "1", "--wait", "--timeout", f"{PATIENCE:.0f}s")
        space.wait_for_pods(2)
        assert environment(space.deployment)["ANAMNESIS_SHARDS"] == "1"
    assert fewest() == 2, "a worker left before its successor was there"

    space.helm("uninstall", RELEASE, "--wait")
    wait_for("no pods", lambda: not space.pods(), PATIENCE)
    for each in objects:
        with pytest.raises(ApiError, match="404"):
            space.kube.get(space.kube.path_of(each, space.name))


def test_a_wrong_value_stops_the_upgrade_and_leaves_what_runs(space: Space) -> None:
    space.put("install", {}, "--wait")
    path = space.folder / "wrong.yaml"
    path.write_text("shards: many\n", encoding="utf-8")
    done = space.helm("upgrade", RELEASE, str(CHART), "--values", str(path), check=False)
    assert done.returncode != 0
    assert "shards" in done.stderr
    space.wait_for_pods(2)
    assert len(space.helm("history", RELEASE, "--output", "yaml").stdout.split("revision:")) == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_object_of_the_examples_is_accepted(space: Space, example: Path) -> None:
    rendered = space.helm("template", RELEASE, str(CHART), "--values", str(example)).stdout
    objects = [each for each in yaml.safe_load_all(rendered) if each]
    assert len(objects) >= 2
    for each in objects:
        space.kube.create(each, space.name, dry_run=True)
    # A Deployment is accepted whatever its pods are: ask for one of them too.
    for each in objects:
        if each["kind"] in ("Deployment", "StatefulSet"):
            template = each["spec"]["template"]
            template["spec"].pop("priorityClassName", None)
            pod = {"apiVersion": "v1", "kind": "Pod", **template}
            pod["metadata"] = {**template["metadata"], "name": "probe"}
            pod["spec"]["serviceAccountName"] = "default"
            wait_for("the namespace's account", lambda: account(space), PATIENCE)
            space.kube.create(pod, space.name, dry_run=True)


def account(space: Space) -> Object:
    return space.kube.get(f"/api/v1/namespaces/{space.name}/serviceaccounts/default")


def test_the_namespace_would_refuse_pods_that_are_not_restricted(space: Space) -> None:
    """The control of the tests above: what we leave out is what makes the difference."""
    wait_for("the namespace's account", lambda: account(space), PATIENCE)
    pod: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "lax"},
        "spec": {"containers": [{"name": "worker", "image": "anamnesis"}]},
    }
    with pytest.raises(ApiError, match="violates PodSecurity") as caught:
        space.kube.create(pod, space.name)
    assert caught.value.status == 403


def test_a_disruption_budget_stops_a_drain(space: Space) -> None:
    space.put("install", {"replicas": 2, "podDisruptionBudget": {"maxUnavailable": 1}}, "--wait")
    space.wait_for_pods(2)
    budget = f"/apis/policy/v1/namespaces/{space.name}/poddisruptionbudgets/{RELEASE}"
    wait_for("a disruption is allowed", lambda: space.kube.get(budget)["status"]["disruptionsAllowed"] == 1, PATIENCE)
    first, second = (pod["metadata"]["name"] for pod in space.pods())
    with cordoned(space):
        evict(space, first)
        wait_for("the first one is gone", lambda: ready_names(space) == {second}, PATIENCE)
        with pytest.raises(ApiError, match="disruption budget") as caught:
            evict(space, second)
        assert caught.value.status == 429
        assert ready_names(space) == {second}
    # With its successor there, the drain goes on.
    space.wait_for_pods(2)
    wait_for("a disruption is allowed", lambda: space.kube.get(budget)["status"]["disruptionsAllowed"] == 1, PATIENCE)
    evict(space, second)
    wait_for("it is replaced", lambda: len(ready_names(space) - {second}) == 2, PATIENCE)


def evict(space: Space, name: str) -> None:
    path = f"/api/v1/namespaces/{space.name}/pods/{name}/eviction"
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    space.kube.request("POST", path, eviction)


def ready_names(space: Space) -> set[str]:
    return {pod["metadata"]["name"] for pod in space.pods() if pod.get("status", {}).get("phase") == "Running"}


@contextmanager
def cordoned(space: Space) -> Iterator[None]:
    """All nodes take no new pods, as while they are drained."""
    paths = [f"/api/v1/nodes/{node['metadata']['name']}" for node in space.kube.items("/api/v1/nodes")]
    for path in paths:
        space.kube.patch(path, {"spec": {"unschedulable": True}})
    try:
        yield
    finally:
        for path in paths:
            space.kube.patch(path, {"spec": {"unschedulable": None}})


@contextmanager
def fewest_available(space: Space) -> Iterator[Any]:
    """Look at the available replicas all the time; a function tells the fewest there ever were."""
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            seen.append(space.deployment["status"].get("availableReplicas", 0))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: min(seen)
    finally:
        stop.set()
        thread.join()


def test_nothing_of_the_control_plane_outlives_its_program(tmp_path: Path) -> None:
    """A run that is killed leaves no process behind."""
    code = (
        "import sys; from pathlib import Path; from deploy.cluster.control_plane import ControlPlane;"
        "plane = ControlPlane(Path(sys.argv[1])); plane.__enter__();"
        "print(*(program.process.pid for program in plane.programs), flush=True); sys.stdin.read()"
    )
    root = CHART.parents[2]
    with subprocess.Popen(
        ["python3" if not (root / ".venv").exists() else str(root / ".venv/bin/python"), "-c", code, tmp_path / "one"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        pids = [int(pid) for pid in run.stdout.readline().split()]
        assert len(pids) == 5
        run.kill()
        run.wait()
        wait_for("all ended", lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), PATIENCE)
