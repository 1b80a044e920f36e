"""`audit replay`: read cases from the journal and judge their recorded verdicts again.

All cases are shared out over as many processes as there are cores, by ranges of their ids; the report is the same
whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.audit.replay import VERDICT_EVENTS, CaseReplay, DigestOfAll, ReplayOutcome, VerdictReplay, replay_case
from domain.case.events import CaseEvent
from domain.case.folding import StreamCorrupt
from domain.law.rule_sets import RuleSets
from infra.event_codec import EventCodec, UnreadableEvent
from infra.event_formats import stored_names
from infra.keys import KeyMissing
from infra.log_address import LogAddress, OpenLog
from infra.postgres.journal.bulk_reading import JournalRow, copy_streams, copy_streams_after
from infra.postgres.journal.stream_ranges import StreamRange, stream_ranges
from infra.postgres.server.connection_pool import ConnectionPool
from infra.shared_work.sharing import shared_out

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

FINDINGS_NAMED: Final = 100
"""Differing verdicts and unreadable cases kept word for word; the rest are counted."""

AT_ONCE: Final = 2_048
"""Events, more or less, in one range of cases; and at most, in memory at a time, beside those of one case."""

_TYPES: Final = stored_names(VERDICT_EVENTS)

OnProgress = Callable[[int, int], None]
"""Called with the events read and the events there are."""


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
    log: LogAddress,
    rule_sets: RuleSets,
    *,
    up_to: int | None = None,
    workers: int | None = None,
    at_once: int = AT_ONCE,
    on_progress: OnProgress | None = None,
) -> ReplayReport:
    """Replay every case with a verdict, up to a position of the journal (default: its end at the moment of the call).

    ``workers`` processes (default: one a core) take ranges of cases with about ``at_once`` events. Raises
    ``DatabaseUnavailable``, ``KeyEncryptionKeyUnusable``, ``LawDataUnusable`` and ``WorkerLost``.
    """
    with log.open() as opened:
        end = _head(opened.connection) if up_to is None else up_to
        ranges = stream_ranges(opened.connection, end, at_once)
    tally, digest, read = _Tally(), DigestOfAll(), 0
    with shared_out(_Replaying(log, rule_sets, end, at_once), ranges, workers=workers) as parts:
        for part in parts:
            tally.merge(part)
            for case_id, of_case in part.digests:
                digest.add(case_id, of_case)
            read += part.events
            if on_progress is not None:
                on_progress(read, end)
    if on_progress is not None:
        on_progress(end, end)
    return tally.report(rule_sets, end, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Replaying:
    """What each process does: replay the cases of a range."""

    log: LogAddress
    rule_sets: RuleSets
    up_to: int
    at_once: int

    @contextmanager
    def open(self) -> Iterator[Callable[[StreamRange], _Tally]]:
        with self.log.open() as opened:
            yield lambda cases: self._tally(opened, cases)

    def _tally(self, log: OpenLog, cases: StreamRange) -> _Tally:
        tally = _Tally()
        for case_id, events in groupby(self._rows(log, cases), key=lambda row: row.stream):
            rows = list(events)
            tally.events += len(rows)
            if any(row.type in _TYPES for row in rows):
                tally.add(_replayed(case_id, rows, log.codec, self.rule_sets))
        return tally

    def _rows(self, log: OpenLog, cases: StreamRange) -> Iterator[JournalRow]:
        """All rows of a range by pages, the keys of a page fetched before it is handed out."""
        after = cases.after
        while True:
            page = list(copy_streams_after(log.connection, after, cases.last, self.up_to, limit=self.at_once))
            log.fetch_keys(page)
            yield from page
            if len(page) < self.at_once:
                return
            after = (page[-1].stream, page[-1].version)


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
    """Decode, with what lies apart, up to the last verdict: what came after it was not looked at."""
    last = max((n for n, row in enumerate(rows) if row.type in _TYPES), default=-1)
    for row in rows[: last + 1]:
        yield row.version, codec.decode(row.type, row.schema, row.body, row.stream, row.version)


def _head(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select position from journal_head")
        (position,) = cursor.fetchone() or (0,)
    head: int = position
    return head


@dataclass(slots=True)
class _Tally:
    """What came out of some cases. ``digests`` are those of the cases added one by one, not of what was merged."""

    events: int = 0
    cases: int = 0
    outcomes: dict[ReplayOutcome, int] = field(default_factory=lambda: dict.fromkeys(ReplayOutcome, 0))
    other_rule_sets: int = 0
    different: list[VerdictReplay] = field(default_factory=list)
    unreadable: list[UnreadableCase] = field(default_factory=list)
    unreadable_count: int = 0
    digests: list[tuple[UUID, str]] = field(default_factory=list)

    def add(self, replay: CaseReplay | UnreadableCase) -> None:
        self.cases += 1
        if isinstance(replay, UnreadableCase):
            self.digests.append((replay.case_id, sha256(b"unreadable").hexdigest()))
            self.unreadable_count += 1
            if len(self.unreadable) < FINDINGS_NAMED:
                self.unreadable.append(replay)
            return
        self.digests.append((replay.case_id, replay.digest))
        for verdict in replay.verdicts:
            self.outcomes[verdict.outcome] += 1
            self.other_rule_sets += not verdict.same_rule_set
            if verdict.outcome is ReplayOutcome.DIFFERENT and len(self.different) < FINDINGS_NAMED:
                self.different.append(verdict)

    def merge(self, later: _Tally) -> None:
        """Add the counts and findings of cases that come after these."""
        self.cases += later.cases
        for outcome, count in later.outcomes.items():
            self.outcomes[outcome] += count
        self.other_rule_sets += later.other_rule_sets
        self.unreadable_count += later.unreadable_count
        self.different = [*self.different, *later.different][:FINDINGS_NAMED]
        self.unreadable = [*self.unreadable, *later.unreadable][:FINDINGS_NAMED]

    def report(self, rule_sets: RuleSets, up_to: int, digest: str) -> ReplayReport:
        return ReplayReport(
            rule_set=rule_sets.current.sha256,
            up_to=up_to,
            cases=self.cases,
            verdicts=sum(self.outcomes.values()),
            identical=self.outcomes[ReplayOutcome.IDENTICAL],
            different_count=self.outcomes[ReplayOutcome.DIFFERENT],
            withheld=self.outcomes[ReplayOutcome.WITHHELD],
            unreadable_count=self.unreadable_count,
            other_rule_sets=self.other_rule_sets,
            digest=digest,
            different=tuple(self.different),
            unreadable=tuple(self.unreadable),
        )
