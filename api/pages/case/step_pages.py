"""A page for each step that a person takes: its form, the result of sending it, and the case next to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.http.case_representation import assessment_content
from api.http.foreseen_errors import problem_of
from api.pages.case.assignees import assignees
from api.pages.case.changed_meanwhile import UNSETTLED, carried_along, meeting, settled, undecided
from api.pages.case.contents import CaseWords
from api.pages.case.sent_steps import KEY, REQUEST, VERSION, command_of, context_of, fresh_key
from api.pages.filter_forms import address
from api.pages.form_values import body_of, errors_of
from api.pages.kept_forms import kept_form
from api.pages.page_parts import FieldError
from api.pages.refusals import explanation_of, heading_of, particulars_of
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm
from api.pages.session import FIRST_PAGES, Readers
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.services.refusals import NotFound
from api.steps import admissibility_decisions, answers, assignments, corrections, documents
from api.steps.corrections import CORRECTABLE, WORKER
from api.steps.forms import Form, FormMaterial, FormWords
from api.steps.procedure import STEP_OF, possible_steps
from api.steps.step import Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, InvalidInput, Reason, StaleVersion
from infra.postgres.read_models.case_snapshots import CaseSnapshot

PART_PARAMETER = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a form is shown: empty, or with what was ``sent`` and why that was not accepted."""

    part: str = WORKER
    sent: SentForm | None = None
    errors: tuple[FieldError, ...] = ()
    refused: Exception | None = None
    came_back: bool = False


