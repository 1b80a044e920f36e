"""A key for each subscription, in the key store: under it lie the address and the secrets of the receiver."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from infra.keys import KEY_BYTES, MasterKey
from infra.postgres.server.connection_pool import ConnectionPool

_OF: Final = "select subscription, wrapped from webhook_key where subscription = any(%s::uuid[])"


class WebhookKeys:
    """The keys in the key store that ``pool`` writes in; safe between threads. All raise ``DatabaseUnavailable``."""

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool = pool
        self._wrapping_key = master.wrapping_key

    def make(self, subscription: UUID) -> bytes:
        """A new key, durable when this returns: before the subscription that it seals."""
        key = os.urandom(KEY_BYTES)
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into webhook_key (subscription, wrapped) values (%s, %s)",
                (subscription, aes_key_wrap(self._wrapping_key, key)),
            )
        return key

    def of(self, subscriptions: Iterable[UUID]) -> Mapping[UUID, bytes]:
        """The keys of these subscriptions; one that was destroyed is left out."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_OF, (list(subscriptions),))
            return {each: aes_key_unwrap(self._wrapping_key, bytes(wrapped)) for each, wrapped in cursor.fetchall()}

    def destroy(self, subscription: UUID) -> None:
        """Destroy the key: nobody reads the secrets any more, in no backup of the other database either."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from webhook_key where subscription = %s", (subscription,))
