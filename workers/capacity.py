"""How many shards, workers and partitions a load needs: the model of deploy/CAPACITY.md, without any measuring.

A note goes key -> partition -> worker -> shard, and a shard reads one note after the other. So what must hold is that
the busiest shard keeps up: its share of the notes, times the notes a second at the peak, times the seconds of a note,
must stay under a utilisation that leaves time to catch up after a pause. And the parent process of each worker, which
reads and publishes for all its shards, must keep up too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DAY_SECONDS = 86_400

# Chance that some shard of all is busier than the model says, by the way keys fall.
SKEW_RISK = 0.05
# Share of notes that may wait longer than the objective at the peak.
LATE_SHARE = 0.05
# Squared coefficient of variation of a note's time: lengths of notes vary about as an exponential variable does.
SERVICE_VARIATION = 1.0
# Partitions for each worker: with four, workers between two multiples differ by a quarter at most.
PARTITIONS_PER_POD = 4
# Numbers of partitions are multiples of it: divisible by 2, 3, 4, 6 and 12 workers.
PARTITION_STEP = 12
# One worker more is started for what one worker reads in this time.
LAG_SECONDS = 30
# KEDA looks this often.
POLLING_SECONDS = 15
# Two, so that one can be away.
LEAST_PODS = 2

_MOST_PODS = 100_000


class CapacityError(ValueError):
    """No number of workers carries the load; the message says why and what to change."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for. Seconds; `mean_length` in characters; shares and ratios between 0 and 1.

    `peak_factor` is the busiest hour over the mean; `objective_seconds` the wait that 95 % of notes stay under at the
    peak; `recovery_seconds` the time in which the backlog of a pause must be gone at the peak; `keys` the patients with
    notes in the busiest hour; `busiest_key` the share of the notes that the busiest of them has; `partitions` those
    that there are (None: to be chosen); `utilisation` an upper limit, whatever else allows more.
    """

    notes_a_day: float
    mean_length: float = 2000
    peak_factor: float = 3.0
    objective_seconds: float = 30.0
    recovery_seconds: float = 300.0
    keys: int = 10_000
    busiest_key: float = 0.001
    partitions: int | None = None
    shards_per_pod: int = 2
    spare_pods: int = 1
    utilisation: float = 0.7

    @property
    def peak_rate(self) -> float:
        """Notes a second in the busiest hour."""
        return self.mean_rate * self.peak_factor

    @property
    def mean_rate(self) -> float:
        """Notes a second over the day."""
        return self.notes_a_day / DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured. Seconds; a shard's time for a note is `note_seconds` + `character_seconds` x its length.

    `parent_seconds` is the CPU time of the parent process for a note, None where it could not be measured.
    `start_seconds`: until a worker has its profiles. `pause_seconds`: without service after a worker has died.
    """

    note_seconds: float
    character_seconds: float
    parent_seconds: float | None
    start_seconds: float
    pause_seconds: float

    def seconds(self, length: float) -> float:
        """A shard's time for a note of this length."""
        return self.note_seconds + self.character_seconds * length


@dataclass(frozen=True, slots=True)
class Plan:
    """What the load needs. `pods` carry the peak; `max_replicas` has the spare ones too.

    `busiest_share` is the model's share of the busiest shard, `skew` how many times an even share that is;
    `utilisation` that of the busiest shard at the peak with `pods`, of `utilisation_limit`, which `limited_by` sets.
    """

    pods: int
    shards: int
    partitions: int
    min_replicas: int
    max_replicas: int
    lag_threshold: int
    pod_rate: float
    busiest_share: float
    skew: float
    utilisation: float
    utilisation_limit: float
    limited_by: str
    parent_utilisation: float | None
    warnings: tuple[str, ...]


def plan(load: Load, machine: Machine, *, transactional: bool = False) -> Plan:
    """The plan for a load. Raises CapacityError.

    `transactional`: the producers of notes use transactions, so that a partition's lag by offsets never reaches 0.
    """
    limit, limited_by = utilisation_limit(load, machine)
    partitions, pods = _smallest(load, machine, limit)
    most = pods + load.spare_pods
    seconds = machine.seconds(load.mean_length)
    share = busiest_share(load, pods, partitions)
    rate = _pod_rate(load, machine)
    threshold = max(1, round(rate * LAG_SECONDS))
    mean, least = _least_pods(load, machine, limit, partitions, pods)
    warnings = []
    if transactional and threshold <= partitions:
        threshold = partitions + 1
        warnings.append(
            "the lag threshold lies above the number of partitions, since with transactions each keeps a lag of 1"
        )
    if least > max(mean, LEAST_PODS):
        warnings.append(
            f"the mean load needs {mean} workers; {least} are the least, since notes of a sudden peak would wait longer "
            f"than {load.objective_seconds:g} s until more have started"
        )
    return Plan(
        pods=pods,
        shards=load.shards_per_pod,
        partitions=partitions,
        min_replicas=min(least, most),
        max_replicas=most,
        lag_threshold=threshold,
        pod_rate=rate,
        busiest_share=share,
        skew=share * pods * load.shards_per_pod,
        utilisation=load.peak_rate * share * seconds,
        utilisation_limit=limit,
        limited_by=limited_by,
        parent_utilisation=_parent_utilisation(load, machine, pods, partitions),
        warnings=tuple(warnings),
    )


