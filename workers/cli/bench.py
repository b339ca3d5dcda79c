"""`anamnesis bench`: how fast this machine reads notes, and what a stated load needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.table import Table

from workers.cli import options
from workers.cli.console import CommandError, err, out, write_json
from workers.cli.files import objects
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.capacity import Load
    from workers.records import ProcessingOptions

_CAPACITY = "Capacity (with --capacity)"
# Lengths around the stated one, by which a note's time is split into a part for each note and one for each character.
_LENGTHS = (0.5, 1.0, 2.0)
_NOTES_OF_A_LENGTH = 48
_NOTES_OF_A_WORKER = 600


def command(
    notes: Annotated[
        Path | None,
        typer.Option(metavar="NOTES.jsonl", help="Notes to read; sample notes without it.", show_default=False),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long each measurement takes.", min=0.2, max=600)] = 5.0,
    capacity: Annotated[
        bool, typer.Option("--capacity", help="Also say how many shards, workers and partitions a load needs.")
    ] = False,
    notes_a_day: Annotated[
        float | None, typer.Option(help="Notes a day.", min=1, show_default=False, rich_help_panel=_CAPACITY)
    ] = None,
    mean_length: Annotated[
        int, typer.Option(help="Mean length of a note, characters.", min=1, rich_help_panel=_CAPACITY)
    ] = 2000,
    peak_factor: Annotated[
        float, typer.Option(help="Busiest hour over the mean.", min=1, max=1000, rich_help_panel=_CAPACITY)
    ] = 3.0,
    objective: Annotated[
        float, typer.Option(help="Seconds within which 95 % of notes are read.", min=0.1, rich_help_panel=_CAPACITY)
    ] = 30.0,
    recovery: Annotated[
        float, typer.Option(help="Seconds to catch up after a worker's death.", min=1, rich_help_panel=_CAPACITY)
    ] = 300.0,
    keys: Annotated[
        int, typer.Option(help="Patients with notes in the busiest hour.", min=1, rich_help_panel=_CAPACITY)
    ] = 10_000,
    busiest_key: Annotated[
        float, typer.Option(help="Share of notes of the busiest key.", min=0, max=1, rich_help_panel=_CAPACITY)
    ] = 0.001,
    partitions: Annotated[
        int | None,
        typer.Option(
            help="Partitions of the input topic, if it is there.", min=1, show_default=False, rich_help_panel=_CAPACITY
        ),
    ] = None,
    shards: Annotated[int, typer.Option(help="Shards in a worker.", min=1, max=64, rich_help_panel=_CAPACITY)] = 2,
    spare: Annotated[
        int, typer.Option(help="Workers that may be missing at the peak.", min=0, max=100, rich_help_panel=_CAPACITY)
    ] = 1,
    transactional: Annotated[
        bool,
        typer.Option("--transactional", help="Producers of notes use transactions.", rich_help_panel=_CAPACITY),
    ] = False,
    config: options.Config = None,
    assignments: options.Assignments = None,
    json: options.Json = False,
) -> None:
    """Measure how many notes a second each profile reads here; with --capacity also what a load needs, and the values
    to set. The model is explained in deploy/CAPACITY.md.

    \b
    anamnesis bench --notes notes.jsonl
    anamnesis bench --capacity --notes-a-day 500000 --mean-length 2500 --peak-factor 4
    """
    if capacity != (notes_a_day is not None):
        raise CommandError("--capacity and --notes-a-day N belong together")
    settings = options.settings(config, assignments)
    lines = _lines(settings, notes)
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline.profile import ProfileError
    from workers.capacity import Load
    from workers.cli import lines_of_notes
    from workers.speed import SpeedError

    job = lines_of_notes.options_of(settings, settings.profiles, settings.default_language)
    try:
        found: dict[str, Any] = {"profiles": _profiles(job, lines, seconds, show=not json)}
        if notes_a_day is not None:
            load = Load(
                notes_a_day, mean_length, peak_factor, objective, recovery, keys, busiest_key, partitions, shards, spare
            )
            found |= _capacity(settings, job, lines, load, seconds, transactional=transactional, show=not json)
    except (SpeedError, ProfileError) as error:
        raise CommandError(str(error)) from None
    if json:
        write_json(found)


def _lines(settings: Settings, path: Path | None) -> dict[str, list[bytes]]:
    """Notes by language, for each language that has a profile. Raises CommandError where one has none."""
    from pipeline import samples

    found: dict[str, list[bytes]] = {language: [] for language in settings.profiles}
    if path is None:
        for language in found:
            if language not in samples.LANGUAGES:
                raise CommandError(f"there are no sample notes for {language}; give some of yours with --notes")
            found[language] = samples.lines(language)
        return found
    for note in objects(path):
        language = str(note.get("language") or settings.default_language).replace("_", "-").split("-")[0].lower()
        if language in found:
            found[language].append(orjson.dumps(note))
    if not any(found.values()):
        raise CommandError(f"{path} has no notes in a language with a profile: {', '.join(found)}")
    return {language: lines for language, lines in found.items() if lines}


def _profiles(
    job: ProcessingOptions, lines: dict[str, list[bytes]], seconds: float, *, show: bool
) -> list[dict[str, Any]]:
    from workers.speed import profile_speed

    found = []
    table = Table(title="One process", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("profile")
    for column in ("notes/s", "characters/s", "ms, median", "95 %", "99 %"):
        table.add_column(column, justify="right")
    for language, own in lines.items():
        _say(f"reading {language} for {seconds:g} s")
        speed = profile_speed(job, language, own, seconds)
        found.append(asdict(speed) | {"notes_per_second": speed.notes_per_second})
        table.add_row(
            f"{speed.profile} ({language})",
            f"{speed.notes_per_second:,.0f}",
            f"{speed.characters / speed.seconds:,.0f}",
            *(f"{each:.2f}" for each in speed.milliseconds),
        )
    if show:
        out().print(table)
    return found


def _capacity(
    settings: Settings,
    job: ProcessingOptions,
    lines: dict[str, list[bytes]],
    load: Load,
    seconds: float,
    *,
    transactional: bool,
    show: bool,
) -> dict[str, Any]:
    from workers import speed
    from workers.capacity import CapacityError, Machine, plan
    from workers.cli import capacity_report
    from workers.cli.worker_cost import note_lines, worker_cost

    cores = settings.shards
    mixed = [line for own in zip(*_evenly(lines.values()), strict=True) for line in own]
    lengths = [max(1, round(load.mean_length * share)) for share in _LENGTHS]
    by_length = [speed.notes_of_length(mixed, length, _NOTES_OF_A_LENGTH) for length in lengths]
    _say(f"one shard, then {cores} at once, at {len(lengths)} lengths")
    alone = speed.shard_rate(job, 1, by_length[1], seconds)
    together = [speed.shard_rate(job, cores, own, seconds) for own in by_length]
    note_seconds, character_seconds = speed.fit(lengths, [cores / rate for rate in together])
    _say(f"a whole worker of {load.shards_per_pod} shards on the embedded broker")
    cost = worker_cost(settings, load.shards_per_pod, note_lines(by_length[1], _NOTES_OF_A_WORKER))
    machine = Machine(
        note_seconds,
        character_seconds,
        cost.parent_seconds,
        cost.start_seconds,
        capacity_report.pause_seconds(settings, note_seconds + character_seconds * load.mean_length),
    )
    try:
        planned = plan(load, machine, transactional=transactional)
    except CapacityError as error:
        raise CommandError(str(error)) from None
    measured = capacity_report.Measured(cores, alone, together[1], cost)
    report = capacity_report.report(settings, load, machine, measured, planned, transactional=transactional)
    if show:
        capacity_report.show(report)
    return report


def _evenly(groups: Any) -> list[list[bytes]]:
    """The groups, each repeated to the length of the longest, so that languages are equally frequent."""
    known = [list(group) for group in groups]
    most = max(len(group) for group in known)
    return [[group[number % len(group)] for number in range(most)] for group in known]


def _say(sentence: str) -> None:
    err().print(f"[bench] {sentence}", style="dim", markup=False)
