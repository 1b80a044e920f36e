"""Which papers an application needs, asked before it is filed. Nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from infra.identity.caller import Role
from tests.http.counter import Counter, Counters, problem_of

pytestmark = pytest.mark.server

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


@pytest.fixture(autouse=True)
def nothing_is_written(counter: Counter) -> Iterator[None]:
    before = counter.written
    yield
    assert counter.written == before


def ask(counter: Counter, facts: Any) -> httpx.Response:
    return counter.client.post("checklists", json=facts)


def papers(counter: Counter, **facts: Any) -> dict[str, str]:
    """The verdict on each paper."""
    answer = ask(counter, {**FACTS, **facts})
    assert answer.status_code == 200, answer.text
    return {each["document"]: each["verdict"] for each in answer.json()["documents"]}


def test_a_file_with_all_papers_is_met(counter: Counter) -> None:
    needed = papers(counter)
    assert {"employmentContract", "diploma", "passport", "criminalRecordExtract"} <= needed.keys()
    assert not {"postingLetter", "mandate"} & needed.keys()
    answer = ask(counter, {**FACTS, "documents": [{"kind": each} for each in needed]})
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


def test_a_paper_that_is_not_among_them_is_not_met(counter: Counter) -> None:
    answer = ask(counter, {**FACTS, "documents": [{"kind": "passport"}]})
    verdicts = {each["document"]: each["verdict"] for each in answer.json()["documents"]}
    assert (verdicts["passport"], verdicts["diploma"], answer.json()["verdict"]) == ("met", "notMet", "notMet")


def test_papers_that_are_not_mentioned_leave_it_open(counter: Counter) -> None:
    answer = ask(counter, FACTS).json()
    assert {each["verdict"] for each in answer["documents"]} == {"undetermined"}
    assert (answer["verdict"], answer["reason"], answer["missing"]) == ("undetermined", "factMissing", ["documents"])


def test_conditions_decide_what_is_asked(counter: Counter) -> None:
    needed = papers(counter, employment={"contract": "posted"}, filedBy="representative", documents=[])
    assert {"postingLetter", "mandate"} <= needed.keys()
    assert "employmentContract" not in needed
    assert "criminalRecordExtract" not in papers(counter, worker={"birthDate": "2008-01-21", "nationality": "IN"})


def test_a_condition_on_what_is_not_stated_names_the_fact(counter: Counter) -> None:
    answer = ask(counter, {**FACTS, "worker": {}, "documents": []}).json()
    (extract,) = [each for each in answer["documents"] if each["document"] == "criminalRecordExtract"]
    assert (extract["verdict"], extract["missing"]) == ("undetermined", ["worker.birthDate"])


def fees(counter: Counter, **facts: Any) -> dict[str, dict[str, Any]]:
    answer = ask(counter, {**FACTS, **facts})
    assert answer.status_code == 200, answer.text
    return {each["recipient"]: each for each in answer.json()["fees"]}


def test_the_fees_say_to_whom_how_much_and_since_when(counter: Counter) -> None:
    (federal,) = ask(counter, FACTS).json()["fees"]
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
    counter: Counter, facts: dict[str, Any], exemption: str
) -> None:
    assert "feeProof" in papers(counter)
    assert "feeProof" not in papers(counter, **facts)
    federal = fees(counter, **facts)["federal"]
    assert (federal["amount"], federal["exemption"]) == ("0.00", exemption)


def test_what_would_exempt_and_is_not_stated_is_named(counter: Counter) -> None:
    unstated = {name: value for name, value in FACTS.items() if name not in ("worker", "renewal")}
    (federal,) = ask(counter, unstated).json()["fees"]
    assert (federal["reason"], federal["missing"]) == ("factMissing", ["renewal", "worker.nationality"])


@pytest.mark.parametrize("absent", ["authority", "category"])
def test_without_authority_or_category_there_is_no_list(counter: Counter, absent: str) -> None:
    answer = ask(counter, {name: value for name, value in FACTS.items() if name != absent}).json()
    assert (answer["verdict"], answer["documents"], answer["missing"]) == ("undetermined", [], [absent])


def test_a_category_whose_list_was_not_found_is_never_met(counter: Counter) -> None:
    needed = papers(counter, category="clergy")
    answer = ask(counter, {**FACTS, "category": "clergy", "documents": [{"kind": each} for each in needed]}).json()
    assert (answer["verdict"], answer["reason"]) == ("undetermined", "notFound")


def test_every_role_may_ask_and_nobody_without_a_token(counters: Counters) -> None:
    for role in Role:
        assert ask(counters.of(role), FACTS).status_code == 200
    assert problem_of(ask(counters.without_token(), FACTS)) == (401, "noAccessToken")


def test_a_paper_that_does_not_exist_is_refused_by_its_field(counter: Counter) -> None:
    refused = ask(counter, {**FACTS, "documents": [{"kind": "passport"}, {"kind": "holiday photo"}]})
    assert problem_of(refused) == (400, "badRequest")
    assert [each["name"] for each in refused.json()["issues"]] == ["documents[1].kind"]
