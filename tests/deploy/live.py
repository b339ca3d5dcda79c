"""A real Prometheus and real workers, as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.conftest import run, tool
from tests.deploy.rules import RULES
from tests.stream.kafka import free_ports

DAY = 86_400


def wait_for(what: str, ready: Callable[[], Any], seconds: float = 240.0) -> Any:
    """The first true answer; fails with `what` where there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ready():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def get(address: str) -> tuple[int, str]:
    """Status and body; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (loopback)
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@dataclass(slots=True)
class Worker:
    """A worker with its own settings, as its user starts it."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=lambda: free_ports(1)[0])
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it is ready."""
        self.folder.mkdir(exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANAMNESIS_")}
        own = {
            "ANAMNESIS_HTTP_PORT": str(self.port),
            "ANAMNESIS_HTTP_HOST": "127.0.0.1",
            "ANAMNESIS_STATE_DIR": str(self.folder / "state"),
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "worker"],
                env=inherited | self.environment | own,
                stdout=log,
                stderr=log,
            )
        wait_for(f"worker ready: {self.log[-500:]}", self.ready)

    def ready(self) -> bool:
        """Does it say that it is? Fails where it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.log[-2000:]
        return get(f"http://127.0.0.1:{self.port}/readyz")[0] == 200

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def shards(self) -> list[int]:
        """The process ids of its shards: children of its forkserver."""
        assert self.process is not None
        children = _children()
        servers = children.get(self.process.pid, [])
        return [shard for server in servers for shard in children.get(server, [])]

    @property
    def log(self) -> str:
        """What it wrote."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def scrape(self) -> str:
        """What /metrics says."""
        return get(f"http://127.0.0.1:{self.port}/metrics")[1]

    def metrics(self) -> dict[str, float]:
        """Its samples by name and labels."""
        pairs = [line.rsplit(" ", 1) for line in self.scrape().splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, value in pairs}

    def total(self, name: str) -> float:
        """The sum of a family's samples."""
        return sum(value for sample, value in self.metrics().items() if sample.split("{")[0] == f"anamnesis_{name}")


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        found.setdefault(parent, []).append(int(entry.parent.name))
    return found


@dataclass(slots=True)
class Prometheus:
    """Prometheus with our rules, scraping `ports` every second."""

    folder: Path
    ports: list[int]
    port: int = field(default_factory=lambda: free_ports(1)[0])
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it answers."""
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [
                {
                    "job_name": "anamnesis",
                    "static_configs": [
                        {
                            "targets": [f"127.0.0.1:{port}" for port in self.ports],
                            "labels": {"namespace": "here", "cluster": "test"},
                        }
                    ],
                }
            ],
        }
        self.folder.mkdir(exist_ok=True)
        path = self.folder / "prometheus.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    tool("prometheus"),
                    f"--config.file={path}",
                    f"--storage.tsdb.path={self.folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=log,
            )
        wait_for("Prometheus ready", lambda: get(f"http://127.0.0.1:{self.port}/-/ready")[0] == 200)

    def stop(self) -> None:
        """End it; its data stays."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def api(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its HTTP API. Fails with what it says where it refuses."""
        status, body = get(f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        assert status == 200, f"{parameters}: {body}"
        return json.loads(body)["data"]

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Series and values now."""
        result = self.api("query", query=expression)["result"]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def remember_as_yesterday(self) -> None:
        """Write what was scraped in the last ten minutes once more, a day earlier, while it is stopped."""
        result = self.api("query", query='{__name__=~"anamnesis_.+"}[10m]')["result"]
        self.stop()
        lines = []
        for each in sorted(result, key=lambda series: series["metric"]["__name__"]):
            name = each["metric"].pop("__name__")
            labels = ",".join(f'{label}="{value}"' for label, value in each["metric"].items())
            lines += [f"{name}{{{labels}}} {value} {at - DAY:.3f}" for at, value in each["values"]]
        text = self.folder / "yesterday.txt"
        text.write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
        run(tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, self.folder / "data")
        self.start()


@contextmanager
def stopped_at_the_end(*parts: Worker | Prometheus) -> Iterator[None]:
    """Whatever happens, no process of these stays."""
    try:
        yield
    finally:
        for part in parts:
            if part.process is not None and part.process.poll() is None:
                part.process.kill()
                part.process.wait()
