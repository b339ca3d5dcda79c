"""Settings: sources and their order, names, cross-checks, and that no message ever holds a value."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workers.settings import Settings, SettingsError

CANARY = "canary-4711-swordfish"


@pytest.fixture(autouse=True)
def _clean(clean: pytest.MonkeyPatch) -> None:
    """Every test here starts from an empty environment."""


def toml(folder: Path, content: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_defaults_are_valid_and_as_documented() -> None:
    settings = Settings()
    assert settings.input_topic == "health.notes"
    assert settings.output_topic == "health.notes.enriched"
    assert settings.deadletter_topic == "health.notes.rejected"
    assert settings.group_id == "anamnesis"
    assert settings.profiles == {"en": "en", "fr": "fr"}
    assert (settings.default_timezone, settings.text_echo, settings.offset_unit) == ("UTC", "entities", "code_point")
    assert (settings.http_port, settings.max_text_length) == (8080, 200_000)
    assert set(settings.sources().values()) == {"default"}


def test_option_beats_environment_beats_file_beats_default(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = toml(tmp_path, 'group_id = "file"\nshards = 7\nhttp_port = 9000\n')
    clean.setenv("ANAMNESIS_CONFIG", str(path))
    clean.setenv("ANAMNESIS_GROUP_ID", "environment")
    clean.setenv("ANAMNESIS_SHARDS", "5")
    settings = Settings(shards=3)
    assert (settings.shards, settings.group_id, settings.http_port) == (3, "environment", 9000)
    sources = settings.sources()
    assert sources["shards"] == "option"
    assert sources["group_id"] == "environment ANAMNESIS_GROUP_ID"
    assert sources["http_port"] == f"file {path}"
    assert sources["input_topic"] == "default"


def test_no_file_is_read_unasked(tmp_path: Path, clean: pytest.MonkeyPatch) -> None:
    (tmp_path / "anamnesis.toml").write_text("shards = 9", encoding="utf-8")
    clean.chdir(tmp_path)
    assert Settings().sources()["shards"] == "default"


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("ANAMNESIS_GROUPID", "ANAMNESIS_GROUP_ID"),
        ("ANAMNESIS_HTTTP_PORT", "ANAMNESIS_HTTP_PORT"),
        ("ANAMNESIS_SASL_PASWORD", "ANAMNESIS_SASL_PASSWORD"),
        ("ANAMNESIS_SASL_PASWORD_FILE", "ANAMNESIS_SASL_PASSWORD_FILE"),
        ("ANAMNESIS_PORT", "ANAMNESIS_HTTP_PORT"),
        ("ANAMNESIS_group_id", "ANAMNESIS_GROUP_ID"),
    ],
)
def test_unknown_variable_is_an_error_with_the_nearest_name(
    clean: pytest.MonkeyPatch, variable: str, nearest: str
) -> None:
    clean.setenv(variable, CANARY)
    with pytest.raises(SettingsError, match=f"unknown setting {variable} .*{nearest}$") as caught:
        Settings()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("content", ["shardz = 3", "[kafka]\nservers = 1", 'config = "other.toml"'])
def test_unknown_name_in_the_file_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(SettingsError, match=r"shardz|kafka|config"):
        Settings(config=toml(tmp_path, content))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ANAMNESIS_SERVICE_HOST", "10.0.0.1"),
        ("ANAMNESIS_SERVICE_PORT", "8080"),
        ("ANAMNESIS_SERVICE_PORT_METRICS", "8080"),
        ("ANAMNESIS_PORT", "tcp://10.0.0.1:8080"),
        ("ANAMNESIS_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("ANAMNESIS_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("ANAMNESIS_METRICS_SERVICE_HOST", "10.0.0.1"),
        ("ANAMNESIS_METRICS_PORT", "tcp://10.0.0.1:8080"),
        ("ANAMNESIS_TEST_NOTES", "notes.jsonl"),
        ("ANAMNESIS_SHARDS", ""),
    ],
)
def test_service_links_and_empty_variables_set_nothing(clean: pytest.MonkeyPatch, variable: str, value: str) -> None:
    clean.setenv(variable, value)
    assert set(Settings().sources().values()) == {"default"}


@pytest.mark.parametrize(
    ("value", "profiles"),
    [
        ("fr=fr", {"fr": "fr"}),
        ("EN=my_package, fr=/etc/fr.cfg", {"en": "my_package", "fr": "/etc/fr.cfg"}),
        ('{"en": "en"}', {"en": "en"}),
    ],
)
def test_profiles_are_read_from_text(clean: pytest.MonkeyPatch, value: str, profiles: dict[str, str]) -> None:
    clean.setenv("ANAMNESIS_PROFILES", value)
    settings = Settings()
    assert settings.profiles == profiles
    assert settings.default_language in profiles


def test_profiles_may_be_a_table_of_the_file(tmp_path: Path) -> None:
    settings = Settings(config=toml(tmp_path, '[profiles]\nfr = "fr"\n'))
    assert (settings.profiles, settings.default_language) == ({"fr": "fr"}, "fr")


@pytest.mark.parametrize("value", ["fr", "fr=", "{broken", "", "fr-CA=fr"])
def test_bad_profiles_are_an_error(value: str) -> None:
    with pytest.raises(SettingsError, match="profiles"):
        Settings(profiles=value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_topic": "health.notes"}, "three different topics"),
        ({"default_language": "de"}, "default_language de has no profile"),
        ({"default_timezone": "Mars/Olympus"}, "no such time zone"),
        ({"expected_note_seconds": 40, "shards": 1}, "a quarter of max_poll_interval_seconds"),
        ({"drain_deadline_seconds": 120}, "drain_deadline_seconds .* below rebalance_timeout_seconds"),
        ({"batch_deadline_seconds": 60}, "batch_deadline_seconds .* below drain_deadline_seconds"),
        ({"heartbeat_interval_seconds": 11}, "a third of session_timeout_seconds"),
        ({"sasl_password": CANARY}, "without sasl_mechanism"),
        ({"sasl_mechanism": "PLAIN"}, "needs sasl_username and sasl_password"),
        ({"tls_ca_file": "/nowhere/ca.pem"}, "without tls_enabled"),
        ({"tls_enabled": True, "tls_ca_file": "/nowhere/ca.pem"}, "names no file"),
        ({"tls_enabled": True, "tls_cert_file": "/nowhere/c.pem"}, "belong together"),
        ({"shard_recycle_bytes": "8GiB"}, "below shard_memory_bytes"),
        ({"window_bytes": "1MiB"}, "at least max_value_bytes"),
        ({"bootstrap_servers": "kafka"}, "host:port"),
        ({"bootstrap_servers": "PLAINTEXT://kafka:9092"}, "without a scheme"),
        ({"input_topic": "two words"}, "input_topic"),
        ({"http_port": 70_000}, "http_port"),
        ({"text_echo": "all"}, "'none', 'entities' or 'full'"),
        ({"note_deadline_seconds": "nan"}, "note_deadline_seconds"),
    ],
)
def test_values_that_cannot_work_are_named_in_one_line(options: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        Settings(**options)
    assert "\n" not in str(caught.value)
    assert CANARY not in str(caught.value)


def key_and_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


def test_certificates_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    key, certificate = key_and_certificate(tmp_path, "ours")
    other, _ = key_and_certificate(tmp_path, "other")
    locked = tmp_path / "locked.key"
    lock = ["openssl", "pkey", "-in", key, "-aes256", "-passout", f"pass:{CANARY}", "-out", locked]
    subprocess.run(lock, check=True, capture_output=True)
    text = tmp_path / "text.pem"
    text.write_text("no certificate", encoding="utf-8")

    Settings(tls_enabled=True, tls_ca_file=certificate, tls_cert_file=certificate, tls_key_file=key)
    Settings(tls_enabled=True, tls_cert_file=certificate, tls_key_file=locked, tls_key_password=CANARY)
    with pytest.raises(SettingsError, match=r"tls_ca_file holds no certificate as PEM: .*text\.pem"):
        Settings(tls_enabled=True, tls_ca_file=text)
    for wrong, password in ((other, None), (text, None), (locked, None), (locked, f"not-{CANARY}")):
        with pytest.raises(SettingsError, match="tls_cert_file and tls_key_file do not fit") as caught:
            Settings(tls_enabled=True, tls_cert_file=certificate, tls_key_file=wrong, tls_key_password=password)
        assert CANARY not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("ANAMNESIS_HTTP_PORT", CANARY)
    with pytest.raises(SettingsError) as caught:
        Settings(shards=0)
    message = str(caught.value)
    assert "http_port (environment ANAMNESIS_HTTP_PORT)" in message
    assert "shards (option)" in message
    assert CANARY not in message


@pytest.mark.parametrize("options", [{"shards": "two"}, {"shards": 0}, {"profiles": "fr"}])
def test_what_only_follows_from_an_error_is_not_said(options: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as error:
        Settings(**options)
    [name] = options
    assert str(error.value).startswith(f"{name} (option): ")
    assert ";" not in str(error.value).replace("en=en,fr=fr", "")


@pytest.mark.parametrize(("seconds", "poll", "buffer"), [(0.001, 500, 1024), (0.2, 64, 64)])
def test_poll_and_buffer_follow_the_seconds_of_a_note(seconds: float, poll: int, buffer: int) -> None:
    settings = Settings(expected_note_seconds=seconds)
    assert (settings.max_poll_records, settings.stream_buffer_records) == (poll, buffer)
    assert Settings(expected_note_seconds=seconds, max_poll_records=10).max_poll_records == 10


def test_secret_comes_from_its_file_and_is_shown_nowhere(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{CANARY}\n", encoding="utf-8")
    clean.setenv("ANAMNESIS_SASL_PASSWORD_FILE", str(secret))
    settings = Settings(sasl_mechanism="scram-sha-512", sasl_username="me")
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == CANARY
    assert settings.security_protocol == "SASL_PLAINTEXT"
    assert settings.sources()["sasl_password"] == f"file {secret}"
    assert settings.masked()["sasl_password"] == "********"  # noqa: S105
    assert CANARY not in repr(settings)
    assert CANARY not in str(settings.masked())


def test_secret_given_twice_or_without_its_file_is_an_error(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean.setenv("ANAMNESIS_SASL_PASSWORD_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        Settings()
    clean.setenv("ANAMNESIS_SASL_PASSWORD", CANARY)
    with pytest.raises(SettingsError, match="keep one") as caught:
        Settings()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("content", [b'sasl_password = "canary-4711-swordfish', b'group_id = "\xff"'])
def test_broken_file_is_an_error_that_quotes_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"TOML|UTF-8") as caught:
        Settings(config=path)
    assert CANARY not in str(caught.value)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().shards = 3  # type: ignore[misc]
