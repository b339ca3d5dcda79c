"""What a fault is: how it is made, how it is healed, and what may come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.stream.chaos.scene import Scene
from tests.stream.judgement import Verdict

# Kept apart from the worker's own: rejections a fault may cause are counted exactly.
NO_REJECTIONS: Mapping[str, int] = {}

# SIGTERM ends a Python that still imports, before the worker hears of it.
SIGTERMED = -15
OK, UNEXPECTED, PREFLIGHT, UNREADABLE, REFUSED, WATCHDOG, SIGKILLED = 0, 1, 69, 74, 75, 76, -9


class Fault:
    """One fault. It is injected `shots` times while notes flow, each for `hold` seconds."""

    name: ClassVar[str]
    shots: ClassVar[int] = 3
    hold: ClassVar[float] = 3.0
    members: ClassVar[int] = 2
    settings: ClassVar[Mapping[str, Any]] = {}
    topic_config: ClassVar[Mapping[str, str]] = {}
    codes: ClassVar[frozenset[int]] = frozenset()
    """Exit codes, besides 0 at the end, that workers may have."""
    versions: ClassVar[bool] = False
    """May a note have events of two fingerprints?"""
    ledger: ClassVar[bool] = False
    """Must the verifier know of records that the broker drops?"""
    patience: ClassVar[float] = 120.0
    """Seconds for the missing outcomes, once everything is sent and healed."""
    flow_within: ClassVar[float | None] = None
    """Seconds after which flow must be back on every partition; told, and asserted by nobody but the table."""

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        """Options of the feed: hostile notes and so on."""
        return {}

    def before(self, scene: Scene) -> None:
        """Before workers start; topics are there."""

    def start(self, scene: Scene) -> None:
        """Start the workers."""
        scene.start_members(self.members)

    def inject(self, scene: Scene) -> None:
        """Make the fault."""

    def heal(self, scene: Scene) -> None:
        """End it."""

    def after(self, scene: Scene) -> None:
        """When everything is sent."""

    def rejections(self, scene: Scene) -> Mapping[str, int]:
        """Rejections by reason that must be there, and no other."""
        return NO_REJECTIONS

    def missing(self, scene: Scene) -> int:
        """How many outcomes nobody can expect, at most: of records that the fault has taken away."""
        return 0

    def lost(self, scene: Scene) -> int:
        """Notes without an outcome that the fault explains."""
        return 0

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        """What else does not hold."""
        return []


def spread(scene: Scene, words: Mapping[str, int], *, since: float = 0.1, till: float = 0.9) -> dict[int, str]:
    """Texts (each `count` times) at numbers of notes by chance."""
    texts = [text for text, count in words.items() for _ in range(count)]
    places = scene.chance.sample(range(int(scene.count * since), int(scene.count * till)), len(texts))
    return dict(zip(places, texts, strict=True))
