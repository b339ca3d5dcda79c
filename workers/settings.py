"""Everything that can be set, in one validated class.

A value comes from, in falling precedence: an option (keyword of `Settings`), the environment (`ANAMNESIS_` and the
name in capitals), one TOML file (the names in lower case, no tables but `[profiles]`), the default. The file is the one
that `config` names, as option or as `ANAMNESIS_CONFIG`; none is read unasked, so that a worker never depends on the
folder that it was started in. A secret can also lie in a file of its own: `ANAMNESIS_SASL_PASSWORD_FILE`, or
`sasl_password_file`.

A name that nobody knows is an error that gives the nearest known one. Messages never quote a value.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from pydantic import (
    ByteSize,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workers.settings_checks import problems
from workers.settings_sources import PREFIX, Origin, SettingsError, collect

__all__ = ["PREFIX", "Origin", "Settings", "SettingsError"]

_MIB = 1024 * 1024

# Below this many seconds a note, one poll may hand over much: held to 64 records a trivial pipeline reaches 820 notes/s
# of 3,000. Above it, what one poll hands over must stay small beside the poll interval.
_FAST_NOTE_SECONDS = 0.005

Seconds = Annotated[float, Field(gt=0, le=7 * 86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Topic = Annotated[str, Field(min_length=1, max_length=249, pattern=r"^[A-Za-z0-9._-]+$")]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _state_dir() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or (Path.home() / ".local/state" if os.environ.get("HOME") else None)
    return Path(base or tempfile.gettempdir()) / "anamnesis"


def _default_language(data: dict[str, Any]) -> str:
    profiles: dict[str, str] = data.get("profiles") or {"en": "en"}
    return "en" if "en" in profiles else next(iter(profiles))


def _poll_records(data: dict[str, Any]) -> int:
    return 500 if data.get("expected_note_seconds", 1.0) < _FAST_NOTE_SECONDS else 64


def _buffer_records(data: dict[str, Any]) -> int:
    return 1024 if data.get("expected_note_seconds", 1.0) < _FAST_NOTE_SECONDS else 64


class Settings(BaseSettings):
    """The settings in force. `Settings(shards=2)` sets options over the environment and the file.

    Raises SettingsError, with one line that names the setting, where its value came from and what to do.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    config: Path | None = Field(None, description="the TOML file to read")

    bootstrap_servers: str = Field("localhost:9092", description="Kafka brokers, host:port, separated by commas")
    group_id: Annotated[str, Field(min_length=1, max_length=255)] = Field("anamnesis", description="consumer group")
    group_instance_id: str | None = Field(None, description="static membership; one name for each worker, never shared")
    input_topic: Topic = Field("health.notes", description="topic of notes")
    output_topic: Topic = Field("health.notes.enriched", description="topic of enriched events")
    deadletter_topic: Topic = Field("health.notes.rejected", description="topic of rejected notes")
    deadletter_value: Literal["keep", "withhold"] = Field("keep", description="withhold: rejections carry no note")

    profiles: dict[str, str] = Field({"en": "en", "fr": "fr"}, description="language=profile, separated by commas")
    default_language: str = Field(default_factory=_default_language, description="language of notes that name none")
    default_timezone: str = Field("UTC", description="zone of note times without an offset")
    text_echo: Literal["none", "entities", "full"] = Field("entities", description="how much text an event repeats")
    offset_unit: Literal["code_point", "utf16"] = Field("code_point", description="what starts and ends count")
    max_text_length: Count = Field(200_000, description="longest note, in code points")
    max_value_bytes: ByteSize = Field(ByteSize(4 * _MIB), description="largest record that is read")
    max_depth: Annotated[int, Field(ge=2, le=500)] = Field(32, description="deepest nesting of JSON that is read")

    shards: Annotated[int, Field(ge=1, le=1024)] = Field(default_factory=_cores, description="pipeline processes")
    batch_notes: Annotated[int, Field(ge=1, le=10_000)] = Field(32, description="notes in a batch, at most")
    batch_characters: Count = Field(64_000, description="characters in a batch, about")
    batches_per_shard: Annotated[int, Field(ge=1, le=64)] = Field(3, description="batches queued for each shard")
    note_deadline_seconds: Seconds = Field(20.0, description="a note that takes longer is rejected (timeout)")
    batch_deadline_seconds: Seconds = Field(30.0, description="after it a batch is run again note by note")
    expected_note_seconds: Seconds = Field(0.004, description="usual time of a note; decides poll and buffer sizes")
    max_attempts: Annotated[int, Field(ge=2, le=100)] = Field(
        3, description="a note that kills more workers is rejected"
    )
    shard_memory_bytes: ByteSize = Field(ByteSize(4096 * _MIB), description="address space of a shard (RLIMIT_AS)")
    shard_recycle_bytes: ByteSize = Field(ByteSize(1536 * _MIB), description="a shard above it is restarted")
    window_notes: Count = Field(4096, description="unacknowledged span of a partition, at most")
    window_bytes: ByteSize = Field(ByteSize(64 * _MIB), description="bytes of notes in flight, at most")
    state_dir: Path = Field(default_factory=_state_dir, description="journal of notes in flight")

    max_poll_records: Count = Field(default_factory=_poll_records, description="records that one poll hands over")
    stream_buffer_records: Count = Field(default_factory=_buffer_records, description="records waiting for the window")
    max_poll_interval_seconds: Seconds = Field(3600.0, description="a member that polls less often is evicted")
    session_timeout_seconds: Seconds = Field(30.0, description="a member without heartbeat is evicted after it")
    heartbeat_interval_seconds: Seconds = Field(3.0, description="time between heartbeats")
    rebalance_timeout_seconds: Seconds = Field(120.0, description="time for members to rejoin at a rebalance")
    drain_deadline_seconds: Seconds = Field(60.0, description="time for notes in flight at a stop or rebalance")
    commit_interval_seconds: Seconds = Field(1.0, description="time between commits of acknowledged offsets")
    metadata_max_age_seconds: Seconds = Field(30.0, description="a new topic or partition is seen after it")
    watchdog_seconds: Seconds = Field(300.0, description="unread notes and no progress for so long: exit 76")

    producer_compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field("lz4", description="of events")
    producer_linger_seconds: Annotated[float, Field(ge=0, le=10)] = Field(0.02, description="wait to fill a batch")
    producer_batch_bytes: ByteSize = Field(ByteSize(64 * 1024), description="size of a batch of events")
    producer_request_timeout_seconds: Seconds = Field(60.0, description="delivery deadline; then the worker ends (75)")
    max_event_bytes: ByteSize = Field(ByteSize(1_000_000), description="largest event; not above max.message.bytes")

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(None, description="log in by it")
    sasl_username: str | None = Field(None, description="user name")
    sasl_password: SecretStr | None = Field(None, description="password; or sasl_password_file")
    tls_enabled: bool = Field(False, description="encrypt the connection")
    tls_ca_file: Path | None = Field(None, description="certificates to trust (PEM); the system's without it")
    tls_cert_file: Path | None = Field(None, description="our own certificate (PEM)")
    tls_key_file: Path | None = Field(None, description="key of our own certificate (PEM)")
    tls_key_password: SecretStr | None = Field(None, description="password of the key; or tls_key_password_file")

    http_host: str = Field("0.0.0.0", description="address of /metrics, /livez and /readyz")  # noqa: S104 (probes and scrapes come from outside the container)
    http_port: Annotated[int, Field(ge=0, le=65_535)] = Field(8080, description="port of them; 0 takes a free one")
    tracing_endpoint: str | None = Field(None, description="OTLP collector, http://host:4318; no tracing without it")
    tracing_ratio: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.1, description="share of notes traced, where their producer has not decided"
    )
    log_format: Literal["auto", "json", "console"] = Field("auto", description="auto: console on a terminal, else json")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")

    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    def __init__(self, **options: Any) -> None:
        known = type(self).model_fields
        secrets = {name for name, field in known.items() if "SecretStr" in str(field.annotation)}
        values, origins = collect(known, secrets, options, os.environ)
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_one_line(error, origins)) from None
        self._origins = origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `__init__` has collected: the library's sources neither report unknown names nor say their part."""
        return (init_settings,)

    def sources(self) -> dict[str, Origin]:
        """Where each value came from: `default`, `option`, `environment NAME`, or `file PATH`."""
        return {name: self._origins.get(name, "default") for name in type(self).model_fields}

    def masked(self) -> dict[str, Any]:
        """All values in plain JSON types, secrets as asterisks."""
        return {name: _printable(getattr(self, name)) for name in type(self).model_fields}

    @property
    def security_protocol(self) -> Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]:
        """Kafka's name for the combination of TLS and SASL."""
        if self.sasl_mechanism is not None:
            return "SASL_SSL" if self.tls_enabled else "SASL_PLAINTEXT"
        return "SSL" if self.tls_enabled else "PLAINTEXT"

    @field_validator("profiles", mode="before")
    @classmethod
    def _read_profiles(cls, value: object) -> object:
        if isinstance(value, str):
            value = _mapping(value)
        if isinstance(value, Mapping):
            return {str(key).strip().lower(): profile for key, profile in value.items()}
        return value

    @field_validator("profiles")
    @classmethod
    def _check_profiles(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            raise ValueError("name at least one profile, as in en=en,fr=fr")
        for language in value:
            if not (language.isascii() and language.isalpha() and 2 <= len(language) <= 8):
                raise ValueError("a language is its primary subtag alone, as in en=en,fr=fr (fr-CA is fr)")
        return value

    @field_validator("default_language")
    @classmethod
    def _primary_subtag(cls, value: str) -> str:
        return value.strip().lower().replace("_", "-").split("-")[0]

    @field_validator("default_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; write UTC or a name as Europe/Paris") from None
        return value

    @field_validator("bootstrap_servers")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        servers = [server.strip() for server in value.split(",")]
        for server in servers:
            host, _, port = server.rpartition(":")
            if not host or "/" in host or not port.isdigit() or not 0 < int(port) < 65_536:
                raise ValueError("write host:port, several separated by commas, without a scheme")
        return ",".join(servers)

    @field_validator("tracing_endpoint")
    @classmethod
    def _collector(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = urlsplit(value)
            usable = url.scheme in ("http", "https") and url.hostname is not None and url.port != 0
        except ValueError:
            usable = False
        if not usable or url.username is not None or url.query or url.fragment:
            raise ValueError("write http://host:4318 or https://...; credentials go into OTEL_EXPORTER_OTLP_HEADERS")
        return value.rstrip("/")

    @field_validator("log_level", "sasl_mechanism", mode="before")
    @classmethod
    def _fold_case(cls, value: object, info: Any) -> object:
        if not isinstance(value, str):
            return value
        return value.lower() if info.field_name == "log_level" else value.upper()

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        found = problems(self)
        if found:
            raise ValueError("; ".join(found))
        return self


def _mapping(text: str) -> object:
    """A mapping written as JSON, or as `en=en,fr=fr`."""
    if text.lstrip().startswith("{"):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ValueError("this is no JSON; write en=en,fr=fr") from None
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if any(not separator or not profile.strip() for _, separator, profile in pairs):
        raise ValueError("write language=profile, as in en=en,fr=fr")
    return {language: profile.strip() for language, _, profile in pairs}


def _printable(value: object) -> object:
    match value:
        case SecretStr():
            return "********"
        case Path():
            return str(value)
        case ByteSize():
            return int(value)
        case _:
            return value


def _one_line(error: ValidationError, origins: Mapping[str, Origin]) -> str:
    """All that is wrong in one line: names, where they came from, and what is allowed; never a value."""
    parts = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        if item["type"] == "default_factory_not_called":  # only follows from what is wrong elsewhere
            continue
        name = str(item["loc"][0]) if item["loc"] else ""
        message = item["msg"].removeprefix("Value error, ").replace("\n", " ")
        origin = origins.get(name)
        parts.append(f"{name}{f' ({origin})' if origin else ''}: {message}" if name else message)
    return "; ".join(parts)
