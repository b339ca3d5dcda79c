"""Modules that stand in front of ours: a user's own `pipeline.py`, or another distribution with our names."""

from __future__ import annotations

from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

ROOMS = ("schemas", "pipeline", "workers")


def shadows(folder: Path) -> list[str]:
    """What in a folder, or in other distributions, has the name of one of our packages: one sentence each."""
    found = []
    distributions = metadata.packages_distributions()
    for room in ROOMS:
        spec = find_spec(room)
        ours = Path(spec.origin).resolve().parent if spec is not None and spec.origin else None
        candidates = (folder / room, folder / f"{room}.py")
        in_front = [path for path in candidates if path.exists() and path.resolve() != ours]
        found += [f"{path} is imported in place of our {room} when Python starts in that folder" for path in in_front]
        others = sorted(set(distributions.get(room, ())) - {"anamnesis"})
        if others:
            found.append(f"{', '.join(others)} also installs a package {room}: use an environment of its own")
    return found
