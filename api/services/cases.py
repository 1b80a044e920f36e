"""Requests about one case carried to the program, and answered with the case as it then stood."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from api.composition import Program
from api.http.bodies import read_body
from api.http.case_representation import (
    Standing,
    address_of,
    assessment_content,
    case_content,
    deadlines_content,
    entity_tag,
    receipt_content,
    standing_at,
    standing_content,
)
from api.http.paging import next_page, number_after, page_size_of
from api.http.problems import RequestRefused, unknown_application
from api.http.query_values import language_if_any
from api.http.requests import AuthorisedCommand, AuthorisedQuery
from api.permissions import CaseParties
from api.services.access import Access, AuthorisedCaller
from api.words.code_lists import CodeLists
from api.words.languages import Language, Languages
from api.words.sentences.derivations import clock_title, derivation_sentence
from api.words.sentences.timeline import timeline_sentence
from domain.case.application import Application
from domain.case.commands import CaseCommand, CommandContext, CorrectCase, Minted, SubmitApplication
from domain.case.completeness import check_application
from domain.case.folding import fold
from domain.case.handling import CaseStream, Receipt
from domain.case.lifecycle import Case, CaseStatus, Stage
from domain.case.refusals import InputIssue, InvalidInput
from domain.civil_time import civil_day
from domain.identifiers import ApplicationReference
from infra.postgres.read_models.case_files import CaseFileView
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json


class CaseService:
    """What routes and pages do with cases; every method asks whether its caller may."""

    def __init__(self, program: Program, access: Access, languages: Languages, code_lists: CodeLists) -> None:
        self._program = program
        self._access = access
        self._languages = languages
        self._code_lists = code_lists

    @property
    def today(self) -> date:
        return civil_day(self._program.clock.now())

    def context(self, incoming: AuthorisedCommand) -> CommandContext:
        return CommandContext(
            actor=incoming.granted.caller.actor,
            command_id=incoming.command_id,
            now=self._program.clock.now(),
            expected_version=incoming.expected_version,
        )

    def file(self, incoming: AuthorisedCommand) -> Response:
        """File a new application, or answer a repetition as the first time.

        Raises what :meth:`Program.handle` raises, :class:`InvalidInput`, and :class:`RequestRefused` (403).
        """
        context = self.context(incoming)
        application = read_body(Application, incoming.body)
        require_none(check_application(application, today=context.today))
        self._access.require_may_file(incoming.granted, application)
        # Of the command, not of chance: a demonstration played again meets the same troubles at the bank.
        case_id = time_ordered_id(context.now, seed=f"{context.actor}/{context.command_id}")
        submit = SubmitApplication(application=application, minted=self._mint(application, context.today.year))
        receipt = self._program.handle(case_id, submit, context)
        if receipt.repeated:
            standing = standing_at(self._program.journal.read(receipt.case_id), receipt.version)
        else:
            standing = _just_filed(case_id, receipt.version, submit, context)
        return self._answer(standing, receipt, incoming.base_url)

    def change(
        self, case_id: UUID, command: CaseCommand, context: CommandContext, incoming: AuthorisedCommand
    ) -> Response:
        """Carry out a command on a case; 200 instead of 201 when it brought nothing new.

        Raises what :meth:`Program.handle` raises, and :class:`RequestRefused` (404).
        """
        receipt = self._program.handle(case_id, command, context, self._access.admission(incoming.granted))
        stream = self._program.journal.read(case_id)
        if isinstance(command, CorrectCase) and command.worker is not None and command.worker.ssin is not None:
            self._link(stream, command.worker.ssin)
        return self._answer(standing_at(stream, receipt.version), receipt, incoming.base_url)

    def case(self, case_id: UUID, granted: AuthorisedCaller) -> tuple[CaseStream, Case]:
        """The case as it stands. Raises :class:`RequestRefused` (404)."""
        stream = self._program.journal.read(case_id)
        case = fold(stream.events)
        if case is None:
            raise RequestRefused(unknown_application())
        self._access.admission(granted)(case)
        return stream, case

    def view(self, case_id: UUID, granted: AuthorisedCaller) -> CaseFileView:
        """The case file, up to the last event of its stream. Raises :class:`RequestRefused` (404)."""
        view = self._program.case_files.read(case_id)
        if view is None:
            raise RequestRefused(unknown_application())
        self._access.require_within_reach(granted, self._parties(granted, view))
        return view

    def read(self, case_id: UUID, granted: AuthorisedCaller, base_url: str) -> Response:
        view = self.view(case_id, granted)
        return json_response(case_content(view, base_url), headers={"ETag": entity_tag(view.version)})

    def assess(self, case_id: UUID, granted: AuthorisedCaller) -> Response:
        """What the rules say of the case today. Raises :class:`RequestRefused` (404)."""
        stream, case = self.case(case_id, granted)
        content = assessment_content(stream.version, case, self._program.rulebook, self.today)
        return json_response(content, headers={"ETag": entity_tag(stream.version)})

    def timeline(self, case_id: UUID, asked: AuthorisedQuery) -> Response:
        """What happened in the case, in order, a page at a time, in sentences where a language is asked.

        Raises :class:`RequestRefused` (400, 404).
        """
        language = self._language(asked)
        size, after = page_size_of(asked.parameters), number_after(asked.parameters)
        self.case(case_id, asked.granted)
        page = self._program.timelines.read(case_id, after=after, limit=size)
        if page is None:
            raise RequestRefused(unknown_application())
        address = f"{address_of(case_id, asked.base_url)}/events"
        items = [
            each if language is None else each | {"sentence": timeline_sentence(each, language, self._code_lists)}
            for each in page.entries
        ]
        return json_response(
            {"items": items, "pageSize": size, **next_page(address, asked.parameters, page.next_after)},
            headers=_said_in(language),
        )

    def deadlines(self, case_id: UUID, asked: AuthorisedQuery) -> Response:
        """The clocks of the case today, and how each comes to its last day, in sentences where a language is asked.

        Raises :class:`RequestRefused` (400, 404).
        """
        language = self._language(asked)
        self.case(case_id, asked.granted)
        view = self._program.case_files.deadlines(case_id)
        if view is None:
            raise RequestRefused(unknown_application())
        content = deadlines_content(view)
        if language is not None:
            for clock, told in zip(view.clocks, content["clocks"], strict=True):
                told["title"] = clock_title(clock.id, language, self._code_lists)
                for step, said in zip(clock.derivation, told["derivation"], strict=True):
                    said["sentence"] = derivation_sentence(step, language, self._code_lists)
        return json_response(content, headers=_said_in(language) | {"ETag": entity_tag(view.version)})

    def _language(self, asked: AuthorisedQuery) -> Language | None:
        code = language_if_any(asked.parameters)
        return None if code is None else self._languages.by_code[code]

    def _parties(self, granted: AuthorisedCaller, view: CaseFileView) -> CaseParties:
        representative = view.body.get("representative")
        ssin = granted.caller.ssin
        return CaseParties(
            authority=view.body["authority"],
            employer=view.body["employer"]["enterpriseNumber"],
            representative=None if representative is None else representative["enterpriseNumber"],
            filed_by=view.body["filedBy"],
            worker_is_caller=ssin is not None and self._program.keys.is_person(view.worker_subject, ssin),
        )

    def _mint(self, application: Application, year: int) -> Minted:
        number = self._program.references.take()
        reference = ApplicationReference(authority=application.authority, year=year, number=number)
        subject = self._program.keys.mint(ssin=application.worker.ssin)
        return Minted(reference=str(reference), worker_subject=subject)

    def _link(self, stream: CaseStream, ssin: str) -> None:
        """A number that became known later makes the case the worker's own, also when this is a repetition."""
        case = fold(stream.events)
        if case is not None:
            self._program.keys.link(case.worker_subject, ssin)

    def _answer(self, standing: Standing, receipt: Receipt, base_url: str) -> Response:
        content = standing_content(standing, self._program.clock_rules, base_url) | receipt_content(receipt)
        headers = {"Location": address_of(standing.case_id, base_url), "ETag": entity_tag(standing.version)}
        return json_response(content, 200 if receipt.position is None else 201, headers)


def _said_in(language: Language | None) -> dict[str, str]:
    return {} if language is None else {"Content-Language": language.code}


def require_none(issues: tuple[InputIssue, ...]) -> None:
    """Raises :class:`InvalidInput` when there are any."""
    if issues:
        raise InvalidInput(issues)


def json_response(content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(canonical_json(content), status_code=status, headers=headers, media_type="application/json")


def _just_filed(case_id: UUID, version: int, submit: SubmitApplication, context: CommandContext) -> Standing:
    """What folding the new stream would give, without reading it back."""
    return Standing(
        case_id=case_id,
        version=version,
        reference=submit.minted.reference,
        authority=submit.application.authority,
        category=submit.application.category,
        status=CaseStatus.SUBMITTED,
        stage=Stage.ADMISSIBILITY,
        filed_on=context.today,
        pauses=(),
        on=context.today,
    )
