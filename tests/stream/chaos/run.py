"""One run: topics, workers, feed, the fault, the verdict, and its line in tests/stream/results.jsonl."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.stream import kafka_jars
from tests.stream.chaos.fault import OK, Fault
from tests.stream.chaos.scene import SETTINGS, Scene, SceneError, silences
from tests.stream.judgement import Verdict
from tests.stream.kafka import Cluster

_PACKAGES = ("faust-streaming", "aiokafka", "spacy")
_SENT_SECONDS = 300.0
_FIRST_SHARE, _LAST_SHARE = 0.15, 0.8


def run(fault: Fault, cluster: Cluster, folder: Path, *, seed: int, count: int, rate: float) -> dict[str, Any]:
    """Run a fault and return its line. Raises SceneError where the run itself could not be made."""
    scene = Scene(cluster, folder, seed, count, rate, dict(fault.settings))
    started = time.monotonic()
    try:
        scene.make_topics(**fault.topic_config)
        ledger = {"ledger": folder / "ledger.jsonl"} if fault.ledger else {}
        scene.make_feed(**ledger, **fault.feed_options(scene))
        fault.before(scene)
        fault.start(scene)
        scene.feed.start()
        for number in range(fault.shots):
            _shoot(fault, scene, number)
        scene.until(lambda: scene.feed.finished, _SENT_SECONDS, "feed")
        sent_at = time.time()
        fault.after(scene)
        verdict = _verdict(fault, scene)
        ends = scene.stop()
        flow = silences(scene.topics, scene.injected_at, sent_at) if scene.injected_at else []
        codes = Counter(code for member in scene.members for code in member.codes) + Counter(ends)
        faults = max(1, fault.shots)
        line = {
            "commit": _commit(),
            "versions": _versions(),
            "fault": fault.name,
            "seed": seed,
            "notes": verdict.inputs,
            "faults": faults,
            "lost": verdict.lost,
            "duplicated": verdict.duplicated,
            "out_of_order": verdict.out_of_order,
            "unexplained": verdict.unexplained,
            "rejected": verdict.reasons,
            "gone": verdict.gone,
            "two_versions": verdict.two_versions,
            "explained_losses": fault.lost(scene),
            "longest_silence_seconds": max(flow, default=None),
            "exit_codes": {str(code): number for code, number in sorted(codes.items())},
            "seconds": round(time.monotonic() - started),
        }
        problems = _problems(fault, scene, verdict, codes)
        line |= {"verdict": "broken" if problems else "holds", "problems": problems, "examples": verdict.examples}
        return line
    finally:
        scene.close()


def _shoot(fault: Fault, scene: Scene, number: int) -> None:
    """The fault for the n-th time, at a moment by chance within its share of the feed."""
    width = (_LAST_SHARE - _FIRST_SHARE) / fault.shots
    share = _FIRST_SHARE + width * (number + 0.5 * scene.chance.random())
    scene.until(lambda: scene.feed.share >= share or scene.feed.finished, _SENT_SECONDS, "feed")
    scene.mark()
    fault.inject(scene)
    scene.wait(fault.hold)
    fault.heal(scene)


def _verdict(fault: Fault, scene: Scene) -> Verdict:
    """The verifier's verdict as soon as nothing is missing, or when patience ends."""
    expected = scene.feed.sent - fault.missing(scene)
    deadline = time.monotonic() + fault.patience
    while time.monotonic() < deadline:
        scene.tend()
        if scene.outcomes_published() >= expected and scene.check().lost <= fault.lost(scene):
            break
        time.sleep(0.5)
    scene.tend()
    return scene.check()


def _problems(fault: Fault, scene: Scene, verdict: Verdict, codes: Counter[int]) -> list[str]:
    found = [
        f"{name.replace('_', ' ')}: {getattr(verdict, name)}"
        for name in ("lost", "out_of_order", "unexplained")
        if getattr(verdict, name) != (fault.lost(scene) if name == "lost" else 0)
    ]
    if verdict.two_versions and not fault.versions:
        found.append(f"two versions: {verdict.two_versions}")
    expected = dict(fault.rejections(scene))
    if verdict.reasons != expected:
        found.append(f"rejections {verdict.reasons} instead of {expected}")
    settings = SETTINGS | scene.settings
    bound = (
        max(1, fault.shots)
        * (settings["window_notes"] + scene.rate * (settings["commit_interval_seconds"] + 1.0))
        * max(1, len(scene.members))
    )
    if verdict.duplicated > bound:
        found.append(f"{verdict.duplicated} duplicates, more than window and commit interval explain ({bound:.0f})")
    strange = set(codes) - fault.codes - {OK}
    if strange:
        found.append(f"exit codes {sorted(strange)}")
    return found + fault.problems(scene, verdict)


def _commit() -> str:
    """The commit that ran, with a plus where files differ from it."""
    root = Path(__file__).parents[3]

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "workers", "pipeline", "schemas")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def _versions() -> dict[str, str]:
    versions = {name: metadata.version(name) for name in _PACKAGES}
    return {
        "anamnesis": metadata.version("anamnesis"),
        "kafka": kafka_jars.VERSION,
        "python": platform.python_version(),
    } | versions


def append(path: Path, line: dict[str, Any]) -> None:
    """Write a line to the results."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


__all__ = ["SceneError", "append", "run"]
