"""The CommonV3 envelope: what goes out, what comes in, and what is no answer: entities, faults, other shapes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.crossroads.answers import CheckUnanswered, EmployerOnRegister
from infra.crossroads.http_bank import HttpCrossroadsBank
from tests.crossroads.asking import under

EMPLOYER = "0202239951"
SSIN = "85073003328"
COMMON_V3 = os.environ.get("PERMIT_TEST_COMMONV3_XSD")

REPLY = """<?xml version="1.0" encoding="utf-8"?>{doctype}
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<m:employerResponse xmlns:m="urn:single-permit:crossroads:v1">
  <informationCustomer>
    <ticket>{ticket}</ticket>
    <customerIdentification><cbeNumber>0316380841</cbeNumber></customerIdentification>
  </informationCustomer>
  <informationCBSS>
    <ticketCBSS>5b7f0c9e-0d4e-4d0c-9a0d-6d1f6f0c2c11</ticketCBSS>
    <timestampReceive>2026-01-05T10:00:00Z</timestampReceive>
    <timestampReply>2026-01-05T10:00:01Z</timestampReply>
  </informationCBSS>
  <legalContext>SINGLE_PERMIT:WORK_PART</legalContext>
  <status><value>DATA_FOUND</value><code>MSG00000</code></status>
  <result><employer>
    <enterpriseNumber>0202239951</enterpriseNumber><name>{name}</name><active>true</active>
  </employer></result>
  {more}
</m:employerResponse></s:Body></s:Envelope>
"""

FAULT = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>
<faultcode>s:Server</faultcode><faultstring>-</faultstring><detail><CBSSFault>
<informationCBSS><ticketCBSS>5b7f0c9e-0d4e-4d0c-9a0d-6d1f6f0c2c11</ticketCBSS></informationCBSS>
<detail><severity>FATAL</severity><reasonCode>{code}</reasonCode><diagnostic>-</diagnostic><authorCode>-</authorCode>
</detail></CBSSFault></detail></s:Fault></s:Body></s:Envelope>"""

Opener = Callable[..., HttpCrossroadsBank]


@pytest.fixture
def soap_to_script(scripted_bank: Any, open_gateway: Opener) -> HttpCrossroadsBank:
    return open_gateway(scripted_bank.address, face="soap")


def reply(*, doctype: str = "", ticket: str = "t-1", name: str = "Haven NV", more: str = "") -> bytes:
    return REPLY.format(doctype=doctype, ticket=ticket, name=name, more=more).encode()


def reason(gateway: HttpCrossroadsBank) -> str:
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.employer(EMPLOYER, under("t-1"))
    return unanswered.value.reason.value


def test_an_answer_in_the_envelope_is_read(scripted_bank: Any, soap_to_script: HttpCrossroadsBank) -> None:
    scripted_bank.says(200, reply())

    answered = soap_to_script.employer(EMPLOYER, under("t-1"))

    assert answered.answer == EmployerOnRegister(enterprise_number=EMPLOYER, name="Haven NV", active=True)
    assert answered.exchange.code == "MSG00000"
    assert answered.exchange.ticket_cbss == "5b7f0c9e-0d4e-4d0c-9a0d-6d1f6f0c2c11"


def test_a_question_goes_out_in_the_envelope(scripted_bank: Any, soap_to_script: HttpCrossroadsBank) -> None:
    scripted_bank.says(200, reply())

    soap_to_script.employer(EMPLOYER, under("t-1"))

    [(path, headers, body)] = scripted_bank.requests
    sent = re.sub(r"<timestampSent>[^<]+</timestampSent>", "", body.decode())
    assert (path, headers["SOAPAction"]) == ("/crossroads/soap/v1", '"urn:single-permit:crossroads:v1/employer"')
    assert "<ticket>t-1</ticket>" in sent
    assert "<customerIdentification><cbeNumber>0316380841</cbeNumber></customerIdentification>" in sent
    assert "<legalContext>SINGLE_PERMIT:WORK_PART</legalContext>" in sent
    assert (
        "<criteria><inscriptionContext>WORK_PERMIT_APPLICATION</inscriptionContext>"
        "<enterpriseNumber>0202239951</enterpriseNumber></criteria>"
    ) in sent