class StepScreen:
    """The pages of the steps of one case for the signed-in reader."""

    def __init__(self, services: Services, pages: Pages, readers: Readers) -> None:
        self._services = services
        self._pages = pages
        self._readers = readers

    def form(self, request: Request, case_id: UUID, resource: str) -> Response:
        """The form, to be filled in. Raises ``NotPermitted`` and ``NotFound``."""
        step = _step(resource)
        caller = self._readers.authorised(request, step.action)
        part = _part(request.query_params.get(PART_PARAMETER, WORKER))
        return self.page(request, step, caller, self._services.cases.case(caller, case_id), Shown(part=part))

    def send(self, request: Request, case_id: UUID, resource: str, sent: SentForm) -> Response:
        """Take the step in the form, and redirect to the case; or show the form again with the errors.

        A form that was kept while its writer signed in again is shown as it was, and not carried out.
        """
        step = _step(resource)
        caller = self._readers.authorised(request, step.action)
        kept = kept_form(sent)
        part = _part((kept or sent).one(PART_PARAMETER) or WORKER)
        cases = self._services.cases
        snapshot = cases.case(caller, case_id)
        if kept is not None:
            return self.page(request, step, caller, snapshot, Shown(part=part, sent=kept, came_back=True))
        form = self._form(request, step, caller, snapshot, part)
        left = (*self._left_behind(request, form, sent), *undecided(form, sent, self._pages.language(request)))
        if left:
            return self.page(request, step, caller, snapshot, Shown(part=part, sent=sent, errors=left))
        sent = settled(form, sent)
        try:
            context = context_of(cases, caller, sent)
            _require_request(step, snapshot.case, sent)
            command = command_of(step, case_id, sent, body_of(form, sent), context)
            cases.change(caller, case_id, command, context, known=snapshot.stream)
        except InvalidInput as why:
            language = self._pages.language(request)
            errors = errors_of(form, why.issues, language, title=step.title(language))
            return self.page(request, step, caller, snapshot, Shown(part=part, sent=sent, errors=errors))
        except CommandRefused as why:
            if why.reason is Reason.APPLICATION_UNKNOWN:
                raise
            return self.again(request, step, caller, case_id, Shown(part=part, sent=sent, refused=why))
        return self.led_on(caller, case_id, step)

    def led_on(self, caller: AuthorisedCaller, case_id: UUID, step: Step) -> Response:
        """Back to the case, which says what was done."""
        where = address(f"/cases/{case_id}", self._readers.note(caller.caller, step.resource, case_id))
        return RedirectResponse(where, 303, {"Cache-Control": "no-store"})

    def _left_behind(self, request: Request, form: Form, sent: SentForm) -> tuple[FieldError, ...]:
        """The files that were chosen and not attached: of them only the names have come."""
        language = self._pages.language(request)
        text = language.gettext("this file is not attached yet: choose it again, and attach it first")
        return tuple(
            FieldError(field=each.name, text=f"{each.label}{language.colon} {text}")
            for each in form.files
            if sent.one(each.name)
        )

    def again(self, request: Request, step: Step, caller: AuthorisedCaller, case_id: UUID, shown: Shown) -> Response:
        """The form, with the case in its present state, after the step was refused."""
        return self.page(request, step, caller, self._services.cases.case(caller, case_id), shown)

    def _form(self, request: Request, step: Step, caller: AuthorisedCaller, snapshot: CaseSnapshot, part: str) -> Form:
        language, lists = self._pages.language(request), self._readers.code_lists
        items = CaseWords(language, lists)
        material = FormMaterial(
            case=snapshot.case,
            body=snapshot.file().body,
            actor=caller.caller.actor,
            today=self._services.cases.today,
            part=part,
            rulebook=self._services.law.rulebook,
            documents=tuple(
                Choice(value=each.sha256, text=f"{items.item(each.kind)} ({each.sha256[:8]})")
                for each in snapshot.case.documents
            ),
            handlers=self._handlers(caller, language) if step is assignments.STEP else (),
        )
        if step.form is None:
            raise AssertionError(f"no form takes the step {step.resource}")
        return step.form(FormWords(language, lists), material)

    def _handlers(self, caller: AuthorisedCaller, language: Language) -> tuple[Choice, ...]:
        return assignees(self._services.assignment.handlers(caller), caller.caller, language)

    def page(
        self, request: Request, step: Step, caller: AuthorisedCaller, snapshot: CaseSnapshot, shown: Shown
    ) -> Response:
        """The form with the case; what was typed is kept."""
        case, sent = snapshot.case, shown.sent
        form = self._form(request, step, caller, snapshot, shown.part)
        language = self._pages.language(request)
        words = CaseWords(language, self._readers.code_lists)
        problem = None if shown.refused is None else problem_of(shown.refused)
        met = None
        if sent is not None and (isinstance(shown.refused, StaleVersion) or sent.all(UNSETTLED)):
            met = meeting(form, sent, language)
            sent = met.sent
        assessed = self._services.cases.assessed(snapshot)
        possible = possible_steps(self._services.access, caller.caller, case, self._services.cases.today)
        open_request, is_answer = case.open_request, step is answers.STEP
        return self._pages.response(
            request,
            "case_form.html",
            {
                "case_id": snapshot.case_id,
                "reference": case.reference,
                "title": step.title(language),
                "form": form if sent is None else form.filled_in(sent.all),
                "action": f"/cases/{snapshot.case_id}/{step.resource}",
                "hidden": {
                    # What was typed against an older case is sent against this one only by a reader who has seen it.
                    VERSION: str(snapshot.version) if sent is None or shown.refused else sent.one(VERSION),
                    KEY: fresh_key(),
                    PART_PARAMETER: shown.part,
                    REQUEST: "" if open_request is None else str(open_request.request_id),
                },
                "carried_along": carried_along(form, met),
                "to_choose": {} if met is None else met.choices,
                "updated": () if met is None else met.updated,
                "errors": shown.errors,
                "heading": "" if problem is None else heading_of(problem, self._readers.code_lists, language),
                "explained": "" if problem is None else explanation_of(problem, self._readers.code_lists, language),
                "particulars": "" if problem is None else particulars_of(problem, language),
                "meanwhile": self._meanwhile(snapshot, shown.refused, words),
                "possible": step in possible,
                "came_back": shown.came_back,
                "is_file": step is documents.STEP,
                "is_correction": step is corrections.STEP,
                "parts_of_case": CORRECTABLE,
                "part": shown.part,
                "asked": words.requests(snapshot.file().body)[0] if open_request is not None and is_answer else None,
                "files_action": f"/cases/{snapshot.stream.case_id}/{answers.STEP.resource}/files",
                # What nobody waits for is not typed in vain; what was typed is shown all the same.
                "with_form": not is_answer or step in possible or sent is not None,
                "findings": (
                    words.findings(assessment_content(assessed)["findings"], with_remarks=True)
                    if step.resource.endswith("Decisions")
                    else ()
                ),
                "readings": words.readings(assessed.readings),
                "open_points": (
                    words.open_points(assessed.open_points, assessed.fees)
                    if step is admissibility_decisions.STEP
                    else ()
                ),
            },
            frame=replace(
                self._readers.frame(request, caller.caller, FIRST_PAGES[caller.caller.role]),
                authority=case.facts.authority,
            ),
            status=problem.type.status if problem is not None else 400 if shown.errors else 200,
        )

    def _meanwhile(self, snapshot: CaseSnapshot, refused: Exception | None, words: CaseWords) -> tuple[object, ...]:
        """What happened since the version that the reader had seen, if that is why the step was refused."""
        if not isinstance(refused, StaleVersion):
            return ()
        return words.entries(snapshot.timeline(after=refused.expected).entries)


def _step(resource: str) -> Step:
    """The step that a person takes there. Raises ``NotFound``."""
    step = STEP_OF.get(resource)
    if step is None or step.form is None:
        raise NotFound("A case has no such page.")
    return step


def _require_request(step: Step, case: Case, sent: SentForm) -> None:
    """A form of an answer that was opened after the answer names no request. Raises ``CommandRefused``."""
    if step is answers.STEP and not sent.one(REQUEST) and any(each.answered for each in case.requests):
        raise CommandRefused(Reason.REQUEST_ANSWERED, "the request has been answered: there is none to answer now")


def _part(name: str) -> str:
    """The part of a case to be corrected. Raises ``NotFound``."""
    if name not in CORRECTABLE:
        raise NotFound("A case has no such part.")
    return name
