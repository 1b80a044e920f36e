"""The pages: a form with a text that nothing behind it can hold says so at the field, and nothing is carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.composition import Program
from api.http.problems import API_ROOT
from api.pages.case.sent_steps import KEY, REQUEST, VERSION
from api.pages.case.step_pages import PART_PARAMETER
from api.pages.session import SESSION_COOKIE
from api.steps import answers, documents
from api.steps.corrections import CORRECTABLE, WORKER
from api.steps.procedure import STEPS
from domain.case.commands import CommandContext, RequestInformation
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.chooser_secret import ChooserSecret
from infra.identity.development_issuer import DevelopmentIssuer
from tests.border.unreadable import UNREADABLE
from tests.documents.files import pdf
from tests.identity.callers import CALLERS
from tests.world.service_clients import ServiceClients

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("nothing_is_written")]

TEXTS = {name: text for name, text in UNREADABLE.items() if "pair" not in name}
"""A half of a surrogate pair cannot be sent in a form: no encoding of it is UTF-8."""

ANSWER, DOCUMENT, CORRECTIONS = answers.STEP.resource, documents.STEP.resource, "corrections"
FORMS = [each.resource for each in STEPS if each.form is not None]
HALVES = ("a%ED%A0%BD", "%ED%B8%80b", "a%FFb")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())


@pytest.fixture(scope="module")
def browsers(clients: ServiceClients, issuer: DevelopmentIssuer) -> Iterator[dict[Role, httpx.Client]]:
    """Somebody of each role, signed in."""
    opened = {
        role: httpx.Client(
            base_url=clients.address,
            cookies={SESSION_COOKIE: issuer.issue(CALLERS[role], now=SystemClock().now()), "lang": "en"},
        )
        for role in Role
    }
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture(scope="module")
def case_id(program: Program, clients: ServiceClients) -> str:
    """A case in which something is asked, so that it can be answered."""
    found = clients.of(Role.EMPLOYER).file().json()["id"]
    asked = RequestInformation(request_id=uuid4(), items=("diploma",), question="Which one?")
    context = CommandContext(actor="caseHandler:h-1", command_id=str(uuid4()), now=program.clock.now())
    program.handle(UUID(found), asked, context)
    return str(found)


@pytest.fixture(scope="module")
def pages(program: Program, issuer: DevelopmentIssuer) -> tuple[tuple[str, str], ...]:
    """Every page by method and path; what is only looked at in passing (styles, figures of operations) is none."""
    found = iter_route_contexts(create_app(program, issuer).routes)
    return tuple(
        (method, each.path)
        for each in found
        for method in each.methods or ()
        if each.path and not each.path.startswith((API_ROOT, "/static", "/metrics"))
    )


def form_on(page: httpx.Response, action: str) -> tuple[dict[str, str], dict[str, str]]:
    """The fields of the form with this action: those that people fill in, and the hidden ones, with what is in them."""
    assert page.status_code == 200, page.status_code
    forms = re.findall(r"<form\b[^>]*method=\"post\" action=\"([^\"]*)\"[^>]*>(.*?)</form>", page.text, re.DOTALL)
    (content,) = [content for found, content in forms if re.split("[?#]", unescape(found))[0] == action]
    shown: dict[str, str] = {}
    hidden: dict[str, str] = {}
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", content):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if "name" in attributes:
            kept = hidden if attributes.get("type") == "hidden" else shown
            kept.setdefault(unescape(attributes["name"]), unescape(attributes.get("value", "")))
    return shown, hidden


def says_at(answer: httpx.Response, field: str) -> bool:
    """Whether the page lists something wrong with the field, and leads to it."""
    return answer.status_code in (200, 400) and f'<li><a href="#{field}">' in answer.text


FILLED_IN = {"answer": "Here it is.", "reason": "No need any more."}
"""What makes a form good, where a reader fills in nothing else."""

PARTS = [(resource, WORKER) for resource in FORMS if resource not in (DOCUMENT, CORRECTIONS)]
PARTS += [(CORRECTIONS, part) for part in CORRECTABLE]


@pytest.mark.parametrize(("resource", "part"), PARTS)
@every_text
def test_a_form_of_a_case_says_at_the_field_what_is_wrong(
    browsers: dict[Role, httpx.Client], case_id: str, resource: str, part: str, text: str
) -> None:
    client = browsers[Role.EMPLOYER if resource in (ANSWER, "withdrawals") else Role.CASE_HANDLER]
    address = f"/cases/{case_id}/{resource}"
    shown, hidden = form_on(client.get(address, params={"part": part}), address)
    assert shown or resource == "forwardings"
    for field in shown:
        answer = client.post(address, data={**shown, **hidden, field: text})
        assert says_at(answer, field), (field, answer.status_code)
    for field in (VERSION, KEY, PART_PARAMETER, *((REQUEST,) if resource == ANSWER else ())):
        assert field in hidden
        answer = client.post(address, data={**FILLED_IN, **hidden, field: text})
        assert answer.status_code in (400, 404), (field, answer.status_code)


@every_text
def test_a_file_is_sent_under_no_such_name(browsers: dict[Role, httpx.Client], case_id: str, text: str) -> None:
    client, address = browsers[Role.EMPLOYER], f"/cases/{case_id}/{DOCUMENT}"
    shown, hidden = form_on(client.get(address), address)
    assert shown.keys() == {"kind", "file"}
    whole, file = {**hidden, "kind": "diploma"}, {"file": ("a.pdf", pdf(), "application/pdf")}
    assert says_at(client.post(address, data=whole | {"kind": text}, files=file), "kind")
    for field in (VERSION, KEY):
        assert client.post(address, data=whole | {field: text}, files=file).status_code == 400
    named = {"file": (text, pdf(), f"application/{text}")}
    assert client.post(address, data=whole, files=named).status_code in (400, 415)


@every_text
def test_the_calculator_says_at_the_field_what_is_wrong(browsers: dict[Role, httpx.Client], text: str) -> None:
    client = browsers[Role.EMPLOYER]
    shown, hidden = form_on(client.get("/law"), "/law")
    assert len(shown) > 10
    for field in shown:
        answer = client.post("/law", data={**shown, **hidden, field: text})
        assert says_at(answer, field), (field, answer.status_code)


@every_text
def test_nobody_signs_in_with_it(program: Program, clients: ServiceClients, text: str) -> None:
    secret = ChooserSecret.open(program.settings.home).text
    with httpx.Client(base_url=clients.address, cookies={"lang": "en"}) as client:
        for role in Role:
            shown, hidden = form_on(client.get("/", params={"role": role}), "/session")
            # A wrong secret has a test of its own: a few of them, and nobody is let in.
            assert shown.pop("secret") == ""
            hidden["secret"] = secret
            for field in shown:
                answer = client.post("/session", data={**shown, **hidden, field: text})
                assert says_at(answer, field), (role, field, answer.status_code)
            for field in hidden.keys() - {"secret"}:
                assert client.post("/session", data={**shown, **hidden, field: text}).status_code in (200, 303, 400)


@every_text
def test_no_case_is_taken_from_the_queue_with_it(browsers: dict[Role, httpx.Client], case_id: str, text: str) -> None:
    client = browsers[Role.CASE_HANDLER]
    assert client.post("/queue/taken", data={"case": text}).status_code == 404


@pytest.mark.parametrize("octets", HALVES)
def test_what_is_no_utf_8_is_no_form(browsers: dict[Role, httpx.Client], case_id: str, octets: str) -> None:
    body = f"reason={octets}&version=2&key={uuid4()}"
    answer = browsers[Role.EMPLOYER].post(f"/cases/{case_id}/withdrawals", content=body, headers=FORM)
    assert answer.status_code == 400


@every_text
def test_no_address_of_a_page_takes_it(
    pages: tuple[tuple[str, str], ...], browsers: dict[Role, httpx.Client], case_id: str, text: str
) -> None:
    tried = 0
    for method, path in pages:
        here = re.sub(r"{application_id}", case_id, path)
        for role in (Role.CASE_HANDLER, Role.EMPLOYER):
            client = browsers[role]
            whole = re.sub(r"{[^}]*}", "withdrawals", here)
            for query in ({"after": text}, {"authority": text}, {"on": text}, {text: "1"}):
                assert client.request(method, whole, params=query).status_code == 400, (method, whole, query)
                tried += 1
            if "{" in here:
                assert 400 <= client.request(method, re.sub(r"{[^}]*}", quote(text), here)).status_code < 500
            if "{" in path:
                assert 400 <= client.request(method, re.sub(r"{[^}]*}", quote(text), path)).status_code < 500
    assert tried > 50