@pytest.mark.parametrize(
    "content",
    [
        reply(doctype='<!DOCTYPE a [<!ENTITY x "Haven NV">]>', name="&x;"),
        reply(doctype='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>', name="&x;"),
        reply(doctype="<!DOCTYPE a>"),
        reply(ticket="t-2"),
        reply(more="<somethingNew/>").replace(b"<status>", b"<status><value>DATA_FOUND</value>"),
        reply(name=""),
        reply(name="x" * 201),
        reply().replace(b"<active>true</active>", b"<active>perhaps</active>"),
        reply().replace(b"<active>true</active>", b"<active>true</active><grossPay>52000.00</grossPay>"),
        reply().replace(b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap-envelope"),
        reply()[:-30],
        reply() + reply(),
        b"",
        b"<a/>",
        b'<?xml version="1.0" encoding="no-such-code"?><a/>',
    ],
)
def test_what_is_not_the_documented_answer_is_none(
    scripted_bank: Any, soap_to_script: HttpCrossroadsBank, content: bytes
) -> None:
    scripted_bank.says(200, content)
    assert reason(soap_to_script) == "malformedAnswer"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("MSG00003", "internalError"), ("MSG00013", "noAccess"), ("MSG00011", "requestRejected"), ("X", "unknownCode")],
)
def test_a_fault_is_told_by_its_code(
    scripted_bank: Any, soap_to_script: HttpCrossroadsBank, code: str, expected: str
) -> None:
    scripted_bank.says(500, FAULT.format(code=code).encode())
    with pytest.raises(CheckUnanswered) as unanswered:
        soap_to_script.employer(EMPLOYER, under("t-1"))
    assert (unanswered.value.reason, unanswered.value.exchange.code) == (expected, code)


def test_a_bare_500_is_an_internal_error(scripted_bank: Any, soap_to_script: HttpCrossroadsBank) -> None:
    scripted_bank.says(500, b"Internal Server Error")
    assert reason(soap_to_script) == "internalError"


def test_a_fatal_anomaly_is_no_answer_and_a_warning_is_none_of_our_business(
    scripted_bank: Any, soap_to_script: HttpCrossroadsBank
) -> None:
    anomaly = (
        "<businessAnomalies><businessAnomaly><code>99996</code><severity>{}</severity><description/>"
        "</businessAnomaly></businessAnomalies>"
    )
    scripted_bank.says(200, reply(more=anomaly.format("FATAL")))
    assert reason(soap_to_script) == "sourceUnavailable"
    scripted_bank.says(200, reply(more=anomaly.format("WARNING")))
    assert isinstance(soap_to_script.employer(EMPLOYER, under("t-1")).answer, EmployerOnRegister)


@pytest.mark.parametrize(
    ("content", "diagnosis"),
    [
        (b"<a", "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "without a document type"),
        (b"<a/>", "not a SOAP 1.1 envelope"),
    ],
)
def test_the_simulator_answers_what_is_no_request_with_a_fault(simulator: str, content: bytes, diagnosis: str) -> None:
    answered = httpx.post(f"{simulator}/crossroads/soap/v1", content=content, trust_env=False)
    assert answered.status_code == 500
    assert diagnosis in answered.text
    assert "<reasonCode>MSG00011</reasonCode>" in answered.text


if COMMON_V3:
    import xmlschema

    MESSAGES = Path(__file__).with_name("messages.xsd")

    def test_what_goes_over_the_wire_has_the_types_of_the_banks_own_schema(
        simulator: str, scripted_bank: Any, open_gateway: Opener
    ) -> None:
        """Only where the bank's schema is at hand: PERMIT_TEST_COMMONV3_XSD names it."""
        schema = xmlschema.XMLSchema(MESSAGES.read_text().replace("COMMON_V3", Path(COMMON_V3 or "").as_uri()))
        body = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
        # given the requests that a client sends
        scripted_bank.says(200, b"")
        soap = open_gateway(scripted_bank.address, face="soap")
        ticket = under("5b7f0c9e-0d4e-4d0c-9a0d-6d1f6f0c2c11")
        for ask in (
            lambda: soap.employer(EMPLOYER, ticket),
            lambda: soap.register(SSIN, ticket),
            lambda: soap.declared_wages(SSIN, EMPLOYER, ["2025Q1", "2025Q2"], ticket),
        ):
            with pytest.raises(CheckUnanswered):
                ask()
        # then each, and what the simulator answers to it, is as the schema has it
        from defusedxml.ElementTree import fromstring

        for _, headers, sent in list(scripted_bank.requests):
            schema.validate(fromstring(sent).find(body)[0])
            answered = httpx.post(
                f"{simulator}/crossroads/soap/v1",
                content=sent,
                headers={"Content-Type": headers["Content-Type"]},
                trust_env=False,
            )
            schema.validate(fromstring(answered.content).find(body)[0])
