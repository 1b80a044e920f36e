"""``applications``: filing a case and reading it; steps are taken in :mod:`api.http.routes.steps`."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.case_representation import address_of, assessment_content, case_content, deadlines_content, entity_tag
from api.http.paging import PAGING, next_page, number_after, page_size_of
from api.http.path_parts import register_path_parts
from api.http.query_values import LANGUAGE, language_if_any, truth
from api.http.requests import AuthorisedCommand, AuthorisedQuery, authorised_command, authorised_query, case_id_of
from api.http.responses import handled_response, json_response
from api.permissions import Action
from api.services.cases import CaseService
from api.services.computing import COMPUTING
from api.services.refusals import AlreadyFiled
from api.words.code_lists import CodeLists
from api.words.languages import Language, Languages
from api.words.sentences.derivations import clock_title, derivation_sentence
from api.words.sentences.timeline import timeline_sentence
from domain.case.application import Application
from domain.deadlines.clocks import ClockRules

ANOTHER: Final = "another"
"""Says that what is filed is another application, though one like it was filed today."""

Filing = Annotated[
    AuthorisedCommand, Depends(authorised_command(Action.FILE_APPLICATION, ANOTHER, changes_a_case=False))
]
CaseQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_APPLICATION))]
TimelineQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_TIMELINE, LANGUAGE, *PAGING))]
DeadlinesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_DEADLINES, LANGUAGE))]
AssessmentQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_ASSESSMENT))]


def applications_routes(
    cases: CaseService, rules: ClockRules, languages: Languages, code_lists: CodeLists
) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    register_path_parts()
    routes = APIRouter(prefix="/applications")

    @routes.post("", name="fileApplication")
    def file_application(sent: Filing) -> Response:
        context = cases.context(sent.caller, sent.command_id)
        another = truth(sent.parameters, ANOTHER) or False
        try:
            handled = cases.file(sent.caller, read_body(Application, sent.body), context, another=another)
        except AlreadyFiled as why:
            return Response(status_code=303, headers={"Location": address_of(why.case_id, sent.base_url)})
        return handled_response(handled, rules, sent.base_url)

    @routes.get("/{application_id:opaque}", name="getApplication")
    def get_application(application_id: str, query: CaseQuery) -> Response:
        view = cases.case_file(query.caller, case_id_of(application_id))
        return json_response(case_content(view, query.base_url), headers={"ETag": entity_tag(view.version)})

    @routes.get("/{application_id}/assessment", name="getAssessment")
    def get_assessment(application_id: str, query: AssessmentQuery) -> Response:
        assessed = cases.assess(query.caller, case_id_of(application_id))
        with COMPUTING:
            return json_response(assessment_content(assessed), headers={"ETag": entity_tag(assessed.version)})

    @routes.get("/{application_id}/events", name="getEvents")
    def get_events(application_id: str, query: TimelineQuery) -> Response:
        """In order, a page at a time; in sentences where a language is chosen."""
        case_id, language = case_id_of(application_id), chosen_language(query)
        size, after = page_size_of(query.parameters), number_after(query.parameters)
        page = cases.timeline(query.caller, case_id, after=after, limit=size)
        return json_response(
            {
                "items": [_entry(each, language) for each in page.entries],
                "pageSize": size,
                **next_page(_events_of(case_id, query.base_url), query.parameters, page.next_after),
            },
            headers=_language_header(language),
        )

    @routes.get("/{application_id}/deadlines", name="getDeadlines")
    def get_deadlines(application_id: str, query: DeadlinesQuery) -> Response:
        """The clocks today, and how the last day of each was computed; in sentences where a language is chosen."""
        case_id, language = case_id_of(application_id), chosen_language(query)
        view = cases.case(query.caller, case_id).deadlines()
        content = deadlines_content(view)
        if language is not None:
            for clock, shown in zip(view.clocks, content["clocks"], strict=True):
                shown["title"] = clock_title(clock.id, language, code_lists)
                for step, shown_step in zip(clock.derivation, shown["derivation"], strict=True):
                    shown_step["sentence"] = derivation_sentence(step, language, code_lists)
        return json_response(content, headers=_language_header(language) | {"ETag": entity_tag(view.version)})

    def chosen_language(query: AuthorisedQuery) -> Language | None:
        code = language_if_any(query.parameters)
        return None if code is None else languages.by_code[code]

    def _entry(entry: dict[str, Any], language: Language | None) -> dict[str, Any]:
        return entry if language is None else entry | {"sentence": timeline_sentence(entry, language, code_lists)}

    return routes


def _events_of(case_id: UUID, base_url: str) -> str:
    return f"{address_of(case_id, base_url)}/events"


def _language_header(language: Language | None) -> dict[str, str]:
    return {} if language is None else {"Content-Language": language.code}
