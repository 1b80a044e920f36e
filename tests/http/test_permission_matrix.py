"""Every role on every route and every kind of case: exactly what the permission table says, and nothing written.

What the words of the table mean for the cases here is written out below, case by case, and not asked of the program.
A route that stands in no row here fails the first test: it has no action, so nobody has said who may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from api.composition import Program
from api.http.problems import API_ROOT
from api.permissions import Action, Permissions, Reach
from api.services.measures import MEASURES
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import PDF, pdf
from tests.identity.callers import CALLERS, SUPERVISOR_OF_ALL
from tests.world.bodies import EVIDENCE, FEE, QUESTION, application_body, represented, unlimited
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

# Not by what is refused, and of what is not refused here nothing can be carried out.
pytestmark = [pytest.mark.server, pytest.mark.usefixtures("nothing_is_written")]

PERMISSIONS: Final = Permissions.load()
NOBODYS_ID: Final = "0190a000-0000-7abc-8def-00000000000a"
NOBODYS_REQUEST: Final = "0190a000-0000-7abc-8def-00000000000b"
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a route is for, and a request to it that is in order; ``body`` is JSON unless it is bytes."""

    action: Action
    body: Any = None
    query: str = ""


OPEN_ROUTES: Final[Mapping[tuple[str, str], Action]] = {
    ("GET", "/doc/openapi.json"): Action.READ_CONTRACT,
    ("GET", "/doc/openapi.yaml"): Action.READ_CONTRACT,
    ("GET", "/health"): Action.READ_HEALTH,
    ("GET", "/refData"): Action.READ_REFERENCE_DATA,
    ("GET", "/refData/{list_name}"): Action.READ_REFERENCE_DATA,
    ("GET", "/refData/{list_name}/{code}"): Action.READ_REFERENCE_DATA,
    ("GET", "/refData/problemTypes/{code}"): Action.READ_REFERENCE_DATA,
}
"""For everybody, without a token."""

FILING: Final = ("POST", "/applications")

PAYMENTS: Final = {
    "payments": [{"paidOn": "2026-01-15", "amount": "152.00", "structuredCommunication": "+++126/0001/23443+++"}]
}

LISTS: Final[Mapping[tuple[str, str], Asked]] = {
    ("GET", "/applications"): Asked(action=Action.QUERY_APPLICATIONS, query="?pageSize=100"),
    ("POST", "/applications/query"): Asked(action=Action.QUERY_APPLICATIONS, body={"pageSize": 100}),
    ("POST", "/applicationBatches"): Asked(
        action=Action.FILE_APPLICATION_BATCH, body={"applications": [application_body()]}
    ),
    ("GET", "/openFees"): Asked(action=Action.LIST_OPEN_FEES),
    ("POST", "/feePaymentLists"): Asked(action=Action.RECORD_FEE_PAYMENT, body=PAYMENTS),
    ("GET", "/workQueues"): Asked(action=Action.READ_WORK_QUEUE),
    ("GET", "/migrations"): Asked(action=Action.READ_MIGRATIONS),
    ("GET", "/serviceLevels"): Asked(action=Action.READ_SERVICE_LEVELS, query="?on=2026-01-20"),
    ("GET", "/serviceLevels/cases"): Asked(action=Action.READ_SERVICE_LEVELS, query="?on=2026-01-20"),
    ("GET", "/serviceLevels/{measure}"): Asked(action=Action.READ_SERVICE_LEVELS, query="?on=2026-01-20"),
}
"""About all cases within reach, and so for everybody whose reach is any."""

LOOKUPS: Final[Mapping[tuple[str, str], Asked]] = {
    ("POST", "/employerLookups"): Asked(
        action=Action.LOOK_UP_EMPLOYER, body={"authority": "flanders", "enterpriseNumber": "0202239951"}
    ),
}
"""About what a register holds, for everybody whose reach is any."""

