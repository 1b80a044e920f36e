"""Workers to whom nobody grants a permit: taken at the door, found in the assessment, refused on that ground."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.bodies import ADMISSIBLE, FEE, application_body
from tests.world.service_clients import ServiceClient, case_path, problem_of

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("changes", "ground", "said"),
    [
        ({"worker__birthDate": "2020-07-30", "worker__ssin": None}, "minimumAge", "at least 15 years"),
        ({"worker__nationality": "BE"}, "workerNationality", "(Belgium) may work in Belgium without a permit"),
        ({"worker__nationality": "PT"}, "workerNationality", "Nationals of this country (Portugal) may work"),
    ],
)
def test_what_speaks_against_the_worker_is_a_ground_of_refusal(
    employer: ServiceClient, handler: ServiceClient, changes: dict[str, Any], ground: str, said: str
) -> None:
    # given an application that meets all that is asked of the job
    filed = employer.file(
        application_body(category="highlySkilled", employment__grossPay__amount="60000.00", **changes)
    )
    assert filed.status_code == 201, filed.text
    paid = handler.change(filed, "feePayments", FEE, tag=employer.all_answered(filed))
    ready = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    # then the assessment says what speaks against the worker
    told = handler.get(f"{case_path(ready)}/assessment").json()
    assert (told["verdict"], told["unmetRequirements"]) == ("notMet", [ground])
    assert ground in told["supportedGrounds"]
    # and a program that asks before filing hears it too, in words
    facts = application_body(category="highlySkilled", employment__grossPay__amount="60000.00", **changes)
    answer = employer.client.post("salaryChecks", json={**facts, "filedOn": "2026-01-20"}).json()
    (finding,) = (each for each in answer["findings"] if each["rule"] == ground)
    assert said in finding["text"]["en"]
    # and nobody grants it, and it is refused on that ground
    granted = handler.change(ready, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(granted) == (409, "requirementNotMet")
    refused = handler.change(ready, "workPartDecisions", {"outcome": "refused", "grounds": [ground]})
    assert refused.status_code == 201, refused.text


def test_of_an_ordinary_worker_nothing_is_said(employer: ServiceClient) -> None:
    filed = employer.file(application_body(category="highlySkilled", employment__grossPay__amount="60000.00"))
    told = employer.get(f"{case_path(filed)}/assessment").json()
    assert not {"minimumAge", "workerNationality"} & {each["rule"] for each in told["findings"]}
