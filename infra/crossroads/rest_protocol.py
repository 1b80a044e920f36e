"""The REST protocol of the bank after the Belgif guide: JSON in the body of a POST, problems as problem+json.

Identifiers travel in the body: an address ends up in logs. What is wrong with a person's number is a problem too
(``urn:problem-type:cbss:input-validation:replacedSsin`` and its kin).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domain.crossroads.answers import Consultation, Exchange, UnansweredReason
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import Operation, ReceivedReply, Shape, Value, WrittenQuestion
from infra.crossroads.reasons import failure_of_status, problem_of
from infra.crossroads.replies import Envelope, read_number

_PATHS: Final = {
    Operation.EMPLOYER: "/crossroads/v1/employers/query",
    Operation.PERSON: "/crossroads/v1/persons/query",
    Operation.DECLARED_WAGES: "/crossroads/v1/declaredWages/query",
    Operation.DECLARED_EMPLOYMENT: "/crossroads/v1/declaredEmployments/query",
    Operation.REGISTRATION: "/crossroads/v1/registrations",
}

_OF_A_NUMBER: Final = {
    "urn:problem-type:belgif:input-validation:unknownSsin": UnansweredReason.SSIN_UNKNOWN,
    "urn:problem-type:cbss:input-validation:replacedSsin": UnansweredReason.SSIN_REPLACED,
    "urn:problem-type:cbss:input-validation:canceledSsin": UnansweredReason.SSIN_CANCELED,
}


class RestProtocol:
    """Implements :class:`infra.crossroads.protocol.BankProtocol`."""

    def write(self, operation: Operation, consultation: Consultation, question: Mapping[str, Value]) -> WrittenQuestion:
        body = {
            "ticket": consultation.ticket,
            "legalContext": consultation.legal_context,
            "purpose": consultation.purpose,
            **question,
        }
        return WrittenQuestion(
            path=_PATHS[operation],
            content=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json, application/problem+json",
                "BelGov-Trace-Id": consultation.trace_id,
            },
        )

    def kept_of(self, reply: ReceivedReply) -> Exchange:
        try:
            envelope = _ENVELOPE.validate_json(reply.content)
        except ValidationError:
            return Exchange()
        return Exchange(code=envelope.status.code, ticket_cbss=envelope.ticket_cbss)

    def content_of(self, reply: ReceivedReply) -> JsonContent:
        if reply.status == 200:
            return JsonContent(reply.content)
        for issue in problem_of(reply).issues if reply.status == 400 else ():
            reason = _OF_A_NUMBER.get(issue.type)
            if reason is not None:
                replaced = reason is UnansweredReason.SSIN_REPLACED
                raise FailedAttempt(reason, replaced_by=read_number(issue.replaced_by) if replaced else None)
        raise failure_of_status(reply)


@dataclass(frozen=True, slots=True)
class JsonContent:
    """Read strictly: a number is a number and a text a text."""

    content: bytes

    def read_as(self, shape: TypeAdapter[Shape]) -> Shape:
        try:
            return shape.validate_json(self.content)
        except ValidationError:
            raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER) from None


_ENVELOPE: Final = TypeAdapter(Envelope)
