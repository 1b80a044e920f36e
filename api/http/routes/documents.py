"""``applications/{applicationId}/documents``: files sent into a case and read from it, streamed both ways."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.case_representation import address_of, entity_tag
from api.http.content_digests import StatedDigests
from api.http.problems import Place, RequestRefused, input_problem, located
from api.http.requests import (
    AuthorisedCommand,
    AuthorisedQuery,
    authorised_query,
    authorised_upload,
    case_id_of,
)
from api.http.responses import document_response, handled_response, json_response
from api.http.uploads import Uploads
from api.permissions import Action
from api.services.cases import CaseService
from api.services.documents import DocumentService, DocumentToCome, ReceivingDocument, RepeatedDocument
from domain.case.refusals import InputIssue
from domain.case.value_checks import one_of
from domain.codes import DOCUMENT_KINDS
from domain.deadlines.clocks import ClockRules

KIND: Final = "kind"

Upload = Annotated[tuple[AuthorisedCommand, Request], Depends(authorised_upload(Action.ATTACH_DOCUMENT, KIND))]
Reading = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_DOCUMENT))]


def document_routes(documents: DocumentService, cases: CaseService, rules: ClockRules, uploads: Uploads) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications/{application_id}/documents")

    @routes.post("", name="attachDocument")
    async def attach_document(application_id: str, upload: Upload) -> Response:
        sent, request = upload
        case_id, coming, stated = case_id_of(application_id), _to_come(request), StatedDigests(request)

        def begin() -> ReceivingDocument | RepeatedDocument:
            snapshot = cases.case(sent.caller, case_id)
            context = cases.context(sent.caller, sent.command_id, expected_version=sent.expected_version)
            return documents.begin(sent.caller, snapshot, context, coming)

        async with uploads.place_for(sent.caller.caller):
            receiving = await uploads.work(begin)
            handled = await uploads.receive(receiving, request.stream(), stated=stated)
        return handled_response(handled, rules, sent.base_url)

    @routes.get("", name="getDocuments")
    def get_documents(application_id: str, query: Reading) -> Response:
        case_id = case_id_of(application_id)
        snapshot = cases.case(query.caller, case_id)
        is_received, is_scanned = documents.received(snapshot.case), documents.scanned(snapshot.case)
        items = [
            {
                "href": f"{address_of(case_id, query.base_url)}/documents/{each.sha256}",
                "kind": each.kind,
                "sha256": each.sha256,
                "mediaType": each.media_type,
                "size": each.size,
                "received": (received := is_received(each.sha256)),
                **({"scanned": is_scanned(each.sha256)} if received else {}),
            }
            for each in snapshot.case.documents
        ]
        return json_response({"items": items, "total": len(items)}, headers={"ETag": entity_tag(snapshot.version)})

    @routes.get("/{sha256}", name="getDocument")
    def get_document(application_id: str, sha256: str, query: Reading) -> Response:
        return document_response(documents.read(query.caller, case_id_of(application_id), sha256))

    return routes


def _to_come(request: Request) -> DocumentToCome:
    announced = request.headers.get("Content-Length", "")
    return DocumentToCome(
        kind=_kind_of(request),
        media_type=request.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        announced=int(announced) if announced.isdecimal() else None,
    )


def _kind_of(request: Request) -> str:
    given = request.query_params.getlist(KIND)
    if len(given) != 1:
        issue = InputIssue(
            path=KIND,
            code="requiredInput",
            problem="it is not given, or more than once",
            remedy="say once what the document is, such as ?kind=diploma",
        )
        raise RequestRefused(input_problem(located(Place.QUERY, (issue,))))
    wrong = tuple(one_of(KIND, given[0], DOCUMENT_KINDS))
    if wrong:
        raise RequestRefused(input_problem(located(Place.QUERY, wrong)))
    return given[0]
