"""Which partitions does each worker have, and is the group at rest?"""

from deploy.grafana.model import INFO, TARGET, Board, Panel, gauge, increase, total

PARTITIONS = (
    Panel(
        1,
        "Partitions by worker",
        "Uneven for long: a worker too many (more than partitions), or one that does not join.",
        "short",
        {"{{instance}}": gauge("assigned_partitions", "max", "instance")},
    ),
    Panel(
        2,
        "Lag by partition",
        "The twenty longest. One partition far above the others: one key has most of the notes.",
        "short",
        {"{{topic}} {{partition}}": f"topk(20, {gauge('consumer_lag_records', by='topic, partition')})"},
    ),
    Panel(
        3,
        "Notes a second by worker",
        "Read from the input topic.",
        "ops",
        {"{{instance}}": total("notes_consumed_total", "instance")},
    ),
    Panel(
        4,
        "Seconds since a note was acknowledged",
        "By worker, where notes are unread or in flight or not: beside the lag it tells a stall from a quiet night.",
        "s",
        {"{{instance}}": f"time() - {gauge('last_progress_timestamp_seconds', 'max', 'instance')}"},
    ),
)

GROUP = (
    Panel(
        5,
        "Rebalances in 15 minutes",
        "By worker. Members that come and go, or that are evicted; nothing is read while one lasts.",
        "short",
        {"{{instance}}": increase("rebalances_total", "instance", "15m")},
        warn_above=5,
    ),
    Panel(
        6,
        "Failed commits in 15 minutes",
        "By worker. What they held comes again after a restart, with equal event ids.",
        "short",
        {"{{instance}}": increase("commit_failures_total", "instance", "15m")},
        warn_above=3,
    ),
    Panel(
        7,
        "Notes given up in 15 minutes",
        "Not finished within the drain deadline at a rebalance or stop; they come again.",
        "short",
        {"{{instance}}": increase("abandoned_notes_total", "instance", "15m")},
    ),
    Panel(
        8,
        "Workers without a partition",
        "All of them: broker, topic, right or log-in is missing, and `/readyz` says which. Some: more workers than "
        "partitions, and these are idle.",
        "short",
        {
            "waiting or idle": f"count (count by ({TARGET}) ({INFO}) "
            f"unless on ({TARGET}) anamnesis_assigned_partitions > 0) or vector(0)"
        },
    ),
)

BOARD = Board(
    "anamnesis-kafka",
    "Anamnesis: Kafka",
    "Which partitions does each worker have, and is the group at rest?",
    {"Partitions": PARTITIONS, "Group": GROUP},
)
