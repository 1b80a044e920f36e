"""The settings from the environment: read once, into one frozen object.

A variable that is absent or empty means the embedded part (own PostgreSQL, in-process delivery, the
Crossroads simulator, a development issuer bound to loopback).
"""

import difflib
import errno
import os
import re
import ssl
from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import SplitResult, urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.unusable import Unusable
from infra.documents.scanning import ClamdAddress
from infra.kafka_client import KafkaClient

PREFIX = "PERMIT_"
FOR_TESTS_ONLY = re.compile(r"PERMIT_REQUIRE_SERVERS|PERMIT_TEST_\w+")
OURS = "ours"  # the type of our own validation errors: their text is the sentence
TOPIC_PREFIX = re.compile(r"[a-z0-9.-]{0,60}")
HOST_NAME = re.compile(r"\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}")
BUCKET = re.compile(r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/?")
BROKER = re.compile(r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:]+\]):(?P<port>\d{1,5})")


class SettingsUnusable(Unusable):
    """The program cannot start with this environment.

    Each line of the text names a variable, what is wrong with it and how to correct it. Values are not repeated:
    they may hold a password or a key.
    """


def _refuse(wrong: str, remedy: str) -> NoReturn:
    raise PydanticCustomError(OURS, "{sentence}", {"sentence": f"{wrong}. {remedy}"})


def _parts_of(url: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        _refuse("is not a URL", f"Write it like {example}")
    return parts


def _postgresql_url(url: str) -> str:
    """Judged by libpq's own reader: it takes several hosts, and characters in a password that others do not."""
    example = "postgresql://user:password@host:5432/database"
    if not url.startswith(("postgresql://", "postgres://")):
        _refuse("is not the URL of a PostgreSQL database", f"Write it like {example}")
    try:
        given = parse_dsn(url)
    except psycopg2.ProgrammingError:  # whose text may repeat the password
        _refuse(
            "cannot be read by PostgreSQL's library",
            f"Write it like {example}, with only parameters it knows and with % before the code of a special character",
        )
    if "@" in given.get("host", ""):
        # The library would look for a host by that name, and say it with the half of a password.
        _refuse(
            "has more than one @ before its host",
            "Write those of the user's name and the password as %40, and : / % as %3A %2F %25",
        )
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in given.get("port", "5432").split(",") if port):
        _refuse("is not a URL", f"Write it like {example}")
    return url


def _web_url(url: str) -> str:
    example = "https://host.example/path"
    parts = _parts_of(url, example)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        _refuse("is not a web address", f"Write it like {example}")
    return url.rstrip("/")


def _issuer_url(url: str) -> str:
    """An issuer is an https URL (OpenID Connect Discovery 1.0, section 3); plain http is for this machine."""
    parts = urlsplit(_web_url(url))
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        _refuse("names an issuer of tokens without https", "Use its https address")
    return url


def _bootstrap_servers(servers: str) -> str:
    for server in servers.split(","):
        found = BROKER.fullmatch(server.strip())
        if found is None or not 0 < int(found["port"]) < 65536:
            _refuse("is not a list of Kafka servers", "Write it like host1:9092,host2:9092")
    return ",".join(server.strip() for server in servers.split(","))


def _readable_file(path: Path) -> Path:
    if not _looked_at(path.is_file):
        _refuse("does not name an existing file", "Name one, or unset the variable to use the embedded part")
    if not os.access(path, os.R_OK):
        _refuse("names a file that this user may not read", "Give this user the right to read it")
    return path.resolve()


def _looked_at(question: Callable[[], bool]) -> bool:
    """The answer about a path, also one that is too long or lies where this user may not look."""
    try:
        return question()
    except OSError as why:
        _refuse(f"cannot be read ({why.strerror})", "Name another path, or give this user the right to read it")


def _runs_in_a_circle(path: Path) -> bool:
    """Asked of the system: `Path.resolve` says it in another way in each version of Python, or not at all."""
    try:
        path.stat()
    except OSError as why:
        return why.errno == errno.ELOOP
    return False


def _home_directory(path: Path) -> Path:
    if not str(path).isprintable():
        _refuse("has a line break or another control character in it", "Name a directory without any")
    named = path.expanduser()
    if _runs_in_a_circle(named):
        _refuse("cannot be followed to its end: its symbolic links run in a circle", "Name a directory")
    whole = named.resolve()
    if whole == Path(whole.root):
        _refuse("is the root directory", "Name a directory of its own, such as /srv/permit")
    there = next(each for each in (whole, *whole.parents) if _looked_at(each.exists))
    if not there.is_dir():
        _refuse("names something that is not a directory", "Name a directory; it is made if it is missing")
    return whole


