"""The model of the past of drugs or of problems, from annotated notes.

    python -m pipeline.training.history_model OUT NOTES.jsonl ... [--kind problem] [--sentences MARKED.tsv] [--raw NOTES.jsonl] [--language en]

Each file of NOTES is one writer: one object a line, with `text`, `entities` and `history` (`start`, `end`, `kind` "drug" or
"problem", `history` true or false; `unsure` and `context` are left out), as `anamnesis evaluate` reads. `--sentences`: single
sentences in a column `sentence`, their mentions marked, "[lisinopril]+ was stopped for cough", and the date of the note in a
column `date`, if any; they count less than notes. `--raw`: notes that nobody annotated, one object with `text` a line; what the
profile finds in them counts as the rules judge it, and little: it tells how often anything is of the past. Every writer is
judged by a model of the others together with the rules, which is printed; then the model of all is written to OUT.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from pipeline.profile import load
from pipeline.qualifiers.base import SectionLine
from pipeline.qualifiers.history_contexts import HistoryContexts, Tokens
from pipeline.qualifiers.history_model import (
    ALWAYS,
    PAST_FROM,
    PAST_FROM_TOLD,
    PRESENT_BELOW,
    PRESENT_BELOW_TOLD,
    Floats,
    is_told,
    write,
)
from pipeline.qualifiers.reading import Reading

# What a mention in a single sentence counts, and one in a note that nobody annotated, beside one in a note.
_SENTENCE, _RAW = 0.4, 0.1
# So much of a note that nobody annotated is read.
_LONGEST_RAW = 6000
# A feature of fewer mentions is not learnt, a smaller weight not written.
_FEWEST, _SMALLEST = 4, 0.05
_STEPS, _INNER_STEPS = 12, 40
# What a sentence counts more that is read wrongly, and how often at most it is looked for.
_WRONG, _MOST_FITS = 3.0, 5
# How sure the model must be to overrule the rules, in shorthand and in sentences: below the first, from the second on.
_SURE = {"drug": ((0.05, 0.9), (0.01, 0.98)), "problem": ((0.05, 0.8), (0.01, 0.9))}
# The rules alone.
_NO_MODELS = {"components.anamnesis_history.model": None, "components.anamnesis_history.problem_model": None}
# The labels of mentions of either kind, as the profile gives them.
_LABELS = ("DRUG", "PROBLEM", "PROCEDURE")
_MARKED = re.compile(r"\[([^]]+)]([+-])")

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Mentions:
    """Mentions of a kind: the features of each, whether it is of the past, how much it counts, and its writer."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.label = kind.upper()
        self.sure = _SURE[kind]
        self.features: list[list[str]] = []
        self.past: list[bool] = []
        self.counts: list[float] = []
        self.writers: list[str] = []
        self.by_rules: list[bool] = []
        # Whether the rules say so by evidence that the model does not overrule.
        self.told: list[bool] = []
        self.in_shorthand: list[bool] = []

    def add(self, nlp: Language, doc: Doc, wanted: dict[int, bool], writer: str, counts: float) -> None:
        """Add the mentions of a Doc that begin at the offsets wanted."""
        nlp(doc)
        folded = Reading.of(doc).folded
        place = folded.place

        def named(label: str) -> list[tuple[int, int, int]]:
            spans = (span for span in doc.ents if span.label_ == label)
            return [(place(span.start_char), place(span.end_char), span.start_char) for span in spans]

        found, drugs = named(self.label), named("DRUG")
        past = {span.start_char: bool(span._.history) for span in doc.ents if span.label_ == "DRUG"}
        beside = sorted((start, end, past[offset]) for start, end, offset in drugs) if self.kind == "problem" else []
        contexts = HistoryContexts(Tokens.read(doc, folded, drugs, found), found, SectionLine(doc, used=True), beside)
        for span in doc.ents:
            if span.label_ == self.label and span.start_char in wanted:
                start = place(span.start_char)
                self.features.append([ALWAYS, *contexts.features(contexts.of(start))])
                self.in_shorthand.append(contexts.is_shorthand(start))
                self.past.append(wanted[span.start_char])
                self.counts.append(counts)
                self.writers.append(writer)
                self.by_rules.append(bool(span._.history))
                self.told.append(self.kind == "problem" and is_told(span._.history_evidence or ()))


