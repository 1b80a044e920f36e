"""The cut-over of an authority: its steps on record, and the switch as an event of the journal."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson

from domain.migration.authority_events import AuthorityCutBack, AuthorityCutOver, AuthorityEvent, stream_of
from domain.migration.cutover import MOTIVATED, CutOverStep, StepRefused, require_step
from domain.plain_text import is_plain
from infra.event_codec import EventCodec
from infra.migration.acceptance import close_acceptance
from infra.migration.coverage import Coverage, coverage_of, what_differs
from infra.migration.loading import no_load_is_under_way
from infra.migration.open_work import open_work_of
from infra.migration.standing import RecordedStep, Standing, read_standing, standing_of
from infra.postgres.journal.append_requests import (
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.bulk import append_staged, prepare_staging
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.postgres.server.connections import transaction
from infra.wire_format import wire_time

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_LOCK: Final = 7_301_968


_RESTS_ON_THE_REPORT: Final = (CutOverStep.RECONCILED, CutOverStep.PROPOSED, CutOverStep.APPROVED)


class CutOver:
    """The cut-over of one authority; ``origin`` is that of the journal."""

    def __init__(self, authority: str, codec: EventCodec, origin: str, now: Callable[[], datetime]) -> None:
        self._authority = authority
        self._codec = codec
        self._origin = origin
        self._now = now

    def take(self, connection: Connection, step: CutOverStep, *, by: str, outcome: dict[str, Any]) -> Standing:
        """Take a step; the last of each way switches the authority in the same transaction.

        ``outcome`` of a report says what it ``covers``; nothing may have landed since, neither now nor when the switch
        is proposed and approved. Raises :class:`~domain.migration.cutover.StepRefused`, and what an append raises when
        somebody was quicker.
        """
        if not all(is_plain(each) for each in (by, str(outcome.get("motive", "")))):
            # Now, and not at the switch: a motive that was proposed cannot be mended any more.
            raise StepRefused("name and motive are one line without control characters: remove what cannot be printed")
        prepare_staging(connection)
        with transaction(connection) as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, self._authority))
            standing = read_standing(cursor, self._authority)
            require_step(step, by, standing.taken, is_live=standing.is_live)
            if step in MOTIVATED and not outcome.get("motive", "").strip():
                raise StepRefused(f"{step} needs a motive: say why, with --motive TEXT")
            outcome = outcome | self._proven(cursor, standing, step, outcome)
            cursor.execute(
                "insert into legacy_cutover_step (authority, epoch, step, by, outcome) values (%s, %s, %s, %s, %s)",
                (self._authority, standing.epoch, step.value, by, orjson.dumps(outcome).decode()),
            )
            event = self._event_of(standing, step, by, outcome)
            if event is not None:
                self._append(cursor, event, standing.epoch, by)
            if step is CutOverStep.BACK_APPROVED:
                # Under the lock of the head, so after all that happened here: records build on it from now on.
                cursor.execute(_HEADS_AS_THEY_ARE, {"authority": self._authority})
        return standing_of(connection, self._authority)

    def _proven(self, cursor: Cursor, standing: Standing, step: CutOverStep, outcome: dict[str, Any]) -> dict[str, Any]:
        """What a step itself finds and leaves on record; nobody lands a record until it is committed.

        Raises :class:`StepRefused` where it does not find what the step is to say.
        """
        if step is not CutOverStep.DRAINED and step not in _RESTS_ON_THE_REPORT:
            return {}
        self._keep_writers_away(cursor)
        if step in (CutOverStep.DRAINED, CutOverStep.RECONCILED):
            work = open_work_of(cursor, self._authority, lag=outcome.get("lag", 0))
            work.require_none()
            if step is CutOverStep.DRAINED:
                return {"waiting": work.waiting}
            if not outcome.get("agrees"):
                raise StepRefused("the two sides do not agree: look at the report and mend it first")
        now = coverage_of(cursor, self._authority)
        if step is CutOverStep.RECONCILED:
            _require_same(outcome.get("covers", now), now, "while the report was made")
            return {"covers": now}
        report = _held(standing, CutOverStep.RECONCILED)
        _require_same(report.outcome.get("covers", {}), now, f"since the report of {report.by}")
        named = {"reportSha256": report.outcome["reportSha256"]}
        return (
            named if step is CutOverStep.PROPOSED else named | {"proposedBy": _held(standing, CutOverStep.PROPOSED).by}
        )

    def _keep_writers_away(self, cursor: Cursor) -> None:
        if not no_load_is_under_way(cursor, self._authority):
            raise StepRefused(
                f"files of {self._authority} are being loaded: take the step when they are through, or stop the load"
            )
        close_acceptance(cursor, self._authority)

    def _event_of(
        self, standing: Standing, step: CutOverStep, by: str, outcome: dict[str, Any]
    ) -> AuthorityEvent | None:
        if step is CutOverStep.APPROVED:
            return AuthorityCutOver(
                effective_at=self._now(),
                authority=self._authority,
                epoch=standing.epoch + 1,
                proposed_by=_held(standing, CutOverStep.PROPOSED).by,
                approved_by=by,
                report_sha256=outcome["reportSha256"],
            )
        if step is CutOverStep.BACK_APPROVED:
            proposed = _held(standing, CutOverStep.BACK_PROPOSED)
            return AuthorityCutBack(
                effective_at=self._now(),
                authority=self._authority,
                epoch=standing.epoch + 1,
                by=proposed.by,
                approved_by=by,
                motive=proposed.outcome["motive"],
                exported_events=outcome["events"],
                export_sha256=outcome["sha256"],
            )
        return None

    def _append(self, cursor: Cursor, event: AuthorityEvent, epoch: int, by: str) -> None:
        stream = stream_of(self._authority)
        cursor.execute(
            "select version, leaf_hash from journal where stream = %s order by version desc limit 1", (stream,)
        )
        found = cursor.fetchall()
        head = StreamHead(found[0][0], bytes(found[0][1])) if found else StreamHead(None, None)
        request = sealed_request(
            encoded_on(self._codec, stream, head, [event]),
            origin=self._origin,
            command=CommandIdentity(by, str(uuid4()), b""),
            touches=(Touch(stream, head),),
            recorded_at=wire_time(self._now()),
            rests_on=AuthorityEpoch(self._authority, epoch),
        )
        append_staged(cursor, [request])


def _held(standing: Standing, which: CutOverStep) -> RecordedStep:
    """A step without which the present one would have been refused."""
    step = standing.step(which)
    if step is None:
        raise AssertionError(f"{which} is not on record")
    return step


def _require_same(covered: Coverage, now: Coverage, when: str) -> None:
    if differing := what_differs(covered, now):
        raise StepRefused(
            f"the report does not cover all that has landed: {', '.join(differing)} changed {when}. Take the step"
            " `reconcile` again, and propose the switch on that report"
        )


def export_native_events(connection: Connection, authority: str, to: Path) -> dict[str, Any]:
    """Write what happened here in the authority's cases, leaf and body of each event, for its former system.

    Gives the number of events and the SHA-256 of the file (gzip of one JSON object a line). Bodies stay encrypted.
    """
    count = 0
    with gzip.open(to, "wb") as out, transaction(connection), connection.cursor(name="native_events") as cursor:
        cursor.execute(_NATIVE, {"authority": authority})
        for position, stream, version, kind, leaf, body in cursor:
            held = {"position": position, "case": str(stream), "version": version, "event": kind}
            texts = {"leaf": bytes(leaf).decode(), "body": bytes(body).decode()}
            out.write(orjson.dumps(held | texts) + b"\n")
            count += 1
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

# The bodies are looked through as bytes: one that is no JSON any reader takes must not hide the others.
_NATIVE: Final = """
select j.position, j.stream, j.version, j.type, j.leaf, j.body
  from journal j
 where j.type not in ('LegacyRecordRetold', 'AuthorityCutOver', 'AuthorityCutBack')
   and j.stream in (select f.stream from journal f
                     where f.version = 1 and f.type in ('ApplicationSubmitted', 'LegacyRecordRetold')
                       and position(convert_to('"authority":"' || %(authority)s || '"', 'UTF8') in f.body) > 0)
 order by j.position
"""
