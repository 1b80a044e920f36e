"""An assignment is undone by its form: offered while somebody has the case, and told in its timeline."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from domain.case.commands import AssignCase
from infra.identity.caller import Role
from tests.pages.case_service import CaseService

pytestmark = pytest.mark.server


def test_an_assignment_is_undone_with_a_reason(client: httpx.Client, service: CaseService) -> None:
    # given a case that nobody has, where there is nothing to undo
    case_id = service.filed()
    page, form = f"/cases/{case_id}?lang=en", f"/cases/{case_id}/assignmentWithdrawals"
    session = {"Cookie": f"session={service.token(Role.CASE_HANDLER)}"}
    assert form not in client.get(page, headers=session).text
    # and that is given to the wrong colleague
    service.does(case_id, AssignCase(handler="caseHandler:h-2"))
    assert form in client.get(page, headers=session).text
    # when the form is sent, first without a reason
    sent = {"key": str(uuid4()), "version": str(service.program.journal.read(case_id).version), "reason": ""}
    assert client.post(form, data=sent, headers=session).status_code == 400
    assert client.post(form, data=sent | {"reason": "Wrong colleague."}, headers=session).status_code == 303
    # then the case waits for a handler again
    case = service.program.journal.read(case_id).case
    assert case is not None
    assert case.handler is None
    # and both stay in the timeline
    shown = client.get(page, headers=session).text
    assert "The file was assigned to case handler h-2 by case handler h-1." in shown
    assert "The assignment to case handler h-2 was undone by case handler h-1: nobody has the file now." in shown
    assert "Wrong colleague." in shown


def test_a_case_is_given_on_its_page_to_known_handlers_only(client: httpx.Client, service: CaseService) -> None:
    case_id = service.filed()
    service.does(service.filed(), AssignCase(handler="caseHandler:h-5"))
    service.catch_up()
    form = f"/cases/{case_id}/assignments"
    session = {"Cookie": f"session={service.token(Role.CASE_HANDLER)}"}
    page = client.get(f"{form}?lang=en", headers=session).text
    assert "h-5 (1 open case)" in page
    version = str(service.program.journal.read(case_id).version)
    for handler, status in (("caseHandler:nobody-knows", 400), ("caseHandler:h-5", 303)):
        sent = {"key": str(uuid4()), "version": version, "handler": handler}
        assert client.post(form, data=sent, headers=session).status_code == status
