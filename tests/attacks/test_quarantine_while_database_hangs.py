"""The database hangs while a person looks at a record in quarantine or repairs it: 503 soon, and no repair twice."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.pages.session import SESSION_COOKIE
from api.services.migrations import bulk_connection
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.journal.bulk import prepare_staging
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from tests.attacks.harmed_database import KNOWN, SOON, Service, TimedAnswer, harmed_service, timed
from tests.migration.moving import Moving, record
from tests.world.databases import answer_of
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

WRONG, RIGHT = "85.07.30-033.29", "85.07.30-033.28"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairing:
    """A record of Brussels that waits for its national number, and a case handler of Brussels at its page."""

    service: Service
    record_id: UUID
    handler: httpx.Client

    @property
    def page(self) -> str:
        return f"/migration/brussels/quarantine/{self.record_id}"

    def look(self) -> TimedAnswer:
        return timed(lambda: self.handler.get(self.page))

    def seen(self) -> str:
        """What the forms of the page say that its reader has seen."""
        found = re.search(r'name="seen" value="(\d+)"', self.look().answer.text)
        assert found is not None
        return found[1]

    def correct(self, seen: str) -> TimedAnswer:
        form = {"seen": seen, "field": "niss", "text": RIGHT, "motive": "asked the employer"}
        return timed(lambda: self.handler.post(f"{self.page}/corrections", data=form))

    def replay(self, seen: str) -> TimedAnswer:
        form = {"seen": seen, "replayMotive": "number asked"}
        return timed(lambda: self.handler.post(f"{self.page}/replays", data=form))

    def changes(self) -> list[str]:
        """The steps of the trace that changed the record."""
        found = answer_of(
            self.service.direct_url,
            "select coalesce(string_agg(what, ',' order by id), '') from permit.legacy_quarantine_step"
            f" where record_id = '{self.record_id}' and what not in ('lookedAt', 'setAside')",
        )
        return [each for each in str(found).split(",") if each]

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server is stopped until the block ends, and works again after it."""
        self.service.postgres.stop()
        try:
            yield
        finally:
            self.service.postgres.go_on()
        self.comes_back()

    def comes_back(self) -> None:
        """What is asked at this moment may still be refused."""
        wait_until(lambda: self.look().status == 200, because="the page is there again", within=KNOWN)


@contextmanager
def repairing(service: Service, folder: Path) -> Iterator[Repairing]:
    folder.mkdir(parents=True)
    move, key = Moving(service.program, folder), f"BXL/2025/{uuid4().int % 100_000:05d}"
    move.load_brussels(record(no_dossier=key, niss=WRONG))
    record_id = answer_of(service.direct_url, f"select id from permit.legacy_record where key = '{key}'")
    caller = Caller(role=Role.CASE_HANDLER, subject="handler-b", token_id=str(uuid4()), authority="brussels")
    issuer = DevelopmentIssuer.open(service.program.settings.home, create=False)
    with httpx.Client(
        base_url=service.address,
        cookies={SESSION_COOKIE: issuer.issue(caller, now=SystemClock().now())},
        headers={"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"},
        timeout=30,
        trust_env=False,
    ) as handler:
        yield Repairing(service=service, record_id=UUID(str(record_id)), handler=handler)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_directory() as directory, harmed_service(directory) as (service, _):
        yield service


@pytest.fixture
def waiting(service: Service, tmp_path: Path) -> Iterator[Repairing]:
    with repairing(service, tmp_path / "extracts") as waiting:
        yield waiting


def require_refused_soon(answer: TimedAnswer) -> None:
    """503 within seconds, as a page says it, with when to come again."""
    assert answer.status == 503, answer.answer.text
    assert answer.seconds < SOON
    assert int(answer.answer.headers["Retry-After"]) > 0
    assert "The service is temporarily unavailable" in answer.answer.text


def test_a_record_is_looked_at_corrected_and_retold(waiting: Repairing) -> None:
    assert waiting.correct(waiting.seen()).status == 303
    assert waiting.replay(waiting.seen()).status == 303
    assert waiting.changes() == ["corrected: niss", "retold"]


