"""Raw notes to training windows of the model of unlisted names.

    python -m pipeline.training.silver NOTES.jsonl CORPUS [--without GOLD.jsonl] [--seed 7]

NOTES has one object with `text` a line. What the lists name in a note is a drug, an unknown word that no rule takes for
one is not. The windows hide the name itself, and two of five names of their neighbourhood, so that the model learns
where drugs stand, not which there are. Written: CORPUS/train.spacy and dev.spacy (every tenth note), raw.jsonl for
`spacy pretrain`. Notes that hold a sentence of GOLD are left out, so that GOLD measures what was not trained on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from pipeline.medications.candidate_model import SPANS
from pipeline.medications.lexicon import Kind, Lexicon, Words
from pipeline.medications.recognizer import MedicationRecognizer, capitals_of
from pipeline.medications.unlisted import medication_lists
from pipeline.medications.windows import CLOSE, Windows
from pipeline.text.folding import FoldedText

DRUG, OTHER = "DRUG", "OTHER"
# Of the names around a candidate, the share that is shown as unknown words.
_HIDDEN = 0.4
# Windows of a note without capitals, and in capitals throughout: notes are written in these ways, too.
_LOWER, _UPPER = 0.15, 0.05
# Other words for each drug.
_OTHERS = 3
_SHORTEST = 5
_DEV = 10
_SENTENCE_LENGTH = 60

Example = tuple[list[str], str]


def windows_of(text: str, recognizer: MedicationRecognizer, rng: random.Random) -> Iterator[Example]:
    """The windows of one note, each with DRUG or OTHER."""
    folded = FoldedText.of(text)
    words = Words.of(folded.folded)
    original = capitals_of(text, folded)
    cased = rng.random()
    if cased < _LOWER:
        original = original.lower()
    elif cased < _LOWER + _UPPER:
        original = original.upper()
    lexicon = recognizer.lexicon
    lists = medication_lists(original, recognizer.grammar)
    listed = lexicon.match(words, original)
    found = recognizer.unlisted_names.add(words, original, listed, lists)
    drugs = [
        mention
        for mention in found
        if mention.kind in (Kind.DRUG, Kind.STEM)
        and mention.last == mention.first + 1
        and len(words.words[mention.first]) >= _SHORTEST
        and words.words[mention.first].isalpha()
    ]
    covered = {number for mention in found for number in range(mention.first, mention.last)}
    others = [
        (words.starts[n], words.ends[n]) for n in recognizer.unlisted_names.unknown(words, covered, lexicon.common)
    ]
    rng.shuffle(others)
    candidates = [(drug.start, drug.end, DRUG) for drug in drugs]
    candidates += [(start, end, OTHER) for start, end in others[: _OTHERS * max(len(drugs), 2)]]
    hideable = {(drug.start, drug.end) for drug in drugs}
    for start, end, label in candidates:
        shown, hidden = [], set()
        for span in ((mention.start, mention.end) for mention in listed):
            if span == (start, end) or (span in hideable and rng.random() < _HIDDEN):
                hidden.add(words.text[slice(*span)])
            else:
                shown.append(span)
        cut = Windows(words.text, original, _Known(lexicon, hidden), shown)
        in_list = any(first <= start < last for first, last in lists)
        yield cut.around(start, end, in_list=in_list), label


class _Known:
    """What the lexicon knows, without the names that are hidden."""

    def __init__(self, lexicon: Lexicon, hidden: set[str]) -> None:
        self._lexicon = lexicon
        self._hidden = hidden

    def __call__(self, word: str) -> bool:
        return word not in self._hidden and self._lexicon.common(word)


def doc_of(vocab: Vocab, example: Example) -> Doc:
    """A window as a training Doc."""
    tokens, label = example
    doc = Doc(vocab, words=tokens)
    place = tokens.index(CLOSE)
    doc.spans[SPANS] = [Span(doc, place - 1, place, label)] if label == DRUG else []
    return doc


def texts(file: Path) -> list[str]:
    """The texts of a JSONL file. Raises ValueError that names the line of what is no note."""
    found: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line)["text"])
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{file}, line {number}: not a JSON object with a text") from error
    return found


def sentences(text: str) -> set[str]:
    """The beginnings of the long sentences of a text, without blanks and case."""
    pieces = (re.sub(r"\W+", "", piece).lower() for piece in re.split(r"[.\n]", text))
    return {piece[:_SENTENCE_LENGTH] for piece in pieces if len(piece) >= _SENTENCE_LENGTH}


def main(arguments: list[str] | None = None) -> None:
    """Read the notes, write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--without", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)  # noqa: S311  reproducible, not secret
    recognizer = MedicationRecognizer("en")
    gold = set().union(*(sentences(text) for file in options.without for text in texts(file)))
    kept = [text for text in texts(options.notes) if gold.isdisjoint(sentences(text))]
    options.corpus.mkdir(parents=True, exist_ok=True)
    vocab = spacy.blank("en").vocab
    counts = {"train": 0, "dev": 0}
    bins = {name: DocBin(store_user_data=False) for name in counts}
    with (options.corpus / "raw.jsonl").open("w", encoding="utf-8") as raw:
        for number, text in enumerate(kept):
            name = "train" if number % _DEV else "dev"
            for example in windows_of(text, recognizer, rng):
                bins[name].add(doc_of(vocab, example))
                counts[name] += 1
                raw.write(json.dumps({"text": " ".join(token for token in example[0] if token.strip())}) + "\n")
    for name, docs in bins.items():
        docs.to_disk(options.corpus / f"{name}.spacy")
    sys.stderr.write(f"{len(kept)} notes, windows: {counts['train']} to train, {counts['dev']} to choose\n")


if __name__ == "__main__":
    main()
