"""Operations, who monitor terms in figures, and what a work queue could tell them of whose cases these are."""

from __future__ import annotations

import pytest

from infra.identity.caller import Role
from tests.identity.callers import ENTERPRISE
from tests.world.service_clients import ServiceClient, ServiceClients

pytestmark = pytest.mark.server

PATHS = ("workQueues/flanders?pageSize=100", "serviceLevels", "serviceLevels/cases?pageSize=100&authority=flanders")


def test_the_queue_names_the_employer_to_those_who_may_read_the_file_only(
    clients: ServiceClients, employer: ServiceClient, handler: ServiceClient
) -> None:
    # given an open case in the queue
    filed = employer.file()
    for runner in employer.program.projection_runners().values():
        runner.catch_up()
    mine = {each["caseId"]: each for each in handler.get(PATHS[0]).json()["items"]}[filed.json()["id"]]
    assert mine["employerNumber"] == ENTERPRISE
    # then operations see the same case, and not whose it is
    watching = clients.of(Role.OPERATIONS)
    theirs = {each["caseId"]: each for each in watching.get(PATHS[0]).json()["items"]}[filed.json()["id"]]
    assert theirs == {name: value for name, value in mine.items() if name != "employerNumber"}
    # nor anywhere else
    for path in PATHS:
        answer = watching.get(path)
        assert answer.status_code in (200, 400), path
        assert ENTERPRISE not in answer.text
