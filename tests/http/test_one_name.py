"""A person with one name only: filed, shown, corrected, found and retold like any other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.bodies import APPLICATION, application_body
from tests.world.service_clients import ServiceClient, problem_of

pytestmark = pytest.mark.server

ONE_NAME: dict[str, Any] = {name: value for name, value in APPLICATION["worker"].items() if name != "givenName"}


@pytest.mark.parametrize("given_name", [{}, {"givenName": ""}, {"givenName": "  "}])
def test_an_application_names_a_person_by_one_name(employer: ServiceClient, given_name: dict[str, Any]) -> None:
    filed = employer.file({**application_body(), "worker": {**ONE_NAME, **given_name}})
    assert filed.status_code == 201, filed.text
    assert employer.case(filed)["worker"] == ONE_NAME


def test_the_same_filing_with_the_given_name_blank_or_left_out_is_one(employer: ServiceClient) -> None:
    first = employer.file({**application_body(), "worker": ONE_NAME}, key="one-name")
    again = employer.file({**application_body(), "worker": {**ONE_NAME, "givenName": ""}}, key="one-name")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])


def test_a_given_name_that_is_none_is_taken_away(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    corrected = handler.change(filed, "corrections", {"reason": "één naam in het paspoort", "worker": ONE_NAME})
    assert corrected.status_code == 201
    assert employer.case(filed)["worker"] == ONE_NAME


def test_facts_are_judged_of_a_person_with_one_name(employer: ServiceClient) -> None:
    facts = {"filedOn": "2026-01-20", "authority": "flanders", "category": "highlySkilled", "worker": ONE_NAME}
    assert employer.client.post("salaryChecks", json=facts).status_code == 200


@pytest.mark.parametrize("family_name", [{}, {"familyName": " "}])
def test_without_any_name_there_is_no_person(employer: ServiceClient, family_name: dict[str, Any]) -> None:
    nobody = {name: value for name, value in ONE_NAME.items() if name != "familyName"}
    refused = employer.file({**application_body(), "worker": {**nobody, **family_name}})
    assert problem_of(refused) == (400, "badRequest")
    assert [each["name"] for each in refused.json()["issues"]] == ["worker.familyName"]
