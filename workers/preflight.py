"""Before the flow starts: are the broker, the topics and our rights there?

Faust with a missing topic lives and does nothing; so a worker looks first, says what is missing, and looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from workers.settings import Settings

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 5.0
_PAUSE_SECONDS = 3.0


def client_config(settings: Settings) -> dict[str, Any]:
    """The connection as librdkafka wants it."""
    config: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap_servers,
        "security.protocol": settings.security_protocol,
    }
    files: Mapping[str, Any] = {
        "ssl.ca.location": settings.tls_ca_file,
        "ssl.certificate.location": settings.tls_cert_file,
        "ssl.key.location": settings.tls_key_file,
    }
    if settings.tls_enabled:
        config |= {name: str(path) for name, path in files.items() if path is not None}
        if settings.tls_key_password is not None:
            config["ssl.key.password"] = settings.tls_key_password.get_secret_value()
    if settings.sasl_mechanism is not None:
        config["sasl.mechanism"] = settings.sasl_mechanism
        config["sasl.username"] = settings.sasl_username
        if settings.sasl_password is not None:
            config["sasl.password"] = settings.sasl_password.get_secret_value()
    return config


class Preflight:
    """Looks until everything is there; `problem` says what is missing, None when all is well."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.problem: str | None = "not looked yet"

    async def wait(self) -> None:
        """Return when broker and topics are there; says each new problem once in the log."""
        said = None
        while (problem := await asyncio.to_thread(self._look)) is not None:
            self.problem = problem
            if problem != said:
                log.warning("not ready", problem=problem)
                said = problem
            await asyncio.sleep(_PAUSE_SECONDS)
        self.problem = None

    def _look(self) -> str | None:
        settings = self._settings
        # librdkafka's own lines go nowhere: what they say is said here in one line.
        admin = AdminClient({**client_config(settings), "log_level": 0}, logger=_SILENT)
        try:
            known = admin.list_topics(timeout=_LOOK_SECONDS).topics
        except KafkaException as error:
            return f"no broker at {settings.bootstrap_servers}: {error.args[0].str()}"
        topics = (settings.input_topic, settings.output_topic, settings.deadletter_topic)
        missing = [topic for topic in topics if topic not in known]
        if missing:
            # Asked for by name, the broker also tells whether it exists but is not ours to see.
            for topic in missing:
                found = admin.list_topics(topic, timeout=_LOOK_SECONDS).topics[topic]
                if found.error is not None:
                    return f"topic {topic}: {found.error.str()}; create it, or grant DESCRIBE"
        return None


class _Silent:
    """A logger for librdkafka that says nothing."""

    def log(self, *_: object) -> None:
        """Say nothing."""


_SILENT: Any = _Silent()
