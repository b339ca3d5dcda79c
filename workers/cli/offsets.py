"""`anamnesis offsets`: where the group stands, what it cannot read, and how to pass over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import structlog
import typer
from confluent_kafka import OFFSET_INVALID, Consumer, KafkaException, TopicPartition
from rich.table import Table

from workers import logs, unreadable
from workers.cli import options
from workers.cli.console import CommandError, Exit, err, out, plural, write_json
from workers.cli.kafka import BROKER_SECONDS, Place, Reader, client_config, unreachable
from workers.settings import Settings
from workers.unreadable import Unreadable

app = typer.Typer(help="Where the group stands, and passing over records that cannot be read.", no_args_is_help=True)

log = structlog.get_logger("anamnesis.offsets")


@dataclass(frozen=True, slots=True)
class Standing:
    """A partition: `committed` None where the group has read nothing yet; `end` is behind the last record."""

    partition: int
    committed: int | None
    low: int
    end: int
    unreadable: list[Unreadable]

    @property
    def begin(self) -> int:
        """Where the worker reads next."""
        return max(self.low, self.committed or 0)


@app.command("show")
def show(
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    json: options.Json = False,
) -> None:
    """Show the group's offsets in the input topic, and batches ahead that cannot be read. 74: there are some.

    \b
    anamnesis offsets show
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    found = list(standings(settings))
    if json:
        write_json([asdict(each) for each in found])
    else:
        table = Table(box=None, pad_edge=False)
        for title in ("partition", "committed", "first", "end", "unread", "cannot be read"):
            table.add_column(title)
        for each in found:
            bad = ", ".join(f"{one.first}-{one.last}" for one in each.unreadable) or "-"
            committed = "-" if each.committed is None else str(each.committed)
            table.add_row(
                str(each.partition), committed, str(each.low), str(each.end), str(max(0, each.end - each.begin)), bad
            )
        out().print(table)
        for each in found:
            for one in each.unreadable:
                err().print(f"to pass over {one}: anamnesis offsets skip {one.partition}:{one.last + 1}", markup=False)
    if any(each.unreadable for each in found):
        raise typer.Exit(Exit.BATCH)


@app.command("skip")
def skip(
    place: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET", help="Where to read on.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    readable: Annotated[bool, typer.Option("--readable", help="Pass over records that can be read, too.")] = False,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
) -> None:
    """Let the group read on at an offset: what lies before it is never read. Stop the workers first.

    Only records that cannot be read are passed over, unless --readable says otherwise.

    \b
    anamnesis offsets skip 3:4711
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    target = Place.parse(place)
    standing = next((each for each in standings(settings) if each.partition == target.partition), None)
    if standing is None:
        raise CommandError(f"{settings.input_topic} has no partition {target.partition}")
    if not standing.begin < target.offset <= standing.end:
        raise CommandError(
            f"partition {target.partition} is read on at {standing.begin} and ends before {standing.end}: "
            f"name an offset in {standing.begin + 1} to {standing.end}"
        )
    bad = [each for each in standing.unreadable if each.first < target.offset]
    lost = sum(min(each.last + 1, target.offset) - max(each.first, standing.begin) for each in bad)
    kept = target.offset - standing.begin - lost
    if kept and not readable:
        raise CommandError(
            f"{plural(kept, 'offset')} before {target} can be read: let a worker read them first, or add --readable"
        )
    err().print(
        f"{settings.input_topic} {target.partition}:{standing.begin} to {target.partition}:{target.offset - 1}: "
        f"{plural(lost, 'offset')} that cannot be read and {kept} that can will never be read by {settings.group_id}.",
        markup=False,
    )
    if not yes:
        typer.confirm("Pass over them?", abort=True, err=True)
    _commit(settings, target)
    logs.configure(settings.log_format, settings.log_level)
    log.warning(
        "offsets skipped",
        topic=settings.input_topic,
        partition=target.partition,
        first=standing.begin,
        last=target.offset - 1,
        unreadable=lost,
        readable=kept,
        group=settings.group_id,
    )
    err().print(f"{plural(lost + kept, 'offset')} passed over; start the workers again", markup=False)


def standings(settings: Settings) -> Iterator[Standing]:
    """Every partition of the input topic. Raises CommandError (69)."""
    config = client_config(settings)
    consumer = Consumer(config | {"group.id": settings.group_id, "enable.auto.commit": False})
    try:
        with Reader(settings, settings.input_topic) as reader:
            places = [TopicPartition(settings.input_topic, partition) for partition in reader.partitions()]
            for place in consumer.committed(places, timeout=BROKER_SECONDS):
                low, end = reader.bounds(place.partition)
                committed = None if place.offset == OFFSET_INVALID else place.offset
                bad = unreadable.find(config, place.topic, place.partition, max(low, committed or 0))
                yield Standing(place.partition, committed, low, end, bad)
    except KafkaException as error:
        raise unreachable(settings, error) from None
    finally:
        consumer.close()


def _commit(settings: Settings, target: Place) -> None:
    consumer = Consumer(client_config(settings) | {"group.id": settings.group_id, "enable.auto.commit": False})
    try:
        offset = TopicPartition(settings.input_topic, target.partition, target.offset)
        committed = consumer.commit(offsets=[offset], asynchronous=False)
    except KafkaException as error:
        raise CommandError(
            f"the group {settings.group_id} does not take the offset ({error.args[0].str()}): "
            "stop all its workers, wait for their session to end, and try again",
            Exit.PREFLIGHT,
        ) from None
    finally:
        consumer.close()
    if not committed or committed[0].error is not None:
        raise CommandError(f"the group {settings.group_id} did not take the offset: try again", Exit.PREFLIGHT)
