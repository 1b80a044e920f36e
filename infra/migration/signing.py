"""The signature under a report: Ed25519 (RFC 8032) over the exact bytes of its JSON."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from domain.unusable import Unusable
from infra.durable_files import write_whole_or_not_at_all


class SigningKeyUnusable(Unusable):
    """The key that signs reports cannot be read; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """In base64; ``sha256`` in hexadecimal, for people to compare."""

    algorithm: str
    public_key: str
    signature: str
    sha256: str

    def is_of(self, content: bytes) -> bool:
        """Whether it was made over these bytes by the key that it names."""
        try:
            Ed25519PublicKey.from_public_bytes(b64decode(self.public_key)).verify(b64decode(self.signature), content)
        except (InvalidSignature, ValueError):
            return False
        return hashlib.sha256(content).hexdigest() == self.sha256


class ReportSigner:
    """Signs with the key of a PEM file; ``create`` makes one where there is none."""

    def __init__(self, file: Path, *, create: bool) -> None:
        if create and not file.exists():
            made = Ed25519PrivateKey.generate()
            file.parent.mkdir(parents=True, exist_ok=True)
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_whole_or_not_at_all(file, pem)
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError):
            raise SigningKeyUnusable(f"{file} holds no key in PEM: set PERMIT_SIGNING_KEY_FILE to one") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningKeyUnusable(f"{file} holds no Ed25519 key: make one with `openssl genpkey -algorithm ed25519`")
        self._key = key

    def sign(self, content: bytes) -> Signature:
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Signature(
            algorithm="Ed25519",
            public_key=b64encode(public).decode(),
            signature=b64encode(self._key.sign(content)).decode(),
            sha256=hashlib.sha256(content).hexdigest(),
        )
