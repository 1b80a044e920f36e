"""The key pair of the development issuer: a file that its first user makes, for this user's eyes only."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from infra.durable_files import write_whole_or_not_at_all
from infra.identity.errors import DevelopmentKeyUnusable

_ANYBODY_ELSE: Final = 0o077


def development_key(path: Path, *, create: bool) -> EllipticCurvePrivateKey:
    """Read the key (PEM, mode 0600); with ``create``, make it if it is not there.

    Losing it only makes the tokens that were given useless: they have to be requested again.

    Raises :class:`DevelopmentKeyUnusable`.
    """
    try:
        try:
            return _read(path)
        except FileNotFoundError:
            if not create:
                raise DevelopmentKeyUnusable(
                    f"there is no key of the development issuer at {path}: `permit serve` or `permit demo` makes it; "
                    "or set PERMIT_HOME to the directory that the service uses"
                ) from None
        path.parent.mkdir(parents=True, exist_ok=True)
        key = generate_private_key(SECP256R1())
        write_whole_or_not_at_all(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return _read(path)
    except OSError as why:
        raise DevelopmentKeyUnusable(
            f"the key of the development issuer at {path} cannot be used ({why.strerror}): let the user of this "
            "program read and write there, or set PERMIT_HOME to another directory"
        ) from None


def key_id(key: EllipticCurvePublicKey) -> str:
    """The thumbprint of a P-256 key (RFC 7638), by which a token names it."""
    numbers = key.public_numbers()
    members = {
        "crv": "P-256",
        "kty": "EC",
        "x": _base64url(numbers.x.to_bytes(32)),
        "y": _base64url(numbers.y.to_bytes(32)),
    }
    return _base64url(sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest())


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _read(path: Path) -> EllipticCurvePrivateKey:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        pem = file.read()
    if mode & _ANYBODY_ELSE:
        raise DevelopmentKeyUnusable(
            f"others than its owner may use {path}, so anybody could have made tokens with it: remove it, a new one "
            "is made at the next start"
        )
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it asks for a password
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise DevelopmentKeyUnusable(
            f"{path} does not hold a P-256 private key in PEM without a password: remove it, a new one is made at "
            "the next start"
        )
    return key
