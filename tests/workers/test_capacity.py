"""The model of capacity, by laws and against the simulation of its queues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.workers import capacity_simulation as simulation
from tests.workers.capacity_simulation import CASES, outcome
from workers import capacity
from workers.capacity import CapacityError, Load, Machine, plan, utilisation_limit

PAGE = Path(__file__).parents[2] / "deploy" / "CAPACITY.md"
SMALL = [name for name, (load, _) in CASES.items() if load.notes_a_day <= 1_000_000]

loads = st.builds(
    Load,
    notes_a_day=st.floats(1, 1e8),
    mean_length=st.floats(1, 100_000),
    peak_factor=st.floats(1, 20),
    objective_seconds=st.floats(1, 3600),
    recovery_seconds=st.floats(10, 3600),
    keys=st.integers(1, 10**7),
    busiest_key=st.floats(0, 0.01),
    shards_per_pod=st.integers(1, 16),
    spare_pods=st.integers(0, 3),
)
machines = st.builds(
    Machine,
    note_seconds=st.floats(1e-4, 0.5),
    character_seconds=st.floats(0, 1e-4),
    parent_seconds=st.none() | st.floats(1e-5, 0.01),
    start_seconds=st.floats(0, 300),
    pause_seconds=st.floats(0, 120),
)


@pytest.mark.parametrize("name", CASES)
def test_the_planned_workers_keep_every_promise_in_the_simulation(name: str) -> None:
    load, _ = CASES[name]
    planned, found = outcome(name)
    assert found.late <= capacity.LATE_SHARE
    assert found.recovery <= load.recovery_seconds
    assert found.utilisation <= planned.utilisation * 1.1  # the lengths of the notes are chance too
    assert found.skew <= planned.skew


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("seed", range(5))
def test_they_keep_them_whatever_the_dice_say(name: str, seed: int) -> None:
    load, _ = CASES[name]
    planned, found = outcome(name, seed)
    assert found.late <= capacity.LATE_SHARE
    assert found.recovery <= load.recovery_seconds
    assert found.skew <= planned.skew * 1.02  # SKEW_RISK: one shard of all runs may be above


def overloaded_by_half(name: str) -> bool:
    """Would the busiest of half the workers' shards have more to do than time?"""
    planned = plan(*CASES[name])
    return planned.utilisation * planned.pods > max(1, round(planned.pods / 2)) * planned.skew


@pytest.mark.parametrize("name", [name for name in CASES if overloaded_by_half(name)])
def test_half_of_them_would_not_do(name: str) -> None:
    load, _ = CASES[name]
    found = outcome(name, pods_share=0.5)[1]
    assert found.recovery > load.recovery_seconds


def test_the_table_of_the_page_is_what_the_simulation_says() -> None:
    written = PAGE.read_text(encoding="utf-8").split("<!-- simulation -->\n")[1].split("<!-- /simulation -->")[0]
    assert written == simulation.table(), f"python -m tests.workers.capacity_simulation {PAGE.name}"


def test_the_simulation_of_one_shard_agrees_with_the_formula_of_its_queue() -> None:
    """Exponential arrivals and times: the mean wait is known exactly (M/M/1)."""
    chance = np.random.default_rng(1)
    arrived = np.cumsum(chance.exponential(1.0, 2_000_000))
    for busy in (0.3, 0.6, 0.8):
        waits = simulation._begins(arrived, chance.exponential(busy, len(arrived))) - arrived
        assert waits.mean() == pytest.approx(busy**2 / (1 - busy), rel=0.05)
        assert np.mean(waits > 1e-6) == pytest.approx(busy, abs=0.01)


@settings(max_examples=300)
@given(loads, machines)
def test_a_plan_keeps_its_own_limits(load: Load, machine: Machine) -> None:
    try:
        found = plan(load, machine)
    except CapacityError:
        assume(False)
        return
    assert 0 < found.utilisation <= found.utilisation_limit <= load.utilisation
    assert found.parent_utilisation is None or found.parent_utilisation <= load.utilisation
    assert found.skew >= 1
    assert 1 <= found.pods <= found.max_replicas <= found.partitions
    assert 1 <= found.min_replicas <= found.max_replicas
    assert found.lag_threshold >= 1


@settings(max_examples=200)
@given(loads, machines, st.floats(1, 4))
def test_more_notes_never_need_less(load: Load, machine: Machine, times: float) -> None:
    try:
        more = plan(replace(load, notes_a_day=load.notes_a_day * times), machine)
    except CapacityError:
        assume(False)
        return
    less = plan(load, machine)
    # Which of two numbers divides the partitions better is a matter of luck.
    assert less.pods <= more.pods * 1.35 + 1


@given(loads, machines)
def test_the_limit_leaves_time_to_catch_up(load: Load, machine: Machine) -> None:
    try:
        limit, reason = utilisation_limit(load, machine)
    except CapacityError:
        assert machine.seconds(load.mean_length) >= load.objective_seconds * 0.2
        return
    # The backlog of the pause, worked off by what is left beside new notes.
    assert machine.pause_seconds * limit <= (1 - limit) * load.recovery_seconds * (1 + 1e-9)
    assert reason in ("the limit that was asked for", "catching up after a pause", "the objective")


FAST = Machine(0.001, 0.0, 0.0005, start_seconds=15, pause_seconds=40)


@pytest.mark.parametrize(
    ("changes", "machine", "message"),
    [
        ({"busiest_key": 0.9, "notes_a_day": 1e8}, FAST, "busiest key alone keeps a shard busy"),
        ({"partitions": 3, "notes_a_day": 1e8}, FAST, "3 partitions feed at most 3 workers"),
        ({"objective_seconds": 1.0}, Machine(2.0, 0.0, None, 10, 40), "objective of 1 s cannot be kept"),
        ({"keys": 2, "busiest_key": 0.5, "notes_a_day": 1e8}, FAST, "order by key holds it on one shard"),
    ],
)
def test_a_load_that_nothing_carries_says_why(changes: dict[str, float], machine: Machine, message: str) -> None:
    with pytest.raises(CapacityError, match=message):
        plan(replace(Load(1_000_000), **changes), machine)


def test_transactions_of_producers_keep_the_threshold_above_the_partitions() -> None:
    slow = Machine(20.0, 0.0, None, start_seconds=10, pause_seconds=40)
    load = Load(2_000, objective_seconds=600)
    plain, transactional = plan(load, slow), plan(load, slow, transactional=True)
    assert plain.lag_threshold <= plain.partitions < transactional.lag_threshold
    assert any("transactions" in warning for warning in transactional.warnings)


def test_where_scaling_is_slower_than_the_objective_more_workers_are_always_there() -> None:
    patient, hasty = Load(4e8, objective_seconds=600), Load(4e8, objective_seconds=0.5)
    saved, kept = plan(patient, FAST), plan(hasty, FAST)
    assert saved.pods == kept.pods
    assert saved.min_replicas < kept.min_replicas <= kept.pods
    assert not saved.warnings
    [warning] = kept.warnings
    assert f"{kept.min_replicas} are the least" in warning
