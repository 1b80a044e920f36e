"""Tests take the first server there is, say which, and fail rather than skip where servers are required."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.world import servers
from tests.world.servers import POSTGRES_PLACES, NoServer, NotHere, Place, docker_postgres, first_server, give_up


class FakePlace:
    """Has a server at `url`, or none for a reason; remembers whether it was asked and closed."""

    def __init__(self, name: str, url: str | None = None) -> None:
        self.url, self.asked, self.closed = url, False, False
        self.place = Place(name=name, open=self._open)

    @contextmanager
    def _open(self) -> Iterator[str]:
        self.asked = True
        if self.url is None:
            raise NotHere("nobody there")
        yield self.url
        self.closed = True


def test_the_order_is_environment_then_docker_then_embedded() -> None:
    assert [place.name for place in POSTGRES_PLACES] == ["PERMIT_TEST_DATABASE_URL", "Docker", "embedded"]


def test_the_first_place_that_has_a_server_is_taken_and_closed_at_the_end() -> None:
    empty, full, later = (
        FakePlace("one"),
        FakePlace("two", "postgresql://two"),
        FakePlace("three", "postgresql://3"),
    )
    with first_server([empty.place, full.place, later.place]) as found:
        assert (found.place, found.address) == ("two", "postgresql://two")
        assert not full.closed
    assert full.closed
    assert not later.asked


def test_without_any_server_every_reason_is_given() -> None:
    with (
        pytest.raises(NoServer, match="one: nobody there; two: nobody there"),
        first_server([FakePlace("one").place, FakePlace("two").place]),
    ):
        pytest.fail("there is no server")


def test_a_given_server_that_does_not_answer_is_no_reason_to_take_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("PERMIT_TEST_DATABASE_URL", f"postgresql://x@/x?host={tmp_path}")
    other = FakePlace("other", "postgresql://other")
    with pytest.raises(servers.psycopg2.OperationalError), first_server([POSTGRES_PLACES[0], other.place]):
        pytest.fail("nothing answers there")
    assert not other.asked


def test_docker_is_passed_over_where_no_daemon_answers() -> None:
    docker = Place(name="Docker", open=partial(docker_postgres, lambda: False))
    with (
        pytest.raises(NoServer, match="Docker: no Docker daemon answers"),
        first_server([docker]),
    ):
        pytest.fail("there is no daemon")


def test_a_missing_server_skips_on_a_newcomers_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERMIT_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL was not found: one: nobody"):
        give_up(NoServer("one: nobody"), "PostgreSQL")


def test_a_missing_server_fails_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is required and was not found: one: nobody"):
        give_up(NoServer("one: nobody"), "PostgreSQL")
