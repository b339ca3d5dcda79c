"""The image's steps in a bare Debian root: from nothing to a worker that runs read-only, without rights and offline.

No container engine is needed: a root made by debootstrap, chroot and namespaces (root on Linux).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.image.pin import image, pinned
from tests.deploy.conftest import TOOLS, Render
from tests.deploy.rules import DEPLOY, ROOT
from tests.deploy.surprises import service_links

SUITE = "bookworm"
PACKAGES = "python3,python3-venv,ca-certificates"
SOURCES = (
    "schemas",
    "pipeline",
    "workers",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "requirements-tracing.lock",
    "requirements-build.lock",
)
# How this machine reaches its registries; the steps themselves know none.
NETWORK = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
DIGEST = "sha256:" + "0123456789abcdef" * 4


def unavailable(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI the image's steps may not go untested: {reason}")
    pytest.skip(reason)


def debootstrap() -> tuple[list[str], dict[str, str]]:
    fetched = TOOLS / "debootstrap/usr"
    if shutil.which("debootstrap"):
        return ["debootstrap"], {}
    return [str(fetched / "sbin/debootstrap")], {"DEBOOTSTRAP_DIR": str(fetched / "share/debootstrap")}


@pytest.fixture(scope="module")
def bare() -> Path:
    """A minimal Debian with Python and nothing of ours; made once and kept."""
    if os.geteuid() != 0 or sys.platform != "linux":
        unavailable("a root file system is made by root on Linux only; run it there, or build the image with Docker")
    root = TOOLS / f"root-{SUITE}"
    if not (root / "etc/debian_version").exists():
        work = root.with_suffix(".new")
        shutil.rmtree(work, ignore_errors=True)
        command, environment = debootstrap()
        subprocess.run(
            [*command, "--variant=minbase", f"--include={PACKAGES}", SUITE, str(work)],
            env=os.environ | environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        work.rename(root)
    return root


def inside(root: Path, script: str, *, offline: bool = False, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run a shell script in the root, in namespaces of its own; offline: with a loopback device and nothing else."""
    flags = ["--mount", "--pid", "--fork", "--kill-child", *(["--net"] if offline else [])]
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_")) and name != "PIP_FIND_LINKS"
    }
    # Outside of the script's own shell: proc and a loopback device are part of any container.
    prepare = f"mount -t proc proc {root}/proc && mount --bind /dev {root}/dev"
    up = "&& python3 -c \"import fcntl,socket,struct; s=socket.socket(); fcntl.ioctl(s,0x8914,struct.pack('16sH14x',b'lo',1))\""
    return subprocess.run(
        [
            "unshare",
            *flags,
            "sh",
            "-c",
            f'{prepare} {up if offline else ""} && exec chroot {root} sh -eu -c "$1"',
            "sh",
            script,
        ],
        env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | passed,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


@pytest.fixture(scope="module")
def ready(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A second bare root with what the last stage of the Dockerfile has: /opt/anamnesis, the user, its folder."""
    folder = tmp_path_factory.mktemp("image")
    build, last = folder / "build", folder / "last"
    for root in (build, last):
        subprocess.run(["cp", "-a", "--reflink=auto", str(bare), str(root)], check=True)
    (build / "build").mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, build / "build" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, build / "build" / name)
    for name in NETWORK:
        if Path(name).exists():
            shutil.copy(name, build / name.lstrip("/"))
    shutil.copy(DEPLOY / "image/install.sh", build / "install.sh")
    done = inside(build, "cd /build && /install.sh build")
    assert done.returncode == 0, done.stderr[-2000:]
    (build / "opt/anamnesis").rename(last / "opt/anamnesis")
    shutil.rmtree(build)
    shutil.copy(DEPLOY / "image/install.sh", last / "install.sh")
    done = inside(last, "/install.sh finish")
    assert done.returncode == 0, done.stderr[-2000:]
    (last / "install.sh").unlink()
    yield last
    shutil.rmtree(folder)


WRITABLE = ("/tmp", "/var/lib/anamnesis")  # noqa: S108 (in the container)
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = DOCKERFILE.replace("\\\n", " ").splitlines()


def environment_of_the_image() -> dict[str, str]:
    """What ENV of the last stage sets, on the path that the base image has."""
    [instruction] = [line for line in INSTRUCTIONS if line.startswith("ENV ")]
    pairs = (word.split("=", 1) for word in instruction.split()[1:])
    return {name: value.replace("$PATH", "/usr/local/bin:/usr/bin:/bin") for name, value in pairs}


def health_check() -> list[str]:
    """The command of HEALTHCHECK."""
    [instruction] = [line for line in INSTRUCTIONS if line.startswith("HEALTHCHECK ")]
    found: list[str] = json.loads(instruction.partition(" CMD ")[2])
    return found


@pytest.mark.parametrize("status", [200, 503])
def test_the_health_check_asks_on_the_port_that_is_set(status: int) -> None:
    class Livez(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/livez" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    [python, *arguments] = health_check()
    assert python == "python"
    with HTTPServer(("127.0.0.1", 0), Livez) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = os.environ | {"ANAMNESIS_HTTP_PORT": str(server.server_port)}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        server.shutdown()
    assert (done.returncode == 0) is (status == 200)


def as_container(root: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As Kubernetes runs it: user 10001 without capabilities, read-only root, two writable folders, here without network.

    The environment is that of the image, and what is given.
    """
    given = environment_of_the_image() | environment
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in given.items())
    writable = " && ".join(f"mount -t tmpfs -o uid=10001 tmpfs {root}{folder}" for folder in WRITABLE)
    limited = (
        f"mount --bind {root} {root} && {writable}"
        f" && mount -t proc proc {root}/proc && mount --bind /dev {root}/dev && mount -o remount,bind,ro {root}"
    )
    up = "python3 -c \"import fcntl,socket,struct; s=socket.socket(); fcntl.ioctl(s,0x8914,struct.pack('16sH14x',b'lo',1))\""
    drop = "setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs"
    return subprocess.run(
        [
            *("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c"),
            f'{limited} && {up} && exec chroot {root} {drop} sh -eu -c "$1"',
            *("sh", f"{exports}\ncd /var/lib/anamnesis\n{script}"),
        ],
        env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


# Asks a probe until its answer begins as wished, while the worker lives; prints the status.
ASK = """
import os, sys, time, urllib.error, urllib.request
probe, wished, worker = sys.argv[1:]
for _ in range(600):
    os.kill(int(worker), 0)
    try:
        with urllib.request.urlopen("http://127.0.0.1:8080/" + probe, timeout=5) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    except OSError:
        status, text = 0, ""
    if text.startswith(wished):
        print(status)
        sys.exit(0)
    time.sleep(0.2)
sys.exit(text)
"""
# Prints every folder of the root, and every mount on it, that the user can write to.
WRITABLE_FOLDERS = "find / -xdev -type d -writable 2>/dev/null | sort || true"
# A broker inside of the container's own network, until it is killed; says where it is.
BROKER = """
import signal, sys
from workers.embedded import EmbeddedBroker
with EmbeddedBroker(*sys.argv[1:]) as broker:
    print(broker.bootstrap_servers, flush=True)
    signal.pause()
"""
NOTE = '{"note_id":"n1","patient_id":"p","text":"Paracetamol 1 g three times a day.","language":"en"}'


@pytest.mark.deploy
@pytest.mark.timeout(1500)
def test_notes_are_read_without_network_rights_or_a_writable_root(ready: Path) -> None:
    done = as_container(ready, f"echo '{NOTE}' > in.jsonl\nid -u\n{WRITABLE_FOLDERS}\nanamnesis annotate in.jsonl -")
    assert done.returncode == 0, done.stderr[-2000:]
    user, *folders, event = done.stdout.splitlines()
    assert user == "10001"
    assert folders == list(WRITABLE)
    assert '"text":"Paracetamol"' in event


@pytest.mark.deploy
@pytest.mark.timeout(1500)
def test_a_worker_starts_offline_waits_for_its_broker_and_stops(ready: Path) -> None:
    script = f"""
    cat > /tmp/ask.py <<'EOF'
{ASK}EOF
    anamnesis worker & worker=$!
    python /tmp/ask.py startupz ok "$worker"
    python /tmp/ask.py livez ok "$worker"
    python /tmp/ask.py readyz "no broker at localhost:9092" "$worker"
    kill -TERM "$worker"
    wait "$worker"
    echo stopped
    """
    done = as_container(ready, script)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["200", "200", "503", "stopped"]
    assert "no broker at localhost:9092" in done.stderr


@pytest.mark.deploy
@pytest.mark.timeout(1500)
def test_a_pod_of_the_chart_reads_a_note_beside_services_that_bear_its_name(ready: Path, render: Render) -> None:
    """The chart's own arguments, variables and writable folders, the variables that Services inject, and a broker."""
    pod = next(each for each in render() if each["kind"] == "Deployment")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume} == set(mounts.values())
    assert set(mounts) == set(WRITABLE)
    given = {each["name"]: each["value"] for each in container["env"]}
    topics = [given[f"ANAMNESIS_{name}_TOPIC"] for name in ("INPUT", "OUTPUT", "DEADLETTER")]
    script = f"""
    cat > /tmp/ask.py <<'EOF'
{ASK}EOF
    cat > /tmp/broker.py <<'EOF'
{BROKER}EOF
    python /tmp/broker.py {" ".join(topics)} > /tmp/servers & broker=$!
    while ! [ -s /tmp/servers ]; do kill -0 "$broker"; sleep 0.1; done
    export ANAMNESIS_BOOTSTRAP_SERVERS=$(cat /tmp/servers)
    check() {{ {shlex.join(health_check())} 2>/dev/null; }}
    if check; then echo healthy without a worker; fi
    anamnesis {" ".join(container["args"])} & worker=$!
    python /tmp/ask.py readyz ok "$worker"
    check && echo healthy
    echo '{NOTE}' | anamnesis produce - >&2
    anamnesis tail --from-beginning --limit 1 --json
    kill -TERM "$worker"
    wait "$worker"
    echo stopped
    {WRITABLE_FOLDERS}
    kill "$broker"
    """
    done = as_container(ready, script, **given, **service_links("anamnesis", "10.96.0.17", 8080, "metrics"))
    assert done.returncode == 0, done.stderr[-2000:]
    status, health, event, stopped, *folders = done.stdout.splitlines()
    assert (status, health, stopped) == ("200", "healthy", "stopped")
    assert folders == list(WRITABLE)
    assert '"text":"Paracetamol"' in event


@pytest.mark.deploy
@pytest.mark.timeout(1500)
def test_the_image_holds_what_the_lock_says_and_nothing_else(ready: Path) -> None:
    """Installed again, it is the same: each package at the version of the lock, and our own."""
    names = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()), sep='\\n')"
    done = as_container(ready, f'python -c "{names}"')
    assert done.returncode == 0, done.stderr[-2000:]
    installed = {name for line in done.stdout.split() if not (name := normal(line)).startswith("anamnesis==")}
    lock = (ROOT / "requirements-tracing.lock").read_text(encoding="utf-8")
    locked = [Requirement(line.rstrip(" \\")) for line in lock.splitlines() if re.match(r"[\w.-]+==", line)]
    assert len(locked) > 50
    # The bare root has the Python of the base image, and its platform is this one.
    here = default_environment() | {"python_version": "3.11", "python_full_version": "3.11.2"}
    wanted = {
        normal(f"{each.name}{each.specifier}") for each in locked if each.marker is None or each.marker.evaluate(here)
    }
    assert installed == wanted


