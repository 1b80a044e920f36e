"""No room left: nothing is stored and everything can be read; health and doctor know; it goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.services.setup_check import examine
from tests.attacks.harmed_database import KNOWN, SOON, Service, TimedAnswer, harmed_service
from tests.world.databases import answer_of
from tests.world.servers import reachable_directory
from tests.world.small_disk import fill, small_disk
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    with small_disk() as disk:
        yield disk


@pytest.fixture(scope="module")
def service(disk: Path) -> Iterator[Service]:
    """Its own files, as documents, are elsewhere."""
    with reachable_directory() as home, harmed_service(disk, home=home) as (service, _):
        yield service


@pytest.fixture(autouse=True)
def room_afterwards(disk: Path) -> Iterator[None]:
    """Also where a test failed: a server without room cannot be stopped in order."""
    yield
    (disk / "ballast").unlink(missing_ok=True)


NOTHING_IS_STORED = {"status": "DEGRADED", "acceptsChanges": False}


def test_health_and_doctor_know_before_anybody_files_and_it_goes_on_by_itself(service: Service, disk: Path) -> None:
    assert service.file(str(uuid4())).status == 201
    assert service.health() == {"status": "UP"}

    ballast = fill(disk, leaving=0)
    with service.health_all_the_while() as seen:
        wait_until(lambda: service.health() == NOTHING_IS_STORED, because="health knows", within=KNOWN)
        bad = {each.subject: each.sentence for each in examine(lambda: service.program.settings) if not each.good}
    assert "make room" in bad["appends"]
    seen.require_prompt()
    assert "DOWN" not in seen.statuses

    ballast.unlink()
    wait_until(lambda: service.health() == {"status": "UP"}, because="there is room again", within=KNOWN)
    assert service.file(str(uuid4())).status == 201


def test_filings_are_refused_with_the_reason_and_each_is_stored_once_when_there_is_room(
    service: Service, disk: Path
) -> None:
    wait_until(lambda: service.health() == {"status": "UP"}, because="there is room", within=KNOWN)
    before = int(str(service.applications_stored()))
    ballast = fill(disk, leaving=0)
    batches = [[str(uuid4()) for _ in range(20)] for _ in range(20)]
    answers: list[TimedAnswer] = []
    tried = []
    while batches and sum(each.status == 503 for each in answers) < 20:
        tried.append(batches.pop())
        answers += service.file_all(tried[-1])

    # What still fits into pages that are there is stored; what is refused says why.
    assert {each.status for each in answers} <= {201, 503}
    refused = [each for each in answers if each.status == 503]
    assert len(refused) >= 20
    assert max(each.seconds for each in answers) < SOON
    for each in refused:
        assert "no room left to store anything" in each.answer.json()["detail"]
        assert int(each.answer.headers["Retry-After"]) > 0
        assert "No space left" not in each.answer.text
    assert service.read_list().status == 200
    wait_until(lambda: service.health() == NOTHING_IS_STORED, because="health knows", within=KNOWN)

    ballast.unlink()
    wait_until(lambda: service.health() == {"status": "UP"}, because="there is room again", within=KNOWN)
    for batch in tried:
        again = service.file_all(batch)
        assert {each.status for each in again} == {201}, [each.answer.text for each in again]
    assert service.applications_stored() == before + len(answers)


def test_the_probe_leaves_nothing(service: Service) -> None:
    """No event, no position, no row, no file that grows."""
    wait_until(lambda: service.health() == {"status": "UP"}, because="there is room", within=KNOWN)
    position = service.program.recorder.max_notification_id()
    service.program.signs.append()
    size = _size(service)
    for _ in range(300):
        service.program.signs.append()
    assert service.program.recorder.max_notification_id() == position
    assert _size(service) - size < 64 * 1024


def _size(service: Service) -> int:
    return int(str(answer_of(service.direct_url, "select pg_database_size(current_database())")))
