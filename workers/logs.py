"""Structured logs, as JSON or for a console. No text of a note is ever an argument of a log line.

What libraries log goes through the same renderer, without their debug lines (Faust and aiokafka log keys and values
there) and without local variables in tracebacks.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict

# At these levels no library logs a record.
_LIBRARIES = {
    "aiokafka": logging.WARNING,
    "asyncio": logging.ERROR,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiohttp": logging.WARNING,
    "spacy": logging.ERROR,
    # Services of Faust take the name of the module that derives them.
    "workers.app": logging.WARNING,
    "workers.transport": logging.WARNING,
}


# The process's own: Faust's command line puts something in its place that logs what is written to it.
_STREAM = sys.__stderr__ or sys.stderr


def configure(log_format: Literal["auto", "json", "console"], level: str) -> None:
    """Set up logging of this process."""
    as_json = log_format == "json" or (log_format == "auto" and not _STREAM.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[Any] = (
        [_exception_type, structlog.processors.JSONRenderer()]
        if as_json
        else [_exception_type, structlog.dev.ConsoleRenderer(colors=_STREAM.isatty())]
    )
    handler = logging.StreamHandler(_STREAM)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in _LIBRARIES.items():
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
        library.setLevel(max(least, logging.getLevelName(level.upper())))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )


def _exception_type(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception becomes its type and where it was raised: its message may hold text of a note."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = type(error).__name__
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            event["raised_at"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return event
