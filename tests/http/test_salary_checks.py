"""What the law says of facts before anything is filed: the whole answer, and what is refused. Nothing is stored."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx
import pytest

from infra.identity.caller import Role
from tests.world.bodies import APPLICATION, CANARIES
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("nothing_is_written")]

FACTS: Final[dict[str, Any]] = {
    "authority": "flanders",
    "category": "highlySkilled",
    "filedOn": "2025-06-02",
    "employment": {"contract": "belgian", "grossPay": {"amount": "48912.00", "period": "year"}},
}

MEMBERS: Final = ["verdict", "legalReferenceDate", "knownOn", "ruleSet", "alternatives", "findings"]
OF_A_FINDING: Final = [
    "rule", "article", "legalBasis", "required", "verdict", "threshold", "unit", "observed", "difference",
    "counterfactual", "reason", "sources", "confidence", "provisions", "missing", "text",
]  # fmt: skip


def check(employer: ServiceClient, facts: Any) -> httpx.Response:
    return employer.client.post("salaryChecks", json=facts)


def with_pay(amount: str, period: str = "year", contract: str = "belgian") -> dict[str, Any]:
    return {**FACTS, "employment": {"contract": contract, "grossPay": {"amount": amount, "period": period}}}


def finding(answer: httpx.Response, rule: str) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    (found,) = [each for each in answer.json()["findings"] if each["rule"] == rule]
    return dict(found)


def test_pay_that_reaches_the_threshold_is_met(employer: ServiceClient) -> None:
    answer = check(employer, FACTS)
    assert answer.status_code == 200, answer.text
    content = json.loads(answer.content)
    assert list(content) == MEMBERS
    assert content["legalReferenceDate"] == "2025-06-02"
    assert content["ruleSet"] == employer.program.rulebook.sha256
    assert all(list(each) == OF_A_FINDING for each in content["findings"])
    assert {each["decidingDate"] for each in content["alternatives"]} == {
        "admissibleOn", "employmentStart", "decidedOn", "ongoing",
    }  # fmt: skip
    salary = finding(answer, "salaryThreshold")
    assert (salary["verdict"], salary["required"], salary["threshold"]) == ("met", True, "48912.00")
    assert (salary["unit"], salary["observed"], salary["difference"]) == ("EUR/year", "48912.00", "0.00")
    assert salary["counterfactual"] is salary["reason"] is None
    assert salary["missing"] == []
    assert salary["sources"]
    assert salary["text"].keys() == {"nl", "fr", "de", "en"}
    assert all(salary["text"].values())


def test_pay_a_cent_below_is_not_met_and_says_what_would_meet_it(employer: ServiceClient) -> None:
    answer = check(employer, with_pay("48911.99"))
    assert answer.json()["verdict"] == "notMet"
    salary = finding(answer, "salaryThreshold")
    assert (salary["verdict"], salary["difference"]) == ("notMet", "-0.01")
    assert salary["counterfactual"] == {
        "anyOf": [
            {
                "allOf": [
                    {
                        "fact": "employment.grossPay.amount",
                        "threshold": "48912.00",
                        "distance": "0.01",
                        "unit": "EUR/year",
                    }
                ]
            }
        ]
    }


def test_alternatives_stand_behind_their_finding_and_so_do_the_ways_to_meet_it(employer: ServiceClient) -> None:
    # given pay that is too low and a search on one channel only
    search = {"publications": [{"channel": "VDAB", "from": "2025-11-10", "to": "2026-01-12"}]}
    facts = {**with_pay("40000.00"), "category": "mediumSkilledOther", "filedOn": "2026-01-20",
             "labourMarketTest": search}  # fmt: skip
    answer = check(employer, facts)
    # then
    rules = [each["rule"] for each in answer.json()["findings"]]
    assert rules[:3] == ["salaryOrLabourMarketTest", "salaryThreshold", "labourMarketTest"]
    both = finding(answer, "salaryOrLabourMarketTest")
    assert (both["required"], both["verdict"]) == (True, "notMet")
    assert not finding(answer, "salaryThreshold")["required"]
    assert not finding(answer, "labourMarketTest")["required"]
    ways = [[each["fact"] for each in way["allOf"]] for way in both["counterfactual"]["anyOf"]]
    assert ways == [["employment.grossPay.amount"], ["labourMarketTest.publications.EURES"]]


@pytest.mark.parametrize(
    ("facts", "rule", "missing"),
    [
        ({"filedOn": "2025-06-02"}, "salaryThreshold", ["authority", "category"]),
        ({**FACTS, "authority": None}, "salaryThreshold", ["authority"]),
        ({**FACTS, "employment": {}}, "salaryThreshold",
         ["employment.grossPay.amount", "employment.grossPay.period", "employment.contract"]),
        ({**FACTS, "filedOn": "2026-01-20"}, "qualificationLevel", ["employment.qualificationLevel"]),
    ],
    ids=["nearly nothing", "no authority", "no pay", "no level"],
)  # fmt: skip
def test_what_is_not_stated_is_named_and_never_guessed(
    employer: ServiceClient, facts: dict[str, Any], rule: str, missing: list[str]
) -> None:
    answer = check(employer, {name: value for name, value in facts.items() if value is not None})
    found = finding(answer, rule)
    assert answer.json()["verdict"] == found["verdict"] == "undetermined"
    assert (found["reason"], found["missing"]) == ("factMissing", missing)


def test_the_law_is_asked_as_it_is_known_today(employer: ServiceClient, clock: StoppedClock) -> None:
    assert check(employer, FACTS).json()["knownOn"] == "2026-01-20"
    # given a day on which nobody knew the amount of 2025
    clock.move_to("2024-06-03")
    answer = check(employer, FACTS)
    assert answer.json()["knownOn"] == "2024-06-03"
    assert finding(answer, "salaryThreshold")["threshold"] != "48912.00"


def test_documents_do_not_enter(employer: ServiceClient) -> None:
    assert check(employer, {**FACTS, "documents": []}).json() == check(employer, FACTS).json()


def test_every_role_may_ask_and_nobody_without_a_token(clients: ServiceClients) -> None:
    for role in Role:
        assert check(clients.of(role), FACTS).status_code == 200
    assert problem_of(check(clients.without_token(), FACTS)) == (401, "noAccessToken")


def test_a_whole_application_can_be_checked_before_it_is_filed(employer: ServiceClient) -> None:
    answer = check(employer, {**APPLICATION, "filedOn": "2026-01-20"})
    assert finding(answer, "salaryThreshold")["verdict"] == "met"


def test_impossible_facts_get_issues_by_field(employer: ServiceClient) -> None:
    wrong = {
        **APPLICATION,
        "filedOn": "2026-01-20",
        "decidedOn": "2026-01-19",
        "worker": {**APPLICATION["worker"], "birthDate": "2030-07-30"},
        "employment": {"grossPay": {"amount": "-45678.90", "period": "year"}},
        "category": "astronaut",
    }
    refused = check(employer, wrong)
    assert problem_of(refused) == (400, "badRequest")
    issues = {each["name"]: each["type"].rsplit(":", 1)[-1] for each in refused.json()["issues"]}
    assert issues == {
        "category": "invalidInput",
        "employment.grossPay.amount": "outOfRange",
        "worker.birthDate": "outOfRange",
        "decidedOn": "invalidPeriod",
    }
    assert not any(each in refused.text for each in (*CANARIES, "2030-07-30"))


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({**FACTS, "bonus": "1"}, "bonus"),
        ({"authority": "flanders"}, "filedOn"),
        ({**FACTS, "filedOn": "2026-02-30"}, "filedOn"),
        (with_pay("abc"), "employment.grossPay.amount"),
        ([], "$"),
    ],
    ids=["unknown", "no day", "no such day", "no amount", "no object"],
)
def test_what_is_in_no_form_is_refused(employer: ServiceClient, facts: Any, name: str) -> None:
    refused = check(employer, facts)
    assert problem_of(refused) == (400, "badRequest")
    assert [each["name"] for each in refused.json()["issues"]] == [name]