BEFORE_FILING: Final[Mapping[tuple[str, str], Asked]] = {
    ("POST", "/salaryChecks"): Asked(action=Action.CHECK_SALARY, body={"filedOn": "2026-01-20"}),
    ("POST", "/checklists"): Asked(action=Action.DRAW_UP_CHECKLIST, body={"filedOn": "2026-01-20"}),
}
"""About no case at all."""

BATCH: Final = ("GET", "/applicationBatches/{application_batch_id}")
"""Whose batches are whose: see tests/http/test_application_batches.py."""

QUEUE: Final = ("GET", "/workQueues/{authority}")

GENERAL_ROUTES: Final[Mapping[tuple[str, str], Asked]] = {
    FILING: Asked(action=Action.FILE_APPLICATION),
    QUEUE: Asked(action=Action.READ_WORK_QUEUE),
    BATCH: Asked(action=Action.FILE_APPLICATION_BATCH),
    **LISTS,
    **LOOKUPS,
    **BEFORE_FILING,
}

WEBHOOK: Final = "/webhooks/{webhook_id}"

WEBHOOK_ROUTES: Final = frozenset(
    {
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("GET", WEBHOOK),
        ("DELETE", WEBHOOK),
        ("POST", f"{WEBHOOK}/secrets"),
        ("POST", f"{WEBHOOK}/pauses"),
        ("POST", f"{WEBHOOK}/resumptions"),
        ("POST", f"{WEBHOOK}/testNotices"),
        ("POST", f"{WEBHOOK}/replays"),
        ("GET", f"{WEBHOOK}/deliveries"),
        ("GET", f"{WEBHOOK}/deliveries/{{delivery_id}}"),
    }
)
"""About no case, and of one enterprise: whose they are has a matrix of its own in tests/webhooks/test_others.py."""

CASE: Final = "/applications/{application_id}"
GRANTED: Final = {"outcome": "granted"}

CASE_ROUTES: Final[Mapping[tuple[str, str], Asked]] = {
    ("GET", CASE): Asked(action=Action.READ_APPLICATION),
    ("GET", f"{CASE}/assessment"): Asked(action=Action.READ_ASSESSMENT),
    ("GET", f"{CASE}/events"): Asked(action=Action.READ_TIMELINE),
    ("GET", f"{CASE}/deadlines"): Asked(action=Action.READ_DEADLINES),
    ("GET", f"{CASE}/documents"): Asked(action=Action.READ_DOCUMENT),
    ("GET", f"{CASE}/documents/{{sha256}}"): Asked(action=Action.READ_DOCUMENT),
    ("POST", f"{CASE}/documents"): Asked(action=Action.ATTACH_DOCUMENT, body=pdf(b"more"), query="?kind=other"),
    ("POST", f"{CASE}/labourMarketTests"): Asked(action=Action.ADD_LABOUR_MARKET_TEST, body=EVIDENCE),
    ("GET", f"{CASE}/fees"): Asked(action=Action.READ_FEES),
    ("POST", f"{CASE}/feePayments"): Asked(action=Action.RECORD_FEE_PAYMENT, body=FEE),
    ("POST", f"{CASE}/voidedFeePayments"): Asked(
        action=Action.VOID_FEE_PAYMENT, body={"payment": 1, "reason": "dubbel geregistreerd"}
    ),
    ("POST", f"{CASE}/mandateVerifications"): Asked(action=Action.VERIFY_MANDATE, body={"valid": True}),
    ("POST", f"{CASE}/assignments"): Asked(action=Action.ASSIGN_CASE, body={"handler": "caseHandler:handler-12"}),
    ("POST", f"{CASE}/withdrawnDocuments"): Asked(
        action=Action.WITHDRAW_DOCUMENT, body={"sha256": "ab" * 32, "reason": "Van iemand anders."}
    ),
    ("POST", f"{CASE}/assignmentWithdrawals"): Asked(
        action=Action.ASSIGN_CASE, body={"reason": "De verkeerde collega."}
    ),
    ("POST", f"{CASE}/informationRequests"): Asked(action=Action.REQUEST_INFORMATION, body=QUESTION),
    ("POST", f"{CASE}/informationRequests/{{information_request_id}}/answers"): Asked(
        action=Action.PROVIDE_INFORMATION, body={"answer": "Hierbij."}
    ),
    ("POST", f"{CASE}/admissibilityDecisions"): Asked(
        action=Action.DECIDE_ADMISSIBILITY, body={"outcome": "admissible"}
    ),
    ("POST", f"{CASE}/workPartDecisions"): Asked(action=Action.DECIDE_WORK_PART, body=GRANTED),
    ("POST", f"{CASE}/forwardings"): Asked(action=Action.FORWARD_TO_IMMIGRATION_OFFICE, body={}),
    ("POST", f"{CASE}/residencePartDecisions"): Asked(action=Action.DECIDE_RESIDENCE_PART, body=GRANTED),
    ("POST", f"{CASE}/withdrawals"): Asked(action=Action.WITHDRAW_APPLICATION, body={}),
    ("POST", f"{CASE}/corrections"): Asked(
        action=Action.CORRECT_CASE,
        body={"reason": "typing error", "employer": {"enterpriseNumber": "0202239951", "name": "Haven BV"}},
    ),
    ("POST", f"{CASE}/clockCorrections"): Asked(
        action=Action.CORRECT_CLOCK,
        body={"kind": "pause", "on": "2026-01-20", "ground": "serviceOutage", "motivation": "stroomonderbreking"},
    ),
}
"""About one case. A change is asked for with a version that no case has: whoever may make it is told just that."""

