"""Before the flow starts: are the broker, the topics and our rights there?

Faust with a missing topic lives and does nothing; so a worker looks first, says what is missing, and looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from workers import rights
from workers.settings import Settings

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 5.0
_PAUSE_SECONDS = 3.0
# A broker that knows no rights.
_UNTOLD = (KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION)


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
        said: list[str] = []
        # librdkafka's own lines go nowhere: what they say is said here in one line.
        config = {**client_config(settings), "log_level": 0, "error_cb": lambda error: said.append(error.str())}
        admin = AdminClient(config, logger=_SILENT)
        try:
            known = admin.list_topics(timeout=_LOOK_SECONDS).topics
        except KafkaException as error:
            # The first thing said is the cause, as a login refused; that all brokers are down only follows from it.
            admin.poll(0)
            return f"no broker at {settings.bootstrap_servers}: {said[0] if said else error.args[0].str()}"
        for topic, _ in rights.topics_and_rights(settings):
            if topic not in known:
                # Asked for by name, the broker also tells whether it exists but is not ours to see.
                found = admin.list_topics(topic, timeout=_LOOK_SECONDS).topics[topic]
                if found.error is not None:
                    return f"topic {topic}: {found.error.str()}; create it, or grant DESCRIBE"
        return self._rights(admin)

    def _rights(self, admin: AdminClient) -> str | None:
        settings = self._settings
        try:
            # The group first: a broker that cannot tell rights says so here at once.
            problem = rights.group_problem(admin, settings.group_id, _LOOK_SECONDS)
            if problem is not None:
                return f"group {settings.group_id}: {'; '.join(problem)}"
            for topic, needed in rights.topics_and_rights(settings):
                missing = rights.missing_on_topic(admin, topic, needed, _LOOK_SECONDS)
                if missing:
                    return f"topic {topic}: without the right to {' and '.join(missing)}; grant it to our user"
        except KafkaException as error:
            if error.args[0].code() in _UNTOLD:
                log.info("rights unknown", reason=error.args[0].str())
                return None
            return f"rights cannot be asked: {error.args[0].str()}"
        return None


class _Silent:
    """A logger for librdkafka that says nothing."""

    def log(self, *_: object) -> None:
        """Say nothing."""


_SILENT: Any = _Silent()
