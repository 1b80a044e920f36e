"""The key store in PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from psycopg2.extras import execute_values

from infra.keys import KEY_BYTES, KeyDestroyed, KeyEncryptionKeyUnusable, KeyMissing, MasterKey
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.randomness import random_uuid

if TYPE_CHECKING:
    from infra.postgres.server.deadlines import Deadlines

_MINTED_AT_ONCE: Final = 64
"""Keys made durable in one transaction. A subject is a random id, so it can be made before it is needed."""

MINTED_FOR_SECONDS: Final = 600.0
"""How long a key may wait for its person. One that waits longer is left to be collected; see `left_keys`."""

MOST_CACHED: Final = 50_000
"""Keys: beyond that the older half is released, so that a load of millions has flat memory."""

CACHED_FOR_SECONDS: Final = 60.0
"""Seconds after which a destroyed key is forgotten by every process."""


def holds_keys(url: str) -> bool:
    """Whether any key was ever minted in the key store at ``url``."""
    with closing(connect(url, Role.WRITER)) as connection, connection.cursor() as cursor:
        cursor.execute("select exists (select from data_key)")
        (used,) = cursor.fetchone() or (False,)
        return bool(used)


class PostgresKeyStore:
    """Implements :class:`infra.keys.SubjectKeys`; safe to share between threads."""

    def __init__(
        self,
        url: str,
        master: MasterKey,
        *,
        pool_size: int = 8,
        deadlines: Deadlines | None = None,
        cached_for: float = CACHED_FOR_SECONDS,
        most_cached: int = MOST_CACHED,
    ) -> None:
        self._pool = ConnectionPool(url, Role.WRITER, size=pool_size, deadlines=deadlines)
        self._master = master
        self._cached_for = cached_for
        self._most_cached = most_cached
        self._mutex = Lock()
        self._minted: list[UUID] = []
        self._minted_at = (0.0, 0.0)
        self._cache: dict[UUID, tuple[bytes | None, float]] = {}

    @property
    def pool(self) -> ConnectionPool:
        """Writes in the key store: for what is done with keys and is none of a subject's."""
        return self._pool

    def close(self) -> None:
        self._pool.close()

    def mint(self) -> UUID:
        with self._pool.in_turn(self._mutex):
            if not self._minted or self._minted_too_long_ago():
                self._minted_at = (time.monotonic(), time.time())
                self._minted = self._mint_some()
            return self._minted.pop()

    def mint_many(self, count: int) -> list[UUID]:
        """As many new subjects, whose keys are durable when this returns; they are cached for what comes next."""
        keys = _new_keys(count)
        rows = "".join(
            f"{subject}\t\\\\x{aes_key_wrap(self._master.wrapping_key, key).hex()}\n"
            for subject, key in keys.items()
            if key
        )
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.copy_expert("copy data_key (subject, wrapped) from stdin", StringIO(rows))
        self._remember(keys)
        return list(keys)

    def key_to_encrypt(self, subject: UUID) -> bytes:
        key = self.key_to_decrypt(subject)
        if key is None:
            raise KeyDestroyed(f"the key of the data subject {subject} has been destroyed")
        return key

    def key_to_decrypt(self, subject: UUID) -> bytes | None:
        cached = self._cache.get(subject)
        if cached is not None and cached[1] > time.monotonic():
            return cached[0]
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select wrapped from data_key where subject = %s", (subject,))
            row = cursor.fetchone()
        if row is None:
            raise KeyMissing(f"the data subject {subject} is not in the key store")
        key = None if row[0] is None else self._unwrapped(bytes(row[0]))
        self._remember({subject: key})
        return key

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        """Cache the keys of these subjects for as long as any is cached; unknown subjects are left out."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select subject, wrapped from data_key where subject = any(%s::uuid[])", (list(subjects),))
            found = cursor.fetchall()
        self._remember(
            {subject: None if wrapped is None else self._unwrapped(bytes(wrapped)) for subject, wrapped in found}
        )

    def require_own_keys(self) -> None:
        """Open one of the keys, if there is any. Raises ``KeyEncryptionKeyUnusable`` where another key wrapped it."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select wrapped from data_key where wrapped is not null limit 1")
            for (wrapped,) in cursor.fetchall():
                self._unwrapped(bytes(wrapped))

    def _minted_too_long_ago(self) -> bool:
        """By either clock: the one stands still while a machine is suspended, the other may be set back."""
        monotonic, wall = self._minted_at
        return time.monotonic() - monotonic > MINTED_FOR_SECONDS or time.time() - wall > MINTED_FOR_SECONDS

    def _unwrapped(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._master.wrapping_key, wrapped)
        except InvalidUnwrap:
            raise KeyEncryptionKeyUnusable(
                "the key-encryption key is not the one under which this key store was written: "
                "set PERMIT_KEY_ENCRYPTION_KEY_FILE, or PERMIT_HOME, to where that one is"
            ) from None

    def _mint_some(self) -> list[UUID]:
        keys = _new_keys(_MINTED_AT_ONCE)
        rows = [(subject, aes_key_wrap(self._master.wrapping_key, key)) for subject, key in keys.items() if key]
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            execute_values(cursor, "insert into data_key (subject, wrapped) values %s", rows)
        self._remember(keys)
        return list(keys)

    def _remember(self, keys: dict[UUID, bytes | None]) -> None:
        until = time.monotonic() + self._cached_for
        if len(self._cache) > self._most_cached:
            self._cache = dict(list(self._cache.items())[-self._most_cached // 2 :])
        self._cache.update({subject: (key, until) for subject, key in keys.items()})


def _new_keys(count: int) -> dict[UUID, bytes | None]:
    return {random_uuid(): os.urandom(KEY_BYTES) for _ in range(count)}
