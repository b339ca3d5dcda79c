"""Rows of word classes mean what writing out every combination of their words would mean."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.qualifiers.word_rows import ABBREVIATION, BETWEEN, WordRows, word_classes
from pipeline.resources import read_table
from pipeline.text.phrase_scan import Collapsed

CLASSES = {
    "between": ("then", "also"),
    "he": ("he", "the patient"),
    "was": ("was", "had been"),
    "given": ("given", "treated (with|using)", "on"),
    "use": ("<was> <given>", "took"),
    "year": ("re:\\b(?:19|20)\\d\\d\\b",),
    "date": ("in <year>", "last year"),
}
ROWS = ["<he?> <was> <given>", "<was> (slowly|) stopped", "took a <course|given>", "<use> <date>"]
CLASSES["course"] = ("course", "short course")
WORDS = [
    *("he", "the", "patient", "was", "had", "been", "given", "treated", "with", "using", "on", "took", "a", "short", "course"),
    *("slowly", "stopped", "in", "1999", "12", "last", "year", "then", "also", "x"),
]  # fmt: skip


def found(rows, text, classes=CLASSES):
    """What each cue covers, and which row it is of."""
    hits = WordRows([(row, number) for number, row in enumerate(rows)], classes).find(text, Collapsed(text))
    return {(text[start:end], number) for start, (_, cues) in hits.items() for end, number in cues}


def written_out(name):
    """The words of a class, each combination for itself."""
    simple = {
        "he": ["he", "the patient"],
        "was": ["was", "had been"],
        "given": ["given", "treated with", "treated using", "on"],
    }
    simple["course"] = ["course", "short course"]
    simple["use"] = [*map(" ".join, product(simple["was"], simple["given"])), "took"]
    simple["date"] = ["in 1999", "last year"]
    return simple[name]


COMBINATIONS = [
    [
        " ".join(filter(None, words))
        for words in product([*written_out("he"), ""], written_out("was"), written_out("given"))
    ],
    [" ".join(filter(None, words)) for words in product(written_out("was"), ["slowly", ""], ["stopped"])],
    [f"took a {word}" for word in (*written_out("course"), *written_out("given"))],
    [" ".join(words) for words in product(written_out("use"), written_out("date"))],
]


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_a_row_stands_for_every_combination_of_its_words(words):
    """The longest combination at each word, read plainly; words between two parts are left out of this."""
    words = [word for word in words if word not in CLASSES["between"]]
    text = " ".join(words)
    expected = {}
    for number, phrases in enumerate(COMBINATIONS):
        for phrase in phrases:
            length = len(phrase.split())
            for place in range(len(words) - length + 1):
                if words[place : place + length] == phrase.split() and length > len(
                    expected.get(place, ("", 0))[0].split()
                ):
                    expected[place] = (phrase, number)
    hits = WordRows([(row, number) for number, row in enumerate(ROWS)], CLASSES).find(text, Collapsed(text))
    places = [sum(len(word) + 1 for word in words[:index]) for index in range(len(words))]
    assert {(text[start:end], start) for start, (_, cues) in hits.items() for end, _ in cues} == {
        (phrase, places[place]) for place, (phrase, _) in expected.items()
    }


@pytest.mark.parametrize(
    ("row", "text", "expected"),
    [
        ("<was> <given>", "he was then also given x", "was then also given"),
        ("<was> <given>", "he was, then, given x", "was, then, given"),
        ("<was> <given>", "he was\n given x", "was\n given"),
        ("<was> treated .. with", "was treated for her cough with x", "was treated for her cough with"),
        ("<was> treated .. with", "was treated. she came with x", None),
        ("<was> treated .. with", "was treated, then came with x", None),
        ("<was> <given> ... <date>", "was given drug 5 mg p.o. daily in 1999", "was given"),
        ("<was> <given> ... <date>", "was given drug. in 1999 she fell", None),
        ("<was> <given> ... <date>", "was given " + "x " * 60 + "in 1999", None),
        ("<was> <given>", "washad been given x", None),
        ("<was> <given>", "was givens x", None),
    ],
)
def test_what_may_stand_between_parts(row, text, expected):
    hits = WordRows([(row, None)], CLASSES).find(text, Collapsed(text))
    covered = [
        Collapsed(text).text[start:end].replace("\n ", " ") for start, (_, cues) in hits.items() for end, _ in cues
    ]
    assert covered == ([] if expected is None else [expected.replace("\n ", " ")])


def test_only_the_stretches_asked_for_are_read():
    text = "he was given x.  the patient was given y. she took a course."
    rows = WordRows([("<was> <given>", None), ("took a <course>", None)], CLASSES)
    second = text.index("the patient")
    hits = rows.find(text, Collapsed(text), [(second, text.index("she"))])
    assert [Collapsed(text).source(start) for start in hits] == [text.index("was given y")]


def test_the_longest_rows_count_with_what_they_look_ahead_for():
    rows = ["<was> given", "<was> given ... <date>", "<was> <given> ... <date>"]
    assert found(rows, "was given x in 1999") == {("was given", 1), ("was given", 2)}


@pytest.mark.parametrize("row", ["<nobody>", "<was> <nobody?>", ".. <was>"])
def test_rows_that_cannot_be_read_are_refused(row):
    with pytest.raises(ValueError, match="class"):
        WordRows([(row, None)], CLASSES)


def test_a_class_that_names_itself_is_refused():
    with pytest.raises(ValueError, match="names itself"):
        WordRows([("<a>", None)], {"a": ("<b>",), "b": ("x <a>",)})


def test_alternatives_within_alternatives_are_refused():
    with pytest.raises(ValueError, match="alternatives"):
        WordRows([("<a>", None)], {"a": ("(x|y (z|w))",)})


def test_every_class_of_the_file_is_used_by_a_row():
    classes = word_classes("en")
    named = " ".join(row["cue"] for row in read_table("en", "qualifiers/history_drugs.tsv"))
    used: set[str] = {BETWEEN, ABBREVIATION}
    pending = {name for name in classes if any(f"{mark}{name}" in named for mark in "<|")}
    while pending:
        name = pending.pop()
        used.add(name)
        members = " ".join(classes[name])
        pending |= {
            other for other in classes if other not in used and any(f"{mark}{other}" in members for mark in "<|")
        }
    assert set(classes) == used
