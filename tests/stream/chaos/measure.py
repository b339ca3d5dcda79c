"""Measures of the stream that no verdict gives: time without output when members come and go or die, and memory.

    python -m tests.stream.chaos.measure members --times 10
    python -m tests.stream.chaos.measure recovery --times 5
    python -m tests.stream.chaos.measure soak --minutes 20 --rate 60

They print figures, and assert nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.stream.chaos.scene import CLUSTER_SETTINGS, LISTENER, Scene, silences
from tests.stream.judgement import Verdict
from tests.stream.kafka import Cluster
from tests.stream.worker import WorkerProcess


def members(cluster: Cluster, folder: Path, times: int) -> dict[str, Any]:
    """A second member joins and leaves: the longest silence of any partition of the output after each."""
    seconds = 14.0
    scene = Scene(cluster, folder, seed=1, count=int(times * seconds * 250), rate=100.0)
    try:
        scene.make_topics()
        scene.make_feed()
        scene.start_members(1)
        scene.feed.start()
        scene.wait(3)
        for number in range(times):
            scene.mark()
            if number % 2 == 0:
                second = scene.add_member() if len(scene.members) == 1 else scene.members[1]
                second.join()
                second.worker.wait_ready()
            else:
                scene.members[1].leave()
            scene.wait(seconds)
        ended = time.time()
        scene.feed.stop()
        verdict = _settled(scene)
        found = silences(scene.topics, scene.injected_at, ended)
        return {
            "measure": "members",
            "silences": found,
            "median": statistics.median(found),
            "worst": max(found),
            "lost": verdict.lost,
            "out_of_order": verdict.out_of_order,
            "duplicated": verdict.duplicated,
        }
    finally:
        scene.close()


def recovery(cluster: Cluster, folder: Path, times: int) -> dict[str, Any]:
    """SIGKILL of one of two workers, of a shard, of a broker: the longest silence of any partition after each (D-9.5).

    The next death comes when all is whole again: the worker is back in the group, the broker in sync.
    """
    scene = Scene(cluster, folder, seed=1, count=1_000_000, rate=200.0)
    kinds: list[str] = []

    def death(kind: str) -> None:
        kinds.append(kind)
        scene.mark()

    try:
        scene.make_topics()
        scene.make_feed()
        scene.start_members(2)
        scene.feed.start()
        scene.wait(5)
        for number in range(times):
            victim = scene.members[number % 2].worker
            death("worker")
            victim.kill()
            scene.wait(3)
            scene.until(lambda: scene.members[0].worker.running and scene.members[1].worker.running, 60, "restart")
            victim.wait_ready()
            scene.wait(15)
            death("shard")
            os.kill(victim.shards()[0], signal.SIGKILL)
            scene.wait(6)
            death("broker")
            node = scene.cluster.nodes[number % len(scene.cluster.nodes)]
            node.kill()
            scene.wait(15)
            node.start()
            scene.cluster.wait_ready()
            scene.wait(10)
        ended = time.time()
        scene.feed.stop()
        verdict = _settled(scene)
        found = list(zip(kinds, silences(scene.topics, scene.injected_at, ended), strict=True))
        return {"measure": "recovery", "lost": verdict.lost, "out_of_order": verdict.out_of_order} | {
            kind: {"median": statistics.median(own), "worst": max(own)}
            for kind in dict.fromkeys(kinds)
            for own in [[silence for other, silence in found if other == kind]]
        }
    finally:
        scene.close()


def _settled(scene: Scene) -> Verdict:
    """The verdict when nothing is missing any more, or after two minutes."""
    deadline = time.monotonic() + 120
    verdict = scene.check()
    while verdict.lost and time.monotonic() < deadline:
        scene.wait(1)
        verdict = scene.check()
    return verdict


def soak(cluster: Cluster, folder: Path, minutes: float, rate: float) -> dict[str, Any]:
    """One worker with the shipped profiles at a steady rate: memory of worker and shards each ten seconds."""
    count = int(minutes * 60 * rate)
    settings = {"profiles": "en=en,fr=fr", "note_deadline_seconds": 20, "batch_deadline_seconds": 30}
    settings |= {"drain_deadline_seconds": 60, "rebalance_timeout_seconds": 120, "shard_recycle_bytes": 1_500_000_000}
    scene = Scene(cluster, folder, seed=1, count=count, rate=rate, settings=settings)
    samples: list[tuple[float, float, float]] = []
    try:
        scene.make_topics()
        scene.make_feed()
        scene.start_members(1, program=[sys.executable, "-m", "workers", "worker"])
        scene.feed.start()
        scene.mark()
        worker = scene.members[0].worker
        ended = time.time() + minutes * 60
        while not scene.feed.finished:
            scene.wait(10)
            samples.append(_sample(worker))
        ended = min(ended, time.time())
        verdict = _settled(scene)
        warm = samples[len(samples) // 4 :]
        return {
            "measure": "soak",
            "minutes": minutes,
            "notes": verdict.inputs,
            "rate": rate,
            "lost": verdict.lost,
            "out_of_order": verdict.out_of_order,
            "duplicated": verdict.duplicated,
            "longest_stall": max(silences(scene.topics, scene.injected_at, ended)),
            "worker_mb": [round(warm[0][1] / 1e6), round(warm[-1][1] / 1e6)],
            "shard_mb": [round(warm[0][2] / 1e6), round(warm[-1][2] / 1e6)],
            "worker_mb_per_1000_notes": _slope([(notes, worker_bytes) for notes, worker_bytes, _ in warm]),
            "shard_mb_per_1000_notes": _slope([(notes, shard_bytes) for notes, _, shard_bytes in warm]),
        }
    finally:
        scene.close()


def _sample(worker: WorkerProcess) -> tuple[float, float, float]:
    """Notes published, resident bytes of the worker's own process and of its shards together."""
    shown = worker.metrics()
    pages = int(Path(f"/proc/{worker.pid}/statm").read_text(encoding="ascii").split()[1])
    return shown["anamnesis_notes_published_total"], pages * 4096.0, shown["anamnesis_shard_resident_bytes"]


def _slope(points: list[tuple[float, float]]) -> float:
    """Least squares, in megabytes a thousand notes."""
    slope, _ = statistics.linear_regression([notes for notes, _ in points], [size for _, size in points])
    return round(slope * 1000 / 1e6, 3)


def main(arguments: list[str]) -> int:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(prog="measure", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("members", "recovery", "soak"))
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=60.0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as brokers, tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(3, Path(brokers), listeners=[LISTENER], settings=CLUSTER_SETTINGS)
        figures = _measured(options, cluster, Path(folder))
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _measured(options: argparse.Namespace, cluster: Cluster, folder: Path) -> dict[str, Any]:
    with cluster:
        if options.what == "members":
            return members(cluster, folder, options.times)
        if options.what == "recovery":
            return recovery(cluster, folder, options.times)
        return soak(cluster, folder, options.minutes, options.rate)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
