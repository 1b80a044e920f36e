"""What of an authority has been sent and not been taken, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from consumers.migration.legacy_topic import LegacyTopic
from domain.migration.open_work import OpenWork, UnfinishedFile
from domain.migration.quarantine import WAITING

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


def open_work_of(cursor: Cursor, authority: str, *, lag: int) -> OpenWork:
    """What is open of an authority; ``lag`` is how many records its topic holds that were not taken."""
    consumer = LegacyTopic(authority).name
    cursor.execute(_FILES, (authority,))
    files = tuple(
        UnfinishedFile(batch=batch, source=source, taken=taken, lines=lines, heard_at=heard_at)
        for batch, source, taken, lines, heard_at in cursor.fetchall()
    )
    cursor.execute("select count(*) from dead_letter where consumer = %s and state = 'open'", (consumer,))
    ((letters,),) = cursor.fetchall()
    cursor.execute(
        "select reason, count(*) from legacy_quarantine where authority = %s and state = any(%s) group by 1 order by 1",
        (authority, list(WAITING)),
    )
    waiting = dict(cursor.fetchall())
    return OpenWork(authority=authority, consumer=consumer, files=files, lag=lag, letters=letters, waiting=waiting)


_FILES: Final = """
select id, source, records + headers + blanks + waived, coalesce(source_lines, 0), heard_at
  from legacy_batch
 where authority = %s and door = 'file' and finished_at is null and ended_as is null
 order by started_at, id
"""
