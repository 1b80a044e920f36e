"""A dry run put together: what has been judged in the rehearsal itself is remembered in a temporary file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

from consumers.migration.judging import RecordJudge
from consumers.migration.loading import NOTHING_WAIVED
from consumers.migration.rehearsal import Rehearsal, TakenBefore
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.source_lines import Waivers
from domain.migration.versions import TakenVersion
from infra.migration.source_readings import FileReadings
from infra.migration.sources import Source
from infra.recordable import require_recordable


def new_rehearsal(
    source: Source,
    digest_key: bytes,
    before: TakenBefore,
    *,
    today: date,
    extracted_on: date | None = None,
    waivers: Waivers = NOTHING_WAIVED,
) -> Rehearsal:
    """The rehearsal of files of a source; see :class:`consumers.migration.rehearsal.Rehearsal`."""
    judge = RecordJudge(source=source, digest_key=digest_key)
    return Rehearsal(
        judge=judge,
        readings=FileReadings(judge, source.file),
        before=before,
        taken_since=taken_since,
        require_recordable=_require_recordable,
        today=today,
        extracted_on=extracted_on,
        waivers=waivers,
    )


@contextmanager
def taken_since(before: TakenBefore) -> Iterator[RehearsedVersions]:
    """What was taken before, open to what a rehearsal would take."""
    # A database without a name is a temporary file that goes with its connection.
    database = sqlite3.connect("", isolation_level=None)
    try:
        database.executescript(_TABLE)
        yield RehearsedVersions(before, database)
    finally:
        database.close()


class RehearsedVersions:
    """Implements :class:`consumers.migration.rehearsal.TakenSince`."""

    def __init__(self, before: TakenBefore, database: sqlite3.Connection) -> None:
        self._before = before
        self._database = database

    def of(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        wanted = set(keys)
        rows = self._database.execute(
            "select key, modified_at, digest, others from taken where key in (select value from json_each(?))",
            (json.dumps(list(wanted)),),
        )
        found = {
            key: TakenVersion(datetime.fromisoformat(modified_at), digest, tuple(json.loads(others)))
            for key, modified_at, digest, others in rows
        }
        return self._before.versions(wanted - found.keys()) | found

    def keep(self, versions: Mapping[str, TakenVersion]) -> None:
        rows = [
            (key, each.modified_at.isoformat(), each.digest, json.dumps(each.others)) for key, each in versions.items()
        ]
        self._database.execute("begin")
        self._database.executemany(_KEEP, rows)
        self._database.execute("commit")


def _require_recordable(event: LegacyRecordRetold) -> None:
    require_recordable(event, "LegacyRecordRetold")


_TABLE: Final = """
pragma journal_mode = off;
pragma synchronous = off;
pragma cache_size = -16000;
create table taken (key text primary key, modified_at text not null, digest text not null, others text not null)
    without rowid;
"""
_KEEP: Final = "insert or replace into taken values (?, ?, ?, ?)"