def utilisation_limit(load: Load, machine: Machine) -> tuple[float, str]:
    """How busy the busiest shard may be at the peak, and which of three reasons says so."""
    recovery = load.recovery_seconds / (load.recovery_seconds + machine.pause_seconds)
    reasons = {
        "the limit that was asked for": load.utilisation,
        "catching up after a pause": recovery,
        "the objective": _queueing_limit(machine.seconds(load.mean_length), load.objective_seconds),
    }
    name = min(reasons, key=lambda reason: reasons[reason])
    if reasons[name] <= 0:
        raise CapacityError(
            f"a note takes {machine.seconds(load.mean_length):.2g} s by itself: the objective of "
            f"{load.objective_seconds:g} s cannot be kept; allow more"
        )
    return reasons[name], name


def busiest_share(load: Load, pods: int, partitions: int) -> float:
    """Share of all notes that the busiest shard gets, not exceeded but with the chance of SKEW_RISK.

    The workers with most partitions have ceil(partitions / pods) of them. On which partition and shard a key falls is
    chance: Bernstein's inequality bounds the sum of the keys' shares for one shard, the number of shards the chance
    that any exceeds it.
    """
    shards = load.shards_per_pod
    even = math.ceil(partitions / pods) / partitions / shards
    if even >= 1:
        return 1.0
    rest = (1 - load.busiest_key) / max(1, load.keys - 1)
    largest = max(load.busiest_key, rest)
    squares = load.busiest_key**2 + (load.keys - 1) * rest**2
    tail = math.log(min(pods, partitions) * shards / SKEW_RISK)
    spread = squares * even * (1 - even)
    above = largest * tail / 3 + math.sqrt((largest * tail / 3) ** 2 + 2 * spread * tail)
    return min(1.0, even + above)


def _queueing_limit(seconds: float, objective: float) -> float:
    """The utilisation at which LATE_SHARE of the notes wait longer than the objective (Kingman's exponential tail)."""
    spare = objective - seconds
    if spare <= 0:
        return 0.0
    limit = 1.0
    for _ in range(50):  # a contraction: far fewer would do
        late = math.log(max(limit, LATE_SHARE) / LATE_SHARE)
        limit = max(0.0, 1 - late * seconds * (1 + SERVICE_VARIATION) / 2 / spare)
    return limit


def _smallest(load: Load, machine: Machine, limit: float) -> tuple[int, int]:
    """Partitions, and the fewest workers that keep up."""
    seconds = machine.seconds(load.mean_length)
    alone = load.peak_rate * load.busiest_key * seconds
    if alone > limit:
        raise CapacityError(
            f"the busiest key alone keeps a shard busy {alone:.0%} of the time, and order by key holds it on one "
            f"shard: give its notes more keys, or lower busiest_key ({load.busiest_key:g}) if it is less"
        )
    pods = max(1, math.floor(load.peak_rate * seconds / load.shards_per_pod))
    while pods <= _MOST_PODS:
        partitions = load.partitions or chosen_partitions(pods + load.spare_pods)
        if load.partitions is not None and pods + load.spare_pods > load.partitions:
            raise CapacityError(
                f"{load.partitions} partitions feed at most {load.partitions} workers, and this load needs more: "
                f"use {chosen_partitions(pods + load.spare_pods)} partitions or more shards for each worker"
            )
        parent = _parent_utilisation(load, machine, pods, partitions) or 0.0
        if load.peak_rate * busiest_share(load, pods, partitions) * seconds <= limit and parent <= load.utilisation:
            return partitions, pods
        pods += max(1, pods // 200)
    raise CapacityError(
        f"even {_MOST_PODS:,} workers do not keep up: keys are too few or too unequal (keys {load.keys:,}, "
        f"busiest_key {load.busiest_key:g})"
    )


def chosen_partitions(most_pods: int) -> int:
    """Partitions for so many workers at most."""
    return PARTITION_STEP * math.ceil(most_pods * PARTITIONS_PER_POD / PARTITION_STEP)


def _parent_utilisation(load: Load, machine: Machine, pods: int, partitions: int) -> float | None:
    if machine.parent_seconds is None:
        return None
    return load.peak_rate * math.ceil(partitions / pods) / partitions * machine.parent_seconds


def _pod_rate(load: Load, machine: Machine) -> float:
    """Notes a second that one worker reads at its fastest."""
    rate = load.shards_per_pod / machine.seconds(load.mean_length)
    return min(rate, 1 / machine.parent_seconds) if machine.parent_seconds else rate


def _least_pods(load: Load, machine: Machine, limit: float, partitions: int, pods: int) -> tuple[int, int]:
    """Workers that carry the mean, and those that must always be there: the backlog that grows until more have started,
    when the peak begins at once, must be gone within the objective.
    """
    reaction = POLLING_SECONDS + machine.start_seconds
    carrying = [each for each in range(1, pods) if load.mean_rate <= limit * _rate(load, machine, each, partitions)]
    mean = carrying[0] if carrying else pods
    for least in carrying:
        growing = max(0.0, load.peak_rate - _rate(load, machine, least, partitions))
        if growing * reaction / _rate(load, machine, pods, partitions) <= load.objective_seconds:
            return mean, max(LEAST_PODS, least)
    return mean, max(LEAST_PODS, pods)


def _rate(load: Load, machine: Machine, pods: int, partitions: int) -> float:
    """Notes a second that so many workers read at most: until the busiest shard, or a parent process, does nothing
    else.
    """
    rate = 1 / (busiest_share(load, pods, partitions) * machine.seconds(load.mean_length))
    parent = _parent_utilisation(load, machine, pods, partitions)
    return min(rate, load.peak_rate / parent) if parent else rate
