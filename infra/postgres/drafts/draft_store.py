"""The drafts of one database, each sealed under its own key and shown to its owner alone.

The owner is named by a keyed digest, so the table tells nobody who is applying for whom. Row-level security stands
behind each question: a reader is shown the drafts of the owner whom it names, and no others.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.drafts.draft import Draft, StaleDraft
from infra.postgres.drafts.draft_keys import DraftKeys
from infra.postgres.read_models.row_scope import EVERYTHING, PartyKind, RowScope, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.randomness import random_bytes
from infra.wire_format import canonical_json

_NONCE_BYTES: Final = 12

_COLUMNS: Final = "id, version, begun_at, touched_at, sealed"
_READ: Final = f"select {_COLUMNS} from draft where owner = %s and id = %s"  # noqa: S608  # nosec B608 # the columns are a constant
_LISTED: Final = f"""
select {_COLUMNS} from draft
 where owner = %(owner)s and (%(touched_at)s::timestamptz is null or (touched_at, id) < (%(touched_at)s, %(id)s))
 order by touched_at desc, id desc limit %(limit)s
"""  # noqa: S608  # nosec B608 # the columns are a constant
_ADD: Final = """
insert into draft (id, owner, authority, version, begun_at, touched_at, sealed) values (%s, %s, %s, %s, %s, %s, %s)
"""
_SAVE: Final = """
update draft set authority = %s, version = %s, touched_at = %s, sealed = %s
 where owner = %s and id = %s and version = %s
"""
_NAME_FILES: Final = "update draft_file set is_named = (sha256 = any(%s)) where draft = %s"
_UNTOUCHED: Final = "select id from draft where touched_at < %s order by touched_at limit %s"
_GONE: Final = """
select id from unnest(%s::uuid[]) given (id)
 where not exists (select from draft d where d.id = given.id)
   and not exists (select from application_batch b where b.id = given.id)
