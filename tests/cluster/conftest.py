"""A control plane for the whole run, Helm, and a namespace that enforces the restricted standard for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cluster.control_plane import ControlPlane
from deploy.cluster.kube import Kube, Object, wait_for

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "anamnesis"
TOOLS = ROOT / ".cache" / "tools"

RELEASE = "anamnesis"
# Controllers act within seconds; a machine that does much else takes longer.
PATIENCE = 90.0


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """The control plane, which also knows the Prometheus operator's resources."""
    with ControlPlane(tmp_path_factory.mktemp("cluster")) as found:
        for path in sorted((TOOLS / "crds").glob("*monitoring.coreos.com_*.yaml")):
            found.define(path)
        yield found


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace, and the chart in it."""

    plane: ControlPlane
    name: str
    folder: Path

    @property
    def kube(self) -> Kube:
        """The client."""
        return self.plane.kube

    def helm(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Helm in this namespace; what it says is shown where it fails."""
        fetched = TOOLS / "bin" / "helm"
        helm = str(fetched) if fetched.exists() else shutil.which("helm")
        if helm is None:
            pytest.fail("no helm: run deploy/tools.sh, or make check-cluster, which does")
        done = subprocess.run(
            [helm, "--namespace", self.name, "--kubeconfig", str(self.plane.kubeconfig), *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"helm {' '.join(arguments)}\n{done.stdout}\n{done.stderr}\n{self.plane.logs()}")
        return done

    def put(self, command: str, values: dict[str, Any], *arguments: str) -> None:
        """Install or upgrade the chart with these values."""
        path = self.folder / "values.yaml"
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        self.helm(command, RELEASE, str(CHART), "--values", str(path), *arguments)

    def manifest(self) -> list[Object]:
        """The objects of the release, as Helm sent them."""
        rendered = yaml.safe_load_all(self.helm("get", "manifest", RELEASE).stdout)
        return [each for each in rendered if each]

    @property
    def deployment(self) -> Object:
        """The release's Deployment."""
        return self.kube.get(f"/apis/apps/v1/namespaces/{self.name}/deployments/{RELEASE}")

    def pods(self) -> list[Object]:
        """The release's pods that are not on their way out."""
        path = f"/api/v1/namespaces/{self.name}/pods?labelSelector=app.kubernetes.io/instance%3D{RELEASE}"
        return [pod for pod in self.kube.items(path) if "deletionTimestamp" not in pod["metadata"]]

    def wait_for_pods(self, count: int, seconds: float = PATIENCE) -> None:
        """Wait until the Deployment has exactly so many replicas, all new and ready."""

        def reached() -> bool:
            status = self.deployment.get("status", {})
            names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
            observed = status.get("observedGeneration") == self.deployment["metadata"]["generation"]
            return observed and [status.get(name, 0) for name in names] == [count] * 4

        try:
            wait_for(f"{count} ready pods", reached, seconds)
        except TimeoutError as error:
            events = self.kube.items(f"/api/v1/namespaces/{self.name}/events")
            said = "\n".join(f"{each['reason']}: {each['message']}" for each in events[-20:])
            pytest.fail(f"{error}\n{self.deployment.get('status')}\n{said}")


@pytest.fixture
def space(plane: ControlPlane, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Space]:
    """A namespace of its own for each test, which accepts restricted pods only."""
    name = request.node.name.replace("_", "-").replace("[", "-").replace("]", "")[:60].strip("-").lower()
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    plane.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield Space(plane, name, tmp_path)
    plane.kube.request("DELETE", f"/api/v1/namespaces/{name}")
