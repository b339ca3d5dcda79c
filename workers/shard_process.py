"""The shard: a process that reads batches of notes from its pipe and answers with one outcome a note."""

from __future__ import annotations

import base64
import ctypes
import os
import pickle
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workers.frames import HEADER, Ready, Result, batch_decoder, frame
from workers.records import ProcessingOptions

if TYPE_CHECKING:
    from workers.processing import Processor

# The options of shards come by environment, since a forkserver takes no arguments.
OPTIONS_VARIABLE = "_ANAMNESIS_SHARD_OPTIONS"

_PR_SET_PDEATHSIG = 1
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class _Pipe(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def announce(options: ProcessingOptions) -> None:
    """Leave the options for the forkserver, which is started after this."""
    os.environ[OPTIONS_VARIABLE] = base64.b64encode(pickle.dumps(options)).decode("ascii")


def main(connection: socket.socket, options: ProcessingOptions, memory_bytes: int) -> None:
    """Run until the worker closes the pipe. `memory_bytes` limits the address space (0: no limit)."""
    # Here and not above: the worker names this function to start a shard, and itself loads no spaCy.
    from pipeline import ProfileError
    from workers import shard_preload

    _die_with_parent()
    # The worker decides when a shard ends; a Ctrl-C in the terminal goes to the whole process group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with connection, connection.makefile("rwb") as pipe:
        try:
            processor = shard_preload.processor_for(options)
        except ProfileError as error:
            _send(pipe, frame(Ready(error=str(error))))
            return
        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        _send(pipe, frame(Ready(processor.profiles(), streams=processor.streams)))
        try:
            _serve(pipe, processor)
        except ConnectionError:
            os._exit(0)  # the worker was killed
        except Exception as error:  # noqa: BLE001 (its message and its frames may hold text of a note: D-5.6)
            _tell(error)
            os._exit(1)


def _tell(error: BaseException) -> None:
    """Say what ended the shard, and where, without anything that a note may have put into it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    sys.stderr.write(f"shard ends: {type(error).__name__}{place}\n")


def _serve(pipe: _Pipe, processor: Processor) -> None:
    while len(header := pipe.read(HEADER.size)) == HEADER.size:
        (length,) = HEADER.unpack(header)
        records = batch_decoder.decode(pipe.read(length))
        last = len(records) - 1
        for number, outcome in enumerate(processor.process(records)):
            resident = resident_bytes() if number == last else 0
            _send(pipe, frame(Result(outcome, resident)))


def resident_bytes() -> int:
    """Resident memory of this process."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:  # no /proc: the peak instead of the present value
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _send(pipe: _Pipe, data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.flush()
    except BrokenPipeError:
        # The worker is gone, or has done with us. Nothing is left to close: what is unsent would raise again.
        os._exit(0)


def _die_with_parent() -> None:
    """A shard in an endless loop must not outlive its worker (the forkserver ends with it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
