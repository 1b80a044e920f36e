"""The door of topics: records of one authority as they come over Kafka, on the same path as those of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import orjson
import psycopg2

from consumers.topics import legacy_records
from domain.case.commands import CIVIL_TIME
from domain.migration.findings import Finding, RefusalReason
from domain.migration.plausible_days import Calendar
from domain.migration.retelling import ROOT
from infra.legacy_files.records import LONGEST_LINE, RawRecord
from infra.migration.acceptance import NotAccepting, require_accepting
from infra.migration.chunks import ChunkJudge, Extract, cut
from infra.migration.dossiers import taken_dossiers
from infra.migration.landing import write_chunk
from infra.migration.loading import AuthorityIsLive, epoch_of, no_load_is_under_way
from infra.postgres.bulk import prepare_staging
from infra.postgres.conflicts import AppendConflict
from infra.postgres.connections import DatabaseUnavailable, Role, connect, transaction
from infra.postgres.dead_letters import DeadLetters
from infra.postgres.in_order import AnotherWasQuicker
from infra.postgres.inbox import Arrived

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_UNREADABLE: Final = "legacyEnvelopeUnreadable"
_ANOTHER_AUTHORITY: Final = "legacyRecordOfAnotherAuthority"
_LIVE: Final = "authorityLive"
_REPORTED: Final = "authorityReconciled"
"""It came after the report on which the switch is to rest: replayed once that is taken back, or discarded."""


@dataclass(frozen=True, slots=True)
class LegacyTopic:
    """What the consumer loop needs to know of the consumer: its name and its topic."""

    authority: str

    @property
    def name(self) -> str:
        return f"legacy-{self.authority}"

    @property
    def topics(self) -> Sequence[str]:
        return (legacy_records(self.authority).name,)


class LegacyInbox:
    """Lands, judges and retells what arrives, and moves the offset, in one transaction."""

    def __init__(self, url: str, judge: ChunkJudge, letters: DeadLetters, now: Callable[[], datetime]) -> None:
        self._url = url
        self._judge = judge
        self._letters = letters
        self._now = now
        self._authority = judge.source.mapping.authority
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Any], None]) -> None:
        """As :meth:`infra.postgres.inbox.Inbox.receive`."""
        try:
            connection = self._live()
            with transaction(connection) as cursor:
                move(cursor)
                self._take(connection, cursor, arrived)
        except AppendConflict as why:
            # The authority was switched, or a record was repaired, since this was judged: judge it again.
            raise AnotherWasQuicker(f"legacy records of {self._authority}: {why}") from why
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as why:
            with suppress(psycopg2.Error):
                self.close()
            self._connection = None
            raise DatabaseUnavailable(f"legacy records could not be written: {type(why).__name__}") from why

    def _take(self, connection: Connection, cursor: Any, arrived: Sequence[Arrived]) -> None:
        if not no_load_is_under_way(cursor, self._authority):
            raise DatabaseUnavailable(f"files of {self._authority} are being loaded: their records go first")
        try:
            epoch = epoch_of(connection, self._authority)
            require_accepting(cursor, self._authority)
        except (AuthorityIsLive, NotAccepting) as why:
            for each in arrived:
                self._set_aside(cursor, each, _LIVE if isinstance(why, AuthorityIsLive) else _REPORTED)
            return
        calendar = Calendar(self._now().astimezone(CIVIL_TIME).date())
        for name, group in _by_batch([self._opened(cursor, each) for each in arrived]):
            extract = Extract(batch=self._batch(cursor, name, calendar), calendar=calendar)
            for part in cut([self._judge.records.read(raw, calendar) for raw in group]):
                known = taken_dossiers(connection, self._authority, {e.key for e in part if e.key is not None})
                chunk = self._judge.judged(part, known, epoch, self._now(), extract)
                write_chunk(cursor, chunk, taken=None)

    def _opened(self, cursor: Any, arrived: Arrived) -> tuple[str, RawRecord] | None:
        """The batch and the record of an envelope; one that is none is set aside."""
        value, at = arrived.record.value, arrived.coordinates
        try:
            envelope = orjson.loads(value or b"")
            authority, batch, record = envelope["authority"], envelope["batch"], envelope["record"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            authority = batch = record = None
        if not isinstance(authority, str) or not isinstance(batch, str) or not isinstance(record, dict):
            self._set_aside(cursor, arrived, _UNREADABLE)
            return None
        if authority != self._authority:
            self._set_aside(cursor, arrived, _ANOTHER_AUTHORITY)
            return None
        too_long = len(value or b"") > LONGEST_LINE
        sentence = f"the record is longer than {LONGEST_LINE:,} bytes"
        findings = (Finding(RefusalReason.MALFORMED, "", sentence),) if too_long else ()
        source = f"{at.topic}/{at.partition}"
        return batch, RawRecord(source=source, line=at.offset, record={} if too_long else record, findings=findings)

    def _set_aside(self, cursor: Any, arrived: Arrived, reason: str) -> None:
        name = LegacyTopic(self._authority).name
        self._letters.set_aside(cursor, name, arrived.coordinates, arrived.record, reason, 1)

    def _batch(self, cursor: Any, name: str, calendar: Calendar) -> UUID:
        batch = uuid5(ROOT, f"batch\x1f{self._authority}\x1f{name}")
        cursor.execute(
            "insert into legacy_batch (id, authority, door, source, mapping_version, extracted_on)"
            " values (%s, %s, 'kafka', %s, %s, %s)"
            " on conflict do nothing",
            (batch, self._authority, name, self._judge.source.mapping.version, calendar.extracted_on),
        )
        return batch

    def _live(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, Role.WRITER)
            prepare_staging(self._connection)
        return self._connection


def _by_batch(opened: Iterable[tuple[str, RawRecord] | None]) -> list[tuple[str, list[RawRecord]]]:
    """The records of each batch in their order; the stretches of a batch stay apart where another lies between."""
    groups: list[tuple[str, list[RawRecord]]] = []
    for each in opened:
        if each is None:
            continue
        batch, raw = each
        if not groups or groups[-1][0] != batch:
            groups.append((batch, []))
        groups[-1][1].append(raw)
    return groups
