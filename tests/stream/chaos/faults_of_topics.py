"""Faults of topics and rights: refused, deleted, late, corrupt, with holes, in every compression and in transactions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from confluent_kafka import TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from tests.stream.chaos.fault import PREFLIGHT, REFUSED, UNREADABLE, Fault, spread
from tests.stream.chaos.scene import PARTITIONS, USER, Scene, SceneError
from tests.stream.judgement import Verdict
from tests.stream.worker import environment


def deny(scene: Scene, topic: str, right: AclOperation) -> None:
    """Take a right on a topic from the workers."""
    allowed = _binding(topic, AclOperation.ALL, AclPermissionType.ALLOW)
    admin = scene.cluster.admin
    for future in admin.create_acls([allowed, _binding(topic, right, AclPermissionType.DENY)]).values():
        future.result()


def permit(scene: Scene, topic: str) -> None:
    """Give everything back."""
    any_of_it = AclBindingFilter(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    admin = scene.cluster.admin
    for future in admin.delete_acls([any_of_it]).values():
        future.result()


def configure(scene: Scene, topic: str, settings: Mapping[str, str]) -> None:
    """Change settings of a topic."""
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in settings.items()
    ]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=entries)
    admin = scene.cluster.admin
    for future in admin.incremental_alter_configs([resource]).values():
        future.result()


def _binding(topic: str, right: AclOperation, permission: AclPermissionType) -> AclBinding:
    return AclBinding(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{USER}", "*", right, permission)


class OutputTooLarge(Fault):
    """Events larger than the output topic takes: rejected, and nothing else (D-8.3)."""

    name = "output_too_large"
    shots = 0
    settings: ClassVar[Mapping[str, Any]] = {"text_echo": "full", "producer_compression": "none"}
    topic_config: ClassVar[Mapping[str, str]] = {"max_message_bytes": "400000"}
    _number = 8

    def before(self, scene: Scene) -> None:
        configure(scene, scene.topics.names[1], {"max.message.bytes": "100000"})

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"hostile": spread(scene, {"LARGE " * 30_000: self._number})}

    def rejections(self, scene: Scene) -> Mapping[str, int]:
        return {"produce_too_large": self._number}


class OutputForbidden(Fault):
    """The right to write events is taken for a while: the worker ends, waits, and goes on (D-8.2, D-9.1)."""

    name = "output_forbidden"
    shots = 1
    hold = 10.0
    codes = frozenset({REFUSED})

    def inject(self, scene: Scene) -> None:
        deny(scene, scene.topics.names[1], AclOperation.WRITE)

    def heal(self, scene: Scene) -> None:
        permit(scene, scene.topics.names[1])


class InputForbidden(Fault):
    """The right to read notes is taken for a while (D-9.1)."""

    name = "input_forbidden"
    shots = 1
    hold = 10.0
    codes = frozenset({REFUSED, PREFLIGHT})

    def inject(self, scene: Scene) -> None:
        deny(scene, scene.topics.names[0], AclOperation.READ)

    def heal(self, scene: Scene) -> None:
        permit(scene, scene.topics.names[0])


class DeadLetterForbidden(OutputForbidden):
    """Nobody may write rejections for a while, and some are due: nothing behind them is acknowledged (D-8.4)."""

    name = "deadletter_forbidden"

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"hostile": spread(scene, {"RAISE an error": 20})}

    def rejections(self, scene: Scene) -> Mapping[str, int]:
        return {"component_error": 20}

    def inject(self, scene: Scene) -> None:
        deny(scene, scene.topics.names[2], AclOperation.WRITE)

    def heal(self, scene: Scene) -> None:
        permit(scene, scene.topics.names[2])


class OutputDeleted(Fault):
    """The output topic is deleted while workers run, before the first note, and made again later (D-8.2, D-9.1)."""

    name = "output_deleted"
    shots = 1
    hold = 10.0
    codes = frozenset({REFUSED})

    def start(self, scene: Scene) -> None:
        super().start(scene)
        scene.cluster.delete_topics(scene.topics.names[1])

    def heal(self, scene: Scene) -> None:
        scene.cluster.create_topics({scene.topics.names[1]: PARTITIONS}, message_timestamp_type="LogAppendTime")


class TopicsLate(Fault):
    """Workers start before the output topic exists (D-9.1)."""

    name = "topics_late"
    shots = 1
    hold = 8.0

    def before(self, scene: Scene) -> None:
        scene.cluster.delete_topics(scene.topics.names[1])

    def start(self, scene: Scene) -> None:
        for _ in range(self.members):
            scene.add_member()

    def heal(self, scene: Scene) -> None:
        scene.cluster.create_topics({scene.topics.names[1]: PARTITIONS}, message_timestamp_type="LogAppendTime")


class RightsLate(Fault):
    """Workers start before they may read the notes (D-9.1)."""

    name = "rights_late"
    shots = 1
    hold = 8.0

    def before(self, scene: Scene) -> None:
        deny(scene, scene.topics.names[0], AclOperation.READ)

    def start(self, scene: Scene) -> None:
        for _ in range(self.members):
            scene.add_member()

    def heal(self, scene: Scene) -> None:
        permit(scene, scene.topics.names[0])


class Compressions(Fault):
    """Batches in every compression at once (D-1.5)."""

    name = "compressions"
    shots = 0

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"compressions": ("none", "gzip", "snappy", "lz4", "zstd")}


class Transactions(Fault):
    """A transactional upstream, a quarter of whose transactions is aborted, and a worker that is killed meanwhile (D-1.1, D-1.2)."""

    name = "transactions"
    shots = 2
    hold = 4.0
    codes = frozenset({-9})

    def feed_options(self, scene: Scene) -> dict[str, Any]:
        return {"transactions": 40}

    def inject(self, scene: Scene) -> None:
        scene.any_member().kill()


class Retention(Fault):
    """Records are deleted from the front while nobody reads, as by retention: those are gone, all others are read (D-1.3)."""

    name = "retention"
    shots = 1
    ledger = True
    hold = 3.0
    codes = frozenset({-9})

    def inject(self, scene: Scene) -> None:
        for member in scene.members:
            member.wanted = False
            member.worker.kill()
            member.codes.append(-9)
        scene.wait(2)
        source = scene.topics.names[0]
        admin = scene.cluster.admin
        self._gone = {
            part: low + (high - low) * 9 // 10 for part, (low, high) in scene.bounds(source).items() if high > low
        }
        places = [TopicPartition(source, part, offset) for part, offset in self._gone.items()]
        for future in admin.delete_records(places).values():
            future.result()

    def heal(self, scene: Scene) -> None:
        for member in scene.members:
            member.join()

    def missing(self, scene: Scene) -> int:
        return sum(self._gone.values())


class Compaction(Fault):
    """A compacted input topic: the cleaner leaves holes in the offsets (D-1.3)."""

    name = "compaction"
    shots = 1
    ledger = True
    hold = 6.0
    codes = frozenset({-9})

    def before(self, scene: Scene) -> None:
        # The input alone: on a compacted output only the last outcome of a key would be left to judge.
        configure(
            scene,
            scene.topics.names[0],
            {
                "cleanup.policy": "compact",
                "segment.ms": "1000",
                "min.cleanable.dirty.ratio": "0.01",
                "max.compaction.lag.ms": "1000",
            },
        )

    def inject(self, scene: Scene) -> None:
        for member in scene.members:
            member.wanted = False
            member.worker.kill()
            member.codes.append(-9)

    def heal(self, scene: Scene) -> None:
        for member in scene.members:
            member.join()


_SOUND, _SPOILT = b'"note_id"', b'"mote_id"'


class CorruptBatch(Fault):
    """A byte of a batch flips on every replica: the worker names the offsets and ends with 74; `offsets skip` passes it (D-1.4)."""

    name = "corrupt_batch"
    shots = 1
    hold = 1.0
    members = 1
    codes = frozenset({UNREADABLE})

    def start(self, scene: Scene) -> None:
        """Later: the batch must be corrupt before it is read."""

    def inject(self, scene: Scene) -> None:
        self._spoil(scene)
        scene.add_member()

    def heal(self, scene: Scene) -> None:
        member = scene.members[0]
        scene.until(lambda: UNREADABLE in member.codes, 120, "the worker ends with 74")
        member.wanted = False
        member.worker.kill()
        self.named = "records cannot be read" in member.worker.log and "offsets skip" in member.worker.log
        shown = self._command(scene, "offsets", "show", "--json")
        self.doctor = "cannot be read" in self._command(scene, "doctor", "--json")
        bad = [(each["partition"], one) for each in json.loads(shown) for one in each["unreadable"]]
        self.skipped = sum(one["last"] - one["first"] + 1 for _, one in bad)
        for partition, one in bad:
            self._command(scene, "offsets", "skip", f"{partition}:{one['last'] + 1}", "--yes")
        member.join()

    def missing(self, scene: Scene) -> int:
        return self.skipped

    def problems(self, scene: Scene, verdict: Verdict) -> list[str]:
        found = [] if self.named else ["the worker does not name the offsets"]
        found += [] if self.doctor else ["doctor does not name the offsets"]
        return found + ([] if self.skipped else ["nothing was skipped"])

    def lost(self, scene: Scene) -> int:
        return self.skipped

    def _spoil(self, scene: Scene) -> None:
        """Spoil the same batch on every replica, one that all have: who follows could not copy a batch that is spoiled before,
        and what is not copied nobody reads.
        """
        source = scene.topics.names[0]
        logs = [min((node.folder / "data").glob(f"{source}-0/*.log")) for node in scene.cluster.nodes]
        contents = [log.read_bytes() for log in logs]
        common = min(map(len, contents))
        at = contents[0].find(_SOUND, common // 2, common)
        if at < 0 or any(not content.startswith(_SOUND, at) for content in contents):
            raise SceneError("no batch to spoil")
        for log in logs:
            with log.open("r+b") as file:
                file.seek(at)
                file.write(_SPOILT)

    def _command(self, scene: Scene, *words: str) -> str:
        chosen = dict(scene.members[0].worker.settings)
        done = subprocess.run(
            [sys.executable, "-m", "workers", *words],
            env=environment(chosen),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout
