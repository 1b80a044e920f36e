"""``applicationBatches``: what a program sends together is judged as one by one, and filed once, all or nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.composition import Program
from api.permissions import Permissions
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.cases import CaseService
from infra.identity.caller import Role
from tests.http.conftest import ServiceClients
from tests.world.bodies import application_body
from tests.world.service_clients import ServiceClient, problem_of

pytestmark = pytest.mark.server


def body(*names: str, **changes: Any) -> dict[str, Any]:
    name = names[0] if names else f"Werknemer {uuid4()}"
    return application_body(worker__ssin=None, worker__familyName=name, **changes)


def without_nulls(applications: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for each in applications:
        each["worker"].pop("ssin", None)
    return applications


def send(
    client: ServiceClient, *applications: dict[str, Any], dry_run: bool = False, key: str | None = None
) -> httpx.Response:
    return client.client.post(
        "applicationBatches",
        json={"dryRun": dry_run, "applications": without_nulls(list(applications))},
        headers={"Idempotency-Key": key or str(uuid4())},
    )


def file_all(program: Program) -> None:
    access = Access(Permissions.load())
    batches = ApplicationBatchService(program, access, CaseService(program, access))
    while batches.file_some():
        pass


def outcomes(answer: httpx.Response) -> list[str]:
    return [each["outcome"] for each in answer.json()["rows"]]


def test_applications_are_judged_and_nothing_is_kept_unless_it_is_asked_for(employer: ServiceClient) -> None:
    poor = body(category="highlySkilled", employment__grossPay__amount="12345.60")
    answer = employer.client.post(
        "applicationBatches",
        json={"applications": without_nulls([body(), poor])},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["rows"]
    assert (first["row"], first["outcome"], first["verdict"]) == (1, "ready", "met")
    assert (second["verdict"], second["decidedBy"]) == ("notMet", ["salaryThreshold"])
    assert "id" not in answer.json()


def test_what_is_sent_is_filed_in_the_background_and_followed(employer: ServiceClient) -> None:
    answer = send(employer, body(), body())
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "filing"
    place = answer.headers["Location"]
    assert employer.client.get(place).json()["state"] == "filing"
    file_all(employer.program)
    done = employer.client.get(place)
    assert (done.json()["state"], outcomes(done)) == ("done", ["filed", "filed"])
    for row in done.json()["rows"]:
        file = employer.client.get(row["href"]).json()
        assert file["reference"] == row["reference"]


def test_the_verdict_is_that_of_a_salary_check(employer: ServiceClient) -> None:
    sent = body(category="highlySkilled", employment__grossPay__amount="12345.60")
    (row,) = send(employer, sent, dry_run=True).json()["rows"]
    without_nulls([sent])
    checked = employer.client.post("salaryChecks", json={**sent, "filedOn": employer.program.today.isoformat()})
    assert row["verdict"] == checked.json()["verdict"]


def test_sent_again_under_its_key_it_is_one_batch(employer: ServiceClient) -> None:
    key, sent = str(uuid4()), [body(), body()]
    first, again = send(employer, *sent, key=key), send(employer, *sent, key=key)
    assert first.headers["Location"] == again.headers["Location"]
    file_all(employer.program)
    after = send(employer, *sent, key=key)
    assert (after.headers["Location"], after.json()["state"]) == (first.headers["Location"], "done")
    # and another list under the same key is refused
    assert problem_of(send(employer, body(), key=key)) == (409, "idempotencyKeyReused")


def test_with_one_at_fault_none_is_filed_and_every_fault_is_named(employer: ServiceClient) -> None:
    wrong = body(employment__start="2026-03-01", employment__end="2026-02-01")
    unknown = body(category="nursery")
    answer = send(employer, body(), wrong, unknown)
    assert answer.status_code == 400
    assert [each["name"] for each in answer.json()["issues"]] == [
        "applications[1].employment.end",
        "applications[2].category",
    ]


def test_what_stands_in_the_way_is_said_at_its_row_and_none_is_filed(employer: ServiceClient) -> None:
    of_another = body(employer__enterpriseNumber="0409536968")
    elsewhere = body(authority="brussels", employment__workplace__municipalityCode="21004")
    answer = send(employer, body(), of_another, elsewhere, body("Dubbel"), body("Dubbel"))
    assert answer.status_code == 200
    assert outcomes(answer) == ["ready", "refused", "refused", "ready", "faulty"]
    rows = answer.json()["rows"]
    assert [each.get("reason") for each in rows[1:3]] == ["notPermitted", "authorityNotLive"]
    assert rows[4]["sameAs"] == 4


@pytest.mark.parametrize("number", [0, 501])
def test_none_or_one_too_many_is_refused(employer: ServiceClient, number: int) -> None:
    answer = send(employer, *[body("Zelfde") for _ in range(number)], dry_run=True)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["name"] == "applications"


def test_as_many_as_a_batch_takes_fit_one_request(employer: ServiceClient) -> None:
    answer = send(employer, *[body() for _ in range(500)], dry_run=True)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["rows"]) == 500


def test_a_batch_is_its_owners(clients: ServiceClients, employer: ServiceClient) -> None:
    place = send(employer, body()).headers["Location"]
    assert problem_of(clients.of(Role.REPRESENTATIVE).client.get(place)) == (404, "resourceNotFound")
    assert problem_of(clients.of(Role.WORKER).client.get(place)) == (403, "missingPermission")
    nobodys = place.rpartition("/")[0] + f"/{uuid4()}"
    assert problem_of(employer.client.get(nobodys)) == (404, "resourceNotFound")
    file_all(employer.program)
