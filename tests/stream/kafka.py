"""Apache Kafka for tests: one node or three on loopback, each of which can be killed, paused and started again.

    with Cluster(3, folder) as kafka:
        kafka.create_topics({"notes": 12})
        kafka.nodes[1].kill()

KRaft in combined mode, replication 3 and min in-sync 2 with three nodes. Nodes are children of the thread that starts
them and die with it (PR_SET_PDEATHSIG): start them from the main thread.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import random
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, NewTopic

from tests.stream import kafka_jars

# Where no outgoing connection gets its port from, so that a node that was killed finds its port free again.
_PORTS = range(20_000, 30_000)
_READY_SECONDS = 150.0
_JAVA = ["-Xmx96m", "-Xms96m", "-Xss256k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
_LOGGING = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dlog4j2.disable.jmx=true"]
_PR_SET_PDEATHSIG = 1

# Small logs, quick elections, no waiting for members that may still come.
_SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "delete.topic.enable": "true",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "num.replica.fetchers": "1",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "log.index.size.max.bytes": "1048576",
    "log.retention.check.interval.ms": "1000",
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.num.partitions": "3",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # A node that a busy machine keeps from its controller for a minute would end of itself.
    "initial.broker.registration.timeout.ms": "240000",
    "replica.lag.time.max.ms": "5000",
}


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    found: list[int] = []
    chosen = random.SystemRandom()
    while len(found) < count:
        port = chosen.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


@dataclass(slots=True)
class Node:
    """One node of a cluster, broker and controller in one."""

    number: int
    folder: Path
    ports: Mapping[str, int]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
        command = ["java", *_JAVA, *_LOGGING, "-cp", kafka_jars.class_path(), "kafka.Kafka"]
        with (self.folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(self.folder / "node.properties")],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    def kill(self) -> None:
        """SIGKILL; what the operating system holds of its log stays."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM: it gives its partitions away. Only while the others make a quorum."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """SIGSTOP: it is there and does not answer."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        """Its process id. Raises RuntimeError while it does not run."""
        if self._process is None:
            raise RuntimeError(f"node {self.number} does not run")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Is the process there?"""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "node.log").read_text(encoding="utf-8", errors="replace")

    def _signal(self, number: int) -> None:
        if self._process is not None and self.running:
            self._process.send_signal(number)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        self._signal(number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@dataclass(slots=True)
class Cluster:
    """A cluster of `size` nodes in `folder`; use it as a context manager. Raises kafka_jars.KafkaUnavailableError.

    `listeners` are further listeners by name (SASL_SSL, SSL), with a port each; `settings` overrule the defaults.
    """

    size: int
    folder: Path
    listeners: Iterable[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    managed: bool = True

    def __enter__(self) -> Self:
        """Start all nodes at once and wait until they are ready."""
        names = ["PLAINTEXT", "CONTROLLER", *self.listeners]
        ports = free_ports(self.size * len(names))
        for number in range(1, self.size + 1):
            own = {name: ports.pop() for name in names}
            self.nodes.append(Node(number, self.folder / f"node-{number}", own))
        cluster_id = _random_id()
        for node in self.nodes:
            self._write(node, cluster_id)
        try:
            for node in self.nodes:
                node.start()
            self.wait_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill all nodes: on SIGTERM the last one would wait for a quorum."""
        for node in self.nodes:
            node.kill()

    @property
    def bootstrap_servers(self) -> str:
        """Addresses of the PLAINTEXT listeners."""
        return self.addresses("PLAINTEXT")

    def addresses(self, listener: str) -> str:
        """Addresses of a listener, separated by commas."""
        return ",".join(f"127.0.0.1:{node.ports[listener]}" for node in self.nodes)

    @property
    def admin(self) -> AdminClient:
        """A new client for administration: an older one may wait for a controller that is dead. Keep it in a variable
        until its futures are done.
        """
        return AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})

    def wait_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Return when all running nodes are in the cluster and every partition has a leader. Raises TimeoutError."""
        wanted = {node.number for node in self.nodes if node.running}
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            dead = [node for node in self.nodes if node.number in wanted and not node.running]
            if dead:
                raise RuntimeError(f"Kafka node {dead[0].number} ended: {dead[0].log[-2000:]}")
            with contextlib.suppress(KafkaException):
                cluster = self.admin.list_topics(timeout=2)
                if set(cluster.brokers) == wanted and cluster.controller_id in wanted and _led(cluster):
                    return
            time.sleep(0.1)
        logs = "\n".join(node.log[-1000:] for node in self.nodes)
        raise TimeoutError(f"Kafka was not ready within {seconds:g} s: {logs}")

    def create_topics(self, topics: Mapping[str, int], **config: str) -> None:
        """Make topics (name to partitions), replicated as the cluster allows; returns when all have leaders."""
        _create(self.admin, topics, min(3, self.size), config)

    def delete_topics(self, *topics: str) -> None:
        """Delete topics."""
        _delete(self.admin, topics)

    def _write(self, node: Node, cluster_id: str) -> None:
        data = node.folder / "data"
        data.mkdir(parents=True)
        # By hand, which spares a run of the format tool.
        meta = {"version": "1", "cluster.id": cluster_id, "node.id": node.number, "directory.id": _random_id()}
        (data / "meta.properties").write_text(_properties(meta), encoding="ascii")
        replicas, least = (3, 2) if self.size >= 3 else (1, 1)
        voters = ",".join(f"{each.number}@127.0.0.1:{each.ports['CONTROLLER']}" for each in self.nodes)
        addresses = [f"{name}://127.0.0.1:{port}" for name, port in node.ports.items()]
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | {name: name for name in self.listeners}
        settings: dict[str, Any] = {
            **_SETTINGS,
            "node.id": node.number,
            "controller.quorum.voters": voters,
            "listeners": ",".join(addresses),
            "advertised.listeners": ",".join(each for each in addresses if not each.startswith("CONTROLLER")),
            "listener.security.protocol.map": ",".join(f"{name}:{each}" for name, each in protocols.items()),
            "log.dirs": data,
            "default.replication.factor": replicas,
            "min.insync.replicas": least,
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": least,
            **self.settings,
        }
        (node.folder / "node.properties").write_text(_properties(settings), encoding="utf-8")


@dataclass(slots=True)
class Given:
    """A broker that somebody else runs, named by ANAMNESIS_TEST_KAFKA: topics can be made, nodes cannot be killed."""

    bootstrap_servers: str
    managed: bool = False

    @property
    def admin(self) -> AdminClient:
        """A client for administration."""
        return AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})

    def create_topics(self, topics: Mapping[str, int], **config: str) -> None:
        """Make topics with the broker's own replication; returns when all have leaders."""
        _create(self.admin, topics, -1, config)

    def delete_topics(self, *topics: str) -> None:
        """Delete topics."""
        _delete(self.admin, topics)


def _create(admin: AdminClient, topics: Mapping[str, int], replicas: int, config: Mapping[str, str]) -> None:
    # Configuration as Kafka spells it: `max_message_bytes` is max.message.bytes.
    spelt = {name.replace("_", "."): value for name, value in config.items()}
    new = [NewTopic(name, partitions, replicas, config=spelt) for name, partitions in topics.items()]
    for future in admin.create_topics(new).values():
        future.result()
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        cluster = admin.list_topics(timeout=10)
        if set(topics) <= set(cluster.topics) and _led(cluster):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no leaders for {', '.join(topics)}")


def _delete(admin: AdminClient, topics: Iterable[str]) -> None:
    for future in admin.delete_topics(list(topics)).values():
        future.result()


def _led(cluster: ClusterMetadata) -> bool:
    return all(part.leader >= 0 for topic in cluster.topics.values() for part in topic.partitions.values())


def _properties(values: Mapping[str, Any]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _random_id() -> str:
    """Kafka's way of writing a UUID."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")


# Loaded before any fork: a child of a process with threads must not load anything.
_LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """For `preexec_fn`: the process ends with the thread that made it."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
