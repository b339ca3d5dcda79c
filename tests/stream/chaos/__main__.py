"""The command behind `make chaos`."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException

from tests.stream.chaos.catalogue import FAULTS
from tests.stream.chaos.run import append, run
from tests.stream.chaos.scene import CLUSTER_SETTINGS, LISTENER, SceneError
from tests.stream.kafka import Cluster

RESULTS = Path(__file__).parents[1] / "results.jsonl"


def main(arguments: list[str]) -> int:
    """Run faults in rotation; 0 where every verdict is "holds"."""
    parser = argparse.ArgumentParser(prog="chaos", description=(__doc__ or "").strip())
    parser.add_argument("--minutes", type=float, default=0.0, help="go round until then; 0: each fault once")
    parser.add_argument("--seeds", default="1", help="seeds, separated by commas")
    parser.add_argument("--only", default="", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--notes", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=400.0, help="notes a second")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--keep", type=Path, help="keep the logs of workers here")
    options = parser.parse_args(arguments)
    names = options.only.split(",") if options.only else list(FAULTS)
    deadline = time.monotonic() + options.minutes * 60
    broken = 0
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        brokers = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(Cluster(3, brokers, listeners=[LISTENER], settings=CLUSTER_SETTINGS))
        for number in itertools.count():
            for seed in options.seeds.split(","):
                for name in names:
                    if options.minutes and time.monotonic() > deadline:
                        return _end(broken)
                    place = folder / f"{name}-{seed}-{number}"
                    place.mkdir(parents=True)
                    chosen = {"seed": int(seed) + number, "count": options.notes, "rate": options.rate}
                    try:
                        line = run(FAULTS[name](), cluster, place, **chosen)
                    except (SceneError, KafkaException, subprocess.TimeoutExpired, OSError, RuntimeError) as error:
                        # A run that could not be made is no result, and no success.
                        sys.stdout.write(f"{name:<22} seed {seed}  could not be run: {type(error).__name__} {error}\n")
                        broken += 1
                        continue
                    append(options.results, line)
                    sys.stdout.write(_told(line))
                    sys.stdout.flush()
                    broken += line["verdict"] != "holds"
            if not options.minutes:
                return _end(broken)
    return 1


def _told(line: dict[str, Any]) -> str:
    figures = " ".join(
        f"{name}={line[name]}"
        for name in ("notes", "lost", "duplicated", "out_of_order", "rejected", "longest_silence_seconds", "exit_codes")
    )
    problems = f"  {'; '.join(line['problems'])}" if line["problems"] else ""
    return f"{line['fault']:<22} seed {line['seed']}  {line['verdict']:<6}  {figures}  {line['seconds']} s{problems}\n"


def _end(broken: int) -> int:
    sys.stdout.write(f"verdict: {'holds' if not broken else f'broken in {broken} runs'}\n")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