def _host_names(names: str) -> str:
    listed = [each.strip().lower() for each in names.split(",")]
    if not all(HOST_NAME.fullmatch(each) for each in listed):
        _refuse(
            "is not a list of host names",
            "Write it like permit.example.be,localhost,[::1]: without ports, an IPv6 address in brackets",
        )
    return ",".join(listed)


def _networks(networks: str) -> str:
    try:
        return ",".join(str(ip_network(each.strip())) for each in networks.split(",") if each.strip())
    except ValueError:
        _refuse("is not a list of addresses or networks", "Write it like 127.0.0.1,10.20.0.0/16")


def _certificates(file: Path) -> Path:
    readable = _readable_file(file)
    try:
        ssl.create_default_context(cafile=readable)
    except (ssl.SSLError, OSError):
        _refuse("names a file without certificates", "Name a PEM file of the certificate authorities")
    return readable


def _topic_prefix(prefix: str) -> str:
    if TOPIC_PREFIX.fullmatch(prefix) is None:
        _refuse("is not the beginning of a topic's name", "Use small letters, digits, dots and hyphens: acceptance.")
    return prefix


def _kafka_client(name: str) -> KafkaClient:
    known = [each.value for each in KafkaClient]
    if name not in known:
        _refuse("is not a client for Kafka", f"Write {' or '.join(known)}")
    client = KafkaClient(name)
    if not client.is_installed:
        _refuse(
            f"names {client}, which is not installed",
            "Install it with pip install 'single-permit[confluent]', or unset the variable to use kafka-python",
        )
    return client


def _clamd(address: str) -> str:
    example = "unix:/run/clamav/clamd.ctl or 127.0.0.1:3310"
    if address.startswith("unix:"):
        if not address.removeprefix("unix:").startswith("/"):
            _refuse("is not the socket of a virus scanner", f"Write it like {example}")
        return address
    found = BROKER.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 65536:
        _refuse("is not the address of a virus scanner", f"Write it like {example}")
    return address


def _bucket(url: str) -> str:
    example = "https://s3.example/bucket"
    parts = _parts_of(url, example)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        _refuse("is not the address of a bucket", f"Write it like {example}; credentials are AWS_ACCESS_KEY_ID's")
    if BUCKET.fullmatch(parts.path) is None:
        _refuse("does not end in the name of one bucket", f"Write it like {example}")
    if find_spec("minio") is None:
        _refuse(
            "names an object store, for which minio is not installed",
            "Install it with pip install 'single-permit[s3]', or unset the variable to keep documents in files",
        )
    return url


