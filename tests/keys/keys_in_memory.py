"""Subject keys without a database, for tests that are not about the key store; one contract holds for both."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from infra.keys import KEY_BYTES, KeyDestroyed, KeyMissing


class KeysInMemory:
    """Given keys (None: destroyed) and those minted here; what was destroyed here can be brought back."""

    def __init__(self, keys: Mapping[UUID, bytes | None] | None = None) -> None:
        self._keys = {subject: key for subject, key in (keys or {}).items() if key is not None}
        self._destroyed = {subject for subject, key in (keys or {}).items() if key is None}

    def mint(self) -> UUID:
        subject = uuid4()
        self._keys[subject] = os.urandom(KEY_BYTES)
        return subject

    def destroy(self, subject: UUID) -> None:
        self._destroyed.add(subject)

    def restore_all(self) -> None:
        self._destroyed.clear()

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        """All are at hand."""

    def key_to_encrypt(self, subject: UUID) -> bytes:
        key = self.key_to_decrypt(subject)
        if key is None:
            raise KeyDestroyed("destroyed")
        return key

    def key_to_decrypt(self, subject: UUID) -> bytes | None:
        if subject in self._destroyed:
            return None
        if subject not in self._keys:
            raise KeyMissing("never minted")
        return self._keys[subject]
