"""``refData`` over HTTP: lists, codes and pages on problems, in the languages asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI

from api.http.outermost import ErrorBoundary
from api.http.problems import API_ROOT, OWN_PROBLEM_TYPES
from api.http.quotas import Quotas
from api.http.routes.reference_data import reference_data_routes
from api.words.code_lists import CodeLists
from infra.limit_counts import LimitCounts
from infra.limits import RequestLimits


class Reader:
    """Reads from the routes as behind the service's border, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        # In a thread: where a browser is open in this session, this one has an event loop already.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._get(path, params, headers)).result()

    async def _get(
        self, path: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://permits.example{API_ROOT}") as client:
            return await client.get(path, params=params, headers=headers)


@pytest.fixture(scope="module")
def reader() -> Reader:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(ErrorBoundary, quotas=Quotas(RequestLimits(), LimitCounts()))
    app.include_router(reference_data_routes(CodeLists.load()), prefix=API_ROOT)
    return Reader(app)


def test_a_list_gives_its_codes_with_labels_in_four_languages(reader: Reader) -> None:
    answer = reader.get("refData/authorities")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Content-Language"] == "nl, fr, de, en"
    content = answer.json()
    assert (content["name"], content["total"], len(content["items"])) == ("authorities", 4, 4)
    assert content["title"]["fr"] == "Autorités compétentes"
    first = content["items"][0]
    assert first["href"] == f"https://permits.example{API_ROOT}/refData/authorities/flanders"
    assert first["code"] == "flanders"
    assert first["label"] == {
        "nl": "Vlaams Gewest",
        "fr": "Région flamande",
        "de": "Flämische Region",
        "en": "Flemish Region",
    }
    assert set(first["description"]) == {"nl", "fr", "de", "en"}


def test_from_the_list_of_lists_every_code_is_reached(reader: Reader, lists: CodeLists) -> None:
    answer = reader.get("refData").json()
    assert [item["name"] for item in answer["items"]] == list(lists.list_names)
    for item in answer["items"]:
        found = reader.get(item["href"]).json()
        assert found["total"] == item["total"] == len(found["items"])
        reached = reader.get(found["items"][0]["href"])
        assert reached.status_code == 200
        if item["name"] != "problemTypes":
            assert reached.json() == found["items"][0]


def test_codes_without_end_or_explanation_say_nothing_of_it(reader: Reader) -> None:
    assert set(reader.get("refData/payPeriods/year").json()) == {"href", "code", "label"}


@pytest.mark.parametrize("path", ["refData", "refData/kinds", "refData/kinds/unlimited"])
def test_one_language_can_be_asked_for(reader: Reader, path: str) -> None:
    answer = reader.get(path, params={"lang": "de"})
    assert answer.headers["Content-Language"] == "de"
    content = answer.json()
    part = content["items"][0] if "items" in content else content
    assert set(part.get("label") or part["title"]) == {"de"}


def test_lists_are_not_negotiated(reader: Reader) -> None:
    plain, french = (reader.get("refData/kinds", headers={"Accept-Language": tag}) for tag in ("nl", "fr-BE"))
    assert plain.content == french.content
    assert "Vary" not in french.headers


@pytest.mark.parametrize("query", ["lang=es", "lang=", "lang=nl-BE", "lang=nl&lang=fr"])
def test_a_language_that_is_not_one_is_refused(reader: Reader, query: str) -> None:
    refused = reader.get(f"refData/kinds?{query}")
    assert refused.status_code == 400
    (issue,) = refused.json()["issues"]
    assert (issue["in"], issue["name"]) == ("query", "lang")
    assert "nl, fr, de, en" in issue["detail"]


def test_an_unknown_parameter_is_refused(reader: Reader) -> None:
    for path in ("refData", "refData/kinds", "refData/kinds/unlimited"):
        refused = reader.get(path, params={"language": "nl"})
        assert refused.status_code == 400
        assert [issue["name"] for issue in refused.json()["issues"]] == ["language"]


@pytest.mark.parametrize(
    ("path", "named"),
    [("refData/colours", "listName"), ("refData/kinds/colour", "code"), ("refData/colours/kinds", "listName")],
)
def test_what_is_not_there_is_not_found(reader: Reader, path: str, named: str) -> None:
    missing = reader.get(path)
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")
    assert missing.json()["type"] == "urn:problem-type:belgif:resourceNotFound"
    (issue,) = missing.json()["issues"]
    assert (issue["in"], issue["name"]) == ("path", named)
    assert "colour" not in missing.text


@pytest.mark.parametrize("path", ["refData", "refData/kinds", "refData/kinds/unlimited", "refData/problemTypes"])
def test_what_has_not_changed_is_not_sent_again(reader: Reader, path: str) -> None:
    first = reader.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    tag = first.headers["ETag"]

    for held in (tag, f'"other", W/{tag}', "*"):
        again = reader.get(path, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    for other in ('"other"', tag.strip('"')):
        assert reader.get(path, headers={"If-None-Match": other}).content == first.content
    assert reader.get(path, params={"lang": "nl"}).headers["ETag"] != tag


def test_problem_types_are_listed_with_their_meaning(reader: Reader) -> None:
    items = {item["code"]: item for item in reader.get("refData/problemTypes").json()["items"]}
    assert set(OWN_PROBLEM_TYPES) <= set(items)
    assert "read it again" in items["staleVersion"]["description"]["en"]


@pytest.mark.parametrize("code", OWN_PROBLEM_TYPES)
def test_every_problem_type_has_a_page(reader: Reader, code: str) -> None:
    page = reader.get(f"refData/problemTypes/{code}")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f"<code>{code}</code>, {OWN_PROBLEM_TYPES[code].status}" in page.text
    assert f"<h1>{CodeLists.load().label('problemTypes', code, 'en')}</h1>" in page.text


@pytest.mark.parametrize(
    ("accepted", "query", "language", "says"),
    [
        (None, "", "en", "The case has changed since you opened it"),
        ("fr-BE, fr;q=0.9, en;q=0.5", "", "fr", "Le dossier a changé depuis son ouverture"),
        ("es", "", "en", "The case has changed since you opened it"),
        ("fr", "?lang=nl", "nl", "Het dossier is gewijzigd sinds u het opende"),
        ("de", "?lang=es", "de", "Die Akte hat sich geändert, seit Sie sie geöffnet haben"),
    ],
)
def test_a_page_is_written_in_its_readers_language(
    reader: Reader, accepted: str | None, query: str, language: str, says: str
) -> None:
    headers = {"Accept": "text/html"} | ({} if accepted is None else {"Accept-Language": accepted})
    page = reader.get(f"refData/problemTypes/staleVersion{query}", headers=headers)
    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert page.headers["Vary"] == "Accept-Language"
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{says}</h1>" in page.text


def test_a_problem_type_that_is_not_there_has_no_page(reader: Reader) -> None:
    assert reader.get("refData/problemTypes/unheardOf").status_code == 404
