"""``/cases/{id}``: one application with everything about it, and a page for each step that a form takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.http.paging import number_after
from api.http.requests import case_id_of
from api.http.responses import document_response
from api.http.uploads import Uploads
from api.pages.case.answer_page import FILES, AnswerScreen
from api.pages.case.clock_words import TIME_BY_HOLDER, ClockWords
from api.pages.case.contents import CaseWords, moment
from api.pages.case.file_page import FileScreen
from api.pages.case.lagging_overviews import overviews_of
from api.pages.case.sent_steps import fresh_key
from api.pages.case.stage_line import stage_line, status_badge
from api.pages.case.step_pages import StepScreen
from api.pages.charts.figures import csv_of
from api.pages.page_parts import Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Link, Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import FIRST_PAGES, OWN_ROLES, Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.services.cases import CaseAssessment
from api.steps import answers, documents
from api.steps.procedure import STEP_OF, is_main, possible_steps
from domain.case.lifecycle import Case
from infra.identity.caller import Role
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from projections.lists.work_queue import QueueFilter, QueueOrder

ENTRIES_ON_A_PAGE = 50

SentFields = Annotated[SentForm, Depends(sent_form)]


def case_pages(services: Services, pages: Pages, readers: Readers, uploads: Uploads) -> APIRouter:
    routes = APIRouter(prefix="/cases/{application_id}", route_class=PageRoute)
    screen = CaseScreen(services, pages, readers)
    steps = StepScreen(services, pages, readers)
    files = FileScreen(services, readers, pages, steps, uploads)
    of_answers = AnswerScreen(services, readers, pages, steps, uploads)

    @routes.get("", name="casePage")
    def case_page(request: Request, application_id: str) -> Response:
        return screen.case(request, case_id_of(application_id))

    @routes.get(f"/{TIME_BY_HOLDER}.csv", name="caseTimeByHolder")
    def time_by_holder(request: Request, application_id: str) -> Response:
        return screen.time_by_holder(request, case_id_of(application_id))

    @routes.get(f"/{documents.STEP.resource}/{{sha256}}", name="caseDocument")
    def document(request: Request, application_id: str, sha256: str) -> Response:
        return screen.document(request, case_id_of(application_id), sha256)

    @routes.post(f"/{documents.STEP.resource}", name="attachDocumentByForm")
    async def attach(request: Request, application_id: str) -> Response:
        return await files.attach(request, case_id_of(application_id))

    @routes.post(f"/{answers.STEP.resource}/{FILES}", name="attachToAnswer")
    async def attach_to_answer(request: Request, application_id: str) -> Response:
        return await of_answers.attach(request, case_id_of(application_id))

    @routes.get("/{resource}", name="caseForm")
    def case_form(request: Request, application_id: str, resource: str) -> Response:
        return steps.form(request, case_id_of(application_id), resource)

    @routes.post("/{resource}", name="sendCaseForm")
    def send_case_form(request: Request, application_id: str, resource: str, sent: SentFields) -> Response:
        return steps.send(request, case_id_of(application_id), resource, sent)

    return routes


class CaseScreen:
    """The page of one case for the signed-in reader."""

    def __init__(self, services: Services, pages: Pages, readers: Readers) -> None:
        self._services = services
        self._pages = pages
        self._readers = readers

    def case(self, request: Request, case_id: UUID) -> Response:
        """The case with everything about it, at one version.

        Raises ``NotSignedIn``, ``NotPermitted``, ``ApplicationUnknown``, and ``RequestRefused`` (400).
        """
        authorised = self._readers.authorised(request, Action.READ_APPLICATION)
        after = number_after(request.query_params)
        snapshot = self._services.cases.case(authorised, case_id)
        case, body, deadlines = snapshot.case, snapshot.file().body, snapshot.deadlines()
        page = snapshot.timeline(after=after, limit=ENTRIES_ON_A_PAGE)
        language, lists, caller = self._pages.language(request), self._readers.code_lists, authorised.caller
        words, clock_words = CaseWords(language, lists), ClockWords(language, lists)
        done = STEP_OF.get(self._readers.what_was_done(request, caller, case_id))
        assessed = self._services.cases.assessed(snapshot) if case.is_open else None
        fees = self._services.fees.of_snapshot(snapshot).fees
        return self._pages.response(
            request,
            "case.html",
            {
                "case_id": case_id,
                "body": body,
                "status": status_badge(body["status"], language, lists),
                "steps": stage_line(
                    body["stage"],
                    body["status"],
                    language,
                    admissible=case.admissible is not None,
                    work_part_decided=case.work_part is not None,
                ),
                "overview": words.overview(body),
                "renewals": self._services.renewals.around(authorised, snapshot),
                "application": words.application(body),
                "clocks": clock_words.clocks(deadlines),
                **self._next_steps(request, authorised, snapshot),
                "lagging": ", ".join(overviews_of(self._services.cases.followers_behind(snapshot), language)),
                "actor": caller.actor,
                "handler": case.handler,
                "version": snapshot.version,
                "key": fresh_key(),
                "done": "" if done is None else done.done(language),
                "next_case": self._next_case(request, authorised, case_id) if done is not None else None,
                "findings": words.findings(
                    body["findings"],
                    with_remarks=self._readers.access.may_with(caller, Action.DECIDE_WORK_PART, case),
                ),
                # Once the work part is decided, the decision has the day whose law applies.
                "readings": self._readings(assessed, words) if case.work_part is None else "",
                "checks": words.checks(body),
                "tasks": words.tasks(body),
                "documents": self._documents_shown(authorised, case, words),
                "withdrawn_documents": words.withdrawn_documents(body),
                "requests": words.requests(body),
                "open_request": case.open_request,
                "fees": words.case_fees(fees),
                "payments": words.payments(body),
                "to_pay": words.case_fees(each for each in fees if each.is_to_pay),
                "is_payer": caller.role in OWN_ROLES,
                "is_admitted": case.admissible is not None,
                "decisions": words.decisions(body),
                "figure": clock_words.time_by_holder(deadlines),
                "figure_csv": f"/cases/{case_id}/{TIME_BY_HOLDER}.csv",
                "entries": words.entries(page.entries),
                "paging": Paging(
                    previous_href=f"/cases/{case_id}#timeline" if after else None,
                    next_href=None if page.next_after is None else f"/cases/{case_id}?after={page.next_after}#timeline",
                ),
                "corrections": [
                    (
                        words.text(each.get("reason")),
                        words.actor(each.get("by")),
                        language.datetime(moment(each["correctedAt"])),
                    )
                    for each in body["corrections"]
                ],
            },
            frame=replace(self._readers.frame(request, caller, FIRST_PAGES[caller.role]), authority=body["authority"]),
        )

    def document(self, request: Request, case_id: UUID, sha256: str) -> Response:
        """A document of the case.

        Raises ``NotPermitted``, ``ApplicationUnknown``, ``DocumentUnknown``, ``DocumentWithheld``.
        """
        caller = self._readers.authorised(request, Action.READ_DOCUMENT)
        return document_response(self._services.documents.read(caller, case_id, sha256))

    def time_by_holder(self, request: Request, case_id: UUID) -> Response:
        """The figure of the same name for a spreadsheet. Raises ``NotPermitted``, ``ApplicationUnknown``."""
        caller = self._readers.authorised(request, Action.READ_DEADLINES)
        deadlines = self._services.cases.case(caller, case_id).deadlines()
        figure = ClockWords(self._pages.language(request), self._readers.code_lists).time_by_holder(deadlines)
        return Response(csv_of(figure), media_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})

    def _next_steps(self, request: Request, authorised: AuthorisedCaller, snapshot: CaseSnapshot) -> dict[str, object]:
        """What the reader can do now: nothing where the authority is not live here."""
        caller, case, today = authorised.caller, snapshot.case, self._services.cases.today
        is_live = snapshot.stream.is_live(case.facts.authority)
        language = self._pages.language(request)
        possible = possible_steps(self._services.access, caller, case, today) if is_live else ()
        actions = [(each.resource, each.title(language), is_main(each, caller, case, today)) for each in possible]
        return {"actions": actions, "is_live": is_live}

    def _next_case(self, request: Request, authorised: AuthorisedCaller, case_id: UUID) -> Link | None:
        """The most urgent other case that waits for this handler, for who is done with one."""
        caller = authorised.caller
        if caller.role is not Role.CASE_HANDLER or caller.authority is None:
            return None
        reader = self._readers.authorised(request, Action.READ_WORK_QUEUE)
        mine = QueueFilter(authority=caller.authority, handler=caller.actor, holder="region")
        found = self._services.queues.read(reader, mine, QueueOrder.DUE_DAY, limit=2, after=None)
        waiting = next((each for each in found.page.items if each.case_id != case_id), None)
        if waiting is None:
            return None
        words = self._pages.language(request).gettext("Next case that waits for you: %(case)s", case=waiting.reference)
        return Link(href=f"/cases/{waiting.case_id}", text=words)

    def _readings(self, assessed: CaseAssessment | None, words: CaseWords) -> str:
        return "" if assessed is None else words.readings(assessed.readings)

    def _documents_shown(
        self, authorised: AuthorisedCaller, case: Case, words: CaseWords
    ) -> list[tuple[str, str, int, str | None, bool]]:
        """Kind, type and size of each document; for those who may read one that was received, a link, and whether it
        was scanned for viruses."""
        readable = self._services.access.may_with(authorised.caller, Action.READ_DOCUMENT, case)
        received, scanned = self._services.documents.received(case), self._services.documents.scanned(case)
        shown = []
        for each in case.documents:
            is_linked = readable and received(each.sha256)
            link, is_scanned = (each.sha256, scanned(each.sha256)) if is_linked else (None, False)
            shown.append((words.item(each.kind), each.media_type, each.size, link, is_scanned))
        return shown
