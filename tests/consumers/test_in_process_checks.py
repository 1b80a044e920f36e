"""Checks in process, over a real journal: nothing is passed by, and nothing done twice in effect."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import UUID

import orjson
import pytest

from consumers.crossroads import CrossroadsChecks
from domain.case.commands import CaseCommand, CommandContext
from domain.case.events import CaseEvent
from domain.case.handling import Receipt, handle
from domain.crossroads.answers import CheckKind, ticket_of
from domain.law.rulebook import Rulebook
from infra.postgres import in_process_checks
from infra.postgres.connections import DatabaseUnavailable
from infra.postgres.in_process_checks import POSITION_NAME, InProcessChecks
from tests.audit.case_book import CaseBook, superuser
from tests.consumers.bank import HELD_BACK, Asked, Gate, ScriptedGateway
from tests.journal.appends import JournalAsStored

pytestmark = pytest.mark.server

NOW = datetime(2026, 1, 21, 8, 0, tzinfo=UTC)


class CasesOf:
    """The cases of a journal; ``trouble`` is raised, once each, instead of recording an outcome of that case."""

    def __init__(self, book: CaseBook) -> None:
        self._book = book
        self.trouble: dict[UUID, Exception] = {}

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]:
        return self._book.journal.read(case_id).events

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        if case_id in self.trouble:
            raise self.trouble.pop(case_id)
        return handle(self._book.journal, self._book.law, case_id, command, context)


@pytest.fixture
def book(empty_database: str) -> Iterator[CaseBook]:
    book = CaseBook(empty_database, Rulebook.load())
    yield book
    book.close()


@pytest.fixture
def cases(book: CaseBook) -> CasesOf:
    return CasesOf(book)


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def checks(book: CaseBook, cases: CasesOf, gateway: ScriptedGateway) -> InProcessChecks:
    return InProcessChecks(book.recorder, CrossroadsChecks(cases, gateway, lambda: NOW))


@contextmanager
def running(*all_checks: InProcessChecks) -> Iterator[list[Exception]]:
    """Run in threads until the end of the block; gives what ended a run."""
    ended: list[Exception] = []

    def run(checks: InProcessChecks) -> None:
        try:
            checks.run()
        except Exception as why:
            ended.append(why)

    threads = [Thread(target=run, args=(checks,)) for checks in all_checks]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        for checks in all_checks:
            checks.stop()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads), "it did not end when it was told to"


def until(true: Callable[[], bool], what: str, *, within: float = 10) -> None:
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up, f"never happened: {what}"
        time.sleep(0.01)


def position(book: CaseBook) -> int:
    return book.recorder.max_tracking_id(POSITION_NAME) or 0


def caught_up(book: CaseBook) -> bool:
    return position(book) == book.recorder.max_notification_id()


def outcomes(book: CaseBook) -> Counter[UUID]:
    types = ("CrossroadsCheckAnswered", "CrossroadsCheckFailed")
    return Counter(row.stream for row in JournalAsStored.of(book.url).rows if row.type in types)


def position_of_request(book: CaseBook, case: UUID) -> int:
    rows = JournalAsStored.of(book.url).of_stream(case)
    return next(row.position for row in rows if row.type == "CrossroadsCheckRequested")


def is_about(case: UUID) -> Callable[[Asked], bool]:
    ticket = ticket_of(str(case), CheckKind.EMPLOYER_REGISTER, 1)
    return lambda asked: asked.ticket == ticket


def test_every_check_has_its_outcome_and_the_position_comes_to_the_end(
    book: CaseBook, checks: InProcessChecks, gateway: ScriptedGateway
) -> None:
    # given applications filed before it starts and while it runs
    filed = [book.filed("highlySkilled", "52000.00") for _ in range(3)]
    with running(checks) as ended:
        filed += [book.filed("highlySkilled", "52000.00") for _ in range(3)]
        until(lambda: caught_up(book), "the end of the journal")
    # then
    assert ended == []
    assert outcomes(book) == Counter(filed)
    assert len(gateway.asked) == len(filed)
    caused = [orjson.loads(row.leaf) for row in JournalAsStored.of(book.url).rows if row.type == "SalaryVerified"]
    assert {leaf["causationId"] for leaf in caused} == {f"{case}/2" for case in filed}


def test_the_position_waits_for_the_slowest(book: CaseBook, checks: InProcessChecks, gateway: ScriptedGateway) -> None:
    slow, *quick = [book.filed("highlySkilled", "52000.00") for _ in range(4)]
    gate = gateway.before_answering = Gate(only=is_about(slow))
    with running(checks) as ended:
        until(lambda: outcomes(book) == Counter(quick), "the quick ones are recorded")
        time.sleep(0.15)
        assert position(book) < position_of_request(book, slow)
        gate.open()
        until(lambda: caught_up(book), "the end of the journal")
    assert ended == []
    assert outcomes(book) == Counter([slow, *quick])


def test_a_crash_between_answer_and_position_asks_again_and_changes_nothing(
    book: CaseBook, checks: InProcessChecks, cases: CasesOf, gateway: ScriptedGateway
) -> None:
    filed = [book.filed("highlySkilled", "52000.00") for _ in range(3)]
    with running(checks):
        until(lambda: caught_up(book), "the end of the journal")
    before = JournalAsStored.of(book.url).rows
    # given a position that was never written
    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("delete from tracking where name = %s", (POSITION_NAME,))
    # when
    with running(InProcessChecks(book.recorder, CrossroadsChecks(cases, gateway, lambda: NOW))) as ended:
        until(lambda: caught_up(book), "the end of the journal")
    # then
    assert ended == []
    assert len(gateway.asked) == 2 * len(filed)
    assert JournalAsStored.of(book.url).rows == before


def test_a_check_without_a_recordable_outcome_stops_it_before_that_check(
    book: CaseBook, checks: InProcessChecks, cases: CasesOf
) -> None:
    good, bad, after = [book.filed("highlySkilled", "52000.00") for _ in range(3)]
    cases.trouble[bad] = ValueError("nobody foresaw this")

    with pytest.raises(ValueError, match="nobody foresaw this"):
        checks.run()

    assert outcomes(book)[good] == 1
    assert position(book) == position_of_request(book, bad) - 1
    assert outcomes(book)[bad] == 0
    # and when the reason is mended, it goes on from there
    with running(checks) as ended:
        until(lambda: caught_up(book), "the end of the journal")
    assert ended == []
    assert outcomes(book) == Counter([good, bad, after])


def test_a_database_that_was_away_does_not_end_it_for_good(
    book: CaseBook, checks: InProcessChecks, cases: CasesOf
) -> None:
    case = book.filed("highlySkilled", "52000.00")
    cases.trouble[case] = DatabaseUnavailable("it went away")
    with pytest.raises(DatabaseUnavailable):
        checks.run()

    with running(checks) as ended:
        until(lambda: caught_up(book), "the same checks run again")
    assert ended == []
    assert outcomes(book) == Counter([case])


def test_what_the_breaker_holds_back_is_asked_when_it_closes(
    book: CaseBook, checks: InProcessChecks, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process_checks, "_HELD_BACK", 0.05)
    filed = [book.filed("highlySkilled", "52000.00") for _ in range(3)]
    gateway.replies = deque([HELD_BACK] * 5)
    with running(checks) as ended:
        until(lambda: caught_up(book), "the end of the journal")
    assert ended == []
    assert len(gateway.asked) == 5 + len(filed)
    kinds = Counter(row.type for row in JournalAsStored.of(book.url).rows)
    assert (kinds["CrossroadsCheckAnswered"], kinds["CrossroadsCheckFailed"]) == (len(filed), 0)


def test_stopped_while_the_breaker_is_open_it_ends_at_once_and_records_nothing(
    book: CaseBook, checks: InProcessChecks, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process_checks, "_HELD_BACK", 60)
    case = book.filed("highlySkilled", "52000.00")
    gateway.replies = deque([HELD_BACK])
    with running(checks) as ended:
        until(lambda: len(gateway.asked) == 1, "the breaker held it back")
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 5
    assert ended == []
    assert outcomes(book) == Counter()
    assert position(book) == position_of_request(book, case) - 1


def test_stopped_with_work_under_way_it_finishes_that_and_leaves_the_rest(
    book: CaseBook, cases: CasesOf, gateway: ScriptedGateway
) -> None:
    # given more checks than it carries out at once, all of them waiting for the bank
    filed = [book.filed("highlySkilled", "52000.00") for _ in range(40)]
    gate = gateway.before_answering = Gate()
    checks = InProcessChecks(book.recorder, CrossroadsChecks(cases, gateway, lambda: NOW))
    thread = Thread(target=checks.run)
    thread.start()
    until(lambda: len(gateway.asked) == 16, "as many are under way as can be")
    # when
    checks.stop()
    time.sleep(0.3)
    assert thread.is_alive(), "what is under way is not thrown away"
    gate.open()
    thread.join(10)
    # then
    assert not thread.is_alive()
    assert len(gateway.asked) == 16
    assert outcomes(book) == Counter(filed[:16])
    assert position(book) == position_of_request(book, filed[16]) - 1
    with running(InProcessChecks(book.recorder, CrossroadsChecks(cases, gateway, lambda: NOW))):
        until(lambda: caught_up(book), "the end of the journal")
    assert outcomes(book) == Counter(filed)


def test_two_processes_at_the_same_checks_do_not_disturb_each_other(
    book: CaseBook, checks: InProcessChecks, cases: CasesOf, gateway: ScriptedGateway
) -> None:
    another = InProcessChecks(book.recorder, CrossroadsChecks(cases, gateway, lambda: NOW))
    with running(checks, another) as ended:
        filed = [book.filed("highlySkilled", "52000.00") for _ in range(20)]
        until(lambda: caught_up(book), "the end of the journal")
        time.sleep(0.2)
    assert ended == []
    assert outcomes(book) == Counter(filed)


def test_the_log_of_a_run_names_nobody(
    book: CaseBook, checks: InProcessChecks, gateway: ScriptedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.replies = deque([None, HELD_BACK])
    book.filed("highlySkilled", "52000.00")
    with running(checks):
        until(lambda: caught_up(book), "the end of the journal")
    said: list[Any] = [record.__dict__ for record in caplog.records]
    assert not any(name in str(said) for name in ("Asha", "Rao", "52000.00"))
