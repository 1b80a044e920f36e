"""Judge every decided case of a journal again under another rule set, in as many processes as there are cores.

Reads only: the decisions by ranges of positions, and of changed cases the reference. The journal is left as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.audit.what_if import DecidedOnFacts, Tally, decided_on, judge_again
from domain.case.events import ApplicationDecidedAtOnce, WorkPartDecided
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.audit.log_address import LogAddress, OpenLog
from infra.event_codec import UnreadableEvent
from infra.event_formats import stored_shapes
from infra.keys import KeyMissing
from infra.postgres.journal.bulk_reading import JournalRow, copy_rows
from infra.stored_form.stored_body import clear_fields

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_SHAPES: Final = stored_shapes((WorkPartDecided, ApplicationDecidedAtOnce))
_TYPES: Final = tuple(sorted({name for name, _ in _SHAPES}))
_SUBJECT: Final = re.compile(rb'"workerSubject":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')
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
    processes: int | None = None,
    at_once: int = AT_ONCE,
    on_progress: OnProgress | None = None,
) -> WhatIfReport:
    """Judge the decisions of ``choice`` again, ``at_once`` of them in one piece of work.

    Raises LawDataUnusable and ReadingUnknown before anything is read.
    """
    laws = _Laws(law.load(), RuleSets.load())
    with log.open() as opened:
        up_to, positions = _decisions(opened.connection)
    ranges = [
        (positions[start] - 1, positions[min(start + at_once, len(positions)) - 1])
        for start in range(0, len(positions), at_once)
    ]
    tally, done = Tally(), 0
    for (after, until), part in zip(ranges, _parts(log, law, laws, choice, ranges, processes), strict=True):
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


def _parts(
    log: LogAddress,
    law: OtherLaw,
    laws: _Laws,
    choice: Choice,
    ranges: Sequence[tuple[int, int]],
    processes: int | None,
) -> Iterator[Tally]:
    """The tally of each range, in order. A few thousand decisions are not worth the start of a process."""
    wanted = min(len(ranges), os.cpu_count() or 1 if processes is None else processes)
    if wanted <= 1:
        with log.open() as opened:
            for each in ranges:
                yield _judged(opened, laws, choice, each)
        return
    with ProcessPoolExecutor(
        wanted, mp_context=get_context("spawn"), initializer=_start, initargs=(log, law, choice)
    ) as executor:
        yield from executor.map(_judged_here, ranges)


_HERE: list[tuple[OpenLog, _Laws, Choice, AbstractContextManager[OpenLog]]] = []
"""What a process opened for itself when it started; it closes with the process."""


def _start(log: LogAddress, law: OtherLaw, choice: Choice) -> None:
    held = log.open()
    _HERE.append((held.__enter__(), _Laws(law.load(), RuleSets.load()), choice, held))


def _judged_here(between: tuple[int, int]) -> Tally:
    opened, laws, choice, _ = _HERE[0]
    return _judged(opened, laws, choice, between)


def _judged(log: OpenLog, laws: _Laws, choice: Choice, between: tuple[int, int]) -> Tally:
    rows = list(copy_rows(log.connection, *between, types=_TYPES))
    log.keys.prefetch(_subjects(rows))
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


def _subjects(rows: Iterable[JournalRow]) -> list[UUID]:
    """Whose keys will be requested: found without reading the bodies, of which decoding makes sure."""
    named = (_SUBJECT.search(row.body) for row in rows)
    return [UUID(each[1].decode()) for each in named if each is not None]


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
