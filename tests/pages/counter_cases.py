"""Applications as an employer's counter shows them: granted, represented, with a request."""

from typing import Any
from uuid import UUID, uuid4

from domain.case.commands import (
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    RequestInformation,
    VerifyMandate,
)
from tests.pages.case_service import CaseService

REPRESENTATIVE = "0206731645"
BIG_EMPLOYER = "0409536968"


def granted(service: CaseService, **changes: Any) -> UUID:
    """A case in which the permit was granted today."""
    case_id = service.filed(**changes)
    grant(service, case_id)
    return case_id


def grant(service: CaseService, case_id: UUID) -> None:
    """Decide on a case, up to the permit."""
    for command in (
        DecideAdmissibility(outcome="admissible", motivation="De betaling werd nagekeken."),
        DecideWorkPart(outcome="granted", motivation="Nagekeken."),
        ForwardToImmigrationOffice(),
        DecideResidencePart(outcome="granted"),
    ):
        service.does(case_id, command)


def represented(service: CaseService, *, valid: bool | None = None, **changes: Any) -> UUID:
    """A case filed by the employer's representative; ``valid`` is what was found of the mandate."""
    mandate = {"enterpriseNumber": REPRESENTATIVE, "mandateReference": "MAND-2025-17"}
    case_id = service.filed(filedBy="representative", representative=mandate, **changes)
    if valid is not None:
        service.does(case_id, VerifyMandate(valid=valid))
    return case_id


def with_request(service: CaseService, **changes: Any) -> UUID:
    """A case whose applicant is asked for a diploma."""
    case_id = service.filed(**changes)
    request = RequestInformation(request_id=uuid4(), items=("diploma", "payDetails"), question="Where is the diploma?")
    service.does(case_id, request)
    return case_id
