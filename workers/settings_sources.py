"""Where settings come from: options, environment, one TOML file, files of secrets; and which names are known."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

PREFIX = "ANAMNESIS_"

Origin = str
"""`default`, `option`, `environment NAME`, or `file PATH`."""

# Read by the test-suite alone.
_TEST_NAMES = re.compile(r"ANAMNESIS_TEST_\w+")

# What Kubernetes injects for Services called anamnesis or anamnesis-something, unless enableServiceLinks is false.
_LINK_NAMES = re.compile(
    r"ANAMNESIS_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)"
)
_LINK_PORT = re.compile(r"ANAMNESIS_(?:\w+_)?PORT")
_LINK_ADDRESS = re.compile(r"(?:tcp|udp|sctp)://")

_FILE_SUFFIX = "_file"


class SettingsError(Exception):
    """Settings that cannot be used: one line that says which, from where, and what to do."""


def collect(
    known: Collection[str], secrets: Collection[str], options: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Origin]]:
    """The values that are set, and where each came from; the strongest source wins. An option that is None is not set.

    Raises SettingsError for unknown names, for files that cannot be read and for a secret given in two ways at once.
    """
    spellings = set(known) | {name + _FILE_SUFFIX for name in secrets}
    given = {name: (value, "option") for name, value in options.items() if value is not None}
    _refuse_unknown(given, spellings, "option")
    layers = [given, dict(_from_environment(environ, spellings))]
    path = next((layer["config"][0] for layer in layers if "config" in layer), None)
    if path is not None:
        layers.append(_from_file(Path(path), spellings))

    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for layer in layers:
        for name, (value, origin) in _with_secret_files(layer, secrets).items():
            if name not in values:
                values[name], origins[name] = value, origin
    return values, origins


_Layer = dict[str, tuple[Any, Origin]]


def _from_environment(
    environ: Mapping[str, str], spellings: Collection[str]
) -> Iterator[tuple[str, tuple[str, Origin]]]:
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or _TEST_NAMES.fullmatch(variable) or _is_service_link(variable, value):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in spellings or variable != variable.upper():
            raise _unknown(variable, "environment", [PREFIX + spelling.upper() for spelling in spellings])
        if value:  # an empty variable is how a compose file or a chart leaves a setting alone
            yield name, (value, f"environment {variable}")


def _is_service_link(variable: str, value: str) -> bool:
    if _LINK_NAMES.fullmatch(variable):
        return True
    return _LINK_PORT.fullmatch(variable) is not None and _LINK_ADDRESS.match(value) is not None


def _from_file(path: Path, spellings: Collection[str]) -> _Layer:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"the configuration file {path} cannot be read: {reason}") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's message quotes no more than one character, but its place is all that is needed.
        place = re.search(r"\(at [^)]*\)$", str(error))
        raise SettingsError(
            f"the configuration file {path} is no valid TOML {place[0] if place else ''}".rstrip()
        ) from None
    if "config" in content:
        raise SettingsError(f"the configuration file {path} cannot name another one (config)")
    layer = {name: (value, f"file {path}") for name, value in content.items()}
    _refuse_unknown(layer, spellings, f"file {path}")
    return layer


def _with_secret_files(layer: _Layer, secrets: Collection[str]) -> _Layer:
    """The layer with each `NAME_file` of a secret replaced by what the file holds (less one line end)."""
    values = dict(layer)
    for name in secrets:
        if (pointer := values.pop(name + _FILE_SUFFIX, None)) is None:
            continue
        if name in values:
            raise SettingsError(f"both {name} and {name}{_FILE_SUFFIX} are set ({pointer[1]}); keep one")
        path, origin = Path(str(pointer[0])), pointer[1]
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise SettingsError(f"the file of {name} ({origin}), {path}, cannot be read: {reason}") from None
        values[name] = (content.removesuffix("\n").removesuffix("\r"), f"file {path}")
    return values


def _refuse_unknown(layer: Mapping[str, Any], spellings: Collection[str], where: str) -> None:
    for name in layer:
        if name not in spellings:
            raise _unknown(name, where, spellings)


def _unknown(name: str, where: str, spellings: Collection[str]) -> SettingsError:
    upper = {spelling.upper(): spelling for spelling in spellings}
    nearest = difflib.get_close_matches(name.upper(), list(upper), n=1, cutoff=0.0)
    return SettingsError(f"unknown setting {name} ({where}); the nearest known one is {upper[nearest[0]]}")
