"""What a form of a case sent, as the step that it takes: the same checks and commands as the interface has."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid4

from api.http.bodies import read_body
from api.http.problems import RequestRefused, unknown_information_request
from api.pages.refusals import FormFault, form_refused
from api.pages.sent_forms import SentForm
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.steps.step import Step, StepTarget
from domain.case.commands import CaseCommand, CommandContext

VERSION: Final = "version"
KEY: Final = "key"
REQUEST: Final = "request"

_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def context_of(cases: CaseService, caller: AuthorisedCaller, sent: SentForm) -> CommandContext:
    """The context of the command. Raises :class:`RequestRefused` (400) for a form that is not one of ours."""
    version, key = sent.one(VERSION), sent.one(KEY)
    try:
        key = str(UUID(key))
    except ValueError:
        key = ""
    if not key or _VERSION.fullmatch(version) is None:
        raise form_refused(FormFault.NOT_WHOLE)
    return cases.context(caller, key, expected_version=int(version))


def fresh_key() -> str:
    """The identity of one sending: a form that is sent twice is carried out once."""
    return str(uuid4())


def command_of(step: Step, case_id: UUID, sent: SentForm, body: bytes, context: CommandContext) -> CaseCommand:
    """The command in ``body``, as the form spells it.

    Raises ``InvalidInput``, and :class:`RequestRefused` (404) for an answer to an unknown request.
    """
    if step.message is None:
        raise AssertionError(f"a file is sent to {step.resource}, and no form")
    target = StepTarget(case_id=case_id, context=context, request_id=_request_of(step, sent))
    return step.message.command_of(read_body(step.message.body, body), target)


def _request_of(step: Step, sent: SentForm) -> UUID | None:
    """The request for information that the step is about, where it is about one."""
    if step.message is None or step.message.path is None:
        return None
    try:
        return UUID(sent.one(REQUEST))
    except ValueError:
        raise RequestRefused(unknown_information_request()) from None
