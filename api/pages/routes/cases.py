"""``/cases/{id}``: one application with everything about it, and a page for each way to change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.composition import Program
from api.http.case_representation import assessment_content
from api.http.paging import number_after
from api.http.problems import NOT_FOUND, Problem, RequestRefused, problem_of, unknown_application
from api.http.requests import case_id_of
from api.pages.case.actions import ANSWER, DOCUMENT, action_of, possible_actions
from api.pages.case.contents import TIME_BY_HOLDER, CaseWords, moment
from api.pages.case.form_catalogue import CORRECTABLE, WORKER, FormMaterial, form_for, form_title
from api.pages.case.forms import CaseForm, CaseFormWords, body_of, errors_of
from api.pages.case.lagging_overviews import overviews_of
from api.pages.case.sending import KEY, REQUEST, VERSION, carry_answer, carry_change, fresh_key, incoming_of
from api.pages.case.stage_line import stage_line, status_badge
from api.pages.charts.figures import csv_of
from api.pages.kept_forms import kept_form
from api.pages.page_parts import Choice, FieldError, Paging
from api.pages.page_route import PageRoute, problem_explained, problem_heading
from api.pages.rendering import Pages
from api.pages.sent_files import SentFile, chunks_of
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import FIRST_PAGES, Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.documents import DocumentIntake
from domain.case.admissibility import open_points
from domain.case.decision import readings_at_decision
from domain.case.document_rules import DocumentRefused
from domain.case.fees import fee_standings
from domain.case.handling import CaseStream
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, InvalidInput, Reason, StaleVersion
from domain.codes import DOCUMENT_KINDS
from infra.postgres.read_models.parked_streams import followers_behind

ENTRIES_ON_A_PAGE = 50
DONE_PARAMETER = "done"
PART_PARAMETER = "part"

Form = Annotated[SentForm, Depends(sent_form)]


def cases_pages(program: Program, pages: Pages, readers: Readers, border: CaseService) -> APIRouter:
    routes = APIRouter(prefix="/cases/{application_id}", route_class=PageRoute)
    screen = CaseScreen(program, pages, readers, border)

    @routes.get("", name="casePage")
    def case_page(request: Request, application_id: str) -> Response:
        return screen.case(request, case_id_of(application_id))

    @routes.get(f"/{TIME_BY_HOLDER}.csv", name="caseTimeByHolder")
    def time_by_holder(request: Request, application_id: str) -> Response:
        return screen.time_by_holder(request, case_id_of(application_id))

    @routes.get(f"/{DOCUMENT}/{{sha256}}", name="caseDocument")
    def document(request: Request, application_id: str, sha256: str) -> Response:
        return screen.document(request, case_id_of(application_id), sha256)

    @routes.post(f"/{DOCUMENT}", name="attachDocumentByForm")
    def attach(request: Request, application_id: str) -> Response:
        return screen.attach(request, case_id_of(application_id))

    @routes.get("/{resource}", name="caseForm")
    def case_form(request: Request, application_id: str, resource: str) -> Response:
        return screen.form(request, case_id_of(application_id), resource)

    @routes.post("/{resource}", name="sendCaseForm")
    def send_case_form(request: Request, application_id: str, resource: str, sent: Form) -> Response:
        return screen.send(request, case_id_of(application_id), resource, sent)

    return routes


class CaseScreen:
    """The pages of one case for whoever is signed in."""

    def __init__(self, program: Program, pages: Pages, readers: Readers, border: CaseService) -> None:
        self._program = program
        self._pages = pages
        self._readers = readers
        self._border = border
        self._documents = DocumentIntake(program, border)

    def case(self, request: Request, case_id: UUID) -> Response:
        """The case with everything about it. Raises ``NotSignedIn`` and ``RequestRefused`` (400, 403, 404)."""
        granted = self._readers.granted(request, Action.READ_APPLICATION)
        after = number_after(request.query_params)
        stream, case = self._border.case(case_id, granted)
        body = self._border.view(case_id, granted).body
        deadlines = self._program.case_files.deadlines(case_id)
        page = self._program.timelines.read(case_id, after=after, limit=ENTRIES_ON_A_PAGE)
        if deadlines is None or page is None:
            raise RequestRefused(unknown_application())
        language, lists = self._pages.language(request), self._readers.code_lists
        words, form_words = CaseWords(language, lists), CaseFormWords(language, lists)
        is_live = stream.is_live(case.facts.authority)
        actions = possible_actions(self._readers, granted.caller, case, self._border.today) if is_live else ()
        done = request.query_params.get(DONE_PARAMETER, "")
        lagging = overviews_of(followers_behind(self._program.readers, case_id), language)
        clocks = words.clocks(deadlines)
        here = FIRST_PAGES[granted.caller.role]
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
                "application": words.application(body),
                "clocks": clocks,
                "actions": [(each, form_title(each.resource, form_words)) for each in actions],
                "is_live": is_live,
                "lagging": ", ".join(lagging),
                "actor": granted.caller.actor,
                "handler": case.handler,
                "version": stream.version,
                "key": fresh_key(),
                "done": form_title(done, form_words) if action_of(done) is not None else "",
                "findings": words.findings(
                    body["findings"],
                    with_remarks=self._readers.may_with(granted.caller, Action.DECIDE_WORK_PART, case),
                ),
                # Once the work part is decided, the decision says by which day's law.
                "readings": self._readings(case, words) if case.is_open and case.work_part is None else "",
                "checks": words.checks(body),
                "tasks": words.tasks(body),
                "documents": self._documents_shown(granted, case, words),
                "requests": words.requests(body),
                "open_request": case.open_request,
                # What an ended case owed is of no use to anybody: its worker may have been erased meanwhile.
                "fees": words.fees(fee_standings(case, self._program.rulebook, self._border.today))
                if case.is_open
                else (),
                "decisions": words.decisions(body),
                "figure": words.time_by_holder(deadlines),
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
            surroundings=replace(
                self._readers.surroundings(request, granted.caller, here), authority=body["authority"]
            ),
        )

    def form(self, request: Request, case_id: UUID, resource: str) -> Response:
        """The form, to be filled in. Raises ``RequestRefused`` (403, 404)."""
        granted = self._readers.granted(request, _action(resource))
        part = request.query_params.get(PART_PARAMETER, WORKER)
        if part not in CORRECTABLE:
            raise RequestRefused(Problem(type=NOT_FOUND, detail="A case has no such part."))
        return self._form_page(request, case_id, granted, resource, part=part)

    def send(self, request: Request, case_id: UUID, resource: str, sent: SentForm) -> Response:
        """Carry out what the form says, and lead to the case; or show the form again with what is wrong.

        A form that was kept while its writer signed in again is shown as it was, and not carried out.
        """
        granted = self._readers.granted(request, _action(resource))
        kept = kept_form(sent)
        part = (kept or sent).one(PART_PARAMETER) or WORKER
        if part not in CORRECTABLE:
            raise RequestRefused(Problem(type=NOT_FOUND, detail="A case has no such part."))
        if kept is not None:
            return self._form_page(request, case_id, granted, resource, part=part, sent=kept, came_back=True)
        _, case = self._border.case(case_id, granted)
        form = self._form(request, case_id, granted, case, resource, part)
        try:
            incoming = incoming_of(request, granted, sent, body_of(form, sent))
            if resource == ANSWER:
                carry_answer(self._border, case_id, sent.one(REQUEST), incoming)
            else:
                carry_change(self._border, case_id, resource, incoming)
        except InvalidInput as why:
            errors = errors_of(form, why.issues, self._pages.language(request))
            return self._form_page(request, case_id, granted, resource, part=part, sent=sent, errors=errors)
        except CommandRefused as why:
            if why.reason is Reason.APPLICATION_UNKNOWN:
                raise
            return self._form_page(request, case_id, granted, resource, part=part, sent=sent, refused=why)
        return _led_on(case_id, resource)

    def attach(self, request: Request, case_id: UUID) -> Response:
        """Store the file that the form sends; or show the form again with what is wrong."""
        granted = self._readers.granted(request, Action.ATTACH_DOCUMENT)
        self._border.case(case_id, granted)
        file = SentFile(request.headers.get("Content-Type", ""), chunks_of(request.stream()))
        sent = file.fields()
        language = self._pages.language(request)
        missing = []
        if sent.one("kind") not in DOCUMENT_KINDS:
            missing.append(FieldError(field="kind", text=language.gettext("Say what the document is.")))
        if file.media_type is None:
            missing.append(FieldError(field="file", text=language.gettext("Choose a file.")))
        if missing or file.media_type is None:
            file.drain()
            return self._form_page(request, case_id, granted, DOCUMENT, sent=sent, errors=tuple(missing))
        incoming = incoming_of(request, granted, sent, b"")
        try:
            self._documents.take(case_id, incoming, sent.one("kind"), file.media_type, file.content(), announced=None)
        except (DocumentRefused, CommandRefused) as why:
            file.drain()
            return self._form_page(request, case_id, granted, DOCUMENT, sent=sent, refused=why)
        return _led_on(case_id, DOCUMENT)

    def document(self, request: Request, case_id: UUID, sha256: str) -> Response:
        """A document of the case. Raises ``RequestRefused`` (403, 404), ``DocumentUnknown``, ``DocumentWithheld``."""
        granted = self._readers.granted(request, Action.READ_DOCUMENT)
        _, case = self._border.case(case_id, granted)
        return self._documents.hand_out(case, sha256)

    def time_by_holder(self, request: Request, case_id: UUID) -> Response:
        """The figure of the same name for a spreadsheet. Raises ``RequestRefused`` (403, 404)."""
        granted = self._readers.granted(request, Action.READ_DEADLINES)
        self._border.case(case_id, granted)
        deadlines = self._program.case_files.deadlines(case_id)
        if deadlines is None:
            raise RequestRefused(unknown_application())
        figure = CaseWords(self._pages.language(request), self._readers.code_lists).time_by_holder(deadlines)
        return Response(csv_of(figure), media_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})

    def _form(
        self, request: Request, case_id: UUID, granted: AuthorisedCaller, case: Case, resource: str, part: str
    ) -> CaseForm:
        words = CaseFormWords(self._pages.language(request), self._readers.code_lists)
        view = self._program.case_files.read(case_id)
        documents = CaseWords(self._pages.language(request), self._readers.code_lists)
        material = FormMaterial(
            case=case,
            body={} if view is None else view.body,
            actor=granted.caller.actor,
            today=self._border.today,
            part=part,
            rulebook=self._program.rulebook,
            documents=tuple(
                Choice(value=each.sha256, text=f"{documents.item(each.kind)} ({each.sha256[:8]})")
                for each in case.documents
            ),
        )
        return form_for(resource, words, material)

    def _form_page(
        self,
        request: Request,
        case_id: UUID,
        granted: AuthorisedCaller,
        resource: str,
        *,
        part: str = WORKER,
        sent: SentForm | None = None,
        errors: tuple[FieldError, ...] = (),
        refused: Exception | None = None,
        came_back: bool = False,
    ) -> Response:
        """The form, with the case as it stands now; what somebody typed stays."""
        stream, case = self._border.case(case_id, granted)
        form = self._form(request, case_id, granted, case, resource, part)
        language, lists = self._pages.language(request), self._readers.code_lists
        words = CaseWords(language, lists)
        problem = None if refused is None else problem_of(refused)
        assessed = assessment_content(stream.version, case, self._program.rulebook, self._border.today)
        asked = case.open_request
        return self._pages.response(
            request,
            "case_form.html",
            {
                "case_id": case_id,
                "reference": case.reference,
                "form": form if sent is None else form.kept(sent),
                "action": f"/cases/{case_id}/{resource}",
                "hidden": {
                    # What was typed against an older case is sent against this one only by a reader who has seen it.
                    VERSION: str(stream.version) if sent is None or refused else sent.one(VERSION),
                    KEY: fresh_key(),
                    PART_PARAMETER: part,
                    REQUEST: "" if asked is None else str(asked.request_id),
                },
                "errors": errors,
                "heading": "" if problem is None else problem_heading(self._readers, language, problem),
                "explained": "" if problem is None else problem_explained(self._readers, language, problem),
                "detail": "" if problem is None else problem.detail,
                "meanwhile": self._meanwhile(stream, refused, words),
                "possible": any(
                    each.resource == resource
                    for each in possible_actions(self._readers, granted.caller, case, self._border.today)
                ),
                "came_back": came_back,
                "is_file": resource == DOCUMENT,
                "is_correction": resource == "corrections",
                "parts_of_case": CORRECTABLE,
                "part": part,
                "reply_by": asked.reply_by if asked is not None and resource == ANSWER else None,
                "findings": (
                    words.findings(assessed["findings"], with_remarks=True) if resource.endswith("Decisions") else ()
                ),
                "readings": self._readings(case, words),
                "open_points": self._open_points(case, words) if resource == "admissibilityDecisions" else (),
            },
            surroundings=replace(
                self._readers.surroundings(request, granted.caller, FIRST_PAGES[granted.caller.role]),
                authority=case.facts.authority,
            ),
            status=problem.type.status if problem is not None else 400 if errors else 200,
        )

    def _open_points(self, case: Case, words: CaseWords) -> tuple[str, ...]:
        rulebook, today = self._program.rulebook, self._border.today
        return words.open_points(open_points(case, rulebook, today), fee_standings(case, rulebook, today))

    def _readings(self, case: Case, words: CaseWords) -> str:
        return words.readings(readings_at_decision(case, self._border.today, self._program.rulebook))

    def _meanwhile(self, stream: CaseStream, refused: Exception | None, words: CaseWords) -> tuple[object, ...]:
        """What happened since the version that the reader had seen, if that is why he was refused."""
        if not isinstance(refused, StaleVersion):
            return ()
        page = self._program.timelines.read(stream.case_id, after=refused.expected)
        return () if page is None else words.entries(page.entries)

    def _documents_shown(
        self, granted: AuthorisedCaller, case: Case, words: CaseWords
    ) -> list[tuple[str, str, int, str | None]]:
        """Kind, type and size of each document, and the way to it for whoever may read one that was received."""
        readable = self._readers.may_with(granted.caller, Action.READ_DOCUMENT, case)
        held = self._documents.held(case)
        return [
            (words.item(each.kind), each.media_type, each.size, each.sha256 if readable and held(each.sha256) else None)
            for each in case.documents
        ]


def _action(resource: str) -> Action:
    action = action_of(resource)
    if action is None:
        raise RequestRefused(Problem(type=NOT_FOUND, detail="A case has no such page."))
    return action


def _led_on(case_id: UUID, resource: str) -> Response:
    return RedirectResponse(f"/cases/{case_id}?{DONE_PARAMETER}={resource}", 303, {"Cache-Control": "no-store"})
