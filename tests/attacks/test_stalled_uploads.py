"""Forty senders who stop after nine bytes: they hold their own places, and no thread of anybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest

from api.composition import Program, open_program
from api.http.problems import API_ROOT
from api.http.uploads import TooManyOfOneCaller, Uploads
from api.server import running_server
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limit_counts import Limit, LimitCounts
from infra.limits import UploadLimits
from tests.attacks.stalled_senders import by_the_form, connected, over_the_interface, stalled, status_of, token_of
from tests.documents.files import pdf
from tests.identity.callers import CALLERS, OTHER_ENTERPRISE
from tests.world.service_clients import ServiceClient
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

WITHIN_SECONDS = 2.0
DOORS = [over_the_interface, by_the_form]


def unfinished(program: Program) -> int:
    directory = program.settings.documents_path / "unfinished"
    return len(list(directory.iterdir())) if directory.is_dir() else 0


@pytest.mark.parametrize("head", DOORS)
def test_everything_else_is_answered_while_forty_stand_still(
    employer: ServiceClient,
    program: Program,
    address: str,
    issuer: DevelopmentIssuer,
    head: Callable[..., bytes],
) -> None:
    # given forty senders, of five people, who have stopped
    filed = employer.file()
    tokens = [token_of(issuer, f"stalled-{number % 5}") for number in range(40)]
    with stalled(address, [head(address, filed, each) for each in tokens]):
        wait_until(lambda: unfinished(program) == 40, because="all of them have begun")
        # when others go about their work
        begun = time.monotonic()
        health = httpx.get(f"{address}{API_ROOT}/health")
        another = employer.file()
        sent = employer.attach(another, pdf(b"sent beside them"))
        # then it is as always, a document of somebody else too
        assert (health.status_code, another.status_code, sent.status_code) == (200, 201, 201)
        assert time.monotonic() - begun < WITHIN_SECONDS
    wait_until(lambda: unfinished(program) == 0, because="what they began is dropped when they are gone")


@pytest.mark.parametrize("head", DOORS)
def test_one_caller_has_eight_places(
    employer: ServiceClient,
    program: Program,
    address: str,
    issuer: DevelopmentIssuer,
    head: Callable[..., bytes],
) -> None:
    filed, token = employer.file(), token_of(issuer, "greedy")
    counted = program.limit_counts.totals()[Limit.UPLOADS_OF_ONE_CALLER]
    with stalled(address, [head(address, filed, token) for _ in range(8)]):
        wait_until(lambda: unfinished(program) == 8, because="eight have begun")
        with connected(address) as ninth:
            ninth.sendall(head(address, filed, token))
            answer = ninth.recv(4096)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nretry-after: 5\r\n" in answer.lower()
    assert program.limit_counts.totals()[Limit.UPLOADS_OF_ONE_CALLER] == counted + 1
    # and once the eight are gone there is room again
    wait_until(lambda: unfinished(program) == 0, because="the eight are gone")
    assert employer.attach(filed, pdf()).status_code == 201


def test_people_of_two_tenants_who_are_called_alike_have_places_of_their_own() -> None:
    uploads = Uploads(UploadLimits(most_of_one_caller=1), LimitCounts())
    one = CALLERS[Role.EMPLOYER]
    namesake = replace(one, enterprise_number=OTHER_ENTERPRISE)

    async def both() -> None:
        async with uploads.place_for(one), uploads.place_for(namesake):
            with pytest.raises(TooManyOfOneCaller):
                await uploads.place_for(replace(one, token_id="another")).__aenter__()

    # In a thread: where a browser is open in this session, this one has an event loop already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, both).result()


@pytest.fixture
def narrow(program: Program, tmp_path: Path) -> Iterator[tuple[Program, str]]:
    """The same service where three uploads may go on at once, each for a second."""
    file = tmp_path / "limits.toml"
    file.write_text("[uploads]\nmost = 3\nlongest_seconds = 1.0\n")
    settings = program.settings.model_copy(update={"limits_file": file})
    with open_program(settings, clock=program.clock) as opened, running_server(opened) as address:
        yield opened, address


@pytest.mark.parametrize("head", DOORS)
def test_a_service_that_takes_no_more_says_when_to_come_back(
    employer: ServiceClient,
    narrow: tuple[Program, str],
    issuer: DevelopmentIssuer,
    head: Callable[..., bytes],
) -> None:
    filed, (program, address) = employer.file(), narrow
    heads = [head(address, filed, token_of(issuer, f"sender-{number}")) for number in range(3)]
    with stalled(address, heads) as senders:
        wait_until(lambda: unfinished(program) == 3, because="three have begun")
        with connected(address) as fourth:
            fourth.sendall(head(address, filed, token_of(issuer, "fourth")))
            answer = fourth.recv(4096)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 5\r\n" in answer.lower()
        # and an upload has a longest time, after which its place is another's
        assert [status_of(each) for each in senders] == [408] * 3
    totals = program.limit_counts.totals()
    assert (totals[Limit.UPLOADS], totals[Limit.UPLOAD_SECONDS]) == (1, 3)
    assert unfinished(program) == 0
