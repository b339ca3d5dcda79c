"""`anamnesis doctor`: what is installed, what answers, and what to do about the rest."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from workers.cli import options
from workers.cli.broker_checks import broker_findings
from workers.cli.console import Exit, err, out, write_json
from workers.cli.findings import Finding
from workers.cli.shadows import shadows
from workers.settings import Settings

_PACKAGES = (
    "anamnesis", "spacy", "msgspec", "orjson", "faust-streaming", "aiokafka", "confluent-kafka", "cramjam",
    "pydantic-settings", "prometheus-client",
)  # fmt: skip
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


def command(
    broker: Annotated[bool, typer.Option("--broker/--no-broker", help="Also look at Kafka.")] = True,
    config: options.Config = None,
    assignments: options.Assignments = None,
    bootstrap_servers: options.Servers = None,
    json: options.Json = False,
) -> None:
    """Look at versions, profiles and models, Kafka, topics and rights, and say what to do. 0 all well; 69 not ready.

    \b
    anamnesis doctor
    anamnesis doctor --no-broker --json
    """
    settings = options.settings(config, assignments, bootstrap_servers=bootstrap_servers)
    parts: list[Callable[[Settings], Iterator[Finding]]] = [_versions, _shadows, _profiles, _state]
    if broker:
        parts.append(broker_findings)
    found = []
    for part in parts:
        for finding in part(settings):
            found.append(finding)
            if not json:
                _print(finding)
    if json:
        write_json([asdict(finding) for finding in found])
    errors = [finding for finding in found if finding.state == "error"]
    if errors:
        if not json:
            err().print(f"{len(errors)} to be mended, see above", style="bold red")
        raise typer.Exit(Exit.PREFLIGHT)


def _print(finding: Finding) -> None:
    mark, style = _MARKS[finding.state]
    console = out()
    console.print(Text.assemble((f"{mark} ", style), (f"{finding.subject}: ", "bold"), finding.found))
    if finding.advice:
        console.print(Text(f"  {finding.advice}", style))


def _versions(_: Settings) -> Iterator[Finding]:
    versions = {name: _version(name) for name in _PACKAGES}
    found = ", ".join(f"{name} {version}" for name, version in versions.items())
    missing = [name for name, version in versions.items() if version == "missing"]
    advice = f"install {', '.join(missing)}" if missing else ""
    yield Finding("error" if missing else "ok", "versions", f"Python {platform.python_version()}, {found}", advice)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _shadows(_: Settings) -> Iterator[Finding]:
    found = shadows(Path.cwd())
    for sentence in found:
        yield Finding("warning", "shadowing module", sentence, "rename it, or start Python in another folder")
    if not found:
        yield Finding("ok", "modules", "nothing shadows schemas, pipeline or workers")


def _profiles(settings: Settings) -> Iterator[Finding]:
    try:
        import pipeline
        from pipeline.profile import identify
    except ImportError as error:
        advice = "install anamnesis again, in an environment of its own"
        yield Finding("error", "pipeline", f"it cannot be imported: {error.name} is missing", advice)
        return
    for language, profile in settings.profiles.items():
        subject = f"profile {profile} ({language})"
        try:
            nlp = pipeline.load(profile)
        except ValueError as error:
            yield Finding("error", subject, str(error), "name an existing profile in the setting profiles")
            continue
        if nlp.lang != language:
            advice = f"write {nlp.lang}={profile} in the setting profiles"
            yield Finding("error", subject, f"it reads {nlp.lang}, not {language}", advice)
            continue
        identity = identify(nlp)
        models = [f"{model['name']} {model['version']} sha256 {model['sha256'][:12]}" for model in identity["models"]]
        shown = ", ".join(models) or "rules only, no model"
        yield Finding("ok", subject, f"{len(nlp.pipe_names)} components; {shown}; digest {identity['digest'][:12]}")


def _state(settings: Settings) -> Iterator[Finding]:
    folder = settings.state_dir
    state: Literal["ok", "error"] = "ok"
    advice = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        state, advice = "error", f"{error.strerror}: set state_dir to a folder that can be written"
    yield Finding(state, "state_dir", str(folder), advice)
