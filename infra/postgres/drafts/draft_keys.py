"""A key for each draft, in the key store: with it every copy of the draft can be read, and without it none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from infra.keys import KEY_BYTES, KeyDestroyed, MasterKey
from infra.postgres.server.connection_pool import ConnectionPool

_MAKE: Final = "insert into draft_key (draft, wrapped) values (%s, %s) on conflict do nothing"
_OF: Final = "select draft, wrapped from draft_key where draft = any(%s::uuid[])"
_OLD: Final = (
    "select draft from draft_key where made_at < now() - interval '1 hour' and draft > %s order by draft limit %s"
)


class DraftKeys:
    """The keys in the key store that ``pool`` writes in; safe between threads. All raise ``DatabaseUnavailable``.

    Implements :class:`infra.keys.ContentKeys` for the documents of drafts.
    """

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool = pool
        self._wrapping_key = master.wrapping_key

    def make(self, draft_id: UUID) -> bytes:
        """A new key, durable when this returns: before the draft that it seals. One that was made already stays."""
        key = os.urandom(KEY_BYTES)
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_MAKE, (draft_id, aes_key_wrap(self._wrapping_key, key)))
            if cursor.rowcount:
                return key
        return self.of((draft_id,))[draft_id]

    def of(self, drafts: Iterable[UUID]) -> Mapping[UUID, bytes]:
        """The keys of these drafts; one that was destroyed is left out."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_OF, (list(drafts),))
            return {draft: aes_key_unwrap(self._wrapping_key, bytes(wrapped)) for draft, wrapped in cursor.fetchall()}

    def key_to_encrypt(self, draft_id: UUID) -> bytes:
        """The key of a draft, as :class:`infra.keys.ContentKeys` says. Raises ``KeyDestroyed``."""
        key = self.key_to_decrypt(draft_id)
        if key is None:
            raise KeyDestroyed
        return key

    def key_to_decrypt(self, draft_id: UUID) -> bytes | None:
        """The key of a draft, or None once it is gone with the draft."""
        return self.of((draft_id,)).get(draft_id)

    def destroy(self, drafts: Iterable[UUID]) -> None:
        """Destroy the keys of these drafts: nobody reads them any more, in no backup of the other database either."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from draft_key where draft = any(%s::uuid[])", (list(drafts),))

    def older(self, after: UUID, limit: int) -> list[UUID]:
        """Drafts, by id beyond ``after``, whose key was made more than an hour ago: so long nothing is under way."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_OLD, (after, limit))
            return [draft for (draft,) in cursor.fetchall()]
