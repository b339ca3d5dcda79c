"""Programs in processes of their own, forked from one that has already imported what they need.

To import the product and to load a profile takes longer than most commands do, and is the same each time. Such a process
has its own folder, environment, files and end as any other; with the process that it was forked from it shares the
modules that this one has imported, and the seed of hashes. `python -m tests.forks` is the process that forks: the forkserver
of multiprocessing is one for each process, and in a process of tests it is that of the product's shards.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ROOT = Path(__file__).parents[1]
# As much as a pipe holds before anybody reads.
_PIPE = 1 << 16
_MESSAGE = 1 << 17


class Forks:
    """Forks a process for each program; has imported `modules`."""

    def __init__(self, *modules: str) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno()), *modules],
                cwd=_ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, with a program that hangs."""
        self._channel.close()
        os.killpg(self._server.pid, signal.SIGTERM)
        self._server.wait()

    def run(
        self,
        program: str,
        arguments: Sequence[str] = (),
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: bytes = b"",
        timeout: float = 540,
        profiles: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a module as `python -m PROGRAM` does, or a file as `python PROGRAM.py`.

        `profiles`: it will load those that are shipped. Raises TimeoutError.
        """
        if len(stdin) > _PIPE:
            raise ValueError("standard input of a forked program is held by a pipe")
        message = {"program": program, "arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
        reading, writing = os.pipe()
        os.write(writing, stdin)
        os.close(writing)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            self._channel.settimeout(timeout)
            data = json.dumps(message | {"profiles": profiles}).encode()
            socket.send_fds(self._channel, [data], [reading, out.fileno(), err.fileno()])
            os.close(reading)
            code = int(self._channel.recv(_MESSAGE))
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess([program, *arguments], code, out.read(), err.read())


def _next(channel: socket.socket) -> dict[str, Any] | None:
    """In a forked process: the program that it is to run. None in the server, when nobody asks any more."""
    while True:
        data, files, _, _ = socket.recv_fds(channel, _MESSAGE, 3)
        if not data:
            return None
        message: dict[str, Any] = json.loads(data)
        if message["profiles"]:
            _load_profiles()
        process = os.fork()
        if not process:
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            return message
        for file in files:
            os.close(file)
        _, status = os.waitpid(process, 0)
        channel.send(str(os.waitstatus_to_exitcode(status)).encode())


@cache
def _load_profiles() -> None:
    """What a language has but once in a process: its words and expressions, compiled where sample notes have them."""
    import pipeline
    from pipeline.profile import shipped

    for name in shipped():
        pipeline.warm_up(pipeline.load(name))


def _run(message: dict[str, Any]) -> None:
    """Become the program. It ends as a program does: by SystemExit, an error, or its last line."""
    os.chdir(message["cwd"])
    os.environ.clear()
    os.environ.update(message["env"])
    program = message["program"]
    sys.argv = [program, *message["arguments"]]
    sys.path[0] = message["cwd"]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def main() -> None:
    """Import, and fork until nobody asks any more."""
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        for name in sys.argv[2:]:
            import_module(name)
        gc.freeze()
        message = _next(channel)
    if message is not None:
        _run(message)


if __name__ == "__main__":
    main()
