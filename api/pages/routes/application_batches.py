"""``/employer/batches``: applications are sent together in a file, judged, and filed."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.content_digests import require_no_content_coding
from api.http.requests import case_id_of
from api.http.uploads import Uploads
from api.pages.bulk.screens import BATCHES, BatchScreen
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_files import SentFile
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.services.all_services import Services

Form = Annotated[SentForm, Depends(sent_form)]

_OF_ONE: Final = "/{batch_id}"


def application_batch_pages(
    services: Services, pages: Pages, readers: Readers, uploads: Uploads, *, largest_file: int
) -> APIRouter:
    """The pages; a file has at most ``largest_file`` bytes."""
    routes = APIRouter(prefix=BATCHES, route_class=PageRoute)
    screen = BatchScreen(services, pages, readers)

    @routes.get("", name="applicationBatches")
    def listing(request: Request) -> Response:
        return screen.listing(request, screen.reader(request))

    @routes.post("", name="sendApplicationBatch")
    async def send(request: Request) -> Response:
        caller = screen.reader(request)
        require_no_content_coding(request)
        async with uploads.place_for(caller.caller), aclosing(request.stream()) as chunks:
            file = SentFile(request.headers.get("Content-Type", ""), chunks, uploads)
            await file.fields()
            content = bytearray()
            if file.media_type is not None:
                async for chunk in file.content():
                    content += chunk[: largest_file + 1 - len(content)]
            too_large = len(content) > largest_file
            return await uploads.work(screen.sent, request, caller, bytes(content), too_large=too_large)

    @routes.get("/template.csv", name="applicationBatchTemplate")
    def template_csv(request: Request) -> Response:
        return screen.template(request, as_workbook=False)

    @routes.get("/template.xlsx", name="applicationBatchTemplateWorkbook")
    def template_workbook(request: Request) -> Response:
        return screen.template(request, as_workbook=True)

    @routes.get(_OF_ONE, name="applicationBatch")
    def show(request: Request, batch_id: str) -> Response:
        return screen.show(request, case_id_of(batch_id))

    @routes.post(f"{_OF_ONE}/filing", name="fileApplicationBatch")
    def file_batch(request: Request, batch_id: str, sent: Form) -> Response:
        return screen.file(request, case_id_of(batch_id), sent)

    @routes.get(f"{_OF_ONE}/deletion", name="askApplicationBatchDeletion")
    def ask_deletion(request: Request, batch_id: str) -> Response:
        return screen.ask_deletion(request, case_id_of(batch_id))

    @routes.post(f"{_OF_ONE}/deletion", name="deleteApplicationBatch")
    def delete(request: Request, batch_id: str, _sent: Form) -> Response:
        return screen.delete(request, case_id_of(batch_id))

    @routes.get(f"{_OF_ONE}/result.csv", name="applicationBatchResult")
    def result_csv(request: Request, batch_id: str) -> Response:
        return screen.result(request, case_id_of(batch_id), as_workbook=False)

    @routes.get(f"{_OF_ONE}/result.xlsx", name="applicationBatchResultWorkbook")
    def result_workbook(request: Request, batch_id: str) -> Response:
        return screen.result(request, case_id_of(batch_id), as_workbook=True)

    return routes
