"""Faults of the machine: no room for files, a clock that jumps; and two versions of the worker at once."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.stream import odd_worker
from tests.stream.chaos.fault import REFUSED, SIGKILLED, WATCHDOG, Fault
from tests.stream.chaos.scene import Scene, SceneError
from tests.stream.judgement import Verdict

_FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)


class NoRoom(Fault):
    """No file may grow beyond some kilobytes: journal and log are refused while notes flow (D-6.4)."""

    name = "no_room"
    shots = 2
    hold = 4.0
    codes = frozenset({SIGKILLED})
    _bytes = 16_384

    def start(self, scene: Scene) -> None:
        limited = [
            sys.executable,
            "-c",
            "import os, resource, sys; "
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({self._bytes}, {self._bytes})); "
            "os.execv(sys.argv[1], sys.argv[1:])",
        ]
        scene.start_members(self.members, program=[*limited, *odd_worker.program()])

    def inject(self, scene: Scene) -> None:
        scene.any_member().kill()

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        told = any("journal cannot be written" in member.worker.log for member in scene.members)
        full = any(
            path.stat().st_size >= self._bytes - 64
            for member in scene.members
            for path in member.worker.folder.glob("*.journal")
        )
        return [] if told or full else ["the limit was never met"]


class ClockSteps(Fault):
    """The workers' clock jumps an hour forward and two back (libfaketime, on the workers alone) (D-9.4)."""

    name = "clock_steps"
    shots = 4
    hold = 2.0
    codes = frozenset({WATCHDOG, REFUSED})
    _steps: ClassVar[Sequence[str]] = ("+3600", "-3600", "+86400", "+0")

    def start(self, scene: Scene) -> None:
        library = next((path for path in _FAKETIME if Path(path).exists()), None)
        if library is None:
            raise SceneError("libfaketime is not installed (Debian package libfaketime)")
        self._file = scene.folder / "clock"
        self._set("+0")
        changed = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        program = [shutil.which("env") or "env", *(f"{name}={value}" for name, value in changed.items())]
        scene.start_members(self.members, program=[*program, *odd_worker.program()])
        self._shot = 0

    def inject(self, scene: Scene) -> None:
        self._set(self._steps[self._shot % len(self._steps)])
        self._shot += 1

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        hours = {
            json.loads(line)["timestamp"][:13]
            for member in scene.members
            for line in member.worker.log.splitlines()
            if line.startswith("{")
        }
        return [] if len(hours) > 1 else ["no clock jumped"]

    def _set(self, step: str) -> None:
        self._file.write_text(f"{step}s\n", encoding="ascii")


class TwoVersions(Fault):
    """A rolling deployment: two configurations with different fingerprints work at once (D-8.5, D-8.6)."""

    name = "two_versions"
    shots = 2
    hold = 6.0
    codes = frozenset({SIGKILLED})
    versions = True

    def start(self, scene: Scene) -> None:
        scene.add_member(text_echo="entities")
        scene.add_member(text_echo="none")
        for member in scene.members:
            member.worker.wait_ready()

    def inject(self, scene: Scene) -> None:
        # The other version reads again what this one had not committed.
        scene.any_member().kill()

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        seen = {event["pipeline"]["fingerprint"] for event in scene.events()}
        return [] if len(seen) >= 2 else ["only one version has published"]