def _read(file: Path, take: Callable[[dict[str, Any]], None], needs: str) -> None:
    """Take each note of a file. Raises ValueError that names the line of one that lacks something; `needs` says what notes hold."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                take(json.loads(line))
            except json.JSONDecodeError as error:
                raise ValueError(f"{file}, line {number}: not JSON (column {error.colno})") from error
            except KeyError as error:
                raise ValueError(f"{file}, line {number}: {error.args[0]!r} is missing; {needs}") from error


def of_notes(mentions: Mentions, nlp: Language, file: Path) -> None:
    """Add the mentions of a file of notes. Raises ValueError that names the line of a note that lacks something."""
    needs = "a note has `text`, `entities` and `history`, as `anamnesis evaluate` reads them"
    _read(file, lambda note: _of_note(mentions, nlp, note, str(file)), needs)


def _of_note(mentions: Mentions, nlp: Language, note: dict[str, Any], writer: str) -> None:
    doc = nlp.make_doc(note["text"])
    doc._.note_datetime = note.get("note_datetime")
    judged = note.get("history", ())
    given = [(e["start"], e["end"], e["label"]) for e in note["entities"]]
    given += [(h["start"], h["end"], "PROBLEM") for h in judged if h["kind"] == "problem"]
    spans = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in given]
    doc.ents = filter_spans([span for span in spans if span is not None])
    past = {
        h["start"]: bool(h["history"])
        for h in judged
        if h["kind"] == mentions.kind and not h.get("context") and not h.get("unsure")
    }
    wanted = {
        span.start_char: past[start] for start in past for span in doc.ents if span.start_char <= start < span.end_char
    }
    mentions.add(nlp, doc, wanted, writer, 1.0)


def of_sentences(mentions: Mentions, nlp: Language, file: Path) -> None:
    """Add the marked mentions of single sentences."""
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        marked = row["sentence"].replace("\\n", "\n")
        doc = nlp.make_doc(_MARKED.sub(r"\1", marked))
        doc._.note_datetime = row.get("date") or None
        taken_out, wanted, spans = 0, {}, []
        for match in _MARKED.finditer(marked):
            start = match.start() - taken_out
            taken_out += len(match[0]) - len(match[1])
            span = doc.char_span(start, start + len(match[1]), mentions.label, alignment_mode="expand")
            if span is not None:
                spans.append(span)
                wanted[span.start_char] = match[2] == "+"
        doc.ents = filter_spans(spans)
        mentions.add(nlp, doc, wanted, str(file), _SENTENCE)


def of_raw(mentions: Mentions, profile: Language, nlp: Language, file: Path) -> None:
    """Add what `profile` finds in notes that nobody annotated, as the rules judge it. Raises ValueError likewise."""
    _read(file, lambda note: _of_raw(mentions, profile, nlp, note["text"], str(file)), "a raw note has `text`")


def _of_raw(mentions: Mentions, profile: Language, nlp: Language, text: str, writer: str) -> None:
    found = profile(text[:_LONGEST_RAW])
    spans = [
        (span.start_char, span.end_char, "DRUG" if span.label_ == "DRUG" else "PROBLEM")
        for span in (*found.ents, *found.spans.get("problems", ()))
        if span.label_ in _LABELS
    ]
    doc = nlp.make_doc(found.text)
    given = [doc.char_span(*bounds, alignment_mode="expand") for bounds in spans]
    doc.ents = filter_spans([span for span in given if span is not None])
    before = len(mentions.past)
    mentions.add(nlp, doc, dict.fromkeys((span.start_char for span in doc.ents), False), writer, _RAW)
    mentions.past[before:] = mentions.by_rules[before:]


class Matrix:
    """The features of mentions as numbers."""

    def __init__(self, mentions: Mentions) -> None:
        found = Counter(name for names in mentions.features for name in names)
        self.names = sorted(name for name, count in found.items() if count >= _FEWEST)
        number = {name: place for place, name in enumerate(self.names)}
        rows = [[number[name] for name in names if name in number] for names in mentions.features]
        self.columns: Ints = np.array([place for row in rows for place in row], dtype=np.int64)
        self.rows: Ints = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.height = len(rows)

    def times(self, weights: Floats) -> Floats:
        """The sum of the weights of each mention."""
        return np.bincount(self.rows, weights[self.columns], self.height).astype(np.float64)

    def gathered(self, of_mentions: Floats) -> Floats:
        """What the mentions have, summed by feature."""
        return np.bincount(self.columns, of_mentions[self.rows], len(self.names)).astype(np.float64)


def fitted(matrix: Matrix, past: Floats, counts: Floats) -> Floats:
    """The weights of a logistic regression with squared weights held small, by Newton's method with conjugate gradients."""
    weights = np.zeros(len(matrix.names))
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-matrix.times(weights)))
        gradient = matrix.gathered(counts * (likely - past)) + weights
        curve = counts * likely * (1 - likely)
        step, left = np.zeros_like(weights), -gradient
        direction, size = left, left @ left
        for _ in range(_INNER_STEPS):
            bent = matrix.gathered(curve * matrix.times(direction)) + direction
            length = size / (direction @ bent)
            step, left = step + length * direction, left - length * bent
            previous, size = size, left @ left
            if size < 1e-8:
                break
            direction = left + size / previous * direction
        weights = weights + step
        if np.abs(step).max() < 1e-3:
            break
    return np.where(np.abs(weights) < _SMALLEST, 0.0, weights)


