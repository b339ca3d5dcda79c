"""The jars of Apache Kafka, copied once by Maven into the repository's `.cache/`."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

VERSION = "4.1.0"

_CACHE = Path(__file__).parents[2] / ".cache"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
# slf4j-simple writes the broker's warnings to its standard error, which the fixture keeps in a file.
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>anamnesis.tests</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""


class KafkaUnavailableError(Exception):
    """Apache Kafka cannot be started here; the message says what is missing."""


def class_path() -> str:
    """The class path of the broker; the first call copies 43 MB. Raises KafkaUnavailableError."""
    java = shutil.which("java")
    if java is None:
        raise KafkaUnavailableError("no Java (17 or later) on this machine; or name a broker by ANAMNESIS_TEST_KAFKA")
    folder = _CACHE / f"kafka-{VERSION}"
    if not folder.is_dir():
        _copy(folder)
    return f"{folder}{os.sep}*"


def _copy(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("no Maven on this machine; or name a broker by ANAMNESIS_TEST_KAFKA")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "kafka.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():  # another test run was faster
            return
        beside = folder.with_suffix(".partial")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        (beside / "pom.xml").write_text(_POM, encoding="utf-8")
        done = subprocess.run(
            [maven, "-B", "-q", _COPY, f"-DoutputDirectory={beside}", "-DincludeScope=runtime"],
            cwd=beside,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stdout.strip().splitlines() or ["it said nothing"])[0]
            raise KafkaUnavailableError(f"Maven could not copy Apache Kafka {VERSION}: {last}")
        beside.rename(folder)
