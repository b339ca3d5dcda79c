"""Settings that are right one by one and wrong together."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.settings import Settings

# One poll hands over all that it fetched: a quarter of the interval leaves room for slow notes and a drain.
_POLL_SHARE = 4
# A member is evicted after one missed session; three heartbeats in it let two be lost.
_HEARTBEATS_PER_SESSION = 3


def problems(settings: Settings) -> list[str]:
    """What cannot work, one sentence each, saying what to change."""
    return [*_topics(settings), *_languages(settings), *_times(settings), *_sizes(settings), *_security(settings)]


def _topics(s: Settings) -> Iterator[str]:
    if len({s.input_topic, s.output_topic, s.deadletter_topic}) < 3:
        yield "input_topic, output_topic and deadletter_topic must be three different topics"


def _languages(s: Settings) -> Iterator[str]:
    if s.default_language not in s.profiles:
        yield f"default_language {s.default_language} has no profile; profiles has {', '.join(s.profiles)}"


def _times(s: Settings) -> Iterator[str]:
    waiting = s.max_poll_records + s.stream_buffer_records
    seconds = waiting * s.expected_note_seconds / s.shards
    if seconds >= s.max_poll_interval_seconds / _POLL_SHARE:
        yield (
            f"{waiting} waiting records (max_poll_records + stream_buffer_records) take about {seconds:.0f} s at "
            f"expected_note_seconds {s.expected_note_seconds:g} with {s.shards} shards, which must be below a "
            f"quarter of max_poll_interval_seconds ({s.max_poll_interval_seconds:g}): lower them or raise the interval"
        )
    for shorter, longer in (
        ("note_deadline_seconds", "drain_deadline_seconds"),
        ("batch_deadline_seconds", "drain_deadline_seconds"),
        ("drain_deadline_seconds", "rebalance_timeout_seconds"),
        ("rebalance_timeout_seconds", "max_poll_interval_seconds"),
        ("commit_interval_seconds", "session_timeout_seconds"),
    ):
        if getattr(s, shorter) >= getattr(s, longer):
            yield f"{shorter} ({getattr(s, shorter):g}) must be below {longer} ({getattr(s, longer):g})"
    if s.heartbeat_interval_seconds * _HEARTBEATS_PER_SESSION > s.session_timeout_seconds:
        yield (
            f"heartbeat_interval_seconds ({s.heartbeat_interval_seconds:g}) must be at most a third of "
            f"session_timeout_seconds ({s.session_timeout_seconds:g})"
        )


def _sizes(s: Settings) -> Iterator[str]:
    if s.shard_recycle_bytes >= s.shard_memory_bytes:
        yield "shard_recycle_bytes must be below shard_memory_bytes, or a shard is killed before it is restarted"
    if s.window_bytes < s.max_value_bytes:
        yield "window_bytes must be at least max_value_bytes, or the largest note never fits the window"


def _security(s: Settings) -> Iterator[str]:
    if s.sasl_mechanism is None:
        idle = [name for name in ("sasl_username", "sasl_password") if getattr(s, name) is not None]
        if idle:
            yield f"{' and '.join(idle)} without sasl_mechanism; set it to PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"
    elif s.sasl_username is None or s.sasl_password is None:
        yield "sasl_mechanism needs sasl_username and sasl_password (or sasl_password_file)"
    names = ("tls_ca_file", "tls_cert_file", "tls_key_file", "tls_key_password")
    idle = [name for name in names if getattr(s, name) is not None]
    if idle and not s.tls_enabled:
        yield f"{', '.join(idle)} without tls_enabled; set it to true"
    if (s.tls_cert_file is None) != (s.tls_key_file is None):
        yield "tls_cert_file and tls_key_file belong together"
    if s.tls_key_password is not None and s.tls_key_file is None:
        yield "tls_key_password without tls_key_file"
    missing = [
        f"{name} names no file: {path}"
        for name in ("tls_ca_file", "tls_cert_file", "tls_key_file")
        if (path := getattr(s, name)) is not None and not path.is_file()
    ]
    yield from missing
    if s.tls_enabled and not missing and (s.tls_cert_file is None) == (s.tls_key_file is None):
        try:
            tls_context(s)
        except ValueError as error:
            yield str(error)


def tls_context(s: Settings) -> ssl.SSLContext:
    """What we trust and who we are. Raises ValueError, with what to do, for files that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=str(s.tls_ca_file) if s.tls_ca_file else None)
    except ssl.SSLError:
        raise ValueError(f"tls_ca_file holds no certificate as PEM: {s.tls_ca_file}") from None
    except OSError as error:
        raise ValueError(f"tls_ca_file cannot be read ({error.strerror}): {s.tls_ca_file}") from None
    if s.tls_cert_file is not None and s.tls_key_file is not None:
        # Without a password OpenSSL would ask for one at the terminal.
        password = s.tls_key_password.get_secret_value() if s.tls_key_password else ""
        try:
            context.load_cert_chain(s.tls_cert_file, s.tls_key_file, password)
        except ssl.SSLError:
            raise ValueError(
                f"tls_cert_file and tls_key_file do not fit together, are no PEM, or need another tls_key_password: "
                f"{s.tls_cert_file}, {s.tls_key_file}"
            ) from None
        except OSError as error:
            raise ValueError(f"tls_cert_file or tls_key_file cannot be read ({error.strerror})") from None
    return context
