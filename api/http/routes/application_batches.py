"""``applicationBatches``: applications that a program sends together are judged, and filed in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.case_representation import address_of, words
from api.http.problems import API_ROOT
from api.http.requests import AuthorisedCommand, AuthorisedQuery, authorised_command, authorised_query, case_id_of
from api.http.responses import json_response
from api.permissions import Action
from api.services.application_batches import ApplicationBatchService, JudgedRow, sent_rows
from domain.case.application import Application
from domain.case.completeness import check_application
from domain.case.refusals import InputIssue, require_no_issues
from domain.case.value_checks import OUT_OF_RANGE
from domain.copies import replace
from domain.drafts.application_batch import ApplicationBatch, BatchState
from domain.law.findings import Verdict

BATCHES: Final = "/applicationBatches"
_MOST_ISSUES: Final = 100

Sending = Annotated[AuthorisedCommand, Depends(authorised_command(Action.FILE_APPLICATION_BATCH, changes_a_case=False))]
BatchQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.FILE_APPLICATION_BATCH))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationList:
    """``dry_run``: the applications are judged, and nothing is kept or filed."""

    applications: tuple[Application, ...]
    dry_run: bool = True


def application_batch_routes(batches: ApplicationBatchService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix=BATCHES)

    @routes.post("", name="sendApplications")
    def send(sent: Sending) -> Response:
        received = read_body(ApplicationList, sent.body)
        require_no_issues(_issues_of(received, batches))
        if received.dry_run:
            looked_at = batches.looked_at(sent.caller, sent_rows(received.applications))
            return json_response(_judged_content(batches.judged(looked_at), sent.base_url))
        batch = batches.begin_and_confirm(sent.caller, received.applications, sent.command_id)
        if batch.state is BatchState.CHECKED:
            return json_response(_judged_content(batches.judged(batch), sent.base_url))
        headers = {"Location": _address_of(batch.batch_id, sent.base_url)}
        return json_response(_batch_content(batch, batches.judged(batch), sent.base_url), 202, headers=headers)

    @routes.get("/{application_batch_id}", name="getApplicationBatch")
    def get_batch(application_batch_id: str, query: BatchQuery) -> Response:
        batch = batches.read(query.caller, case_id_of(application_batch_id))
        return json_response(_batch_content(batch, batches.judged(batch), query.base_url))

    return routes


def _issues_of(received: ApplicationList, batches: ApplicationBatchService) -> tuple[InputIssue, ...]:
    """All that is wrong with any of them, at most a hundred issues: with one of them nothing is filed."""
    if not 1 <= len(received.applications) <= batches.most_rows:
        return (
            InputIssue(
                path="applications",
                code=OUT_OF_RANGE,
                problem=f"it does not have 1 to {batches.most_rows} applications",
                remedy="divide it over several requests",
            ),
        )
    found: list[InputIssue] = []
    for place, each in enumerate(received.applications):
        issues = check_application(each, today=batches.today)
        found += [replace(issue, path=f"applications[{place}].{issue.path}") for issue in issues]
    return tuple(found[:_MOST_ISSUES])


def _batch_content(batch: ApplicationBatch, judged: Sequence[JudgedRow], base_url: str) -> dict[str, Any]:
    return {
        "id": str(batch.batch_id),
        "href": _address_of(batch.batch_id, base_url),
        "state": batch.state.value,
        **_judged_content(judged, base_url),
    }


def _judged_content(judged: Sequence[JudgedRow], base_url: str) -> dict[str, Any]:
    return {"rows": [_row_content(each, base_url) for each in judged]}


def _row_content(judged: JudgedRow, base_url: str) -> dict[str, Any]:
    """A row without what it says: its sender has that."""
    row = judged.row
    content: dict[str, Any] = {"row": row.number, "line": row.line, "outcome": row.outcome.value}
    if row.reason is not None:
        content["reason"] = row.reason
    if judged.same_as is not None:
        content["sameAs"] = judged.same_as
    if row.case_id is not None:
        content |= {"id": str(row.case_id), "href": address_of(row.case_id, base_url)}
    if row.reference is not None:
        content["reference"] = row.reference
    if judged.verdict is not None:
        assessment = judged.verdict
        content["verdict"] = assessment.verdict.value
        decisive = [each for each in assessment.findings if each.required and each.verdict is assessment.verdict]
        if assessment.verdict is not Verdict.MET:
            content["decidedBy"] = [each.rule for each in decisive]
            content["missing"] = list(dict.fromkeys(fact for each in decisive for fact in _missing(words(each))))
    return content


def _missing(finding: dict[str, Any]) -> Iterator[str]:
    yield from finding.get("missing", ())


def _address_of(batch_id: UUID, base_url: str) -> str:
    return f"{base_url}{API_ROOT}{BATCHES}/{batch_id}"
