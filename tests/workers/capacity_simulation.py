"""The queues of a fleet of workers, simulated note by note, to check the model of capacity; its table is in
deploy/CAPACITY.md:

    python -m tests.workers.capacity_simulation        print the table
    python -m tests.workers.capacity_simulation FILE   write it between the file's markers

Keys fall on partitions by Kafka's own hash and on shards by the worker's router. Each shard reads its notes one after
the other. Once all stop for the pause of a worker's death, and then work off what has come in.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from aiokafka.partitioner import murmur2

from workers.capacity import Load, Machine, Plan, plan
from workers.router import Router

_STEADY_SECONDS = 120.0
# Sums of many floating numbers: a wait below it is none.
_ROUNDING = 1e-6
_MARKS = "<!-- simulation -->\n", "<!-- /simulation -->"

# A rules profile, a small model and a transformer: seconds of a note of 2,000 characters about 5, 50 and 500 ms.
RULES = Machine(0.001, 2e-6, 0.0005, start_seconds=15, pause_seconds=40)
MODEL = Machine(0.010, 2e-5, 0.0005, start_seconds=20, pause_seconds=40)
TRANSFORMER = Machine(0.100, 2e-4, 0.0005, start_seconds=60, pause_seconds=45)

CASES: dict[str, tuple[Load, Machine]] = {
    "clinic": (Load(20_000), MODEL),
    "hospital": (Load(1_000_000), MODEL),
    "hospital, few patients at once": (Load(1_000_000, keys=500, busiest_key=0.01), MODEL),
    "hospital, transformer": (Load(300_000, objective_seconds=60), TRANSFORMER),
    "group, rules only": (Load(20_000_000, keys=50_000, busiest_key=0.0005), RULES),
    "group": (Load(10_000_000, keys=100_000, busiest_key=0.0005), MODEL),
    "region": (Load(60_000_000, keys=300_000, busiest_key=0.0001), MODEL),
    "region, 1,000 partitions given": (Load(60_000_000, keys=300_000, busiest_key=0.0001, partitions=1000), MODEL),
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """What happened: how many times an even share of all keys' notes the busiest shard has, its utilisation, the share of notes that
    waited longer than the objective in steady running, and the seconds after the pause until no shard had a backlog
    (infinite where one still had).
    """

    skew: float
    utilisation: float
    late: float
    recovery: float


def simulate(load: Load, machine: Machine, planned: Plan, seed: int) -> Simulated:
    """Run the peak hour's rate on the planned workers."""
    chance = np.random.default_rng(seed)
    pause, resumed = _STEADY_SECONDS, _STEADY_SECONDS + machine.pause_seconds
    until = resumed + load.recovery_seconds
    total = int(chance.poisson(load.peak_rate * until))
    shards = planned.pods * planned.shards
    shard_of_key = _shards(load, planned, chance)
    hot = chance.random(total) < load.busiest_key
    keys = np.where(hot, 0, chance.integers(1, load.keys, total))
    shard = shard_of_key[keys]
    arrived = np.sort(chance.random(total)) * until
    # Lengths with a coefficient of variation of 1.
    sigma = np.sqrt(np.log(2))
    lengths = load.mean_length * chance.lognormal(-(sigma**2) / 2, sigma, total)
    seconds = machine.note_seconds + machine.character_seconds * lengths

    # In the time that work is done in, the pause is a moment, and all of its notes come at once.
    working = np.where(arrived < pause, arrived, np.maximum(pause, arrived - machine.pause_seconds))
    order = np.argsort(shard, kind="stable")
    bounds = np.searchsorted(shard[order], np.arange(shards + 1))
    late = steady = 0
    busiest_seconds, recovery = 0.0, 0.0
    for number in range(shards):
        mine = order[bounds[number] : bounds[number + 1]]
        if not len(mine):
            continue
        begins = _begins(working[mine], seconds[mine])
        waits = np.where(begins <= pause, begins, begins + machine.pause_seconds) - arrived[mine]
        before = arrived[mine] + waits < pause
        late += int(np.count_nonzero(waits[before] > load.objective_seconds))
        steady += int(np.count_nonzero(before))
        # What is still waiting when the pause begins waits because of the shard, not of the pause.
        stuck = (arrived[mine] < pause) & ~before
        overdue = pause - arrived[mine][stuck] > load.objective_seconds
        late += int(np.count_nonzero(overdue))
        steady += int(np.count_nonzero(overdue))
        busiest_seconds = max(busiest_seconds, float(seconds[mine].sum()))
        idle = (arrived[mine] > resumed) & (begins <= working[mine] + _ROUNDING)
        if np.any(arrived[mine] > pause):
            first = arrived[mine][idle].min() if np.any(idle) else np.inf
            recovery = max(recovery, float(first) - resumed)
    weights = np.full(load.keys, (1 - load.busiest_key) / (load.keys - 1))
    weights[0] = load.busiest_key
    skew = float(np.bincount(shard_of_key, weights, shards).max()) * shards
    return Simulated(skew, busiest_seconds / until, late / max(1, steady), recovery)


def _begins(arrived: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """When each note of one shard is begun: at its arrival, or when the one before it is done."""
    done_before = np.concatenate(([0.0], np.cumsum(seconds)[:-1]))
    return done_before + np.maximum.accumulate(arrived - done_before)


def _shards(load: Load, planned: Plan, chance: np.random.Generator) -> np.ndarray:
    """The shard of each key, over all workers."""
    router = Router(planned.shards)
    found = np.empty(load.keys, dtype=np.int64)
    salt = int(chance.integers(1 << 40))
    for number in range(load.keys):
        key = f"patient-{salt + number}".encode()
        partition = (murmur2(key) & 0x7FFFFFFF) % planned.partitions
        found[number] = (partition % planned.pods) * planned.shards + router.shard_of(key)
    return found


@cache
def outcome(name: str, seed: int = 8, pods_share: float = 1.0) -> tuple[Plan, Simulated]:
    """A case's plan and what happens with this share of the workers that it asks for."""
    load, machine = CASES[name]
    planned = plan(load, machine)
    fewer = replace(planned, pods=max(1, round(planned.pods * pods_share)))
    return planned, simulate(load, machine, fewer, seed)


def table() -> str:
    """The cases, the plan for each, and what the simulation says."""
    rows = [
        "| load | notes a day | keys | partitions | workers x shards | skew, model | skew, simulated | busy, model "
        "| busy, simulated | late at the peak | backlog of a pause gone after | with half the workers after |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (load, _) in CASES.items():
        planned, found = outcome(name)
        half = _seconds(outcome(name, pods_share=0.5)[1].recovery) if planned.pods > 1 else "-"
        rows.append(
            f"| {name} | {load.notes_a_day:,.0f} | {load.keys:,} | {planned.partitions} "
            f"| {planned.pods} x {planned.shards} | {planned.skew:.2f} | {found.skew:.2f} "
            f"| {planned.utilisation:.2f} | {found.utilisation:.2f} | {found.late:.1%} "
            f"| {_seconds(found.recovery)} | {half} |"
        )
    return "\n".join(rows) + "\n"


def _seconds(recovery: float) -> str:
    return f"{recovery:.0f} s" if np.isfinite(recovery) else "never"


if __name__ == "__main__":
    made = table()
    if len(sys.argv) == 1:
        sys.stdout.write(made)
    else:
        page = Path(sys.argv[1])
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(_MARKS[0], 1)
        page.write_text(f"{before}{_MARKS[0]}{made}{_MARKS[1]}{rest.split(_MARKS[1], 1)[1]}", encoding="utf-8")
