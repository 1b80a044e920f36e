"""``feePaymentLists``: all payments of a list are recorded or none, each once, also when that is interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.permissions import Action, Permissions
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService
from api.services.lists import ListService
from api.services.payment_lists import PaymentListService
from domain.case.commands import CaseCommand, CommandContext, RecordFeePayment
from domain.case.handling import CaseStream, Handled
from domain.case.payment_lines import LineOutcome, SentLine
from infra.identity.caller import Role
from tests.http.conftest import ServiceClients
from tests.identity.callers import CALLERS
from tests.world.bodies import FEE, application_body
from tests.world.service_clients import ServiceClient, case_path

PAID_ON = "2026-01-15"


def communication(client: ServiceClient, filed: httpx.Response) -> str:
    found: str = client.get(f"{case_path(filed)}/fees").json()["fees"][0]["structuredCommunication"]
    return found


def filed_by(employer: ServiceClient, *names: str) -> list[httpx.Response]:
    """An application for each name, which the lists have."""
    found = [employer.file(application_body(worker__familyName=name)) for name in names]
    for runner in employer.program.projection_runners().values():
        runner.catch_up()
    return found


def payment(client: ServiceClient, filed: httpx.Response, amount: str = "152.00") -> dict[str, str]:
    return {"paidOn": PAID_ON, "amount": amount, "structuredCommunication": communication(client, filed)}


def sent(handler: ServiceClient, payments: Sequence[dict[str, Any]], *, dry_run: bool = False) -> Any:
    answer = handler.client.post("feePaymentLists", json={"dryRun": dry_run, "payments": list(payments)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(answer: Any) -> list[str]:
    assert [each["line"] for each in answer["lines"]] == list(range(1, len(answer["lines"]) + 1))
    return [each["outcome"] for each in answer["lines"]]


def amounts(client: ServiceClient, filed: httpx.Response) -> list[str]:
    return [each["amount"] for each in client.case(filed)["fees"]]


def test_a_list_is_judged_first_and_then_recorded_once(employer: ServiceClient, handler: ServiceClient) -> None:
    # given two applications, of which one is paid in two parts
    one, two = filed_by(employer, "One", "Two")
    payments = [payment(employer, one), payment(employer, two, "52.00"), payment(employer, two, "100.00")]
    # when the list is judged, which is what happens unless it is said otherwise
    judged = handler.client.post("feePaymentLists", json={"payments": payments}).json()
    # then nothing is recorded
    assert (judged["inOrder"], outcomes(judged)) == (True, ["ready"] * 3)
    assert judged["lines"][0]["reference"] == one.json()["reference"]
    assert amounts(employer, one) == []
    # when it is recorded
    recorded = sent(handler, payments)
    assert (recorded["inOrder"], outcomes(recorded)) == (True, ["recorded"] * 3)
    assert (amounts(employer, one), amounts(employer, two)) == (["152.00"], ["52.00", "100.00"])
    # and sent again
    written = handler.written
    assert outcomes(sent(handler, payments)) == ["onRecord"] * 3
    assert handler.written == written


def test_where_one_line_is_at_fault_none_is_recorded(
    clients: ServiceClients, employer: ServiceClient, handler: ServiceClient
) -> None:
    good, ended = filed_by(employer, "Good", "Ended")
    of_ended = payment(employer, ended)
    assert employer.change(ended, "withdrawals", {}).status_code == 201
    line, right = payment(employer, good), communication(employer, good)
    wrong = f"{right[:-4]}{(int(right[-4]) + 1) % 10}+++"
    bad = [
        ({**line, "structuredCommunication": wrong}, "wrongCheckDigits"),
        ({**line, "structuredCommunication": "invoice 12"}, "communicationMalformed"),
        ({**line, "structuredCommunication": "+++090/9337/55493+++"}, "applicationUnknown"),
        ({**line, "amount": "0.00"}, "amountNotPossible"),
        ({**line, "paidOn": "2026-01-21"}, "dayNotPossible"),
        (line, "repeatedInTheFile"),
        (of_ended, "caseEnded"),
    ]
    written = handler.written
    found = sent(handler, [line, *(each for each, _ in bad)])
    assert (found["inOrder"], outcomes(found)) == (False, ["ready", *(outcome for _, outcome in bad)])
    assert handler.written == written
    # and to a handler of another authority the application does not exist
    brussels = clients.of(replace(CALLERS[Role.CASE_HANDLER], subject="handler-brussels", authority="brussels"))
    assert outcomes(sent(brussels, [line])) == ["applicationUnknown"]


def test_a_payment_that_was_voided_does_not_come_back(employer: ServiceClient, handler: ServiceClient) -> None:
    (filed,) = filed_by(employer, "Voided")
    payments = [payment(employer, filed)]
    assert outcomes(sent(handler, payments)) == ["recorded"]
    version = handler.case(filed)["version"]
    voided = handler.change(filed, "voidedFeePayments", {"payment": 1, "reason": "terugbetaald"}, tag=f'"{version}"')
    assert voided.status_code == 201, voided.text
    assert outcomes(sent(handler, payments)) == ["voidedBefore"]


def test_a_payment_recorded_by_hand_is_the_same_one(employer: ServiceClient, handler: ServiceClient) -> None:
    (filed,) = filed_by(employer, "Byhand")
    line = payment(employer, filed)
    by_hand = {**FEE, "paidOn": PAID_ON, "paymentReference": line["structuredCommunication"].strip("+")}
    assert handler.change(filed, "feePayments", by_hand).status_code == 201
    assert outcomes(sent(handler, [line])) == ["onRecord"]


@pytest.mark.parametrize(
    "payments", [[], [{"paidOn": PAID_ON, "amount": "1.00", "structuredCommunication": "x"}] * 501]
)
def test_a_list_that_is_empty_or_too_long_is_refused_whole(handler: ServiceClient, payments: list[Any]) -> None:
    answer = handler.client.post("feePaymentLists", json={"payments": payments})
    (issue,) = answer.json()["issues"]
    assert (answer.status_code, issue["name"], issue["type"].rsplit(":", 1)[1]) == (400, "payments", "outOfRange")


class CutOff(CaseService):
    """Ends in the middle of a list, as a process that is killed does: after ``left`` changes."""

    left = 1

    def change(
        self,
        caller: AuthorisedCaller,
        case_id: UUID,
        command: CaseCommand,
        context: CommandContext,
        *,
        known: CaseStream | None = None,
    ) -> Handled:
        if isinstance(command, RecordFeePayment):
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
        return super().change(caller, case_id, command, context, known=known)


def test_a_list_that_was_interrupted_is_sent_again_as_it_is(employer: ServiceClient, handler: ServiceClient) -> None:
    # given three applications and a list that pays them
    filed = filed_by(employer, "First", "Second", "Third")
    lines = [
        SentLine(
            number=number,
            paid_on=date.fromisoformat(PAID_ON),
            amount=Decimal("152.00"),
            communication=communication(employer, each),
        )
        for number, each in enumerate(filed, start=1)
    ]
    program, access = employer.program, Access(Permissions.load())
    caller = access.authorise(CALLERS[Role.CASE_HANDLER], Action.RECORD_FEE_PAYMENT)
    # when recording ends after the first
    cut_off = PaymentListService(program, CutOff(program, access), ListService(program))
    with pytest.raises(KeyboardInterrupt):
        cut_off.record(caller, lines)
    assert [amounts(employer, each) for each in filed] == [["152.00"], [], []]
    # then the same list records the other two, and the first counts once
    whole = PaymentListService(program, CaseService(program, access), ListService(program))
    assert [each.outcome for each in whole.record(caller, lines)] == [
        LineOutcome.ON_RECORD, LineOutcome.RECORDED, LineOutcome.RECORDED,
    ]  # fmt: skip
    assert [amounts(employer, each) for each in filed] == [["152.00"]] * 3
