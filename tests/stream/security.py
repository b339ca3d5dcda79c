"""A broker with TLS, SCRAM and rights: certificates by openssl alone, users and rights by Kafka's own protocol."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

_ANY = ResourcePatternType.ANY


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority, and certificates that it signed; all PEM, in one folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *names: str) -> Certificates:
        """An authority, a certificate for the broker on 127.0.0.1, and one for each name."""
        folder.mkdir(parents=True)
        made = cls(folder)
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", made.key("ca"), "-out", made.ca, "-subj", "/CN=ca", "-days", "2")
        for name in ("broker", *names):
            request = folder / f"{name}.csr"
            _openssl("req", *_NEW_KEY, "-keyout", made.key(name), "-out", request, "-subj", f"/CN={name}")
            extension = folder / f"{name}.ext"
            extension.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
            signed = ("-CA", made.ca, "-CAkey", made.key("ca"), "-CAcreateserial", "-extfile", extension, "-days", "2")
            _openssl("x509", "-req", "-in", request, "-out", made.certificate(name), *signed)
            both = made.key(name).read_text() + made.certificate(name).read_text()
            (folder / f"{name}.store.pem").write_text(both, encoding="ascii")
        return made

    @property
    def ca(self) -> Path:
        """The certificate to trust."""
        return self.folder / "ca.pem"

    def key(self, name: str) -> Path:
        """The key of a certificate."""
        return self.folder / f"{name}.key"

    def certificate(self, name: str) -> Path:
        """The certificate of a name."""
        return self.folder / f"{name}.pem"

    @property
    def broker_settings(self) -> dict[str, str]:
        """Settings of a broker with listeners SASL_SSL (SCRAM-SHA-512) and SSL (certificates), and with rights.

        PLAINTEXT is the administrator's.
        """
        return {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / "broker.store.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.ca),
            "listener.name.ssl.ssl.client.auth": "required",
        }


_NEW_KEY = ("-newkey", "rsa:2048", "-nodes")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def add_user(admin: AdminClient, name: str, password: str) -> None:
    """A SCRAM user."""
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    for future in admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(name, info, password.encode())]
    ).values():
        future.result()


def least_rights(user: str, topics: tuple[str, str, str], group: str) -> list[AclBinding]:
    """The rights that README.md and workers/rights.py name, and no more."""
    source, output, letters = topics
    wanted = [
        (ResourceType.TOPIC, source, AclOperation.READ),
        (ResourceType.TOPIC, source, AclOperation.DESCRIBE),
        (ResourceType.GROUP, group, AclOperation.READ),
    ]
    for topic in (output, letters):
        wanted += [(ResourceType.TOPIC, topic, AclOperation.WRITE), (ResourceType.TOPIC, topic, AclOperation.DESCRIBE)]
    return [
        AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation, AclPermissionType.ALLOW)
        for kind, name, operation in wanted
    ]


def grant(admin: AdminClient, rights: Iterable[AclBinding]) -> None:
    """Grant rights."""
    for future in admin.create_acls(list(rights)).values():
        future.result()


def withdraw_all(admin: AdminClient) -> None:
    """Withdraw every right of everybody."""
    everything = AclBindingFilter(ResourceType.ANY, None, _ANY, None, None, AclOperation.ANY, AclPermissionType.ANY)
    for future in admin.delete_acls([everything]).values():
        future.result()
