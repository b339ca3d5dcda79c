"""An enriched event as a person wants to read it: the note in colours, its medications, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.exporters.words import posology_words

Event = dict[str, Any]
Entity = dict[str, Any]

STYLES = {
    "DRUG": "bold white on blue",
    "STRENGTH": "black on cyan",
    "DOSAGE": "black on green",
    "FORM": "black on bright_white",
    "ROUTE": "black on yellow",
    "FREQUENCY": "white on magenta",
    "DURATION": "black on bright_yellow",
    "PROBLEM": "bold white on red",
    "PROCEDURE": "black on bright_red",
}
_OTHER = "black on white"
ATTRIBUTES = ("STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION")
QUALIFIERS = {
    "history": "history",
    "negation": "negated",
    "family": "family",
    "hypothesis": "hypothetical",
    "allergy": "allergy",
}


class View:
    """An event with its note's text, its parts found by id."""

    def __init__(self, event: Event, text: str) -> None:
        self.event = event
        self.text = text
        self.entities = {entity["id"]: entity for entity in event["entities"]}
        self.sections = {section["id"]: section for section in event["sections"]}
        self.links = defaultdict(list)
        for relation in event["relations"]:
            self.links[relation["head"]].append(relation)

    def words(self, entity_id: str) -> str:
        """The words of an entity."""
        return self.cut(self.entities[entity_id])

    def cut(self, span: dict[str, Any]) -> str:
        """The words of a span in one line."""
        return " ".join(self.text[span["start"] : span["end"]].split())

    def qualifiers(self, entity: Entity) -> list[str]:
        """The qualifiers that hold for an entity, as words."""
        found = entity["qualifiers"] or {}
        return [word for name, word in QUALIFIERS.items() if found.get(name, {}).get("value")]

    def reasons(self, entity: Entity, name: str = "history") -> Iterator[str]:
        """Why a qualifier has its value, one sentence for each cue."""
        for cue in (entity["qualifiers"] or {}).get(name, {}).get("cues", ()):
            words = self.cut(cue)
            if cue["kind"] == "section":
                yield f"it stands in the section “{words[:40]}”"
            elif "date" in cue:
                yield f"“{words}” is {cue['date']}, {_days(cue)}"
            else:
                yield f"“{words}” ({cue['rule']})"


def show(console: Console, event: Event, text: str, *, explain: bool = False) -> None:
    """Print one event: the note, a table of medications, a table of everything else, and with `explain` each reason."""
    view = View(event, text)
    console.print(coloured(view), soft_wrap=False)
    console.print()
    console.print(_legend({entity["label"] for entity in event["entities"]}))
    for part in tables(view):
        console.print()
        console.print(part)
    if explain:
        console.print()
        console.print(explanation(view))


def coloured(view: View) -> Text:
    """The note with its entities in colours; what is history is underlined, what is negated struck through."""
    shown = Text(view.text)
    for section in view.event["sections"]:
        if section["title"]:
            shown.stylize("bold", section["title"]["start"], section["title"]["end"])
    for entity in view.event["entities"]:
        start, end = entity["start"], entity["end"]
        shown.stylize(STYLES.get(entity["label"], _OTHER), start, end)
        words = view.qualifiers(entity)
        if "history" in words:
            shown.stylize("underline", start, end)
        if "negated" in words:
            shown.stylize("strike", start, end)
    return shown


def tables(view: View) -> Iterator[RenderableType]:
    """The medications, the problems, and what belongs to no drug."""
    if view.event["medications"]:
        yield _medications(view)
    rest = [e for e in view.event["entities"] if e["label"] not in STYLES or e["label"] in ("PROBLEM", "PROCEDURE")]
    if rest:
        yield _problems(view, rest)
    for title, ids in (("Belongs to no drug", view.event["unlinked"]),):
        if ids:
            yield Text(f"{title}: " + ", ".join(f"{view.words(one)} ({view.entities[one]['label']})" for one in ids))
    if not view.entities:
        yield Text("No drug and no known problem was found in this note.")


