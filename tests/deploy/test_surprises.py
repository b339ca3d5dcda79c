"""What Kubernetes does to a container unasked: variables of Services, a root that cannot be written, folders of somebody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.deploy.conftest import Render
from tests.deploy.live import Worker, stopped_at_the_end
from workers.embedded import EmbeddedBroker
from workers.settings import Settings

TOPICS = ("health.notes", "health.notes.enriched", "health.notes.rejected")


def service_links(service: str, host: str, port: int, name: str) -> dict[str, str]:
    """The variables that a kubelet injects for a Service with one named port, in every pod of its namespace."""
    prefix = service.upper().replace("-", "_")
    address = f"tcp://{host}:{port}"
    return {
        f"{prefix}_SERVICE_HOST": host,
        f"{prefix}_SERVICE_PORT": str(port),
        f"{prefix}_SERVICE_PORT_{name.upper()}": str(port),
        f"{prefix}_PORT": address,
        f"{prefix}_PORT_{port}_TCP": address,
        f"{prefix}_PORT_{port}_TCP_PROTO": "tcp",
        f"{prefix}_PORT_{port}_TCP_PORT": str(port),
        f"{prefix}_PORT_{port}_TCP_ADDR": host,
    }


LINKS = service_links("anamnesis", "10.96.0.17", 8080, "metrics") | service_links(
    "anamnesis-shards", "10.96.0.18", 80, "http"
)


@pytest.mark.deploy
def test_a_worker_starts_beside_services_that_bear_its_name(tmp_path: Path) -> None:
    with EmbeddedBroker(*TOPICS) as broker:
        settings = {"ANAMNESIS_BOOTSTRAP_SERVERS": broker.bootstrap_servers, "ANAMNESIS_SHARDS": "1"}
        worker = Worker(tmp_path / "worker", settings | LINKS)
        with stopped_at_the_end(worker):
            worker.start()
            assert worker.stop() == 0


def test_no_service_link_becomes_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ANAMNESIS_")]:
        monkeypatch.delenv(name)
    plain = Settings().masked()
    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)
    assert Settings().masked() == plain


@pytest.mark.deploy
def test_a_worker_writes_nowhere_but_where_the_chart_mounts(render: Render, tmp_path: Path) -> None:
    """The image's test runs it with exactly these folders writable; here: that they are all that the chart gives."""
    from tests.deploy.test_image import WRITABLE

    workload = next(each for each in render() if each["kind"] == "Deployment")
    pod = workload["spec"]["template"]["spec"]
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    empty = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    assert {path for path, name in mounts.items() if name in empty} == set(WRITABLE) == set(mounts)
    given = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    assert given["ANAMNESIS_STATE_DIR"] in WRITABLE
