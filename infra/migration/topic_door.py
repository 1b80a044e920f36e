"""The door of topics: records of one authority as they come over Kafka, on the same path as those of files.

Records are landed together where that goes well. Where it does not, the stretch is halved until the one that fails is
alone: it is set aside, and all others are landed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import psycopg2

from consumers.consumer import MessageRefused
from consumers.topics import legacy_records
from domain.civil_time import civil_day
from domain.migration.plausible_days import Calendar
from domain.migration.retelling import ROOT
from infra.legacy_files.records import RawRecord
from infra.legacy_files.texts import readable_record
from infra.migration.acceptance import NotAccepting, require_accepting
from infra.migration.chunks import ChunkJudge, Extract, cut
from infra.migration.dossiers import taken_dossiers
from infra.migration.envelopes import hold_to_record, read_envelope
from infra.migration.landing import write_chunk
from infra.migration.loading import AuthorityIsLive, epoch_of, no_load_is_under_way
from infra.migration.topic_ledger import count_arrived, letter_became_record
from infra.postgres.journal.append_requests import AuthorityEpoch
from infra.postgres.journal.bulk import prepare_staging
from infra.postgres.journal.conflicts import AuthorityNotLive, StaleAuthorityEpoch
from infra.postgres.messages.consumer_stops import FAILED, ConsumerStops, RecentRecords, StopLimits
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.in_order import AnotherWasQuicker
from infra.postgres.messages.inbox import Arrived
from infra.postgres.server.connections import (
    DatabaseUnavailable,
    Role,
    connect,
    is_the_databases_own,
    transaction,
)
from infra.structured_logs import get_logger

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_LIVE: Final = "authorityLive"
_REPORTED: Final = "authorityReconciled"
"""It came after the report on which the switch is to rest: replayed once that is taken back, or discarded."""
_ATTEMPTS: Final = 3
"""How often a record is tried that fails alone: another process may have changed its case meanwhile."""

_log = get_logger(__name__)


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


@dataclass(frozen=True, slots=True)
class _Opened:
    """A message whose envelope holds: its batch and its record."""

    arrived: Arrived
    batch: str
    raw: RawRecord


class LegacyInbox:
    """Lands, judges and retells what arrives, counts it, and moves the offset, in one transaction."""

    def __init__(
        self,
        url: str,
        judge: ChunkJudge,
        letters: DeadLetters,
        now: Callable[[], datetime],
        limits: StopLimits | None = None,
    ) -> None:
        self._url = url
        self._judge = judge
        self._letters = letters
        self._now = now
        self._authority = judge.source.mapping.authority
        self._name = LegacyTopic(self._authority).name
        self._stops = ConsumerStops(self._name, limits)
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def require_running(self) -> None:
        """As :meth:`infra.postgres.messages.inbox.Inbox.require_running`."""
        self._in_transaction(lambda _, cursor: self._stops.require_running(cursor))

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Any], None]) -> None:
        """As :meth:`infra.postgres.messages.inbox.Inbox.receive`."""

        def take(connection: Connection, cursor: Cursor) -> RecentRecords:
            move(cursor)
            self._stops.require_running(cursor)
            return self._take(connection, cursor, arrived)

        self._stops.committed(self._in_transaction(take))

    def replay(self, letter_id: int, *, by: str, why: str) -> None:
        """Land the record of an open dead letter now, in one transaction with the note that it was.

        Raises :class:`MessageRefused` for one that still breaks the contract or was erased, ``NoSuchDeadLetter``, and
        what landing it raises: then it stays open.
        """

        def land_again(connection: Connection, cursor: Cursor) -> None:
            letter, record = self._letters.claimed(cursor, letter_id)
            if record is None:
                raise MessageRefused("contentErased")
            try:
                epoch = self._epoch(connection, cursor)
            except AuthorityIsLive:
                raise MessageRefused(_LIVE) from None
            except NotAccepting:
                raise MessageRefused(_REPORTED) from None
            opened = self._opened(Arrived(letter.coordinates, letter.coordinates.topic, record))
            self._land(connection, cursor, [opened], epoch)
            letter_became_record(cursor, self._authority, letter.coordinates)
            self._letters.settled(cursor, letter_id, "replayed", by=by, why=why)

        self._in_transaction(land_again)

    def _in_transaction(self, work: Callable[[Connection, Cursor], Any]) -> Any:
        try:
            connection = self._live()
            with transaction(connection) as cursor:
                return work(connection, cursor)
        except (AuthorityNotLive, StaleAuthorityEpoch) as why:
            # The authority was switched since this was judged: judge it again.
            raise AnotherWasQuicker(f"legacy records of {self._authority}: {why}") from why
        except psycopg2.Error as why:
            if self._connection is None or not is_the_databases_own(why, self._connection):
                raise
            with suppress(psycopg2.Error):
                self.close()
            self._connection = None
            raise DatabaseUnavailable(f"legacy records could not be written: {type(why).__name__}") from why

    def _take(self, connection: Connection, cursor: Cursor, arrived: Sequence[Arrived]) -> RecentRecords:
        aside: list[Arrived] = []

        def set_aside(each: Arrived, reason: str, attempt: int = 1) -> None:
            self._letters.set_aside(cursor, self._name, each.coordinates, each.record, reason, attempt)
            aside.append(each)

        opened: list[_Opened] = []
        failed: list[tuple[_Opened, str]] = []
        unforeseen = 0
        try:
            epoch = self._epoch(connection, cursor)
        except (AuthorityIsLive, NotAccepting) as why:
            for each in arrived:
                set_aside(each, _LIVE if isinstance(why, AuthorityIsLive) else _REPORTED)
        else:
            for each in arrived:
                try:
                    opened.append(self._opened(each))
                except MessageRefused as why:
                    set_aside(each, why.reason)
                except Exception as why:
                    unforeseen += 1
                    self._warn(why)
                    set_aside(each, FAILED + type(why).__name__)
            failed = self._landed_but(connection, cursor, opened, epoch)
            for record, reason in failed:
                set_aside(record.arrived, reason, _ATTEMPTS)
        count_arrived(
            cursor, self._authority, [each.coordinates for each in arrived], [each.coordinates for each in aside]
        )
        wrong = unforeseen + len(failed)
        return self._stops.weighed(cursor, [True] * wrong + [False] * (len(opened) - len(failed)))

    def _epoch(self, connection: Connection, cursor: Cursor) -> AuthorityEpoch:
        """The epoch on which retelling rests; waits behind a load of files.

        Raises :class:`AuthorityIsLive`, and :class:`NotAccepting` once its report is on record.
        """
        if not no_load_is_under_way(cursor, self._authority):
            raise DatabaseUnavailable(f"files of {self._authority} are being loaded: their records go first")
        epoch = epoch_of(connection, self._authority)
        require_accepting(cursor, self._authority)
        return epoch

    def _opened(self, arrived: Arrived) -> _Opened:
        """Raises :class:`MessageRefused` for a message whose envelope does not hold."""
        envelope = read_envelope(arrived.record)
        hold_to_record(envelope, arrived.record.key, self._judge.source.mapping)
        at = arrived.coordinates
        record, findings = readable_record(envelope.record)
        if not isinstance(record, dict):
            raise AssertionError("an object stays one")
        raw = RawRecord(source=f"{at.topic}/{at.partition}", line=at.offset, record=record, findings=findings)
        return _Opened(arrived, envelope.batch, raw)

    def _landed_but(
        self, connection: Connection, cursor: Cursor, records: Sequence[_Opened], epoch: AuthorityEpoch
    ) -> list[tuple[_Opened, str]]:
        """Land these records; those that failed alone are given, with the reason."""
        if not records:
            return []
        reason = ""
        for _ in range(_ATTEMPTS if len(records) == 1 else 1):
            cursor.execute("savepoint before_records")
            try:
                self._land(connection, cursor, records, epoch)
            except (DatabaseUnavailable, AuthorityNotLive, StaleAuthorityEpoch):
                raise
            except Exception as why:
                if is_the_databases_own(why, connection):
                    raise
                self._warn(why)
                reason = FAILED + type(why).__name__
                cursor.execute("rollback to savepoint before_records")
                cursor.execute("release savepoint before_records")
            else:
                cursor.execute("release savepoint before_records")
                return []
        if len(records) == 1:
            return [(records[0], reason)]
        half = len(records) // 2
        return [
            failed
            for part in (records[:half], records[half:])
            for failed in self._landed_but(connection, cursor, part, epoch)
        ]

    def _warn(self, why: Exception) -> None:
        # By its kind only: its text may hold what the record holds.
        _log.warning("consumer.message_failed", consumer=self._name, why=type(why).__name__)

    def _land(self, connection: Connection, cursor: Cursor, records: Sequence[_Opened], epoch: AuthorityEpoch) -> None:
        # The day of the extract of what comes over a topic is the day on which it lands.
        calendar = Calendar(civil_day(self._now()))
        for name, group in _by_batch(records):
            extract = Extract(batch=self._batch(cursor, name, calendar), calendar=calendar)
            for part in cut([self._judge.records.read(raw, calendar) for raw in group]):
                known = taken_dossiers(connection, self._authority, {e.key for e in part if e.key is not None})
                chunk = self._judge.judged(part, known, epoch, self._now(), extract)
                write_chunk(cursor, chunk, taken=None)

    def _batch(self, cursor: Cursor, name: str, calendar: Calendar) -> UUID:
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


def _by_batch(opened: Iterable[_Opened]) -> list[tuple[str, list[RawRecord]]]:
    """The records of each batch in their order; the stretches of a batch stay apart where another lies between."""
    groups: list[tuple[str, list[RawRecord]]] = []
    for each in opened:
        if not groups or groups[-1][0] != each.batch:
            groups.append((each.batch, []))
        groups[-1][1].append(each.raw)
    return groups
