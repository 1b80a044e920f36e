"""Numbers of people and enterprises are understood as they are printed, and kept as digits."""

from __future__ import annotations

from typing import Any

import pytest

from api.composition import Program
from domain.identifiers import ssin_check_digits
from infra.identity.caller import Caller, Role
from tests.world.bodies import APPLICATION, application_body, represented
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

PRINTED = {
    "employer": {**APPLICATION["employer"], "enterpriseNumber": "BE 0202.239.951",
                 "establishmentUnitNumber": "2.123.456.791"},
    "worker": {**APPLICATION["worker"], "ssin": "85.07.30-033.28"},
}  # fmt: skip


def test_what_was_filed_as_printed_is_kept_as_digits(employer: ServiceClient, worker: ServiceClient) -> None:
    # when an employer copies the numbers from letterhead and identity card
    filed = employer.file({**application_body(), **PRINTED})
    # then the case has their digits
    read = employer.case(filed)
    assert (read["employer"]["enterpriseNumber"], read["worker"]["ssin"]) == ("0202239951", "85073003328")
    assert read["employer"]["establishmentUnitNumber"] == "2123456791"
    # and it is the case of whom the number names
    assert worker.case(filed)["reference"] == read["reference"]


def test_the_same_filing_written_otherwise_is_the_same_filing(employer: ServiceClient) -> None:
    first = employer.file(application_body(), key="printed-or-not")
    again = employer.file({**application_body(), "worker": {**APPLICATION["worker"], "ssin": "85.07.30-033.28"}},
                         key="printed-or-not")  # fmt: skip
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])


def test_a_representative_is_known_by_the_printed_number(clients: ServiceClients) -> None:
    representative = clients.of(Role.REPRESENTATIVE)
    body = represented()
    body["representative"]["enterpriseNumber"] = "BE 0206.731.645"
    filed = representative.file(body)
    assert representative.case(filed)["representative"]["enterpriseNumber"] == "0206731645"


def test_a_correction_may_be_copied_from_a_card(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file(application_body(worker__ssin=None))
    corrected = handler.change(filed, "corrections", {"reason": "nummer bekend", "worker": PRINTED["worker"]})
    assert corrected.status_code == 201
    assert employer.case(filed)["worker"]["ssin"] == "85073003328"


def test_cases_are_found_by_the_printed_numbers(
    employer: ServiceClient, handler: ServiceClient, program: Program
) -> None:
    # given a worker of whom there is no other case
    filed = employer.file(application_body(worker__ssin="85073003526"))
    for runner in program.projection_runners().values():
        runner.catch_up()
    number = {"ssin": "85 07 30 035 26"}
    for wanted in (number, {**number, "enterpriseNumber": "BE\u00a00202.239.951"}):
        found = handler.client.post("applications/query", json={**wanted, "pageSize": 100})
        assert found.status_code == 200, found.text
        assert filed.json()["id"] in [each["id"] for each in found.json()["items"]]


def test_the_register_is_asked_by_the_printed_number(employer: ServiceClient) -> None:
    looked_up = employer.client.post(
        "employerLookups", json={"authority": "flanders", "enterpriseNumber": "BE 0202.239.951"}
    )
    assert (looked_up.status_code, looked_up.json()["enterpriseNumber"]) == (200, "0202239951")


def test_facts_are_judged_with_printed_numbers(employer: ServiceClient) -> None:
    facts = {"filedOn": "2026-01-20", "authority": "flanders", "category": "highlySkilled", **PRINTED}
    assert employer.client.post("salaryChecks", json=facts).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "form"),
    [
        ({"worker__ssin": "85.07.30-033"}, "worker.ssin", "42.01.22-051.81"),
        ({"employer__enterpriseNumber": "206.731.645"}, "employer.enterpriseNumber", "BE 0403.019.261"),
        ({"employer__establishmentUnitNumber": "BE 2.123"}, "employer.establishmentUnitNumber", "2.123.456.791"),
    ],
)
def test_another_form_is_refused_with_a_right_one(
    employer: ServiceClient, changes: dict[str, Any], field: str, form: str
) -> None:
    refused = employer.file(application_body(**changes))
    assert problem_of(refused) == (400, "badRequest")
    (issue,) = refused.json()["issues"]
    assert issue["name"] == field
    assert form in issue["detail"]
    assert next(iter(changes.values())) not in refused.text


@pytest.mark.parametrize("first_nine", ["000001003", "850001001", "850700001", "002001001", "854001001"])
def test_a_worker_whose_number_gives_no_birth_date_files_and_reads(
    employer: ServiceClient, clients: ServiceClients, first_nine: str
) -> None:
    number = first_nine + ssin_check_digits(first_nine, born_from_2000=False)
    filed = employer.file(application_body(worker__ssin=number))
    assert employer.case(filed)["worker"]["ssin"] == number
    herself = clients.of(Caller(role=Role.WORKER, subject="w-1", token_id="t-8", ssin=number))
    assert herself.get(case_path(filed)).status_code == 200