"""


class After(NamedTuple):
    """Where a page of the list ended."""

    touched_at: datetime
    draft_id: UUID


class DraftStore:
    """Safe between threads. All raise ``DatabaseUnavailable``.

    ``readers`` and ``writers`` are pools of the journal's database, ``owner_key`` is what owners are digested with.
    """

    def __init__(
        self, readers: ConnectionPool, writers: ConnectionPool, keys: DraftKeys, *, owner_key: bytes, origin: str
    ) -> None:
        self._readers = readers
        self._writers = writers
        self._keys = keys
        self._owner_key = owner_key
        self._origin = origin

    def owner(self, role: str, number: str) -> str:
        """Who owns the drafts of a role of an enterprise, or of a person: an id that says nothing to anybody else."""
        return hmac.digest(self._owner_key, f"{role}/{number}".encode(), "sha256").hex()

    def add(self, owner: str, draft: Draft) -> None:
        """Keep a new draft."""
        key = self._keys.make(draft.draft_id)
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                _ADD,
                (
                    draft.draft_id, owner, draft.text("authority"), draft.version, draft.begun_at, draft.touched_at,
                    self._sealed(draft, key),
                ),
            )  # fmt: skip

    def save(self, owner: str, draft: Draft, *, over: int) -> None:
        """Keep the draft in the place of version ``over``. Raises ``StaleDraft`` where that is not the last."""
        key = self._keys.of((draft.draft_id,)).get(draft.draft_id)
        if key is None:
            raise StaleDraft
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                _SAVE,
                (
                    draft.text("authority"), draft.version, draft.touched_at, self._sealed(draft, key),
                    owner, draft.draft_id, over,
                ),
            )  # fmt: skip
            if cursor.rowcount == 0:
                raise StaleDraft
            cursor.execute(_NAME_FILES, ([each.sha256 for each in draft.documents], draft.draft_id))

    def read(self, owner: str, draft_id: UUID) -> Draft | None:
        """The draft; None where the owner has none of this id."""
        with rows_within(self._readers, _rows(owner)) as cursor:
            cursor.execute(_READ, (owner, draft_id))
            found = cursor.fetchall()
        return next(iter(self._opened(found)), None)

    def listed(self, owner: str, *, limit: int, after: After | None) -> list[Draft]:
        """The drafts of an owner, the one touched last first."""
        touched_at, draft_id = (None, None) if after is None else after
        with rows_within(self._readers, _rows(owner)) as cursor:
            cursor.execute(_LISTED, {"owner": owner, "touched_at": touched_at, "id": draft_id, "limit": limit})
            found = cursor.fetchall()
        return self._opened(found)

    def count(self, owner: str) -> int:
        """How many drafts an owner has."""
        with rows_within(self._readers, _rows(owner)) as cursor:
            cursor.execute("select count(*) from draft where owner = %s", (owner,))
            ((number,),) = cursor.fetchall()
            return int(number)

    def count_for(self, authority: str) -> int:
        """How many drafts there are for an authority; a draft whose authority is not chosen yet counts for none."""
        with rows_within(self._readers, EVERYTHING) as cursor:
            cursor.execute("select count(*) from draft where authority = %s", (authority,))
            ((number,),) = cursor.fetchall()
            return int(number)

    def delete(self, owner: str, draft_id: UUID) -> bool:
        """Delete a draft with its key; whether there was one."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from draft where owner = %s and id = %s", (owner, draft_id))
            was_there = bool(cursor.rowcount)
            if was_there:
                cursor.execute(_NAME_FILES, ([], draft_id))
        if was_there:
            self._keys.destroy((draft_id,))
        return was_there

    def untouched_since(self, moment: datetime, limit: int) -> list[UUID]:
        """Drafts that nobody touched since a moment, the oldest first."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_UNTOUCHED, (moment, limit))
            return [draft for (draft,) in cursor.fetchall()]

    def delete_untouched(self, drafts: Sequence[UUID], since: datetime) -> int:
        """Delete those of these drafts that still nobody touched since; gives how many."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "delete from draft where id = any(%s::uuid[]) and touched_at < %s returning id", (list(drafts), since)
            )
            deleted = [draft for (draft,) in cursor.fetchall()]
            cursor.execute("update draft_file set is_named = false where draft = any(%s::uuid[])", (deleted,))
        self._keys.destroy(deleted)
        return len(deleted)

    def gone(self, drafts: Iterable[UUID]) -> list[UUID]:
        """Those of these ids under which there is no draft, and no batch: their keys lie together."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_GONE, (list(drafts),))
            return [draft for (draft,) in cursor.fetchall()]

    def _sealed(self, draft: Draft, key: bytes) -> bytes:
        nonce = random_bytes(_NONCE_BYTES)
        content = canonical_json({"body": draft.body, "savedAt": draft.saved_at})
        return nonce + AESGCM(key).encrypt(nonce, content, self._bound(draft.draft_id, draft.version))

    def _opened(self, rows: Sequence[tuple[Any, ...]]) -> list[Draft]:
        """The drafts of rows. A row without a key is one of a restored backup: it was deleted, and cannot be read."""
        keys = self._keys.of([row[0] for row in rows]) if rows else {}
        return [self._draft(row, keys) for row in rows if row[0] in keys]

    def _draft(self, row: tuple[Any, ...], keys: Mapping[UUID, bytes]) -> Draft:
        draft_id, version, begun_at, touched_at, stored = row
        sealed = bytes(stored)
        content = AESGCM(keys[draft_id]).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound(draft_id, version)
        )
        held: dict[str, Any] = json.loads(content)
        return Draft(
            draft_id=draft_id,
            version=version,
            body=held["body"],
            saved_at=held["savedAt"],
            begun_at=begun_at,
            touched_at=touched_at,
        )

    def _bound(self, draft_id: UUID, version: int) -> bytes:
        """What a sealed draft is bound to: moved to another row, or put back after a newer one, it opens nowhere."""
        return f"draft {self._origin} {draft_id} {version}".encode()


def _rows(owner: str) -> RowScope:
    return RowScope(PartyKind.DRAFTS_OF, owner)
