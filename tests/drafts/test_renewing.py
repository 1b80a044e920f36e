"""A renewal names the application whose permit it renews: shown on both, and judged like whoever may read both."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.case.events import ApplicationSubmitted
from infra.identity.caller import Role
from tests.drafts.applicants import ANSWERS, Applicant, Meet, case_of, heading_of
from tests.pages.case_service import EMPLOYER, OTHER_EMPLOYER, CaseService
from tests.world.bodies import application_body

pytestmark = pytest.mark.server

OTHER_SSIN = "93051822361"


def renewed(applicant: Applicant, case_id: UUID, **permit: str) -> None:
    """A draft that renews the permit of a case, with what changes answered."""
    begun = applicant.begin(renewalOf=str(case_id), renewal="true", **permit)
    assert begun.status_code == 303, begun.text
    applicant.save("employer", ANSWERS["employer"])
    days = {"employment.start": "01/03/2028", "employment.end": "28/02/2030"}
    assert applicant.save("job", {**ANSWERS["job"], **days}).status_code == 303


def filed_by_program(service: CaseService, **changes: Any) -> httpx.Response:
    """A filing over the interface, by the employer."""
    return httpx.post(
        f"{service.address}/rest/singlePermit/v1/applications",
        json=application_body(**changes),
        headers={"Authorization": f"Bearer {service.token(Role.EMPLOYER, 'hr-1')}", "Idempotency-Key": str(uuid4())},
        trust_env=False,
        timeout=20,
    )


def test_a_renewal_is_linked_to_its_predecessor_on_both_pages(service: CaseService, applicant: Applicant) -> None:
    # given a permit
    before = service.filed(worker__familyName="Schakel")
    # when it is renewed
    renewed(applicant, before)
    after = UUID(case_of(applicant.file()))
    service.catch_up()
    # then the event, the file and both pages say so
    (submitted, *_) = service.program.journal.events_of(after)
    assert isinstance(submitted, ApplicationSubmitted)
    assert submitted.renewal_of == before
    assert service.file(after).body["renewalOf"] == str(before)
    reference_before, reference_after = (service.file(each).body["reference"] for each in (before, after))
    assert f'Renews the permit of <a href="/cases/{before}">{reference_before}</a>' in page_of(applicant, after)
    assert f'Its permit is renewed by <a href="/cases/{after}">{reference_after}</a>' in page_of(applicant, before)


def test_who_may_read_one_of_the_two_is_told_nothing_of_the_other(
    service: CaseService, applicant: Applicant, meet: Meet
) -> None:
    # given a permit for which the employer filed, and a renewal that a representative filed
    before = service.filed(worker__familyName="Gescheiden")
    representative = {"enterpriseNumber": OTHER_EMPLOYER, "mandateReference": "M-1"}
    after = service.filed(
        filedBy="representative",
        representative=representative,
        worker__familyName="Gescheiden",
        renewal=True,
        renewalOf=str(before),
    )
    service.catch_up()
    stranger = meet(Role.REPRESENTATIVE, value=OTHER_EMPLOYER)
    page = page_of(stranger, after)
    assert "Renews the permit of" not in page
    assert str(before) not in page
    # the employer reads both, and so does the authority of both
    assert str(before) in page_of(applicant, after)
    assert str(after) in page_of(meet(Role.CASE_HANDLER), before)
    elsewhere = meet(Role.CASE_HANDLER, value="brussels")
    assert elsewhere.client.get(f"/cases/{before}").status_code == 404


def page_of(reader: Applicant, case_id: UUID) -> str:
    answer = reader.client.get(f"/cases/{case_id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_permit_of_another_is_as_absent_as_one_that_never_was(service: CaseService) -> None:
    foreign = service.filed(employer__enterpriseNumber=OTHER_EMPLOYER, worker__familyName="Vreemd")
    answers = [
        filed_by_program(service, renewal=True, renewalOf=str(each), worker__familyName=f"Zoek{number}")
        for number, each in enumerate((foreign, uuid4()))
    ]
    assert [each.status_code for each in answers] == [400, 400]
    told = [{key: value for key, value in each.json().items() if key != "instance"} for each in answers]
    assert told[0] == told[1]
    assert "renewalOf" in answers[0].text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"renewal": False}, "only a renewal names the application that it renews"),
        ({"renewal": True, "changeOfEmployer": True}, "who changes employer applies for the first time"),
        ({"renewal": True, "worker__ssin": OTHER_SSIN}, "is not of this worker"),
    ],
)
def test_what_is_no_renewal_of_that_permit_is_refused_with_why(
    service: CaseService, changes: dict[str, Any], sentence: str
) -> None:
    before = service.filed(worker__familyName="Ander")
    refused = filed_by_program(service, renewalOf=str(before), **changes)
    assert refused.status_code == 400, refused.text
    assert sentence in refused.text


def test_a_filing_is_repeated_whatever_has_become_of_the_permit(service: CaseService) -> None:
    before = service.filed(worker__familyName="Herhaald")
    key = str(uuid4())

    def filed() -> httpx.Response:
        return httpx.post(
            f"{service.address}/rest/singlePermit/v1/applications",
            json=application_body(renewal=True, renewalOf=str(before), worker__familyName="Herhaald"),
            headers={"Authorization": f"Bearer {service.token(Role.EMPLOYER, 'hr-1')}", "Idempotency-Key": key},
            trust_env=False,
            timeout=20,
        )

    first = filed()
    assert first.status_code == 201, first.text
    service.erase(before)
    assert filed().json()["id"] == first.json()["id"]


def test_a_draft_of_a_renewal_whose_worker_was_changed_says_so_before_filing(
    service: CaseService, applicant: Applicant
) -> None:
    before = service.filed(worker__familyName="Verwisseld")
    renewed(applicant, before)
    applicant.save("worker", {**ANSWERS["worker"], "worker.ssin": OTHER_SSIN, "worker.birthDate": "18/05/1993"})
    refused = applicant.file()
    assert (refused.status_code, heading_of(refused)) == (400, "Check your answers")
    assert "This is no renewal of that permit" in refused.text
    # and as a first application it is filed without that permit
    permit = {"authority": "flanders", "category": "nurse", "procedureLanguage": "nl", "renewal": "false"}
    assert applicant.save("permit", permit).status_code == 303
    case_id = UUID(case_of(applicant.file()))
    assert "renewalOf" not in service.file(case_id).body
    assert service.file(case_id).body["employer"]["enterpriseNumber"] == EMPLOYER
