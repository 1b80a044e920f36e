"""Records in quarantine: looked at, corrected by a person with a motive, and tried again.

A repair rests on an authority whose records are accepted and that is not live here; nobody else repairs the record
meanwhile. File number, quarantine and ledger move with it, or nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from consumers.migration.chunks import ACTOR, A, Append, ChunkJudge
from domain.case.refusals import NotRecordable
from domain.migration.cutover_status import AuthorityIsLive, CutoverStatus, NotAccepting
from domain.migration.dossiers import Dossier, contents_overruled, traits_of
from domain.migration.fates import BatchCount, Fate
from domain.migration.identities import case_id_of
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, Refused, facts_read, precheck
from domain.migration.provenance import Provenance, provenance_of
from domain.migration.quarantine import (
    CORRECTED,
    LOOKED_AT,
    REPLAYED_IN_VAIN,
    RETOLD,
    ChangedSince,
    QuarantinedRecord,
    RepairRefused,
    Step,
    changes_since,
    is_repeated,
    last_change,
    require_not_overtaken,
    require_plain,
    require_waiting,
    traced,
)
from domain.migration.reading import CanonicalRecord
from domain.migration.record_paths import corrected, with_text
from domain.migration.retelling import Lineage, retell
from domain.migration.source_lines import RawRecord
from domain.migration.versions import Version

C = TypeVar("C")
"""A connection, of which this package knows nothing: callers say on which one the work is done."""
C_contra = TypeVar("C_contra", contravariant=True)
A_contra = TypeVar("A_contra", bound=Append, contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record in quarantine with its content, which is personal; ``digest`` is of the record as it came."""

    quarantined: QuarantinedRecord
    raw: RawRecord
    calendar: Calendar
    subject: UUID
    batch: UUID
    digest: str
    corrections: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecord:
    """With its content, which is personal: ``raw`` is None once the key of its subject was destroyed.

    ``seen`` is the last step that changed it: a repair that names it is refused once there is a later one.
    """

    quarantined: QuarantinedRecord
    raw: Mapping[str, object] | None
    corrections: Mapping[str, str]
    provenance: tuple[Provenance, ...]
    steps: tuple[Step, ...]

    @property
    def seen(self) -> int:
        return last_change(self.steps)


class QuarantineTransaction(Protocol[A_contra]):
    """The quarantine of one authority; what is done in it is done whole or not at all."""

    def no_load_is_under_way(self) -> bool:
        """Keep loads of files away until the end of the transaction; False when one is under way."""

    def accepted_epoch(self) -> int:
        """The epoch on which retelling rests. Raises ``AuthorityIsLive`` and ``NotAccepting``."""

    def hold(self, record_id: UUID) -> None:
        """Keep others from repairing the record until the end of the transaction."""

    def quarantined(self, record_id: UUID) -> QuarantinedRecord:
        """The record without its content. Raises :class:`RepairRefused` for one that is not there."""

    def held(self, record_id: UUID) -> HeldRecord | QuarantinedRecord:
        """The record; without its content once the data of its subject were erased. Raises as :meth:`quarantined`."""

    def steps(self, record_id: UUID) -> tuple[Step, ...]:
        """All that was done with the record, the first step first."""

    def known(self, key: str) -> Dossier | None: ...

    def trace(self, record_id: UUID, what: str, by: str, motive: str | None = None) -> None:
        """Say what was done with the record. The motive is kept under the key of its subject."""

    def correct(self, held: HeldRecord, field: str, text: str, *, by: str) -> None:
        """Keep the text beside the raw record, under the key of its subject."""

    def refuse(self, record_id: UUID, refused: Refused, mapping_version: int) -> None:
        """Put these findings in place of those for which the record waited."""

    def append(self, append: A_contra) -> None:
        """Append the event. Raises an ``AppendConflict``."""

    def keep(self, dossier: Dossier, *, is_new: bool) -> None:
        """The dossier of a file number as it is now."""

    def settle(self, record_id: UUID) -> None:
        """The record was retold, and waits no more."""

    def settle_older(self, key: str, before: datetime, *, by: str) -> None:
        """Versions of the file number that wait, and are of a time before, are superseded."""

    def recount(self, batch: UUID, count: BatchCount, *, out_of: str) -> None:
        """Move one record of a batch out of the quarantine by the reason ``out_of``, to where ``count`` has it now."""


