"""``refData``: what the codes of this interface mean, for programs in four languages at once and for people in one.

Lists are not negotiated: a label comes in every language, or in the one that ``lang`` requests. Only the pages on
problem types, to which the ``href`` of a problem leads, are written in the reader's language.
"""

from __future__ import annotations

import hashlib
import html
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.problems import (
    API_ROOT,
    NOT_FOUND,
    OWN_PROBLEM_TYPES,
    Place,
    Problem,
    RequestRefused,
    located,
)
from api.http.query_values import language_if_any
from api.http.requests import base_url, open_query
from api.words.code_lists import Code, CodeList, CodeLists, LocalizedText
from api.words.languages import preferred
from domain.case.refusals import InputIssue
from domain.codes import LANGUAGES
from infra.wire_format import canonical_json

PROBLEM_TYPES: Final = "problemTypes"
LANGUAGE_OF_PROBLEMS: Final = "en"
"""That of titles and details in problems, and so of the page when its reader does not say otherwise."""

_CACHED: Final = "public, max-age=3600"
"""A list changes only with a release, and a client that meets an unknown code requests it again."""

Question = Annotated[Request, Depends(open_query("lang"))]


def reference_data_routes(lists: CodeLists) -> APIRouter:
    """The routes, over the packaged lists; they are read once. Raises LawDataUnusable."""
    routes = APIRouter(prefix="/refData")

    @routes.get("", name="getCodeLists")
    def get_code_lists(question: Question) -> Response:
        languages = _languages(question)
        items = [_list_item(_list(lists, name), languages, base_url(question)) for name in lists.list_names]
        return _answer(question, {"items": items, "total": len(items)}, languages)

    @routes.get("/{list_name}", name="getCodeList")
    def get_code_list(list_name: str, question: Question) -> Response:
        languages, found = _languages(question), _list(lists, list_name)
        items = [_code_item(found, code, languages, base_url(question)) for code in found.codes.values()]
        content = {"name": found.name, "title": _text(found.title, languages), "items": items, "total": len(items)}
        return _answer(question, content, languages)

    @routes.get(f"/{PROBLEM_TYPES}/{{code}}", name="getProblemType")
    def get_problem_type(code: str, request: Request) -> Response:
        known = OWN_PROBLEM_TYPES.get(code)
        if known is None:
            raise RequestRefused(Problem(type=NOT_FOUND, detail="There is no such problem type."))
        return _problem_page(_code(_list(lists, PROBLEM_TYPES), code), known.status, request)

    @routes.get("/{list_name}/{code}", name="getCode")
    def get_code(list_name: str, code: str, question: Question) -> Response:
        languages, found = _languages(question), _list(lists, list_name)
        return _answer(question, _code_item(found, _code(found, code), languages, base_url(question)), languages)

    return routes


def _list_item(found: CodeList, languages: tuple[str, ...], base: str) -> dict[str, Any]:
    return {
        "href": f"{base}{API_ROOT}/refData/{found.name}",
        "name": found.name,
        "title": _text(found.title, languages),
        "total": len(found.codes),
    }


def _code_item(found: CodeList, code: Code, languages: tuple[str, ...], base: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "href": f"{base}{API_ROOT}/refData/{found.name}/{code.value}",
        "code": code.value,
        "label": _text(code.label, languages),
    }
    if code.description is not None:
        item["description"] = _text(code.description, languages)
    if code.since is not None:
        item["since"] = code.since.isoformat()
    if code.until is not None:
        item["until"] = code.until.isoformat()
    return item


def _problem_page(code: Code, status: int, request: Request) -> Response:
    """A page for people: whatever they accept or append to its address, it opens."""
    wished = request.query_params.get("lang")
    language = wished if wished in LANGUAGES else preferred(request.headers.get("Accept-Language", ""), LANGUAGES)
    language = language or LANGUAGE_OF_PROBLEMS
    title = html.escape(code.label.written_in(language))
    meaning = "" if code.description is None else html.escape(code.description.written_in(language))
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p><code>{code.value}</code>, {status}</p><p>{meaning}</p></body></html>"
    )
    response = _cacheable(request, page.encode(), "text/html", {"Vary": "Accept-Language"})
    response.headers["Content-Language"] = language
    return response


def _languages(question: Request) -> tuple[str, ...]:
    """The languages in which texts are given. Raises :class:`RequestRefused` for a ``lang`` that is not one of them."""
    language = language_if_any(question.query_params)
    return LANGUAGES if language is None else (language,)


def _text(text: LocalizedText, languages: tuple[str, ...]) -> dict[str, str]:
    return {language: text.written_in(language) for language in languages}


def _list(lists: CodeLists, name: str) -> CodeList:
    found = lists.code_list(name)
    if found is None:
        raise _nothing_there("listName", "there is no code list of this name", "use a name or href of refData")
    return found


def _code(found: CodeList, code: str) -> Code:
    if code not in found.codes:
        raise _nothing_there("code", "this list has no such code", f"use a code or href of refData/{found.name}")
    return found.codes[code]


def _nothing_there(path: str, problem: str, remedy: str) -> RequestRefused:
    issue = InputIssue(path=path, code="invalidInput", problem=problem, remedy=remedy)
    return RequestRefused(
        Problem(type=NOT_FOUND, detail="There is no such reference data.", issues=located(Place.PATH, (issue,)))
    )


def _answer(request: Request, content: dict[str, Any], languages: tuple[str, ...]) -> Response:
    response = _cacheable(request, canonical_json(content), "application/json", {})
    response.headers["Content-Language"] = ", ".join(languages)
    return response


def _cacheable(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """The body with its ETag, or 304 without it for a caller who names that ETag in ``If-None-Match``."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**headers, "ETag": tag, "Cache-Control": _CACHED}
    held = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    if held & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
