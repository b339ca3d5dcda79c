"""How reading grows with the text: steps are counted in tests, equal on every machine, and time is taken in benchmarks.

Steps see loops and calls of our own code only. What passes inside a regular expression or inside spaCy shows in
`python -m tests.benchmarks.growth`, which reads the same shapes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from spacy.language import Language
from spacy.tokens import Doc

import pipeline

_OURS = str(Path(pipeline.__file__).parent)

#: Beside a drug, in a whole profile: the frame, and what is repeated in it.
FRAMES = ("Lasix {} mg daily", "{} Lasix", "Lasix {} 2015", "tried Lasix {} in 2015", "CHF {} 2015", "Hx: {} CHF")
PARTS = (
    "9", "a", "x", "1 ", "a ", "po ", "1-", "1/", "1,", "x3 ", "mg ", "and ", "or, ", "/", "- ", "in ", "for ", "'", "of the ",
    "2015 ", "CHF Lasix 2015 ", "no CHF and Lasix, ",
)  # fmt: skip
#: For the recogniser; lines drawn between figures and words joined by hyphens are among them.
RUNS = (
    ("{}aspirin", " "),
    ("aspirin\n{}x", "\n"),
    ("{}", "a"),
    ("{}", "1/"),
    ("aspirin {}", "1--"),
    ("aspirin {}x", "1---"),
    ("aspirin until {} b c d e f g h i j k l m n", "a-"),
    ("{}", "Medications:\n"),
)
#: For the posology of one long attribute.
ATTRIBUTES = (
    "1-", "1-1-1-1-", "1/2/", "2 to ", "5 mg ", "mg/", "and ", "prn pain ", "1,", "\t", "  ", "1234567890", "quantity | ",
)  # fmt: skip
#: For recogniser, linker and posology behind an unlisted name.
SIGNS = (
    "i",
    "a",
    "1/",
    "mg ",
    "5 mg ",
    "q ",
    "x3 ",
    "a ",
    ", ",
    "10-",
    "½",
    "(",
    "p.o.",
    "500 mg/5 ml/",
    " ",
    "\t",
    "1.",
)


def repeated(frame: str, part: str, size: int) -> str:
    """The frame with the part in it, over and over, `size` characters long."""
    return frame.format((part * size)[:size])


def with_attributes(nlp: Language, stretches: list[tuple[str, str]]) -> Doc:
    """A drug and behind it the given attributes (text and label), as entities of a document."""
    text, bounds = "Lasix", [(0, 5, "DRUG")]
    for words, label in stretches:
        text += " "
        bounds.append((len(text), len(text) + len(words), label))
        text += words
    doc = nlp.make_doc(text)
    spans = (doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in bounds)
    doc.set_ents([span for span in spans if span is not None])
    return doc


def long_attribute(nlp: Language, part: str, size: int) -> Doc:
    """A drug with one amount of about `size` characters and a frequency."""
    amount = (part * (size // len(part))).strip() or "x"
    return with_attributes(nlp, [(amount, "DOSAGE"), ("daily", "FREQUENCY")])


def read(nlp: Language, doc: Doc) -> Doc:
    """The components of `nlp` on a document that is made already."""
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def growth(nlp: Language, make: Callable[[int], Doc], size: int, longer: int) -> float:
    """How many times the steps of reading `make(size)` it takes to read `make(size * longer)`."""
    few, many = make(size), make(size * longer)
    read(nlp, make(size))  # fills caches
    return steps(lambda: read(nlp, many)) / steps(lambda: read(nlp, few))


def steps(work: Callable[[], object]) -> int:
    """Lines and calls of our own code during some work."""
    count = 0

    def line(_frame: FrameType, _event: str, _argument: object) -> object:
        nonlocal count
        count += 1
        return line

    def call(frame: FrameType, event: str, argument: object) -> object:
        return line(frame, event, argument) if frame.f_code.co_filename.startswith(_OURS) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
