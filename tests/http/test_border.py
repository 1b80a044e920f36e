"""The outermost layer: paths and methods, what is accepted, trace ids, and errors that end without a word inside."""

from contextlib import closing
from dataclasses import replace
from threading import Event
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
from infra.limits import DatabaseLimits
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from infra.postgres.signs_of_life import JournalSign
from infra.structured_logs import configure_logging
from infra.workers.database_watch import DatabaseWatch
from tests.world.bodies import CANARIES
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of
from tests.world.waiting import wait_until

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


class SignsAre:
    """What the watch over the databases finds: all is well, but for what ``errors`` names."""

    def __init__(self, **errors: DatabaseUnavailable) -> None:
        self._errors = errors

    def journal(self) -> JournalSign:
        self._raise("journal")
        return JournalSign(position=1, parked=0)

    def keys(self) -> None:
        self._raise("keys")

    def append(self) -> None:
        self._raise("append")

    def _raise(self, what: str) -> None:
        if what in self._errors:
            raise self._errors[what]


def test_health_tells_what_is_left(program: Program) -> None:
    gone, full = DatabaseUnavailable("gone"), DatabaseUnavailable("no room", Trouble.FULL)
    for signs, workers, told in (
        (SignsAre(), None, (200, {"status": "UP"})),
        (SignsAre(), StoppedWorker(), (200, {"status": "DEGRADED"})),
        (SignsAre(keys=gone), None, (200, {"status": "DEGRADED"})),
        (SignsAre(append=full), None, (200, {"status": "DEGRADED", "acceptsChanges": False})),
        (SignsAre(journal=gone), None, (503, {"status": "DOWN"})),
    ):
        with (
            closing(DatabaseWatch(signs, program.recorder, program.limits.database)) as watch,
            running_server(replace(program, database_watch=watch), workers=workers) as address,
        ):
            health = httpx.get(f"{address}/rest/singlePermit/v1/health")
        assert (health.status_code, health.json()) == told


def test_health_is_down_when_the_watch_itself_has_stopped(program: Program) -> None:
    class Hanging(SignsAre):
        """Every look is answered until it hangs."""

        def __init__(self) -> None:
            super().__init__()
            self.hangs = False
            self.released = Event()

        def journal(self) -> JournalSign:
            if self.hangs:
                self.released.wait(30)
            return super().journal()

    signs = Hanging()
    limits = DatabaseLimits(connect_seconds=0.1, look_seconds=0.1)
    with (
        closing(DatabaseWatch(signs, program.recorder, limits, look_again=0.1)) as watch,
        running_server(replace(program, database_watch=watch)) as address,
        httpx.Client(base_url=f"{address}/rest/singlePermit/v1") as client,
    ):
        wait_until(lambda: client.get("health").json() == {"status": "UP"}, because="every look is answered")
        signs.hangs = True
        wait_until(lambda: client.get("health").json() == {"status": "DOWN"}, because="nothing is heard any more")
        signs.released.set()
        wait_until(lambda: client.get("health").json() == {"status": "UP"}, because="it looks again")


@pytest.mark.parametrize(
    ("trouble", "said", "seconds"),
    [
        (Trouble.SILENT, "does not answer", "30"),
        (Trouble.BUSY, "busy with other work", "2"),
        (Trouble.FULL, "no room left to store anything", "30"),
    ],
)
def test_what_is_the_matter_with_the_database_is_said_in_plain_words(
    program: Program, issuer: DevelopmentIssuer, trouble: Trouble, said: str, seconds: str
) -> None:
    answer = filed_where_the_journal_fails(program, issuer, DatabaseUnavailable("canceled at 10.0.0.1", trouble))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, seconds)
    assert said in answer.json()["detail"]
    assert "10.0.0.1" not in answer.text
