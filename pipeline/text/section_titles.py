"""The tables of titles and kinds of sections, read once a language; titles are folded."""

from __future__ import annotations

from functools import lru_cache

from pipeline import resources
from pipeline.text.folding import FoldedText


@lru_cache(maxsize=len(resources.LANGUAGES))
def known_titles(lang: str) -> dict[str, str]:
    """The kind of each title."""
    rows = resources.read_table(lang, "text/section_titles.tsv")
    return {title: row["kind"] for row in rows for title in _titles(row["title"])}


def _titles(row: str) -> list[str]:
    """The folded titles of a row with alternatives."""
    return [FoldedText.of(" ".join(title.split())).folded for title in resources.expanded(row)]


@lru_cache(maxsize=len(resources.LANGUAGES))
def titles_alone(lang: str) -> frozenset[str]:
    """Titles that say nothing of a longer one that begins with them: "Medical" and "Medical decision making"."""
    rows = resources.read_table(lang, "text/section_titles.tsv")
    return frozenset(title for row in rows if row["alone"] for title in _titles(row["title"]))


@lru_cache(maxsize=len(resources.LANGUAGES))
def titles_of_operations(lang: str) -> dict[str, str]:
    """The kind of a title behind one of diagnoses, where that is another: there it lists what is done in this stay."""
    rows = resources.read_table(lang, "text/section_titles.tsv")
    return {title: row["operated"] for row in rows if row.get("operated") for title in _titles(row["title"])}


@lru_cache(maxsize=1)
def loinc_codes() -> dict[str, str]:
    """The LOINC code of each kind that has one."""
    return {row["kind"]: row["loinc"] for row in resources.read_shared_table("sections.tsv") if row["loinc"]}


@lru_cache(maxsize=1)
def listing_kinds() -> frozenset[str]:
    """The kinds of sections that list what concerns neither the present visit nor, in part, the patient."""
    past = {row["kind"] for row in resources.read_shared_table("sections.tsv") if row["past"] == "yes"}
    return frozenset(past | {"family_history", "allergies"})
