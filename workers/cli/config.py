"""`anamnesis config`: what is in force, and from where."""

from __future__ import annotations

import orjson
from rich.table import Table
from rich.text import Text

from workers.cli import options
from workers.cli.console import out, write_json
from workers.settings import PREFIX, Settings


def command(config: options.Config = None, assignments: options.Assignments = None, json: options.Json = False) -> None:
    """Print the settings in force, where each came from, with secrets masked.

    \b
    anamnesis config
    anamnesis config --config worker.toml --set shards=4 --json
    """
    settings = options.settings(config, assignments)
    values, sources = settings.masked(), settings.sources()
    if json:
        write_json({name: {"value": value, "source": sources[name]} for name, value in values.items()})
        return
    table = Table(box=None, pad_edge=False)
    for title in ("setting", "value", "from", "meaning"):
        table.add_column(title, overflow="fold")
    for name, value in values.items():
        meaning = Settings.model_fields[name].description or ""
        style = "dim" if sources[name] == "default" else "bold"
        table.add_row(Text(name), Text(_shown(value), style), Text(sources[name], style), Text(meaning, "dim"))
    console = out()
    console.print(table)
    console.print(Text(f"As environment variables: {PREFIX} and the name in capitals.", "dim"))


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else orjson.dumps(value).decode()
