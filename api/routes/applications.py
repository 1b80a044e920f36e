"""``applications``: file, read, add proof of recruitment, decide, withdraw."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.actors import ActingRole
from api.case_representation import (
    Standing,
    Targets,
    address_of,
    assessment_content,
    case_content,
    entity_tag,
    receipt_content,
    standing_at,
    standing_content,
)
from api.composition import Program
from api.incoming_requests import Incoming, base_url, case_id_of, incoming_command, incoming_question
from api.problems import RequestRefused, unknown_application
from api.request_bodies import read_body
from domain.case.application import Application, LabourMarketEvidence
from domain.case.codes import LIVE_AUTHORITIES
from domain.case.command_checks import check_withdrawal, check_work_part
from domain.case.commands import (
    CIVIL_TIME,
    AddLabourMarketEvidence,
    CaseCommand,
    CommandContext,
    DecideWorkPart,
    Minted,
    SubmitApplication,
    WithdrawApplication,
)
from domain.case.completeness import check_application, check_evidence
from domain.case.handling import Receipt
from domain.case.lifecycle import CaseStatus
from domain.case.refusals import InputIssue, InvalidInput
from domain.deadlines.service_levels import ServiceTarget
from domain.identifiers import ApplicationReference
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json

Filing = Annotated[Incoming, Depends(incoming_command(ActingRole.EMPLOYER, changes_a_case=False))]
EmployersChange = Annotated[Incoming, Depends(incoming_command(ActingRole.EMPLOYER, changes_a_case=True))]
HandlersChange = Annotated[Incoming, Depends(incoming_command(ActingRole.CASE_HANDLER, changes_a_case=True))]
Question = Annotated[Request, Depends(incoming_question())]


def applications_routes(program: Program) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications")
    border = CaseBorder(program)

    @routes.post("", name="fileApplication")
    def file_application(incoming: Filing) -> Response:
        return border.file(incoming)

    @routes.get("/{application_id}", name="getApplication")
    def get_application(application_id: str, question: Question) -> Response:
        return border.read(case_id_of(application_id), base_url(question))

    @routes.get("/{application_id}/assessment", name="getAssessment")
    def get_assessment(application_id: str, question: Question) -> Response:
        return border.assess(case_id_of(application_id))

    @routes.post("/{application_id}/labourMarketTests", name="addLabourMarketTest")
    def add_labour_market_test(application_id: str, incoming: EmployersChange) -> Response:
        case_id, context = case_id_of(application_id), border.context(incoming)
        evidence = read_body(LabourMarketEvidence, incoming.body)
        _require_none(check_evidence(evidence, today=context.today))
        return border.change(case_id, AddLabourMarketEvidence(evidence=evidence), context, incoming.base_url)

    @routes.post("/{application_id}/workPartDecisions", name="decideWorkPart")
    def decide_work_part(application_id: str, incoming: HandlersChange) -> Response:
        case_id, context = case_id_of(application_id), border.context(incoming)
        decision = read_body(DecideWorkPart, incoming.body)
        _require_none(check_work_part(decision))
        return border.change(case_id, decision, context, incoming.base_url)

    @routes.post("/{application_id}/withdrawals", name="withdrawApplication")
    def withdraw_application(application_id: str, incoming: EmployersChange) -> Response:
        case_id, context = case_id_of(application_id), border.context(incoming)
        withdrawal = read_body(WithdrawApplication, incoming.body)
        _require_none(check_withdrawal(withdrawal))
        return border.change(case_id, withdrawal, context, incoming.base_url)

    return routes


class CaseBorder:
    """Carries requests to the program and answers them with the case as it then stood."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._targets: Targets = {authority: ServiceTarget.load(authority) for authority in LIVE_AUTHORITIES}

    def context(self, incoming: Incoming) -> CommandContext:
        return CommandContext(
            actor=incoming.actor,
            command_id=incoming.command_id,
            now=self._program.clock.now(),
            expected_version=incoming.expected_version,
        )

    def file(self, incoming: Incoming) -> Response:
        """File a new application, or answer a repetition as the first time.

        Raises what :meth:`Program.handle` raises, and :class:`InvalidInput`.
        """
        context = self.context(incoming)
        application = read_body(Application, incoming.body)
        _require_none(check_application(application, today=context.today))
        # Of the command, not of chance: a demonstration played again meets the same troubles at the bank.
        case_id = time_ordered_id(context.now, seed=f"{context.actor}/{context.command_id}")
        submit = SubmitApplication(application=application, minted=self._mint(application, context.today.year))
        receipt = self._program.handle(case_id, submit, context)
        if receipt.repeated:
            standing = standing_at(self._program.journal.read(receipt.case_id), receipt.version)
        else:
            standing = _just_filed(case_id, receipt.version, submit, context)
        return self._answer(standing, receipt, incoming.base_url)

    def change(self, case_id: UUID, command: CaseCommand, context: CommandContext, base: str) -> Response:
        """Carry out a command on a case; 200 instead of 201 when it brought nothing new.

        Raises what :meth:`Program.handle` raises.
        """
        receipt = self._program.handle(case_id, command, context)
        return self._answer(standing_at(self._program.journal.read(case_id), receipt.version), receipt, base)

    def read(self, case_id: UUID, base: str) -> Response:
        """The case file, up to the last event of its stream. Raises :class:`RequestRefused` (404)."""
        view = self._program.case_files.read(case_id)
        if view is None:
            raise RequestRefused(unknown_application())
        return _json(case_content(view, base), 200, {"ETag": entity_tag(view.version)})

    def assess(self, case_id: UUID) -> Response:
        """What the rules say of the case today. Raises :class:`RequestRefused` (404)."""
        stream = self._program.journal.read(case_id)
        if stream.version == 0:
            raise RequestRefused(unknown_application())
        today = self._program.clock.now().astimezone(CIVIL_TIME).date()
        content = assessment_content(stream, self._program.rulebook, today)
        return _json(content, 200, {"ETag": entity_tag(stream.version)})

    def _mint(self, application: Application, year: int) -> Minted:
        number = self._program.references.take()
        reference = ApplicationReference(authority=application.authority, year=year, number=number)
        subject = self._program.keys.mint(ssin=application.worker.ssin)
        return Minted(reference=str(reference), worker_subject=subject)

    def _answer(self, standing: Standing, receipt: Receipt, base: str) -> Response:
        content = standing_content(standing, self._targets, base) | receipt_content(receipt)
        headers = {"Location": address_of(standing.case_id, base), "ETag": entity_tag(standing.version)}
        return _json(content, 200 if receipt.position is None else 201, headers)


def _just_filed(case_id: UUID, version: int, submit: SubmitApplication, context: CommandContext) -> Standing:
    """What folding the new stream would give, without reading it back."""
    return Standing(
        case_id=case_id,
        version=version,
        reference=submit.minted.reference,
        authority=submit.application.authority,
        status=CaseStatus.SUBMITTED,
        filed_on=context.today,
    )


def _require_none(issues: tuple[InputIssue, ...]) -> None:
    if issues:
        raise InvalidInput(issues)


def _json(content: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(canonical_json(content), status_code=status, headers=headers, media_type="application/json")
