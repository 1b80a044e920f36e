"""Records that were set aside: looked at, put right by a person with a motive, and tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson

from domain.case.refusals import NotRecordable
from domain.migration.batch import BatchCount, Fate
from domain.migration.cutover import CutOverStep
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, Refused, facts_read, precheck
from domain.migration.provenance import Provenance, provenance_of
from domain.migration.reading import CanonicalRecord
from domain.migration.retelling import Lineage, case_id_of
from domain.migration.vocabulary import Vocabularies
from domain.plain_text import LAYOUT, is_plain
from infra.legacy_files.records import RawRecord
from infra.migration.acceptance import NotAccepting, require_accepting
from infra.migration.chunks import ACTOR, ChunkJudge
from infra.migration.dossiers import Dossier, taken_dossiers, traits_of
from infra.migration.landing import recount, settle_older, trace, write_dossiers
from infra.migration.loading import AuthorityIsLive, epoch_of, no_load_is_under_way
from infra.migration.quarantine_trace import (
    CORRECTED,
    LOOKED_AT,
    REPLAYED_IN_VAIN,
    RETOLD,
    ChangedSince,
    Step,
    changes_since,
    hold,
    is_repeated,
    last_change,
    said,
    steps_of,
)
from infra.migration.record_paths import RepairRefused, corrected, with_text
from infra.migration.sealed_records import open_record, open_text, seal_text
from infra.migration.standing import standing_of
from infra.migration.waiting_records import WAITING, SetAside, listed
from infra.postgres.journal.append_requests import AuthorityEpoch
from infra.postgres.journal.bulk import append_staged, prepare_staging
from infra.postgres.server.connections import transaction
from infra.wire_format import wire_time

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecord:
    """With its content, which is personal: ``raw`` is None once the key of its subject was destroyed.

    ``seen`` is the last step that changed it: a repair that names it is refused once there is a later one.
    """

    set_aside: SetAside
    raw: dict[str, Any] | None
    corrections: dict[str, str]
    provenance: tuple[Provenance, ...]
    steps: tuple[Step, ...]

    @property
    def seen(self) -> int:
        return last_change(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    set_aside: SetAside
    raw: RawRecord
    calendar: Calendar
    subject: UUID
    batch: UUID
    digest: str
    corrections: dict[str, str]


class Quarantine:
    """The quarantine of one authority."""

    def __init__(self, judge: ChunkJudge, now: Callable[[], datetime]) -> None:
        self._judge = judge
        self._now = now
        self._authority = judge.source.mapping.authority
        self._vocabularies = Vocabularies.load()

    def shown(self, connection: Connection, record_id: UUID, *, by: str) -> ShownRecord:
        """A record raw beside parsed, by the mapping of today; the trace says first who looks at it.

        Raises :class:`RepairRefused` for one that is not there.
        """
        held = self._held(connection, record_id)
        with transaction(connection) as cursor:
            trace(cursor, [record_id], LOOKED_AT, by)
        set_aside = held.set_aside if isinstance(held, _Held) else held
        steps = steps_of(connection, record_id)
        if not isinstance(held, _Held):
            return ShownRecord(set_aside=set_aside, raw=None, corrections={}, provenance=(), steps=steps)
        reading = self._judge.source.reading(corrected(held.raw, held.corrections))
        judged = precheck(reading, self._vocabularies, held.calendar)
        record = judged.record if isinstance(judged, Accepted) else None
        return ShownRecord(
            set_aside=set_aside,
            raw=dict(held.raw.record),
            corrections=held.corrections,
            provenance=provenance_of(reading, record, facts_read(reading, self._vocabularies, held.calendar)),
            steps=steps,
        )

    def closed(self, connection: Connection) -> NotAccepting | AuthorityIsLive | None:
        """Why nothing of this authority can be repaired now; None where it can."""
        reported = standing_of(connection, self._authority).step(CutOverStep.RECONCILED)
        if reported is not None:
            return NotAccepting(self._authority, reported)
        try:
            epoch_of(connection, self._authority)
        except AuthorityIsLive as why:
            return why
        return None

    def correct(
        self,
        connection: Connection,
        record_id: UUID,
        field: str,
        text: str,
        *,
        by: str,
        motive: str,
        seen: int | None = None,
    ) -> None:
        """Put ``text`` in place of what stands in a field; the raw record stays as it came.

        ``seen`` is the last change that whoever corrects has seen (see :class:`ShownRecord`); the same correction a
        second time is carried out once. Raises :class:`RepairRefused` for a record that no longer waits, for a field
        that it cannot have, and for a text that cannot be kept; ``ChangedSince``, ``AuthorityIsLive``,
        ``NotAccepting``.
        """
        _require_plain(field=field, text=text, by=by, motive=motive)
        with transaction(connection) as cursor:
            self._require_repairable(connection, cursor, record_id)
            held = self._waiting(connection, record_id)
            since = changes_since(connection, record_id, seen)
            if is_repeated(since, [CORRECTED], field, by=by, motive=motive):
                if held.corrections.get(field) != text:
                    raise ChangedSince(since[0])
                return
            with_text(held.raw.record, field, text)
            sealed = seal_text(self._judge.keys.key_to_encrypt(held.subject), record_id, field, text)
            cursor.execute(
                "insert into legacy_correction (record_id, field, sealed, by, motive) values (%s, %s, %s, %s, %s)",
                (record_id, field, sealed, by, motive),
            )
            cursor.execute("update legacy_quarantine set state = 'corrected' where record_id = %s", (record_id,))
            trace(cursor, [record_id], said(CORRECTED, field), by, motive)

    def replay(
        self, connection: Connection, record_id: UUID, *, by: str, motive: str, seen: int | None = None
    ) -> Refused | None:
        """Try a record again, with its corrections and the mapping of today; None when it was retold.

        ``seen`` as for :meth:`correct`. Raises :class:`RepairRefused` for a record that no longer waits, that a newer
        version has overtaken, or that holds what no log can, and while files are loaded; ``ChangedSince``,
        ``AuthorityIsLive``, ``NotAccepting``; and what an append raises.
        """
        _require_plain(by=by, motive=motive)
        prepare_staging(connection)
        with transaction(connection) as cursor:
            if not no_load_is_under_way(cursor, self._authority):
                raise RepairRefused(f"files of {self._authority} are being loaded: try again when they are through")
            epoch = self._require_repairable(connection, cursor, record_id)
            since = changes_since(connection, record_id, seen)
            if is_repeated(since, [RETOLD, REPLAYED_IN_VAIN], None, by=by, motive=motive):
                return None if since[0].what == RETOLD else Refused(self._set_aside(connection, record_id).findings)
            held = self._waiting(connection, record_id)
            raw = corrected(held.raw, held.corrections)
            reading = self._judge.source.reading(raw)
            judged = precheck(reading, self._vocabularies, held.calendar)
            if isinstance(judged, Refused):
                self._note_refusal(cursor, held, judged, by, motive)
                return judged
            digest = self._judge.source.digest(raw.record, self._judge.digest_key)
            try:
                self._retell(connection, cursor, held, judged.record, digest, epoch)
            except NotRecordable as why:
                raise RepairRefused(f"record {record_id} waits still, for a correction: {why}") from None
            trace(cursor, [record_id], RETOLD, by, motive)
        return None

    def _require_repairable(self, connection: Connection, cursor: Cursor, record_id: UUID) -> AuthorityEpoch:
        """The epoch on which a repair rests; nobody else repairs the record until the end of the transaction."""
        require_accepting(cursor, self._authority)
        epoch = epoch_of(connection, self._authority)
        hold(cursor, record_id)
        return epoch

    def _retell(
        self,
        connection: Connection,
        cursor: Cursor,
        held: _Held,
        record: CanonicalRecord,
        digest: str,
        epoch: AuthorityEpoch,
    ) -> None:
        """Append the event, and let file number, quarantine and ledger say so; ``digest`` is with the corrections."""
        known = taken_dossiers(connection, self._authority, [record.key]).get(record.key)
        if known is not None and known.sequence > record.modified_at:
            raise RepairRefused(f"a newer version of {record.key} was taken since: this one is stale")
        record_id = held.set_aside.record_id
        dossier = Dossier(
            key=record.key,
            case_id=case_id_of(self._authority, record.key) if known is None else known.case_id,
            subject=held.subject if known is None else known.subject,
            sequence=record.modified_at,
            # That of the raw record: the same file again finds it unchanged.
            digest=held.digest,
            others=_others(known, held, record),
            record_id=record_id,
            fate=Fate.RETOLD.value,
            version=0 if known is None else known.version,
            leaf_hash=None if known is None else known.leaf_hash,
            traits=traits_of(record, self._judge.digest_key),
        )
        lineage = Lineage(
            record_id=record_id,
            digest=digest,
            mapping_version=self._judge.source.mapping.version,
            corrected=tuple(sorted(held.corrections)),
        )
        request = self._judge.request(dossier, record, lineage, epoch, wire_time(self._now()))
        append_staged(cursor, [request])
        (event,) = request.events
        told = replace(dossier, version=event.version, leaf_hash=event.leaf_hash)
        write_dossiers(cursor, self._authority, [told], new=known is None)
        cursor.execute(
            "update legacy_quarantine set state = 'retold', settled_at = now() where record_id = %s", (record_id,)
        )
        settle_older(cursor, self._authority, [(record.key, record.modified_at + timedelta.resolution)], by=ACTOR)
        count = BatchCount()
        count.add_repaired(record)
        recount(cursor, held.batch, count, out_of=held.set_aside.reason)

    def _note_refusal(self, cursor: Cursor, held: _Held, refused: Refused, by: str, motive: str) -> None:
        record_id = held.set_aside.record_id
        cursor.execute(
            "update legacy_quarantine set reason = %s, findings = %s, mapping_version = %s where record_id = %s",
            (
                refused.main.value, orjson.dumps(refused.findings).decode(), self._judge.source.mapping.version,
                record_id,
            ),
        )  # fmt: skip
        count = BatchCount()
        count.quarantined[refused.main.value] += 1
        recount(cursor, held.batch, count, out_of=held.set_aside.reason)
        trace(cursor, [record_id], said(REPLAYED_IN_VAIN, refused.main.value), by, motive)

    def _waiting(self, connection: Connection, record_id: UUID) -> _Held:
        held = self._held(connection, record_id)
        if not isinstance(held, _Held):
            raise RepairRefused(f"the data of record {record_id} were erased: nothing can be put right any more")
        if held.set_aside.state not in WAITING:
            raise RepairRefused(f"record {record_id} does not wait any more: it is {held.set_aside.state}")
        return held

    def _set_aside(self, connection: Connection, record_id: UUID) -> SetAside:
        found = listed(connection, authority=self._authority, states=None, ids=[record_id])
        if not found:
            raise RepairRefused(f"no record {record_id} of {self._authority} was ever set aside")
        return found[0]

    def _held(self, connection: Connection, record_id: UUID) -> _Held | SetAside:
        set_aside = self._set_aside(connection, record_id)
        with connection.cursor() as cursor:
            cursor.execute(_LANDED, (record_id,))
            ((subject, batch, digest, extracted_on, sealed),) = cursor.fetchall()
            cursor.execute("select field, sealed from legacy_correction where record_id = %s order by id", (record_id,))
            corrections = [(field, bytes(text)) for field, text in cursor.fetchall()]
        key = self._judge.keys.key_to_decrypt(subject)
        if key is None:
            return set_aside
        return _Held(
            set_aside=set_aside,
            raw=open_record(key, record_id, bytes(sealed), source=set_aside.source, line=set_aside.line),
            calendar=Calendar(extracted_on),
            subject=subject,
            batch=batch,
            digest=digest,
            corrections={field: open_text(key, record_id, field, text) for field, text in corrections},
        )


_LANDED: Final = "select subject, batch, encode(digest, 'hex'), extracted_on, sealed from legacy_record where id = %s"


def _others(known: Dossier | None, held: _Held, record: CanonicalRecord) -> tuple[str, ...]:
    """What came under the same time of change as the version that a person has decided for."""
    if known is None or known.sequence != record.modified_at:
        return ()
    return tuple(each for each in (known.digest, *known.others) if each != held.digest)


def _require_plain(**texts: str) -> None:
    """Raises :class:`RepairRefused` for what somebody wrote and no table could keep; it is not repeated."""
    for name, text in texts.items():
        if not is_plain(text, LAYOUT):
            raise RepairRefused(f"the {name} holds a control character: remove what cannot be printed")
