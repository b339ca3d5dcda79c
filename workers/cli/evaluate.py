"""`anamnesis evaluate`: scores against gold notes, and whether two systems differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from schemas.enriched import ENRICHED
from workers.cli import options, systems
from workers.cli.console import CommandError, err, out, plural, progress, write_json
from workers.cli.files import STANDARD, numbered_objects, writing

if TYPE_CHECKING:
    from pipeline.evaluation import Comparison, Findings, GoldNote, Report, System

_TABLES = {
    "entities_strict": "Entities, strict",
    "entities_lenient": "Entities, lenient",
    "links_gold_entities": "Links between gold entities",
    "links_end_to_end": "Links end to end",
}
_HISTORIES = {"history_gold_mentions": "History of gold mentions", "history_end_to_end": "History end to end"}
# Words on either side of an error in the list.
_AROUND = 45
# Where there is nothing to score.
_NONE = "-"

Gold = list[tuple[int, "GoldNote"]]


def command(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Gold notes; - for standard input.")],
    profile: options.Profile = None,
    system: Annotated[
        str | None, typer.Option("--system", help=f"What is scored: {systems.HELP}.", show_default=False)
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare", help="Score this one too, on the same notes, and test the difference.", show_default=False
        ),
    ] = None,
    language: options.Language = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="A label of a spaCy model and ours; may be repeated.",
            metavar="THEIRS=OURS",
            show_default=False,
        ),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List every error with its context.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write scores and errors as a page.", show_default=False)
    ] = None,
    resamples: Annotated[
        int, typer.Option(help="Resamples for intervals and tests; 0 for none.", min=0, max=1_000_000)
    ] = 2000,
    split: Annotated[
        bool, typer.Option("--split", help="Score notes held back from development (number divides by 4) apart.")
    ] = False,
    only_unread: Annotated[bool, typer.Option("--only-unread", help="Score only the notes held back.")] = False,
    json: options.Json = False,
) -> None:
    """Score entities (strict and lenient), links (on gold entities and end to end) and history against gold notes.

    Each score has its 95 % interval (bootstrap over notes); --compare tests the difference of two systems on the same
    notes (approximate randomisation). A system without links or history is not scored on them.

    \b
    anamnesis evaluate gold.jsonl
    anamnesis evaluate gold.jsonl --profile my_package --errors
    anamnesis evaluate gold.jsonl --compare my.cfg
    anamnesis evaluate gold.jsonl --system spacy:en_core_med7_lg --compare en
    anamnesis evaluate gold.jsonl --system comprehend:responses/ --html page.html
    """
    if profile is not None and system is not None:
        raise CommandError("--profile and --system both say what is scored; give one of them")
    if errors and json:
        raise CommandError("--errors is for people; with --json the errors are in the output already")
    notes = list(_identified(gold))
    parts = (
        ([] if only_unread else ["all"]) + (["read"] if split else []) + (["unread"] if split or only_unread else [])
    )
    labels = systems.label_map(label)
    if label and not any((named or "").startswith("spacy:") for named in (system, compare)):
        raise CommandError(
            "--map names labels of a spaCy model: give it with --system spacy:NAME or --compare spacy:NAME"
        )
    chosen = systems.system(system or profile, language or "en", labels)
    reports = _score(gold, notes, chosen, parts)
    others = _score(gold, notes, systems.system(compare, language or "en", labels), parts) if compare else {}
    if not any(report.results for report in reports.values()):
        raise CommandError(f"{gold} has no notes to score")
    found = {name: report.as_dict(resamples) for name, report in reports.items()}
    compared = {name: reports[name].compare(other, resamples) for name, other in others.items()}
    texts = {str(note["id"]): str(note["text"]) for _, note in notes if "id" in note and "text" in note}
    if html is not None:
        from workers.cli.pages import errors_page

        with writing(html) as write:
            write(errors_page.page(chosen.name, found, compared, reports[parts[0]].findings, texts).encode())
        if html != STANDARD:
            err().print(f"written: {html}", markup=False)
    elif json:
        whole = {name: _plain(found[name], reports[name], compared.get(name)) for name in parts}
        write_json(whole["all"] if parts == ["all"] else whole)
    else:
        for name in parts:
            _show(name, found[name])
            if name in compared:
                _show_comparison(chosen.name, compare or "", compared[name])
        _show_hints(found[parts[0]])
        if errors:
            _show_errors(reports[parts[0]].findings, texts)


def _identified(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The gold notes with their lines. A note or an entity without an id gets one. Raises CommandError for a note that stands twice."""
    seen: dict[str, int] = {}
    for number, note in numbered_objects(path):
        if note.get("type") == ENRICHED:
            to_gold = "anamnesis export --format gold --notes NOTES.jsonl"
            raise CommandError(
                f"{path}, line {number}: this is an event, no gold note; correct what {to_gold} makes of it"
            )
        if "entities" not in note:
            raise CommandError(f"{path}, line {number}: no gold note, it has no 'entities'; annotate it first")
        note.setdefault("id", f"line {number}")
        first = seen.setdefault(str(note["id"]), number)
        if first != number:
            raise CommandError(f"{path}, line {number}: the note {note['id']} is in line {first} already; keep one")
        entities = note.get("entities")
        for place, entity in enumerate(entities if isinstance(entities, list) else ()):
            if isinstance(entity, dict):
                entity.setdefault("id", f"entity {place}")
        yield number, note