PostgresUrl = Annotated[str, AfterValidator(_postgresql_url)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
IssuerUrl = Annotated[str, AfterValidator(_issuer_url)]
BootstrapServers = Annotated[str, AfterValidator(_bootstrap_servers)]
TopicPrefix = Annotated[str, AfterValidator(_topic_prefix)]
HostNames = Annotated[str, AfterValidator(_host_names)]
OptionalHostNames = Annotated[str, AfterValidator(lambda names: _host_names(names) if names else names)]
Networks = Annotated[str, AfterValidator(_networks)]
InstalledKafkaClient = Annotated[KafkaClient, BeforeValidator(_kafka_client)]
BucketUrl = Annotated[str, AfterValidator(_bucket)]
ClamdSocket = Annotated[str, AfterValidator(_clamd)]
ReadableFile = Annotated[Path, AfterValidator(_readable_file)]
CertificatesFile = Annotated[Path, AfterValidator(_certificates)]
HomeDirectory = Annotated[Path, AfterValidator(_home_directory)]


class Settings(BaseSettings):
    """Paths are absolute. Fields that may hold a password stay out of `repr`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", validate_default=True
    )

    home: HomeDirectory = Path("var")
    """Where everything embedded keeps its files."""
    database_url: PostgresUrl | None = Field(default=None, repr=False)
    """libpq URL of a server on which the program may make databases and roles."""
    key_database_url: PostgresUrl | None = Field(default=None, repr=False)
    """libpq URL of the key store, where it is not on the journal's server."""
    kafka: BootstrapServers | None = None
    """Bootstrap servers, `host:port` separated by commas."""
    kafka_topic_prefix: TopicPrefix = ""
    """Stands before the name of every topic and group: several environments may share one cluster."""
    kafka_client: InstalledKafkaClient = KafkaClient.KAFKA_PYTHON
    """What the relay sends with; everything else uses kafka-python."""
    crossroads_url: WebUrl | None = Field(default=None, repr=False)
    """Root of the Crossroads Bank's service, without a slash at the end."""
    crossroads_policy_file: ReadableFile | None = None
    """TOML: how fast and how patiently the bank is called; see `infra.crossroads.policy`."""
    oidc_issuer: IssuerUrl | None = None
    """The issuer exactly as in its tokens."""
    signing_key_file: ReadableFile | None = None
    """PEM of the Ed25519 key that signs reports; see `signing_key_path`."""
    key_encryption_key_file: ReadableFile | None = None
    """The key that wraps the subjects' keys; see `key_encryption_key_path`."""
    documents_s3: BucketUrl | None = None
    """The bucket of an S3-compatible store that keeps the documents, encrypted: `https://host/bucket`."""
    clamd: ClamdSocket | None = None
    """ClamAV's daemon, which looks at every document before it is kept: `unix:/path` or `host:port`."""
    limits_file: ReadableFile | None = None
    """TOML: how much one caller, connection or answer may take; see `infra.limits`."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """TCP port of the HTTP interface; with 0 the operating system chooses one."""

    hosts: HostNames = "localhost,127.0.0.1,[::1]"
    """The host names to which the service answers, separated by commas; every other one is misdirected."""
    proxies: Networks = ""
    """Addresses and networks of the proxies whose word on scheme, host and client is taken, separated by commas."""

    webhook_hosts: OptionalHostNames = ""
    """Hosts that notices may be sent to though they are not on the public internet, separated by commas."""
    webhook_ca_file: CertificatesFile | None = None
    """PEM of certificate authorities that receivers of notices may have beside those of the system."""

    @property
    def permitted_webhook_hosts(self) -> frozenset[str]:
        """The names of `webhook_hosts`, in small letters; an IPv6 address without its brackets."""
        return frozenset(each.strip("[]") for each in self.webhook_hosts.split(",") if each)

    @property
    def host_names(self) -> frozenset[str]:
        """The names of `hosts`, in small letters."""
        return frozenset(self.hosts.split(","))

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `proxies`."""
        return tuple(ip_network(each) for each in self.proxies.split(",") if each)

    @property
    def demonstration_clock_path(self) -> Path:
        """Where a demonstration keeps its clock; only a demonstration's journal is ever opened with it."""
        return self.home / "demonstration-clock"

    @property
    def documents_path(self) -> Path:
        """Where the content of documents is kept, encrypted."""
        return self.home / "documents"

    @property
    def draft_documents_path(self) -> Path:
        """Where the documents of drafts are kept, encrypted, until their application is filed."""
        return self.home / "draft-documents"

    @property
    def clamd_address(self) -> ClamdAddress | None:
        """Where the virus scanner is; without one documents are not scanned."""
        if self.clamd is None:
            return None
        if self.clamd.startswith("unix:"):
            return ClamdAddress(path=self.clamd.removeprefix("unix:"))
        host, _, port = self.clamd.rpartition(":")
        return ClamdAddress(host=host.strip("[]"), port=int(port))

    @property
    def signing_key_path(self) -> Path:
        """The file given, else the embedded one under `home`, which its first user makes."""
        return self.signing_key_file or self.home / "signing.key"

    @property
    def reports_path(self) -> Path:
        """Where signed reports of migrations are kept."""
        return self.home / "reports"

    @property
    def key_encryption_key_path(self) -> Path:
        """The file given, else the embedded one under `home`, which its first user makes."""
        return self.key_encryption_key_file or self.home / "key-encryption.key"


def load_settings() -> Settings:
    """Read the environment; raises SettingsUnusable for a wrong value and for a variable nobody knows."""
    wrong = _unknown_variables()
    settings = None
    try:
        settings = Settings()
    except ValidationError as invalid:
        wrong += [_sentence(str(e["loc"][0]), e["type"], e["msg"]) for e in invalid.errors(include_input=False)]
    if settings is None or wrong:
        raise SettingsUnusable("\n".join(wrong))  # outside `except`: pydantic's text repeats the value
    return settings


def _unknown_variables() -> list[str]:
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    sentences = []
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name.upper() in known or FOR_TESTS_ONLY.fullmatch(name):
            continue
        alike = difflib.get_close_matches(name.upper(), known, n=1)
        remedy = f"Did you mean {alike[0]}?" if alike else f"Unset it; there are {', '.join(known)}."
        sentences.append(f"{name} is not a setting of this program. {remedy}")
    return sentences


def _sentence(field: str, kind: str, message: str) -> str:
    variable = f"{PREFIX}{field.upper()}"
    if kind == OURS:
        return f"{variable} {message}."
    if field == "port":
        return f"{variable} is not a TCP port. Write a whole number from 0 to 65535, for example 8080."
    return f"{variable} cannot be used: {message}."
