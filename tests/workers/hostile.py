"""A component that does what the text says: raise, die, hang, eat memory, ... For tests of shards and fault runs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("hostile")
def hostile(doc: Doc) -> Doc:
    """Obey the first word."""
    word, _, rest = doc.text.partition(" ")
    if word == "RAISE":
        raise RuntimeError(f"canary: {doc.text}")
    if word == "DIE":
        os._exit(139)
    if word == "HANG":
        while True:
            time.sleep(0.01)
    if word == "SPIN":
        while True:
            pass
    if word == "EAT":
        doc.user_data["eaten"] = bytearray(1 << 40)
    if word == "GROW":
        eaten = []
        while True:
            eaten.append(bytearray(1 << 25))
    if word == "SLOW":
        time.sleep(float(rest.split()[0]))
    if word == "KILL":  # the worker itself: the parent of the forkserver that we were forked from
        os.kill(_parent(os.getppid()), signal.SIGKILL)
        time.sleep(60)
    return doc


@Language.factory("hostile_gathering")
class Gathering:
    """The same, but it takes a batch of Docs before it gives one back, as a trained component does."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        return hostile(doc)

    def pipe(self, docs: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """All Docs first."""
        yield from [hostile(doc) for doc in list(docs)]


def _parent(process: int) -> int:
    return int(
        Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
    )
