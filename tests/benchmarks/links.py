"""The share of the profile's time that linking and posology take, by processor time.

    python -m tests.benchmarks.links NOTES.jsonl [--language fr] [--repeat 3]

NOTES.jsonl: one object a line with `text`. The notes are read once before they are timed. Components are
run one by one over the same notes, in turn, so that a busy machine slows all alike.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import pipeline


def main(arguments: list[str]) -> None:
    """Print milliseconds a note and the share of each component."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=int, default=200)
    options = parser.parse_args(arguments)
    lines = options.notes.read_text(encoding="utf-8").splitlines()[: options.limit]
    texts = [text for line in lines if (text := json.loads(line).get("text"))]
    nlp = pipeline.load(options.language)
    for text in texts:  # what is made at the first asking (tables, lexemes) is no cost of a note
        nlp(text)
    spent: dict[str, float] = defaultdict(float)
    for _ in range(options.repeat):
        for text in texts:
            started = time.process_time()
            doc = nlp.make_doc(text)
            spent["tokenizer"] += time.process_time() - started
            for name, component in nlp.pipeline:
                started = time.process_time()
                doc = component(doc)
                spent[name] += time.process_time() - started
    total, runs = sum(spent.values()), len(texts) * options.repeat
    for name, seconds in spent.items():
        sys.stdout.write(f"{name:28}{seconds / runs * 1000:9.3f} ms a note{seconds / total:8.1%}\n")
    ours = spent["anamnesis_linking"] + spent["anamnesis_posology"]
    sys.stdout.write(f"{'linking and posology':28}{ours / runs * 1000:9.3f} ms a note{ours / total:8.1%}\n")
    sys.stdout.write(f"{'all':28}{total / runs * 1000:9.3f} ms a note, {len(texts)} notes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
