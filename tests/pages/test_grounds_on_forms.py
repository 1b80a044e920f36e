"""The forms of a decision let a handler choose among exactly the grounds that are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from domain.case.commands import DecideAdmissibility, RecordCrossroadsAnswer
from domain.codes import CATEGORIES
from domain.crossroads.answers import CheckKind, NoDataFound
from infra.identity.caller import Role
from tests.pages.case_service import CaseService
from tests.world.bodies import weak

ADMIT = DecideAdmissibility(outcome="admissible", motivation="in order")
NO_HISTORY = RecordCrossroadsAnswer(
    check=CheckKind.DECLARED_EMPLOYMENT, revision=1, ticket="T-1", answer=NoDataFound(), answer_sha256="00" * 32
)


@pytest.fixture(scope="module")
def handler(service: CaseService) -> Iterator[httpx.Client]:
    """What a handler's browser sends."""
    token = service.token(Role.CASE_HANDLER)
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "nl"}
    with httpx.Client(base_url=service.address, cookies={SESSION_COOKIE: token}, headers=headers, timeout=20) as client:
        yield client


def assessment(service: CaseService, case_id: UUID) -> dict[str, list[str]]:
    """What the interface tells a program of the same case."""
    headers = {"Authorization": f"Bearer {service.token(Role.CASE_HANDLER)}"}
    answer = httpx.get(f"{service.address}{API_ROOT}/applications/{case_id}/assessment", headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    told: dict[str, list[str]] = answer.json()
    return told


def hidden_of(form: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def grounds_of(form: str) -> list[str]:
    boxes = re.findall(r"<input[^>]*\bname=\"grounds\"[^>]*>", form)
    return [value for box in boxes for value in re.findall(r'\bvalue="([^"]*)"', box)]


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_work_part_of_every_category(service: CaseService, handler: httpx.Client, category: str) -> None:
    case_id = service.filed(**weak(category))
    service.does(case_id, NO_HISTORY)
    service.does(case_id, ADMIT)

    form = handler.get(f"/cases/{case_id}/workPartDecisions").text
    offered = grounds_of(form)
    assert offered == assessment(service, case_id)["supportedGrounds"]

    # a ground that is not offered is refused to whoever writes it into the form
    sent = hidden_of(form) | {"outcome": "refused", "motivation": "Daarom."}
    unsupported = handler.post(f"/cases/{case_id}/workPartDecisions", data=sent | {"grounds": "employerInactive"})
    assert unsupported.status_code == 409
    # and all that are offered are taken
    sent["key"] = str(uuid4())
    taken = handler.post(f"/cases/{case_id}/workPartDecisions", data=sent | {"grounds": offered})
    assert taken.status_code == 303, taken.text


def test_admissibility(service: CaseService, handler: httpx.Client) -> None:
    case_id = service.filed()
    form = handler.get(f"/cases/{case_id}/admissibilityDecisions").text
    offered = grounds_of(form)
    assert offered == assessment(service, case_id)["supportedInadmissibilityGrounds"]
    assert {"mandateMissing", "answerTermExpired"}.isdisjoint(offered)
    sent = hidden_of(form) | {"outcome": "inadmissible", "motivation": "Daarom.", "grounds": offered}
    taken = handler.post(f"/cases/{case_id}/admissibilityDecisions", data=sent)
    assert taken.status_code == 303, taken.text


def test_no_decision_is_offered_while_a_check_is_out(service: CaseService, handler: httpx.Client) -> None:
    case_id = service.filed(**weak("unlimited"))
    service.does(case_id, ADMIT)
    assert "workPartDecisions" not in handler.get(f"/cases/{case_id}").text
    service.does(case_id, NO_HISTORY)
    assert "workPartDecisions" in handler.get(f"/cases/{case_id}").text
