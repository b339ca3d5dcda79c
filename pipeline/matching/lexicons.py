"""The shipped lists of problems and procedures.

A list is a table `term`, `label`, `code`: a short term in capitals is an abbreviation and matches as written; every other
one matches folded, in singular and plural. English terms match in American and British spelling (`spellings.tsv`), English
abbreviations in the plural too ("CVAs").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.resources import path, read_table
from pipeline.text.phrases import alternatives

LEXICONS = ("problems", "procedures")
# Words that take no plural, and behind which none of a French or English name does.
_LINKS = frozenset(
    {"de", "du", "des", "à", "au", "aux", "en", "sans", "avec", "par", "sur", "non", "type", "et"}
    | {"of", "the", "with", "without", "to", "by", "on", "in", "due", "and"}
)
_LONGEST_ABBREVIATION = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with its written forms."""

    term: str
    label: str
    system: str | None
    code: str | None
    forms: tuple[str, ...]
    as_written: bool


@lru_cache(maxsize=8)
def entries(lang: str, name: str) -> tuple[Entry, ...]:
    """The entries of a list. Raises ValueError for a list or a language that does not exist."""
    if name not in LEXICONS:
        raise ValueError(f"anamnesis_matcher: no list {name!r}; there are: {', '.join(LEXICONS)}")
    path(lang, name)
    return tuple(_entry(lang, row) for row in read_table(lang, f"matching/{name}.tsv"))


def _entry(lang: str, row: dict[str, str]) -> Entry:
    term = row["term"]
    as_written = is_abbreviation(term)
    forms = _abbreviated(term, lang) if as_written else _forms(term, lang)
    code = row.get("code") or None
    return Entry(term, row["label"], "ICD-10" if code else None, code, forms, as_written)


def _abbreviated(term: str, lang: str) -> tuple[str, ...]:
    """An abbreviation and its plural, which it has in English."""
    return (term, f"{term}s") if lang == "en" and term[-1].isupper() else (term,)


def is_abbreviation(term: str) -> bool:
    """Whether a term is written in capitals ("HTA", "DM2", "FA")."""
    return len(term) <= _LONGEST_ABBREVIATION and sum(sign.isupper() for sign in term) >= 2 and not term.islower()


def _forms(term: str, lang: str) -> tuple[str, ...]:
    """The term and its plural, in either spelling: of the last word in English, of the words before the first link in French."""
    words = term.split(" ")
    plural = list(words)
    if lang == "en":
        links = [number for number, word in enumerate(words) if word in _LINKS]
        last = links[0] - 1 if links and links[0] else len(words) - 1
        plural[last] = english_plural(words[last])
    else:
        for number, word in enumerate(words):
            if word in _LINKS or "'" in word:
                break
            plural[number] = french_plural(word)
    forms = dict.fromkeys((term, " ".join(plural)))
    if lang == "en":
        forms |= dict.fromkeys(map(_british, forms))
    return tuple(forms)


def _british(term: str) -> str:
    """An English term as British spelling writes it."""
    expression, british = _spellings()
    return expression.sub(lambda match: british[match[0]], term)


@lru_cache(maxsize=1)
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    british = {row["american"]: row["british"] for row in read_table("en", "matching/spellings.tsv")}
    return re.compile(alternatives(british)), british


def english_plural(word: str) -> str:
    """The plural of an English noun, by its ending."""
    if word.endswith(("s", "x")) and not word.endswith(("ss",)):
        return f"{word[:-2]}es" if word.endswith(("sis", "xis")) else word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return word + ("es" if word.endswith(("ss", "ch", "sh")) else "s")


def french_plural(word: str) -> str:
    """The plural of a French noun or adjective, by its ending; an abbreviation has none."""
    if word.isupper() or word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return f"{word[:-2]}aux"
    return word + ("x" if word.endswith(("eau", "eu")) else "s")
