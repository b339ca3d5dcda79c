"""How large a note may be."""

from __future__ import annotations

from dataclasses import dataclass

META_ENTRIES = 64
META_ENTRY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest text (code points), largest record value (bytes), deepest nesting of its JSON."""

    max_text_length: int = 200_000
    max_value_bytes: int = 4 * 1024 * 1024
    max_depth: int = 32
