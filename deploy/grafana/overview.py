"""Do notes flow, how late are they, and what is rejected?"""

from deploy.grafana.model import (
    INFO,
    OBJECTIVE_SECONDS,
    TARGET,
    Board,
    Panel,
    fresh,
    gauge,
    mean,
    outcomes,
    quantiles,
    total,
)

LAG = gauge("consumer_lag_records")

NOW = (
    Panel(
        1,
        "Workers",
        "Workers that Prometheus sees.",
        "short",
        {"": f"count(count by ({TARGET}) ({INFO}))"},
        "number",
        6,
    ),
    Panel(2, "Lag", "Records without an outcome: unread, waiting and in flight.", "short", {"": LAG}, "number", 6),
    Panel(
        3,
        "Time to clear",
        "The lag at the present pace of outcomes.",
        "s",
        {"": f"{LAG} / {outcomes()}"},
        "number",
        6,
        warn_above=600,
    ),
    Panel(
        4,
        "Fresh notes",
        f"Share of notes with an outcome within {OBJECTIVE_SECONDS} s of their timestamp; the objective is 99 %.",
        "percentunit",
        {"": fresh()},
        "number",
        6,
        most=1,
        warn_below=0.99,
    ),
)

FLOW = (
    Panel(
        5,
        "Notes a second",
        "Read from the input topic, and outcomes by kind.",
        "ops",
        {
            "read": total("notes_consumed_total"),
            "{{status}}": total("notes_published_total", "status"),
            "rejected": total("notes_rejected_total"),
        },
    ),
    Panel(
        6,
        "Lag by topic",
        "Rising for long: more shards or workers are needed, or one of them is stuck.",
        "short",
        {"{{topic}}": gauge("consumer_lag_records", by="topic")},
    ),
    Panel(
        7,
        "Notes in flight",
        "Read and not yet acknowledged, by worker; the window bounds it.",
        "short",
        {"{{instance}}": gauge("inflight_notes", by="instance")},
    ),
    Panel(
        8,
        "Where the time goes",
        "Mean seconds of a note in each stage: window (until it is let in), shard (until its process takes it), pipeline "
        "(being read), publish (until the broker has its outcome).",
        "s",
        {"{{stage}}": mean("stage_seconds", "stage")},
        "stack",
    ),
)

FRESHNESS = (
    Panel(
        9,
        "From record to outcome",
        "Seconds from a record's timestamp to its outcome on the broker.",
        "s",
        quantiles("end_to_end_seconds"),
        warn_above=OBJECTIVE_SECONDS,
    ),
    Panel(
        10,
        "Pace of the error budget: late notes",
        "1 uses up the month's budget (1 % of notes later than 30 s) in a month, 14.4 in two days.",
        "short",
        {f"over {window}": f"(1 - {fresh(window)}) / 0.01" for window in ("5m", "1h", "6h")},
        warn_above=14.4,
    ),
)

REJECTIONS = (
    Panel(
        11,
        "Rejections by reason",
        "`anamnesis deadletter list` shows where and what; the runbook says what each reason means.",
        "ops",
        {"{{reason}}": f"{total('notes_rejected_total', 'reason')} > 0"},
        "stack",
    ),
    Panel(
        12,
        "Share of notes rejected",
        "The objective is under 1 %.",
        "percentunit",
        {"rejected": f"{total('notes_rejected_total')} / {outcomes()}"},
        most=1,
        warn_above=0.01,
    ),
    Panel(
        13,
        "Unknown fields a second",
        "Fields of notes that this version does not know: a producer is newer, or misspells.",
        "ops",
        {"fields": total("unknown_fields_total")},
    ),
    Panel(14, "Size of notes", "Bytes of a record's value.", "bytes", quantiles("note_bytes")),
)

RUNS = (
    Panel(
        15,
        "Profiles in use",
        "Workers by profile and fingerprint; two fingerprints of one profile for long are an alert.",
        "short",
        {"": f"count by (cluster, namespace, group, profile, version, fingerprint) ({INFO})"},
        "table",
    ),
    Panel(
        16,
        "Alerts",
        "Pending and firing.",
        "short",
        {"": 'count by (alertname, alertstate, severity) (ALERTS{alertname=~"Anamnesis.*"})'},
        "table",
    ),
)

BOARD = Board(
    "anamnesis-overview",
    "Anamnesis: overview",
    "Do notes flow, how late are they, and what is rejected?",
    {"Now": NOW, "Flow": FLOW, "Freshness": FRESHNESS, "Rejections": REJECTIONS, "What runs": RUNS},
)
