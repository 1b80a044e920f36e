"""The assessment offers exactly the grounds that are taken, whatever category a case is of.

The other authorities, and every other state of a case, are tried on the decider itself
(`tests/case/test_every_case_can_be_decided.py`): a service over HTTP says the same of them or is not live.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.words.code_lists import CodeLists
from domain.codes import CATEGORIES
from infra.identity.caller import Role
from tests.world.bodies import ADMISSIBLE, FEE, application_body, represented, weak
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server


def ready(clients: ServiceClients, body: dict[str, Any]) -> tuple[ServiceClient, httpx.Response]:
    """The application filed, every check answered, the fee paid, declared admissible."""
    employer = clients.of(Role.WORKER if body["filedBy"] == "worker" else Role.EMPLOYER)
    handler = clients.of(Role.CASE_HANDLER)
    filed = employer.file(body)
    assert filed.status_code == 201, filed.text
    paid = handler.change(filed, "feePayments", FEE, tag=employer.all_answered(filed))
    admitted = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    assert admitted.status_code == 201, admitted.text
    return handler, admitted


def codes(name: str) -> list[str]:
    found = CodeLists.load().code_list(name)
    assert found is not None
    return list(found.codes)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_case_is_refused_on_the_grounds_offered_and_on_no_other(clients: ServiceClients, category: str) -> None:
    handler, case = ready(clients, weak(category))
    told = handler.get(f"{case_path(case)}/assessment").json()
    offered = told["supportedGrounds"]
    assert set(told["unmetRequirements"]) == set(offered) - {"other"}

    # when it is refused on everything else there is, then each of these is named as not borne, and nothing happens
    others = [ground for ground in codes("refusalGrounds") if ground not in offered]
    body = {"outcome": "refused", "grounds": others, "motivation": "Daarom."}
    refused = handler.change(case, "workPartDecisions", body)
    assert problem_of(refused) == (409, "groundNotSupported")
    assert refused.json()["detail"].startswith(f"the file does not support {', '.join(others)}; ")
    assert handler.case(case)["status"] == "admissible"
    # and what is offered is taken, as a whole
    body = {"outcome": "refused", "grounds": offered, "motivation": "Daarom."}
    taken = handler.change(case, "workPartDecisions", body)
    assert (taken.status_code, taken.json()["status"]) == (201, "decidedRefused")
    assert handler.case(case)["workPart"]["grounds"] == offered


def test_each_requirement_alone_is_a_ground(clients: ServiceClients) -> None:
    """The level of the function was none, and a case that fell short of nothing else could not be decided at all."""
    body = application_body(
        category="highlySkilled", employment__qualificationLevel=2, employment__grossPay__amount="90000"
    )
    handler, case = ready(clients, body)
    told = handler.get(f"{case_path(case)}/assessment").json()
    assert told["unmetRequirements"] == ["qualificationLevel"]
    assert told["supportedGrounds"] == ["qualificationLevel", "other"]
    assert problem_of(handler.change(case, "workPartDecisions", {"outcome": "granted"})) == (409, "requirementNotMet")
    taken = handler.change(case, "workPartDecisions", {"outcome": "refused", "grounds": ["qualificationLevel"]})
    assert (taken.status_code, taken.json()["status"]) == (201, "decidedRefused")


def test_a_code_that_is_no_ground_is_invalid_and_not_merely_unsupported(clients: ServiceClients) -> None:
    handler, case = ready(clients, application_body())
    refused = handler.change(case, "workPartDecisions", {"outcome": "refused", "grounds": ["feeNotPaid"]})
    (issue,) = refused.json()["issues"]
    assert (refused.status_code, issue["name"]) == (400, "grounds[0]")


@pytest.mark.parametrize(
    ("body", "shown"), [(application_body(), ["feeNotPaid"]), (represented(), ["feeNotPaid", "mandateMissing"])]
)
def test_an_application_is_inadmissible_on_the_grounds_offered_and_on_no_other(
    clients: ServiceClients, body: dict[str, Any], shown: list[str]
) -> None:
    handler = clients.of(Role.CASE_HANDLER)
    filer = clients.of(Role.REPRESENTATIVE if "representative" in body else Role.EMPLOYER)
    filed = filer.file(body)
    tag = filer.all_answered(filed)
    offered = handler.get(f"{case_path(filed)}/assessment").json()["supportedInadmissibilityGrounds"]
    assert offered == [*shown, "fileIncomplete", "authorityNotCompetent", "other"]

    others = [ground for ground in codes("inadmissibilityGrounds") if ground not in offered]
    for ground in others:
        decision = {"outcome": "inadmissible", "grounds": [ground], "motivation": "Daarom."}
        refused = handler.change(filed, "admissibilityDecisions", decision, tag=tag)
        assert problem_of(refused) == (409, "groundNotSupported")
    decision = {"outcome": "inadmissible", "grounds": offered, "motivation": "Daarom."}
    taken = handler.change(filed, "admissibilityDecisions", decision, tag=tag)
    assert (taken.status_code, taken.json()["status"]) == (201, "inadmissible")
