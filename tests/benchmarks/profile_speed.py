"""English profiles against a network of Med7's shape, on the same notes: `python -m tests.benchmarks.profile_speed`.

    python -m tests.benchmarks.profile_speed [--notes 200] [--batches 10] [--file NOTES.jsonl]

The network is spaCy's default tok2vec and named entity recogniser (width 96, depth 4), with Med7's labels and random
weights: what it costs does not depend on what it has learnt. Beside it stand each profile, and each profile's
recogniser alone, which gives what the network gives. One process; all systems read the same batch of
distinct notes in turn, so that whatever else the machine does hits all alike. Times are the processor's, of all
threads; a ratio is that of the medians over batches.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median

import spacy
from spacy.language import Language
from spacy.training import Example

import pipeline
from tests.stream.notes import notes

_LABELS = ("DRUG", "STRENGTH", "DOSAGE", "DURATION", "FORM", "FREQUENCY", "ROUTE")
_RECOGNISER = "anamnesis_medications"


def network() -> Language:
    """A recogniser of Med7's shape, initialised at random."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    # The recogniser takes its labels from examples.
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("x"), {"entities": [(0, 1, label)]}) for label in _LABELS])
    return nlp


def systems() -> dict[str, Callable[[list[str]], None]]:
    """What is measured: name -> reads a batch of texts."""
    found: dict[str, Callable[[list[str]], None]] = {"network": partial(_read, network())}
    for profile in ("en", "en-fast"):
        nlp = pipeline.load(profile)
        pipeline.warm_up(nlp)
        others = [name for name in nlp.pipe_names if name != _RECOGNISER]
        found[profile] = partial(_read, nlp)
        found[f"{profile}, recogniser alone"] = partial(_read, nlp, disable=others)
    return found


def _read(nlp: Language, texts: list[str], disable: Sequence[str] = ()) -> None:
    deque(nlp.pipe(texts, disable=disable), maxlen=0)


def english_texts(file: Path | None, count: int) -> list[str]:
    """The notes to read: those of a file, evenly taken, or generated ones, which are dense with drugs."""
    if file is None:
        return [note["text"] for note in notes(count * 2) if note["language"] == "en"][:count]
    texts = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]
    return texts[:: max(1, len(texts) // count)][:count]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="profile_speed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--file", type=Path, help='your own notes, one JSON object with a "text" a line')
    options = parser.parse_args()
    texts = english_texts(options.file, options.notes)
    batches = [texts[number :: options.batches] for number in range(options.batches)]
    readers = systems()
    times: dict[str, list[float]] = {name: [] for name in readers}
    for read in readers.values():
        read(batches[0])  # warm
    for batch in batches:
        for name, read in readers.items():
            started = time.process_time()
            read(batch)
            times[name].append((time.process_time() - started) / len(batch))
    anchor = median(times["network"])
    print(f"{len(texts)} notes of {mean(map(len, texts)):.0f} characters")
    for name, spent in times.items():
        print(f"{name:28} {1 / median(spent):8.1f} notes/s, {anchor / median(spent):6.2f} x the network")


if __name__ == "__main__":
    main()
