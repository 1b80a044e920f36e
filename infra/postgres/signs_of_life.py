"""Whether the databases work, asked on connections of one's own: that the journal answers, that the key store does, and
that an append would succeed.

The last is found out without an append, which would be an event for ever. A transaction does what an append needs of
the server: it takes room on the disk of the journal, takes its turn at the head, and commits through the write-ahead
log. The room is in a temporary table, which is empty again with the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role, transaction
from infra.postgres.server.troubles import Trouble

if TYPE_CHECKING:
    from infra.postgres.server.deadlines import Deadlines

_ROWS: Final = 256
"""Of which four fill a page: half a megabyte, which the server adds to a table at once when many write."""

_PROBES_A_CONNECTION: Final = 500
"""A temporary table that lives for months keeps the server from forgetting old transactions."""

# The table is on the disk of the database itself, wherever an administrator keeps temporary ones. Rows of less than two
# kilobytes are not compressed.
_TAKE_ROOM: Final = """
set local temp_tablespaces = '';
set local client_min_messages = error;
create temporary table if not exists append_room (taken text) on commit delete rows;
insert into append_room select repeat('-', 1900) from generate_series(1, %s)
"""

_SENTENCES: Final = {
    Trouble.AWAY: "the database refuses it or cannot be reached",
    Trouble.SILENT: "the database does not answer: its processes are stopped, or its disk or the network hangs",
    Trouble.BUSY: "it does not get its turn: another transaction holds the head of the journal (pg_stat_activity of "
    "the database names those that have been in a transaction for long)",
    Trouble.FULL: "the disk of the database is full: make room, the service goes on by itself then",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSign:
    """The position of the last event, and how many applications some follower has parked."""

    position: int
    parked: int


class Signs(Protocol):
    """What can be asked; each raises ``DatabaseUnavailable`` where the answer is no, or does not come."""

    def journal(self) -> JournalSign: ...

    def keys(self) -> None: ...

    def append(self) -> None: ...


class SignsOfLife:
    """Implements :class:`Signs`; nothing is opened before it is asked. To be closed."""

    def __init__(self, journal_url: str, keys_url: str, deadlines: Deadlines) -> None:
        self._journal = ConnectionPool(journal_url, Role.WRITER, size=1, deadlines=deadlines)
        self._keys = ConnectionPool(keys_url, Role.WRITER, size=1, deadlines=deadlines)
        self._probes = 0

    def journal(self) -> JournalSign:
        with self._journal.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select position, (select count(distinct stream) from parked_stream) from journal_head")
            row = cursor.fetchone()
        if row is None:
            raise DatabaseUnavailable("the journal has no head: run the migrations first")
        return JournalSign(position=row[0], parked=row[1])

    def keys(self) -> None:
        with self._keys.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select 1")

    def append(self) -> None:
        """Do what an append needs of the server, and leave nothing; the sentence of a refusal says why.

        The head of the journal is locked by the last statement only.
        """
        try:
            with self._journal.connection() as connection:
                with transaction(connection) as cursor:
                    cursor.execute(_TAKE_ROOM, (_ROWS,))
                    cursor.execute("select journal_await_turn()")
                self._probes += 1
                if self._probes % _PROBES_A_CONNECTION == 0:
                    connection.close()
        except DatabaseUnavailable as why:
            raise DatabaseUnavailable(f"an append does not succeed: {_SENTENCES[why.trouble]}", why.trouble) from why

    def close(self) -> None:
        self._journal.close()
        self._keys.close()
