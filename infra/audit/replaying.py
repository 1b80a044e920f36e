"""`audit replay`: read cases from the journal and judge their recorded verdicts again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.audit.replay import VERDICT_EVENTS, CaseReplay, ReplayOutcome, VerdictReplay, digest_of_all, replay_case
from domain.case.events import CaseEvent
from domain.case.folding import StreamCorrupt
from domain.law.rule_sets import RuleSets
from infra.event_codec import EventCodec, UnreadableEvent
from infra.event_formats import stored_names
from infra.keys import KeyMissing
from infra.postgres.journal.bulk_reading import JournalRow, copy_streams
from infra.postgres.server.connections import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

FINDINGS_NAMED: Final = 100
"""Differing verdicts and unreadable cases kept word for word; the rest are counted."""

_CASES_AT_ONCE: Final = 250
_TYPES: Final = stored_names(VERDICT_EVENTS)

OnProgress = Callable[[int, int], None]
"""Called with the cases done and the cases there are."""


class CaseUnknown(Exception):
    """The journal holds no case with this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableCase:
    """A case that cannot be replayed: its events are not in a readable form, or make no case."""

    case_id: UUID
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What became of all verdicts up to position ``up_to`` ; ``rule_set`` is the one in use.

    ``other_rule_sets`` counts verdicts whose rule set is kept nowhere: the one in use, asked
    as known then, was used. That is information, not a difference.
    ``digest`` (hex) is equal for two runs that concluded the same. ``different`` and ``unreadable`` name the
    first, in the order of case ids.
    """

    rule_set: str
    up_to: int
    cases: int
    verdicts: int
    identical: int
    different_count: int
    withheld: int
    unreadable_count: int
    other_rule_sets: int
    digest: str
    different: tuple[VerdictReplay, ...]
    unreadable: tuple[UnreadableCase, ...]

    @property
    def is_sound(self) -> bool:
        return self.different_count == 0 and self.unreadable_count == 0


def replay_one(
    pool: ConnectionPool, codec: EventCodec, rule_sets: RuleSets, case_id: UUID, *, up_to: int | None = None
) -> CaseReplay | UnreadableCase:
    """Replay one case, up to a position of the journal if one is given. Raises :class:`CaseUnknown`."""
    with pool.connection() as connection:
        rows = list(copy_streams(connection, [case_id], _head(connection) if up_to is None else up_to))
    if not rows:
        raise CaseUnknown(f"the journal holds no case {case_id}")
    return _replayed(case_id, rows, codec, rule_sets)


def replay_all(
    pool: ConnectionPool,
    codec: EventCodec,
    rule_sets: RuleSets,
    *,
    up_to: int | None = None,
    on_progress: OnProgress | None = None,
) -> ReplayReport:
    """Replay every case with a verdict, up to a position of the journal (default: its end at the moment of the call).

    Holds a page of cases in memory, and an id and a digest for each case.
    """
    with pool.connection() as connection:
        end = _head(connection) if up_to is None else up_to
        case_ids = _cases_with_verdicts(connection, end)
    tally = _Tally()
    for replay in _replays(pool, codec, rule_sets, case_ids, end):
        tally.add(replay)
        done = len(tally.digests)
        if on_progress is not None and (done % _CASES_AT_ONCE == 0 or done == len(case_ids)):
            on_progress(done, len(case_ids))
    return tally.report(rule_sets, end)


def _replays(
    pool: ConnectionPool, codec: EventCodec, rule_sets: RuleSets, case_ids: Sequence[UUID], up_to: int
) -> Iterator[CaseReplay | UnreadableCase]:
    for start in range(0, len(case_ids), _CASES_AT_ONCE):
        page = case_ids[start : start + _CASES_AT_ONCE]
        with pool.connection() as connection:
            rows = list(copy_streams(connection, page, up_to))
        for case_id, of_case in groupby(rows, key=lambda row: row.stream):
            yield _replayed(case_id, list(of_case), codec, rule_sets)


def _replayed(
    case_id: UUID, rows: Sequence[JournalRow], codec: EventCodec, rule_sets: RuleSets
) -> CaseReplay | UnreadableCase:
    try:
        return replay_case(case_id, _decoded(rows, codec), rule_sets)
    except (UnreadableEvent, StreamCorrupt) as why:
        return UnreadableCase(case_id=case_id, sentence=str(why))
    except KeyMissing:
        # Erased keys leave a tombstone; a subject that was never there means another key store, or a forgery.
        return UnreadableCase(case_id=case_id, sentence="it names a data subject that the key store has never held")


def _decoded(rows: Sequence[JournalRow], codec: EventCodec) -> Iterator[tuple[int, CaseEvent]]:
    """Decode up to the last verdict: what came after it was not looked at."""
    last = max((n for n, row in enumerate(rows) if row.type in _TYPES), default=-1)
    for row in rows[: last + 1]:
        yield row.version, codec.decode(row.type, row.schema, row.body, row.stream, row.version)


def _head(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select position from journal_head")
        (position,) = cursor.fetchone() or (0,)
    head: int = position
    return head


def _cases_with_verdicts(connection: Connection, up_to: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct stream from journal where type = any(%s) and position <= %s order by stream",
            (list(_TYPES), up_to),
        )
        return [stream for (stream,) in cursor.fetchall()]


class _Tally:
    def __init__(self) -> None:
        self.digests: dict[UUID, str] = {}
        self._outcomes = dict.fromkeys(ReplayOutcome, 0)
        self._other_rule_sets = 0
        self._different: list[VerdictReplay] = []
        self._unreadable: list[UnreadableCase] = []
        self._unreadable_count = 0

    def add(self, replay: CaseReplay | UnreadableCase) -> None:
        if isinstance(replay, UnreadableCase):
            self.digests[replay.case_id] = sha256(b"unreadable").hexdigest()
            self._unreadable_count += 1
            if len(self._unreadable) < FINDINGS_NAMED:
                self._unreadable.append(replay)
            return
        self.digests[replay.case_id] = replay.digest
        for verdict in replay.verdicts:
            self._outcomes[verdict.outcome] += 1
            self._other_rule_sets += not verdict.same_rule_set
            if verdict.outcome is ReplayOutcome.DIFFERENT and len(self._different) < FINDINGS_NAMED:
                self._different.append(verdict)

    def report(self, rule_sets: RuleSets, up_to: int) -> ReplayReport:
        return ReplayReport(
            rule_set=rule_sets.current.sha256,
            up_to=up_to,
            cases=len(self.digests),
            verdicts=sum(self._outcomes.values()),
            identical=self._outcomes[ReplayOutcome.IDENTICAL],
            different_count=self._outcomes[ReplayOutcome.DIFFERENT],
            withheld=self._outcomes[ReplayOutcome.WITHHELD],
            unreadable_count=self._unreadable_count,
            other_rule_sets=self._other_rule_sets,
            digest=digest_of_all(self.digests),
            different=tuple(self._different),
            unreadable=tuple(self._unreadable),
        )
