"""A draft is there for its owner, and for everybody else it is as absent as one that never was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from typing import Final

import pytest

from infra.identity.caller import Role
from tests.attacks.asked_routes import OF_DRAFTS
from tests.attacks.everybody import NOBODYS
from tests.documents.files import pdf
from tests.drafts.applicants import ANSWERS, PERMIT, Applicant
from tests.pages.case_service import OTHER_EMPLOYER, CaseService, case_service

pytestmark = pytest.mark.server

OF_ONE: Final = sorted(place for place in OF_DRAFTS if "{draft_id}" in place[1])
STRANGERS: Final = {
    "another employer": (Role.EMPLOYER, OTHER_EMPLOYER),
    "the same enterprise in another role": (Role.REPRESENTATIVE, "0202239951"),
    "a worker": (Role.WORKER, None),
}
MARK: Final = "Kanarievogel"
PAPER: Final = sha256(pdf()).hexdigest()
"""The digest of a document that the draft holds."""

Meet = Callable[..., Applicant]


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def meet(service: CaseService) -> Iterator[Meet]:
    with ExitStack() as there:
        yield lambda *who, **token: there.enter_context(closing(Applicant(service, *who, **token)))


@pytest.fixture
def owner(meet: Meet) -> Applicant:
    """Who has a draft with all its answers."""
    owner = meet()
    owner.begin()
    owner.answer_all({"worker": {"worker.familyName": MARK}})
    assert owner.attach(("passport", pdf())).status_code == 303
    return owner


def asked(stranger: Applicant, place: tuple[str, str], draft: str) -> tuple[int, str]:
    """Status and text of what is asked about a draft, without what is random in it and without its own address."""
    method, path = place
    address = _address(path, draft)
    if method == "GET":
        answer = stranger.client.get(address)
    else:
        answer = stranger.client.post(address, data={**ANSWERS["worker"], "version": "99"})
    text = "".join(line for line in answer.text.splitlines() if "urn:uuid" not in line)
    return answer.status_code, text.replace(draft, "")


def _address(path: str, draft: str) -> str:
    return path.replace("/drafts/{draft_id}", draft).replace("{group}", "worker").replace("{sha256}", PAPER)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_finds_no_draft_and_changes_none(owner: Applicant, meet: Meet, stranger: str) -> None:
    role, value = STRANGERS[stranger]
    other = meet(role, value=value)
    for place in OF_ONE:
        # A deletion of what is not there leads back to the list, whosever it is: nothing is there afterwards.
        found, absent = asked(other, place, owner.draft), asked(other, place, f"/drafts/{NOBODYS}")
        assert found == absent, place
        assert found[0] == (303 if place == ("POST", "/drafts/{draft_id}/deletion") else 404), place
        assert MARK not in found[1]
    assert MARK in owner.open("worker")
    assert MARK not in other.client.get("/drafts").text


def test_without_a_session_there_is_only_the_sign_in(owner: Applicant, meet: Meet) -> None:
    nobody = meet()
    nobody.client.cookies.clear()
    for method, path in sorted(OF_DRAFTS):
        address = _address(path, owner.draft)
        answer = nobody.client.request(method, address, **({"data": {"a": "b"}} if method == "POST" else {}))
        assert answer.status_code in (303, 307), address
        assert MARK not in answer.text


def test_nobody_renews_the_permit_of_another(service: CaseService, meet: Meet) -> None:
    case_id = service.filed(worker__familyName=MARK)
    stranger = meet(Role.EMPLOYER, value=OTHER_EMPLOYER)
    assert stranger.client.get(f"/drafts/new?renewalOf={case_id}").status_code == 404
    begun = stranger.begin(renewalOf=str(case_id))
    assert begun.status_code == 404
    assert MARK not in begun.text


def test_nobody_files_in_the_name_of_another(meet: Meet) -> None:
    """The number of an employer is the one in its token, whatever is sent beside."""
    employer = meet()
    employer.begin(**{"employer.enterpriseNumber": OTHER_EMPLOYER, "filedBy": "worker"})
    employer.answer_all(
        {
            "worker": {"worker.familyName": "Eigen"},
            "employer": {"employer.enterpriseNumber": OTHER_EMPLOYER, "filedBy": "representative"},
        }
    )
    filed = employer.file()
    assert filed.status_code == 303
    assert "0202239951" in employer.client.get(filed.headers["Location"].replace("/drafts/filed", "/cases")).text


def test_a_form_of_another_site_begins_nothing(owner: Applicant) -> None:
    refused = owner.client.post("/drafts", data=dict(PERMIT), headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403


@pytest.mark.parametrize("version", ["", "x", "-1", "1" * 40, "\uff11"])
def test_a_version_that_no_page_gave_is_refused(owner: Applicant, version: str) -> None:
    refused = owner.client.post(f"{owner.draft}/questions/worker", data={"version": version})
    assert refused.status_code == 400


@pytest.mark.parametrize("place", ["x", "A" * 300, "eyJhIjoxfQ"])
def test_a_place_in_the_list_that_no_page_gave_is_refused(owner: Applicant, place: str) -> None:
    assert owner.client.get("/drafts", params={"after": place}).status_code == 400
