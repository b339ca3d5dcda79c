"""What Kubernetes does to a container unasked: variables of Services.

That it writes nowhere but into the folders that the chart mounts, beside such variables, is shown in test_image.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.deploy.live import Worker, stopped_at_the_end
from tests.deploy.surprises import service_links
from workers.embedded import EmbeddedBroker
from workers.settings import Settings

TOPICS = ("health.notes", "health.notes.enriched", "health.notes.rejected")


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