def scored(past: Flags, said: Flags) -> tuple[int, int, int, float]:
    """Right, wrong and missed mentions of the past, and F1."""
    right, wrong, missed = int((past & said).sum()), int((~past & said).sum()), int((past & ~said).sum())
    return right, wrong, missed, 2 * right / max(1, 2 * right + wrong + missed)


def held_out(matrix: Matrix, mentions: Mentions) -> Iterator[tuple[str, Ints, Floats]]:
    """Of each writer of notes the places of the mentions, and how likely a model of the others says that each is past."""
    writers, past, counts = np.array(mentions.writers), np.array(mentions.past, dtype=float), np.array(mentions.counts)
    for writer in dict.fromkeys(mentions.writers):
        places = np.flatnonzero(writers == writer)
        if mentions.counts[places[0]] == 1:
            weights = fitted(matrix, past, np.where(writers == writer, 0.0, counts))
            yield writer, places, 1 / (1 + np.exp(-matrix.times(weights)[places]))


def decided(mentions: Mentions, places: Ints, likely: Floats) -> Flags:
    """Whether the rules and the model together say that mentions are of the past."""
    by_rules, short = np.array(mentions.by_rules)[places], np.array(mentions.in_shorthand)[places]
    (low, high), (low_told, high_told) = mentions.sure
    sure = np.where(by_rules, likely < np.where(short, low, low_told), likely >= np.where(short, high, high_told))
    overruled = ~np.array(mentions.told)[places] & sure
    both: Flags = by_rules ^ overruled
    return both


def fitted_to_sentences(matrix: Matrix, mentions: Mentions) -> Floats:
    """The weights for all mentions; single sentences that are read wrongly with them count more, until none is."""
    past, counts, places = np.array(mentions.past), np.array(mentions.counts), np.arange(len(mentions.past))
    sentences = counts == _SENTENCE
    weights = fitted(matrix, past.astype(float), counts)
    for _ in range(_MOST_FITS):
        likely = 1 / (1 + np.exp(-matrix.times(weights)))
        wrong = sentences & (decided(mentions, places, likely) != past)
        if not wrong.any():
            break
        counts = np.where(wrong, counts * _WRONG, counts)
        weights = fitted(matrix, past.astype(float), counts)
    return weights


def _report(name: str, mentions: Mentions, places: Ints, likely: Floats) -> None:
    """Say how well the rules, the model and both judge the mentions of a writer."""
    past, by_rules = np.array(mentions.past)[places], np.array(mentions.by_rules)[places]
    judgements = (("rules", by_rules), ("model", likely >= 0.5), ("both", decided(mentions, places, likely)))
    figures = (
        f"{of}: {right}/{wrong}/{missed} {f1:.3f}"
        for of, said in judgements
        for right, wrong, missed, f1 in [scored(past, said)]
    )
    sys.stdout.write(f"{name:20} right/wrong/missed F1  {'  '.join(figures)}\n")


def main() -> int:
    """Train, say how good it is on writers held out, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("notes", type=Path, nargs="+")
    parser.add_argument("--kind", choices=_SURE, default="drug")
    parser.add_argument("--sentences", type=Path)
    parser.add_argument("--raw", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--unjudged", action="store_true", help="make the model only, in a quarter of the time")
    options = parser.parse_args()
    nlp = load(options.language, entities="given", overrides=_NO_MODELS)
    mentions = Mentions(options.kind)
    try:
        for file in options.notes:
            of_notes(mentions, nlp, file)
        if not mentions.past:
            parser.error(f"no {options.kind} is judged in these notes: `history` has none of this kind that is sure")
        if options.sentences is not None:
            of_sentences(mentions, nlp, options.sentences)
        if options.raw is not None:
            of_raw(mentions, load(options.language, overrides=_NO_MODELS), nlp, options.raw)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    matrix = Matrix(mentions)
    for writer, places, likely in () if options.unjudged else held_out(matrix, mentions):
        _report(writer, mentions, places, likely)
    weights = fitted_to_sentences(matrix, mentions)
    kept = {name: weight for name, weight in zip(matrix.names, weights.tolist(), strict=True) if weight}
    kept.setdefault(ALWAYS, 0.0)
    in_shorthand, in_sentences = mentions.sure
    kept |= zip((PRESENT_BELOW, PAST_FROM), in_shorthand, strict=True)
    kept |= zip((PRESENT_BELOW_TOLD, PAST_FROM_TOLD), in_sentences, strict=True)
    write(kept, options.out, "Made by pipeline.training.history_model: a feature and its weight, the heaviest first.")
    sys.stdout.write(f"{len(kept)} of {len(matrix.names)} features\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