EMPLOYER, AGENCY, WORKER = (CALLERS[role] for role in (Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER))
OTHER_EMPLOYER: Final = replace(EMPLOYER, subject="hr-foreign", enterprise_number="0409536968")
OTHER_WORKER: Final = replace(WORKER, subject="w_other", ssin="17073003384")
OF_FLANDERS: Final = tuple(CALLERS[role] for role in (Role.CASE_HANDLER, Role.OPERATIONS, Role.REGULATOR))
OF_ANOTHER_AUTHORITY: Final = tuple(
    replace(each, subject=f"{each.subject}-brussels", authority="brussels") for each in OF_FLANDERS
)
EVERYBODY: Final = (
    *CALLERS.values(),
    OTHER_EMPLOYER,
    replace(AGENCY, subject="desk-foreign", enterprise_number="0409536968"),
    OTHER_WORKER,
    *OF_ANOTHER_AUTHORITY,
    SUPERVISOR_OF_ALL,
)

FILINGS: Final = {
    "of the employer": (EMPLOYER, application_body()),
    "of its representative": (AGENCY, represented()),
    "of the worker": (WORKER, unlimited()),
    "of strangers": (
        OTHER_EMPLOYER,
        application_body(
            employer__enterpriseNumber="0409536968", worker__ssin="17073003384", worker__birthDate="2017-07-30"
        ),
    ),
}
"""Who files what; every case is one of Flanders, the only authority that takes applications."""

OWNERS: Final = {
    "of the employer": {EMPLOYER, WORKER},
    "of its representative": {EMPLOYER, AGENCY, WORKER},
    "of the worker": {EMPLOYER, WORKER},
    "of strangers": {OTHER_EMPLOYER, OTHER_WORKER},
}
"""Whose case each is: what ``own`` means in the table."""

FILERS: Final = {
    "of the employer": {EMPLOYER},
    "of its representative": {EMPLOYER, AGENCY},
    "of the worker": {WORKER},
    "of strangers": {OTHER_EMPLOYER},
}
"""By whom, or for whom, it was filed: what ``filed`` means."""


@pytest.fixture(scope="module")
def cases(clients: ServiceClients) -> Mapping[str, httpx.Response]:
    """A case of each kind, with a document in it."""
    filed = {}
    for kind, (caller, body) in FILINGS.items():
        answer = clients.of(caller).file(body)
        assert answer.status_code == 201, answer.text
        filed[kind] = clients.of(caller).attach(answer, pdf())
        assert filed[kind].status_code == 201
    return filed


