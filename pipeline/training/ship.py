"""Copy a trained model of unlisted names to where the profiles load it from.

    python -m pipeline.training.ship training/unlisted/model-last pipeline/models/en_unlisted [--version 0.1.0]

Only what is needed at work is copied: config (without the paths of where it was trained), weights, and a meta.json with
the version. The vocabulary stays behind: the model reads hashes of words. Refuses more than 10 MB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from spacy.util import load_config

_MOST_BYTES = 10_000_000
_KEPT = ("config.cfg", "tok2vec", "spancat")


def ship(model: Path, target: Path, version: str) -> int:
    """Copy a model; gives its size in bytes.

    Raises:
        ValueError: the folder holds no such model, or the model is larger than 10 MB.
    """
    missing = [name for name in (*_KEPT, "meta.json") if not (model / name).exists()]
    if missing:
        raise ValueError(f"{model} is no model of unlisted names: {', '.join(missing)} missing")
    size = sum(file.stat().st_size for name in _KEPT for file in [model / name, *(model / name).rglob("*")])
    if size > _MOST_BYTES:
        raise ValueError(f"{model} has {size:,} bytes; {_MOST_BYTES:,} may be shipped: make its tables smaller")
    target.mkdir(parents=True, exist_ok=True)
    config = load_config(model / "config.cfg")
    config["paths"] = dict.fromkeys(config["paths"])
    config.to_disk(target / "config.cfg")
    for name in _KEPT[1:]:
        shutil.copytree(model / name, target / name, dirs_exist_ok=True)
    meta = json.loads((model / "meta.json").read_text(encoding="utf-8"))
    kept = {name: meta[name] for name in ("lang", "pipeline", "labels", "spacy_version") if name in meta}
    text = json.dumps({"name": target.name.partition("_")[2], "version": version, **kept}, indent=1)
    (target / "meta.json").write_text(text + "\n", encoding="utf-8")
    return size


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--version", default="0.1.0")
    options = parser.parse_args()
    try:
        size = ship(options.model, options.target, options.version)
    except ValueError as error:
        sys.exit(str(error))
    sys.stderr.write(f"{options.target}: {size:,} bytes\n")


if __name__ == "__main__":
    main()
