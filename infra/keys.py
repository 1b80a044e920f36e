"""Data keys: one per data subject, wrapped by a key-encryption key, in a store apart from the journal.

Destroying a subject's key is the erasure of that person's data everywhere the ciphertext was copied to.

KeyFailure
├── KeyMissing                  a subject has no key to encrypt with
│   └── KeyDestroyed            because that person's data were erased
└── KeyEncryptionKeyUnusable    (Unusable) the key that wraps all others cannot be read
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.unusable import Unusable
from infra.durable_files import write_whole_or_not_at_all

KEY_BYTES: Final = 32


class KeyFailure(Exception):
    """A key cannot be had."""


class KeyMissing(KeyFailure):
    """A subject has no key to encrypt with: the key store holds none, or only that it has been destroyed."""


class KeyDestroyed(KeyMissing):
    """The subject's data were erased: nothing personal is ever written about that one again."""


class KeyEncryptionKeyUnusable(KeyFailure, Unusable):
    """The key-encryption key cannot be read; the sentence says what to do."""


class ContentKeys(Protocol):
    """Keys for what is kept about a subject: a person, or a draft."""

    def key_to_encrypt(self, subject: UUID) -> bytes:
        """The key. Raises :class:`KeyMissing`, for an erased subject :class:`KeyDestroyed`."""

    def key_to_decrypt(self, subject: UUID) -> bytes | None:
        """The key, or None once it has been destroyed."""


class SubjectKeys(ContentKeys, Protocol):
    """The keys of data subjects, by their random ids."""

    def mint(self) -> UUID:
        """Make a new subject with a key that is durable when this returns."""


class MasterKey:
    """The key-encryption key, and the keys derived from it for other purposes (HKDF, RFC 5869)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key-encryption key has {KEY_BYTES} bytes, not {len(secret)}")
        self._secret = secret
        self.wrapping_key = self._derived("wrapping of data keys")
        self.command_digest_key = self._derived("digest of commands")
        self.exchange_digest_key = self._derived("digest of exchanges with the Crossroads Bank")
        self.legacy_digest_key = self._derived("digest of legacy records")
        self.person_index_key = self._derived("blind index of persons")
        self.name_index_key = self._derived("blind index of names")
        self.filing_key = self._derived("ids of filings")
        self.tenant_key = self._derived("tenants of commands")
        self.draft_owner_key = self._derived("owners of drafts")
        self.place_key = self._derived("places in lists")
        self.note_key = self._derived("notes of what was done")
        self.login_key = self._derived("passwords of the logins of the database")

    def _derived(self, purpose: str) -> bytes:
        info = f"single-permit/1/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._secret)

    @classmethod
    def from_file(cls, path: Path, *, create: bool) -> MasterKey:
        """Read the key from a file of its own (base64, mode 0600); with ``create``, make it if it is not there.

        Raises :class:`KeyEncryptionKeyUnusable`: losing this file makes all personal data unreadable, so it
        is never silently replaced where one is expected.
        """
        try:
            return cls(b64decode(path.read_text().strip(), validate=True))
        except FileNotFoundError:
            if not create:
                raise KeyEncryptionKeyUnusable(
                    f"there is no key-encryption key at {path}: restore it from its backup, or set "
                    "PERMIT_KEY_ENCRYPTION_KEY_FILE to where it is"
                ) from None
        except OSError as why:
            raise KeyEncryptionKeyUnusable(
                f"the key-encryption key at {path} cannot be read ({why.strerror}): give the user of this program the "
                "right to read it, or set PERMIT_KEY_ENCRYPTION_KEY_FILE to another file"
            ) from None
        except ValueError:
            raise KeyEncryptionKeyUnusable(
                f"{path} does not hold {KEY_BYTES} bytes in base64: restore the key from its backup, or set "
                "PERMIT_KEY_ENCRYPTION_KEY_FILE to where it is"
            ) from None
        secret = os.urandom(KEY_BYTES)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole_or_not_at_all(path, b64encode(secret) + b"\n")
        except OSError as why:
            raise KeyEncryptionKeyUnusable(
                f"the key-encryption key cannot be written to {path} ({why.strerror}): give the user of this program "
                "the right to write there, or set PERMIT_HOME to another directory"
            ) from None
        return cls.from_file(path, create=False)
