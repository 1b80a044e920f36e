"""A server over the network: with a certificate that is checked, and passwords of every kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from psycopg2.extensions import parse_dsn

from infra.postgres.server.access import database_name, url_for_database
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect
from infra.settings import Settings, SettingsUnusable, load_settings
from tests.setup.given_servers import ask, use_everything
from tests.world.debian_postgres import OwnServer

pytestmark = pytest.mark.server

PASSWORDS = ["a b%c@d:e/f?g#h[i]&j=k", "'\"\\ \\'", "пароль-ğüñ€", "%40%%25+"]


def signed(name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
    names = {each: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, "permit test CA")}
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[name])
        .issuer_name(names["permit test CA"])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(by, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def authority(server: OwnServer, tmp_path: Path) -> Iterator[Path]:
    """The certificate of the authority that signed the server's; the server speaks TLS meanwhile."""
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    private = theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = {"server.crt": signed("127.0.0.1", theirs, ours, ca=False), "server.key": private}
    for name, content in files.items():
        path = server.directory / name
        path.write_bytes(content)
        path.chmod(0o600)
        if server.account.changes_identity:
            os.chown(path, server.account.uid, server.account.gid)
    if not server.speaks_tls:
        pytest.skip("this server was built without TLS")  # the ones from wheels; Debian's was built with it
    certificate = tmp_path / "authority with a space.crt"
    certificate.write_bytes(signed("permit test CA", ours, ours, ca=True))
    server.set_and_wait(
        ssl_cert_file=str(server.directory / "server.crt"), ssl_key_file=str(server.directory / "server.key"), ssl="on"
    )
    yield certificate
    server.set_and_wait(ssl="off")


def test_a_certificate_that_is_checked(server: OwnServer, authority: Path, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login createdb createrole password 'geheim'")
    url = server.tcp_url("app", "geheim", "permit", sslmode="verify-full", sslrootcert=str(authority))

    use_everything(url, tmp_path / "home")

    assert ask(url, "select ssl from pg_stat_ssl where pid = pg_backend_pid()") == [(True,)]


def test_a_certificate_of_another_authority(server: OwnServer, authority: Path, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login password 'geheim'")
    key = ec.generate_private_key(ec.SECP256R1())
    another = tmp_path / "another.crt"
    another.write_bytes(signed("permit test CA", key, key, ca=True))

    url = server.tcp_url("app", "geheim", sslmode="verify-full", sslrootcert=str(another))
    with pytest.raises(DatabaseUnavailable, match="SSL error") as refused:
        connect(url, None)

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_that_needs_quoting(server: OwnServer, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with closing(psycopg2.connect(server.url())) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("create role app login createdb createrole password %s", (password,))
    monkeypatch.setenv("PERMIT_DATABASE_URL", server.tcp_url("app", password, "postgres"))
    url = load_settings().database_url
    assert url is not None

    for each in (url, url_for_database(url, "template1")):
        with closing(connect(each, None)) as connection:
            assert connection.info.user == "app"
    with pytest.raises(DatabaseUnavailable, match="password authentication failed") as refused:
        connect(server.tcp_url("app", password + "x"), Role.WRITER)
    assert password not in str(refused.value)


def test_a_password_from_the_environment(server: OwnServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login createdb createrole password 'geheim'")
    monkeypatch.setenv("PGPASSWORD", "geheim")
    use_everything(f"postgresql://app@127.0.0.1:{server.port}/permit", tmp_path / "home")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://app@127.0.0.1:{port}/permit", "permit"),
        ("postgres://app@127.0.0.1:{port}/?dbname=permit", "permit"),
        ("postgresql://?host=127.0.0.1&port={port}&user=app&dbname=my%20permit", "my permit"),
        ("postgresql://app@127.0.0.1:{port}", "app"),
        ("postgresql://app@127.0.0.1:1,127.0.0.1:{port}/permit", "permit"),
        ("postgresql://app@/permit?hostaddr=127.0.0.1&port={port}&options=-c%20geqo%3Doff", "permit"),
        ("postgresql://app@[::1]:{port},127.0.0.1:{port}/permit?connect_timeout=3", "permit"),
    ],
)
def test_every_form_of_a_url(server: OwnServer, monkeypatch: pytest.MonkeyPatch, url: str, name: str) -> None:
    server.run_as_superuser("create role app login password 'geheim'", f'create database "{name}"')
    monkeypatch.setenv("PGPASSWORD", "geheim")
    monkeypatch.setenv("PERMIT_DATABASE_URL", url.replace("{port}", str(server.port)))
    given = load_settings().database_url
    assert given is not None

    assert database_name(given) == name
    other = url_for_database(given, "template1")
    assert parse_dsn(other) == {**parse_dsn(given), "dbname": "template1"}
    for each, database in ((given, name), (other, "template1")):
        with closing(connect(each, None)) as connection:
            assert connection.info.dbname == database


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://app:ge@heim@db.example/permit", "more than one @ before its host"),
        ("postgresql://app:100%@db.example/permit", "cannot be read by PostgreSQL's library"),
        ("postgresql://app:ge/heim@db.example/permit", "is not a URL"),
        ("postgresql://db.example/permit?sslmod=require", "cannot be read by PostgreSQL's library"),
        ("postgresql://db1.example:5432,db2.example:70000/permit", "is not a URL"),
    ],
)
def test_a_url_that_is_not_quoted(monkeypatch: pytest.MonkeyPatch, url: str, sentence: str) -> None:
    monkeypatch.setenv("PERMIT_DATABASE_URL", url)
    with pytest.raises(SettingsUnusable, match=sentence) as refused:
        load_settings()
    assert "heim" not in str(refused.value)


def test_a_url_stays_out_of_what_is_shown() -> None:
    assert "geheim" not in repr(Settings(database_url="postgresql://app:geheim@db.example/permit"))
