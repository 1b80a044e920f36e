"""Judge every decided case of a journal again under another rule set, in as many processes as there are cores.

Reads only: the decisions by ranges of positions, and of changed cases the reference. The journal is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.audit.what_if import DecidedOnFacts, Tally, decided_on, judge_again
from domain.case.events import ApplicationDecidedAtOnce, WorkPartDecided
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.event_codec import UnreadableEvent
from infra.event_formats import stored_shapes
from infra.keys import KeyMissing
from infra.log_address import LogAddress, OpenLog
from infra.postgres.journal.bulk_reading import copy_rows
from infra.shared_work.sharing import shared_out
from infra.stored_form.stored_body import clear_fields

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_SHAPES: Final = stored_shapes((WorkPartDecided, ApplicationDecidedAtOnce))
_TYPES: Final = tuple(sorted({name for name, _ in _SHAPES}))
AT_ONCE: Final = 2_000
"""Decisions read at a time by one process."""

OnProgress = Callable[[int, int], None]
"""Called with the decisions done and the decisions there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLaw:
    """The rule set to judge by: a directory of law files, with the readings selected otherwise if any."""

    directory: Path
    readings: Mapping[str, str]

    def load(self) -> Rulebook:
        """Raises LawDataUnusable and ReadingUnknown."""
        return Rulebook.load(self.directory, self.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which decisions: of ``authority``, taken on a civil day from ``from_`` to ``to``, both included; None is any."""

    from_: date | None = None
    to: date | None = None
    authority: str | None = None

    def holds(self, event: DecidedOnFacts) -> bool:
        day = decided_on(event)
        if (self.from_ is not None and day < self.from_) or (self.to is not None and day > self.to):
            return False
        authority = getattr(event.facts, "authority", None)
        return self.authority is None or authority is None or authority == self.authority


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfReport:
    """``references`` are those of the changed cases. Counts are of decisions; a case has one.

    ``in_use`` is the rule set used for those recorded ones that are kept nowhere, ``not_kept``.
    """

    rule_set: str
    in_use: str
    not_kept: frozenset[str]
    up_to: int
    tally: Tally
    references: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class _Laws:
    """The rule set to judge by, and those that decisions name."""

    other: Rulebook
    recorded: RuleSets


def judge_all_again(
    log: LogAddress,
    law: OtherLaw,
    choice: Choice,
    *,
    workers: int | None = None,
    at_once: int = AT_ONCE,
    on_progress: OnProgress | None = None,
) -> WhatIfReport:
    """Judge the decisions of ``choice`` again, ``at_once`` of them in one piece of work for ``workers`` processes.

    Raises LawDataUnusable and ReadingUnknown before anything is read, and ``WorkerLost``.
    """
    laws = _Laws(law.load(), RuleSets.load())
    with log.open() as opened:
        up_to, positions = _decisions(opened.connection)
    ranges = [
        (positions[start] - 1, positions[min(start + at_once, len(positions)) - 1])
        for start in range(0, len(positions), at_once)
    ]
    tally, done = Tally(), 0
    with shared_out(_Judging(log, laws, choice), ranges, workers=workers) as parts:
        for (after, until), part in zip(ranges, parts, strict=True):
            tally.merge(part)
            done += sum(1 for each in positions[done : done + at_once] if after < each <= until)
            if on_progress is not None:
                on_progress(done, len(positions))
    with log.open() as opened:
        references = _references(opened.connection, [each.case_id for each in tally.changed])
    return WhatIfReport(
        rule_set=laws.other.sha256,
        in_use=laws.recorded.current.sha256,
        not_kept=frozenset(each for each in tally.baselines if laws.recorded.recorded(each) is None),
        up_to=up_to,
        tally=tally,
        references=references,
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    """What each process does: judge the decisions in a range of positions again."""

    log: LogAddress
    laws: _Laws
    choice: Choice

    @contextmanager
    def open(self) -> Iterator[Callable[[tuple[int, int]], Tally]]:
        with self.log.open() as opened:
            yield lambda between: _judged(opened, self.laws, self.choice, between)


def _judged(log: OpenLog, laws: _Laws, choice: Choice, between: tuple[int, int]) -> Tally:
    rows = list(copy_rows(log.connection, *between, types=_TYPES))
    log.fetch_keys(rows)
    tally = Tally()
    for row in rows:
        try:
            if (row.type, row.schema) not in _SHAPES:
                continue
            event = log.codec.decode_as(DecidedOnFacts, row.type, row.schema, row.body, row.stream, row.version)
            if choice.holds(event):
                tally.add(judge_again(row.stream, row.version, event, laws.other, laws.recorded))
        except (UnreadableEvent, KeyMissing, ValueError, ArithmeticError):
            # Counted and reported: a decision that cannot be judged again must not stop the judging of the others.
            tally.unreadable += 1
    return tally


def _decisions(connection: Connection) -> tuple[int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute("select position from journal_head")
        (head,) = cursor.fetchone() or (0,)
        cursor.execute(
            "select position from journal where type = any(%s) and (type <> 'ApplicationDecided' or schema = 1)"
            " and position <= %s order by position",
            (list(_TYPES), head),
        )
        return int(head), [position for (position,) in cursor.fetchall()]


def _references(connection: Connection, cases: Sequence[UUID]) -> dict[UUID, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select stream, body from journal where version = 1 and stream = any(%s::uuid[])", (list(cases),)
        )
        return {case_id: clear_fields(bytes(body))["reference"] for case_id, body in cursor.fetchall()}