def normal(pinned_name: str) -> str:
    """NAME==VERSION as registries compare it."""
    name, _, version = pinned_name.partition("==")
    return f"{canonicalize_name(name)}=={version}"


@pytest.mark.deploy
@pytest.mark.timeout(1500)
def test_the_last_stage_holds_no_compiler_no_pip_and_no_development_tool(ready: Path) -> None:
    names = {path.name for folder in ("usr/bin", "opt/anamnesis/bin") for path in (ready / folder).iterdir()}
    assert not names & {"cc", "gcc", "g++", "clang", "make", "ld", "pip", "pip3", "pytest", "ruff", "mypy", "hatchling"}
    assert {"anamnesis", "python3"} <= names
    assert not list((ready / "opt/anamnesis").rglob("*/site-packages/pip"))


def test_no_digest_stands_there_that_was_not_read_from_a_registry() -> None:
    text = DOCKERFILE
    assert image(text) == "python:3.11-slim-bookworm"
    changed = pinned(text, DIGEST)
    assert f"ARG DIGEST=@{DIGEST}\n" in changed
    assert pinned(changed, DIGEST) == changed
    with pytest.raises(ValueError, match="not a digest"):
        pinned(text, "latest")


def test_the_dockerfile_runs_the_steps_that_are_tried_here() -> None:
    text = DOCKERFILE
    assert "RUN deploy/image/install.sh build" in text
    assert "/install.sh finish" in text
    copied = {
        word
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert set(SOURCES) <= copied