@pytest.mark.parametrize("ask", [lambda it, _: it.look(), Repairing.correct, Repairing.replay])
def test_a_server_that_is_stopped_when_a_person_looks_or_repairs(
    waiting: Repairing, ask: Callable[[Repairing, str], TimedAnswer]
) -> None:
    seen = waiting.seen()
    with waiting.stopped():
        require_refused_soon(ask(waiting, seen))
    # then nothing was done, and the same form is carried out once the server goes on
    assert waiting.changes() == []
    assert ask(waiting, seen).status in (200, 303)


@contextmanager
def held(waiting: Repairing, statement: str) -> Iterator[None]:
    """Another transaction holds what the statement locks."""
    with closing(psycopg2.connect(waiting.service.direct_url)) as holder, holder.cursor() as cursor:
        cursor.execute(statement)
        yield


def test_a_record_that_another_repairs_for_ever_is_refused_to_everybody_else(waiting: Repairing) -> None:
    seen = waiting.seen()
    with held(waiting, f"select from permit.legacy_quarantine where record_id = '{waiting.record_id}' for update"):
        # a look waits too: its trace is a row that belongs to the record
        for refused in (waiting.correct(seen), waiting.replay(seen), waiting.look()):
            require_refused_soon(refused)
    assert waiting.correct(seen).status == 303


def test_a_journal_whose_head_is_held_for_ever_refuses_the_retelling(waiting: Repairing) -> None:
    assert waiting.correct(waiting.seen()).status == 303
    seen = waiting.seen()
    with waiting.service.head_held():
        require_refused_soon(waiting.replay(seen))
    assert waiting.replay(seen).status == 303
    assert waiting.changes() == ["corrected: niss", "retold"]


def test_a_server_that_stops_while_events_are_copied_to_it(waiting: Repairing) -> None:
    program = waiting.service.program
    with ExitStack() as until_it_works:

        def copy() -> None:
            with bulk_connection(program, program.deadlines) as connection, connection.cursor() as cursor:
                prepare_staging(connection)
                until_it_works.enter_context(waiting.stopped())
                cursor.copy_expert("copy staged_touch from stdin", io.StringIO(""))

        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable) as refused:
            copy()
        assert refused.value.trouble is Trouble.SILENT
        assert time.monotonic() - began < SOON


_SLOW_COMMIT = """
create function permit.slow_commit() returns trigger language plpgsql as 'begin perform pg_sleep(1); return null; end';
create constraint trigger slow_commit after insert on permit.legacy_quarantine_step
    deferrable initially deferred for each row when (new.what <> 'lookedAt') execute function permit.slow_commit();
"""


def test_a_repair_whose_commit_is_never_answered_is_carried_out_once(tmp_path: Path) -> None:
    """The server commits it, and nobody hears so: the same form again finds it done."""
    with (
        reachable_directory() as directory,
        harmed_service(directory, over_tcp=True) as (service, proxy),
        repairing(service, tmp_path / "extracts") as waiting,
    ):
        assert proxy is not None
        with closing(psycopg2.connect(service.direct_url)) as owner, owner, owner.cursor() as cursor:
            cursor.execute(_SLOW_COMMIT)
        for send, change in ((waiting.correct, "corrected: niss"), (waiting.replay, "retold")):
            seen = waiting.seen()
            answered: list[TimedAnswer] = []
            # when a repair is in its commit, and the network swallows the answer
            sending = Thread(target=lambda: answered.append(send(seen)))  # noqa: B023  # it is joined below
            sending.start()
            wait_until(lambda: answer_of(service.direct_url, _COMMITS) == 1, because="it is in its commit")
            proxy.swallows_answers.set()
            sending.join()
            require_refused_soon(answered[0])
            proxy.swallows_answers.clear()
            waiting.comes_back()
            # then it is done, and the same form says so and does nothing more
            assert waiting.changes()[-1] == change
            assert send(seen).status == 303
        assert waiting.changes() == ["corrected: niss", "retold"]
        assert answer_of(service.direct_url, "select count(*) from permit.legacy_correction") == 1
        assert answer_of(service.direct_url, "select count(*) from permit.journal") == 1


_COMMITS = """
select count(*) from pg_stat_activity where state = 'active' and application_name = 'permit' and query ilike 'commit%'
"""
