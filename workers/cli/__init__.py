"""Command line `anamnesis`. Exit codes: `workers.cli.console.Exit`; a user error is one line, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

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
        app(arguments, prog_name="anamnesis")
    except SystemExit as leaving:  # how typer ends, also after a usage error (2)
        return leaving.code if isinstance(leaving.code, int) else Exit.UNEXPECTED
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
    return Exit.OK


def _places(error: BaseException) -> str:
    """The last frames of an error as file:line, without anything that the frames hold."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
