"""Rules, trained classifier and both together on the same annotated notes, by cross-validation.

    python -m tests.benchmarks.link_methods GOLD.jsonl [MORE.jsonl] [--folds 5] [--epochs 40]

Entities are the annotated ones. Each fold is linked by a classifier trained on the others with
pipeline/training/configs/links.cfg; the rules learn nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.train import train

from pipeline.medications.linking import Linking
from pipeline.training.link_corpus import annotated_doc

CONFIG = Path(__file__).parents[2] / "pipeline" / "training" / "configs" / "links.cfg"


def main(arguments: list[str]) -> None:
    """Print F1 of each method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--language", default="en")
    options = parser.parse_args(arguments)
    notes = [line for path in options.gold for line in path.read_text(encoding="utf-8").splitlines()]
    counts: dict[str, list[int]] = {method: [0, 0, 0] for method in ("rules", "model", "combined")}
    for fold in range(options.folds):
        with tempfile.TemporaryDirectory() as folder:
            model = _train(Path(folder), notes, fold, options)
            for method, count in counts.items():
                linking = Linking(options.language, method=method, model=None if method == "rules" else str(model))
                for text in notes[fold :: options.folds]:
                    _count(linking, json.loads(text), count)
    for method, (right, wrong, gold) in counts.items():
        score = 2 * right / (right + wrong + gold) if right else 0.0
        sys.stdout.write(f"{method:10} F1 {score:.4f}  right {right} wrong {wrong} gold {gold}\n")


def _train(folder: Path, notes: list[str], fold: int, options: argparse.Namespace) -> Path:
    held = set(range(fold, len(notes), options.folds))
    kept = [note for number, note in enumerate(notes) if number not in held]
    # The last eighth tells when to stop; the fold itself is not seen.
    cut = len(kept) - max(1, len(kept) // 8)
    for name, part in (("train", kept[:cut]), ("dev", kept[cut:])):
        (folder / f"{name}.jsonl").write_text("\n".join(part) + "\n", encoding="utf-8")
    overrides = {"training.max_epochs": options.epochs, "nlp.lang": options.language}
    overrides |= {f"paths.{name}": str(folder / f"{name}.jsonl") for name in ("train", "dev")}
    train(CONFIG, folder / "out", overrides=overrides)
    return folder / "out" / "model-best"


def _count(linking: Linking, note: dict[str, Any], count: list[int]) -> None:
    nlp = spacy.blank(linking.lang, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    doc = annotated_doc(nlp, note)
    gold = {(link["head"][0], link["tail"][0]) for link in doc._.link_data}
    optional = {
        (relation["drug"], relation["attribute"]) for relation in note.get("relations", ()) if relation.get("optional")
    }
    starts = {entity["id"]: entity["start"] for entity in note["entities"]}
    may = {(starts[drug], starts[attribute]) for drug, attribute in optional}
    doc = linking(doc)
    found = {(link["head"][0], link["tail"][0]) for link in doc._.link_data}
    count[0] += len(found & (gold - may))
    count[1] += len(found - gold - may)
    count[2] += len(gold - may)


if __name__ == "__main__":
    main(sys.argv[1:])
