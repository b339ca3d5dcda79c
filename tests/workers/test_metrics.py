"""What the worker shows: bounded whatever comes, lag as it is defined, names and units as Prometheus wants them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from workers.memory import Memory
from workers.metrics import MAX_PARTITION_SERIES, MAX_SHARD_SERIES, Assignment, Metrics, ShardSample

SERIES_LIMIT = 300
PROFILES = 4


def series(metrics: Metrics) -> list[str]:
    return [line for line in generate_latest(metrics.registry).decode().splitlines() if not line.startswith("#")]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"anamnesis_{name}", labels)


words = st.text(min_size=1, max_size=8)
counted = st.one_of(
    st.tuples(st.just("entities"), words, words),
    st.tuples(st.just("qualified"), words, words),
    st.tuples(st.just("relations"), words),
    st.tuples(st.just("unlinked_attributes"), words),
    st.just(("unknown_fields",)),
)


@given(st.lists(st.tuples(counted, st.integers(1, 5)), max_size=300))
def test_what_a_profile_counts_never_exceeds_the_series_of_a_worker(counts: list[tuple[tuple[str, ...], int]]) -> None:
    metrics = worst_case(counts)
    assert len(series(metrics)) < SERIES_LIMIT
    for name in ("entities", "relations", "unlinked_attributes", "qualified"):
        family = next(each for each in metrics.registry.collect() if each.name == f"anamnesis_{name}")
        shown = sum(sample.value for sample in family.samples)
        assert shown == sum(number for (first, *_), number in counts if first == name), "bounded, but nothing is lost"


def test_the_most_series_that_a_worker_can_show() -> None:
    everything = [
        ((name, *(f"{name}{number}" for _ in range(labels))), 1)
        for name, labels in (("entities", 2), ("relations", 1), ("unlinked_attributes", 1), ("qualified", 2))
        for number in range(100)
    ]
    assert len(series(worst_case(everything))) < SERIES_LIMIT


def worst_case(counts: Iterable[tuple[tuple[str, ...], int]]) -> Metrics:
    metrics = Metrics()
    metrics.count(counts)
    metrics.sample_shards([ShardSample(1.0, 1, 1, 1)] * MAX_SHARD_SERIES)
    lag = {("notes", partition): 1 for partition in range(MAX_PARTITION_SERIES)}
    metrics.watch_assignment(lambda: Assignment(lag, len(lag)))
    for number in range(PROFILES):
        metrics.info.labels(f"profile{number}", "1", "f", "group").set(1)
    return metrics


def test_lag_is_shown_by_partition_and_above_a_hundred_of_them_by_topic() -> None:
    lag: dict[tuple[str, int], int] = {}
    metrics = Metrics()
    metrics.watch_assignment(lambda: Assignment(lag, len(lag)))
    lag |= {("a", partition): partition for partition in range(MAX_PARTITION_SERIES)}
    assert value(metrics, "consumer_lag_records", topic="a", partition="7") == 7
    lag["b", 0] = 5
    assert value(metrics, "consumer_lag_records", topic="a", partition="7") is None
    assert value(metrics, "consumer_lag_records", topic="a", partition="all") == sum(range(MAX_PARTITION_SERIES))
    assert value(metrics, "consumer_lag_records", topic="b", partition="all") == 5
    assert value(metrics, "assigned_partitions") == MAX_PARTITION_SERIES + 1


def test_shards_show_what_they_did_since_the_last_look(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("workers.metrics.time.monotonic", lambda: clock[0])
    metrics = Metrics()
    for busy, restarts, notes in ((1.0, 0, 10), (3.0, 1, 30)):
        clock[0] += 4.0
        metrics.sample_shards([ShardSample(busy, 500, restarts, notes), ShardSample(0.0, 700, 0, 0)])
    assert value(metrics, "shard_busy_ratio", shard="0") == pytest.approx(0.5)
    assert value(metrics, "shard_notes_total", shard="0") == 30
    assert value(metrics, "shard_restarts_total", shard="0") == 1
    assert value(metrics, "shard_restarts_total", shard="1") == 0, "there from the start, or its first rate is lost"
    assert value(metrics, "shard_resident_bytes", shard="1") == 700


def test_many_shards_are_shown_as_one() -> None:
    metrics = Metrics()
    metrics.sample_shards([ShardSample(0.0, number, 1, number) for number in range(MAX_SHARD_SERIES + 1)])
    assert value(metrics, "shard_resident_bytes", shard="all") == MAX_SHARD_SERIES
    assert value(metrics, "shard_restarts_total", shard="all") == MAX_SHARD_SERIES + 1
    assert value(metrics, "shard_notes_total", shard="all") == sum(range(MAX_SHARD_SERIES + 1))
    assert value(metrics, "shard_busy_ratio", shard="0") is None


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="ascii")


MACHINE = {"meminfo": "MemTotal:       1000 kB\nMemFree:  10 kB\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"memory.current": "500\n", "memory.max": "900\n", "memory.stat": "anon 1\ninactive_file 120\n"}, (380, 900)),
        (
            {
                "memory/memory.usage_in_bytes": "500\n",
                "memory/memory.limit_in_bytes": "800\n",
                "memory/memory.stat": "total_inactive_file 100\n",
            },
            (400, 800),
        ),
    ],
)
def test_memory_is_that_of_the_container(tmp_path: Path, files: dict[str, str], expected: tuple[int, int]) -> None:
    write(tmp_path / "cgroup", files)
    write(tmp_path / "proc", MACHINE)
    assert Memory(tmp_path / "cgroup", tmp_path / "proc").read() == expected


@pytest.mark.parametrize("limit", ["max", "9223372036854771712"])
def test_memory_without_a_limit_is_that_of_our_processes(tmp_path: Path, limit: str) -> None:
    write(tmp_path / "cgroup", {"memory.current": "500", "memory.max": limit})
    page = os.sysconf("SC_PAGE_SIZE")
    ours = os.getpid()
    processes = {
        f"{ours}/stat": f"{ours} (python) S 1 1",
        f"{ours}/statm": "9 5 1",
        "7/stat": f"7 (a (b) c) S {ours} 1",
        "7/statm": "9 3 1",
        "8/stat": "8 (x) S 7 1",
        "8/statm": "9 2 1",
        "9/stat": "9 (other) S 1 1",
        "9/statm": "9 100 1",
    }
    write(tmp_path / "proc", MACHINE | processes)
    assert Memory(tmp_path / "cgroup", tmp_path / "proc").read() == (10 * page, 1000 * 1024)


def test_nothing_that_tells_of_memory_is_no_error(tmp_path: Path) -> None:
    assert Memory(tmp_path / "cgroup", tmp_path / "proc").read() == (None, None)