def _score(path: Path, notes: Gold, system: System, parts: Iterable[str]) -> dict[str, Report]:
    """A report for each part. Raises CommandError with the line of a gold note that cannot be used."""
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline.evaluation import Evaluator, GoldError, ReadingError, Report, part_of
    from pipeline.evaluation.systems import LABELS
    from pipeline.profile import ProfileError

    reports = {name: Report() for name in parts}
    labels = {*LABELS, *_labels(notes)}
    evaluator = Evaluator(system, labels=labels)
    for number, note in progress(notes, f"notes by {system.name}", len(notes)):
        chosen = [report for name, report in reports.items() if name in ("all", part_of(str(note.get("id", ""))))]
        if not chosen:
            continue
        try:
            evaluator.score(note, chosen)
        except GoldError as error:
            raise CommandError(f"{path}, line {number}: {error}") from None
        except (ReadingError, ProfileError) as error:
            raise CommandError(str(error)) from None
    return reports


def _labels(notes: Gold) -> Iterator[str]:
    for _, note in notes:
        for entity in note.get("entities") or ():
            if isinstance(entity, dict) and isinstance(entity.get("label"), str):
                yield entity["label"]


def _plain(found: dict[str, Any], report: Report, compared: dict[str, dict[str, Comparison]] | None) -> dict[str, Any]:
    whole = {**found, "errors": [asdict(error) for error in report.findings.errors]}
    if compared is not None:
        whole["comparison"] = {
            name: {label: asdict(one) for label, one in rows.items()} for name, rows in compared.items()
        }
    return whole


def _show(name: str, report: dict[str, Any]) -> None:
    console = out()
    console.print(f"[bold]{plural(report['notes'], 'note')}[/]{'' if name == 'all' else f' ({name})'}")
    for key, title in _TABLES.items():
        if key in report:
            table = _table(title, ("precision", "recall", "F1", "95 % interval", "gold"))
            for label, row in report[key].items():
                table.add_row(
                    label, *_scores(row), interval(row), str(row["gold"]), style="bold" if label == "all" else ""
                )
            console.print(table)
    for key, title in _HISTORIES.items():
        if key in report:
            table = _table(
                title, ("precision", "recall", "F1", "95 % interval", "gold", "accuracy", "mentions", "found by basis")
            )
            for kind, row in report[key].items():
                basis = ", ".join(f"{cause} {found}" for cause, found in row["found_by_basis"].items())
                table.add_row(
                    kind,
                    *_scores(row),
                    interval(row),
                    str(row["gold"]),
                    f"{row['accuracy']:.3f}" if row["mentions"] else _NONE,
                    str(row["mentions"]),
                    basis,
                )
            console.print(table)
    confusion = report["confusion"]
    if confusion:
        table = _table("Gold label (row) taken for (column), lenient", tuple(confusion))
        for label, row in confusion.items():
            table.add_row(label, *(str(count) if count else "." for count in row.values()))
        console.print(table)


def _show_hints(report: dict[str, Any]) -> None:
    """Say why there is nothing where a reader would look for a figure."""
    from pipeline.evaluation.systems import LABELS

    scored = report.get("entities_lenient", {})
    unknown = [
        label for label, row in scored.items() if label not in (*LABELS, "all") and not (row["right"] or row["wrong"])
    ]
    if unknown:
        console = err()
        console.print(
            f"nothing was found with the label {', '.join(unknown)}: rename it in the gold (ours are {', '.join(LABELS)}), "
            "or score a model that has it",
            markup=False,
        )
    if report["notes"] == 1:
        err().print("one note: intervals and tests need several", style="dim")


def _show_comparison(first: str, second: str, compared: dict[str, dict[str, Comparison]]) -> None:
    console = out()
    for key, title in {**_TABLES, **_HISTORIES}.items():
        if key in compared:
            table = _table(f"{title}: F1 compared", (first, second, "difference", "95 % interval", "p"))
            for label, one in compared[key].items():
                ends = f"{one.interval[0]:+.3f} to {one.interval[1]:+.3f}" if one.interval is not None else ""
                p = f"{one.p:.4f}" if one.p is not None else ""
                table.add_row(label, f"{one.first:.3f}", f"{one.second:.3f}", f"{one.difference:+.3f}", ends, p)
            console.print(table)
    console.print(
        "p: approximate randomisation over notes, not corrected for the number of rows; interval: paired bootstrap",
        style="dim",
    )


def _show_errors(findings: Findings, texts: dict[str, str]) -> None:
    from pipeline.evaluation.findings import KINDS

    console = out()
    for error in sorted(findings.errors, key=lambda one: (list(KINDS).index(one.kind), one.label, one.note_id)):
        text = texts[error.note_id]
        before = " ".join(text[max(0, error.start - _AROUND) : error.start].split())
        words = " ".join(text[error.start : error.end].split())
        after = " ".join(text[error.end : error.end + _AROUND].split())
        other = ""
        if error.other is not None:
            start, end, label = error.other
            other = f" ({label}: {' '.join(text[start:end].split())})"
        console.print(f"{error.note_id} {error.start}", style="dim", end=" ")
        console.print(f"{error.label} {KINDS[error.kind]}", style="bold", end="")
        console.print(f"{other}: {before} ", markup=False, end="")
        console.print(f"[{words}]", style="reverse", markup=False, end="")
        console.print(f" {after}", markup=False)


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for column in columns:
        basis = column == "found by basis"
        table.add_column(column, justify="left" if basis else "right", no_wrap=not basis)
    return table


def _scores(row: dict[str, Any]) -> list[str]:
    if not row["gold"] and not row["wrong"]:
        return [_NONE] * 3
    return [f"{row[name]:.3f}" for name in ("precision", "recall", "f1")]


def interval(row: dict[str, Any]) -> str:
    """The interval of F1 in words; empty where there is none."""
    ends = row.get("interval")
    return f"{ends['f1'][0]:.3f} to {ends['f1'][1]:.3f}" if ends and (row["gold"] or row["wrong"]) else ""