def sent(employer: ServiceClient, method: str, path: str, asked: Asked) -> httpx.Response:
    """The answer to what is asked; a change expects a version that the case has never had."""
    if method == "GET":
        return employer.client.get(path + asked.query)
    is_file = isinstance(asked.body, bytes)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"999"', "Content-Type": PDF if is_file else JSON}
    body = {"content": asked.body} if is_file else {"json": asked.body}
    return employer.client.post(path + asked.query, headers=headers, **body)


def path_of(template: str, case_id: str, document: str) -> str:
    return template.removeprefix("/").format(
        application_id=case_id,
        application_batch_id=case_id,
        sha256=document,
        information_request_id=NOBODYS_REQUEST,
        measure=next(iter(MEASURES)),
        authority="flanders",
    )


def document_of(clients: ServiceClients, case: httpx.Response) -> str:
    digest: str = clients.of(Role.CASE_HANDLER).get(f"{case_path(case)}/documents").json()["items"][0]["sha256"]
    return digest


def expected_of(caller: Caller, action: Action, kind: str) -> int | None:
    """403, 404, or None for anything else."""
    match PERMISSIONS.reach(caller.role, action):
        case Reach.NONE:
            return 403
        case Reach.OWN:
            return None if caller in OWNERS[kind] else 404
        case Reach.FILED:
            return None if caller in FILERS[kind] else 404
        case Reach.AUTHORITY:
            return None if caller in OF_FLANDERS or caller is SUPERVISOR_OF_ALL else 404
        case reach:
            raise AssertionError(f"the table says {reach} of {action}: say here what that means")


def refusal_in(answer: httpx.Response) -> int | None:
    """The status if it is a refusal of the caller, after what holds for every one; None for another answer."""
    if answer.status_code not in (401, 403, 404):
        return None
    status, problem = problem_of(answer)
    assert problem == {401: "noAccessToken", 403: "missingPermission", 404: "resourceNotFound"}[status]
    return status


def test_every_route_has_an_action(program: Program, issuer: DevelopmentIssuer) -> None:
    paths = create_app(program, issuer).openapi()["paths"]
    routes = {
        (method.upper(), path.removeprefix(API_ROOT))
        for path, methods in paths.items()
        for method in methods
        if path.startswith(API_ROOT)
    }
    assert routes == {*OPEN_ROUTES, *GENERAL_ROUTES, *CASE_ROUTES, *WEBHOOK_ROUTES}


@pytest.mark.parametrize("route", CASE_ROUTES, ids=" ".join)
def test_a_route_of_a_case_is_for_whom_the_table_says(
    clients: ServiceClients, cases: Mapping[str, httpx.Response], route: tuple[str, str]
) -> None:
    (method, template), asked = route, CASE_ROUTES[route]
    found, expected = {}, {}
    for kind, case in cases.items():
        path = path_of(template, case.json()["id"], document_of(clients, case))
        for caller in EVERYBODY:
            who = f"{caller.role} {caller.subject}, a case {kind}"
            answer = sent(clients.of(caller), method, path, asked)
            found[who], expected[who] = refusal_in(answer), expected_of(caller, asked.action, kind)
            if method == "POST" and found[who] is None:
                assert problem_of(answer) == (412, "staleVersion"), who
            elif found[who] is None:
                assert answer.status_code == 200, who
    assert found == expected


@pytest.mark.parametrize("route", [*CASE_ROUTES, *GENERAL_ROUTES], ids=" ".join)
def test_a_route_that_is_not_for_anybody_needs_a_token(
    clients: ServiceClients, cases: Mapping[str, httpx.Response], route: tuple[str, str]
) -> None:
    method, template = route
    asked = {**CASE_ROUTES, **GENERAL_ROUTES}[route]
    assert PERMISSIONS.needs_token(asked.action)
    case = cases["of the employer"]
    document = document_of(clients, case)
    # given a case that is there and one that is not: nobody without a token learns which
    for case_id in (case.json()["id"], NOBODYS_ID):
        answer = sent(clients.without_token(), method, path_of(template, case_id, document), asked)
        assert problem_of(answer) == (401, "noAccessToken")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="singlePermit"'


