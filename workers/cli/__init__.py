"""Command line `anamnesis`. Exit codes: `workers.cli.console.Exit`; a user error is one line, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from workers.cli.app import app
from workers.cli.console import CommandError, Exit, fail
from workers.settings_sources import SettingsError

__all__ = ["app", "main"]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and end the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        code = app(arguments, prog_name="anamnesis", standalone_mode=False)
    except typer.TyperException as error:
        if message := error.format_message():  # empty where help was shown for want of a command
            fail(f"{message.rstrip('.')}; see anamnesis {_command(arguments)}--help")
        return error.exit_code
    except typer.Abort:
        return Exit.INTERRUPTED
    except CommandError as error:
        fail(str(error))
        return error.code
    except SettingsError as error:
        fail(str(error))
        return Exit.USAGE
    except BrokenPipeError:  # the reader of a pipe has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNEXPECTED
    except Exception as error:  # noqa: BLE001 (the last resort of a command: the place, without the message, which may hold text of a note)
        fail(f"unexpected {type(error).__name__} at {_places(error)}; please report it")
        return Exit.UNEXPECTED
    return code if isinstance(code, int) else Exit.OK


def _command(arguments: list[str] | None) -> str:
    """The words before the first option or argument, as far as they name a command."""
    words = sys.argv[1:] if arguments is None else arguments
    names: list[str] = []
    known = {command.name: () for command in app.registered_commands} | {
        group.name: {command.name for command in group.typer_instance.registered_commands if command.name}
        for group in app.registered_groups
        if group.typer_instance is not None
    }
    if words and words[0] in known:
        names.append(words[0])
        if len(words) > 1 and words[1] in known[words[0]]:
            names.append(words[1])
    return "".join(f"{name} " for name in names)


def _places(error: BaseException) -> str:
    """The last frames of an error as file:line, without anything that the frames hold."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
