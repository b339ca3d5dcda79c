"""The flow with a real shard: what it does at its end, and who watches it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import schemas
from tests.stream import odd_worker
from workers import app, run
from workers.delivery import Delivery
from workers.flow import Flow, FlowOptions
from workers.journal import Journal
from workers.metrics import Metrics
from workers.publisher import Topics
from workers.records import Coordinates, ProcessingOptions, Record
from workers.settings import Settings
from workers.shards import ShardLimits

PATIENCE = 60.0
FOR_EVER = 3600.0


class Stage:
    """A flow with one shard of the hostile component, and a broker that takes everything."""

    def __init__(self, folder: Path) -> None:
        import tests.workers.hostile  # noqa: F401 (registers the component)

        profiles = dict(each.split("=", 1) for each in odd_worker.profiles(folder).split(","))
        self.acknowledged: list[int] = []
        self.sent: list[str] = []
        self.named: list[str] = []
        self.flow = Flow(
            FlowOptions(1, 100, 1_000_000, FOR_EVER, FOR_EVER, 3),
            ProcessingOptions(profiles=profiles),
            ShardLimits(note_seconds=FOR_EVER, batch_seconds=FOR_EVER),
            Topics("out", "dead", withhold=False, max_bytes=1_000_000),
            Journal(folder, "g"),
            Metrics(),
            self._send,
            self._failed,
            self._name,
        )

    async def _send(self, topic: str, *_: Any) -> Awaitable[Any]:
        self.sent.append(topic)
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer

    def _failed(self, error: BaseException) -> None:
        raise error

    async def _name(self) -> None:
        self.named += [self.flow.attempts.metadata(partition, 0) for partition, _ in self.flow.attempts.owned()]

    async def accept(self, offset: int, text: str = "fine", assignment: int = 0) -> None:
        place = Coordinates("t", 0, offset, 0)
        value = f'{{"note_id": "n{offset}", "text": "{text}"}}'.encode()
        await self.flow.accept(
            Delivery(b"k", Record(value, (), place), place, lambda: self.acknowledged.append(offset), assignment)
        )

    async def until_acknowledged(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.acknowledged) < count:  # noqa: ASYNC110 (no event tells it)
                await asyncio.sleep(0.01)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("workers.shards.PRELOAD", ["tests.workers.hostile", "workers.shard_preload"])
    return Stage(tmp_path)


def test_a_flow_that_has_failed_waits_for_nothing_and_acknowledges_nothing_more(stage: Stage) -> None:
    """D-7.3: the drain deadline is an hour here."""

    async def scenario() -> None:
        await stage.flow.start()
        stage.flow.resume()
        await stage.accept(0)
        await stage.until_acknowledged(1)
        await stage.accept(1, "SLOW 3000")
        await stage.accept(2)
        async with asyncio.timeout(PATIENCE):
            await stage.flow.stop(failed=True)

    asyncio.run(scenario())
    assert stage.acknowledged == [0]
    assert stage.sent == ["out"]


def test_what_is_finished_of_an_older_assignment_is_dropped(stage: Stage) -> None:
    """D-2.3: the shard reads it to its end, and nobody hears of it."""

    async def scenario() -> None:
        await stage.flow.start()
        stage.flow.resume()
        await stage.accept(0, "SLOW 0.5")
        await asyncio.sleep(0.2)
        stage.flow.abandon()
        stage.flow.resume()
        await stage.accept(0, "SLOW 0.1")
        await stage.accept(1)
        await stage.until_acknowledged(2)
        await stage.flow.stop()

    asyncio.run(scenario())
    assert stage.acknowledged == [0, 1]
    assert stage.sent == ["out", "out"]


def test_the_first_records_of_an_assignment_may_come_before_its_beginning_is_told(stage: Stage) -> None:
    """D-2.1, D-2.3: those are kept, or the commit would pass over them; those of an older one that come late are not."""

    async def scenario() -> None:
        await stage.flow.start()
        early = [
            asyncio.create_task(stage.accept(offset, assignment=number)) for offset, number in ((7, 1), (0, 2), (1, 2))
        ]
        await asyncio.sleep(0.05)
        stage.flow.resume(2)
        await asyncio.gather(*early)
        await stage.accept(2, assignment=2)
        await stage.until_acknowledged(3)
        await stage.flow.stop()

    asyncio.run(scenario())
    assert stage.acknowledged == [0, 1, 2]


def test_suspects_are_named_to_the_group_before_they_are_read(stage: Stage) -> None:
    """D-6.1: two deaths are known of the offsets 5 to 7, one of 8 and 9; each of the former runs alone."""

    async def scenario() -> None:
        await stage.flow.start()
        stage.flow.attempts.take_over(("t", 0), 5, "closed")
        stage.flow.attempts.take_over(("t", 0), 5, "open 5-8:1 8-10:1 run 5-8")
        stage.flow.resume()
        for offset in range(5, 12):
            await stage.accept(offset)
        await stage.until_acknowledged(7)
        await stage.flow.stop()

    asyncio.run(scenario())
    runs = [metadata.rpartition("run ")[2] for metadata in stage.named]
    assert runs == ["5-6", "6-7", "7-8", "8-72"]
    assert stage.acknowledged == list(range(5, 12))


def test_the_worker_decodes_nothing_itself(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """D-4.1: what decoding does in this process would be seen."""

    def decode(*_: Any, **__: Any) -> None:
        raise AssertionError("decoded in the worker")

    async def scenario() -> None:
        await stage.flow.start()
        monkeypatch.setattr(schemas, "decode_note", decode)
        stage.flow.resume()
        await stage.accept(0)
        await stage.until_acknowledged(1)
        await stage.flow.stop()

    asyncio.run(scenario())
    assert stage.sent == ["out"]


class Clock:
    """The time that a worker believes in, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("inflight", "unread", "quiet_seconds", "work_seconds", "ends"),
    [
        (3, 0, 0.0, 100.0, True),
        (0, 3, 0.0, 100.0, True),
        (3, 0, 0.0, 1.0, False),
        (0, 0, 0.0, 100.0, False),
        # The first note after a quiet night is late by its own time, not by that of the night.
        (1, 0, 30_000.0, 1.0, False),
        (0, 1, 30_000.0, 1.0, False),
        (1, 0, 30_000.0, 100.0, True),
    ],
)
def test_a_worker_with_work_and_without_progress_ends(
    inflight: int,
    unread: int,
    quiet_seconds: float,
    work_seconds: float,
    ends: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D-9.2: judged by acknowledgements; exit code 76."""
    clock = Clock()
    monkeypatch.setattr(app, "_WATCH_SECONDS", 0.0)
    monkeypatch.setattr(app, "time", clock)

    async def scenario() -> tuple[BaseException | None, str | None]:
        worker = app.create_app(Settings(state_dir=tmp_path, watchdog_seconds=50))
        flow = SimpleNamespace(inflight=0, last_progress=clock.now)
        monkeypatch.setattr(worker, "flow", flow, raising=False)
        lag = {("in", 0): 0}
        worker._serving = True
        monkeypatch.setattr(worker, "_lag", lambda: lag)
        monkeypatch.setattr(worker, "_consumer_of_ours", lambda: SimpleNamespace(keep_alive=lambda: None))
        watching = asyncio.create_task(worker._watch())
        for later, work in ((quiet_seconds, 0), (0.0, 1), (work_seconds, 1)):
            clock.now += later
            flow.inflight, lag["in", 0] = work * inflight, work * unread
            for _ in range(3):
                await asyncio.sleep(0)
        said = worker._live()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return worker.failure, said

    failure, said = asyncio.run(scenario())
    assert (failure is not None) is ends
    assert run._code(failure) == (run.WATCHDOG if ends else run.OK)
    assert said is None  # the probe's limit, 130 s, is beyond all of these


@pytest.mark.parametrize("below", ["a_file/state", "a_file"])
def test_a_state_dir_that_cannot_be_made_ends_the_worker_with_one_line(
    below: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_file").touch()
    folder = tmp_path / below
    assert run.run_worker(Settings(state_dir=folder, http_port=0, log_format="json")) == run.USAGE
    said = capfd.readouterr()
    last = (said.out + said.err).splitlines()[-1]
    assert f"state_dir {folder} cannot be used" in last
    assert "Traceback" not in said.out + said.err
