"""What the stream costs: one shard on a single-node Kafka against bare `nlp.pipe`, same texts in the same order.

    make bench
    python -m tests.benchmarks.throughput --notes 1000 --runs 5 [--profile en] [--json]

Each run measures both, one after the other. The first notes of each are left out, so that neither start nor warm-up
counts. Input is produced before; a rate is notes over the time from the first to the last outcome that counts, by the
broker's own timestamps. It asserts nothing: on a loaded machine look at the CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from tests.stream.kafka import Cluster, Given
from tests.stream.notes import notes, send
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess

_LEFT_OUT = 100
_TICKS = os.sysconf("SC_CLK_TCK")
# As a user of spaCy would: load, warm up, pipe; times of the texts that count.
_BARE = """
import json, sys, time, pipeline
nlp = pipeline.load(sys.argv[1])
pipeline.warm_up(nlp)
texts = json.load(sys.stdin)
left_out = int(sys.argv[2])
for number, doc in enumerate(nlp.pipe(texts, batch_size=32), 1):
    if number == left_out:
        started, cpu = time.perf_counter(), time.process_time()
print(json.dumps([time.perf_counter() - started, time.process_time() - cpu]))
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """Notes a second, and CPU seconds a note by process."""

    rate: float
    cpu: dict[str, float]


def bare(profile: str, texts: list[str]) -> Measure:
    """`nlp.pipe` alone, in a process of its own."""
    command = [sys.executable, "-c", _BARE, profile, str(_LEFT_OUT)]
    done = subprocess.run(command, input=json.dumps(texts).encode(), capture_output=True, check=True)
    seconds, cpu = json.loads(done.stdout)
    counted = len(texts) - _LEFT_OUT
    return Measure(counted / seconds, {"nlp.pipe": cpu / counted})


def stream(kafka: Cluster | Given, profile: str, language: str, source: str, count: int, folder: Path) -> Measure:
    """One worker with one shard, from a topic that is full to an empty one."""
    topics = Topics.make(kafka, partitions=1)
    settings = topics.settings | {"input_topic": source, "profiles": f"{language}={profile}", "shards": 1}
    reader = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "bench", "log_level": 0})
    reader.assign([TopicPartition(topics.names[1], 0, 0)])
    times: list[int] = []
    before: dict[str, float] = {}
    with WorkerProcess(folder / uuid.uuid4().hex, settings | {"log_level": "warning"}) as worker:
        # The reader looks seldom: what it takes from the cores is not the worker's.
        while len(times) < count:
            found = reader.consume(count, timeout=0.5)
            times += [message.timestamp()[1] for message in found if message.error() is None]
            if not before and len(times) >= _LEFT_OUT:
                before, first = _cpu(worker, kafka), len(times)
            if not worker.running:
                raise RuntimeError(worker.log)
        after = _cpu(worker, kafka)
        worker.stop()
    reader.close()
    counted = len(times) - first
    seconds = (times[-1] - times[_LEFT_OUT - 1]) / 1000
    used = {name: (after[name] - before.get(name, 0.0)) / counted for name in after}
    return Measure((len(times) - _LEFT_OUT) / seconds, used)


def _cpu(worker: WorkerProcess, kafka: Cluster | Given) -> dict[str, float]:
    """CPU seconds so far of every process that takes part."""
    found = {"worker": _seconds(worker.pid)}
    for number, shard in enumerate(worker.shards()):
        found[f"shard {number}"] = _seconds(shard)
    for node in getattr(kafka, "nodes", ()):
        found[f"broker {node.number}"] = _seconds(node.pid)
    return found


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="throughput", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", default="en")
    parser.add_argument("--language", default="en")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    made = [note for note in notes(options.notes * 2) if note["language"] == options.language][: options.notes]
    texts = [note["text"] for note in made]
    pairs: list[tuple[Measure, Measure]] = []
    with tempfile.TemporaryDirectory(prefix="anamnesis-bench-") as name, _broker(Path(name)) as kafka:
        source = Topics.make(kafka, partitions=1)
        send(kafka.bootstrap_servers, source.names[0], made)
        for run in range(options.runs):
            alone = bare(options.profile, texts)
            flow = stream(kafka, options.profile, options.language, source.names[0], len(made), Path(name))
            pairs.append((alone, flow))
            ratio = flow.rate / alone.rate
            _say(f"run {run + 1}: nlp.pipe {alone.rate:.1f} notes/s, worker {flow.rate:.1f} notes/s, ratio {ratio:.3f}")
    result = _summary(pairs, texts)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return 0
    for line in _lines(result):
        sys.stdout.write(line + "\n")
    return 0


def _broker(folder: Path) -> Any:
    given = os.environ.get("ANAMNESIS_TEST_KAFKA")
    return _Given(given) if given else Cluster(1, folder / "kafka")


class _Given(Given):
    def __enter__(self) -> Given:
        return self

    def __exit__(self, *_: object) -> None:
        return


def _summary(pairs: list[tuple[Measure, Measure]], texts: list[str]) -> dict[str, Any]:
    names = [name for each in pairs[0] for name in each.cpu]
    cpu = {name: statistics.median((pair[0].cpu | pair[1].cpu)[name] for pair in pairs) for name in names}
    return {
        "notes": len(texts),
        "characters_a_note": round(statistics.mean(map(len, texts))),
        "nlp_pipe_notes_per_second": statistics.median(alone.rate for alone, _ in pairs),
        "worker_notes_per_second": statistics.median(flow.rate for _, flow in pairs),
        "ratio": statistics.median(flow.rate / alone.rate for alone, flow in pairs),
        "cpu_seconds_a_note": cpu,
        "load_average": os.getloadavg()[0],
        "cores": len(os.sched_getaffinity(0)),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"{name.replace('_', ' '):>26}  {value}" for name, value in result.items() if name != "cpu_seconds_a_note"]
    lines += [
        f"{'CPU ms a note, ' + name:>26}  {1000 * value:.2f}" for name, value in result["cpu_seconds_a_note"].items()
    ]
    return lines


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
