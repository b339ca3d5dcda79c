"""A plan as a person reads it and as programs do: what was measured, what the load needs, the values to set."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from workers.capacity import Load, Machine, Plan
from workers.cli.console import out
from workers.cli.worker_cost import WorkerCost
from workers.settings import Settings

# Until the others have agreed on who takes the partitions of a worker that died.
_REBALANCE_SECONDS = 5.0
# Of what was measured: notes longer than these, and caches that grow.
_MEMORY_MARGIN = 1.25
_MIB = 1024 * 1024
_MEMORY_STEP = 128


@dataclass(frozen=True, slots=True)
class Measured:
    """Notes a second of one shard by itself and of as many as cores together, and what a whole worker costs."""

    cores: int
    one_shard: float
    all_shards: float
    worker: WorkerCost


def pause_seconds(settings: Settings, note_seconds: float) -> float:
    """How long the notes of a worker that died wait: its session, then the others finish their batches and rejoin."""
    batches = settings.batches_per_shard * settings.batch_notes * note_seconds
    drain = min(batches, settings.drain_deadline_seconds)
    return settings.session_timeout_seconds + settings.heartbeat_interval_seconds + drain + _REBALANCE_SECONDS


def report(
    settings: Settings, load: Load, machine: Machine, measured: Measured, plan: Plan, *, transactional: bool
) -> dict[str, Any]:
    """Everything as plain values."""
    seconds = machine.seconds(load.mean_length)
    return {
        "load": asdict(load) | {"mean_rate": load.mean_rate, "peak_rate": load.peak_rate},
        "machine": asdict(measured) | asdict(machine) | {"seconds_of_a_mean_note": seconds},
        "plan": asdict(plan),
        "values": values(settings, load, machine, measured, plan, transactional=transactional),
    }


def values(
    settings: Settings, load: Load, machine: Machine, measured: Measured, plan: Plan, *, transactional: bool
) -> dict[str, Any]:
    """Values of the Helm chart that carry the plan."""
    cpu = plan.shards + (plan.parent_utilisation or 0.0)
    resources: dict[str, Any] = {"requests": {"cpu": f"{math.ceil(cpu * 10) * 100}m"}}
    if measured.worker.memory_bytes is not None:
        request = measured.worker.memory_bytes * _MEMORY_MARGIN
        # A shard is recycled above its limit, and grows on while it finishes its batches.
        most = request + plan.shards * int(settings.shard_recycle_bytes) * 1.1
        resources["requests"]["memory"] = _mebibytes(request)
        resources["limits"] = {"memory": _mebibytes(most)}
    return {
        "shards": plan.shards,
        "kafka": {"partitions": plan.partitions, "transactionalInput": transactional},
        "resources": resources,
        "autoscaling": {
            "minReplicas": plan.min_replicas,
            "maxReplicas": plan.max_replicas,
            "keda": {
                "enabled": True,
                "lagThreshold": plan.lag_threshold,
                "fallbackReplicas": plan.max_replicas,
            },
        },
        "settings": {"expected_note_seconds": float(f"{machine.seconds(load.mean_length):.2g}")},
    }


def show(report: dict[str, Any]) -> None:
    """Print a report."""
    load, machine, plan = report["load"], report["machine"], report["plan"]
    worker = machine["worker"]
    rate = load["peak_rate"]
    efficiency = machine["all_shards"] / machine["one_shard"] / machine["cores"]
    _table(
        "Measured here",
        [
            ("one shard", f"{machine['one_shard']:,.0f} notes/s of {load['mean_length']:,} characters"),
            ("all cores", f"{machine['all_shards']:,.0f} notes/s by {machine['cores']} shards ({efficiency:.0%} each)"),
            (
                "a note in a shard",
                f"{machine['note_seconds'] * 1000:.2f} ms + {machine['character_seconds'] * 1e6:.2f} ms "
                "for 1,000 characters",
            ),
            (
                "a whole worker",
                f"{worker['notes_per_second']:,.0f} notes/s, ready after {worker['start_seconds']:.0f} s",
            ),
            ("its parent process", _or_unknown(worker["parent_seconds"], lambda cost: f"{cost * 1000:.2f} ms a note")),
            ("its memory", _or_unknown(worker["memory_bytes"], lambda size: f"{size / _MIB:,.0f} MiB")),
        ],
    )
    _table(
        f"Needed for {load['notes_a_day']:,.0f} notes a day, {rate:,.1f} a second at the peak",
        [
            (
                "workers",
                f"{plan['pods']} at the peak, {plan['max_replicas']} with spare, {plan['min_replicas']} at least",
            ),
            ("shards", f"{plan['shards']} in each"),
            ("partitions", str(plan["partitions"])),
            (
                "busiest shard",
                f"{plan['utilisation']:.0%} busy of {plan['utilisation_limit']:.0%} ({plan['limited_by']}); "
                f"{plan['skew']:.2f} times an even share",
            ),
            ("parent process", _or_unknown(plan["parent_utilisation"], lambda busy: f"{busy:.0%} busy")),
        ],
    )
    console = out()
    for warning in plan["warnings"]:
        console.print(f"! {warning}", style="yellow", markup=False)
    console.print("Values of the chart (deploy/helm/anamnesis)", style="bold")
    for line in _yaml(report["values"]):
        console.print(line, markup=False)


def _table(title: str, rows: list[tuple[str, str]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    for row in rows:
        table.add_row(*row)
    out().print(table)


def _or_unknown(value: float | None, text: Any) -> str:
    return "not known on this system" if value is None else str(text(value))


def _yaml(value: dict[str, Any], depth: int = 0) -> list[str]:
    """Nested mappings of plain values as YAML."""
    lines = []
    for name, each in value.items():
        if isinstance(each, dict):
            lines += [f"{'  ' * depth}{name}:", *_yaml(each, depth + 1)]
        else:
            lines.append(f"{'  ' * depth}{name}: {str(each).lower() if isinstance(each, bool) else each}")
    return lines


def _mebibytes(size: float) -> str:
    return f"{math.ceil(size / _MIB / _MEMORY_STEP) * _MEMORY_STEP}Mi"
