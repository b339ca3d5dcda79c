"""Time as a text grows, on shapes that hurt: `python -m tests.benchmarks.growth [en|fr]`; fails where a shape is over.

History, its text components and qualifiers on texts of 64k characters over 2k, where a line is 32; then the whole profile, recogniser
and posology on the shapes of tests/growth.py, sixteen times as long, where a line is 16. The processor's time, the best of several runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from spacy.language import Language
from spacy.tokens import Doc

import pipeline
from tests.growth import ATTRIBUTES, FRAMES, PARTS, RUNS, SIGNS, long_attribute, read, repeated, with_attributes

SHORT, LONG = 2_000, 64_000
#: 64k over 2k at most, and milliseconds a thousand characters at 64k.
RATIO, PACE = 45, 5
#: Sixteen times as long, and at most so many times the time: a quadratic reading takes 256. Below half a millisecond it is noise.
LONGER, BOUND, NOISE = 16, 32, 0.0005
WORDS = {
    "fr": {"cue": "antécédents", "title": "ANTÉCÉDENTS", "end": "mais", "drug": "amlodipine", "problem": "asthme", "since": "depuis", "no": "pas de"},
    "en": {"cue": "history of", "title": "PAST MEDICAL HISTORY", "end": "but", "drug": "amlodipine", "problem": "asthma", "since": "since", "no": "no"},
}  # fmt: skip
SHAPES = {
    "dated list": "- 12/03/2015 : {problem} {number}\n",
    "bullets": "- {problem} {number}\n",
    "titles only": "{title} :\n",
    "cues only": "{cue} ",
    "cues and entities": "{cue} {problem}, {number} ",
    "no line breaks": "{problem} le 12/03/2015, {drug} 5 mg, {cue} {number} ; ",
    "one sentence": "{problem} et {problem} avec {number} ",
    "one drug told of again": "then {drug} was given, ",
    "digits": "{number} ",
    "digits without blank": "1234567890",
    "terminations only": "{end}, et ( ",
    "dates only": "12/03/2015 ",
    "relative dates": "{since} 3 semaines, 2 weeks ago, ",
    "numbers in words": "trois three quatre four ",
    "entities only": "{problem} ",
    "drugs only": "{drug} ",
    "drugs and stops": "{drug} stopped, ",
    "brackets": "(",
    "quotes and commas": '", ',
    "letters": "a",
    "capitals": "ABCDE ",
    "capital lines": "ZORGLUB DU JOUR\n",
    "blank lines": "\n",
    "blanks": " ",
    "full stops": ". ",
    "abbreviations": "p.o. b.i.d. E. coli. ",
    "combining marks": "e\u0301",
    "ligatures": "œ ",
    "long words": "anticonstitutionnellement" * 8 + " ",
    "questions": "si {problem} ? ",
    "denials": "{no} {problem} et {drug}, ",
    "plans and denials": "if {problem}, {no} {drug} et ",
}


def text(shape: str, lang: str, length: int, number: int) -> str:
    """A text of one shape; `number` makes it distinct."""
    part = SHAPES[shape]
    pieces = [f"{number}\n"]
    size = len(pieces[0])
    while size < length:
        piece = part.format(number=number + size, **WORDS[lang]) if "{" in part else part
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)[:length]


def spent(nlp: Language, makes: list[Callable[[], Doc]]) -> float:
    """Seconds of the processor for the fastest of some documents, from text or given entities on."""
    best = float("inf")
    for make in makes:
        start = time.process_time()
        read(nlp, make())
        best = min(best, time.process_time() - start)
    return best


def spent_on(nlp: Language, shape: str, lang: str, length: int, runs: int) -> float:
    """Seconds of the processor for a text of one shape, of `runs` distinct ones."""
    texts = [text(shape, lang, length, 1000 * (number + 1)) for number in range(runs)]
    return spent(nlp, [partial(nlp.make_doc, made) for made in texts])


def history(lang: str) -> bool:
    """Prints a line a shape; whether all are within bounds."""
    nlp = pipeline.load(lang)
    for name in ("anamnesis_medications", "anamnesis_linking", "anamnesis_posology"):
        nlp.disable_pipe(name)
    print(f"{lang}: history, its text components and qualifiers")
    within = True
    for shape in SHAPES:
        short, long = spent_on(nlp, shape, lang, SHORT, 9), spent_on(nlp, shape, lang, LONG, 3)
        fits = long <= RATIO * short and 1000 * long / 64 < PACE
        within &= fits
        print(
            f"  {shape:22} {1000 * short:8.2f} ms  {1000 * long:8.1f} ms  ratio {long / short:5.1f}  {1000 * long / 64:6.2f} ms/1000"
            + ("" if fits else "  OVER")
        )
    return within


def others(lang: str) -> bool:
    """Prints the shapes over the bound and the worst of each part; whether none is over."""
    nlp, given, recogniser = pipeline.load(lang), pipeline.load(lang, entities="given"), pipeline.load(lang)
    given.select_pipes(enable=["anamnesis_linking", "anamnesis_posology"])
    recogniser.select_pipes(enable=["anamnesis_medications", "anamnesis_linking", "anamnesis_posology"])
    parts: dict[str, tuple[Language, int, dict[str, Callable[[int], Doc]]]] = {
        "whole profile": (nlp, 500, {
            frame.format(part): lambda size, f=frame, p=part: nlp.make_doc(repeated(f, p, size)) for frame in FRAMES for part in PARTS
        }),
        "recogniser": (recogniser, 2_000, {
            frame.format(part): lambda size, f=frame, p=part: recogniser.make_doc(repeated(f, p, size))
            for frame, part in (*RUNS, *(("Zolpidex {}", sign) for sign in SIGNS))
        }),
        "one attribute": (given, 1_500, {part: lambda size, p=part: long_attribute(given, p, size) for part in ATTRIBUTES}),
        "attributes": (given, 150, {
            words: lambda number, w=words, k=kind: with_attributes(given, [(w, k)] * number)
            for words, kind in (("5 mg", "STRENGTH"), ("3-2 times a day", "FREQUENCY"))
        }),
    }  # fmt: skip
    within = True
    for name, (read_by, size, shapes) in parts.items():
        ratios = {}
        for shape, make in shapes.items():
            # Distinct, since readings of short attributes are remembered.
            few, many = (
                spent(read_by, [partial(make, long + 16 * run) for run in range(3)]) for long in (size, size * LONGER)
            )
            ratios[shape] = many / max(few, NOISE)
        over = [shape for shape, ratio in ratios.items() if ratio > BOUND]
        worst = max(ratios, key=ratios.__getitem__)
        print(
            f"{lang}: {name}, {len(shapes)} shapes {LONGER} times as long: at most {ratios[worst]:.1f} times the time ({worst!r})"
        )
        for shape in over:
            print(f"  OVER {ratios[shape]:.1f} {shape!r}")
        within &= not over
    return within


def main() -> None:
    lang = sys.argv[1] if len(sys.argv) > 1 else "fr"
    if not all([history(lang), others(lang)]):
        sys.exit("time grows faster than the text where a line says OVER")


if __name__ == "__main__":
    main()
