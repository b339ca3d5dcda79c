"""A real control plane on loopback, without containers: etcd, API server, controllers, scheduler, simulated nodes, KEDA.

    with ControlPlane(folder) as plane:
        plane.kube.create({...})        # or any client, with plane.kubeconfig
        plane.start_keda()              # where something is to be scaled

Pods are scheduled to nodes that kwok simulates: they become ready at once and run nothing. Everything else is what a
cluster has: validation, admission (Pod Security too), controllers, disruption budgets, autoscaling through KEDA.
Programs end with this process, at the latest.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from deploy.cluster.build import BIN, CRDS, missing
from deploy.cluster.certificates import Certificates
from deploy.cluster.kube import Kube, Object, wait_for
from deploy.cluster.processes import Program, free_ports

# A loaded machine takes its time; an idle one is ready in ten seconds.
_READY_SECONDS = 180.0
_ZONES = ("a", "b")
_KEDA = "keda"
_PROXY_CLIENT = "front-proxy-client"


class NotBuiltError(Exception):
    """Programs are missing: run `python -m deploy.cluster.build` first."""


@dataclass(slots=True)
class ControlPlane:
    """A control plane in `folder`, with so many simulated nodes; use it as a context manager, from the main thread.

    Raises NotBuiltError, RuntimeError where a program ends, TimeoutError where one is not ready.
    """

    folder: Path
    nodes: int = 4
    kubeconfig: Path = field(init=False)
    kube: Kube = field(init=False)
    programs: list[Program] = field(default_factory=list)
    _certificates: Certificates = field(init=False)

    def __enter__(self) -> Self:
        """Start everything and wait until it is ready."""
        _need("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    def stop(self) -> None:
        """Stop every program, the last one started first."""
        while self.programs:
            self.programs.pop().stop()

    def logs(self) -> str:
        """The end of each program's log."""
        return "\n".join(f"--- {program.name}\n{program.tail()}" for program in self.programs)

    def _start(self) -> None:
        self._certificates = Certificates.make(self.folder / "pki")
        for name, common_name in (("server", "127.0.0.1"), ("front-proxy", _PROXY_CLIENT), ("keda", "localhost")):
            self._certificates.sign(name, common_name)
        etcd = self._start_etcd()
        self._start_api_server(etcd)
        self._start_controllers()
        self._start_nodes()
        for path in sorted(CRDS.glob("*.yaml")):
            self.define(path)

    def _run(self, name: str, *arguments: str, **environment: str) -> None:
        # Nothing of the user's own cluster, and no folder of theirs.
        clean = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        command = [str(BIN / name), *arguments]
        self.programs.append(Program.start(command, self.folder, clean | environment))

    def _ready(self, what: str, look: Callable[[], object]) -> None:
        def checked() -> object:
            for program in self.programs:
                program.check()
            return look()

        try:
            wait_for(what, checked, _READY_SECONDS)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.logs()}") from None

    def _start_etcd(self) -> str:
        client, peer = (f"http://127.0.0.1:{port}" for port in free_ports(2))
        self._run(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # A test run may lose its state with the machine.
            "--unsafe-no-fsync=true",
            "--log-level=warn",
        )
        return client

    def _start_api_server(self, etcd: str) -> None:
        [port] = free_ports(1)
        token = secrets.token_urlsafe(24)
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f'{token},admin,admin,"system:masters"\n', encoding="ascii")
        tokens.chmod(0o600)
        pki = self._certificates
        self._run(
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            # Nothing is reached by the Service `kubernetes`, which could not point to loopback.
            "--endpoint-reconciler-type=none",
            "--advertise-address=192.0.2.1",
            f"--tls-cert-file={pki.certificate('server')}",
            f"--tls-private-key-file={pki.key('server')}",
            f"--client-ca-file={pki.certificate('ca')}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki.key('accounts')}",
            f"--service-account-signing-key-file={pki.key('accounts')}",
            "--service-cluster-ip-range=10.96.0.0/16",
            # KEDA's adapter answers for a part of the API and trusts this certificate.
            f"--requestheader-client-ca-file={pki.certificate('ca')}",
            f"--requestheader-allowed-names={_PROXY_CLIENT}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={pki.certificate('front-proxy')}",
            f"--proxy-client-key-file={pki.key('front-proxy')}",
        )
        address = f"https://127.0.0.1:{port}"
        self.kube = Kube(address, token, ssl.create_default_context(cafile=str(pki.certificate("ca"))))
        self.kubeconfig = self.folder / "kubeconfig.yaml"
        self.kubeconfig.write_text(json.dumps(_kubeconfig(address, pki.certificate("ca"), token)), encoding="utf-8")
        self.kubeconfig.chmod(0o600)
        self._ready("the API server", lambda: self.kube.request("GET", "/readyz"))

    def _start_controllers(self) -> None:
        ports = free_ports(2)
        pki = self._certificates
        common = (f"--kubeconfig={self.kubeconfig}", "--bind-address=127.0.0.1", "--leader-elect=false")
        lookup = ("--authentication-skip-lookup=true",)
        self._run(
            "kube-controller-manager",
            *common,
            *lookup,
            f"--secure-port={ports[0]}",
            f"--cert-dir={self.folder / 'controllers'}",
            f"--service-account-private-key-file={pki.key('accounts')}",
            f"--root-ca-file={pki.certificate('ca')}",
        )
        self._run(
            "kube-scheduler", *common, *lookup, f"--secure-port={ports[1]}", f"--cert-dir={self.folder / 'scheduler'}"
        )
        self._ready("the controllers", lambda: self.kube.get("/api/v1/namespaces/default/serviceaccounts/default"))

    def _start_nodes(self) -> None:
        [port] = free_ports(1)
        self._run(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            f"--server-address=127.0.0.1:{port}",
            # Without leases the controllers take the nodes for dead after a minute.
            "--node-lease-duration-seconds=40",
        )
        for number in range(self.nodes):
            self.kube.create(_node(f"node-{number}", _ZONES[number % len(_ZONES)]))
        self._ready("simulated nodes", lambda: len(self._ready_nodes()) == self.nodes)

    def _ready_nodes(self) -> list[Object]:
        nodes = self.kube.items("/api/v1/nodes")
        return [node for node in nodes if condition(node, "Ready")]

    def start_keda(self) -> None:
        """Start KEDA, whose resources are there from the start; returns when its part of the API answers."""
        _need("keda-operator", "keda-adapter")
        self.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _KEDA}})
        certificates = self.folder / "keda-certificates"
        certificates.mkdir()
        for source, name in (("ca", "ca.crt"), ("keda", "tls.crt")):
            (certificates / name).write_bytes(self._certificates.certificate(source).read_bytes())
        (certificates / "tls.key").write_bytes(self._certificates.key("keda").read_bytes())
        metrics, health, service, secure = free_ports(4)
        names = {
            "WATCH_NAMESPACE": "",
            "POD_NAMESPACE": _KEDA,
            "KEDA_CLUSTER_OBJECT_NAMESPACE": _KEDA,
            "KUBECONFIG": str(self.kubeconfig),
        }
        self._run(
            "keda-operator",
            f"--metrics-bind-address=127.0.0.1:{metrics}",
            f"--health-probe-bind-address=127.0.0.1:{health}",
            f"--metrics-service-bind-address=127.0.0.1:{service}",
            f"--cert-dir={certificates}",
            **names,
        )
        self._run(
            "keda-adapter",
            "--bind-address=127.0.0.1",
            f"--secure-port={secure}",
            # Its own metrics, which it can serve on all addresses only; 0 takes a free port.
            "--port=0",
            f"--metrics-service-address=localhost:{service}",
            f"--cert-dir={certificates}",
            f"--tls-cert-file={certificates / 'tls.crt'}",
            f"--tls-private-key-file={certificates / 'tls.key'}",
            f"--lister-kubeconfig={self.kubeconfig}",
            f"--authentication-kubeconfig={self.kubeconfig}",
            f"--authorization-kubeconfig={self.kubeconfig}",
            **names,
        )
        for manifest in _external_metrics(secure):
            self.kube.create(manifest, _KEDA)
        self._ready("KEDA's external metrics", lambda: self.kube.get("/apis/external.metrics.k8s.io/v1beta1"))

    def define(self, path: Path) -> None:
        """Make the custom resource of a definition's file; returns when it is served."""
        for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if not manifest:
                continue
            self.kube.create(manifest)
            self._ready(path.name, partial(self._is_served, self.kube.path_of(manifest, "")))

    def _is_served(self, path: str) -> bool:
        definition = self.kube.get(path)
        if not condition(definition, "Established"):
            return False
        spec = definition["spec"]
        versions = [f"{spec['group']}/{version['name']}" for version in spec["versions"] if version["served"]]
        return all(self.kube.knows(version, spec["names"]["kind"]) for version in versions)