def _medications(view: View) -> Table:
    table = Table(title="Medications", title_justify="left", title_style="bold", expand=False)
    for column in ("drug", "attributes", "read as", "status", "history, and why"):
        table.add_column(column, overflow="fold")
    for record in view.event["medications"]:
        drug = view.entities[record["drug"]]
        attributes = Text()
        for label in ATTRIBUTES:
            for one in record["attributes"].get(label, ()):
                attributes.append(view.words(one), style=STYLES[label])
                attributes.append(" ")
        change = "" if record["change"] == "none" else f", {record['change']}"
        table.add_row(
            Text(view.words(record["drug"]), style=STYLES["DRUG"]),
            attributes,
            posology_words(record["posology"]),
            f"{record['status']}{change}",
            _why(view, drug),
        )
    return table


def _problems(view: View, entities: Iterable[Entity]) -> Table:
    table = Table(title="Problems and procedures", title_justify="left", title_style="bold", expand=False)
    for column in ("mention", "label", "section", "qualifiers, and why"):
        table.add_column(column, overflow="fold")
    for entity in entities:
        section = view.sections.get(entity["section"] or "")
        table.add_row(
            Text(view.cut(entity), style=STYLES.get(entity["label"], _OTHER)),
            entity["label"],
            section["label"] if section else "",
            _why(view, entity),
        )
    return table


def _why(view: View, entity: Entity) -> Text:
    """The qualifiers of an entity with the first reason of each."""
    shown = Text()
    for name, word in QUALIFIERS.items():
        value = ((entity["qualifiers"] or {}).get(name) or {}).get("value")
        reason = next(view.reasons(entity, name), None)
        if not value and (name != "history" or reason is None):
            continue
        shown.append("\n" if shown else "")
        shown.append(word if value else f"no {word}", style="bold" if value else "dim")
        if reason:
            shown.append(f": {reason}", style="" if value else "dim")
    return shown


def explanation(view: View) -> RenderableType:
    """Every link with its reason, every qualifier with all its cues, and every change of a drug with its words."""
    lines: list[RenderableType] = [Text("Why", style="bold"), *map(Text, _links(view))]
    for entity in view.entities.values():
        for name, word in QUALIFIERS.items():
            value = ((entity["qualifiers"] or {}).get(name) or {}).get("value")
            reasons = list(view.reasons(entity, name))
            if reasons and entity["label"] not in ATTRIBUTES:
                sentence = f"{view.cut(entity)}: {'' if value else 'no '}{word}, as " + " and ".join(reasons)
                lines.append(Text(sentence))
    lines += map(Text, _changes(view))
    lines += [Text(f"warning: {warning['code']}") for warning in view.event["warnings"]]
    info = view.event["pipeline"]
    lines.append(
        Text(f"profile {info['profile']}, version {info['version']}, fingerprint {info['fingerprint']}", "dim")
    )
    return Group(lines[0], *(Padding(line, (0, 0, 0, 2)) for line in lines[1:]))


def _links(view: View) -> Iterator[str]:
    for relation in view.event["relations"]:
        ends = f"{view.words(relation['tail'])} ({relation['type']}) -> {view.words(relation['head'])}"
        yield f"{ends}: {relation['reason']} (by {relation['method']}, {relation['score']:.2f})"


def _changes(view: View) -> Iterator[str]:
    for record in view.event["medications"]:
        words = " and ".join(f"“{view.cut(cue)}”" for cue in record["change_cues"])
        if words:
            yield f"{view.words(record['drug'])}: {record['status']}, {record['change']}, as {words}"


def _legend(labels: set[str]) -> Text:
    shown = Text()
    for label in [*STYLES, *sorted(labels - set(STYLES))]:
        if label in labels:
            shown.append(f" {label} ", style=STYLES.get(label, _OTHER))
            shown.append(" ")
    shown.append(" underlined: history ", style="underline")
    return shown


def _days(cue: dict[str, Any]) -> str:
    age = cue.get("age_days")
    if age is None:
        return "which is not the day of the note"
    if age < 0:
        return f"{-age} days after the note"
    limit = f" (limit {cue['limit_days']})" if cue.get("limit_days") is not None else ""
    return f"{age} day{'' if age == 1 else 's'} before the note{limit}"
