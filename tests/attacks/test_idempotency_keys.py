"""Keys of one tenant that meet those of another, and one person who uses a key in two roles."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from api.composition import Program
from infra.identity.caller import Role
from infra.identity.tenants import holder_of_keys
from tests.documents.files import pdf
from tests.identity.callers import CALLERS, ENTERPRISE, OTHER_ENTERPRISE, SSIN
from tests.projections.log_of_cases import run
from tests.world.bodies import application_body, represented, unlimited
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of

pytestmark = pytest.mark.server

HR = replace(CALLERS[Role.EMPLOYER], subject="hr")
OTHER_HR = replace(HR, enterprise_number=OTHER_ENTERPRISE, token_id="t-41")
AGENCY_HR = replace(CALLERS[Role.REPRESENTATIVE], subject="hr", token_id="t-42")
ONE_WORKER = replace(CALLERS[Role.WORKER], subject="me", token_id="t-43")
OTHER_WORKER = replace(ONE_WORKER, ssin="17073003384", token_id="t-44")


def of_other_enterprise() -> dict[str, object]:
    return application_body(employer={"enterpriseNumber": OTHER_ENTERPRISE, "name": "Andere NV"})


def test_two_employers_whose_people_have_one_name_use_one_key_each_for_themselves(clients: ServiceClients) -> None:
    # given two employers, each with somebody called hr
    one, other = clients.of(HR), clients.of(OTHER_HR)
    key = str(uuid4())
    # when both file under one key
    first, second = one.file(key=key), other.file(of_other_enterprise(), key=key)
    # then both are filed, and each gets its own again
    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json()["id"] != second.json()["id"]
    assert one.file(key=key).json() == first.json()
    assert other.file(of_other_enterprise(), key=key).json() == second.json()


def test_two_workers_too(clients: ServiceClients) -> None:
    key = str(uuid4())
    one = clients.of(ONE_WORKER).file(unlimited(), key=key)
    other = clients.of(OTHER_WORKER).file(unlimited(worker__ssin=OTHER_WORKER.ssin), key=key)
    assert [one.status_code, other.status_code] == [201, 201]


def test_one_person_with_two_roles_has_one_set_of_keys(clients: ServiceClients) -> None:
    # given somebody who works for an undertaking that files for itself, and for others by mandate
    employer, agency = clients.of(OTHER_HR), clients.of(AGENCY_HR)
    key = str(uuid4())
    filed = employer.file(of_other_enterprise(), key=key)
    assert filed.status_code == 201
    written = employer.written
    # then a key of one role is used in the other
    assert problem_of(agency.file(represented(), key=key)) == (409, "idempotencyKeyReused")
    assert employer.written == written
    # while the journal names the role in which it was done
    found = run(
        employer.program.journal_url,
        "select position('employer:hr'::bytea in envelope) > 0 from permit.journal where stream = %s and version = 1",
        filed.json()["id"],
    )
    assert found == [(True,)]


def test_a_role_that_may_not_see_a_case_learns_nothing_by_its_key(
    clients: ServiceClients, handler: ServiceClient
) -> None:
    # given a command of a handler on a case of Flanders
    filed = clients.of(HR).file()
    key = str(uuid4())
    assigned = handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}, key=key)
    assert assigned.status_code == 201
    # when somebody of the same name in another authority sends the very same
    stranger = clients.of(replace(CALLERS[Role.CASE_HANDLER], authority="brussels", token_id="t-45"))
    sent = stranger.change(filed, "assignments", {"handler": "caseHandler:handler-12"}, key=key)
    # then the case is not there, and no first answer is given
    assert problem_of(sent) == (404, "resourceNotFound")
    assert (
        handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}, key=key).json() == assigned.json()
    )


def test_a_key_of_somebody_who_is_called_alike_stops_no_upload(
    program: Program, clients: ServiceClients, employer: ServiceClient
) -> None:
    # given a command that is remembered under the bare name of role and subject, which any tenant may give its people
    one = clients.of(HR)
    filed = one.file()
    key = str(uuid4())
    other = clients.of(OTHER_HR).file(of_other_enterprise(), key=key)
    run(program.journal_url, "update permit.command set actor = 'employer:hr' where id = %s", key)
    assert other.status_code == 201
    # when the employer sends a file under the same key
    attached = one.attach(filed, pdf(), key=key)
    # then it is a command of its own, and so is its repetition
    assert attached.status_code == 201, attached.text
    again = one.attach(filed, pdf(), key=key)
    assert (again.status_code, again.json()) == (attached.status_code, attached.json())


def test_a_key_of_another_command_is_refused_for_a_file_too(clients: ServiceClients) -> None:
    # given an application that was filed under a key
    one = clients.of(HR)
    key = str(uuid4())
    filed = one.file(key=key)
    written = one.written
    # when a file is sent under it: nothing is stored, and its sender learns that the key is used
    assert problem_of(one.attach(filed, pdf(), key=key)) == (409, "idempotencyKeyReused")
    assert one.written == written


def test_no_national_number_is_in_the_name_of_a_holder() -> None:
    key = b"k" * 32
    holder = holder_of_keys(ONE_WORKER, key)
    assert SSIN not in holder
    assert holder == holder_of_keys(replace(ONE_WORKER, token_id="another"), key)
    assert holder != holder_of_keys(ONE_WORKER, b"l" * 32)
    assert holder_of_keys(HR, key) == f"{ENTERPRISE}/hr"
    assert holder_of_keys(replace(CALLERS[Role.REGULATOR], authority=None, subject="r"), key) == "*/r"
