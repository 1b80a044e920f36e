"""Others are in the way: a lock never let go, a queue behind it, no free connection. Whoever waits is told so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from uuid import uuid4

import psycopg2
import pytest

from infra.limit_counts import Limit
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from tests.attacks.harmed_database import KNOWN, LAG, SOON, Service, TimedAnswer, harmed_service, samples_of, together
from tests.world.databases import answer_of
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_directory() as directory, harmed_service(directory) as (service, _):
        yield service


def test_a_filing_behind_a_lock_that_is_never_let_go_is_refused_and_reading_goes_on(service: Service) -> None:
    assert service.file(str(uuid4())).status == 201
    key, before = str(uuid4()), service.applications_stored()
    with service.head_held(), service.health_all_the_while() as seen:
        refused = service.file(key)

        assert refused.status == 503
        assert refused.seconds < SOON
        assert "busy with other work" in refused.answer.json()["detail"]
        assert int(refused.answer.headers["Retry-After"]) > 0
        assert service.read_list().status == 200
        # Only changes are in trouble: a balancer need not take the readers' service away.
        wait_until(
            lambda: service.health() == {"status": "DEGRADED", "acceptsChanges": False},
            because="health knows that nothing is stored",
            within=KNOWN,
        )
        why = service.program.signs
        with pytest.raises(DatabaseUnavailable, match="another transaction holds the head"):
            why.append()
    seen.require_prompt()
    assert "DOWN" not in seen.statuses
    assert service.program.limit_counts.totals()[Limit.DATABASE_LOCK] > 0

    wait_until(lambda: service.health() == {"status": "UP"}, because="the lock is gone", within=KNOWN)
    assert (service.file(key).status, service.applications_stored()) == (201, int(str(before)) + 1)


def test_health_finds_a_held_lock_though_nobody_files(service: Service) -> None:
    wait_until(lambda: service.health() == {"status": "UP"}, because="all is well", within=KNOWN)
    with service.head_held():
        wait_until(
            lambda: service.health().get("acceptsChanges") is False,
            because="health knows without a filing that failed",
            within=KNOWN,
        )
    wait_until(lambda: service.health() == {"status": "UP"}, because="the lock is gone", within=KNOWN)


def test_a_monitor_waits_behind_nobody_who_waits_for_the_database(service: Service) -> None:
    # given a table that somebody holds, and more readers of it than there are threads and connections
    with ThreadPoolExecutor(45) as callers, closing(psycopg2.connect(service.direct_url)) as holder:
        holder.cursor().execute("lock table permit.own_application in access exclusive mode")
        waiting = [callers.submit(service.read_list) for _ in range(45)]
        wait_until(
            lambda: answer_of(service.keys_url, _WAITING_FOR_A_LOCK) == 32,
            because="every connection is taken",
            within=5,
        )
        # when the metrics are asked for
        scraped = service.metrics()
        # then they are there before any of those has been answered, whole
        assert not any(each.done() for each in waiting)
        assert samples_of(scraped)["permit_figures_read",] == 1
        assert LAG in samples_of(scraped)
        holder.rollback()


_WAITING_FOR_A_LOCK = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


def test_forty_five_who_wait_at_the_head_hold_nobody_up_for_long(service: Service) -> None:
    """Connections of other programs, which wait with no limit of their own."""
    keys = [str(uuid4()) for _ in range(45)]
    with service.head_held(), _waiting_at_the_head(service, 45):
        began = time.monotonic()
        answers = service.file_all(keys)
        took = time.monotonic() - began
        assert {each.status for each in answers} == {503}
        assert took < SOON

    wait_until(lambda: service.health() == {"status": "UP"}, because="the lock is gone", within=KNOWN)
    before = int(str(service.applications_stored()))
    again = service.file_all(keys)
    assert {each.status for each in again} == {201}
    assert service.applications_stored() == before + len(keys)


@contextmanager
def _waiting_at_the_head(service: Service, number: int) -> Iterator[None]:
    def wait(connection: psycopg2.extensions.connection) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select from permit.journal_head for update")
        connection.rollback()

    with ExitStack() as opened, ThreadPoolExecutor(number) as waiting:
        for _ in range(number):
            waiting.submit(wait, opened.enter_context(closing(psycopg2.connect(service.direct_url))))
        try:
            wait_until(
                lambda: answer_of(service.direct_url, _WAITING) == number, because="all of them wait", within=KNOWN
            )
            yield
        finally:
            # Also when the test has failed: nobody else ends these waits.
            with closing(psycopg2.connect(service.direct_url)) as administrator, administrator.cursor() as cursor:
                cursor.execute(
                    "select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
                    " and query like '%journal_head for update%' and application_name = ''"
                )


_WAITING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = ''"
    " and query like '%journal_head for update%'"
)


def test_a_load_that_lawfully_holds_the_head_for_a_moment_refuses_nobody(service: Service) -> None:
    wait_until(lambda: service.health() == {"status": "UP"}, because="all is well", within=KNOWN)
    ended = threading.Event()

    def hold_again_and_again() -> None:
        with closing(psycopg2.connect(service.direct_url)) as loader, loader.cursor() as cursor:
            while not ended.is_set():
                cursor.execute("select from permit.journal_head for update")
                time.sleep(0.4)
                loader.rollback()
                time.sleep(0.02)

    loading = threading.Thread(target=hold_again_and_again)
    loading.start()
    try:
        with service.health_all_the_while() as seen:
            until = time.monotonic() + 7
            answers: list[TimedAnswer] = []
            while time.monotonic() < until:
                answers += service.file_all([str(uuid4()) for _ in range(5)])
    finally:
        ended.set()
        loading.join()

    assert len(answers) > 20
    assert {each.status for each in answers} == {201}
    assert set(seen.statuses) == {"UP"}


def test_more_readers_than_connections_and_all_of_them_wait(service: Service) -> None:
    """A page that nobody can read: every connection is lent, and every thread of the requests waits."""
    assert service.file(str(uuid4())).status == 201
    with closing(psycopg2.connect(service.direct_url)) as holder, holder.cursor() as cursor:
        cursor.execute("lock table permit.own_application in access exclusive mode")
        with service.health_all_the_while() as seen:
            answers = together([service.read_list for _ in range(70)])

    assert {each.status for each in answers} == {503}
    assert max(each.seconds for each in answers) < SOON
    assert all("busy" in each.answer.json()["detail"] for each in answers)
    seen.require_prompt()
    assert set(seen.statuses) == {"UP"}
    assert service.read_list().status == 200


def test_a_key_store_that_takes_no_key_refuses_filings_one_behind_the_other_within_seconds(service: Service) -> None:
    """Keys are minted by one thread at a time: those behind it wait for their turn, not for all before them."""
    keys = [str(uuid4()) for _ in range(90)]
    with closing(psycopg2.connect(service.keys_url)) as holder, holder.cursor() as cursor:
        cursor.execute("lock table permit.data_key in access exclusive mode")
        answers = service.file_all(keys)

    # Also those who had a key that was minted before: under which name a case is found is stored there too.
    assert {each.status for each in answers} == {503}
    assert max(each.seconds for each in answers) < SOON
    for batch in (keys[:45], keys[45:]):
        assert {each.status for each in service.file_all(batch)} == {201}


def test_who_finds_no_free_connection_is_told_after_a_while(service: Service) -> None:
    readers = service.program.readers
    with ExitStack() as lent:
        for _ in range(32):
            lent.enter_context(readers.connection())
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match="no connection to the database became free") as refused:
            lent.enter_context(readers.connection())
        assert time.monotonic() - began < 2 * service.program.limits.database.pool_seconds + 1

    assert refused.value.trouble is Trouble.BUSY
    assert service.program.limit_counts.totals()[Limit.DATABASE_POOL] > 0
    assert service.read_list().status == 200


def test_a_statement_that_takes_too_long_is_ended_and_its_connection_stays(service: Service) -> None:
    with service.program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        before = cursor.fetchone()
    with (
        pytest.raises(DatabaseUnavailable) as refused,
        service.program.readers.connection() as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select pg_sleep(30)")

    assert refused.value.trouble is Trouble.BUSY
    with service.program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchone() == before
