"""The probes: what Kubernetes asks, and what a broker that is away does not change."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from workers.app import Worker, create_app
from workers.settings import Settings

LOADED = SimpleNamespace(profiles={("en", "1", "f")})


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    made = create_app(Settings(state_dir=tmp_path, note_deadline_seconds=10, batch_deadline_seconds=20))
    made.preflight.problem = None
    return made


async def answers(worker: Worker) -> dict[str, tuple[int, str]]:
    await worker.health.start("127.0.0.1", 0)
    try:
        runner: Any = worker.health._runner
        port = runner.addresses[0][1]
        found = {}
        async with aiohttp.ClientSession() as session:
            for name in ("startupz", "livez", "readyz"):
                async with session.get(f"http://127.0.0.1:{port}/{name}") as response:
                    found[name] = (response.status, await response.text())
        return found
    finally:
        await worker.health.stop()


def ask(worker: Worker) -> dict[str, int]:
    return {name: status for name, (status, _) in asyncio.run(answers(worker)).items()}


def serve(worker: Worker, *, inflight: int = 0, stuck: float = 0.0) -> None:
    worker.flow = SimpleNamespace(pool=LOADED, inflight=inflight)  # type: ignore[assignment]
    worker._serving = worker._joined = True
    worker._stuck_seconds = lambda: stuck  # type: ignore[method-assign]


def test_while_profiles_load_it_is_alive_and_neither_started_nor_ready(worker: Worker) -> None:
    assert ask(worker) == {"startupz": 503, "livez": 200, "readyz": 503}


def test_without_a_broker_it_is_started_and_alive_and_says_what_is_missing(worker: Worker) -> None:
    worker.flow = SimpleNamespace(pool=LOADED)  # type: ignore[assignment]
    worker.preflight.problem = "no broker at kafka:9092"
    found = asyncio.run(answers(worker))
    assert [found[name][0] for name in ("startupz", "livez", "readyz")] == [200, 200, 503]
    assert found["readyz"][1] == "no broker at kafka:9092\n"


def test_without_an_assignment_it_is_not_ready(worker: Worker) -> None:
    serve(worker)
    worker._joined = False
    assert ask(worker) == {"startupz": 200, "livez": 200, "readyz": 503}


def test_idle_for_hours_it_is_alive_and_ready(worker: Worker) -> None:
    serve(worker, inflight=0, stuck=90_000)
    assert ask(worker) == {"startupz": 200, "livez": 200, "readyz": 200}


@pytest.mark.parametrize(("stuck", "status"), [(90.0, 200), (120.0, 503)])
def test_notes_in_flight_beyond_every_deadline_end_its_life(worker: Worker, stuck: float, status: int) -> None:
    # 20 s for the batch, twice 10 s for the note alone, 60 s for the broker to take its outcome.
    serve(worker, inflight=1, stuck=stuck)
    assert ask(worker)["livez"] == status


def test_a_rebalance_makes_it_unready_until_it_has_partitions(worker: Worker) -> None:
    drained: list[bool] = []

    async def drain() -> None:
        drained.append(worker._ready() is None)

    serve(worker)
    worker.flow.drain, worker.flow.resume = drain, lambda *_: None  # type: ignore[method-assign]
    asyncio.run(worker._before_revocation())
    assert drained == [False]
    worker._after_assignment()
    assert worker._ready() is None
