"""The SOAP protocol of the bank: SOAP 1.1 around the CommonV3 envelope, read without entities, DTDs or guesses.

    request   informationCustomer { ticket, timestampSent, customerIdentification { cbeNumber } }, legalContext,
              criteria { inscriptionContext, the question }
    reply     informationCustomer, informationCBSS { ticketCBSS, timestampReceive, timestampReply }, legalContext,
              ssin (with canceled and replacedBy), status { value, code, description }, result, businessAnomalies
    fault     CBSSFault { informationCustomer, informationCBSS,
                          detail { severity, reasonCode, diagnostic, authorCode } }

The envelope's types are those of CommonV3 3.3; the messages around them are our own, because the bank's are not public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring  # nosec B405 # defusedxml parses; this writes

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import TypeAdapter, ValidationError

from domain.crossroads.answers import Consultation, Exchange, UnansweredReason
from domain.plain_text import is_plain
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import Operation, ReceivedReply, Shape, Value, WrittenQuestion
from infra.crossroads.reasons import failure_of_status, reason_of_code
from infra.crossroads.replies import read_number

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES: Final = "urn:single-permit:crossroads:v1"
PATH: Final = "/crossroads/soap/v1"

_LISTS: Final = frozenset({"quarters", "relations", "establishmentUnits"})
_MALFORMED: Final = UnansweredReason.MALFORMED_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapProtocol:
    """Implements :class:`~infra.crossroads.protocol.BankProtocol`; ``customer`` is the authority's own number."""

    customer: str

    def write(self, operation: Operation, consultation: Consultation, question: Mapping[str, Value]) -> WrittenQuestion:
        request = Element(f"{{{MESSAGES}}}{operation.value}Request")
        sender = SubElement(request, "informationCustomer")
        SubElement(sender, "ticket").text = consultation.ticket
        SubElement(sender, "timestampSent").text = datetime.now(UTC).isoformat(timespec="milliseconds")
        SubElement(SubElement(sender, "customerIdentification"), "cbeNumber").text = self.customer
        SubElement(request, "legalContext").text = consultation.legal_context
        criteria = SubElement(request, "criteria")
        SubElement(criteria, "inscriptionContext").text = consultation.purpose
        for name, value in question.items():
            element = SubElement(criteria, name)
            if isinstance(value, str):
                element.text = value
            else:
                for each in value:
                    SubElement(element, name.removesuffix("s")).text = each
        envelope = Element(f"{{{SOAP}}}Envelope")
        SubElement(envelope, f"{{{SOAP}}}Body").append(request)
        return WrittenQuestion(
            path=PATH,
            content=tostring(envelope, encoding="utf-8", xml_declaration=True),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{MESSAGES}/{operation.value}"',
                "BelGov-Trace-Id": consultation.trace_id,
            },
        )

    def kept_of(self, reply: ReceivedReply) -> Exchange:
        try:
            message = _message(reply.content)
        except FailedAttempt:
            return Exchange()
        code = message.findtext("status/code") or message.findtext(".//CBSSFault/detail/reasonCode")
        ticket = message.findtext(".//informationCBSS/ticketCBSS")
        return Exchange(code=_short(code, 16), ticket_cbss=_short(ticket, 36))

    def content_of(self, reply: ReceivedReply) -> XmlContent:
        if reply.status == 500:
            raise _fault(reply)
        if reply.status != 200:
            raise failure_of_status(reply)
        message = _message(reply.content)
        number = message.find("ssin")
        if number is not None and message.findtext("status/value") == "NO_RESULT":
            _refuse_number(number)
        for anomaly in message.iterfind("businessAnomalies/businessAnomaly"):
            if anomaly.findtext("severity") == "FATAL":
                raise FailedAttempt(reason_of_code(anomaly.findtext("code") or ""))
        return XmlContent(_as_reply(message))


@dataclass(frozen=True, slots=True)
class XmlContent:
    """Texts only: a number or a truth value is read from its text, as the schema has it."""

    reply: dict[str, Any]

    def read_as(self, shape: TypeAdapter[Shape]) -> Shape:
        try:
            return shape.validate_python(self.reply, strict=False)
        except ValidationError:
            raise FailedAttempt(_MALFORMED) from None


def _message(content: bytes) -> Element:
    """The one element in the body of the envelope. Raises :class:`FailedAttempt`."""
    try:
        envelope: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise FailedAttempt(_MALFORMED) from None
    body = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
        raise FailedAttempt(_MALFORMED)
    return body[0]


def _fault(reply: ReceivedReply) -> FailedAttempt:
    """What a SOAP fault says, or the bare status where there is none that can be read."""
    try:
        message = _message(reply.content)
    except FailedAttempt:
        return failure_of_status(reply)
    code = message.findtext(".//CBSSFault/detail/reasonCode")
    return failure_of_status(reply) if code is None else FailedAttempt(reason_of_code(code))


def _refuse_number(number: Element) -> None:
    """Raise what is wrong with the requested number, as its attributes have it."""
    if "replacedBy" in number.attrib:
        raise FailedAttempt(UnansweredReason.SSIN_REPLACED, replaced_by=read_number(number.attrib["replacedBy"]))
    if number.get("canceled") in {"true", "1"}:
        raise FailedAttempt(UnansweredReason.SSIN_CANCELED)


def _as_reply(message: Element) -> dict[str, Any]:
    """The reply in the shape that is read for both protocols. Raises :class:`FailedAttempt`."""
    status, result = message.find("status"), message.find("result")
    reply: dict[str, Any] = {
        "ticket": message.findtext("informationCustomer/ticket") or "",
        "ticketCbss": message.findtext("informationCBSS/ticketCBSS") or "",
        "status": {} if status is None else _value(status),
    }
    if result is not None:
        content = _value(result)
        if not isinstance(content, dict) or content.keys() & reply.keys():
            raise FailedAttempt(_MALFORMED)
        reply |= content
    return reply


def _value(element: Element) -> Any:
    """An element as a text, as a record of its parts, or as a list where its name says so."""
    if element.tag in _LISTS:
        return tuple(_value(each) for each in element)
    if not len(element):
        return element.text or ""
    parts = {each.tag: _value(each) for each in element}
    if len(parts) != len(element):
        raise FailedAttempt(_MALFORMED)
    return parts


def _short(text: str | None, longest: int) -> str | None:
    return text if text is not None and 0 < len(text) <= longest and is_plain(text) else None
