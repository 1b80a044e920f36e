"""Keys that no case came of, found by what the journal names, and collected.

A key is durable before the event that needs it, so a filing that is refused leaves one behind, with the line of the
index of cases. Both stores are asked by their own clocks and positions: at each look the journal's position is noted
beside the key store's time. What was minted up to a note that is 30 minutes old is named by now, or never will be:
an append takes seconds, and keys made in advance are used within ten minutes. So each key is looked for once, in the
events since the note before it was minted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from infra.postgres.server.connection_pool import ConnectionPool
from infra.stored_form.stored_body import clear_fields
from infra.structured_logs import get_logger

_AT_ONCE: Final = 2_000
_SUBJECT: Final = "Subject"

_NOTES: Final = """
select noted_at, position from key_mark where noted_at <= now() - interval '30 minutes' order by noted_at
"""
_MINTED: Final = "select subject from data_key where minted_at > %s and minted_at <= %s and wrapped is not null"
_EVENTS: Final = "select position, body from journal where position > %s order by position limit %s"
_NAMED_ELSEWHERE: Final = """
select subject from legacy_record where subject = any(%(subjects)s)
union select subject from legacy_dossier where subject = any(%(subjects)s)
union select subject from dead_letter where subject = any(%(subjects)s)
"""

_log = get_logger(__name__)


class JournalNotSeenWhole(Exception):
    """Positions are dense, and one was not read: what it names is not known, so nothing is collected."""


class _Note(NamedTuple):
    """Whatever is minted after ``noted_at`` is named by events after ``position`` only."""

    noted_at: datetime
    position: int


class LeftKeys:
    """Collects keys; ``keys`` writes in the key store, ``journal`` reads in the journal's database, all of it."""

    def __init__(self, keys: ConnectionPool, journal: ConnectionPool) -> None:
        self._keys = keys
        self._journal = journal

    def collect(self) -> int:
        """Give how many keys were collected. Raises ``DatabaseUnavailable``."""
        settled = self._note()
        if len(settled) < 2:
            return 0
        before, until = settled[0], settled[-1]
        minted = self._minted(before, until)
        unnamed = self._without_named_elsewhere(self._without_named(minted, before.position, until.position))
        collected = self._collect(unnamed)
        if collected < len(unnamed):
            # Nobody looked for a day, so they are too old to be deleted by this role.
            _log.warning("keys.left", count=len(unnamed) - collected)
        if collected:
            _log.info("keys.collected", count=collected)
        with self._keys.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from key_mark where noted_at < %s", (until.noted_at,))
        return collected

    def _note(self) -> list[_Note]:
        """Note where the journal is now, and give the notes that are old enough, the oldest first."""
        with self._journal.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select position from journal_head")
            ((position,),) = cursor.fetchall()
        # Only now: a key minted after this is named after that position.
        with self._keys.connection() as connection, connection.cursor() as cursor:
            # The journal is an older one than was noted, restored from a backup: of what was minted so far nothing is
            # collected, as it may be that the newer one is put back.
            cursor.execute(
                "delete from key_mark where (select max(position) from key_mark) > %s returning position", (position,)
            )
            if cursor.fetchall():
                _log.warning("keys.notes_dropped")
            cursor.execute("insert into key_mark (position) values (%s) on conflict do nothing", (position,))
            cursor.execute(_NOTES)
            return [_Note(*row) for row in cursor.fetchall()]

    def _minted(self, before: _Note, until: _Note) -> set[UUID]:
        with self._keys.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_MINTED, (before.noted_at, until.noted_at))
            return {subject for (subject,) in cursor.fetchall()}

    def _without_named(self, subjects: set[UUID], after: int, up_to: int) -> set[UUID]:
        """Those that no event after the position names, up to the last there is now, which is not before ``up_to``."""
        left = set(subjects)
        while left:
            with self._journal.connection() as connection, connection.cursor() as cursor:
                cursor.execute(_EVENTS, (after, _AT_ONCE))
                rows = cursor.fetchall()
            for position, body in rows:
                if position != after + 1:
                    raise JournalNotSeenWhole(f"position {after + 1} is not shown to the collection of keys")
                left -= _named_in(bytes(body))
                after = position
            if len(rows) < _AT_ONCE:
                break
        if left and after < up_to:
            raise JournalNotSeenWhole(f"position {after + 1} is not shown to the collection of keys")
        return left

    def _without_named_elsewhere(self, subjects: set[UUID]) -> set[UUID]:
        """Those that no legacy record and no letter set aside is kept under."""
        if not subjects:
            return subjects
        with self._journal.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_NAMED_ELSEWHERE, {"subjects": list(subjects)})
            return subjects - {subject for (subject,) in cursor.fetchall()}

    def _collect(self, subjects: set[UUID]) -> int:
        if not subjects:
            return 0
        with self._keys.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select collect_keys(%s)", (list(subjects),))
            ((collected,),) = cursor.fetchall()
        return int(collected)


def _named_in(body: bytes) -> set[UUID]:
    """The data subjects that an event names. A body that cannot be read raises: then nothing is collected."""
    return {
        UUID(value) for name, value in clear_fields(body).items() if name.endswith(_SUBJECT) and isinstance(value, str)
    }
