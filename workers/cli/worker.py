"""`anamnesis worker`: from topic to topic, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.cli import options


def command(
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    shards: Annotated[
        int | None, typer.Option(help="Processes that read notes; as many as cores by default.", show_default=False)
    ] = None,
) -> None:
    """Read notes from Kafka and publish enriched events. Stop it with Ctrl-C or SIGTERM: it finishes what is in flight.

    \b
    anamnesis worker --bootstrap-servers kafka:9092
    ANAMNESIS_CONFIG=/etc/anamnesis.toml anamnesis worker --set log_format=json
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers, shards=shards)
    from workers.run import run_worker  # Faust takes a second to import; only this command needs it

    raise typer.Exit(run_worker(settings))
