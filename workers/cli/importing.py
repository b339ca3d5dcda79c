"""`anamnesis import`: corrected annotations back from a tool, as gold JSONL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from workers.cli.console import CommandError, err, plural
from workers.cli.files import another_file, numbered_objects, reading, writing


def command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="What the tool saved: a file, or a folder of brat.")],
    target: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Gold notes to write; - for standard output.")],
    format_name: Annotated[str, typer.Option("--format", "-f", help="prodigy, label-studio or brat.", metavar="NAME")],
    unreviewed: Annotated[
        bool, typer.Option("--unreviewed", help="Take notes too that nobody has accepted or changed in the tool.")
    ] = False,
) -> None:
    """Read what was corrected in an annotation tool, for `anamnesis evaluate` and for training.

    Spans must lie on token boundaries and entities must not overlap; the line of the first one that does not is named.
    Notes that nobody has accepted (Prodigy: answer; Label Studio: an annotation) are left out and counted.

    \b
    prodigy db-out my_dataset > corrected.jsonl
    anamnesis import corrected.jsonl gold.jsonl --format prodigy
    anamnesis import project-1.json gold.jsonl --format label-studio
    anamnesis import corpus/ gold.jsonl --format brat && anamnesis evaluate gold.jsonl
    """
    # spaCy takes a second to import, which `--help` need not wait for.
    from pipeline.annotation import AnnotationError, importer, importers
    from pipeline.annotation.gold import LABELS, PROBLEMS, check, check_trainable
    from pipeline.text.tokenizer import boundaries

    another_file(source, target)
    known = {*LABELS, *PROBLEMS}
    try:
        chosen = importer(format_name)
    except KeyError:
        raise CommandError(f"no format {format_name!r} to import; there are: {', '.join(importers())}") from None
    written = left_out = 0
    own: Counter[str] = Counter()
    seen: dict[str, str] = {}
    with writing(target) as write:
        for where, piece in _PIECES[chosen.source](source):
            try:
                note = chosen.read(piece, unreviewed)
                if note is None:
                    left_out += 1
                    continue
                check(note)
                check_trainable(note, boundaries(note["text"]))
            except AnnotationError as error:
                line = f", line {error.line}" if error.line is not None else ""
                raise CommandError(f"{where}{line}: {error}") from None
            if note["id"] in seen:
                raise CommandError(f"{where}: the note is in {seen[note['id']]} already; keep one of the two")
            seen[note["id"]] = where
            own.update(entity["label"] for entity in note["entities"] if entity["label"] not in known)
            write(orjson.dumps(note) + b"\n")
            written += 1
    skipped = (
        f", {plural(left_out, 'note')} left out that nobody accepted (--unreviewed takes them)" if left_out else ""
    )
    err().print(f"{plural(written, 'note')} written{skipped}", markup=False)
    if own:
        counts = ", ".join(f"{label} {count}" for label, count in own.most_common())
        err().print(f"labels that the profiles of this package do not have: {counts}", markup=False)


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    for number, item in numbered_objects(path):
        yield f"{path}, line {number}", item


_WANTED = "Label Studio's export format JSON is one list of all tasks"


def _array(path: Path) -> Iterator[tuple[str, Any]]:
    if path.is_dir():
        raise CommandError(f"cannot read {path}: it is a folder; {_WANTED}: name the file that was saved")
    with reading(path) as handle:
        try:
            tasks = orjson.loads(handle.read())
        except orjson.JSONDecodeError as error:
            raise CommandError(f"{path}, line {error.lineno}: no valid JSON; {_WANTED}") from None
    if not isinstance(tasks, list):
        raise CommandError(f"{path}, line 1: not a list of tasks; {_WANTED}")
    for number, task in enumerate(tasks, 1):
        if not isinstance(task, dict):
            raise CommandError(f"{path}, task {number}: not an object")
        yield f"{path}, task {number}", task


def _documents(path: Path) -> Iterator[tuple[str, Any]]:
    from pipeline.annotation.brat import SIDECAR, Document

    if not path.is_dir():
        raise CommandError(f"cannot read {path}: it is no folder of brat documents")
    sidecar = path / SIDECAR
    carried = {str(one.get("document")): one for one in _objects(sidecar)} if sidecar.exists() else {}
    texts = sorted(path.glob("*.txt"))
    # The order of the export, then what came in beside it.
    order = {name: place for place, name in enumerate(carried)}
    for text in sorted(texts, key=lambda one: (order.get(one.stem, len(order)), one.stem)):
        annotations = text.with_suffix(".ann")
        words = _decoded(annotations) if annotations.exists() else ""
        yield str(annotations), Document(text.stem, _decoded(text), words, carried.get(text.stem))


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    return (one for _, one in numbered_objects(path))


def _decoded(path: Path) -> str:
    with reading(path) as handle:
        try:
            return handle.read().decode("utf-8")
        except UnicodeDecodeError:
            raise CommandError(f"{path} is no UTF-8 text") from None


_PIECES = {"lines": _lines, "array": _array, "folder": _documents}
