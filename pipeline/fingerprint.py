"""The fingerprint: equal where everything that changes an event is equal.

It covers the profile's config, our code and resources, the weights of trained components, the versions of the
libraries that read text, and the settings that change the output.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from spacy.language import Language

# Libraries whose behaviour shows in an event: tokenisation and matching, regular expressions, encoding.
_LIBRARIES = ("spacy", "thinc", "regex", "msgspec")
_ROOMS = ("pipeline", "schemas")
_SUFFIXES = frozenset({".py", ".txt", ".tsv", ".csv", ".toml", ".json", ".cfg", ".gz"})


def sha256(parts: Iterable[bytes]) -> str:
    """The hexadecimal SHA-256 of parts, each with its length before it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code_and_resources() -> str:
    """One hash of the rooms that make an event: sources and language resources."""
    root = Path(__file__).resolve().parent.parent
    files = sorted(
        file
        for room in _ROOMS
        for file in (root / room).rglob("*")
        if file.suffix in _SUFFIXES and "__pycache__" not in file.parts and "published" not in file.parts
    )
    return sha256(part for file in files for part in (str(file.relative_to(root)).encode(), file.read_bytes()))


def weights(nlp: Language) -> dict[str, str]:
    """The SHA-256 of each trained component's weights, by its name in the pipeline; of two models that of both."""
    found: dict[str, str] = {}
    for name, pipe in nlp.pipeline:
        models = (getattr(pipe, attribute, None) for attribute in ("model", "problem_model"))
        parts = [model.to_bytes() for model in models if model is not None and hasattr(model, "to_bytes")]
        if parts:
            found[name] = sha256(parts)
    return found


def pipeline_digest(nlp: Language, weights: Mapping[str, str]) -> str:
    """One hash of a loaded pipeline: config, code, resources, weights (see there) and library versions."""
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    description = [
        nlp.config.to_str(),
        _code_and_resources(),
        canonical(weights),
        canonical(versions),
        python,
        str(nlp.meta.get("version", "")),
    ]
    return sha256(part.encode() for part in description)


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=256)
def fingerprint(digest: str, settings: tuple[tuple[str, str | None], ...]) -> str:
    """The fingerprint of a pipeline (its digest) under the settings that change the output."""
    return sha256([digest.encode(), canonical(dict(settings)).encode()])[:32]
