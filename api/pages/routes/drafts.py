"""``/drafts``: applications are filled in and filed here, by employers, representatives and workers."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.requests import case_id_of
from api.http.uploads import Uploads
from api.pages.drafts.documents_screen import DocumentsScreen
from api.pages.drafts.filing_screen import FilingScreen
from api.pages.drafts.group_screen import GroupScreen
from api.pages.drafts.list_screen import DraftListScreen
from api.pages.drafts.register_lookup import RegisterLookup
from api.pages.drafts.screens import DRAFTS, DraftPages
from api.pages.drafts.work_history_lookup import WorkHistoryLookup
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.services.all_services import Services
from api.services.declared_employments import DeclaredEmployments
from api.services.employer_lookups import EmployerLookups

Form = Annotated[SentForm, Depends(sent_form)]

_OF_ONE: Final = "/{draft_id}"


def draft_pages(
    services: Services,
    pages: Pages,
    readers: Readers,
    *,
    lookups: EmployerLookups | None,
    declared: DeclaredEmployments | None,
    uploads: Uploads,
) -> APIRouter:
    """The pages; without a bank to query, the registers do not answer."""
    routes = APIRouter(prefix=DRAFTS, route_class=PageRoute)
    drawn = DraftPages(services, pages, readers)
    lists, groups, filing = DraftListScreen(drawn), GroupScreen(drawn), FilingScreen(drawn)
    employments = WorkHistoryLookup(drawn, groups, declared)
    register, papers = RegisterLookup(drawn, groups, lookups), DocumentsScreen(drawn, uploads)

    @routes.get("", name="drafts")
    def listing(request: Request) -> Response:
        return lists.listing(request)

    @routes.post("", name="beginDraft")
    def begin(request: Request, sent: Form) -> Response:
        return lists.begin(request, sent)

    @routes.get("/new", name="newDraft")
    def new(request: Request) -> Response:
        return lists.new(request)

    @routes.get("/filed/{application_id}", name="filedDraft")
    def filed(request: Request, application_id: str) -> Response:
        return filing.filed(request, case_id_of(application_id))

    @routes.get(_OF_ONE, name="draft")
    def tasks(request: Request, draft_id: str) -> Response:
        return lists.tasks(request, case_id_of(draft_id))

    @routes.get(f"{_OF_ONE}/questions/{{group}}", name="draftQuestions")
    def questions(request: Request, draft_id: str, group: str) -> Response:
        return groups.show(request, case_id_of(draft_id), group)

    @routes.post(f"{_OF_ONE}/questions/{{group}}", name="saveDraft")
    def save(request: Request, draft_id: str, group: str, sent: Form) -> Response:
        return groups.save(request, case_id_of(draft_id), group, sent)

    @routes.post(f"{_OF_ONE}/questions/{{group}}/beside", name="previewDraft")
    def preview(request: Request, draft_id: str, group: str, sent: Form) -> Response:
        return groups.preview(request, case_id_of(draft_id), group, sent)

    @routes.post(f"{_OF_ONE}/register", name="lookUpEmployerByForm")
    def look_up(request: Request, draft_id: str, sent: Form) -> Response:
        return register.look_up(request, case_id_of(draft_id), sent)

    @routes.post(f"{_OF_ONE}/employments", name="lookUpEmploymentsByForm")
    def look_up_employments(request: Request, draft_id: str, sent: Form) -> Response:
        return employments.look_up(request, case_id_of(draft_id), sent)

    @routes.get(f"{_OF_ONE}/documents", name="draftDocuments")
    def documents(request: Request, draft_id: str) -> Response:
        return papers.show(request, case_id_of(draft_id))

    @routes.post(f"{_OF_ONE}/documents", name="attachToDraft")
    async def attach(request: Request, draft_id: str) -> Response:
        return await papers.attach(request, case_id_of(draft_id))

    @routes.post(f"{_OF_ONE}/documents/removal", name="removeFromDraft")
    def remove(request: Request, draft_id: str, sent: Form) -> Response:
        return papers.remove(request, case_id_of(draft_id), sent)

    @routes.get(f"{_OF_ONE}/documents/{{sha256}}", name="draftDocument")
    def document(request: Request, draft_id: str, sha256: str) -> Response:
        return papers.read(request, case_id_of(draft_id), sha256)

    @routes.get(f"{_OF_ONE}/check", name="checkDraft")
    def check(request: Request, draft_id: str) -> Response:
        return filing.check(request, case_id_of(draft_id))

    @routes.post(f"{_OF_ONE}/filing", name="fileDraft")
    def file(request: Request, draft_id: str, sent: Form) -> Response:
        return filing.file(request, case_id_of(draft_id), sent)

    @routes.post(f"{_OF_ONE}/copies", name="copyDraft")
    def copy(request: Request, draft_id: str, sent: Form) -> Response:
        return lists.copy(request, case_id_of(draft_id), sent)

    @routes.get(f"{_OF_ONE}/deletion", name="askDraftDeletion")
    def ask_deletion(request: Request, draft_id: str) -> Response:
        return lists.ask_deletion(request, case_id_of(draft_id))

    @routes.post(f"{_OF_ONE}/deletion", name="deleteDraft")
    def delete(request: Request, draft_id: str, sent: Form) -> Response:
        return lists.delete(request, case_id_of(draft_id), sent)

    return routes
