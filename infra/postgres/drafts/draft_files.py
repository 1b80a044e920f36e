"""The files of drafts: sealed under the key of their draft, known to the database before they lie in the store.

``expect`` writes down that there may be a file, then it is placed, then the draft is saved that names it; a file goes
in the opposite order. Whatever a crash leaves in between is a row that no draft names, and :meth:`DraftFiles.collect`
takes the file away, then the row. Each step holds the lock of the file, so nobody takes away what another is placing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final
from uuid import UUID

from domain.case.application import Document
from infra.documents.document_store import DocumentStore
from infra.documents.errors import StorageUnavailable
from infra.postgres.journal.document_locks import DocumentLocks, HeldLock
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from infra.structured_logs import get_logger

LEFT_FOR_SECONDS: Final = 60 * 60
"""After which a file that its draft does not name is no longer on its way into it."""

_AT_ONCE: Final = 200

_EXPECT: Final = """
insert into draft_file (draft, sha256, owner, size) values (%s, %s, %s, %s)
on conflict (draft, sha256) do update set made_at = now()
"""
_LEFT: Final = """
select draft, sha256 from draft_file f
 where not is_named and (draft, sha256) > (%s, %s)
   and (made_at < now() - make_interval(secs => %s) or not exists (select from draft d where d.id = f.draft))
 order by draft, sha256 limit %s
"""

_log = get_logger(__name__)


class DraftFiles:
    """Safe between threads and processes. All raise ``DatabaseUnavailable``."""

    def __init__(
        self,
        pool: ConnectionPool,
        store: DocumentStore,
        locks: DocumentLocks,
        *,
        left_for: float = LEFT_FOR_SECONDS,
    ) -> None:
        """``pool`` writes in the journal's database, ``store`` keeps files by draft."""
        self._pool = pool
        self._store = store
        self._locks = locks
        self._left_for = left_for

    def hold(self, draft_id: UUID, sha256: str) -> AbstractContextManager[HeldLock]:
        """The lock of one file; see :class:`DocumentLocks`."""
        return self._locks.hold(draft_id, sha256)

    def expect(self, owner: str, draft_id: UUID, document: Document) -> None:
        """There may be such a file from now on; its lock is held."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_EXPECT, (draft_id, document.sha256, owner, document.size))

    def bytes_of(self, owner: str) -> int:
        """How many bytes the files of all drafts of an owner have."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select coalesce(sum(size), 0) from draft_file where owner = %s", (owner,))
            ((size,),) = cursor.fetchall()
            return int(size)

    def remove_unless_named(self, draft_id: UUID, sha256: str, lock: HeldLock) -> None:
        """Take a file away that its draft does not name. Raises :class:`StorageUnavailable`."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select is_named from draft_file where draft = %s and sha256 = %s", (draft_id, sha256))
            if cursor.fetchall() != [(False,)]:
                return
        lock.require()
        self._store.remove(draft_id, sha256)
        lock.require()
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "delete from draft_file where draft = %s and sha256 = %s and not is_named", (draft_id, sha256)
            )
            cursor.execute("select from draft_file where draft = %s limit 1", (draft_id,))
            if cursor.rowcount == 0:
                self._store.forget_subject(draft_id)

    def remove_of(self, draft_id: UUID) -> None:
        """Take away every file that a draft does not name: all, of a draft that is gone.

        What cannot be reached now is left to be collected.
        """
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select sha256 from draft_file where draft = %s and not is_named", (draft_id,))
            found = [(draft_id, sha256) for (sha256,) in cursor.fetchall()]
        self._remove(found)

    def collect(self) -> int:
        """Take away what crashes and deletions left; gives how many files.

        Implements :class:`infra.workers.leftovers.Collection`.
        """
        for upload in self._store.left_uploads(for_seconds=self._left_for):
            # Whether its content is in its place is what the table says: nobody needs the copy.
            self._store.forget(upload)
        collected, after = 0, (UUID(int=0), "")
        while True:
            with self._pool.connection() as connection, connection.cursor() as cursor:
                cursor.execute(_LEFT, (*after, self._left_for, _AT_ONCE))
                found = [(draft, sha256) for draft, sha256 in cursor.fetchall()]
            if not found:
                break
            after = found[-1]
            collected += self._remove(found)
        if collected:
            _log.info("draft_files.collected", count=collected)
        return collected

    def _remove(self, files: list[tuple[UUID, str]]) -> int:
        removed = 0
        for draft_id, sha256 in files:
            try:
                with self.hold(draft_id, sha256) as lock:
                    self.remove_unless_named(draft_id, sha256, lock)
            except (StorageUnavailable, DatabaseUnavailable) as why:
                if isinstance(why, DatabaseUnavailable) and why.trouble is not Trouble.BUSY:
                    raise
                _log.warning("draft_file.not_removed", error=type(why).__name__)
            else:
                removed += 1
        return removed
