"""One of the two sides of `french_speed`: reads lines of JSON, runs its pipeline over the notes, answers with its times.

Run by the Python of its own environment: `french_worker.py anamnesis|edsnlp documented|qualifiers`. Imports nothing of the
tests, so that it runs where Anamnesis is not installed.
"""

from __future__ import annotations

import json
import sys
import time

# A core that has idled counts for less at first; so long it is kept busy before a batch is timed.
AWAKE = 0.05
SETTINGS = {"use_sections": True, "use_dates": True}
STEPS = ("sentences", "normalizer", "sections", "dates")


def anamnesis(terms, qualifiers):
    import spacy

    import pipeline  # noqa: F401  (registers the components)

    nlp = spacy.blank("fr", config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    for name in STEPS:
        nlp.add_pipe(f"anamnesis_{name}")
    nlp.add_pipe("anamnesis_matcher", config={"terms": terms, "attr": "NORM"})
    for name in qualifiers:
        nlp.add_pipe(f"anamnesis_{name}")
    # As the profile has it, and as the readings of section A take it.
    nlp.add_pipe("anamnesis_history", config={**SETTINGS, "since_is_history": False})
    return nlp


def edsnlp(terms, qualifiers):
    import edsnlp as reference
    from loguru import logger

    logger.remove()
    nlp = reference.blank("eds")
    for name in STEPS:
        nlp.add_pipe(f"eds.{name}")
    nlp.add_pipe("eds.matcher", config={"terms": terms, "attr": "NORM"})
    for name in qualifiers:
        nlp.add_pipe(f"eds.{name}")
    nlp.add_pipe("eds.history", config=SETTINGS)
    return nlp


def main() -> None:
    side, extent = sys.argv[1:3]
    qualifiers = ("negation", "family", "hypothesis") if extent == "qualifiers" else ()
    nlp = None
    for line in sys.stdin:
        request = json.loads(line)
        if nlp is None:
            nlp = {"anamnesis": anamnesis, "edsnlp": edsnlp}[side](request["terms"], qualifiers)
        awake = time.process_time() + AWAKE
        while time.process_time() < awake:
            pass
        wall, processor = time.perf_counter(), time.process_time()
        entities = 0
        for text in request["notes"]:
            entities += len(nlp(text).ents)
        answer = {
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
            "entities": entities,
            "values": [values(nlp, **case) for case in request.get("cases", ())],
        }
        print(json.dumps(answer), flush=True)


def values(nlp, text, note, mentions):
    """The history of the mentions (start, end) of a text."""
    import datetime

    doc = nlp.make_doc(text)
    try:
        doc._.note_datetime = datetime.datetime.fromisoformat(note).replace(tzinfo=None) if note else None
        spans = [doc.char_span(start, end, label="problem", alignment_mode="expand") for start, end in mentions]
        step = dict(nlp.pipeline)
        for name, run in step.items():
            if "matcher" in name:
                doc.ents = spans
            else:
                doc = run(doc)
        return [span._.history for span in doc.ents]
    except Exception as error:  # noqa: BLE001  (a crash of either side is a finding of the comparison)
        return f"{type(error).__name__}"


main()
