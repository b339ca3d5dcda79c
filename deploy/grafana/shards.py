"""How busy are the shards, what is left, and do they stay healthy?"""

from deploy.grafana.model import Board, Panel, chosen, gauge, increase, mean, outcomes, quantiles, total

BUSY = gauge("shard_busy_ratio", "avg")

CAPACITY = (
    Panel(
        1,
        "Headroom",
        "Share of the shards' time that is idle; under 20 % for long: add shards or workers.",
        "percentunit",
        {"": f"1 - {BUSY}"},
        "number",
        8,
        most=1,
        warn_below=0.2,
    ),
    Panel(
        2,
        "Notes a second at full load",
        "The present pace over the present busy share: what these workers could do.",
        "ops",
        {"": f"{outcomes()} / clamp_min({BUSY}, 0.01)"},
        "number",
        8,
    ),
    Panel(
        3,
        "Seconds of a note in the pipeline",
        "The mean; the number of shards over it is the most notes a second.",
        "s",
        {"": mean("stage_seconds", stage="pipeline")},
        "number",
        8,
    ),
)

WORK = (
    Panel(
        4,
        "Busy share by shard",
        "All near 1: the work is the limit. One near 1 and others idle: few keys, or one very long note.",
        "percentunit",
        {"{{instance}} {{shard}}": gauge("shard_busy_ratio", "max", "instance, shard")},
        most=1,
    ),
    Panel(
        5,
        "Notes a second by shard",
        "Notes that each shard has read.",
        "ops",
        {"{{instance}} {{shard}}": total("shard_notes_total", "instance, shard")},
    ),
    Panel(
        6,
        "Time in the pipeline",
        "Seconds that a shard reads a note.",
        "s",
        quantiles("stage_seconds", stage="pipeline"),
    ),
    Panel(
        7,
        "Wait for a shard",
        "Seconds from being let in to being taken by a shard: what more shards would save.",
        "s",
        quantiles("stage_seconds", stage="shard"),
    ),
)

HEALTH = (
    Panel(
        8,
        "Resident memory by shard",
        "Above shard_recycle_bytes a shard is replaced between two batches.",
        "bytes",
        {"{{instance}} {{shard}}": gauge("shard_resident_bytes", "max", "instance, shard")},
    ),
    Panel(
        9,
        "Memory of the worker against its limit",
        "Working set of the container; above its limit all of it is killed.",
        "percentunit",
        {
            "{{instance}}": "max by (instance) "
            + chosen("anamnesis_memory_working_set_bytes / anamnesis_memory_limit_bytes")
        },
        most=1,
        warn_above=0.9,
    ),
    Panel(
        10,
        "Shards replaced in 15 minutes",
        "Recycled for their memory, or dead, or beyond a deadline: the log says which.",
        "short",
        {"{{instance}} {{shard}}": increase("shard_restarts_total", "instance, shard", "15m")},
        warn_above=3,
    ),
)

BOARD = Board(
    "anamnesis-shards",
    "Anamnesis: shards and capacity",
    "How busy are the shards, what is left, and do they stay healthy?",
    {"Capacity": CAPACITY, "Work": WORK, "Health": HEALTH},
)
