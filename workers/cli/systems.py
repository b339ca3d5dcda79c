"""Which system `evaluate` scores: a profile, a spaCy model as it is, or what was found before and lies in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from schemas import primary_subtag
from schemas.enriched import ENRICHED
from workers.cli.console import CommandError
from workers.cli.enriched import check_event, check_text
from workers.cli.files import numbered_objects, reading

if TYPE_CHECKING:
    from pipeline.evaluation import GoldNote, Reading, System

HELP = "a profile, spacy:NAME, events:FILE or comprehend:FILE_OR_FOLDER"

_Read = Callable[["GoldNote"], "Reading"]
_SUFFIXES = (".out", ".json", ".txt")


def system(spec: str | None, language: str, labels: Mapping[str, str]) -> System:
    """The system that a word of the command line names; without one the profile of each note's language.

    Raises CommandError where a file cannot be read or used.
    """
    from pipeline.evaluation import Profiles, SpacyModel
    from pipeline.evaluation.systems import Readings

    kind, colon, name = (spec or "").partition(":")
    if colon and kind == "spacy":
        return SpacyModel(name, labels)
    if colon and kind == "events":
        return Readings(name, _events(Path(name)))
    if colon and kind == "comprehend":
        return Readings(name, _comprehend(Path(name)))
    if colon and not Path(spec or "").exists():
        raise CommandError(f"there is no kind of system {kind!r}; what can be scored: {HELP}")
    if spec is None:
        return Profiles(primary_subtag, primary_subtag(language), "profiles")
    return Profiles(lambda _: spec, primary_subtag(language), spec)


def _events(path: Path) -> dict[str, _Read]:
    """The enriched events of a file, or lines in the fields of gold notes, by note id."""
    found: dict[str, _Read] = {}
    for number, item in numbered_objects(path):
        where = f"{path}, line {number}"
        if item.get("type") == ENRICHED:
            check_event(item, where)
            found[item["note"]["note_id"]] = partial(_of_event, item, where)
        elif "type" not in item and isinstance(item.get("entities"), list) and "id" in item:
            found[str(item["id"])] = partial(_of_gold, item, where)
    return found


def _of_event(event: dict[str, Any], where: str, note: GoldNote) -> Reading:
    from pipeline.evaluation.systems import from_event
    from pipeline.exporters.offsets import in_code_points

    check_text(event, note["text"], where)
    return from_event(in_code_points(event, note["text"]))


def _of_gold(item: dict[str, Any], where: str, note: GoldNote) -> Reading:
    from pipeline.evaluation.systems import from_gold

    try:
        return from_gold(item)
    except (KeyError, TypeError):
        message = "an entity needs start, end and label; a relation the ids of its drug and its attribute"
        raise CommandError(f"{where}: {message}") from None


def _comprehend(path: Path) -> dict[str, _Read]:
    """Responses by note id: a folder with a file for each note (as batch jobs write), or JSONL with an id in each line."""
    from pipeline.evaluation import comprehend

    found: dict[str, _Read] = {}
    if path.is_dir():
        for file in sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")):
            name = file.name
            for suffix in _SUFFIXES:
                name = name.removesuffix(suffix)
            with reading(file) as handle:
                try:
                    response = orjson.loads(handle.read())
                except orjson.JSONDecodeError as error:
                    raise CommandError(f"{file}, line {error.lineno}: no valid JSON") from None
            if isinstance(response, dict):
                found[name] = partial(comprehend.reading, response)
        return found
    for number, item in numbered_objects(path):
        note_id = item.get("id", item.get("note_id"))
        if note_id is None:
            raise CommandError(f"{path}, line {number}: a response needs the id of its note beside its Entities")
        found[str(note_id)] = partial(comprehend.reading, item.get("response", item))
    return found


def label_map(assignments: list[str] | None) -> dict[str, str]:
    """Labels of a model and ours, from THEIRS=OURS. Raises CommandError."""
    found = {}
    for assignment in assignments or ():
        theirs, equals, ours = assignment.partition("=")
        if not equals or not theirs or not ours:
            raise CommandError(f"--map wants THEIRS=OURS, not {assignment!r}")
        found[theirs] = ours
    return found
