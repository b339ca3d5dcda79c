"""A worker whose shards know the hostile component, and, for a control, without one of our changes to Faust.

Its forkserver imports the component, it itself no spaCy: as any worker.

python -m tests.stream.odd_worker [--without NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

from workers import shards, transport

CONFIG = """
[nlp]
lang = "{language}"
pipeline = ["hostile"]

[nlp.tokenizer]
@tokenizers = "anamnesis.clinical_tokenizer.v1"

[components]

[components.hostile]
factory = "hostile"
"""


def profiles(folder: Path) -> str:
    """The setting `profiles` for pipelines of the hostile component alone, which take no time."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for language in ("en", "fr"):
        path = folder / f"hostile-{language}.cfg"
        path.write_text(CONFIG.format(language=language), encoding="utf-8")
        made.append(f"{language}={path}")
    return ",".join(made)


def program(without: str | None = None) -> list[str]:
    """The command line that runs it."""
    return [sys.executable, "-m", "tests.stream.odd_worker", *(["--without", without] if without else [])]


def main() -> None:
    """Run `anamnesis worker` so changed."""
    shards.PRELOAD.insert(0, "tests.workers.hostile")  # before the profiles are loaded, which name it
    if sys.argv[1:2] == ["--without"]:
        name = sys.argv[2]
        owner = next(each for each in vars(transport).values() if isinstance(each, type) and name in vars(each))
        delattr(owner, name)
    sys.argv[1:] = ["worker"]
    from workers.cli import main as command_line

    sys.exit(command_line())


if __name__ == "__main__":
    main()
