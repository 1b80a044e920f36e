"""The outermost layer: paths and methods, what is accepted, trace ids, and errors that end without a word inside."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.composition import Program
from api.http.problems import OWN_PROBLEM_TYPES
from api.server import running_server
from domain.case.refusals import Reason
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import configure_logging
from tests.world.bodies import CANARIES
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server


class BrokenJournal:
    """A journal that fails with ``error`` whatever is asked of it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _name: str) -> Any:
        raise self._error


def filed_where_the_journal_fails(program: Program, issuer: DevelopmentIssuer, error: Exception) -> httpx.Response:
    broken = replace(program, journal=BrokenJournal(error))  # type: ignore[arg-type]
    with running_server(broken) as address, ServiceClients(broken, address, issuer) as clients:
        return clients.of(Role.EMPLOYER).file()


def test_every_answer_has_a_trace_id_of_its_own(employer: ServiceClient) -> None:
    one, two = (employer.get("health", **{"BelGov-Trace-Id": "caller-1"}) for _ in range(2))
    assert UUID(one.headers["BelGov-Trace-Id"]) != UUID(two.headers["BelGov-Trace-Id"])
    assert one.headers["BelGov-Related-Trace-Id"] == "caller-1"
    # what is no trace id is refused, under one of our own
    for wrong in ("x" * 37, "", "a b", "\u00e9"):
        refused = employer.client.get("health", headers={"BelGov-Trace-Id": wrong.encode("latin-1")})
        assert problem_of(refused) == (400, "badRequest")
        assert [each["name"] for each in refused.json()["issues"]] == ["BelGov-Trace-Id"]
        assert UUID(refused.headers["BelGov-Trace-Id"])
        assert "BelGov-Related-Trace-Id" not in refused.headers


def test_no_answer_about_a_person_is_kept_by_anybody(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    answers = [
        filed,
        employer.file({}),
        handler.get("applications"),
        handler.post("applications/query", {}),
        handler.get("workQueues/flanders"),
        handler.get("nothing"),
        employer.client.request("PUT", "applications"),
        *(handler.get(f"{case_path(filed)}{part}") for part in ("", "/assessment", "/events", "/deadlines")),
    ]
    assert [each.headers["Cache-Control"] for each in answers] == ["no-store"] * len(answers)


def test_what_is_about_nobody_may_be_kept(employer: ServiceClient) -> None:
    assert "max-age" in employer.get("refData/holders").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["nothing", "applications/", "health/", "../v2/applications", "openapi.json", "docs"])
def test_a_path_that_is_not_there(employer: ServiceClient, path: str) -> None:
    missing = employer.get(path)
    assert missing.status_code == 404
    assert missing.json()["type"] == "urn:problem-type:belgif:resourceNotFound"


def test_a_method_that_is_not_there(employer: ServiceClient) -> None:
    for method, path, allowed in (("PUT", "applications", "GET, POST"), ("DELETE", f"applications/{uuid4()}", "GET")):
        answer = employer.client.request(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
        assert answer.json()["type"] == "urn:problem-type:singlePermit:methodNotAllowed"


@pytest.mark.parametrize(
    ("accept", "status"),
    [("text/html", 406), ("application/json;q=0", 406), ("text/html, application/*;q=0.5", 200), ("*/*", 200)],
)
def test_what_a_caller_accepts(employer: ServiceClient, accept: str, status: int) -> None:
    assert employer.get("health", Accept=accept).status_code == status


def test_the_href_of_a_problem_leads_somewhere(employer: ServiceClient) -> None:
    problem = employer.get("health", Accept="text/html").json()
    page = employer.get(problem["href"])
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "notAcceptable" in page.text
    assert employer.get("refData/problemTypes/unheard-of").status_code == 404
    # as does that of every problem of our own
    for code in OWN_PROBLEM_TYPES:
        assert employer.get(f"refData/problemTypes/{code}").status_code == 200
    not_found = {Reason.APPLICATION_UNKNOWN.value, Reason.REQUEST_UNKNOWN.value}
    assert set(OWN_PROBLEM_TYPES) >= {each.value for each in Reason} - not_found


def test_an_unforeseen_error_tells_nothing_but_its_instance(
    program: Program, issuer: DevelopmentIssuer, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an error whose text holds what is somebody's
    configure_logging()
    error = RuntimeError("no room for Zwaluwina Vandekanarie 85073003328")
    failed = filed_where_the_journal_fails(program, issuer, error)
    # then neither the answer nor the log repeats it
    assert (failed.status_code, failed.json()["type"]) == (500, "urn:problem-type:belgif:internalServerError")
    logged = capsys.readouterr().err
    assert not any(canary in failed.text + logged for canary in CANARIES)
    # nor the token of whoever called
    token = failed.request.headers["Authorization"].removeprefix("Bearer ")
    assert not any(part in failed.text + logged for part in token.split("."))
    # but the instance of the one is found in the other, with where it happened
    assert failed.json()["instance"] in logged
    assert "RuntimeError" in logged
    assert "__getattr__" in logged


@pytest.mark.parametrize(
    ("error", "said"),
    [(DatabaseUnavailable("connection to 10.0.0.1 lost"), "temporarily unavailable"), (OutcomeUnknown(), "unknown")],
)
def test_a_database_that_is_away_asks_to_come_again(
    program: Program, issuer: DevelopmentIssuer, error: Exception, said: str
) -> None:
    answer = filed_where_the_journal_fails(program, issuer, error)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["type"] == "urn:problem-type:belgif:serviceUnavailable"
    assert said in answer.json()["detail"]
    assert "same Idempotency-Key" in answer.json()["detail"]
    assert "10.0.0.1" not in answer.text


class StoppedWorker:
    failed = ("projections",)


def test_health_tells_what_is_left(program: Program) -> None:
    lost = BrokenJournal(DatabaseUnavailable("gone"))
    for service, workers, status in (
        (program, StoppedWorker(), (200, "DEGRADED")),
        (replace(program, keys=lost), None, (200, "DEGRADED")),  # type: ignore[arg-type]
        (replace(program, recorder=_OriginOnly()), None, (503, "DOWN")),  # type: ignore[arg-type]
    ):
        with running_server(service, workers=workers) as address:
            health = httpx.get(f"{address}/rest/singlePermit/v1/health")
        assert (health.status_code, health.json()["status"]) == status


class _OriginOnly(BrokenJournal):
    origin = "lost"

    def __init__(self) -> None:
        super().__init__(DatabaseUnavailable("gone"))
