"""Every page in Dutch, French and German says nothing in English, whoever reads it and however far the case is."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from domain.case.commands import AssignCase, DecideAdmissibility, RequestInformation
from domain.codes import AUTHORITIES, LANGUAGES
from infra.identity.caller import Role
from tests.pages.case_service import CaseService
from tests.world.products import by_day_and_night, whole

ENGLISH = re.compile(r"\b(?:the|and|this|which|without|from|when|where|with|must|your|you|are|has)\b", re.IGNORECASE)
"""Words that no sentence of the three others has."""

TRANSLATED = whole([each for each in LANGUAGES if each != "en"])

EVERYONE = ("/", "/law", "/law/changes", "/accessibility", "/nothing-is-here")
OF_CASES = (
    "", "/answers", "/assignments", "/mandateVerifications", "/admissibilityDecisions", "/workPartDecisions",
    "/forwardings", "/residencePartDecisions", "/informationRequests", "/feePayments", "/voidedFeePayments",
    "/documents", "/corrections?part=worker", "/corrections?part=employer", "/corrections?part=employment",
    "/clockCorrections", "/assignmentWithdrawals", "/withdrawals",
)  # fmt: skip
OF_ROLES = {
    Role.EMPLOYER: ("/employer", "/employer/permits", "/employer/mandates", "/employer/notices", "/drafts", "/fees"),
    Role.WORKER: ("/employer", "/drafts"),
    Role.CASE_HANDLER: ("/queue", "/board", "/board/cases", "/search", "/queue/payments", "/queue/quarantine"),
    Role.REGULATOR: ("/board", "/migration", "/search"),
    Role.OPERATIONS: ("/board", "/migration"),
}


class Words(HTMLParser):
    """The text of a page, without what is a name of the interface or was typed by people.

    ``of_law`` leaves out what is marked as English too: the law data names its sources, and has notes of its editors.
    """

    def __init__(self, *, of_law: bool) -> None:
        super().__init__()
        self._of_law = of_law
        self.said: list[str] = []
        self._passed_over = 0
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("meta", "link", "input", "br", "img", "hr", "path", "rect", "circle", "line"):
            self.said += [given[each] or "" for each in ("placeholder", "aria-label") if each in given]
            return
        is_other = tag in ("script", "style", "code", "textarea") or "quoted" in (given.get("class") or "")
        is_other = is_other or (given.get("lang") == "en" and (tag == "a" or self._of_law))
        self._open.append(is_other)
        self._passed_over += is_other
        if not self._passed_over:
            self.said += [given[each] or "" for each in ("title", "aria-label") if each in given]

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._passed_over -= self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._passed_over and data.strip():
            self.said.append(" ".join(data.split()))


def english_in(text: str, *, of_law: bool = False) -> list[str]:
    read = Words(of_law=of_law)
    read.feed(text)
    return [each for each in read.said if ENGLISH.search(each)]


@pytest.fixture(scope="module")
def cases(service: CaseService) -> tuple[UUID, ...]:
    """One just filed, one with an open request, one with what is refused and paused."""
    filed, asked, admitted = (service.filed() for _ in range(3))
    question = RequestInformation(request_id=UUID(int=7), items=("diploma", "payDetails"), question="Waar is het?")
    service.does(asked, AssignCase(handler="caseHandler:h-1"))
    service.does(asked, question)
    service.does(admitted, DecideAdmissibility(outcome="admissible", motivation="Voldoende."))
    service.catch_up()
    return filed, asked, admitted


def clients(service: CaseService, code: str) -> Iterator[tuple[Role, httpx.Client]]:
    for role in OF_ROLES:
        cookies = {SESSION_COOKIE: service.token(role)}
        headers = {"Accept-Language": code}
        with httpx.Client(base_url=service.address, headers=headers, cookies=cookies, follow_redirects=True) as opened:
            yield role, opened


@by_day_and_night("code", [("nl",)], TRANSLATED)
def test_pages_say_nothing_in_english(service: CaseService, cases: tuple[UUID, ...], code: str) -> None:
    found: dict[str, list[str]] = {}
    laws = [f"/law?authority={each}" for each in AUTHORITIES]
    for role, client in clients(service, code):
        own = [f"/cases/{case}{page}" for case in cases for page in OF_CASES]
        for path in (*EVERYONE, *OF_ROLES[role], *own, *laws):
            answer = client.get(path)
            if answer.status_code < 300 or answer.headers["Content-Type"].startswith("text/html"):
                said = english_in(answer.text, of_law=path.startswith("/law"))
                if said:
                    found[f"{role} {path}"] = said[:4]
    assert not found, "\n".join(f"{where}: {said}" for where, said in found.items())


@by_day_and_night("code", [("de",)], TRANSLATED)
def test_refused_forms_say_nothing_in_english(service: CaseService, cases: tuple[UUID, ...], code: str) -> None:
    found: dict[str, list[str]] = {}
    wrong = {"amount": "x", "paidOn": "31/02/2026", "handler": "x y", "on": "1", "kind": "pause", "version": "99999"}
    for role, client in clients(service, code):
        for case in cases:
            for page in OF_CASES[1:]:
                if page == "/documents":
                    continue
                shown = client.get(f"/cases/{case}{page}").text
                key = re.search(r'name="key" value="([^"]+)"', shown)
                sent = {"key": key[1], "version": "1"} if key else {"version": "1"}
                for more in ({}, wrong):
                    said = english_in(client.post(f"/cases/{case}{page}", data=sent | more).text)
                    if said:
                        found[f"{role} {page} {sorted(more)}"] = said[:4]
    assert not found, "\n".join(f"{where}: {said}" for where, said in found.items())
