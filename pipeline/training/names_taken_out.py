"""How well drugs are found whose names no list holds: names are taken out of the lists, their mentions are looked for.

    python -m pipeline.training.names_taken_out GOLD.jsonl [--model en_unlisted] [--names 200] [--draws 5]

Prints, for the rules alone and with the model at several thresholds: the recall of the mentions of the names taken out,
and the precision of all entities (strict) with all names, and with these taken out.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.evaluation.scoring import Mention, NoteScore, Table
from pipeline.evaluation.systems import LABELS
from pipeline.medications.candidate_model import CandidateModel
from pipeline.medications.lexicon import Kind, Lexicon, key
from pipeline.medications.recognizer import MedicationRecognizer
from pipeline.training.convert import blank

Note = dict[str, Any]
_THRESHOLDS = ((0.5, 0.05), (0.9, 0.05), (0.97, 0.05), (0.99, 0.05), (0.995, 0.05))


class Measure:
    """The mentions of names taken out, and what is found of them."""

    def __init__(self, nlp: Language, notes: list[Note]) -> None:
        self._nlp = nlp
        self._notes = notes

    def names(self) -> list[str]:
        """The names of lists that the notes mention."""
        kinds = Lexicon("en").kinds
        mentioned = {
            key(note["text"][e["start"] : e["end"]])
            for note in self._notes
            for e in note["entities"]
            if e["label"] == "DRUG"
        }
        return sorted(name for name in mentioned if kinds.get(name) == Kind.DRUG)

    def of(self, recognizer: MedicationRecognizer, gone: Iterable[str] = ()) -> tuple[int, int, float]:
        """Mentions of the names found, mentions, and the precision of all entities."""
        found = mentions = 0
        table = Table()
        taken = set(gone)
        for note in self._notes:
            doc = recognizer(self._nlp.make_doc(note["text"]))
            score = NoteScore(
                note, [Mention(s.start_char, s.end_char, s.label_) for s in doc.ents if s.label_ in LABELS]
            )
            score.count_entities(table, lenient=False)
            matched = set(score.match(lenient=True).values())
            wanted = [
                entity
                for entity in note["entities"]
                if entity["label"] == "DRUG" and key(note["text"][entity["start"] : entity["end"]]) in taken
            ]
            mentions += len(wanted)
            found += sum(entity["id"] in matched for entity in wanted)
        return found, mentions, table.total().precision


def _numbered(note: Note) -> Note:
    """The note with an id at each entity, where the annotator gave none."""
    for number, entity in enumerate(note["entities"]):
        entity.setdefault("id", f"T{number}")
    return note


def main(arguments: list[str] | None = None) -> None:
    """Read the gold, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--model", default="en_unlisted")
    parser.add_argument("--names", type=int, default=200)
    parser.add_argument("--draws", type=int, default=5)
    options = parser.parse_args(arguments)
    lines = [line for file in options.gold for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    nlp = blank("en")
    model = CandidateModel(options.model, nlp.vocab)
    measure = Measure(nlp, [_numbered(json.loads(line)) for line in lines])
    names = measure.names()
    sys.stdout.write(
        f"{len(lines)} notes, {len(names)} names of lists, {options.names} taken out, {options.draws} draws\n"
    )
    sys.stdout.write("accept reject  recall  precision (all names)  precision (names out)\n")
    for accept, reject in (None, None), *_THRESHOLDS:
        settings: dict[str, Any] = {} if accept is None else {"model": model, "accept": accept, "reject": reject}
        _, _, whole = measure.of(MedicationRecognizer("en", **settings))
        found = mentions = 0
        precision = 0.0
        for draw in range(options.draws):
            gone = random.Random(draw).sample(names, min(options.names, len(names)))  # noqa: S311
            hit, wanted, precise = measure.of(MedicationRecognizer("en", without=gone, **settings), gone)
            found, mentions, precision = found + hit, mentions + wanted, precision + precise / options.draws
        rule = "rules only   " if accept is None else f"{accept:6.2f} {reject:6.2f}"
        sys.stdout.write(f"{rule} {found / max(mentions, 1):7.3f} {whole:22.4f} {precision:22.4f}\n")


if __name__ == "__main__":
    main()
