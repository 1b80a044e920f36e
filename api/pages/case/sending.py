"""Carries what a form sent to the case: the same checks, commands and permissions as the interface has."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid4

from fastapi import Request

from api.http.bodies import read_body
from api.http.problems import BAD_REQUEST, Problem, RequestRefused, unknown_information_request
from api.http.requests import AuthorisedCommand, base_url
from api.http.routes.case_changes import InformationAnswer
from api.pages.sent_forms import SentForm
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService, require_none
from api.steps.changes import CHANGES
from domain.case.command_checks import check_answer
from domain.case.commands import ProvideInformation

VERSION: Final = "version"
KEY: Final = "key"
REQUEST: Final = "request"

_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CHANGES: Final = {each.resource: each for each in CHANGES}


def incoming_of(request: Request, granted: AuthorisedCaller, sent: SentForm, body: bytes) -> AuthorisedCommand:
    """What a program would have sent. Raises :class:`RequestRefused` (400) for a form that is not one of ours."""
    version, key = sent.one(VERSION), sent.one(KEY)
    try:
        key = str(UUID(key))
    except ValueError:
        key = ""
    if not key or _VERSION.fullmatch(version) is None:
        raise RequestRefused(
            Problem(type=BAD_REQUEST, detail="The form lacks its hidden fields: open it anew and send it again.")
        )
    return AuthorisedCommand(
        body=body, granted=granted, command_id=key, expected_version=int(version), base_url=base_url(request)
    )


def fresh_key() -> str:
    """The identity of one sending: a form that is sent twice is carried out once."""
    return str(uuid4())


def carry_change(border: CaseService, case_id: UUID, resource: str, incoming: AuthorisedCommand) -> None:
    """Raises ``InvalidInput``, ``CommandRefused``, and :class:`RequestRefused` (404)."""
    change, context = _CHANGES[resource], border.context(incoming)
    body = read_body(change.body, incoming.body)
    require_none(change.issues(body, context.today))
    border.change(case_id, change.command(body, case_id, context), context, incoming)


def carry_answer(border: CaseService, case_id: UUID, request_id: str, incoming: AuthorisedCommand) -> None:
    """Raises ``InvalidInput``, ``CommandRefused``, and :class:`RequestRefused` (404)."""
    try:
        asked = UUID(request_id)
    except ValueError:
        raise RequestRefused(unknown_information_request()) from None
    sent = read_body(InformationAnswer, incoming.body)
    answer = ProvideInformation(request_id=asked, answer=sent.answer, documents=sent.documents)
    require_none(check_answer(answer))
    border.change(case_id, answer, border.context(incoming), incoming)
