"""Which papers an application needs, asked before it is filed. Nothing is stored."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx
import pytest

from infra.identity.caller import Role
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("nothing_is_written")]

FACTS: Final[dict[str, Any]] = {
    "authority": "flanders",
    "category": "highlySkilled",
    "filedOn": "2026-01-20",
    "filedBy": "employer",
    "renewal": False,
    "worker": {"birthDate": "1994-05-02", "nationality": "IN"},
    "employment": {"contract": "belgian"},
}
OF_A_PAPER: Final = [
    "document", "part", "required", "verdict", "condition", "provision", "article", "legalBasis", "sources",
    "confidence", "missing", "text",
]  # fmt: skip

OF_A_FEE: Final = [
    "recipient", "amount", "otherAmounts", "since", "exemption", "provision", "article", "legalBasis", "sources",
    "confidence", "reason", "missing", "text",
]  # fmt: skip


def ask(employer: ServiceClient, facts: Any) -> httpx.Response:
    return employer.client.post("checklists", json=facts)


def papers(employer: ServiceClient, **facts: Any) -> dict[str, str]:
    """The verdict on each paper."""
    answer = ask(employer, {**FACTS, **facts})
    assert answer.status_code == 200, answer.text
    return {each["document"]: each["verdict"] for each in answer.json()["documents"]}


def test_a_file_with_all_papers_is_met(employer: ServiceClient) -> None:
    needed = papers(employer)
    assert {"employmentContract", "diploma", "passport", "criminalRecordExtract"} <= needed.keys()
    assert not {"postingLetter", "mandate"} & needed.keys()
    answer = ask(employer, {**FACTS, "documents": [{"kind": each} for each in needed]})
    content = json.loads(answer.content)
    assert list(content) == [
        "verdict", "legalReferenceDate", "knownOn", "ruleSet", "documents", "fees", "reason", "missing"
    ]  # fmt: skip
    assert (content["verdict"], content["reason"], content["missing"]) == ("met", None, [])
    assert (content["legalReferenceDate"], content["knownOn"]) == ("2026-01-20", "2026-01-20")
    for paper in content["documents"]:
        assert list(paper) == OF_A_PAPER
        assert paper["required"] is True
        assert paper["verdict"] == "met"
        assert paper["sources"]
        assert paper["text"].keys() == {"nl", "fr", "de", "en"}


def test_a_paper_that_is_not_among_them_is_not_met(employer: ServiceClient) -> None:
    answer = ask(employer, {**FACTS, "documents": [{"kind": "passport"}]})
    verdicts = {each["document"]: each["verdict"] for each in answer.json()["documents"]}
    assert (verdicts["passport"], verdicts["diploma"], answer.json()["verdict"]) == ("met", "notMet", "notMet")


def test_papers_that_are_not_mentioned_leave_it_open(employer: ServiceClient) -> None:
    answer = ask(employer, FACTS).json()
    assert {each["verdict"] for each in answer["documents"]} == {"undetermined"}
    assert (answer["verdict"], answer["reason"], answer["missing"]) == ("undetermined", "factMissing", ["documents"])


def test_conditions_decide_what_is_asked(employer: ServiceClient) -> None:
    needed = papers(employer, employment={"contract": "posted"}, filedBy="representative", documents=[])
    assert {"postingLetter", "mandate"} <= needed.keys()
    assert "employmentContract" not in needed
    assert "criminalRecordExtract" not in papers(employer, worker={"birthDate": "2008-01-21", "nationality": "IN"})


def test_a_condition_on_what_is_not_stated_names_the_fact(employer: ServiceClient) -> None:
    answer = ask(employer, {**FACTS, "worker": {}, "documents": []}).json()
    (extract,) = [each for each in answer["documents"] if each["document"] == "criminalRecordExtract"]
    assert (extract["verdict"], extract["missing"]) == ("undetermined", ["worker.birthDate"])


def fees(employer: ServiceClient, **facts: Any) -> dict[str, dict[str, Any]]:
    answer = ask(employer, {**FACTS, **facts})
    assert answer.status_code == 200, answer.text
    return {each["recipient"]: each for each in answer.json()["fees"]}


def test_the_fees_say_to_whom_how_much_and_since_when(employer: ServiceClient) -> None:
    (federal,) = ask(employer, FACTS).json()["fees"]
    assert list(federal) == OF_A_FEE
    assert (federal["recipient"], federal["since"], federal["exemption"]) == ("federal", "2026-01-01", None)
    assert federal["amount"].partition(".")[0] in federal["text"]["en"]
    assert federal["text"]["nl"].endswith("het bedrag sinds 1 januari 2026.")


@pytest.mark.parametrize(
    ("facts", "exemption"),
    [
        ({"worker": {"birthDate": "1994-05-02", "nationality": "TR"}}, "nationality"),
        ({"renewal": True}, "residenceExtended"),
    ],
)
def test_whoever_is_exempt_owes_nothing_and_proves_no_payment(
    employer: ServiceClient, facts: dict[str, Any], exemption: str
) -> None:
    assert "feeProof" in papers(employer)
    assert "feeProof" not in papers(employer, **facts)
    federal = fees(employer, **facts)["federal"]
    assert (federal["amount"], federal["exemption"]) == ("0.00", exemption)


def test_what_would_exempt_and_is_not_stated_is_named(employer: ServiceClient) -> None:
    unstated = {name: value for name, value in FACTS.items() if name not in ("worker", "renewal")}
    (federal,) = ask(employer, unstated).json()["fees"]
    assert (federal["reason"], federal["missing"]) == ("factMissing", ["renewal", "worker.nationality"])


@pytest.mark.parametrize("absent", ["authority", "category"])
def test_without_authority_or_category_there_is_no_list(employer: ServiceClient, absent: str) -> None:
    answer = ask(employer, {name: value for name, value in FACTS.items() if name != absent}).json()
    assert (answer["verdict"], answer["documents"], answer["missing"]) == ("undetermined", [], [absent])


def test_a_category_whose_list_was_not_found_is_never_met(employer: ServiceClient) -> None:
    needed = papers(employer, category="clergy")
    answer = ask(employer, {**FACTS, "category": "clergy", "documents": [{"kind": each} for each in needed]}).json()
    assert (answer["verdict"], answer["reason"]) == ("undetermined", "notFound")


def test_every_role_may_ask_and_nobody_without_a_token(clients: ServiceClients) -> None:
    for role in Role:
        assert ask(clients.of(role), FACTS).status_code == 200
    assert problem_of(ask(clients.without_token(), FACTS)) == (401, "noAccessToken")


def test_a_paper_that_does_not_exist_is_refused_by_its_field(employer: ServiceClient) -> None:
    refused = ask(employer, {**FACTS, "documents": [{"kind": "passport"}, {"kind": "holiday photo"}]})
    assert problem_of(refused) == (400, "badRequest")
    assert [each["name"] for each in refused.json()["issues"]] == ["documents[1].kind"]
