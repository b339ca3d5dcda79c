"""Options that several commands have, and the settings that follow from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workers.cli.console import CommandError
from workers.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file with settings (names in lower case).", metavar="FILE", show_default=False),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", help="One setting, NAME=VALUE; may be repeated.", metavar="NAME=VALUE", show_default=False),
]
Servers = Annotated[
    str | None,
    typer.Option("--bootstrap-servers", "-b", help="Kafka brokers, host:port,...", metavar="LIST", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Language = Annotated[
    str | None,
    typer.Option(
        help="Language of notes that name none: en (the default), fr, or one of your profiles.", show_default=False
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(help="Profile for all notes: en, fr, a config file, a folder or a spaCy package.", show_default=False),
]


def settings(config: Path | None = None, assignments: list[str] | None = None, **options: Any) -> Settings:
    """The settings with these options. Raises SettingsError, or CommandError for `--set` without a value."""
    values: dict[str, Any] = {}
    for assignment in assignments or ():
        name, equals, value = assignment.partition("=")
        if not equals:
            raise CommandError(f"--set wants NAME=VALUE, not {name!r}")
        values[name.strip().lower()] = value
    values.update({name: value for name, value in options.items() if value is not None})
    return Settings(config=config, **values)
