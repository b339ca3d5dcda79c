"""Faults of brokers: killed, restarted, paused, too few."""

from __future__ import annotations

from tests.stream.chaos.fault import REFUSED, Fault
from tests.stream.chaos.scene import Scene


class BrokerKill(Fault):
    """SIGKILL of a broker, which is started again (D-8.1, D-8.2, D-9.5)."""

    name = "broker_kill"
    shots = 2
    hold = 6.0
    flow_within = 10.0

    def inject(self, scene: Scene) -> None:
        self._node = scene.chance.choice(scene.cluster.nodes)
        self._node.kill()

    def heal(self, scene: Scene) -> None:
        self._node.start()
        scene.cluster.wait_ready()


class BrokerPause(Fault):
    """SIGSTOP of a broker for longer than its session with the controller (D-8.2)."""

    name = "broker_pause"
    shots = 2
    hold = 8.0

    def inject(self, scene: Scene) -> None:
        self._node = scene.chance.choice(scene.cluster.nodes)
        self._node.pause()

    def heal(self, scene: Scene) -> None:
        self._node.resume()
        scene.wait(4)
        scene.cluster.wait_ready()


class RollingRestart(Fault):
    """Every broker in turn: SIGTERM, start, ready (D-8.2)."""

    name = "rolling_restart"
    shots = 1
    hold = 1.0

    def inject(self, scene: Scene) -> None:
        for node in scene.cluster.nodes:
            node.terminate()
            scene.wait(1)
            node.start()
            scene.cluster.wait_ready()
            scene.wait(2)


class TwoBrokersGone(Fault):
    """Two of three brokers killed: no quorum, no partition takes a record (D-8.1, D-8.2)."""

    name = "two_brokers_gone"
    shots = 1
    hold = 10.0
    codes = frozenset({REFUSED})

    def inject(self, scene: Scene) -> None:
        self._nodes = scene.chance.sample(scene.cluster.nodes, 2)
        for node in self._nodes:
            node.kill()

    def heal(self, scene: Scene) -> None:
        for node in self._nodes:
            node.start()
        scene.cluster.wait_ready()
