"""The records of one authority as they arrive over Kafka: one transaction a delivery, with its offset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg2

from consumers.consumer import MessageRefused
from consumers.migration.chunks import Chunk
from consumers.migration.legacy_topic import LegacyTopic
from consumers.migration.topic_intake import TopicIntake
from domain.migration.dossiers import Dossier
from domain.migration.plausible_days import Calendar
from domain.migration.reading import LegacyMapping
from domain.migration.source_lines import RawRecord
from infra.legacy_files.texts import readable_record
from infra.migration.chunk_rows import rows_of
from infra.migration.chunk_writing import prepare_landing, write_chunk
from infra.migration.cutover_status import require_accepting
from infra.migration.dossiers import taken_dossiers
from infra.migration.envelopes import hold_to_record, read_envelope
from infra.migration.loading import no_load_is_under_way
from infra.migration.topic_ledgers import count_arrived, letter_became_record
from infra.postgres.journal.append_requests import AppendRequest
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


class LegacyInbox:
    """Takes what arrives, and moves the offset, in one transaction."""

    def __init__(
        self,
        url: str,
        intake: TopicIntake[Arrived, AppendRequest],
        letters: DeadLetters,
        limits: StopLimits | None = None,
    ) -> None:
        self._url = url
        self._intake = intake
        self._letters = letters
        self._mapping = intake.judge.source.mapping
        self._stops = ConsumerStops(LegacyTopic(self._mapping.authority).name, limits)
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def require_running(self) -> None:
        """As :meth:`infra.postgres.messages.inbox.Inbox.require_running`."""
        self._in_transaction(lambda it: self._stops.require_running(it.cursor))

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Any], None]) -> None:
        """As :meth:`infra.postgres.messages.inbox.Inbox.receive`."""

        def take(it: PostgresIntake) -> RecentRecords:
            move(it.cursor)
            self._stops.require_running(it.cursor)
            taken = self._intake.take(it, arrived)
            return self._stops.weighed(it.cursor, [True] * taken.failed + [False] * taken.well)

        self._stops.committed(self._in_transaction(take))

    def replay(self, letter_id: int, *, by: str, why: str) -> None:
        """Land the record of an open dead letter now, in one transaction with the note that it was.

        Raises :class:`MessageRefused` for one that still breaks the contract or was erased, ``NoSuchDeadLetter``, and
        what landing it raises: then it stays open.
        """

        def land_again(it: PostgresIntake) -> None:
            letter, record = self._letters.claimed(it.cursor, letter_id)
            if record is None:
                raise MessageRefused("contentErased")
            self._intake.land_again(it, Arrived(letter.coordinates, letter.coordinates.topic, record))
            letter_became_record(it.cursor, self._mapping.authority, letter.coordinates)
            self._letters.settled(it.cursor, letter_id, "replayed", by=by, why=why)

        self._in_transaction(land_again)

    def _in_transaction(self, work: Callable[[PostgresIntake], Any]) -> Any:
        authority = self._mapping.authority
        try:
            connection = self._live()
            with transaction(connection) as cursor:
                return work(PostgresIntake(self._mapping, self._letters, connection, cursor))
        except (AuthorityNotLive, StaleAuthorityEpoch) as why:
            # The authority was switched since this was judged: judge it again.
            raise AnotherWasQuicker(f"legacy records of {authority}: {why}") from why
        except psycopg2.Error as why:
            if self._connection is None or not is_the_databases_own(why, self._connection):
                raise
            with suppress(psycopg2.Error):
                self.close()
            self._connection = None
            raise DatabaseUnavailable(f"legacy records could not be written: {type(why).__name__}") from why

    def _live(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, Role.WRITER)
            prepare_landing(self._connection)
        return self._connection


_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PostgresIntake:
    """Implements :class:`consumers.migration.topic_intake.IntakeTransaction`."""

    mapping: LegacyMapping
    letters: DeadLetters
    connection: Connection
    cursor: Cursor

    @property
    def authority(self) -> str:
        return self.mapping.authority

    def accepted_epoch(self) -> int:
        """As :meth:`consumers.migration.topic_intake.IntakeTransaction.accepted_epoch`."""
        if not no_load_is_under_way(self.cursor, self.authority):
            raise DatabaseUnavailable(f"files of {self.authority} are being loaded: their records go first")
        return require_accepting(self.cursor, self.authority).retelling_epoch()

    def opened(self, message: Arrived) -> tuple[str, RawRecord]:
        """As :meth:`consumers.migration.topic_intake.IntakeTransaction.opened`."""
        envelope = read_envelope(message.record)
        hold_to_record(envelope, message.record.key, self.mapping)
        at = message.coordinates
        record, findings = readable_record(envelope.record)
        if not isinstance(record, dict):
            raise AssertionError("an object stays one")
        raw = RawRecord(source=f"{at.topic}/{at.partition}", line=at.offset, record=record, findings=findings)
        return envelope.batch, raw

    def begin(self, batch: UUID, name: str, mapping_version: int, calendar: Calendar) -> None:
        self.cursor.execute(
            "insert into legacy_batch (id, authority, door, source, mapping_version, extracted_on)"
            " values (%s, %s, 'kafka', %s, %s, %s)"
            " on conflict do nothing",
            (batch, self.authority, name, mapping_version, calendar.extracted_on),
        )

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        return taken_dossiers(self.connection, self.authority, keys)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """As :meth:`consumers.migration.topic_intake.IntakeTransaction.attempt`."""
        self.cursor.execute("savepoint before_records")
        try:
            yield
        except Exception as why:
            if not self.blames_no_record(why):
                self.cursor.execute("rollback to savepoint before_records")
                self.cursor.execute("release savepoint before_records")
            raise
        self.cursor.execute("release savepoint before_records")

    def blames_no_record(self, why: Exception) -> bool:
        switched = isinstance(why, DatabaseUnavailable | AuthorityNotLive | StaleAuthorityEpoch)
        return switched or is_the_databases_own(why, self.connection)

    def write(self, chunk: Chunk[AppendRequest]) -> None:
        write_chunk(self.cursor, rows_of(chunk), taken=None)

    def dead_letter(self, message: Arrived, reason: str) -> None:
        self._dead_letter(message, reason, 1)

    def note_failure(self, kind: str) -> None:
        # By its kind only: its text may hold what the record holds.
        _log.warning("consumer.message_failed", consumer=LegacyTopic(self.authority).name, why=kind)

    def dead_letter_failed(self, message: Arrived, kind: str, attempts: int) -> None:
        self._dead_letter(message, FAILED + kind, attempts)

    def _dead_letter(self, message: Arrived, reason: str, attempts: int) -> None:
        consumer = LegacyTopic(self.authority).name
        self.letters.add(self.cursor, consumer, message.coordinates, message.record, reason, attempts)

    def count(self, arrived: Sequence[Arrived], dead_lettered: Sequence[Arrived]) -> None:
        count_arrived(
            self.cursor,
            self.authority,
            [each.coordinates for each in arrived],
            [each.coordinates for each in dead_lettered],
        )
