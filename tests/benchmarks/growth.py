"""Time as a text grows, on shapes that hurt: `python -m tests.benchmarks.growth [en|fr]`.

A line is 32 for a text of 64k characters over one of 2k; the processor's time, the best of several runs of distinct texts.
"""

from __future__ import annotations

import sys
import time

import pipeline

SHORT, LONG = 2_000, 64_000
WORDS = {
    "fr": {"cue": "antécédents", "title": "ANTÉCÉDENTS", "end": "mais", "drug": "amlodipine", "problem": "asthme", "since": "depuis"},
    "en": {"cue": "history of", "title": "PAST MEDICAL HISTORY", "end": "but", "drug": "amlodipine", "problem": "asthma", "since": "since"},
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


def measured(nlp, shape: str, lang: str, length: int, runs: int) -> float:
    """Seconds of the processor."""
    best = float("inf")
    for number in range(runs):
        made = text(shape, lang, length, 1000 * (number + 1))
        start = time.process_time()
        nlp(made)
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    lang = sys.argv[1] if len(sys.argv) > 1 else "fr"
    nlp = pipeline.load(lang)
    for name in ("anamnesis_medications", "anamnesis_linking", "anamnesis_posology"):
        nlp.disable_pipe(name)
    print(f"{lang}: history, its text components and qualifiers")
    for shape in SHAPES:
        short, long = measured(nlp, shape, lang, SHORT, 9), measured(nlp, shape, lang, LONG, 3)
        print(
            f"  {shape:22} {1000 * short:8.2f} ms  {1000 * long:8.1f} ms  ratio {long / short:5.1f}  {1000 * long / 64:6.2f} ms/1000"
        )


if __name__ == "__main__":
    main()