class QuarantineStore(Protocol[C_contra, A_contra]):
    """The quarantine of one authority."""

    def status(self, connection: C_contra) -> CutoverStatus: ...

    def transaction(
        self, connection: C_contra, *, appending: bool = False
    ) -> AbstractContextManager[QuarantineTransaction[A_contra]]:
        """``appending``: with a connection that was prepared for appends."""


@dataclass(frozen=True, kw_only=True)
class Quarantine(Generic[C, A]):
    """The quarantine of one authority."""

    judge: ChunkJudge[A]
    store: QuarantineStore[C, A]
    now: Callable[[], datetime]

    def shown(self, connection: C, record_id: UUID, *, by: str) -> ShownRecord:
        """A record raw beside parsed, by the mapping of today; its trace says that this person has looked at it.

        Raises :class:`RepairRefused` for one that is not there.
        """
        with self.store.transaction(connection) as transaction:
            held = transaction.held(record_id)
            transaction.trace(record_id, LOOKED_AT, by)
            steps = transaction.steps(record_id)
        if isinstance(held, QuarantinedRecord):
            return ShownRecord(quarantined=held, raw=None, corrections={}, provenance=(), steps=steps)
        vocabularies = self.judge.records.vocabularies
        reading = self.judge.source.reading(corrected(held.raw, held.corrections))
        judged = precheck(reading, vocabularies, held.calendar)
        record = judged.record if isinstance(judged, Accepted) else None
        return ShownRecord(
            quarantined=held.quarantined,
            raw=dict(held.raw.record),
            corrections=held.corrections,
            provenance=provenance_of(reading, record, facts_read(reading, vocabularies, held.calendar)),
            steps=steps,
        )

    def closed(self, connection: C) -> NotAccepting | AuthorityIsLive | None:
        """Why nothing of this authority can be repaired now; None where it can."""
        return self.store.status(connection).closed()

    def correct(
        self,
        connection: C,
        record_id: UUID,
        field: str,
        text: str,
        *,
        by: str,
        motive: str,
        seen: int | None = None,
    ) -> None:
        """Put ``text`` in place of the value of a field; the raw record stays as it came.

        ``seen`` is the last change that the person who corrects has seen (see :class:`ShownRecord`); the same
        correction a second time is carried out once. Raises :class:`RepairRefused` for a record that no longer waits,
        for a field that it cannot have, and for a text that cannot be kept; ``ChangedSince``, ``AuthorityIsLive``,
        ``NotAccepting``.
        """
        require_plain(field=field, text=text, by=by, motive=motive)
        with self.store.transaction(connection) as transaction:
            transaction.accepted_epoch()
            transaction.hold(record_id)
            held = _waiting(transaction, record_id)
            since = _changes_since(transaction, record_id, seen)
            if is_repeated(since, [CORRECTED], field, by=by, motive=motive):
                if held.corrections.get(field) != text:
                    raise ChangedSince(since[0])
                return
            with_text(held.raw.record, field, text)
            transaction.correct(held, field, text, by=by)
            transaction.trace(record_id, traced(CORRECTED, field), by, motive)

    def replay(
        self, connection: C, record_id: UUID, *, by: str, motive: str, seen: int | None = None
    ) -> Refused | None:
        """Try a record again, with its corrections and the mapping of today; None when it was retold.

        ``seen`` as for :meth:`correct`. Raises :class:`RepairRefused` for a record that no longer waits, that a newer
        version has overtaken, or that holds what no log can, and while files are loaded; ``ChangedSince``,
        ``AuthorityIsLive``, ``NotAccepting``; and what an append raises.
        """
        require_plain(by=by, motive=motive)
        with self.store.transaction(connection, appending=True) as transaction:
            if not transaction.no_load_is_under_way():
                authority = self.judge.source.mapping.authority
                raise RepairRefused(f"files of {authority} are being loaded: try again when loading has ended")
            epoch = transaction.accepted_epoch()
            transaction.hold(record_id)
            since = _changes_since(transaction, record_id, seen)
            if is_repeated(since, [RETOLD, REPLAYED_IN_VAIN], None, by=by, motive=motive):
                return None if since[0].what == RETOLD else Refused(transaction.quarantined(record_id).findings)
            held = _waiting(transaction, record_id)
            raw = corrected(held.raw, held.corrections)
            judged = precheck(self.judge.source.reading(raw), self.judge.records.vocabularies, held.calendar)
            if isinstance(judged, Refused):
                self._keep_waiting(transaction, held, judged, by, motive)
                return judged
            try:
                self._retell(transaction, held, judged.record, self.judge.records.digest(raw), epoch)
            except NotRecordable as why:
                raise RepairRefused(f"record {record_id} is still waiting for a correction: {why}") from None
            transaction.trace(record_id, RETOLD, by, motive)
        return None

    def _retell(
        self, transaction: QuarantineTransaction[A], held: HeldRecord, record: CanonicalRecord, digest: str, epoch: int
    ) -> None:
        """Append the event, and let file number, quarantine and ledger say so; ``digest`` is with the corrections."""
        mapping, record_id = self.judge.source.mapping, held.quarantined.record_id
        before = transaction.known(record.key)
        require_not_overtaken(before, record)
        case_id = case_id_of(mapping.authority, record.key) if before is None else before.case_id
        subject = held.subject if before is None else before.subject
        lineage = Lineage(
            record_id=record_id,
            digest=digest,
            mapping_version=mapping.version,
            corrected=tuple(sorted(held.corrections)),
        )
        appends = self.judge.sealing.appends(epoch, self.now())
        event = retell(record, subject, lineage)
        append = appends.of(event, case_id, before, lineage)
        self.judge.index.remember(mapping.authority, (event,))
        transaction.append(append)
        # The digest of a dossier is that of the raw record: the same file again finds it unchanged.
        version = Version(record.key, record.modified_at, held.digest)
        end = append.events[-1]
        dossier = Dossier(
            key=record.key,
            case_id=case_id,
            subject=subject,
            sequence=record.modified_at,
            digest=held.digest,
            others=contents_overruled(before, version),
            record_id=record_id,
            fate=Fate.RETOLD.value,
            version=end.version,
            leaf_hash=end.leaf_hash,
            traits=traits_of(record, self.judge.digest_key),
        )
        transaction.keep(dossier, is_new=before is None)
        transaction.settle(record_id)
        transaction.settle_older(record.key, record.modified_at + timedelta.resolution, by=ACTOR)
        count = BatchCount()
        count.add_repaired(record)
        transaction.recount(held.batch, count, out_of=held.quarantined.reason)

    def _keep_waiting(
        self, transaction: QuarantineTransaction[A], held: HeldRecord, refused: Refused, by: str, motive: str
    ) -> None:
        record_id, reason = held.quarantined.record_id, refused.main.value
        transaction.refuse(record_id, refused, self.judge.source.mapping.version)
        count = BatchCount()
        count.quarantined[reason] += 1
        transaction.recount(held.batch, count, out_of=held.quarantined.reason)
        transaction.trace(record_id, traced(REPLAYED_IN_VAIN, reason), by, motive)


def _waiting(transaction: QuarantineTransaction[A], record_id: UUID) -> HeldRecord:
    held = transaction.held(record_id)
    if isinstance(held, QuarantinedRecord):
        raise RepairRefused(f"the data of record {record_id} were erased: nothing can be corrected any more")
    require_waiting(held.quarantined)
    return held


def _changes_since(transaction: QuarantineTransaction[A], record_id: UUID, seen: int | None) -> tuple[Step, ...]:
    """None where nobody says what was seen."""
    return () if seen is None else changes_since(transaction.steps(record_id), seen)
