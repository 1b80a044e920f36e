"""A journal of decided cases, and how many of them a what-if run judges again a second."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Final

from domain.case.events import ApplicationSubmitted, WorkPartDecided
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import PACKAGED_VALUES, Rulebook
from infra.audit.what_if import Choice, OtherLaw, judge_all_again
from infra.benchmarks.runs import BenchmarkImpossible
from infra.benchmarks.sample_journal import (
    ORIGIN,
    KeysInMemory,
    PreparedCommand,
    load,
    prepared_commands,
    sealed_requests,
)
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.log_address import OpenLog
from infra.postgres.journal.append_requests import CommandIdentity
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
from infra.time_ordered_ids import time_ordered_id
from projections.registered import registered_read_models

_COURSES: Final = 1_000
"""Cases played through in full; the decided ones among them are repeated, each for a worker of its own."""

_DECIDED_ROWS: Final = (
    "copy (select position, stream, version, type, schema, known_at, leaf_hash, envelope, body from journal"
    " where type = 'WorkPartDecided' order by position) to stdout (format binary)"
)


@dataclass(frozen=True)
class SampleLog:
    """The sample's journal, with the keys cached in every process."""

    url: str
    keys: KeysInMemory

    @contextmanager
    def open(self) -> Iterator[OpenLog]:
        with closing(connect(self.url, Role.READER)) as connection:
            yield OpenLog(connection, EventCodec(ORIGIN, self.keys), self.keys)


@contextmanager
def decided_cases(admin_url: str, count: int) -> Iterator[SampleLog]:
    """``count`` cases in a scratch database, each with its submission and the decision on its work part."""
    keys = KeysInMemory(b"decided cases")
    law = Rulebook.load()
    with scratch_database(admin_url) as url:
        migrate_journal(url, origin=ORIGIN, read_models=read_model_migrations(registered_read_models()))
        load(url, sealed_requests(_decided(count, keys, law), EventCodec(ORIGIN, keys), law.sha256))
        with closing(connect(url, None)) as connection, connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) journal")
        yield SampleLog(url, keys)


def decisions_a_second(log: SampleLog, count: int, processes: int) -> float:
    """Judge all decisions again under the packaged law. Raises BenchmarkImpossible when the run was not one."""
    law = OtherLaw(directory=PACKAGED_VALUES, readings={})
    RuleSets.load()  # read once a process: in no run more than in another
    started = time.perf_counter()
    report = judge_all_again(log, law, Choice(), workers=processes)
    elapsed = time.perf_counter() - started
    if report.tally.decisions != count or report.tally.unreadable or report.tally.changed:
        raise BenchmarkImpossible(f"the same law judged {report.tally.decisions} of {count} decisions, or changed some")
    return count / elapsed


def rows_a_second(log: SampleLog, count: int) -> float:
    """The same rows as COPY BINARY, thrown away."""
    with closing(connect(log.url, Role.READER)) as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.copy_expert(_DECIDED_ROWS, io.BytesIO())
        return count / (time.perf_counter() - started)


def _decided(count: int, keys: KeysInMemory, law: Rulebook) -> Iterator[PreparedCommand]:
    courses: dict[object, list[PreparedCommand]] = {}
    for command in prepared_commands(_COURSES, keys, law):
        courses.setdefault(command.stream, []).append(command)
    pairs = [pair for commands in courses.values() for pair in _pairs(commands)]
    for number, (submitted, decided) in enumerate(islice(cycle(pairs), count)):
        subject, stream = keys.mint(), time_ordered_id(submitted.effective_at)
        yield PreparedCommand(
            stream,
            CommandIdentity("what-if", f"decided/{number}", b""),
            decided.effective_at,
            (replace(submitted, worker_subject=subject), replace(decided, worker_subject=subject)),
        )


def _pairs(commands: list[PreparedCommand]) -> Iterator[tuple[ApplicationSubmitted, WorkPartDecided]]:
    events = [event for command in commands for event in command.events]
    submitted = next(each for each in events if isinstance(each, ApplicationSubmitted))
    yield from ((submitted, each) for each in events if isinstance(each, WorkPartDecided))
