"""The development issuer: one key a home, for its owner alone, and only for a service that stays on this machine."""

from __future__ import annotations

import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from jwt.algorithms import ECAlgorithm

from infra.identity.accepted_issuer import issuer_for
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.development_key import development_key, key_id
from infra.identity.errors import DevelopmentKeyUnusable, IssuerNotAccepted
from infra.settings import Settings
from tests.identity.callers import CALLERS, NOW

EMPLOYER = CALLERS[Role.EMPLOYER]
KEY_FILE = "development-issuer.pem"
UNPROTECTED = NoEncryption()
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - what must be refused


def pem(
    key: EllipticCurvePrivateKey | Ed25519PrivateKey, protection: KeySerializationEncryption = UNPROTECTED
) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    token = DevelopmentIssuer.open(home, create=True).issue(EMPLOYER, now=NOW)
    again = DevelopmentIssuer.open(home, create=False)
    assert again.verifier().verify(token, now=NOW) == EMPLOYER


def test_nobody_else_may_read_the_key(tmp_path: Path) -> None:
    DevelopmentIssuer.open(tmp_path, create=True)
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_many_who_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    starters = 8
    together = Barrier(starters)

    def start(_: int) -> DevelopmentIssuer:
        together.wait()
        return DevelopmentIssuer.open(tmp_path, create=True)

    with ThreadPoolExecutor(starters) as pool:
        issuers = list(pool.map(start, range(starters)))
    token = issuers[0].issue(EMPLOYER, now=NOW)
    assert all(each.verifier().verify(token, now=NOW) == EMPLOYER for each in issuers)
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


def test_a_writing_that_breaks_off_leaves_no_key(tmp_path: Path) -> None:
    # given a process that may write files of eight bytes only
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from infra.identity.development_issuer import DevelopmentIssuer\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))\n"
        "DevelopmentIssuer.open(Path(sys.argv[1]), create=True)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].startswith("infra.identity.errors.DevelopmentKeyUnusable")
    assert "File too large" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
    DevelopmentIssuer.open(tmp_path, create=True)


def test_a_key_that_is_expected_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(DevelopmentKeyUnusable, match="there is no key of the development issuer"):
        DevelopmentIssuer.open(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_may_use_is_not_used(tmp_path: Path, mode: int) -> None:
    DevelopmentIssuer.open(tmp_path, create=True)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(DevelopmentKeyUnusable, match="others than its owner"):
        DevelopmentIssuer.open(tmp_path, create=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        pem(generate_private_key(SECP384R1())),
        pem(Ed25519PrivateKey.generate()),
        pem(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"geheim")),
    ],
    ids=["empty", "text", "another curve", "another kind", "with a password"],
)
def test_a_file_that_is_no_such_key_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / KEY_FILE, content)
    with pytest.raises(DevelopmentKeyUnusable, match="does not hold a P-256 private key"):
        DevelopmentIssuer.open(tmp_path, create=True)
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_home_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(DevelopmentKeyUnusable, match="set PERMIT_HOME to another directory"):
        DevelopmentIssuer.open(tmp_path / "home", create=True)


def test_a_key_is_named_by_its_thumbprint(tmp_path: Path) -> None:
    public = development_key(tmp_path / KEY_FILE, create=True).public_key()
    jwk = ECAlgorithm.to_jwk(public, as_dict=True)
    required = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'  # RFC 7638, section 3.2
    assert key_id(public) == urlsafe_b64encode(sha256(required.encode()).digest()).decode().rstrip("=")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_loopback_the_development_issuer_is_accepted(tmp_path: Path, host: str) -> None:
    issuer = issuer_for(Settings(home=tmp_path), host)
    assert issuer.verifier().verify(issuer.issue(EMPLOYER, now=NOW), now=NOW) == EMPLOYER


@pytest.mark.parametrize(
    "host",
    [EVERY_INTERFACE, "::", "", "10.0.0.1", "192.168.1.4", "permit.example", "localhost.example", "127.0.0.1.example"],
)
def test_where_others_can_reach_it_the_development_issuer_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(IssuerNotAccepted, match=r"listens on loopback only: listen on 127\.0\.0\.1"):
        issuer_for(Settings(home=tmp_path), host)
    assert list(tmp_path.iterdir()) == []


def test_beside_a_real_issuer_it_is_refused_too(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, oidc_issuer="https://login.example")
    with pytest.raises(IssuerNotAccepted, match="only the development issuer is built yet"):
        issuer_for(settings, "127.0.0.1")
    assert list(tmp_path.iterdir()) == []
