"""The small words by which the linker reads a text, from `posology/linking.tsv`, compiled once for a language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline import resources
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives
from pipeline.text.short_forms import ShortForms, short_forms

_WORD = re.compile(r"\w")
_LETTERS = re.compile(r"[^\W\d_]+")
# The columns of tables in which words of instructions stand.
_OF_DOSING = {
    "words": ("phrase",), "frequencies": ("phrase",), "times": ("written",), "routes": ("written",), "forms": ("written",),
    "units": ("written",), "days": ("written",), "number_words": ("word",), "linking": ("phrase",), "changes": ("phrase",),
}  # fmt: skip
# The rest of "40 mg/j", of which the amount alone is an entity.
_A_DAY = r"(?:\s*/\s*(?:j|jr|jour|d|day|24\s?h)(?![^\W_]))?"
# What "..." stands for in a cue: "protect ... from".
_SOME_WORDS = r"(?:[\w'-]+\s+){0,4}?[\w'-]+"


@dataclass(frozen=True, slots=True)
class Cues:
    """The compiled small words of a language."""

    before: re.Pattern[str]
    tie: re.Pattern[str]
    chain: re.Pattern[str]
    word: re.Pattern[str]
    joined: re.Pattern[str]
    alternative: re.Pattern[str]
    listed: re.Pattern[str]
    all_before: re.Pattern[str]
    pair_before: re.Pattern[str]
    in_order: re.Pattern[str]
    each_before: re.Pattern[str]
    each_after: re.Pattern[str]
    product: re.Pattern[str]
    kind: re.Pattern[str]
    kind_before: re.Pattern[str]
    listing: re.Pattern[str]
    last_only: re.Pattern[str]
    single: re.Pattern[str]
    set_off: re.Pattern[str]
    aside: re.Pattern[str]
    not_of: re.Pattern[str]
    onward: re.Pattern[str]
    together: re.Pattern[str]
    quality: re.Pattern[str]
    forms: ShortForms
    finding: re.Pattern[str]
    by_finding: re.Pattern[str]
    day: re.Pattern[str]
    teller: re.Pattern[str]
    once_a_day: re.Pattern[str]
    numbered: re.Pattern[str]
    run_in: re.Pattern[str]
    goes_on: re.Pattern[str]
    dated: re.Pattern[str]
    known: frozenset[str]


def _any(phrases: Iterable[str]) -> str:
    return alternatives(phrases, to_the_end=True).replace(r"\.\.\.", _SOME_WORDS)


def stands(cue: re.Pattern[str], text: str) -> bool:
    """Does a cue stand in a text, not as the end of a longer word?"""
    found = cue.search(text)
    while found is not None and found.start() and _WORD.match(text, found.start() - 1):
        found = cue.search(text, found.start() + 1)
    return found is not None


def _dosing_words(lang: str) -> frozenset[str]:
    """The words, folded, of which instructions are made."""
    tables = ((name, column) for name, columns in _OF_DOSING.items() for column in columns)
    cells = (row[column] for name, column in tables for row in resources.read_table(lang, f"posology/{name}.tsv"))
    return frozenset(word for cell in cells for word in _LETTERS.findall(fold(cell)))


def read_cues(lang: str) -> Cues:
    """The cues of a language, from its `posology/linking.tsv`."""
    kinds = resources.phrases(lang, "posology/linking.tsv")
    of, noun = _any(kinds["of"]), _any(kinds["noun"])
    determiner, tie = _any(kinds["determiner"]), _any(kinds["tie"])
    both, either = _any(kinds["and"]), _any(kinds["or"])
    each, aside, not_of = _any(kinds["each"] + kinds["pair"]), _any(kinds["aside"]), _any(kinds["not_of"])
    days = [fold(day) for row in resources.read_table(lang, "posology/days.tsv") for day in row["written"].split("|")]
    # What is done with a drug is no quality of it: "p.o. Discontinue Lasix".
    rows = (row for row in resources.read_table(lang, "posology/changes.tsv") if row["side"] != "after")
    done = (phrase for row in rows for phrase in resources.expanded(row["phrase"]))
    adjective = rf"(?:(?!{_any([*kinds['stop'], *done])})[\w-]+[ \t]+)"
    return Cues(
        before=re.compile(rf"[\s-]*(?:{noun}[\s-]+){{0,2}}{of}\s*(?:{determiner}\s*)?{adjective}{{0,2}}\Z"),
        tie=re.compile(rf"[\s,:=()–-]*(?:{tie}\s*){{0,4}}[:=]?\s*\Z"),
        chain=re.compile(rf"[\s/-]*(?:{noun}\s+)?(?:(?:{of}|{_any(kinds['chain'])})\s*)?(?:{noun}\s+)?(?:{of}\s*)?\Z"),
        word=re.compile(rf"[ \t]*{adjective}?\Z"),
        joined=re.compile(rf"{_A_DAY}[\s)]*(?:{both}|{either})\s*(?:{determiner}\s*)?\Z"),
        alternative=re.compile(rf"\s*,?\s*{either}\s*\Z"),
        listed=re.compile(rf"{_A_DAY}[\s)]*,\s*(?:(?:{both}|{either})\s*)?(?:{determiner}\s*)?\Z"),
        # "all for 7 days", but not "at all for 7 days".
        all_before=re.compile(rf"[,;:(–-]\s*{_any(kinds['all'])}\s*(?:{tie}\s*){{0,2}}\Z"),
        pair_before=re.compile(rf"\b{_any(kinds['pair'])}\s*(?:{tie}\s*){{0,2}}\Z"),
        # The letters first, which the engine looks for; that a word begins there is asked behind them.
        in_order=re.compile(rf"{_any(kinds['in_order'])}"),
        each_before=re.compile(rf"\b{each}\s*(?:{tie}\s*){{0,2}}\Z"),
        # "each bedtime" is a frequency, "both eyes" a place.
        each_after=re.compile(rf"\s*{each}(?!\s+{_any(kinds['period'] + kinds['site'])})"),
        product=re.compile(rf"\s*{_any(kinds['with'])}\s*(?:{determiner}\s*)?\Z"),
        kind=re.compile(
            rf"[\s-]+{adjective}?{_any(kinds['kind'])}[\s(]*(?:(?:{_any(kinds['listing'])}|:|-)[\s(]*)?"
            rf"(?:{determiner}\s*)?\Z"
        ),
        kind_before=re.compile(rf"\b{_any(kinds['kind'])}[ \t]+{adjective}?\Z"),
        listing=re.compile(rf"\s*{_any(kinds['listing'])}\s*(?:{determiner}\s*)?\Z"),
        last_only=re.compile(_any(kinds["last_only"])),
        single=re.compile(_any(kinds["single"])),
        set_off=re.compile(rf"[\s®™)]*(?:,|,?\s*{_any(kinds['which'])}(?:[ \t]+[\w'-]+){{0,3}}?)\s*\Z"),
        # As a word of its own, which `stands` tells: the engine looks for first letters only.
        aside=re.compile(rf"{aside}\s*(?:{determiner}\s*)?\Z"),
        not_of=re.compile(rf"\b{not_of}"),
        onward=re.compile(rf"\s*{_any(kinds['onward'])}\s*\Z"),
        forms=short_forms(lang),
        # Not the end of days: "M-Sat".
        finding=re.compile(
            rf"(?<![^\W_])(?<![^\W_]-){_any(kinds['finding'])}\s*(?:{_any(kinds['result'])}\s*){{0,3}}(?:\d+(?:[.,]\d+)?\s*%?\s*(?:on|of|sous|pour|/)\s*)?\Z"
        ),
        by_finding=re.compile(rf"(?<![^\W_]){_any(kinds['by_finding'])}\s+\Z"),
        # A day, and before the next one a word at most: "Mon to Sat" is no saturation.
        day=re.compile(rf"\b{_any(days)}\W{{0,3}}(?:\w{{1,7}}\W)?\Z"),
        goes_on=re.compile(rf"\b{_any(kinds['goes_on'])}"),
        once_a_day=re.compile(_any(kinds["once_a_day"])),
        run_in=re.compile(_any(kinds["run_in"])),
        numbered=re.compile(rf"(?:\w+\s)?{_any(kinds['numbered'])}\s?\d"),
        teller=re.compile(rf"\s*,\s*{_any(kinds['teller'])}"),
        known=resources.vocabulary(lang) | _dosing_words(lang),
        dated=re.compile(rf"\b{_any(kinds['dated'])}\s*\Z"),
        together=re.compile(_any(kinds["together"])),
        quality=re.compile(rf"[ \t]*(?:{_any(kinds.get('quality', ()))}[ \t]*){{0,3}}\Z"),
    )
