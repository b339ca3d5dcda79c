"""Faults of workers and shards: killed, stopped, frozen, coming and going; and notes that bring them down."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.stream.chaos.fault import REFUSED, SIGKILLED, SIGTERMED, WATCHDOG, Fault, spread
from tests.stream.chaos.scene import Member, Scene
from tests.stream.judgement import Verdict


class WorkerKill(Fault):
    """SIGKILL of a worker, which is started again at once (D-2.1, D-8.6, D-9.5)."""

    name = "worker_kill"
    hold = 4.0
    codes = frozenset({SIGKILLED})
    flow_within = 11.0

    def inject(self, scene: Scene) -> None:
        scene.any_member().kill()


class WorkerTerm(Fault):
    """SIGTERM of a worker: it finishes, leaves, and is started again (D-7.1, D-7.2)."""

    name = "worker_term"
    hold = 4.0
    codes = frozenset({SIGTERMED})

    def inject(self, scene: Scene) -> None:
        self._member = scene.any_member()
        self._code = self._member.leave()
        self._member.codes.append(self._code)

    def heal(self, scene: Scene) -> None:
        self._member.join()

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        # Only what a drain had to abandon at its deadline may come twice.
        abandoned = any("drain deadline passed" in member.worker.log for member in scene.members)
        return [f"{verdict.duplicated} duplicates after orderly ends"] if verdict.duplicated and not abandoned else []


class ShardKill(Fault):
    """SIGKILL of a shard (D-4.2, D-4.3, D-5.4)."""

    name = "shard_kill"
    shots = 6
    hold = 1.0
    sign: ClassVar[signal.Signals] = signal.SIGKILL
    flow_within = 1.0

    def inject(self, scene: Scene) -> None:
        shards = scene.any_member().worker.shards()
        if shards:
            os.kill(scene.chance.choice(shards), self.sign)


class ShardStop(ShardKill):
    """SIGSTOP of a shard, for good: it must be replaced at the note's deadline (D-5.4, D-4.3)."""

    name = "shard_stop"
    shots = 3
    hold = 3.0
    sign = signal.SIGSTOP
    flow_within = 4.0


class WorkerFreeze(Fault):
    """SIGSTOP of a worker for longer than its session, then SIGCONT: it must publish nothing more (D-7.4)."""

    name = "worker_freeze"
    shots = 2
    hold = 10.0
    codes = frozenset({WATCHDOG, REFUSED})

    def inject(self, scene: Scene) -> None:
        self._member = scene.any_member()
        self._member.worker.signal(signal.SIGSTOP)

    def heal(self, scene: Scene) -> None:
        self._member.worker.signal(signal.SIGCONT)


class ShortFreeze(WorkerFreeze):
    """SIGSTOP of a worker for less than its session: it goes on as if nothing had been (D-7.4)."""

    name = "worker_freeze_short"
    shots = 4
    hold = 2.0
    codes = frozenset()

    def heal(self, scene: Scene) -> None:
        super().heal(scene)
        scene.wait(1.0)  # or two freezes of one worker would be one that is longer than its session allows


class MembersToggle(Fault):
    """A further member that joins and leaves every few seconds (D-2.2, D-2.3, D-7.1, D-7.2)."""

    name = "members_toggle"
    shots = 4
    hold = 5.0
    members = 1

    def inject(self, scene: Scene) -> None:
        if len(scene.members) == 1:
            scene.add_member()
        else:
            scene.members[1].join()
        scene.members[1].worker.wait_ready()

    def heal(self, scene: Scene) -> None:
        scene.members[1].codes.append(scene.members[1].leave())


class Poison(Fault):
    """Notes that raise, crash the interpreter, allocate without end, hang and spin (D-4.4, D-5.1, D-5.2, D-5.5)."""

    name = "poison"
    shots = 0
    settings: ClassVar[Mapping[str, Any]] = {
        "shard_memory_bytes": 1_200_000_000,
        "shard_recycle_bytes": 1_000_000_000,
        # Long enough to fill the memory on a busy machine.
        "note_deadline_seconds": 6,
        "batch_deadline_seconds": 7,
    }
    _words: ClassVar[Mapping[str, int]] = {
        "RAISE an error": 5,
        "DIE at once": 4,
        "EAT all": 3,
        "GROW without end": 3,
        "HANG on": 3,
        "SPIN on": 2,
    }

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"hostile": spread(scene, self._words)}

    def rejections(self, scene: Scene) -> Mapping[str, int]:
        words = self._words
        raised = words["RAISE an error"] + words["EAT all"] + words["GROW without end"]
        return {
            "component_error": raised,
            "crash": words["DIE at once"],
            "timeout": words["HANG on"] + words["SPIN on"],
        }


class KillerNote(Fault):
    """A note that kills the whole worker, with two workers: one rejection after `max_attempts` deaths in all (D-6.1, D-6.2)."""

    name = "killer_note"
    shots = 0
    codes = frozenset({SIGKILLED})
    patience = 240.0

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"hostile": spread(scene, {"KILL the worker": 1}, since=0.3, till=0.6)}

    def rejections(self, scene: Scene) -> Mapping[str, int]:
        return {"crash": 1}

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        deaths = sum(member.codes.count(SIGKILLED) for member in scene.members)
        return [] if deaths == 3 else [f"{deaths} deaths of workers instead of 3"]


class SlowPipeline(Fault):
    """Notes so slow that the window stays full for longer than the poll interval (D-3.2, D-3.3)."""

    name = "slow_pipeline"
    shots = 0
    patience = 240.0
    settings: ClassVar[Mapping[str, Any]] = {
        "max_poll_interval_seconds": 16,
        "window_notes": 32,
        "expected_note_seconds": 0.006,
    }

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        # All of one key, so that one shard reads them one after another.
        return {"hostile": dict.fromkeys(range(scene.count // 3, scene.count // 3 + 40), "SLOW 1.5"), "keys": 1}


class DebugSignals(Fault):
    """SIGUSR1 and SIGUSR2, which would dump local variables and open a debugger (D-9.3)."""

    name = "debug_signals"
    hold = 0.5

    def inject(self, scene: Scene) -> None:
        member: Member = scene.any_member()
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            member.worker.signal(number)
