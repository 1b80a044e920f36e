"""Subject keys without a database, for tests that are not about the key store."""

from __future__ import annotations

import os
from uuid import UUID, uuid4

from infra.keys import KEY_BYTES, KeyMissing


class KeysInMemory:
    def __init__(self, keys: dict[UUID, bytes | None] | None = None) -> None:
        self._keys = dict(keys or {})

    def mint(self, *, ssin: str | None = None) -> UUID:
        subject = uuid4()
        self._keys[subject] = os.urandom(KEY_BYTES)
        return subject

    def destroy(self, subject: UUID) -> None:
        self._keys[subject] = None

    def key_to_encrypt(self, subject: UUID) -> bytes:
        key = self.key_to_decrypt(subject)
        if key is None:
            raise KeyMissing("destroyed")
        return key

    def key_to_decrypt(self, subject: UUID) -> bytes | None:
        if subject not in self._keys:
            raise KeyMissing("never minted")
        return self._keys[subject]
