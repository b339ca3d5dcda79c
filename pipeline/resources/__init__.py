"""Language resources: cues, titles, names, units, one folder a language, in files that a clinician can read and edit.

In every file a line that begins with `#` is a comment; tables are tab-separated with a header line. A phrase or a title with
alternatives in brackets, "(then|and) slow taper", stands for one of each.
"""

from __future__ import annotations

import csv
import re
import tomllib
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "fr")

_ROOT = Path(__file__).parent
_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")


def path(lang: str, name: str) -> Path:
    """The file `name` of a language. Raises ValueError for a language without resources."""
    if lang not in LANGUAGES:
        raise ValueError(f"no resources for the language {lang!r}; there are: {', '.join(LANGUAGES)}")
    return _ROOT / lang / name


@lru_cache(maxsize=128)
def read_lines(lang: str, name: str) -> tuple[str, ...]:
    """The lines of a list, without comments, blank lines and the blanks around them."""
    lines = path(lang, name).read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=len(LANGUAGES))
def vocabulary(lang: str) -> frozenset[str]:
    """Ordinary words of a language, folded, of three letters or more; none is the name of a drug."""
    return frozenset(read_lines(lang, "medications/vocabulary.txt"))


@lru_cache(maxsize=len(LANGUAGES))
def rare_words(lang: str) -> frozenset[str]:
    """Words that general text hardly has, folded; none is the name of a drug."""
    clinical = read_lines(lang, "medications/vocabulary_clinical.txt")
    return frozenset(clinical).union(_lines_if_any(lang, "medications/vocabulary_wordnet.txt"))


@lru_cache(maxsize=len(LANGUAGES))
def open_words(lang: str) -> frozenset[str]:
    """The words of a language's open lists, folded: ordinary and rare ones, and those of the names of drugs."""
    names = _lines_if_any(lang, "medications/names.txt")
    return vocabulary(lang) | rare_words(lang) | {word for name in names for word in name.split()}


def _lines_if_any(lang: str, name: str) -> tuple[str, ...]:
    """The lines of a list that not every language has."""
    return read_lines(lang, name) if path(lang, name).exists() else ()


@lru_cache(maxsize=128)
def read_table(lang: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a tab-separated table by the names of its header line; a missing cell is an empty string."""
    return _rows(path(lang, name))


def read_expressions(lang: str, name: str) -> dict[str, str]:
    """Of each list of regular expressions of a TOML file, by its name, one expression for any of them."""
    read = tomllib.loads(path(lang, name).read_text(encoding="utf-8"))
    return {kind: f"(?:{'|'.join(several)})" for kind, several in read.items()}


def expanded(phrase: str) -> list[str]:
    """The phrases that a phrase with alternatives stands for: "in (his|her) youth" for two."""
    group = _ALTERNATIVES.search(phrase)
    if group is None:
        return [phrase]
    rests = expanded(phrase[group.end() :])
    return [phrase[: group.start()] + choice + rest for choice in group[1].split("|") for rest in rests]


@lru_cache(maxsize=32)
def phrases(lang: str, name: str) -> dict[str, tuple[str, ...]]:
    """The phrases of a table with the columns `kind` and `phrase`, by their kind, in the order of its rows, alternatives expanded."""
    found: dict[str, list[str]] = {}
    for row in read_table(lang, name):
        found.setdefault(row["kind"], []).extend(" ".join(phrase.split()) for phrase in expanded(row["phrase"]))
    return {kind: tuple(several) for kind, several in found.items()}


@lru_cache(maxsize=16)
def read_shared_table(name: str) -> tuple[dict[str, str], ...]:
    """A table that all languages share."""
    return _rows(_ROOT / name)


def _rows(file: Path) -> tuple[dict[str, str], ...]:
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(
        (line for line in lines if line.strip() and not line.startswith("#")),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
        restval="",
    )
    return tuple({key: (cell or "").strip() for key, cell in row.items()} for row in rows)