def _need(*programs: str) -> None:
    if absent := [name for name in missing() if name in programs]:
        raise NotBuiltError(f"not built: {', '.join(absent)}; run python -m deploy.cluster.build")


def condition(found: Object, name: str) -> bool:
    """Does the object say that this condition holds?"""
    conditions = (found.get("status") or {}).get("conditions") or []
    return any(each["type"] == name and each["status"] == "True" for each in conditions)


def _node(name: str, zone: str) -> Object:
    size = {"cpu": "32", "memory": "64Gi", "pods": "110"}
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone, "kubernetes.io/os": "linux"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"allocatable": size, "capacity": size},
    }


def _external_metrics(port: int) -> list[Object]:
    """KEDA's part of the API, led to loopback by a Service that is only another name for it."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "keda-metrics-apiserver"},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]},
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.external.metrics.k8s.io"},
            "spec": {
                "group": "external.metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "service": {"name": "keda-metrics-apiserver", "namespace": _KEDA, "port": port},
                "insecureSkipTLSVerify": True,
            },
        },
    ]


def _kubeconfig(address: str, authority: Path, token: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {"server": address, "certificate-authority": str(authority)}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
        "current-context": "here",
    }


def main() -> None:
    """Run one until Ctrl-C, for a look by hand: `python -m deploy.cluster.control_plane FOLDER`."""
    import signal
    import sys

    if len(sys.argv) != 2:
        sys.exit("usage: python -m deploy.cluster.control_plane FOLDER")
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True)
    with contextlib.suppress(KeyboardInterrupt), ControlPlane(folder) as plane:
        plane.start_keda()
        sys.stdout.write(f"export KUBECONFIG={plane.kubeconfig}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
