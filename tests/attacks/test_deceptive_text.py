"""Texts that show nothing, or something else than they say, and values that mean nothing: refused at their field."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.border.test_pages import form_on
from tests.identity.callers import CALLERS
from tests.world.bodies import APPLICATION, QUESTION, application_body
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

TURNING = {
    f"U+{ord(each):04X}": each for each in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}
UNSEEN = {
    "zero-width spaces": "\u200b\u200b",
    "Korean filler": "\u3164",
    "half-width filler": "\uffa0",
    "Braille without dots": "\u2800",
    "no-break spaces": "\u00a0\u00a0",
    "joiners": "\u200d\u200c",
    "byte order mark": "\ufeff",
    "variation selectors": "\ufe0f\ufe0f",
    "marks on nothing": "\u0301\u0302",
    "tags": "\U000e0041\U000e0042",
    "private use": "\ue000",
}
NAMES = (
    "Zo\u00eb",
    "\u0c15\u0c4d\u200c\u0c37",
    "\u0646\u0631\u06af\u0633\u200c",
    "O\u2019Neill",
    "\u5c71\u7530",
    "\ud64d\uae38\ub3d9",
)
"""Of real people, with the joiners that Telugu and Persian need."""
WHERE = ("worker.familyName", "worker.givenName", "employer.name", "employment.title")


@pytest.fixture
def browser(clients: ServiceClients, issuer: DevelopmentIssuer) -> Iterator[httpx.Client]:
    """A case handler's."""
    token = issuer.issue(CALLERS[Role.CASE_HANDLER], now=SystemClock().now())
    with httpx.Client(base_url=clients.address, cookies={SESSION_COOKIE: token, "lang": "en"}) as opened:
        yield opened


def with_text(path: str, text: object) -> dict[str, Any]:
    return application_body(**{path.replace(".", "__"): text})


def fields_refused(answer: httpx.Response) -> list[str]:
    assert problem_of(answer) == (400, "badRequest")
    return [each["name"] for each in answer.json()["issues"]]


@pytest.mark.parametrize("name", NAMES)
def test_names_as_people_write_them_are_taken(employer: ServiceClient, name: str) -> None:
    filed = employer.file(application_body(worker__givenName=name, worker__familyName=name))
    assert filed.status_code == 201
    assert employer.case(filed)["worker"]["familyName"] == name


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("character", TURNING.values(), ids=TURNING.keys())
def test_no_text_turns_its_direction(employer: ServiceClient, character: str) -> None:
    for path in WHERE:
        refused = employer.file(with_text(path, f"Jans{character}nesi"))
        assert fields_refused(refused) == [path]
        assert character not in refused.text
        assert "turns the direction" in refused.json()["issues"][0]["detail"]
    # nor as the name of a member, nor in what is looked for
    assert problem_of(employer.file({**APPLICATION, f"k{character}ind": "x"})) == (400, "badRequest")
    assert problem_of(employer.get(f"applications?status={quote('a' + character)}")) == (400, "badRequest")


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN.keys())
def test_no_name_shows_nothing(employer: ServiceClient, text: str) -> None:
    # a given name that is blank is absent, as forms send it
    for path in ("worker.familyName", "employer.name"):
        assert path in fields_refused(employer.file(with_text(path, text)))


def test_a_question_is_held_to_the_same(employer: ServiceClient, handler: ServiceClient, browser: httpx.Client) -> None:
    filed = employer.file()
    for text in ("Nee \u202eaj", "\u200b"):
        refused = handler.change(filed, "informationRequests", {**QUESTION, "question": text})
        assert fields_refused(refused) == ["question"]
        # and on the page, at the field
        address = f"/cases/{filed.json()['id']}/informationRequests"
        shown, hidden = form_on(browser.get(address), address)
        answer = browser.post(address, data={**shown, **hidden, "items": "diploma", "question": text})
        assert answer.status_code == 400
        assert '<li><a href="#question">' in unescape(answer.text)


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("code", ["XX", "ZZ", "XXX", "UK", "in", ""])
def test_a_nationality_is_one_that_is_known(employer: ServiceClient, code: str) -> None:
    refused = employer.file(application_body(worker__nationality=code))
    assert fields_refused(refused) == ["worker.nationality"]


def test_a_stateless_person_has_a_code(employer: ServiceClient) -> None:
    assert employer.file(application_body(worker__nationality="XXA")).status_code == 201


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("code", ["00000", "99999", "1101", "\u0661\u0661\u0660\u0660\u0662"])
def test_a_municipality_is_one_that_is_known(employer: ServiceClient, code: str) -> None:
    path = "employment.workplace.municipalityCode"
    assert fields_refused(employer.file(with_text(path, code))) == [path]


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/x-msdownload", "application/PDF", ""]
)
def test_a_document_is_announced_with_a_type_that_is_taken(employer: ServiceClient, media_type: str) -> None:
    announced = {"kind": "diploma", "sha256": "0a" * 32, "mediaType": media_type, "size": 12}
    refused = employer.file(application_body(documents=[announced]))
    assert fields_refused(refused) == ["documents[0].mediaType"]
    assert "application/pdf" in refused.json()["issues"][0]["detail"]


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize(
    "path", ["worker.ssin", "worker.givenName", "employment.end", "representative", "documents", "labourMarketTest"]
)
def test_what_has_no_value_is_absent_and_never_null(employer: ServiceClient, path: str) -> None:
    *parents, last = path.split(".")
    body = application_body()
    part = body
    for each in parents:
        part = part[each]
    part[last] = None
    assert path in fields_refused(employer.file(body))


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("half", [rb"\ud800", rb"\udfff", rb"a\ud83d", rb"\ude00\ud83d"])
def test_half_a_character_is_none(employer: ServiceClient, half: bytes) -> None:
    body = b'{"worker": {"familyName": "' + half + b'"}}'
    assert "worker.familyName" in fields_refused(employer.post("applications", body))
    assert problem_of(employer.post("applications/query", b'{"reference": "' + half + b'"}')) == (400, "badRequest")


def test_a_path_that_is_only_sent_to_says_so(handler: ServiceClient, employer: ServiceClient) -> None:
    filed = employer.file()
    for path in (
        "applications/query",
        "employerLookups",
        "salaryChecks",
        "checklists",
        f"{case_path(filed)}/withdrawals",
    ):
        answer = handler.get(path)
        assert problem_of(answer) == (405, "methodNotAllowed"), path
        assert answer.headers["Allow"] == "POST"
    # while what only looks like it is an application that is not there
    for path in ("applications/queries", "applications/query2"):
        assert problem_of(handler.get(path)) == (404, "resourceNotFound")
