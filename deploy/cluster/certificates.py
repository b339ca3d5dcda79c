"""The keys and certificates of a control plane that lives for one test run, by openssl alone."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_DAYS = ("-days", "2")


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority in `folder` (ca.crt, ca.key) and what it signs, PEM."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        """The authority, and the key that service accounts' tokens are signed with."""
        folder.mkdir(parents=True)
        made = cls(folder)
        _openssl(
            "req", "-x509", *_NEW_KEY, "-keyout", made.key("ca"), "-out", made.certificate("ca"), "-subj", "/CN=ca",
            "-addext", "keyUsage=critical,keyCertSign,digitalSignature", *_DAYS,
        )  # fmt: skip
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", made.key("accounts"))
        return made

    def sign(self, name: str, common_name: str | None = None) -> None:
        """A certificate NAME.crt with its key, for servers on loopback and for clients."""
        request, extension = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        _openssl("req", *_NEW_KEY, "-keyout", self.key(name), "-out", request, "-subj", f"/CN={common_name or name}")
        extension.write_text(
            "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n", encoding="ascii"
        )
        authority = ("-CA", self.certificate("ca"), "-CAkey", self.key("ca"), "-CAcreateserial")
        _openssl(
            "x509", "-req", "-in", request, "-out", self.certificate(name), *authority, "-extfile", extension, *_DAYS
        )

    def key(self, name: str) -> Path:
        """The private key of a name."""
        return self.folder / f"{name}.key"

    def certificate(self, name: str) -> Path:
        """The certificate of a name."""
        return self.folder / f"{name}.crt"


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)  # noqa: S603, S607 (openssl, with arguments of ours)
