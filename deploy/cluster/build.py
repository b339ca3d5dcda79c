"""Build the programs of a control plane from their published Go modules, once, into `.cache/cluster/`:

    python -m deploy.cluster.build

etcd, the API server with its controllers and scheduler, kwok for simulated nodes, KEDA's operator and adapter, and
KEDA's definitions of resources. It takes about half an hour on two cores, and no container engine. What is there for
the same go.mod and go.sum stays.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_MODULES = Path(__file__).parent / "go"
CACHE = Path(__file__).parents[2] / ".cache" / "cluster"
BIN = CACHE / "bin"
CRDS = CACHE / "crds"

KUBERNETES = "1.34.2"
_VERSION = "k8s.io/component-base/version"
_KEDA = "github.com/kedacore/keda/v2"


class BuildError(Exception):
    """A program cannot be built; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its file name, the folder of its module here, its package, and what the linker sets in it."""

    name: str
    module: str
    package: str
    settings: tuple[str, ...] = ()

    @property
    def flags(self) -> str:
        """Flags for the linker."""
        return " ".join(("-s", "-w", *(f"-X {setting}" for setting in self.settings)))

    def stamp(self) -> str:
        """Changes whenever the program would."""
        sources = (_MODULES / self.module / name for name in ("go.mod", "go.sum"))
        parts = (*(path.read_bytes() for path in sources), self.package.encode(), self.flags.encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


# Charts and clients ask the API server for its version, which the sources do not hold.
_KUBERNETES_SETTINGS = (
    f"{_VERSION}.gitVersion=v{KUBERNETES}",
    f"{_VERSION}.gitMajor={KUBERNETES.split('.')[0]}",
    f"{_VERSION}.gitMinor={KUBERNETES.split('.')[1]}",
)
PROGRAMS = (
    Program("etcd", "etcd", "go.etcd.io/etcd/server/v3"),
    *(
        Program(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", _KUBERNETES_SETTINGS)
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    ),
    Program("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok"),
    Program("keda-operator", "keda", f"{_KEDA}/cmd/operator"),
    Program("keda-adapter", "keda", f"{_KEDA}/cmd/adapter"),
)


def build() -> None:
    """Build what is missing or older than its module. Raises BuildError."""
    BIN.mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        if not _is_current(program):
            _build(program)
    _copy_definitions()


def missing() -> list[str]:
    """Programs that `build` would build."""
    return [program.name for program in PROGRAMS if not _is_current(program)]


def _is_current(program: Program) -> bool:
    stamp = BIN / f"{program.name}.stamp"
    return (BIN / program.name).exists() and stamp.exists() and stamp.read_text() == program.stamp()


def _build(program: Program) -> None:
    started = time.monotonic()
    sys.stderr.write(f"building {program.name} ...\n")
    beside = BIN / f"{program.name}.part"
    _go(program.module, "build", "-trimpath", "-ldflags", program.flags, "-o", str(beside), program.package)
    beside.replace(BIN / program.name)
    (BIN / f"{program.name}.stamp").write_text(program.stamp(), encoding="ascii")
    sys.stderr.write(f"built {program.name} in {time.monotonic() - started:.0f} s\n")


def _copy_definitions() -> None:
    folder = Path(_go("keda", "list", "-m", "-f", "{{.Dir}}", _KEDA).strip()) / "config" / "crd" / "bases"
    CRDS.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.yaml"):
        (CRDS / path.name).write_bytes(path.read_bytes())


def _go(module: str, *arguments: str) -> str:
    go = shutil.which("go")
    if go is None:
        raise BuildError("no Go on this machine: install Go 1.24 or later")
    done = subprocess.run(  # noqa: S603 (Go, with arguments of ours)
        [go, *arguments],
        cwd=_MODULES / module,
        env=os.environ | {"CGO_ENABLED": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"go {arguments[0]} failed in deploy/cluster/go/{module}; its reasons stand above")
    return done.stdout


if __name__ == "__main__":
    try:
        build()
    except BuildError as error:
        sys.exit(f"error: {error}")
