"""What `doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, what was found, and what to do where something is to be done."""

    state: Literal["ok", "warning", "error"]
    subject: str
    found: str
    advice: str = ""
