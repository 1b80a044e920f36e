"""The bank's questions over SOAP 1.1 in its CommonV3 envelope; a request that is not one is answered by a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring  # nosec B405 # defusedxml parses; this writes

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from infra.crossroads.simulator.bank import PersonStatus
from infra.crossroads.simulator.questions import CRITERIA
from infra.crossroads.simulator.rest_protocol import TraceId, transport_trouble
from infra.crossroads.simulator.service_desk import BankAnswer, Question, ServiceDesk, ticket_of_bank
from infra.crossroads.simulator.troubles import Trouble

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_MESSAGES: Final = "urn:single-permit:crossroads:v1"
_OWN_NUMBER: Final = "0244640631"  # the Crossroads Bank for Social Security in the enterprise register
_NO_TICKET: Final = "00000000-0000-0000-0000-000000000000"


class _NotARequest(Exception):
    """The text is the bank's diagnosis; it quotes nothing."""


def soap_routes(desk: ServiceDesk) -> APIRouter:
    """The route of `/crossroads/soap/v1` over this desk."""
    routes = APIRouter(prefix="/crossroads/soap")

    @routes.post("/v1")
    async def ask(request: Request, trace_id: TraceId = None) -> Response:
        received_at = datetime.now(UTC)
        try:
            message, question = _read(await request.body())
        except _NotARequest as why:
            return _fault("MSG00011", str(why), received_at)
        trouble = await desk.received(question)
        if trouble is not None:
            return _troubled(desk, trouble, message, question, received_at, trace_id)
        return _response(desk.answer(question), message, question, received_at)

    return routes


def _read(content: bytes) -> tuple[Element, Question]:
    """The message of a request and the question it puts. Raises :class:`_NotARequest`."""
    try:
        envelope: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise _NotARequest("the request is not well-formed XML without a document type") from None
    body = envelope.find(f"{{{_SOAP}}}Body")
    if envelope.tag != f"{{{_SOAP}}}Envelope" or body is None or len(body) != 1:
        raise _NotARequest("the request is not a SOAP 1.1 envelope with one message")
    message = body[0]
    operation = message.tag.removeprefix(f"{{{_MESSAGES}}}").removesuffix("Request")
    criteria = message.find("criteria")
    ticket = message.findtext("informationCustomer/ticket")
    if operation not in CRITERIA or criteria is None or not ticket or len(ticket) > 36:
        raise _NotARequest("the message, its ticket or its criteria are not among those documented")
    if not message.findtext("legalContext") or not criteria.findtext("inscriptionContext"):
        raise _NotARequest("the legal context and the inscription context are mandatory")
    given = {
        each.tag: [item.text or "" for item in each] if len(each) else each.text or ""
        for each in criteria
        if each.tag != "inscriptionContext"
    }
    try:
        checked = CRITERIA[operation].model_validate(given)
    except ValidationError as wrong:
        names = ", ".join(sorted({str(each["loc"][0]) for each in wrong.errors(include_input=False) if each["loc"]}))
        raise _NotARequest(f"the criteria are not as documented: {names}") from None
    values = checked.model_dump(mode="json", by_alias=True)
    return message, Question(operation=operation, ticket=ticket, criteria=values)


def _troubled(
    desk: ServiceDesk,
    trouble: Trouble,
    message: Element,
    question: Question,
    received_at: datetime,
    trace_id: str | None,
) -> Response:
    same_everywhere = transport_trouble(desk, trouble, trace_id)
    if same_everywhere is not None:
        return same_everywhere
    match trouble:
        case Trouble.SOURCE_UNAVAILABLE:
            return _response(BankAnswer(value="NO_RESULT", code="99996"), message, question, received_at)
        case Trouble.INTERNAL_ERROR:
            return _fault("MSG00003", "internal error", received_at, message)
        case Trouble.DUPLICATE_ANSWER:
            once = bytes(_response(desk.answer(question), message, question, received_at).body)
            return _xml(once + once)
        case _:
            wrong = BankAnswer(value="DATA_FOUND", code="MSG00000", content={"person": {"grossPay": "52000.00"}})
            return _response(wrong, message, question, received_at)


def _response(answer: BankAnswer, message: Element, question: Question, received_at: datetime) -> Response:
    response = Element(f"{{{_MESSAGES}}}{question.operation}Response")
    response.append(_required(message, "informationCustomer"))
    _add_own_information(response, question.ticket, received_at)
    response.append(_required(message, "legalContext"))
    if "ssin" in question.criteria:
        number = SubElement(response, "ssin")
        number.text = question.criteria["ssin"]
        number.attrib.update(_state_of(answer))
    status = SubElement(response, "status")
    for name, text in (("value", answer.value), ("code", answer.code), ("description", answer.description)):
        SubElement(status, name).text = text
    if answer.content:
        _add(SubElement(response, "result"), answer.content)
    return _xml(_in_envelope(response))


def _state_of(answer: BankAnswer) -> dict[str, str]:
    if answer.number is PersonStatus.REPLACED and answer.replaced_by is not None:
        return {"replacedBy": answer.replaced_by}
    return {"canceled": "true"} if answer.number is PersonStatus.CANCELED else {}


def _fault(code: str, diagnosis: str, received_at: datetime, message: Element | None = None) -> Response:
    fault = Element(f"{{{_SOAP}}}Fault")
    SubElement(fault, "faultcode").text = "soap:Server" if message is not None else "soap:Client"
    SubElement(fault, "faultstring").text = diagnosis
    fault_detail = SubElement(SubElement(fault, "detail"), "CBSSFault")
    ticket = _NO_TICKET
    if message is not None:
        fault_detail.append(_required(message, "informationCustomer"))
        ticket = message.findtext("informationCustomer/ticket") or ticket
    _add_own_information(fault_detail, ticket, received_at)
    detail = SubElement(fault_detail, "detail")
    for name, text in (
        ("severity", "FATAL"),
        ("reasonCode", code),
        ("diagnostic", diagnosis),
        ("authorCode", _OWN_NUMBER),
    ):
        SubElement(detail, name).text = text
    return _xml(_in_envelope(fault), status=500)


def _add_own_information(parent: Element, ticket: str, received_at: datetime) -> None:
    own = SubElement(parent, "informationCBSS")
    SubElement(own, "ticketCBSS").text = ticket_of_bank(ticket)
    SubElement(own, "timestampReceive").text = received_at.isoformat(timespec="milliseconds")
    SubElement(own, "timestampReply").text = datetime.now(UTC).isoformat(timespec="milliseconds")


def _add(parent: Element, content: Mapping[str, Any]) -> None:
    """The content's parts as elements; the items of a list are named in the singular."""
    for name, value in content.items():
        element = SubElement(parent, name)
        if isinstance(value, Mapping):
            _add(element, value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for item in value:
                _add(SubElement(element, name.removesuffix("s")), item)
        else:
            element.text = str(value).lower() if isinstance(value, bool) else str(value)


def _required(message: Element, name: str) -> Element:
    found = message.find(name)
    if found is None:
        raise AssertionError(f"{name} was checked when the request was read")
    return found


def _in_envelope(content: Element) -> bytes:
    envelope = Element(f"{{{_SOAP}}}Envelope")
    SubElement(envelope, f"{{{_SOAP}}}Body").append(content)
    written: bytes = tostring(envelope, encoding="utf-8", xml_declaration=True)
    return written


def _xml(content: bytes, *, status: int = 200) -> Response:
    return Response(content, status_code=status, media_type="text/xml; charset=utf-8")
