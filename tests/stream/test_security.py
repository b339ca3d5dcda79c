"""SASL_SSL and client certificates against a real broker, with exactly the least rights, and what is missing named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from tests.stream import odd_worker, security
from tests.stream.conftest import unavailable
from tests.stream.kafka import Cluster
from tests.stream.kafka_jars import KafkaUnavailableError
from tests.stream.security import Certificates
from tests.stream.test_flow import until
from tests.stream.topics import Topics
from tests.stream.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PASSWORD = "canary-password-4711"  # noqa: S105 (a test's)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("tls") / "certificates", "anamnesis", "stranger")


@pytest.fixture(scope="module")
def secured(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node that knows TLS, SCRAM and rights."""
    folder = tmp_path_factory.mktemp("secured")
    try:
        cluster = Cluster(1, folder, ("SASL_SSL", "SSL"), certificates.broker_settings).__enter__()
    except KafkaUnavailableError as error:
        unavailable(str(error))
    try:
        admin = cluster.admin
        security.add_user(admin, "anamnesis", PASSWORD)
        yield cluster
    finally:
        cluster.__exit__(None, None, None)


def by_password(kafka: Cluster, certificates: Certificates, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="ascii")
    return {
        "bootstrap_servers": kafka.addresses("SASL_SSL"),
        "tls_enabled": "true",
        "tls_ca_file": certificates.ca,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": "anamnesis",
        "sasl_password_file": folder / "password",
    }


def by_certificate(kafka: Cluster, certificates: Certificates, name: str = "anamnesis") -> dict[str, Any]:
    return {
        "bootstrap_servers": kafka.addresses("SSL"),
        "tls_enabled": "true",
        "tls_ca_file": certificates.ca,
        "tls_cert_file": certificates.certificate(name),
        "tls_key_file": certificates.key(name),
    }


def send(kafka: Cluster, topics: Topics, count: int) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    for number in range(count):
        value = json.dumps({"note_id": f"n{number}", "text": "Aspirin 81 mg."})
        producer.produce(topics.names[0], value, f"p{number % 5}")
    producer.produce(topics.names[0], b"no note", "p1")
    assert producer.flush(30) == 0


def worker(folder: Path, topics: Topics, login: dict[str, Any]) -> WorkerProcess:
    settings = topics.settings | {"profiles": odd_worker.profiles(folder)} | login
    return WorkerProcess(folder / "worker", settings, program=odd_worker.program())


@pytest.mark.parametrize("way", ["password", "certificate"])
def test_a_worker_with_the_least_rights_gives_each_note_once(
    secured: Cluster, certificates: Certificates, tmp_path: Path, way: str
) -> None:
    topics = Topics.make(secured, partitions=3)
    admin = secured.admin
    user = "anamnesis" if way == "password" else "CN=anamnesis"
    security.grant(admin, security.least_rights(user, topics.names, topics.name))
    login = by_password(secured, certificates, tmp_path) if way == "password" else by_certificate(secured, certificates)
    with worker(tmp_path, topics, login) as one:
        one.wait_ready()
        send(secured, topics, 50)
        verdict = topics.check(60)
        assert verdict.holds, verdict
        assert (verdict.outcomes, verdict.duplicated) == ({"enriched": 50, "rejected": 1}, 0)
        assert one.stop() == 0
        assert PASSWORD not in one.log
    assert topics.check().duplicated == 0


def test_each_missing_right_is_named_and_the_worker_serves_when_it_comes(
    secured: Cluster, certificates: Certificates, tmp_path: Path
) -> None:
    topics = Topics.make(secured, partitions=1)
    admin = secured.admin
    security.withdraw_all(admin)
    rights = security.least_rights("anamnesis", topics.names, topics.name)
    send(secured, topics, 5)
    said = []
    with worker(tmp_path, topics, by_password(secured, certificates, tmp_path)) as one:
        # Granted in the order in which they are asked for; each step names the next thing.
        for words, grants in (
            (f"topic {topics.names[0]}:", rights[:2]),
            (f"topic {topics.names[1]}:", rights[3:5]),
            (f"topic {topics.names[2]}:", rights[5:]),
            (f"group {topics.name}: without the right to READ", rights[2:3]),
        ):
            until(lambda words=words: words in one.get("readyz")[1], seconds=90)
            said.append(one.get("readyz")[0])
            security.grant(admin, grants)
        one.wait_ready()
        assert topics.check(60).holds
        assert one.stop() == 0
    assert said == [503] * 4


def test_doctor_names_the_right_that_is_missing_and_what_to_grant(
    secured: Cluster, certificates: Certificates, tmp_path: Path
) -> None:
    topics = Topics.make(secured, partitions=1)
    security.withdraw_all(secured.admin)
    rights = security.least_rights("anamnesis", topics.names, topics.name)
    given = topics.settings | {"profiles": odd_worker.profiles(tmp_path)}
    given |= by_password(secured, certificates, tmp_path)
    # All but WRITE on the output topic.
    security.grant(secured.admin, [right for right in rights if right is not rights[3]])
    until(lambda: len(doctor_errors(given)) == 1, seconds=90)
    [missing] = doctor_errors(given)
    assert missing["subject"] == f"topic {topics.names[1]}"
    assert "without the right to WRITE" in missing["found"]
    assert missing["advice"] == "grant WRITE and DESCRIBE on the topic to our user"
    security.grant(secured.admin, rights[3:4])
    until(lambda: doctor_errors(given) == [], seconds=90)


def doctor_errors(settings: dict[str, Any]) -> list[dict[str, str]]:
    """What `anamnesis doctor` finds wrong with the broker, its topics and rights."""
    arguments = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    program = [sys.executable, "-m", "workers", "doctor", "--json", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    found: list[dict[str, str]] = json.loads(done.stdout)
    return [each for each in found if each["state"] == "error" and not each["subject"].startswith("profile")]


def test_a_wrong_password_and_an_unknown_certificate_are_said_in_one_line(
    secured: Cluster, certificates: Certificates, tmp_path: Path
) -> None:
    topics = Topics.make(secured, partitions=1)
    login = by_password(secured, certificates, tmp_path)
    (tmp_path / "password").write_text("wrong-canary\n", encoding="ascii")
    with worker(tmp_path, topics, login) as one:
        until(lambda: "no broker at" in one.get("readyz")[1], seconds=90)
        assert "uthentication" in one.get("readyz")[1]
        assert one.stop() == 0
        assert "wrong-canary" not in one.log
    foreign = Certificates.make(tmp_path / "foreign", "anamnesis")
    login = by_certificate(secured, certificates) | {
        "tls_cert_file": foreign.certificate("anamnesis"),
        "tls_key_file": foreign.key("anamnesis"),
    }
    with worker(tmp_path / "second", topics, login) as one:
        until(lambda: "no broker at" in one.get("readyz")[1], seconds=90)
        assert one.stop() == 0
