"""A database that is there and does not answer: everybody is told within seconds, and it is over when it is over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from api.services.setup_check import examine
from infra.limit_counts import Limit
from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.postgres.server.connection_pool import ConnectionPool
from tests.attacks.harmed_database import (
    KNOWN,
    LAG,
    SOON,
    Postgres,
    Service,
    SwallowingProxy,
    TimedAnswer,
    harmed_service,
    samples_of,
    together,
)
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_directory() as directory, harmed_service(directory) as (service, _):
        yield service


@pytest.fixture(autouse=True)
def _goes_on_after_each_test(service: Service) -> Iterator[None]:
    """One that fails leaves no stopped server to the next."""
    yield
    service.postgres.go_on()


@pytest.fixture
def far_service() -> Iterator[tuple[Service, SwallowingProxy]]:
    """Its database is behind a network."""
    with reachable_directory() as directory, harmed_service(directory, over_tcp=True) as (service, proxy):
        assert proxy is not None
        yield service, proxy


def new_keys(count: int) -> list[str]:
    return [str(uuid4()) for _ in range(count)]


def require_refused_soon(answers: Sequence[TimedAnswer]) -> None:
    """503 for each, with when to come again and a reason in plain words, within seconds."""
    assert {each.status for each in answers} == {503}
    slowest = max(each.seconds for each in answers)
    assert slowest < SOON, f"the slowest answer took {slowest:.1f} s"
    for each in answers:
        problem = each.answer.json()
        assert problem["type"] == "urn:problem-type:belgif:serviceUnavailable"
        assert int(each.answer.headers["Retry-After"]) > 0
        assert any(reason in problem["detail"] for reason in ("does not answer", "outcome is unknown", "busy"))


def works(service: Service) -> bool:
    """Whether all is well again; what is asked at this moment may still be refused for it."""
    return service.health() == {"status": "UP"} and service.file(str(uuid4())).status == 201


def test_a_database_that_answers_is_up_and_takes_applications(service: Service) -> None:
    filed = service.file(str(uuid4()))

    assert filed.status == 201
    assert service.health() == {"status": "UP"}
    found = {each.subject: each for each in examine(lambda: service.program.settings)}
    assert (found["appends"].good, found["appends"].sentence) == (True, "an append succeeds")


def test_a_server_that_is_stopped_is_told_to_all_who_wait_and_each_command_has_one_effect(service: Service) -> None:
    keys = new_keys(20)
    assert service.file(str(uuid4())).status == 201
    stored_before = service.applications_stored()
    assert isinstance(stored_before, int)

    # when the server stops while many file and read
    service.postgres.stop()
    began = time.monotonic()
    with service.health_all_the_while() as seen:
        answers = together(
            [*[lambda key=key: service.file(key) for key in keys], *[service.read_list for _ in range(40)]]  # type: ignore[misc]
        )
        wait_until(lambda: service.health() == {"status": "DOWN"}, because="it is known", within=KNOWN)
        known_after = time.monotonic() - began
    # then nobody waits for long, and health knows and says so at once
    require_refused_soon(answers)
    assert known_after < SOON
    seen.require_prompt()
    assert service.program.limit_counts.totals()[Limit.DATABASE_ANSWER] > 0

    # and once the server goes on all is as before, without a hand
    service.postgres.go_on()
    wait_until(lambda: works(service), because="it works again", within=KNOWN)
    stored_between = service.applications_stored()
    repeated = service.file_all(keys)
    assert {each.status for each in repeated} == {201}
    assert len({each.answer.json()["id"] for each in repeated}) == len(keys)
    stored = service.applications_stored()
    assert isinstance(stored, int)
    assert isinstance(stored_between, int)
    # Beside the twenty there are those that `works` filed.
    others = stored - stored_before - len(keys)
    assert 1 <= others <= 3
    assert [each.answer.json()["id"] for each in service.file_all(keys)] == [
        each.answer.json()["id"] for each in repeated
    ]
    assert service.applications_stored() == stored


def test_more_than_there_are_threads_do_not_find_it_out_one_after_the_other(service: Service) -> None:
    """Each thread that waits keeps others from being told: once it is known they are told at once."""
    service.postgres.stop()
    answers = together([service.read_list for _ in range(250)])
    service.postgres.go_on()

    require_refused_soon(answers)
    wait_until(lambda: works(service), because="it works again", within=KNOWN)


def test_commands_under_way_when_the_server_stops_are_stored_once(service: Service) -> None:
    """Stopped in the middle of appends: some are stored and unanswered, and the caller cannot know which."""
    keys = new_keys(60)
    before = service.applications_stored()
    assert isinstance(before, int)

    first = _filed_while(service, keys, stop_after=0.15)
    service.postgres.go_on()
    wait_until(lambda: service.health() == {"status": "UP"}, because="it works again", within=KNOWN)
    repeated = first

    def all_are_stored() -> bool:
        # For a second after the key store was found silent nobody finds that out by waiting as long again.
        nonlocal repeated
        repeated = service.file_all(keys)
        return {each.status for each in repeated} == {201}

    wait_until(all_are_stored, because="each command is repeated to its end", within=KNOWN)
    assert {each.status for each in first} <= {201, 503}
    for one, two in zip(first, repeated, strict=True):
        if one.status == 201:
            assert one.answer.json()["id"] == two.answer.json()["id"]
    assert service.applications_stored() == before + len(keys)


def _filed_while(service: Service, keys: Sequence[str], *, stop_after: float) -> list[TimedAnswer]:
    def stop() -> TimedAnswer:
        time.sleep(stop_after)
        service.postgres.stop()
        return TimedAnswer(seconds=0, answer=httpx.Response(204))

    answers = together([stop, *[lambda key=key: service.file(key) for key in keys]])  # type: ignore[misc]
    return answers[1:]


@pytest.mark.parametrize("questions_too", [True, False], ids=["everything", "answers"])
def test_a_network_that_swallows_is_told_and_each_command_has_one_effect(
    far_service: tuple[Service, SwallowingProxy], questions_too: bool
) -> None:
    """Where only answers are lost, the server carries out what it is sent, and nobody learns of it."""
    service, proxy = far_service
    keys = new_keys(10)
    assert service.file(str(uuid4())).status == 201
    before = int(str(service.applications_stored()))

    proxy.swallows_answers.set()
    if questions_too:
        proxy.swallows_questions.set()
    with service.health_all_the_while() as seen:
        answers = together(
            [*[lambda key=key: service.file(key) for key in keys], *[service.read_list for _ in range(20)]]  # type: ignore[misc]
        )
        wait_until(lambda: service.health() == {"status": "DOWN"}, because="it is known", within=KNOWN)
    require_refused_soon(answers)
    seen.require_prompt()

    if not questions_too:
        assert int(str(service.applications_stored())) > before, "some were stored, and nobody heard"

    proxy.swallows_answers.clear()
    proxy.swallows_questions.clear()
    wait_until(lambda: service.health() == {"status": "UP"}, because="it works again", within=KNOWN)
    assert {each.status for each in service.file_all(keys)} == {201}
    assert service.applications_stored() == before + len(keys)


def test_the_doctor_of_a_stopped_server_says_so_within_seconds(service: Service) -> None:
    service.postgres.stop()
    try:
        began = time.monotonic()
        bad = {each.subject: each.sentence for each in examine(lambda: service.program.settings) if not each.good}
        took = time.monotonic() - began
    finally:
        service.postgres.go_on()

    assert list(bad) == ["database"]
    assert took < 15
    wait_until(lambda: works(service), because="it works again", within=KNOWN)


def test_a_monitor_hears_of_it_while_it_lasts_and_waits_no_longer_than_any_look(service: Service) -> None:
    # given a monitor that reads all figures
    well = samples_of(service.metrics())
    assert (well["permit_figures_read",], well["permit_database_answers", "journal"]) == (1, 1)
    assert LAG in well

    # when the server stops, and several ask
    service.postgres.stop()
    scraped = together([service.metrics for _ in range(6)])
    # then each is answered as soon as a look is given up, which may open a connection first, without what only the
    # database knows
    limits = service.program.limits.database
    assert max(each.seconds for each in scraped) < limits.connect_seconds + limits.look_seconds + 1
    for each in map(samples_of, scraped):
        assert each["permit_figures_read",] == 0
        assert LAG not in each

    # and once it is known, at once, with the counters that tell of it
    wait_until(lambda: service.health() == {"status": "DOWN"}, because="it is known", within=KNOWN)
    known = service.metrics()
    assert known.seconds < 1
    samples = samples_of(known)
    assert (samples["permit_database_answers", "journal"], samples["permit_appends_succeed",]) == (0, 0)
    assert samples["permit_limit_reached_total", Limit.DATABASE_ANSWER] > 0
    assert samples["permit_figures_read",] == 0

    # and afterwards the figures are there again
    service.postgres.go_on()
    wait_until(lambda: works(service), because="it works again", within=KNOWN)
    wait_until(lambda: LAG in samples_of(service.metrics()), because="the figures are read again", within=KNOWN)


@pytest.mark.nightly
def test_an_embedded_server_that_is_stopped_is_not_started_again_but_named() -> None:
    with reachable_directory() as directory, Postgres(directory / "var") as postgres:
        postgres.stop()
        began = time.monotonic()
        with pytest.raises(EmbeddedPostgresUnusable, match="does not answer"):
            postgres.embedded.bring_back()
        assert time.monotonic() - began < 15
        postgres.go_on()
        postgres.embedded.bring_back()


def test_work_that_takes_its_time_is_not_cut(service: Service) -> None:
    """A rebuild or an audit takes longer than anybody waits for a page."""
    longer = service.program.limits.database.answer_seconds + 0.5

    def work(pool: ConnectionPool) -> None:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select pg_sleep(%s)", (longer,))

    with ThreadPoolExecutor(2) as workers:
        for each in [
            workers.submit(work, pool) for pool in (service.program.writers, service.program.unhurried_readers)
        ]:
            each.result()
