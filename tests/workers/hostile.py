"""A component that does what the text says: raise, die, hang, or eat memory. For tests of shards."""

from __future__ import annotations

import os
import time

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("hostile")
def hostile(doc: Doc) -> Doc:
    """Obey the first word."""
    word = doc.text.split(" ", 1)[0]
    if word == "RAISE":
        raise RuntimeError(f"canary: {doc.text}")
    if word == "DIE":
        os._exit(139)
    if word == "HANG":
        while True:
            time.sleep(0.01)
    if word == "EAT":
        doc.user_data["eaten"] = bytearray(1 << 40)
    return doc
