"""The cut-over of an authority: its steps on record, and the switch as an event of the journal."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson

from domain.migration.authority_events import AuthorityCutBack, AuthorityCutOver, AuthorityEvent, stream_of
from domain.migration.cutover import CutOverStep, StepRefused, StepTaken, require_step
from domain.plain_text import is_plain
from infra.event_codec import EventCodec
from infra.postgres.append_requests import (
    AppendRequest,
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    Touch,
    seal,
    wire_time,
)
from infra.postgres.bulk import append_staged, prepare_staging
from infra.postgres.conflicts import conflict_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_LOCK: Final = 7_301_968


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep:
    step: CutOverStep
    by: str
    at: datetime
    outcome: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an authority stands: its epoch, odd while it is live here, and the steps of that epoch."""

    authority: str
    epoch: int
    steps: tuple[RecordedStep, ...]

    @property
    def is_live(self) -> bool:
        return self.epoch % 2 == 1

    @property
    def taken(self) -> tuple[StepTaken, ...]:
        return tuple(StepTaken(step=each.step, by=each.by) for each in self.steps)


def standing_of(connection: Connection, authority: str) -> Standing:
    """The epoch and its steps."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce((authority_epochs ->> %s)::int, 0) from journal_head", (authority,))
        ((epoch,),) = cursor.fetchall()
        cursor.execute(
            "select step, by, at, outcome from legacy_cutover_step where authority = %s and epoch = %s order by id",
            (authority, epoch),
        )
        steps = [
            RecordedStep(step=CutOverStep(step), by=by, at=at, outcome=outcome)
            for step, by, at, outcome in cursor.fetchall()
        ]
    return Standing(authority=authority, epoch=epoch, steps=tuple(steps))


class CutOver:
    """The cut-over of one authority; ``origin`` is that of the journal."""

    def __init__(self, authority: str, codec: EventCodec, origin: str, now: Callable[[], datetime]) -> None:
        self._authority = authority
        self._codec = codec
        self._origin = origin
        self._now = now

    def take(
        self, connection: Connection, step: CutOverStep, *, by: str, outcome: dict[str, Any], motive: str = ""
    ) -> Standing:
        """Take a step; the last of each way switches the authority in the same transaction.

        Raises :class:`~domain.migration.cutover.StepRefused`, and what an append raises when somebody was quicker.
        """
        if not all(is_plain(each) for each in (by, motive, str(outcome.get("motive", "")))):
            # Now, and not at the switch: a motive that was proposed cannot be mended any more.
            raise StepRefused("name and motive are one line without control characters: remove what cannot be printed")
        prepare_staging(connection)
        with connection.cursor() as cursor:
            cursor.execute("begin")
            try:
                cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, self._authority))
                standing = standing_of(connection, self._authority)
                require_step(step, by, standing.taken, is_live=standing.is_live)
                if step is CutOverStep.DRAINED:
                    _require_drained(cursor, self._authority)
                if step is CutOverStep.RECONCILED and not outcome.get("agrees"):
                    raise StepRefused("the two sides do not agree: look at the report and mend it first")
                cursor.execute(
                    "insert into legacy_cutover_step (authority, epoch, step, by, outcome) values (%s, %s, %s, %s, %s)",
                    (self._authority, standing.epoch, step.value, by, orjson.dumps(outcome).decode()),
                )
                event = self._event_of(standing, step, by, outcome, motive)
                if event is not None:
                    self._append(cursor, event, standing.epoch, by)
                if step is CutOverStep.BACK_APPROVED:
                    # Under the lock of the head, so after all that happened here: records build on it from now on.
                    cursor.execute(_HEADS_AS_THEY_ARE, {"authority": self._authority})
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")
        return standing_of(connection, self._authority)

    def _event_of(
        self, standing: Standing, step: CutOverStep, by: str, outcome: dict[str, Any], motive: str
    ) -> AuthorityEvent | None:
        before = {each.step: each for each in standing.steps}
        if step is CutOverStep.APPROVED:
            return AuthorityCutOver(
                effective_at=self._now(),
                authority=self._authority,
                epoch=standing.epoch + 1,
                proposed_by=before[CutOverStep.PROPOSED].by,
                approved_by=by,
                report_sha256=before[CutOverStep.RECONCILED].outcome["reportSha256"],
            )
        if step is CutOverStep.BACK_APPROVED:
            return AuthorityCutBack(
                effective_at=self._now(),
                authority=self._authority,
                epoch=standing.epoch + 1,
                by=before[CutOverStep.BACK_PROPOSED].by,
                approved_by=by,
                motive=before[CutOverStep.BACK_PROPOSED].outcome.get("motive", motive),
                exported_events=outcome["events"],
                export_sha256=outcome["sha256"],
            )
        return None

    def _append(self, cursor: Any, event: AuthorityEvent, epoch: int, by: str) -> None:
        stream = stream_of(self._authority)
        cursor.execute(
            "select version, leaf_hash from journal where stream = %s order by version desc limit 1", (stream,)
        )
        found = cursor.fetchall()
        head = StreamHead(found[0][0], bytes(found[0][1])) if found else StreamHead(None, None)
        version = (head.version or 0) + 1
        encoded = self._codec.encode(event, stream, version)
        identity = CommandIdentity(by, str(uuid4()), b"")
        recorded_at = wire_time(self._now())
        made = seal(
            origin=self._origin,
            stream=stream,
            version=version,
            prev=head.leaf_hash,
            type_=encoded.name,
            schema=encoded.schema,
            body=encoded.body,
            commitments=encoded.commitments,
            recorded_at=recorded_at,
            command=identity,
            causation_id=None,
            rule_set=None,
        )
        rests_on = AuthorityEpoch(self._authority, epoch)
        request = AppendRequest(identity, recorded_at, (Touch(stream, head),), (made,), rests_on=rests_on)
        (outcome,) = append_staged(cursor, [request])
        if outcome.outcome != "appended":
            raise conflict_of(outcome)


def _require_drained(cursor: Any, authority: str) -> None:
    cursor.execute(
        "select source from legacy_batch where authority = %s and door = 'file' and finished_at is null", (authority,)
    )
    if unfinished := [source for (source,) in cursor.fetchall()]:
        raise StepRefused(f"these files were not taken to their end: {', '.join(unfinished)}. Run them again")


def export_native_events(connection: Connection, authority: str, to: Path) -> dict[str, Any]:
    """Write what happened here in the authority's cases, leaf and body of each event, for its former system.

    Gives the number of events and the SHA-256 of the file (gzip of one JSON object a line). Bodies stay encrypted.
    """
    count = 0
    connection.autocommit = False
    try:
        with gzip.open(to, "wb") as out, connection.cursor(name="native_events") as cursor:
            cursor.execute(_NATIVE, {"authority": authority})
            for position, stream, version, kind, leaf, body in cursor:
                held = {"position": position, "case": str(stream), "version": version, "event": kind}
                texts = {"leaf": bytes(leaf).decode(), "body": bytes(body).decode()}
                out.write(orjson.dumps(held | texts) + b"\n")
                count += 1
    finally:
        connection.rollback()
        connection.autocommit = True
    return {"events": count, "sha256": hashlib.sha256(to.read_bytes()).hexdigest(), "file": to.name}


_HEADS_AS_THEY_ARE: Final = """
update legacy_dossier d
   set version = h.version, leaf_hash = h.leaf_hash
  from (select distinct on (j.stream) j.stream, j.version, j.leaf_hash
          from journal j
          join legacy_dossier l on l.case_id = j.stream
         where l.authority = %(authority)s and j.version > l.version
         order by j.stream, j.version desc) h
 where d.authority = %(authority)s and d.case_id = h.stream
"""

_NATIVE: Final = """
select j.position, j.stream, j.version, j.type, j.leaf, j.body
  from journal j
 where j.type not in ('LegacyRecordRetold', 'AuthorityCutOver', 'AuthorityCutBack')
   and j.stream in (select f.stream from journal f
                     where f.version = 1 and f.type in ('ApplicationSubmitted', 'LegacyRecordRetold')
                       and convert_from(f.body, 'UTF8')::json -> 'clear' ->> 'authority' = %(authority)s)
 order by j.position
"""
