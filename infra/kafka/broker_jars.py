"""The jars of Apache Kafka, assembled once with Maven from the project's POM and kept between runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # nosec B404 # runs Java and Maven
import tempfile
from pathlib import Path
from typing import Final

from infra.kafka.errors import KafkaNotHere

_POM: Final = Path(__file__).parent / "broker" / "pom.xml"
_OLDEST_JAVA: Final = 17
_MAVEN_SECONDS: Final = 600


def broker_version() -> str:
    """The version of Apache Kafka that the POM names."""
    found = re.search(r"<artifactId>kafka_2\.13</artifactId><version>([^<]+)</version>", _POM.read_text())
    if found is None:
        raise AssertionError("the POM names a version of Kafka")
    return found[1]


def broker_jars() -> Path:
    """The directory with the jars, made by Maven the first time. Raises :class:`KafkaNotHere`."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "single-permit"
    jars = cache / f"kafka-{broker_version()}"
    if not jars.is_dir():
        _assemble(jars)
    return jars


def java() -> str:
    """The Java to run a broker on. Raises :class:`KafkaNotHere`."""
    found = shutil.which("java")
    if found is None:
        raise KafkaNotHere(f"there is no Java: install a JDK of version {_OLDEST_JAVA} or newer")
    output = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr  # noqa: S603  # nosec B603 # fixed words, without a shell
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < _OLDEST_JAVA:
        raise KafkaNotHere(f"Java is older than {_OLDEST_JAVA}: install a newer JDK")
    return found


def _assemble(jars: Path) -> None:
    """Whole or not at all: two processes that do it at once end with the same directory."""
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaNotHere("there is no Maven to fetch Apache Kafka with: install Maven")
    jars.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jars.parent) as scratch:
        made = Path(scratch) / "jars"
        command = [maven, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        try:
            done = subprocess.run(  # noqa: S603  # nosec B603 # fixed words, without a shell
                [*command, f"-DoutputDirectory={made}"],
                capture_output=True,
                text=True,
                timeout=_MAVEN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise KafkaNotHere(f"Maven did not fetch Apache Kafka within {_MAVEN_SECONDS} seconds") from None
        if done.returncode != 0:
            raise KafkaNotHere(f"Maven could not fetch Apache Kafka (it ended with {done.returncode})")
        try:
            made.rename(jars)
        except OSError:
            if not jars.is_dir():
                raise
