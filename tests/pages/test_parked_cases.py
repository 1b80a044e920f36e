"""A case with an event that an overview cannot apply: its page, the board and health say so, and everything works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.pages.case_service import CaseService, case_service
from tests.projections.log_of_cases import run
from tests.projections.poison import retell
from tests.world.stored_bodies import change_clear_text
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def poisoned(service: CaseService) -> UUID:
    """A case of Brussels, between two of Flanders, that several read models cannot apply; all have read the log."""
    service.filed()
    keys = service.program.keys
    case_id = retell(service.program.recorder, keys, keys.mint())
    service.filed()
    service.catch_up()
    return case_id


def read(service: CaseService, path: str, role: Role, *, value: str | None = None, language: str = "en") -> str:
    cookies = {SESSION_COOKIE: service.token(role, value=value), "lang": language}
    answer = httpx.get(f"{service.address}{path}", cookies=cookies, trust_env=False)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("These overviews may lag behind for this case: ", "Comparison with the former system")),
        (
            "nl",
            ("Deze overzichten zijn voor dit dossier mogelijk niet actueel: ", "Vergelijking met het vroegere systeem"),
        ),
        ("fr", ("ne sont peut-être pas à jour pour ce dossier : ", "Comparaison avec l")),
        ("de", ("möglicherweise nicht auf dem neuesten Stand: ", "Abgleich mit dem früheren System")),
    ],
)
def test_the_page_of_the_case_says_what_lags(
    service: CaseService, poisoned: UUID, language: str, told: tuple[str, str]
) -> None:
    page = read(service, f"/cases/{poisoned}", Role.CASE_HANDLER, value="brussels", language=language)
    begins, lags = told
    assert lags in page.partition(begins)[2].partition("<")[0]
    # and what it says of the case is read from the case itself
    assert "Canary-Lambert" in page


def test_the_pages_of_all_others_say_nothing_of_it(service: CaseService, poisoned: UUID) -> None:
    page = read(service, f"/cases/{service.filed()}", Role.CASE_HANDLER)
    assert "may lag behind" not in page


def health_of(service: CaseService) -> tuple[int, Any]:
    health = httpx.get(f"{service.address}/rest/singlePermit/v1/health", trust_env=False)
    return health.status_code, health.json()


def test_health_is_degraded_and_counts_and_the_service_works(service: CaseService, poisoned: UUID) -> None:
    wait_until(
        lambda: health_of(service) == (200, {"status": "DEGRADED", "parkedApplications": 1}),
        because="health has looked again",
    )
    # a case that is filed after it is everywhere
    filed = service.filed()
    service.catch_up()
    for table in ("case_file", "work_queue_case", "own_application", "sla_board_case"):
        found = run(service.program.journal_url, f"select count(*) from permit.{table} where case_id = %s", str(filed))
        assert found == [(1,)], table


def test_metrics_count_it_by_read_model(service: CaseService, poisoned: UUID) -> None:
    told = httpx.get(f"{service.address}/metrics", trust_env=False).text
    families = {each.name: each for each in text_string_to_metric_families(told)}
    parked = {each.labels["projection"]: each.value for each in families["permit_projection_parked_streams"].samples}
    assert parked["legacy-mirror"] == 1
    assert parked["deadline-days"] == 0
    assert str(poisoned) not in told


def test_the_badge_of_the_board_counts_what_it_lacks(service: CaseService) -> None:
    service.filed()
    service.catch_up()
    # In another language than below: a board is kept for a moment.
    assert "À jour" in read(service, "/board", Role.OPERATIONS, language="fr")
    # given a case that the board itself cannot apply
    keys = service.program.keys
    retell(service.program.recorder, keys, keys.mint(), reference="BXL/1", change=lambda clear: clear.pop("filedOn"))
    service.catch_up()

    board = read(service, "/board", Role.OPERATIONS)

    assert "1 case not up to date" in board
    assert "Up to date" not in board
    assert "1 dossier niet bijgewerkt" in read(service, "/board", Role.OPERATIONS, language="nl")


def test_it_is_over_when_the_event_can_be_applied(service: CaseService, poisoned: UUID) -> None:
    change_clear_text(service.program.journal_url, poisoned, lambda text: text.replace(rb"\u0000", b""))
    for runner in service.program.projection_runners().values():
        runner.take_up_parked()

    wait_until(lambda: health_of(service) == (200, {"status": "UP"}), because="health has looked again")
    page = read(service, f"/cases/{poisoned}", Role.CASE_HANDLER, value="brussels")
    assert "may lag behind" not in page
