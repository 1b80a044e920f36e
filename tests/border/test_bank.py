"""The Crossroads Bank: a reply with a text that nothing behind it can hold is unreadable, and is never recorded."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from domain.crossroads.answers import CheckKind, DeclaredWages, EmployerOnRegister, UnansweredReason
from infra.crossroads import replies
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import Content, ReceivedReply
from infra.crossroads.rest_protocol import JsonContent, RestProtocol
from infra.crossroads.soap_protocol import SoapProtocol, XmlContent
from tests.border.unreadable import LAID_OUT, UNREADABLE, placed
from tests.consumers.check_counter import CheckCounter

TICKET, SSIN, EMPLOYER = "t-1", "85073003328", "0202239951"
ADDRESS = {"street": "Kaai", "houseNumber": "1 A", "postalCode": "9000", "municipality": "Gent",
           "municipalityCode": "44021"}  # fmt: skip
FOUND = {
    "ticket": TICKET,
    "ticketCbss": "ticket of the bank",
    "status": {"value": "DATA_FOUND", "code": "MSG00000", "description": "found"},
}
REPLIES: dict[str, tuple[type[BaseModel], dict[str, Any], Callable[[Content], Any]]] = {
    "employer": (
        replies._EmployerReply,
        FOUND
        | {
            "employer": {
                "enterpriseNumber": EMPLOYER,
                "name": "Haven NV",
                "active": True,
                "address": ADDRESS,
                "activity": {"code": "52220", "description": "Diensten"},
                "foundedOn": "2001-02-03",
                "hasStaff": True,
                "hasDebts": False,
                "establishmentUnits": [{"number": "2000000339", "name": "Kaai 1", "address": ADDRESS}],
            }
        },
        lambda content: replies.read_employer(content, TICKET, EMPLOYER),
    ),
    "person": (
        replies._PersonReply,
        FOUND | {"person": {"ssin": SSIN}},
        lambda content: replies.read_person(content, TICKET, SSIN),
    ),
    "wages": (
        replies._WagesReply,
        FOUND
        | {"declaration": {"enterpriseNumber": EMPLOYER, "quarters": [{"quarter": "2025Q1", "grossEuroCents": 1}]}},
        lambda content: replies.read_wages(content, TICKET, EMPLOYER, ["2025Q1"]),
    ),
    "employment": (
        replies._EmploymentReply,
        FOUND
        | {
            "employment": {
                "relations": [{"enterpriseNumber": EMPLOYER, "beginDate": "2020-01-01", "endDate": "2021-01-01"}]
            }
        },
        lambda content: replies.read_employment(content, TICKET, date(2020, 1, 1), date(2026, 1, 1)),
    ),
    "registration": (
        replies._RegistrationReply,
        FOUND | {"registration": {"action": "register"}},
        lambda content: replies.read_registration(content, TICKET, replies.Registering.REGISTER),
    ),
}
every_reply = pytest.mark.parametrize("kind", REPLIES)
every_text = pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())


def as_json(reply: dict[str, Any]) -> Content:
    return JsonContent(json.dumps(reply).encode())


def as_xml(reply: dict[str, Any]) -> Content:
    """As the SOAP face hands it on, lists as tuples: most such texts cannot be written in XML at all."""
    return XmlContent({name: _tuples(part) for name, part in reply.items()})


def _tuples(part: Any) -> Any:
    if isinstance(part, list):
        return tuple(map(_tuples, part))
    return {name: _tuples(each) for name, each in part.items()} if isinstance(part, dict) else part


def texts_in(whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for step, part in parts:
        if isinstance(part, str):
            yield (*path, step)
        yield from texts_in(part, (*path, step))


def with_text(reply: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    changed = part = deepcopy(reply)
    *parents, last = path
    for step in parents:
        part = part[step]
    part[last] = text
    return changed


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        waiting = [field.annotation]
        while waiting:
            hint = waiting.pop()
            waiting += get_args(hint)
            if isinstance(hint, type) and issubclass(hint, BaseModel):
                yield from fields_of(hint)


def names_in(whole: Any) -> Iterator[str]:
    for part in whole.values() if isinstance(whole, dict) else whole if isinstance(whole, list) else ():
        yield from names_in(part)
    if isinstance(whole, dict):
        yield from whole


@every_reply
def test_every_field_of_a_reply_is_tried_here(kind: str) -> None:
    model, reply, read = REPLIES[kind]
    assert set(names_in(reply)) == set(fields_of(model))
    read(as_json(reply))
    read(as_xml(reply))


@every_reply
@every_text
@pytest.mark.parametrize("written", [as_json, as_xml])
def test_no_field_of_a_reply_takes_it(kind: str, text: str, written: Callable[[Any], Content]) -> None:
    _, reply, read = REPLIES[kind]
    for path in texts_in(reply):
        with pytest.raises(FailedAttempt) as failed:
            read(written(with_text(reply, path, text)))
        assert failed.value.reason is UnansweredReason.MALFORMED_ANSWER, path


def test_what_the_bank_says_to_people_may_have_lines() -> None:
    _, reply, read = REPLIES["person"]
    read(as_json(with_text(reply, ("status", "description"), LAID_OUT)))
    with pytest.raises(FailedAttempt):
        read(as_json(with_text(reply, ("status", "code"), "MSG\n00000")))


@every_text
def test_nothing_of_it_is_kept_in_the_log_of_consultations(text: str) -> None:
    for path in (("status", "code"), ("ticketCbss",)):
        content = json.dumps(with_text(FOUND, path, text)).encode()
        kept = RestProtocol().kept_of(ReceivedReply(status=200, retry_after=None, content=content))
        assert text not in (kept.code, kept.ticket_cbss)
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r><informationCBSS>'
        f"<ticketCBSS>{text}</ticketCBSS></informationCBSS><status><code>{text}</code></status></r></s:Body></s:Envelope>"
    )
    content = envelope.encode("utf-8", "surrogatepass")
    kept = SoapProtocol(customer=EMPLOYER).kept_of(ReceivedReply(status=200, retry_after=None, content=content))
    assert (kept.code, kept.ticket_cbss) == (None, None)


@pytest.mark.server
@every_text
def test_an_answer_that_the_log_cannot_hold_is_asked_for_again_and_stops_nobody(
    counter: CheckCounter, text: str
) -> None:
    # given a bank whose gateway lets a text through that it should not have
    answers = {
        CheckKind.EMPLOYER_REGISTER: [each.value for each in placed(EmployerOnRegister, str, text)],
        CheckKind.DECLARED_WAGES: [each.value for each in placed(DeclaredWages, str, text)],
    }
    for check, bad in answers.items():
        for answer in bad:
            case = counter.first() if check is CheckKind.EMPLOYER_REGISTER else counter.renewal()
            counter.add_work(case, check.value)
            before = counter.names(case)
            counter.bank.replies = deque([answer] if check is CheckKind.EMPLOYER_REGISTER else [None, answer])
            # when it answers
            counter.work_off()
            # then nothing is recorded, and the question waits as after any unreadable answer
            assert counter.names(case) == before
            assert counter.ask("select last_error from check_work where case_id = %s", case) == [("malformedAnswer",)]
            # and the next answer counts
            counter.ahead += timedelta(minutes=5)
            counter.work_off()
            assert "CrossroadsCheckAnswered" in counter.names(case)


@pytest.mark.server
def test_a_bank_that_never_says_anything_else_becomes_a_task_for_a_person(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, CheckKind.EMPLOYER_REGISTER.value)
    unreadable = EmployerOnRegister(enterprise_number=EMPLOYER, name="Haven\x00NV", active=True)
    counter.bank.replies = deque([unreadable] * 1_000)
    for _ in range(200):
        counter.work_off()
        if not counter.case(case).pending_checks:
            break
        counter.ahead += timedelta(minutes=1)
    assert [task.reason for task in counter.case(case).manual_tasks] == ["malformedAnswer"]
