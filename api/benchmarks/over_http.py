"""``permit bench api``: applications filed and case files read in a second, by sixteen clients.

The other side is the same service answering a question that needs no database and no token: what the server and
the clients could do at most on this machine, at this minute.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import uuid4

from api.benchmarks.load import Answered, Load, put_under, request
from api.benchmarks.served import ServedProgram, served_program
from api.http.problems import API_ROOT
from domain.codes import CONTRACT_ELEMENTS
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkReport, compare, machine
from infra.identity.caller import Role

CLIENTS: Final = 16
_FILED_A_RUN: Final = 800
_READ_A_RUN: Final = 2_000
EMPLOYER: Final = "0202239951"
_JSON: Final = {"Content_Type": "application/json"}


def bench_api(
    admin_url: str, _peer: Peer, *, filed: int = _FILED_A_RUN, read: int = _READ_A_RUN, runs: int = RUNS
) -> BenchmarkReport:
    """Both sides against one service on ``admin_url``'s server."""
    with served_program(admin_url) as served:
        token = served.token(Role.EMPLOYER, enterprise_number=EMPLOYER)
        bare = Load(
            address=served.address,
            clients=CLIENTS,
            expected=200,
            requests=(request("GET", f"{API_ROOT}/refData/holders"),) * read,
        )
        answers: dict[str, Answered] = {}

        def rate(case: str, load: Load) -> float:
            answers[case] = put_under(load)
            return answers[case].rate

        creating = compare(
            "create", "answers/s", lambda: rate("create", _filings(served, token, filed)), lambda: rate("bare", bare),
            runs=runs,
        )  # fmt: skip
        reads = _readings(served, token, read)
        reading = compare("read", "answers/s", lambda: rate("read", reads), lambda: rate("bare", bare), runs=runs)
        about = {
            **machine(admin_url),
            "runs": runs,
            "ours": f"{CLIENTS} clients; POST applications with validation, encryption and receipt; GET of a case file",
            "peer": "the same clients and service, GET refData/holders: no database, no token",
            "millisecondsP95": {case: each.p95 for case, each in answers.items()},
        }
    return BenchmarkReport(benchmark="api", machine=about, rows=(creating, reading))


def _filings(served: ServedProgram, token: str, number: int) -> Load:
    body = json.dumps(APPLICATION).encode()
    requests = tuple(
        request("POST", f"{API_ROOT}/applications?another=true", token, body, Idempotency_Key=str(uuid4()), **_JSON)
        for _ in range(number)
    )
    return Load(address=served.address, clients=CLIENTS, expected=201, requests=requests)


def _readings(served: ServedProgram, token: str, number: int) -> Load:
    """The case files that were filed, in turn, after the read models have caught up."""
    for runner in served.program.projection_runners().values():
        runner.catch_up()
    with served.program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select distinct stream from journal")
        cases = [stream for (stream,) in cursor.fetchall()]
    requests = tuple(request("GET", f"{API_ROOT}/applications/{cases[n % len(cases)]}", token) for n in range(number))
    return Load(address=served.address, clients=CLIENTS, expected=200, requests=requests)


APPLICATION: Final[dict[str, Any]] = {
    "authority": "flanders",
    "kind": "fixedTerm",
    "category": "highlySkilled",
    "procedureLanguage": "nl",
    "filedBy": "employer",
    "employer": {"enterpriseNumber": EMPLOYER, "name": "Haven NV"},
    "worker": {
        "givenName": "Ada",
        "familyName": "Lovelace",
        "birthDate": "1985-07-30",
        "nationality": "IN",
        "ssin": "85073003328",
    },
    "employment": {
        "title": "analyst",
        "start": "2027-01-01",
        "contract": "belgian",
        "contractStates": list(CONTRACT_ELEMENTS),
        "grossPay": {"amount": "65678.90", "period": "year"},
        "fullTimeEquivalent": "1.0",
        "qualificationLevel": 6,
        "workplace": {"municipalityCode": "44021"},
    },
}