@pytest.mark.parametrize("route", OPEN_ROUTES, ids=" ".join)
def test_a_route_for_anybody_needs_none(clients: ServiceClients, route: tuple[str, str]) -> None:
    assert not PERMISSIONS.needs_token(OPEN_ROUTES[route])
    code = "staleVersion" if "problemTypes" in route[1] else "flanders"
    path = route[1].removeprefix("/").format(list_name="authorities", code=code)
    for employer in (clients.without_token(), *(clients.of(role) for role in Role)):
        assert employer.get(path).status_code == 200


@pytest.mark.parametrize("route", [*LISTS, *LOOKUPS], ids=" ".join)
def test_a_list_is_for_whom_the_table_says(clients: ServiceClients, route: tuple[str, str]) -> None:
    method, template = route
    asked, path = {**LISTS, **LOOKUPS}[route], path_of(template, NOBODYS_ID, "")
    found, expected = {}, {}
    for caller in EVERYBODY:
        who = f"{caller.role} {caller.subject}"
        found[who] = sent(clients.of(caller), method, path, asked).status_code
        expected[who] = 403 if PERMISSIONS.reach(caller.role, asked.action) is Reach.NONE else 200
    assert found == expected


@pytest.mark.parametrize("route", BEFORE_FILING, ids=" ".join)
def test_what_is_about_no_case_is_for_everybody_with_a_token(clients: ServiceClients, route: tuple[str, str]) -> None:
    method, path = route
    for caller in EVERYBODY:
        assert PERMISSIONS.reach(caller.role, BEFORE_FILING[route].action) is Reach.ALL
        assert sent(clients.of(caller), method, path, BEFORE_FILING[route]).status_code == 200


def test_a_list_holds_what_is_within_reach_and_nothing_else(
    clients: ServiceClients, program: Program, cases: Mapping[str, httpx.Response]
) -> None:
    # given lists that have come to the end of the journal
    for runner in program.projection_runners().values():
        runner.catch_up()
    found, expected = {}, {}
    for caller in EVERYBODY:
        if PERMISSIONS.reach(caller.role, Action.QUERY_APPLICATIONS) is Reach.NONE:
            continue
        for kind, case in cases.items():
            who = f"{caller.role} {caller.subject}, a case {kind}"
            # when the case is searched by its reference
            query = {"reference": case.json()["reference"]}
            items = clients.of(caller).client.post("applications/query", json=query).json()["items"]
            # then it is found by those only who may read it
            found[who] = [each["id"] for each in items]
            readable = expected_of(caller, Action.QUERY_APPLICATIONS, kind) is None
            expected[who] = [case.json()["id"]] if readable else []
    assert found == expected


def test_figures_and_queues_are_of_ones_own_authority(clients: ServiceClients) -> None:
    for caller in EVERYBODY:
        employer, elsewhere = clients.of(caller), "wallonia"
        queue = employer.get("workQueues/flanders").status_code
        if PERMISSIONS.reach(caller.role, Action.READ_WORK_QUEUE) is Reach.NONE:
            assert queue == 403
        else:
            assert queue == (200 if caller in OF_FLANDERS or caller is SUPERVISOR_OF_ALL else 404)
        if caller in (*OF_FLANDERS, *OF_ANOTHER_AUTHORITY):
            for path in ("serviceLevels", "serviceLevels/cases"):
                refused = employer.get(f"{path}?authority={elsewhere}")
                assert problem_of(refused) == (403, "missingPermission")


def test_everybody_files_in_their_own_name_only(clients: ServiceClients) -> None:
    # given applications for an authority that takes none yet: what is within reach is refused for that alone
    found, expected = {}, {}
    for kind, (filer, body) in FILINGS.items():
        for caller in EVERYBODY:
            who = f"{caller.role} {caller.subject}, an application {kind}"
            found[who] = problem_of(clients.of(caller).file({**body, "authority": "wallonia"}))
            expected[who] = (409, "authorityNotLive") if caller == filer else (403, "missingPermission")
    assert found == expected
