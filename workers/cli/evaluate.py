"""`anamnesis evaluate`: scores of a profile against gold notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from workers.cli import options
from workers.cli.console import CommandError, out, progress, write_json
from workers.cli.files import objects

_TABLES = {
    "entities_strict": "Entities, strict",
    "entities_lenient": "Entities, lenient",
    "links_gold_entities": "Links between gold entities",
    "links_end_to_end": "Links end to end",
}
_HISTORIES = {"history_gold_mentions": "History of gold mentions", "history_end_to_end": "History end to end"}


def command(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Gold notes; - for standard input.")],
    profile: options.Profile = None,
    language: options.Language = None,
    split: Annotated[
        bool, typer.Option("--split", help="Score notes held back from development (number divides by 4) apart.")
    ] = False,
    only_unread: Annotated[bool, typer.Option("--only-unread", help="Score only the notes held back.")] = False,
    json: options.Json = False,
) -> None:
    """Score entities (strict and lenient), links (on gold entities and end to end) and history against gold notes.

    \b
    anamnesis evaluate gold.jsonl
    anamnesis evaluate gold.jsonl --profile my_package --json
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline.evaluation import Evaluator, GoldError, Report, part_of
    from pipeline.profile import ProfileError

    reports = {"all": Report()} if not only_unread else {}
    if split:
        reports["read"] = Report()
    if split or only_unread:
        reports["unread"] = Report()
    evaluator = Evaluator(lambda note_language: profile or _primary(note_language), _primary(language or "en"))
    notes = list(objects(gold))
    try:
        for note in progress(notes, "notes", len(notes)):
            chosen = [report for name, report in reports.items() if name in ("all", part_of(str(note.get("id", ""))))]
            if chosen:
                evaluator.score(note, chosen)
    except (GoldError, ProfileError) as error:
        raise CommandError(str(error)) from None
    if not any(report.notes for report in reports.values()):
        raise CommandError(f"{gold} has no notes to score")
    found = {name: report.as_dict() for name, report in reports.items()}
    if json:
        write_json(found["all"] if list(found) == ["all"] else found)
        return
    for name, report in found.items():
        _show(name, report)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].lower()


def _show(name: str, report: dict[str, Any]) -> None:
    console = out()
    console.print(f"[bold]{report['notes']} notes[/]{'' if name == 'all' else f' ({name})'}")
    for key, title in _TABLES.items():
        table = _table(title, ("precision", "recall", "F1", "gold"))
        for label, row in report[key].items():
            table.add_row(label, *_scores(row), str(row["gold"]), style="bold" if label == "all" else "")
        console.print(table)
    for key, title in _HISTORIES.items():
        table = _table(title, ("precision", "recall", "F1", "gold", "accuracy", "mentions", "found by basis"))
        for kind, row in report[key].items():
            basis = ", ".join(f"{cause} {found}" for cause, found in row["found_by_basis"].items())
            table.add_row(kind, *_scores(row), str(row["gold"]), f"{row['accuracy']:.3f}", str(row["mentions"]), basis)
        console.print(table)


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="left" if column == "found by basis" else "right")
    return table


def _scores(row: dict[str, Any]) -> list[str]:
    return [f"{row[name]:.3f}" for name in ("precision", "recall", "f1")]
