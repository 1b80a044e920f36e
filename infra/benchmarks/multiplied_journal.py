"""A journal of any number of cases within minutes: some are sealed as the product does it, the server copies the rest.

A copy has the sizes, the order in time and the index entries of a case of its own, but its leaf hashes and its
ciphertext were made for the case that it was copied from: it neither verifies nor decrypts. What verifies or decrypts
has to take the originals, which lie evenly among the copies.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from psycopg2 import sql

from infra.postgres.server.connections import connect, transaction

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_AT_ONCE: Final = 50_000
"""Events that are copied in one transaction, and sorted in its memory."""

OnProgress = Callable[[int, int], None]
"""Called with the events in the journal and those that there will be."""


def multiply(url: str, times: int, on_progress: OnProgress = lambda _done, _all: None) -> int:
    """Let every event and every command of the journal be there ``times`` times, and give the number of events.

    The events of the ``times`` cases that come of one case lie next to each other, its own first: positions stay dense
    and in the order of time. Nobody else may be at work in the journal.
    """
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        with transaction(connection) as moving:
            moving.execute(_SET_ASIDE, {"times": times})
        cursor.execute("select position from journal_head")
        ((before,),) = cursor.fetchall()
        copy = _copying(cursor)
        step = max(1, _AT_ONCE // times)
        for after in range(0, before, step):
            with transaction(connection) as copying:
                copying.execute(copy, {"times": times, "after": after, "up_to": after + step})
            on_progress(min(after + step, before) * times, before * times)
        with transaction(connection) as finishing:
            finishing.execute(_COMMANDS, {"times": times})
            finishing.execute("update journal_head set position = %s", (before * times,))
            finishing.execute("drop table original_event, original_command, copied_case")
        cursor.execute("vacuum (analyze) journal")
        cursor.execute("vacuum (analyze) command")
    return int(before * times)


def _copying(cursor: Cursor) -> sql.Composed:
    """The statement that copies some of the events, whatever other columns the journal has."""
    cursor.execute(
        "select attname from pg_attribute where attrelid = 'journal'::regclass and attnum > 0 and not attisdropped"
        " order by attnum"
    )
    others = [name for (name,) in cursor.fetchall() if name not in ("position", "stream")]
    return sql.SQL(_EVENTS).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, others)),
        originals=sql.SQL(", ").join(sql.Identifier("o", name) for name in others),
    )


# An id keeps its time and the ten bytes with it, so that copies lie in the index where cases of that day lie.
_SET_ASIDE: Final = """
create unlogged table original_event as select * from journal;
create unlogged table original_command as select * from command;
create unique index on original_event (position);
create unlogged table copied_case as
select c.stream, n,
       case when n = 0 then c.stream
            else encode(substring(uuid_send(c.stream) for 10)
                        || substring(sha256(uuid_send(c.stream) || int4send(n)) for 6), 'hex')::uuid end as copy
  from (select distinct stream from journal) c
 cross join generate_series(0, %(times)s - 1) n;
create unique index on copied_case (stream, n);
analyze original_event, copied_case;
truncate journal, command;
"""

_EVENTS: Final = """
insert into journal (position, stream, {columns})
select (o.position - 1) * %(times)s + c.n + 1 as position, c.copy, {originals}
  from original_event o
  join copied_case c using (stream)
 where o.position > %(after)s and o.position <= %(up_to)s
 order by 1
"""

_COMMANDS: Final = """
insert into command (actor, id, digest, stream, version, position, leaf_hash, recorded_at)
select o.actor, case when c.n = 0 then o.id else o.id || '/' || c.n end, o.digest, c.copy, o.version,
       (o.position - 1) * %(times)s + c.n + 1, o.leaf_hash, o.recorded_at
  from original_command o
  join copied_case c using (stream)
"""
